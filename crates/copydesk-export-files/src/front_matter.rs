//! What is known of a document, as YAML in front of it.

use std::fmt::Write as _;

use copydesk_record::Record;
use copydesk_stage::LateField;
use serde_json::{Value, json};

/// The front matter with its two lines of dashes. Values are JSON, which is YAML as well, so that nothing in them can be taken
/// for anything else. What is not known is left out.
pub(crate) fn write(record: &Record<'_>) -> String {
    let time = |time: Option<copydesk_document::Timestamp>| time.map(|time| time.to_string());
    let fields: [(&str, Value); 16] = [
        ("title", json!(record.title)),
        ("authors", json!(record.authors)),
        ("published", json!(time(record.published))),
        ("modified", json!(time(record.modified))),
        ("site_name", json!(record.site_name)),
        ("section", json!(record.section)),
        ("tags", json!(record.tags)),
        ("description", json!(record.description)),
        ("url", json!(record.url)),
        ("image", json!(record.image)),
        ("language", json!(record.language)),
        ("license", json!(record.license)),
        ("id", json!(record.id)),
        ("source", json!(record.source.uri)),
        ("fetched", json!(time(record.source.fetched))),
        ("captions", captions(record)),
    ];
    let mut out = String::from("---\n");
    for (name, value) in fields {
        let known = match &value {
            Value::Null => false,
            Value::Array(items) => !items.is_empty(),
            _ => true,
        };
        if known {
            line(&mut out, name, &value);
        }
    }
    out.push_str(END);
    out
}

/// What ends it, and never stands inside of it: a value has no line breaks.
const END: &str = "---\n\n";

fn line(out: &mut String, name: &str, value: &Value) {
    // JSON has no line breaks of its own, and YAML takes these three for some.
    let value = value.to_string();
    let value = value.replace('\u{85}', "\\u0085").replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029");
    let _ = writeln!(out, "{name}: {}", value.replace('\u{7f}', "\\u007f"));
}

/// A file with what is known of it only in the end. `None` if it has no front matter.
pub(crate) fn complete(file: &str, late: &[LateField<'_>]) -> Option<String> {
    let (front, text) = file.strip_prefix("---\n").and(file.split_once("\n---\n\n"))?;
    let mut out = format!("{front}\n");
    for LateField { name, value } in late.iter().filter(|field| !field.value.is_null()) {
        line(&mut out, name, value);
    }
    out.push_str(END);
    out.push_str(text);
    Some(out)
}

fn captions(record: &Record<'_>) -> Value {
    let caption = |caption: &copydesk_record::Caption<'_>| {
        let credit = caption.credit.as_ref().map(|credit| format!(" ({credit})")).unwrap_or_default();
        format!("{}{credit}", caption.text)
    };
    json!(record.captions.iter().map(caption).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_found_late_is_the_end_of_the_front_matter_and_nothing_where_there_is_none() {
        let late = [LateField { name: "duplicates", value: json!({ "share": 0.5 }) }];
        let file = "---\nid: \"a\"\n---\n\nA text.\n---\n\nMore.\n";
        let whole = "---\nid: \"a\"\nduplicates: {\"share\":0.5}\n---\n\nA text.\n---\n\nMore.\n";
        assert_eq!(complete(file, &late).as_deref(), Some(whole));
        assert_eq!(complete("A text.\n---\n\nMore.\n", &late), None);
        assert_eq!(complete("---\nid: \"a\"\n", &late), None);
    }
}
