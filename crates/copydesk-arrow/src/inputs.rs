//! Rows as documents, by the names that the fields of data sets usually have: as the source `parquet` reads them.

use arrow_array::RecordBatch;
use arrow_schema::Schema;
use copydesk_document::Input;
use copydesk_intake::{Columns, Names, Standing, Usual};
use serde_json::{Map, Value};

use crate::value::{self, Bytes};

/// Larger documents are refused, as by a source.
const MAX_BYTES: u64 = 32 << 20;

/// The rows of a batch that have not been taken yet.
pub(crate) struct Inputs<'b> {
    batch: &'b RecordBatch,
    names: Names,
    next: usize,
}

/// A row that holds no document.
pub(crate) struct Refused {
    /// What the row calls itself, or its number.
    pub(crate) uri: String,
    pub(crate) rule: &'static str,
    pub(crate) message: String,
}

impl<'b> Inputs<'b> {
    pub(crate) fn new(batch: &'b RecordBatch) -> Self {
        Self { batch, names: Names::new(""), next: 0 }
    }

    /// The next rows, and the number of the first.
    pub(crate) fn take(&mut self, most: usize) -> Option<(usize, Vec<Result<Input, Refused>>)> {
        let first = self.next;
        self.next = (first + most).min(self.batch.num_rows());
        (first < self.next).then(|| (first, (first..self.next).map(|row| self.input(row)).collect()))
    }

    fn input(&mut self, row: usize) -> Result<Input, Refused> {
        let usual = Usual::names();
        let columns = Columns {
            text: &usual.text,
            id: &usual.id,
            url: &usual.url,
            content_type: &usual.content_type,
            fetched: &usual.fetched,
            max_bytes: MAX_BYTES,
        };
        let mut record = Map::new();
        // Bytes that are no UTF-8 go to the parser as they are: it knows more of charsets than a column does.
        let mut raw: Vec<(&str, &[u8])> = Vec::new();
        let schema = self.batch.schema_ref();
        for (field, column) in schema.fields().iter().zip(self.batch.columns()) {
            let value = match value::bytes(column, row) {
                Some(Bytes::Text(text)) => Value::String(text.to_owned()),
                Some(Bytes::Other(bytes)) => {
                    let is_text = usual.text.iter().any(|name| name.eq_ignore_ascii_case(field.name()));
                    // A text in their place says that the column is filled.
                    if is_text {
                        raw.push((field.name(), bytes));
                        Value::String("\u{fffd}".into())
                    } else {
                        Value::Null
                    }
                }
                None => value::json(column, row),
            };
            record.insert(field.name().clone(), value);
        }
        let uri = format!("row-{row}");
        let standing = Standing { uri: uri.clone(), ..Standing::default() };
        let mut input = columns.input(standing, &mut self.names, record).map_err(|refused| Refused {
            uri,
            rule: refused.rule,
            message: refused.message,
        })?;
        // The field that holds the document was taken out of the others.
        if let Some((name, bytes)) = raw.into_iter().find(|(name, _)| !input.fields.contains_key(*name)) {
            if bytes.len() as u64 > MAX_BYTES {
                let message = format!("`{name}` has more than {MAX_BYTES} bytes");
                return Err(Refused { uri: input.uri, rule: "limit.size", message });
            }
            input.bytes = bytes.to_vec();
            let media_type = input.content_type.as_deref().and_then(|own| own.split(';').next()).map(str::to_owned);
            input.content_type = media_type.filter(|own| own != "text/plain");
        }
        let own = input.name.trim_start_matches('#');
        if !own.is_empty() {
            own.clone_into(&mut input.uri);
        }
        Ok(input)
    }
}

/// Where the documents of a batch are.
pub(crate) enum Content {
    /// One column holds them.
    Column(usize),
    /// They stand inside of columns of structs.
    Inside,
    Nowhere,
}

/// Where the documents are, by the names of the columns.
pub(crate) fn content(schema: &Schema) -> Content {
    let names = &Usual::names().text;
    let at = |name: &str| schema.fields().iter().position(|field| field.name().eq_ignore_ascii_case(name));
    let whole = names.iter().filter_map(|name| at(name)).find(|at| value::may_be_text(schema.field(*at).data_type()));
    let mut inside = names.iter().filter_map(|name| name.split_once('.'));
    match whole {
        Some(at) => Content::Column(at),
        None if inside.any(|(outer, _)| at(outer).is_some()) => Content::Inside,
        None => Content::Nowhere,
    }
}
