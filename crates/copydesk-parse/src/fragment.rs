//! Fragments of HTML that stand inside something else (a field of JSON-LD or JSONL, say), to text.

use std::fmt::Write as _;

use html2text::{config, render::TrivialDecorator};

use crate::{Limits, fold::Folded, prefix};

/// Renders a fragment of HTML as text: tables laid out in columns, lists with their marks, one line a paragraph. Text
/// without any markup comes back as it is, its white space folded.
///
/// A fragment that could cost its renderer more than it is worth (too large, or with more open formatting than any
/// writer needs) only loses its tags.
pub fn fragment_to_text(html: &str, limits: &Limits) -> String {
    if !html.contains(['<', '&']) {
        return html.lines().map(crate::fold::fold).filter(|l| !l.is_empty()).collect::<Vec<_>>().join("\n");
    }
    if !is_affordable(html, limits) {
        return strip_tags(html);
    }
    let rendered = config::with_decorator(TrivialDecorator::new())
        .no_table_borders()
        .allow_width_overflow()
        .string_from_read(html.as_bytes(), WIDTH);
    match rendered {
        Ok(text) => text.lines().map(str::trim_end).filter(|l| !l.trim().is_empty()).collect::<Vec<_>>().join("\n"),
        Err(_) => strip_tags(html),
    }
}

/// Wide enough that no line of a text is broken.
const WIDTH: usize = 20_000;
/// More tags than this are no fragment but a page.
const MAX_TAGS: usize = 4000;
/// Tags still open at one point. The renderer recurses, and lays out tables within tables.
const MAX_OPEN: usize = 64;
/// Cells of all tables: the renderer gives each the width of its column.
const MAX_CELLS: usize = 2000;

/// Whether the renderer will stay small. Every block that starts while formatting elements are open copies all of
/// these, so the product of the two is what counts; open tags also bound the depth of the tree.
fn is_affordable(html: &str, limits: &Limits) -> bool {
    if html.len() > limits.max_fragment as usize {
        return false;
    }
    let bytes = html.as_bytes();
    let (mut tags, mut open, mut cells) = (0_usize, 0_usize, 0_usize);
    for at in memchr::memchr_iter(b'<', bytes) {
        let closing = bytes.get(at + 1) == Some(&b'/');
        let name = &bytes[at + 1 + usize::from(closing)..];
        if !name.first().is_some_and(u8::is_ascii_alphabetic) {
            continue;
        }
        let name = &name[..name.iter().take(10).take_while(|b| b.is_ascii_alphanumeric()).count()];
        tags += 1;
        if closing {
            open = open.saturating_sub(1);
        } else if !VOID.iter().any(|v| name.eq_ignore_ascii_case(v)) {
            open += 1;
        }
        cells += usize::from(name.eq_ignore_ascii_case(b"td") || name.eq_ignore_ascii_case(b"th"));
        if tags > MAX_TAGS || open > MAX_OPEN || cells > MAX_CELLS {
            return false;
        }
    }
    // A column that spans many others is given room for each of them.
    !bytes.windows(7).any(|w| w.eq_ignore_ascii_case(b"colspan") || w.eq_ignore_ascii_case(b"rowspan"))
}

/// Elements that never stay open, or that HTML closes by itself when their like begins.
const VOID: &[&[u8]] =
    &[b"br", b"hr", b"img", b"input", b"link", b"meta", b"wbr", b"source", b"p", b"li", b"td", b"th", b"tr"];

/// The text of a fragment with its tags, comments, scripts and styles cut out and the common character references
/// resolved. Linear, and without any tree.
pub(crate) fn strip_tags(html: &str) -> String {
    let mut text = Folded::default();
    let mut rest = html;
    loop {
        let Some(at) = memchr::memchr(b'<', rest.as_bytes()) else {
            push_resolved(&mut text, rest);
            break;
        };
        push_resolved(&mut text, &rest[..at]);
        rest = &rest[at..];
        let end = if rest.starts_with("<!--") {
            Some(find(rest, "-->"))
        } else {
            raw_element(rest).map(|name| find_end_tag(rest, name)).or_else(|| {
                let second = rest.as_bytes().get(1).copied().unwrap_or(b' ');
                let is_tag = second.is_ascii_alphabetic() || matches!(second, b'/' | b'!' | b'?');
                is_tag.then(|| memchr::memchr(b'>', rest.as_bytes()).map_or(rest.len(), |i| i + 1))
            })
        };
        if let Some(end) = end {
            if is_breaking(&rest[..end]) {
                text.line_break();
            }
            rest = &rest[end..];
        } else {
            text.push("<");
            rest = &rest[1..];
        }
    }
    text.take()
}

