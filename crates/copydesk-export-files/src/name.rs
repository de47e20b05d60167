//! Names of files, safe on every system.

use copydesk_record::{Record, day};
use copydesk_stage::ConfigError;
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// What a template can ask for.
const FIELDS: [&str; 6] = ["id", "title", "site", "day", "language", "source"];

/// So many bytes of one value go into a name.
const LONGEST_VALUE: usize = 80;
/// And so many into the name in all: file systems take 255, with the folder before it while it is a draft.
const LONGEST: usize = 160;

/// How files are called: a path with fields such as `{site}` in it, for each document filled with its own.
#[derive(Debug)]
pub struct Template {
    pieces: Vec<Piece>,
}

#[derive(Debug)]
enum Piece {
    Text(String),
    Field(&'static str),
}

impl Template {
    /// Reads a template. The error is at `path`.
    pub fn parse(text: &str) -> Result<Self, ConfigError> {
        let wrong = |message: &str| ConfigError::at("path", message.to_owned());
        let (mut pieces, mut rest) = (Vec::new(), text);
        while let Some((before, behind)) = rest.split_once('{') {
            let (name, behind) = behind.split_once('}').ok_or_else(|| wrong("has a `{` that is not closed"))?;
            let field = FIELDS.iter().find(|field| **field == name).ok_or_else(|| {
                let known = FIELDS.map(|field| format!("{{{field}}}")).join(", ");
                wrong(&format!("has `{{{name}}}`, which is no field"))
                    .did_you_mean(name, FIELDS)
                    .help(format!("there are {known}"))
            })?;
            pieces.push(Piece::Text(before.to_owned()));
            pieces.push(Piece::Field(field));
            rest = behind;
        }
        pieces.push(Piece::Text(rest.to_owned()));
        if !pieces.iter().any(|piece| matches!(piece, Piece::Field(_))) {
            return Err(wrong("gives all documents the same name").help("`{id}` is another one for each"));
        }
        let literal: String =
            pieces.iter().map(|p| if let Piece::Text(text) = p { text.as_str() } else { "" }).collect();
        if let Some(bad) =
            literal.chars().find(|c| c.is_control() || matches!(c, '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|'))
        {
            return Err(wrong(&format!("has {bad:?}, which not every system takes in a name")));
        }
        if text.starts_with('/') || text.split('/').any(|part| part.starts_with('.') || part.is_empty()) {
            return Err(wrong("leads out of the folder, or to a name that begins with a dot"));
        }
        Ok(Self { pieces })
    }

    /// The name for a document, with folders before it if the template has some, and without an ending.
    pub(crate) fn fill(&self, record: &Record<'_>) -> String {
        self.filled(record, "", &record.id)
    }

    /// The same, with a word for what is not known of the document, and as a whole where it gets too long. So documents that
    /// share their values share their name.
    pub fn fill_or(&self, record: &Record<'_>, unknown: &str) -> String {
        self.filled(record, unknown, unknown)
    }

    fn filled(&self, record: &Record<'_>, unknown: &str, otherwise: &str) -> String {
        let mut filled = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Text(text) => filled.push_str(text),
                Piece::Field(field) => {
                    let value = plain(&value(field, record));
                    filled.push_str(if value.is_empty() { unknown } else { &value });
                }
            }
        }
        let parts: Vec<String> = filled.split('/').map(part).filter(|part| !part.is_empty()).collect();
        let name = parts.join("/");
        if name.is_empty() || name.len() > LONGEST { otherwise.to_owned() } else { name }
    }
}

