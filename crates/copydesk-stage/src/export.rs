//! Exports.

use std::{fmt::Debug, path::Path};

use copydesk_document::Document;
use schemars::JsonSchema;
use serde::{Serialize, de::DeserializeOwned};

use crate::ConfigError;

/// A document, a part or a file that an export cannot write.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct ExportError {
    /// What is wrong.
    pub message: String,
}

impl ExportError {
    /// An error by its sentence.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into() }
    }
}

/// A format of output. It turns documents into bytes; the runner owns the files and their commit.
///
/// A run is cut into shards, runs of documents that the input alone decides. The documents of a shard become *rows*
/// ([`Self::encode`]), the rows of a shard become a *part* ([`Self::part`]), and the parts of all shards, in order,
/// become the file ([`Self::header`] and [`Self::assembly`]). Each step is a function of what goes into it, so that a
/// run that was interrupted and resumed writes the same file as one that was not.
pub trait Export: Debug + Send + Sync {
    /// The name of its file in the output folder, `records.jsonl`.
    fn file_name(&self) -> &str;

    /// Appends what stands before the first part: a CSV header. For [`Assembly::Joined`] only.
    fn header(&self, out: &mut Vec<u8>) {
        let _ = out;
    }

    /// Appends the rows of one document. The runner calls it on many threads at once and puts the pieces in order.
    fn encode(&self, doc: &Document, rows: &mut Vec<u8>) -> Result<(), ExportError>;

    /// Turns the rows of a shard into the bytes that are stored. Some shards have no rows at all.
    fn part(&self, rows: Vec<u8>) -> Result<Vec<u8>, ExportError> {
        Ok(rows)
    }

    /// A part without the rows of documents that another shard has by now. `rows` are those of each document of the part,
    /// in their order. An export with a [`Self::part`] of its own has to say how, or such a run is refused.
    fn without(&self, part: Vec<u8>, rows: &[DocumentRows]) -> Result<Vec<u8>, ExportError> {
        DocumentRows::cut(&part, rows)
    }

    /// What the row of a document shows of the types in a file: a number for each field that has a value there, of that
    /// type. Readers that take the types from the first rows have to meet all of them there, so that of each number a row
    /// is put before all others. Without numbers every row stays where it is. For [`Assembly::Joined`] only, where parts
    /// are the rows as they are.
    fn shapes(&self, row: &[u8]) -> Vec<u32> {
        let _ = row;
        Vec::new()
    }

    /// The stages whose findings (`ext`) the options of this export name, each with the key that names it. A pipeline
    /// without such a stage is refused.
    fn ext_stages(&self) -> Vec<(String, &str)> {
        Vec::new()
    }

    /// The surveys whose findings the options of this export name, or the fields that they fill, each with the key that names
    /// it. A pipeline without such a survey is refused.
    fn survey_fields(&self) -> Vec<(String, &str)> {
        Vec::new()
    }

    /// How what surveys have found gets into rows; an export without that cannot stand in a pipeline with surveys.
    fn completion(&self) -> Option<&dyn Complete> {
        None
    }

    /// How parts become a file.
    fn assembly(&self) -> Assembly<'_> {
        Assembly::Joined
    }
}

/// The rows of one document in a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DocumentRows {
    /// How many bytes they were, as [`Export::encode`] gave them.
    pub bytes: u64,
    /// Whether they stay.
    pub stay: bool,
}

impl DocumentRows {
    /// Of the rows of a shard, as they were before they became a part, those that stay.
    pub fn cut(shard: &[u8], rows: &[Self]) -> Result<Vec<u8>, ExportError> {
        if rows.iter().map(|rows| rows.bytes).sum::<u64>() != shard.len() as u64 {
            return Err(ExportError::new(
                "documents have changed whose rows this export cannot take out again; `--replace` makes it anew",
            ));
        }
        let (mut left, mut rest) = (Vec::with_capacity(shard.len()), shard);
        for Self { bytes, stay } in rows {
            let (own, others) = rest.split_at(usize::try_from(*bytes).unwrap_or(usize::MAX).min(rest.len()));
            if *stay {
                left.extend_from_slice(own);
            }
            rest = others;
        }
        Ok(left)
    }
}

