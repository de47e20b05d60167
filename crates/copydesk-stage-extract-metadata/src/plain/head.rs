//! What each line above the text is.

use copydesk_date::{Hints, Reading, find, is_date_line};
use copydesk_document::{BlockId, BlockKind, Document, Label};
use copydesk_lexicon::{
    Confidence, FieldKind, Lexicon, PageLabelKind, classify_label, is_credit_line, label_of, labels_in_row,
    read_byline, split_credit,
};
use copydesk_text::{key, weight};

use super::{
    shared_date::{self, SharedDate},
    tails,
};
use crate::{
    lines::{PROSE, is_closed},
    vocabulary::{has_outlet_word, is_section_name, starts_picture_line},
};

/// What a line is, as far as its own words tell.
#[derive(Debug)]
pub(super) enum Sort<'t> {
    /// Nothing is known of it: it may be the title.
    Free,
    /// A label with its value, read already.
    Field,
    /// A date and nothing else.
    Date,
    /// A date with a name, an office or a count beside it.
    Shared(SharedDate<'t>),
    /// It names who wrote it.
    Byline,
    /// A caption, or the credit of one.
    Caption,
    /// The name of a section.
    Section,
    /// The name of a publication.
    Outlet,
    /// A button, a menu, a strip of figures.
    Control,
    /// Running text.
    Paragraph,
}

/// A line of the head.
#[derive(Debug)]
pub(super) struct HeadLine<'t> {
    pub(super) id: BlockId,
    pub(super) text: &'t str,
    pub(super) sort: Sort<'t>,
    pub(super) key: String,
    pub(super) weight: usize,
    pub(super) words: usize,
    /// How it reads as a name, if it does.
    pub(super) name: Option<Confidence>,
    /// Whether a byline or a day of change is glued to its end.
    pub(super) signed: bool,
}

impl<'t> HeadLine<'t> {
    pub(super) fn new(doc: &'t Document, id: BlockId, sort: Sort<'t>) -> Self {
        let text = doc.text(id);
        let words = text.split_whitespace().count();
        Self { id, text, sort, key: key(text), weight: weight(text), words, name: None, signed: false }
    }

    /// A line that no label says anything of, with how it reads as a name.
    pub(super) fn unlabelled(
        doc: &'t Document,
        id: BlockId,
        sort: Sort<'t>,
        hints: &Hints<'_>,
        lexicon: &Lexicon,
    ) -> Self {
        let line = Self::new(doc, id, sort);
        let tail = || tails::trim(line.text, hints, lexicon);
        let signed = line.is_free() && line.text.len() <= 400 && tail().is_signed();
        // `@Ann Lee`: two names behind the sign of an account.
        let bare = line.text.strip_prefix('@').filter(|name| name.contains(' ')).unwrap_or(line.text);
        let byline = read_byline(bare, lexicon)
            .filter(|byline| line.is_free() && !byline.people.is_empty() && !byline.rest.contains(char::is_alphabetic));
        Self { name: byline.map(|byline| byline.confidence()), signed, ..line }
    }

    pub(super) fn is_free(&self) -> bool {
        matches!(self.sort, Sort::Free)
    }
}

/// What a line is that is no label with a value and names no author.
pub(super) fn sort<'t>(doc: &'t Document, id: BlockId, hints: &Hints<'_>, lexicon: &Lexicon) -> Sort<'t> {
    let text = doc.text(id);
    let block = doc.block(id);
    if is_date_line(text) || is_day_and_place(text, hints) {
        return Sort::Date;
    }
    if is_section_name(without_bars(text)) {
        return Sort::Section;
    }
    let heading = block.kind == BlockKind::Heading && block.level == 1;
    let label = classify_label(text, lexicon);
    // `05/03/2027 | 412 views`: without its figures the line is a label.
    let counter = label.is_some_and(|label| label.whole && label.kind == PageLabelKind::Counter);
    if let Some(shared) = shared_date::read(text, hints, lexicon).filter(|shared| counter && shared.stamped) {
        return Sort::Shared(shared);
    }
    if label.is_some_and(|label| label.whole || leads_elsewhere(label.kind) && !heading) || is_control(text, lexicon) {
        return Sort::Control;
    }
    let labelled = label_of(text, lexicon).filter(|field| !field.value.is_empty()).map(|field| field.kind);
    if ends_in_address(text) {
        return Sort::Control;
    }
    if matches!(labelled, Some(FieldKind::Contact | FieldKind::Attachment | FieldKind::ReadingTime | FieldKind::Number))
    {
        return Sort::Control;
    }
    if let Some(shared) = shared_date::read(text, hints, lexicon).filter(|shared| !shared.phrase) {
        return Sort::Shared(shared);
    }
    if text.split_whitespace().count() <= 5 && has_outlet_word(text) {
        return Sort::Outlet;
    }
    if starts_picture_line(text) || text.len() < 400 && has_credit(text, lexicon) {
        return Sort::Caption;
    }
    if !heading && (is_menu(text, lexicon) || is_figures(text) || is_doubled(text)) {
        return Sort::Control;
    }
    let paragraph = is_closed(text) && (weight(text) >= PROSE || (block.label().is_body() && text.ends_with('.')));
    if paragraph && block.kind != BlockKind::Heading { Sort::Paragraph } else { Sort::Free }
}

