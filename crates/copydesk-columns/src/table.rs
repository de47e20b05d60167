//! The tables, column by column: name, type, and where the value stands in the record.

use std::{borrow::Cow, sync::Arc};

use arrow_schema::{DataType, Field, Fields, Schema, TimeUnit};
use copydesk_document::{Credit, LanguageShare, Timestamp};
use copydesk_record::{Block, Caption, Chunk, Decision, FreeJson, Note, Place, Provenance, Record, Translation};
use jiff::civil;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Options, cell::Cell};

/// What a row stands for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Table {
    /// A document.
    #[default]
    Documents,
    /// A block of a document.
    Blocks,
    /// A caption.
    Captions,
    /// A label that a block was given, with its reason.
    Decisions,
    /// A piece of the main text.
    Chunks,
}

impl Table {
    /// The name in pipeline files and in the metadata of a file.
    pub fn name(self) -> &'static str {
        match self {
            Self::Documents => "documents",
            Self::Blocks => "blocks",
            Self::Captions => "captions",
            Self::Decisions => "decisions",
            Self::Chunks => "chunks",
        }
    }

    /// The columns.
    pub(crate) fn schema(self, options: Options) -> Schema {
        let of_document = || fields(OF_DOCUMENT.iter()).into_iter();
        let all: Vec<Field> = match self {
            Self::Documents => fields(documents(options)),
            Self::Blocks => of_document().chain(fields(BLOCK)).collect(),
            Self::Captions => of_document().chain(fields(CAPTION)).collect(),
            Self::Decisions => of_document().chain(fields(DECISION)).collect(),
            Self::Chunks => fields(OF_CHUNK).into_iter().chain(fields(CHUNK)).collect(),
        };
        Schema::new(all)
    }

    /// The rows of a document.
    pub(crate) fn rows<'r>(self, options: Options, record: &'r Record<'r>) -> Vec<Vec<Cell<'r>>> {
        fn each<'r, O: Owner>(
            record: &'r Record<'r>,
            items: &'r [O::Of<'r>],
            columns: &[Column<O>],
        ) -> Vec<Vec<Cell<'r>>> {
            let row = |item| cells(OF_DOCUMENT, record).into_iter().chain(cells(columns, item)).collect();
            items.iter().map(row).collect()
        }
        match self {
            Self::Documents => vec![documents(options).map(|column| (column.cell)(record)).collect()],
            Self::Blocks => each(record, record.blocks.as_deref().unwrap_or_default(), BLOCK),
            Self::Captions => each(record, &record.captions, CAPTION),
            Self::Decisions => each(record, record.decisions.as_deref().unwrap_or_default(), DECISION),
            Self::Chunks => {
                let row = |(at, chunk): (usize, &'r Chunk)| {
                    let name = Cell::Made(format!("{}-{at}", record.id));
                    let of_document = std::iter::once(name).chain(cells(OF_CHUNK, record).into_iter().skip(1));
                    of_document.chain(cells(CHUNK, chunk)).collect()
                };
                record.chunks.iter().flatten().enumerate().map(row).collect()
            }
        }
    }
}

/// Something that rows are made from, which borrows for as long as it is asked to.
trait Owner {
    type Of<'r>: 'r;
}

macro_rules! owners {
    ($($owner:ident: $of:ty;)*) => {
        $(struct $owner;
        impl Owner for $owner {
            type Of<'r> = $of;
        })*
    };
}

owners! {
    OfRecord: Record<'r>;
    OfBlock: Block<'r>;
    OfCaption: Caption<'r>;
    OfTranslation: Translation<'r>;
    OfDecision: Decision<'r>;
    OfChunk: Chunk;
    OfProvenance: Provenance<'r>;
    OfNote: Note<'r>;
    OfLanguage: LanguageShare;
    OfCredit: Credit;
}

/// A column of rows that are made from an `O`.
struct Column<O: Owner> {
    name: &'static str,
    kind: Kind,
    cell: for<'r> fn(&'r O::Of<'r>) -> Cell<'r>,
}

