//! Records on their way into tables.

use serde::{Deserialize, Serialize, ser::Error as _};

use crate::Record;

/// A record as one line of JSON, for exports that make tables of many records at once and keep them until then.
///
/// What [`write`](Self::write) takes, [`read`](Self::read) gives back, whatever the document holds: a line that cannot
/// be read would cost all documents of its shard. So what has no shape of its own is text here already, since JSON that
/// is nested as deeply as a parser allows is nested too deeply inside of a record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RecordLine<'a> {
    /// The record, without `ext` and `fields`.
    pub record: Record<'a>,
    /// The record's `ext` as JSON, where there is any.
    pub ext: Option<String>,
    /// The record's `fields`, likewise.
    pub fields: Option<String>,
}

impl<'a> RecordLine<'a> {
    /// Appends a record as a line.
    pub fn write(mut record: Record<'a>, lines: &mut Vec<u8>) -> Result<(), serde_json::Error> {
        let shares = record.languages.iter().map(|language| language.share);
        let mut numbers = shares.chain(record.metadata.iter().flatten().map(|value| value.confidence));
        if numbers.any(|number| !number.is_finite()) {
            return Err(serde_json::Error::custom("a share or confidence is no number"));
        }
        let (ext, fields) = (std::mem::take(&mut record.ext), std::mem::take(&mut record.fields));
        let ext = if ext.is_empty() { None } else { Some(serde_json::to_string(&ext)?) };
        let fields = if fields.is_empty() { None } else { Some(serde_json::to_string(&fields)?) };
        serde_json::to_writer(&mut *lines, &Self { record, ext, fields })?;
        lines.push(b'\n');
        Ok(())
    }
}

impl RecordLine<'static> {
    /// Reads lines back, in order.
    pub fn read(lines: &[u8]) -> impl Iterator<Item = Result<Self, serde_json::Error>> {
        lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).map(serde_json::from_slice)
    }
}

#[cfg(test)]
mod tests {
    use copydesk_document::LanguageShare;
    use serde_json::{Value, json};

    use super::*;

    fn read(lines: &[u8]) -> Vec<RecordLine<'static>> {
        RecordLine::read(lines).map(|line| line.expect("it was written")).collect()
    }

    #[test]
    fn what_is_written_is_read() {
        let mut lines = Vec::new();
        let mut record = Record { text: "a\u{2028}b\nc\0\"".into(), ..Record::default() };
        record.ext.insert("count-words".into(), json!({ "words": 4 }));
        RecordLine::write(record.clone(), &mut lines).expect("it can be written");
        RecordLine::write(Record::default(), &mut lines).expect("it can be written");
        record.ext.clear();
        let ext = Some("{\"count-words\":{\"words\":4}}".into());
        let empty = RecordLine { record: Record::default(), ext: None, fields: None };
        assert_eq!(read(&lines), [RecordLine { record, ext, fields: None }, empty]);
    }

    #[test]
    fn fields_may_be_nested_as_deeply_as_a_parser_allows() {
        let deep = format!("{}1{}", "[".repeat(126), "]".repeat(126));
        let mut record = Record::default();
        record.fields.insert("deep".into(), serde_json::from_str::<Value>(&deep).expect("within the limit"));
        let mut lines = Vec::new();
        RecordLine::write(record.clone(), &mut lines).expect("it can be written");
        assert_eq!(read(&lines)[0].fields.as_deref(), Some(&*format!("{{\"deep\":{deep}}}")));
        let whole = serde_json::to_string(&record).expect("it can be written");
        assert!(serde_json::from_str::<Record<'_>>(&whole).is_err(), "the reason why `RecordLine` is there");
    }

    #[test]
    fn what_could_not_be_read_is_not_written() {
        let languages = vec![LanguageShare { tag: "en".into(), share: f32::NAN }];
        let mut lines = Vec::new();
        assert!(RecordLine::write(Record { languages, ..Record::default() }, &mut lines).is_err());
        assert!(lines.is_empty());
    }
}
