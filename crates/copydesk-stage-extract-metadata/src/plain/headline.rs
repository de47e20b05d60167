//! Which line of the head is the title.

use copydesk_document::{BlockKind, Document};
use copydesk_lexicon::Confidence;
use copydesk_text::Terms;

use super::head::{HeadLine, Sort, is_wrapped};

/// A line that may be the title, and how much speaks for it.
#[derive(Debug)]
pub(super) struct Choice {
    /// Its place in the head.
    pub(super) at: usize,
    pub(super) weight: f32,
}

/// A title has letters between these numbers.
const LENGTH: std::ops::RangeInclusive<usize> = 10..=400;
/// Fewer lines in a row are kicker, title and deck; more are the titles of other texts.
const LIST: usize = 4;
/// A head of no more lines is that of a text without its page.
const SHORT_HEAD: usize = 12;
/// What a line needs so that it is the title.
const LEAST: f32 = 1.3;

/// The title: a line that the head repeats, that another line begins or ends with, that stands next to byline, date,
/// caption or text, and that shares words with the text.
pub(super) fn choose(doc: &Document, head: &[HeadLine<'_>], text: &Terms) -> Option<Choice> {
    let leaders = leaders(head, text);
    let mut best: Option<Choice> = None;
    for at in 0..head.len() {
        if !may_be_title(doc, head, at) {
            continue;
        }
        let mut score = own_score(doc, head, at, text) + repeated_score(head, at);
        if head.iter().filter(|line| line.is_free()).count() == 1 {
            score += 0.6;
        }
        score += leaders.iter().filter(|leader| leader.at == at).map(|leader| leader.score).sum::<f32>();
        // The first of equals: what stands below the title explains it.
        if score >= LEAST && best.as_ref().is_none_or(|best| score > best.weight + 0.1) {
            best = Some(Choice { at, weight: score });
        }
    }
    best.map(|best| Choice { weight: confidence(best.weight), ..best })
}

/// How often a line with such a score is the title.
fn confidence(score: f32) -> f32 {
    (0.2 + 0.15 * score).clamp(0.3, 0.92)
}

fn may_be_title(doc: &Document, head: &[HeadLine<'_>], at: usize) -> bool {
    let line = &head[at];
    let sort = match &line.sort {
        Sort::Free => true,
        // A date inside of a title: `Harbour notes, 3 May 2021`.
        Sort::Shared(shared) => !shared.stamped,
        _ => false,
    };
    sort && LENGTH.contains(&line.weight) && !ends_in_time(line.text) && !is_wrapped(doc, line.id)
}

/// What a line says by itself and by the words that it shares with the text.
fn own_score(doc: &Document, head: &[HeadLine<'_>], at: usize, text: &Terms) -> f32 {
    let line = &head[at];
    let block = doc.block(line.id);
    let mut score = match (block.kind, block.level) {
        (BlockKind::Heading, 1) => 2.0,
        (BlockKind::Heading, _) => 0.6,
        (BlockKind::ListItem | BlockKind::TableRow, _) => -1.0,
        _ => 0.0,
    };
    score += match (line.words, line.weight) {
        (_, 150..) => -0.3,
        (6.., _) | (_, 36..) => 0.7,
        (4.., _) | (_, 28..) => 0.4,
        (3, 14..) => -0.2,
        _ => -0.8,
    };
    // The further the text is away, the more is in between that may be it.
    let between = head[at + 1..].iter().filter(|line| line.is_free()).count();
    score -= (between as f32 * 0.06).min(1.2);
    // What was cut out of its page begins with its title; a whole page begins with its menus.
    if line.id.0 == 0 && head.len() <= SHORT_HEAD {
        score += 0.4;
    }
    if line.signed {
        score += 1.5;
    }
    // An entry of a list whose numbers stand in lines of their own, or a row of tags.
    let counted = at > 0 && head[at - 1].text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    if counted || is_row(line.text) {
        score -= 0.8;
    }
    if is_numbered(line.text) {
        score -= 0.8;
    }
    let main = doc.languages().main.as_ref().map(|main| main.tag.as_str());
    let own = block.language.as_ref().map(|guess| guess.tag.as_str()).filter(|tag| *tag != "und");
    match (main, own) {
        (Some(main), Some(own)) if main != own => score -= 1.0,
        _ => score += 0.3,
    }
    let (shared, words) = text.shared(line.text);
    if words >= 2 {
        score += 2.0 * shared - if shared < 0.15 && words >= 3 { 0.3 } else { 0.0 };
    }
    if line.text.ends_with([':', ',', ';']) || line.text.ends_with('.') && !line.text.ends_with("..") {
        score -= 0.7;
    }
    score -= match glued_words(line.text) {
        0 => 0.0,
        1 => 0.3,
        _ => 1.0,
    };
    if matches!(line.sort, Sort::Shared(_)) {
        score -= 1.0;
    }
    // Titles of a few words in capitals look like names; a role or an agency beside it makes one.
    score -= match line.name {
        None => 0.0,
        Some(Confidence::ShapeOnly) => 0.4,
        Some(_) => 1.2,
    };
    score
}

/// What other lines of the head say of one: that it stands twice, or that another line begins or ends with it.
fn repeated_score(head: &[HeadLine<'_>], at: usize) -> f32 {
    let line = &head[at];
    if !(line.words >= 3 || line.weight >= 24) {
        return 0.0;
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
    let around = others()
        .any(|other| other.is_free() && (other.words >= 3 || other.weight >= 24) && holds(&line.key, &other.key));
    let certain = if line.words >= 4 || line.weight >= 30 { 2.5 } else { 1.2 };
    certain * f32::from(u8::from(twice)) + 2.0 * f32::from(u8::from(inside)) - 1.5 * f32::from(u8::from(around))
}

/// A line that its place speaks for or against.
struct Leader {
    at: usize,
    score: f32,
}

/// Of each run of lines that may be titles the one that leads it, with what stands below the run.
fn leaders(head: &[HeadLine<'_>], text: &Terms) -> Vec<Leader> {
    let mut leaders = Vec::new();
    let mut at = 0;
    while at < head.len() {
        let Some(run) = run(head, at) else {
            at += 1;
            continue;
        };
        at = run.end;
        let score = below(head, run.end);
        let leader = leader(head, run.clone(), text);
        if score > 0.0 {
            leaders.push(Leader { at: leader, score });
        }
        // What stands below the line that leads is its deck.
        if run.len() < LIST {
            leaders.extend((leader + 1..run.end).map(|at| Leader { at, score: -0.2 }));
        }
    }
    leaders
}

/// The lines in a row, from a place on, that may be kicker, title and deck.
fn run(head: &[HeadLine<'_>], at: usize) -> Option<std::ops::Range<usize>> {
    let fits = |line: &HeadLine<'_>| match &line.sort {
        Sort::Free => LENGTH.contains(&line.weight),
        Sort::Shared(shared) => !shared.stamped,
        _ => false,
    };
    let length = head[at..].iter().take_while(|line| fits(line)).count();
    (length > 0).then_some(at..at + length)
}

/// A kicker above a title has fewer letters than this.
const KICKER: usize = 25;
/// A deck below a title has more letters than this.
const DECK: usize = 110;

fn leader(head: &[HeadLine<'_>], run: std::ops::Range<usize>, text: &Terms) -> usize {
    if run.len() >= LIST {
        // Titles of other texts, and below them the own one: it shares words with the text, or stands next to it.
        let share = |at: &usize| (text.shared(head[*at].text).0 * 10.0) as u32;
        return run.max_by_key(share).unwrap_or(0);
    }
    let is_kicker =
        |at: usize| head[at].weight < KICKER && at + 1 < run.end && (KICKER + 1..=DECK).contains(&head[at + 1].weight);
    run.clone().find(|at| !is_kicker(*at)).unwrap_or(run.start)
}

/// What stands below a run: date and byline say that it is the title's, and so, less surely, do caption and text.
fn below(head: &[HeadLine<'_>], end: usize) -> f32 {
    for line in head[end..].iter().take(4) {
        match &line.sort {
            Sort::Date | Sort::Byline | Sort::Field => return 1.5,
            Sort::Shared(shared) if shared.stamped => return 1.5,
            Sort::Caption | Sort::Paragraph => return 1.0,
            Sort::Control | Sort::Outlet | Sort::Section => {}
            Sort::Free | Sort::Shared(_) => return if line.weight < *LENGTH.start() { 0.8 } else { 0.0 },
        }
    }
    if head.len() - end <= 3 { 1.0 } else { 0.0 }
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
