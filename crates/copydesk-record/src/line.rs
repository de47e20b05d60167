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

/// Reads lines back, in order.
pub fn read_lines(lines: &[u8]) -> impl Iterator<Item = Result<Record<'static>, serde_json::Error>> {
    lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).map(serde_json::from_slice)
}

#[cfg(test)]
mod tests {
    use copydesk_document::LanguageShare;
    use serde_json::{Value, json};

    use super::*;
    use crate::FreeJson;

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
