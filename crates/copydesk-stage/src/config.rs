//! Errors in what a pipeline file says of one stage, source or export.

use std::fmt;

use crate::closest;

/// A value that a stage, source or export cannot work with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    /// The key, dotted and indexed like `columns[2].name`; empty for the whole table.
    pub path: String,
    /// What is wrong with it.
    pub message: String,
    /// What stands beside the value in a message: `did you mean ...?`.
    pub label: Option<String>,
    /// The way out.
    pub help: Option<String>,
    /// What else is wrong, so that people hear of all mistakes at once.
    pub more: Vec<Self>,
}

impl ConfigError {
    /// An error at a key.
    pub fn at(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { path: path.into(), message: message.into(), label: None, help: None, more: Vec::new() }
    }

    /// Says of a name that is not known what was probably meant, if one of the known ones is near.
    #[must_use]
    pub fn did_you_mean<'n>(mut self, given: &str, known: impl IntoIterator<Item = &'n str>) -> Self {
        self.label = closest(given, known).map(|name| format!("did you mean `{name}`?"));
        self
    }

    /// Adds the way out.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The same of options that stand in a table of their own, under that key.
    #[must_use]
    pub fn below(self, key: &str) -> Self {
        let path = if self.path.is_empty() { key.to_owned() } else { format!("{key}.{}", self.path) };
        let more = self.more.into_iter().map(|error| error.below(key)).collect();
        Self { path, more, ..self }
    }

    /// All errors as one; no error is well.
    pub fn all(errors: impl IntoIterator<Item = Self>) -> Result<(), Self> {
        let mut errors = errors.into_iter();
        let Some(mut first) = errors.next() else { return Ok(()) };
        first.more.extend(errors);
        Err(first)
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.is_empty() {
            write!(f, "`{}`: ", self.path)?;
        }
        f.write_str(&self.message)?;
        let beside: Vec<&str> = [&self.label, &self.help].into_iter().flatten().map(String::as_str).collect();
        if !beside.is_empty() {
            write!(f, " ({})", beside.join("; "))?;
        }
        self.more.iter().try_for_each(|error| write!(f, "; {error}"))
    }
}

impl std::error::Error for ConfigError {}

/// Whether an export may call its file so: the runner puts it into the folder of the run, and nowhere else.
pub fn check_file_name(file: &str) -> Result<(), ConfigError> {
    if file.is_empty() || file.starts_with('.') || file.contains(['/', '\\', '\0']) {
        return Err(ConfigError::at("file", "must be a plain file name").help("the folder is set by `out`"));
    }
    if file.contains(char::is_control) {
        return Err(ConfigError::at("file", "must not have a line break or another control character"));
    }
    if file.len() > LONGEST_NAME {
        let message = format!("has {} bytes, and file systems take no more than {LONGEST_NAME}", file.len());
        return Err(ConfigError::at("file", message));
    }
    if file.split('.').next().is_some_and(|stem| stem.eq_ignore_ascii_case("delta")) {
        let message = "is the name of the folder for what a run adds";
        return Err(ConfigError::at("file", message).help("give the output another one"));
    }
    for (name, list) in OWN_LISTS {
        if file.eq_ignore_ascii_case(name) {
            let message = format!("is the name of the list of {list}");
            return Err(ConfigError::at("file", message).help("give the output another one"));
        }
    }
    Ok(())
}

/// The lists that every run writes beside its outputs, where there is something to list.
const OWN_LISTS: [(&str, &str); 2] =
    [("quarantine.jsonl", "documents in quarantine"), ("skipped.jsonl", "what was dropped or passed over")];

/// File systems take 255 bytes, and a file has a longer name until it is complete.
const LONGEST_NAME: usize = 240;

/// Reads a typed config, with the path of the first key that does not fit.
pub(crate) fn read<C: serde::de::DeserializeOwned>(config: &serde_json::Value) -> Result<C, ConfigError> {
    serde_path_to_error::deserialize(config).map_err(|error| {
        let path = error.path().to_string();
        ConfigError::at(if path == "." { String::new() } else { path }, error.into_inner().to_string())
    })
}
