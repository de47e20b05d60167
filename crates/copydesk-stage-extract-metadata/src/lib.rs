//! The stage `extract-metadata`.
