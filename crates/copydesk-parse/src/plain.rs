//! Plain text to blocks.

use copydesk_document::{BlockKind, Document, NewBlock, Span};
use copydesk_text::{columns, ends_sentence, joins_without_space};

use crate::{
    Limits, ParseError,
    fold::Folded,
    marks::{Mark, is_ruler, mark},
    too_many_blocks,
};

/// One line that is not blank, as byte offsets of its visible part.
#[derive(Clone, Copy, Debug)]
struct Line {
    start: usize,
    end: usize,
    /// Columns of white space before it.
    indent: usize,
    /// Columns up to its last visible character.
    width: usize,
    /// Columns of its first word.
    first_word: usize,
    /// Blank lines before it.
    gap: u8,
}

/// A block that may still change its kind when its neighbours are known.
#[derive(Clone, Debug)]
struct Draft {
    kind: BlockKind,
    level: u8,
    lines: std::ops::Range<usize>,
    /// Where the text starts, behind a bullet.
    start: usize,
    number: Option<u32>,
}

/// Reads the document's content from `from` on as plain text.
pub(crate) fn parse(doc: &mut Document, from: usize, limits: &Limits) -> Result<(), ParseError> {
    let content = doc.content().to_owned();
    // Several lines may be one block, but no wrapped text has more than a few for each.
    let lines = lines(&content, from, limits.max_blocks as usize * 8).ok_or_else(|| too_many_blocks(limits))?;
    let wrap = wrap(&content, &lines);
    let mut drafts = drafts(&content, &lines, wrap);
    mark_numbered_lists(&lines, &mut drafts);
    if drafts.len() > limits.max_blocks as usize {
        return Err(too_many_blocks(limits));
    }
    let mut text = Folded::default();
    for draft in drafts {
        let mut end = draft.start;
        for line in &lines[draft.lines.clone()] {
            let piece = &content[line.start.max(draft.start)..line.end];
            if !ends_in_hyphen(text.as_str(), piece) {
                text.soft_break();
            }
            text.push(piece);
            end = line.end;
        }
        doc.push_block(NewBlock {
            kind: draft.kind,
            level: draft.level,
            text: &text.take(),
            span: Span::new(draft.start, end),
            gap: lines[draft.lines.start].gap,
            ..NewBlock::default()
        });
    }
    Ok(())
}

/// A paragraph of a text that stands inside another format.
pub(crate) struct Paragraph {
    pub(crate) kind: BlockKind,
    pub(crate) level: u8,
    pub(crate) text: String,
    /// Which bytes of the given text went where in this one.
    pub(crate) pieces: Vec<(std::ops::Range<usize>, u32)>,
}

/// The paragraphs of a text.
pub(crate) fn paragraphs(content: &str) -> Vec<Paragraph> {
    let Some(lines) = lines(content, 0, usize::MAX) else { return Vec::new() };
    let wrap = wrap(content, &lines);
    let mut drafts = drafts(content, &lines, wrap);
    mark_numbered_lists(&lines, &mut drafts);
    let paragraph = |draft: Draft| {
        let (mut text, mut pieces) = (String::new(), Vec::new());
        for line in &lines[draft.lines.clone()] {
            let range = line.start.max(draft.start)..line.end;
            let piece = &content[range.clone()];
            let ideographic =
                text.chars().next_back().is_some_and(joins_without_space) && piece.starts_with(joins_without_space);
            if !(text.is_empty() || ideographic || ends_in_hyphen(&text, piece)) {
                text.push(' ');
            }
            pieces.push((range, text.len() as u32));
            text.push_str(piece);
        }
        Paragraph { kind: draft.kind, level: draft.level, text, pieces }
    };
    drafts.into_iter().map(paragraph).filter(|paragraph| !paragraph.text.is_empty()).collect()
}

