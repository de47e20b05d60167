//! Labels of the page that are not the story: share bars, "read more", copyright lines, menus.

use serde::Deserialize;

use crate::Lexicon;
use crate::Line;
use crate::fold::{fold, head};
use crate::phrases::Starts;

/// What a line of page boilerplate is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PageLabelKind {
    /// Share bars and the names of the networks in them.
    Share,
    /// "Read more", "show all".
    ReadMore,
    /// Advertising marks.
    Advertisement,
    /// Headings of recommended stories.
    Related,
    /// Newsletter and subscription boxes.
    Subscribe,
    /// Copyright lines.
    Copyright,
    /// "Skip to content".
    SkipNavigation,
    /// "Link copied".
    LinkCopied,
    /// Login, registration, account.
    Login,
    /// Search boxes.
    Search,
    /// Menu buttons and the usual entries of menus.
    Menu,
    /// Print buttons.
    Print,
    /// Font size controls.
    FontSize,
    /// Comment sections and their controls.
    Comments,
    /// Counters: views, hits, likes.
    Counter,
    /// Cookie and consent notices.
    Cookie,
    /// Headings of tag lists.
    Tags,
    /// "Previous", "next" and page numbers.
    Paging,
    /// "Back to top".
    BackToTop,
    /// Audio players.
    Listen,
    /// "Follow us".
    Follow,
    /// "Loading…".
    Loading,
    /// Language switchers.
    Language,
    /// "The views expressed are the author's own".
    AuthorNote,
    /// Disclaimers and notices about the text.
    Disclaimer,
    /// Correction and contact requests ("Report an error").
    Feedback,
    /// App and device notices ("Download the app", "Enable JavaScript").
    Device,
    /// Headings and controls of pictures and galleries ("Enlarge image").
    Gallery,
    /// Terms, privacy, imprint: the links of the foot of a page.
    Legal,
    /// What closes a story or a release: "END", "(끝)", "以上".
    SignOff,
}

/// A recognised label.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageLabel {
    /// What it is for.
    pub kind: PageLabelKind,
    /// The whole line is the label. Otherwise the line only begins with it.
    pub whole: bool,
    /// The beginning is one that no sentence of a story has: `Read also:`, `Article continues after`.
    pub sure: bool,
    /// Whether the words are so many that hardly any other sentence begins with them.
    pub telling: bool,
}

/// Longest line that is looked up as a whole, in bytes.
const LONGEST_LINE: usize = 240;
/// Longest count that is glued to the last word of a line, in bytes.
const LONGEST_COUNT: usize = 20;
/// Longest line that can be boilerplate by its beginning, in bytes.
const LONGEST_START: usize = 400;

/// So many labels make a row: two could be the beginning of a heading.
const FEWEST_IN_A_ROW: usize = 3;
/// Rows of more words than this are not looked at.
const MOST_WORDS_IN_A_ROW: usize = 24;
/// Most words of one label in a row.
const MOST_WORDS_OF_ONE: usize = 5;

/// What label the line is, if any.
///
/// Whole lines are compared without case, bullets, arrows, punctuation and counts; longer lines by their beginning.
pub fn classify_label(line: &str, lexicon: &Lexicon) -> Option<PageLabel> {
    Line::new(line).label(lexicon)
}

/// Whether a line without white space around it need be folded as a whole.
pub(crate) fn may_be_label(line: &str, lexicon: &Lexicon) -> bool {
    !line.is_empty() && line.len() <= LONGEST_START && (line.len() <= LONGEST_LINE || may_start(line, lexicon))
}

