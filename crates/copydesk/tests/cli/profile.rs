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
