use BlockKind::{Code, Heading, ListItem, Note, Paragraph, Quote, TableRow};
use copydesk_document::DocumentSource;

use super::*;

fn doc(text: &str) -> Document {
    let mut doc = Document::new(DocumentSource::default(), text.to_owned());
    parse(&mut doc, 0, false, &Limits::default()).expect("within the limits");
    doc
}

fn blocks(text: &str) -> Vec<(BlockKind, u8, String)> {
    let doc = doc(text);
    doc.iter().map(|(id, b)| (b.kind, b.level, doc.text(id).to_owned())).collect()
}

fn texts(text: &str) -> Vec<String> {
    blocks(text).into_iter().map(|b| b.2).collect()
}

#[test]
fn every_kind_of_block() {
    let text = "# One\n\nTwo *three* `four`\nfive  \nsix\n\n- a\n- b\n  - c\n\n    more of c\n\n1. d\n\n> q\n\n```\n  x = 1\ny\n```\n\n\
        Name | Age\n---|---\nAnn | 5\n| | 6\n\n***\n\n[^1]: A remark.\n\nText[^1].\n\nSet\n===\n";
    let want: Vec<(BlockKind, u8, &str)> = vec![
        (Heading, 1, "One"),
        (Paragraph, 0, "Two three four five\nsix"),
        (ListItem, 1, "a"),
        (ListItem, 1, "b"),
        (ListItem, 2, "c"),
        (Paragraph, 0, "more of c"),
        (ListItem, 1, "1. d"),
        (Quote, 0, "q"),
        (Code, 0, "  x = 1\ny"),
        (TableRow, 0, "Name\tAge"),
        (TableRow, 0, "Ann\t5"),
        (TableRow, 0, "\t6"),
        (Note, 0, "A remark."),
        (Paragraph, 0, "Text."),
        (Heading, 1, "Set"),
    ];
    let got = blocks(text);
    assert_eq!(got.iter().map(|(k, l, t)| (*k, *l, t.as_str())).collect::<Vec<_>>(), want);
}

#[test]
fn a_short_bold_paragraph_is_a_heading() {
    let cases = [
        ("**Next steps**", Some(3)),
        ("**Next** **steps**", Some(3)),
        ("_**Next steps**_", Some(3)),
        ("**What now?**", Some(3)),
        ("**This is a loud sentence.**", None),
        ("**Name:**", None),
        ("**Next steps** and more", None),
        ("- **Next steps**", None),
        ("> **Next steps**", None),
    ];
    for (text, want) in cases {
        let got = blocks(text).into_iter().find(|b| b.0 == Heading).map(|b| b.1);
        assert_eq!(got, want, "{text}");
    }
    let long = format!("**{}**", "word ".repeat(40).trim());
    let doc = doc(&long);
    assert!(doc.blocks()[0].kind == Paragraph && doc.blocks()[0].bold);
}

#[test]
fn links_and_emphasis_are_ranges_of_the_text() {
    let doc = doc("See  [the *big* dam](https://example.org/a) and <https://example.org/b>, **now**.");
    let id = BlockId(0);
    assert_eq!(doc.text(id), "See the big dam and https://example.org/b, now.");
    assert_eq!(
        doc.links(id).collect::<Vec<_>>(),
        [("https://example.org/a", "the big dam"), ("https://example.org/b", "https://example.org/b")]
    );
    assert_eq!(doc.block(id).linked as usize, "the big dam".len() + "https://example.org/b".len());
    let marked = |kind: InlineKind| {
        let inline = doc.inlines(id).iter().find(|i| i.kind == kind).expect("is marked");
        &doc.text(id)[inline.range.start as usize..inline.range.end as usize]
    };
    assert_eq!((marked(InlineKind::Emphasis), marked(InlineKind::Strong)), ("big", "now"));
}

#[test]
fn pictures_stand_before_their_block_and_make_none() {
    let doc =
        doc("Text.\n\n![A *dam*](a.jpg \"The dam\")\n\nCaption.\n\nMiddle ![](b.jpg) of it.\n\n[![](c.jpg)](/x)\n");
    let images: Vec<_> =
        doc.images.iter().map(|i| (i.src.as_str(), i.alt.as_str(), i.title.as_str(), i.before.0)).collect();
    assert_eq!(images, [("a.jpg", "A dam", "The dam", 1), ("b.jpg", "", "", 3), ("c.jpg", "", "", 3)]);
    assert_eq!(doc.blocks().len(), 3);
    assert_eq!(&doc.content()[doc.images[0].span.range()], "![A *dam*](a.jpg \"The dam\")");
}

