//! `copydesk forget`: what a person asks to be taken out is nowhere in the folder, in any format of output.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde_json::Value;

use crate::program::{Ended, copydesk};

const PIPELINE: &str = r#"
[[stage]]
use = "strip-boilerplate"

[[stage]]
use = "extract-metadata"

SURVEY

[[export]]
use = "jsonl"

[[export]]
use = "csv"

[[export]]
use = "parquet"

[[export]]
use = "sqlite"

[[export]]
use = "files"
"#;

struct Bench(tempfile::TempDir);

impl Bench {
    fn new(survey: &str) -> Self {
        let bench = Self(tempfile::tempdir().unwrap());
        fs::create_dir(bench.path("pages")).unwrap();
        fs::write(bench.path("p.toml"), PIPELINE.replace("SURVEY", survey)).unwrap();
        for (n, name) in ["Wetherby", "Harbourmaster", "Quillfeather", "Oakenshaw"].iter().enumerate() {
            let text = format!(
                "# The garden of {name}\n\nMs {name} has planted {n} lime trees in the yard behind the station, and waters \
                 them every morning before the first train leaves for the coast.\n\nHer neighbours help on Sundays.\n"
            );
            fs::write(bench.path(&format!("pages/{}.md", name.to_lowercase())), text).unwrap();
        }
        // One that is no text.
        fs::write(bench.path("pages/torn-quillfeather.html.gz"), b"\x1f\x8b\x08\0\0\0\0\0\0\x03torn").unwrap();
        bench
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn copydesk(&self, command: &str, args: &[&str]) -> Ended {
        let at = |name: &str| self.path(name).to_str().unwrap().to_owned();
        let (pipeline, out) = (at("p.toml"), at("out"));
        copydesk([&[command, &pipeline, "-o", &out], args].concat().iter(), "")
    }

    fn run(&self, args: &[&str]) -> Ended {
        self.copydesk("run", &[&[self.path("pages").to_str().unwrap()], args].concat())
    }

    fn records(&self) -> Vec<Value> {
        let text = fs::read_to_string(self.path("out/records.jsonl")).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// The files that hold a word. (What is compressed is opened in the tests of the runner.)
    fn holding(&self, word: &str) -> Vec<String> {
        let mut found = Vec::new();
        let mut open = vec![self.path("out")];
        while let Some(next) = open.pop() {
            for entry in fs::read_dir(next).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    open.push(path);
                    continue;
                }
                let bytes = fs::read(&path).unwrap();
                let holds = |text: &[u8]| text.to_ascii_lowercase().windows(word.len()).any(|at| at == word.as_bytes());
                let name = path.to_string_lossy().to_lowercase();
                if holds(&bytes) || name.contains(word) {
                    found.push(shown(&path, self.0.path()));
                }
            }
        }
        found.sort();
        found
    }
}

fn shown(path: &Path, root: &Path) -> String {
    path.strip_prefix(root).unwrap_or(path).display().to_string()
}

#[test]
fn a_record_goes_from_every_output_and_stays_away() {
    for survey in ["", "[[survey]]\nuse = \"find-duplicates\""] {
        let bench = Bench::new(survey);
        assert_eq!(bench.run(&[]).code, 1);
        let all = bench.records();
        let of = |name: &str| all.iter().find(|record| record["title"].to_string().contains(name)).unwrap();
        let id = of("Quillfeather")["id"].as_str().unwrap();
        assert!(bench.holding("quillfeather").len() >= 6, "{:?}", bench.holding("quillfeather"));

        let nobody = bench.copydesk("forget", &["0123456789abcdef", id]);
        assert_eq!(nobody.code, 2, "{}", nobody.stderr);
        assert!(nobody.stderr.contains("is called 0123456789abcdef. Nothing was changed."), "{}", nobody.stderr);
        assert!(!bench.path("out/.copydesk/forgotten").exists());

        let torn = bench.path("pages/torn-quillfeather.html.gz");
        let gone = bench.copydesk("forget", &[id, torn.to_str().unwrap()]);
        assert_eq!(gone.code, 0, "{}", gone.stderr);
        assert!(
            gone.stderr.contains("has forgotten 1 record and 1 document that stood in no output"),
            "{}",
            gone.stderr
        );
        assert_eq!((bench.holding("quillfeather"), bench.records().len()), (Vec::new(), 3));
        for (args, code) in [(&[][..], 0), (&["--append", "--checksum"], 0), (&["--replace"], 0)] {
            let ran = bench.run(args);
            assert_eq!(ran.code, code, "{}", ran.stderr);
            assert!(ran.stderr.contains("2 skipped (forgotten)") || ran.stderr.contains("forgotten"), "{}", ran.stderr);
            assert_eq!((bench.holding("quillfeather"), bench.records().len()), (Vec::new(), 3), "{args:?}");
        }
        // Another record that is still there, by a list; then one is taken back.
        fs::write(bench.path("gone.txt"), format!("{}\n", of("Oakenshaw")["id"].as_str().unwrap())).unwrap();
        let list = bench.path("gone.txt");
        assert_eq!(bench.copydesk("forget", &["--ids-from", list.to_str().unwrap()]).code, 0);
        assert_eq!((bench.holding("oakenshaw"), bench.records().len()), (Vec::new(), 2));
        let undone = bench.copydesk("forget", &["--undo", id]);
        assert!(undone.code == 0 && undone.stderr.contains("may read 1 document again"), "{}", undone.stderr);
        assert_eq!(bench.run(&["--append"]).code, 0);
        let titles: Vec<String> = bench.records().iter().map(|record| record["title"].to_string()).collect();
        assert!(titles.len() == 3 && titles.iter().any(|title| title.contains("Quillfeather")), "{titles:?}");
        assert!(bench.holding("oakenshaw").is_empty());
    }
}

