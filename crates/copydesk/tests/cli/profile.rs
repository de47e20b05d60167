//! `copydesk profile`: what a corpus is made of, in every form.

use std::{fs, path::PathBuf};

use serde_json::Value;

use crate::program::{Ended, copydesk};

const PIPELINE: &str = r#"
[[stage]]
use = "strip-boilerplate"

[[stage]]
use = "detect-language"

[[stage]]
use = "extract-metadata"

[[survey]]
use = "find-duplicates"

[[export]]
use = "jsonl"
EXPORT
"#;

struct Bench(tempfile::TempDir);

impl Bench {
    fn new(export: &str) -> Self {
        let bench = Self(tempfile::tempdir().unwrap());
        fs::create_dir(bench.path("pages")).unwrap();
        fs::write(bench.path("p.toml"), PIPELINE.replace("EXPORT", export)).unwrap();
        let page = |name: &str, head: &str, text: &str| {
            fs::write(bench.path("pages").join(name), format!("---\n{head}\n---\n\n{text}\n")).unwrap();
        };
        let ferry = "The night ferry leaves at ten in the evening and comes back before the first trams begin, says the office.";
        page("a.md", "title: Ferry\ndate: 2024-05-03\nurl: https://north.example/a\nauthor: Ada Lund", ferry);
        page("b.md", "title: Boats\ndate: 2024-05-04\nurl: https://south.example/b", ferry);
        page(
            "c.md",
            "title: Fähre\ndate: 2024-05-04\nurl: https://north.example/c",
            "Die Fähre fährt ab Juni auch nachts, \
            und zwar alle vierzig Minuten; das hat der Rat der Stadt am Montag mit großer Mehrheit beschlossen.",
        );
        fs::write(bench.path("pages/torn.html.gz"), b"\x1f\x8b\x08\0\0\0\0\0\0\x03torn").unwrap();
        let ran = copydesk(["run", &bench.at("p.toml"), &bench.at("pages"), "-o", &bench.at("out")], "");
        assert_eq!(ran.code, 1, "{}", ran.stderr);
        bench
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn at(&self, name: &str) -> String {
        self.path(name).to_str().unwrap().to_owned()
    }

    fn profile(&self, args: &[&str]) -> Ended {
        copydesk([&["profile", &self.at("out")], args].concat().iter(), "")
    }
}

#[test]
fn the_figures_are_those_of_the_records() {
    let bench = Bench::new("");
    let (json, html) = (bench.at("corpus.json"), bench.at("corpus.html"));
    let shown = bench.profile(&["--report", &json, "--report", &html]);
    assert_eq!(shown.code, 0, "{}", shown.stderr);
    assert!(shown.stdout.starts_with("corpus\n  documents              3\n"), "{}", shown.stdout);
    assert!(shown.stdout.contains("\nlanguages ") && shown.stdout.contains("\nquarantined\n"), "{}", shown.stdout);
    let figures: Value = serde_json::from_str(&fs::read_to_string(&json).unwrap()).unwrap();
    assert_eq!((&figures["documents"], &figures["same_text"], &figures["empty"]), (&3.into(), &1.into(), &0.into()));
    assert_eq!(figures["languages"]["en"]["documents"], 2);
    assert_eq!(
        (&figures["languages"]["de"]["documents"], &figures["sites"]["north.example"]["documents"]),
        (&1.into(), &2.into())
    );
    assert_eq!((&figures["days"]["2024-05-04"]["documents"], &figures["missing"]["authors"]), (&2.into(), &2.into()));
    assert_eq!(figures["duplicates"]["exact"], 1);
    assert_eq!(figures["languages"]["en"]["duplicates"], 1);
    let characters: u64 =
        figures["languages"].as_object().unwrap().values().filter_map(|own| own["characters"].as_u64()).sum();
    assert_eq!(figures["lengths"]["sum"], characters);
    assert_eq!(figures["quarantine"].as_object().unwrap().values().map(|n| n.as_u64().unwrap()).sum::<u64>(), 1);
    let page = fs::read_to_string(&html).unwrap();
    assert!(page.contains("<h1>Profile of out</h1>") && page.contains("north.example"), "{page}");
    // Its own files it writes again, and nobody else's.
    assert_eq!(bench.profile(&["--report", &json, "--report", &html]).code, 0);
    let refused = bench.profile(&["--report", &bench.at("p.toml")]);
    assert!(refused.code == 2 && refused.stderr.contains("was not made by"), "{}", refused.stderr);
}

#[test]
fn what_has_no_name_is_no_site_and_two_outputs_are_not_one() {
    let bench = Bench::new("\n[[export]]\nuse = \"jsonl\"\nfile = \"again.jsonl\"");
    fs::write(bench.path("pages/d.md"), "# Rain\n\nIt has rained on the harbour since the early morning.\n").unwrap();
    let args = ["run", &bench.at("p.toml"), &bench.at("pages"), "-o", &bench.at("parts"), "--sharded"];
    assert_eq!(copydesk(args, "").code, 1);
    let refused = copydesk(["profile", &bench.at("parts")], "");
    assert!(refused.code == 2 && refused.stderr.contains("several folders of records"), "{}", refused.stderr);
    let html = bench.at("one.html");
    let one = copydesk(["profile", &bench.at("parts/records"), "--report", &html], "");
    assert!(one.code == 0 && one.stdout.starts_with("corpus\n  documents              4\n"), "{}", one.stdout);
    let page = fs::read_to_string(&html).unwrap();
    assert!(page.contains("<b>2</b>sites") && page.contains("(unknown)"), "{page}");
}

#[test]
fn a_card_tells_of_the_data_files() {
    let bench = Bench::new("");
    assert_eq!(bench.profile(&["--dataset-card", "--name", "Two: shores"]).code, 0);
    let card = fs::read_to_string(bench.path("out/README.md")).unwrap();
    for part in [
        "\npretty_name: \"Two: shores\"\n",
        "\n- \"en\"\n",
        "\n- \"n<1K\"\n",
        "    path: \"records.jsonl\"\n",
        "\n---\n",
    ] {
        assert!(card.contains(part), "{part} in {card}");
    }
    // The folder is still that of the run.
    let again = copydesk(["run", &bench.at("p.toml"), &bench.at("pages"), "-o", &bench.at("out")], "");
    assert_eq!(again.code, 1, "{}", again.stderr);
    // What somebody has written into it stays, until they say otherwise.
    assert_eq!(bench.profile(&["--dataset-card"]).code, 0, "its own is replaced");
    let edited = fs::read_to_string(bench.path("out/README.md")).unwrap() + "\nCollected by hand.\n";
    fs::write(bench.path("out/README.md"), &edited).unwrap();
    let refused = bench.profile(&["--dataset-card"]);
    assert!(refused.code == 2 && refused.stderr.contains("was edited since"), "{}", refused.stderr);
    assert_eq!(fs::read_to_string(bench.path("out/README.md")).unwrap(), edited);
    assert_eq!(bench.profile(&["--dataset-card", "--replace"]).code, 0);
    assert!(!fs::read_to_string(bench.path("out/README.md")).unwrap().contains("by hand"));
    fs::write(bench.path("out/README.md"), "my notes").unwrap();
    let refused = bench.profile(&["--dataset-card"]);
    assert!(refused.code == 2 && refused.stderr.contains("was not made by"), "{}", refused.stderr);
    let none = bench.profile(&["--croissant"]);
    assert!(none.code == 2 && none.stderr.contains("no Parquet file"), "{}", none.stderr);
}

#[cfg(feature = "parquet")]
#[test]
fn croissant_describes_the_columns() {
    let bench = Bench::new("\n[[export]]\nuse = \"parquet\"");
    let made = bench.profile(&["--croissant", "--dataset-card"]);
    assert_eq!(made.code, 0, "{}", made.stderr);
    assert_eq!(bench.profile(&["--croissant"]).code, 0, "its own is replaced");
    let described: Value =
        serde_json::from_str(&fs::read_to_string(bench.path("out/croissant.json")).unwrap()).unwrap();
    assert_eq!(described["distribution"][0]["contentUrl"], "documents.parquet");
    let fields = described["recordSet"][0]["field"].as_array().unwrap();
    let kind = |name: &str| fields.iter().find(|field| field["name"] == name).map(|field| field["dataType"].clone());
    assert_eq!((kind("title"), kind("source_bytes")), (Some("sc:Text".into()), Some("sc:Integer".into())));
    let authors = fields.iter().find(|field| field["name"] == "authors").unwrap();
    assert_eq!((&authors["repeated"], &authors["dataType"]), (&true.into(), &"sc:Text".into()));
    assert!(fs::read_to_string(bench.path("out/README.md")).unwrap().contains("path: \"documents.parquet\""));
}

/// What is read from a table is what is read from the records, as far as the table has columns for it.
#[cfg(all(feature = "parquet", feature = "sqlite"))]
#[test]
fn other_outputs_tell_the_same() {
    let exports = "[[export]]\nuse = \"parquet\"\n[[export]]\nuse = \"sqlite\"\n[[export]]\nuse = \"csv\"\n";
    let bench = Bench::new(exports);
    let figures = |of: &str| -> Value {
        let ran = copydesk(["profile", &bench.at(of), "--report", &bench.at("profile.json"), "-q"], "");
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        let figures: Value = serde_json::from_str(&fs::read_to_string(bench.path("profile.json")).unwrap()).unwrap();
        fs::remove_file(bench.path("profile.json")).unwrap();
        figures
    };
    let mut records = figures("out/records.jsonl");
    for table in ["out/documents.parquet", "out/records.sqlite"] {
        assert_eq!(figures(table), records, "{table}");
    }
    // The usual columns of CSV are fewer. They are named, and not taken for what nobody found.
    let csv = figures("out/records.csv");
    let absent = csv["not_in_table"].as_array().unwrap();
    assert!(absent.contains(&"license".into()) && !absent.contains(&"title".into()), "{absent:?}");
    assert!(csv["missing"].get("license").is_none());
    for same in ["documents", "lengths", "empty", "same_text", "languages_of"] {
        assert_eq!(csv.get(same), records.get(same), "{same}");
    }
    assert_eq!(csv["missing"]["authors"], records["missing"]["authors"]);
    let told = copydesk(["profile", &bench.at("out/records.csv")], "");
    assert!(told.stdout.contains("not in the table") && told.stdout.contains("license"), "{}", told.stdout);

    // A folder without JSON Lines.
    fs::remove_file(bench.path("out/records.jsonl")).unwrap();
    let folder = figures("out");
    records["quarantine"] = folder["quarantine"].clone();
    records["skipped"] = folder["skipped"].clone();
    assert_eq!(folder, records);
    fs::write(bench.path("other.parquet"), "no table").unwrap();
    assert_eq!(copydesk(["profile", &bench.at("other.parquet")], "").code, 2);
}

/// Runs a pipeline of one export over these texts, each a file, and gives the folder.
fn written(export: &str, texts: &[(&str, String)], more: &[&str]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::create_dir(path("pages")).unwrap();
    let stages = ["strip-boilerplate", "detect-language", "extract-metadata"];
    let stages = stages.map(|stage| format!("[[stage]]\nuse = \"{stage}\"\n")).concat();
    fs::write(path("p.toml"), format!("{stages}[[export]]\nuse = \"jsonl\"\nblocks = false\n{export}")).unwrap();
    for (name, text) in texts {
        fs::write(path("pages").join(name), text).unwrap();
    }
    let [pipeline, pages, out] = ["p.toml", "pages", "out"].map(|name| path(name).to_str().unwrap().to_owned());
    let ran = copydesk([&["run", &pipeline, &pages, "-o", &out], more].concat(), "");
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    folder
}

fn figures(folder: &std::path::Path, of: &str) -> Value {
    let [of, json] = [of, "figures.json"].map(|name| folder.join(name).to_str().unwrap().to_owned());
    let ran = copydesk(["profile", &of, "--report", &json, "-q"], "");
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let figures = serde_json::from_str(&fs::read_to_string(&json).unwrap()).unwrap();
    fs::remove_file(json).unwrap();
    figures
}

const DAY: &str = "---\ntitle: Quay\ndate: 2024-05-03\nurl: https://north.example/a\n---\n\n";

#[test]
fn texts_that_csv_has_made_fit_for_spreadsheets_are_counted_as_they_were() {
    let long = format!("{DAY}{}\n", "The night ferry leaves at ten in the evening, says the office. ".repeat(700));
    let dash =
        format!("{DAY}\\- It is late, said the pilot, and nobody who waited on the quay in the rain believed him.\n");
    let folder = written("[[export]]\nuse = \"csv\"\n", &[("a.md", long.clone()), ("b.md", long), ("c.md", dash)], &[]);
    let (whole, cut) = (figures(folder.path(), "out/records.jsonl"), figures(folder.path(), "out/records.csv"));
    assert_eq!(whole["lengths"]["most"], 44_099);
    assert_eq!(cut["lengths"], whole["lengths"]);
    assert_eq!((&cut["cut_texts"], &cut["same_text"]), (&2.into(), &1.into()));
    assert!(whole.get("cut_texts").is_none());
    let table = folder.path().join("out/records.csv");
    let told = copydesk(["profile", table.to_str().unwrap()], "").stdout;
    assert!(told.contains("cut in the table       2 of the texts"), "{told}");
}

#[test]
fn what_a_table_does_not_say_is_not_counted() {
    let text = |day: &str| format!("---\ntitle: Quay\n{day}\n---\n\nThe ferry leaves at ten, and comes back at six.\n");
    let pages = [("a.md", text("date: 2024-05-03")), ("b.md", text("author: Ada Lund"))];
    let bare = "[[export]]\nuse = \"csv\"\ncolumns = [\"id\", \"language\", \"text\"]\n";
    let folder = written(bare, &pages, &[]);
    let found = figures(folder.path(), "out/records.csv");
    let english = &found["languages"]["en"];
    assert_eq!((&english["documents"], english.get("undated"), english.get("unsure")), (&2.into(), None, None));
    for nothing in ["days", "sites", "page_types", "media_types"] {
        assert_eq!(found[nothing], serde_json::json!({}), "{nothing}");
    }
    for absent in ["captions", "with_captions", "input_bytes"] {
        assert!(found.get(absent).is_none(), "{absent}");
    }
    assert_eq!((&found["without_confidence"], &found["missing"]), (&0.into(), &serde_json::json!({"language": 0})));
    let table = folder.path().join("out/records.csv");
    let html = folder.path().join("x.html");
    let told = copydesk(["profile", table.to_str().unwrap(), "--report", html.to_str().unwrap()], "").stdout;
    assert!(told.contains(" -") && !told.contains("days of publication") && !told.contains("with captions"), "{told}");
    assert!(fs::read_to_string(html).unwrap().contains("<td class=\"n\">-</td>"));
    // The day alone is enough.
    let day =
        "[[export]]\nuse = \"csv\"\ncolumns = [\"published_day\", \"text\"]\ndelimiter = \";\"\nexcel_bom = true\n";
    let found = figures(written(day, &pages, &[]).path(), "out/records.csv");
    assert_eq!((&found["days"]["2024-05-03"]["documents"], &found["missing"]["published"]), (&1.into(), &1.into()));
    assert_eq!(found["days"]["(unknown)"]["undated"], 1);
}

#[test]
fn a_table_in_parts_is_one_table_and_an_empty_part_says_nothing() {
    let texts: Vec<(String, String)> =
        (0..3).map(|n| (format!("{n}.md"), format!("{DAY}The ferry number {n} leaves at ten.\n"))).collect();
    let texts: Vec<(&str, String)> = texts.iter().map(|(name, text)| (&**name, text.clone())).collect();
    let folder = written("[[export]]\nuse = \"csv\"\n", &texts, &[]);
    let whole = figures(folder.path(), "out/records.csv");
    let text = fs::read_to_string(folder.path().join("out/records.csv")).unwrap();
    let (header, rows) = text.split_once("\r\n").unwrap();
    fs::create_dir_all(folder.path().join("parts/records")).unwrap();
    for (name, content) in [
        ("part-00000.csv", format!("{header}\r\n")),
        ("part-00001.csv", text.clone()),
        ("part-00002.csv", String::new()),
    ] {
        fs::write(folder.path().join("parts/records").join(name), content).unwrap();
    }
    assert!(!rows.is_empty());
    for of in ["parts", "parts/records"] {
        assert_eq!(figures(folder.path(), of), whole, "{of}");
    }
}

#[cfg(all(feature = "parquet", feature = "corpus"))]
#[test]
fn tables_of_something_else_are_refused() {
    let page = format!(
        "<html><body><article><h1>Quay</h1><p>{}<p>It was late.</article></body></html>",
        "The night ferry leaves at ten in the evening, says the office. ".repeat(3)
    );
    let exports = [
        ("csv", "file = \"blocks.csv\"\nrows = \"blocks\""),
        ("csv", "file = \"bare.csv\"\nrows = \"blocks\"\ncolumns = [\"id\", \"text\"]"),
        ("chunks", "file = \"chunks.csv\""),
        ("parquet", "table = \"blocks\""),
        ("parquet", "table = \"chunks\"\n[export.chunks]\nmax = 100"),
    ];
    let exports = exports.map(|(name, more)| format!("[[export]]\nuse = \"{name}\"\n{more}\n")).concat();
    let folder = written(&exports, &[("a.html", page)], &[]);
    for name in ["blocks.csv", "bare.csv", "chunks.csv", "blocks.parquet", "chunks.parquet"] {
        let path = folder.path().join("out").join(name);
        let told = copydesk(["profile", path.to_str().unwrap()], "");
        assert!(told.code == 2 && told.stderr.contains("is no table of documents"), "{name}: {}", told.stderr);
    }
    // Where the documents stand beside them, they are read.
    fs::remove_file(folder.path().join("out/records.jsonl")).unwrap();
    let out = folder.path().join("out");
    let told = copydesk(["profile", out.to_str().unwrap()], "");
    assert!(told.code == 2 && told.stderr.contains("is no table of documents"), "{}", told.stderr);
    fs::remove_file(out.join("bare.csv")).unwrap();
    fs::write(out.join("documents.csv"), "id,text\r\na,It was late.\r\n").unwrap();
    assert_eq!(figures(folder.path(), "out")["documents"], 1);
}
