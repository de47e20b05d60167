//! Pieces are the text, and are cut where it is.

use copydesk_document::{BlockKind, Caption, Decision, Document, DocumentSource, Input, Label, NewBlock, Span};
use copydesk_export_chunks::{Kind, Row, register};
use copydesk_stage::Catalog;
use serde_json::{Value, json};

fn document(blocks: &[(BlockKind, u8, &str)]) -> Document {
    let content = "x".repeat(10_000);
    let mut doc = Document::new(DocumentSource { uri: "a.html".into(), ..DocumentSource::default() }, content);
    let mut at = 0;
    for (kind, level, text) in blocks {
        let span = Span::new(at, at + text.len());
        at += text.len() + 1;
        let block = doc.push_block(NewBlock { kind: *kind, level: *level, text, span, ..NewBlock::default() });
        let (stage, rule) = ("test".into(), "all".into());
        doc.decide(Decision { block, label: Label::Body, stage, rule, detail: "".into() });
    }
    doc
}

fn rows(doc: &Document, config: &Value) -> Vec<Row> {
    let catalog = Catalog::default().with(register);
    let export = catalog.find_export("chunks").expect("registered").build(config).expect("valid");
    let mut out = Vec::new();
    export.encode(doc, &mut out).expect("it can be written");
    let text = String::from_utf8(out).expect("UTF-8");
    text.lines().map(|line| serde_json::from_str(line).expect("a row")).collect()
}

/// That the pieces of a text, one behind the other, are it, and that each is where it says and as long as it may be.
fn check(doc: &Document, rows: &[Row], max: usize) {
    let text = copydesk_record::text(doc);
    let pieces: Vec<&Row> = rows.iter().filter(|row| row.chunk.kind != Kind::Caption).collect();
    let joined: String = pieces.iter().map(|row| row.chunk.text.as_str()).collect();
    assert_eq!(joined, text);
    for (at, row) in rows.iter().enumerate() {
        assert_eq!(row.id, format!("{}-{at}", row.document));
    }
    for row in pieces {
        let (start, end) = (row.chunk.start.expect("a place") as usize, row.chunk.end.expect("a place") as usize);
        assert_eq!(&text[start..end], row.chunk.text);
        assert!(
            row.chunk.text.chars().count() <= max && !row.chunk.text.is_empty(),
            "{} characters",
            row.chunk.text.chars().count()
        );
        assert!(!row.chunk.blocks.is_empty());
    }
}

const LONG: &str = "The council has agreed to let the ferry sail. Boats will leave every forty minutes. Tickets cost the same as by day.";

#[test]
fn headings_begin_pieces_and_blocks_stay_whole() {
    let doc = document(&[
        (BlockKind::Heading, 1, "Ferry"),
        (BlockKind::Paragraph, 0, "One."),
        (BlockKind::Paragraph, 0, LONG),
        (BlockKind::Heading, 2, "Prices"),
        (BlockKind::Heading, 3, "By day"),
        (BlockKind::TableRow, 0, "Adults\t3"),
        (BlockKind::TableRow, 0, "Children\t2"),
        (BlockKind::Heading, 2, "Code"),
        (BlockKind::Code, 0, "let a = 1;\nlet b = 2;"),
    ]);
    let rows = rows(&doc, &json!({ "max": 120 }));
    check(&doc, &rows, 120);
    let shown: Vec<_> =
        rows.iter().map(|row| (row.chunk.kind, row.chunk.headings.join(" > "), row.chunk.blocks.clone())).collect();
    assert_eq!(
        shown,
        [
            (Kind::Text, "Ferry".to_owned(), vec![0, 1]),
            (Kind::Text, "Ferry".to_owned(), vec![2]),
            (Kind::Table, "Ferry > Prices > By day".to_owned(), vec![3, 4, 5, 6]),
            (Kind::Code, "Ferry > Code".to_owned(), vec![7, 8]),
        ]
    );
    assert_eq!(rows[1].chunk.place.map(|place| (place.start, place.end)), Some((11, 11 + LONG.len() as u32)));
}