/// The label that a folded line is; `length` is that of the line.
pub(crate) fn classify(folded: &str, length: usize, lexicon: &Lexicon) -> Option<PageLabel> {
    if length <= LONGEST_LINE {
        let key = lexicon.page_label_key(folded);
        if let Some(&kind) = lexicon.page_labels.get(&key) {
            return Some(PageLabel { kind, whole: true, sure: false, telling: true });
        }
        if let Some(kind) = row_of_labels(folded, lexicon) {
            return Some(PageLabel { kind, whole: true, sure: false, telling: true });
        }
    }
    // Signs such as `※` belong to some beginnings; otherwise bullets and arrows before the words do not count.
    let mut start = folded;
    let mut found = lexicon.page_label_starts.at_start(head(start, 200));
    if found.is_none() {
        start = folded.trim_start_matches(|c: char| !c.is_alphanumeric() && !matches!(c, '©' | '('));
        if start.len() < folded.len() {
            found = lexicon.page_label_starts.at_start(head(start, 200));
        }
    }
    let (end, (kind, sure)) = found?;
    let rest = start[end..].trim();
    let limit = match kind {
        _ if sure => LONGEST_START,
        // Standing notices are sentences; the others are buttons, and a longer line that begins alike is text.
        PageLabelKind::Copyright
        | PageLabelKind::AuthorNote
        | PageLabelKind::Disclaimer
        | PageLabelKind::Cookie
        | PageLabelKind::Subscribe
        | PageLabelKind::Device => LONGEST_START,
        PageLabelKind::Related
        | PageLabelKind::ReadMore
        | PageLabelKind::Comments
        | PageLabelKind::Feedback
        | PageLabelKind::Legal => 200,
        _ => 60,
    };
    let telling = is_telling(&start[..end]);
    (rest.len() <= limit).then_some(PageLabel { kind, whole: rest.is_empty(), sure, telling })
}

/// How many labels stand in a line that is made of nothing else: 2 in `본문 바로가기 메뉴 바로가기`, 0 in all others.
pub fn labels_in_row(line: &str, lexicon: &Lexicon) -> usize {
    if line.len() > LONGEST_LINE {
        return 0;
    }
    row(&fold(line), lexicon).map_or(0, |(_, labels)| labels)
}

/// What the first of several labels in one line is for, if there is nothing else in the line: `Share Print Save`.
fn row_of_labels(folded: &str, lexicon: &Lexicon) -> Option<PageLabelKind> {
    row(folded, lexicon).filter(|(_, labels)| *labels >= FEWEST_IN_A_ROW).map(|(kind, _)| kind)
}

/// The kind of the first label of a row, and how many there are.
fn row(folded: &str, lexicon: &Lexicon) -> Option<(PageLabelKind, usize)> {
    let may_begin = |word: &str| lexicon.page_label_first_words.may_begin_with_word(word);
    // Most lines begin otherwise.
    let mut words = words(folded).peekable();
    if !words.peek().is_some_and(|first| may_begin(first)) {
        return None;
    }
    let words: Vec<&str> = words.take(MOST_WORDS_IN_A_ROW + 1).collect();
    if !(2..=MOST_WORDS_IN_A_ROW).contains(&words.len()) {
        return None;
    }
    let mut kind = None;
    let mut labels = 0;
    let mut rest = &words[..];
    while let Some(first) = rest.first() {
        if !may_begin(first) {
            return None;
        }
        let mut lengths = (1..=rest.len().min(MOST_WORDS_OF_ONE)).rev();
        let (length, found) = lengths.find_map(|n| Some((n, *lexicon.page_labels.get(&rest[..n].join(" "))?)))?;
        kind = kind.or(Some(found));
        labels += 1;
        rest = &rest[length..];
    }
    kind.map(|kind| (kind, labels))
}

/// Three words, or as many characters as they have where a character is a syllable or a word.
fn is_telling(phrase: &str) -> bool {
    let characters = phrase.chars().filter(|c| crate::fold::is_unspaced(*c)).count();
    phrase.split_whitespace().count() >= 3 || characters >= 6
}

/// Whether a long line begins like boilerplate: a look at its head spares the folding of the whole.
fn may_start(line: &str, lexicon: &Lexicon) -> bool {
    let start = fold(head(line, lexicon.page_label_starts.longest() * 2 + 16));
    let words = start.trim_start_matches(|c: char| !c.is_alphanumeric() && !matches!(c, '©' | '('));
    lexicon.page_label_starts.at_start(&start).is_some() || lexicon.page_label_starts.at_start(words).is_some()
}

