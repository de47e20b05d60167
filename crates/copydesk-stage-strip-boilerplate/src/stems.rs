//! How much of a text's vocabulary another text has: whether a line belongs to the story below it, in any language.
//!
//! Words are compared by their beginnings, because endings change with the grammar; in scripts without spaces pairs of
//! neighbouring characters stand for words. Short words, which every text has, do not count.

use copydesk_text::{is_hangul, is_unspaced};
use rustc_hash::FxHashSet;

/// Letters of a word that count, and how many a word must have at least.
const STEM: usize = 5;
/// The same for Hangul, whose characters are syllables.
const SYLLABLES: usize = 2;

/// Adds the stems of a text.
pub(crate) fn stems(text: &str, out: &mut FxHashSet<u64>) {
    let add = |stem: u64, letter: u32| stem.wrapping_mul(0x0100_0000_01b3) ^ u64::from(letter);
    if text.is_ascii() {
        // The same without a look at each letter's script.
        let words = text.as_bytes().split(|b| !b.is_ascii_alphanumeric());
        for stem in words.filter_map(|word| word.first_chunk::<STEM>()) {
            out.insert(stem.iter().fold(1, |stem, letter| add(stem, u32::from(letter.to_ascii_lowercase()))));
        }
        return;
    }
    for word in text.split(|c: char| !c.is_alphanumeric() && !is_unspaced(c)) {
        if word.contains(is_unspaced) {
            let mut before = None;
            for c in word.chars() {
                if let Some(before) = before.replace(c) {
                    out.insert(u64::from(u32::from(before)) << 32 | u64::from(u32::from(c)));
                }
            }
            continue;
        }
        let length = if word.contains(is_hangul) { SYLLABLES } else { STEM };
        let mut letters = word.chars().flat_map(char::to_lowercase);
        let (mut stem, mut count) = (1u64, 0);
        for c in letters.by_ref().take(length) {
            stem = add(stem, u32::from(c));
            count += 1;
        }
        if count == length {
            out.insert(stem);
        }
    }
}

/// The share of a text's stems that stand among `of`; a text without any shares nothing.
pub(crate) fn shared(text: &str, of: &FxHashSet<u64>) -> f32 {
    let mut own = FxHashSet::default();
    stems(text, &mut own);
    if own.is_empty() { 0.0 } else { own.intersection(of).count() as f32 / own.len() as f32 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_of_ascii_alone_are_read_in_a_shorter_way_to_the_same_end() {
        let text = "The Ferry-bridge, closed since 20240506: REPAIRS (until spring) cost 4x more; councillors agreed";
        let (mut short, mut long) = (FxHashSet::default(), FxHashSet::default());
        stems(text, &mut short);
        stems(&format!("{text} ·"), &mut long);
        assert!(short.len() > 6 && short == long);
    }

    #[test]
    fn a_deck_shares_words_with_its_story_and_a_notice_does_not() {
        let story = [
            (
                "The old ferry bridge is closed for repairs until the spring, the council decided on Monday.",
                "Council closes the ferry bridge for repairs",
                "Please accept our cookies before you continue reading",
            ),
            (
                "Алтынбеков открыл новую паромную переправу через реку Салму в понедельник утром.",
                "Паромная переправа через Салму открыта",
                "Пожалуйста, войдите на сайт с вашим паролем",
            ),
            (
                "시의회는 낡은 나루교를 겨울이 오기 전에 고치기로 월요일에 결정했다고 밝혔다.",
                "시의회, 나루교 겨울 전에 고친다",
                "로그인하시면 모든 기사를 무료로 보실 수 있습니다",
            ),
            ("市政府今天宣布，将在入冬前整修跨越白河的旧渡船桥。", "白河旧渡船桥将整修", "请登录后发表您的评论"),
            ("เมืองปิดสะพานเก่าข้ามแม่น้ำเพื่อซ่อมแซมก่อนฤดูหนาว", "ปิดสะพานเก่าข้ามแม่น้ำ", "กรุณาเข้าสู่ระบบ"),
        ];
        for (text, deck, notice) in story {
            let mut of = FxHashSet::default();
            stems(text, &mut of);
            let (deck, notice) = (shared(deck, &of), shared(notice, &of));
            assert!(deck >= 0.5 && notice <= 0.2, "{text}: {deck} {notice}");
        }
        assert!(shared("a b c", &FxHashSet::default()) < 0.1);
    }
}
