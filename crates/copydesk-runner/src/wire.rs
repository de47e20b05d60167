//! What goes between a process and its worker: a head in JSON, and behind it the bytes that it tells of.

use std::{
    collections::BTreeMap,
    io::{self, BufWriter, Read, Write},
    ops::Range,
    time::Duration,
};

use copydesk_document::{Extent, Input, Note, Span, Timestamp};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Map, Number, Value};

use crate::{
    Quarantined, Report,
    batch::{Batch, Finished},
    chain::{Passage, Untouched},
    checksum::Key,
    index::{Indexed, Particulars},
    lead::Leads,
};

/// A head is small, and a number that is not is nonsense.
const MOST_HEAD: u64 = 1 << 30;

/// How a worker is to work.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Orders {
    pub(crate) threads: usize,
    pub(crate) waiting: usize,
    /// Of the processor, in seconds: nothing is worked on for longer.
    pub(crate) seconds: Option<u64>,
    pub(crate) memory: Option<u64>,
    /// What its stages and exports have to be.
    pub(crate) instances: Key,
    /// What the program tells itself.
    pub(crate) program: String,
}

/// A piece of work: documents.
#[derive(Serialize, Deserialize)]
pub(crate) struct Piece {
    pub(crate) number: u64,
    items: Vec<Item>,
}

/// One document, the bytes apart.
#[derive(Serialize, Deserialize)]
struct Item {
    particulars: Particulars,
    document: Given,
}

#[derive(Serialize, Deserialize)]
enum Given {
    Bad(Quarantined),
    Input(Box<Head>),
}

/// All that is known of a document beside its bytes.
#[derive(Serialize, Deserialize)]
struct Head {
    uri: String,
    name: String,
    bytes: u64,
    content_type: Option<String>,
    fetched: Option<Timestamp>,
    url: Option<String>,
    status: Option<u16>,
    extent: Option<(u64, u64)>,
    declared: Vec<(String, String)>,
    notes: Vec<Doubt>,
    fields: Map<String, Value>,
    /// The bits of the numbers with a fraction, since digits do not always bring the same ones back.
    fractions: Vec<u64>,
}

/// A note: stage, code, message and place.
type Doubt = (String, String, String, Option<(u32, u32)>);

/// What comes back.
#[derive(Serialize, Deserialize)]
pub(crate) enum Answer {
    /// The worker is ready to work.
    Ready,
    Done(Box<Done>),
    /// It cannot go on.
    Failed(String),
}

/// A piece that is through, its rows apart.
#[derive(Serialize, Deserialize)]
pub(crate) struct Done {
    pub(crate) piece: u64,
    rows: Vec<u64>,
    leads: Vec<Leads>,
    quarantined: Vec<Quarantined>,
    index: Vec<Indexed>,
    counts: Report,
    /// Time on the clock and on the processor, by stage.
    times: Vec<(Duration, Duration)>,
}

/// Writes a head with the bytes behind it.
pub(crate) fn write(to: &mut impl Write, head: &impl Serialize, bytes: &[&[u8]]) -> io::Result<()> {
    let head = serde_json::to_vec(head)?;
    let mut first = (head.len() as u64).to_le_bytes().to_vec();
    first.extend_from_slice(&head);
    to.write_all(&first)?;
    bytes.iter().try_for_each(|bytes| to.write_all(bytes))?;
    to.flush()
}

/// The next head; `None` where the other side has gone.
pub(crate) fn read<T: DeserializeOwned>(from: &mut impl Read) -> io::Result<Option<T>> {
    let mut length = [0; 8];
    match from.read_exact(&mut length) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        read => read?,
    }
    let length = u64::from_le_bytes(length);
    if length > MOST_HEAD {
        return Err(io::ErrorKind::InvalidData.into());
    }
    Ok(Some(serde_json::from_slice(&read_bytes(from, length)?)?))
}

fn read_bytes(from: &mut impl Read, length: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or(0));
    if from.take(length).read_to_end(&mut bytes)? as u64 != length {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(bytes)
}