/// The form in which whole lines are compared.
pub(crate) fn line_key(line: &str) -> String {
    key_of_folded(&fold(line), usize::MAX, None)
}

impl Lexicon {
    /// The key of a line, or one that is not known if the line is not.
    fn page_label_key(&self, folded: &str) -> String {
        key_of_folded(folded, self.longest_page_label, Some(&self.page_label_first_words))
    }
}

/// The key of a line; that of a line that is longer than any known one, or begins otherwise, is cut short.
fn key_of_folded(folded: &str, longest: usize, starts: Option<&Starts>) -> String {
    let mut key = String::with_capacity(folded.len().min(longest).min(LONGEST_LINE));
    let mut letters = false;
    for word in words(folded) {
        // Digits at the very end may still go.
        if key.len() > longest.saturating_add(LONGEST_COUNT) {
            return key;
        }
        if letters {
            key.push(' ');
        } else if !starts.is_none_or(|starts| starts.may_begin_with_word(word)) {
            return String::new();
        }
        letters = true;
        key.push_str(word);
    }
    if !letters {
        // A line of figures or arrows alone has no key: `»`, `1 2 3`.
        return String::new();
    }
    // `조회수1234`, `コメント12件`: a count glued to the word.
    let trimmed = key.trim_end_matches(|c: char| c.is_ascii_digit());
    if trimmed.len() < key.len() && trimmed.chars().next_back().is_some_and(crate::fold::is_unspaced) {
        key.truncate(trimmed.len());
    }
    key
}

/// The words of a line that count: without signs, and without figures that stand alone.
fn words(folded: &str) -> impl Iterator<Item = &str> {
    folded
        .split(|c: char| c.is_whitespace() || matches!(c, '/' | '|' | '·' | '•' | ',' | '_'))
        .map(|word| word.trim_matches(|c: char| !c.is_alphanumeric() && !matches!(c, '+' | '©')))
        .filter(|word| !word.is_empty() && !is_count(word))
}

/// `12`, `1.234`, `(7)`, `3k`.
fn is_count(word: &str) -> bool {
    let digits = word.chars().filter(char::is_ascii_digit).count();
    digits > 0
        && word.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | ',' | '\'' | '(' | ')' | '+' | 'k' | 'm'))
        && word.chars().filter(char::is_ascii_alphabetic).count() <= 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_of_labels_is_one() {
        let lexicon = Lexicon::builtin();
        for row in ["Share Print Save", "Teilen | Drucken | Merken", "Home · Politik · Sport (3)", "공유 인쇄 목록"]
        {
            assert!(classify_label(row, lexicon).is_some_and(|label| label.whole), "{row}");
        }
        assert_eq!(labels_in_row("본문 바로가기 메뉴 바로가기", lexicon), 2);
        assert_eq!(labels_in_row("Teilen | Drucken", lexicon), 2);
        assert_eq!(labels_in_row("Save the harbour", lexicon), 0);
        // Two words that are labels elsewhere, a word that is none, and a sentence.
        for text in ["Sport Politik Fischbrötchen", "Save the harbour, print the map", "Neue Themen und Sport am Abend"]
        {
            assert!(classify_label(text, lexicon).is_none_or(|label| !label.whole), "{text}");
        }
    }

    #[test]
    fn the_quick_looks_lose_no_line_of_the_lists() {
        let lexicon = Lexicon::builtin();
        assert!(lexicon.page_labels.len() > 1000);
        for (line, kind) in &lexicon.page_labels {
            for printed in [line.clone(), format!("» {} (12)", line.to_uppercase())] {
                // Some letters have another one in capitals that does not lead back (`ß`).
                if line_key(&printed) == *line {
                    let found = classify_label(&printed, lexicon);
                    assert_eq!(
                        found,
                        Some(PageLabel { kind: *kind, whole: true, sure: false, telling: true }),
                        "{printed:?}"
                    );
                }
            }
        }
    }
}
