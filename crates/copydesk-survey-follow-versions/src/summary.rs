//! What is kept of a document until all have been seen.

use copydesk_document::{Document, Timestamp, Value};
use copydesk_stage::SurveyError;
use copydesk_text::{path, site, weight};
use jiff::tz::TimeZone;
use xxhash_rust::xxh3::{Xxh3, xxh3_64};

/// Raised when the form changes, or what stands in it.
const VERSION: u8 = 1;

/// So many blocks of a main text are told apart; what stands behind them counts as one more.
const MOST_BLOCKS: usize = 4096;

/// What a version is compared by, in the order of the record.
pub(crate) const FIELDS: [&str; 11] = [
    "title",
    "authors",
    "published",
    "modified",
    "section",
    "tags",
    "description",
    "license",
    "paywalled",
    "text",
    "captions",
];

/// Which of them is the main text.
pub(crate) const TEXT: usize = 9;

/// A summary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Summary {
    pub(crate) head: Head,
    /// A hash of each of [`FIELDS`].
    pub(crate) fields: [u64; FIELDS.len()],
    pub(crate) blocks: Vec<Block>,
}

/// What is known of every document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    /// Of its record.
    pub(crate) id: u64,
    /// A hash of its address; none, if that is not known.
    pub(crate) address: Option<u64>,
    /// The second in which it was fetched; those that do not say so come last.
    pub(crate) fetched: i64,
}

/// A block of the main text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Block {
    /// Its number in the document.
    pub(crate) number: u32,
    pub(crate) hash: u64,
    /// Its letters and figures.
    pub(crate) weight: u32,
}

impl Summary {
    pub(crate) fn of(doc: &Document) -> Self {
        let head = Head {
            id: copydesk_record::id_number(doc),
            address: address(doc).map(|address| xxh3_64(address.as_bytes())),
            fetched: doc.source.fetched.and_then(second).unwrap_or(i64::MAX),
        };
        if head.address.is_none() {
            return Self { head, fields: [0; FIELDS.len()], blocks: Vec::new() };
        }
        let blocks = blocks(doc);
        let text = hash(blocks.iter().map(|block| block.hash.to_string()));
        Self { head, fields: fields(doc, text), blocks }
    }

    pub(crate) fn write(&self) -> Vec<u8> {
        let Head { id, address, fetched } = self.head;
        let mut out = vec![VERSION];
        out.extend(id.to_le_bytes());
        out.push(u8::from(address.is_some()));
        let Some(address) = address else { return out };
        out.extend(address.to_le_bytes());
        out.extend(fetched.to_le_bytes());
        self.fields.iter().for_each(|field| out.extend(field.to_le_bytes()));
        for Block { number, hash, weight } in &self.blocks {
            out.extend(number.to_le_bytes());
            out.extend(hash.to_le_bytes());
            out.extend(weight.to_le_bytes());
        }
        out
    }

    pub(crate) fn read(summary: &[u8]) -> Result<Self, SurveyError> {
        let (head, mut rest) = Head::read(summary)?;
        let mut fields = [0; FIELDS.len()];
        if head.address.is_some() {
            for field in &mut fields {
                *field = u64::from_le_bytes(take(&mut rest)?);
            }
        }
        let mut blocks = Vec::new();
        while !rest.is_empty() {
            let number = u32::from_le_bytes(take(&mut rest)?);
            let hash = u64::from_le_bytes(take(&mut rest)?);
            blocks.push(Block { number, hash, weight: u32::from_le_bytes(take(&mut rest)?) });
        }
        Ok(Self { head, fields, blocks })
    }
}

impl Head {
    /// The head of a summary as it was written, and what is behind it.
    pub(crate) fn read(mut summary: &[u8]) -> Result<(Self, &[u8]), SurveyError> {
        let [version] = take(&mut summary)?;
        if version != VERSION {
            return Err(damaged());
        }
        let id = u64::from_le_bytes(take(&mut summary)?);
        let mut head = Self { id, address: None, fetched: i64::MAX };
        if take(&mut summary)? == [1] {
            head.address = Some(u64::from_le_bytes(take(&mut summary)?));
            head.fetched = i64::from_le_bytes(take(&mut summary)?);
        }
        Ok((head, summary))
    }
}

fn damaged() -> SurveyError {
    SurveyError::new(
        "what was kept of a document is not as this version keeps it; run again with --replace, or into another folder",
    )
}

fn take<const N: usize>(rest: &mut &[u8]) -> Result<[u8; N], SurveyError> {
    let (bytes, behind) = rest.split_first_chunk().ok_or_else(damaged)?;
    *rest = behind;
    Ok(*bytes)
}

