//! Every visible piece of text is in exactly one block, in order, with its place in the source.

use copydesk_document::{BlockKind, Document, Input};
use copydesk_parse::{Limits, parse};
use proptest::prelude::*;

fn read(text: &str) -> Document {
    parse(&Input::new("test", text), &Limits::default()).expect("text is a document")
}

/// Letters and digits only: what stays the same however a text is laid out.
fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).collect()
}

fn all_text(doc: &Document) -> String {
    doc.ids().map(|id| doc.text(id)).collect::<Vec<_>>().join("\n")
}

fn check_spans(doc: &Document) -> Result<(), TestCaseError> {
    let mut past = 0;
    for (id, block) in doc.iter() {
        let source = doc.content().get(block.span.range());
        prop_assert!(source.is_some(), "the span of {:?} is no text", doc.text(id));
        prop_assert!(block.span.start >= past, "blocks overlap or are out of order");
        past = block.span.end;
        let source = letters(source.unwrap_or_default());
        let text = letters(doc.text(id));
        if doc.source.media_type == "text/plain" {
            prop_assert_eq!(source, text);
        } else {
            // Addresses of links stand inside the span too.
            prop_assert!(source.len() >= text.len());
        }
        for inline in doc.inlines(id) {
            let range = inline.range.start as usize..inline.range.end as usize;
            prop_assert!(doc.original_text(id).get(range).is_some_and(|t| !t.is_empty()));
        }
    }
    for image in &doc.images {
        prop_assert!(doc.content().get(image.span.range()).is_some());
        prop_assert!(image.before.index() <= doc.blocks().len());
    }
    Ok(())
}

/// Words of several scripts, none of which is markup.
fn word() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-np-z]{1,9}",
        "[A-Z][a-z]{1,9}",
        "[A-Z]{2,8}",
        "[0-9]{1,4}",
        "[а-я]{2,8}",
        "[가-힣]{1,5}",
        "[一-鿋]{1,6}",
        "[ء-ي]{2,6}",
    ]
}

fn sentence() -> impl Strategy<Value = String> {
    (prop::collection::vec(word(), 1..24), prop_oneof![Just(""), Just("."), Just("?"), Just(":")])
        .prop_map(|(words, end)| words.join(" ") + end)
}

/// Lines as plain text has them, with marks, indents and blank lines between.
fn plain_line() -> impl Strategy<Value = String> {
    let lead = prop_oneof![
        4 => Just(""),
        1 => Just("- "),
        1 => Just("• "),
        1 => Just("※ "),
        1 => Just("1. "),
        1 => Just("    "),
        1 => Just("\t"),
        1 => Just("\u{a0}"),
    ];
    let end = prop_oneof![Just("\n"), Just("\n\n"), Just("\r\n"), Just("\n \u{a0}\n"), Just(" \n\n\n")];
    (lead, sentence(), end).prop_map(|(lead, text, end)| format!("{lead}{text}{end}"))
}

/// A piece of Markdown, with what a reader sees of it.
fn markdown_piece() -> impl Strategy<Value = (String, String)> {
    let styled = (sentence(), word(), sentence(), 0..6_usize).prop_map(|(before, word, after, style)| {
        let styled = match style {
            0 => format!("*{word}*"),
            1 => format!("**{word}**"),
            2 => format!("[{word}](https://example.org/path?q=1)"),
            3 => format!("`{word}`"),
            4 => format!("<b>{word}</b>"),
            _ => format!("![hidden](a.jpg) {word}"),
        };
        (format!("{before} {styled} {after}"), format!("{before} {word} {after}"))
    });
    (styled, 0..8_usize).prop_map(|((source, seen), form)| {
        let source = match form {
            0 => format!("## {source}"),
            1 => format!("- {source}\n- {source}"),
            2 => format!("> {source}"),
            3 => format!("1. {source}\n   - {source}"),
            4 => format!("head|tail\n---|---\n{source}|x"),
            5 => format!("<!-- unseen -->\n\n{source}"),
            6 => format!("7. {source}\n\n8. 9) {source}\n10.\n11.     {{}}"),
            _ => source,
        };
        let seen = match form {
            1 => format!("{seen}{seen}"),
            // The number was typed, so it is seen.
            3 => format!("1.{seen}{seen}"),
            4 => format!("headtail{seen}x"),
            6 => format!("7{seen}89{seen}1011"),
            _ => seen,
        };
        (source, seen)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn plain_text_is_conserved(lines in prop::collection::vec(plain_line(), 1..30)) {
        let text = lines.concat();
        let doc = read(&text);
        prop_assert_eq!(&doc.source.media_type, "text/plain");
        prop_assert_eq!(letters(&all_text(&doc)), letters(&text));
        check_spans(&doc)?;
    }

    #[test]
    fn markdown_is_conserved(pieces in prop::collection::vec(markdown_piece(), 1..12)) {
        let text = pieces.iter().map(|p| p.0.as_str()).collect::<Vec<_>>().join("\n\n");
        let seen: String = pieces.iter().map(|p| p.1.as_str()).collect();
        // With front matter there is no doubt about the format.
        let doc = read(&format!("---\ntitle: t\n---\n{text}"));
        prop_assert_eq!(&doc.source.media_type, "text/markdown");
        prop_assert_eq!(letters(&all_text(&doc)), letters(&seen));
        check_spans(&doc)?;
    }

    #[test]
    fn any_bytes_give_a_document_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        if let Ok(doc) = parse(&Input::new("test", bytes), &Limits::default()) {
            for (_, block) in doc.iter() {
                prop_assert!(doc.content().get(block.span.range()).is_some());
            }
        }
    }

    #[test]
    fn any_text_gives_a_document(text in "[ -~\n#*_`\\[\\]()<>|&;!\\-+=:{}%\u{a0}é한]{0,300}") {
        let doc = parse(&Input::new("test", text), &Limits::default());
        if let Ok(doc) = doc {
            for (id, block) in doc.iter() {
                prop_assert!(doc.content().get(block.span.range()).is_some());
                prop_assert!(!doc.text(id).trim().is_empty());
            }
        }
    }
}

#[test]
fn a_text_cut_off_anywhere_is_still_a_document() {
    let text = "---\ntitle: \"t: u\"\ntags: [a, b]\n---\n# Head **bold**\n\n- [link](https://example.org) &amp; 한국어\n\n\
        | a | b |\n|---|---|\n| 1 | ![x](y.jpg) |\n\n<div>raw <b>html</b></div>\n\n```\ncode\n```\n[^1]: note\n";
    for end in 0..=text.len() {
        let bytes = &text.as_bytes()[..end];
        let doc = parse(&Input::new("test", bytes), &Limits::default()).expect("a cut text is a text");
        assert!(doc.ids().all(|id| !matches!(doc.block(id).kind, BlockKind::Control) || !doc.text(id).is_empty()));
    }
}
