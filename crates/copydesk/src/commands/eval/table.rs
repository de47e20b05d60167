//! The table that `copydesk eval` prints.

use std::{collections::BTreeSet, fmt::Write as _};

use super::score::Scores;
use crate::terminal::{Paint, Tone, one_line};

/// A page with what it scored.
pub(super) struct Page {
    pub(super) id: String,
    pub(super) uri: Option<String>,
    pub(super) group: Option<String>,
    pub(super) scores: Scores,
}

type Column = (&'static str, fn(&Scores) -> Option<f64>);

const COLUMNS: [Column; 9] = [
    ("F1", |s| s.f1),
    ("P", |s| s.precision),
    ("R", |s| s.recall),
    ("have", |s| s.have),
    ("clean", |s| s.clean),
    ("title", |s| s.title),
    ("authors", |s| s.authors),
    ("date", |s| s.date),
    ("dated", |s| s.dated),
];

/// The table, by group and in all, and the worst pages.
pub(super) fn render(pages: &[Page], by: Option<&str>, worst: usize, paint: Paint) -> String {
    let mut head = format!("{:<16} {:>6} {:>8}", one_line(by.unwrap_or("")), "pages", "missing");
    for (name, _) in COLUMNS {
        let _ = write!(head, " {name:>8}");
    }
    let mut out = paint.paint(Tone::Strong, &head) + "\n";
    let groups: BTreeSet<&str> = pages.iter().filter_map(|page| page.group.as_deref()).collect();
    for group in groups {
        out += &line(group, pages.iter().filter(|page| page.group.as_deref() == Some(group)));
    }
    out += &line("all", pages.iter());

    let mut ranked: Vec<&Page> = pages.iter().filter(|page| page.scores.f1.is_some()).collect();
    ranked.sort_by(|a, b| {
        a.scores.f1.unwrap_or(0.0).total_cmp(&b.scores.f1.unwrap_or(0.0)).then_with(|| a.id.cmp(&b.id))
    });
    for page in ranked.into_iter().take(worst) {
        let Scores { f1, precision, recall, .. } = page.scores;
        let [f1, precision, recall] = [f1, precision, recall].map(Option::unwrap_or_default);
        let way_on = page
            .uri
            .as_ref()
            .map_or("no record".to_owned(), |uri| format!("{} explain {}", crate::program::name(), one_line(uri)));
        let _ = writeln!(
            out,
            "  {}: F1 {f1:.3}  P {precision:.3}  R {recall:.3}  {}",
            one_line(&page.id),
            paint.paint(Tone::Quiet, &way_on)
        );
    }
    out
}

fn line<'p>(label: &str, pages: impl Iterator<Item = &'p Page>) -> String {
    let pages: Vec<&Scores> = pages.map(|page| &page.scores).collect();
    let missing = pages.iter().filter(|scores| scores.missing).count();
    let mut line =
        format!("{:<16} {:>6} {missing:>8}", one_line(label).chars().take(16).collect::<String>(), pages.len());
    for (_, value) in COLUMNS {
        let values: Vec<f64> = pages.iter().filter_map(|scores| value(scores)).collect();
        let _ = match values.len() {
            0 => write!(line, " {:>8}", "-"),
            n => write!(line, " {:>8.4}", values.iter().sum::<f64>() / n as f64),
        };
    }
    line + "\n"
}
