//! The lines that go from and to the program. `docs/exec-protocol.md` shows them, and their schemas are those of these types.

use std::borrow::Cow;

use copydesk_document::Label;
use copydesk_stage::{BlockPart, DocumentView, Facet, Handed, PartialView, Patch, StageError, ViewPart};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The version of the protocol. It changes only when a program that speaks the old one would go wrong.
pub const PROTOCOL: u32 = 1;

/// So much of a line that makes no sense is shown.
const SHOWN: usize = 200;

/// Every line, for a JSON Schema of all of them.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum Messages {
    /// To the program, first.
    Hello(Hello<'static>),
    /// From the program: it is ready.
    Introduction(Introduction),
    /// From the program, in the place of an introduction: it cannot work with its options.
    Refusal(Refusal),
    /// To the program: a document.
    Request(Request<'static>),
    /// From the program: what is to be changed in a document.
    Answer(Answer),
}

/// The first line that a program is sent.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Hello<'a> {
    /// 1.
    pub protocol: u32,
    /// The `options` of the stage in the pipeline file.
    pub options: Cow<'a, Map<String, Value>>,
}

/// The first line that a program answers with: what it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Introduction {
    /// 1.
    pub protocol: u32,
    /// What it looks at that other stages write.
    pub reads: Vec<Facet>,
    /// What it changes. A patch that changes anything else costs its document.
    pub writes: Vec<Facet>,
    /// The members of a view that it wants to see; all of them if left out. What is not sent costs nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub view: Option<Vec<ViewPart>>,
    /// The labels of the blocks that it wants to see; all blocks if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub labels: Option<Vec<Label>>,
    /// The members of a block that it wants to see, beside its `id`; all of them if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub block: Option<Vec<BlockPart>>,
    /// Its options in full, defaults included.
    #[serde(default)]
    pub options: Map<String, Value>,
    /// Its version. Another one means that finished work is done again.
    #[serde(default)]
    pub version: String,
    /// Files that it is made of, beside those that the command names. A change of one means that finished work is done again.
    #[serde(default)]
    pub files: Vec<String>,
}

/// What a program says that cannot work with its options.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Refusal {
    /// What is wrong, in one sentence.
    pub error: String,
    /// The option that is wrong, such as `marks` or `marks[1]`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub option: Option<String>,
}

/// A document for the program.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Request<'a> {
    /// Its number, which the answer has to repeat. A process is asked each number once.
    pub id: u64,
    /// What can be read of it, of which the members are there that the program wants to see.
    pub view: DocumentView<'a>,
}

/// What a program answers to a document. Answers may come in any order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// The number of the document.
    pub id: u64,
    /// What is to be changed in it; no changes leave it as it is.
    pub patch: Patch,
}

impl Messages {
    /// The JSON Schema of every line, draft 2020-12.
    pub fn json_schema() -> schemars::Schema {
        let mut schema = schemars::schema_for!(Self);
        // Of a document and of its blocks a program is sent the members that it wants to see, and these.
        for (path, always) in [
            ("/$defs/DocumentView/required", &["version", "uri", "media_type", "url"][..]),
            ("/$defs/BlockView/required", &["id"]),
        ] {
            if let Some(required) = schema.pointer_mut(path) {
                *required = always.into();
            }
        }
        schema
    }
}

impl Introduction {
    /// Reads the first line of a program.
    pub(crate) fn read(line: &[u8]) -> Result<Self, Unfit> {
        let value: Value = serde_json::from_slice(line)
            .map_err(|_| Unfit::Nonsense(format!("its first line is no JSON: `{}`", shown(line))))?;
        if value.get("error").is_some() {
            return Err(match serde_json::from_value(value) {
                Ok(refusal) => Unfit::Refused(refusal),
                Err(error) => Unfit::Nonsense(format!("its first line is no refusal ({error}): `{}`", shown(line))),
            });
        }
        match value.get("protocol").and_then(Value::as_u64) {
            Some(version) if version == u64::from(PROTOCOL) => {}
            Some(version) => {
                return Err(Unfit::Nonsense(format!(
                    "it speaks version {version} of the protocol, and this program version {PROTOCOL}: take the version of \
                     the other that fits"
                )));
            }
            None => {
                let what = format!("its first line is no introduction, which has a `protocol`: `{}`", shown(line));
                return Err(Unfit::Nonsense(what));
            }
        }
        serde_json::from_value(value).map_err(|error| Unfit::Introduction(error.to_string()))
    }
}

/// Why a program cannot be worked with.
#[derive(Debug)]
pub(crate) enum Unfit {
    Refused(Refusal),
    /// It is an introduction, and this is wrong with it.
    Introduction(String),
    Nonsense(String),
}

/// Writes the line of a document.
pub(crate) fn write_request(
    to: &mut Vec<u8>,
    id: u64,
    handed: &Handed<'_>,
    wants: &Introduction,
) -> Result<(), StageError> {
    #[derive(Serialize)]
    struct Line<'a> {
        id: u64,
        view: PartialView<'a>,
    }
    let parts = wants.view.as_deref().unwrap_or(ViewPart::ALL);
    let view = PartialView { doc: handed.doc, parts, labels: wants.labels.as_deref(), block: wants.block.as_deref() };
    let before = to.len();
    if let Err(error) = serde_json::to_writer(&mut *to, &Line { id, view }) {
        to.truncate(before);
        return Err(StageError::new("view", format!("the document cannot be written as JSON: {error}")));
    }
    to.push(b'\n');
    Ok(())
}

/// Reads an answer: the number, and the patch or what is wrong with that. Without a number it is nonsense.
pub(crate) fn read_answer(line: &[u8]) -> Result<(u64, Result<Patch, StageError>), String> {
    #[derive(Deserialize)]
    struct Numbered {
        id: u64,
    }
    match serde_json::from_slice::<Answer>(line) {
        Ok(Answer { id, patch }) => Ok((id, Ok(patch))),
        Err(error) => match serde_json::from_slice::<Numbered>(line) {
            Ok(Numbered { id }) => {
                Ok((id, Err(StageError::new("bad-patch", format!("the patch cannot be read: {error}")))))
            }
            Err(_) => Err(format!("said what is no answer ({error}): `{}`", shown(line))),
        },
    }
}

/// The beginning of a line, for a message.
pub(crate) fn shown(line: &[u8]) -> String {
    let text = String::from_utf8_lossy(&line[..line.len().min(SHOWN)]);
    let text = text.trim_end();
    if line.len() > SHOWN { format!("{text}…") } else { text.to_owned() }
}
