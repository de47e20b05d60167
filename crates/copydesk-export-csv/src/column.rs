//! The columns that there are, and what stands in them.

use std::borrow::Cow;

use copydesk_document::{Block, BlockId, Decision, Document, LineIndex};
use copydesk_record::{Caption, Record, name};
use copydesk_stage::{ConfigError, LateField};
use serde_json::Value;

use crate::Rows;

type OfRecord = for<'r> fn(&'r Record<'_>) -> Cow<'r, str>;
type OfBlock = for<'r> fn(&'r BlockRow<'_>) -> Cow<'r, str>;

/// A column that was chosen.
#[derive(Clone, Debug)]
pub(crate) enum Column {
    Record(&'static str, OfRecord),
    Block(&'static str, OfBlock),
    /// `fields.NAME`, whole.
    Field(String),
    /// `ext.STAGE`, whole, or `ext.STAGE.KEY`.
    Ext(Ext),
    /// What a survey has found, which is put in when all documents have been seen.
    Late(Late),
}

/// A finding of a survey: `duplicates.KEY`, `versions.KEY`, `surveys.NAME` or `surveys.NAME.KEY`.
#[derive(Clone, Debug)]
pub(crate) struct Late {
    name: String,
}

impl Late {
    fn parse(name: &str) -> Option<Self> {
        let known = OF_SURVEYS.contains(&name)
            || name.strip_prefix(SURVEYS).is_some_and(|rest| rest.split('.').all(|part| !part.is_empty()));
        known.then(|| Self { name: name.to_owned() })
    }

    /// The cell, from the fields that surveys have filled.
    pub(crate) fn cell(&self, fields: &[LateField<'_>]) -> String {
        let mut parts = self.name.split('.');
        let field = parts.next().unwrap_or_default();
        let Some(found) = fields.iter().find(|late| late.name == field) else { return String::new() };
        // What is free in its shape is text.
        let opened = found.value.as_str().and_then(|text| serde_json::from_str::<Value>(text).ok());
        let found = Some(opened.as_ref().unwrap_or(&found.value));
        parts.fold(found, |found, key| found?.get(key)).map_or_else(String::new, |found| value(found).into_owned())
    }
}

/// A finding of a stage.
#[derive(Clone, Debug)]
pub(crate) struct Ext {
    name: String,
    pub(crate) stage: String,
    /// Key in key, from the stage's own object on.
    keys: Vec<String>,
}

impl Ext {
    fn parse(name: &str) -> Option<Self> {
        let mut parts = name.strip_prefix(EXT)?.split('.').map(str::to_owned);
        let (stage, keys) = (parts.next()?, parts.collect::<Vec<_>>());
        let named = !stage.is_empty() && keys.iter().all(|key| !key.is_empty());
        named.then(|| Self { name: name.to_owned(), stage, keys })
    }

    fn cell<'r>(&self, record: &'r Record<'_>) -> Cow<'r, str> {
        let found = record.ext.get(&self.stage);
        self.keys.iter().fold(found, |found, key| found?.get(key)).map_or("".into(), value)
    }
}

const FIELD: &str = "fields.";
const EXT: &str = "ext.";
const SURVEYS: &str = "surveys.";

/// Columns with names to choose.
const OPEN: &[&str] = &["fields.NAME", "ext.STAGE", "ext.STAGE.KEY", "surveys.NAME", "surveys.NAME.KEY"];

/// What the surveys have found for which a record has a field.
const OF_SURVEYS: &[&str] = &[
    "duplicates.cluster",
    "duplicates.of",
    "duplicates.share",
    "duplicates.kind",
    "versions.first",
    "versions.previous",
    "versions.number",
    "versions.changed",
    "versions.added",
    "versions.removed",
    "versions.share",
];

/// The columns of a document, in the order of the record.
const OF_RECORD: &[(&str, OfRecord)] = &[
    ("id", |r| (&r.id).into()),
    ("source.uri", |r| (&*r.source.uri).into()),
    ("source.media_type", |r| (&*r.source.media_type).into()),
    ("source.charset", |r| (&*r.source.charset).into()),
    ("source.bytes", |r| r.source.bytes.to_string().into()),
    ("source.sha256", |r| (&*r.source.sha256).into()),
    ("source.url", |r| known(r.source.url.as_ref())),
    ("source.fetched", |r| r.source.fetched.as_ref().map(ToString::to_string).unwrap_or_default().into()),
    ("source.status", |r| r.source.status.map(|n| n.to_string()).unwrap_or_default().into()),
    ("source.content_type", |r| known(r.source.content_type.as_ref())),
    ("source.offset", |r| r.source.offset.map(|n| n.to_string()).unwrap_or_default().into()),
    ("source.length", |r| r.source.length.map(|n| n.to_string()).unwrap_or_default().into()),
    ("title", |r| known(r.title.as_ref())),
    ("authors", |r| joined(r.authors.iter().map(|s| &**s))),
    ("published", |r| r.published.as_ref().map(ToString::to_string).unwrap_or_default().into()),
    ("published_day", |r| copydesk_record::day(r.published).unwrap_or_default().into()),
    ("published_utc", |r| copydesk_record::utc(r.published).unwrap_or_default().into()),
    ("modified", |r| r.modified.as_ref().map(ToString::to_string).unwrap_or_default().into()),
    ("modified_day", |r| copydesk_record::day(r.modified).unwrap_or_default().into()),
    ("modified_utc", |r| copydesk_record::utc(r.modified).unwrap_or_default().into()),
    ("site_name", |r| known(r.site_name.as_ref())),
    ("section", |r| known(r.section.as_ref())),
    ("tags", |r| joined(r.tags.iter().map(|s| &**s))),
    ("description", |r| known(r.description.as_ref())),
    ("url", |r| known(r.url.as_ref())),
    ("image", |r| known(r.image.as_ref())),
    ("language", |r| known(r.language.as_ref())),
    ("languages", |r| joined(r.languages.iter().map(|share| &*share.tag))),
    ("dateline.place", |r| r.dateline.as_ref().and_then(|d| d.place.as_deref()).unwrap_or_default().into()),
    ("dateline.agency", |r| r.dateline.as_ref().and_then(|d| d.agency.as_deref()).unwrap_or_default().into()),
    ("license", |r| known(r.license.as_ref())),
    ("paywalled", |r| r.paywalled.map(|p| p.to_string()).unwrap_or_default().into()),
    ("page_type", |r| r.page_type.map_or("", copydesk_document::PageType::name).into()),
    ("text_confidence", |r| r.text_confidence.map(|p| p.to_string()).unwrap_or_default().into()),
    ("text", |r| (&r.text).into()),
    ("captions", captions),
    ("credits", |r| joined(r.captions.iter().filter_map(|c| c.credit.as_deref()))),
    ("notes", |r| joined(r.notes.iter().map(|n| &*n.code))),
];

/// The columns of a block.
const OF_BLOCK: &[(&str, OfBlock)] = &[
    ("block.id", |b| b.id.0.to_string().into()),
    ("block.kind", |b| name(&b.block.kind).into()),
    ("block.level", |b| if b.block.level == 0 { "".into() } else { b.block.level.to_string().into() }),
    ("block.label", |b| name(&b.block.label()).into()),
    ("block.text", |b| b.text.into()),
    ("block.language", |b| b.block.language.as_ref().map_or("", |guess| &guess.tag).into()),
    ("block.line", |b| b.line.to_string().into()),
    ("block.start", |b| b.block.span.start.to_string().into()),
    ("block.end", |b| b.block.span.end.to_string().into()),
    ("block.stage", |b| b.decision.map_or("", |d| &d.stage).into()),
    ("block.rule", |b| b.decision.map_or("", |d| &d.rule).into()),
    ("block.detail", |b| b.decision.map_or("", |d| &d.detail).into()),
];

const USUAL: &[&str] = &[
    "id",
    "source.uri",
    "title",
    "authors",
    "published",
    "published_day",
    "published_utc",
    "modified",
    "site_name",
    "section",
    "tags",
    "description",
    "url",
    "image",
    "language",
    "captions",
    "text",
];

const USUAL_OF_BLOCKS: &[&str] = &[
    "id",
    "source.uri",
    "block.id",
    "block.line",
    "block.kind",
    "block.label",
    "block.language",
    "block.stage",
    "block.rule",
    "block.text",
];

impl Column {
    /// The columns for who chooses none.
    pub(crate) fn usual(rows: Rows) -> Vec<Self> {
        let names = match rows {
            Rows::Documents => USUAL,
            Rows::Blocks => USUAL_OF_BLOCKS,
        };
        names.iter().filter_map(|name| Self::find(name)).collect()
    }

    /// A column by its name in a pipeline file.
    pub(crate) fn parse(name: &str, rows: Rows) -> Result<Self, ConfigError> {
        match Self::find(name) {
            Some(Self::Block(..)) if rows == Rows::Documents => {
                let message = format!("`{name}` is a column of blocks, and a row is a document here");
                Err(ConfigError::at("", message).help("`rows = \"blocks\"` writes one row a block"))
            }
            Some(column) => Ok(column),
            None => {
                let blocks = if rows == Rows::Blocks { OF_BLOCK } else { &[] };
                let known = || OF_RECORD.iter().map(|c| c.0).chain(blocks.iter().map(|c| c.0));
                let allowed = known().chain(OF_SURVEYS.iter().chain(OPEN).copied()).collect::<Vec<_>>().join(", ");
                Err(ConfigError::at("", format!("there is no column `{name}`"))
                    .did_you_mean(known_elsewhere_as(name), known())
                    .help(format!("allowed: {allowed}")))
            }
        }
    }

    fn find(name: &str) -> Option<Self> {
        let of_record = || OF_RECORD.iter().find(|c| c.0 == name).map(|c| Self::Record(c.0, c.1));
        let of_block = || OF_BLOCK.iter().find(|c| c.0 == name).map(|c| Self::Block(c.0, c.1));
        let open = |prefix: &str| name.strip_prefix(prefix).filter(|rest| !rest.is_empty());
        of_record()
            .or_else(of_block)
            .or_else(|| open(FIELD).map(|_| Self::Field(name.to_owned())))
            .or_else(|| Ext::parse(name).map(Self::Ext))
            .or_else(|| Late::parse(name).map(Self::Late))
    }

    /// Its name, which is its header.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Record(name, _) | Self::Block(name, _) => name,
            Self::Field(name) => name,
            Self::Ext(ext) => &ext.name,
            Self::Late(late) => &late.name,
        }
    }

    /// The stage whose findings stand in it.
    pub(crate) fn ext_stage(&self) -> Option<&str> {
        if let Self::Ext(ext) = self { Some(&ext.stage) } else { None }
    }

    /// The survey whose findings stand in it, or the field that it fills.
    pub(crate) fn survey(&self) -> Option<&str> {
        let Self::Late(late) = self else { return None };
        late.name.strip_prefix(SURVEYS).unwrap_or(&late.name).split('.').next()
    }

    /// What stands in it.
    pub(crate) fn cell<'r>(&self, record: &'r Record<'_>, block: Option<&'r BlockRow<'_>>) -> Cow<'r, str> {
        match self {
            Self::Record(_, cell) => cell(record),
            Self::Block(_, cell) => block.map_or("".into(), cell),
            Self::Field(name) => record.fields.get(&name[FIELD.len()..]).map_or("".into(), value),
            Self::Ext(ext) => ext.cell(record),
            Self::Late(_) => "".into(),
        }
    }
}

/// Our name for what other programs call otherwise.
fn known_elsewhere_as(name: &str) -> &str {
    const NAMES: &[(&str, &str)] = &[
        ("author", "authors"),
        ("body", "text"),
        ("byline", "authors"),
        ("content", "text"),
        ("creator", "authors"),
        ("date", "published"),
        ("domain", "site_name"),
        ("headline", "title"),
        ("keywords", "tags"),
        ("lang", "language"),
        ("link", "url"),
        ("publisher", "site_name"),
        ("site", "site_name"),
        ("summary", "description"),
        ("time", "published"),
        ("updated", "modified"),
    ];
    NAMES.iter().find(|(theirs, _)| *theirs == name).map_or(name, |(_, ours)| ours)
}

/// A block with what a row says of it.
#[derive(Debug)]
pub(crate) struct BlockRow<'d> {
    id: BlockId,
    block: &'d Block,
    text: &'d str,
    line: usize,
    decision: Option<&'d Decision>,
}