/// `URL Source: https://example.org/a`: a few words at most, and an address behind them.
fn ends_in_address(text: &str) -> bool {
    const MOST_WORDS: usize = 4;
    let last = text.split_whitespace().next_back().unwrap_or_default();
    let address = last.starts_with("http://") || last.starts_with("https://") || last.starts_with("www.");
    address && text.split_whitespace().count() <= MOST_WORDS
}

/// Whether a line is the credit of a picture, or ends in one.
fn has_credit(text: &str, lexicon: &Lexicon) -> bool {
    let split = split_credit(text, lexicon);
    is_credit_line(text, lexicon) > Some(Confidence::ShapeOnly)
        || !split.credits.is_empty() && split.confidence > Confidence::ShapeOnly && split.picture_only
}

/// Labels that begin lines which lead elsewhere: no headline begins so.
fn leads_elsewhere(kind: PageLabelKind) -> bool {
    matches!(
        kind,
        PageLabelKind::SkipNavigation
            | PageLabelKind::Share
            | PageLabelKind::Follow
            | PageLabelKind::LinkCopied
            | PageLabelKind::Login
            | PageLabelKind::Cookie
            | PageLabelKind::Copyright
            | PageLabelKind::Subscribe
            | PageLabelKind::Advertisement
            | PageLabelKind::Print
            | PageLabelKind::FontSize
            | PageLabelKind::Listen
            | PageLabelKind::BackToTop
            | PageLabelKind::Loading
            | PageLabelKind::AuthorNote
    )
}

fn without_bars(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || matches!(c, '|' | '>' | '»' | '›' | '#' | '[' | ']' | '■' | '●'))
}

/// `Monday 24 July - Bergen`: a day without its year, and a place.
fn is_day_and_place(text: &str, hints: &Hints<'_>) -> bool {
    if text.len() > 80 {
        return false;
    }
    let [found] = &find(text, hints)[..] else { return false };
    let rest = [&text[..found.span.start], &text[found.span.end..]].concat();
    let words = rest.split_whitespace().filter(|word| word.chars().any(char::is_alphabetic)).count();
    matches!(found.reading, Reading::Yearless { .. }) && !found.range && words <= 1
}

/// The marks between the entries of a menu or of a way through the site.
const BARS: [char; 6] = ['|', '｜', '│', '•', '·', 'ㅣ'];
const STEPS: [char; 6] = ['>', '›', '»', '→', '▶', '＞'];

/// Whether a line is a row of entries: `News | Sport | Culture`, `Home > News > Region`.
fn is_menu(text: &str, lexicon: &Lexicon) -> bool {
    let short = |pieces: &[&str], words: usize| pieces.iter().all(|piece| piece.split_whitespace().count() <= words);
    let cut =
        |marks: &[char]| -> Vec<&str> { text.split(marks).map(str::trim).filter(|piece| !piece.is_empty()).collect() };
    let steps = cut(&STEPS);
    let marked = || text.contains(" >> ") || STEPS.iter().any(|mark| text.contains(&format!(" {mark} ")));
    let way = steps.len() >= 3 || steps.len() == 2 && marked();
    if way && short(&steps[..steps.len() - 1], 4) {
        return true;
    }
    // `Home / News / Harbour`: strokes part other things as well, so the first piece must be an entry.
    let strokes: Vec<&str> = text.split(" / ").map(str::trim).filter(|piece| !piece.is_empty()).collect();
    if strokes.len() >= 2 && is_entry(strokes[0], lexicon) && short(&strokes[..strokes.len() - 1], 4) {
        return true;
    }
    let bars = cut(&BARS);
    if bars.len() >= 4 && short(&bars, 4) || bars.len() >= 3 && bars.iter().all(|piece| is_entry(piece, lexicon)) {
        return true;
    }
    // Without marks: most of its words are entries by themselves.
    let words: Vec<&str> = text.split_whitespace().collect();
    let entries = words.iter().filter(|word| is_entry(word, lexicon)).count();
    words.len() >= 3 && (entries >= 3 && entries * 3 >= words.len() * 2 || entries >= 5 && entries * 2 >= words.len())
}

