//! Named fields, as in the headers of records and of HTTP responses.

/// The fields of a header, in their order.
///
/// The headers of both are read by the same lenient reader, since archives hold what servers really sent: bare line feeds,
/// lines that are no fields, bytes that are no UTF-8.
#[derive(Debug, Default)]
pub(crate) struct Fields(Vec<(String, String)>);

impl Fields {
    /// Reads lines after the first. A line that begins with white space goes on with the one before.
    pub(crate) fn read(lines: &[u8]) -> Self {
        let mut fields: Vec<(String, String)> = Vec::new();
        for line in lines.split(|byte| *byte == b'\n') {
            let text = String::from_utf8_lossy(line);
            if line.starts_with(b" ") || line.starts_with(b"\t") {
                if let Some((_, value)) = fields.last_mut() {
                    value.push(' ');
                    value.push_str(text.trim());
                }
            } else if let Some((name, value)) = text.split_once(':') {
                fields.push((name.trim().to_owned(), value.trim().to_owned()));
            }
        }
        Self(fields)
    }

    /// The first field of that name that is not empty.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let mut named = self.0.iter().filter(|(known, _)| known.eq_ignore_ascii_case(name));
        named.find(|(_, value)| !value.is_empty()).map(|(_, value)| value.as_str())
    }

    /// How many fields have that name.
    pub(crate) fn count(&self, name: &str) -> usize {
        self.0.iter().filter(|(known, _)| known.eq_ignore_ascii_case(name)).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_read_as_they_come() {
        let fields = Fields::read(b"A: 1\r\nb:2\nno field\r\nC: \xff\r\n x\r\n\tyy\r\nA: 3\r\nEmpty:\r\n\r\n");
        assert_eq!((fields.get("a"), fields.get("B")), (Some("1"), Some("2")));
        assert_eq!(fields.get("c"), Some("\u{fffd} x yy"));
        assert_eq!((fields.get("empty"), fields.get("d")), (None, None));
        assert_eq!(Fields::read(b" x\n").get(""), None);
    }
}
