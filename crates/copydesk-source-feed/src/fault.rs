//! What is wrong with XML, for a person.

use quick_xml::{
    Error,
    errors::{IllFormedError, SyntaxError},
};

pub(crate) fn fault(error: &Error) -> String {
    match error {
        Error::Syntax(error) => match error {
            SyntaxError::UnclosedCData => "a `<![CDATA[` is not closed by `]]>`".into(),
            SyntaxError::UnclosedComment => "a comment is not closed by `-->`".into(),
            SyntaxError::UnclosedPI | SyntaxError::UnclosedXmlDecl => "a `<?` is not closed by `?>`".into(),
            SyntaxError::UnclosedDoctype => "the `<!DOCTYPE` is not closed by `>`".into(),
            SyntaxError::UnclosedTag => "a tag is not closed by `>`".into(),
            SyntaxError::UnclosedSingleQuotedAttributeValue | SyntaxError::UnclosedDoubleQuotedAttributeValue => {
                "a quote in a tag is not closed".into()
            }
            SyntaxError::InvalidBangMarkup => "a `<!` begins nothing that XML has".into(),
        },
        Error::IllFormed(error) => match error {
            IllFormedError::MissingEndTag(name) => format!("the end of `{name}` is missing"),
            IllFormedError::UnmatchedEndTag(name) => format!("`{name}` ends where it has not begun"),
            IllFormedError::MismatchedEndTag { expected, found } => {
                format!("`{found}` ends where `{expected}` should")
            }
            IllFormedError::UnclosedReference => "a reference (`&`) is not closed by `;`".into(),
            _ => "it is no XML".into(),
        },
        Error::Io(error) => format!("it cannot be read: {error}"),
        _ => "it is no XML".into(),
    }
}

#[cfg(test)]
mod tests {
    use quick_xml::{Reader, events::Event};

    use super::*;

    #[test]
    fn what_is_wrong_is_said_in_words_of_ours() {
        for (xml, means) in [
            ("<a><![CDATA[ x", "`]]>`"),
            ("<a><!-- x", "`-->`"),
            ("<?x", "`?>`"),
            ("<!DOCTYPE a", "`<!DOCTYPE`"),
            ("<a", "tag is not closed"),
            ("<a b='c", "quote"),
            ("<!x>", "begins nothing"),
            ("<a></b>", "`b` ends where `a` should"),
            ("</b>", "has not begun"),
        ] {
            let mut reader = Reader::from_str(xml);
            let error = loop {
                match reader.read_event() {
                    Ok(Event::Eof) => panic!("{xml} is read"),
                    Ok(_) => {}
                    Err(error) => break error,
                }
            };
            let said = fault(&error);
            assert!(said.contains(means), "{xml}: {said}");
        }
    }
}
