//! The documents of one file.

use std::{
    fs::File,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
};

use copydesk_intake::{Documents, FileName, Names, Standing, StoredFile, bad};
use copydesk_stage::SourceItem;
use parquet::{
    errors::ParquetError,
    file::{
        reader::FileReader,
        serialized_reader::{ReadOptionsBuilder, SerializedFileReader},
    },
    record::{Row, reader::RowIter},
    schema::types::{Type, TypePtr},
};

use crate::{Options, value};

/// Whether the beginning of a file is that of Parquet.
pub fn looks_like(head: &[u8]) -> bool {
    head.starts_with(b"PAR1")
}

/// The documents of a file, and what is wrong with the rows that are none.
pub fn records(file: StoredFile, options: &Options) -> Documents {
    let one = |item| Box::new(std::iter::once(item)) as Documents;
    let name = file.name().clone();
    let Some(path) = file.path().map(Path::to_owned) else {
        let message = "Parquet is read from its end, which standard input does not have; save it as a file";
        return one(bad(name.uri, "parquet.stdin", message));
    };
    // Opened once as all files are, for what cannot be opened is told of in the same words.
    if let Err(item) = file.open() {
        return one(*item);
    }
    match Groups::open(&path, 0) {
        Ok(groups) => Box::new(Records {
            uri: name.uri.clone(),
            names: Names::new(name.name),
            path,
            options: options.clone(),
            groups: Some(groups),
            number: 0,
        }),
        Err(error) => one(damaged(&name, &error)),
    }
}

/// What is wrong with a file or a row group: the rule, and how the clause that names it goes on. What the library says is
/// written for those who know how it works.
fn fault(error: &ParquetError) -> (&'static str, String) {
    let says = error.to_string();
    // The codecs that are rare are not built in: `Disabled feature at compile time: brotli`.
    let rare = says.contains("Disabled feature").then(|| says.rsplit(' ').next().unwrap_or_default().to_lowercase());
    let codec = rare.or_else(|| says.contains("LZO").then(|| "lzo".to_owned()));
    match (codec, error) {
        (Some(codec), _) => {
            let way_out = "write the file with zstd (`to_parquet(..., compression=\"zstd\")`)";
            ("parquet.codec", format!("is compressed as {codec}, which is not read; {way_out}"))
        }
        (None, _) if says.contains("encrypt") => {
            ("parquet.codec", "is encrypted, which is not read; write it without encryption".into())
        }
        (None, ParquetError::NYI(_)) => (
            "parquet.codec",
            "is written in a way that is not read; write the file anew (`pyarrow.parquet.write_table`)".into(),
        ),
        (None, ParquetError::EOF(_)) => ("parquet.damaged", "is cut off, or damaged; fetch the file again".into()),
        (None, _) => ("parquet.damaged", "is damaged; fetch the file again".into()),
    }
}

fn damaged(name: &FileName, error: &ParquetError) -> SourceItem {
    let (rule, is) = fault(error);
    bad(name.uri.as_str(), rule, format!("this Parquet file {is}"))
}

/// The rows of a file from one of its row groups on.
struct Groups {
    rows: RowIter<'static>,
    schema: TypePtr,
    /// How many rows each has of the groups that are read, and which group of the file the first is.
    lengths: Vec<u64>,
    first: usize,
    /// Rows that have been read.
    read: u64,
}

impl Groups {
    fn open(path: &Path, first: usize) -> Result<Self, ParquetError> {
        let file = File::open(path).map_err(|error| ParquetError::General(error.to_string()))?;
        let options = ReadOptionsBuilder::new().with_predicate(Box::new(move |_, at| at >= first)).build();
        let reader = guarded(|| SerializedFileReader::new_with_options(file, options))?;
        let groups = reader.metadata().row_groups();
        let lengths = groups.iter().map(|group| u64::try_from(group.num_rows()).unwrap_or(0)).collect();
        let schema = reader.metadata().file_metadata().schema_descr().root_schema_ptr();
        Ok(Self { rows: RowIter::from_file_into(Box::new(reader)), schema, lengths, first, read: 0 })
    }

