//! Surveys, as a user sees them: in every format of output, in the report, and what is refused.

use std::fs;

use crate::program::{Ended, copydesk};
use serde_json::Value;

const STORY: &str = "\
The city council has agreed to let the harbour ferry sail through the night from the first of June. Boats will leave every
forty minutes, and tickets will cost the same as by day.

Residents of the northern shore had asked for the service for nine years. \"We stopped counting the letters,\" said the head of
their association, who has lived there for thirty years.

The first boat is to leave at ten in the evening, the last one an hour before the trams begin. A second crew has been hired,
and the landing at the old fish market gets new lamps.
";

const OTHER: &str = "\
A museum of bicycles opens on Friday in the former brickworks. It shows a hundred and forty of them, the oldest of wood.

Its founder has collected for half of his life, in attics, barns and once from the bottom of a canal. Visitors may ride nine
of the machines in the yard, helmets are lent at the door.
";

const PIPELINE: &str = r#"
[[stage]]
use = "strip-boilerplate"

[[stage]]
use = "extract-metadata"

[[survey]]
use = "find-duplicates"

[[export]]
use = "jsonl"

[[export]]
use = "csv"
columns = ["id", "duplicates.of", "duplicates.share", "title", "duplicates.kind"]

[[export]]
use = "files"

[[export]]
use = "parquet"

[[export]]
use = "sqlite"
"#;

struct Bench(tempfile::TempDir);

impl Bench {
    fn new(pipeline: &str) -> Self {
        let bench = Self(tempfile::tempdir().unwrap());
        fs::create_dir(bench.0.path().join("pages")).unwrap();
        fs::write(bench.0.path().join("p.toml"), pipeline).unwrap();
        bench.page("a.md", "Night ferry starts in June", STORY);
        bench.page("b.md", "Boats all night long", &format!("HARBOURTOWN, May 3 (Shore News) -- {STORY}"));
        bench.page("c.md", "A museum of bicycles", OTHER);
        bench.page("d.md", "Ferries, and more", &STORY.replacen("nine", "eleven", 1));
        bench
    }

    fn page(&self, name: &str, title: &str, text: &str) {
        fs::write(self.0.path().join("pages").join(name), format!("# {title}\n\n{text}")).unwrap();
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).to_str().unwrap().to_owned()
    }

    fn run(&self, out: &str, args: &[&str]) -> Ended {
        let (pipeline, pages, out) = (self.path("p.toml"), self.path("pages"), self.path(out));
        copydesk(["run", &pipeline, &pages, "-o", &out].iter().chain(args), "")
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    fn records(&self, out: &str) -> Vec<Value> {
        let text = self.read(&format!("{out}/records.jsonl"));
        let mut records: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        records.sort_by_key(|record| record["source"]["uri"].to_string());
        records
    }
}

#[test]
fn what_is_found_stands_in_every_output() {
    let bench = Bench::new(PIPELINE);
    let ran = bench.run("out", &[]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let records = bench.records("out");
    let first = &records[0]["id"];
    let kinds: Vec<_> = records.iter().map(|record| record["duplicates"]["kind"].as_str()).collect();
    assert_eq!(kinds, [Some("representative"), Some("exact"), None, Some("near")]);
    assert!(records.iter().all(|record| record.get("duplicates").is_some()), "the field is always there");
    assert_eq!((&records[1]["duplicates"]["of"], &records[3]["duplicates"]["cluster"]), (first, first));

    let cells = bench.read("out/records.csv");
    let of = first.as_str().unwrap();
    assert!(cells.contains(&format!(",{of},1.0,Boats all night long,exact\r\n")), "{cells}");
    assert!(cells.contains(",,,A museum of bicycles,\r\n"), "{cells}");
    let files: Vec<String> = fs::read_dir(bench.path("out/documents"))
        .unwrap()
        .map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap())
        .collect();
    let front = files.iter().filter(|file| file.contains("\nduplicates: {\"cluster\":")).count();
    assert_eq!((files.len(), front), (4, 3));
    assert!(files.iter().all(|file| file.matches("\n---\n\n").count() == 1));
    for (file, id) in [("records.sqlite", of), ("documents.parquet", "duplicates_of")] {
        let bytes = fs::read(bench.path(&format!("out/{file}"))).unwrap();
        assert!(bytes.windows(id.len()).any(|window| window == id.as_bytes()), "{file}");
    }
}

