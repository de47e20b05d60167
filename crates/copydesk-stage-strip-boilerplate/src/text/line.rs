//! What a line of a text is by itself, wherever it stands.

use std::cell::OnceCell;

use copydesk_document::{BlockId, BlockKind, BoilerplateKind};
use copydesk_lexicon::{FieldKind, PageLabelKind as Kind, undouble};
use rustc_hash::FxHashSet;

use super::{is_clock, is_notice, is_written, text};
use crate::{
    page::Page,
    rules::{Finding, boilerplate_kind_of, finding, name_of},
    stems::stems,
    within,
};

/// The lines above the story, which others may repeat.
pub(super) struct Above<'p> {
    page: &'p Page<'p>,
    story: usize,
    stems: OnceCell<Vec<FxHashSet<u64>>>,
    printed: OnceCell<bool>,
}

impl<'p> Above<'p> {
    pub(super) fn new(page: &'p Page<'p>, story: usize) -> Self {
        Self { page, story, stems: OnceCell::new(), printed: OnceCell::new() }
    }

    /// Whether lines of a number alone count pages: each is one more than the one before, and a good piece of text stands
    /// between. Numbers that stand closer are those of a list, and others are what the text tells.
    fn is_printed(&self) -> bool {
        /// No page has fewer lines.
        const FEWEST_LINES: usize = 5;
        *self.printed.get_or_init(|| {
            let number = |index: usize| {
                let text = text(self.page, index);
                is_page_number(text).then(|| text.trim_matches(|c: char| !c.is_ascii_digit()).parse::<u32>().ok())?
            };
            let numbers: Vec<(usize, u32)> =
                (0..self.page.len()).filter_map(|index| Some((index, number(index)?))).collect();
            numbers.len() >= 2
                && numbers
                    .array_windows()
                    .all(|[(one, first), (other, second)]| *second == first + 1 && other - one >= FEWEST_LINES)
        })
    }

    /// The stems of each, read once.
    fn stems(&self) -> &[FxHashSet<u64>] {
        self.stems.get_or_init(|| {
            let of = |index| {
                let mut of = FxHashSet::default();
                stems(text(self.page, index), &mut of);
                of
            };
            (0..self.story).map(of).collect()
        })
    }

    /// Whether a line is one of these, give or take the number of a picture or a word.
    fn has(&self, line: &str) -> bool {
        let bare = without_picture_number(line);
        let numbered = bare.len() < line.len();
        let mut own = FxHashSet::default();
        stems(bare, &mut own);
        let (few, many) = if numbered { (5, 2) } else { (8, 7) };
        self.stems().iter().enumerate().any(|(index, of)| {
            let both = || own.intersection(of).count();
            let alike = |both: usize| both * 10 >= own.len() * few && both * 10 >= of.len() * many;
            text(self.page, index) == bare || own.len() >= 3 && of.len() >= 3 && alike(both())
        })
    }
}

