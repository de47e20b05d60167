//! Lines that stay because of where they stand: inside of a story.
//!
//! A story has more than sentences: heads, entries of lists, rows of results, questions and answers, verses. Each by
//! itself looks like a line of the page. Between the first line of a story and the first line of the page below it they
//! are text, as long as nothing else is known of them: what is doubtful there stays.

use copydesk_document::{BlockId, BlockKind};
use copydesk_lexicon::{FieldKind as Field, PageLabelKind as Kind};

use crate::{
    judge::Verdict,
    page::Page,
    text::{Signs, ends_in_stop, is_closing, writes_no_stops},
};

/// No gap between two lines of a story is longer.
const LONGEST_GAP: usize = 14;
/// Below the first line of the page there may stand so much of what stands above it, and it still ends the story.
const REST: f32 = 0.35;
/// So many lines without a sign of their own may end a story.
const LAST_LINES: usize = 2;
/// And each must be so likely.
const LAST: f32 = 0.15;

/// How likely a line inside must be. Dumps of whole pages are long, and have offers and boxes between their paragraphs.
fn least(page: &Page<'_>) -> f32 {
    match page.len() {
        0..100 => 0.03,
        100..400 => 0.15,
        _ => 0.25,
    }
}

/// Keeps the lines of a story that nothing speaks against. `story` is its first line; whether it stands right below the
/// lines that sign it tells how far that is to be trusted.
pub(crate) fn keep(
    page: &Page<'_>,
    signs: &Signs,
    (story, signed): (usize, bool),
    probability: &[f32],
    verdicts: &mut [Verdict],
) {
    let first = if signed { Some(story) } else { dense(page, story, verdicts) };
    let Some(story) = first.filter(|first| verdicts[*first..].iter().any(Verdict::stays)) else { return };
    let end = end(page, story, verdicts);
    let Some(last) = (story..end.unwrap_or(page.len())).rfind(|i| verdicts[*i].stays()) else { return };
    let border = least(page);
    let open = |index: usize, verdicts: &[Verdict]| {
        verdicts[index] == Verdict::Unlikely
            && probability[index] >= border
            && page.lines[index].label.is_none()
            && !is_field_of_the_page(page, index)
            && page.linked[index] < 0.5
            && !page.doc.block(BlockId(index as u32)).hidden
            && (!signs.odd[index] || probability[index] >= LAST)
    };
    // Without a line of the page that ends the story, it ends with the last line that is likely.
    let mut to = end.unwrap_or(last + 1);
    if end.is_none() {
        // Below it sentences and entries may follow, with a head between them.
        for index in last + 1..page.len() {
            if open(index, verdicts) && (is_sentence(page, index) || is_entry(page, index)) {
                to = index + 1;
            } else if index > to || !open(index, verdicts) {
                break;
            }
        }
    }
    // Below whom to ask and what was attached nothing of the story stands.
    if let Some(field) = (last + 1..to).find(|i| is_field_of_the_page(page, *i)) {
        to = field;
    }
    for index in story..to {
        if open(index, verdicts) && (is_sentence(page, index) || is_entry(page, index)) {
            verdicts[index] = Verdict::Kept("within", "a sentence or an entry inside of the story");
        }
    }
    keep_announced(page, story..to, verdicts);
    keep_tables(page, story, verdicts);
    keep_bulleted(page, story, verdicts);
    let mut index = story;
    while index < to {
        if !open(index, verdicts) {
            index += 1;
            continue;
        }
        let gap = (index..to).take_while(|i| open(*i, verdicts)).count();
        let above = (story..index).rev().find(|i| !matches!(verdicts[*i], Verdict::Rule(_)));
        let below = (index + gap..to).find(|i| !matches!(verdicts[*i], Verdict::Rule(_)));
        let stays = |at: Option<usize>| at.is_some_and(|at| verdicts[at].stays());
        let between = (stays(above) || index == story)
            && stays(below)
            && gap <= LONGEST_GAP
            && !is_signed(index + gap, verdicts)
            && !are_headlines(page, index..index + gap);
        let last = end.is_some()
            && below.is_none()
            && stays(above)
            && gap <= LAST_LINES
            && !(index..index + gap).any(|i| is_aside(page, i))
            && (index..index + gap).all(|i| probability[i] >= LAST);
        if between || last {
            for verdict in &mut verdicts[index..index + gap] {
                *verdict = Verdict::Kept("within", "a short line inside of the story");
            }
        }
        index += gap;
    }
    keep_signature(page, verdicts);
    resume(page, signs, story, verdicts);
}