/// Puts into rows what is known only when all documents have been seen.
pub trait Complete: Debug + Send + Sync {
    /// Appends the rows of one document with these fields, of which every document of a run has the same, in the same
    /// order. `rows` is what [`Export::encode`] gave.
    fn complete(&self, rows: &[u8], late: &[LateField<'_>], out: &mut Vec<u8>) -> Result<(), ExportError>;
}

/// What surveys have found of a document.
#[derive(Clone, Debug, PartialEq)]
pub struct LateField<'f> {
    /// The field of the record.
    pub name: &'f str,
    /// Its value; `null` where there is nothing to say.
    pub value: serde_json::Value,
}

/// How parts become a file.
#[derive(Debug)]
pub enum Assembly<'a> {
    /// The header, then the parts, one behind the other.
    Joined,
    /// The export puts them together.
    Built(&'a dyn Assemble),
    /// Every document is a file of its own, in a folder of the export's name: rows are what [`push_file`] makes of them.
    /// Two that ask for the same name get a number.
    Split,
    /// The rows go to files in a folder of the export's name, those with one name to one file, in their order: rows are what
    /// [`push_file`] makes of them. With what stands first in each.
    Routed(&'a [u8]),
}

/// Appends a file to rows that are split into files. Its name may have folders, parted by `/`.
pub fn push_file(rows: &mut Vec<u8>, name: &str, content: &[u8]) {
    rows.extend_from_slice(&(name.len() as u64).to_le_bytes());
    rows.extend_from_slice(&(content.len() as u64).to_le_bytes());
    rows.extend_from_slice(name.as_bytes());
    rows.extend_from_slice(content);
}

/// The files of a part, in order, with their names. A name is one that stays in its folder on every system, and that is
/// not hidden.
pub fn files(mut part: &[u8]) -> impl Iterator<Item = Result<(&str, &[u8]), ExportError>> {
    std::iter::from_fn(move || {
        if part.is_empty() {
            return None;
        }
        let Some((name, content, rest)) = first_file(part) else {
            part = &[];
            return Some(Err(ExportError::new("its files cannot be told apart")));
        };
        part = rest;
        let bad =
            name.split('/').any(|part| part.is_empty() || part.starts_with('.')) || name.contains(['\\', ':', '\0']);
        Some(if bad { Err(ExportError::new(format!("{name:?} is no name for a file"))) } else { Ok((name, content)) })
    })
}

fn first_file(part: &[u8]) -> Option<(&str, &[u8], &[u8])> {
    let (name, rest) = part.split_first_chunk()?;
    let (content, rest) = rest.split_first_chunk()?;
    let (name, content) = (u64::from_le_bytes(*name), u64::from_le_bytes(*content));
    let (name, rest) = rest.split_at_checked(usize::try_from(name).ok()?)?;
    let (content, rest) = rest.split_at_checked(usize::try_from(content).ok()?)?;
    Some((std::str::from_utf8(name).ok()?, content, rest))
}

/// Puts parts together where one behind the other is not enough.
pub trait Assemble: Debug + Send + Sync {
    /// Writes the file `to`, which does not exist yet, from the parts in their order. The runner makes it durable and
    /// gives it its final name; what else the writing left beside it has to be gone at the end.
    fn assemble(
        &self,
        parts: &mut dyn Iterator<Item = Result<Vec<u8>, ExportError>>,
        to: &Path,
    ) -> Result<(), ExportError>;
}

/// What an export is, before there is one.
pub trait ExportKind: 'static {
    /// The name in a pipeline file: `use = "jsonl"`.
    const NAME: &'static str;
    /// One line for lists.
    const SUMMARY: &'static str;
    /// The digest of what its bytes depend on, as for [`crate::StageKind::FINGERPRINT`].
    const FINGERPRINT: Option<u128> = None;
    /// Its options, as for [`crate::StageKind::Config`].
    type Config: DeserializeOwned + Serialize + JsonSchema + Default;

    /// Builds an export from its options.
    fn build(config: Self::Config) -> Result<Box<dyn Export>, ConfigError>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_come_back_as_they_were_put_and_none_leads_out() {
        let mut rows = Vec::new();
        for (name, content) in [("a/b.txt", &b"one"[..]), ("c.txt", b""), ("d", b"two\n")] {
            push_file(&mut rows, name, content);
        }
        let found: Vec<_> = files(&rows).map(|file| file.expect("a file")).collect();
        assert_eq!(found, [("a/b.txt", &b"one"[..]), ("c.txt", b""), ("d", b"two\n")]);
        for cut in 1..rows.len() {
            let read: Vec<_> = files(&rows[..cut]).collect();
            assert!(read.len() <= 3 && read.iter().filter(|file| file.is_err()).count() <= 1, "{cut}");
        }
        for bad in ["../x", "/x", "a//b", ".x", "a/..", "a\\b", "", "c:x"] {
            let mut rows = Vec::new();
            push_file(&mut rows, bad, b"x");
            assert!(files(&rows).all(|file| file.is_err()), "{bad}");
        }
    }
}
