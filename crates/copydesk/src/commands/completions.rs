//! `copydesk completions`

use clap_complete::Shell;

use crate::{exit::ExitCode, program_name, report::Failure, terminal};

/// Arguments of `copydesk completions`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  copydesk completions bash > ~/.local/share/bash-completion/completions/copydesk")]
pub(crate) struct Args {
    /// For which shell.
    #[arg(value_enum)]
    shell: Shell,
}

impl Args {
    pub(crate) fn execute(&self) -> Result<ExitCode, Failure> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut crate::command(), program_name(), &mut script);
        terminal::print(&String::from_utf8_lossy(&script))?;
        Ok(ExitCode::SUCCESS)
    }
}
