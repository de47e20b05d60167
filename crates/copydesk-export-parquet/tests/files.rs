//! What comes out, read back by a reader of its own.

use std::fs;

use copydesk_document::{
    BoilerplateKind, Caption, Decision, Document, DocumentSource, Label, Metadata, NewBlock, Origin, Span, Value,
};
use copydesk_stage::{Assembly, Catalog, DocumentRows, Export};
use parquet::file::reader::{FileReader, SerializedFileReader};
use serde_json::{Value as Json, json};

fn export(config: &Json) -> Box<dyn Export> {
    let catalog = Catalog::default().with(copydesk_export_parquet::register);
    catalog.find_export("parquet").expect("registered").build(config).expect("valid")
}

fn document(uri: &str) -> Document {
    let content = "# Harbour\n\nThe ferry is late.\nSubscribe";
    let mut doc = Document::new(DocumentSource { uri: uri.into(), ..DocumentSource::default() }, content.into());
    for text in ["The ferry is late.", "Subscribe"] {
        let start = content.find(text).expect("it is there");
        let span = Span::new(start, start + text.len());
        doc.push_block(NewBlock { text, span, ..NewBlock::default() });
    }
    let ids: Vec<_> = doc.ids().collect();
    for (block, label) in [(ids[0], Label::Body), (ids[1], Label::Boilerplate(BoilerplateKind::Newsletter))] {
        let (stage, rule, detail) = ("test".into(), "all".into(), "".into());
        doc.decide(Decision { block, label, stage, rule, detail });
    }
    let text = |text: &str| Value {
        value: text.to_owned(),
        origin: Origin::Meta,
        name: "og:title".into(),
        span: None,
        confidence: 0.5,
    };
    let published = Some(Value {
        value: "2024-05-02T06:30:00+09:00".parse().unwrap_or_else(|_| panic!("it is a time")),
        origin: Origin::Meta,
        name: "published".into(),
        span: None,
        confidence: 0.5,
    });
    let (title, authors) = (Some(text("Harbour")), vec![text("Ann"), text("Bo")]);
    doc.add_facts("test", Metadata { title, authors, published, ..Metadata::default() });
    let caption = Caption {
        text: "A ferry".into(),
        credit: Some("Wire".into()),
        translations: vec![Caption { text: "Eine Fähre".into(), language: Some("de".into()), ..Caption::default() }],
        ..Caption::default()
    };
    doc.add_captions("test", vec![caption]);
    doc.source.fields.insert("batch".into(), json!(7));
    doc
}

/// The file that an export makes of shards.
fn written(export: &dyn Export, shards: &[&[Document]]) -> Vec<u8> {
    let parts: Vec<Vec<u8>> = shards
        .iter()
        .map(|docs| {
            let mut rows = Vec::new();
            docs.iter().for_each(|doc| export.encode(doc, &mut rows).expect("it can be written"));
            export.part(rows).expect("rows become a part")
        })
        .collect();
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("out");
    let Assembly::Built(assemble) = export.assembly() else { panic!("parts are not joined") };
    assemble.assemble(&mut parts.into_iter().map(Ok), &path).expect("parts become a file");
    assert_eq!(fs::read_dir(folder.path()).expect("the folder").count(), 1, "nothing is left beside the file");
    fs::read(path).expect("it was written")
}

#[test]
fn chunks_are_a_table_of_their_own() {
    let config = json!({ "table": "chunks", "chunks": { "max": 10, "captions": "apart" } });
    let file = written(&*export(&config), &[&[document("a"), document("b")], &[document("c")]]);
    let rows = rows(file);
    // The text in two pieces, and the caption, of each document.
    assert_eq!(rows.len(), 9, "{rows:?}");
    let id = copydesk_record::id(&document("b"));
    let (first, second) = (&rows[3], &rows[4]);
    assert!(first.starts_with(&format!("{{id: \"{id}-0\", document: \"{id}\", source_uri: \"b\"")), "{first}");
    assert!(first.contains("title: \"Harbour\", kind: \"text\"") && first.contains("text: \"The ferry \""), "{first}");
    assert!(second.contains("text: \"is late.\", start: 10, end: 18, blocks: [0], start_byte: 11"), "{second}");
    assert!(rows[5].contains("kind: \"caption\"") && rows[5].contains("start: null"), "{}", rows[5]);
    let catalog = Catalog::default().with(copydesk_export_parquet::register);
    let entry = catalog.find_export("parquet").expect("registered");
    let wrong = |config: Json| entry.build(&config).expect_err("refused").path;
    assert_eq!(wrong(json!({ "table": "chunks", "chunks": { "max": 0 } })), "chunks.max");
    assert_eq!(wrong(json!({ "chunks": {} })), "chunks", "of another table");
}