impl<'d> BlockRow<'d> {
    /// The blocks of a document, each with the decision that counts.
    pub(crate) fn all(doc: &'d Document) -> impl Iterator<Item = Self> {
        let mut last = vec![None; doc.blocks().len()];
        for decision in doc.decisions() {
            last[decision.block.index()] = Some(decision);
        }
        let lines = LineIndex::new(doc.content());
        doc.iter().map(move |(id, block)| Self {
            id,
            block,
            text: doc.text(id),
            line: lines.line(block.span.start as usize),
            decision: last[id.index()],
        })
    }
}

fn known<'r>(value: Option<&'r Cow<'_, str>>) -> Cow<'r, str> {
    value.map_or("", |text| text).into()
}

fn joined<'r>(values: impl Iterator<Item = &'r str>) -> Cow<'r, str> {
    values.collect::<Vec<_>>().join("; ").into()
}

/// One caption a line, its credit in parentheses and its translations behind it.
fn captions<'r>(record: &'r Record<'_>) -> Cow<'r, str> {
    let lines = record.captions.iter().map(|caption| {
        let Caption { text, credit, translations, .. } = caption;
        let mut line = text.to_string();
        for translation in translations {
            line += " / ";
            line += &translation.text;
        }
        if let Some(credit) = credit {
            let open = if line.is_empty() { "(" } else { " (" };
            line = format!("{line}{open}{credit})");
        }
        line.replace(['\r', '\n'], " ")
    });
    lines.collect::<Vec<_>>().join("\n").into()
}

