//! Which line of the head is the title.
//!
//! What speaks for a line and against it is measured ([`measure`]), and how much each measure weighs stands in
//! `data/headline.toml`, fitted by the trainer on pages whose title is known. The weights are those of a choice between
//! the lines of one head, and *none of them* is a line more: so the share that a line gets is how often such a line is right.

use std::{collections::BTreeMap, sync::LazyLock};

use copydesk_document::{BlockKind, Document};
use copydesk_lexicon::Confidence;
use copydesk_text::Terms;
use serde::Deserialize;

use super::{
    head::{HeadLine, Sort, is_wrapped},
    names,
};
use crate::{lines::is_closed, vocabulary::is_office};

/// A line that may be the title, and how much speaks for it.
#[derive(Debug)]
pub(super) struct Choice {
    /// Its place in the head.
    pub(super) at: usize,
    /// How often such a line is the title.
    pub(super) share: f32,
}

/// What the measures weigh.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Weights {
    /// What a line must reach so that it is as likely as no title at all.
    none: f32,
    measures: BTreeMap<String, f32>,
}

#[expect(clippy::expect_used, reason = "the file is part of the program, and a test reads it")]
static WEIGHTS: LazyLock<Weights> =
    LazyLock::new(|| toml::from_str(include_str!("../../data/headline.toml")).expect("data/headline.toml is valid"));

/// A title has letters between these numbers.
const LENGTH: std::ops::RangeInclusive<usize> = 4..=400;
/// A line with a smaller share is not given: `None` beats a guess.
const LEAST: f32 = 0.3;

