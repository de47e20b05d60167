//! What stands for `when` in a program without the feature `conditions`.

use copydesk_runner::{ExportInstance, StageInstance};
use copydesk_stage::{ConfigError, Facet};

use crate::load::WHEN;

/// A condition, of which there is none.
pub(crate) enum Condition {}

impl Condition {
    /// Refuses a condition.
    pub(crate) fn read(_: &str) -> Result<Self, ConfigError> {
        let error = ConfigError::at(WHEN, "this program was built without the feature `conditions`");
        Err(error.help("build it with `--features conditions`, or without `--no-default-features`"))
    }

    pub(crate) fn reads(&self) -> Vec<Facet> {
        match *self {}
    }

    pub(crate) fn of_stage(self, _: StageInstance) -> Result<StageInstance, ConfigError> {
        match self {}
    }

    pub(crate) fn of_export(self, _: ExportInstance) -> Result<ExportInstance, ConfigError> {
        match self {}
    }
}
