//! Writes records as CSV, one row a document or one a block.
