//! The report of a run, as a file: JSON for programs, a table or a page for people, metrics for Prometheus.

mod page;

use std::{
    collections::BTreeMap,
    fmt::Write,
    fs::{self, File},
    io::{self, Read},
    path::{Path, PathBuf},
    time::SystemTime,
};

use anyhow::{Context, bail};
use copydesk_runner::{Report, StageReport};
use copydesk_stage::OfCorpus;

pub(crate) use self::page::{STYLE, Sample, Story, escaped};
use crate::terminal::shown;

/// A report that will be written. Whether it can be is found out before the run, which may take days.
#[derive(Debug)]
pub(crate) struct Pending {
    path: PathBuf,
    /// A file beside it that nobody else has, until the report is complete.
    draft: PathBuf,
}

impl Pending {
    /// `made` is the folder that the run makes where it is not there: a report in it has to wait.
    pub(crate) fn new(path: &Path, made: Option<&Path>) -> anyhow::Result<Self> {
        let cannot = || format!("cannot write the report {}", shown(path));
        if path.is_dir() || path.file_name().is_none() {
            bail!("{}: it is a folder", cannot());
        }
        spare(path)?;
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let draft = path.with_file_name(format!(".{name}.{}.part", std::process::id()));
        if !made.is_some_and(|folder| path.starts_with(folder) && !folder.exists()) {
            File::create_new(&draft).with_context(cannot)?;
        }
        Ok(Self { path: path.to_owned(), draft })
    }

    /// Whether it is a page, which tells more than the counts.
    pub(crate) fn is_page(&self) -> bool {
        self.path.extension().is_some_and(|extension| extension == "html" || extension == "htm")
    }

    /// Writes the report in the form that the name of the file asks for.
    pub(crate) fn write(self, report: &Report, story: Option<&Story>) -> anyhow::Result<()> {
        // The run may have put an output there since.
        spare(&self.path)?;
        let text = match self.path.extension().and_then(|e| e.to_str()) {
            Some("json") => serde_json::to_string_pretty(report)? + "\n",
            Some("html" | "htm") => page::page(report, story.unwrap_or(&Story::default()), SystemTime::now()),
            Some("prom") => prometheus(report, SystemTime::now()),
            _ => table(report),
        };
        fs::write(&self.draft, text)
            .and_then(|()| fs::rename(&self.draft, &self.path))
            .with_context(|| format!("cannot write the report {}", shown(&self.path)))
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        // It is gone already where the report was written.
        let _ = fs::remove_file(&self.draft);
    }
}

/// Refuses to replace what is no report: a slip of the hand must not cost anybody a document, a pipeline file or an output.
fn spare(path: &Path) -> anyhow::Result<()> {
    let cannot = || format!("cannot write the report {}", shown(path));
    if path.is_file() && !is_report(path).with_context(cannot)? {
        bail!("{}: the file that is there is no report; give another name, or take it away", cannot());
    }
    Ok(())
}

/// Whether a file is a report of an earlier run, in any of the forms, or holds nothing.
fn is_report(path: &Path) -> io::Result<bool> {
    let mut head = Vec::new();
    File::open(path)?.take(1024).read_to_end(&mut head)?;
    let starts = |with: &str| head.starts_with(with.as_bytes());
    Ok(head.is_empty() || starts(TABLE) || starts(METRICS) || starts(JSON) || starts(page::PAGE))
}

/// How a report begins, in each of its forms.
const TABLE: &str = "documents
  read ";
const METRICS: &str = "# HELP copydesk_";
const JSON: &str = "{
  \"read\":";

/// What there is, for people.
fn table(report: &Report) -> String {
    let mut out = String::new();
    let Report { read, written, dropped, quarantined, reused, .. } = report;
    let _ = writeln!(out, "documents\n  read {read}, written {written}, dropped {dropped}, quarantined {quarantined}");
    let _ = writeln!(
        out,
        "  done before {reused}, bytes {}, opened {}, seconds {:.3}",
        report.bytes,
        report.opened,
        report.wall.as_secs_f64()
    );
    let _ = writeln!(
        out,
        "\n{:<24} {:>12} {:>10} {:>8} {:>12} {:>12}",
        "stage", "documents", "dropped", "%", "wall s", "cpu s"
    );
    for stage in &report.stages {
        let dropped: u64 = stage.dropped.values().sum();
        let share = 100.0 * dropped as f64 / stage.documents.max(1) as f64;
        let (wall, cpu) = (stage.time.as_secs_f64(), stage.cpu.as_secs_f64());
        let _ = writeln!(
            out,
            "{:<24} {:>12} {dropped:>10} {share:>8.2} {wall:>12.3} {cpu:>12.3}",
            stage.name, stage.documents
        );
    }
    for stage in &report.stages {
        counts(&mut out, &format!("dropped by {}", stage.name), &stage.dropped);
        counts(&mut out, &format!("decisions of {}, by rule", stage.name), &stage.rules);
    }
    for (stage, rules) in &report.quarantine {
        counts(&mut out, &format!("quarantined in {stage}"), rules);
    }
    for (survey, found) in &report.corpus {
        of_corpus(&mut out, survey, found);
    }
    counts(&mut out, "languages", &report.languages);
    counts(&mut out, "sites", &report.sites);
    if !report.slowest.is_empty() {
        let _ = writeln!(out, "\nslowest documents, seconds");
        for slow in &report.slowest {
            let _ = writeln!(out, "  {:>10.3}  {}", slow.seconds, crate::terminal::one_line(&slow.uri));
        }
    }
    out
}

