//! What the source makes of files, sound and otherwise.

use std::{fs, io::Write};

use copydesk_source_csv::{Options, records};
use copydesk_stage::{Catalog, SourceItem};
use copydesk_unpack::Stream;
use proptest::prelude::*;
use serde_json::{Value, json};

fn items(bytes: &[u8], options: &Options) -> Vec<SourceItem> {
    let stream = Stream::open(bytes, options.limits()).expect("it can be read");
    records("f".into(), stream, options).collect()
}

/// A document as `number: text`, what is wrong as `number (rule)`.
fn shown(item: SourceItem) -> String {
    match item {
        SourceItem::Input(input) => {
            format!("{}: {}", input.uri.trim_start_matches("f#record-"), String::from_utf8(input.bytes).expect("UTF-8"))
        }
        SourceItem::Bad { uri, rule, .. } => format!("{} ({rule})", uri.trim_start_matches("f#record-")),
        SourceItem::Skipped { uri, .. } => panic!("{uri}"),
    }
}

fn read(text: &str) -> Vec<String> {
    items(text.as_bytes(), &Options::default()).into_iter().map(shown).collect()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    writer.write_all(bytes).expect("memory");
    writer.finish().expect("memory")
}

#[test]
fn a_row_is_a_document() {
    let text = "\u{feff}id,Text,url\r\n\r\n1,\"one, \"\"two\"\"\nthree\",https://example.org/\r\n2,four,";
    let mut found = items(text.as_bytes(), &Options::default());
    assert_eq!(found.len(), 2);
    let Some(SourceItem::Input(input)) = found.pop() else { panic!("a document") };
    assert_eq!((input.uri.as_str(), input.bytes.as_slice(), input.url), ("f#record-2", &b"four"[..], None));
    let Some(SourceItem::Input(input)) = found.pop() else { panic!("a document") };
    assert_eq!(input.bytes, b"one, \"two\"\nthree");
    assert_eq!(input.url.as_deref(), Some("https://example.org/"));
    assert_eq!(Value::from(input.fields), json!({ "id": "1", "url": "https://example.org/" }));
    assert_eq!(read(""), Vec::<String>::new());
    assert_eq!(read("id,text\n"), Vec::<String>::new());
}

#[test]
fn charsets_are_those_that_pages_are_read_in() {
    let text = "url;text\nhttp://a/1;Größe € 5 – für alle\nhttp://a/2;Straßen über Brücken\n";
    let (latin, _, _) = encoding_rs::WINDOWS_1252.encode(text);
    let wide = |unit: fn(u16) -> [u8; 2]| {
        "\u{feff}"
            .chars()
            .chain(text.chars().map(|c| if c == ';' { '\t' } else { c }))
            .collect::<String>()
            .encode_utf16()
            .flat_map(unit)
            .collect::<Vec<u8>>()
    };
    let widest = |unit: fn(u32) -> [u8; 4]| format!("\u{feff}{text}").chars().map(u32::from).flat_map(unit).collect();
    for bytes in [
        latin.to_vec(),
        text.into(),
        wide(u16::to_le_bytes),
        wide(u16::to_be_bytes),
        gzip(&wide(u16::to_le_bytes)),
        widest(u32::to_le_bytes),
        widest(u32::to_be_bytes),
    ] {
        let found: Vec<String> = items(&bytes, &Options::default()).into_iter().map(shown).collect();
        assert_eq!(found, ["1: Größe € 5 – für alle", "2: Straßen über Brücken"]);
    }
    // One row in another charset than the rest is decoded by itself, and says so.
    let mixed = [b"id,text\n1,\xc3\xa9t\xc3\xa9\n".repeat(40), b"2,\xe9t\xe9 \xe0 la mer\n".to_vec()].concat();
    let Some(SourceItem::Input(input)) = items(&mixed, &Options::default()).pop() else { panic!("a document") };
    assert_eq!(String::from_utf8(input.bytes).expect("UTF-8"), "été à la mer");
    assert_eq!(input.notes[0].code, "charset-mismatch");
}

