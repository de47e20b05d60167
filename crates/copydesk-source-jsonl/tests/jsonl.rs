//! What the source makes of files, sound and otherwise.

use std::{fs, io::Write};

use copydesk_source_jsonl::{Options, looks_like, records};
use copydesk_stage::{Catalog, ConfigError, Source, SourceItem};
use copydesk_unpack::Stream;
use proptest::prelude::*;
use serde_json::{Value, json};

fn build(config: &Value) -> Result<Box<dyn Source>, ConfigError> {
    let catalog = Catalog::default().with(copydesk_source_jsonl::register);
    catalog.find_source("jsonl").expect("registered").build(config)
}

/// A document as `name: text`, what is wrong as `name (rule)`.
fn shown(item: SourceItem) -> String {
    match item {
        SourceItem::Input(input) => format!("{}: {}", input.uri, String::from_utf8(input.bytes).expect("UTF-8")),
        SourceItem::Bad { uri, rule, .. } => format!("{uri} ({rule})"),
        SourceItem::Skipped { uri, .. } => panic!("{uri}"),
    }
}

fn read(bytes: &[u8], options: &Options) -> Vec<String> {
    let stream = Stream::open(bytes, options.limits()).expect("it can be read");
    records("f".into(), stream, options).map(shown).collect()
}

fn plain(text: &str) -> Vec<String> {
    read(text.as_bytes(), &Options::default())
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    writer.write_all(bytes).expect("memory");
    writer.finish().expect("memory")
}

#[test]
fn a_line_is_a_document() {
    let text = "\u{feff}{\"text\":\"one\"}\r\n\r\n   \n{\"text\":\"two\\u2028\"}\n{\"text\":\"three\"}";
    assert_eq!(plain(text), ["f#line-1: one", "f#line-4: two\u{2028}", "f#line-5: three"]);
    assert_eq!(plain(""), Vec::<String>::new());
}

#[test]
fn json_that_is_not_in_utf8_is_read_and_noted() {
    let bytes = [b"{\"text\":\"Das gro\xDFe Sch\xF6ne f\xFCr alle\"}\n".as_slice(), b"{\"text\":\"plain\"}"].concat();
    assert_eq!(read(&bytes, &Options::default()), ["f#line-1: Das große Schöne für alle", "f#line-2: plain"]);
    let stream = Stream::open(&bytes[..], Options::default().limits()).expect("it can be read");
    let notes: Vec<_> = records("f".into(), stream, &Options::default())
        .map(|item| match item {
            SourceItem::Input(input) => input.notes.iter().map(|note| note.code.to_string()).collect(),
            other => vec![format!("{other:?}")],
        })
        .collect();
    assert_eq!(notes, [["charset-guessed"], ["charset-guessed"]]);
}

#[test]
fn letters_with_a_byte_of_json_in_them_stay_whole() {
    let line =
        "{\"title\":\"能力表\",\"text\":\"新しい港の計画を市が発表した。ソウルと東京を結ぶ船の予定表も示された。\"}\n";
    let (bytes, _, _) = encoding_rs::SHIFT_JIS.encode(line);
    let found = read(&bytes, &Options::default());
    assert_eq!(found, ["f#line-1: 新しい港の計画を市が発表した。ソウルと東京を結ぶ船の予定表も示された。"]);
}

#[test]
fn json_is_told_from_text_in_brackets() {
    let wide = |text: &str| -> Vec<u8> {
        std::iter::once(0xFEFF).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
    };
    for (text, expected) in [
        ("[{\"text\":\"x\"}]", true),
        ("[[{\"text\":\"x\"}],[]]", true),
        ("[\"x\", \"y\"]", true),
        ("{\"text\":\"x\",\"n\":nan}", true),
        ("// by hand\n{\"text\":\"x\"}", true),
        ("/* by hand,\n in two lines */ [{\"text\":\"x\"},\n{\"text\":\"y\"}]", true),
        ("/* a rule */ body { color: red }\n", false),
        ("{\"text\": oops}", true),
        ("[\"a title\"](https://example.org/)", false),
        ("[[a page]] of a wiki", false),
        ("[1] A note", false),
        ("{\"title\":\"front matter\"}\n\nThe text.", false),
        ("// a line of code\nlet a = 1;", false),
    ] {
        assert_eq!(looks_like(text.as_bytes(), true), expected, "{text}");
        assert_eq!(looks_like(&wide(text), true), expected, "{text} in UTF-16");
    }
    assert!(looks_like(b"[[{\"text\":\"x", false) && looks_like(b"[\"x\",\"y", false));
    assert!(!looks_like(b"[[{\"text\":\"x", true));
}

