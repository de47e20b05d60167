//! How much a text says, in any script.

use copydesk_document::{BlockId, BlockKind, Document};

/// From this weight on a block of the body is running text.
pub(crate) const RUNNING: usize = 110;

/// Whether no running text of the body stands above a block.
pub(crate) fn is_above_the_text(doc: &Document, id: BlockId) -> bool {
    let running = |(at, block): (BlockId, &copydesk_document::Block)| {
        block.kind != BlockKind::Heading && weight(doc.text(at)) >= RUNNING
    };
    !doc.body().take_while(|(at, _)| *at < id).any(running)
}

/// Letters, each character of a script without spaces for three.
pub(crate) fn weight(text: &str) -> usize {
    let one = |c: char| match c as u32 {
        0x0E00..=0x0EFF | 0x1000..=0x109F | 0x1780..=0x17FF | 0x3040..=0x30FF | 0x3400..=0x9FFF | 0xAC00..=0xD7A3 => 3,
        _ => 1,
    };
    text.chars().filter(|c| c.is_alphanumeric()).map(one).sum()
}

/// How many sentences end in a text. Stops inside of words and numbers, and behind single letters, end none.
pub(crate) fn sentences(text: &str) -> usize {
    let mut count = 0;
    let (mut word, mut before) = (0, ' ');
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let next = chars.peek().copied();
        match c {
            '。' | '！' | '？' | '।' | '۔' | '؟' | '။' | '។' => count += 1,
            '.' | '!' | '?' | '…' => {
                let ends = next.is_none_or(|n| n.is_whitespace() || matches!(n, '"' | '”' | '»' | '\'' | '’' | ')'));
                // A single letter before a stop is an initial.
                count += usize::from(ends && (word != 1 || c != '.') && before != '.');
            }
            _ => {}
        }
        word = if c.is_alphanumeric() { word + 1 } else { 0 };
        before = c;
    }
    count
}

/// Whether a text ends as a sentence does.
pub(crate) fn ends_as_sentence(text: &str) -> bool {
    let text = text.trim_end().trim_end_matches(['"', '”', '»', '’', ')', '）', '」']);
    text.ends_with(['.', '!', '?', '…', '。', '！', '？', '।', '۔', '؟', '။', '។'])
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
        assert!(ends_as_sentence("He said: “No.”") && !ends_as_sentence("The mill at dusk"));
    }
}
