//! Writes records as JSON Lines: one record a line, UTF-8, nothing lost that the options ask for.
//!
//! The fields of a record are those of [`copydesk_record::Record`]. `README.md` says how to load them.

mod lines;
mod shapes;

use copydesk_compression::{Compression, Packer};
use copydesk_document::Document;
use copydesk_record::Markup;
use copydesk_stage::{
    Catalog, Complete, ConfigError, DocumentRows, Export, ExportError, ExportKind, LateField, check_file_name,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

copydesk_fingerprint::fingerprint!();

/// The export `jsonl`.
#[derive(Debug)]
pub struct Jsonl {
    config: Config,
    packer: Packer,
}

/// What a pipeline file may say in its `[[export]]` table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub struct Config {
    /// Name of the file in the output folder. The suffix of the compression is added where it is missing.
    pub file: String,
    /// How the file is compressed: `none`, `gzip` or `zstd`.
    pub compression: Compression,
    /// From 1 to 9 for gzip (usually 6), from 1 to 19 for zstd (usually 3): higher is smaller and slower.
    pub compression_level: Option<u8>,
    /// Write every block of a document, kept or not.
    pub blocks: bool,
    /// Write where each field was read, and how sure that is.
    pub metadata: bool,
    /// Write why each block has its label.
    pub decisions: bool,
    /// Write the main text once more as Markdown, with its headings, lists, tables, links and emphasis.
    pub markdown: bool,
    /// What the Markdown carries beside headings, lists, tables and code.
    pub markup: Markup,
    /// Write `ext` and `fields` as objects. Their keys and types may differ from record to record, which loaders that
    /// make a table of the file refuse; so they are JSON text unless this is set.
    pub nested: bool,
    /// Write all records in the order of the input. Otherwise a few stand before the others, so that readers which take the
    /// types from the first records meet all of them there.
    pub in_order: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            file: "records.jsonl".into(),
            compression: Compression::None,
            compression_level: None,
            blocks: true,
            metadata: true,
            decisions: false,
            markdown: false,
            markup: Markup::default(),
            nested: false,
            in_order: false,
        }
    }
}

impl ExportKind for Jsonl {
    const NAME: &'static str = "jsonl";
    const SUMMARY: &'static str = "Writes records as JSON Lines, one record a line.";
    const FINGERPRINT: Option<u128> = Some(crate::FINGERPRINT);
    type Config = Config;

    fn build(config: Config) -> Result<Box<dyn Export>, ConfigError> {
        check_file_name(&config.file)?;
        let packer = Packer::new(&config.file, config.compression, config.compression_level)
            .map_err(|error| ConfigError::at(error.option, error.message))?;
        Ok(Box::new(Self { config, packer }))
    }
}

impl Export for Jsonl {
    fn file_name(&self) -> &str {
        self.packer.file_name()
    }

    fn header(&self, out: &mut Vec<u8>) {
        // Compressing in memory does not fail.
        out.extend(self.packer.first(b"").unwrap_or_default());
    }

    fn encode(&self, doc: &Document, out: &mut Vec<u8>) -> Result<(), ExportError> {
        let Config { blocks, metadata, decisions, markdown, markup, nested, .. } = self.config;
        let markdown = markdown.then_some(markup);
        let options = copydesk_record::Options { blocks, metadata, decisions, markdown, nested };
        let record = copydesk_record::to_record(doc, options);
        lines::write(&record, out).map_err(|error| ExportError::new(error.to_string()))
    }

    fn part(&self, rows: Vec<u8>) -> Result<Vec<u8>, ExportError> {
        self.packer.next(rows).map_err(|error| ExportError::new(error.to_string()))
    }

    fn shapes(&self, row: &[u8]) -> Vec<u32> {
        // What is compressed stays as it is; with free JSON no row shows the types of all others.
        let stays = self.config.in_order || self.config.nested || self.config.compression != Compression::None;
        if stays { Vec::new() } else { shapes::shapes(row) }
    }

    fn without(&self, part: Vec<u8>, rows: &[DocumentRows]) -> Result<Vec<u8>, ExportError> {
        let opened = self.packer.open(part).map_err(|error| ExportError::new(error.to_string()))?;
        self.part(DocumentRows::cut(&opened, rows)?)
    }

    fn completion(&self) -> Option<&dyn Complete> {
        Some(self)
    }
}

