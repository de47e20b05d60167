//! What differs between two records of the same document, added up over many.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use copydesk_document::Label;
use copydesk_record::{Block, Caption, Record};
use serde::Serialize;
use serde_json::Value;

/// How much of a text a sample shows.
const SAMPLE_CHARS: usize = 300;

/// Compares records of the same documents, one after the other.
#[derive(Debug)]
pub struct Comparison {
    samples: usize,
    difference: Difference,
    facts: BTreeMap<(String, String, String), FactGroup>,
    blocks: BTreeMap<BlockKey, BlockGroup>,
}

/// What two runs over the same documents do not have in common.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Difference {
    /// How many documents there are.
    pub documents: Counts,
    /// Documents that only the first has.
    pub lost: Vec<Gone>,
    /// Documents that only the second has.
    pub gained: Vec<Gone>,
    /// Facts that changed, by field and by where they were read; those of most documents first.
    pub facts: Vec<FactGroup>,
    /// Blocks of which something else became, by the rules that decided; those of most blocks first.
    pub blocks: Vec<BlockGroup>,
    /// Captions that were found or lost, or that read otherwise.
    pub captions: CaptionChange,
    /// Whether the records tell which rules decided. Without, blocks are grouped by label alone.
    pub by_rule: bool,
}

/// Numbers of documents.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Those of the first.
    pub before: u64,
    /// Those of the second.
    pub after: u64,
    /// Those of both of which nothing differs that is compared.
    pub same: u64,
    /// Those of both of which something differs.
    pub changed: u64,
    /// Those that only the first has.
    pub lost: u64,
    /// Those that only the second has.
    pub gained: u64,
}

impl Counts {
    /// Documents that are not the same in both.
    pub fn different(&self) -> u64 {
        self.changed + self.lost + self.gained
    }

    /// Documents that are in one of them or in both.
    pub fn all(&self) -> u64 {
        self.same + self.different()
    }
}

/// A document that one of the two does not have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Gone {
    /// Where it is read.
    pub uri: String,
    /// Its title, where it has one.
    pub title: Option<String>,
    /// What the run without it says of it.
    pub why: Option<String>,
}

/// Facts of one field that changed in one way.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct FactGroup {
    /// The field.
    pub field: String,
    /// Where the value was read before: the kind of evidence and its name. Empty where there was none.
    pub before: String,
    /// Where it is read now.
    pub after: String,
    /// In how many documents.
    pub documents: u64,
    /// The first of them.
    pub samples: Vec<FactSample>,
}

/// A fact that changed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FactSample {
    /// The document.
    pub uri: String,
    /// The value before.
    pub before: Value,
    /// The value now.
    pub after: Value,
}

/// What became of a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum BlockChange {
    /// It stood in the text, and is dropped now.
    Dropped,
    /// It was dropped, and stands in the text now.
    Kept,
    /// It stands in the text in neither or in both, for another reason.
    Relabelled,
    /// It stands in the text in both, and reads otherwise.
    Rewritten,
    /// The first has no such block.
    Appeared,
    /// The second has no such block.
    Disappeared,
}

/// Who decided what a block is.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Decider {
    /// What it was found to be.
    pub label: String,
    /// The stage and rule of the last decision, `strip-boilerplate / short`; empty where the record does not tell.
    pub rule: String,
}

type BlockKey = (BlockChange, Decider, Decider);

/// Blocks of which the same became by the same rules.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct BlockGroup {
    /// What became of them.
    pub change: BlockChange,
    /// Who decided before.
    pub before: Decider,
    /// Who decides now.
    pub after: Decider,
    /// How many blocks.
    pub blocks: u64,
    /// In how many documents.
    pub documents: u64,
    /// The first of them, each of another document as far as there are so many.
    pub samples: Vec<BlockSample>,
    #[serde(skip)]
    last: String,
}