/// Marks the lines that are a way through the site and end in the headline, which another line of the head is by itself:
/// `Home News The bridge is open again`, where nothing but blanks parted the entries.
pub(super) fn mark_ways(head: &mut [HeadLine<'_>], lexicon: &Lexicon) {
    /// A headline has so many letters; a shorter line is an entry itself.
    const HEADLINE: usize = 20;
    let ends_in = |way: &str, title: &HeadLine<'_>| {
        title.weight >= HEADLINE && way.len() > title.key.len() && way.ends_with(&title.key)
    };
    for at in 0..head.len() {
        let line = &head[at];
        let begins = || {
            let words: Vec<&str> = line.text.split_whitespace().take(2).collect();
            (1..=words.len()).any(|count| is_entry(&words[..count].join(" "), lexicon))
        };
        let other = |title: &HeadLine<'_>| title.id != line.id && title.is_free() && ends_in(&line.key, title);
        if line.is_free() && (head.iter().any(other) && begins() || is_way(head, at)) {
            head[at].sort = Sort::Control;
        }
    }
}

/// Whether a line is cut by strokes or bars into pieces of which one before the last is a short line of the head by itself:
/// the entry of the menu that leads here.
fn is_way(head: &[HeadLine<'_>], at: usize) -> bool {
    /// An entry of a menu has no more letters and words.
    const ENTRY: usize = 48;
    const MOST_WORDS: usize = 5;
    let pieces: Vec<String> = head[at].text.split(" / ").flat_map(|piece| piece.split(['|', '｜'])).map(key).collect();
    let entry = |piece: &String| {
        let same = |line: &HeadLine<'_>| {
            line.id != head[at].id && line.weight <= ENTRY && line.words <= MOST_WORDS && line.key == *piece
        };
        !piece.is_empty() && head.iter().any(same)
    };
    pieces.len() >= 2 && pieces[..pieces.len() - 1].iter().any(entry)
}

fn is_entry(word: &str, lexicon: &Lexicon) -> bool {
    is_section_name(word) || classify_label(word, lexicon).is_some_and(|label| label.whole)
}

/// Whether a line is made of labels of the page and nothing else: `본문 바로가기 메뉴 바로가기`.
pub(super) fn is_control(text: &str, lexicon: &Lexicon) -> bool {
    labels_in_row(text, lexicon) >= 2
}

/// Whether half of a line is figures: clocks, weather, rates, scores.
fn is_figures(text: &str) -> bool {
    let words = || text.split_whitespace();
    let figure = |word: &&str| word.contains(|c: char| c.is_numeric() || matches!(c, '°' | '$' | '€' | '£' | '%'));
    let figures = words().filter(figure).count();
    let weather = text.contains('°') && weight(text) <= 60;
    weather || figures >= 2 && figures * 2 >= words().count()
}

/// `Press Room Press Room`: the same words twice are a link with its picture.
fn is_doubled(text: &str) -> bool {
    let words: Vec<&str> = text.split_whitespace().collect();
    let half = words.len() / 2;
    words.len().is_multiple_of(2) && (1..=4).contains(&half) && words[..half] == words[half..]
}

/// Whether a line is one of a text whose lines are cut at a margin: it goes on in the next.
pub(super) fn is_wrapped(doc: &Document, id: BlockId) -> bool {
    let next = BlockId(id.0 + 1);
    let goes_on = |next: BlockId| {
        doc.text(next).chars().find(|c| c.is_alphabetic()).is_some_and(|c| c.is_lowercase() || !c.is_uppercase())
    };
    // By itself most lines are told at once; where the margin is takes a look at many.
    let may_go_on = next.index() < doc.blocks().len()
        && doc.block(next).gap == 0
        && doc.block(next).label() != Label::Caption
        && !is_closed(doc.text(id))
        && goes_on(next);
    if !may_go_on {
        return false;
    }
    let lines: Vec<&str> = doc.ids().map(|id| doc.text(id)).filter(|text| weight(text) >= 20).take(60).collect();
    let Some(longest) = lines.iter().map(|line| line.chars().count()).max() else { return false };
    let ended = lines.iter().filter(|line| is_closed(line)).count();
    // Where lines are cut, most of them reach to the margin, and the next begins in the middle of a sentence.
    let full = lines.iter().filter(|line| line.chars().count() * 10 >= longest * 7).count();
    lines.len() >= 4
        && full * 2 >= lines.len()
        && longest <= 110
        && ended * 10 <= lines.len() * 6
        && doc.text(id).chars().count() * 10 >= longest * 7
}

#[cfg(test)]
mod tests {
    use super::ends_in_address;

    #[test]
    fn a_label_and_an_address_are_no_headline() {
        assert!(ends_in_address("URL Source: https://example.org/a") && ends_in_address("https://example.org"));
        assert!(
            !ends_in_address("The pier opens again")
                && !ends_in_address("All that we know of the pier: https://example.org")
        );
    }
}