    /// The group that is being read, counted in the file, and how many of its rows are still to come.
    fn current(&self) -> (usize, u64) {
        let mut behind = self.read;
        for (at, length) in self.lengths.iter().enumerate() {
            if behind < *length {
                return (self.first + at, length - behind);
            }
            behind -= length;
        }
        (self.first + self.lengths.len(), 0)
    }

    fn next(&mut self) -> Option<Result<Row, ParquetError>> {
        let rows = &mut self.rows;
        let row = guarded(|| rows.next().transpose()).transpose();
        self.read += u64::from(matches!(row, Some(Ok(_))));
        row
    }
}

/// The library panics over some damage; that is damage, too.
fn guarded<T>(read: impl FnOnce() -> Result<T, ParquetError>) -> Result<T, ParquetError> {
    catch_unwind(AssertUnwindSafe(read))
        .unwrap_or_else(|_| Err(ParquetError::General("its data contradict each other".into())))
}

struct Records {
    uri: String,
    names: Names,
    path: PathBuf,
    options: Options,
    /// None once there is nothing more to be read.
    groups: Option<Groups>,
    number: u64,
}

impl Records {
    fn row(&mut self, row: &Row, schema: &Type) -> SourceItem {
        let uri = format!("{}#record-{}", self.uri, self.number);
        let notes = value::guessed(row).into_iter().collect();
        let standing = Standing { uri: uri.clone(), extent: None, notes };
        match self.options.columns().input(standing, &mut self.names, value::record(row, Some(schema))) {
            Ok(input) => SourceItem::Input(input),
            Err(refused) => bad(uri, refused.rule, format!("row {}: {}", self.number, refused.message)),
        }
    }

    /// Tells of a row group that is damaged, and goes on with the next one.
    fn fail(&mut self, (group, lost): (usize, u64), error: &ParquetError) -> SourceItem {
        self.number += lost;
        let (rule, is) = fault(error);
        let wrong = format!("row group {} {is}. {lost} of its rows are lost", group + 1);
        let (groups, message) = match Groups::open(&self.path, group + 1) {
            Ok(groups) => (Some(groups), wrong),
            Err(_) => (None, format!("{wrong}, and those behind it too, for the file cannot be opened again")),
        };
        self.groups = groups;
        bad(format!("{}#row-group-{}", self.uri, group + 1), rule, message)
    }
}

impl Iterator for Records {
    type Item = SourceItem;

    fn next(&mut self) -> Option<SourceItem> {
        let groups = self.groups.as_mut()?;
        match groups.next() {
            Some(Ok(row)) => {
                let schema = groups.schema.clone();
                self.number += 1;
                Some(self.row(&row, &schema))
            }
            Some(Err(error)) => {
                let at = groups.current();
                Some(self.fail(at, &error))
            }
            None => {
                self.groups = None;
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_is_told_in_words_of_ours() {
        for (error, rule, says) in [
            (ParquetError::General("Disabled feature at compile time: brotli".into()), "parquet.codec", "brotli"),
            (ParquetError::NYI("The codec type LZO is not supported yet".into()), "parquet.codec", "lzo"),
            (ParquetError::NYI("some coding".into()), "parquet.codec", "write the file anew"),
            (ParquetError::General("an encrypted footer".into()), "parquet.codec", "without encryption"),
            (ParquetError::External("snappy: corrupt input".into()), "parquet.damaged", "fetch the file again"),
            (ParquetError::EOF("Expected 8 bytes".into()), "parquet.damaged", "cut off"),
        ] {
            let (found, message) = fault(&error);
            assert!(found == rule && message.contains(says), "{found}: {message}");
            assert!(!message.contains("Disabled") && !message.contains("corrupt") && !message.contains("Expected"));
        }
    }
}
