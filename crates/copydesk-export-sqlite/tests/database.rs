//! What comes out, asked in SQL.

use std::{fs, path::Path};

use copydesk_document::{
    BoilerplateKind, Caption, Credit, Decision, Document, DocumentSource, Label, Metadata, NewBlock, Origin, Span,
    Timestamp, Value,
};
use copydesk_stage::{Assembly, Catalog, Export};
use rusqlite::{Connection, types::ValueRef};
use serde_json::{Value as Json, json};
use unicode_normalization::UnicodeNormalization as _;

fn export(config: &Json) -> Box<dyn Export> {
    let catalog = Catalog::default().with(copydesk_export_sqlite::register);
    catalog.find_export("sqlite").expect("registered").build(config).expect("valid")
}

fn document(uri: &str, title: &str, body: &str) -> Document {
    let content = format!("{title}\n\n{body}\nSubscribe");
    let mut doc = Document::new(DocumentSource { uri: uri.into(), ..DocumentSource::default() }, content.clone());
    for text in [body, "Subscribe"] {
        let start = content.find(text).expect("it is there");
        doc.push_block(NewBlock { text, span: Span::new(start, start + text.len()), ..NewBlock::default() });
    }
    let ids: Vec<_> = doc.ids().collect();
    for (block, label, rule) in [
        (ids[0], Label::Body, "prose"),
        (ids[1], Label::Body, "prose"),
        (ids[1], Label::Boilerplate(BoilerplateKind::Newsletter), "newsletter"),
    ] {
        let (stage, rule, detail) = ("test".into(), rule.into(), "".into());
        doc.decide(Decision { block, label, stage, rule, detail });
    }
    let text = |text: &str| Value {
        value: text.to_owned(),
        origin: Origin::Meta,
        name: "n".into(),
        span: None,
        confidence: 1.0,
    };
    let (title, authors) = (Some(text(title)), vec![text("Ann"), text("Bo")]);
    doc.add_facts("test", Metadata { title, authors, ..Metadata::default() });
    let caption = Caption {
        text: "A ferry".into(),
        credit: Some("Ann/Wire".into()),
        credits: vec![Credit { name: Some("Ann".into()), agency: Some("Wire".into()) }],
        translations: vec![Caption { text: "Eine Fähre".into(), language: Some("de".into()), ..Caption::default() }],
        ..Caption::default()
    };
    doc.add_captions("test", vec![caption]);
    doc.source.fields.insert("batch".into(), json!(7));
    doc
}

#[test]
fn chunks_stand_beside_the_documents() {
    let doc = document("a", "Harbour", "The ferry is late.");
    let folder = tempfile::tempdir().expect("a folder");
    let make = |config: &Json| {
        let (export, mut rows) = (export(config), Vec::new());
        export.encode(&doc, &mut rows).expect("it can be written");
        let parts = [export.part(rows)];
        let path = folder.path().join(config.to_string().len().to_string());
        let Assembly::Built(assemble) = export.assembly() else { panic!("parts are not joined") };
        assemble.assemble(&mut parts.into_iter(), &path).expect("parts become a file");
        Connection::open(path).expect("a database")
    };
    let database = make(&json!({ "chunks": { "max": 10 } }));
    let mut asked = database
        .prepare(
            "SELECT c.id, c.kind, c.text, c.start, c.\"end\", c.blocks FROM chunks AS c JOIN documents USING (document) \
             ORDER BY position",
        )
        .expect("the table is there");
    let found: Vec<[String; 6]> = asked
        .query_map([], |row| {
            let cell = |at| -> rusqlite::Result<String> {
                Ok(match row.get_ref(at)? {
                    ValueRef::Integer(number) => number.to_string(),
                    other => other.as_str_or_null()?.unwrap_or_default().to_owned(),
                })
            };
            Ok([cell(0)?, cell(1)?, cell(2)?, cell(3)?, cell(4)?, cell(5)?])
        })
        .expect("rows")
        .map(|row| row.expect("a row"))
        .collect();
    let id = copydesk_record::id(&doc);
    assert_eq!(found[0], [&*format!("{id}-0"), "text", "The ferry ", "0", "10", "[0]"]);
    assert_eq!(found[1], [&*format!("{id}-1"), "text", "is late.", "10", "18", "[0]"]);
    assert_eq!((found.len(), &*found[2][1], &*found[2][3]), (3, "caption", ""));
    let record = copydesk_export_sqlite::records(&database).expect("records").next().expect("one").expect("a record");
    let chunks = record.chunks.expect("its pieces");
    assert_eq!((chunks.len(), &*chunks[1].text, &chunks[1].blocks), (3, "is late.", &vec![0]));
    let none: i64 = make(&json!({}))
        .query_row("SELECT count(*) FROM chunks", [], |row| row.get(0))
        .expect("the table is there, and empty");
    assert_eq!(none, 0);
    database.execute("DROP TABLE chunks", []).expect("a database as older builds made it");
    let record = copydesk_export_sqlite::records(&database).expect("records").next().expect("one").expect("a record");
    assert!(record.chunks.is_none() && record.text == "The ferry is late.", "{}", record.text);
}

