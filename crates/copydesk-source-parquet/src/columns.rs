//! The columns of a file, for who describes it.

use std::{fs::File, path::Path};

use copydesk_stage::SourceError;
use parquet::{
    basic::{ConvertedType, LogicalType, Repetition, Type as Physical},
    file::reader::{FileReader as _, SerializedFileReader},
    schema::types::Type,
};

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnKind {
    /// Text.
    Text,
    /// A list of texts.
    Texts,
    /// A whole number.
    Integer,
    /// A number.
    Float,
    /// Yes or no.
    Boolean,
    /// A day.
    Date,
    /// A moment.
    DateTime,
    /// Something that has parts, or bytes.
    Other,
}

/// The columns of a Parquet file, in their order.
pub fn columns(path: &Path) -> Result<Vec<(String, ColumnKind)>, SourceError> {
    let wrong = |error: &dyn std::fmt::Display| SourceError::new(format!("cannot read {}: {error}", path.display()));
    let file = File::open(path).map_err(|error| wrong(&error))?;
    let reader = SerializedFileReader::new(file).map_err(|error| wrong(&error))?;
    let schema = reader.metadata().file_metadata().schema();
    Ok(schema.get_fields().iter().map(|field| (field.name().to_owned(), kind(field))).collect())
}

/// What a file says of itself under a name, beside its columns.
pub fn note(path: &Path, name: &str) -> Result<Option<String>, SourceError> {
    let wrong = |error: &dyn std::fmt::Display| SourceError::new(format!("cannot read {}: {error}", path.display()));
    let file = File::open(path).map_err(|error| wrong(&error))?;
    let reader = SerializedFileReader::new(file).map_err(|error| wrong(&error))?;
    let notes = reader.metadata().file_metadata().key_value_metadata();
    Ok(notes.and_then(|notes| notes.iter().find(|note| note.key == name)?.value.clone()))
}

fn kind(field: &Type) -> ColumnKind {
    if !field.is_primitive() {
        return match field.get_fields() {
            [list] if !list.is_primitive() && is_repeated(list) => match list.get_fields() {
                [item] if item.is_primitive() && kind(item) == ColumnKind::Text => ColumnKind::Texts,
                _ => ColumnKind::Other,
            },
            _ => ColumnKind::Other,
        };
    }
    let info = field.get_basic_info();
    match (info.logical_type_ref(), info.converted_type(), field.get_physical_type()) {
        (Some(LogicalType::String), ..) | (_, ConvertedType::UTF8, _) => ColumnKind::Text,
        (Some(LogicalType::Date), ..) | (_, ConvertedType::DATE, _) => ColumnKind::Date,
        (Some(LogicalType::Timestamp { .. }), ..)
        | (_, ConvertedType::TIMESTAMP_MILLIS | ConvertedType::TIMESTAMP_MICROS, _) => ColumnKind::DateTime,
        (.., Physical::BOOLEAN) => ColumnKind::Boolean,
        (.., Physical::INT32 | Physical::INT64) => ColumnKind::Integer,
        (.., Physical::FLOAT | Physical::DOUBLE) => ColumnKind::Float,
        _ => ColumnKind::Other,
    }
}

fn is_repeated(field: &Type) -> bool {
    let info = field.get_basic_info();
    info.has_repetition() && info.repetition() == Repetition::REPEATED
}
