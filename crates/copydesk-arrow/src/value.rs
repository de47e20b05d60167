//! Cells of Arrow as JSON, as the source `parquet` has those of a file.

use arrow_array::{
    Array, ArrayRef, StructArray,
    cast::AsArray,
    types::{
        Date32Type, Date64Type, Decimal128Type, Decimal256Type, Float16Type, Float32Type, Float64Type, Int8Type,
        Int16Type, Int32Type, Int64Type, TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType,
        TimestampSecondType, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
    },
};
use arrow_schema::{DataType, TimeUnit};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde_json::{Map, Number, Value};

/// What stands in a cell of text or bytes.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Bytes<'c> {
    Text(&'c str),
    /// No UTF-8.
    Other(&'c [u8]),
}

/// Whether a column of that type can hold documents.
pub(crate) fn may_be_text(kind: &DataType) -> bool {
    match kind {
        DataType::Null
        | DataType::Utf8
        | DataType::LargeUtf8
        | DataType::Utf8View
        | DataType::Binary
        | DataType::LargeBinary
        | DataType::BinaryView
        | DataType::FixedSizeBinary(_) => true,
        DataType::Dictionary(_, values) => may_be_text(values),
        _ => false,
    }
}

/// The text or the bytes of a cell, if it holds some.
pub(crate) fn bytes(column: &ArrayRef, row: usize) -> Option<Bytes<'_>> {
    if column.is_null(row) {
        return None;
    }
    let of = |bytes| match std::str::from_utf8(bytes) {
        Ok(text) => Bytes::Text(text),
        Err(_) => Bytes::Other(bytes),
    };
    Some(match column.data_type() {
        DataType::Utf8 => Bytes::Text(column.as_string::<i32>().value(row)),
        DataType::LargeUtf8 => Bytes::Text(column.as_string::<i64>().value(row)),
        DataType::Utf8View => Bytes::Text(column.as_string_view().value(row)),
        DataType::Binary => of(column.as_binary::<i32>().value(row)),
        DataType::LargeBinary => of(column.as_binary::<i64>().value(row)),
        DataType::BinaryView => of(column.as_binary_view().value(row)),
        DataType::FixedSizeBinary(_) => of(column.as_fixed_size_binary().value(row)),
        DataType::Dictionary(..) => {
            // The keys of one row: those of all rows would be made anew for each.
            let key = *column.slice(row, 1).as_any_dictionary().normalized_keys().first()?;
            return bytes(column.as_any_dictionary().values(), key);
        }
        _ => return None,
    })
}

/// A cell. What JSON has no form for becomes text as people write it; what is no number, and what is neither, null.
pub(crate) fn json(column: &ArrayRef, row: usize) -> Value {
    if column.is_null(row) {
        return Value::Null;
    }
    match bytes(column, row) {
        Some(Bytes::Text(text)) => return Value::String(text.to_owned()),
        Some(Bytes::Other(_)) => return Value::Null,
        None => {}
    }
    macro_rules! number {
        ($kind:ty) => {
            column.as_primitive::<$kind>().value(row).into()
        };
    }
    match column.data_type() {
        DataType::Boolean => Value::Bool(column.as_boolean().value(row)),
        DataType::Int8 => number!(Int8Type),
        DataType::Int16 => number!(Int16Type),
        DataType::Int32 => number!(Int32Type),
        DataType::Int64 => number!(Int64Type),
        DataType::UInt8 => number!(UInt8Type),
        DataType::UInt16 => number!(UInt16Type),
        DataType::UInt32 => number!(UInt32Type),
        DataType::UInt64 => number!(UInt64Type),
        DataType::Float16 => float(column.as_primitive::<Float16Type>().value(row).into()),
        DataType::Float32 => float(column.as_primitive::<Float32Type>().value(row).into()),
        DataType::Float64 => float(column.as_primitive::<Float64Type>().value(row)),
        DataType::Decimal128(..) => Value::String(column.as_primitive::<Decimal128Type>().value_as_string(row)),
        DataType::Decimal256(..) => Value::String(column.as_primitive::<Decimal256Type>().value_as_string(row)),
        DataType::Date32 => date(i64::from(column.as_primitive::<Date32Type>().value(row))),
        DataType::Date64 => date(column.as_primitive::<Date64Type>().value(row).div_euclid(86_400_000)),
        DataType::Timestamp(unit, zone) => time(column, row, *unit, zone.is_some()),
        DataType::List(_) => list(&column.as_list::<i32>().value(row)),
        DataType::LargeList(_) => list(&column.as_list::<i64>().value(row)),
        DataType::FixedSizeList(..) => list(&column.as_fixed_size_list().value(row)),
        DataType::Struct(_) => Value::Object(object(column.as_struct(), row)),
        DataType::Map(..) => Value::Object(entries(&column.as_map().value(row))),
        _ => Value::Null,
    }
}

fn list(items: &ArrayRef) -> Value {
    (0..items.len()).map(|at| json(items, at)).collect()
}

fn object(columns: &StructArray, row: usize) -> Map<String, Value> {
    let fields = columns.fields().iter().zip(columns.columns());
    fields.map(|(field, column)| (field.name().clone(), json(column, row))).collect()
}

fn entries(map: &StructArray) -> Map<String, Value> {
    let (keys, values) = (map.column(0), map.column(1));
    let key = |at| match json(keys, at) {
        Value::String(text) => text,
        other => other.to_string(),
    };
    (0..map.len()).map(|at| (key(at), json(values, at))).collect()
}

fn float(number: f64) -> Value {
    Number::from_f64(number).map_or(Value::Null, Value::Number)
}

fn date(days: i64) -> Value {
    let day = jiff::Span::new().try_days(days).and_then(|days| Date::constant(1970, 1, 1).checked_add(days));
    day.map_or(Value::Null, |day| Value::String(day.to_string()))
}

fn time(column: &ArrayRef, row: usize, unit: TimeUnit, has_zone: bool) -> Value {
    let time = match unit {
        TimeUnit::Second => Timestamp::from_second(column.as_primitive::<TimestampSecondType>().value(row)),
        TimeUnit::Millisecond => {
            Timestamp::from_millisecond(column.as_primitive::<TimestampMillisecondType>().value(row))
        }
        TimeUnit::Microsecond => {
            Timestamp::from_microsecond(column.as_primitive::<TimestampMicrosecondType>().value(row))
        }
        TimeUnit::Nanosecond => {
            Timestamp::from_nanosecond(column.as_primitive::<TimestampNanosecondType>().value(row).into())
        }
    };
    // Without a zone it is the time of some place that the column does not tell.
    let shown = |time: Timestamp| if has_zone { time.to_string() } else { TimeZone::UTC.to_datetime(time).to_string() };
    time.map_or(Value::Null, |time| Value::String(shown(time)))
}
