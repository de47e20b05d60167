//! Whether a text has letters that the language which it is taken for does not write.
//!
//! A language that the model does not know is often told by its letters alone: Chuvash is taken for Bashkir, which has no ӑ and
//! no ӳ. The letters of each language stand in `data/letters.tsv`.

use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization;

use crate::lang::Lang;
use crate::script::{Chars, Class, Script};

/// Names of people and places bring foreign letters into any text: there must be so many of them,
const FEWEST: usize = 3;
/// and at least one in so many letters.
const ONE_IN: usize = 50;
/// So many letters are looked at.
const MOST: usize = 400;

/// By the index of the language: its letters beside a to z, in order. None where nothing is known.
static LETTERS: LazyLock<Vec<Vec<char>>> = LazyLock::new(|| {
    let mut all = vec![Vec::new(); Lang::all().count() + 1];
    for (lang, letters) in lines() {
        all[lang.index()] = letters.chars().map(one_of_two).collect();
        all[lang.index()].sort_unstable();
    }
    all
});

fn lines() -> impl Iterator<Item = (Lang, &'static str)> {
    let lines = include_str!("../data/letters.tsv").lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(|line| line.split_once('\t')).filter_map(|(tag, letters)| Some((Lang::from_tag(tag)?, letters)))
}

/// Arabic kaf and yeh have a form for Arabic and one for Persian and Urdu, and keyboards of either give both.
fn one_of_two(c: char) -> char {
    match c {
        'ك' => 'ک',
        'ي' | 'ى' => 'ی',
        c => c,
    }
}

/// Whether a text, mainly in this script, has more letters of that script that the language does not write than foreign names
/// would bring.
pub(crate) fn is_foreign(text: &str, script: Script, lang: Lang) -> bool {
    let Some(own) = LETTERS.get(lang.index()).filter(|own| !own.is_empty() && !text.is_ascii()) else { return false };
    let table = Chars::get();
    let (mut all, mut foreign) = (0, 0);
    for c in text.nfkc().map(one_of_two).filter(|c| c.is_alphabetic()).take(MOST) {
        all += 1;
        foreign += usize::from(
            !c.is_ascii()
                && table.class(c) == Class::Letter(script)
                && c.to_lowercase()
                    .any(|c| c.is_alphabetic() && !c.is_ascii() && own.binary_search(&one_of_two(c)).is_err()),
        );
    }
    foreign >= FEWEST && foreign * ONE_IN >= all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn foreign(text: &str, script: Script, tag: &str) -> bool {
        is_foreign(text, script, Lang::from_tag(tag).expect("it is known"))
    }

    #[test]
    fn every_line_of_the_file_is_of_a_language() {
        let written = include_str!("../data/letters.tsv").lines().filter(|line| !line.starts_with('#')).count();
        assert!(written > 100);
        assert_eq!(lines().count(), written);
        assert!(lines().all(|(_, letters)| letters.chars().all(|c| !c.is_ascii() && c.to_lowercase().eq([c]))));
    }

    #[test]
    fn letters_of_another_language_are_foreign() {
        let chuvash = "Ҫак кӗнекене ӗнер вуларӑм та ӑна питӗ килӗштертӗм";
        assert!(foreign(chuvash, Script::Cyrillic, "ba"));
        let bashkir = "Бөгөн ҡалала байрам булды, халыҡ күп йыйылды";
        assert!(!foreign(bashkir, Script::Cyrillic, "ba"));
    }

    #[test]
    fn names_other_scripts_and_other_forms_of_a_letter_are_not() {
        assert!(!foreign("The ofﬁce conﬁrmed that ﬂoods hit the ﬁelds", Script::Latin, "en"));
        assert!(!foreign("شهر كى بندرگاه پر كل شام كى كشتى نهیں آئى", Script::Arabic, "ur"));
        assert!(!foreign(
            "The ferries to Tromsø, Bodø and Ålesund leave at noon from the new quay, said Łukasz, who runs the office of the line in the harbour and sells the tickets",
            Script::Latin,
            "en"
        ));
        assert!(!foreign("The harbour of Busan (부산항) and that of Shanghai (上海港)", Script::Latin, "en"));
    }
}
