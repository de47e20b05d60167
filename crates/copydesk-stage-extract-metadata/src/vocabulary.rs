//! The word lists of this stage: `data/names.toml` and `data/lines.toml`.

use std::{collections::BTreeMap, sync::LazyLock};

use aho_corasick::{AhoCorasick, MatchKind};
use copydesk_document::{Field, Origin};
use rustc_hash::{FxHashMap, FxHashSet};
use serde::Deserialize;

use copydesk_text::{is_han, is_hangul, key};

/// Names under which a field is declared.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Names {
    origin: Origin,
    #[serde(rename = "names")]
    known: Vec<String>,
    weight: f32,
}

/// What the parts of a person are called.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Person {
    whole: Vec<String>,
    given: Vec<String>,
    family: Vec<String>,
}

/// What a value says of a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PersonPart {
    Whole,
    Given,
    Family,
}

/// `data/names.toml`.
#[derive(Debug, Deserialize)]
struct File {
    person: Person,
    #[serde(flatten)]
    fields: BTreeMap<Field, Vec<Names>>,
}

/// For each place and name, the fields that are declared there, and how far that is to be trusted.
#[derive(Debug)]
pub(crate) struct Declarations {
    by_name: FxHashMap<String, BTreeMap<Origin, Vec<(Field, f32)>>>,
    person: FxHashMap<String, PersonPart>,
}

impl Declarations {
    fn read(text: &str) -> Result<Self, toml::de::Error> {
        let File { person, fields } = toml::from_str(text)?;
        let mut by_name: FxHashMap<String, BTreeMap<_, Vec<_>>> = FxHashMap::default();
        for (field, lists) in fields {
            for list in lists {
                for name in &list.known {
                    by_name.entry(key(name)).or_default().entry(list.origin).or_default().push((field, list.weight));
                }
            }
        }
        let parts =
            [(person.whole, PersonPart::Whole), (person.given, PersonPart::Given), (person.family, PersonPart::Family)];
        let person = parts.into_iter().flat_map(|(names, part)| names.into_iter().map(move |name| (key(&name), part)));
        Ok(Self { by_name, person: person.collect() })
    }

