//! What writers of JSON write that is none, put right.

/// A text that has been put right, and what had to give way.
#[derive(Debug, Default)]
pub(crate) struct Mended {
    pub(crate) json: Vec<u8>,
    /// Halves of characters that stood alone and became U+FFFD.
    pub(crate) halves: usize,
}

/// Numbers that JSON does not have, as Python, JavaScript and C write them.
const NO_NUMBERS: [&[u8]; 7] = [b"NaN", b"Infinity", b"-Infinity", b"nan", b"-nan", b"inf", b"-inf"];

/// Makes JSON of what is nearly that: NaN and Infinity become null, half of a surrogate pair becomes U+FFFD, and a
/// control character in a text is escaped. What is wrong in another way stays so.
pub(crate) fn mend(json: &[u8]) -> Mended {
    let mut out = Mended { json: Vec::with_capacity(json.len() + 16), halves: 0 };
    let (mut at, mut in_text) = (0, false);
    while at < json.len() {
        let rest = &json[at..];
        let (len, instead): (usize, Option<&[u8]>) = match rest[0] {
            b'"' => {
                in_text = !in_text;
                (1, None)
            }
            b'\\' if in_text => escape(rest, &mut out.halves),
            byte if in_text && byte < 0x20 => {
                out.json.extend_from_slice(format!("\\u{byte:04x}").as_bytes());
                (1, Some(b""))
            }
            b'N' | b'I' | b'n' | b'i' | b'-' if !in_text => match no_number(rest) {
                Some(len) => (len, Some(b"null")),
                None => (1, None),
            },
            _ => (1, None),
        };
        out.json.extend_from_slice(instead.unwrap_or(&rest[..len]));
        at += len;
    }
    out
}

/// How long the number is that JSON does not have and that begins here.
fn no_number(rest: &[u8]) -> Option<usize> {
    let word = NO_NUMBERS.iter().find(|word| rest.starts_with(word))?;
    let ends = rest.get(word.len()).is_none_or(|byte| !byte.is_ascii_alphanumeric());
    ends.then_some(word.len())
}

/// How long an escape is, and what comes in its place.
fn escape<'a>(rest: &[u8], halves: &mut usize) -> (usize, Option<&'a [u8]>) {
    match unit(rest) {
        Some(0xD800..=0xDBFF) if matches!(unit(&rest[6..]), Some(0xDC00..=0xDFFF)) => (12, None),
        Some(0xD800..=0xDFFF) => {
            *halves += 1;
            (6, Some(b"\\ufffd"))
        }
        _ => (rest.len().min(2), None),
    }
}

/// The UTF-16 unit that a `\uXXXX` stands for.
fn unit(rest: &[u8]) -> Option<u16> {
    let digits = rest.strip_prefix(b"\\u")?.get(..4)?;
    u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_nearly_json_becomes_json() {
        for (given, expected, halves) in [
            (r#"{"a":NaN,"b":[-Infinity,Infinity],"c":"NaN"}"#, r#"{"a":null,"b":[null,null],"c":"NaN"}"#, 0),
            (r#"{"a":nan,"b":[-inf,null],"c":nano}"#, r#"{"a":null,"b":[null,null],"c":nano}"#, 0),
            (r#"{"a":NaNo,"b":-1,"c":I}"#, r#"{"a":NaNo,"b":-1,"c":I}"#, 0),
            (r#""\ud800 \udc00\ud83d\ude00 \ud83d\u0041""#, r#""\ufffd \ufffd\ud83d\ude00 \ufffd\u0041""#, 3),
            (r#""\\ud800 \" \ud8""#, r#""\\ud800 \" \ud8""#, 0),
            ("\"a\tb\u{1}\"\t", "\"a\\u0009b\\u0001\"\t", 0),
            ("\"\\", "\"\\", 0),
        ] {
            let Mended { json, halves: found } = mend(given.as_bytes());
            assert_eq!((String::from_utf8(json).expect("UTF-8").as_str(), found), (expected, halves), "{given}");
        }
    }
}
