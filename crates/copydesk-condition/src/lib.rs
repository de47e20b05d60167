//! Conditions on the fields of a record: `language == "en" && size(authors) > 0`.
//!
//! The language is a part of [CEL](https://cel.dev), which the crate `cel` parses and computes. What is not total in CEL is left
//! out here: every field has a value (an empty text where a record has none), every expression has a type that is checked when
//! it is read, and no operation can fail. So a condition that is accepted is true or false of every document.

mod check;
mod fields;

copydesk_fingerprint::fingerprint!();

use std::{fmt, sync::Arc};

use cel::{Context, Env, Program, Value};
use copydesk_document::Document;
use copydesk_stage::{ConfigError, Facet};

pub use fields::{FIELDS, Field, Type};

/// No condition is longer, in bytes.
const LONGEST: usize = 2000;
/// Nor are its brackets nested more deeply.
const DEEPEST: usize = 32;

/// A condition that has been checked.
pub struct Condition {
    text: String,
    program: Program,
    env: Arc<Env>,
    fields: Vec<&'static Field>,
}

impl fmt::Debug for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Condition").field(&self.text).finish()
    }
}

impl Condition {
    /// Reads and checks a condition. The error is at no key, and says what is wrong and what to do.
    pub fn read(text: &str) -> Result<Self, ConfigError> {
        if text.trim().is_empty() {
            return Err(ConfigError::at("", "is empty").help("leave it out where nothing is asked"));
        }
        if text.len() > LONGEST {
            return Err(ConfigError::at(
                "",
                format!("has {} bytes, and no condition has more than {LONGEST}", text.len()),
            ));
        }
        if depth(text) > DEEPEST {
            return Err(ConfigError::at("", format!("has brackets that are nested more than {DEEPEST} deep")));
        }
        let env = Env::stdlib();
        let program = env.compile(text).map_err(|errors| {
            let first = errors.errors.first().map_or_else(|| errors.to_string(), |error| error.msg.clone());
            let help = other_language(text).map_or_else(
                || "it looks like `language == \"en\" && size(authors) > 0`".to_owned(),
                |(found, meant)| format!("write `{meant}` for `{found}`: `language == \"en\" && size(authors) > 0`"),
            );
            ConfigError::at("", format!("cannot be read: {first}")).help(help)
        })?;
        let fields = check::check(program.expression())?;
        Ok(Self { text: text.to_owned(), program, env: Arc::new(env), fields })
    }

    /// As it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What it looks at that stages write.
    pub fn reads(&self) -> Vec<Facet> {
        Facet::ALL.iter().copied().filter(|facet| self.fields.iter().any(|field| field.reads == Some(*facet))).collect()
    }

    /// Whether it is true of a document, as the document stands now.
    pub fn holds(&self, doc: &Document) -> Result<bool, String> {
        let mut context: Context<'_, '_> = Context::with_env(Arc::clone(&self.env));
        fields::fill(&mut context, doc, &self.fields)?;
        match self.program.execute(&context) {
            Ok(Value::Bool(holds)) => Ok(holds),
            // Never seen: it has been checked.
            Ok(other) => Err(format!("`{}` is neither true nor false: {other:?}", self.text)),
            Err(error) => Err(format!("`{}`: {error}", self.text)),
        }
    }
}

/// A sign or word of other languages that stands in a text which cannot be read, outside of quotes, and what stands for it here.
fn other_language(text: &str) -> Option<(&'static str, &'static str)> {
    let mut quote = None;
    let bare: String = text
        .chars()
        .map(|c| match quote {
            Some(open) => {
                quote = (c != open).then_some(open);
                'x'
            }
            None if c == '"' || c == '\'' => {
                quote = Some(c);
                'x'
            }
            None => c,
        })
        .collect();
    let without_comparisons = ["==", "!=", "<=", ">="].iter().fold(bare.clone(), |bare, sign| bare.replace(sign, ""));
    if without_comparisons.contains('=') {
        return Some(("=", "=="));
    }
    let words: Vec<String> = bare.split_whitespace().map(str::to_lowercase).collect();
    let known = [("and", "&&"), ("or", "||"), ("not", "!"), ("&", "&&"), ("|", "||"), ("<>", "!=")];
    known.into_iter().find(|(word, _)| words.iter().any(|other| other == word))
}

