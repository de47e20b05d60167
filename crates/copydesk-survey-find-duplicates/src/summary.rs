//! What is kept of a document until all have been seen.

use copydesk_document::{Document, Timestamp};
use copydesk_stage::SurveyError;
use xxhash_rust::xxh3::xxh3_64;

use crate::{
    Config, Prefer,
    reading::{Block, Reading},
    signature::{self, LENGTH, Signature},
};

/// Raised when the form changes, or what stands in it: a test holds a summary.
const VERSION: u8 = 2;

/// So many runs of a document are kept: those with the smallest numbers, the same ones of every document. The share of two
/// texts that have more is estimated from these, with a standard deviation below 0.01.
pub(crate) const MOST_RUNS: usize = 4096;

/// A summary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Summary {
    pub(crate) head: Head,
    pub(crate) signature: Option<Signature>,
    pub(crate) blocks: Vec<Block>,
    /// Sorted.
    pub(crate) runs: Vec<u32>,
}

/// What is known of every document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    /// Of its record.
    pub(crate) id: u64,
    /// A hash of the text.
    pub(crate) exact: u64,
    /// A hash of its letters and figures.
    pub(crate) normalised: u64,
    pub(crate) words: u32,
    /// The less, the rather it stands for others.
    pub(crate) rank: u64,
    /// A hash of its site; 0, if that is not known.
    pub(crate) site: u32,
}

impl Summary {
    pub(crate) fn of(doc: &Document, reading: Reading, config: &Config) -> Self {
        let Reading { exact, normalised, words, mut runs, blocks } = reading;
        let signature = (!runs.is_empty()).then(|| signature::of(&runs));
        runs.truncate(MOST_RUNS);
        let id = copydesk_record::id_number(doc);
        let site = site(doc);
        let rank = rank(doc, site.as_ref(), words, config);
        let site = site.map_or(0, |site| (xxh3_64(site.as_bytes()) >> 32) as u32);
        let head = Head { id, exact, normalised, words, rank, site };
        Self { head, signature, blocks, runs }
    }

    pub(crate) fn write(&self) -> Vec<u8> {
        let Head { id, exact, normalised, words, rank, site } = self.head;
        let mut out = vec![VERSION];
        for number in [id, exact, normalised, rank] {
            out.extend(number.to_le_bytes());
        }
        out.extend(words.to_le_bytes());
        out.extend(site.to_le_bytes());
        out.push(u8::from(self.signature.is_some()));
        out.extend(self.signature.iter().flatten());
        // Both have bounds far below.
        out.extend((self.blocks.len() as u16).to_le_bytes());
        for Block { hash, words } in &self.blocks {
            out.extend(hash.to_le_bytes());
            out.extend(words.to_le_bytes());
        }
        self.runs.iter().for_each(|run| out.extend(run.to_le_bytes()));
        out
    }
}

/// The least bits of a rank, for the rule; above them stands the place of the site.
const RULE_BITS: u32 = 48;

fn rank(doc: &Document, site: Option<&String>, words: u32, config: &Config) -> u64 {
    let most = (1_u64 << RULE_BITS) - 1;
    let facts = doc.metadata();
    let by_rule = match config.prefer {
        Prefer::First => 0,
        Prefer::Longest => u64::from(u32::MAX - words),
        Prefer::Earliest => {
            // Seconds before 1970, too, are above zero.
            let second = facts.published.as_ref().map(|published| second(published.value).saturating_add(1 << 40));
            second.and_then(|second| u64::try_from(second).ok()).map_or(most, |second| second.min(most))
        }
        Prefer::MostComplete => {
            let known = [
                facts.title.is_some(),
                !facts.authors.is_empty(),
                facts.published.is_some(),
                facts.modified.is_some(),
                facts.site_name.is_some(),
                facts.section.is_some(),
                !facts.tags.is_empty(),
                facts.description.is_some(),
                facts.url.is_some(),
                facts.image.is_some(),
                facts.dateline.is_some(),
                facts.license.is_some(),
                !doc.captions().is_empty(),
            ];
            known.iter().filter(|known| !**known).count() as u64
        }
    };
    let place = if config.sites.is_empty() { 0 } else { place(site, &config.sites) };
    (place << RULE_BITS) | by_rule
}

/// A second that a time is not after: where only the day is known, its last one.
fn second(time: Timestamp) -> i64 {
    if let Some(instant) = time.instant() {
        return instant.as_second();
    }
    let month = i64::from(time.month().unwrap_or(12));
    let day = time.day().map_or(31, |day| i64::from(day.day()));
    // Days since 1970 of the Gregorian calendar, whose years are counted from March (Hinnant, "chrono-compatible low-level
    // date algorithms").
    let year = i64::from(time.year()) - i64::from(month <= 2);
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let days = era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468;
    days * 86_400 + 86_399
}