#[test]
fn a_charset_that_nothing_names_is_noted() {
    let of = |bytes: &[u8]| match items(bytes, &Options::default()).pop() {
        Some(SourceItem::Input(input)) => {
            let notes: Vec<String> = input.notes.iter().map(|note| note.code.to_string()).collect();
            (String::from_utf8(input.bytes).expect("UTF-8"), notes)
        }
        other => panic!("{other:?}"),
    };
    let text = "Новая пристань откроется для всех жителей в конце весны, заявила администрация порта";
    let table = format!("text;n\r\n{text};1\r\n");
    for charset in [encoding_rs::X_MAC_CYRILLIC, encoding_rs::KOI8_R, encoding_rs::WINDOWS_1251] {
        let (found, notes) = of(&charset.encode(&table).0);
        assert_eq!((found.as_str(), notes), (text, vec!["charset-guessed".to_owned()]), "{}", charset.name());
    }
    assert_eq!(of(table.as_bytes()), (text.to_owned(), Vec::new()));
    let wide: Vec<u8> = std::iter::once(0xFEFF).chain(table.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    assert_eq!(of(&wide), (text.to_owned(), Vec::new()));
}

#[test]
fn what_spreadsheets_write_is_no_fault() {
    for text in [
        "sep=;\nid;text\n1;a,b\n",
        "\u{feff}\"sep=;\"\r\nid;text\r\n1;a,b\r\n",
        "sep=\t\nid\ttext\n1\ta,b\n",
        "id,text\n1,\"a,b\",\n",
        "id,text,,\n1,\"a,b\",,\n",
        "id,text,\n1,\"a,b\"\n",
        "id;How many, in %, of all, rounded;text\n1;1,5;a,b\n",
    ] {
        assert_eq!(read(text), ["1: a,b"], "{text:?}");
    }
    // A field too many that is not empty is one.
    assert_eq!(read("id,text\n1,a,b\n2,c\n"), ["1 (csv.fields)", "2: c"]);
}

#[test]
fn a_row_is_found_again_where_it_says() {
    let text = "id,text\n\n1,\"a\nb\"\n2,c";
    let extents: Vec<&str> = items(text.as_bytes(), &Options::default())
        .into_iter()
        .map(|item| {
            let SourceItem::Input(input) = item else { panic!("{item:?}") };
            let extent = input.extent.expect("known");
            &text[extent.offset as usize..][..extent.length as usize]
        })
        .collect();
    assert_eq!(extents, ["1,\"a\nb\"", "2,c"]);
}

#[test]
fn delimiters_and_columns_are_told_or_given() {
    assert_eq!(read("id;text\n1;a,b\n"), ["1: a,b"]);
    assert_eq!(read("id\ttext\n1\ta;b\n"), ["1: a;b"]);
    let given = Options { delimiter: "~".into(), columns: vec!["n".into(), "text".into()], ..Options::default() };
    let found: Vec<String> = items(b"1~a\n2~b\n", &given).into_iter().map(shown).collect();
    assert_eq!(found, ["1: a", "2: b"]);
    let Some(SourceItem::Input(input)) = items(b"a,a,text,a\n1,2,x,3\n", &Options::default()).pop() else { panic!() };
    assert_eq!(Value::from(input.fields), json!({ "a": "1", "a_2": "2", "a_3": "3" }));
}

#[test]
fn a_file_without_the_column_is_told_of_once() {
    let found = items(b"id,story\n1,x\n2,y\n", &Options::default());
    let [SourceItem::Bad { uri, rule, message }] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!((uri.as_str(), rule.as_str()), ("f", "csv.column"));
    assert!(message.contains("`id`, `story`"), "{message}");
}

#[test]
fn a_row_that_is_wrong_costs_only_itself() {
    assert_eq!(read("id,text,n\n1,a,x\n2,b\n3,c,x,y\n4,d,x\n"), ["1: a", "2 (csv.fields)", "3 (csv.fields)", "4: d"]);
    let latin = items(b"id,text\n1,caf\xe9\n2,b\n", &Options::default());
    assert_eq!(latin.into_iter().map(shown).collect::<Vec<_>>(), ["1: café", "2: b"]);
    let found = items(b"id,text\n\n1,a,b\n", &Options::default());
    let [SourceItem::Bad { message, .. }] = found.as_slice() else { panic!("{found:?}") };
    assert!(message.starts_with("row 1, in line 3 from byte 9: it has 3 fields, and the header has 2"), "{message}");
}

#[test]
fn a_quote_that_nobody_closes_costs_its_own_line() {
    let rows = (2..50).map(|n| format!("{n},text {n},x\n")).collect::<Vec<_>>().concat();
    let found = read(&format!("id,text,n\n1,\"a,x\n{rows}"));
    assert_eq!(found.len(), 49, "{found:?}");
    assert_eq!(
        (found[0].as_str(), found[1].as_str(), found[48].as_str()),
        ("1 (csv.quote)", "2: text 2", "49: text 49")
    );
    // The same in a file of which no row may be as long as the rest.
    let options = Options { max_row: 200, ..Options::default() };
    let found = items(format!("id,text,n\n1,\"a,x\n{rows}").as_bytes(), &options);
    let found: Vec<String> = found.into_iter().map(shown).collect();
    assert_eq!((found.len(), found[0].as_str(), found[48].as_str()), (49, "1 (limit.row)", "49: text 49"));
}

#[test]
fn a_quote_that_is_open_at_the_end_is_told_of_whatever_number_of_fields_it_makes() {
    assert_eq!(read("id,text\n1,a\n2,\"b\n3,c\n4,d\n"), ["1: a", "2 (csv.quote)", "3: c", "4: d"]);
    assert_eq!(read("id,text\n1,\"a"), ["1 (csv.quote)"]);
    assert_eq!(read("id,text\n1,\"a\""), ["1: a"]);
    assert_eq!(read("id,text\n1,\"a\"\"\n"), ["1 (csv.quote)"]);
    let found = items(b"id,text\n1,a\n2,\"b\n3,c\n", &Options::default());
    let SourceItem::Bad { message, .. } = &found[1] else { panic!("{found:?}") };
    assert!(message.starts_with("row 2, in line 3 from byte 12: a quote in it is never closed"), "{message}");
    // In the header it costs the file, which has no columns then.
    let found = items(b"text,\"id\na,1\nb,2\n", &Options::default()).into_iter().map(shown).collect::<Vec<_>>();
    assert_eq!(found, ["f (csv.quote)"]);
}

#[test]
fn limits_hold() {
    let text = format!("id,text\n1,{}\n2,b\n", "x".repeat(300));
    let row = Options { max_row: 200, ..Options::default() };
    assert_eq!(items(text.as_bytes(), &row).into_iter().map(shown).collect::<Vec<_>>(), ["1 (limit.row)", "2: b"]);
    let document = Options { max_bytes: 200, ..Options::default() };
    assert_eq!(
        items(text.as_bytes(), &document).into_iter().map(shown).collect::<Vec<_>>(),
        ["1 (limit.size)", "2: b"]
    );
    let many = format!("text{}\nx\n", ",".repeat(100_000));
    assert_eq!(read(&many).len(), 1);
    let bomb = gzip(&[b"id,text\n1,a\n".to_vec(), vec![b' '; 24 << 20]].concat());
    let found: Vec<String> = items(&bomb, &Options::default()).into_iter().map(shown).collect();
    assert_eq!(found, ["1: a", "2 (limit.ratio)"]);
    let size = Options { max_unpacked: 1000, ..Options::default() };
    assert_eq!(items(&bomb, &size).into_iter().map(shown).collect::<Vec<_>>(), ["1 (limit.size)"]);
}

#[test]
fn files_come_from_folders_and_compressed() {
    let dir = tempfile::tempdir().expect("a folder");
    fs::write(dir.path().join("a.csv.gz"), gzip(b"id,text\n1,a\n")).expect("a file");
    let catalog = Catalog::default().with(copydesk_source_csv::register);
    let csv = catalog.find_source("csv").expect("registered");
    let source = csv.build(&json!({ "paths": [dir.path()] })).expect("valid");
    let found: Vec<String> = source.open().expect("it opens").map(|item| shown(item.expect("it goes on"))).collect();
    assert!(found.len() == 1 && found[0].ends_with("a.csv.gz#record-1: a"), "{found:?}");
    for (config, path) in [
        (json!({ "paths": ["a"], "delimiter": "ab" }), "delimiter"),
        (json!({ "paths": ["a"], "text": [] }), "text"),
        (json!({ "paths": ["a"], "max_row": 0 }), "max_row"),
    ] {
        assert_eq!(csv.build(&config).expect_err("refused").path, path);
    }
}

/// Gives a few bytes at a time.
struct Pieces<'a>(&'a [u8], usize);