/// The type of a column.
#[derive(Clone, Copy)]
enum Kind {
    /// A text that is always there.
    Text,
    MaybeText,
    Int,
    MaybeInt,
    Float,
    MaybeFloat,
    MaybeBool,
    /// A day of the calendar.
    MaybeDay,
    /// A moment, in UTC.
    MaybeInstant,
    Texts,
    Numbers,
    /// A list of structs.
    Structs(fn() -> Vec<Field>),
}

macro_rules! columns {
    ($($name:literal: $kind:expr, $cell:expr;)*) => {
        &[$(Column { name: $name, kind: $kind, cell: $cell }),*]
    };
}

/// What every row says of its document.
const OF_DOCUMENT: &[Column<OfRecord>] = columns! {
    "id": Kind::Text, |l| Cell::Text(&l.id);
    "source_uri": Kind::Text, |l| Cell::Text(&l.source.uri);
};

const DOCUMENT: &[Column<OfRecord>] = columns! {
    "source_media_type": Kind::Text, |l| Cell::Text(&l.source.media_type);
    "source_charset": Kind::Text, |l| Cell::Text(&l.source.charset);
    "source_bytes": Kind::Int, |l| Cell::Int(i64::try_from(l.source.bytes).unwrap_or(i64::MAX));
    "source_sha256": Kind::Text, |l| Cell::Text(&l.source.sha256);
    "source_url": Kind::MaybeText, |l| Cell::text(l.source.url.as_deref());
    "source_fetched": Kind::MaybeText, |l| l.source.fetched.map_or(Cell::Null, |time| Cell::Made(time.to_string()));
    "source_status": Kind::MaybeInt, |l| l.source.status.map_or(Cell::Null, |n| Cell::Int(n.into()));
    "source_content_type": Kind::MaybeText, |l| Cell::text(l.source.content_type.as_deref());
    "source_offset": Kind::MaybeInt, |l| number(l.source.offset);
    "source_length": Kind::MaybeInt, |l| number(l.source.length);
    "title": Kind::MaybeText, |l| Cell::text(l.title.as_deref());
    "authors": Kind::Texts, |l| Cell::texts(&l.authors);
    "published": Kind::MaybeText, |l| l.published.map_or(Cell::Null, |time| Cell::Made(time.to_string()));
    "published_day": Kind::MaybeDay, |l| day(l.published);
    "published_utc": Kind::MaybeInstant, |l| instant(l.published);
    "modified": Kind::MaybeText, |l| l.modified.map_or(Cell::Null, |time| Cell::Made(time.to_string()));
    "modified_day": Kind::MaybeDay, |l| day(l.modified);
    "modified_utc": Kind::MaybeInstant, |l| instant(l.modified);
    "site_name": Kind::MaybeText, |l| Cell::text(l.site_name.as_deref());
    "section": Kind::MaybeText, |l| Cell::text(l.section.as_deref());
    "tags": Kind::Texts, |l| Cell::texts(&l.tags);
    "description": Kind::MaybeText, |l| Cell::text(l.description.as_deref());
    "url": Kind::MaybeText, |l| Cell::text(l.url.as_deref());
    "image": Kind::MaybeText, |l| Cell::text(l.image.as_deref());
    "language": Kind::MaybeText, |l| Cell::text(l.language.as_deref());
    "languages": Kind::Structs(|| fields(LANGUAGE)), |l| structs(&l.languages, LANGUAGE);
    "dateline_place": Kind::MaybeText, |l| Cell::text(l.dateline.as_ref().and_then(|d| d.place.as_deref()));
    "dateline_agency": Kind::MaybeText, |l| Cell::text(l.dateline.as_ref().and_then(|d| d.agency.as_deref()));
    "license": Kind::MaybeText, |l| Cell::text(l.license.as_deref());
    "paywalled": Kind::MaybeBool, |l| l.paywalled.map_or(Cell::Null, Cell::Bool);
    "page_type": Kind::MaybeText, |l| Cell::text(l.page_type.map(copydesk_document::PageType::name));
    "text_confidence": Kind::MaybeFloat, |l| l.text_confidence.map_or(Cell::Null, Cell::Float);
    "text": Kind::Text, |l| Cell::Text(&l.text);
    "captions": Kind::Structs(|| fields(CAPTION)), |l| structs(&l.captions, CAPTION);
    "notes": Kind::Structs(|| fields(NOTE)), |l| structs(&l.notes, NOTE);
    "ext": Kind::MaybeText, |l| free(&l.ext);
    "fields": Kind::MaybeText, |l| free(&l.fields);
    "duplicates_cluster": Kind::MaybeText, |l| Cell::text(l.duplicates.as_ref().map(|found| &*found.cluster));
    "duplicates_of": Kind::MaybeText, |l| Cell::text(l.duplicates.as_ref().map(|found| &*found.of));
    "duplicates_share": Kind::MaybeFloat, |l| l.duplicates.as_ref().map_or(Cell::Null, |found| Cell::Float(found.share));
    "duplicates_kind": Kind::MaybeText, |l| l.duplicates.as_ref().map_or(Cell::Null, |found| name(&found.kind));
    "versions_first": Kind::MaybeText, |l| Cell::text(l.versions.as_ref().map(|found| &*found.first));
    "versions_previous": Kind::MaybeText, |l| Cell::text(l.versions.as_ref().and_then(|found| found.previous.as_deref()));
    "versions_number": Kind::MaybeInt, |l| l.versions.as_ref().map_or(Cell::Null, |found| found.number.into());
    "versions_changed": Kind::Texts, |l| Cell::texts(l.versions.as_ref().map_or(&[], |found| &*found.changed));
    "versions_added": Kind::Numbers, |l| numbers(l.versions.as_ref().map_or(&[], |found| &*found.added));
    "versions_removed": Kind::Numbers, |l| numbers(l.versions.as_ref().map_or(&[], |found| &*found.removed));
    "versions_share": Kind::MaybeFloat,
        |l| l.versions.as_ref().and_then(|found| found.share).map_or(Cell::Null, Cell::Float);
    "surveys": Kind::MaybeText, |l| l.surveys.as_ref().map_or(Cell::Null, free);
};

