//! The report as a page: one file that needs nothing else, for people who were not there.

use std::{collections::BTreeMap, fmt::Write as _, time::SystemTime};

use copydesk_document::{Document, Label, LineIndex};
use copydesk_runner::{Quarantined, Report};

use crate::{
    commands::label_name,
    terminal::{cut, thousands, visible},
};

/// What the page tells beside the counts.
#[derive(Debug, Default)]
pub(crate) struct Story {
    /// The command that was given.
    pub(crate) command: String,
    /// What the pipeline file is called, and what stands in it.
    pub(crate) pipeline: (String, String),
    /// Stages with their options in full, as JSON.
    pub(crate) stages: Vec<(String, String)>,
    /// Some documents, with what became of each.
    pub(crate) samples: Vec<Sample>,
    /// Why there are none.
    pub(crate) no_samples: Option<&'static str>,
    /// The first documents in quarantine.
    pub(crate) quarantine: Vec<Quarantined>,
}

/// A document with what became of its blocks.
#[derive(Debug)]
pub(crate) struct Sample {
    pub(crate) uri: String,
    pub(crate) outcome: String,
    facts: Vec<(String, String)>,
    blocks: Vec<Shown>,
    left_out: usize,
}

/// A block, and how many dropped ones before it are not shown.
#[derive(Debug)]
struct Shown {
    passed: usize,
    line: usize,
    label: Label,
    text: String,
    why: String,
}

/// So many blocks of a sample are shown, and so much of each.
const MOST_BLOCKS: usize = 80;
const MOST_CHARS: usize = 400;
/// So many columns of a command, which may name a thousand files.
const MOST_COMMAND: usize = 400;
/// So many rows of a table of a survey are shown.
const MOST_ROWS: usize = 1000;
/// So many lines of a table are drawn.
const MOST_BARS: usize = 15;

impl Sample {
    pub(crate) fn new(doc: &Document, outcome: String) -> Self {
        let lines = LineIndex::new(doc.content());
        let options =
            copydesk_record::Options { blocks: false, metadata: false, ..copydesk_record::Options::default() };
        let record = copydesk_record::to_record(doc, options);
        let mut facts = Vec::new();
        let mut fact = |name: &str, value: Option<String>| {
            facts.extend(value.filter(|value| !value.is_empty()).map(|value| (name.to_owned(), value)));
        };
        fact("title", record.title.as_deref().map(str::to_owned));
        fact("authors", Some(record.authors.join("; ")));
        fact("published", record.published.map(|time| time.to_string()));
        fact("site", record.site_name.as_deref().map(str::to_owned));
        fact("language", record.language.as_deref().map(str::to_owned));
        fact("captions", (!record.captions.is_empty()).then(|| record.captions.len().to_string()));
        fact("doubts", Some(record.notes.iter().map(|note| note.code.as_ref()).collect::<Vec<_>>().join(", ")));
        let mut last = vec![None; doc.blocks().len()];
        for decision in doc.decisions() {
            last[decision.block.index()] = Some(decision);
        }
        let is_dropped = |id: u32| {
            let at = doc.blocks().get(id as usize);
            at.is_some_and(|block| matches!(block.label(), Label::Boilerplate(_)))
        };
        // Of menus and the like, those beside something else: they are what a person wants to judge.
        let is_shown = |id: u32| !is_dropped(id) || (id > 0 && !is_dropped(id - 1)) || !is_dropped(id + 1);
        let shown = |(id, block): (copydesk_document::BlockId, &copydesk_document::Block)| Shown {
            passed: 0,
            line: lines.line(block.span.start as usize),
            label: block.label(),
            text: doc.original_text(id).chars().take(MOST_CHARS).collect(),
            why: last[id.index()].map_or_else(String::new, |d| format!("{} / {}: {}", d.stage, d.rule, d.detail)),
        };
        let (mut blocks, mut left_out): (Vec<Shown>, usize) = (Vec::new(), 0);
        for (id, block) in doc.iter() {
            if blocks.len() < MOST_BLOCKS && is_shown(id.0) {
                blocks.push(Shown { passed: std::mem::take(&mut left_out), ..shown((id, block)) });
            } else {
                left_out += 1;
            }
        }
        Self { uri: doc.source.uri.clone(), outcome, facts, blocks, left_out }
    }

