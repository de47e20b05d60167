//! Why a block is what it is, and what a stage was not sure of.

use std::borrow::Cow;

use crate::{BlockId, Label, Span};

/// A label given to a block, with its reason.
#[derive(Clone, Debug, PartialEq)]
pub struct Decision {
    /// The block.
    pub block: BlockId,
    /// The label that it has from now on.
    pub label: Label,
    /// The stage that says so, by its name in a pipeline file.
    pub stage: Cow<'static, str>,
    /// The rule, a stable name that the stage's README explains.
    pub rule: Cow<'static, str>,
    /// What the rule saw, in words for a person.
    pub detail: Cow<'static, str>,
}

/// A doubt: something that a user may want to know of, and that is no error.
#[derive(Clone, Debug, PartialEq)]
pub struct Note {
    /// Who noted it: a stage's name, or `parse`.
    pub stage: Cow<'static, str>,
    /// A stable name, such as `charset-mismatch`.
    pub code: Cow<'static, str>,
    /// One sentence for a person.
    pub message: String,
    /// Where.
    pub span: Option<Span>,
}
