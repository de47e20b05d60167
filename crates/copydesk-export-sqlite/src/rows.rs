//! A record becomes rows.

use copydesk_record::{Caption, Chunk, FreeJson, Place, Record, day, name, utc};
use rusqlite::{Connection, Result, Statement, ToSql, params};
use serde_json::json;

/// The prepared statements of one filling.
#[derive(Debug)]
pub(crate) struct Rows<'c> {
    document: Statement<'c>,
    author: Statement<'c>,
    tag: Statement<'c>,
    language: Statement<'c>,
    caption: Statement<'c>,
    credit: Statement<'c>,
    block: Statement<'c>,
    decision: Statement<'c>,
    metadata: Statement<'c>,
    note: Statement<'c>,
    chunk: Statement<'c>,
    search: Option<Statement<'c>>,
    documents: i64,
    captions: i64,
}

impl<'c> Rows<'c> {
    pub(crate) fn new(connection: &'c Connection, search: bool) -> Result<Self> {
        let columns = "rowid, title, text, captions, authors, unmarked";
        let to_search = || connection.prepare(&format!("INSERT INTO search ({columns}) VALUES (?, ?, ?, ?, ?, ?)"));
        let insert = |table: &str, columns: usize| {
            let marks = vec!["?"; columns].join(", ");
            connection.prepare(&format!("INSERT INTO {table} VALUES ({marks})"))
        };
        Ok(Self {
            document: insert("documents", 48)?,
            author: insert("authors", 3)?,
            tag: insert("tags", 3)?,
            language: insert("languages", 3)?,
            caption: insert("captions", 8)?,
            credit: insert("credits", 3)?,
            block: insert("blocks", 10)?,
            decision: insert("decisions", 7)?,
            metadata: insert("metadata", 9)?,
            note: insert("notes", 7)?,
            chunk: insert("chunks", 17)?,
            search: search.then(to_search).transpose()?,
            documents: 0,
            captions: 0,
        })
    }

    /// Adds all that a record holds.
    pub(crate) fn add(&mut self, record: &Record<'_>) -> Result<()> {
        self.documents += 1;
        let document = self.documents;
        let (dateline, duplicates) = (record.dateline.as_ref(), record.duplicates.as_ref());
        let versions = record.versions.as_ref();
        self.document.execute(params![
            document,
            record.id,
            record.source.uri,
            record.source.media_type,
            record.source.charset,
            i64::try_from(record.source.bytes).unwrap_or(i64::MAX),
            record.source.sha256,
            record.source.url,
            record.source.fetched.map(|time| time.to_string()),
            record.source.status,
            record.source.content_type,
            record.source.offset.and_then(|n| i64::try_from(n).ok()),
            record.source.length.and_then(|n| i64::try_from(n).ok()),
            record.title,
            record.published.map(|time| time.to_string()),
            day(record.published),
            utc(record.published),
            record.modified.map(|time| time.to_string()),
            day(record.modified),
            utc(record.modified),
            record.site_name,
            record.section,
            record.description,
            record.url,
            record.image,
            record.language,
            dateline.and_then(|dateline| dateline.place.as_deref()),
            dateline.and_then(|dateline| dateline.agency.as_deref()),
            record.license,
            record.paywalled,
            record.page_type.map(copydesk_document::PageType::name),
            record.text_confidence,
            record.text,
            record.markdown,
            record.ext.text(),
            record.fields.text(),
            duplicates.map(|found| &found.cluster),
            duplicates.map(|found| &found.of),
            duplicates.map(|found| found.share),
            duplicates.map(|found| name(&found.kind)),
            versions.map(|found| &found.first),
            versions.and_then(|found| found.previous.as_deref()),
            versions.map(|found| found.number),
            versions.map(|found| json!(found.changed).to_string()),
            versions.map(|found| json!(found.added).to_string()),
            versions.map(|found| json!(found.removed).to_string()),
            versions.and_then(|found| found.share),
            record.surveys.as_ref().and_then(FreeJson::text),
        ])?;
        for (position, author) in (1_i64..).zip(&record.authors) {
            self.author.execute(params![document, position, author])?;
        }
        for (position, tag) in (1_i64..).zip(&record.tags) {
            self.tag.execute(params![document, position, tag])?;
        }
        for language in &record.languages {
            self.language.execute(params![document, language.tag, language.share])?;
        }
        for caption in &record.captions {
            self.add_caption(document, caption)?;
        }
        self.add_details(document, record)?;
        if let Some(search) = &mut self.search {
            let [title, text, captions, authors, unmarked] = searched(record);
            search.execute(params![document, title, text, captions, authors, unmarked])?;
        }
        Ok(())
    }

