//! Values on their way into the columns of Arrow.

use std::sync::Arc;

use arrow_array::{
    ArrayRef, ListArray, StructArray,
    builder::{
        BooleanBuilder, Date32Builder, Float32Builder, Int64Builder, StringBuilder, TimestampMicrosecondBuilder,
    },
};
use arrow_buffer::OffsetBuffer;
use arrow_schema::{ArrowError, DataType, FieldRef, Fields};

/// What stands in a column of a row.
#[derive(Debug)]
pub(crate) enum Cell<'r> {
    /// Not known. Lists and structs are never unknown: a list is empty then.
    Null,
    Text(&'r str),
    /// A text that had to be made.
    Made(String),
    Int(i64),
    Float(f32),
    Bool(bool),
    /// Days since 1970.
    Day(i32),
    /// Microseconds since 1970, in UTC.
    Instant(i64),
    List(Vec<Cell<'r>>),
    Struct(Vec<Cell<'r>>),
}

impl<'r> Cell<'r> {
    /// A text, or [`Cell::Null`].
    pub(crate) fn text(text: Option<&'r (impl AsRef<str> + ?Sized)>) -> Self {
        text.map_or(Self::Null, |text| Self::Text(text.as_ref()))
    }

    /// A list of texts.
    pub(crate) fn texts(texts: &'r [impl AsRef<str>]) -> Self {
        Self::List(texts.iter().map(|text| Self::Text(text.as_ref())).collect())
    }
}

impl From<u32> for Cell<'_> {
    fn from(number: u32) -> Self {
        Self::Int(number.into())
    }
}

/// A column that grows.
#[derive(Debug)]
pub(crate) enum Column {
    Text(StringBuilder),
    Int(Int64Builder),
    Float(Float32Builder),
    Bool(BooleanBuilder),
    Day(Date32Builder),
    Instant(TimestampMicrosecondBuilder),
    List { item: FieldRef, items: Box<Column>, lengths: Vec<usize> },
    Struct { fields: Fields, columns: Vec<Column> },
}

impl Column {
    /// An empty column. The schema knows no types but these.
    pub(crate) fn new(data_type: &DataType) -> Self {
        match data_type {
            DataType::Int64 => Self::Int(Int64Builder::new()),
            DataType::Float32 => Self::Float(Float32Builder::new()),
            DataType::Boolean => Self::Bool(BooleanBuilder::new()),
            DataType::Date32 => Self::Day(Date32Builder::new()),
            DataType::Timestamp(..) => {
                Self::Instant(TimestampMicrosecondBuilder::new().with_data_type(data_type.clone()))
            }
            DataType::List(item) => {
                let items = Box::new(Self::new(item.data_type()));
                Self::List { item: item.clone(), items, lengths: Vec::new() }
            }
            DataType::Struct(fields) => {
                let columns = fields.iter().map(|field| Self::new(field.data_type())).collect();
                Self::Struct { fields: fields.clone(), columns }
            }
            _ => Self::Text(StringBuilder::new()),
        }
    }

    /// Adds one value. A value of the wrong type is a bug in the table of columns, which every test would show.
    pub(crate) fn push(&mut self, cell: Cell<'_>) -> Result<(), ArrowError> {
        match (self, cell) {
            (Self::Text(column), Cell::Text(text)) => column.append_value(text),
            (Self::Text(column), Cell::Made(text)) => column.append_value(text),
            (Self::Text(column), Cell::Null) => column.append_null(),
            (Self::Int(column), Cell::Int(number)) => column.append_value(number),
            (Self::Int(column), Cell::Null) => column.append_null(),
            (Self::Float(column), Cell::Float(number)) => column.append_value(number),
            (Self::Float(column), Cell::Null) => column.append_null(),
            (Self::Bool(column), Cell::Bool(value)) => column.append_value(value),
            (Self::Bool(column), Cell::Null) => column.append_null(),
            (Self::Day(column), Cell::Day(days)) => column.append_value(days),
            (Self::Day(column), Cell::Null) => column.append_null(),
            (Self::Instant(column), Cell::Instant(moment)) => column.append_value(moment),
            (Self::Instant(column), Cell::Null) => column.append_null(),
            (Self::List { items, lengths, .. }, Cell::List(cells)) => {
                lengths.push(cells.len());
                cells.into_iter().try_for_each(|cell| items.push(cell))?;
            }
            (Self::Struct { columns, .. }, Cell::Struct(cells)) => {
                columns.iter_mut().zip(cells).try_for_each(|(column, cell)| column.push(cell))?;
            }
            (column, cell) => return Err(ArrowError::SchemaError(format!("{cell:?} does not belong into {column:?}"))),
        }
        Ok(())
    }

    /// The column, complete; what is left is empty.
    pub(crate) fn finish(&mut self) -> Result<ArrayRef, ArrowError> {
        Ok(match self {
            Self::Text(column) => Arc::new(column.finish()),
            Self::Int(column) => Arc::new(column.finish()),
            Self::Float(column) => Arc::new(column.finish()),
            Self::Bool(column) => Arc::new(column.finish()),
            Self::Day(column) => Arc::new(column.finish()),
            Self::Instant(column) => Arc::new(column.finish()),
            Self::List { item, items, lengths } => {
                let offsets = OffsetBuffer::from_lengths(std::mem::take(lengths));
                Arc::new(ListArray::try_new(item.clone(), offsets, items.finish()?, None)?)
            }
            Self::Struct { fields, columns } => {
                let columns = columns.iter_mut().map(Self::finish).collect::<Result<_, _>>()?;
                Arc::new(StructArray::try_new(fields.clone(), columns, None)?)
            }
        })
    }
}
