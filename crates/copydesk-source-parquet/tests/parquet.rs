//! What the source makes of files, sound and otherwise.

use std::{fs, path::Path, sync::Arc};

use arrow_array::{
    Array, ArrayRef, BinaryArray, Date32Array, Float64Array, Int64Array, ListArray, RecordBatch, StringArray,
    StructArray, TimestampMillisecondArray, types::TimestampMillisecondType,
};
use arrow_schema::{DataType, Field};
use copydesk_stage::{Catalog, SourceItem};
use parquet::{
    arrow::ArrowWriter,
    basic::{Compression, GzipLevel, ZstdLevel},
    file::properties::WriterProperties,
};
use serde_json::{Value, json};

fn write(path: &Path, columns: Vec<(&str, ArrayRef)>, compression: Compression, group: usize) {
    let batch = RecordBatch::try_from_iter(columns).expect("a table");
    let properties =
        WriterProperties::builder().set_compression(compression).set_max_row_group_row_count(Some(group)).build();
    let file = fs::File::create(path).expect("a file");
    let mut writer = ArrowWriter::try_new(file, batch.schema(), Some(properties)).expect("a writer");
    writer.write(&batch).expect("it is written");
    writer.close().expect("it is written");
}

fn items(path: &Path) -> Vec<SourceItem> {
    let catalog = Catalog::default().with(copydesk_source_parquet::register);
    let config = json!({ "paths": [path.to_str().expect("plain")] });
    let source = catalog.find_source("parquet").expect("registered").build(&config).expect("valid");
    source.open().expect("it opens").map(|item| item.expect("it goes on")).collect()
}

fn texts(path: &Path) -> Vec<String> {
    let shown = |item| match item {
        SourceItem::Input(input) => String::from_utf8(input.bytes).expect("UTF-8"),
        SourceItem::Bad { uri, rule, .. } => format!("{} ({rule})", uri.rsplit('#').next().unwrap_or_default()),
        SourceItem::Skipped { uri, .. } => panic!("{uri}"),
    };
    items(path).into_iter().map(shown).collect()
}

fn strings(texts: &[&str]) -> ArrayRef {
    Arc::new(StringArray::from(texts.to_vec()))
}

#[test]
fn a_row_is_a_document_with_what_stands_beside_it() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("a.parquet");
    let url = Arc::new(Field::new("url", DataType::Utf8, true));
    let metadata = StructArray::from(vec![(url, strings(&["https://example.org/a"]))]);
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("text", strings(&["The ferry sails."])),
        ("id", Arc::new(Int64Array::from(vec![7]))),
        ("title", strings(&["Ferries"])),
        ("published", Arc::new(TimestampMillisecondArray::from(vec![1_709_114_400_000]).with_timezone("UTC"))),
        ("day", Arc::new(Date32Array::from(vec![19_781]))),
        ("score", Arc::new(Float64Array::from(vec![f64::NAN]))),
        ("picture", Arc::new(BinaryArray::from_vec(vec![b"\x89PNG\0\0"]))),
        ("metadata", Arc::new(metadata)),
    ];
    write(&path, columns, Compression::SNAPPY, 100);
    let Some(SourceItem::Input(input)) = items(&path).pop() else { panic!("a document") };
    assert_eq!(input.bytes, b"The ferry sails.");
    assert_eq!(input.url.as_deref(), Some("https://example.org/a"));
    assert!(input.uri.ends_with("a.parquet#record-1") && input.name == "a.parquet#7", "{}", input.name);
    let expected = json!({
        "id": 7, "title": "Ferries", "published": "2024-02-28T10:00:00Z", "day": "2024-02-28", "score": null,
        "picture": null, "metadata": { "url": "https://example.org/a" },
    });
    assert_eq!(Value::from(input.fields), expected);
    assert!(input.declared.contains(&("title".into(), "Ferries".into())));
}

