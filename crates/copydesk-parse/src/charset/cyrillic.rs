//! Which of two Cyrillic encodings it is. They share their bytes, so that only the frequency of letters tells.

use encoding_rs::Encoding;

/// Whether an encoding is one of those that are taken for each other.
pub(super) fn is_cyrillic(encoding: &'static Encoding) -> bool {
    matches!(encoding.name(), "windows-1251" | "KOI8-R" | "KOI8-U" | "ISO-8859-5" | "IBM866" | "x-mac-cyrillic")
}

/// Whether the bytes make clearly more sense in one encoding than in the other.
pub(super) fn is_better(one: &'static Encoding, than: &'static Encoding, bytes: &[u8]) -> bool {
    share_of_frequent_letters(one, bytes) > share_of_frequent_letters(than, bytes) + 0.2
}

/// The share of the letters that are frequent in every language written in Cyrillic, among all that is not ASCII.
/// Real text has more than half of them; text read wrongly has rare letters, capitals and signs instead.
fn share_of_frequent_letters(encoding: &'static Encoding, bytes: &[u8]) -> f64 {
    let (text, _) = encoding.decode_without_bom_handling(bytes);
    let (mut frequent, mut all) = (0_usize, 0_usize);
    for c in text.chars().filter(|c| !c.is_ascii()) {
        all += 1;
        frequent += usize::from("оеаиінтсрвлкдмпу".contains(c));
    }
    frequent as f64 / all.max(1) as f64
}
