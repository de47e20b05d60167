//! Properties that hold for every page, checked on pages made at random.

use std::{fs, io::Read, path::Path};

use copydesk_document::{BlockKind, Document, DocumentSource};
use flate2::read::MultiGzDecoder;
use html5ever::{ParseOpts, local_name, ns, parse_document, tendril::TendrilSink, tree_builder::TreeBuilderOpts};
use markup5ever_rcdom::{Handle, NodeData, RcDom};
use proptest::prelude::*;

use super::entities::{Place, decode};
use super::parse;
use crate::Limits;

fn read(html: &str) -> Document {
    let mut doc = Document::new(DocumentSource::default(), html.to_owned());
    parse(&mut doc, &Limits::default()).expect("a page");
    doc
}

/// Whether an element was kept from swallowing the page, which html5ever's own parser lets it do.
fn gives_back(doc: &Document) -> bool {
    doc.notes().iter().any(|note| note.code == "unclosed-element")
}

/// What counts of a text: white space and characters that only say where a line may break do not.
fn visible(text: &str) -> String {
    let layout =
        |c: char| c.is_whitespace() || c.is_control() || matches!(c, '\u{AD}' | '\u{200B}' | '\u{2060}' | '\u{FEFF}');
    text.chars().filter(|c| !layout(*c)).collect()
}

/// The text of a page as html5ever's own parser and a plain walk see it: what is shown, and what is hidden.
fn reference(html: &str) -> (String, String) {
    let dom = dom(html);
    let (mut shown, mut hidden) = (String::new(), String::new());
    collect(&dom.document, false, &mut shown, &mut hidden);
    (visible(&shown), visible(&hidden))
}

fn dom(html: &str) -> RcDom {
    let tree_builder = TreeBuilderOpts { scripting_enabled: false, ..TreeBuilderOpts::default() };
    parse_document(RcDom::default(), ParseOpts { tree_builder, ..ParseOpts::default() }).one(html)
}

/// Formatting elements are left out: html5ever repeats them by all their attributes, and we keep only some.
fn is_compared(name: &str) -> bool {
    matches!(
        name,
        "p" | "div" | "li" | "td" | "tr" | "table" | "h1" | "section" | "img" | "option" | "body" | "ul" | "pre"
    )
}

/// An element: its name, class, address and id.
type Seen = (String, Option<String>, Option<String>, Option<String>);

fn elements(node: &Handle, out: &mut Vec<Seen>) {
    if let NodeData::Element { name, attrs, template_contents, .. } = &node.data {
        if name.ns == ns!(svg) || (name.ns == ns!(mathml) && &*name.local == "annotation-xml") {
            return;
        }
        let attrs = attrs.borrow();
        let value = |n: &str| attrs.iter().find(|a| &*a.name.local == n).map(|a| a.value.to_string());
        if name.ns == ns!(html) && is_compared(&name.local) {
            out.push((name.local.to_string(), value("class"), value("href"), value("id")));
        }
        if let Some(contents) = &*template_contents.borrow() {
            elements(contents, out);
        }
    }
    for child in &*node.children.borrow() {
        elements(child, out);
    }
}

fn collect(node: &Handle, is_hidden: bool, shown: &mut String, hidden: &mut String) {
    let mut is_hidden = is_hidden;
    match &node.data {
        NodeData::Text { contents } => {
            (if is_hidden { &mut *hidden } else { &mut *shown }).push_str(&contents.borrow());
        }
        NodeData::Element { name, attrs, template_contents, .. } => {
            match (&name.ns, &name.local) {
                (&ns!(svg), _)
                | (&ns!(mathml), &local_name!("annotation-xml"))
                | (
                    &ns!(html),
                    &(local_name!("script")
                    | local_name!("style")
                    | local_name!("title")
                    | local_name!("textarea")
                    | local_name!("iframe")
                    | local_name!("head")),
                ) => return,
                _ => {}
            }
            is_hidden |= (name.ns == ns!(html)
                && matches!(&*name.local, "noscript" | "template" | "dialog" | "canvas" | "rt" | "rp"))
                || (!(name.ns == ns!(html) && matches!(&*name.local, "html" | "body"))
                    && attrs.borrow().iter().any(|a| &*a.name.local == "hidden"));
            if let Some(contents) = &*template_contents.borrow() {
                collect(contents, is_hidden, shown, hidden);
            }
        }
        _ => {}
    }
    for child in &*node.children.borrow() {
        collect(child, is_hidden, shown, hidden);
    }
}