/// The title: the line that gets the largest share.
pub(super) fn choose(doc: &Document, head: &[HeadLine<'_>], text: &Terms) -> Option<Choice> {
    let mut lines: Vec<(usize, f32)> = Vec::new();
    for at in 0..head.len() {
        if may_be_title(doc, head, at) {
            let mut score = 0.0;
            measure(doc, head, at, text, &mut |name, value| {
                score += value * WEIGHTS.measures.get(name).copied().unwrap_or(0.0);
            });
            lines.push((at, score));
        }
    }
    let most = lines.iter().map(|(_, score)| *score).fold(WEIGHTS.none, f32::max);
    let all: f32 = lines.iter().map(|(_, score)| (score - most).exp()).sum::<f32>() + (WEIGHTS.none - most).exp();
    // Of lines that say the same, the first stands for all.
    let share = |at: usize, score: f32| {
        let same = lines.iter().filter(|(other, _)| *other != at && head[*other].key == head[at].key);
        ((score - most).exp() + same.map(|(_, score)| (score - most).exp()).sum::<f32>()) / all
    };
    // A line alone above the text, at the very beginning, is its title where it is no sentence.
    if let [(at, _)] = lines[..]
        && is_lone(head, at)
    {
        return Some(Choice { at, share: share(at, lines[0].1).max(LONE) });
    }
    let mut best: Option<Choice> = None;
    for (at, score) in &lines {
        let share = share(*at, *score);
        if share >= LEAST && best.as_ref().is_none_or(|best| share > best.share + 1e-6) {
            best = Some(Choice { at: *at, share });
        }
    }
    best
}

/// How often the only line above a text is its title.
const LONE: f32 = 0.6;

fn is_lone(head: &[HeadLine<'_>], at: usize) -> bool {
    let line = &head[at];
    let alone = line.id.0 == 0 && head.len() == 1;
    alone && (10..400).contains(&line.weight) && !is_closed(line.text) && line.name.is_none() && !is_numbered(line.text)
}

/// What is measured of every line that may be the title, for the trainer.
pub(crate) fn candidates(
    doc: &Document,
    head: &[HeadLine<'_>],
    text: &Terms,
) -> Vec<(usize, Vec<(&'static str, f32)>)> {
    (0..head.len())
        .filter(|at| may_be_title(doc, head, *at))
        .map(|at| {
            let mut measures = Vec::new();
            measure(doc, head, at, text, &mut |name, value| measures.push((name, value)));
            (at, measures)
        })
        .collect()
}

fn may_be_title(doc: &Document, head: &[HeadLine<'_>], at: usize) -> bool {
    let line = &head[at];
    let sort = match &line.sort {
        Sort::Free => true,
        // A date inside of a title: `Harbour notes, 3 May 2021`.
        Sort::Shared(shared) => !shared.stamped,
        _ => false,
    };
    // `섬주민복지부`: the office that gives it out.
    let office = line.words == 1 && line.text.chars().count() <= 12 && is_office(line.text);
    let aside = line.text.starts_with(['(', '（']) && line.text.ends_with([')', '）']);
    sort && !aside
        && !office
        && LENGTH.contains(&line.weight)
        && !ends_in_time(line.text)
        && !names::says_from_where(line.text)
        && !(head.get(at + 1).is_none_or(HeadLine::is_free) && is_wrapped(doc, line.id))
}

/// Measures a line: only what is not zero is put.
fn measure(doc: &Document, head: &[HeadLine<'_>], at: usize, text: &Terms, put: &mut dyn FnMut(&'static str, f32)) {
    by_itself(doc, &head[at], text, &mut |name, value| {
        if value != 0.0 {
            put(name, value);
        }
    });
    by_place(doc, head, at, &mut |name, value| {
        if value != 0.0 {
            put(name, value);
        }
    });
    for (name, found) in repeated(head, at) {
        if found {
            put(name, 1.0);
        }
    }
}

fn flag(is: bool) -> f32 {
    f32::from(u8::from(is))
}

/// What a line says by itself and by the words that it shares with the text.
fn by_itself(doc: &Document, line: &HeadLine<'_>, text: &Terms, put: &mut dyn FnMut(&'static str, f32)) {
    let block = doc.block(line.id);
    put("heading-1", flag(block.kind == BlockKind::Heading && block.level == 1));
    put("heading-other", flag(block.kind == BlockKind::Heading && block.level > 1));
    put("list-item", flag(matches!(block.kind, BlockKind::ListItem | BlockKind::TableRow)));
    put("letters", (line.weight as f32).min(120.0).ln_1p());
    let size = match line.weight {
        0..10 => "tiny",
        10..20 => "short",
        20..36 => "middling",
        36..150 => "long",
        _ => "too-long",
    };
    put(size, 1.0);
    put("one-word", flag(line.words == 1 && line.weight < 20));
    put("two-or-three-words", flag((2..=3).contains(&line.words) && line.weight < 30));
    put("signed", flag(line.signed));
    put("row", flag(is_row(line.text)));
    put("numbered", flag(is_numbered(line.text)));
    let main = doc.languages().main.as_ref().map(|main| main.tag.as_str());
    let own = block.language.as_ref().map(|guess| guess.tag.as_str()).filter(|tag| *tag != "und");
    put("foreign", flag(main.zip(own).is_some_and(|(main, own)| main != own)));
    let (shared, words) = text.shared(line.text);
    put("shared", if words >= 2 { shared } else { 0.0 });
    put("shared-one", if words == 1 { shared } else { 0.0 });
    put("nothing-shared", flag(words >= 3 && shared < 0.15));
    put("leads-on", flag(line.text.ends_with([':', ',', ';', '：'])));
    put("ends-in-stop", flag(is_closed(line.text) && !line.text.ends_with(['?', '!', '"', '”', '…'])));
    put("asks-or-calls", flag(line.text.ends_with(['?', '!', '？', '！'])));
    put("quotes", flag(line.text.contains(['"', '“', '„', '«', '「', '‘'])));
    put("glued-once", flag(glued_words(line.text) == 1));
    put("glued-often", flag(glued_words(line.text) > 1));
    put("dated", flag(matches!(line.sort, Sort::Shared(_))));
    let words = || line.text.split_whitespace().filter(|word| word.chars().any(char::is_alphabetic));
    let small = words().filter(|word| word.starts_with(char::is_lowercase)).count();
    let large = words().filter(|word| word.starts_with(char::is_uppercase)).count();
    put("all-capitals", flag(!line.text.contains(char::is_lowercase) && large >= 2));
    put("small-words", if large + small == 0 { 0.0 } else { small as f32 / (large + small) as f32 });
    put("name", flag(line.name == Some(Confidence::ShapeOnly)));
    put("sure-name", flag(line.name > Some(Confidence::ShapeOnly)));
    put("parted", flag([" | ", " - ", " – ", " — "].iter().any(|mark| line.text.contains(mark))));
}

/// What stands right below a line.
const NEXT: [&str; 4] = ["next-signs", "next-is-text", "next-is-control", "next-is-story"];

/// What the lines around one say of it.
fn by_place(doc: &Document, head: &[HeadLine<'_>], at: usize, put: &mut dyn FnMut(&'static str, f32)) {
    let free = |line: &&HeadLine<'_>| line.is_free();
    let line = &head[at];
    put("lines-below", (head[at + 1..].iter().filter(free).count() as f32).ln_1p());
    put("lines-above", (head[..at].iter().filter(free).count() as f32).ln_1p());
    // The same for all lines of a head: how likely it is that any of them is the title.
    let size = match head.len() {
        0..8 => "of-few-lines",
        8..16 => "of-some-lines",
        16..40 => "of-many-lines",
        _ => "of-a-page",
    };
    put(size, 1.0);
    put("only", flag(head.iter().filter(free).count() == 1));
    put("first-of-all", flag(line.id.0 == 0));
    put("first-of-short-head", flag(line.id.0 == 0 && head.len() <= 12));
    put("last", flag(at + 1 == head.len()));
    let longest = head.iter().filter(free).map(|line| line.weight.min(130)).max().unwrap_or(0);
    put("longest", flag(line.weight >= longest));
    let near = &head[at.saturating_sub(3)..(at + 4).min(head.len())];
    let longest = near.iter().filter(free).map(|line| line.weight).max().unwrap_or(0);
    put("longest-near", flag(line.weight >= longest && line.weight >= 14));
    let after = |name: &'static str, step: usize| match head.get(at + step).map(|line| &line.sort) {
        Some(Sort::Date | Sort::Byline | Sort::Field) => Some((name, 0)),
        Some(Sort::Shared(shared)) if shared.stamped => Some((name, 0)),
        Some(Sort::Caption | Sort::Paragraph) => Some((name, 1)),
        Some(Sort::Control | Sort::Outlet | Sort::Section) => Some((name, 2)),
        Some(Sort::Free | Sort::Shared(_)) => None,
        None => Some((name, 3)),
    };
    if let Some((_, sort)) = after("", 1) {
        put(NEXT[sort], 1.0);
    }
    let signs = |line: &HeadLine<'_>| match &line.sort {
        Sort::Date | Sort::Byline | Sort::Field => true,
        Sort::Shared(shared) => shared.stamped,
        _ => false,
    };
    let below = head[at + 1..].iter().position(signs);
    put("signed-two-below", flag(below == Some(1)));
    put("signed-three-below", flag(below == Some(2)));
    put("signed-far-below", flag(below.is_some_and(|below| below > 2)));
    put("signed-above", flag(at > 0 && signs(&head[at - 1])));
    // What signs a text stands below its title, not far above.
    put("all-signed-above", flag(below.is_none() && head[..at].iter().any(signs)));
    let above = at.checked_sub(1).map(|above| &head[above]);
    put("below-control", flag(above.is_some_and(|l| matches!(l.sort, Sort::Control | Sort::Section | Sort::Outlet))));
    put("below-kicker", flag(above.is_some_and(|l| l.is_free() && l.weight * 2 < line.weight)));
    put("above-deck", flag(head.get(at + 1).is_some_and(|l| l.is_free() && l.weight > line.weight && l.weight >= 40)));
    let name = head.get(at + 1).filter(|next| next.is_free() && next.name.is_some());
    put("above-name", flag(name.is_some() && line.name.is_none()));
    put("above-shorter", flag(head.get(at + 1).is_some_and(|l| l.is_free() && l.weight * 2 < line.weight)));
    let alike = |step: &HeadLine<'_>| step.is_free() && step.words <= 3 && step.weight < 30;
    let run = head[..at].iter().rev().take_while(|l| alike(l)).count()
        + head[at + 1..].iter().take_while(|l| alike(l)).count();
    put("in-a-menu", if alike(line) { (run as f32).min(8.0) / 4.0 } else { 0.0 });
    let long = |line: &HeadLine<'_>| line.is_free() && line.weight >= 30;
    let run =
        head[..at].iter().rev().take_while(|l| long(l)).count() + head[at + 1..].iter().take_while(|l| long(l)).count();
    put("among-titles", if long(line) { (run.saturating_sub(1) as f32).min(6.0) / 3.0 } else { 0.0 });
    let counted = at > 0 && head[at - 1].text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    put("counted", flag(counted));
    let gap = doc.block(line.id).gap > 0;
    put("apart", flag(gap));
}

/// What other lines of the head say of one: that it stands twice, or that another line begins or ends with it.
fn repeated(head: &[HeadLine<'_>], at: usize) -> [(&'static str, bool); 4] {
    let line = &head[at];
    let says = |line: &HeadLine<'_>| line.words >= 3 || line.weight >= 24;
    if !says(line) {
        return [("twice", false), ("twice-long", false), ("inside", false), ("around", false)];
    }
    let others = || head.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, line)| line);
    let neighbour =
        |at: usize, step: isize| at.checked_add_signed(step).and_then(|at| head.get(at)).map(|line| &line.key);
    // A menu that stands twice repeats all of its lines.
    let in_menu = |other: usize| {
        [-1, 1].iter().any(|step| {
            let key = neighbour(at, *step);
            key.is_some_and(|key| key != &line.key) && key == neighbour(other, *step)
        })
    };
    let twice = (0..head.len()).any(|other| other != at && head[other].key == line.key && !in_menu(other));
    let holds =
        |long: &str, short: &str| long.len() > short.len() && (long.starts_with(short) || long.ends_with(short));
    let inside = others().any(|other| other.key.len() <= 800 && holds(&other.key, &line.key));
    let around = others().any(|other| other.is_free() && says(other) && holds(&line.key, &other.key));
    [
        ("twice", twice),
        ("twice-long", twice && (line.words >= 4 || line.weight >= 30)),
        ("inside", inside),
        ("around", around),
    ]
}

