//! The documents of one file.

use std::{
    collections::{HashMap, HashSet},
    io::{self, Read},
};

use copydesk_document::{Extent, Note};
use copydesk_intake::{FileName, Names, Standing, bad, read_fault};
use copydesk_parse::{Charset, charset_of};
use copydesk_stage::SourceItem;
use copydesk_unpack::Stream;
use encoding_rs::UTF_8;
use serde_json::{Map, Value};

use crate::{
    Options,
    rows::{Read1, Row, Rows},
};

/// With fewer columns than this, a line of prose may be taken for a row: the lines of a row with the wrong number of
/// fields are then not read again, unless it runs to the end of the file.
const TELLING_COLUMNS: usize = 3;

/// The documents of a file, and what is wrong with the rows that are none.
pub fn records<R: Read>(
    file: FileName,
    stream: Stream<R>,
    options: &Options,
) -> impl Iterator<Item = SourceItem> + use<R> {
    let options = options.clone();
    let FileName { uri, name } = file;
    let names = Names::new(name);
    let mut records =
        Records { uri, names, rows: None, options, columns: Vec::new(), named: 0, number: 0, lost: false, first: None };
    match Rows::new(stream, records.options.delimiter_byte(), &records.options.text, records.options.max_row) {
        Ok(rows) => records.rows = Some(rows),
        Err(error) => {
            let (rule, message) = read_fault(&error);
            records.first = Some(bad(records.uri.as_str(), rule, message));
        }
    }
    records
}

struct Records<R: Read> {
    uri: String,
    names: Names,
    /// None once there is nothing more to be read.
    rows: Option<Rows<R>>,
    options: Options,
    columns: Vec<String>,
    /// How many columns there are up to the last that has a name.
    named: usize,
    number: u64,
    /// Whether rows are looked for among the lines of one that was none.
    lost: bool,
    /// What is wrong with the file as a whole.
    first: Option<SourceItem>,
}

impl<R: Read> Records<R> {
    fn bad(&self, rule: &str, line: u64, position: u64, message: &str) -> SourceItem {
        let number = self.number;
        let place = format!("row {number}, in line {line} from byte {position}");
        bad(format!("{}#record-{number}", self.uri), rule, format!("{place}: {message}"))
    }

    /// Takes the names of the columns. The error is what is wrong with the file.
    fn header(&mut self, names: Vec<String>) -> Result<(), Box<SourceItem>> {
        self.named = names.iter().rposition(|name| !name.is_empty()).map_or(0, |last| last + 1);
        self.columns = distinct(names);
        let has = |wanted: &String| self.columns.iter().any(|column| column.eq_ignore_ascii_case(wanted));
        if self.options.text.iter().any(has) {
            return Ok(());
        }
        let shown: Vec<String> = self.columns.iter().take(20).map(|name| format!("`{name}`")).collect();
        let message = format!("no column holds the document: name it in `text`; there are {}", shown.join(", "));
        Err(Box::new(bad(self.uri.as_str(), "csv.column", message)))
    }

    /// The columns of a file whose first row names them. The error is what is wrong with the file.
    fn header_row(&mut self, row: &Row) -> Result<(), Box<SourceItem>> {
        if row.open {
            let message = format!("the quote that begins in its header, in line {}, is never closed", row.line);
            return Err(Box::new(bad(self.uri.as_str(), "csv.quote", message)));
        }
        self.header(row.fields().map(|field| String::from_utf8_lossy(field).trim().to_owned()).collect())
    }

    /// What is wrong with a row, whose other lines are read again if that is affordable; none where the beginning of
    /// what is wrong has been told of.
    fn wrong(&mut self, row: &Row, rule: &str, message: &str, again: bool) -> Option<SourceItem> {
        let again = again && self.rows.as_mut().is_some_and(|rows| rows.read_again(row));
        if self.lost {
            return None;
        }
        self.number += 1;
        self.lost = again;
        let hint = if again { "; is a quote missing? Its other lines are read as rows of their own" } else { "" };
        Some(self.bad(rule, row.line, row.position, &format!("{message}{hint}")))
    }