impl Complete for Jsonl {
    fn complete(&self, rows: &[u8], late: &[LateField<'_>], out: &mut Vec<u8>) -> Result<(), ExportError> {
        let fields = late.iter().map(|field| (field.name, &field.value));
        copydesk_record::complete_line(rows, fields, out).map_err(|error| ExportError::new(error.to_string()))
    }
}

/// What a program passes to [`Catalog::with`].
pub fn register(catalog: &mut Catalog) {
    catalog.export::<Jsonl>();
}

#[cfg(test)]
mod tests {
    use copydesk_document::{Caption, Credit, Decision, DocumentSource, Label, NewBlock, Note};
    use serde_json::{Value, json};

    use super::*;

    fn export(config: &Value) -> Box<dyn Export> {
        let catalog = Catalog::default().with(register);
        catalog.find_export("jsonl").expect("registered").build(config).expect("valid")
    }

    fn document() -> Document {
        let source = DocumentSource { uri: "a.txt".into(), ..DocumentSource::default() };
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

    /// Every key of an object and of those inside it, with the objects of a list taken for one.
    fn keys(value: &Value, path: &str, found: &mut Vec<String>) {
        match value {
            Value::Object(object) => object.iter().for_each(|(key, value)| {
                found.push(format!("{path}.{key}"));
                keys(value, &format!("{path}.{key}"), found);
            }),
            Value::Array(items) => items.iter().for_each(|item| keys(item, path, found)),
            _ => {}
        }
    }

    #[test]
    fn every_object_of_a_kind_has_all_of_its_keys() {
        let mut doc = document();
        doc.push_block(NewBlock { text: "A heading", level: 2, ..NewBlock::default() });
        doc.add_captions("test", vec![Caption { credits: vec![Credit::default()], ..Caption::default() }]);
        let (stage, code, message) = ("test".into(), "code".into(), "message".into());
        doc.add_note(Note { stage, code, message, span: None });
        let mut out = Vec::new();
        export(&json!({})).encode(&doc, &mut out).expect("it can be written");
        let record: Value = serde_json::from_slice(&out).expect("JSON");
        let mut found = Vec::new();
        keys(&record, "", &mut found);
        for (key, times) in
            [(".blocks.language", 2), (".blocks.level", 2), (".captions.credits.agency", 1), (".notes.place", 1)]
        {
            assert_eq!(found.iter().filter(|found| *found == key).count(), times, "{key}");
        }
        assert_eq!((&record["blocks"][0]["level"], &record["blocks"][1]["level"]), (&Value::Null, &json!(2)));
    }

    #[test]
    fn what_has_no_shape_of_its_own_is_text_unless_it_is_asked_for() {
        let mut doc = document();
        let written = |config, doc: &Document| {
            let mut out = Vec::new();
            export(&config).encode(doc, &mut out).expect("it can be written");
            serde_json::from_slice::<Value>(&out).expect("JSON")
        };
        assert_eq!(written(json!({}), &doc)["ext"], "{}");
        assert_eq!(written(json!({ "nested": true }), &doc)["fields"], json!({}));
        doc.source.fields.insert("batch".into(), json!(7));
        assert_eq!(written(json!({}), &doc)["fields"], "{\"batch\":7}");
        assert_eq!(written(json!({ "nested": true }), &doc)["fields"]["batch"], 7);
    }

    #[test]
    fn a_path_is_no_file_name() {
        let catalog = Catalog::default().with(register);
        let build = |file| catalog.find_export("jsonl").expect("registered").build(&json!({ "file": file }));
        assert_eq!(build("../up.jsonl").expect_err("refused").path, "file");
        assert!(build("other.jsonl").is_ok());
    }

    #[test]
    fn compressed_files_say_so_and_open() {
        let catalog = Catalog::default().with(register);
        let jsonl = catalog.find_export("jsonl").expect("registered");
        let export = jsonl.build(&json!({ "compression": "zstd", "compression_level": 19 })).expect("valid");
        assert_eq!(export.file_name(), "records.jsonl.zst");
        let (mut file, mut rows) = (Vec::new(), Vec::new());
        export.header(&mut file);
        export.encode(&document(), &mut rows).expect("it can be written");
        file.extend(export.part(rows.clone()).expect("it can be compressed"));
        file.extend(export.part(Vec::new()).expect("a shard without rows"));
        assert_eq!(copydesk_compression::decompress_zstd(&file).expect("zstd"), rows);
        let wrong = jsonl.build(&json!({ "compression": "gzip", "compression_level": 19 }));
        assert_eq!(wrong.expect_err("gzip ends at 9").path, "compression_level");
        let wrong = jsonl.build(&json!({ "file": "records.jsonl.gz" }));
        assert_eq!(wrong.expect_err("the name promises gzip").path, "file");
    }
}
