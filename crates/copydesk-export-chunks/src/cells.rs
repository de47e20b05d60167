//! A piece as a row of CSV.

use copydesk_record::name;
use copydesk_stage::ExportError;

use crate::Row;

/// The columns, in order.
const COLUMNS: [&str; 19] = [
    "id",
    "document",
    "uri",
    "url",
    "title",
    "kind",
    "headings",
    "text",
    "start",
    "end",
    "blocks",
    "place.start",
    "place.end",
    "place.line",
    "language",
    "characters",
    "words",
    "tokens",
    "captions",
];

/// The names of the columns as the first row.
pub(crate) fn header() -> Vec<u8> {
    // Writing to memory does not fail.
    line(&COLUMNS.map(str::to_owned)).unwrap_or_default()
}

/// The row of a piece. Several values in one cell are separated by `; `.
pub(crate) fn row(row: &Row) -> Result<Vec<u8>, ExportError> {
    let chunk = &row.chunk;
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let number = |number: Option<u64>| number.map(|number| number.to_string()).unwrap_or_default();
    let place = |of: fn(&copydesk_record::Place) -> u32| number(chunk.place.as_ref().map(|place| of(place).into()));
    let blocks: Vec<String> = chunk.blocks.iter().map(ToString::to_string).collect();
    line(&[
        row.id.clone(),
        row.document.clone(),
        row.uri.clone(),
        text(&row.url),
        text(&row.title),
        name(&chunk.kind),
        chunk.headings.join("; "),
        chunk.text.clone(),
        number(chunk.start),
        number(chunk.end),
        blocks.join("; "),
        place(|place| place.start),
        place(|place| place.end),
        place(|place| place.line),
        text(&chunk.language),
        chunk.characters.to_string(),
        chunk.words.to_string(),
        number(chunk.tokens),
        chunk.captions.join("; "),
    ])
}

fn line(cells: &[String; COLUMNS.len()]) -> Result<Vec<u8>, ExportError> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    writer.write_record(cells).map_err(|error| ExportError::new(error.to_string()))?;
    writer.into_inner().map_err(|error| ExportError::new(error.to_string()))
}