#[test]
fn comments_above_the_values_are_passed_over() {
    for (text, expected) in [
        (
            "/* by hand */ [{\"text\":\"The ferry leaves.\"},\n{\"text\":\"It waits.\"}]",
            &["f#line-1: The ferry leaves.", "f#line-2: It waits."][..],
        ),
        ("// by hand\n// again\n{\"text\":\"x\"}\n{\"text\":\"y\"}", &["f#line-3: x", "f#line-4: y"]),
        ("\u{feff}/* by hand,\n in * two ** lines **/\n{\"text\":\"x\"}", &["f#line-3: x"]),
        ("/**/{\"text\":\"x\"}", &["f#line-1: x"]),
        ("// nothing else", &[]),
        ("/* it never ends *\n{\"text\":\"x\"}\n*", &["f#line-1 (json.eof)"]),
        ("/ no comment\n{\"text\":\"x\"}", &["f#line-1 (json.syntax)", "f#line-2: x"]),
    ] {
        assert_eq!(plain(text), expected, "{text}");
    }
}

#[test]
fn what_is_wrong_costs_its_line_only() {
    let lines = [
        r#"{"text":"first"}"#,
        r#"{"text":"x","n":tru}"#,
        "42",
        "[]",
        r#"{"text":"cut"#,
        r#"{"title":"no document"}"#,
        r#"{"text":["a"]}"#,
        r#"{"text":"x",}"#,
        "// a comment",
        r#"{"text":"second"}{"text":"third"}"#,
        r#"{"text":"open","list":[1,"#,
        r#"{"text":"crossed"]"#,
        r#"{"text":"last"}"#,
    ];
    assert_eq!(
        plain(&lines.join("\n")),
        [
            "f#line-1: first",
            "f#line-2 (json.syntax)",
            "f#line-3 (json.shape)",
            "f#line-5 (json.syntax)",
            "f#line-6 (record.text)",
            "f#line-7 (record.text)",
            "f#line-8 (json.syntax)",
            "f#line-9 (json.syntax)",
            "f#line-10: second",
            "f#line-10.2: third",
            "f#line-11 (json.syntax)",
            "f#line-12 (json.syntax)",
            "f#line-13: last",
        ]
    );
    let latin = b"{\"text\":\"caf\xe9\"}\n{\"text\":\"x\"}";
    assert_eq!(read(latin, &Options::default()), ["f#line-1: café", "f#line-2: x"]);
    let deep = format!("{{\"text\":{}{}}}\n{{\"text\":\"x\"}}", "[".repeat(100_000), "]".repeat(100_000));
    assert_eq!(plain(&deep), ["f#line-1 (json.syntax)", "f#line-2: x"]);
}

#[test]
fn what_writers_write_that_is_no_json_is_put_right() {
    let text = r#"{"text":"x","n":NaN,"m":[-Infinity]}
{"text":"a\ud800b\ud83d\ude00"}
{"id":null,"text":"y"}
{"_id":{"$oid":"5f"},"text":"z"}
{"html":"","text":"full"}"#;
    let options = Options::default();
    let stream = Stream::open(text.as_bytes(), options.limits()).expect("it can be read");
    let inputs: Vec<_> = records("f".into(), stream, &options)
        .map(|item| if let SourceItem::Input(input) = item { input } else { panic!("{item:?}") })
        .collect();
    let texts: Vec<_> = inputs.iter().map(|input| std::str::from_utf8(&input.bytes).expect("UTF-8")).collect();
    assert_eq!(texts, ["x", "a\u{fffd}b\u{1f600}", "y", "z", "full"]);
    assert_eq!(inputs[0].fields["n"], json!(null));
    assert!(inputs[0].notes.is_empty() && inputs[1].notes[0].code == "json-replaced");
    assert_eq!(inputs[3].fields["id"], json!("5f"));
}