/// `白石区水务局`, `2027年6月11日`: an office and the day in Chinese letters right below a notice are its end.
fn keep_signature(page: &Page<'_>, verdicts: &mut [Verdict]) {
    const LONGEST: usize = 24;
    const OFFICES: [char; 16] =
        ['局', '会', '會', '府', '委', '处', '處', '院', '部', '室', '办', '心', '司', '校', '社', '站'];
    let text = |index: usize| page.doc.text(BlockId(index as u32)).trim();
    for index in 2..page.len() {
        let office = text(index - 1);
        let signs = office.chars().count() <= LONGEST
            && office.ends_with(OFFICES)
            && office.chars().all(copydesk_text::is_han)
            && page.lines[index - 1].label.is_none();
        let dated = || {
            let day = text(index);
            day.ends_with('日') && day.contains('年') && page.lines[index].date
        };
        let free = |verdict: &Verdict| {
            verdict.stays()
                || *verdict == Verdict::Unlikely
                || matches!(verdict, Verdict::Rule(finding) if finding.rule == "date")
        };
        let below = verdicts[index - 2].stays() && ends_in_stop(text(index - 2));
        if signs && below && free(&verdicts[index - 1]) && free(&verdicts[index]) && dated() {
            verdicts[index - 1] = Verdict::Kept("within", "the office that signs a notice");
            verdicts[index] = Verdict::Kept("within", "the day below the office that signs a notice");
            return;
        }
    }
}

/// Keeps the entries of a list whose first stands right below a line that announces it: `What to bring:`.
fn keep_announced(page: &Page<'_>, story: std::ops::Range<usize>, verdicts: &mut [Verdict]) {
    let mut listed = false;
    for index in story {
        let item = page.doc.block(BlockId(index as u32)).kind == BlockKind::ListItem || is_entry(page, index);
        let entry = item && page.lines[index].label.is_none() && page.linked[index] < 0.5;
        let announced = index > 0 && verdicts[index - 1].stays() && (listed || page.shapes[index - 1].announces);
        listed = announced && entry;
        if listed && verdicts[index] == Verdict::Unlikely {
            verdicts[index] = Verdict::Kept("within", "an entry of a list that the text announces");
        }
    }
}

/// Whether a text begins with a sign that notices in East Asia have before their paragraphs. Korean offices write a letter
/// for the ring.
fn is_bullet(text: &str) -> bool {
    text.starts_with(['◦', '▪', '□', '■', '○', '●', '◆', '◇', '※']) || text.starts_with("ㅇ ")
}

/// Keeps the paragraphs of a notice that begin with such a sign and end as sentences do, with the lines that their width has
/// cut, where others of them stay.
fn keep_bulleted(page: &Page<'_>, story: usize, verdicts: &mut [Verdict]) {
    const LONGEST: usize = 8;
    const FEWEST_WORDS: f32 = 5.0;
    let text = |index: usize| page.doc.text(BlockId(index as u32)).trim();
    let own = |index: usize, verdict: &Verdict| {
        (*verdict == Verdict::Unlikely || verdict.stays())
            && page.lines[index].label.is_none()
            && !is_field_of_the_page(page, index)
            && page.linked[index] < 0.5
    };
    let begins = |index: &usize| is_bullet(text(*index));
    if !(story..page.len()).filter(begins).any(|i| verdicts[i].stays()) {
        return;
    }
    for index in (story..page.len()).filter(begins) {
        let goes_on = |i: &usize| {
            let below = *i > index;
            own(*i, &verdicts[*i])
                && (!below || page.doc.block(BlockId(*i as u32)).gap == 0 && !is_bullet(text(*i)))
                && (!below || !ends_in_stop(text(*i - 1)))
        };
        let end = index + (index..page.len()).take(LONGEST).take_while(goes_on).count();
        let words: f32 = page.shapes[index..end].iter().map(|shape| shape.words).sum();
        if end > index && words >= FEWEST_WORDS && ends_in_stop(text(end - 1)) {
            for verdict in verdicts[index..end].iter_mut().filter(|verdict| !verdict.stays()) {
                *verdict = Verdict::Kept("within", "a paragraph of a notice, with its sign");
            }
        }
    }
}

