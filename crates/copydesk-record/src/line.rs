//! Records on their way into tables.

use serde::ser::Error as _;

use crate::Record;

/// Appends a record as one line of JSON, for exports that make tables of many records at once and keep them until then.
///
/// What this takes, [`read_lines`] gives back, whatever the document holds: a line that cannot be read would cost all
/// documents of its shard. So `ext` and `fields` have to be text: JSON that is nested as deeply as a parser allows is
/// nested too deeply inside of a record.
pub fn write_line(record: &Record<'_>, lines: &mut Vec<u8>) -> Result<(), serde_json::Error> {
    let shares = record.languages.iter().map(|language| language.share);
    let mut numbers = shares.chain(record.metadata.iter().flatten().map(|value| value.confidence));
    if numbers.any(|number| !number.is_finite()) {
        return Err(serde_json::Error::custom("a share or confidence is no number"));
    }
    serde_json::to_writer(&mut *lines, record)?;
    lines.push(b'\n');
    Ok(())
}

/// Appends a line with further fields at its end, for what is known only when all documents have been seen.
pub fn complete_line<'f>(
    line: &[u8],
    fields: impl IntoIterator<Item = (&'f str, &'f serde_json::Value)>,
    lines: &mut Vec<u8>,
) -> Result<(), serde_json::Error> {
    let Some(open) = line.strip_suffix(b"}\n") else {
        return Err(serde_json::Error::custom("a record does not end where its line does"));
    };
    lines.extend_from_slice(open);
    for (name, value) in fields {
        lines.push(b',');
        serde_json::to_writer(&mut *lines, name)?;
        lines.push(b':');
        // No parser may take one of these for the end of a line.
        let text = serde_json::to_string(value)?;
        let text = text.replace('\u{85}', "\\u0085").replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029");
        lines.extend_from_slice(text.as_bytes());
    }
    lines.extend_from_slice(b"}\n");
    Ok(())
}

/// Reads lines back, in order.
pub fn read_lines(lines: &[u8]) -> impl Iterator<Item = Result<Record<'static>, serde_json::Error>> {
    lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).map(serde_json::from_slice)
}

#[cfg(test)]
mod tests {
    use copydesk_document::LanguageShare;
    use serde_json::{Value, json};

    use super::*;
    use crate::{DuplicateKind, FreeJson};

    #[test]
    fn what_is_written_is_read() {
        let deep = format!("{{\"deep\":{}1{}}}", "[".repeat(126), "]".repeat(126));
        let written = [
            Record { text: "a\u{2028}b\nc\0\"".into(), ext: FreeJson::Text("{\"n\":4}".into()), ..Record::default() },
            Record::default(),
            Record { fields: FreeJson::Text(deep.clone()), ..Record::default() },
        ];
        let mut lines = Vec::new();
        for record in &written {
            write_line(record, &mut lines).expect("it can be written");
        }
        let read: Vec<_> = read_lines(&lines).map(|record| record.expect("it was written")).collect();
        assert_eq!(read, written);
        let Ok(Value::Object(object)) = serde_json::from_str(&deep) else { panic!("within the limit of the parser") };
        let nested = serde_json::to_string(&Record { fields: FreeJson::Object(object), ..Record::default() });
        let nested = nested.expect("it can be written");
        assert!(serde_json::from_str::<Record<'_>>(&nested).is_err(), "the reason for text");
    }

    #[test]
    fn what_is_known_late_stands_at_the_end() {
        let mut lines = Vec::new();
        write_line(&Record::default(), &mut lines).expect("it can be written");
        let known = json!({ "cluster": "a", "of": "b", "share": 0.5, "kind": "near" });
        let (none, text) = (Value::Null, json!("{\"x\":\"\u{2028}\"}"));
        let mut late = Vec::new();
        complete_line(&lines, [("duplicates", &known), ("surveys", &text)], &mut late).expect("a line");
        complete_line(&lines, [("duplicates", &none)], &mut late).expect("a line");
        assert!(!String::from_utf8_lossy(&late).contains('\u{2028}'));
        let read: Vec<_> = read_lines(&late).map(|record| record.expect("it was written")).collect();
        assert_eq!(read[0].duplicates.as_ref().map(|d| (d.share, d.kind)), Some((0.5, DuplicateKind::Near)));
        assert_eq!(read[0].surveys, Some(FreeJson::Text("{\"x\":\"\u{2028}\"}".into())));
        assert_eq!(read[1], Record::default());
        assert!(complete_line(b"{", [], &mut late).is_err());
    }

    #[test]
    fn what_could_not_be_read_is_not_written() {
        let languages = vec![LanguageShare { tag: "en".into(), share: f32::NAN }];
        let mut lines = Vec::new();
        assert!(write_line(&Record { languages, ..Record::default() }, &mut lines).is_err());
        assert!(lines.is_empty());
    }

    #[test]
    fn an_object_without_keys_is_no_text() {
        assert_eq!((FreeJson::default().text(), FreeJson::Object(serde_json::Map::new()).text()), (None, None));
        let Value::Object(object) = json!({ "n": 4 }) else { panic!("it is an object") };
        let object = FreeJson::Object(object);
        assert_eq!((object.text().as_deref(), object.get("n")), (Some("{\"n\":4}"), Some(&json!(4))));
    }
}