#[test]
fn copies_are_left_out_and_listed_with_their_twin() {
    let bench = Bench::new(&PIPELINE.replace("use = \"find-duplicates\"", "use = \"find-duplicates\"\nkeep = \"one\""));
    let dry = bench.run("dry", &["--dry-run"]);
    assert!(dry.stderr.contains("4 written") && dry.stderr.contains("surveys were not asked"), "{}", dry.stderr);
    let ran = bench.run("out", &["--report", &bench.path("report.json")]);
    assert!(!ran.stderr.contains("not asked"), "{}", ran.stderr);
    assert!(ran.stderr.contains("2 written") && ran.stderr.contains("2 dropped"), "{}", ran.stderr);
    let records = bench.records("out");
    let id = records[0]["id"].as_str().unwrap();
    let listed = bench.read("out/skipped.jsonl");
    assert_eq!(listed.matches(&format!("\"twin\":\"{id}\"")).count(), 2, "{listed}");
    let report: Value = serde_json::from_str(&bench.read("report.json")).unwrap();
    let survey = report["stages"].as_array().unwrap().iter().find(|stage| stage["name"] == "find-duplicates").unwrap();
    assert_eq!((&survey["documents"], &survey["dropped"]["near copy of another"]), (&4.into(), &1.into()));

    // More of the same, a day later.
    fs::remove_dir_all(bench.path("pages")).unwrap();
    fs::create_dir(bench.path("pages")).unwrap();
    bench.page("e.md", "The ferry again", STORY);
    bench.page(
        "f.md",
        "Something new",
        &format!("{OTHER}\n\nTickets are five crowns, and children pay nothing at all."),
    );
    let ran = bench.run("out", &["--append"]);
    assert!(ran.stderr.contains("2 read") && ran.stderr.contains("2 dropped"), "{}", ran.stderr);
    let (now, then) = (bench.records("out"), records);
    let ids = |records: &[Value]| records.iter().map(|record| record["id"].clone()).collect::<Vec<_>>();
    assert_eq!(ids(&now), ids(&then), "what others have read stays");
    // That one was alone.
    assert_eq!((&then[1]["duplicates"], &now[1]["duplicates"]["kind"]), (&Value::Null, &"representative".into()));
    assert!(bench.run("out", &["--append"]).stderr.contains("nothing to do"));
}

#[test]
fn surveys_are_known_to_check_stages_schema_and_explain() {
    let bench = Bench::new(PIPELINE);
    let checked = copydesk(["check", &bench.path("p.toml")], "");
    assert!(checked.stdout.contains("extract-metadata > find-duplicates > records.jsonl"), "{}", checked.stdout);
    assert!(copydesk(["stages"], "").stdout.contains("surveys, used under [[survey]]"));
    assert!(copydesk(["stages", "find-duplicates"], "").stdout.contains("similarity"));
    assert!(copydesk(["schema", "survey", "find-duplicates"], "").stdout.contains("\"similarity\""));
    assert!(copydesk(["schema"], "").stdout.contains("\"survey.find-duplicates"));
    let explained = copydesk(["explain", &bench.path("pages/a.md"), "-p", &bench.path("p.toml")], "");
    assert!(explained.stdout.contains("find-duplicates: not asked"), "{}{}", explained.stdout, explained.stderr);
    let refused = bench.run("-", &["-o", "-"]);
    assert_eq!(refused.code, 2);
}

#[test]
fn surveys_that_cannot_stand_together_are_refused() {
    let twice = format!("{PIPELINE}\n[[survey]]\nuse = \"find-duplicates\"\nname = \"again\"\n");
    let bench = Bench::new(&twice);
    let checked = copydesk(["check", &bench.path("p.toml")], "");
    assert!(checked.code == 2 && checked.stderr.contains("two surveys would fill `duplicates`"), "{}", checked.stderr);
    let without = PIPELINE.replace("[[survey]]\nuse = \"find-duplicates\"\n", "");
    let bench = Bench::new(&without);
    let checked = copydesk(["check", &bench.path("p.toml")], "");
    assert!(checked.stderr.contains("no survey that finds `duplicates`"), "{}", checked.stderr);
    let bench = Bench::new(&PIPELINE.replace("find-duplicates\"", "find-duplicates\"\nagainst = \"archive\""));
    let checked = copydesk(["check", &bench.path("p.toml")], "");
    assert!(checked.stderr.contains("`against` is a list of folders"), "{}", checked.stderr);
    let bench = Bench::new(&PIPELINE.replace("find-duplicates", "find-duplicate"));
    let checked = copydesk(["check", &bench.path("p.toml")], "");
    assert!(checked.stderr.contains("did you mean `find-duplicates`?"), "{}", checked.stderr);
}