impl std::io::Read for Pieces<'_> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let len = self.1.min(self.0.len()).min(out.len());
        out[..len].copy_from_slice(&self.0[..len]);
        self.0 = &self.0[len..];
        Ok(len)
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn any_split_gives_the_same(rows in "[ab,\"\n]{0,80}", piece in 1_usize..30, max_row in 5_u64..100) {
        let text = format!("id,text,n\n{rows}");
        let options = Options { max_row, ..Options::default() };
        let whole: Vec<String> = items(text.as_bytes(), &options).into_iter().map(shown).collect();
        let stream = Stream::open(Pieces(text.as_bytes(), piece), options.limits()).expect("it can be read");
        let pieces: Vec<String> = records("f".into(), stream, &options).map(shown).collect();
        prop_assert_eq!(pieces, whole);
    }

    #[test]
    fn a_cut_loses_no_whole_row(texts in proptest::collection::vec("[a-z\",\n]{0,20}", 1..12), cut in 0.0..1.0_f64) {
        let row = |text: &String| format!("1,\"{}\",x\n", text.replace('"', "\"\""));
        let rows: Vec<String> = texts.iter().map(row).collect();
        let text = format!("id,text,n\n{}", rows.concat());
        let cut = (text.len() as f64 * cut) as usize;
        let mut end = "id,text,n\n".len();
        let whole = rows.iter().take_while(|row| { end += row.len(); end <= cut }).count();
        let found = read(&text[..cut]);
        for (at, text) in texts.iter().enumerate().take(whole) {
            prop_assert_eq!(&found[at], &format!("{}: {text}", at + 1));
        }
    }
}
