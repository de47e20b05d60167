//! HTTP responses.

use copydesk_unpack::Codec;
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

impl Response {
    /// What is missing of a body that is shorter than its header says. Writers that leave out carriage returns, or that
    /// undid the coding of the body, keep the header as it was.
    pub(crate) fn missing(&self, body: &[u8]) -> Option<String> {
        let length: u64 = self.fields.get("content-length")?.parse().ok()?;
        let missing = length.checked_sub(body.len() as u64)?;
        let is_decoded = self.fields.get("content-encoding").is_some() && Codec::of(body).is_none();
        let is_bare = |at: &usize| at.checked_sub(1).is_none_or(|before| body[before] != b'\r');
        let returns = memchr::memchr_iter(b'\n', body).filter(is_bare).count() as u64;
        (missing > returns && !body.is_empty() && !is_decoded)
            .then(|| format!("the body should have {length} bytes, and {missing} are missing"))
    }
}

/// So many blank lines may stand before the status line.
const MOST_BLANKS: usize = 16;
/// So many answers may stand before the one that counts.
const MOST_INTERIM: usize = 16;

/// Takes a response apart. `None` where the block is none, as in archives that keep bodies only. Answers that are sent
/// ahead (`100 Continue`, `103 Early Hints`, that of a proxy) are passed over where the response itself is behind them.
pub(crate) fn response(block: &[u8]) -> Option<Response> {
    let mut found = response_at(block, 0)?;
    for _ in 0..MOST_INTERIM {
        match response_at(block, found.0.body) {
            Some(behind) if found.1 => found = behind,
            _ => break,
        }
    }
    Some(found.0)
}

/// The response that begins at a place, and whether it is only sent ahead of another.
fn response_at(block: &[u8], at: usize) -> Option<(Response, bool)> {
    let blank = at + block[at..].iter().take(MOST_BLANKS).take_while(|byte| byte.is_ascii_whitespace()).count();
    let begin = &block[blank..];
    if !begin.get(..5).is_some_and(|name| name.eq_ignore_ascii_case(b"HTTP/")) {
        return None;
    }
    let line = blank + memchr::memchr(b'\n', begin).map_or(begin.len(), |at| at + 1);
    let words = String::from_utf8_lossy(&block[blank..line]).to_ascii_lowercase();
    let mut words = words.split_whitespace().skip(1);
    let status = words.next().and_then(|word| word.parse().ok());
    let is_ahead = matches!(status, Some(100..=199)) || words.eq(["connection", "established"]);
    let body = blank + end_of_head(begin);
    Some((Response { status, fields: Fields::read(block.get(line..body).unwrap_or_default()), body }, is_ahead))
}

/// The place behind the first blank line. A response without one is all head.
fn end_of_head(block: &[u8]) -> usize {
    let crlf = memmem::find(block, b"\r\n\r\n").map(|at| at + 4);
    let bare = memmem::find(&block[..crlf.unwrap_or(block.len())], b"\n\n").map(|at| at + 2);
    bare.or(crlf).unwrap_or(block.len())
}

/// Joins the chunks of a body, and says whether the last of them are missing. A body that is not in chunks, whatever its
/// header says, comes back as it is: archives keep bodies that were joined long ago, and their first line may be a year or
/// the word `face`. Of one that is cut off or wrong further on, what came before.
pub(crate) fn join_chunks(body: &[u8]) -> (Vec<u8>, bool) {
    let mut out = Vec::new();
    let mut rest = body;
    let mut joined = 0;
    while let Some((size, data)) = chunk(rest) {
        let size = usize::try_from(size).unwrap_or(usize::MAX);
        let Some(behind) = data.get(size..) else {
            // Cut off in its last chunk. In the first there is no sign that it was one, unless the line ends as those of
            // chunks do and a page begins behind it: a page that was joined begins with its first tag.
            let is_line = rest[..rest.len() - data.len()].ends_with(b"\r\n");
            if joined > 0 || (is_line && data.trim_ascii_start().starts_with(b"<")) {
                out.extend_from_slice(data);
                joined += 1;
            }
            break;
        };
        if size == 0 {
            return (out, false);
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
    if joined == 0 { (body.to_vec(), false) } else { (out, true) }
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
        for ahead in ["HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 103 Early Hints\r\nLink: <a.css>\r\n\r\n"] {
            let whole =
                format!("{ahead}HTTP/1.0 200 Connection established\r\n\r\nHTTP/1.1 201 Made\nA: b\n\nHTTP/1.1 is old");
            let found = response(whole.as_bytes()).expect("a response");
            assert_eq!((found.status, &whole[found.body..]), (Some(201), "HTTP/1.1 is old"));
            assert_eq!(response(ahead.as_bytes()).expect("a response").body, ahead.len());
        }
        for odd in ["HTTP/", "HTTP/1.1 200 OK", "HTTP/1.1\r\n\r\n", "HTTP/1.1 abc\nA: b"] {
            assert!(response(odd.as_bytes()).expect("a response").body <= odd.len());
        }
    }

    #[test]
    fn chunks_are_joined_and_what_is_none_stays() {
        for (body, joined, is_cut) in [
            ("3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n", "abcde", false),
            ("3\nabc\n0\n\n", "abc", false),
            ("3\r\nabc\r\nFF\r\nrest", "abcrest", true),
            ("3\r\nabc\r\nnonsense", "abc", true),
            ("FFFFFFFFFFFFFFFFFF\r\n<p>x", "<p>x", true),
            ("2024\nA story of that year", "2024\nA story of that year", false),
            ("2024\n<p>A story of that year", "2024\n<p>A story of that year", false),
            ("face\nto face with it", "face\nto face with it", false),
            ("4\nlines and more than four", "4\nlines and more than four", false),
            ("3\r\nabc", "abc", true),
            ("<p>not in chunks", "<p>not in chunks", false),
            ("0\r\n\r\n", "", false),
            ("", "", false),
        ] {
            let (found, cut) = join_chunks(body.as_bytes());
            assert_eq!((&*String::from_utf8_lossy(&found), cut), (joined, is_cut), "{body:?}");
        }
    }
}