#[test]
fn what_is_too_long_is_cut_and_nothing_of_it_is_lost() {
    let row = "Adults and children\t3 or 2";
    let doc = document(&[
        (BlockKind::Paragraph, 0, LONG),
        (BlockKind::TableRow, 0, row),
        (BlockKind::TableRow, 0, row),
        (BlockKind::TableRow, 0, row),
        (BlockKind::Paragraph, 0, "渡し船は六月一日から夜通し運航する。船は四十分ごとに出る。料金は昼と同じである。"),
    ]);
    for max in [1, 7, 30, 60, 200] {
        check(&doc, &rows(&doc, &json!({ "max": max })), max);
    }
    let rows = rows(&doc, &json!({ "max": 60 }));
    let tables: Vec<_> =
        rows.iter().filter(|row| row.chunk.kind == Kind::Table).map(|row| row.chunk.blocks.clone()).collect();
    assert_eq!(tables, [vec![1, 2], vec![3]], "a table is cut between its rows");
    assert!(rows[0].chunk.text.ends_with(". "), "a text between its sentences: {:?}", rows[0].chunk.text);
}

#[test]
fn pieces_are_rows_of_csv_as_well() {
    let doc = document(&[
        (BlockKind::Heading, 1, "Ferry, again"),
        (BlockKind::Heading, 2, "Prices"),
        (BlockKind::Paragraph, 0, "It said \"ten\", and\nleft at nine."),
    ]);
    let catalog = Catalog::default().with(register);
    let build =
        |file: &str| catalog.find_export("chunks").expect("registered").build(&json!({ "file": file })).expect("valid");
    let export = build("chunks.csv");
    let mut file = Vec::new();
    export.header(&mut file);
    export.encode(&doc, &mut file).expect("it can be written");
    let mut reader = csv::Reader::from_reader(&*file);
    let columns: Vec<String> = reader.headers().expect("a first row").iter().map(str::to_owned).collect();
    let read: Vec<csv::StringRecord> = reader.records().map(|row| row.expect("a row")).collect();
    let row = &rows(&doc, &json!({}))[0];
    let cell =
        |name: &str| read[0].get(columns.iter().position(|column| column == name).expect("a column")).expect("a cell");
    assert_eq!((read.len(), cell("text")), (1, &*row.chunk.text));
    assert_eq!((cell("headings"), cell("blocks"), cell("kind")), ("Ferry, again; Prices", "0; 1; 2", "text"));
    assert_eq!(
        (cell("id"), cell("end"), cell("tokens")),
        (&*row.id, &*row.chunk.end.expect("a place").to_string(), "")
    );
    let mut lines = Vec::new();
    build("chunks.jsonl").header(&mut lines);
    assert!(lines.is_empty(), "JSON Lines have no header");
}

#[test]
fn captions_stand_where_they_are_asked_for() {
    let mut doc = document(&[(BlockKind::Paragraph, 0, LONG), (BlockKind::Paragraph, 0, LONG)]);
    let span = Some(Span::new(LONG.len() + 3, LONG.len() + 9));
    let caption = Caption { text: "The quay.".into(), credit: Some("Ada".into()), span, ..Caption::default() };
    doc.add_captions("test", vec![caption]);
    let of = |captions: &str| rows(&doc, &json!({ "max": 150, "captions": captions }));
    let apart = of("apart");
    assert_eq!(
        apart.last().map(|row| (row.chunk.kind, row.chunk.text.as_str(), row.chunk.start)),
        Some((Kind::Caption, "The quay. Ada", None))
    );
    let attached = of("attached");
    assert_eq!(attached.len(), 2);
    assert_eq!(
        (attached[0].chunk.captions.len(), attached[1].chunk.captions.join("")),
        (0, "The quay. Ada".to_owned())
    );
    assert!(of("none").iter().all(|row| row.chunk.kind != Kind::Caption && row.chunk.captions.is_empty()));
}

