//! The exported record: its fields, their JSON Schema, and how a document becomes one.
