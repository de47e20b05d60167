//! Batches of every kind of column, and the same documents in a run.

use std::{num::NonZero, sync::Arc};

use arrow_array::{
    ArrayRef, BinaryArray, BinaryViewArray, DictionaryArray, Int64Array, LargeBinaryArray, LargeStringArray, ListArray,
    NullArray, RecordBatch, StringArray, StringViewArray, cast::AsArray, types::Int32Type,
};
use arrow_schema::{DataType, Field, Schema};
use copydesk_arrow::{ProcessError, process, process_on, schema};
use copydesk_pipeline::{Pipeline, builtin, load};

const PIPELINE: &str = "
[[stage]]
use = \"strip-boilerplate\"
[[stage]]
use = \"detect-language\"
[[stage]]
use = \"split-captions\"
[[stage]]
use = \"extract-metadata\"
[[export]]
use = \"jsonl\"
";

fn pipeline() -> Pipeline {
    load("p.toml", PIPELINE, &builtin()).expect("a good file")
}

fn page(title: &str, sentence: &str) -> String {
    let body =
        format!("<p>{sentence} It left the quay at noon, and nobody on the pier could say when it would be back.</p>");
    format!(
        "<html><head><title>{title}</title></head><body><nav><a href=/>Home</a></nav><h1>{title}</h1>{body}</body></html>"
    )
}

fn batch(columns: Vec<(&str, ArrayRef)>) -> RecordBatch {
    RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(name, column)| (name, column, true)))
        .expect("columns of one length")
}

fn texts(batch: &RecordBatch, name: &str) -> Vec<Option<String>> {
    let column = batch.column_by_name(name).unwrap_or_else(|| panic!("there is `{name}`"));
    column.as_string::<i32>().iter().map(|text| text.map(str::to_owned)).collect()
}

#[test]
fn every_kind_of_text_column_gives_the_same() {
    let pages = [Some(page("Ferry late", "The ferry to the island was late again.")), None];
    let plain = || pages.iter().map(Option::as_deref);
    let bytes = || plain().map(|page| page.map(str::as_bytes));
    let columns: Vec<ArrayRef> = vec![
        Arc::new(plain().collect::<StringArray>()),
        Arc::new(plain().collect::<LargeStringArray>()),
        Arc::new(plain().collect::<StringViewArray>()),
        Arc::new(bytes().collect::<BinaryArray>()),
        Arc::new(bytes().collect::<LargeBinaryArray>()),
        Arc::new(bytes().collect::<BinaryViewArray>()),
        Arc::new(plain().collect::<DictionaryArray<Int32Type>>()),
    ];
    let pipeline = pipeline();
    let results: Vec<RecordBatch> = columns
        .into_iter()
        .map(|content| process(&pipeline, &batch(vec![("content", content)])).expect("it is processed"))
        .collect();
    assert_eq!(texts(&results[0], "title")[0].as_deref(), Some("Ferry late"));
    assert_eq!(texts(&results[0], "outcome"), [Some("written".into()), Some("quarantined".into())]);
    let error = texts(&results[0], "error")[1].clone().expect("a row without a document says so");
    assert!(error.starts_with("source: record.text: "), "{error}");
    assert!(results.iter().all(|result| *result == results[0]));
}

#[test]
fn a_column_without_a_type_holds_no_document() {
    let result = process(&pipeline(), &batch(vec![("content", Arc::new(NullArray::new(3)))])).expect("it is processed");
    assert_eq!(result.num_rows(), 3);
    assert_eq!(texts(&result, "outcome"), vec![Some("quarantined".to_owned()); 3]);
    let none = batch(vec![("content", Arc::new(StringArray::new_null(0)))]);
    let empty = process(&pipeline(), &none).expect("no rows are fine");
    assert_eq!((empty.num_rows(), empty.schema().as_ref()), (0, &schema(&none.schema()).expect("it has a document")));
}

#[test]
fn columns_pass_through_and_keep_their_order() {
    let rows: Vec<i32> = (0..50).collect();
    let pages = rows.iter().map(|n| Some(page(&format!("Ferry {n}"), "The ferry was late.")));
    let tags = ListArray::from_iter_primitive::<Int32Type, _, _>(rows.iter().map(|n| Some(vec![Some(*n)])));
    let input = batch(vec![
        ("id", Arc::new(Int64Array::from_iter_values(rows.iter().map(|n| i64::from(*n))))),
        ("html", Arc::new(pages.collect::<StringArray>())),
        ("score", Arc::new(tags)),
        ("url", Arc::new(StringArray::from_iter_values(rows.iter().map(|n| format!("https://a.example/{n}"))))),
    ]);
    let pipeline = pipeline();
    let one = process(&pipeline, &input).expect("it is processed");
    let many = process_on(NonZero::new(4).expect("not zero"), &pipeline, &input).expect("it is processed");
    assert_eq!(one, many);
    for (n, (title, uri)) in texts(&one, "title").into_iter().zip(texts(&one, "source_uri")).enumerate() {
        assert_eq!((title, uri), (Some(format!("Ferry {n}")), Some(n.to_string())));
    }
    for (out, from) in [("input_id", "id"), ("score", "score"), ("input_url", "url")] {
        assert_eq!(one.column_by_name(out), input.column_by_name(from), "{out}");
    }
    assert!(one.column_by_name("html").is_none() && one.schema().fields().iter().all(|f| is_signed(f.data_type())));
    assert_eq!(one.schema().metadata()["copydesk.schema"], copydesk_record::SCHEMA_VERSION.to_string());
}

fn is_signed(kind: &DataType) -> bool {
    match kind {
        DataType::List(item) => is_signed(item.data_type()),
        DataType::Struct(fields) => fields.iter().all(|field| is_signed(field.data_type())),
        other => !other.is_unsigned_integer(),
    }
}

#[test]
fn bytes_of_another_charset_are_read_as_a_browser_would() {
    let (head, sentence) =
        ("<meta charset=euc-kr><title>\u{d55c}\u{ad6d}</title>", "\u{d55c}\u{ad6d}\u{c5b4} ".repeat(40));
    let html = format!("<html><head>{head}</head><body><p>{sentence}</p></body></html>");
    // EUC-KR has these two syllables and this one so.
    let bytes: Vec<u8> = html
        .chars()
        .flat_map(|c| match c {
            '\u{d55c}' => vec![0xc7, 0xd1],
            '\u{ad6d}' => vec![0xb1, 0xb9],
            '\u{c5b4}' => vec![0xbe, 0xee],
            other => vec![other as u8],
        })
        .collect();
    let input = batch(vec![("html", Arc::new(BinaryArray::from_iter_values([bytes])))]);
    let result = process(&pipeline(), &input).expect("it is processed");
    assert_eq!(texts(&result, "source_charset"), [Some("EUC-KR".into())]);
    assert_eq!(texts(&result, "title"), [Some("\u{d55c}\u{ad6d}".into())]);
}

#[test]
fn a_batch_without_documents_is_refused_by_its_columns() {
    let of = |names: &[&str]| {
        schema(&Schema::new(names.iter().map(|name| Field::new(*name, DataType::Utf8, true)).collect::<Vec<_>>()))
    };
    let error = of(&["a", "b"]).expect_err("no column holds a document");
    assert!(matches!(&error, ProcessError::NoContent(names) if names == "`a`, `b`"), "{error}");
    let all = of(&["text", "id", "input_id"]).expect("every column finds a name");
    let last: Vec<&str> = all.fields().iter().rev().take(3).map(|field| field.name().as_str()).collect();
    assert_eq!(last, ["input_input_id", "input_id", "error"]);
}