/// News as a site prints them, on a day before or after it has put all of its stories into links.
fn news(bench: &Bench, day: usize, has_changed: bool) {
    let mut lines = String::new();
    for number in 0..5 {
        let url = format!("https://shore.example/{day}/{number}");
        let end = format!(" It was day {day}, hour {number}.</p>");
        let story = format!("<p>{}{end}", STORY.replace("\n\n", &format!("{end}<p>")));
        let page = if has_changed {
            format!(
                "<html><body><nav>{}</nav></body></html>",
                story.replace("<p>", "<a href=/x>").replace("</p>", "</a>")
            )
        } else {
            format!("<html><body><main><h1>Ferries, hour {number}</h1>{story}</main></body></html>")
        };
        let record = serde_json::json!({ "url": url, "fetched": format!("2026-05-0{day}"), "html": page });
        lines += &record.to_string();
        lines.push('\n');
    }
    fs::write(bench.path(&format!("pages/{day}.jsonl")), lines).unwrap();
}

#[test]
fn a_site_whose_layout_changes_is_told_of_on_that_day() {
    let bench =
        Bench::new(&PIPELINE.replace("find-duplicates", "watch-sites").replace("duplicates.", "surveys.watch-sites."));
    fs::remove_dir_all(bench.path("pages")).unwrap();
    fs::create_dir(bench.path("pages")).unwrap();
    (1..=4).for_each(|day| news(&bench, day, false));
    let quiet = bench.run("out", &["--report", &bench.path("a.prom")]);
    assert_eq!(quiet.code, 0, "{}", quiet.stderr);
    assert!(!quiet.stderr.contains("alert"), "{}", quiet.stderr);
    assert!(bench.read("a.prom").contains("copydesk_alert_count{survey=\"watch-sites\"} 0\n"));
    (1..=4).for_each(|day| fs::remove_file(bench.path(&format!("pages/{day}.jsonl"))).unwrap());
    news(&bench, 5, true);
    let reports = ["b.prom", "b.json", "b.html", "b.txt"].map(|name| bench.path(name));
    let args: Vec<&str> = reports.iter().flat_map(|path| ["--report", path.as_str()]).chain(["--append"]).collect();
    let told = bench.run("out", &args);
    assert_eq!(told.code, 0, "{}", told.stderr);
    let sentence =
        "shore.example, 2026-05-05: 0 % of the letters of a page are main text; in the 4 days before it were";
    for text in [told.stderr, bench.read("b.json"), bench.read("b.html"), bench.read("b.txt")] {
        assert!(text.contains(sentence), "{text}");
    }
    let metric =
        "copydesk_alerts{survey=\"watch-sites\",day=\"2026-05-05\",figure=\"kept\",site=\"shore.example\"} 1\n";
    assert!(bench.read("b.prom").contains(metric), "{}", bench.read("b.prom"));
    let report: Value = serde_json::from_str(&bench.read("b.json")).unwrap();
    assert_eq!(report["corpus"]["watch-sites"]["table"]["rows"].as_array().map(Vec::len), Some(5));
    let again = bench.run("out", &["--append"]);
    assert!(again.stderr.contains("nothing to do"), "{}", again.stderr);
    assert!(!again.stderr.contains("alert"), "it has been said: {}", again.stderr);
}

#[test]
fn what_is_in_quarantine_in_another_folder_counts() {
    let pipeline = PIPELINE.replace("find-duplicates", "watch-sites").replace("duplicates.", "surveys.watch-sites.");
    let pipeline = format!("[limits]\nmax_blocks = 50\n{pipeline}");
    let bench = Bench::new(&pipeline);
    let table = |out: &str, day: &str| {
        let page = |text: &str| {
            let block = format!("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n{text}");
            let length = block.len();
            format!(
                "WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: https://quay.example/1\r\n\
                 WARC-Date: {day}T08:00:00Z\r\nContent-Length: {length}\r\n\r\n{block}\r\n\r\n"
            )
        };
        fs::write(bench.path("pages/0.warc"), page(STORY) + &page(&"<p>The tide is low.</p>".repeat(60))).unwrap();
        let report = bench.path("report.json");
        let ran = bench.run(out, &["--report", &report]);
        assert!(ran.code <= 1, "{}", ran.stderr);
        let report: Value = serde_json::from_str(&bench.read("report.json")).unwrap();
        let rows = report["corpus"]["watch-sites"]["table"]["rows"].as_array().unwrap().clone();
        let of_site = rows.into_iter().filter(|row| row[0] == "quay.example");
        of_site.map(|row| (row[1].clone(), row[2].clone(), row[9].clone())).collect::<Vec<_>>()
    };
    let row = |day: &str| (day.into(), 1.into(), 0.5.into());
    assert_eq!(table("archive", "2026-05-01"), [row("2026-05-01")]);
    let against = format!("use = \"watch-sites\"\nagainst = [{:?}]", bench.path("archive"));
    fs::write(bench.path("p.toml"), pipeline.replace("use = \"watch-sites\"", &against)).unwrap();
    assert_eq!(table("out", "2026-05-02"), [row("2026-05-01"), row("2026-05-02")]);
}

