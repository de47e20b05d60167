//! A run as it goes on, on a terminal; and its summary.

use std::{collections::BTreeMap, fmt::Write, time::Duration};

use copydesk_runner::{Observer, Progress, Quarantined, Report};
use indicatif::{MultiProgress, ProgressBar, ProgressState, ProgressStyle};

use crate::terminal::{Paint, Tone, count, cut, one_line, shown, thousands};

/// How many documents in quarantine are named while a run goes on; the file has all of them.
const MOST_NAMED: u64 = 10;

/// Shows a run on a terminal, and names the first documents that could not be worked on.
#[derive(Debug)]
pub(crate) struct Watch {
    bar: ProgressBar,
    named: u64,
}

impl Watch {
    /// `shown` is false in a pipe and with `--quiet`.
    pub(crate) fn new(bars: &MultiProgress, shown: bool) -> Self {
        let bar = if shown { bars.add(ProgressBar::no_length()) } else { ProgressBar::hidden() };
        bar.set_style(style(false));
        if shown {
            bar.enable_steady_tick(Duration::from_millis(200));
        }
        Self { bar, named: 0 }
    }

    pub(crate) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

/// Where the source knows how much there is.
const WITH_END: &str = "{spinner} {pos}/{len} documents {wide_bar} {rate}, {eta} left, {msg}";
/// Where it does not.
const WITHOUT_END: &str = "{spinner} {pos} documents in {elapsed}, {rate}, {wide_msg}";

fn style(with_end: bool) -> ProgressStyle {
    let template = if with_end { WITH_END } else { WITHOUT_END };
    // The templates are ours and tested; the plain bar stands in for one that indicatif would refuse.
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    style.with_key("rate", |state: &ProgressState, out: &mut dyn Write| {
        let _ = write!(out, "{:.0} docs/s", state.per_sec());
    })
}

impl Observer for Watch {
    fn progress(&mut self, progress: &Progress<'_>) {
        if let Some(total) = progress.total.filter(|total| self.bar.length() != Some(*total)) {
            self.bar.set_length(total);
            self.bar.set_style(style(true));
        }
        self.bar.set_position(progress.written + progress.dropped + progress.quarantined);
        let set_aside = match progress.quarantined {
            0 => String::new(),
            n => format!("{} in quarantine, ", thousands(n)),
        };
        self.bar.set_message(format!("{set_aside}{}", cut(&one_line(progress.current), 40)));
    }

    fn quarantined(&mut self, entry: &Quarantined) {
        self.named += 1;
        if self.named <= MOST_NAMED {
            tracing::warn!(uri = entry.uri, stage = entry.stage, rule = entry.rule, "quarantined: {}", entry.error);
        } else if self.named == MOST_NAMED + 1 {
            tracing::warn!("more documents are quarantined; the quarantine file names all of them");
        }
    }
}

/// A run that writes nothing.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DryRun {
    /// Whether it has surveys, which look at all documents together and are asked only where these are kept.
    pub(crate) has_surveys: bool,
}

/// So many alerts of a survey are printed.
const MOST_ALERTS: usize = 20;

