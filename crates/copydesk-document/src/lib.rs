//! The words of the house: documents, blocks, evidence, metadata, captions, decisions.