/// A block of which something else became.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BlockSample {
    /// The document.
    pub uri: String,
    /// Its line in the source.
    pub line: u32,
    /// The beginning of its text.
    pub text: String,
    /// What the rule that decides now saw.
    pub detail: String,
}

/// How captions differ.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct CaptionChange {
    /// Found by the second alone.
    pub found: u64,
    /// Found by the first alone.
    pub lost: u64,
    /// Those of the same text with another credit, language or kind.
    pub changed: u64,
    /// The first documents of them.
    pub samples: Vec<String>,
}

impl Comparison {
    /// Begins, with so many samples of each group.
    pub fn new(samples: usize) -> Self {
        let difference = Difference { by_rule: true, ..Difference::default() };
        Self { samples, difference, facts: BTreeMap::new(), blocks: BTreeMap::new() }
    }

    /// Compares two records of a document. Whether they differ.
    pub fn both(&mut self, before: &Record<'_>, after: &Record<'_>) -> bool {
        let facts = self.compare_facts(before, after);
        let captions = self.compare_captions(before, after);
        let blocks = self.compare_blocks(before, after);
        let counts = &mut self.difference.documents;
        counts.before += 1;
        counts.after += 1;
        let changed = facts || captions || blocks;
        *(if changed { &mut counts.changed } else { &mut counts.same }) += 1;
        changed
    }

    /// A document of both that is known to be the same in every byte.
    pub fn equal(&mut self) {
        let counts = &mut self.difference.documents;
        counts.before += 1;
        counts.after += 1;
        counts.same += 1;
    }

    /// A document that only the first has.
    pub fn lost(&mut self, gone: Gone) {
        self.difference.documents.before += 1;
        self.difference.documents.lost += 1;
        keep(&mut self.difference.lost, gone, self.samples);
    }

    /// A document that only the second has.
    pub fn gained(&mut self, gone: Gone) {
        self.difference.documents.after += 1;
        self.difference.documents.gained += 1;
        keep(&mut self.difference.gained, gone, self.samples);
    }

    /// What there is to tell.
    pub fn finish(self) -> Difference {
        let Self { mut difference, facts, blocks, .. } = self;
        difference.facts = facts.into_values().collect();
        difference.facts.sort_by_key(|group| std::cmp::Reverse(group.documents));
        difference.blocks = blocks.into_values().collect();
        difference.blocks.sort_by_key(|group| std::cmp::Reverse(group.blocks));
        difference
    }

    fn compare_facts(&mut self, before: &Record<'_>, after: &Record<'_>) -> bool {
        let mut differ = false;
        for ((field, old), (_, new)) in facts(before).into_iter().zip(facts(after)) {
            if old == new {
                continue;
            }
            differ = true;
            let (from, to) = (origin(before, field), origin(after, field));
            let group = self.facts.entry((field.to_owned(), from.clone(), to.clone())).or_insert_with(|| FactGroup {
                field: field.to_owned(),
                before: from,
                after: to,
                ..FactGroup::default()
            });
            group.documents += 1;
            keep(
                &mut group.samples,
                FactSample { uri: after.source.uri.clone().into_owned(), before: short(old), after: short(new) },
                self.samples,
            );
        }
        differ
    }

    fn compare_captions(&mut self, before: &Record<'_>, after: &Record<'_>) -> bool {
        fn by_text<'c>(record: &'c Record<'c>) -> BTreeMap<&'c str, Vec<&'c Caption<'c>>> {
            let mut by_text: BTreeMap<&str, Vec<_>> = BTreeMap::new();
            record.captions.iter().for_each(|caption| by_text.entry(&caption.text).or_default().push(caption));
            by_text
        }
        let (old, new) = (by_text(before), by_text(after));
        let texts: BTreeSet<&str> = old.keys().chain(new.keys()).copied().collect();
        let change = &mut self.difference.captions;
        let mut differ = false;
        for text in texts {
            let of = |all: &BTreeMap<&str, Vec<_>>| all.get(text).map_or(0, Vec::len) as u64;
            let (was, is) = (of(&old), of(&new));
            change.lost += was.saturating_sub(is);
            change.found += is.saturating_sub(was);
            let pairs = old.get(text).into_iter().flatten().zip(new.get(text).into_iter().flatten());
            let changed = pairs.filter(|(old, new)| old != new).count() as u64;
            change.changed += changed;
            differ |= was != is || changed > 0;
        }
        if differ {
            keep(&mut change.samples, after.source.uri.clone().into_owned(), self.samples);
        }
        differ
    }

