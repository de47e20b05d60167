//! In the place of the source `parquet`, where that is not built in: such files are told, and not read.

use copydesk_intake::{Documents, StoredFile, bad};
use copydesk_stage::ConfigError;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::one;

/// Whatever a pipeline file says of Parquet: it is written for programs that read it, too.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Options {}

impl Options {
    /// There is nothing to check.
    #[expect(clippy::unused_self, clippy::unnecessary_wraps, reason = "called like that of the source")]
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        Ok(())
    }
}

/// Whether a file begins as Parquet does.
pub(super) fn looks_like(stored: &[u8]) -> bool {
    stored.starts_with(b"PAR1")
}

/// The file as one bad document.
pub(super) fn records(file: StoredFile, _: &Options) -> Documents {
    let way_out = crate::left_out("parquet").unwrap_or_default();
    one(match file.open() {
        Ok(opened) => bad(opened.name.uri, "parquet.not-built-in", format!("Parquet is not read: {way_out}")),
        Err(item) => *item,
    })
}
