//! The stage `split-captions`.
