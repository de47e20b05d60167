//! Parquet files: a part from the rows of a shard, and the whole from parts.

use std::{fs::File, io::BufWriter, path::Path, sync::Arc};

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use bytes::Bytes;
use copydesk_columns::{Options, Rows, Table};
use copydesk_record::read_lines;
use copydesk_stage::{Assemble, DocumentRows, ExportError};
use parquet::{
    arrow::{
        ArrowSchemaConverter,
        arrow_reader::{ParquetRecordBatchReaderBuilder, RowSelector},
        arrow_writer::{ArrowWriter, ArrowWriterOptions},
    },
    basic::{Compression, ZstdLevel},
    column::writer::ColumnCloseResult,
    errors::ParquetError,
    file::{
        metadata::{KeyValue, RowGroupMetaData},
        properties::{EnabledStatistics, WriterProperties, WriterPropertiesPtr},
        reader::{ChunkReader, FileReader, SerializedFileReader},
        writer::SerializedFileWriter,
    },
    schema::types::{ColumnPath, TypePtr},
};

/// After how many documents a batch is handed on, so that a large shard is not in memory twice.
const BATCH: u32 = 256;

/// A row group of so many rows is worth its place.
const ENOUGH_ROWS: i64 = 1000;
/// So is one of so many bytes, before they are compressed: that is what putting row groups together takes of memory.
const ENOUGH_BYTES: i64 = 32 << 20;

/// In the metadata of a part: how many rows each of its documents has.
const COUNTS: &str = "copydesk.rows";

/// So are those of so many parts, which may all be empty.
const ENOUGH_PARTS: usize = 1000;

/// What all files of an export have in common.
#[derive(Debug)]
pub(crate) struct Layout {
    table: Table,
    options: Options,
    arrow: SchemaRef,
    parquet: TypePtr,
    properties: WriterPropertiesPtr,
}

impl Layout {
    pub(crate) fn new(table: Table, options: Options) -> Result<Self, ExportError> {
        let schema = copydesk_columns::schema(table, options);
        let notes = [
            ("copydesk.table", table.name().to_owned()),
            ("copydesk.schema", copydesk_record::SCHEMA_VERSION.to_string()),
        ];
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
            .set_key_value_metadata(Some(notes.map(|(key, value)| KeyValue::new(key.into(), value)).to_vec()))
            // Lists as the format has them, not as Arrow calls them.
            .set_coerce_types(true)
            // Page indices tell places in the file, which change when row groups are copied.
            .set_statistics_enabled(EnabledStatistics::Chunk)
            .set_offset_index_disabled(true)
            // No two documents have the same text, and looking for it costs more than all else.
            .set_column_dictionary_enabled(ColumnPath::from("text"), false)
            .build();
        let parquet = ArrowSchemaConverter::new().with_coerce_types(true).convert(&schema).map_err(error)?;
        let (arrow, parquet, properties) = (Arc::new(schema), parquet.root_schema_ptr(), Arc::new(properties));
        Ok(Self { table, options, arrow, parquet, properties })
    }

    /// A complete file from rows, which are records, one JSON object a line.
    pub(crate) fn part(&self, rows: &[u8]) -> Result<Vec<u8>, ExportError> {
        let mut writer = self.writer()?;
        let mut batch = Rows::new(self.table, self.options);
        let mut counts = Vec::new();
        for (line, number) in read_lines(rows).zip(1..) {
            counts.push(batch.push(&line.map_err(error)?).map_err(error)?);
            if number % BATCH == 0 {
                writer.write(&batch.finish().map_err(error)?).map_err(error)?;
            }
        }
        writer.write(&batch.finish().map_err(error)?).map_err(error)?;
        self.note_counts(&counts, &mut writer);
        writer.into_inner().map_err(error)
    }

    /// Notes how many rows each document of a part has, where that is not one: so that those of a document can be found again.
    fn note_counts(&self, counts: &[usize], writer: &mut ArrowWriter<Vec<u8>>) {
        if self.table != Table::Documents {
            let counts: Vec<String> = counts.iter().map(ToString::to_string).collect();
            writer.append_key_value_metadata(KeyValue::new(COUNTS.to_owned(), counts.join(" ")));
        }
    }

    /// How many rows each document of a part has; `None` of one that was made before that was noted.
    fn counts(&self, part: &ParquetRecordBatchReaderBuilder<Bytes>, documents: usize) -> Option<Vec<usize>> {
        if self.table == Table::Documents {
            return Some(vec![1; documents]);
        }
        let metadata = part.metadata().file_metadata().key_value_metadata()?;
        let counts = metadata.iter().find(|note| note.key == COUNTS)?.value.as_deref()?;
        let counts: Vec<usize> = counts.split_whitespace().map(str::parse).collect::<Result<_, _>>().ok()?;
        (counts.len() == documents).then_some(counts)
    }

    /// One row group from those of several parts.
    fn merged(&self, parts: &[Bytes]) -> Result<Bytes, ExportError> {
        let mut writer = self.writer()?;
        for part in parts {
            let reader = ParquetRecordBatchReaderBuilder::try_new(part.clone()).map_err(error)?;
            self.write_all(reader, &mut writer)?;
        }
        writer.into_inner().map(Bytes::from).map_err(error)
    }