/// The end of a run, for people.
pub(crate) fn summary(report: &Report, dry: Option<DryRun>, paint: Paint) -> String {
    let mut out = String::new();
    let number = |n: u64, tone: Tone| if n == 0 { thousands(n) } else { paint.paint(tone, &thousands(n)) };
    let _ = writeln!(
        out,
        "{} read = {} written + {} dropped + {} quarantined",
        paint.paint(Tone::Strong, &thousands(report.read)),
        number(report.written, Tone::Good),
        number(report.dropped, Tone::Warning),
        number(report.quarantined, Tone::Bad),
    );
    if report.reused > 0 {
        let _ = writeln!(out, "done before and not done again: {}", thousands(report.reused));
    }
    if !report.skipped.is_empty() {
        let _ = writeln!(out, "skipped: {}", most(&report.skipped, 5));
    }
    for stage in report.stages.iter().filter(|s| !s.dropped.is_empty()) {
        let _ = writeln!(out, "dropped by {}: {}", stage.name, most(&stage.dropped, 3));
    }
    for (stage, rules) in &report.quarantine {
        let _ = writeln!(out, "quarantined in {stage}: {}", most(rules, 5));
    }
    for (survey, found) in &report.corpus {
        for alert in found.alerts.iter().take(MOST_ALERTS) {
            let head = paint.paint(Tone::Warning, &format!("alert by {survey}:"));
            let _ = writeln!(out, "{head} {}", one_line(&alert.message));
        }
        let more = found.alerts.len().saturating_sub(MOST_ALERTS);
        if more > 0 {
            let _ = writeln!(out, "and {} more by {survey}, in the report (--report FILE)", count(more, "alert"));
        }
    }
    if !report.languages.is_empty() {
        let _ = writeln!(out, "languages: {}", most(&report.languages, 8));
    }
    let seconds = report.wall.as_secs_f64().max(1e-6);
    // What compressed pages open to is what was worked on, and so is what no earlier run has done.
    let (stored, opened) = (report.bytes as f64 / 1e6, report.opened as f64 / 1e6);
    let _ = writeln!(
        out,
        "{stored:.2} MB, opened {opened:.2} MB, in {seconds:.2} s: {:.0} docs/s, {:.2} MB/s",
        report.read.saturating_sub(report.reused) as f64 / seconds,
        opened / seconds
    );
    if report.unchanged {
        let _ = writeln!(out, "nothing to do: the files are as the last run left them");
    }
    for file in &report.files {
        let _ = writeln!(out, "{} ({} bytes)", shown(&file.path), thousands(file.bytes));
    }
    if let Some(DryRun { has_surveys }) = dry {
        if has_surveys {
            let _ = writeln!(out, "surveys were not asked: what they leave out is counted as written");
        }
        let _ = writeln!(out, "dry run: nothing was written");
    }
    out
}

/// The largest counts of a table, with their names.
fn most(counts: &BTreeMap<String, u64>, n: usize) -> String {
    let mut sorted: Vec<(&String, &u64)> = counts.iter().collect();
    sorted.sort_by_key(|(name, count)| (std::cmp::Reverse(**count), *name));
    let mut parts: Vec<String> =
        sorted.iter().take(n).map(|(name, count)| format!("{} {}", one_line(name), thousands(**count))).collect();
    let rest: u64 = sorted.iter().skip(n).map(|(_, count)| **count).sum();
    if rest > 0 {
        parts.push(format!("others {}", thousands(rest)));
    }
    parts.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_templates_are_good() {
        for template in [WITH_END, WITHOUT_END] {
            assert!(ProgressStyle::with_template(template).is_ok(), "{template}");
        }
    }

    #[test]
    fn a_summary_adds_up_and_names_its_files() {
        let report = Report {
            read: 1500,
            written: 1499,
            quarantined: 1,
            bytes: 1_000_000,
            opened: 3_000_000,
            languages: BTreeMap::from([("en".into(), 1000), ("ko".into(), 499)]),
            quarantine: BTreeMap::from([("parse".into(), BTreeMap::from([("limit.size".into(), 1)]))]),
            wall: Duration::from_secs(2),
            ..Report::default()
        };
        assert_eq!(
            summary(&report, Some(DryRun { has_surveys: true }), Paint::PLAIN),
            "1,500 read = 1,499 written + 0 dropped + 1 quarantined\n\
             quarantined in parse: limit.size 1\n\
             languages: en 1,000, ko 499\n\
             1.00 MB, opened 3.00 MB, in 2.00 s: 750 docs/s, 1.50 MB/s\n\
             surveys were not asked: what they leave out is counted as written\n\
             dry run: nothing was written\n"
        );
        let plain = summary(&report, Some(DryRun { has_surveys: false }), Paint::PLAIN);
        assert!(plain.contains("dry run") && !plain.contains("surveys"), "{plain}");
        assert!(!summary(&report, None, Paint::PLAIN).contains("dry run"));
    }
}