/// Sends some documents of a batch as a piece of work.
pub(crate) fn send(to: &mut impl Write, number: u64, batch: &Batch, range: Range<usize>) -> io::Result<()> {
    let mut bytes: Vec<&[u8]> = Vec::new();
    let mut items = Vec::new();
    for (passage, particulars) in batch.passages[range.clone()].iter().zip(&batch.inputs[range]) {
        let document = match passage.untouched() {
            Some(Untouched::Input(input)) => {
                bytes.push(&input.bytes);
                Given::Input(Box::new(Head::of(input)))
            }
            Some(Untouched::Bad(entry)) => Given::Bad(entry.clone()),
            None => continue,
        };
        items.push(Item { particulars: particulars.clone(), document });
    }
    write(&mut BufWriter::with_capacity(1 << 16, to), &Piece { number, items }, &bytes)
}

impl Piece {
    /// The documents as a batch; their bytes come behind the head.
    pub(crate) fn into_batch(self, from: &mut impl Read) -> io::Result<Batch> {
        let mut batch = Batch::default();
        for Item { particulars, document } in self.items {
            let passage = match document {
                Given::Bad(entry) => Passage::bad(entry),
                Given::Input(head) => {
                    let bytes = read_bytes(from, head.bytes)?;
                    batch.bytes += bytes.len() as u64;
                    Passage::new(head.into_input(bytes))
                }
            };
            batch.passages.push(passage);
            batch.inputs.push(particulars);
        }
        Ok(batch)
    }
}

impl Head {
    fn of(input: &Input) -> Self {
        let Input { uri, name, bytes, content_type, fetched, url, status, extent, declared, notes, fields } = input;
        let mut fractions = Vec::new();
        fields.values().for_each(|value| collect_fractions(value, &mut fractions));
        Self {
            uri: uri.clone(),
            name: name.clone(),
            bytes: bytes.len() as u64,
            content_type: content_type.clone(),
            fetched: *fetched,
            url: url.clone(),
            status: *status,
            extent: extent.map(|extent| (extent.offset, extent.length)),
            declared: declared.clone(),
            notes: notes.iter().map(note).collect(),
            fields: fields.clone(),
            fractions,
        }
    }

    fn into_input(self, bytes: Vec<u8>) -> Input {
        let Self { uri, name, content_type, fetched, url, status, extent, declared, notes, mut fields, .. } = self;
        let mut fractions = self.fractions.into_iter();
        fields.values_mut().for_each(|value| restore_fractions(value, &mut fractions));
        let extent = extent.map(|(offset, length)| Extent { offset, length });
        let notes = notes.into_iter().map(|(stage, code, message, span)| Note {
            stage: stage.into(),
            code: code.into(),
            message,
            span: span.map(|(start, end)| Span { start, end }),
        });
        let notes = notes.collect();
        Input { uri, name, bytes, content_type, fetched, url, status, extent, declared, notes, fields }
    }
}

fn note(note: &Note) -> Doubt {
    let span = note.span.map(|span| (span.start, span.end));
    (note.stage.to_string(), note.code.to_string(), note.message.clone(), span)
}

fn collect_fractions(value: &Value, found: &mut Vec<u64>) {
    match value {
        Value::Number(number) if number.is_f64() => found.extend(number.as_f64().map(f64::to_bits)),
        Value::Array(values) => values.iter().for_each(|value| collect_fractions(value, found)),
        Value::Object(values) => values.values().for_each(|value| collect_fractions(value, found)),
        _ => {}
    }
}

fn restore_fractions(value: &mut Value, bits: &mut impl Iterator<Item = u64>) {
    match value {
        Value::Number(number) if number.is_f64() => {
            if let Some(exact) = bits.next().and_then(|bits| Number::from_f64(f64::from_bits(bits))) {
                *number = exact;
            }
        }
        Value::Array(values) => values.iter_mut().for_each(|value| restore_fractions(value, bits)),
        Value::Object(values) => values.values_mut().for_each(|value| restore_fractions(value, bits)),
        _ => {}
    }
}

/// Sends what became of a piece of work.
pub(crate) fn answer(to: &mut impl Write, finished: &Finished) -> io::Result<()> {
    let rows: Vec<&[u8]> = finished.rows.iter().map(Vec::as_slice).collect();
    let done = Done {
        piece: finished.number,
        rows: rows.iter().map(|rows| rows.len() as u64).collect(),
        leads: finished.leads.clone(),
        quarantined: finished.quarantined.clone(),
        index: finished.index.clone(),
        counts: finished.counts.clone(),
        times: finished.counts.stages.iter().map(|stage| (stage.time, stage.cpu)).collect(),
    };
    write(to, &Answer::Done(Box::new(done)), &rows)
}

