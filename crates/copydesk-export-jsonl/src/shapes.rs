//! Which types a line shows.

use std::hash::Hasher;

use rustc_hash::{FxHashSet, FxHasher};

/// A number for each field of a record that has a value, and the type of it. JSON gives `null` and an empty list no type, so
/// these have none.
pub(crate) fn shapes(line: &[u8]) -> Vec<u32> {
    let mut walk = Walk { rest: line, found: FxHashSet::default() };
    // A line that cannot be read shows nothing; it was written just now.
    if walk.value(0, DEEPEST).is_none() {
        return Vec::new();
    }
    let mut shapes: Vec<u32> = walk.found.into_iter().collect();
    shapes.sort_unstable();
    shapes
}

/// JSON that is nested deeper is read by few.
const DEEPEST: usize = 127;

/// Goes through a line from value to value. Of texts, which are most of a line, it looks for the end alone.
struct Walk<'l> {
    rest: &'l [u8],
    found: FxHashSet<u32>,
}

impl<'l> Walk<'l> {
    /// Goes through a value that stands at the path of that hash. `None` where there is none.
    fn value(&mut self, path: u64, depth: usize) -> Option<()> {
        let what = match self.next()? {
            b'"' => {
                if is_time(self.text()?) {
                    "time"
                } else {
                    "text"
                }
            }
            b'{' => {
                self.found(path, "object");
                return self.items(b'}', depth, |walk, depth| {
                    if walk.next()? != b'"' {
                        return None;
                    }
                    let name = walk.text()?;
                    let path = if name.contains(&b'\\') {
                        step(path, &serde_json::from_slice::<String>(&[b"\"", name, b"\""].concat()).ok()?)
                    } else {
                        step(path, std::str::from_utf8(name).ok()?)
                    };
                    (walk.next()? == b':').then_some(())?;
                    walk.value(path, depth)
                });
            }
            b'[' => {
                let path = step(path, "[");
                return self.items(b']', depth, |walk, depth| walk.value(path, depth));
            }
            b'n' => return self.word(b"ull"),
            b't' => {
                self.word(b"rue")?;
                "bool"
            }
            b'f' => {
                self.word(b"alse")?;
                "bool"
            }
            first => self.number(first)?,
        };
        self.found(path, what);
        Some(())
    }

    /// Goes through what stands between two brackets, the first of which is behind.
    fn items(&mut self, end: u8, depth: usize, mut each: impl FnMut(&mut Self, usize) -> Option<()>) -> Option<()> {
        let depth = depth.checked_sub(1)?;
        self.blanks();
        if *self.rest.first()? == end {
            self.rest = &self.rest[1..];
            return Some(());
        }
        loop {
            each(self, depth)?;
            match self.next()? {
                b',' => {}
                sign => return (sign == end).then_some(()),
            }
        }
    }

    /// What is written in a text, the first quotation mark of which is behind.
    fn text(&mut self) -> Option<&'l [u8]> {
        let mut at = 0;
        loop {
            at += memchr::memchr2(b'"', b'\\', self.rest.get(at..)?)?;
            if self.rest[at] == b'"' {
                break;
            }
            at += 2;
        }
        let (text, rest) = self.rest.split_at(at);
        self.rest = &rest[1..];
        Some(text)
    }

    /// Whether a number is one of those that count.
    fn number(&mut self, first: u8) -> Option<&'static str> {
        if first != b'-' && !first.is_ascii_digit() {
            return None;
        }
        let end = self.rest.iter().position(|b| !matches!(b, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-'));
        let (number, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        self.rest = rest;
        let fits = || {
            let digits = std::str::from_utf8(number).ok()?;
            // Minus nothing is a number with a sign, which only those with a fraction have.
            if first == b'-' {
                format!("-{digits}").parse::<i64>().ok().filter(|number| *number != 0).map(|_| ())
            } else {
                [char::from(first).to_string().as_str(), digits].concat().parse::<u64>().ok().map(|_| ())
            }
        };
        let whole = number.iter().all(u8::is_ascii_digit) && (number.len() < 18 && first != b'-' || fits().is_some());
        Some(if whole { "integer" } else { "number" })
    }

    fn word(&mut self, word: &[u8]) -> Option<()> {
        self.rest = self.rest.strip_prefix(word)?;
        Some(())
    }

    fn blanks(&mut self) {
        self.rest = self.rest.trim_ascii_start();
    }

    /// The next byte that is no blank.
    fn next(&mut self) -> Option<u8> {
        self.blanks();
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*first)
    }

    fn found(&mut self, path: u64, what: &str) {
        self.found.insert(step(path, what) as u32);
    }
}