fn time(text: &str) -> Value<Timestamp> {
    let value = text.parse().unwrap_or_else(|_| panic!("{text} is a time"));
    Value { value, origin: Origin::Meta, name: "n".into(), span: None, confidence: 1.0 }
}

fn documents() -> Vec<Document> {
    vec![
        document("a", "Late again", "The ferry is late, and nobody knows why."),
        document("b", "On strike", "The ferry stays in the harbour: its crew is on strike."),
        document("c", "日本語", "渡し船は港にとどまっている"),
    ]
}

fn write(export: &dyn Export, shards: &[&[Document]], to: &Path) {
    let parts: Vec<Vec<u8>> = shards
        .iter()
        .map(|docs| {
            let mut rows = Vec::new();
            docs.iter().for_each(|doc| export.encode(doc, &mut rows).expect("it can be written"));
            export.part(rows).expect("rows become a part")
        })
        .collect();
    let Assembly::Built(assemble) = export.assembly() else { panic!("parts are not joined") };
    assemble.assemble(&mut parts.into_iter().map(Ok), to).expect("parts become a database");
}

fn database(config: &Json, shards: &[&[Document]]) -> (tempfile::TempDir, Connection) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("out");
    write(&*export(config), shards, &path);
    assert_eq!(fs::read_dir(folder.path()).expect("the folder").count(), 1, "nothing is left beside the database");
    let connection = Connection::open(path).expect("a database");
    (folder, connection)
}

/// The rows of a query, cells parted by `|`.
fn ask(connection: &Connection, sql: &str) -> Vec<String> {
    let mut statement = connection.prepare(sql).unwrap_or_else(|error| panic!("{error}\n{sql}"));
    let columns = statement.column_count();
    let mut rows = statement.query([]).expect("it runs");
    let mut all = Vec::new();
    while let Some(row) = rows.next().expect("a row") {
        let cells = (0..columns).map(|i| match row.get_ref(i).expect("a cell") {
            ValueRef::Null => "-".to_owned(),
            ValueRef::Integer(number) => number.to_string(),
            ValueRef::Real(number) => number.to_string(),
            ValueRef::Text(text) | ValueRef::Blob(text) => String::from_utf8_lossy(text).into_owned(),
        });
        all.push(cells.collect::<Vec<_>>().join("|"));
    }
    all
}

fn dump(connection: &Connection) -> String {
    let tables = "documents authors tags languages captions credits blocks decisions metadata notes";
    tables.split(' ').map(|table| ask(connection, &format!("SELECT * FROM {table}")).join("\n")).collect()
}

#[test]
fn a_record_becomes_rows() {
    let docs = documents();
    let mut docs = docs;
    let (published, modified) = (Some(time("2024-05-02T06:30:00+09:00")), Some(time("2024-05")));
    docs[0].add_facts("test", Metadata { published, modified, ..Metadata::default() });
    let (_folder, db) = database(&json!({}), &[&docs[..1]]);
    for (sql, rows) in [
        (
            "SELECT document, source_uri, title, published, published_day, published_utc, text, markdown, fields FROM documents",
            &[
                "1|a|Late again|2024-05-02T06:30:00+09:00|2024-05-02|2024-05-01T21:30:00Z|The ferry is late, and nobody knows why.|-|{\"batch\":7}",
            ][..],
        ),
        ("SELECT modified, modified_day, modified_utc FROM documents", &["2024-05|-|-"]),
        ("SELECT * FROM authors", &["1|1|Ann", "1|2|Bo"]),
        ("SELECT * FROM captions", &["1|1|-|A ferry|-|Ann/Wire|-|photo", "2|1|1|Eine Fähre|de|-|-|photo"]),
        ("SELECT * FROM credits", &["1|Ann|Wire"]),
        (
            "SELECT * FROM blocks",
            &[
                "1|0|paragraph|-|body|The ferry is late, and nobody knows why.|-|12|52|3",
                "1|1|paragraph|-|newsletter|Subscribe|-|53|62|4",
            ],
        ),
        (
            "SELECT * FROM decisions",
            &["1|1|0|body|test|prose|", "1|2|1|body|test|prose|", "1|3|1|newsletter|test|newsletter|"],
        ),
        ("SELECT * FROM metadata WHERE field = 'title'", &["1|title|Late again|meta|n|1|-|-|-"]),
        ("PRAGMA user_version", &["1"]),
        ("PRAGMA integrity_check", &["ok"]),
        ("PRAGMA foreign_key_check", &[]),
    ] {
        assert_eq!(ask(&db, sql), rows, "{sql}");
    }
}