/// What a line is wherever it stands.
pub(super) fn of_line(page: &Page<'_>, index: usize, above: &Above<'_>) -> Option<Finding> {
    let story = above.story;
    let (line, shape) = (&page.lines[index], &page.shapes[index]);
    let text = text(page, index);
    if line.date && shape.words <= 14.0 && !(index >= story && (is_clock(text) || is_asked_for(page, index, story))) {
        return Some(finding(BoilerplateKind::Other, "date", "a date and nothing else"));
    }
    if line.byline && !shape.is_prose() {
        return Some(finding(BoilerplateKind::Other, "byline", "names the author"));
    }
    if is_page_number(text) && (above.is_printed() || is_set_off(text)) && !is_written(page) {
        return Some(finding(BoilerplateKind::Other, "page-number", "the number of a printed page and nothing else"));
    }
    if let Some((FieldKind::Views | FieldKind::ReadingTime | FieldKind::Number, true)) = line.field
        && shape.words <= 8.0
        && !is_written(page)
    {
        return Some(finding(BoilerplateKind::Other, "field", "a counter or a number of the page"));
    }
    if let Some((kind, whole)) = line.label
        && !is_written(page)
        && (whole && is_notice(kind)
            || !whole && (line.sure || line.telling || !shape.is_prose()) && (is_notice(kind) || kind == Kind::Menu))
    {
        return Some(finding(
            boilerplate_kind_of(kind),
            "label",
            format!("begins like a line of the page: {}", name_of(kind)),
        ));
    }
    if let Some(rest) = table_rest(page, index) {
        return Some(rest);
    }
    if is_file_name(text) || is_printed_address(text) || is_picture_mark(text) {
        return Some(finding(BoilerplateKind::Other, "file", "the name or the address of a file and nothing else"));
    }
    if shape.words >= 6.0 && !shape.closed && undouble(text).is_some() {
        return Some(finding(
            BoilerplateKind::Related,
            "doubled",
            "the same words twice: a picture's text and its headline",
        ));
    }
    if !is_written(page) && begins_with_slug(page, text, story) {
        return Some(finding(
            BoilerplateKind::Related,
            "slug",
            "begins with the headline without its accents: the address of a picture or a link",
        ));
    }
    let same = || (0..index).any(|above| self::text(page, above) == text);
    // The headline may end as a sentence does.
    let head = story.saturating_sub(64)..story;
    let whole = || index > story && line.copies >= 2 && head.clone().any(|above| self::text(page, above) == text);
    if shape.words >= 4.0
        && (!shape.closed || whole())
        && (index > story && above.has(text) || index == story && same())
    {
        return Some(finding(BoilerplateKind::Other, "again", "the headline once more: the text of a picture"));
    }
    None
}

/// Whether a date inside of a story answers the line above it: `When:`, `1. Date`.
fn is_asked_for(page: &Page<'_>, index: usize, story: usize) -> bool {
    index > story && (page.shapes[index - 1].announces || within::is_entry(page, index - 1))
}

/// `- 2 -`: the number of a page, as typewriters set it.
fn is_set_off(text: &str) -> bool {
    let dash = |c: char| matches!(c, '-' | '–' | '—');
    text.trim().starts_with(dash) && text.trim().ends_with(dash)
}

/// `7`, `- 2 -`, `[12]`: a number of a page.
fn is_page_number(text: &str) -> bool {
    const LONGEST: usize = 3;
    let bare = text.trim_matches(|c: char| c.is_whitespace() || matches!(c, '-' | '–' | '—' | '[' | ']' | '|'));
    (1..=LONGEST).contains(&bare.len()) && bare.bytes().all(|b| b.is_ascii_digit())
}

/// `https://example.org/story 1/2`: the address of a printed page, with its number.
fn is_printed_address(text: &str) -> bool {
    let Some((address, count)) = text.split_once(' ') else { return false };
    let counted = count.split('/').count() == 2 && count.bytes().all(|b| b.is_ascii_digit() || b == b'/');
    counted && (address.starts_with("http://") || address.starts_with("https://") || address.starts_with("www."))
}

/// `photo_01.jpg`, `https://example.org/a.png`.
fn is_file_name(text: &str) -> bool {
    const KINDS: [&str; 12] = ["jpg", "jpeg", "png", "gif", "webp", "svg", "bmp", "mp4", "mp3", "pdf", "hwp", "avif"];
    let Some((name, kind)) = text.rsplit_once('.') else { return false };
    !name.is_empty()
        && text.len() <= 300
        && !text.contains(char::is_whitespace)
        && KINDS.iter().any(|known| kind.get(..known.len()).is_some_and(|k| k.eq_ignore_ascii_case(known)))
        && kind.len() <= 40
}

/// `![](picture.jpg)` in a text that is no Markdown.
fn is_picture_mark(text: &str) -> bool {
    text.starts_with("![") && text.ends_with(')') && text.contains("](") && !text[2..].contains("![")
}

/// `![]() |`, `|||`, `68 | ![]() |`: what is left of a table that was there for the layout.
pub(super) fn table_rest(page: &Page<'_>, index: usize) -> Option<Finding> {
    let text = text(page, index);
    let rest = page.doc.block(BlockId(index as u32)).kind != BlockKind::Code && is_table_rest(text);
    rest.then(|| finding(BoilerplateKind::Other, "file", "the empty cells of a table, and the marks of its pictures"))
}

