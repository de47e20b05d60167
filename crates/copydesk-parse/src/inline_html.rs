//! Single HTML tags inside a Markdown paragraph.

/// What a tag in running text means for the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum InlineTag {
    /// `<br>`.
    Break,
    /// The edge of an element that stands apart from its neighbours.
    Space,
    /// `<a href>`.
    Link(String),
    EndLink,
    Strong,
    EndStrong,
    Emphasis,
    EndEmphasis,
    Image {
        src: String,
        alt: String,
        title: String,
    },
    /// What follows is not shown.
    Unseen,
    EndUnseen,
}

/// Reads a tag as the Markdown parser hands it over, angle brackets included. Comments and tags that change nothing
/// about the text are `None`.
pub(crate) fn inline_tag(html: &str) -> Option<InlineTag> {
    let inner = html.strip_prefix('<')?;
    let (closing, inner) = inner.strip_prefix('/').map_or((false, inner), |rest| (true, rest));
    let name_len = inner.bytes().take_while(u8::is_ascii_alphanumeric).count();
    let name = inner[..name_len].to_ascii_lowercase();
    let attrs = inner[name_len..].trim_end_matches('>');
    Some(match (name.as_str(), closing) {
        ("br", _) => InlineTag::Break,
        ("a", false) => InlineTag::Link(attribute(attrs, "href")?),
        ("a", true) => InlineTag::EndLink,
        ("b" | "strong", false) => InlineTag::Strong,
        ("b" | "strong", true) => InlineTag::EndStrong,
        ("i" | "em", false) => InlineTag::Emphasis,
        ("i" | "em", true) => InlineTag::EndEmphasis,
        ("img", false) => InlineTag::Image {
            src: attribute(attrs, "src")?,
            alt: attribute(attrs, "alt").unwrap_or_default(),
            title: attribute(attrs, "title").unwrap_or_default(),
        },
        ("script" | "style" | "template", false) => InlineTag::Unseen,
        ("script" | "style" | "template", true) => InlineTag::EndUnseen,
        ("p" | "div" | "li" | "td" | "th" | "tr" | "hr" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6", _) => {
            InlineTag::Space
        }
        _ => return None,
    })
}

/// The value of an attribute in the inside of a tag.
fn attribute(attrs: &str, wanted: &str) -> Option<String> {
    let mut rest = attrs;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '/');
        if rest.is_empty() {
            return None;
        }
        let name_len = rest.find(|c: char| c.is_whitespace() || c == '=' || c == '/').unwrap_or(rest.len());
        let name = &rest[..name_len];
        rest = rest[name_len..].trim_start();
        let mut value = "";
        if let Some(after) = rest.strip_prefix('=') {
            let after = after.trim_start();
            if let Some(quote @ ('"' | '\'')) = after.chars().next() {
                let end = after[1..].find(quote).map_or(after.len(), |i| i + 1);
                value = &after[1..end];
                rest = after.get(end + 1..).unwrap_or("");
            } else {
                let end = after.find(char::is_whitespace).unwrap_or(after.len());
                value = &after[..end];
                rest = &after[end..];
            }
        } else if name_len == 0 {
            // A stray sign that is no name; step over it.
            rest = rest.get(rest.chars().next().map_or(0, char::len_utf8)..).unwrap_or("");
        }
        if name.eq_ignore_ascii_case(wanted) {
            return Some(resolve_references(value));
        }
    }
}

/// Resolves the character references that addresses and titles carry.
fn resolve_references(value: &str) -> String {
    if !value.contains('&') {
        return value.to_owned();
    }
    value
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&nbsp;", " ")
        .replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_tags_that_matter() {
        let link = |href: &str| Some(InlineTag::Link(href.into()));
        let cases = [
            ("<br/>", Some(InlineTag::Break)),
            ("<A class=x HREF='/a?b&amp;c'>", link("/a?b&c")),
            ("<a href=/plain>", link("/plain")),
            ("<a href = \"unclosed>", link("unclosed")),
            ("<a name=x>", None),
            ("</strong>", Some(InlineTag::EndStrong)),
            (
                "<img alt=\"A dam\" src=\"d.jpg\"/>",
                Some(InlineTag::Image { src: "d.jpg".into(), alt: "A dam".into(), title: String::new() }),
            ),
            ("<!-- x -->", None),
            ("<span>", None),
            ("<", None),
            ("", None),
            ("<a =\"é\" é=href href=ü>", link("ü")),
        ];
        for (html, want) in cases {
            assert_eq!(inline_tag(html), want, "{html:?}");
        }
    }
}
