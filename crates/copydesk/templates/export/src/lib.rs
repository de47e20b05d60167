//! The export `my-export`: a list of what was read, one line a document: its address, a tab, its text in one line.

use copydesk_document::Document;
use copydesk_stage::{Catalog, ConfigError, Export, ExportError, ExportKind, check_file_name};

/// The export `my-export`.
#[derive(Debug)]
pub struct MyExport {
    config: Config,
}

/// What a pipeline file may say in its `[[export]]` table. These comments are what `stages my-export` prints.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Name of the file in the output folder.
    pub file: String,
    /// How many characters of the text a line shows.
    #[schemars(range(min = 1))]
    pub characters: usize,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            file: "list.tsv".into(),
            characters: 80,
        }
    }
}

impl ExportKind for MyExport {
    const NAME: &'static str = "my-export";
    const SUMMARY: &'static str = "Writes a list, one line a document.";
    type Config = Config;

    fn build(config: Config) -> Result<Box<dyn Export>, ConfigError> {
        check_file_name(&config.file)?;
        Ok(Box::new(Self { config }))
    }
}

impl Export for MyExport {
    fn file_name(&self) -> &str {
        &self.config.file
    }

    fn header(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"address\ttext\n");
    }

    // A function of the document: it is called on many threads at once, and the rows are put in order afterwards.
    fn encode(&self, doc: &Document, rows: &mut Vec<u8>) -> Result<(), ExportError> {
        let body = doc.ids().filter(|id| doc.block(*id).label().is_body());
        let words = body.flat_map(|id| doc.text(id).split_whitespace());
        let text: String = words
            .collect::<Vec<_>>()
            .join(" ")
            .chars()
            .take(self.config.characters)
            .collect();
        let address = doc.source.uri.replace(['\t', '\n'], " ");
        rows.extend_from_slice(format!("{address}\t{text}\n").as_bytes());
        Ok(())
    }
}

/// What a program passes to `Catalog::with`, and `copydesk build` looks for.
pub fn register(catalog: &mut Catalog) {
    catalog.export::<MyExport>();
}