/// A crawl: pages of one day, one a line, with the address and the day of each.
fn crawl(bench: &Bench, day: &str, pages: &[(&str, &str)]) {
    let lines = pages.iter().map(|(page, text)| {
        let url = format!("https://shore.example/{page}");
        serde_json::json!({ "url": url, "fetched": day, "text": format!("# The ferry\n\n{text}") }).to_string() + "\n"
    });
    // A day in the name of a file is taken for that of publication, where nothing else is known.
    let name = format!("pages/crawl-{}.jsonl", day.rsplit('-').next().unwrap());
    fs::write(bench.path(&name), lines.collect::<String>()).unwrap();
}

#[test]
fn an_address_on_several_days_is_a_chain_of_versions() {
    let columns = "\"id\", \"versions.number\", \"versions.changed\", \"versions.added\"";
    let pipeline = PIPELINE.replace("find-duplicates", "follow-versions");
    let bench = Bench::new(
        &pipeline.replace("\"id\", \"duplicates.of\", \"duplicates.share\", \"title\", \"duplicates.kind\"", columns),
    );
    fs::remove_dir_all(bench.path("pages")).unwrap();
    fs::create_dir(bench.path("pages")).unwrap();
    crawl(&bench, "2026-05-01", &[("ferry", STORY), ("museum", OTHER)]);
    crawl(&bench, "2026-05-02", &[("ferry", STORY)]);
    let ran = bench.run("out", &[]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let before = bench.records("out");
    let of = |records: &[Value], at: usize, key: &str| records[at]["versions"][key].clone();
    let numbers = |records: &[Value]| (0..records.len()).map(|at| of(records, at, "number")).collect::<Vec<_>>();
    assert_eq!(numbers(&before), [1, 1, 2]);
    assert_eq!((&of(&before, 2, "previous"), &of(&before, 2, "changed")), (&before[0]["id"], &serde_json::json!([])));

    // A day later, with a word changed, in the same folder and in one that looks into it.
    fs::create_dir(bench.path("new")).unwrap();
    fs::rename(bench.path("pages"), bench.path("old")).unwrap();
    fs::rename(bench.path("new"), bench.path("pages")).unwrap();
    crawl(&bench, "2026-05-03", &[("ferry", &STORY.replacen("nine", "eleven", 1))]);
    let against = fs::read_to_string(bench.path("p.toml")).unwrap();
    let archive = bench.path("archive");
    copy_folder(&bench.path("out"), &archive);
    let ran = bench.run("out", &["--append"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let after = bench.records("out");
    assert_eq!(after[..3], before[..], "what others have read stays");
    let third = &after[3]["versions"];
    assert_eq!(
        (&third["first"], &third["previous"], &third["number"]),
        (&before[0]["id"], &before[2]["id"], &3.into())
    );
    assert_eq!(third["changed"], serde_json::json!(["text"]));
    let (added, removed) = (third["added"].as_array().unwrap(), third["removed"].as_array().unwrap());
    assert_eq!((added.len(), added), (1, removed), "one paragraph was changed");
    assert!(third["share"].as_f64().is_some_and(|share| (0.5..0.95).contains(&share)), "{third}");
    assert!(
        bench.read("out/records.csv").contains(&format!(",3,text,{}\r\n", added[0])),
        "{}",
        bench.read("out/records.csv")
    );

    let with = format!("use = \"follow-versions\"\nagainst = [{archive:?}]");
    fs::write(bench.path("p.toml"), against.replace("use = \"follow-versions\"", &with)).unwrap();
    let ran = bench.run("apart", &[]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_eq!(bench.records("apart")[0]["versions"], *third);
}

fn copy_folder(from: &str, to: &str) {
    fs::create_dir(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let (path, name) = (entry.path(), entry.file_name());
        let (path, to) = (path.to_str().unwrap(), format!("{to}/{}", name.to_str().unwrap()));
        if entry.file_type().unwrap().is_dir() {
            copy_folder(path, &to);
        } else {
            fs::copy(path, to).unwrap();
        }
    }
}