#[test]
fn the_examples_of_the_readme_answer() {
    let docs = documents();
    let (_folder, db) = database(&json!({}), &[&docs[..2], &docs[2..]]);
    let readme = include_str!("../README.md");
    let examples: Vec<&str> =
        readme.split("```sql\n").skip(1).map(|rest| rest.split("```").next().unwrap_or_default()).collect();
    let answers: [&[&str]; 4] = [
        &["-|Late again|a", "-|On strike|b", "-|日本語|c"],
        &["-|Late again", "-|日本語"],
        &["Ann|3|107", "Bo|3|107"],
        &["test|newsletter|3|27"],
    ];
    assert_eq!(examples.len(), answers.len());
    for (sql, answer) in examples.into_iter().zip(answers) {
        assert_eq!(ask(&db, sql), answer, "{sql}");
    }
}

/// The query that the database carries, for another word.
fn search(db: &Connection, word: &str) -> Vec<String> {
    let query = ask(db, "SELECT query FROM how_to_search").concat();
    assert!(include_str!("../README.md").contains(&query), "README.md has another query");
    let mut found = ask(db, &query.replace("'ferry'", &format!("'{}'", word.replace('\'', "''"))));
    found.sort();
    found.into_iter().map(|row| row.rsplit('|').next().unwrap_or_default().to_owned()).collect()
}

/// Each line: a word, the texts that have it, and texts that only seem to.
const WORDS: &[(&str, &[&str], &[&str])] = &[
    ("art", &["The ART of the harbour", "State-of-the-art cranes", "“Art” is on."], &["A party at sea", "He starts"]),
    ("new ferry", &["A new ferry sails."], &["It is new. Ferry 4 is old.", "Ferry, new"]),
    ("정부", &["정부는 예산을 늘린다.", "새 정부에서", "한국 정부"], &["행정부는 오늘"]),
    ("한국 정부", &["어제 한국 정부가"], &["한국은 정부가"]),
    ("BTS", &["부산에서 BTS가 공연했다.", "가수 BTS"], &["BTSX가"]),
    ("2024", &["2024년에"], &["12024년에"]),
    ("2024년", &["올해는 2024년이다", "2024 년"], &["2024"]),
    ("K-pop", &["K-pop은 세계로"], &["K팝은"]),
    ("KT위즈", &["KT위즈가 이겼다", "KT 위즈는"], &["KT와 위즈"]),
    ("東京", &["昨日、東京都で", "NHK東京", "東京"], &["東の京", "関東、京都"]),
    ("アメリカ", &["北アメリカの港"], &["アメリ、カ"]),
    ("政府", &["省政府说"], &["财政，府上", "财政\n府上"]),
    ("一", &["第一个"], &["第二个"]),
    ("2024年", &["在2024年春"], &["在12024年春"]),
    ("น้ำ", &["แม่น้ำสายใหม่"], &["นา มี"]),
    ("រដ្ឋ", &["ទីស្នាក់ការរដ្ឋាភិបាល"], &["ទីក្រុង"]),
    ("ລັດ", &["ສຳນັກງານລັດຖະບານ"], &["ເມືອງ"]),
    ("အစိုးရ", &["မြန်မာအစိုးရသစ်"], &["မြို့"]),
    ("chính phủ", &["Chính phủ họp."], &["Chinh phu hop.", "chỉnh phu", "Tài chính. Phủ Tây Hồ"]),
    ("chinh phu", &["Chính phủ họp.", "Chinh phu hop."], &["Tài chính. Phủ Tây Hồ"]),
    ("duong sat", &["Đường sắt điện"], &["Đường ngắn"]),
    ("đường", &["Đường sắt điện"], &["Dương sắt", "Duong"]),
    ("Grosse", &["Die Größe des Hafens"], &["Die Grösslinge"]),
    ("العربية", &["قال إن العَرَبِيّة لغة"], &["بالعربية"]),
    ("قال", &["قَالَ الوزير"], &["مقال جديد"]),
    ("все", &["Все говорят", "всё о порте"], &["всегда"]),
    ("край", &["Приморский край"], &["краи"]),
    ("हिन्दी", &["वह हिन्दी बोलता है"], &["हिन्द महासागर"]),
    ("O'Neil Jo", &["O'Neil Jo Smith"], &["O'Neil, Jo"]),
];

