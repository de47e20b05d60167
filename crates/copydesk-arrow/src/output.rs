//! What comes out: the columns of the Parquet export, what became of each row, and the columns that pass through.

use std::{collections::HashSet, sync::Arc};

use arrow_array::{ArrayRef, RecordBatch, builder::StringBuilder};
use arrow_schema::{DataType, Field, FieldRef, Schema, SchemaRef};
use copydesk_columns::{Options, Rows, Table};
use copydesk_document::Document;
use copydesk_record::Record;
use copydesk_runner::Outcome;

use crate::{
    ProcessError,
    inputs::{Content, Refused, content},
};

/// Before the name of a column that passes through and is called as one of the result.
const INPUT: &str = "input_";

/// The columns of a result.
pub(crate) struct Output {
    /// Those that are found, with what became of the row.
    found: SchemaRef,
    /// Which columns of the batch pass through, and as what.
    passing: Vec<(usize, FieldRef)>,
}

impl Output {
    pub(crate) fn of(input: &Schema) -> Result<Self, ProcessError> {
        let content = match content(input) {
            Content::Column(at) => Some(at),
            Content::Inside => None,
            Content::Nowhere => {
                let names: Vec<String> = input.fields().iter().map(|field| format!("`{}`", field.name())).collect();
                return Err(ProcessError::NoContent(if names.is_empty() { "none".into() } else { names.join(", ") }));
            }
        };
        let record = copydesk_columns::schema(Table::Documents, Options::default());
        let outcome = [Field::new("outcome", DataType::Utf8, false), Field::new("error", DataType::Utf8, true)];
        let fields: Vec<FieldRef> = record.fields().iter().cloned().chain(outcome.map(Arc::new)).collect();
        let mut taken: HashSet<String> = fields.iter().map(|field| field.name().clone()).collect();
        let mut passing = Vec::new();
        for (at, field) in input.fields().iter().enumerate().filter(|(at, _)| Some(*at) != content) {
            let mut name = field.name().clone();
            while !taken.insert(name.clone()) {
                name.insert_str(0, INPUT);
            }
            passing.push((at, Arc::new(field.as_ref().clone().with_name(name))));
        }
        let version = [("copydesk.schema".to_owned(), copydesk_record::SCHEMA_VERSION.to_string())];
        Ok(Self { found: Arc::new(Schema::new_with_metadata(fields, version)), passing })
    }

    /// The columns that are found.
    pub(crate) fn found(&self) -> SchemaRef {
        self.found.clone()
    }

    /// All columns.
    pub(crate) fn schema(&self) -> Schema {
        let passing = self.passing.iter().map(|(_, field)| field.clone());
        let fields: Vec<FieldRef> = self.found.fields().iter().cloned().chain(passing).collect();
        Schema::new_with_metadata(fields, self.found.metadata().clone())
    }

    /// No rows yet.
    pub(crate) fn rows(&self) -> FoundRows {
        FoundRows {
            schema: self.found(),
            records: Rows::new(Table::Documents, Options::default()),
            outcomes: StringBuilder::new(),
            errors: StringBuilder::new(),
        }
    }

    /// The result: what was found, and what passes through.
    pub(crate) fn join(&self, found: &RecordBatch, input: &RecordBatch) -> Result<RecordBatch, ProcessError> {
        let passing = self.passing.iter().map(|(at, _)| input.column(*at).clone());
        let columns: Vec<ArrayRef> = found.columns().iter().cloned().chain(passing).collect();
        Ok(RecordBatch::try_new(Arc::new(self.schema()), columns)?)
    }
}

/// Rows that grow.
pub(crate) struct FoundRows {
    schema: SchemaRef,
    records: Rows,
    outcomes: StringBuilder,
    errors: StringBuilder,
}

impl FoundRows {
    pub(crate) fn push(&mut self, outcome: Outcome) -> Result<(), ProcessError> {
        match outcome {
            Outcome::Kept(doc) => self.add(&record(&doc), "written", None),
            Outcome::Dropped { document, stage, reason } => {
                self.add(&record(&document), "dropped", Some(format!("{stage}: {reason}")))
            }
            Outcome::Quarantined(entry) => {
                let error = format!("{}: {}: {}", entry.stage, entry.rule, entry.error);
                let mut record = nothing(entry.uri);
                record.source.bytes = entry.bytes;
                self.add(&record, "quarantined", Some(error))
            }
        }
    }

    pub(crate) fn push_refused(&mut self, refused: &Refused) -> Result<(), ProcessError> {
        let error = format!("source: {}: {}", refused.rule, refused.message);
        self.add(&nothing(refused.uri.clone()), "quarantined", Some(error))
    }

    fn add(&mut self, record: &Record<'_>, outcome: &str, error: Option<String>) -> Result<(), ProcessError> {
        self.records.push(record)?;
        self.outcomes.append_value(outcome);
        self.errors.append_option(error);
        Ok(())
    }

    pub(crate) fn finish(&mut self) -> Result<RecordBatch, ProcessError> {
        let mut columns = self.records.finish()?.columns().to_vec();
        columns.push(Arc::new(self.outcomes.finish()));
        columns.push(Arc::new(self.errors.finish()));
        Ok(RecordBatch::try_new(self.schema.clone(), columns)?)
    }
}

/// The record of a document. The columns beside it pass through as columns, and not once more as JSON.
fn record(doc: &Document) -> Record<'_> {
    let options = copydesk_record::Options { blocks: true, metadata: true, ..copydesk_record::Options::default() };
    let mut record = copydesk_record::to_record(doc, options);
    record.fields = copydesk_record::FreeJson::default();
    record
}

/// The record of a row from which nothing could be read.
fn nothing(uri: String) -> Record<'static> {
    let mut record = Record { schema: copydesk_record::SCHEMA_VERSION, ..Record::default() };
    record.source.uri = uri.into();
    record
}
