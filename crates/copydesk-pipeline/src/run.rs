//! How to run: the `[run]` table.

use std::{path::PathBuf, time::Duration};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How to run a pipeline. None of it changes a byte of the output.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Run {
    /// The folder that the outputs are put into, or `-` for the standard output. `--out` overrides it.
    #[schemars(length(min = 1))]
    pub out: String,
    /// How many threads compute; 0 is one for each core. `--threads` overrides it.
    #[schemars(range(max = 1024))]
    pub threads: usize,
    /// How many documents go through the stages together.
    #[schemars(range(min = 1, max = 4096))]
    pub batch: usize,
    /// How many seconds a document may take before it is set aside; 0 is no limit.
    #[schemars(range(min = 0, max = 86400))]
    pub seconds_per_document: f64,
}

impl Default for Run {
    fn default() -> Self {
        Self { out: "out".into(), threads: 0, batch: 32, seconds_per_document: 60.0 }
    }
}

impl Run {
    /// The folder for the outputs; `None` for the standard output.
    pub fn folder(&self) -> Option<PathBuf> {
        (self.out != "-").then(|| PathBuf::from(&self.out))
    }

    /// The time limit of a document, where there is one.
    pub fn seconds_per_document(&self) -> Option<Duration> {
        Duration::try_from_secs_f64(self.seconds_per_document).ok().filter(|d| !d.is_zero())
    }
}