    /// Adds blocks, decisions, candidates and notes, as far as the record has them.
    fn add_details(&mut self, document: i64, record: &Record<'_>) -> Result<()> {
        for block in record.blocks.iter().flatten() {
            let (kind, label) = (name(&block.kind), name(&block.label));
            let Place { start, end, line } = block.place;
            let row: [&dyn ToSql; 10] =
                [&document, &block.id, &kind, &block.level, &label, &block.text, &block.language, &start, &end, &line];
            self.block.execute(row)?;
        }
        for (position, decision) in (1_i64..).zip(record.decisions.iter().flatten()) {
            let label = name(&decision.label);
            self.decision.execute(params![
                document,
                position,
                decision.block,
                label,
                decision.stage,
                decision.rule,
                decision.detail
            ])?;
        }
        for value in record.metadata.iter().flatten() {
            let (start, end, line) = numbers(value.place);
            let (field, origin) = (name(&value.field), name(&value.origin));
            let row: [&dyn ToSql; 9] =
                [&document, &field, &value.value, &origin, &value.name, &value.confidence, &start, &end, &line];
            self.metadata.execute(row)?;
        }
        for (position, chunk) in (0_i64..).zip(record.chunks.iter().flatten()) {
            self.add_chunk(document, position, &record.id, chunk)?;
        }
        for note in &record.notes {
            let (start, end, line) = numbers(note.place);
            self.note.execute(params![document, note.stage, note.code, note.message, start, end, line])?;
        }
        Ok(())
    }

    fn add_chunk(&mut self, document: i64, position: i64, id: &str, chunk: &Chunk) -> Result<()> {
        let count = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        let (first, end, line) = numbers(chunk.place);
        self.chunk.execute(params![
            document,
            position,
            format!("{id}-{position}"),
            name(&chunk.kind),
            json!(chunk.headings).to_string(),
            chunk.text,
            chunk.start.map(count),
            chunk.end.map(count),
            json!(chunk.blocks).to_string(),
            first,
            end,
            line,
            chunk.language,
            count(chunk.characters),
            count(chunk.words),
            chunk.tokens.map(count),
            json!(chunk.captions).to_string(),
        ])?;
        Ok(())
    }

    fn add_caption(&mut self, document: i64, caption: &Caption<'_>) -> Result<()> {
        self.captions += 1;
        let original = self.captions;
        let kind = name(&caption.kind);
        let none: Option<i64> = None;
        self.caption.execute(params![
            original,
            document,
            none,
            caption.text,
            caption.language,
            caption.credit,
            caption.image,
            kind
        ])?;
        for credit in &caption.credits {
            self.credit.execute(params![original, credit.name, credit.agency])?;
        }
        for translation in &caption.translations {
            self.captions += 1;
            self.caption.execute(params![
                self.captions,
                document,
                original,
                translation.text,
                translation.language,
                translation.credit,
                caption.image,
                kind
            ])?;
        }
        Ok(())
    }
}

/// What the full-text index is given of a record: title, text, captions, authors, and all of them without marks that people
/// leave out.
pub fn searched(record: &Record<'_>) -> [String; 5] {
    let mut all: [String; 5] = Default::default();
    let [.., unmarked] = &mut all;
    let mut unmarked_texts = std::mem::take(unmarked);
    let mut add = |column: &mut String, text: &str| {
        crate::search::add(text, column);
        crate::search::add_unmarked(text, &mut unmarked_texts);
    };
    let [title, text, captions, authors, _] = &mut all;
    add(title, record.title.as_deref().unwrap_or_default());
    add(text, &record.text);
    for caption in &record.captions {
        add(captions, &caption.text);
        add(captions, caption.credit.as_deref().unwrap_or_default());
        for translation in &caption.translations {
            add(captions, &translation.text);
            add(captions, translation.credit.as_deref().unwrap_or_default());
        }
    }
    record.authors.iter().for_each(|author| add(authors, author));
    all[4] = unmarked_texts;
    all
}

fn numbers(place: Option<Place>) -> (Option<u32>, Option<u32>, Option<u32>) {
    (place.map(|p| p.start), place.map(|p| p.end), place.map(|p| p.line))
}
