//! Where sentences end.

use crate::script::is_alphanumeric;

/// Whether a character ends a sentence, in any script.
pub fn is_stop(c: char) -> bool {
    matches!(c, '.' | '!' | '?' | '…') || needs_no_space(c)
}

/// Stops that end a sentence whatever comes behind them.
fn needs_no_space(c: char) -> bool {
    matches!(c, '。' | '！' | '？' | '｡' | '।' | '॥' | '۔' | '؟' | '։' | '።' | '။' | '។')
}

/// What may stand behind the stop of a sentence: a quotation mark or bracket that closes.
fn closes(c: char) -> bool {
    matches!(c, '"' | '\'' | '”' | '“' | '’' | '‘' | '»' | '«' | '›' | '‹' | ')' | ']' | '）' | '」' | '』')
}

/// Whether a text ends as a sentence does.
pub fn ends_sentence(text: &str) -> bool {
    text.trim_end().trim_end_matches(closes).ends_with(is_stop)
}

/// How many sentences end in a text. Stops inside of words and numbers, and behind single letters, end none.
pub fn sentences(text: &str) -> usize {
    let mut count = 0;
    let (mut word, mut before) = (0, ' ');
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if needs_no_space(c) {
            count += 1;
        } else if is_stop(c) {
            let ends = chars.peek().is_none_or(|next| next.is_whitespace() || closes(*next));
            // A single letter before a stop is an initial.
            count += usize::from(ends && (word != 1 || c != '.') && before != '.');
        }
        word = if is_alphanumeric(c) { word + 1 } else { 0 };
        before = c;
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_are_counted_in_any_script() {
        assert_eq!(sentences("The mill, built in 1850.5 m. from the weir"), 0);
        assert_eq!(sentences("The mill of J. Lee stands idle. Nobody knows why."), 2);
        assert_eq!(sentences("工人检查了桥墩。没有人受伤。"), 2);
        assert_eq!(sentences("배가 떠났다. 사람들은 남았다."), 2);
        assert_eq!(sentences("They met on Friday (May 4, 2021)."), 1);
    }

    #[test]
    fn a_sentence_ends_before_what_closes_behind_it() {
        for text in [
            "He said: “No.”",
            "Er sagte: „Nein.“",
            "»Nein.«",
            "The mill stands idle. ",
            "(It stands idle.)",
            "「没有人受伤。」",
            "ကူးတို့ရပ်သည်။",
            "Նավը մեկնեց։",
        ] {
            assert!(ends_sentence(text), "{text}");
        }
        for text in ["The mill at dusk", "The “old mill”", "(2021)", ""] {
            assert!(!ends_sentence(text), "{text}");
        }
    }
}
