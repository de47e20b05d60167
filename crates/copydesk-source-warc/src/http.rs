//! HTTP responses.

use memchr::memmem;

use crate::fields::Fields;

/// A response, taken apart.
#[derive(Debug)]
pub(crate) struct Response {
    pub(crate) status: Option<u16>,
    pub(crate) fields: Fields,
    /// Where the body begins.
    pub(crate) body: usize,
}

/// So many blank lines may stand before the status line.
const MOST_BLANKS: usize = 16;

/// Takes a response apart. `None` where the block is none, as in archives that keep bodies only.
pub(crate) fn response(block: &[u8]) -> Option<Response> {
    let blank = block.iter().take(MOST_BLANKS).take_while(|byte| byte.is_ascii_whitespace()).count();
    let begin = &block[blank..];
    if !begin.get(..5).is_some_and(|name| name.eq_ignore_ascii_case(b"HTTP/")) {
        return None;
    }
    let line = blank + memchr::memchr(b'\n', begin).map_or(begin.len(), |at| at + 1);
    let status =
        String::from_utf8_lossy(&block[blank..line]).split_whitespace().nth(1).and_then(|word| word.parse().ok());
    let body = blank + end_of_head(begin);
    Some(Response { status, fields: Fields::read(block.get(line..body).unwrap_or_default()), body })
}

/// The place behind the first blank line. A response without one is all head.
fn end_of_head(block: &[u8]) -> usize {
    let crlf = memmem::find(block, b"\r\n\r\n").map(|at| at + 4);
    let bare = memmem::find(&block[..crlf.unwrap_or(block.len())], b"\n\n").map(|at| at + 2);
    bare.or(crlf).unwrap_or(block.len())
}

/// Joins the chunks of a body. A body that is not in chunks, whatever its header says, comes back as it is: archives keep
/// bodies that were joined long ago, and their first line may be a year or the word `face`. Of one that is cut off or
/// wrong further on, what came before.
pub(crate) fn join_chunks(body: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = body;
    let mut joined = 0;
    while let Some((size, data)) = chunk(rest) {
        let size = usize::try_from(size).unwrap_or(usize::MAX);
        let Some(behind) = data.get(size..) else {
            // Cut off in its last chunk, unless it is the first: then there is no sign that it was one.
            if joined > 0 {
                out.extend_from_slice(data);
            }
            break;
        };
        if size == 0 {
            return out;
        }
        let Some(next) = behind.strip_prefix(b"\r\n").or_else(|| behind.strip_prefix(b"\n")) else {
            // The length of a chunk is proved by the end of line behind it; the end of all proves nothing wrong.
            if joined > 0 || behind.is_empty() {
                out.extend_from_slice(&data[..size]);
                joined += 1;
            }
            break;
        };
        out.extend_from_slice(&data[..size]);
        joined += 1;
        rest = next;
    }
    if joined == 0 { body.to_vec() } else { out }
}

/// The size of a chunk, and all that comes after its line.
fn chunk(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let end = memchr::memchr(b'\n', &bytes[..bytes.len().min(1024)])?;
    let line = std::str::from_utf8(&bytes[..end]).ok()?;
    let size = line.split(';').next().unwrap_or_default().trim();
    let is_hex = !size.is_empty() && size.bytes().all(|byte| byte.is_ascii_hexdigit());
    // More than 64 bits is more than there can be.
    is_hex.then(|| (u64::from_str_radix(size, 16).unwrap_or(u64::MAX), &bytes[end + 1..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_response_is_taken_apart() {
        let block = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>\n\nx";
        let found = response(block).expect("a response");
        assert_eq!((found.status, &block[found.body..]), (Some(200), &b"<p>\n\nx"[..]));
        assert_eq!(found.fields.get("content-type"), Some("text/html"));
        let bare = b"HTTP/2 404\nA: b\n\nbody\r\n\r\nmore";
        let found = response(bare).expect("a response");
        assert_eq!((found.status, &bare[found.body..]), (Some(404), &b"body\r\n\r\nmore"[..]));
        let late = b"\r\nhttp/1.1 200 ok\r\nA: b\r\n\r\nbody";
        let found = response(late).expect("a response");
        assert_eq!((found.status, found.fields.get("a"), &late[found.body..]), (Some(200), Some("b"), &b"body"[..]));
        assert!(response(b"<html>").is_none());
        for odd in ["HTTP/", "HTTP/1.1 200 OK", "HTTP/1.1\r\n\r\n", "HTTP/1.1 abc\nA: b"] {
            assert!(response(odd.as_bytes()).expect("a response").body <= odd.len());
        }
    }

    #[test]
    fn chunks_are_joined_and_what_is_none_stays() {
        for (body, joined) in [
            ("3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n", "abcde"),
            ("3\nabc\n0\n\n", "abc"),
            ("3\r\nabc\r\nFF\r\nrest", "abcrest"),
            ("3\r\nabc\r\nnonsense", "abc"),
            ("FFFFFFFFFFFFFFFFFF\r\n<p>x", "FFFFFFFFFFFFFFFFFF\r\n<p>x"),
            ("2024\nA story of that year", "2024\nA story of that year"),
            ("face\nto face with it", "face\nto face with it"),
            ("4\nlines and more than four", "4\nlines and more than four"),
            ("3\r\nabc", "abc"),
            ("<p>not in chunks", "<p>not in chunks"),
            ("0\r\n\r\n", ""),
            ("", ""),
        ] {
            assert_eq!(String::from_utf8(join_chunks(body.as_bytes())).expect("UTF-8"), joined, "{body:?}");
        }
    }
}