fn number(number: Option<u64>) -> Cell<'static> {
    number.and_then(|number| i64::try_from(number).ok()).map_or(Cell::Null, Cell::Int)
}

fn numbers(numbers: &[u32]) -> Cell<'static> {
    Cell::List(numbers.iter().map(|number| Cell::from(*number)).collect())
}

const MARKDOWN: &[Column<OfRecord>] = columns! {
    "markdown": Kind::MaybeText, |l| Cell::text(l.markdown.as_deref());
};

const BLOCKS: &[Column<OfRecord>] = columns! {
    "blocks": Kind::Structs(|| fields(BLOCK)), |l| structs(l.blocks.as_deref().unwrap_or_default(), BLOCK);
};

const METADATA: &[Column<OfRecord>] = columns! {
    "metadata": Kind::Structs(|| fields(PROVENANCE)),
        |l| structs(l.metadata.as_deref().unwrap_or_default(), PROVENANCE);
};

const LANGUAGE: &[Column<OfLanguage>] = columns! {
    "tag": Kind::Text, |l| Cell::Text(&l.tag);
    "share": Kind::Float, |l| Cell::Float(l.share);
};

const CAPTION: &[Column<OfCaption>] = columns! {
    "text": Kind::Text, |c| Cell::Text(&c.text);
    "language": Kind::MaybeText, |c| Cell::text(c.language.as_deref());
    "credit": Kind::MaybeText, |c| Cell::text(c.credit.as_deref());
    "translations": Kind::Structs(|| fields(TRANSLATION)), |c| structs(&c.translations, TRANSLATION);
    "credits": Kind::Structs(|| fields(CREDIT)), |c| structs(&c.credits, CREDIT);
    "image": Kind::MaybeText, |c| Cell::text(c.image.as_deref());
    "kind": Kind::Text, |c| name(&c.kind);
};

