//! The exported record: what a user gets for each document.
//!
//! [`Record`] is the public face of the house. Its meaning, field by field, with the counterparts in schema.org and
//! Dublin Core, stands in `crates/copydesk-record/README.md`; its JSON Schema in `schema/record-v1.json`, made by
//! [`json_schema`] and tested against real output.
//!
//! Fields that are not known are `null` or empty, never guessed, and always there, so that a reader needs no test for
//! their presence; in nested objects too, so that whatever infers types from rows finds one type for each key. Only what
//! was not asked for by an option ([`Options`]) is absent, and then from every record.

mod build;
mod formulas;
mod line;
mod markdown;
mod record;
mod structure;
mod table;

copydesk_fingerprint::fingerprint!();

pub use build::{Options, day, id, id_number, id_number_of, language, text, text_confidence, to_record, utc};
pub use line::{complete_line, read_lines, write_line};
pub use markdown::{Markup, markdown};
pub use record::{
    Block, Caption, Chunk, ChunkKind, Decision, DuplicateKind, Duplicates, FreeJson, Note, Place, Provenance, Record,
    SCHEMA_VERSION, Source, Translation, Versions,
};

/// The name that a value without fields, such as a label or a kind, has in a record.
pub fn name(value: &impl serde::Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(name)) => name,
        _ => String::new(),
    }
}

/// The JSON Schema of a record, draft 2020-12.
pub fn json_schema() -> schemars::Schema {
    schemars::schema_for!(Record<'static>)
}