#[test]
fn chunks_of_a_document_are_taken_out_with_it() {
    let export = export(&json!({ "table": "chunks", "chunks": { "max": 10 } }));
    let mut rows_of = Vec::new();
    let mut sizes = Vec::new();
    for uri in ["a", "b", "c"] {
        let before = rows_of.len();
        export.encode(&document(uri), &mut rows_of).expect("it can be written");
        sizes.push((rows_of.len() - before) as u64);
    }
    let part = export.part(rows_of).expect("a part");
    let stay = sizes.iter().zip([true, false, true]).map(|(bytes, stay)| DocumentRows { bytes: *bytes, stay });
    let left = rows(export.without(part, &stay.collect::<Vec<_>>()).expect("a part"));
    let uris: Vec<bool> = left.iter().map(|row| row.contains("source_uri: \"a\"")).collect();
    assert_eq!(uris, [true, true, true, false, false, false]);
}

/// Rows as the reader prints them, with the names of their columns.
fn rows(file: Vec<u8>) -> Vec<String> {
    let reader = SerializedFileReader::new(bytes::Bytes::from(file)).expect("a Parquet file");
    reader.get_row_iter(None).expect("rows").map(|row| row.expect("a row").to_string()).collect()
}

#[test]
fn a_document_is_a_row() {
    let file = written(&*export(&json!({})), &[&[document("a.txt"), document("b.txt")]]);
    let rows = rows(file);
    assert_eq!(rows.len(), 2);
    for part in [
        "source_uri: \"a.txt\"",
        "title: \"Harbour\", authors: [\"Ann\", \"Bo\"], published: \"2024-05-02T06:30:00+09:00\", \
            published_day: 2024-05-02, published_utc: 2024-05-01 21:30:00.000000 +00:00, modified: null, modified_day: null",
        "text: \"The ferry is late.\"",
        "captions: [{text: \"A ferry\", language: null, credit: \"Wire\", translations: \
            [{text: \"Eine Fähre\", language: \"de\", credit: null}], credits: [], image: null, kind: \"photo\"}]",
        "fields: \"{\"batch\":7}\"",
        "blocks: [{block: 0, kind: \"paragraph\", level: null, label: \"body\", text: \"The ferry is late.\", \
            language: null, start_byte: 11, end_byte: 29, line: 3}, {block: 1",
        "{field: \"title\", value: \"Harbour\", origin: \"meta\", name: \"og:title\", confidence: 0.5, start_byte: null",
    ] {
        assert!(rows[0].contains(part), "{part}\n{}", rows[0]);
    }
}

#[test]
fn the_rows_of_a_document_can_be_taken_out_of_every_table() {
    let plain = Document::new(DocumentSource { uri: "plain.txt".into(), ..DocumentSource::default() }, String::new());
    for table in ["documents", "blocks", "captions", "decisions"] {
        let export = export(&json!({ "table": table }));
        let (mut shard, mut sizes) = (Vec::new(), Vec::new());
        let mut add = |doc: Option<&Document>, stay| {
            let before = shard.len();
            if let Some(doc) = doc {
                export.encode(doc, &mut shard).expect("it can be written");
            }
            sizes.push(DocumentRows { bytes: (shard.len() - before) as u64, stay });
        };
        // One has no rows in most tables, and one was not written here.
        let documents = [document("a.txt"), plain.clone(), document("b.txt"), document("c.txt")];
        add(Some(&documents[0]), true);
        add(None, true);
        add(Some(&documents[1]), true);
        add(Some(&documents[2]), false);
        add(Some(&documents[3]), true);
        let part = export.part(shard).expect("rows become a part");
        let left = export.without(part.clone(), &sizes).expect("they can be taken out");
        let of = |part: &[u8], uri: &str| rows(part.to_vec()).iter().filter(|row| row.contains(uri)).count();
        assert!(of(&part, "b.txt") > 0, "{table}");
        assert_eq!(of(&left, "b.txt"), 0, "{table}");
        for uri in ["a.txt", "plain.txt", "c.txt"] {
            assert_eq!(of(&left, uri), of(&part, uri), "{table}, {uri}");
        }
        // And once more, of what is left.
        let sizes: Vec<_> = [false, true, true].map(|stay| DocumentRows { bytes: 9, stay }).to_vec();
        let last = export.without(left.clone(), &sizes).expect("they can be taken out");
        assert_eq!((of(&last, "a.txt"), of(&last, "c.txt")), (0, of(&part, "c.txt")), "{table}");
    }
}

