//! Cells of Parquet as JSON.

use copydesk_document::Note;
use copydesk_parse::{Charset, charset_of};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use parquet::{
    basic::{LogicalType, Repetition},
    record::{Field, List, Map as Entries, Row},
    schema::types::Type,
};
use serde_json::{Map, Number, Value};

/// A row by the names of its columns. Only the schema says whether a time is one of UTC.
pub(crate) fn record(row: &Row, kind: Option<&Type>) -> Map<String, Value> {
    let columns = row.get_column_iter().enumerate();
    columns.map(|(at, (name, field))| (name.clone(), value(field, part(kind, at)))).collect()
}

/// Says of a row that bytes in it were read in a charset that nothing names.
pub(crate) fn guessed(row: &Row) -> Option<Note> {
    let mut found = row.get_column_iter().filter_map(|(name, field)| {
        let Field::Bytes(bytes) = field else { return None };
        let bytes = bytes.data();
        let guessed = std::str::from_utf8(bytes).is_err().then(|| charset(bytes)).flatten()?;
        Some(format!("`{name}` is not UTF-8, and was read as {}, which fits best", guessed.name()))
    });
    let message = found.next()?;
    Some(Note { stage: "source".into(), code: "charset-guessed".into(), message, span: None })
}

/// The kind of a field of a group.
fn part(kind: Option<&Type>, at: usize) -> Option<&Type> {
    let group = kind.filter(|kind| kind.is_group())?;
    group.get_fields().get(at).map(AsRef::as_ref)
}

/// A cell. What JSON has no form for becomes text as people write it; what is no number, null.
fn value(field: &Field, kind: Option<&Type>) -> Value {
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
        Field::TimestampMillis(ms) => time(Timestamp::from_millisecond(*ms), kind),
        Field::TimestampMicros(us) => time(Timestamp::from_microsecond(*us), kind),
        Field::Group(row) => Value::Object(record(row, kind)),
        Field::ListInternal(list) => Value::Array(elements(list, element(kind))),
        Field::MapInternal(map) => Value::Object(entries(map, part(kind, 0))),
        Field::Decimal(_) | Field::TimeMillis(_) | Field::TimeMicros(_) => Value::String(field.to_string()),
        Field::Null => Value::Null,
    }
}

fn elements(list: &List, kind: Option<&Type>) -> Vec<Value> {
    list.elements().iter().map(|field| value(field, kind)).collect()
}

/// The kind of the elements of a list: old writers repeat the elements themselves, others a group around each.
fn element(kind: Option<&Type>) -> Option<&Type> {
    let repeats = |kind: &Type| {
        let info = kind.get_basic_info();
        info.has_repetition() && info.repetition() == Repetition::REPEATED
    };
    if kind.is_some_and(repeats) {
        return kind;
    }
    let repeated = part(kind, 0);
    let is_around = |group: &Type| group.is_group() && group.get_fields().len() == 1;
    if repeated.is_some_and(is_around) { part(repeated, 0) } else { repeated }
}

fn entries(map: &Entries, kind: Option<&Type>) -> Map<String, Value> {
    let entries = map.entries().iter();
    entries.map(|(key, field)| (word(key, part(kind, 0)), value(field, part(kind, 1)))).collect()
}

/// The key of a map.
fn word(field: &Field, kind: Option<&Type>) -> String {
    match value(field, kind) {
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

fn time(time: Result<Timestamp, jiff::Error>, kind: Option<&Type>) -> Value {
    let shown = |time: Timestamp| {
        // The time of some place that the file does not tell: with a zone, it would be another one.
        if is_local(kind) { TimeZone::UTC.to_datetime(time).to_string() } else { time.to_string() }
    };
    time.map_or(Value::Null, |time| Value::String(shown(time)))
}

fn is_local(kind: Option<&Type>) -> bool {
    let logical = kind.and_then(|kind| kind.get_basic_info().logical_type_ref());
    matches!(logical, Some(LogicalType::Timestamp(time)) if !time.is_adjusted_to_u_t_c)
}

/// Bytes that hold a text, in whatever charset. What is none (a picture) is null: JSON has no form for it.
fn text(bytes: &[u8]) -> Value {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Value::String(text.to_owned());
    }
    charset(bytes).map_or(Value::Null, |charset| Value::String(charset.decode(bytes).into_owned()))
}

/// The charset that bytes are in, as it seems.
fn charset(bytes: &[u8]) -> Option<Charset> {
    Some(charset_of(bytes)).filter(|charset| !charset.is_single_byte() || !bytes.contains(&0))
}