/// The lines that are not blank; `None` if there are more than `most`.
fn lines(content: &str, from: usize, most: usize) -> Option<Vec<Line>> {
    let mut lines = Vec::new();
    let mut at = from;
    let mut gap = 0_u8;
    for raw in content[from..].split_inclusive('\n') {
        let visible = raw.trim_start_matches(is_blank);
        let start = at + raw.len() - visible.len();
        let text = visible.trim_end_matches(is_blank);
        if text.is_empty() {
            gap = gap.saturating_add(1);
        } else {
            if lines.len() == most {
                return None;
            }
            let lead = &raw[..raw.len() - visible.len()];
            let indent = lead.chars().map(|c| if c == '\t' { 4 } else { 1 }).sum();
            // Long lines are never wrapped, so nobody needs to know how long they are.
            let width = indent + text.chars().take(MAX_WIDTH + 1).map(columns).sum::<usize>();
            let first_word = text.chars().take(MAX_WIDTH).take_while(|c| !is_blank(*c)).map(columns).sum();
            lines.push(Line { start, end: start + text.len(), indent, width, first_word, gap });
            gap = 0;
        }
        at += raw.len();
    }
    Some(lines)
}

/// White space, and the characters without width that scraped blank lines consist of.
fn is_blank(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{200B}' | '\u{FEFF}' | '\u{2060}' | '\u{3164}')
}

/// No text is wrapped wider than this.
const MAX_WIDTH: usize = 110;
/// Nor narrower than this.
const MIN_WIDTH: usize = 45;

/// How many columns a line may end early: indents and quotation marks move the margin.
const SLACK: usize = 3;

/// The column at which the text was wrapped by a program or a typist, if it was.
///
/// Wrapped text gives itself away: nearly every line end inside a paragraph stands where the next word would not
/// have fitted. In text with one line for each paragraph, such line ends are accidents.
fn wrap(content: &str, lines: &[Line]) -> Option<Wrap> {
    let single = wrap_width(content, lines, 0).map(|width| Wrap { width, gap: 0 });
    // Some scrapers leave a blank line behind every line.
    let spaced = lines.len() > 3 && lines[1..].iter().filter(|line| line.gap == 1).count() * 10 >= lines.len() * 8;
    single.or_else(|| spaced.then(|| wrap_width(content, lines, 1)).flatten().map(|width| Wrap { width, gap: 1 }))
}

/// How a text is wrapped.
#[derive(Clone, Copy, Debug)]
struct Wrap {
    width: usize,
    /// Blank lines between the lines of a paragraph.
    gap: u8,
}

/// The width of a text in whose paragraphs so many blank lines stand between two lines.
fn wrap_width(content: &str, lines: &[Line], gap: u8) -> Option<usize> {
    // Running heads and rows of tables have wide gaps inside, and reach where they like.
    let even = |line: &&Line| !content[line.start..line.end].contains("   ");
    let mut widths: Vec<usize> = lines.iter().filter(even).map(|l| l.width).collect();
    // A few lines may be longer: addresses that cannot be broken.
    let rank = widths.len().checked_sub(1 + widths.len() / 50)?;
    let (_, &mut width, _) = widths.select_nth_unstable(rank);
    if !(MIN_WIDTH..=MAX_WIDTH).contains(&width) {
        return None;
    }
    let (mut breaks, mut full, mut ended, mut small) = (0, 0, 0, 0);
    for pair in lines.windows(2) {
        let [line, next] = pair else { continue };
        if next.gap != gap || mark(&content[next.start..next.end]) != Mark::None {
            continue;
        }
        let ends = ends_sentence(&content[line.start..line.end]);
        let is_full = is_full(line, next, width);
        // A short line that ends a sentence ends a paragraph, wrapped or not.
        breaks += usize::from(is_full || !ends);
        if is_full {
            full += 1;
            ended += usize::from(ends);
        }
        small += usize::from(!ends && goes_on(content, line, next, width));
    }
    // Where most lines end sentences, each is a paragraph: of those that were cut at a margin few do.
    let ending = || lines.iter().filter(|line| ends_sentence(&content[line.start..line.end])).count();
    if gap == 0 && lines.iter().skip(1).all(|line| line.gap == 0) && ending() * 10 >= lines.len() * 6 {
        return None;
    }
    if gap > 0 {
        // With blank lines everywhere, only what goes on in small letters tells a paragraph from the next.
        let wide = lines.iter().filter(|line| line.width * 2 > width).count();
        return (small >= 3 && small * 3 >= wide).then_some(width);
    }
    (full >= 3 && full * 10 >= breaks * 6 && ended * 2 <= full).then_some(width)
}

