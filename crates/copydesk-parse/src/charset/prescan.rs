//! What a document says of its own charset, before it is decoded.

/// The `charset` parameter of a media type.
pub(super) fn charset_parameter(content_type: &str) -> Option<String> {
    content_type.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim().eq_ignore_ascii_case("charset").then(|| value.trim().trim_matches(['"', '\'']).to_owned())
    })
}

/// How far a declaration is looked for. Browsers look at 1,024 bytes; real pages put long comments before theirs.
const WINDOW: usize = 64 << 10;

/// Finds `<meta charset>`, `<meta http-equiv content>` or an XML declaration.
pub(super) fn prescan(bytes: &[u8]) -> Option<String> {
    let bytes = &bytes[..bytes.len().min(WINDOW)];
    let start = bytes.iter().position(|b| !b.is_ascii_whitespace())?;
    if bytes[start..].starts_with(b"<?xml") {
        let end = memchr::memchr(b'>', &bytes[start..]).map_or(bytes.len(), |i| start + i);
        if let Some(label) = value_after(&bytes[start..end], b"encoding") {
            return Some(label);
        }
    }
    let mut at = start;
    while let Some(next) = memchr::memchr(b'<', &bytes[at..]) {
        at += next;
        let rest = &bytes[at..];
        if rest.starts_with(b"<!--") {
            at += memchr::memmem::find(rest, b"-->").map_or(rest.len(), |i| i + 3);
        } else if is_tag(rest, b"meta") {
            let end = tag_end(rest);
            if let Some(label) = meta(&rest[5..end]) {
                return Some(label);
            }
            at += end;
        } else if is_tag(rest, b"body") {
            return None;
        } else {
            at += 1;
        }
    }
    None
}

fn is_tag(rest: &[u8], name: &[u8]) -> bool {
    rest.get(1..=name.len()).is_some_and(|n| n.eq_ignore_ascii_case(name))
        && rest.get(name.len() + 1).is_some_and(|b| b.is_ascii_whitespace() || matches!(b, b'/' | b'>'))
}

fn tag_end(tag: &[u8]) -> usize {
    memchr::memchr(b'>', tag).unwrap_or(tag.len())
}

fn meta(attrs: &[u8]) -> Option<String> {
    let (mut charset, mut content, mut pragma) = (None, None, false);
    let mut rest = attrs;
    while let Some((name, value, after)) = attribute(rest) {
        match name.as_str() {
            "charset" => charset = Some(value),
            "content" => content = Some(value),
            "http-equiv" => pragma = value.eq_ignore_ascii_case("content-type"),
            _ => {}
        }
        rest = after;
    }
    charset.or_else(|| if pragma { charset_in_content(&content?) } else { None }).filter(|l| !l.is_empty())
}

/// The charset in `text/html; charset=x`, as lenient as browsers are.
fn charset_in_content(content: &str) -> Option<String> {
    let lower = content.to_ascii_lowercase();
    let at = lower.find("charset")?;
    let value = content[at + 7..].trim_start().strip_prefix('=')?.trim_start();
    let value = value.trim_start_matches(['"', '\'']);
    let end = value.find(|c: char| c.is_whitespace() || matches!(c, ';' | '"' | '\'')).unwrap_or(value.len());
    Some(value[..end].to_owned())
}

/// The next attribute of a tag: its lower-case name, its value, and what is left.
fn attribute(bytes: &[u8]) -> Option<(String, String, &[u8])> {
    let start = bytes.iter().position(|b| !b.is_ascii_whitespace() && *b != b'/')?;
    let bytes = &bytes[start..];
    let name_len = bytes
        .iter()
        .skip(1)
        .position(|b| b.is_ascii_whitespace() || matches!(b, b'=' | b'/' | b'>'))
        .map_or(bytes.len(), |i| i + 1);
    let name = String::from_utf8_lossy(&bytes[..name_len]).to_ascii_lowercase();
    let mut rest = bytes[name_len..].trim_ascii_start();
    let Some(after) = rest.strip_prefix(b"=") else { return Some((name, String::new(), rest)) };
    rest = after.trim_ascii_start();
    let (value, rest) = match rest.first() {
        Some(quote @ (b'"' | b'\'')) => {
            let end = memchr::memchr(*quote, &rest[1..]).map_or(rest.len(), |i| i + 1);
            (&rest[1..end], rest.get(end + 1..).unwrap_or_default())
        }
        _ => rest.split_at(rest.iter().position(u8::is_ascii_whitespace).unwrap_or(rest.len())),
    };
    Some((name, String::from_utf8_lossy(value).into_owned(), rest))
}

fn value_after(bytes: &[u8], name: &[u8]) -> Option<String> {
    let at = memchr::memmem::find(bytes, name)? + name.len();
    let rest = bytes[at..].trim_ascii_start().strip_prefix(b"=")?.trim_ascii_start();
    let quote = *rest.first().filter(|q| matches!(q, b'"' | b'\''))?;
    let end = memchr::memchr(quote, &rest[1..])?;
    Some(String::from_utf8_lossy(&rest[1..=end]).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_declarations() {
        let late = format!("<html><!--{}--><meta charset=euc-kr>", "x".repeat(4000));
        let cases: &[(&str, Option<&str>)] = &[
            ("<meta charset=\"big5\">", Some("big5")),
            ("<META CHARSET=big5 />", Some("big5")),
            ("<meta name=x content='text/html; charset=a'><meta charset='b'>", Some("b")),
            ("<meta http-equiv=Content-Type content=\"text/html; charset=euc-kr\">", Some("euc-kr")),
            ("<meta content='text/html;charset = \"x\"' http-equiv='content-type'>", Some("x")),
            ("<meta http-equiv=refresh content='0; charset=a'>", None),
            ("<!-- <meta charset=a> --><meta charset=b>", Some("b")),
            ("<?xml version='1.0' encoding='koi8-r'?><x/>", Some("koi8-r")),
            ("<?xml version='1.0'?><meta charset=c>", Some("c")),
            ("<body><meta charset=a>", None),
            ("<metadata charset=a>", None),
            ("<meta charset=", None),
            ("<meta charset=\"", None),
            ("<meta", None),
            ("<", None),
            ("", None),
            (&late, Some("euc-kr")),
        ];
        for (html, want) in cases {
            assert_eq!(prescan(html.as_bytes()).as_deref(), *want, "{html:.60}");
        }
    }

    #[test]
    fn reads_the_parameter_of_a_media_type() {
        assert_eq!(charset_parameter("text/html; Charset=\"EUC-KR\"").as_deref(), Some("EUC-KR"));
        assert_eq!(charset_parameter("text/html; q=1;charset=x").as_deref(), Some("x"));
        assert_eq!(charset_parameter("text/html"), None);
    }
}
