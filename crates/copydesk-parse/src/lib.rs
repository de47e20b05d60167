//! Bytes to documents: charset, format, blocks and evidence for HTML, Markdown and plain text.