fn find(text: &str, end: &str) -> usize {
    memchr::memmem::find(text.as_bytes(), end.as_bytes()).map_or(text.len(), |i| i + end.len())
}

fn raw_element(tag: &str) -> Option<&'static str> {
    ["script", "style", "template"].into_iter().find(|name| {
        tag.get(1..=name.len()).is_some_and(|n| n.eq_ignore_ascii_case(name))
            && tag.as_bytes().get(name.len() + 1).is_none_or(|b| !b.is_ascii_alphanumeric())
    })
}

fn find_end_tag(text: &str, name: &str) -> usize {
    memchr::memmem::find_iter(text.as_bytes(), b"</")
        .find(|i| text.get(i + 2..i + 2 + name.len()).is_some_and(|n| n.eq_ignore_ascii_case(name)))
        .map_or(text.len(), |i| i + memchr::memchr(b'>', &text.as_bytes()[i..]).map_or(text.len() - i, |e| e + 1))
}

/// Whether a tag stands between two lines rather than two letters.
fn is_breaking(tag: &str) -> bool {
    let name = prefix(tag, 12).trim_start_matches(['<', '/']).to_ascii_lowercase();
    let name = &name[..name.bytes().take_while(u8::is_ascii_alphanumeric).count()];
    !matches!(
        name,
        "a" | "abbr"
            | "b"
            | "big"
            | "cite"
            | "code"
            | "em"
            | "font"
            | "i"
            | "img"
            | "ins"
            | "del"
            | "mark"
            | "q"
            | "s"
            | "small"
            | "span"
            | "strike"
            | "strong"
            | "sub"
            | "sup"
            | "u"
            | "wbr"
            | ""
    )
}

/// Adds text with its character references resolved.
fn push_resolved(text: &mut Folded, raw: &str) {
    if !raw.contains('&') {
        text.push(raw);
        return;
    }
    let mut out = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = memchr::memchr(b'&', rest.as_bytes()) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let name_len = rest.bytes().skip(1).take(10).take_while(|b| b.is_ascii_alphanumeric() || *b == b'#').count();
        let name = &rest[1..=name_len];
        match reference(name) {
            Some(c) if rest.as_bytes().get(name_len + 1) == Some(&b';') => {
                let _ = write!(out, "{c}");
                rest = &rest[name_len + 2..];
            }
            _ => {
                out.push('&');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    text.push(&out);
}

fn reference(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok()?,
            None => number.parse().ok()?,
        };
        return char::from_u32(code).filter(|c| !c.is_control());
    }
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => ' ',
        "ndash" => '–',
        "mdash" => '—',
        "lsquo" => '‘',
        "rsquo" => '’',
        "ldquo" => '“',
        "rdquo" => '”',
        "hellip" => '…',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(html: &str) -> String {
        fragment_to_text(html, &Limits::default())
    }

    #[test]
    fn renders_fragments() {
        assert_eq!(text("No markup,  just\n\n text"), "No markup, just\ntext");
        assert_eq!(text("<p>One &amp; two</p><p>Three <b>four</b></p>"), "One & two\nThree four");
        assert_eq!(text("<script>x()</script><p>Seen</p><!-- not -->"), "Seen");
        assert_eq!(text("a<br>b"), "a\nb");
        let table = text("<table><tr><th>Name</th><th>Age</th></tr><tr><td>Ann</td><td>5</td></tr></table>");
        assert_eq!(table.lines().count(), 2, "{table:?}");
        assert!(table.starts_with("Name") && table.contains("Age"), "{table:?}");
    }

    #[test]
    fn strips_tags_without_a_tree() {
        let cases = [
            ("<p>One</p><p>Two<br>three</p>", "One\nTwo\nthree"),
            ("a <b>b</b>c &amp; &#x41;&bogus; &", "a bc & A&bogus; &"),
            ("<style>p{}</style>x<SCRIPT>y</script >z", "x\nz"),
            ("1 < 2 <3", "1 < 2 <3"),
            ("<!-- open", ""),
            ("<p", ""),
            ("<script>never closed", ""),
        ];
        for (html, want) in cases {
            assert_eq!(strip_tags(html), want, "{html:?}");
        }
    }

    #[test]
    fn bombs_only_lose_their_tags() {
        let fonts = (0..400).fold(String::new(), |all, i| all + &format!("<font size={i}>"));
        let bomb = format!("<p>{fonts}x</p>{}", "<p>y".repeat(400));
        assert!(text(&bomb).starts_with('x'));
        assert!(text(&("<table><tr><td>".repeat(2000) + "deep")).ends_with("deep"));
        assert_eq!(text("<table><tr><td colspan=2147483647>wide</table>"), "wide");
        assert_eq!(text(&("<p>".to_owned() + &"a ".repeat(200_000))).len(), 399_999);
    }
}