/// The address of a document, in the form in which it is compared: host, path and query. That from which it was fetched; where
/// nobody says from where, the one that it gives, unless that is a front page, which many pages give by mistake.
fn address(doc: &Document) -> Option<String> {
    let fetched = || doc.source.url.as_deref().or_else(|| site(&doc.source.uri).is_some().then_some(&*doc.source.uri));
    let given = || doc.metadata().url.as_ref().map(|url| url.value.as_str()).filter(|url| path(url).len() > 1);
    let address = fetched().or_else(given)?;
    let bare = address.split('#').next().unwrap_or_default();
    let query = bare.split_once('?').map_or("", |(_, query)| query);
    Some(format!("{}{}?{query}", site(address)?, path(address).trim_end_matches('/')))
}

/// Where only a day is known, its first second.
fn second(time: Timestamp) -> Option<i64> {
    let known = time.instant().map(jiff::Timestamp::as_second);
    known.or_else(|| Some(time.earliest()?.to_zoned(TimeZone::UTC).ok()?.timestamp().as_second()))
}

fn blocks(doc: &Document) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    for (id, _) in doc.body() {
        let text = doc.text(id);
        if text.is_empty() {
            continue;
        }
        let (own, weight) = (xxh3_64(text.as_bytes()), u32::try_from(weight(text)).unwrap_or(u32::MAX));
        match blocks.get_mut(MOST_BLOCKS) {
            Some(last) => {
                last.hash = last.hash.rotate_left(5) ^ own;
                last.weight = last.weight.saturating_add(weight);
            }
            None => blocks.push(Block { number: id.0, hash: own, weight }),
        }
    }
    blocks
}

fn fields(doc: &Document, text: u64) -> [u64; FIELDS.len()] {
    let facts = doc.metadata();
    let one = |value: &Option<Value<String>>| hash(value.iter().map(|value| &value.value));
    let many = |values: &[Value<String>]| hash(values.iter().map(|value| &value.value));
    let time = |time: &Option<Value<Timestamp>>| hash(time.iter().map(|time| time.value.to_string()));
    let captions = doc.captions().iter().flat_map(|caption| [&*caption.text, caption.credit.as_deref().unwrap_or("")]);
    [
        one(&facts.title),
        many(&facts.authors),
        time(&facts.published),
        time(&facts.modified),
        one(&facts.section),
        many(&facts.tags),
        one(&facts.description),
        one(&facts.license),
        hash(facts.paywalled.iter().map(|paywalled| paywalled.value.to_string())),
        text,
        hash(captions),
    ]
}

fn hash(texts: impl Iterator<Item = impl AsRef<str>>) -> u64 {
    let mut hasher = Xxh3::new();
    for text in texts {
        hasher.update(text.as_ref().as_bytes());
        hasher.update(b"\n");
    }
    hasher.digest()
}

#[cfg(test)]
mod tests {
    use copydesk_document::{Decision, DocumentSource, Label, NewBlock};

    use super::*;

    fn at(url: &str) -> Document {
        Document::new(DocumentSource { url: Some(url.into()), ..DocumentSource::default() }, String::new())
    }

    #[test]
    fn what_is_written_is_read_and_what_is_torn_is_told() {
        let mut doc = at("https://example.org/a");
        for text in ["One.", "Two."] {
            let block = doc.push_block(NewBlock { text, ..NewBlock::default() });
            let (stage, rule, detail) = ("test".into(), "test".into(), "".into());
            doc.decide(Decision { block, label: Label::Body, stage, rule, detail });
        }
        let summary = Summary::of(&doc);
        assert_eq!(
            summary.blocks.iter().map(|block| (block.number, block.weight)).collect::<Vec<_>>(),
            [(0, 3), (1, 3)]
        );
        let written = summary.write();
        assert_eq!(Summary::read(&written), Ok(summary.clone()));
        assert_eq!(Head::read(&written).map(|(head, _)| head), Ok(summary.head));
        let whole = (0..written.len()).filter(|end| Summary::read(&written[..*end]).is_ok()).count();
        assert_eq!(whole, 2, "before a block");
        assert!(Summary::read(&[&[VERSION + 1], &written[1..]].concat()).is_err(), "another version");
        let nowhere = Summary::of(&Document::default());
        assert_eq!((Summary::read(&nowhere.write()), nowhere.head.address), (Ok(nowhere.clone()), None));
    }

    #[test]
    fn an_address_is_compared_without_what_leads_to_the_same_page() {
        let address = |url: &str| address(&at(url));
        assert_eq!(address("http://www.Example.org/a/?p=1#top").as_deref(), Some("example.org/a?p=1"));
        assert_eq!(address("https://example.org/a?p=1"), address("http://www.Example.org/a/?p=1#top"));
        assert_ne!(address("https://example.org/a?p=2"), address("https://example.org/a?p=1"));
        assert_eq!(address("a/relative/one"), None);
    }

    #[test]
    fn days_and_instants_are_in_one_order() {
        let at = |text: &str| second(text.parse().expect("a time"));
        assert!(at("2026-03-01") < at("2026-03-01T00:00:01Z"));
        assert!(at("2026-03-01T23:00:00Z") < at("2026-03-02"));
    }
}