#[test]
fn a_time_without_a_zone_is_given_none() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("a.parquet");
    let local = || TimestampMillisecondArray::from(vec![1_709_114_400_000]);
    let (millis, utc) = (local().data_type().clone(), local().with_timezone("UTC"));
    let list = ListArray::from_iter_primitive::<TimestampMillisecondType, _, _>([Some([Some(1_709_114_400_000)])]);
    let of_page = Arc::new(Field::new("fetched", millis, true));
    let page = StructArray::from(vec![(of_page, Arc::new(local()) as ArrayRef)]);
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("text", strings(&["The ferry sails."])),
        ("local", Arc::new(local())),
        ("utc", Arc::new(utc)),
        ("list", Arc::new(list)),
        ("page", Arc::new(page)),
    ];
    write(&path, columns, Compression::UNCOMPRESSED, 100);
    let Some(SourceItem::Input(input)) = items(&path).pop() else { panic!("a document") };
    let expected = json!({
        "local": "2024-02-28T10:00:00", "utc": "2024-02-28T10:00:00Z", "list": ["2024-02-28T10:00:00"],
        "page": { "fetched": "2024-02-28T10:00:00" },
    });
    assert_eq!(Value::from(input.fields), expected);
}

#[test]
fn the_usual_codecs_and_bytes_are_read() {
    let dir = tempfile::tempdir().expect("a folder");
    let zstd = Compression::ZSTD(ZstdLevel::default());
    for (at, compression) in [
        Compression::UNCOMPRESSED,
        Compression::SNAPPY,
        zstd,
        Compression::GZIP(GzipLevel::default()),
        Compression::LZ4_RAW,
    ]
    .into_iter()
    .enumerate()
    {
        let path = dir.path().join(format!("{at}.parquet"));
        let pages = BinaryArray::from_vec(vec![b"<p>one</p>", "<p>\u{d55c}\u{ad6d}</p>".as_bytes()]);
        write(&path, vec![("html", Arc::new(pages) as ArrayRef)], compression, 1);
        assert_eq!(texts(&path), ["<p>one</p>", "<p>\u{d55c}\u{ad6d}</p>"]);
    }
}

#[test]
fn what_is_damaged_costs_its_row_group() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("a.parquet");
    let rows: Vec<String> = (0..9_u64).map(|n| format!("{n} {:x}", n.wrapping_mul(0x9E37_79B9_7F4A_7C15))).collect();
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    write(&path, vec![("text", strings(&rows))], Compression::ZSTD(ZstdLevel::default()), 3);
    assert_eq!(texts(&path), rows);
    let sound = fs::read(&path).expect("a file");
    // The second group begins at the second frame that holds values.
    let frames: Vec<usize> =
        sound.windows(4).enumerate().filter(|(_, bytes)| *bytes == b"\x28\xb5\x2f\xfd").map(|(at, _)| at).collect();
    let mut torn = sound.clone();
    let at = frames[frames.len() / 3] + 4;
    torn[at..at + 8].fill(0xFF);
    fs::write(&path, &torn).expect("a file");
    let found = texts(&path);
    assert_eq!(found[..3], rows[..3]);
    assert_eq!(found[found.len() - 3..], rows[6..]);
    assert!(found[3..found.len() - 3].iter().any(|item| item == "row-group-2 (parquet.damaged)"), "{found:?}");
    fs::write(&path, &sound[..sound.len() / 2]).expect("a file");
    let [one] = &texts(&path)[..] else { panic!("one fault") };
    assert!(one.ends_with("(parquet.damaged)"), "{one}");
}

/// Made by pyarrow, which writes the checksum of each page if it is asked to: `write_page_checksum`, a row a group.
#[test]
fn a_page_that_is_not_what_its_checksum_says_is_no_document() {
    let sound = include_bytes!("checksums.parquet");
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("a.parquet");
    fs::write(&path, sound).expect("a file");
    let rows = ["The tide rises at noon.", "The tide falls at night.", "The ferry waits for both."];
    assert_eq!(texts(&path), rows);
    let at = sound.windows(5).position(|bytes| bytes == b"falls").expect("the second row");
    let mut torn = sound.to_vec();
    torn[at] = b'F';
    fs::write(&path, torn).expect("a file");
    assert_eq!(texts(&path), [rows[0], "row-group-2 (parquet.damaged)", rows[2]]);
}