    fn compare_blocks(&mut self, before: &Record<'_>, after: &Record<'_>) -> bool {
        let (Some(old), Some(new)) = (&before.blocks, &after.blocks) else {
            return self.compare_text(before, after);
        };
        self.difference.by_rule &= before.decisions.is_some() && after.decisions.is_some();
        let (was, is) = (Decided::of(before), Decided::of(after));
        // Blocks of the same place in the source are the same; where a place holds several, in their order.
        let mut places: HashMap<(u32, u32), Vec<&Block<'_>>> = HashMap::new();
        old.iter().rev().for_each(|block| places.entry((block.place.start, block.place.end)).or_default().push(block));
        let mut changes = Vec::new();
        for block in new {
            let place = (block.place.start, block.place.end);
            let Some(earlier) = places.get_mut(&place).and_then(Vec::pop) else {
                changes.push((BlockChange::Appeared, block, Decider::default(), is.reason(block), is.detail(block)));
                continue;
            };
            let (body, was_body) = (block.label == Label::Body, earlier.label == Label::Body);
            let change = match (was_body, body) {
                (true, false) => BlockChange::Dropped,
                (false, true) => BlockChange::Kept,
                _ if block.label != earlier.label => BlockChange::Relabelled,
                (true, true) if block.text != earlier.text => BlockChange::Rewritten,
                _ => continue,
            };
            changes.push((change, block, was.reason(earlier), is.reason(block), is.detail(block)));
        }
        let mut left: Vec<&Block<'_>> = places.into_values().flatten().collect();
        left.sort_by_key(|block| block.id);
        for block in left {
            changes.push((BlockChange::Disappeared, block, was.reason(block), Decider::default(), ""));
        }
        let uri = &*after.source.uri;
        for (change, block, before, after, detail) in &changes {
            self.count_block(*change, before.clone(), after.clone(), uri, block, detail);
        }
        !changes.is_empty()
    }

    fn count_block(
        &mut self,
        change: BlockChange,
        before: Decider,
        after: Decider,
        uri: &str,
        block: &Block<'_>,
        detail: &str,
    ) {
        let group = self.blocks.entry((change, before.clone(), after.clone())).or_insert_with(|| BlockGroup {
            change,
            before,
            after,
            blocks: 0,
            documents: 0,
            samples: Vec::new(),
            last: String::new(),
        });
        group.blocks += 1;
        if group.documents == 0 || group.last != uri {
            group.documents += 1;
            uri.clone_into(&mut group.last);
            let sample = BlockSample {
                uri: uri.to_owned(),
                line: block.place.line,
                text: block.text.chars().take(SAMPLE_CHARS).collect(),
                detail: detail.to_owned(),
            };
            keep(&mut group.samples, sample, self.samples);
        }
    }

    /// Records without blocks: the lines of the text.
    fn compare_text(&mut self, before: &Record<'_>, after: &Record<'_>) -> bool {
        self.difference.by_rule = false;
        let mut lines: HashMap<&str, i64> = HashMap::new();
        before.text.lines().for_each(|line| *lines.entry(line).or_default() += 1);
        after.text.lines().for_each(|line| *lines.entry(line).or_default() -= 1);
        let mut differ = false;
        for (source, sign, change) in [(before, 1, BlockChange::Dropped), (after, -1, BlockChange::Kept)] {
            for line in source.text.lines() {
                let left = lines.entry(line).or_default();
                if *left * sign > 0 {
                    *left -= sign;
                    differ = true;
                    let block = Block {
                        id: 0,
                        kind: copydesk_document::BlockKind::Paragraph,
                        level: None,
                        label: Label::Body,
                        text: line.into(),
                        language: None,
                        place: copydesk_record::Place::default(),
                    };
                    self.count_block(change, Decider::default(), Decider::default(), &after.source.uri, &block, "");
                }
            }
        }
        differ
    }
}

