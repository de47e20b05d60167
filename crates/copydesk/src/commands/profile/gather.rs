//! The figures of a corpus, gathered in one pass over its records.

use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    fs::File,
    hash::{DefaultHasher, Hash, Hasher},
    io::{BufRead as _, BufReader},
    path::Path,
};

use anyhow::{Context as _, anyhow};
use copydesk_intake::json_fault;
use copydesk_record::Record;
use copydesk_runner::{QUARANTINE_FILE, Quarantined, SKIPPED_FILE, Skipped};
use copydesk_stage::Catalog;
use copydesk_unpack::{Limits, Stream};
use serde::Serialize;

use super::tables::{self, Form};
use crate::terminal::shown;

/// What is under a confidence of this is called unsure.
pub(super) const UNSURE: f32 = 0.5;
/// So many different names are counted apart; the rest share a line.
const MOST_NAMES: usize = 50_000;
const OTHERS: &str = "(others)";
/// Where a record does not say.
const UNKNOWN: &str = "(unknown)";

/// What a corpus is made of.
#[derive(Debug, Default, Serialize)]
pub(super) struct Profile {
    /// Records.
    pub(super) documents: u64,
    /// Bytes of the inputs, as stored.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) input_bytes: Option<u64>,
    /// Characters of the texts.
    pub(super) lengths: Lengths,
    /// Texts that the table holds the beginning of only. Their characters are those that the export has counted before it cut
    /// them, in UTF-16 units, and texts that begin alike and were as long are taken for the same.
    #[serde(skip_serializing_if = "is_zero")]
    pub(super) cut_texts: u64,
    /// Records without text.
    pub(super) empty: u64,
    /// Records whose text is that of an earlier one, to the letter.
    pub(super) same_text: u64,
    /// What the survey `find-duplicates` has said, by kind; none where it was not asked.
    pub(super) duplicates: BTreeMap<String, u64>,
    /// How sure the records are of their texts, in tenths: from 0 to under .1, and so on; 1.0 is in the last.
    pub(super) text_confidence: [u64; 10],
    /// Records that do not say how sure they are.
    pub(super) without_confidence: u64,
    /// Of each fact, the records without it.
    pub(super) missing: BTreeMap<&'static str, u64>,
    /// What the table that the records were read from has no column for.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub(super) not_in_table: BTreeSet<&'static str>,
    /// Records with captions, and captions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) with_captions: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) captions: Option<u64>,
    /// Records by their notes: what is doubtful about them.
    pub(super) notes: BTreeMap<String, u64>,
    /// Records by the licence that they name.
    pub(super) licenses: BTreeMap<String, u64>,
    pub(super) languages: Groups,
    pub(super) sites: Groups,
    /// By the day of publication.
    pub(super) days: Groups,
    pub(super) page_types: Groups,
    pub(super) media_types: Groups,
    /// Documents in quarantine, by stage and rule.
    pub(super) quarantine: BTreeMap<String, u64>,
    /// Documents that were dropped and inputs that were passed over, by stage and reason.
    pub(super) skipped: BTreeMap<String, u64>,
    /// The characters of each text, and hashes of the texts, until all are known.
    #[serde(skip)]
    pub(super) characters: Vec<u32>,
    #[serde(skip)]
    pub(super) texts: HashSet<u64>,
}

/// How long texts are, in characters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct Lengths {
    pub(super) sum: u64,
    pub(super) least: u64,
    pub(super) twentieth: u64,
    pub(super) quarter: u64,
    pub(super) median: u64,
    pub(super) three_quarters: u64,
    pub(super) nineteen_twentieths: u64,
    pub(super) most: u64,
}

impl Lengths {
    /// Each with the name that people read.
    pub(super) fn named(&self) -> [(&'static str, u64); 7] {
        [
            ("least", self.least),
            ("5 %", self.twentieth),
            ("25 %", self.quarter),
            ("median", self.median),
            ("75 %", self.three_quarters),
            ("95 %", self.nineteen_twentieths),
            ("most", self.most),
        ]
    }
}

/// Records that have something in common.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct Group {
    pub(super) documents: u64,
    pub(super) characters: u64,
    pub(super) empty: u64,
    /// With the text of an earlier one, or called a duplicate by the survey.
    pub(super) duplicates: u64,
    /// With a text confidence below a half. None, where the table does not say, as of those without a date.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) unsure: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) undated: Option<u64>,
}

pub(super) type Groups = BTreeMap<String, Group>;

/// How many groups have a name: not those of records that do not say, and of what was not counted apart.
pub(super) fn told(groups: &Groups) -> u64 {
    groups.keys().filter(|name| ![UNKNOWN, OTHERS].contains(&name.as_str())).count() as u64
}

