//! What comes out, read back by a reader of its own.

use copydesk_document::{
    BoilerplateKind, Caption, Decision, Document, DocumentSource, Label, LineIndex, Metadata, NewBlock, Origin, Span,
    Value,
};
use copydesk_stage::{Catalog, Export};
use serde_json::json;

fn export(config: &serde_json::Value) -> Box<dyn Export> {
    let catalog = Catalog::default().with(copydesk_export_csv::register);
    catalog.find_export("csv").expect("registered").build(config).expect("valid")
}

fn text_value(text: &str) -> Value<String> {
    let (origin, name) = (Origin::Meta, String::new());
    Value { value: text.into(), origin, name, span: None, confidence: 1.0 }
}

fn document() -> Document {
    let content = "A \"quoted\", title\n\n=1+1 is two\nSubscribe";
    let mut doc = Document::new(DocumentSource { uri: "a,b.txt".into(), ..DocumentSource::default() }, content.into());
    for text in ["=1+1 is two", "Subscribe"] {
        let start = content.find(text).expect("it is there");
        let span = Span::new(start, start + text.len());
        doc.push_block(NewBlock { text, span, ..NewBlock::default() });
    }
    let ids: Vec<_> = doc.ids().collect();
    for (block, label, rule) in [
        (ids[1], Label::Body, "first"),
        (ids[0], Label::Body, "prose"),
        (ids[1], Label::Boilerplate(BoilerplateKind::Newsletter), "newsletter"),
    ] {
        let (stage, rule, detail) = ("strip".into(), rule.into(), "".into());
        doc.decide(Decision { block, label, stage, rule, detail });
    }
    let title = Some(text_value("A \"quoted\", title"));
    let authors = vec![text_value("Ann"), text_value("Bo")];
    doc.add_facts("test", Metadata { title, authors, ..Metadata::default() });
    let captions = vec![
        Caption {
            text: "The harbour".into(),
            credit: Some("Wire".into()),
            translations: vec![Caption { text: "Der Hafen".into(), ..Caption::default() }],
            ..Caption::default()
        },
        Caption { credit: Some("Archive".into()), ..Caption::default() },
    ];
    doc.add_captions("test", captions);
    doc.source.fields.insert("batch".into(), json!(7));
    doc.set_ext("count-words", json!({ "words": 4 }));
    assert_eq!(LineIndex::new(doc.content()).lines(), 4);
    doc
}

fn written(export: &dyn Export, doc: &Document) -> String {
    let mut out = Vec::new();
    export.header(&mut out);
    export.encode(doc, &mut out).expect("it can be written");
    String::from_utf8(out).expect("UTF-8")
}

fn rows(text: &str, delimiter: u8) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .delimiter(delimiter)
        .from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    reader.records().map(|r| r.expect("a row").iter().map(str::to_owned).collect()).collect()
}

#[test]
fn a_document_is_a_row_with_the_chosen_columns() {
    let columns = [
        "source.uri",
        "title",
        "authors",
        "section",
        "captions",
        "credits",
        "fields.batch",
        "fields.none",
        "ext.count-words",
        "ext.count-words.words",
        "ext.count-words.words.none",
        "ext.other.words",
        "text",
    ];
    let text = written(&*export(&json!({ "columns": columns, "formula_guard": false })), &document());
    assert_eq!(text.matches("\r\n").count(), 2, "rows end as RFC 4180 has it: {text:?}");
    let rows = rows(&text, b',');
    assert_eq!(rows[0], columns);
    assert_eq!(
        rows[1],
        [
            "a,b.txt",
            "A \"quoted\", title",
            "Ann; Bo",
            "",
            "The harbour / Der Hafen (Wire)\n(Archive)",
            "Wire; Archive",
            "7",
            "",
            "{\"words\":4}",
            "4",
            "",
            "",
            "=1+1 is two"
        ]
    );
    assert_eq!(rows.len(), 2);
}

#[test]
fn a_block_is_a_row_with_the_decision_that_counts() {
    let columns = ["block.id", "block.line", "block.label", "block.rule", "block.text", "title"];
    let text = written(&*export(&json!({ "rows": "blocks", "columns": columns, "delimiter": ";" })), &document());
    let rows = rows(&text, b';');
    assert_eq!(rows[1], ["0", "3", "body", "prose", "'=1+1 is two", "A \"quoted\", title"]);
    assert_eq!(rows[2], ["1", "4", "newsletter", "newsletter", "Subscribe", "A \"quoted\", title"]);
    assert_eq!(rows.len(), 3);
}

#[test]
fn spreadsheets_get_their_mark_and_no_formula() {
    let guarded = json!({ "columns": ["text", "title"], "excel_bom": true });
    let text = written(&*export(&guarded), &document());
    assert!(text.starts_with("\u{feff}text,title\r\n"), "{text:?}");
    assert_eq!(rows(&text, b',')[1][0], "'=1+1 is two");
    let plain = written(&*export(&json!({ "columns": ["text"], "formula_guard": false })), &document());
    assert_eq!(plain, "text\r\n=1+1 is two\r\n");
}