    fn row(&mut self, mut row: Row) -> Option<SourceItem> {
        // Whatever number of fields it has: all rows behind the quote may be in it.
        if row.open {
            return self.wrong(&row, "csv.quote", "a quote in it is never closed", true);
        }
        let columns = self.columns.len();
        row.trim(columns);
        let (row, len) = (&row, row.len());
        // A header that ends in a delimiter has columns without names, which rows may lack.
        let lacks_nothing = len < columns && len >= self.named;
        if len != columns && !lacks_nothing {
            let message = format!("it has {len} fields, and the header has {columns}");
            return self.wrong(row, "csv.fields", &message, row.last || columns >= TELLING_COLUMNS);
        }
        self.lost = false;
        self.number += 1;
        let (record, notes) = self.record(row);
        let decoding = self.rows.as_ref().is_some_and(Rows::is_decoding);
        let extent = Extent { offset: row.position, length: row.stored_len() };
        let standing = Standing {
            uri: format!("{}#record-{}", self.uri, self.number),
            extent: (!decoding).then_some(extent),
            notes,
        };
        match self.options.columns().input(standing, &mut self.names, record) {
            Ok(input) => Some(SourceItem::Input(input)),
            Err(refused) => Some(self.bad(refused.rule, row.line, row.position, &refused.message)),
        }
    }

    /// The fields of a row by the names of their columns. One that is not in the charset of the file is decoded by itself.
    fn record(&self, row: &Row) -> (Map<String, Value>, Vec<Note>) {
        let mut record = Map::new();
        let mut notes = Vec::new();
        let is_utf8 = row.fields().all(|field| std::str::from_utf8(field).is_ok());
        let utf8 = Charset::Known(UTF_8);
        let charset = if is_utf8 { utf8 } else { charset_of(row.raw()) };
        let mut replaced = 0;
        for (name, field) in self.columns.iter().zip(row.fields()) {
            let text = charset.decode(field);
            replaced += text.matches('\u{FFFD}').count();
            record.insert(name.clone(), Value::from(text));
        }
        let mut note = |code: &'static str, message: String| {
            notes.push(Note { stage: "source".into(), code: code.into(), message, span: None });
        };
        if let Some(charset) = self.rows.as_ref().and_then(Rows::guessed) {
            note("charset-guessed", format!("nothing names the charset of the file; {charset} fits best"));
        }
        if !is_utf8 {
            let charset = charset.name();
            note(
                "charset-mismatch",
                format!("the file begins in UTF-8, and this row is none; it was read as {charset}"),
            );
        }
        if replaced > 0 {
            note(
                "charset-replaced",
                format!("{replaced} places of the row are U+FFFD, which stands for what cannot be read"),
            );
        }
        (record, notes)
    }

    fn fail(&mut self, error: &io::Error) -> SourceItem {
        self.number += 1;
        let (rule, message) = read_fault(error);
        let goes_on = self.rows.as_mut().is_some_and(|rows| rows.resync().unwrap_or(false));
        if !goes_on || self.columns.is_empty() {
            self.rows = None;
        }
        // The first line behind a gap may be the end of a longer one.
        self.lost = true;
        let number = self.number;
        bad(format!("{}#record-{number}", self.uri), rule, format!("row {number}: {message}"))
    }
}

/// Names of which none is there twice: a second `a` is called `a_2`.
fn distinct(names: Vec<String>) -> Vec<String> {
    let mut taken = HashSet::new();
    let mut counts: HashMap<String, u32> = HashMap::new();
    let mut all = Vec::with_capacity(names.len());
    for name in names {
        let mut own = name.clone();
        while !taken.insert(own.clone()) {
            let count = counts.entry(name.clone()).or_insert(1);
            *count += 1;
            own = format!("{name}_{count}");
        }
        all.push(own);
    }
    all
}

impl<R: Read> Iterator for Records<R> {
    type Item = SourceItem;

    fn next(&mut self) -> Option<SourceItem> {
        if let Some(item) = self.first.take() {
            self.rows = None;
            return Some(item);
        }
        loop {
            if self.columns.is_empty() && !self.options.columns.is_empty() {
                let names = self.options.columns.clone();
                if let Err(item) = self.header(names) {
                    self.rows = None;
                    return Some(*item);
                }
            }
            match self.rows.as_mut()?.read() {
                Ok(Read1::Row(row)) if self.columns.is_empty() => {
                    if let Err(item) = self.header_row(&row) {
                        self.rows = None;
                        return Some(*item);
                    }
                }
                Ok(Read1::Row(row)) => {
                    if let Some(item) = self.row(row) {
                        return Some(item);
                    }
                }
                Ok(Read1::TooLong { line, position }) => {
                    // Without the names of its columns a file says nothing.
                    if self.columns.is_empty() {
                        self.rows = None;
                    }
                    if std::mem::replace(&mut self.lost, true) {
                        continue;
                    }
                    self.number += 1;
                    let most = self.options.max_row;
                    let message = format!("it has more than {most} bytes or too many fields; is a quote missing?");
                    return Some(self.bad("limit.row", line, position, &message));
                }
                Ok(Read1::End) => self.rows = None,
                Err(error) => return Some(self.fail(&error)),
            }
        }
    }
}
