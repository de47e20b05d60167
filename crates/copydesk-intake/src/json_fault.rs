//! What is wrong with JSON, for a person.

use serde_json::error::Category;

/// What the library says of syntax, by how that begins, and what it means.
const SAYINGS: &[(&str, &str)] = &[
    ("expected value", "a value is missing, or stands there without quotes"),
    ("expected ident", "a word stands there without quotes, and is none of `true`, `false` and `null`"),
    ("key must be a string", "the name of a field stands there without double quotes"),
    ("trailing comma", "a comma stands before a closing bracket"),
    ("invalid escape", "a backslash stands before what it cannot stand before; a backslash itself is written `\\\\`"),
    ("invalid number", "a number is not written as JSON has it"),
    ("number out of range", "a number is too large"),
    ("recursion limit exceeded", "brackets stand in one another more than 128 deep"),
    ("expected `,` or `}`", "a comma or a closing `}` is missing"),
    ("expected `,` or `]`", "a comma or a closing `]` is missing"),
    ("expected `:`", "a colon is missing behind the name of a field"),
    (
        "control character",
        "a text has a line break or another control character in it, which has to be written as an escape",
    ),
    ("trailing characters", "something else stands behind the value"),
    ("invalid unicode code point", "a text is not in UTF-8"),
    ("lone leading surrogate", "an escape is half of a character"),
    ("unexpected end of hex escape", "an escape is half of a character"),
];

/// What is wrong, without its place. What a program expects of a value (`missing field`) it says itself.
pub fn json_fault(error: &serde_json::Error) -> String {
    let says = error.to_string();
    let says = says.rsplit_once(" at line ").map_or(&*says, |(says, _)| says);
    match error.classify() {
        Category::Eof => "it ends where more has to come".into(),
        Category::Syntax => match SAYINGS.iter().find(|(begin, _)| says.starts_with(begin)) {
            Some((_, meaning)) => (*meaning).into(),
            None => "it is no JSON".into(),
        },
        Category::Data | Category::Io => says.into(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn what_is_wrong_is_said_in_words_of_ours() {
        for (json, means) in [
            ("{\"a\": b}", "without quotes"),
            ("{\"a\": tru}", "none of `true`"),
            ("{a: 1}", "without double quotes"),
            ("{'a': 1}", "without double quotes"),
            ("{\"a\": 1,}", "before a closing bracket"),
            ("[1,]", "before a closing bracket"),
            ("\"\\x\"", "`\\\\`"),
            ("01", "as JSON has it"),
            ("1e999", "too large"),
            ("{\"a\": 1 \"b\": 2}", "closing `}`"),
            ("[1 2]", "closing `]`"),
            ("{\"a\" 1}", "colon"),
            ("\"a\nb\"", "control character"),
            ("1 2", "behind the value"),
            ("\"\\ud800x\"", "half of a character"),
            ("{\"a\"", "more has to come"),
            ("", "more has to come"),
        ] {
            let error = serde_json::from_str::<Value>(json).expect_err(json);
            let said = json_fault(&error);
            assert!(said.contains(means) && !said.contains("at line"), "{json}: {said}");
        }
        let deep = "[".repeat(200) + &"]".repeat(200);
        assert!(json_fault(&serde_json::from_str::<Value>(&deep).expect_err("deep")).contains("128"));
        let other = serde_json::from_str::<u8>("\"a\"").expect_err("no number");
        assert_eq!(json_fault(&other), "invalid type: string \"a\", expected u8");
    }
}