/// Whether the first word of the next line would not have fitted on this one.
fn is_full(line: &Line, next: &Line, width: usize) -> bool {
    // In text without spaces a line is cut between any two characters, give or take the punctuation.
    let word = next.first_word.min(30);
    line.width + 1 + word + SLACK > width && line.width + 30 > width
}

/// Whether the next line goes on in small letters where this one is not much shorter than the others.
fn goes_on(content: &str, line: &Line, next: &Line, width: usize) -> bool {
    line.width * 2 > width && content[next.start..next.end].starts_with(char::is_lowercase)
}

/// Whether a line ends inside a hyphenated word that the next one finishes.
fn ends_in_hyphen(text: &str, next: &str) -> bool {
    let mut back = text.chars().rev();
    back.next() == Some('-') && back.next().is_some_and(char::is_alphabetic) && next.starts_with(char::is_lowercase)
}

fn drafts(content: &str, lines: &[Line], wrap: Option<Wrap>) -> Vec<Draft> {
    let mut drafts: Vec<Draft> = Vec::new();
    let mut indents: Vec<usize> = Vec::new();
    let mut bullet_alone = false;
    let mut at = 0;
    while at < lines.len() {
        let line = lines[at];
        let text = &content[line.start..line.end];
        if is_ruler(text) {
            // Drawn under a line of its own, it makes a heading of that line; elsewhere it only parts.
            if line.gap == 0
                && let Some(level) = underline(text)
                && let Some(above) = drafts.last_mut()
                && above.lines == (at - 1..at)
                && (at == 1 || lines[at - 1].gap > 0)
                && above.kind == BlockKind::Paragraph
                && lines[at - 1].width <= MAX_WIDTH
            {
                above.kind = BlockKind::Heading;
                above.level = level;
            }
            at += 1;
            continue;
        }
        let mut draft =
            Draft { kind: BlockKind::Paragraph, level: 0, lines: at..at + 1, start: line.start, number: None };
        let is_bullet = match mark(text) {
            Mark::Bullet(len) if len == text.len() => {
                // A bullet whose text was scraped into the line below.
                bullet_alone = true;
                at += 1;
                continue;
            }
            Mark::Bullet(len) => {
                draft.start += len;
                true
            }
            Mark::Note => {
                draft.kind = BlockKind::Note;
                false
            }
            Mark::Number(number) => {
                draft.number = Some(number);
                false
            }
            Mark::None => false,
        };
        if std::mem::take(&mut bullet_alone) || is_bullet {
            while indents.last().is_some_and(|i| *i > line.indent) {
                indents.pop();
            }
            if indents.last() != Some(&line.indent) {
                indents.push(line.indent);
            }
            draft.kind = BlockKind::ListItem;
            draft.level = indents.len().min(255) as u8;
        } else {
            indents.clear();
        }
        if let Some(wrap) = wrap {
            while continues(content, lines, at, wrap, is_bullet || draft.number.is_some()) {
                at += 1;
                draft.lines.end = at + 1;
            }
        }
        at += 1;
        let alone = (draft.lines.start == 0 || line.gap > 0) && lines.get(at).is_none_or(|next| next.gap > 0);
        if draft.kind == BlockKind::Paragraph && alone && draft.lines.len() == 1 && is_shouted(text) {
            draft.kind = BlockKind::Heading;
            draft.level = 2;
        }
        drafts.push(draft);
    }
    drafts
}

/// Whether the line after `at` belongs to the same paragraph of a wrapped text.
fn continues(content: &str, lines: &[Line], at: usize, wrap: Wrap, listed: bool) -> bool {
    let (line, Some(next)) = (&lines[at], lines.get(at + 1)) else { return false };
    let text = &content[next.start..next.end];
    if next.gap > wrap.gap || is_ruler(text) || mark(text) != Mark::None {
        return false;
    }
    // Where blank lines say nothing, a sentence's end or a short line ends a paragraph.
    if wrap.gap > 0 {
        let ends = ends_sentence(&content[line.start..line.end]);
        return !ends && (goes_on(content, line, next, wrap.width) || is_full(line, next, wrap.width));
    }
    // The first line of a paragraph may be set in; the second line of a list entry is.
    if next.indent > line.indent + 1 && !listed && ends_sentence(&content[line.start..line.end]) {
        return false;
    }
    is_full(line, next, wrap.width)
}