const TRANSLATION: &[Column<OfTranslation>] = columns! {
    "text": Kind::Text, |t| Cell::Text(&t.text);
    "language": Kind::MaybeText, |t| Cell::text(t.language.as_deref());
    "credit": Kind::MaybeText, |t| Cell::text(t.credit.as_deref());
};

const CREDIT: &[Column<OfCredit>] = columns! {
    "name": Kind::MaybeText, |c| Cell::text(c.name.as_deref());
    "agency": Kind::MaybeText, |c| Cell::text(c.agency.as_deref());
};

const BLOCK: &[Column<OfBlock>] = columns! {
    "block": Kind::Int, |b| b.id.into();
    "kind": Kind::Text, |b| name(&b.kind);
    "level": Kind::MaybeInt, |b| b.level.map_or(Cell::Null, |level| Cell::Int(level.into()));
    "label": Kind::Text, |b| name(&b.label);
    "text": Kind::Text, |b| Cell::Text(&b.text);
    "language": Kind::MaybeText, |b| Cell::text(b.language.as_deref());
    "start_byte": Kind::Int, |b| b.place.start.into();
    "end_byte": Kind::Int, |b| b.place.end.into();
    "line": Kind::Int, |b| b.place.line.into();
};

const DECISION: &[Column<OfDecision>] = columns! {
    "block": Kind::Int, |d| d.block.into();
    "label": Kind::Text, |d| name(&d.label);
    "stage": Kind::Text, |d| Cell::Text(&d.stage);
    "rule": Kind::Text, |d| Cell::Text(&d.rule);
    "detail": Kind::Text, |d| Cell::Text(&d.detail);
};

/// What a piece says of its document. The first is the name of the piece, which is made of its place among the others.
const OF_CHUNK: &[Column<OfRecord>] = columns! {
    "id": Kind::Text, |l| Cell::Text(&l.id);
    "document": Kind::Text, |l| Cell::Text(&l.id);
    "source_uri": Kind::Text, |l| Cell::Text(&l.source.uri);
    "url": Kind::MaybeText, |l| Cell::text(l.url.as_deref().or(l.source.url.as_deref()));
    "title": Kind::MaybeText, |l| Cell::text(l.title.as_deref());
};

const CHUNK: &[Column<OfChunk>] = columns! {
    "kind": Kind::Text, |c| name(&c.kind);
    "headings": Kind::Texts, |c| Cell::texts(&c.headings);
    "text": Kind::Text, |c| Cell::Text(&c.text);
    "start": Kind::MaybeInt, |c| number(c.start);
    "end": Kind::MaybeInt, |c| number(c.end);
    "blocks": Kind::Numbers, |c| numbers(&c.blocks);
    "start_byte": Kind::MaybeInt, |c| of_place(c.place, |place| place.start);
    "end_byte": Kind::MaybeInt, |c| of_place(c.place, |place| place.end);
    "line": Kind::MaybeInt, |c| of_place(c.place, |place| place.line);
    "language": Kind::MaybeText, |c| Cell::text(c.language.as_deref());
    "characters": Kind::Int, |c| Cell::Int(i64::try_from(c.characters).unwrap_or(i64::MAX));
    "words": Kind::Int, |c| Cell::Int(i64::try_from(c.words).unwrap_or(i64::MAX));
    "tokens": Kind::MaybeInt, |c| number(c.tokens);
    "captions": Kind::Texts, |c| Cell::texts(&c.captions);
};

const PROVENANCE: &[Column<OfProvenance>] = columns! {
    "field": Kind::Text, |p| name(&p.field);
    "value": Kind::Text, |p| Cell::Text(&p.value);
    "origin": Kind::Text, |p| name(&p.origin);
    "name": Kind::Text, |p| Cell::Text(&p.name);
    "confidence": Kind::Float, |p| Cell::Float(p.confidence);
    "start_byte": Kind::MaybeInt, |p| of_place(p.place, |place| place.start);
    "end_byte": Kind::MaybeInt, |p| of_place(p.place, |place| place.end);
    "line": Kind::MaybeInt, |p| of_place(p.place, |place| place.line);
};