    /// One that could not be worked on.
    pub(crate) fn quarantined(entry: &Quarantined) -> Self {
        let outcome = format!("quarantined in {}, rule {}: {}", entry.stage, entry.rule, entry.error);
        Self::without_text(entry.uri.clone(), outcome)
    }

    /// One of which no text is shown.
    pub(crate) fn without_text(uri: String, outcome: String) -> Self {
        Self { uri, outcome, facts: Vec::new(), blocks: Vec::new(), left_out: 0 }
    }
}

/// How a page begins, by which it is told from other files.
pub(crate) const PAGE: &str = "<!DOCTYPE html><!-- copydesk report -->";

pub(crate) const STYLE: &str = include_str!("page.css");

/// The page.
pub(crate) fn page(report: &Report, story: &Story, now: SystemTime) -> String {
    let mut out = format!(
        "{PAGE}\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>Report of a run: {0}</title>\n<style>\n{STYLE}</style></head>\n<body>\n<main>\n<h1>Report of a run</h1>\n",
        escaped(&story.pipeline.0)
    );
    head(&mut out, report, story, now);
    outcome(&mut out, report);
    alerts(&mut out, report);
    stages(&mut out, report);
    counts(&mut out, "Languages", "documents written", &report.languages);
    counts(&mut out, "Sites", "documents written", &report.sites);
    tables(&mut out, report);
    rules(&mut out, report);
    aside(&mut out, report, story);
    samples(&mut out, story);
    pipeline(&mut out, story);
    out.push_str("</main>\n</body></html>\n");
    out
}

fn head(out: &mut String, report: &Report, story: &Story, now: SystemTime) {
    let seconds = report.wall.as_secs_f64();
    let rows = [
        ("command", cut(&story.command, MOST_COMMAND)),
        ("ended", utc(now)),
        ("took", format!("{seconds:.1} s")),
        (
            "input",
            format!("{:.2} MB as stored, {:.2} MB opened", report.bytes as f64 / 1e6, report.opened as f64 / 1e6),
        ),
        ("copydesk", env!("CARGO_PKG_VERSION").to_owned()),
        ("done before", if report.reused > 0 { thousands(report.reused) } else { String::new() }),
        (
            "files",
            report
                .files
                .iter()
                .map(|f| format!("{} ({} bytes)", f.path.display(), thousands(f.bytes)))
                .collect::<Vec<_>>()
                .join("\n"),
        ),
    ];
    out.push_str("<dl class=\"facts\">\n");
    for (name, value) in rows.iter().filter(|(_, value)| !value.is_empty()) {
        let _ = writeln!(out, "<dt>{name}</dt><dd>{}</dd>", escaped(value).replace('\n', "<br>"));
    }
    out.push_str("</dl>\n");
}

fn outcome(out: &mut String, report: &Report) {
    let parts = [("written", report.written), ("dropped", report.dropped), ("quarantined", report.quarantined)];
    let _ = writeln!(out, "<h2>Documents</h2>\n<ul class=\"tiles\"><li><b>{}</b> read</li>", thousands(report.read));
    for (name, n) in parts {
        let _ = writeln!(out, "<li class=\"{name}\"><b>{}</b> {name}</li>", thousands(n));
    }
    out.push_str("</ul>\n");
    if report.read == 0 {
        return;
    }
    let label: Vec<String> = parts.iter().map(|(name, n)| format!("{} {name}", thousands(*n))).collect();
    let _ = write!(
        out,
        "<svg class=\"stack\" viewBox=\"0 0 1000 24\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"{}\">",
        label.join(", ")
    );
    let mut at = 0.0;
    for (name, n) in parts.iter().filter(|(_, n)| *n > 0) {
        let width = 1000.0 * *n as f64 / report.read as f64;
        let _ = write!(out, "<rect class=\"{name}\" x=\"{at:.2}\" y=\"0\" width=\"{width:.2}\" height=\"24\"/>");
        at += width;
    }
    out.push_str("</svg>\n");
    let skipped: BTreeMap<String, u64> = report.skipped.clone();
    counts(out, "Skipped", "passed over, by reason", &skipped);
}