/// `Ann Lee 13:38`, `Desk, 3 May 08:05`: what ends in a time of day is no headline.
fn ends_in_time(text: &str) -> bool {
    let last = text.split_whitespace().next_back().unwrap_or_default();
    let digits = last.bytes().filter(u8::is_ascii_digit).count();
    (3..=4).contains(&digits) && last.len() == digits + 1 && last.contains(':')
}

/// `Harbour, Ferries, Ann Lee`: a row of tags.
fn is_row(text: &str) -> bool {
    let pieces = || text.split([',', '、', '،', '#']);
    pieces().count() >= 3 && pieces().all(|piece| piece.split_whitespace().count() <= 3 && piece.len() <= 40)
}

/// `3. Choose a boat`: an entry of a list.
fn is_numbered(text: &str) -> bool {
    let rest = text.trim_start_matches(|c: char| c.is_ascii_digit());
    rest.len() < text.len() && rest.starts_with(['.', ')'])
}

/// How many times a small letter runs into a capital: `HomeNewsSport` is a menu whose spaces are lost.
fn glued_words(text: &str) -> usize {
    let letters = || text.chars();
    letters().zip(letters().skip(1)).filter(|(a, b)| a.is_lowercase() && b.is_uppercase()).count()
}

#[cfg(test)]
mod tests {
    use super::WEIGHTS;

    #[test]
    fn the_weights_can_be_read_and_are_finite() {
        assert!(WEIGHTS.measures.len() > 30 && WEIGHTS.none.is_finite());
        assert!(WEIGHTS.measures.values().all(|weight| weight.is_finite() && weight.abs() < 20.0));
    }
}