#[test]
fn a_record_is_known_by_the_number_that_was_given_and_cards_are_named() {
    let bench = Bench::new("");
    let line = |n: usize| {
        let text =
            format!("The tram number {n} goes to the harbour every ten minutes, and back again before midnight.");
        serde_json::json!({ "id": format!("tram-{n}"), "text": text }).to_string() + "\n"
    };
    fs::remove_dir_all(bench.path("pages")).unwrap();
    fs::create_dir(bench.path("pages")).unwrap();
    fs::write(bench.path("pages/rows.jsonl"), line(1) + &line(2) + &line(3)).unwrap();
    let ran = bench.run(&[]);
    assert_eq!((ran.code, bench.records().len()), (0, 3), "{}", ran.stderr);
    let profiled = copydesk(["profile", bench.path("out").to_str().unwrap(), "--dataset-card"], "");
    assert_eq!(profiled.code, 0, "{}", profiled.stderr);
    let second = bench.records()[1]["source"]["uri"].as_str().unwrap().to_owned();
    assert!(second.contains("rows.jsonl#"), "{second}");
    let gone = bench.copydesk("forget", &[&second]);
    assert!(gone.code == 0 && gone.stderr.contains("README.md in"), "{}", gone.stderr);
    assert!(bench.holding("tram-2").is_empty() && bench.records().len() == 2);
    let again = bench.copydesk("forget", &[&second]);
    assert!(again.code == 0 && again.stderr.contains("1 of those named had been forgotten"), "{}", again.stderr);
    let undone = bench.copydesk("forget", &["--undo", &second]);
    assert!(undone.code == 0 && undone.stderr.contains("may read 1 document again"), "{}", undone.stderr);
}

#[cfg(feature = "parquet")]
#[test]
fn a_record_goes_from_tables_of_decisions_and_blocks_as_well() {
    let table = |name: &str| format!("[[export]]\nuse = \"parquet\"\ntable = \"{name}\"\n");
    let bench = Bench::new(&(table("decisions") + &table("blocks") + &table("captions")));
    bench.run(&[]);
    let id = bench.records()[0]["id"].as_str().unwrap().to_owned();
    let size = |name: &str| fs::metadata(bench.path(name)).unwrap().len();
    let before = [size("out/decisions.parquet"), size("out/blocks.parquet")];
    let forgot = bench.copydesk("forget", &[&id]);
    assert_eq!(forgot.code, 0, "{}", forgot.stderr);
    assert!(size("out/decisions.parquet") < before[0] && size("out/blocks.parquet") < before[1]);
    assert!(bench.holding(&id).is_empty(), "{:?}", bench.holding(&id));
}

#[test]
fn a_folder_in_the_place_of_its_pipeline_is_told_from_any_other() {
    let bench = Bench::new("");
    bench.run(&[]);
    let at = |name: &str| bench.path(name).to_str().unwrap().to_owned();
    let out = at("out");
    for command in [&["forget", &out, "0123456789abcdef"][..], &["retry", &out]] {
        let said = copydesk(command.iter(), "");
        assert_eq!(said.code, 2, "{}", said.stderr);
        assert!(said.stderr.contains(&format!("and this by `--out {out}`")), "{command:?}: {}", said.stderr);
    }
    let said = copydesk(["retry", &at("pages")].iter(), "");
    assert!(said.stderr.contains("pages is a folder; a pipeline file was expected"), "{}", said.stderr);
}
