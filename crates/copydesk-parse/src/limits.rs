//! How much of everything one document may have.

use serde::{Deserialize, Serialize};

/// What one document may cost. Whatever is over a limit is refused or flattened, never followed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Largest document, in bytes, after decompression. A larger one is refused (`limit.size`).
    pub max_bytes: u64,
    /// Largest ratio of decompressed to compressed size, for documents that open to more than 1 MiB. A document
    /// beyond it is refused (`limit.ratio`).
    pub max_ratio: u32,
    /// How many layers of compression are opened: 2 opens a gzip inside a gzip.
    pub max_layers: u8,
    /// Largest window that a zstd frame or an xz block may ask for, as a power of two (`limit.window`).
    pub max_window_log: u32,
    /// Deepest nesting of HTML elements. Deeper ones are flattened: their text is kept at this depth.
    pub max_depth: u16,
    /// How many HTML elements may be open at once. Parsing stops there, and what was read is kept.
    pub max_open_elements: u32,
    /// How many nodes (elements and texts) an HTML document may have. Parsing stops there, and what was read is kept.
    pub max_nodes: u32,
    /// How many attributes of one HTML element are kept.
    pub max_attributes: u32,
    /// How many blocks a document may have. More are refused (`limit.blocks`).
    pub max_blocks: u32,
    /// Largest text that is read as Markdown, in bytes. A larger one is read as plain text, with a note: its markup
    /// alone could take hundreds of times its size.
    pub max_markdown: u32,
    /// Largest front matter, in bytes. A larger one is left out, with a note.
    pub max_front_matter: u32,
    /// Largest HTML fragment, in bytes, that is rendered to text with its tables laid out; a larger one only loses
    /// its tags.
    pub max_fragment: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_bytes: 32 << 20,
            max_ratio: 500,
            max_layers: 2,
            max_window_log: 27,
            max_depth: 512,
            max_open_elements: 4096,
            max_nodes: 500_000,
            max_attributes: 4096,
            max_blocks: 250_000,
            max_markdown: 4 << 20,
            max_front_matter: 256 << 10,
            max_fragment: 256 << 10,
        }
    }
}
