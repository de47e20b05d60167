//! Writes records as JSON Lines: one record a line, UTF-8, nothing lost that the options ask for.
//!
//! The fields of a record are those of [`copydesk_record::Record`].

use copydesk_document::Document;
use copydesk_stage::{Catalog, ConfigError, Export, ExportError, ExportKind};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The export `jsonl`.
#[derive(Debug)]
pub struct Jsonl {
    config: Config,
}

/// What a pipeline file may say in its `[[export]]` table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub struct Config {
    /// Name of the file in the output folder.
    pub file: String,
    /// Write every block of a document, kept or not.
    pub blocks: bool,
    /// Write where each field was read, and how sure that is.
    pub metadata: bool,
    /// Write why each block has its label.
    pub decisions: bool,
    /// Write the main text once more as Markdown, with its headings, lists, tables, links and emphasis.
    pub markdown: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self { file: "records.jsonl".into(), blocks: true, metadata: true, decisions: false, markdown: false }
    }
}

impl ExportKind for Jsonl {
    const NAME: &'static str = "jsonl";
    const SUMMARY: &'static str = "Writes records as JSON Lines, one record a line.";
    type Config = Config;

    fn build(config: Config) -> Result<Box<dyn Export>, ConfigError> {
        if config.file.is_empty() || config.file.starts_with('.') || config.file.contains(['/', '\\']) {
            return Err(ConfigError::at("file", "must be a plain file name").help("the folder is set by `out`"));
        }
        Ok(Box::new(Self { config }))
    }
}

impl Export for Jsonl {
    fn file_name(&self) -> &str {
        &self.config.file
    }

    fn encode(&self, doc: &Document, out: &mut Vec<u8>) -> Result<(), ExportError> {
        let Config { blocks, metadata, decisions, markdown, .. } = self.config;
        let options = copydesk_record::Options { blocks, metadata, decisions, markdown };
        let record = copydesk_record::to_record(doc, options);
        serde_json::to_writer(&mut *out, &record).map_err(|error| ExportError { message: error.to_string() })?;
        out.push(b'\n');
        Ok(())
    }
}

/// What a program passes to [`Catalog::with`].
pub fn register(catalog: &mut Catalog) {
    catalog.export::<Jsonl>();
}

#[cfg(test)]
mod tests {
    use copydesk_document::{Decision, Label, NewBlock, Source};
    use serde_json::{Value, json};

    use super::*;

    fn export(config: &Value) -> Box<dyn Export> {
        let catalog = Catalog::default().with(register);
        catalog.find_export("jsonl").expect("registered").build(config).expect("valid")
    }

    fn document() -> Document {
        let source = Source { uri: "a.txt".into(), ..Source::default() };
        let mut doc = Document::new(source, "One\u{2028}\"two\"\nthree".into());
        let block = doc.push_block(NewBlock { text: "One\u{2028}\"two\"\nthree", ..NewBlock::default() });
        let (stage, rule, detail) = ("test".into(), "all".into(), "".into());
        doc.decide(Decision { block, label: Label::Body, stage, rule, detail });
        doc
    }

    #[test]
    fn a_record_is_one_line_and_reads_back() {
        let mut out = Vec::new();
        export(&json!({})).encode(&document(), &mut out).expect("it can be written");
        let text = String::from_utf8(out).expect("UTF-8");
        assert!(text.ends_with('\n') && text.matches('\n').count() == 1, "{text}");
        let record: copydesk_record::Record<'_> = serde_json::from_str(&text).expect("a record");
        assert_eq!(record.source.uri, "a.txt");
        assert_eq!(record.blocks.expect("on by default")[0].text, "One\u{2028}\"two\"\nthree");
        assert!(record.decisions.is_none());
    }

    #[test]
    fn options_choose_the_longer_parts() {
        let mut out = Vec::new();
        let config = json!({ "blocks": false, "metadata": false, "decisions": true });
        export(&config).encode(&document(), &mut out).expect("it can be written");
        let record: Value = serde_json::from_slice(&out).expect("JSON");
        assert!(record.get("blocks").is_none() && record.get("metadata").is_none());
        assert_eq!(record["decisions"][0]["rule"], "all");
    }

    #[test]
    fn a_path_is_no_file_name() {
        let catalog = Catalog::default().with(register);
        let build = |file| catalog.find_export("jsonl").expect("registered").build(&json!({ "file": file }));
        assert_eq!(build("../up.jsonl").expect_err("refused").path, "file");
        assert!(build("other.jsonl").is_ok());
    }
}
