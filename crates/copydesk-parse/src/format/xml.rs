//! XML that is no page, by its first element: `data/xml-types.toml`.

use std::sync::LazyLock;

use memchr::memmem;
use serde::Deserialize;

use super::{BLOCKS, Format, INLINES};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Data {
    r#type: Vec<Type>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Type {
    roots: Vec<String>,
    name: String,
    #[serde(default)]
    bare: bool,
    #[serde(default)]
    alone: bool,
    #[serde(default)]
    with: Vec<String>,
}

static TYPES: LazyLock<Vec<Type>> = LazyLock::new(|| {
    let data: Data = toml::from_str(include_str!("../../data/xml-types.toml")).expect("the data file is tested");
    data.r#type
});

/// What is said of XML that no line of the data knows.
const UNKNOWN: &str = "XML of some other program; `xsltproc` or `pandoc` may make HTML of it";

/// So much of a document type or of a tag is looked at.
const HEAD: usize = 4 << 10;

/// Tells what a text is that begins with a tag or a document type. `None` where that tells nothing.
pub(super) fn format(start: &str, is_declared: bool) -> Option<Format> {
    let (doctype, rest) = doctype(start);
    let is_declared = is_declared || !doctype.is_empty();
    let rest = rest.strip_prefix('<')?;
    let length = rest.bytes().take_while(|b| b.is_ascii_alphanumeric() || b":.-_".contains(b)).count();
    let name = rest[..length].to_ascii_lowercase();
    if name.is_empty() {
        return None;
    }
    let bare = name.rsplit(':').next().unwrap_or_default();
    let tag = crate::prefix(&rest[..memchr::memchr(b'>', rest.as_bytes()).unwrap_or(rest.len())], HEAD);
    let says = format!("{doctype} {tag}").to_ascii_lowercase();
    let has = |words: &[String]| words.iter().any(|word| says.contains(word.as_str()));
    let known = TYPES.iter().find(|known| {
        (is_declared || known.bare)
            && known.roots.iter().any(|root| root == bare)
            && (known.with.is_empty() || has(&known.with))
    });
    if let Some(known) = known {
        let behind = if is_declared || !known.alone { "" } else { behind(start, &name) };
        if !behind.is_empty() {
            return super::tag_at(behind).is_some_and(|tag| tag.block).then_some(Format::Html);
        }
        return Some(Format::Xml(&known.name));
    }
    let is_html = |name: &str| BLOCKS.binary_search(&name).is_ok() || INLINES.binary_search(&name).is_ok();
    if name == "html" || contains_html_root(rest) || (is_declared && (is_html(&name) || name == "wml")) {
        return is_declared.then_some(Format::Html);
    }
    let is_xml = is_declared || (!is_html(&name) && says.contains(" xmlns"));
    is_xml.then_some(Format::Xml(UNKNOWN))
}

/// The document type in front, if there is one, and what comes behind it.
fn doctype(start: &str) -> (&str, &str) {
    if !start.starts_with("<!DOCTYPE") {
        return ("", start);
    }
    let bytes = start.as_bytes();
    let end = memchr::memchr(b'>', bytes);
    let open = memchr::memchr(b'[', bytes);
    let end = match (open, end) {
        // Declarations of its own, in brackets.
        (Some(open), Some(end)) if open < end => memmem::find(bytes, b"]>").map(|at| at + 2),
        (_, end) => end.map(|at| at + 1),
    };
    let (doctype, rest) = start.split_at(end.unwrap_or(start.len()));
    (crate::prefix(doctype, HEAD), super::skip_comments(rest))
}