impl Profile {
    /// Reads the records of these files, and the lists that stand beside them in a folder.
    pub(super) fn gather(
        files: &[std::path::PathBuf],
        folder: Option<&Path>,
        catalog: &Catalog,
    ) -> anyhow::Result<Self> {
        let mut profile = Self { input_bytes: Some(0), with_captions: Some(0), captions: Some(0), ..Self::default() };
        let (mut in_tables, mut is_table) = (BTreeSet::new(), false);
        for file in files {
            if let Some(form) = Form::of(file) {
                in_tables.extend(tables::each(file, form, catalog, &mut |row| profile.add(&row.record, row.cut))?);
                is_table = true;
                continue;
            }
            let cannot = || format!("cannot read records from {}", shown(file));
            let stored = File::open(file).with_context(cannot)?;
            let mut reader =
                BufReader::with_capacity(1 << 20, Stream::open(stored, Limits::WINDOW_ONLY).with_context(cannot)?);
            let (mut line, mut number) = (Vec::new(), 0_u64);
            while reader.read_until(b'\n', &mut line).with_context(cannot)? > 0 {
                number += 1;
                if !line.trim_ascii().is_empty() {
                    let record: Record<'_> = serde_json::from_slice(&line).map_err(|error| {
                        anyhow!("line {number} of {} is no record: {}", shown(file), json_fault(&error))
                    })?;
                    profile.add(&record, None);
                }
                line.clear();
            }
        }
        if let Some(folder) = folder {
            profile.look_at_lists(folder)?;
        }
        // Parts of a table have the same columns, and one without rows says nothing of them.
        if is_table && profile.documents > 0 {
            profile.leave_out(tables::COLUMNS.into_iter().filter(|column| !in_tables.contains(column)).collect());
        }
        profile.lengths = lengths(std::mem::take(&mut profile.characters));
        profile.texts = HashSet::new();
        Ok(profile)
    }

    /// Takes back what cannot be known: what the table has no column for.
    fn leave_out(&mut self, absent: BTreeSet<&'static str>) {
        let lacks = |name: &str| absent.contains(name);
        self.missing.retain(|name, _| !lacks(name));
        for (name, groups) in [
            ("language", &mut self.languages),
            ("published", &mut self.days),
            ("page_type", &mut self.page_types),
            ("source.media_type", &mut self.media_types),
        ] {
            if lacks(name) {
                groups.clear();
            }
        }
        if ["url", "source.url", "source.uri"].into_iter().all(lacks) {
            self.sites.clear();
        }
        let all = [&mut self.languages, &mut self.sites, &mut self.days, &mut self.page_types, &mut self.media_types];
        for group in all.into_iter().flat_map(BTreeMap::values_mut) {
            group.undated = group.undated.filter(|_| !lacks("published"));
            group.unsure = group.unsure.filter(|_| !lacks("text_confidence"));
        }
        if lacks("text_confidence") {
            self.without_confidence = 0;
        }
        if lacks("captions") {
            (self.with_captions, self.captions) = (None, None);
        }
        self.input_bytes = self.input_bytes.filter(|_| !lacks("source.bytes"));
        self.not_in_table = absent;
    }

    /// Counts a record. Of a text that was cut the number of its characters is known.
    fn add(&mut self, record: &Record<'_>, cut: Option<u64>) {
        let characters = cut.unwrap_or_else(|| record.text.chars().count() as u64);
        let is_empty = record.text.trim().is_empty();
        let mut hasher = DefaultHasher::new();
        record.text.hash(&mut hasher);
        let is_same = !is_empty && !self.texts.insert(hasher.finish());
        let kind = record.duplicates.as_ref().map(|found| serde_json::to_value(found.kind).unwrap_or_default());
        let kind = kind.as_ref().and_then(serde_json::Value::as_str);
        let is_duplicate = kind.map_or(is_same, |kind| kind != "representative");
        let is_unsure = record.text_confidence.is_some_and(|sure| sure < UNSURE);
        let own = Group {
            documents: 1,
            characters,
            empty: u64::from(is_empty),
            duplicates: u64::from(is_duplicate),
            unsure: Some(u64::from(is_unsure)),
            undated: Some(u64::from(record.published.is_none())),
        };
        self.documents += 1;
        self.cut_texts += u64::from(cut.is_some());
        *self.input_bytes.get_or_insert_default() += record.source.bytes;
        self.characters.push(u32::try_from(characters).unwrap_or(u32::MAX));
        self.empty += own.empty;
        self.same_text += u64::from(is_same);
        if let Some(kind) = kind {
            count(&mut self.duplicates, kind);
        }
        match record.text_confidence {
            Some(sure) => self.text_confidence[((sure * 10.0 + 1e-4) as usize).min(9)] += 1,
            None => self.without_confidence += 1,
        }
        for (name, is_missing) in [
            ("title", record.title.is_none()),
            ("authors", record.authors.is_empty()),
            ("published", record.published.is_none()),
            ("site_name", record.site_name.is_none()),
            ("language", record.language.is_none()),
            ("url", record.url.is_none()),
            ("description", record.description.is_none()),
            ("section", record.section.is_none()),
            ("tags", record.tags.is_empty()),
            ("image", record.image.is_none()),
            ("license", record.license.is_none()),
        ] {
            *self.missing.entry(name).or_default() += u64::from(is_missing);
        }
        *self.captions.get_or_insert_default() += record.captions.len() as u64;
        *self.with_captions.get_or_insert_default() += u64::from(!record.captions.is_empty());
        let codes: HashSet<&str> = record.notes.iter().map(|note| note.code.as_ref()).collect();
        for code in codes {
            count(&mut self.notes, code);
        }
        if let Some(license) = &record.license {
            count(&mut self.licenses, license);
        }
        let address = record.url.as_deref().or(record.source.url.as_deref()).unwrap_or(&record.source.uri);
        let site = copydesk_text::site(address).filter(|site| site.contains('.'));
        let day = record.published.map(|time| time.to_string().chars().take(10).collect::<String>());
        let page_type = record.page_type.map(|kind| serde_json::to_value(kind).unwrap_or_default());
        let page_type = page_type.as_ref().and_then(serde_json::Value::as_str);
        for (groups, name) in [
            (&mut self.languages, record.language.as_deref()),
            (&mut self.sites, site.as_deref()),
            (&mut self.days, day.as_deref()),
            (&mut self.page_types, page_type),
            (&mut self.media_types, Some(&*record.source.media_type).filter(|name| !name.is_empty())),
        ] {
            let group = slot(groups, name.unwrap_or(UNKNOWN));
            group.documents += 1;
            group.characters += own.characters;
            group.empty += own.empty;
            group.duplicates += own.duplicates;
            *group.unsure.get_or_insert_default() += u64::from(is_unsure);
            *group.undated.get_or_insert_default() += u64::from(record.published.is_none());
        }
    }

    fn look_at_lists(&mut self, folder: &Path) -> anyhow::Result<()> {
        lines(&folder.join(QUARANTINE_FILE), |entry: Quarantined| {
            let many = not_listed(&entry.error);
            *slot(&mut self.quarantine, &format!("{}, {}", entry.stage, entry.rule)) += many;
        })?;
        lines(&folder.join(SKIPPED_FILE), |entry: Skipped| {
            let many = not_listed(&entry.reason);
            let reason = entry.reason.split(" (").next().unwrap_or_default();
            *slot(&mut self.skipped, &format!("{}, {reason}", entry.stage)) += many;
        })
    }
}

