//! Errors in what a pipeline file says of one stage, source or export.

/// A value that a stage, source or export cannot work with.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}{message}{}", if path.is_empty() { String::new() } else { format!("`{path}`: ") },
    help.as_ref().map(|h| format!(" ({h})")).unwrap_or_default())]
pub struct ConfigError {
    /// The key, dotted and indexed like `columns[2].name`; empty for the whole table.
    pub path: String,
    /// What is wrong with it.
    pub message: String,
    /// The way out.
    pub help: Option<String>,
}

impl ConfigError {
    /// An error at a key.
    pub fn at(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { path: path.into(), message: message.into(), help: None }
    }

    /// Adds the way out.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// Reads a typed config, with the path of the first key that does not fit.
pub(crate) fn read<C: serde::de::DeserializeOwned>(config: &serde_json::Value) -> Result<C, ConfigError> {
    serde_path_to_error::deserialize(config).map_err(|error| {
        let path = error.path().to_string();
        ConfigError::at(if path == "." { String::new() } else { path }, error.into_inner().to_string())
    })
}
