//! The inside of a credit: whether a stretch of text can be one, and who is named in it.

use super::{Credit, CreditMark};
use crate::Lexicon;
use crate::fold::fold;
use copydesk_text::{is_caseless, is_domain, is_stop};

/// What a stretch of text looks like as a credit.
#[expect(clippy::struct_excessive_bools, reason = "each is one observation; callers combine them freely")]
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Shape {
    /// Words, with parts on both sides of a slash counted apart.
    pub(super) words: usize,
    /// Words that begin with a small letter and are none that credits hold.
    pub(super) small: usize,
    /// Words of scripts without capitals.
    pub(super) caseless: usize,
    pub(super) slash: bool,
    pub(super) agency: bool,
    /// It is nothing but agencies and marks.
    pub(super) agency_only: bool,
    /// One word of capitals.
    pub(super) acronym: bool,
}

/// Reads the shape of `text`, or `None` when it cannot be a credit at all: too long, or more than one sentence.
pub(super) fn shape(text: &str, lexicon: &Lexicon) -> Option<Shape> {
    read_shape(text, lexicon, usize::MAX)
}

/// The shape of a text that holds no small words but those of credits. Where no label speaks for a credit only such a
/// text can be one, and a sentence is turned down at its first word.
pub(super) fn strict_shape(text: &str, lexicon: &Lexicon) -> Option<Shape> {
    read_shape(text, lexicon, 0)
}

fn read_shape(text: &str, lexicon: &Lexicon, most_small: usize) -> Option<Shape> {
    let text = text.trim();
    if text.is_empty() || text.len() > 220 {
        return None;
    }
    let mut shape = Shape::default();
    let mut caseless_chars = 0;
    let words: Vec<&str> = text.split_whitespace().collect();
    for (i, word) in words.iter().enumerate() {
        if i + 1 < words.len() && ends_sentence(word) {
            return None;
        }
        if word.contains(['。', '？', '！']) {
            return None;
        }
        for part in word.split(['/', '／', '|']) {
            let part = part.trim_matches(|c: char| !c.is_alphanumeric() && c != '@');
            // `AGENCY FOTO/Ann Lee/nz`: the letters of who passed it on.
            if text.ends_with(part) && part.len() <= 3 && text.matches('/').count() >= 2 && !part.is_empty() {
                continue;
            }
            let Some(first) = part.chars().next() else { continue };
            shape.words += 1;
            if first == '@' || part.contains(['_', '@']) || is_domain(part) || first.is_uppercase() {
                continue;
            }
            if first.is_numeric() {
                // Years, `505 Games`, `24sata`; a figure of a sentence is longer or has a unit.
                if part.chars().count() > 8 {
                    shape.small += 1;
                }
            } else if is_caseless(first) {
                shape.caseless += 1;
                caseless_chars += part.chars().filter(|c| c.is_alphabetic()).count();
            } else if !is_credit_word(part, lexicon) {
                shape.small += 1;
            }
            if shape.small > most_small {
                return None;
            }
        }
    }
    if shape.words == 0 || shape.words > 18 || caseless_chars > 40 {
        return None;
    }
    let parts = parts(text, lexicon);
    shape.slash = text.contains(['/', '／']) || text.contains(" via ");
    shape.agency = parts.iter().any(|p| p.kind == PartKind::Agency);
    shape.agency_only = !parts.is_empty() && parts.iter().all(|p| p.kind != PartKind::Name) && shape.agency;
    shape.acronym = is_acronym(text);
    Some(shape)
}

fn is_credit_word(word: &str, lexicon: &Lexicon) -> bool {
    if lexicon.agencies.is_small_word(word) {
        return true;
    }
    let folded = fold(word);
    lexicon.credit_small.contains(&folded)
        || lexicon.particles.contains(&folded)
        || word.split(['-', '\'', '’']).next_back().is_some_and(|last| {
            // `d'Arc`, `al-Sayed`: the small part is glued to a capital.
            last.len() < word.len() && last.chars().next().is_some_and(char::is_uppercase)
        })
        || lexicon.agencies.find(word).is_some()
}

/// An acronym such as `STPM` or `BNG`: two to seven capitals, digits allowed after the first.
pub(super) fn is_acronym(text: &str) -> bool {
    let count = text.chars().count();
    (2..=7).contains(&count)
        && text.chars().next().is_some_and(char::is_uppercase)
        && text.chars().filter(|c| c.is_uppercase()).count() >= 2
        && text.chars().all(|c| c.is_uppercase() || c.is_ascii_digit() || matches!(c, '-' | '&'))
}

