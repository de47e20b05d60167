use serde::{Deserialize, Serialize};

/// What becomes of a document that a rule or a test of a stage speaks against.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// It leaves the run; the reason is the name with what was found.
    #[default]
    Drop,
    /// It goes on; the name stands with what was found in its `ext`.
    Tag,
    /// It goes on unmarked.
    Keep,
}