impl Done {
    /// The same on this side; the rows come behind the head.
    pub(crate) fn into_finished(self, from: &mut impl Read) -> io::Result<Finished> {
        let Self { piece, rows, leads, quarantined, index, mut counts, times } = self;
        let rows = rows.into_iter().map(|length| read_bytes(from, length)).collect::<io::Result<_>>()?;
        for (stage, time) in counts.stages.iter_mut().zip(times) {
            (stage.time, stage.cpu) = time;
        }
        Ok(Finished {
            number: piece,
            weight: 0,
            rows,
            leads,
            quarantined,
            index,
            counts,
            last: String::new(),
            ends: None,
        })
    }
}

/// Puts pieces of a batch together, in their order.
pub(crate) fn join(pieces: impl IntoIterator<Item = Finished>) -> Option<Finished> {
    pieces.into_iter().reduce(|mut whole, piece| {
        for (leads, (rows, behind)) in whole.leads.iter_mut().zip(whole.rows.iter().zip(&piece.leads)) {
            leads.append(behind, rows.len());
        }
        for (rows, more) in whole.rows.iter_mut().zip(piece.rows) {
            rows.extend_from_slice(&more);
        }
        whole.quarantined.extend(piece.quarantined);
        whole.index.extend(piece.index);
        whole.counts.merge(&piece.counts);
        whole
    })
}

/// What a batch is made of, by the place of the first document: where it ends, and what became of it.
pub(crate) type Pieces = BTreeMap<usize, (usize, Option<Finished>)>;

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use copydesk_stage::SourceItem;

    use super::*;
    use crate::index;

    #[test]
    fn a_document_arrives_as_it_was_sent() {
        let number = |text: &str| serde_json::from_str::<Value>(text).expect("a number");
        let mut fields = Map::new();
        // Both are read from digits into bits that other digits stand for.
        fields.insert("a".into(), number("[0.1, {\"b\": 1.7976931348623157e308}, 3, -1.0, 5e-324]"));
        fields.insert("c".into(), Value::from(f64::from_bits(0x3fb9_9999_9999_999b)));
        let input = Input {
            uri: "a.jsonl#line-1".into(),
            name: "a.jsonl#7".into(),
            bytes: b"\xff\0text".into(),
            content_type: Some("text/html".into()),
            fetched: "2024-05-06T07:08:09Z".parse().ok(),
            url: Some("https://example.org/".into()),
            status: Some(200),
            extent: Some(Extent { offset: 1, length: 2 }),
            declared: vec![("title".into(), "T".into())],
            notes: vec![Note {
                stage: "parse".into(),
                code: "c".into(),
                message: "m".into(),
                span: Some(Span::new(1, 2)),
            }],
            fields,
        };
        let item = SourceItem::Input(input.clone());
        let hash = index::hash(&item);
        let mut batch = Batch::default();
        batch.add(item, hash);
        let bad = SourceItem::Bad { uri: "b".into(), rule: "r".into(), message: "m".into() };
        let bad_hash = index::hash(&bad);
        batch.add(bad, bad_hash);
        let mut wire = Vec::new();
        send(&mut wire, 9, &batch, 0..2).expect("it is sent");
        let mut wire = Cursor::new(wire);
        let piece: Piece = read(&mut wire).expect("it arrives").expect("something");
        assert_eq!(piece.number, 9);
        let arrived = piece.into_batch(&mut wire).expect("its bytes");
        let Some(Untouched::Input(same)) = arrived.passages[0].untouched() else { panic!("no input") };
        assert_eq!(*same, input);
        assert!(matches!(arrived.passages[1].untouched(), Some(Untouched::Bad(entry)) if entry.uri == "b"));
        assert_eq!(arrived.inputs, batch.inputs);
        assert_eq!(arrived.inputs[0].record.as_deref(), Some("7"));
        assert!(read::<Piece>(&mut wire).expect("the end").is_none());
        assert!(read::<Piece>(&mut Cursor::new(b"nonsense that a stage prints".as_slice())).is_err());
    }
}