/// A text as it is, anything else as JSON.
fn value(value: &Value) -> Cow<'_, str> {
    match value {
        Value::Null => "".into(),
        Value::String(text) => text.into(),
        Value::Array(several) if several.iter().all(|one| !one.is_object() && !one.is_array()) => {
            several.iter().map(|one| self::value(one).into_owned()).collect::<Vec<_>>().join("; ").into()
        }
        other => other.to_string().into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_columns_are_all_there() {
        assert_eq!(Column::usual(Rows::Documents).len(), USUAL.len());
        assert_eq!(Column::usual(Rows::Blocks).len(), USUAL_OF_BLOCKS.len());
    }

    #[test]
    fn a_wrong_column_says_what_is_allowed() {
        let error = Column::parse("titel", Rows::Documents).expect_err("no such column").to_string();
        assert!(error.contains("no column `titel`") && error.contains("title, authors"), "{error}");
        assert!(!error.contains("block."), "{error}");
        for (theirs, ours) in [("date", "published"), ("author", "authors")] {
            let error = Column::parse(theirs, Rows::Documents).expect_err("no such column").to_string();
            assert!(error.contains(&format!("did you mean `{ours}`?")), "{error}");
        }
        let error = Column::parse("block.text", Rows::Documents).expect_err("no blocks here").to_string();
        assert!(error.contains("rows = \"blocks\""), "{error}");
    }
}