fn alerts(out: &mut String, report: &Report) {
    for (survey, found) in report.corpus.iter().filter(|(_, found)| !found.alerts.is_empty()) {
        let _ = writeln!(out, "<h2>Alerts by {}</h2>\n<ul>", escaped(survey));
        for alert in &found.alerts {
            let _ = writeln!(out, "<li>{}</li>", escaped(&alert.message));
        }
        out.push_str("</ul>\n");
    }
}

fn tables(out: &mut String, report: &Report) {
    for (survey, table) in report.corpus.iter().filter_map(|(survey, found)| Some((survey, found.table.as_ref()?))) {
        let _ = writeln!(out, "<details><summary>{}</summary><table><thead><tr>", escaped(survey));
        for column in &table.columns {
            let _ = write!(out, "<th>{}</th>", escaped(column));
        }
        out.push_str("</tr></thead><tbody>\n");
        for row in table.rows.iter().take(MOST_ROWS) {
            out.push_str("<tr>");
            for value in row {
                let _ = write!(out, "<td>{}</td>", escaped(&super::cell(value)));
            }
            out.push_str("</tr>\n");
        }
        out.push_str("</tbody></table>\n");
        let rest = table.rows.len().saturating_sub(MOST_ROWS);
        if rest > 0 {
            let _ = writeln!(out, "<p>and {} more rows, in the report as JSON</p>", thousands(rest as u64));
        }
        out.push_str("</details>\n");
    }
}

fn stages(out: &mut String, report: &Report) {
    out.push_str(
        "<h2>Stages</h2>\n<table><thead><tr><th>stage</th><th class=\"n\">documents</th><th class=\"n\">dropped</th>\
         <th class=\"n\">seconds</th><th>share of the time</th></tr></thead>\n<tbody>\n",
    );
    let all: f64 = report.stages.iter().map(|stage| stage.time.as_secs_f64()).sum();
    for stage in &report.stages {
        let seconds = stage.time.as_secs_f64();
        let share = if all > 0.0 { seconds / all } else { 0.0 };
        let _ = writeln!(
            out,
            "<tr><th scope=\"row\">{}</th><td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{seconds:.2}</td><td>{}</td></tr>",
            escaped(&stage.name),
            thousands(stage.documents),
            thousands(stage.dropped.values().sum()),
            bar(share, &format!("{:.0} %", share * 100.0))
        );
    }
    out.push_str("</tbody></table>\n");
    if !report.slowest.is_empty() {
        out.push_str("<details><summary>Slowest documents</summary><table><tbody>\n");
        for slow in &report.slowest {
            let _ = writeln!(out, "<tr><td class=\"n\">{:.3} s</td><td>{}</td></tr>", slow.seconds, escaped(&slow.uri));
        }
        out.push_str("</tbody></table></details>\n");
    }
}

fn bar(share: f64, label: &str) -> String {
    format!(
        "<svg class=\"bar\" viewBox=\"0 0 100 10\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"{label}\">\
         <rect x=\"0\" y=\"0\" width=\"{:.2}\" height=\"10\"/></svg> {label}",
        (share * 100.0).clamp(0.0, 100.0)
    )
}

fn counts(out: &mut String, heading: &str, what: &str, counts: &BTreeMap<String, u64>) {
    if counts.is_empty() {
        return;
    }
    let _ = writeln!(out, "<h2>{heading}</h2>");
    bars(out, what, counts);
}

