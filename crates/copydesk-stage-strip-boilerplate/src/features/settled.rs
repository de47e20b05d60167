//! What became of a line of a text, and of those beside it: what the forest that has the last word is told on top.

use copydesk_document::BlockId;
use copydesk_lexicon::{Lexicon, split_credit};

use super::Sink;
use crate::{
    judge::Verdict,
    page::Page,
    text::{Signs, ends_in_stop},
};

/// What rules and forests have made of the lines of a text.
pub(crate) struct Settled<'v> {
    verdicts: &'v [Verdict],
    probability: &'v [f32],
    border: f32,
    /// How many lines stay above each, and how likely these are in all.
    above: Vec<(f32, f32)>,
    first: usize,
    last: usize,
}

impl<'v> Settled<'v> {
    pub(crate) fn read(verdicts: &'v [Verdict], probability: &'v [f32], border: f32) -> Self {
        let mut sums = (0.0, 0.0);
        let mut above = vec![sums];
        for (verdict, p) in verdicts.iter().zip(probability) {
            sums = (sums.0 + f32::from(u8::from(verdict.stays())), sums.1 + p);
            above.push(sums);
        }
        let first = verdicts.iter().position(Verdict::stays).unwrap_or(verdicts.len());
        let last = verdicts.iter().rposition(Verdict::stays).unwrap_or(0);
        Self { verdicts, probability, border, above, first, last }
    }
}

/// Groups of rules, from what speaks most against a line to what speaks most for it.
const GROUPS: [(&str, &[&str]); 8] = [
    ("rule label", &["label", "navigation", "counter", "value", "file", "template", "promotion"]),
    ("rule field", &["field"]),
    ("rule below", &["foot", "next-story", "commented", "announced", "teasers", "author-box"]),
    ("rule closing", &["sign-off", "source", "editor", "attachment"]),
    ("rule date", &["date"]),
    ("rule byline", &["byline"]),
    ("rule head", &["head"]),
    ("rule again", &["again", "doubled", "slug", "headline", "repeated", "page-number", "caption"]),
];
/// Rules that keep a line.
const KEPT: [(&str, &[&str]); 4] = [
    ("kept within", &["within", "numbered"]),
    ("kept sentence", &["sentence", "edge", "short"]),
    ("kept opening", &["opening", "lead"]),
    ("kept heading", &["heading", "note", "column"]),
];

fn group(verdict: &Verdict) -> f32 {
    let place = |groups: &[(&str, &[&str])], rule: &str| groups.iter().position(|(_, rules)| rules.contains(&rule));
    let place = match verdict {
        Verdict::Rule(found) => place(&GROUPS, found.rule).unwrap_or(GROUPS.len()),
        Verdict::Unlikely => GROUPS.len() + 1,
        Verdict::Kept(rule, _) => GROUPS.len() + 2 + place(&KEPT, rule).unwrap_or(KEPT.len()),
        Verdict::Likely => GROUPS.len() + KEPT.len() + 3,
    };
    place as f32
}

const BESIDE: [(isize, [&str; 5]); 6] = [
    (-3, ["settled p-3", "settled rule-3", "settled chars-3", "settled stop-3", "settled gap-3"]),
    (-2, ["settled p-2", "settled rule-2", "settled chars-2", "settled stop-2", "settled gap-2"]),
    (-1, ["settled p-1", "settled rule-1", "settled chars-1", "settled stop-1", "settled gap-1"]),
    (1, ["settled p+1", "settled rule+1", "settled chars+1", "settled stop+1", "settled gap+1"]),
    (2, ["settled p+2", "settled rule+2", "settled chars+2", "settled stop+2", "settled gap+2"]),
    (3, ["settled p+3", "settled rule+3", "settled chars+3", "settled stop+3", "settled gap+3"]),
];

pub(crate) fn describe(page: &Page<'_>, settled: &Settled<'_>, index: usize, sink: &mut impl Sink) {
    let text = |index: usize| page.doc.text(BlockId(index as u32)).trim();
    let gap = |index: usize| f32::from(page.doc.block(BlockId(index as u32)).gap);
    let verdict = &settled.verdicts[index];
    let p = settled.probability[index];
    sink.flag("settled stays", verdict.stays());
    sink.put("settled p", p);
    sink.put("settled over", p - settled.border);
    sink.put("settled rule", group(verdict));
    for (name, rules) in GROUPS {
        sink.flag(name, matches!(verdict, Verdict::Rule(found) if rules.contains(&found.rule)));
    }
    for (name, rules) in KEPT {
        sink.flag(name, matches!(verdict, Verdict::Kept(rule, _) if rules.contains(rule)));
    }
    for (offset, names) in BESIDE {
        let other = index.checked_add_signed(offset).filter(|other| *other < page.len());
        let of = |value: &dyn Fn(usize) -> f32| other.map_or(-1.0, value);
        sink.put(names[0], of(&|i| settled.probability[i]));
        sink.put(names[1], of(&|i| group(&settled.verdicts[i])));
        sink.put(names[2], of(&|i| page.shapes[i].chars as f32));
        sink.put(names[3], of(&|i| f32::from(u8::from(ends_in_stop(text(i))))));
        sink.put(names[4], of(&gap));
    }
    let count = page.len();
    let (kept, likely) = settled.above[count];
    sink.put("settled gap", gap(index));
    sink.flag("settled stop", ends_in_stop(text(index)));
    sink.put("settled since first", index as f32 - settled.first as f32);
    sink.put("settled to last", settled.last as f32 - index as f32);
    sink.put("settled above", settled.above[index].0);
    sink.put("settled below", kept - settled.above[index + 1].0);
    sink.put("settled likely above", settled.above[index].1);
    sink.put("settled likely below", likely - settled.above[index + 1].1);
    sink.put("settled lines below", (count - index) as f32);
    let story = page.signs.as_ref().and_then(Signs::story);
    sink.put("settled since story", story.map_or(-999.0, |story| index as f32 - story as f32));
    let split = split_credit(text(index), Lexicon::builtin());
    sink.put("settled credit", if split.credits.is_empty() { -1.0 } else { f32::from(split.confidence as u8) });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_forest_is_told_of_rules_that_there_are() {
        let readme = include_str!("../../README.md");
        for rule in GROUPS.iter().chain(&KEPT).flat_map(|(_, rules)| *rules) {
            assert!(readme.contains(&format!("`{rule}`")), "{rule} has another name by now");
        }
    }
}