fn underline(text: &str) -> Option<u8> {
    match text.as_bytes() {
        b if b.iter().all(|c| *c == b'=') => Some(1),
        b if b.iter().all(|c| *c == b'-') => Some(2),
        _ => None,
    }
}

/// Whether a line is a heading by being all capitals.
fn is_shouted(text: &str) -> bool {
    if text.len() > 200 || text.ends_with(['.', ',', ';', ':', '!', '…']) {
        return false;
    }
    // A name with a time of day, or with a date that was masked, is a byline.
    let is_coded = |word: &str| word.contains('_') || (word.contains(':') && word.bytes().any(|b| b.is_ascii_digit()));
    if text.split_whitespace().any(is_coded) {
        return false;
    }
    let (mut upper, mut letters) = (0, 0);
    for c in text.chars() {
        if c.is_lowercase() {
            return false;
        }
        letters += usize::from(c.is_alphabetic());
        upper += usize::from(c.is_uppercase());
    }
    // A word of a caseless script among capitals does not hurt; a line of them says nothing.
    upper >= 4 && upper * 2 > letters && text.chars().count() <= 100
}

/// Short lines that count up are a list; long ones are numbered paragraphs.
fn mark_numbered_lists(lines: &[Line], drafts: &mut [Draft]) {
    let mut at = 0;
    while at < drafts.len() {
        let Some(first) = drafts[at].number else {
            at += 1;
            continue;
        };
        let mut end = at + 1;
        while drafts.get(end).is_some_and(|d| d.number == Some(first.saturating_add((end - at) as u32))) {
            end += 1;
        }
        let run = &mut drafts[at..end];
        let bytes: usize = run.iter().map(|d| lines[d.lines.end - 1].end - d.start).sum();
        if run.len() > 1 && bytes / run.len() <= 120 {
            for draft in run {
                draft.kind = BlockKind::ListItem;
                draft.level = 1;
            }
        }
        at = end;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use BlockKind::{Heading, ListItem, Note, Paragraph};

    fn blocks(text: &str) -> Vec<(BlockKind, u8, String, u8)> {
        let mut doc = Document::new(copydesk_document::DocumentSource::default(), text.to_owned());
        parse(&mut doc, 0, &Limits::default()).unwrap();
        doc.iter().map(|(id, b)| (b.kind, b.level, doc.text(id).to_owned(), b.gap)).collect()
    }

    fn kinds(text: &str) -> Vec<(BlockKind, String)> {
        blocks(text).into_iter().map(|(k, _, t, _)| (k, t)).collect()
    }

    #[test]
    fn blank_lines_part_paragraphs_and_are_counted() {
        assert_eq!(
            blocks("One.\n\u{a0}\n\nTwo.\nThree.\n \t\n"),
            [(Paragraph, 0, "One.".into(), 0), (Paragraph, 0, "Two.".into(), 2), (Paragraph, 0, "Three.".into(), 0)]
        );
    }

    #[test]
    fn marks_make_kinds() {
        let text =
            "※ A remark.\n\no The first point.\n\n    • Indented\n\n- one\n  - deeper\n- two\n\n•\nBullet above\n";
        assert_eq!(
            blocks(text).into_iter().map(|(k, l, t, _)| (k, l, t)).collect::<Vec<_>>(),
            [
                (Note, 0, "※ A remark.".into()),
                (ListItem, 1, "The first point.".into()),
                (ListItem, 2, "Indented".into()),
                (ListItem, 1, "one".into()),
                (ListItem, 2, "deeper".into()),
                (ListItem, 1, "two".into()),
                (ListItem, 1, "Bullet above".into()),
            ]
        );
    }

    #[test]
    fn numbers_are_a_list_only_where_they_count_short_lines() {
        assert_eq!(
            kinds("1. Bread\n2. Butter\n3. Jam\n"),
            [(ListItem, "1. Bread".into()), (ListItem, "2. Butter".into()), (ListItem, "3. Jam".into())]
        );
        let long = "1. ".to_owned() + &"The minister received the ambassador for talks. ".repeat(4);
        let text = format!("{long}\n\n2. {}", &long[3..]);
        assert!(kinds(&text).iter().all(|(k, t)| *k == Paragraph && t.contains(". The minister")));
        assert_eq!(kinds("1. Alone on its line")[0].0, Paragraph);
    }

    #[test]
    fn capitals_and_underlines_make_headings() {
        let cases = [
            ("Text.\n\nNEXT STEPS\n\nMore.", Some((1, 2))),
            ("Text.\n\nДАЛЬНЕЙШИЕ ШАГИ 2024\n\nMore.", Some((1, 2))),
            ("Text.\n\nNEXT STEPS.\n\nMore.", None),
            ("Text.\nNEXT STEPS\nMore.", None),
            ("Text.\n\nUSA\n\nMore.", None),
            ("Text.\n\n회의 결과\n\nMore.", None),
            ("Next steps\n==========\n\nMore.", Some((0, 1))),
            ("Text.\n\nNext steps\n----------\nMore.", Some((1, 2))),
            ("Text.\nNext steps\n----------\nMore.", None),
            ("Text.\n\n----------\nMore.", None),
        ];
        for (text, want) in cases {
            let got = blocks(text).iter().position(|b| b.0 == Heading);
            assert_eq!(got.map(|i| (i, blocks(text)[i].1)), want, "{text:?}");
            assert!(blocks(text).iter().all(|b| !b.2.contains("---") && !b.2.contains("===")), "{text:?}");
        }
    }

    const WRAPPED: &str = "\
The harbour board met on Tuesday evening to discuss the new timetable of
the island ferries, which many commuters have criticised since it came
into force at the start of the month.

After three hours of debate the members voted to restore the early boat
on weekdays throughout the year, and to look once more at the long-
term plan for the old pier before the winter season begins in earnest.

  - The early boat leaves at a quarter past five in the morning, and calls
    at the two smaller landings only when somebody asks for it.
  - Tickets stay valid.

Kind regards,
The Harbour Board
";

    #[test]
    fn wrapped_text_with_a_blank_line_behind_every_line_is_unwrapped() {
        let text = "The keeper\n\nMy uncle kept the lamp at the point for thirty years and never once learned\n\nto swim. \
            He said that a keeper who can swim will sooner or later leave\n\nthe lamp to look at a boat.\n\nOn winter \
            evenings he read the shipping news aloud to his two goats. The goats\n\nhad names of skippers, and when one \
            of those skippers came to visit the\n\nisland he was always a little offended to hear himself called in.\n";
        let blocks = kinds(text);
        assert_eq!(blocks.len(), 3, "{blocks:?}");
        assert!(blocks[1].1.ends_with("to look at a boat.") && blocks[2].1.starts_with("On winter"), "{blocks:?}");
        let apart = "One line that is short.\n\nAnother one.\n\nA third, and no more.\n\nThe end of it all.\n\nStop.\n";
        assert_eq!(kinds(apart).len(), 5);
    }

    #[test]
    fn wrapped_text_is_unwrapped_and_short_lines_stay_apart() {
        let got: Vec<String> = blocks(WRAPPED).into_iter().map(|b| b.2).collect();
        assert_eq!(got.len(), 6, "{got:#?}");
        assert!(got[0].ends_with("at the start of the month."));
        assert!(got[2].starts_with("The early boat leaves") && got[2].ends_with("asks for it."));
        assert_eq!(got[4], "Kind regards,");
    }

    #[test]
    fn a_line_for_each_paragraph_stays_a_line_for_each_block() {
        let text = "Short headline of the day\nAnother headline that is a bit longer than the first\n\
                    A third headline\nAnd a fourth one that goes on for quite some time as well\n";
        assert_eq!(blocks(text).len(), 4);
    }

    #[test]
    fn wrapped_text_without_spaces_is_joined_without_them() {
        let line = "水務局週二宣布水壩檢查已經完成並將在春季之前重新蓄水居民們";
        let text = format!("{line}\n{line}\n{line}\n{line}\n結束。\n");
        let got = blocks(&text);
        assert_eq!(got.len(), 1);
        assert!(!got[0].2.contains(' '));
    }
}
