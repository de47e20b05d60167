//! Numbers that would be rounded.

use std::borrow::Cow;

/// Puts quotes around the numbers of a JSON text that a 64-bit number does not hold exactly, so that no digit is lost.
/// What is no JSON stays none.
pub(crate) fn keep_exact(json: &[u8]) -> Cow<'_, [u8]> {
    let mut out = Vec::new();
    let mut copied = 0;
    let mut at = 0;
    while at < json.len() {
        match json[at] {
            b'"' => at = string_end(json, at + 1),
            b'-' | b'0'..=b'9' => {
                let end = json[at..]
                    .iter()
                    .position(|b| !matches!(b, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E'))
                    .map_or(json.len(), |len| at + len);
                if is_rounded(&json[at..end]) && !names_field(&json[end..]) {
                    out.extend_from_slice(&json[copied..at]);
                    out.push(b'"');
                    out.extend_from_slice(&json[at..end]);
                    out.push(b'"');
                    copied = end;
                }
                at = end;
            }
            _ => at += 1,
        }
    }
    if copied == 0 {
        return Cow::Borrowed(json);
    }
    out.extend_from_slice(&json[copied..]);
    Cow::Owned(out)
}

/// The place behind the closing quote.
fn string_end(json: &[u8], mut at: usize) -> usize {
    while let Some(byte) = json.get(at) {
        at += match byte {
            b'"' => return at + 1,
            b'\\' => 2,
            _ => 1,
        };
    }
    json.len()
}

/// Whether a colon follows. Quotes would then make JSON of what is none.
fn names_field(rest: &[u8]) -> bool {
    rest.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b':')
}

/// Whether a token is a number of JSON, and loses digits when it is read.
fn is_rounded(token: &[u8]) -> bool {
    // Fifteen digits always survive; exponents are looked at.
    if token.len() <= 15 && !token.iter().any(|byte| matches!(byte, b'e' | b'E')) {
        return false;
    }
    let Ok(token) = std::str::from_utf8(token) else { return false };
    let Some((digits, exponent)) = scientific(token) else { return false };
    if token.parse::<i64>().is_ok() || token.parse::<u64>().is_ok() {
        return false;
    }
    let Ok(value) = token.parse::<f64>() else { return false };
    value.is_infinite() || scientific(&format!("{value:e}")) != Some((digits, exponent))
}

/// The digits of a number without zeros at either end, and the exponent of the first of them. `None` if it is no number
/// of JSON.
fn scientific(token: &str) -> Option<(String, i64)> {
    let unsigned = token.strip_prefix('-').unwrap_or(token);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i64>().ok()?),
        None => (unsigned, 0),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((_, "")) => return None,
        Some(parts) => parts,
        None => (mantissa, ""),
    };
    let is_number = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_digit());
    let leading_zero = whole.len() > 1 && whole.starts_with('0');
    if whole.is_empty() || leading_zero || !is_number(whole) || !is_number(fraction) {
        return None;
    }
    let all = format!("{whole}{fraction}");
    let digits = all.trim_start_matches('0');
    let zeros = i64::try_from(all.len() - digits.len()).ok()?;
    let places = i64::try_from(whole.len()).ok()?;
    let digits = digits.trim_end_matches('0').to_owned();
    if digits.is_empty() {
        return Some((digits, 0));
    }
    Some((digits, exponent.checked_add(places - 1 - zeros)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(json: &str) -> String {
        String::from_utf8(keep_exact(json.as_bytes()).into_owned()).expect("it was UTF-8")
    }

    #[test]
    fn only_what_would_be_rounded_becomes_text() {
        for json in [
            r#"{"a":18446744073709551615,"b":-9223372036854775808,"c":0.1,"d":-0,"e":1e10,"f":1.5E-7,"g":100000000000000000000}"#,
            r#"{"a":"18446744073709551616","b":"\"1e400","c":[0.30000000000000004,2.2250738585072014e-308]}"#,
            r#"{"a":1.0000000000000000000,"b":0.00000000000000000}"#,
            "{18446744073709551616:1}",
            r#"{"a":1e400e5,"b":00018446744073709551616,"c":1-1-1-1-1-1-1-1-1-1,"d":18446744073709551616.}"#,
            r#"{"a":1e99999999999999999999}"#,
        ] {
            assert_eq!(kept(json), json);
        }
        assert_eq!(
            kept(r#"{"a":18446744073709551616, "b": 1e400,"c":[-123456789012345678901234567890.123456789]}"#),
            r#"{"a":"18446744073709551616", "b": "1e400","c":["-123456789012345678901234567890.123456789"]}"#
        );
        assert_eq!(kept("18446744073709551616"), "\"18446744073709551616\"");
        assert_eq!(kept("\"open \\"), "\"open \\");
    }
}