/// For how many a line of a list stands that says how many it leaves out.
fn not_listed(text: &str) -> u64 {
    let Some((head, _)) = text.split_once(" not listed") else { return 1 };
    let mut numbers = head.split(|c: char| !c.is_ascii_digit()).filter_map(|digits| digits.parse::<u64>().ok());
    let number = numbers.next_back().unwrap_or(0);
    if head.contains("this and ") { number + 1 } else { number.max(1) }
}

fn lines<T: serde::de::DeserializeOwned>(path: &Path, mut each: impl FnMut(T)) -> anyhow::Result<()> {
    if !path.is_file() {
        return Ok(());
    }
    let cannot = || format!("cannot read {}", shown(path));
    for line in BufReader::new(File::open(path).with_context(cannot)?).lines() {
        let line = line.with_context(cannot)?;
        each(serde_json::from_str(&line).map_err(|error| anyhow!("{}: {}", cannot(), json_fault(&error)))?);
    }
    Ok(())
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

fn count(counts: &mut BTreeMap<String, u64>, name: &str) {
    *slot(counts, name) += 1;
}

fn slot<'c, T: Default>(of: &'c mut BTreeMap<String, T>, name: &str) -> &'c mut T {
    let name = if of.len() < MOST_NAMES || of.contains_key(name) { name } else { OTHERS };
    of.entry(name.to_owned()).or_default()
}

fn lengths(mut characters: Vec<u32>) -> Lengths {
    characters.sort_unstable();
    let at = |share: f64| {
        let last = characters.len().saturating_sub(1);
        characters.get((share * last as f64).round() as usize).copied().map_or(0, u64::from)
    };
    Lengths {
        sum: characters.iter().map(|n| u64::from(*n)).sum(),
        least: at(0.0),
        twentieth: at(0.05),
        quarter: at(0.25),
        median: at(0.5),
        three_quarters: at(0.75),
        nineteen_twentieths: at(0.95),
        most: at(1.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_says_for_how_many_its_lines_stand() {
        for (line, many) in [
            ("a record too short", 1),
            ("hidden (this and 4 more of these are not listed)", 5),
            ("hidden (12 of these are not listed)", 12),
            ("this and 7 more of the same rule are not listed; `retry` takes them all", 8),
        ] {
            assert_eq!(not_listed(line), many, "{line}");
        }
    }

    #[test]
    fn lengths_are_those_of_the_sorted() {
        let of = lengths((0..=100).rev().collect());
        assert_eq!((of.least, of.twentieth, of.quarter, of.median), (0, 5, 25, 50));
        assert_eq!((of.three_quarters, of.nineteen_twentieths, of.most, of.sum), (75, 95, 100, 5050));
        assert_eq!(lengths(Vec::new()), Lengths::default());
    }
}