/// The last decision on each block of a record.
struct Decided<'r> {
    last: HashMap<u32, &'r copydesk_record::Decision<'r>>,
}

impl<'r> Decided<'r> {
    fn of(record: &'r Record<'r>) -> Self {
        Self { last: record.decisions.iter().flatten().map(|decision| (decision.block, decision)).collect() }
    }

    fn reason(&self, block: &Block<'_>) -> Decider {
        let rule = self.last.get(&block.id).map(|decision| format!("{} / {}", decision.stage, decision.rule));
        Decider { label: label(block.label), rule: rule.unwrap_or_default() }
    }

    fn detail(&self, block: &Block<'_>) -> &'r str {
        self.last.get(&block.id).map_or("", |decision| &*decision.detail)
    }
}

fn label(label: Label) -> String {
    copydesk_record::name(&label)
}

fn keep<T>(list: &mut Vec<T>, one: T, most: usize) {
    if list.len() < most {
        list.push(one);
    }
}

/// The facts of a record, by the names of their fields.
fn facts(record: &Record<'_>) -> Vec<(&'static str, Value)> {
    let time = |time: Option<copydesk_document::Timestamp>| time.map(|time| time.to_string());
    let value = |value: Result<Value, serde_json::Error>| value.unwrap_or(Value::Null);
    let of = |text: &Option<std::borrow::Cow<'_, str>>| text.as_deref().map_or(Value::Null, Value::from);
    vec![
        ("title", of(&record.title)),
        ("authors", value(serde_json::to_value(&record.authors))),
        ("published", value(serde_json::to_value(time(record.published)))),
        ("modified", value(serde_json::to_value(time(record.modified)))),
        ("site_name", of(&record.site_name)),
        ("section", of(&record.section)),
        ("tags", value(serde_json::to_value(&record.tags))),
        ("description", of(&record.description)),
        ("url", of(&record.url)),
        ("image", of(&record.image)),
        ("language", of(&record.language)),
        ("dateline", value(serde_json::to_value(&record.dateline))),
        ("license", of(&record.license)),
        ("paywalled", value(serde_json::to_value(record.paywalled))),
        ("page_type", value(serde_json::to_value(record.page_type))),
        ("ext", value(serde_json::to_value(&record.ext))),
    ]
}

/// Where the value of a field was read: `meta og:title`. Of several, the first.
fn origin(record: &Record<'_>, field: &str) -> String {
    let mut all = record.metadata.iter().flatten();
    let found = all.find(|value| copydesk_record::name(&value.field) == field);
    found
        .map(|value| format!("{} {}", copydesk_record::name(&value.origin), value.name).trim_end().to_owned())
        .unwrap_or_default()
}

fn short(value: Value) -> Value {
    match value {
        Value::String(text) if text.chars().count() > SAMPLE_CHARS => {
            Value::String(text.chars().take(SAMPLE_CHARS).chain(['…']).collect())
        }
        value => value,
    }
}

#[cfg(test)]
mod tests {
    use copydesk_document::{BlockKind, BoilerplateKind};
    use copydesk_record::{Decision, Place, Source};

    use super::*;

    const SHORT: Label = Label::Boilerplate(BoilerplateKind::Other);

