//! Letters of western Europe in the charsets of the Macintosh and of DOS, which nothing names and detectors do not know. They
//! share their bytes with windows-1252, where signs stand in the place of their letters, and inside of words no signs stand.

use std::sync::LazyLock;

use encoding_rs::{Encoding, MACINTOSH};

use super::old::{Charset, OldCharset};

/// The letters with marks that are frequent in the languages of western Europe.
const FREQUENT: &str = "áàâãäåæçéèêëíìîïñóòôõöøúùûüßÄÖÜÉÅØ";

/// Signs of windows-1252 that stand inside of words and between them without a space. On the Macintosh letters have their
/// places (`’` is `í` there), so that a text full of them says nothing of its charset.
const SIGNS: &str = "’‘“”–—…";

/// With fewer letters inside of words nothing can be told.
const FEWEST: usize = 4;

static DOS: LazyLock<Vec<&OldCharset>> =
    LazyLock::new(|| ["IBM850", "IBM437"].into_iter().filter_map(OldCharset::by_label).collect());

/// The charset in which nearly all odd bytes inside of words are frequent letters, where few are in the detected one.
pub(super) fn old(detected: &'static Encoding, bytes: &[u8]) -> Option<Charset> {
    if !detected.is_single_byte() {
        return None;
    }
    let inside = inside_of_words(bytes);
    if inside.len() < FEWEST {
        return None;
    }
    let share = |text: &str| text.chars().filter(|c| FREQUENT.contains(*c)).count() as f64 / inside.len() as f64;
    let read = detected.decode_without_bom_handling(&inside).0;
    let signs = read.chars().filter(|c| SIGNS.contains(*c)).count() as f64 / inside.len() as f64;
    let now = share(&read) + signs;
    let all = std::iter::once(Charset::Known(MACINTOSH)).chain(DOS.iter().copied().map(Charset::Old));
    let mut shares: Vec<(f64, Charset)> = all.map(|old| (share(&old.decode(&inside)), old)).collect();
    // Of two that read it equally well the first: IBM437 has what is in IBM850, and less.
    shares.sort_by(|one, other| other.0.total_cmp(&one.0));
    let (best, old) = shares.into_iter().next()?;
    (best >= 0.9 && now <= 0.5).then_some(old)
}

/// The bytes outside of ASCII that have a letter of ASCII on both sides, or on one and the end of a word behind them.
fn inside_of_words(bytes: &[u8]) -> Vec<u8> {
    let inside = bytes.windows(3).filter(|three| {
        three[1] >= 0x80 && three[0].is_ascii_alphabetic() && (three[2].is_ascii_alphabetic() || three[2] >= 0x80)
    });
    inside.map(|three| three[1]).collect()
}
