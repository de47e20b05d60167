//! The options.

use std::time::Duration;

use copydesk_stage::ConfigError;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Options of `exec`.
#[derive(Clone, Debug, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// The program and its arguments: `["python3", "mark.py"]`. It is looked for on the PATH, unless a path is given; paths are
    /// relative to the current directory. There is no shell.
    pub command: Vec<String>,
    /// Options of the program, which it is told of when it is started and checks itself.
    pub options: Map<String, Value>,
    /// Files that its results depend on, beside the program itself, the files among its arguments and those that it names:
    /// when one of them changes, finished work is done again.
    pub files: Vec<String>,
    /// How many documents it may have in hand at once.
    #[schemars(range(min = 1, max = 4096))]
    pub batch: usize,
    /// How many of its processes may run at once; 0 is one for each thread.
    #[schemars(range(max = 1024))]
    pub processes: usize,
    /// How many seconds it may take to start: to load a model, say.
    #[schemars(range(min = 0.001, max = 86400))]
    pub seconds_to_start: f64,
    /// How many seconds it may be silent while it has documents in hand. Then it is ended, each of these is tried once more
    /// alone, and quarantined if it takes as long again.
    #[schemars(range(min = 0.001, max = 86400))]
    pub seconds_per_document: f64,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            command: Vec::new(),
            options: Map::new(),
            files: Vec::new(),
            batch: 32,
            processes: 0,
            seconds_to_start: 60.0,
            seconds_per_document: 60.0,
        }
    }
}

impl Config {
    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        if self.command.first().is_none_or(|program| program.trim().is_empty()) {
            let error = ConfigError::at("command", "names no program");
            return Err(error.help("write the program and its arguments: command = [\"python3\", \"mark.py\"]"));
        }
        for (key, seconds) in
            [("seconds_to_start", self.seconds_to_start), ("seconds_per_document", self.seconds_per_document)]
        {
            if !(0.001..=86_400.0).contains(&seconds) {
                return Err(ConfigError::at(key, format!("is from 0.001 to 86400, not {seconds}")));
            }
        }
        if self.batch == 0 {
            return Err(ConfigError::at("batch", "is 1 at least"));
        }
        Ok(())
    }

    /// How long it may be silent.
    pub(crate) fn patience(&self) -> Duration {
        Duration::from_secs_f64(self.seconds_per_document)
    }

    pub(crate) fn patience_at_start(&self) -> Duration {
        Duration::from_secs_f64(self.seconds_to_start)
    }

    /// The command as a person would type it.
    pub(crate) fn shown(&self) -> String {
        self.command.join(" ")
    }
}