    fn record(uri: &str, blocks: &[(&str, Label, &str)]) -> Record<'static> {
        let block = |(n, (text, label, _)): (usize, &(&str, Label, &str))| Block {
            id: n as u32,
            kind: BlockKind::Paragraph,
            level: None,
            label: *label,
            text: (*text).to_owned().into(),
            language: None,
            place: Place { start: n as u32 * 10, end: n as u32 * 10 + 9, line: n as u32 + 1 },
        };
        let decision = |(n, (_, label, rule)): (usize, &(&str, Label, &str))| Decision {
            block: n as u32,
            label: *label,
            stage: "strip-boilerplate".into(),
            rule: (*rule).to_owned().into(),
            detail: "12 letters".into(),
        };
        Record {
            source: Source { uri: uri.to_owned().into(), ..Source::default() },
            blocks: Some(blocks.iter().enumerate().map(block).collect()),
            decisions: Some(blocks.iter().enumerate().map(decision).collect()),
            ..Record::default()
        }
    }

    #[test]
    fn a_rule_is_named_with_exactly_its_documents() {
        let mut comparison = Comparison::new(5);
        let all = [("One", Label::Body, "prose"), ("Two", Label::Body, "prose")];
        let less = [("One", Label::Body, "prose"), ("Two", SHORT, "short")];
        assert!(comparison.both(&record("a", &all), &record("a", &less)));
        assert!(!comparison.both(&record("b", &all), &record("b", &all)));
        assert!(comparison.both(&record("c", &less), &record("c", &all)));
        let found = comparison.finish();
        assert_eq!((found.documents.same, found.documents.changed, found.by_rule), (1, 2, true));
        let groups: Vec<_> = found
            .blocks
            .iter()
            .map(|g| (g.change, g.before.rule.as_str(), g.after.rule.as_str(), g.samples[0].uri.as_str(), g.blocks))
            .collect();
        assert_eq!(
            groups,
            [
                (BlockChange::Dropped, "strip-boilerplate / prose", "strip-boilerplate / short", "a", 1),
                (BlockChange::Kept, "strip-boilerplate / short", "strip-boilerplate / prose", "c", 1),
            ]
        );
        assert_eq!(found.blocks[0].samples[0].line, 2);
    }

    #[test]
    fn facts_captions_and_blocks_that_come_and_go_are_told() {
        let blocks = [("One", Label::Body, "prose")];
        let mut before = record("a", &blocks);
        let mut after = record("a", &[("One", Label::Body, "prose"), ("Two", Label::Body, "prose")]);
        before.title = Some("Old".into());
        after.title = Some("New".into());
        let caption = |credit: Option<&'static str>| Caption {
            text: "The pier".into(),
            credit: credit.map(Into::into),
            ..Caption::default()
        };
        before.captions = vec![caption(None)];
        after.captions = vec![caption(Some("Reuters")), Caption { text: "The quay".into(), ..Caption::default() }];
        let mut comparison = Comparison::new(1);
        assert!(comparison.both(&before, &after));
        comparison.lost(Gone { uri: "b".into(), title: None, why: Some("limit.time".into()) });
        let found = comparison.finish();
        assert_eq!((found.facts[0].field.as_str(), found.facts[0].documents), ("title", 1));
        assert_eq!((found.captions.found, found.captions.lost, found.captions.changed), (1, 0, 1));
        assert_eq!(
            (found.blocks[0].change, found.documents.different(), found.documents.all()),
            (BlockChange::Appeared, 2, 2)
        );
    }

    #[test]
    fn records_without_blocks_are_compared_by_their_lines() {
        let with = |text: &str| Record { text: text.to_owned(), ..Record::default() };
        let mut comparison = Comparison::new(1);
        assert!(comparison.both(&with("a\nb\nb"), &with("a\nb\nc")));
        assert!(!comparison.both(&with("a\nb"), &with("b\na")));
        let found = comparison.finish();
        assert_eq!(
            found.blocks.iter().map(|g| (g.change, g.blocks)).collect::<Vec<_>>(),
            [(BlockChange::Dropped, 1), (BlockChange::Kept, 1)]
        );
        assert!(!found.by_rule);
    }
}