fn bars(out: &mut String, what: &str, counts: &BTreeMap<String, u64>) {
    let mut sorted: Vec<_> = counts.iter().collect();
    sorted.sort_by_key(|(name, count)| (std::cmp::Reverse(**count), *name));
    let most = sorted.first().map_or(1, |(_, count)| **count).max(1);
    let _ = writeln!(out, "<table class=\"bars\"><caption>{}</caption><tbody>", escaped(what));
    for (name, count) in sorted.iter().take(MOST_BARS) {
        let bar = bar(**count as f64 / most as f64, &thousands(**count));
        let _ = writeln!(out, "<tr><th scope=\"row\">{}</th><td>{bar}</td></tr>", escaped(name));
    }
    let rest = sorted.iter().skip(MOST_BARS);
    let (kinds, sum) = rest.fold((0, 0), |(kinds, sum), (_, count)| (kinds + 1, sum + **count));
    if kinds > 0 {
        let _ = writeln!(out, "<tr><th scope=\"row\">{kinds} others</th><td>{}</td></tr>", thousands(sum));
    }
    out.push_str("</tbody></table>\n");
}

fn rules(out: &mut String, report: &Report) {
    if report.stages.iter().all(|stage| stage.rules.is_empty() && stage.dropped.is_empty()) {
        return;
    }
    out.push_str("<h2>Decisions</h2>\n");
    for stage in &report.stages {
        if !stage.dropped.is_empty() {
            bars(out, &format!("documents dropped by {}", stage.name), &stage.dropped);
        }
        if !stage.rules.is_empty() {
            bars(out, &format!("blocks decided by {}, by rule", stage.name), &stage.rules);
        }
    }
}

fn aside(out: &mut String, report: &Report, story: &Story) {
    if report.quarantine.is_empty() {
        return;
    }
    out.push_str("<h2>Quarantine</h2>\n");
    for (stage, rules) in &report.quarantine {
        bars(out, &format!("in {stage}, by rule"), rules);
    }
    if !story.quarantine.is_empty() {
        out.push_str(
            "<table><thead><tr><th>document</th><th>stage, rule</th><th>what is wrong</th></tr></thead><tbody>\n",
        );
        for entry in &story.quarantine {
            let (uri, error) = (escaped(&entry.uri), escaped(&entry.error));
            let rule = escaped(&format!("{}, {}", entry.stage, entry.rule));
            let _ = writeln!(out, "<tr><td>{uri}</td><td>{rule}</td><td>{error}</td></tr>");
        }
        out.push_str("</tbody></table>\n");
        let rest = report.quarantined.saturating_sub(story.quarantine.len() as u64);
        if rest > 0 {
            let _ = writeln!(out, "<p>and {} more, in quarantine.jsonl</p>", thousands(rest));
        }
    }
}

fn samples(out: &mut String, story: &Story) {
    out.push_str("<h2>Samples</h2>\n");
    if let Some(why) = story.no_samples {
        let _ = writeln!(out, "<p>{why}</p>");
        return;
    }
    out.push_str(
        "<p class=\"legend\"><span class=\"kept\">in the text</span> <span class=\"fact\">taken out as a fact or a caption</span> \
         <span class=\"drop\">dropped</span></p>\n",
    );
    for (n, sample) in story.samples.iter().enumerate() {
        let open = if n == 0 { " open" } else { "" };
        let _ = writeln!(out, "<details class=\"sample\"{open}><summary>{}</summary>", escaped(&sample.uri));
        let _ = writeln!(out, "<p>{}</p>\n<dl class=\"facts\">", escaped(&sample.outcome));
        for (name, value) in &sample.facts {
            let _ = writeln!(out, "<dt>{name}</dt><dd dir=\"auto\">{}</dd>", escaped(value));
        }
        out.push_str("</dl>\n<ol class=\"blocks\">\n");
        for block in &sample.blocks {
            if block.passed > 0 {
                let _ = writeln!(out, "<li class=\"none\"><span class=\"where\">{} dropped</span></li>", block.passed);
            }
            let class = match block.label {
                Label::Body => "kept",
                Label::Boilerplate(_) => "drop",
                Label::Unlabelled => "none",
                _ => "fact",
            };
            let _ = writeln!(
                out,
                "<li class=\"{class}\"><span class=\"where\">{} · {}</span><span class=\"text\" dir=\"auto\">{}</span><span class=\"why\">{}</span></li>",
                block.line,
                label_name(block.label),
                escaped(&block.text),
                escaped(&block.why)
            );
        }
        out.push_str("</ol>\n");
        if sample.left_out > 0 {
            let _ =
                writeln!(out, "<p>and {} more blocks; <code>copydesk explain</code> shows them</p>", sample.left_out);
        }
        out.push_str("</details>\n");
    }
}