/// Keeps the rows of a table right below text that stays, with the heading between: several rows of at least two cells, not
/// of links.
fn keep_tables(page: &Page<'_>, story: usize, verdicts: &mut [Verdict]) {
    const FEWEST: usize = 2;
    let kind = |index: usize| page.doc.block(BlockId(index as u32)).kind;
    let row = |index: usize| {
        kind(index) == BlockKind::TableRow
            && page.doc.text(BlockId(index as u32)).trim().contains('\t')
            && page.lines[index].label.is_none()
            && page.linked[index] < 0.5
    };
    let open = |verdict: &Verdict| *verdict == Verdict::Unlikely || verdict.stays();
    let mut index = story + 1;
    while index < page.len() {
        let rows = (index..page.len()).take_while(|i| row(*i) && open(&verdicts[*i])).count();
        let heading = kind(index - 1) == BlockKind::Heading
            && open(&verdicts[index - 1])
            && page.lines[index - 1].label.is_none();
        let below = (index - 1).checked_sub(usize::from(heading));
        if rows >= FEWEST && below.is_some_and(|below| below >= story && verdicts[below].stays()) {
            for verdict in verdicts[index - usize::from(heading)..index + rows].iter_mut().filter(|v| !v.stays()) {
                *verdict = Verdict::Kept("within", "a table inside of the story");
            }
        }
        index += rows.max(1);
    }
}

/// Whether a line is the date or the byline of a text: right above it stands its desk, or a line of its head.
fn is_signed(index: usize, verdicts: &[Verdict]) -> bool {
    matches!(verdicts.get(index), Some(Verdict::Rule(finding)) if matches!(finding.rule, "date" | "byline"))
}

/// Whether a line is a label of the page with its value: whom to ask, what was attached, where it is from, its keywords.
fn is_field_of_the_page(page: &Page<'_>, index: usize) -> bool {
    matches!(
        page.lines[index].field,
        Some((
            Field::Contact | Field::Attachment | Field::Source | Field::Editor | Field::Keywords | Field::Department,
            _
        ))
    ) || is_address(page, index)
}

/// `Tip the newsroom: desk@example.org`: a few words, and where to write.
fn is_address(page: &Page<'_>, index: usize) -> bool {
    const MOST_WORDS: u32 = 8;
    let text = page.doc.text(BlockId(index as u32)).trim();
    let last = || text.split_whitespace().next_back().unwrap_or_default();
    page.shapes[index].tokens <= MOST_WORDS
        && last().split_once('@').is_some_and(|(name, host)| !name.is_empty() && host.contains('.'))
}

/// Below a line of the page that a rule has dropped (an advertisement, the credit of a picture) the story may go on: with
/// sentences that use its words.
fn resume(page: &Page<'_>, signs: &Signs, story: usize, verdicts: &mut [Verdict]) {
    const MOST_BETWEEN: usize = 3;
    /// So many lines may end it.
    const MOST_LAST: usize = 12;
    /// Of the words of such a sentence so many stand in other lines of the story.
    const SHARED: f32 = 0.12;
    let Some(last) = verdicts.iter().rposition(Verdict::stays).filter(|last| *last >= story) else { return };
    let passes = |index: usize, verdicts: &[Verdict]| {
        let passed = page.lines[index].label.is_some_and(|(kind, _)| {
            matches!(kind, Kind::Advertisement | Kind::Copyright | Kind::Gallery | Kind::ReadMore)
        });
        matches!(verdicts[index], Verdict::Rule(_)) && passed && signs.closing[index].is_none()
    };
    let mut between = 0;
    for index in last + 1..page.len() {
        let sentence = is_sentence(page, index) || is_line_without_stops(page, signs, index);
        // Right below text that stays, and right above a line of the page or the end.
        let run = (index..page.len()).take(MOST_LAST).take_while(|i| {
            verdicts[*i] == Verdict::Unlikely
                && page.lines[*i].label.is_none()
                && (is_sentence(page, *i) || is_line_without_stops(page, signs, *i))
        });
        let behind = page.lines.get(index + run.count());
        let last =
            between == 0 && behind.is_none_or(|next| next.label.is_some() || next.byline || next.field.is_some());
        let told = signs.shared[index] >= SHARED || signs.reads[index] || last;
        let free = verdicts[index] == Verdict::Unlikely && page.lines[index].label.is_none() && !signs.odd[index];
        if free && sentence && signs.length[index] >= 3.0 && told && page.linked[index] < 0.5 {
            verdicts[index] = Verdict::Kept("within", "a sentence of the story below a line of the page");
            between = 0;
        } else if passes(index, verdicts) && between < MOST_BETWEEN {
            between += 1;
        } else {
            break;
        }
    }
}