fn counts(out: &mut String, name: &str, counts: &BTreeMap<String, u64>) {
    if counts.is_empty() {
        return;
    }
    let mut sorted: Vec<_> = counts.iter().collect();
    sorted.sort_by_key(|(name, count)| (std::cmp::Reverse(**count), *name));
    let _ = writeln!(out, "\n{name}");
    for (name, count) in sorted {
        let _ = writeln!(out, "  {count:>10}  {}", crate::terminal::one_line(name));
    }
}

/// What a survey says of all documents together.
fn of_corpus(out: &mut String, survey: &str, found: &OfCorpus) {
    if !found.alerts.is_empty() {
        let _ = writeln!(out, "\nalerts by {survey}");
    }
    for alert in &found.alerts {
        let _ = writeln!(out, "  {}", crate::terminal::one_line(&alert.message));
    }
    let Some(table) = &found.table else { return };
    let _ = writeln!(out, "\n{survey}\n  {}", table.columns.join("\t"));
    for row in &table.rows {
        let cells: Vec<String> = row.iter().map(|value| crate::terminal::one_line(&cell(value))).collect();
        let _ = writeln!(out, "  {}", cells.join("\t"));
    }
}

/// A value as it stands in a table.
fn cell(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::Null => "-".to_owned(),
        serde_json::Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// The text format of Prometheus, as its node exporter reads it from a file.
fn prometheus(report: &Report, now: SystemTime) -> String {
    let mut out = String::new();
    let mut metric = |name: &str, help: &str, rows: Vec<(Vec<(&str, &str)>, f64)>| {
        let _ = writeln!(out, "# HELP copydesk_{name} {help}\n# TYPE copydesk_{name} gauge");
        for (labels, value) in rows {
            let labels: Vec<String> =
                labels.iter().map(|(key, value)| format!("{key}=\"{}\"", escape(value))).collect();
            let labels = if labels.is_empty() { String::new() } else { format!("{{{}}}", labels.join(",")) };
            let _ = writeln!(out, "copydesk_{name}{labels} {value}");
        }
    };
    let outcomes = [("written", report.written), ("dropped", report.dropped), ("quarantined", report.quarantined)];
    metric(
        "documents",
        "Documents of the run, by what became of them.",
        outcomes.iter().map(|(outcome, n)| (vec![("outcome", *outcome)], *n as f64)).collect(),
    );
    metric("documents_reused", "Documents that an earlier run had done.", vec![(vec![], report.reused as f64)]);
    metric("input_bytes", "Bytes of input, as stored.", vec![(vec![], report.bytes as f64)]);
    metric("opened_bytes", "Bytes of text that the input of this run opened to.", vec![(vec![], report.opened as f64)]);
    metric("run_seconds", "Time from start to end.", vec![(vec![], report.wall.as_secs_f64())]);
    let end = now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs_f64();
    metric("run_end_timestamp_seconds", "When the run ended, in seconds since 1970.", vec![(vec![], end)]);
    let stages = |value: fn(&StageReport) -> f64| {
        report.stages.iter().map(|stage| (vec![("stage", stage.name.as_str())], value(stage))).collect()
    };
    metric("stage_documents", "Documents that came to a stage.", stages(|s| s.documents as f64));
    metric("stage_seconds", "Time in a stage, over all threads.", stages(|s| s.time.as_secs_f64()));
    metric("stage_cpu_seconds", "Processor time in a stage.", stages(|s| s.cpu.as_secs_f64()));
    let by_rule = |counts: fn(&StageReport) -> &BTreeMap<String, u64>| {
        let rows = report.stages.iter().flat_map(move |stage| {
            let labels = |rule| vec![("stage", stage.name.as_str()), ("rule", rule)];
            counts(stage).iter().map(move |(rule, n)| (labels(rule.as_str()), *n as f64))
        });
        rows.collect::<Vec<_>>()
    };
    metric("stage_dropped", "Documents that a stage dropped, by reason.", by_rule(|stage| &stage.dropped));
    metric("stage_decisions", "Decisions of a stage, by rule.", by_rule(|stage| &stage.rules));
    let quarantine = report.quarantine.iter().flat_map(|(stage, rules)| {
        rules.iter().map(move |(rule, n)| (vec![("stage", stage.as_str()), ("rule", rule.as_str())], *n as f64))
    });
    metric("quarantined", "Documents in quarantine, by stage and rule.", quarantine.collect());
    let languages = report.languages.iter().map(|(tag, n)| (vec![("language", tag.as_str())], *n as f64));
    metric("languages", "Documents written, by language.", languages.collect());
    let sites = report.sites.iter().map(|(site, n)| (vec![("site", site.as_str())], *n as f64));
    metric("sites", "Documents written, by site.", sites.collect());
    let alert_counts =
        report.corpus.iter().map(|(survey, found)| (vec![("survey", &**survey)], found.alerts.len() as f64));
    metric("alert_count", "Alerts of a survey.", alert_counts.collect());
    let alerts = report.corpus.iter().flat_map(|(survey, found)| {
        found.alerts.iter().map(move |alert| {
            let about = alert.about.iter().map(|(key, value)| (&**key, &**value));
            (std::iter::once(("survey", &**survey)).chain(about).collect(), 1.0)
        })
    });
    metric("alerts", "What a survey has found that somebody should look at.", alerts.collect());
    out
}

fn escape(label: &str) -> String {
    label.replace('\\', r"\\").replace('"', "\\\"").replace('\n', r"\n")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use copydesk_runner::{Slow, StageReport};

    use super::*;

    fn report() -> Report {
        let stage = StageReport {
            name: "parse".into(),
            documents: 4,
            dropped: BTreeMap::from([("no \"text\"".into(), 1)]),
            rules: BTreeMap::from([("prose".into(), 3)]),
            time: Duration::from_millis(1500),
            cpu: Duration::from_millis(1250),
        };
        Report {
            read: 4,
            written: 2,
            dropped: 1,
            quarantined: 1,
            stages: vec![stage],
            quarantine: BTreeMap::from([("parse".into(), BTreeMap::from([("limit.size".into(), 1)]))]),
            sites: BTreeMap::from([("a.example".into(), 2)]),
            slowest: vec![Slow { uri: "slow.html".into(), seconds: 1.25 }],
            ..Report::default()
        }
    }

    #[test]
    fn all_forms_tell_the_same() {
        let dir = tempfile::tempdir().expect("a folder");
        let read = |name: &str| {
            let path = dir.path().join(name);
            Pending::new(&path, None).and_then(|pending| pending.write(&report(), None)).expect("it is written");
            fs::read_to_string(path).expect("it is there")
        };
        let json: serde_json::Value = serde_json::from_str(&read("report.json")).expect("JSON");
        assert_eq!(json["stages"][0]["time"], 1.5);
        assert_eq!(json["slowest"][0]["uri"], "slow.html");
        let table = read("report.txt");
        let row = table.lines().find(|line| line.starts_with("parse ")).expect("a row");
        assert_eq!(row.split_whitespace().collect::<Vec<_>>(), ["parse", "4", "1", "25.00", "1.500", "1.250"]);
        let metrics = read("copydesk.prom");
        assert!(metrics.contains("copydesk_documents{outcome=\"written\"} 2\n"), "{metrics}");
        assert!(metrics.contains("copydesk_stage_seconds{stage=\"parse\"} 1.5\n"), "{metrics}");
        assert!(metrics.contains("copydesk_quarantined{stage=\"parse\",rule=\"limit.size\"} 1\n"), "{metrics}");
        for line in
            ["copydesk_stage_decisions{stage=\"parse\",rule=\"prose\"} 3\n", "copydesk_sites{site=\"a.example\"} 2\n"]
        {
            assert!(metrics.contains(line), "{metrics}");
        }
        assert!(metrics.contains("\ncopydesk_run_end_timestamp_seconds "), "{metrics}");
        assert!(read("report.html").contains("<h1>"), "a page");
        for again in ["report.json", "report.txt", "copydesk.prom", "report.html"] {
            assert!(!read(again).is_empty(), "an earlier report is replaced");
        }
        assert_eq!(fs::read_dir(dir.path()).expect("a folder").count(), 4, "nothing else is left");
    }

    #[test]
    fn what_is_no_report_is_never_replaced() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("records.jsonl");
        let early = Pending::new(&path, None).expect("nothing is there yet");
        fs::write(&path, "{\"id\":1}\n").expect("an output");
        assert!(early.write(&report(), None).is_err(), "the run has put its output there");
        assert!(Pending::new(&path, None).is_err(), "it is there from the start");
        assert_eq!(fs::read_to_string(&path).expect("it is there"), "{\"id\":1}\n");
    }

    #[test]
    fn what_cannot_be_written_is_told_before_the_run() {
        let dir = tempfile::tempdir().expect("a folder");
        for name in ["none/report.html", "none/report.json", "."] {
            assert!(Pending::new(&dir.path().join(name), None).is_err(), "{name}");
        }
        let made = dir.path().join("out");
        assert!(Pending::new(&made.join("report.json"), Some(&made)).is_ok(), "the run makes its folder");
        fs::write(dir.path().join("report.tmp"), "mine").expect("a file of somebody");
        drop(Pending::new(&dir.path().join("report.json"), None).expect("it can be written"));
        assert_eq!(fs::read_dir(dir.path()).expect("a folder").count(), 1, "a run that fails leaves no draft");
    }
}
