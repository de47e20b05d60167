//! Records as tables of Arrow: scalars as columns, blocks and captions as lists of structs. The Parquet export writes these
//! tables, and `copydesk-arrow` gives them to whoever has Arrow already, so that both have the same columns.
//!
//! A table has the version of its record: [`copydesk_record::SCHEMA_VERSION`].

mod cell;
mod table;

copydesk_fingerprint::fingerprint!();

use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_schema::{ArrowError, Schema, SchemaRef};
use copydesk_record::Record;

use crate::cell::Column;
pub use crate::table::Table;

/// Which columns a table of documents has besides those that it always has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// A list of every block, kept or not.
    pub blocks: bool,
    /// A list that tells where each field was read.
    pub metadata: bool,
    /// The main text as Markdown.
    pub markdown: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { blocks: true, metadata: true, markdown: false }
    }
}

/// The columns of a table.
pub fn schema(table: Table, options: Options) -> Schema {
    table.schema(options)
}

/// Rows on their way into a batch of Arrow.
#[derive(Debug)]
pub struct Rows {
    table: Table,
    options: Options,
    schema: SchemaRef,
    columns: Vec<Column>,
}

impl Rows {
    /// No rows yet.
    pub fn new(table: Table, options: Options) -> Self {
        let schema = Arc::new(schema(table, options));
        let columns = schema.fields().iter().map(|field| Column::new(field.data_type())).collect();
        Self { table, options, schema, columns }
    }

    /// Adds the rows of a document, and says how many they are.
    pub fn push(&mut self, record: &Record<'_>) -> Result<usize, ArrowError> {
        let rows = self.table.rows(self.options, record);
        let count = rows.len();
        for row in rows {
            self.columns.iter_mut().zip(row).try_for_each(|(column, cell)| column.push(cell))?;
        }
        Ok(count)
    }

    /// The rows so far; what is left is empty.
    pub fn finish(&mut self) -> Result<RecordBatch, ArrowError> {
        let columns = self.columns.iter_mut().map(Column::finish).collect::<Result<_, _>>()?;
        RecordBatch::try_new(self.schema.clone(), columns)
    }
}