/// Whether a line in a script that ends no sentence with a mark may be one: of several words, and nothing but words.
fn is_line_without_stops(page: &Page<'_>, signs: &Signs, index: usize) -> bool {
    const FEWEST: f32 = 5.0;
    let text = page.doc.text(BlockId(index as u32)).trim();
    writes_no_stops(text)
        && signs.length[index] >= FEWEST
        && !is_aside(page, index)
        && !text.contains(['/', ':', '#', '|', '@'])
}

/// The first line from which on more lines stay than go: above it stand the menus and boxes of a page, and here and there
/// among them a sentence.
fn dense(page: &Page<'_>, story: usize, verdicts: &[Verdict]) -> Option<usize> {
    const NEXT: usize = 6;
    let last = verdicts.iter().rposition(Verdict::stays)?;
    (story..=last).filter(|i| verdicts[*i].stays()).find(|first| {
        // Rows and entries between sentences are no boxes of a page.
        let row = |at: usize| verdicts[at] == Verdict::Unlikely && is_entry(page, at);
        let judged = || {
            (*first..=last)
                .filter(|at| !matches!(verdicts[*at], Verdict::Rule(_)) && !row(*at))
                .map(|at| &verdicts[at])
                .take(NEXT)
        };
        judged().filter(|verdict| verdict.stays()).count() * 2 > judged().count()
    })
}

/// The first line of the page below the story.
fn end(page: &Page<'_>, story: usize, verdicts: &[Verdict]) -> Option<usize> {
    let words = |range: std::ops::Range<usize>| -> f32 {
        range.filter(|i| verdicts[*i].stays()).map(|i| page.shapes[i].words).sum()
    };
    let all = words(story..page.len());
    let mut before = 0.0;
    for (index, verdict) in verdicts.iter().enumerate().skip(story) {
        if verdict.stays() {
            before += page.shapes[index].words;
        } else if before > 0.0 && all - before <= before * REST && is_of_the_page(page, index, verdict) {
            return Some(index);
        }
    }
    None
}

fn is_of_the_page(page: &Page<'_>, index: usize, verdict: &Verdict) -> bool {
    let labelled = page.lines[index].label.is_some() && !page.shapes[index].is_prose();
    labelled
        || matches!(verdict, Verdict::Rule(finding) if !matches!(
            finding.rule,
            "date" | "byline" | "file" | "again" | "doubled" | "page-number"
        ))
}

/// Whether a line ends as a sentence, a question or something that is said does.
pub(crate) fn is_sentence(page: &Page<'_>, index: usize) -> bool {
    let text = page.doc.text(BlockId(index as u32)).trim();
    let shape = &page.shapes[index];
    let asks = text.trim_end_matches(is_closing).ends_with(['!', '?', '！', '？', '؟']);
    let said = shape.starts_quote && text.ends_with(['"', '”', '»', '」', '』', '’', '“']);
    let listed = text.ends_with([';', '；']);
    (ends_in_stop(text) || asks || said || listed) && shape.words >= 1.0 && !shape.cut && !is_aside(page, index)
}

/// A remark in brackets as a whole: a credit, a sign-off, a note of the page.
fn is_aside(page: &Page<'_>, index: usize) -> bool {
    let text = page.doc.text(BlockId(index as u32)).trim();
    text.starts_with(['(', '[', '（', '【', '〔']) && text.ends_with([')', ']', '）', '】', '〕'])
}

