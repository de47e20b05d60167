//! The shape of a person's name, and reading lists of names.

use copydesk_text::{is_caseless, is_han, is_hangul};
use unicode_normalization::UnicodeNormalization;

use crate::Lexicon;
use crate::fold::{fold, is_unspaced};

/// Most words of one name.
const LONGEST_NAME: usize = 6;
/// Most words of a name that nothing but its shape speaks for.
const LONGEST_ALONE: usize = 5;

/// Whether a word can be part of a name by its letters.
pub(crate) fn is_name_word(word: &str) -> bool {
    let core = word.trim_end_matches('.');
    let Some(first) = core.chars().next() else { return false };
    let letters = core.chars().filter(|c| c.is_alphabetic()).count();
    if letters == 0 || core.chars().count() > 24 {
        return false;
    }
    if !core.chars().all(|c| {
        c.is_alphabetic()
            || matches!(c, '\'' | '’' | '‘' | 'ʻ' | '-' | '‐' | '.' | '\u{300}'..='\u{36f}')
            || joins_name(c)
    }) {
        return false;
    }
    if first.is_lowercase() {
        // `d'Arc`, `al-Sayed`, `el-Amin`, `ter-Petrosyan`.
        return core.split(['\'', '’', '-']).skip(1).any(|p| p.chars().next().is_some_and(char::is_uppercase))
            && core.chars().take_while(|c| c.is_lowercase()).count() <= 3;
    }
    first.is_uppercase() || is_caseless(first)
}

/// Marks of other scripts that are no letters by themselves: vowel signs, viramas.
fn joins_name(c: char) -> bool {
    unicode_normalization::char::is_combining_mark(c) || c == '\u{200D}' || c == '\u{200C}' || c == '・' || c == '·'
}

/// Whether a word without a label is a Korean or Chinese name rather than any word of so few signs: by its family name,
/// and in Korean by the signs that given names are made of. Names of other peoples in these scripts have kana in them,
/// or a space between their parts.
fn is_east_asian_name(word: &str, lexicon: &Lexicon) -> bool {
    let signs: Vec<char> = word.nfc().collect();
    let Some((first, given)) = signs.split_first() else { return false };
    if signs.iter().copied().all(is_hangul) {
        return given.len() == 2
            && lexicon.hangul_families.contains(first)
            && given.iter().all(|sign| lexicon.hangul_given.contains(sign));
    }
    if signs.iter().copied().all(is_han) {
        return (1..=2).contains(&given.len()) && lexicon.han_families.contains(first);
    }
    true
}

/// Whether `text` has the shape of one person's name: two to six words of letters, or a short run of a script that
/// writes names without spaces.
pub(crate) fn is_person(text: &str, lexicon: &Lexicon, alone: bool) -> bool {
    let words: Vec<&str> = text.split_whitespace().collect();
    if words.is_empty() || words.len() > if alone { LONGEST_NAME } else { LONGEST_ALONE } || text.len() > 120 {
        return false;
    }
    if words.iter().all(|w| w.chars().all(|c| is_unspaced(c) || c == '・')) {
        let count = text.nfc().filter(|c| !c.is_whitespace()).count();
        // Thai, Lao, Khmer and Burmese names are long, and have a blank between their parts.
        if alone
            && text.chars().all(|c| {
                c.is_whitespace()
                    || matches!(c, '\u{0E00}'..='\u{0EFF}' | '\u{1000}'..='\u{109F}' | '\u{1780}'..='\u{17FF}')
            })
        {
            return (2..=3).contains(&words.len()) && (4..=40).contains(&count);
        }
        // Foreign names in kana have a dot between their parts and are long; others are two to four signs, a little
        // more when a label vouches for them.
        let alphabet = |c: char| matches!(c as u32, 0x0E00..=0x0EFF | 0x1000..=0x109F | 0x1780..=0x17FF);
        if words.iter().all(|word| word.chars().all(alphabet)) {
            // Thai, Lao, Khmer and Burmese write with letters, and part the given name from the family's.
            let sizes = || words.iter().map(|word| word.chars().filter(|c| c.is_alphabetic()).count());
            return (words.len() == 2 || alone) && sizes().all(|size| (2..=12).contains(&size)) && words.len() <= 3;
        }
        let limit = if text.contains('・') {
            20
        } else if alone {
            6
        } else {
            4
        };
        let known = alone || text.contains('・') || words.iter().all(|word| is_east_asian_name(word, lexicon));
        return (2..=limit).contains(&count) && words.len() <= 2 && known;
    }
    // `Facebook တွင် မျှဝေရန်`: nobody's names are in two scripts.
    let two_scripts = words.iter().any(|word| word.is_ascii()) && words.iter().any(|word| word.contains(is_unspaced));
    if !alone && (two_scripts || words.iter().all(|word| lexicon.label_words.contains(&fold(word)))) {
        return false;
    }
    // `Theo TTXVN`: letters without a vowel are those of an agency.
    let acronym = |word: &&str| {
        word.len() >= 3
            && word.bytes().all(|b| b.is_ascii_uppercase())
            && !word.contains(['A', 'E', 'I', 'O', 'U', 'Y'])
    };
    if !alone && words.iter().any(acronym) {
        return false;
    }
    let mut names = 0;
    for (i, word) in words.iter().enumerate() {
        let folded = fold(word);
        // `Do Seo-yun`: a family name that is a particle elsewhere.
        let hyphened = words.get(1).is_some_and(|given| given.contains('-'));
        if i == 0 && words.len() == 2 && hyphened && lexicon.also_names.contains(&folded) {
            names += 1;
            continue;
        }
        if i > 0 && i + 1 < words.len() && lexicon.particles.contains(&folded)
            || i == 0
                && words.len() > 1
                && lexicon.particles.contains(&folded)
                && word.chars().next().is_some_and(char::is_uppercase)
            || lexicon.titles.contains(&folded)
        {
            continue;
        }
        if i == 0 && words.len() > 2 && lexicon.particles.contains(&folded) {
            continue;
        }
        // `Hoang My`: a word of English that is a name elsewhere.
        let told = i > 0 && lexicon.also_names.contains(&folded);
        let no_name =
            !alone && !told && (lexicon.not_names.contains(&folded) || lexicon.sentence_words.contains(&folded));
        if no_name || !is_name_word(word) {
            return false;
        }
        names += 1;
    }
    names >= if alone { 1 } else { 2 }
}
