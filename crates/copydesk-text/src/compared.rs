//! How much a text says, and the forms in which texts are compared.

use crate::script::{is_alphanumeric, is_hangul, is_unspaced};

/// Letters and figures.
pub fn letters(text: &str) -> usize {
    text.chars().filter(|c| is_alphanumeric(*c)).count()
}

/// Letters and figures, each of a script that says a word with few of them for three.
pub fn weight(text: &str) -> usize {
    let one = |c: char| match c {
        _ if c.is_ascii() => usize::from(c.is_ascii_alphanumeric()),
        _ if !is_alphanumeric(c) => 0,
        _ if writes_letters(c) => 1,
        _ if is_unspaced(c) || is_hangul(c) => 3,
        _ => 1,
    };
    text.chars().map(one).sum()
}

/// Thai, Lao, Burmese and Khmer have no spaces between words, but a sign for every sound.
fn writes_letters(c: char) -> bool {
    matches!(c, '\u{0E00}'..='\u{0EFF}' | '\u{1000}'..='\u{109F}' | '\u{1780}'..='\u{17FF}')
}

/// Letters and figures only, in lower case: how texts are compared.
pub fn key(text: &str) -> String {
    let mut key = String::with_capacity(text.len());
    text.chars().for_each(|c| push_key(c, &mut key));
    key
}

/// Adds what a character is to a [`key`].
pub fn push_key(c: char, key: &mut String) {
    if c.is_ascii() {
        if c.is_ascii_alphanumeric() {
            key.push(c.to_ascii_lowercase());
        }
    } else if is_alphanumeric(c) {
        key.extend(c.to_lowercase());
    }
}

/// The text on one line, with single spaces.
pub fn flat(text: &str) -> String {
    let mut flat = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !flat.is_empty() {
            flat.push(' ');
        }
        flat.push_str(word);
    }
    flat
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_character_of_a_dense_script_weighs_three_letters() {
        assert_eq!(weight("The old mill, 1850"), 14);
        assert_eq!(weight("旧磨坊"), 9);
        assert_eq!(weight("방앗간"), 9);
        assert_eq!(weight("ကူး"), letters("ကူး"));
        assert_eq!(letters("旧磨坊, 1850"), 7);
    }

    #[test]
    fn texts_are_compared_by_letters_and_figures() {
        assert_eq!(key("The “Old” Mill – 1850"), "theoldmill1850");
        assert_eq!(key("ÉCOLE, 旧磨坊"), "école旧磨坊");
        assert_eq!(flat("  The old\n\u{3000}mill "), "The old mill");
    }
}
