//! `copydesk view`, in a program that was built without it.

use anyhow::anyhow;
use copydesk_stage::Catalog;

use crate::{
    exit::ExitCode,
    report::{Failure, Reporter},
};

/// Whatever is given: the answer is the same.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The output folder of a run.
    #[arg(value_name = "ARGUMENT", trailing_var_arg = true, allow_hyphen_values = true)]
    _arguments: Vec<String>,
}

impl Args {
    #[expect(clippy::unused_self, reason = "called like that of the command")]
    pub(crate) fn execute(&self, _: &Catalog, _: &Reporter) -> Result<ExitCode, Failure> {
        Err(anyhow!(
            "this program was built without the feature `view`: build it with `--features view`, or without \
             `--no-default-features`"
        )
        .into())
    }
}