fn value(field: &str, record: &Record<'_>) -> String {
    let text = |text: &Option<std::borrow::Cow<'_, str>>| text.as_deref().unwrap_or_default().to_owned();
    match field {
        "id" => record.id.clone(),
        "title" => text(&record.title),
        "site" => {
            let address = record.url.as_deref().or(record.source.url.as_deref()).unwrap_or_default();
            copydesk_text::site(address).unwrap_or_else(|| text(&record.site_name))
        }
        "day" => day(record.published).unwrap_or_default(),
        "language" => text(&record.language),
        _ => {
            let file = record.source.uri.rsplit('/').next().unwrap_or_default();
            file.split_once('.').map_or_else(
                || file.to_owned(),
                |(stem, rest)| {
                    // `pages.jsonl#line-7`: the record counts, the ending does not.
                    rest.split_once('#').map_or_else(|| stem.to_owned(), |(_, record)| format!("{stem}-{record}"))
                },
            )
        }
    }
}

/// Letters, digits and dots between them, in lower case, with a dash for everything else.
fn plain(value: &str) -> String {
    let mut out = String::new();
    for c in value.nfc().flat_map(char::to_lowercase) {
        let joins = c == '.' || c == '_';
        if c.is_alphanumeric() || (is_combining_mark(c) && !out.is_empty()) || (joins && !out.is_empty()) {
            out.push(c);
        } else if !out.is_empty() && !out.ends_with('-') {
            out.push('-');
        }
        if out.len() > LONGEST_VALUE {
            // Not in the middle of a word, where there are words.
            let end = out.floor_char_boundary(LONGEST_VALUE);
            let end = out[..end].rfind('-').filter(|dash| *dash > LONGEST_VALUE / 2).unwrap_or(end);
            out.truncate(end);
            break;
        }
    }
    out.trim_end_matches(['-', '.', '_']).to_owned()
}

/// A part of a path: nothing at its ends that a system minds, and no name that Windows keeps for itself.
fn part(text: &str) -> String {
    const KEPT: [&str; 6] = ["con", "prn", "aux", "nul", "com", "lpt"];
    let text = text.trim_matches(['-', '.', ' ', '_']);
    let stem = text.split('.').next().unwrap_or_default().to_ascii_lowercase();
    let device = stem.trim_end_matches(|c: char| c.is_ascii_digit());
    let kept = KEPT.contains(&device) && (stem == device || (stem.len() == 4 && matches!(device, "com" | "lpt")));
    if kept { format!("{text}-") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(template: &str, title: &str) -> String {
        let record = Record {
            id: "0123456789abcdef".into(),
            title: Some(title.to_owned().into()),
            url: Some("https://www.example.org:8080/a/b".into()),
            source: copydesk_record::Source { uri: "day/pages.jsonl.gz#line-7".into(), ..Default::default() },
            ..Record::default()
        };
        Template::parse(template).expect("a template").fill(&record)
    }

    #[test]
    fn a_name_is_safe_whatever_the_title() {
        for (title, expected) in [
            ("Night ferry: starts in June!", "night-ferry-starts-in-june"),
            ("../../etc/passwd", "etc-passwd"),
            ("CON", "con-"),
            ("com1.txt", "com1.txt-"),
            ("Comedy", "comedy"),
            ("부산항 새 부두", "부산항-새-부두"),
            ("ข่าวด่วน", "ข่าวด่วน"),
            ("a\u{0}b\n\\c", "a-b-c"),
            ("…", "0123456789abcdef"),
            ("I\u{307}stanbul", "i\u{307}stanbul"),
        ] {
            assert_eq!(name("{title}", title), expected, "{title}");
        }
        let long = name("{title}-{id}", &"harbour ".repeat(40));
        assert!(long.len() < 100 && long.ends_with("harbour-0123456789abcdef"), "{long}");
        assert_eq!(name("{site}/{day}/{source}-{id}", "x"), "example.org/pages-line-7-0123456789abcdef");
    }

    #[test]
    fn a_template_that_cannot_be_filled_is_refused() {
        for bad in ["{titel}", "{id", "same", "../{id}", "/{id}", "a//{id}", "a/.{id}", "{id}:x", "a\n{id}"] {
            assert_eq!(Template::parse(bad).expect_err(bad).path, "path");
        }
        assert!(Template::parse("{titel}").expect_err("a slip").label.expect("a hint").contains("title"));
    }
}
