//! Where raw text ends: scripts, style sheets, titles and the like, whose content holds no tags.

use memchr::{memchr, memchr2};

/// Where the content of a raw element ends: at the `<` of its end tag, or at the end of the page. `name` is lower-case.
pub(super) fn end_of(name: &[u8], page: &[u8], from: usize) -> usize {
    if name == b"script" {
        return end_of_script(page, from);
    }
    let mut at = from;
    while let Some(found) = memchr(b'<', &page[at..]) {
        let lt = at + found;
        if closes(page, lt, name) {
            return lt;
        }
        at = lt + 1;
    }
    page.len()
}

/// How a browser reads `<!--` in a script: an end tag still counts inside it, but not if another `<script` has been
/// opened there.
#[derive(Clone, Copy, PartialEq)]
enum Script {
    Plain,
    Escaped,
    DoubleEscaped,
}

fn end_of_script(page: &[u8], from: usize) -> usize {
    let mut state = Script::Plain;
    let mut at = from;
    // The first dash that may belong to the `-->` that ends the escape.
    let mut dashes = 0;
    loop {
        let found = match state {
            Script::Plain => memchr(b'<', &page[at..]),
            _ => memchr2(b'<', b'>', &page[at..]),
        };
        let Some(found) = found else { return page.len() };
        let i = at + found;
        at = i + 1;
        if page[i] == b'>' {
            if i >= dashes + 2 && page[i - 1] == b'-' && page[i - 2] == b'-' {
                state = Script::Plain;
            }
            continue;
        }
        match state {
            Script::Plain if page[i..].starts_with(b"<!--") => {
                state = Script::Escaped;
                dashes = i + 2;
                at = i + 4;
            }
            Script::Escaped if named(page, i + 1, b"script") => state = Script::DoubleEscaped,
            Script::DoubleEscaped if closes(page, i, b"script") => state = Script::Escaped,
            Script::Plain | Script::Escaped if closes(page, i, b"script") => return i,
            _ => {}
        }
    }
}

/// Whether `</name` and a delimiter stand at `lt`.
pub(super) fn closes(page: &[u8], lt: usize, name: &[u8]) -> bool {
    page.get(lt + 1) == Some(&b'/') && named(page, lt + 2, name)
}

fn named(page: &[u8], at: usize, name: &[u8]) -> bool {
    let end = at + name.len();
    page.get(at..end).is_some_and(|n| n.eq_ignore_ascii_case(name))
        && page.get(end).is_some_and(|b| matches!(b, b'\t' | b'\n' | b'\r' | 0x0C | b' ' | b'/' | b'>'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rest(name: &str, page: &str) -> String {
        page[end_of(name.as_bytes(), page.as_bytes(), 0)..].to_owned()
    }

    #[test]
    fn a_script_ends_where_browsers_end_it() {
        assert_eq!(rest("script", "if (a</b/.x) y = '</scripts>'</SCRIPT >z"), "</SCRIPT >z");
        assert_eq!(rest("script", "<!-- x </script>z"), "</script>z");
        assert_eq!(rest("script", "<!--<script></script>z"), "");
        assert_eq!(rest("script", "<!--<script></script>--></script>z"), "</script>z");
        assert_eq!(rest("script", "<!--<script>--></script>z"), "</script>z");
        assert_eq!(rest("script", "<!--><script></script>z"), "</script>z");
        assert_eq!(rest("style", "a > b {} <!-- </style\n>z"), "</style\n>z");
        assert_eq!(rest("title", "a </titles> b"), "");
    }
}