/// Pieces of pages, sound and broken.
fn piece() -> impl Strategy<Value = String> {
    const TAGS: &[&str] = &[
        "p",
        "div",
        "span",
        "b",
        "a",
        "i",
        "em",
        "font",
        "nobr",
        "h1",
        "h3",
        "ul",
        "ol",
        "li",
        "dl",
        "dt",
        "dd",
        "table",
        "tbody",
        "tr",
        "td",
        "th",
        "caption",
        "pre",
        "blockquote",
        "form",
        "button",
        "select",
        "option",
        "label",
        "section",
        "article",
        "br",
        "hr",
        "img",
        "noscript",
        "template",
        "dialog",
        "canvas",
        "svg",
        "math",
        "mi",
        "annotation-xml",
        "foreignObject",
        "desc",
        "title",
        "textarea",
        "script",
        "style",
        "iframe",
        "xmp",
        "x-card",
        "body",
        "html",
        "ruby",
        "rt",
        "rp",
        "marquee",
        "object2",
        "colgroup",
        "col",
        "frameset",
        "input",
    ];
    let tag = prop::sample::select(TAGS);
    let attrs = prop::sample::select(vec![
        "",
        " class=x",
        " hidden",
        " href='/a?b=1&copy=2'",
        " a=\"x>y\"",
        " a='<p>'",
        " / ",
        " =x",
        " a=b/",
        " A=1 a=2",
        "\n\tid = q ",
    ]);
    let text = prop::sample::select(vec![
        "one",
        " two ",
        "drei\n",
        "\r\n",
        "四",
        "&amp;",
        "&lt;b&gt;",
        "&nbsp;",
        "&#x41;",
        "&notit;",
        "&",
        "&#",
        "a&copy=1",
        "<",
        "< p",
        "</",
        "</>",
        "<!",
        "<?x>",
        "<!-- c -->",
        "<!--",
        "-->",
        "<!-->",
        "<!--->",
        "<!---!>",
        "--!>",
        "<![CDATA[x]]>",
        "<!DOCTYPE html>",
        "※ note",
        "é\u{AD}e",
        "\u{200B}",
        "emoji 👩\u{200D}🌾",
        "]]>",
        "<script><!--<script>",
        "</script",
        "\u{3000}",
        "<p",
        "<a href='",
        "\"",
        "'",
        ">",
    ]);
    prop_oneof![
        4 => (tag.clone(), attrs).prop_map(|(t, a)| format!("<{t}{a}>")),
        2 => tag.prop_map(|t| format!("</{t}>")),
        4 => text.prop_map(str::to_owned),
        1 => "[a-z]{1,9}",
    ]
}

