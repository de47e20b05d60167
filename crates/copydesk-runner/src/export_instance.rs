//! Exports, each in its place.

use copydesk_stage::{Export, Manifest};

/// An export in its place at the end of a chain.
#[derive(Debug)]
pub struct ExportInstance {
    /// What it is called, and what its bytes depend on.
    pub manifest: Manifest,
    /// The export.
    pub export: Box<dyn Export>,
}