/// Whether a line begins as an entry of a list does, or as what somebody asks or says in an interview: by a number, a
/// bullet, a dash, a time of day, a letter or a name with a colon.
pub(crate) fn is_entry(page: &Page<'_>, index: usize) -> bool {
    let text = page.doc.text(BlockId(index as u32)).trim();
    let mut signs = text.chars();
    let Some(first) = signs.next() else { return false };
    if is_aside(page, index) {
        return false;
    }
    if is_named(text) {
        let near = [index.checked_sub(1), Some(index + 1)].into_iter().flatten().filter(|near| *near < page.len());
        let kana = |text: &str| text.chars().any(copydesk_text::is_kana);
        let mut rows = near.map(|near| page.doc.text(BlockId(near as u32)).trim()).filter(|near| is_named(near));
        if rows.any(|near| kana(near) || kana(text)) {
            return true;
        }
    }
    let bullet = is_bullet(text) || matches!(first, '•' | '‣' | '☞' | '✓' | '✔' | '*');
    let dash = matches!(first, '-' | '–' | '—' | '―' | 'ㆍ' | '·');
    if (bullet || dash)
        && !text.starts_with("--")
        && signs.clone().any(char::is_alphabetic)
        && page.shapes[index].words >= 1.0
    {
        return true;
    }
    let rest = text.trim_start_matches(['(', '（', '[', '第']);
    let after = rest.trim_start_matches(|c: char| c.is_numeric() || "一二三四五六七八九十".contains(c));
    let figure = after.chars().nth(1).is_some_and(char::is_numeric);
    let numbered = after.len() < rest.len()
        && !figure
        && rest.chars().count() - after.chars().count() <= 3
        && (after.starts_with(['.', ')', '）', '、', '．', '．', '°', '章', '条', '條', '조', ':', '：'])
            || after.starts_with(" - ")
            || after.starts_with(" – "));
    let roman = rest.trim_start_matches(['I', 'V', 'X']);
    let numbered = numbered || roman.len() < rest.len() && roman.starts_with(['.', ')']);
    numbered && after.chars().any(char::is_alphabetic) || is_turn(text) || is_row(text) || is_fact(text)
}

/// `7 pm: Choir in the chapel`: a time, and behind it what is on.
fn is_fact(text: &str) -> bool {
    const LONGEST_TIME: usize = 16;
    text.split_once(": ").is_some_and(|(time, what)| {
        let hours = time.starts_with(|c: char| c.is_ascii_digit()) && time.contains(char::is_alphabetic);
        hours && time.chars().count() <= LONGEST_TIME && what.chars().any(char::is_alphabetic)
    })
}

/// `日時 3月8日（土曜日）`: in Japanese a word, a blank, and its fact. Rows of a table stand one below the other.
fn is_named(text: &str) -> bool {
    const LONGEST_WORD: usize = 6;
    let Some((word, fact)) = text.split_once([' ', '\u{3000}']) else { return false };
    let own = |c: char| copydesk_text::is_han(c) || copydesk_text::is_kana(c);
    (2..=LONGEST_WORD).contains(&word.chars().count())
        && word.chars().all(own)
        && fact.contains(own)
        && !fact.contains([' ', '\u{3000}'])
}

/// `HERONS (90)`, `Tull 28, Abbot 22, Gray 17`: a row of results.
fn is_row(text: &str) -> bool {
    let words: Vec<&str> = text.split_whitespace().collect();
    // `North 5 11`: a name, and its figures.
    let plain = |word: &str| word.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b',' | b'%'));
    let named = words.first().is_some_and(|word| word.chars().all(char::is_alphabetic));
    if named && (3..=6).contains(&words.len()) && words[1..].iter().all(|word| plain(word)) {
        return true;
    }
    let figure = |word: &&&str| word.bytes().any(|b| b.is_ascii_digit()) && !word.contains(['/', '@']);
    let figures = words.iter().filter(figure).count();
    let scored = words.len() == 2 && words[1].starts_with('(') && words[1].ends_with(')') && figures == 1;
    scored && text.chars().filter(|c| c.is_uppercase()).count() >= 3
        || figures >= 3 && words.len() >= 6 && figures * 3 >= words.len()
}

/// `Q: …`, `Ann Lee: …`, `R. …`: a turn of a conversation.
fn is_turn(text: &str) -> bool {
    let Some((who, said)) =
        text.split_once([':', '：', '៖']).or_else(|| text.split_once(". ").filter(|(who, _)| who.chars().count() == 1))
    else {
        return false;
    };
    let words = who.split_whitespace().count();
    (1..=3).contains(&words)
        && who.chars().count() <= 24
        && !who.contains(|c: char| c.is_ascii_digit())
        && weight(said) >= 14
}

/// Whether lines without the end of a sentence are headlines of other stories: several, each of several words.
fn are_headlines(page: &Page<'_>, lines: std::ops::Range<usize>) -> bool {
    let long = lines.clone().filter(|i| page.shapes[*i].words >= 5.0 && !page.shapes[*i].closed).count();
    long >= 2 && long * 2 > lines.len()
}

/// Letters, each of a script that writes words with few of them for three.
fn weight(text: &str) -> usize {
    let one = |c: char| {
        if matches!(c as u32, 0x0E00..=0x0EFF | 0x1000..=0x109F | 0x1780..=0x17FF | 0x3040..=0x9FFF | 0xAC00..=0xD7A3) {
            3
        } else {
            1
        }
    };
    text.chars().filter(|c| c.is_alphabetic()).map(one).sum()
}