fn pipeline(out: &mut String, story: &Story) {
    let _ = writeln!(
        out,
        "<h2>Pipeline</h2>\n<p>{}</p>\n<pre><code>{}</code></pre>",
        escaped(&story.pipeline.0),
        escaped(&story.pipeline.1)
    );
    out.push_str("<details><summary>Stages with all their options</summary>\n<table><tbody>\n");
    for (name, options) in &story.stages {
        let _ = writeln!(
            out,
            "<tr><th scope=\"row\">{}</th><td><code>{}</code></td></tr>",
            escaped(name),
            escaped(options)
        );
    }
    out.push_str("</tbody></table></details>\n");
}

/// Text in a page. Characters that nobody sees are made visible.
pub(crate) fn escaped(text: &str) -> String {
    visible(text).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// A time, to the second, in UTC.
fn utc(time: SystemTime) -> String {
    let seconds = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs();
    let (days, rest) = (seconds / 86_400, seconds % 86_400);
    // Days to a date, by the calendar that begins in March: http://howardhinnant.github.io/date_algorithms.html
    let z = days + 719_468;
    let era = z / 146_097;
    let day_of_era = z % 146_097;
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02} {:02}:{:02}:{:02} UTC", rest / 3600, rest / 60 % 60, rest % 60)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_time_is_a_date() {
        for (seconds, text) in [
            (0, "1970-01-01 00:00:00 UTC"),
            (951_782_400, "2000-02-29 00:00:00 UTC"),
            (1_735_689_599, "2024-12-31 23:59:59 UTC"),
        ] {
            assert_eq!(utc(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)), text);
        }
    }

    #[test]
    fn nothing_in_a_page_is_markup_of_a_document_or_asks_for_another_file() {
        let report = Report {
            read: 2,
            written: 2,
            languages: BTreeMap::from([("<b>".into(), 2)]),
            sites: BTreeMap::from([("a\"><script>".into(), 2)]),
            ..Report::default()
        };
        let sample = Sample {
            uri: "<img src=x onerror=alert(1)>".into(),
            outcome: "it goes to the exports".into(),
            facts: vec![("title".into(), "a\u{202e}b & <i>".into())],
            blocks: vec![Shown {
                passed: 2,
                line: 1,
                label: Label::Body,
                text: "</ol><script>".into(),
                why: "x / y: <u>".into(),
            }],
            left_out: 3,
        };
        let story =
            Story { pipeline: ("<p>".into(), "</pre><script>".into()), samples: vec![sample], ..Story::default() };
        let page = page(&report, &story, SystemTime::UNIX_EPOCH);
        assert!(page.starts_with(PAGE) && page.contains("a\u{fffd}b &amp; &lt;i&gt;"), "{page}");
        for bad in ["<script", "<img", "<b>", "<u>", "http:", "https:", "<link", "url("] {
            assert!(!page.contains(bad) || bad == "<b>" && !page.contains("<th scope=\"row\"><b>"), "{bad} in {page}");
        }
    }
}