    /// A part without the rows of some of its documents.
    pub(crate) fn without(&self, part: Vec<u8>, rows: &[DocumentRows]) -> Result<Vec<u8>, ExportError> {
        let reader = ParquetRecordBatchReaderBuilder::try_new(Bytes::from(part)).map_err(error)?;
        // What was not written here is no document of the part.
        let rows: Vec<&DocumentRows> = rows.iter().filter(|rows| rows.bytes > 0).collect();
        let Some(counts) = self.counts(&reader, rows.len()) else {
            return Err(ExportError::new(format!(
                "documents have changed, and `{}` was made by an earlier version, which did not note which rows are whose; \
                 `--replace` makes it anew",
                self.table.name()
            )));
        };
        let select = |(rows, count): (&&DocumentRows, &usize)| {
            if rows.stay { RowSelector::select(*count) } else { RowSelector::skip(*count) }
        };
        let selection: Vec<RowSelector> = rows.iter().zip(&counts).map(select).collect();
        let left: Vec<usize> = rows.iter().zip(counts).filter(|(rows, _)| rows.stay).map(|(_, count)| count).collect();
        let mut writer = self.writer()?;
        self.write_all(reader.with_row_selection(selection.into()), &mut writer)?;
        self.note_counts(&left, &mut writer);
        writer.into_inner().map_err(error)
    }

    fn write_all(
        &self,
        reader: ParquetRecordBatchReaderBuilder<Bytes>,
        writer: &mut ArrowWriter<Vec<u8>>,
    ) -> Result<(), ExportError> {
        for batch in reader.build().map_err(error)? {
            let columns = batch.map_err(error)?.columns().to_vec();
            writer.write(&RecordBatch::try_new(self.arrow.clone(), columns).map_err(error)?).map_err(error)?;
        }
        Ok(())
    }

    fn writer(&self) -> Result<ArrowWriter<Vec<u8>>, ExportError> {
        let options = ArrowWriterOptions::new()
            .with_properties((*self.properties).clone())
            // The schema once more, as Arrow writes it: readers need it only for types that are not used here.
            .with_skip_arrow_metadata(true);
        ArrowWriter::try_new_with_options(Vec::new(), self.arrow.clone(), options).map_err(error)
    }

    /// Writes the parts that wait as one row group.
    fn flush(
        &self,
        parts: &mut Vec<Bytes>,
        writer: &mut SerializedFileWriter<BufWriter<File>>,
    ) -> Result<(), ExportError> {
        let part = match &mut **parts {
            [] => return Ok(()),
            [one] => one.clone(),
            several => self.merged(several)?,
        };
        parts.clear();
        let reader = SerializedFileReader::new(part.clone()).map_err(error)?;
        reader.metadata().row_groups().iter().try_for_each(|group| copy(&part, group, writer)).map_err(error)
    }
}

impl Assemble for Layout {
    /// One file from the row groups of parts. Those that are large enough are copied as they are; small ones are put
    /// together with their neighbours, because every row group costs some kilobytes at the end of the file, which every
    /// reader has to read first.
    fn assemble(
        &self,
        parts: &mut dyn Iterator<Item = Result<Vec<u8>, ExportError>>,
        to: &Path,
    ) -> Result<(), ExportError> {
        let file = BufWriter::with_capacity(1 << 20, File::create_new(to).map_err(error)?);
        let mut writer =
            SerializedFileWriter::new(file, self.parquet.clone(), self.properties.clone()).map_err(error)?;
        let mut small: Vec<Bytes> = Vec::new();
        let mut waiting = Weight::default();
        for part in parts {
            let part = Bytes::from(part?);
            let own = Weight::of(&part)?;
            // What waits comes first, and does not grow by a part that can stand alone.
            if own.is_enough() {
                self.flush(&mut small, &mut writer)?;
                waiting = Weight::default();
            }
            small.push(part);
            waiting = Weight { rows: waiting.rows + own.rows, bytes: waiting.bytes + own.bytes };
            if waiting.is_enough() || small.len() >= ENOUGH_PARTS {
                self.flush(&mut small, &mut writer)?;
                waiting = Weight::default();
            }
        }
        self.flush(&mut small, &mut writer)?;
        writer.into_inner().map_err(error)?.into_inner().map_err(|unwritten| error(unwritten.error()))?;
        Ok(())
    }
}

/// How large row groups are.
#[derive(Clone, Copy, Debug, Default)]
struct Weight {
    rows: i64,
    bytes: i64,
}

impl Weight {
    fn of(part: &Bytes) -> Result<Self, ExportError> {
        let reader = SerializedFileReader::new(part.clone()).map_err(error)?;
        let groups = reader.metadata().row_groups();
        let add = |sum: Self, group: &RowGroupMetaData| Self {
            rows: sum.rows + group.num_rows(),
            bytes: sum.bytes + group.total_byte_size(),
        };
        Ok(groups.iter().fold(Self::default(), add))
    }

    fn is_enough(self) -> bool {
        self.rows >= ENOUGH_ROWS || self.bytes >= ENOUGH_BYTES
    }
}

fn copy(
    part: &impl ChunkReader,
    group: &RowGroupMetaData,
    writer: &mut SerializedFileWriter<BufWriter<File>>,
) -> Result<(), ParquetError> {
    let mut out = writer.next_row_group()?;
    for column in group.columns() {
        let close = ColumnCloseResult {
            bytes_written: column.compressed_size().unsigned_abs(),
            rows_written: group.num_rows().unsigned_abs(),
            metadata: column.clone(),
            bloom_filter: None,
            column_index: None,
            offset_index: None,
        };
        out.append_column(part, close)?;
    }
    out.close()?;
    Ok(())
}

fn error(error: impl std::fmt::Display) -> ExportError {
    ExportError::new(error.to_string())
}