fn step(path: u64, name: &str) -> u64 {
    let mut hasher = FxHasher::default();
    hasher.write_u64(path);
    hasher.write(name.as_bytes());
    hasher.finish()
}

/// Some readers take what looks like a time for a time, unless they have seen other texts in that place. Of `written`,
/// which is a text as it stands in JSON.
fn is_time(written: &[u8]) -> bool {
    let begins = |text: &[u8]| {
        text.len() >= 10 && text[4] == b'-' && text[7] == b'-' && text[..4].iter().all(u8::is_ascii_digit)
    };
    if !written.get(..10).is_some_and(|head| head.contains(&b'\\')) {
        return begins(written);
    }
    // Hardly ever.
    let text = serde_json::from_slice::<String>(&[b"\"", written, b"\""].concat());
    text.is_ok_and(|text| begins(text.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::shapes;

    #[test]
    fn a_value_shows_its_type_and_its_absence_nothing() {
        let new = |line: &str, to: &str| {
            let known = shapes(to.as_bytes());
            shapes(line.as_bytes()).iter().filter(|shape| !known.contains(shape)).count()
        };
        for (line, to, count) in [
            (r#"{"a":null,"b":[]}"#, r#"{"a":"x"}"#, 0),
            (r#"{"a":"x"}"#, r#"{"a":null}"#, 1),
            (r#"{"a":"y"}"#, r#"{"a":"x","b":[]}"#, 0),
            (r#"{"a":1}"#, r#"{"a":"x"}"#, 1),
            (r#"{"a":1.5}"#, r#"{"a":1}"#, 1),
            (r#"{"a":["x"]}"#, r#"{"a":[]}"#, 1),
            (r#"{"a":[{"x":null},{"x":"y"}]}"#, r#"{"a":[{"x":null}]}"#, 1),
            (r#"{"a":[{"x":"y"}]}"#, r#"{"a":[]}"#, 2),
            (r#"{"a":{"x":"y"}}"#, r#"{"x":"y"}"#, 2),
            (r#"{"a":"2024"}"#, r#"{"a":"2024-10-25"}"#, 1),
            (r#"{"a":"2024-10-25T08:00:00Z"}"#, r#"{"a":"2024-10-25"}"#, 0),
        ] {
            assert_eq!(new(line, to), count, "{line} behind {to}");
        }
        for line in ["{", "", "{\"a\" 1}", "[1", "\"a", "[1,]", "{\"a\":tru}", "x"] {
            assert!(shapes(line.as_bytes()).is_empty(), "{line}");
        }
    }

    #[test]
    fn numbers_and_names_are_told_as_a_reader_of_json_tells_them() {
        let same =
            |one: &str, other: &str| assert_eq!(shapes(one.as_bytes()), shapes(other.as_bytes()), "{one} {other}");
        for whole in ["0", "7", "-7", "18446744073709551615", "-9223372036854775808"] {
            same(whole, "1");
        }
        for number in ["1.5", "-0", "-0.5", "1e3", "18446744073709551616", "-9223372036854775809"] {
            same(number, "1.5");
        }
        same(r#"{ "a" : [ 1 , "x" ] }"#, r#"{"\u0061":[1,"\"]"]}"#);
        same(r#""20\u00324-10-25""#, r#""2024-10-25""#);
        same(r#""2024-1\n-25""#, r#""2024-10-25""#);
        same(r#""2024-\n""#, r#""x""#);
    }
}