#[test]
fn objects_may_be_laid_out_in_any_way() {
    let pretty = "{\n  \"text\": \"one\",\n  \"tags\": [\n    {\n      \"a\": 1\n    },\n    {}\n  ]\n}";
    let list = format!("[\n{pretty},\n{}\n]\n", pretty.replace("one", "two").replace('\n', "\n  "));
    for (text, expected) in [
        (format!("{pretty}\n{}\n", pretty.replace("one", "two")), vec!["f#line-1: one", "f#line-10: two"]),
        (list.clone(), vec!["f#line-2: one", "f#line-11: two"]),
        (format!("\u{feff}{list}"), vec!["f#line-2: one", "f#line-11: two"]),
        (r#"[{"text":"one"}, {"text":"two"}]"#.into(), vec!["f#line-1: one", "f#line-1.2: two"]),
        ("[{\"text\":\"one\"}\n,{\"text\":\"two\"}\n]".into(), vec!["f#line-1: one", "f#line-2: two"]),
        ("\u{1e}{\"text\":\"one\"}\n\u{1e}{\"text\":\"two\"}\n".into(), vec!["f#line-1: one", "f#line-2: two"]),
        ("{\"text\":\"one\"},\n{\"text\":\"two\"},\n".into(), vec!["f#line-1: one", "f#line-2: two"]),
        ("[{\"text\":\"one\"}]\n[{\"text\":\"two\"}]".into(), vec!["f#line-1: one", "f#line-2: two"]),
        ("[]".into(), vec![]),
    ] {
        assert_eq!(plain(&text), expected, "{text}");
    }
}

#[test]
fn what_is_wrong_costs_its_object_only() {
    let object = |text: &str| format!("{{\n  \"text\": \"{text}\",\n  \"a\": [\n    1\n  ]\n}}");
    let (one, two) = (object("one"), object("two"));
    for (text, expected) in [
        // A comma too many, a text that is not closed, a bracket that is missing or crossed.
        (format!("{one}\n{}\n{two}", object("x").replace("1\n", "1,\n")), vec!["f#line-7 (json.syntax)"]),
        (format!("{one}\n{}\n{two}", object("x").replace("x\"", "x")), vec!["f#line-7 (json.syntax)"]),
        (format!("{one}\n{}\n{two}", object("x").replace("  ]\n}", "")), vec!["f#line-7 (json.syntax)"]),
        (format!("{one}\n{}\n{two}", object("x").replace("\n  ]", "\n  }")), vec!["f#line-7 (json.syntax)"]),
        (format!("[{one},\n{}\n,{two}]", object("x").replace("x\"", "x")), vec!["f#line-7 (json.syntax)"]),
    ] {
        let found = plain(&text);
        let last = found.len() - 1;
        assert!(found[0].ends_with(": one") && found[last].ends_with(": two"), "{text}\n{found:?}");
        assert_eq!(found[1..last], expected, "{text}");
    }
    for (text, expected) in [
        (
            r#"[{"text":"one"},{"text":"x},{"text":"two"}]"#,
            vec!["f#line-1: one", "f#line-1.2 (json.eof)", "f#line-1.3: two"],
        ),
        (
            r#"[{"text":"one"},{"text":["x"},{"text":"two"}]"#,
            vec!["f#line-1: one", "f#line-1.2 (json.syntax)", "f#line-1.3: two"],
        ),
        (
            r#"[{"text":"one"},7,null,{"text":"two"}]"#,
            vec!["f#line-1: one", "f#line-1.2 (json.shape)", "f#line-1.3 (json.shape)", "f#line-1.4: two"],
        ),
        (r#"[{"text":"one"},{"text":"two"}"#, vec!["f#line-1: one", "f#line-1.2: two", "f#line-1.2 (json.eof)"]),
        (r#"[{"text":"one"},{"text":"tw"#, vec!["f#line-1: one", "f#line-1.2 (json.eof)", "f#line-1.2 (json.eof)"]),
    ] {
        assert_eq!(plain(text), expected, "{text}");
    }
}

#[test]
fn a_record_is_found_again_where_it_says() {
    let text = "[\n  {\"text\": \"one\"}, {\"text\": \"t\u{16d}\"}\n]";
    let options = Options::default();
    let stream = Stream::open(text.as_bytes(), options.limits()).expect("it can be read");
    let extents: Vec<&str> = records("f".into(), stream, &options)
        .map(|item| {
            let SourceItem::Input(input) = item else { panic!("{item:?}") };
            let extent = input.extent.expect("known");
            &text[extent.offset as usize..][..extent.length as usize]
        })
        .collect();
    assert_eq!(extents, ["{\"text\": \"one\"}", "{\"text\": \"t\u{16d}\"}"]);
}

#[test]
fn a_message_says_the_place() {
    let options = Options::default();
    let stream = Stream::open(&b"{\"text\":\"x\"}\n{\"text\": tru}\n"[..], options.limits()).expect("it can be read");
    let Some(SourceItem::Bad { message, .. }) = records("f".into(), stream, &options).nth(1) else { panic!("bad") };
    assert!(message.starts_with("line 2, from byte 13: at column 1"), "{message}");
}

#[test]
fn utf_16_and_utf_32_are_read_as_well() {
    for unit in [u16::to_le_bytes, u16::to_be_bytes] {
        for mark in ["\u{feff}", ""] {
            let text = format!("{mark}{{\"text\":\"h\u{e9}\"}}\n{{\"text\":\"x\"}}\n");
            let bytes: Vec<u8> = text.encode_utf16().flat_map(unit).collect();
            assert_eq!(read(&bytes, &Options::default())[0], "f#line-1: h\u{e9}");
            assert!(looks_like(&bytes, true));
        }
    }
    for unit in [u32::to_le_bytes, u32::to_be_bytes] {
        for mark in ["\u{feff}", ""] {
            let text = format!("{mark}[{{\"text\":\"h\u{e9}\u{1F6A2}\"}},\n{{\"text\":\"x\"}}]");
            let bytes: Vec<u8> = text.chars().map(u32::from).flat_map(unit).collect();
            assert_eq!(read(&bytes, &Options::default()), ["f#line-1: h\u{e9}\u{1F6A2}", "f#line-2: x"]);
            assert!(looks_like(&bytes, true));
        }
    }
}

#[test]
fn other_fields_pass_through_with_every_digit() {
    let line = r#"{"id":18446744073709551616,"text":"first","text":"x","":"empty","n":1e400,"deep":{"a":[1,null]}}"#;
    let options = Options::default();
    let stream = Stream::open(line.as_bytes(), options.limits()).expect("it can be read");
    let Some(SourceItem::Input(input)) = records("f".into(), stream, &options).next() else { panic!("a document") };
    assert_eq!(input.bytes, b"x");
    let expected = json!({"id": "18446744073709551616", "": "empty", "n": "1e400", "deep": {"a": [1, null]}});
    assert_eq!(Value::from(input.fields), expected);
}

#[test]
fn limits_hold() {
    let long = format!("{{\"text\":\"{}\"}}\n{{\"text\":\"x\"}}\n", "y".repeat(100));
    let lines = Options { max_line: 100, ..Options::default() };
    assert_eq!(read(long.as_bytes(), &lines), ["f#line-1 (limit.line)", "f#line-2: x"]);
    let document = Options { max_bytes: 99, ..Options::default() };
    assert_eq!(read(long.as_bytes(), &document), ["f#line-1 (limit.size)", "f#line-2: x"]);
    let bomb = [b"{\"text\":\"x\"}\n".to_vec(), vec![b' '; 40 << 20]].concat();
    let compressed = zstd::encode_all(&bomb[..], 1).expect("memory");
    assert_eq!(read(&compressed, &Options::default()), ["f#line-1: x", "f#line-2 (limit.ratio)"]);
    let size = Options { max_unpacked: 1 << 20, ..Options::default() };
    assert_eq!(read(&compressed, &size), ["f#line-1: x", "f#line-2 (limit.size)"]);
}

#[test]
fn a_damaged_member_costs_its_own_lines_only() {
    let part = |names: &[&str]| {
        let lines: Vec<String> = names.iter().map(|n| format!("{{\"text\":\"{n}\"}}\n")).collect();
        lines.concat()
    };
    let numbers: Vec<String> = (0..2000_u64).map(|n| n.wrapping_mul(0x9E37_79B9_7F4A_7C15).to_string()).collect();
    let numbers: Vec<&str> = numbers.iter().map(String::as_str).collect();
    let middle = gzip(part(&numbers).as_bytes());
    let file = [gzip(part(&["a", "b"]).as_bytes()), middle[..middle.len() / 2].into(), gzip(part(&["c"]).as_bytes())];
    let found = read(&file.concat(), &Options::default());
    assert_eq!(found[..2], ["f#line-1: a", "f#line-2: b"]);
    assert!(found.last().expect("some").ends_with(": c"), "{:?}", found.last());
    assert_eq!(found.iter().filter(|item| item.ends_with("(decompress)")).count(), 1);
    // The decoder runs on over the tear for a little, and what comes out of that is no document.
    let written = part(&numbers);
    for item in found[2..found.len() - 1].iter().filter(|item| !item.ends_with(')')) {
        assert!(written.contains(item.rsplit(' ').next().expect("a text")), "{item}");
    }
}

#[test]
fn files_come_from_folders_and_compressed() {
    let dir = tempfile::tempdir().expect("a folder");
    let at = |name: &str| dir.path().join(name).display().to_string();
    fs::write(at("a.jsonl.gz"), gzip(b"{\"page\":\"x\"}\n")).expect("a file");
    fs::write(at("b.jsonl"), "{\"page\":\"y\"}").expect("a file");
    fs::write(at("c.jsonl.gz"), "").expect("a file");
    let config = json!({ "paths": [at("")], "text": ["page"] });
    let items: Vec<String> = build(&config)
        .expect("valid")
        .open()
        .expect("it opens")
        .map(|item| shown(item.expect("it goes on")).replace(&at(""), ""))
        .collect();
    assert_eq!(items, ["a.jsonl.gz#line-1: x", "b.jsonl#line-1: y", "c.jsonl.gz (decompress)"]);
    for (config, path) in [
        (json!({ "paths": ["a"], "text": [] }), "text"),
        (json!({ "paths": ["a"], "max_line": 0 }), "max_line"),
        (json!({}), "paths"),
    ] {
        assert_eq!(build(&config).expect_err("refused").path, path);
    }
}

#[test]
fn it_is_known_by_its_beginning() {
    let is = |head: &str, whole| looks_like(head.as_bytes(), whole);
    assert!(
        is("{\"a\":1}\n{\"b\":2}\n", true) && is("\n\u{feff}{\"a\":1}\n{\"b\":", false)
            || is("{\"a\":1}\n{\"b\":", false)
    );
    assert!(is("{\"text\":\"x\"}\n", true) && is("{\"text\":\"x\"}", true) && is("{\"error\":\"x\"}", true));
    assert!(is("{ \"text\":\"xxxx", false) && !is("{ \"text\":\"xxxx", true) && !is("{ xxxx", false));
    assert!(is("{\n \"a\": 1\n}\n", true) && !is("<p>x</p>", true) && !is("[1]", true) && !is("", true));
    assert!(!is("{\"text\":\"x\"}\nnot JSON", true));
    assert!(is("[\n{\"a\":1},", false) && is("[{\"a\":1}]", true) && !is("[x]", true) && !is("[[1]]", true));
    assert!(
        is("{\n \"text\": \"x\"\n}\n", true)
            && is("{\n \"a\": 1\n}\n{\n", true)
            && is("{\"text\":\"x\n{\"text\":\"y\"}\n", true)
    );
    assert!(!is("{{ title }} {\n}", true) && !is("{\n \"title\": \"x\"\n}\n\n# A text\n", true));
}

#[test]
fn a_list_that_an_object_wraps_is_named_with_how_to_unwrap_it() {
    for (text, says) in [
        (r#"{"total":2,"errors":[{}],"comments":[{"text":"x"},{"text":"y"}]}"#, "`jq -c '.comments[]'`"),
        (r#"{"found":{"total":1,"items":[{"text":"x"}]}}"#, "`jq -c '.found.items[]'`"),
        (r#"{"items":[{"title":"x"}]}"#, "`jq -c '.items[]'`"),
        (r#"{"error":"x","codes":[1]}"#, "; name the field that holds it in the option `text`"),
        (r#"{"it's":[{"text":"x"}]}"#, "; name the field that holds it in the option `text`"),
    ] {
        let options = Options::default();
        let stream = Stream::open(text.as_bytes(), options.limits()).expect("it can be read");
        let found: Vec<SourceItem> = records("f".into(), stream, &options).collect();
        let [SourceItem::Bad { rule, message, .. }] = found.as_slice() else { panic!("{found:?}") };
        assert!(rule == "record.text" && message.contains(says), "{message}");
    }
}

#[test]
fn what_an_object_holds_in_a_list_of_a_usual_name_are_documents() {
    let text = "{\"total\": 3, \"articles\": [{\"text\":\"x\"}, {\"text\":\"y\"},\n  {\"title\":\"z\"}, {\"text\" oops}, \
                {\"text\":\"v\"}]}\n{\"text\":\"w\"}";
    let found = plain(text);
    let expected = [
        "f#line-1: x",
        "f#line-1.2: y",
        "f#line-2 (record.text)",
        "f#line-2.2 (json.syntax)",
        "f#line-2.3: v",
        "f#line-3: w",
    ];
    assert_eq!(found, expected);
    let options = Options::default();
    let stream = Stream::open(text.as_bytes(), options.limits()).expect("it can be read");
    for item in records("f".into(), stream, &options) {
        if let SourceItem::Input(input) = item {
            let extent = input.extent.expect("it has a place");
            let from = usize::try_from(extent.offset).expect("small");
            let there = &text[from..from + usize::try_from(extent.length).expect("small")];
            assert_eq!(there, format!("{{\"text\":\"{}\"}}", String::from_utf8_lossy(&input.bytes)));
        }
    }
    for (text, expected) in [
        (r#"{"response":{"status":"ok","docs":[{"text":"x"},{"text":"y"}]}}"#, vec!["f#line-1: x", "f#line-1.2: y"]),
        // A document of its own, whatever else it holds.
        (r#"{"text":"x","items":[{"text":"y"}]}"#, vec!["f#line-1: x"]),
        (r#"{"items":[{"text":"x","n":NaN}],"next":null}"#, vec!["f#line-1: x"]),
    ] {
        assert_eq!(plain(text), expected, "{text}");
    }
}

#[test]
fn a_json_feed_says_what_is_true_of_all_its_items() {
    let feed = json!({
        "version": "https://jsonfeed.org/version/1.1", "title": "Island News", "language": "ko",
        "items": [{ "id": "1", "content_html": "<p>x</p>" }, { "id": "2", "content_text": "y", "language": "en" }],
    });
    let feed = feed.to_string();
    let options = Options::default();
    let stream = Stream::open(feed.as_bytes(), options.limits()).expect("it can be read");
    let found: Vec<(String, Value, Value)> = records("f".into(), stream, &options)
        .map(|item| match item {
            SourceItem::Input(input) => {
                (input.name.clone(), input.fields["language"].clone(), input.fields["site_name"].clone())
            }
            other => panic!("{other:?}"),
        })
        .collect();
    let of = |name: &str, language: &str| (name.to_owned(), json!(language), json!("Island News"));
    assert_eq!(found, [of("f#1", "ko"), of("f#2", "en")]);
}

/// A line of a file: a good one, or one of many bad ones.
fn line() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => "[a-zé\"\\\\ ]{0,30}".prop_map(|text| json!({ "text": text }).to_string()),
        1 => "[\\[\\]{}\",:a0-9. -]{0,20}",
        1 => Just(String::new()),
    ]
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
    fn any_split_gives_the_same(lines in proptest::collection::vec(line(), 0..12), piece in 1_usize..40) {
        let text = lines.join("\n");
        let options = Options::default();
        let whole = read(text.as_bytes(), &options);
        for bytes in [text.as_bytes().to_vec(), gzip(text.as_bytes())] {
            let stream = Stream::open(Pieces(&bytes, piece), options.limits()).expect("it can be read");
            let pieces: Vec<String> = records("f".into(), stream, &options).map(shown).collect();
            prop_assert_eq!(&pieces, &whole);
        }
    }

    #[test]
    fn a_cut_loses_no_whole_line(lines in proptest::collection::vec("[a-z]{0,20}", 1..12), cut in 0.0..1.0_f64) {
        let text: String = lines.iter().map(|text| json!({ "text": text }).to_string() + "\n").collect();
        let cut = (text.len() as f64 * cut) as usize;
        let whole_lines = text[..cut].matches('\n').count();
        let whole = plain(&text);
        let found = plain(&text[..cut]);
        prop_assert!(found.len() >= whole_lines && found[..whole_lines] == whole[..whole_lines]);
        // Compressed, a cut may cost the last of what came out, and never panics.
        let compressed = gzip(text.as_bytes());
        for item in read(&compressed[..compressed.len() * cut / text.len()], &Options::default()) {
            prop_assert!(item.ends_with(')') || whole.contains(&item), "{}", item);
        }
    }
}
