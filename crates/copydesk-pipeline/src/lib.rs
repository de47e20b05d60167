//! The pipeline file: read, checked, and turned into a chain.