/// Knows the letters of a few words.
fn tokenizer() -> String {
    json!({
        "version": "1.0", "truncation": null, "padding": null, "added_tokens": [], "normalizer": null,
        "pre_tokenizer": { "type": "WhitespaceSplit" }, "post_processor": null, "decoder": null,
        "model": { "type": "WordLevel", "vocab": { "?": 0, "ferry": 1 }, "unk_token": "?" },
    })
    .to_string()
}

#[test]
fn pieces_have_as_many_tokens_as_a_model_can_read() {
    let doc = document(&[
        (BlockKind::Paragraph, 0, LONG),
        (BlockKind::Paragraph, 0, "One two."),
        (BlockKind::Paragraph, 0, "Three."),
    ]);
    let of =
        |config: Value| rows(&doc, &config).iter().map(|row| (row.chunk.tokens, row.chunk.words)).collect::<Vec<_>>();
    assert_eq!(
        of(json!({ "unit": "tokens", "tokenizer": tokenizer(), "max": 12 })),
        [(Some(9), 9), (Some(6), 6), (Some(7), 7), (Some(3), 3)]
    );
    assert_eq!(of(json!({ "tokenizer": tokenizer() })), [(Some(25), 25)], "whatever the unit is");
    assert_eq!(of(json!({})), [(None, 25)]);
    let catalog = Catalog::default().with(register);
    let chunks = catalog.find_export("chunks").expect("registered");
    assert_eq!(chunks.build(&json!({ "unit": "tokens" })).expect_err("of which model").path, "unit");
    assert_eq!(chunks.build(&json!({ "tokenizer": "{}" })).expect_err("no tokenizer").path, "tokenizer");
}

/// A tokenizer may see more in several blocks together than in each of them: here what stands around the end of a line.
#[test]
fn a_piece_has_no_more_tokens_than_are_asked_for() {
    let tokenizer = json!({
        "version": "1.0", "truncation": null, "padding": null, "added_tokens": [], "normalizer": null,
        "pre_tokenizer": { "type": "Split", "pattern": { "Regex": ".\\n." }, "behavior": "Isolated", "invert": false },
        "post_processor": null, "decoder": null,
        "model": { "type": "WordLevel", "vocab": { "?": 0 }, "unk_token": "?" },
    });
    let texts = ["ab", "cd", "ef", "gh", "ij", "kl", "mn"];
    let doc = document(&texts.map(|text| (BlockKind::Paragraph, 0, text)));
    for max in 1..9 {
        let rows = rows(&doc, &json!({ "unit": "tokens", "tokenizer": tokenizer.to_string(), "max": max }));
        check(&doc, &rows, 100);
        let most = rows.iter().filter_map(|row| row.chunk.tokens).max();
        assert!(most.is_some_and(|most| most <= max), "{most:?} of {max}");
    }
}

#[test]
fn a_length_of_nothing_is_refused() {
    let catalog = Catalog::default().with(register);
    let chunks = catalog.find_export("chunks").expect("registered");
    assert_eq!(chunks.build(&json!({ "max": 0 })).expect_err("no piece fits").path, "max");
}

/// Real pages, where they stand beside the repository: every block of them taken for main text.
#[test]
fn nothing_of_real_pages_is_lost() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/bench/news/html");
    let Ok(pages) = std::fs::read_dir(folder) else {
        assert!(std::env::var_os("COPYDESK_SHARED").is_none_or(|value| value != "required"), "{folder} is missing");
        eprintln!("skipped: {folder} is not there");
        return;
    };
    let mut seen = 0;
    for page in pages.map(|page| page.expect("a page").path()) {
        let bytes = std::fs::read(&page).expect("a page");
        let mut doc =
            copydesk_parse::parse(&Input::new(page.to_string_lossy(), bytes), &copydesk_parse::Limits::default())
                .expect("a page that can be read");
        for block in doc.ids() {
            let (stage, rule) = ("test".into(), "all".into());
            doc.decide(Decision { block, label: Label::Body, stage, rule, detail: "".into() });
        }
        check(&doc, &rows(&doc, &json!({ "max": 500 })), 500);
        seen += 1;
    }
    assert!(seen > 100, "{seen} pages");
}
