//! Exports, each in its place.

use copydesk_stage::Export;

/// An export in its place at the end of a chain.
#[derive(Debug)]
pub struct ExportInstance {
    /// Its name in the pipeline file.
    pub name: &'static str,
    /// Version of its bytes.
    pub version: u32,
    /// Its options in full, as [`copydesk_stage::ExportEntry::resolve`] gives them.
    pub config: serde_json::Value,
    /// The export.
    pub export: Box<dyn Export>,
}