const NOTE: &[Column<OfNote>] = columns! {
    "stage": Kind::Text, |n| Cell::Text(&n.stage);
    "code": Kind::Text, |n| Cell::Text(&n.code);
    "message": Kind::Text, |n| Cell::Text(&n.message);
    "start_byte": Kind::MaybeInt, |n| of_place(n.place, |place| place.start);
    "end_byte": Kind::MaybeInt, |n| of_place(n.place, |place| place.end);
    "line": Kind::MaybeInt, |n| of_place(n.place, |place| place.line);
};

/// The columns of the table of documents, in order.
fn documents(options: Options) -> impl Iterator<Item = &'static Column<OfRecord>> {
    let wanted =
        |columns: &'static [Column<OfRecord>], wanted| columns.iter().take(if wanted { columns.len() } else { 0 });
    OF_DOCUMENT
        .iter()
        .chain(DOCUMENT)
        .chain(wanted(MARKDOWN, options.markdown))
        .chain(wanted(BLOCKS, options.blocks))
        .chain(wanted(METADATA, options.metadata))
}

fn fields<'c, O: Owner + 'c>(columns: impl IntoIterator<Item = &'c Column<O>>) -> Vec<Field> {
    columns.into_iter().map(|column| field(column.name, column.kind)).collect()
}

fn field(name: &str, kind: Kind) -> Field {
    let list = |item: DataType| DataType::List(Arc::new(Field::new("element", item, false)));
    let (data_type, nullable) = match kind {
        Kind::Text => (DataType::Utf8, false),
        Kind::MaybeText => (DataType::Utf8, true),
        Kind::Int => (DataType::Int64, false),
        Kind::MaybeInt => (DataType::Int64, true),
        Kind::Float => (DataType::Float32, false),
        Kind::MaybeFloat => (DataType::Float32, true),
        Kind::MaybeBool => (DataType::Boolean, true),
        Kind::MaybeDay => (DataType::Date32, true),
        Kind::MaybeInstant => (DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())), true),
        Kind::Texts => (list(DataType::Utf8), false),
        Kind::Numbers => (list(DataType::Int64), false),
        Kind::Structs(fields) => (list(DataType::Struct(Fields::from(fields()))), false),
    };
    Field::new(name, data_type, nullable)
}

fn cells<'r, O: Owner>(columns: &[Column<O>], value: &'r O::Of<'r>) -> Vec<Cell<'r>> {
    columns.iter().map(|column| (column.cell)(value)).collect()
}

fn structs<'r, O: Owner>(values: &'r [O::Of<'r>], columns: &[Column<O>]) -> Cell<'r> {
    Cell::List(values.iter().map(|value| Cell::Struct(cells(columns, value))).collect())
}

fn of_place(place: Option<Place>, number: fn(Place) -> u32) -> Cell<'static> {
    place.map_or(Cell::Null, |place| number(place).into())
}

fn free(object: &FreeJson) -> Cell<'_> {
    object.text().map_or(Cell::Null, |text| match text {
        Cow::Borrowed(text) => Cell::Text(text),
        Cow::Owned(text) => Cell::Made(text),
    })
}

/// Days since 1970, as Arrow counts them.
fn day(time: Option<Timestamp>) -> Cell<'static> {
    let days = |day: civil::Date| (day - civil::date(1970, 1, 1)).get_days();
    time.and_then(Timestamp::day).map_or(Cell::Null, |day| Cell::Day(days(day)))
}

/// Microseconds since 1970.
fn instant(time: Option<Timestamp>) -> Cell<'static> {
    time.and_then(Timestamp::instant).map_or(Cell::Null, |moment| Cell::Instant(moment.as_microsecond()))
}

/// The name that a value has in a record.
fn name(value: &impl Serialize) -> Cell<'static> {
    Cell::Made(copydesk_record::name(value))
}
