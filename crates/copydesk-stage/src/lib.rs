//! The seam: what a stage, a source and an export are, and the catalogue that names them.