/// How deep brackets are nested, those in texts among them.
fn depth(text: &str) -> usize {
    let mut depth: usize = 0;
    let mut deepest = 0;
    for c in text.chars() {
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}

#[cfg(test)]
mod tests {
    use copydesk_document::{Fact, Input, Languages, Origin};

    use super::*;

    fn document() -> Document {
        let mut input = Input::new("day/a.txt", "Night ferry\n\nThe quay.".as_bytes().to_vec());
        input.url = Some("https://www.example.org/a".into());
        let mut doc = copydesk_parse::parse(&input, &copydesk_parse::Limits::default()).expect("a text");
        for (value, confidence) in [
            (Fact::Title("Night ferry".into()), 0.9),
            (Fact::Authors(vec!["Ada Berg".into(), "Li Wen".into()]), 0.9),
            (Fact::Published("2024-05-02".parse().expect("a day")), 0.9),
        ] {
            let name = "test".to_owned();
            doc.add_facts(
                "s",
                copydesk_document::Value { value, origin: Origin::Text, name, span: None, confidence }.into(),
            );
        }
        let main = Some(copydesk_document::LanguageGuess { tag: "en".into(), confidence: 1.0 });
        doc.set_languages(Languages { main, shares: Vec::new() });
        doc
    }

    #[test]
    fn a_condition_is_true_or_false_of_a_document() {
        let doc = document();
        for (text, expected) in [
            ("true", true),
            ("language == \"en\"", true),
            ("language in [\"de\", 'fr']", false),
            ("language == \"en\" && size(authors) > 0", true),
            ("!(language != \"en\")", true),
            ("\"Ada Berg\" in authors", true),
            ("authors.exists(a, a.startsWith(\"Li\"))", true),
            ("authors.all(a, a.contains(\"i\"))", false),
            ("title.endsWith(\"ferry\") || section == \"\"", true),
            ("published >= \"2024\" && published < \"2025\"", true),
            ("modified == \"\"", true),
            ("paywalled", false),
            ("text_confidence < 0.5", true),
            ("source.bytes > 10 && source.media_type == \"text/plain\"", true),
            ("source.site == \"example.org\"", true),
            ("source.uri.contains(\"day/\") ? size(tags) == 0 : false", true),
            ("size(text) == 0", true),
            ("captions.exists(c, c != \"\")", false),
            ("notes.all(n, n != \"doubt\")", true),
        ] {
            let condition = Condition::read(text).unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!(condition.holds(&doc), Ok(expected), "{text}");
            // Of a document of which nothing is known, too.
            assert!(condition.holds(&Document::default()).is_ok(), "{text}");
        }
    }

    #[test]
    fn a_field_has_the_value_that_the_record_has() {
        let mut doc = document();
        for value in [
            Fact::Modified("2024-05-02T10:00:00+02:00".parse().expect("a time")),
            Fact::SiteName("Harbour Post".into()),
            Fact::Section("Port".into()),
            Fact::Tags(vec!["ferry".into(), "night".into()]),
            Fact::Description("At night.".into()),
            Fact::Url("https://example.org/a".into()),
            Fact::Image("https://example.org/a.jpg".into()),
            Fact::License("CC BY".into()),
            Fact::Paywalled(true),
            Fact::PageType(copydesk_document::PageType::Article),
        ] {
            let name = "test".to_owned();
            let value = copydesk_document::Value { value, origin: Origin::Text, name, span: None, confidence: 0.9 };
            doc.add_facts("s", value.into());
        }
        doc.set_text_confidence(Some(0.876));
        for doc in [doc, Document::default()] {
            let record = copydesk_record::to_record(&doc, copydesk_record::Options::LEAN);
            let record = serde_json::to_value(record).expect("JSON");
            for field in FIELDS.iter().filter(|field| field.name != "source.site") {
                let key = format!("/{}", field.name.replace('.', "/"));
                let in_record = record.pointer(&key).expect(field.name).clone();
                let in_record = match (in_record, field.of) {
                    (serde_json::Value::Null, Type::Text) => "".into(),
                    (serde_json::Value::Null, Type::Bool) => false.into(),
                    (serde_json::Value::Null, Type::Double) => 0.0.into(),
                    (serde_json::Value::Array(members), _) => {
                        let part = match field.name {
                            "captions" => "text",
                            "languages" => "tag",
                            _ => "code",
                        };
                        members.into_iter().map(|member| member.get(part).cloned().unwrap_or(member)).collect()
                    }
                    (value, _) => value,
                };
                let value = serde_json::to_value(field.value(&doc)).expect("JSON");
                assert_eq!(value, in_record, "{}", field.name);
            }
        }
    }

    #[test]
    fn what_it_reads_follows_from_its_fields() {
        let reads = |text| Condition::read(text).expect(text).reads();
        assert_eq!(reads("source.bytes > 1 && source.site != \"\""), []);
        assert_eq!(reads("language == \"en\" && title != \"\""), [Facet::Languages, Facet::Metadata]);
        assert_eq!(reads("text.contains(\"x\") && captions.all(c, true)"), [Facet::Body, Facet::Captions]);
    }

    #[test]
    fn what_could_fail_or_means_nothing_is_refused_with_the_way_out() {
        let deep = format!("{}true{}", "(".repeat(40), ")".repeat(40));
        let long = format!("title == \"{}\"", "x".repeat(LONGEST));
        for (text, says) in [
            ("", "is empty"),
            ("language ==", "cannot be read"),
            ("language = \"de\"", "write `==` for `=`"),
            ("language == \"de\" and size(text) > 2", "write `&&` for `and`"),
            ("language == \"x = y or z", "it looks like"),
            ("published > 2024", "days too: \"2024\""),
            ("titel == \"x\"", "did you mean `title`?"),
            ("source.urii == \"x\"", "did you mean `source.uri`?"),
            ("quality > 3", "a record has no field `quality`"),
            ("language", "is text, and has to be true or false"),
            ("language == 3", "text and a whole number cannot be compared"),
            ("text_confidence > 1", "write a number with a fraction: 1.0"),
            ("authors.contains(\"x\")", "write `\"...\" in authors`"),
            ("title in \"abc\"", "a list of texts, not text"),
            ("size(language) && true", "a whole number, and has to be true or false"),
            ("has(source.uri)", "every field has a value"),
            ("has(title)", "cannot be read"),
            ("title == null", "an empty text where a record has none"),
            ("1 / 0 == 1", "there is no `/`"),
            ("title.matches(\"a\")", "there is no `matches`"),
            ("authors[0] == \"x\"", "there is no `[]`"),
            ("authors.filter(a, a != \"\") == authors", "`filter`"),
            ("authors == tags", "lists cannot be compared"),
            ("{\"a\": 1}.a == 1", "there are no maps"),
            ("source == \"x\"", "`source` is a table: name a field of it"),
            (&deep, "nested"),
            (&long, "no condition has more"),
        ] {
            let error = Condition::read(text).expect_err(text).to_string();
            assert!(error.contains(says), "{text}: {error}");
        }
    }

    #[test]
    fn the_readme_lists_every_field() {
        let readme = include_str!("../README.md");
        for field in FIELDS {
            assert!(readme.contains(&format!("| `{}` | {}", field.name, field.of)), "{}", field.name);
        }
    }
}