#[test]
fn wrong_options_name_their_key() {
    let catalog = Catalog::default().with(copydesk_export_csv::register);
    let csv = catalog.find_export("csv").expect("registered");
    for (config, path) in [
        (json!({ "columns": ["title", "titel"] }), "columns[1]"),
        (json!({ "delimiter": "::" }), "delimiter"),
        (json!({ "delimiter": "\"" }), "delimiter"),
        (json!({ "file": "a/b.csv" }), "file"),
        (json!({ "rows": "words" }), "rows"),
        (json!({ "columns": ["block.text"] }), "columns[0]"),
        (json!({ "columns": ["ext..key"] }), "columns[0]"),
    ] {
        assert_eq!(csv.build(&config).expect_err("refused").path, path, "{config}");
    }
}

#[test]
fn all_wrong_options_are_told_at_once() {
    let catalog = Catalog::default().with(copydesk_export_csv::register);
    let config = json!({ "columns": ["titel", "title", "dateline.agancy"], "delimiter": "", "compression_level": 3 });
    let error = catalog.find_export("csv").expect("registered").build(&config).expect_err("refused");
    let message = error.to_string();
    for part in [
        "`compression_level`: means nothing",
        "`delimiter`: must be",
        "`columns[0]`: there is no column `titel` (did you mean `title`?",
        "`columns[2]`: there is no column `dateline.agancy` (did you mean `dateline.agency`?",
    ] {
        assert!(message.contains(part), "{part} in {message}");
    }
}

fn titled(doc: &mut Document, title: &str) {
    doc.forget_facts();
    doc.add_facts("test", Metadata { title: Some(text_value(title)), ..Metadata::default() });
}

#[test]
fn no_cell_is_a_formula() {
    let guarded = export(&json!({ "columns": ["title", "fields.note"] }));
    let mut doc = document();
    for evil in ["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(1)", "\t=1", "\r=1", "＝1", "\n=1", " =1"] {
        titled(&mut doc, evil);
        doc.source.fields.insert("note".into(), json!(evil));
        let rows = rows(&written(&*guarded, &doc), b',');
        assert_eq!(rows[1], [format!("'{evil}"), format!("'{evil}")], "{evil:?}");
    }
    for tame in ["1 = 1", "'quoted'", "a\n=1", ""] {
        titled(&mut doc, tame);
        assert_eq!(rows(&written(&*guarded, &doc), b',')[1][0], tame);
    }
}

#[test]
fn times_have_columns_that_sort() {
    let export = export(&json!({ "columns": ["published", "published_day", "published_utc"] }));
    let mut doc = document();
    for (given, day, utc) in [
        ("2024", "", ""),
        ("2024-10-25", "2024-10-25", ""),
        ("2024-10-25T08:24:00", "2024-10-25", ""),
        ("2024-10-25T00:24:00+09:00", "2024-10-25", "2024-10-24T15:24:00Z"),
        ("2024-10-25T08:24:49.057Z", "2024-10-25", "2024-10-25T08:24:49Z"),
    ] {
        let (value, origin, name) = (given.parse().unwrap_or_else(|_| panic!("{given}")), Origin::Meta, String::new());
        let published = Some(Value { value, origin, name, span: None, confidence: 1.0 });
        doc.forget_facts();
        doc.add_facts("test", Metadata { published, ..Metadata::default() });
        assert_eq!(rows(&written(&*export, &doc), b',')[1], [given, day, utc]);
    }
}

#[test]
fn long_cells_are_cut_or_refused_by_choice() {
    let mut doc = document();
    titled(&mut doc, &"\"long\" ".repeat(10_000));
    let config = |choice| json!({ "columns": ["title"], "long_cells": choice });
    let cut = rows(&written(&*export(&config("cut")), &doc), b',')[1][0].clone();
    assert!(cut.len() == 32_767 && cut.ends_with("\"long\" \"lon [cut: 70000 characters]"), "{}", &cut[32_700..]);
    assert_eq!(rows(&written(&*export(&config("keep")), &doc), b',')[1][0].len(), 70_000);
    let error = export(&config("refuse")).encode(&doc, &mut Vec::new()).expect_err("it is refused").to_string();
    assert!(error.contains("`title` has 70000 characters"), "{error}");
}

#[test]
fn a_compressed_file_says_what_a_plain_one_does() {
    let doc = document();
    let plain = written(&*export(&json!({})), &doc);
    for (compression, name) in [("gzip", "records.csv.gz"), ("zstd", "records.csv.zst")] {
        let export = export(&json!({ "compression": compression }));
        assert_eq!(export.file_name(), name);
        let mut file = Vec::new();
        export.header(&mut file);
        let mut rows = Vec::new();
        export.encode(&doc, &mut rows).expect("it can be written");
        file.extend(export.part(rows).expect("it can be compressed"));
        let mut opened = String::new();
        let mut gzip = flate2::read::MultiGzDecoder::new(&*file);
        let mut zstd = zstd::stream::Decoder::new(&*file).expect("a decoder");
        let reader: &mut dyn std::io::Read = if compression == "gzip" { &mut gzip } else { &mut zstd };
        reader.read_to_string(&mut opened).expect("it opens");
        assert_eq!(opened, plain);
    }
}