#[test]
fn columns_that_nobody_wants_are_not_there() {
    let file = written(&*export(&json!({ "blocks": false, "metadata": false, "markdown": true })), &[&[document("a")]]);
    let row = &rows(file)[0];
    assert!(row.contains("markdown: \"The ferry is late.\""), "{row}");
    assert!(!row.contains("blocks:") && !row.contains("metadata:"), "{row}");
}

#[test]
fn blocks_captions_and_decisions_are_tables_too() {
    for (table, count, part) in [
        ("blocks", 2, "source_uri: \"a\", block: 1, kind: \"paragraph\", level: null, label: \"newsletter\""),
        ("captions", 1, "source_uri: \"a\", text: \"A ferry\""),
        ("decisions", 2, "block: 1, label: \"newsletter\", stage: \"test\", rule: \"all\", detail: \"\""),
    ] {
        let export = export(&json!({ "table": table }));
        assert_eq!(export.file_name(), format!("{table}.parquet"));
        let rows = rows(written(&*export, &[&[document("a")]]));
        assert_eq!(rows.len(), count, "{table}");
        assert!(rows.last().expect("some").contains(part), "{table}: {rows:?}");
    }
}

fn groups(file: &[u8]) -> Vec<i64> {
    let reader = SerializedFileReader::new(bytes::Bytes::from(file.to_vec())).expect("a Parquet file");
    reader.metadata().row_groups().iter().map(parquet::file::metadata::RowGroupMetaData::num_rows).collect()
}

#[test]
fn the_same_shards_give_the_same_bytes() {
    let export = export(&json!({}));
    let docs: Vec<_> = (0..5).map(|i| document(&format!("{i}.txt"))).collect();
    let shards: [&[Document]; 4] = [&docs[..2], &[], &docs[2..3], &docs[3..]];
    let file = written(&*export, &shards);
    assert_eq!(file, written(&*export, &shards));
    assert_eq!(groups(&file), [5], "small shards share a row group");
    // However the documents are cut into shards, the rows are the same.
    assert_eq!(rows(file), rows(written(&*export, &[&docs])));
}

#[test]
fn large_shards_keep_their_row_groups() {
    let export = export(&json!({ "table": "decisions" }));
    let docs: Vec<_> = (0..1000).map(|i| document(&format!("{i}.txt"))).collect();
    // Two rows a document: a shard of 500 can stand alone.
    let shards: [&[Document]; 6] =
        [&docs[..10], &docs[10..510], &docs[510..700], &docs[700..980], &docs[980..990], &docs[990..]];
    let file = written(&*export, &shards);
    assert_eq!(groups(&file), [20, 1000, 940 + 20 + 20]);
    assert_eq!(rows(file), rows(written(&*export, &[&docs])));
}

#[test]
fn a_run_without_rows_leaves_a_file_with_its_columns() {
    let export = export(&json!({ "table": "decisions" }));
    for shards in [&[][..], &[&[][..]]] {
        let file = written(&*export, shards);
        let reader = SerializedFileReader::new(bytes::Bytes::from(file)).expect("a Parquet file");
        let metadata = reader.metadata().file_metadata();
        assert_eq!((metadata.num_rows(), metadata.schema_descr().num_columns()), (0, 7));
        let notes = metadata.key_value_metadata().expect("the table is named");
        assert!(notes.iter().any(|n| n.key == "copydesk.table" && n.value.as_deref() == Some("decisions")));
    }
}

#[test]
fn a_damaged_part_is_an_error() {
    let export = export(&json!({}));
    let folder = tempfile::tempdir().expect("a folder");
    let Assembly::Built(assemble) = export.assembly() else { panic!("parts are not joined") };
    let parts = [vec![], b"PAR1 and then something else PAR1".to_vec()];
    for (i, part) in parts.into_iter().enumerate() {
        let to = folder.path().join(i.to_string());
        assert!(assemble.assemble(&mut std::iter::once(Ok(part)), &to).is_err());
    }
    assert!(export.part(b"no json\n".to_vec()).is_err());
}

#[test]
fn wrong_options_name_their_key() {
    let catalog = Catalog::default().with(copydesk_export_parquet::register);
    let parquet = catalog.find_export("parquet").expect("registered");
    for (config, path) in [(json!({ "file": "../a.parquet" }), "file"), (json!({ "table": "pages" }), "table")] {
        assert_eq!(parquet.build(&config).expect_err("refused").path, path, "{config}");
    }
}