/// What stands behind the elements of that name, and the comments, that a text begins with.
fn behind<'t>(text: &'t str, name: &str) -> &'t str {
    let (mut depth, mut rest) = (0_usize, text);
    while let Some(at) = memchr::memchr(b'<', rest.as_bytes()) {
        if depth == 0 && at > 0 {
            return rest;
        }
        let tag = &rest[at + 1..];
        let (is_end, own) = tag.strip_prefix('/').map_or((false, tag), |tag| (true, tag));
        let attributes = own.get(..name.len()).filter(|own| own.eq_ignore_ascii_case(name)).map(|_| &own[name.len()..]);
        let is_whole = |rest: &&str| rest.starts_with(|c: char| c.is_whitespace() || matches!(c, '>' | '/'));
        let Some(attributes) = attributes.filter(is_whole) else {
            if depth == 0 {
                return rest;
            }
            rest = tag;
            continue;
        };
        // A text that was cut off inside of it.
        let Some((attributes, after)) = attributes.split_once('>') else { return "" };
        depth = match () {
            () if is_end => depth.saturating_sub(1),
            () if attributes.ends_with('/') => depth,
            () => depth + 1,
        };
        rest = if depth == 0 { super::skip_comments(after).trim_start() } else { after };
    }
    if depth == 0 { rest } else { "" }
}

fn contains_html_root(text: &str) -> bool {
    memchr::memchr_iter(b'<', text.as_bytes())
        .take(200)
        .any(|i| text.get(i + 1..i + 5).is_some_and(|s| s.eq_ignore_ascii_case("html")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn xml_is_told_by_its_first_element() {
        let declared = "<?xml version=\"1.0\"?>\n";
        for (text, says) in [
            ("<rss version=\"2.0\"><channel></channel></rss>", "an XML feed"),
            ("<feed xmlns=\"http://www.w3.org/2005/Atom\">", "an XML feed"),
            ("<svg xmlns=\"x\"></svg>", "an SVG drawing"),
            ("<TEI xmlns=\"http://www.tei-c.org/ns/1.0\"><teiHeader/></TEI>", "TEI"),
            ("<!DOCTYPE nitf SYSTEM \"nitf.dtd\" [ <!ENTITY a \"<p>\"> ]>\n<nitf><head/></nitf>", "NITF"),
            ("<urlset xmlns=\"x\"><url/></urlset>", "a sitemap"),
            ("<mediawiki xml:lang=\"de\"><page/></mediawiki>", "a dump of a wiki"),
            ("<!DOCTYPE article PUBLIC \"-//NLM//DTD JATS\"><article>", "pandoc -f jats"),
            ("<packageItem guid=\"x\"><groupSet/></packageItem>", "lists items"),
            ("<svg viewBox=\"0 0 1 1\"><svg/><svg><text>x</text></svg><g/></svg>\n<!-- y -->\n", "an SVG drawing"),
            ("<svg><path/></svg><SVG></svg>", "an SVG drawing"),
            ("<a:doc xmlns:a=\"x\">", "some other program"),
        ] {
            for text in [format!("{declared}{text}"), text.to_owned()] {
                let found = super::super::format(&text);
                assert!(matches!(found, Format::Xml(name) if name.contains(says)), "{text}: {found:?}");
            }
        }
        for (text, expected) in [
            ("<html xmlns=\"x\"><p>x", Format::Html),
            ("<div xmlns=\"x\"><p>x</p></div>", Format::Html),
            ("<article><p>x</p></article>", Format::Html),
            ("<wml><card><p>x</p></card></wml>", Format::Html),
            ("Only text.", Format::Plain),
        ] {
            assert_eq!(super::super::format(&format!("{declared}{text}")), expected, "{text}");
        }
        assert!(matches!(super::super::format(&format!("{declared}<records><record/></records>")), Format::Xml(_)));
        let fragment = "<svg viewBox=\"0 0 1 1\"><path d=\"M0 0\"/></svg><p>The ferry sails at nine.</p>";
        for text in [
            fragment.to_owned(),
            format!("{fragment}<svg></svg>"),
            fragment.replace("</svg>", "</SVG >"),
            format!("<svg/>\n<!-- x -->{fragment}"),
            fragment.replace("<svg", "<svg xmlns=\"x\""),
        ] {
            assert_eq!(super::super::format(&text), Format::Html, "{text}");
        }
        for text in ["<records>So it says.</records>", "<Name> asks: who is it?", "<feed> is a word here", "<!DOCTYPE>"]
        {
            assert_eq!(super::super::format(text), Format::Plain, "{text}");
        }
    }
}