fn is_table_rest(text: &str) -> bool {
    const PICTURE: &str = "![]()";
    let bare = text.replace(PICTURE, "");
    let cells = bare.trim_matches(['|', ' ']);
    // A figure beside an empty picture is a counter of the layout; by itself it is a cell.
    text.contains('|')
        && (cells.is_empty() || text.contains(PICTURE) && cells.len() <= 3 && !cells.contains(char::is_alphabetic))
}

/// `den keo quan cuoi cung Another story`: the words of a line of the head in small letters and without their accents,
/// as they stand in addresses, before the headline of another story.
fn begins_with_slug(page: &Page<'_>, line: &str, story: usize) -> bool {
    const FEWEST: usize = 4;
    /// A headline stands no more lines above the story.
    const FARTHEST: usize = 64;
    let plain = |word: &&str| word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    let small: Vec<&str> = line.split_whitespace().take_while(plain).collect();
    // `Den keo quan cuoi cung - image 2`: nothing but the headline, in letters of any case. A sentence of the story may begin
    // with the same words.
    let bare = Some(without_picture_number(line)).filter(|bare| bare.is_ascii()).unwrap_or_default();
    let whole: Vec<&str> = bare.split_whitespace().collect();
    if small.len().max(whole.len()) < FEWEST {
        return false;
    }
    let stands_for = |slug: &str, word: &str| {
        let letters = || word.chars().filter(|c| c.is_alphanumeric());
        let slug = || slug.chars().filter(|c| c.is_alphanumeric());
        letters().count() == slug().count()
            && letters().zip(slug()).all(|(c, plain)| !c.is_ascii() || c.eq_ignore_ascii_case(&plain))
    };
    (0..story).rev().take(FARTHEST).any(|index| {
        let head = text(page, index);
        if head.is_ascii() {
            return false;
        }
        let words: Vec<&str> =
            head.split_whitespace().filter(|word| word.contains(|c: char| c.is_alphanumeric())).collect();
        let begins = |slug: &[&str]| words.iter().zip(slug).all(|(word, slug)| stands_for(slug, word));
        words.len() >= FEWEST
            && (words.len() <= small.len() && begins(&small) || words.len() == whole.len() && begins(&whole))
    })
}

/// `TITLE - ảnh 1`, `TITLE - image 1`, `TITLE hinh anh 1`: a text for a picture, made from the headline.
pub(super) fn without_picture_number(line: &str) -> &str {
    const WORDS: [&str; 13] = [
        "ảnh",
        "hình ảnh",
        "hinh anh",
        "hinh",
        "anh",
        "hình",
        "image",
        "photo",
        "picture",
        "foto",
        "gambar",
        "图",
        "사진",
    ];
    let digits = line.trim_end_matches(|c: char| c.is_ascii_digit());
    if digits.len() == line.len() {
        return line;
    }
    let before = digits.trim_end_matches([' ', '-']);
    let folded = before.to_lowercase();
    let word = WORDS.iter().filter(|word| folded.ends_with(*word)).max_by_key(|word| word.len());
    match word {
        Some(word) if folded.len() == before.len() => {
            before[..before.len() - word.len()].trim_end_matches([' ', '-', '–', '|'])
        }
        _ => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rest_of_a_table_holds_no_words() {
        assert!(is_table_rest("![]() |") && is_table_rest("|||") && is_table_rest("68 | ![]() |"));
        assert!(
            !is_table_rest("Pier | 7")
                && !is_table_rest("1200 | 1400")
                && !is_table_rest("68")
                && !is_table_rest("12 |")
                && !is_table_rest("")
        );
    }

    #[test]
    fn the_number_of_a_picture_goes() {
        assert_eq!(without_picture_number("Cau moi da thong xe-Hinh-2"), "Cau moi da thong xe");
        assert_eq!(without_picture_number("The mill turns again - image 1"), "The mill turns again");
        assert_eq!(without_picture_number("The mill turns again in 1999"), "The mill turns again in 1999");
    }
}