/// Whether a word that is not the last one ends a sentence, as opposed to an initial or a short form.
pub(crate) fn ends_sentence(word: &str) -> bool {
    let word = word.trim_end_matches(['"', '”', '’', '\'', '»', ')', ']', '“', '«']);
    if word.ends_with(|c| c != '.' && is_stop(c)) {
        return true;
    }
    let Some(stem) = word.strip_suffix('.') else { return false };
    let stem = stem.rsplit(['/', '(', '-', ' ']).next().unwrap_or(stem);
    if stem.contains('.') && stem.split('.').all(|p| p.chars().count() <= 2) {
        return false;
    }
    let count = stem.chars().count();
    let initial = count <= 1;
    // `St.`, `Dr.`, `Jr.`, `Inc.`, `Ltd.`: a capital and few letters. `Sea.` ends a sentence and looks the same,
    // so three-letter words count as short forms only from this list.
    let short = matches!(
        stem,
        "St" | "Dr"
            | "Jr"
            | "Sr"
            | "Mr"
            | "Ms"
            | "Mrs"
            | "Inc"
            | "Ltd"
            | "Co"
            | "Corp"
            | "Dok"
            | "Prof"
            | "Mt"
            | "Ft"
            | "vs"
            | "No"
            | "Nr"
            | "Ph"
            | "Th"
            | "Chr"
            | "Gen"
            | "Lt"
            | "Sgt"
            | "Capt"
            | "Col"
            | "Sen"
            | "Rep"
            | "Gov"
            | "bzw"
            | "ca"
            | "dpt"
            | "Dipl"
            | "Ing"
            | "Zvg"
    );
    !(initial || short)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum PartKind {
    Agency,
    Mark(CreditMark),
    Name,
}

#[derive(Debug)]
struct Part<'t> {
    text: &'t str,
    kind: PartKind,
}

/// Cuts a credit at slashes, bars, `via` and brackets, and knows agencies and marks among the parts.
fn parts<'t>(text: &'t str, lexicon: &Lexicon) -> Vec<Part<'t>> {
    let mut out = Vec::new();
    // The whole may be one agency whose name holds a slash (`picture alliance/dpa`), or a comma.
    if lexicon.agencies.find(text).is_some() {
        return vec![Part { text: text.trim(), kind: PartKind::Agency }];
    }
    for piece in text.split(['/', '／', '|', ';', '(', ')', '（', '）', '·', '•', '＝']) {
        for piece in piece.split(" via ").flat_map(|p| p.split(" für ")) {
            let piece =
                piece.trim_matches(|c: char| c.is_whitespace() || matches!(c, '-' | '–' | '—' | ',' | ':' | '+'));
            let piece = piece.strip_prefix("via ").unwrap_or(piece);
            if piece.is_empty() {
                continue;
            }
            push_piece(piece, lexicon, &mut out);
        }
    }
    out
}

fn push_piece<'t>(piece: &'t str, lexicon: &Lexicon, out: &mut Vec<Part<'t>>) {
    let kind = kind_of(piece, lexicon);
    if kind != PartKind::Name {
        out.push(Part { text: piece, kind });
        return;
    }
    // `Dan Bell, AP` and `X - Europa Press`: cut only where a known agency is one of the pieces.
    for separator in [", ", " - ", " – ", " & ", "、", "・"] {
        let holders = separator == ", " && piece.split(separator).all(is_holder);
        if piece.contains(separator)
            && (holders || piece.split(separator).any(|p| kind_of(p, lexicon) != PartKind::Name))
        {
            for p in piece.split(separator).map(str::trim).filter(|p| !p.is_empty()) {
                out.push(Part { text: p, kind: kind_of(p, lexicon) });
            }
            return;
        }
    }
    // `Ann Lee for The Daily`, `AP Photo` before a name without a slash.
    if let Some((name, outlet)) = piece.split_once(" for ")
        && lexicon.agencies.find(outlet).is_some()
    {
        out.push(Part { text: name.trim(), kind: PartKind::Name });
        out.push(Part { text: outlet.trim(), kind: PartKind::Agency });
        return;
    }
    out.push(Part { text: piece, kind });
}

/// Whether a piece between commas can be a holder by itself: a capital, two words or more, no short form.
fn is_holder(piece: &str) -> bool {
    let mut words = piece.split_whitespace();
    words.next().is_some_and(|w| w.starts_with(char::is_uppercase) && w.chars().count() > 1)
        && words.next().is_some_and(|w| !w.ends_with('.') || w.len() > 4)
}

fn kind_of(piece: &str, lexicon: &Lexicon) -> PartKind {
    let piece = piece.trim().trim_end_matches('.');
    if lexicon.agencies.find(piece).is_some() {
        return PartKind::Agency;
    }
    lexicon.marks.whole(&fold(piece)).map_or(PartKind::Name, PartKind::Mark)
}

/// Reads a printed credit. `None` when nothing of it names anybody (a mark alone).
pub(super) fn read(printed: &str, provided: bool, lexicon: &Lexicon, marks: &mut Vec<CreditMark>) -> Option<Credit> {
    let printed = printed.trim();
    let mut credit =
        Credit { printed: squash(printed), names: Vec::new(), agencies: Vec::new(), parts: Vec::new(), provided };
    for part in parts(printed, lexicon) {
        let text = squash(part.text);
        if !credit.parts.contains(&text) {
            credit.parts.push(text.clone());
        }
        match part.kind {
            PartKind::Agency if !credit.agencies.contains(&text) => credit.agencies.push(text),
            PartKind::Name if !credit.names.contains(&text) => credit.names.push(text),
            PartKind::Mark(mark) => {
                credit.provided |= matches!(mark, CreditMark::Handout);
                if !marks.contains(&mark) {
                    marks.push(mark);
                }
            }
            _ => {}
        }
    }
    // `AFP / AFP`: the same holder twice is one.
    if let [only] = credit.parts.as_slice()
        && credit.printed.contains(['/', '|'])
        && !only.contains(['/', '|'])
    {
        credit.printed.clone_from(only);
    }
    (!credit.printed.is_empty()).then_some(credit)
}

fn squash(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}
