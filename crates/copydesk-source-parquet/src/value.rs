//! Cells of Parquet as JSON.

use copydesk_parse::charset_of;
use jiff::{Timestamp, civil::Date};
use parquet::record::{Field, List, Row};
use serde_json::{Map, Number, Value};

/// A row by the names of its columns.
pub(crate) fn record(row: &Row) -> Map<String, Value> {
    row.get_column_iter().map(|(name, field)| (name.clone(), value(field))).collect()
}

/// A cell. What JSON has no form for becomes text as people write it; what is no number, null.
fn value(field: &Field) -> Value {
    match field {
        Field::Bool(value) => Value::Bool(*value),
        Field::Byte(n) => (*n).into(),
        Field::Short(n) => (*n).into(),
        Field::Int(n) => (*n).into(),
        Field::Long(n) => (*n).into(),
        Field::UByte(n) => (*n).into(),
        Field::UShort(n) => (*n).into(),
        Field::UInt(n) => (*n).into(),
        Field::ULong(n) => (*n).into(),
        Field::Float16(n) => float(f64::from(*n)),
        Field::Float(n) => float(f64::from(*n)),
        Field::Double(n) => float(*n),
        Field::Str(text) => Value::String(text.clone()),
        Field::Bytes(bytes) => text(bytes.data()),
        Field::Date(days) => date(*days),
        Field::TimestampMillis(ms) => time(Timestamp::from_millisecond(*ms)),
        Field::TimestampMicros(us) => time(Timestamp::from_microsecond(*us)),
        Field::Group(row) => Value::Object(record(row)),
        Field::ListInternal(list) => Value::Array(elements(list)),
        Field::MapInternal(map) => {
            let entries = map.entries().iter();
            Value::Object(entries.map(|(key, field)| (word(key), value(field))).collect())
        }
        Field::Decimal(_) | Field::TimeMillis(_) | Field::TimeMicros(_) => Value::String(field.to_string()),
        Field::Null => Value::Null,
    }
}

fn elements(list: &List) -> Vec<Value> {
    list.elements().iter().map(value).collect()
}

/// The key of a map.
fn word(field: &Field) -> String {
    match value(field) {
        Value::String(text) => text,
        other => other.to_string(),
    }
}

fn float(number: f64) -> Value {
    Number::from_f64(number).map_or(Value::Null, Value::Number)
}

fn date(days: i32) -> Value {
    let day = Date::constant(1970, 1, 1).checked_add(jiff::Span::new().days(days));
    day.map_or(Value::Null, |day| Value::String(day.to_string()))
}

fn time(time: Result<Timestamp, jiff::Error>) -> Value {
    time.map_or(Value::Null, |time| Value::String(time.to_string()))
}

/// Bytes that hold a text, in whatever charset. What is none (a picture) is null: JSON has no form for it.
fn text(bytes: &[u8]) -> Value {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Value::String(text.to_owned());
    }
    match charset_of(bytes) {
        Some(charset) if !charset.is_single_byte() || !bytes.contains(&0) => {
            Value::String(charset.decode(bytes).0.into_owned())
        }
        _ => Value::Null,
    }
}