#[test]
fn spans_cover_what_is_shown() {
    let text = "# One\n\n- two **three**\n\n&amp; four &copy;\n";
    let doc = doc(text);
    let spans: Vec<&str> = doc.blocks().iter().map(|b| &text[b.span.range()]).collect();
    assert_eq!(spans, ["One", "two **three", "&amp; four &copy;"]);
    assert_eq!(doc.text(BlockId(2)), "& four ©");
}

#[test]
fn html_inside_leaves_no_markup() {
    assert_eq!(texts("One<br>two <b>three</b> <a href='/x'>four</a><!-- no -->"), ["One\ntwo three four"]);
    assert_eq!(texts("<!-- more -->\n\nText <script>var a = 1;</script> end.\n"), ["Text end."]);
    let doc = doc("Look: <img src=\"a.jpg\" alt=\"A dam\"> here.");
    assert_eq!((doc.images[0].alt.as_str(), doc.images[0].before.0), ("A dam", 1));
}

#[test]
fn template_language_is_no_text() {
    let text = "{% include a.html %}\n\nText.\n{: .lead}\n\n{{< figure src=\"a.jpg\" >}}\n\n{{< figure caption=\"Two boats\" >}}\n\n:::note\n\nMind {{ this }} gap.\n\n:::\n";
    let mut doc = Document::new(DocumentSource::default(), text.to_owned());
    parse(&mut doc, 0, true, &Limits::default()).unwrap();
    let got: Vec<&str> = doc.ids().map(|id| doc.text(id)).collect();
    assert_eq!(got, ["Text.", "{{< figure caption=\"Two boats\" >}}", "Mind {{ this }} gap."]);
}

#[test]
fn the_text_of_an_admonition_stays() {
    let texts = |text: &str| {
        let mut doc = Document::new(DocumentSource::default(), text.to_owned());
        parse(&mut doc, 0, true, &Limits::default()).unwrap();
        let linked = doc.ids().map(|id| doc.inlines(id).len()).sum::<usize>();
        (doc.ids().map(|id| doc.text(id).to_owned()).collect::<Vec<_>>(), linked)
    };
    assert_eq!(texts(":::message\nTurn it off [first](/a).\n:::\n"), (vec!["Turn it off first.".to_owned()], 1));
    assert_eq!(texts("::: {.box #one}\nTurn it off.\n\nWait.\n:::\n").0, ["Turn it off.", "Wait."]);
    assert_eq!(texts(":::note\n\nTurn it off.\n\n:::\n").0, ["Turn it off."]);
    assert_eq!(texts(":::note[Mind the gap twice]\n\nTurn it off.\n\n:::\n").0, ["Mind the gap twice", "Turn it off."]);
    assert_eq!(texts(":::tip[Mind the gap]\nTurn it off.\n:::\n").0, ["Mind the gap: Turn it off."]);
}

#[test]
fn floods_stay_small() {
    let nested = Limits { max_depth: 16, ..Limits::default() };
    let mut doc = Document::new(DocumentSource::default(), "> ".repeat(200) + "deep");
    parse(&mut doc, 0, false, &nested).unwrap();
    assert_eq!((doc.text(BlockId(0)), doc.notes()[0].code.as_ref()), ("deep", "limit.depth"));
    let few = Limits { max_blocks: 10, ..Limits::default() };
    let mut doc = Document::new(DocumentSource::default(), "x\n\n".repeat(11));
    assert_eq!(parse(&mut doc, 0, false, &few).unwrap_err().rule, "limit.blocks");
    for flood in
        ["[".repeat(3000) + "a" + &"](b)".repeat(3000), "*a **a ".repeat(3000), "x".to_owned() + &"`".repeat(5000)]
    {
        assert!(!texts(&flood).is_empty());
    }
}

#[test]
fn every_number_that_was_typed_is_read() {
    let texts = |source: &str| {
        let mut doc = Document::new(DocumentSource::default(), source.into());
        parse(&mut doc, 0, false, &Limits::default()).unwrap();
        doc.ids().map(|id| doc.text(id).to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(texts("1. 2) both"), ["1. 2) both"]);
    assert_eq!(texts("1. - one"), ["1. one"]);
    assert_eq!(texts("The year was\n\n1984."), ["The year was", "1984."]);
    assert_eq!(texts("3.     let x;"), ["3.", "let x;"]);
    assert_eq!(texts("1. ![picture](a.jpg)"), [""; 0]);
}