/// The site of a document.
fn site(doc: &Document) -> Option<String> {
    let given = doc.metadata().url.as_ref().map(|url| url.value.as_str());
    copydesk_text::site(given.or(doc.source.url.as_deref()).unwrap_or(&doc.source.uri))
}

/// The place of a site among those that come first.
fn place(site: Option<&String>, sites: &[String]) -> u64 {
    let place = sites.iter().position(|listed| site == Some(listed)).unwrap_or(sites.len());
    (place as u64).min(u64::from(u16::MAX))
}

/// A summary as it was written, read piece by piece: most passes want little of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Written<'s> {
    pub(crate) head: Head,
    pub(crate) signature: Option<&'s [u8]>,
    pub(crate) blocks: &'s [u8],
    pub(crate) runs: &'s [u8],
}

/// How much of a summary a block and a run take.
const BLOCK_BYTES: usize = 10;
const RUN_BYTES: usize = 4;

impl<'s> Written<'s> {
    pub(crate) fn read(summary: &'s [u8]) -> Result<Self, SurveyError> {
        let wrong = || {
            SurveyError::new(
                "what an earlier build has kept of a document is in another form; `--replace` makes the outputs anew",
            )
        };
        Self::parse(summary).ok_or_else(wrong)
    }

    fn parse(summary: &'s [u8]) -> Option<Self> {
        let (&[VERSION], rest) = summary.split_first_chunk()? else { return None };
        let (id, rest) = rest.split_first_chunk()?;
        let (exact, rest) = rest.split_first_chunk()?;
        let (normalised, rest) = rest.split_first_chunk()?;
        let (rank, rest) = rest.split_first_chunk()?;
        let (words, rest) = rest.split_first_chunk()?;
        let (site, rest) = rest.split_first_chunk()?;
        let (&[has_signature], rest) = rest.split_first_chunk()?;
        let (signature, rest) = rest.split_at_checked(if has_signature == 1 { LENGTH } else { 0 })?;
        let (blocks, rest) = rest.split_first_chunk()?;
        let (blocks, runs) = rest.split_at_checked(usize::from(u16::from_le_bytes(*blocks)) * BLOCK_BYTES)?;
        let head = Head {
            id: u64::from_le_bytes(*id),
            exact: u64::from_le_bytes(*exact),
            normalised: u64::from_le_bytes(*normalised),
            words: u32::from_le_bytes(*words),
            rank: u64::from_le_bytes(*rank),
            site: u32::from_le_bytes(*site),
        };
        let signature = (has_signature == 1).then_some(signature);
        (runs.len() % RUN_BYTES == 0).then_some(Self { head, signature, blocks, runs })
    }

    pub(crate) fn blocks(&self) -> impl Iterator<Item = Block> + use<'s> {
        blocks(self.blocks)
    }
}

/// Blocks as they were written.
pub(crate) fn blocks(written: &[u8]) -> impl Iterator<Item = Block> {
    written.chunks_exact(BLOCK_BYTES).filter_map(|bytes| {
        let (hash, words) = bytes.split_first_chunk()?;
        Some(Block { hash: u64::from_le_bytes(*hash), words: u16::from_le_bytes(words.try_into().ok()?) })
    })
}

/// Runs as they were written.
pub(crate) fn runs(written: &[u8]) -> impl Iterator<Item = u32> {
    written.chunks_exact(RUN_BYTES).filter_map(|bytes| Some(u32::from_le_bytes(bytes.try_into().ok()?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_ends_with_its_last_second() {
        let second = |text: &str| second(text.parse().expect("a time"));
        assert_eq!(second("2024-10-25"), second("2024-10-25T23:59:59Z"));
        assert_eq!(second("2024-02-29"), second("2024-02-29T23:59:59Z"));
        assert_eq!(second("1970-01-01"), 86_399);
        assert!(second("2024-10") > second("2024-10-30") && second("2024") > second("2024-11"));
    }

    #[test]
    fn what_is_written_is_read() {
        let head = Head { id: 1, exact: 2, normalised: 3, words: 4, rank: 5, site: 6 };
        let blocks = vec![Block { hash: 6, words: 7 }, Block { hash: u64::MAX, words: 9 }];
        for signature in [None, Some([8; LENGTH])] {
            let summary = Summary { head, signature, blocks: blocks.clone(), runs: vec![1, 2, u32::MAX] };
            let bytes = summary.write();
            let read = Written::read(&bytes).expect("it was written");
            assert_eq!(
                (read.head, runs(read.runs).collect(), read.blocks().collect()),
                (head, summary.runs, blocks.clone())
            );
            assert_eq!(read.signature.map(<[u8]>::to_vec), signature.map(|s| s.to_vec()));
            assert!((0..bytes.len()).filter(|end| Written::read(&bytes[..*end]).is_ok()).count() <= 3);
            assert!(Written::read(&[&[9], &bytes[1..]].concat()).is_err(), "another version");
        }
    }
}
