//! Which of two Cyrillic encodings it is. They share their bytes, so that only the frequency of letters tells.

use encoding_rs::{Encoding, WINDOWS_1251, WINDOWS_1252, X_MAC_CYRILLIC};

use super::old::{Charset, OldCharset};

/// Whether an encoding is one of those that are taken for each other.
pub(super) fn is_cyrillic(encoding: &'static Encoding) -> bool {
    matches!(encoding.name(), "windows-1251" | "KOI8-R" | "KOI8-U" | "ISO-8859-5" | "IBM866" | "x-mac-cyrillic")
}

/// Whether the bytes make clearly more sense in one encoding than in the other.
pub(super) fn is_better(one: &'static Encoding, than: &'static Encoding, bytes: &[u8]) -> bool {
    share_of_frequent_letters(one, bytes) > share_of_frequent_letters(than, bytes) + 0.2
}

/// The charset that detectors do not know in which bytes make clearly more sense than in the one that was detected.
pub(super) fn old(detected: &'static Encoding, bytes: &[u8]) -> Option<Charset> {
    // What a detector does not know at all it takes for western, where letters beyond ASCII hardly stand side by side.
    if !(is_cyrillic(detected) || detected == WINDOWS_1252 && has_words_beyond_ascii(bytes)) {
        return None;
    }
    if detected == WINDOWS_1251 && is_macintosh(bytes) {
        return Some(Charset::Known(X_MAC_CYRILLIC));
    }
    let now = share_of_frequent_letters(detected, bytes);
    let all = std::iter::once(Charset::Known(X_MAC_CYRILLIC)).chain(OldCharset::all().iter().map(Charset::Old));
    let shares = all.map(|old| (share(&old.decode(bytes)), old));
    let (best, old) = shares.max_by(|one, other| one.0.total_cmp(&other.0))?;
    (best > 0.55 && best > now + 0.2).then_some(old)
}

fn has_words_beyond_ascii(bytes: &[u8]) -> bool {
    let beyond = bytes.iter().filter(|byte| **byte >= 0x80).count();
    let side_by_side = bytes.windows(2).filter(|two| two[0] >= 0x80 && two[1] >= 0x80).count();
    beyond >= 20 && side_by_side * 4 > beyond * 3
}

/// The Macintosh has the small letters where windows-1251 has them, but for the last: a capital `Я` would stand inside of
/// words again and again, and never a small one.
fn is_macintosh(bytes: &[u8]) -> bool {
    let inside = bytes.windows(2).filter(|two| two[0] >= 0xE0 && two[1] == 0xDF).count();
    inside >= 2 && !bytes.contains(&0xFF)
}

/// The share of the letters that are frequent in every language written in Cyrillic, among all that is not ASCII.
/// Real text has more than half of them; text read wrongly has rare letters, capitals and signs instead.
fn share_of_frequent_letters(encoding: &'static Encoding, bytes: &[u8]) -> f64 {
    share(&encoding.decode_without_bom_handling(bytes).0)
}

fn share(text: &str) -> f64 {
    let (mut frequent, mut all) = (0_usize, 0_usize);
    for c in text.chars().filter(|c| !c.is_ascii()) {
        all += 1;
        frequent += usize::from("оеаиінтсрвлкдмпу".contains(c));
    }
    frequent as f64 / all.max(1) as f64
}
