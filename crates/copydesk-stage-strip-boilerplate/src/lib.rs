//! The stage `strip-boilerplate`.