    /// The name of a list of authors, and what a value says of one of them: `authors.given` says the given name. A name of
    /// parts, as in `author.name.given`, belongs to the author.
    pub(crate) fn person<'n>(&self, name: &'n str) -> Option<(&'n str, PersonPart)> {
        let (list, part) = name.rsplit_once('.')?;
        let part = *self.person.get(&key(part))?;
        let whole = |name: &str| self.person.get(&key(name)) == Some(&PersonPart::Whole);
        let list = list.rsplit_once('.').filter(|(_, name)| whole(name)).map_or(list, |(list, _)| list);
        Some((list, part))
    }

    /// The fields that a name declares.
    pub(crate) fn of(&self, origin: Origin, name: &str) -> &[(Field, f32)] {
        self.by_name.get(&key(name)).and_then(|origins| origins.get(&origin)).map_or(&[], Vec::as_slice)
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Lines {
    sections: BTreeMap<String, Vec<String>>,
    outlets: Outlets,
    offices: Offices,
    copulas: BTreeMap<String, Vec<String>>,
    pictures: Pictures,
    broadcasts: BTreeMap<String, Vec<String>>,
    columns: BTreeMap<String, Vec<String>>,
    shares: BTreeMap<String, Vec<[f32; 2]>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Pictures {
    starts: Vec<String>,
    tails: Vec<String>,
    ends: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Offices {
    starts: Vec<String>,
    endings: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Outlets {
    words: Vec<String>,
    starts: Vec<String>,
}

#[expect(clippy::expect_used, reason = "the files are part of the program, and a test reads them")]
pub(crate) static DECLARATIONS: LazyLock<Declarations> =
    LazyLock::new(|| Declarations::read(include_str!("../data/names.toml")).expect("data/names.toml is valid"));

#[expect(clippy::expect_used, reason = "the files are part of the program, and a test reads them")]
static LINES: LazyLock<Lines> =
    LazyLock::new(|| toml::from_str(include_str!("../data/lines.toml")).expect("data/lines.toml is valid"));

/// Names of sections, and what stands behind a word or two in others.
struct Sections {
    whole: FxHashSet<&'static str>,
    endings: Vec<&'static str>,
}

static SECTIONS: LazyLock<Sections> = LazyLock::new(|| {
    let all = || LINES.sections.values().flatten();
    Sections {
        whole: all().filter(|name| !name.starts_with("% ")).map(String::as_str).collect(),
        endings: all().filter_map(|name| name.strip_prefix("% ")).collect(),
    }
});

/// Whether a line is the name of a section, such as `Press Releases` or `보도자료`.
pub(crate) fn is_section_name(line: &str) -> bool {
    const LONGEST: usize = 60;
    let line = line.trim();
    // In small letters no character has less than a third of its bytes.
    if line.len() > 3 * LONGEST {
        return false;
    }
    let line = line.to_lowercase().replace('’', "'");
    let one = |name: &str| {
        let ends_so = |last: &&str| {
            let rest = name.strip_suffix(last);
            rest.is_some_and(|rest| rest.ends_with(' ') && (1..=2).contains(&rest.split_whitespace().count()))
        };
        SECTIONS.whole.contains(name) || name.contains(' ') && SECTIONS.endings.iter().any(ends_so)
    };
    // Two sections in one: `News & Notices`.
    let both = |mark: &str| line.split_once(mark).is_some_and(|(a, b)| one(a.trim()) && one(b.trim()));
    line.len() <= LONGEST && (one(&line) || both("&") || both("/") || both(" and "))
}

/// Whether a name is that of an office or department: `Public Affairs Office`, `정책과`.
pub(crate) fn is_office(name: &str) -> bool {
    let name = name.trim().to_lowercase();
    let begins = |start: &String| name.strip_prefix(start.as_str()).is_some_and(|rest| rest.starts_with(' '));
    if LINES.offices.starts.iter().any(begins) {
        return true;
    }
    LINES.offices.endings.iter().any(|ending| {
        let fits = name.strip_suffix(ending.as_str());
        // A word of its own in a spaced script, the last character of a name in the others.
        fits.is_some_and(|rest| {
            if ending.is_ascii() { rest.is_empty() || rest.ends_with(' ') } else { rest.chars().count() >= 2 }
        })
    })
}

/// Words that names of publications carry.
struct OutletWords {
    /// Words of spaced scripts, with a blank on both sides.
    within: AhoCorasick,
    /// Ends of names in the others.
    ends: Vec<&'static str>,
    /// First words of names, with the blank behind them.
    starts: Vec<String>,
}

#[expect(clippy::expect_used, reason = "the file is part of the program, and a test reads it")]
static OUTLET_WORDS: LazyLock<OutletWords> = LazyLock::new(|| {
    let words = LINES.outlets.words.iter().map(String::as_str);
    let ends_names = |word: &&str| word.chars().any(|c| is_hangul(c) || is_han(c));
    let (ends, spaced): (Vec<&str>, Vec<&str>) = words.partition(ends_names);
    let within = AhoCorasick::new(spaced.iter().map(|word| format!(" {word} "))).expect("a short list of words");
    let starts = LINES.outlets.starts.iter().map(|word| format!("{word} ")).collect();
    OutletWords { within, ends, starts }
});

/// Whether a line carries a word that names of publications carry.
pub(crate) fn has_outlet_word(line: &str) -> bool {
    // `Báo Sông Xanh`, and neither `Báo cáo tổng hợp` nor a line in capitals.
    let second = line.split_whitespace().nth(1).unwrap_or_default();
    let is_named = second.trim_start_matches(|c: char| !c.is_alphanumeric()).starts_with(char::is_uppercase)
        && line.contains(char::is_lowercase);
    let line = line.to_lowercase();
    let mut spaced = String::with_capacity(line.len() + 2);
    for word in line.split_whitespace() {
        spaced.push(' ');
        spaced.push_str(word);
    }
    spaced.push(' ');
    OUTLET_WORDS.within.is_match(&spaced)
        || OUTLET_WORDS.ends.iter().any(|word| line.ends_with(word))
        || (is_named && OUTLET_WORDS.starts.iter().any(|word| line.starts_with(word.as_str())))
}

/// Whether a line names a picture: `Logo of the Valley Herald`, `Content image - Valley Herald`.
pub(crate) fn starts_picture_line(line: &str) -> bool {
    let line = line.trim_start();
    let head = line.get(..line.floor_char_boundary(40)).unwrap_or_default().to_lowercase();
    LINES.pictures.starts.iter().any(|start| head.starts_with(start.as_str()))
}

/// Where the words begin that count the pictures of a story behind its title: `... hinh anh 1`, `... - image 2`.
pub(crate) fn picture_tail(title: &str) -> Option<usize> {
    let lower = title.to_lowercase();
    if lower.len() != title.len() {
        return None;
    }
    let counted = |rest: &str| rest.trim_start().starts_with(|c: char| c.is_ascii_digit());
    let tails = LINES.pictures.tails.iter().find_map(|word| {
        lower.match_indices(word.as_str()).find(|(at, word)| counted(&lower[at + word.len()..])).map(|(at, _)| at)
    });
    let ends = || {
        let (head, _) = lower.rsplit_once(' ').filter(|(_, count)| count.bytes().all(|b| b.is_ascii_digit()))?;
        let word = LINES.pictures.ends.iter().find(|word| head.ends_with(word.as_str()))?;
        let before = head[..head.len() - word.len()].trim_end();
        before.ends_with(['-', '–', '|']).then_some(before.len() - 1)
    };
    tails.or_else(ends).filter(|at| title.is_char_boundary(*at))
}

/// Whether a line names the section of columns: `Columnists`.
pub(crate) fn is_column_section(line: &str) -> bool {
    let line = line.trim().to_lowercase();
    line.len() <= 60 && LINES.columns.values().flatten().any(|name| *name == line)
}

/// Whether a line says when a text was sent or printed: `This report aired on ...`.
pub(crate) fn is_broadcast_note(line: &str) -> bool {
    let lower = line.to_lowercase();
    line.len() <= 160 && LINES.broadcasts.values().flatten().any(|start| lower.starts_with(start.as_str()))
}

/// The share of right values among those of a text without markup that weigh so much, by straight lines between the points
/// of `[shares]`.
pub(crate) fn share_of(field: &str, weight: f32) -> f32 {
    let Some(points) = LINES.shares.get(field) else { return weight };
    let between = points.windows(2).find(|pair| weight >= pair[0][0] && weight <= pair[1][0]);
    between.map_or(weight, |pair| {
        let [[from, low], [to, high]] = [pair[0], pair[1]];
        low + (high - low) * (weight - from) / (to - from).max(f32::EPSILON)
    })
}

static COPULAS: LazyLock<AhoCorasick> = LazyLock::new(|| {
    let words = LINES.copulas.values().flatten();
    AhoCorasick::builder().match_kind(MatchKind::LeftmostFirst).build(words).expect("a short list of words")
});

/// What stands before the first word that says what somebody is: the name in `Ann Lee is a historian`.
pub(crate) fn before_copula(sentence: &str) -> Option<&str> {
    COPULAS.find(sentence).map(|found| &sentence[..found.start()])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_files_are_valid() {
        assert!(DECLARATIONS.by_name.len() > 150);
        assert!(
            DECLARATIONS
                .by_name
                .values()
                .flat_map(BTreeMap::values)
                .flatten()
                .all(|(_, weight)| (0.0..=1.0).contains(weight))
        );
        assert!(LINES.sections.len() >= 15);
        for points in LINES.shares.values() {
            assert!(points.windows(2).all(|pair| pair[0][0] < pair[1][0] && pair[0][1] <= pair[1][1]), "they rise");
        }
        assert!((share_of("published", 0.6) - 0.94).abs() < 1e-4 && (share_of("published", 0.2) - 0.2).abs() < 1e-4);
        assert!(share_of("authors", 0.65) > share_of("authors", 0.6));
    }

    #[test]
    fn names_are_compared_by_letters_and_figures() {
        let field = |name| DECLARATIONS.of(Origin::Meta, name).first().map(|(field, _)| *field);
        assert_eq!(field("article:published_time"), Some(Field::Published));
        assert_eq!(field("article.published-time"), Some(Field::Published));
        assert_eq!(field("viewport"), None);
    }

    #[test]
    fn sections_outlets_and_remarks() {
        assert!(is_section_name("Press Releases") && is_section_name("Harbour News") && is_section_name("보도자료"));
        assert!(is_section_name("News & Notices") && is_section_name("Minister’s Activities"));
        assert!(is_office("Public Affairs Office") && is_office("무역정책과") && !is_office("Ann Lee"));
        assert!(is_office("Secretaria de Obras") && is_office("Управление культуры") && !is_office("Secretaria"));
        assert!(!is_section_name("The old harbour town news") && !is_section_name("Ferries return"));
        assert!(has_outlet_word("The Valley Herald") && has_outlet_word("Herald") && has_outlet_word("山谷日報"));
        assert!(has_outlet_word("Báo Sông Thương") && has_outlet_word("Новая газета"));
        assert!(!has_outlet_word("Это правда") && !has_outlet_word("Mưa lớn được thông báo"));
        assert!(!has_outlet_word("Posted by Ann") && !has_outlet_word("Heralded by Ann") && !has_outlet_word(""));
        assert_eq!(before_copula("Ann Lee is a historian."), Some("Ann Lee"));
        assert_eq!(before_copula("Nothing of the kind."), None);
        assert!(
            is_column_section("Columnists")
                && is_column_section("Köşe Yazıları")
                && !is_column_section("Columns of smoke")
        );
    }
}