fn page() -> impl Strategy<Value = String> {
    let start = prop::sample::select(vec!["<!DOCTYPE html><body>x", "<body>x", "<!DOCTYPE html><title>t</title><p>"]);
    let page = (start, prop::collection::vec(piece(), 0..60));
    let page = page.prop_map(|(start, pieces)| start.to_owned() + &pieces.concat());
    // Raw text ends with the <noscript> around it, which html5ever's own parser does not know.
    page.prop_filter("raw text in <noscript>", |html| {
        let raw = ["<title", "<textarea", "<script", "<style", "<iframe", "<xmp"];
        html.find("<noscript").is_none_or(|at| !raw.iter().any(|tag| html[at..].contains(tag)))
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    /// The blocks carry all text of the page, each character once, in order.
    #[test]
    fn blocks_carry_all_text_once(html in page()) {
        let doc = read(&html);
        prop_assume!(!gives_back(&doc));
        let (shown, hidden) = reference(&html);
        let blocks = |hidden| doc.iter().filter(|(_, b)| b.hidden == hidden).map(|(id, _)| doc.text(id)).collect::<String>();
        prop_assert_eq!(visible(&blocks(false)), shown);
        prop_assert_eq!(visible(&blocks(true)), hidden);
    }

    /// A block's place in the source holds all its text, and so does its element in the tree.
    #[test]
    fn spans_hold_their_text(html in page()) {
        let doc = read(&html);
        let tree = doc.tree.as_ref().expect("a tree");
        for (id, block) in doc.iter() {
            let source = html.get(block.span.range());
            prop_assert!(source.is_some(), "{:?}", block.span);
            // The text of <xmp> keeps its references as they are written.
            let source = source.unwrap_or_default();
            let mut left = count(&(decode(source, Place::Text) + source));
            for c in visible(doc.text(id)).chars() {
                let n = left.entry(c).or_insert(0);
                prop_assert!(*n > 0, "{c:?} of {:?} is not in {:?}", doc.text(id), source);
                *n -= 1;
            }
            prop_assert!(block.element.is_some_and(|e| e.index() < tree.elements().len()));
            let text = doc.text(id);
            prop_assert!(!text.is_empty() && text.trim_end() == text);
            for inline in doc.inlines(id) {
                prop_assert!(text.get(inline.range.start as usize..inline.range.end as usize).is_some_and(|t| !t.is_empty()));
            }
            prop_assert!(block.linked as usize <= text.chars().count());
        }
    }

    /// The tree is one: parents stand before their children and end after them, and depths add up.
    #[test]
    fn the_tree_nests(html in page()) {
        let doc = read(&html);
        let tree = doc.tree.as_ref().expect("a tree");
        for id in tree.ids() {
            let element = tree.get(id);
            prop_assert!(html.get(element.span.range()).is_some());
            if let Some(parent) = element.parent {
                prop_assert!(tree.contains(parent, id) && element.end <= tree.get(parent).end);
                prop_assert_eq!(element.depth, tree.get(parent).depth + 1);
            }
        }
    }

    /// Elements and their attributes are those that html5ever's own parser finds.
    #[test]
    fn elements_are_those_of_html5ever(html in page()) {
        let doc = read(&html);
        prop_assume!(!gives_back(&doc));
        let tree = doc.tree.as_ref().expect("a tree");
        let value = |id, name| tree.attr_named(id, name).map(str::to_owned);
        let ours: Vec<Seen> = tree
            .ids()
            .filter(|id| is_compared(tree.tag(*id).name()))
            .map(|id| (tree.tag(id).name().to_owned(), value(id, "class"), value(id, "href"), value(id, "id")))
            .collect();
        let mut theirs = Vec::new();
        elements(&dom(&html).document, &mut theirs);
        prop_assert_eq!(ours, theirs);
    }

    /// A page may be cut off anywhere.
    #[test]
    fn a_page_may_end_anywhere(html in page(), cut in any::<prop::sample::Index>()) {
        read(&html[..html.floor_char_boundary(cut.index(html.len()))]);
    }
}

fn count(text: &str) -> std::collections::HashMap<char, usize> {
    let mut counts = std::collections::HashMap::new();
    for c in text.chars() {
        *counts.entry(c).or_insert(0) += 1;
    }
    counts
}

/// Real pages, where the benchmark stands beside the repository: the blocks carry what html5ever's own parser shows.
#[test]
fn real_pages_read_as_html5ever_reads_them() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/bench/news/html");
    let Ok(entries) = fs::read_dir(&folder) else {
        assert!(std::env::var_os("COPYDESK_SHARED").is_none(), "there are no pages in ../shared/bench/news/html");
        eprintln!("skipped: there are no pages in ../shared/bench/news/html");
        return;
    };
    let mut pages: Vec<_> = entries.map(|entry| entry.expect("a folder can be read").path()).collect();
    pages.sort();
    let mut different = Vec::new();
    for path in &pages {
        let mut bytes = Vec::new();
        MultiGzDecoder::new(fs::File::open(path).expect("a page")).read_to_end(&mut bytes).expect("gzip");
        let html = String::from_utf8_lossy(&bytes);
        let doc = read(&html);
        let text = |controls: bool| -> String {
            // What stands in no element was read from a script.
            let wanted = doc.iter().filter(|(_, b)| b.element.is_some() && (controls || b.kind != BlockKind::Control));
            wanted.map(|(id, _)| doc.text(id)).collect()
        };
        // The plain walk knows of no style sheets, so it cannot say what is hidden; nor does it read the labels that
        // stand in the attributes of form controls.
        let (shown, hidden) = reference(&html);
        let (all, most) = (count(&visible(&text(true))), count(&visible(&text(false))));
        let wanted = count(&(shown + &hidden));
        let number = |bag: &std::collections::HashMap<char, usize>, c: &char| bag.get(c).copied().unwrap_or(0);
        let fits =
            wanted.iter().all(|(c, n)| *n <= number(&all, c)) && most.iter().all(|(c, n)| *n <= number(&wanted, c));
        if !fits {
            different.push(path.file_name().unwrap_or_default().to_owned());
        }
    }
    assert!(!pages.is_empty() && different.is_empty(), "{} of {} differ: {different:?}", different.len(), pages.len());
}