#[test]
fn words_of_every_language_are_found_by_the_query_in_the_readme() {
    for (word, with, without) in WORDS {
        let docs: Vec<_> = with.iter().chain(*without).map(|text| document(text, "-", text)).collect();
        let (_folder, db) = database(&json!({}), &[&docs]);
        let expected: std::collections::BTreeSet<&str> = with.iter().copied().collect();
        let expected: Vec<&str> = expected.into_iter().collect();
        assert_eq!(search(&db, word), expected, "{word}");
        // As a name of a file on a Mac has it.
        assert_eq!(search(&db, &word.nfd().collect::<String>()), expected, "{word} in parts");
    }
}

#[test]
fn nothing_is_found_where_nothing_is_asked_for() {
    let (_folder, db) = database(&json!({}), &[&documents()]);
    for word in ["", " ", "\"", "'", "*", "-"] {
        assert_eq!(search(&db, word), Vec::<String>::new(), "{word}");
    }
}

#[test]
fn decomposed_text_and_all_parts_of_a_record_are_found() {
    let decomposed =
        "\u{1107}\u{116e}\u{1109}\u{1161}\u{11ab} \u{1112}\u{1161}\u{11bc} \u{0110}u\u{031b}\u{01a1}\u{0300}ng";
    let docs = [document("a", "Late again", decomposed), document("b", "On strike", "text")];
    let (_folder, db) = database(&json!({}), &[&docs]);
    assert_eq!(search(&db, "부산"), ["a"]);
    for word in ["late again", "strike", "A ferry", "Fähre", "Fahre", "Wire", "Bo"] {
        let expected = if word.contains("again") {
            vec!["a"]
        } else if word == "strike" {
            vec!["b"]
        } else {
            vec!["a", "b"]
        };
        assert_eq!(search(&db, word), expected, "{word}");
    }
    let (_folder, none) = database(&json!({ "search": "none" }), &[&docs]);
    assert!(none.prepare("SELECT * FROM search").is_err());
}

#[test]
fn shards_make_no_difference() {
    let docs = documents();
    let (_one, one) = database(&json!({}), &[&docs]);
    let (_three, three) = database(&json!({}), &[&docs[..1], &[], &docs[1..2], &docs[2..]]);
    assert_eq!(dump(&one), dump(&three));
    assert!(dump(&one).contains("渡し船"));
}

#[test]
fn tables_that_nobody_wants_are_empty() {
    let docs = documents();
    let config = json!({ "blocks": false, "metadata": false, "decisions": false, "markdown": true });
    let (_folder, db) = database(&config, &[&docs]);
    let sql = "SELECT (SELECT count(*) FROM blocks), (SELECT count(*) FROM metadata), (SELECT count(*) FROM decisions), \
        (SELECT count(*) FROM documents WHERE markdown IS NOT NULL)";
    assert_eq!(ask(&db, sql), ["0|0|0|3"]);
}

#[test]
fn a_run_without_rows_leaves_a_database() {
    let (_folder, db) = database(&json!({}), &[&[]]);
    assert_eq!(ask(&db, "SELECT count(*) FROM documents"), ["0"]);
    assert!(ask(&db, "SELECT rowid FROM search WHERE search MATCH 'ferry'").is_empty());
}

#[test]
fn a_damaged_part_and_a_bad_place_are_errors() {
    let export = export(&json!({}));
    let folder = tempfile::tempdir().expect("a folder");
    let Assembly::Built(assemble) = export.assembly() else { panic!("parts are not joined") };
    let no_json = export.part(b"no json\n".to_vec()).expect("it can be compressed");
    for (name, part) in [("a", b"no zstd".to_vec()), ("b", no_json), ("no/such/folder", Vec::new())] {
        assert!(assemble.assemble(&mut std::iter::once(Ok(part)), &folder.path().join(name)).is_err(), "{name}");
    }
}
