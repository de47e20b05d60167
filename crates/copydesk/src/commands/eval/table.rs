//! The table that `copydesk eval` prints.

use std::{collections::BTreeSet, fmt::Write as _};

use copydesk_gold::{Agreement, Estimate, MEASURES, Scores, change, mean};

use crate::terminal::{Paint, Tone, count, one_line, thousands};

/// A page with what it scored.
pub(super) struct Page {
    pub(super) id: String,
    pub(super) uri: Option<String>,
    pub(super) group: Option<String>,
    pub(super) scores: Scores,
}

/// An end of an interval, with what it is called.
type End = (&'static str, fn(&Estimate) -> f64);

/// Both ends.
const ENDS: [End; 2] = [("  95 % from", |found| found.low), ("         to", |found| found.high)];

/// The table, by group and in all, and the worst pages.
pub(super) fn render(pages: &[Page], by: Option<&str>, worst: usize, paint: Paint) -> String {
    let mut head = format!("{:<16} {:>6} {:>8}", one_line(by.unwrap_or("")), "pages", "missing");
    for (name, _) in MEASURES {
        let _ = write!(head, " {name:>8}");
    }
    let mut out = paint.paint(Tone::Strong, &head) + "\n";
    let groups: BTreeSet<&str> = pages.iter().filter_map(|page| page.group.as_deref()).collect();
    for group in groups {
        out += &line(group, pages.iter().filter(|page| page.group.as_deref() == Some(group)));
    }
    out += &line("all", pages.iter());
    for (name, end) in ENDS {
        let mut line = format!("{name:<32}");
        for (_, value) in MEASURES {
            let values: Vec<f64> = pages.iter().filter_map(|page| value(&page.scores)).collect();
            let _ = match mean(&values) {
                None => write!(line, " {:>8}", "-"),
                Some(found) => write!(line, " {:>8.4}", end(&found)),
            };
        }
        let _ = writeln!(out, "{}", paint.paint(Tone::Quiet, &line));
    }

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
    for (_, value) in MEASURES {
        let values: Vec<f64> = pages.iter().filter_map(|scores| value(scores)).collect();
        let _ = match values.len() {
            0 => write!(line, " {:>8}", "-"),
            n => write!(line, " {:>8.4}", values.iter().sum::<f64>() / n as f64),
        };
    }
    line + "\n"
}

/// Two runs over the same gold, by group and in all, with the pages that lost most.
pub(super) fn side_by_side(before: &[Page], after: &[Page], by: Option<&str>, worst: usize, paint: Paint) -> String {
    let head = format!(
        "{:<16} {:<8} {:>6} {:>8} {:>8} {:>8} {:>10} {:>8}",
        one_line(by.unwrap_or("")),
        "",
        "pages",
        "before",
        "after",
        "change",
        "95 % from",
        "to"
    );
    let mut out = paint.paint(Tone::Strong, &head) + "\n";
    let groups: BTreeSet<&str> = before.iter().filter_map(|page| page.group.as_deref()).collect();
    let pairs: Vec<(&Page, &Page)> = before.iter().zip(after).collect();
    for group in groups {
        let of_group: Vec<_> = pairs.iter().copied().filter(|(page, _)| page.group.as_deref() == Some(group)).collect();
        measures(&mut out, group, &of_group, paint);
    }
    measures(&mut out, "all", &pairs, paint);
    let missing = |pages: &[Page]| thousands(pages.iter().filter(|page| page.scores.missing).count() as u64);
    let _ = writeln!(out, "without a record: {} before, {} after", missing(before), missing(after));

    let mut ranked: Vec<(f64, &Page, f64, f64)> = pairs
        .iter()
        .filter_map(|(before, after)| {
            let (was, is) = (before.scores.f1?, after.scores.f1?);
            Some((is - was, *after, was, is))
        })
        .filter(|(change, ..)| *change < 0.0)
        .collect();
    ranked.sort_by(|a, b| a.0.total_cmp(&b.0).then_with(|| a.1.id.cmp(&b.1.id)));
    for (_, page, was, is) in ranked.into_iter().take(worst) {
        let uri = page.uri.as_deref().map_or("no record".to_owned(), one_line);
        let _ = writeln!(out, "  {}: F1 {was:.3} -> {is:.3}  {}", one_line(&page.id), paint.paint(Tone::Quiet, &uri));
    }
    out
}

fn measures(out: &mut String, label: &str, pairs: &[(&Page, &Page)], paint: Paint) {
    for (name, value) in MEASURES {
        let values: Vec<(f64, f64)> =
            pairs.iter().filter_map(|(before, after)| Some((value(&before.scores)?, value(&after.scores)?))).collect();
        let Some(found) = change(&values) else { continue };
        let of = |side: fn(&(f64, f64)) -> f64| values.iter().map(side).sum::<f64>() / values.len() as f64;
        let line = format!(
            "{:<16} {name:<8} {:>6} {:>8.4} {:>8.4} {:>+8.4} {:>+10.4} {:>+8.4}",
            one_line(label).chars().take(16).collect::<String>(),
            found.pages,
            of(|(before, _)| *before),
            of(|(_, after)| *after),
            found.mean,
            found.low,
            found.high,
        );
        let tone = if found.low > 0.0 { Some(Tone::Good) } else { (found.high < 0.0).then_some(Tone::Bad) };
        *out += &tone.map_or_else(|| line.clone(), |tone| paint.paint(tone, &line));
        out.push('\n');
    }
}

/// How far two people agree.
pub(super) fn agreement(found: &Agreement, paint: Paint) -> String {
    let share = |part: usize, of: usize| if of == 0 { 0.0 } else { 100.0 * part as f64 / of as f64 };
    let mut out = format!(
        "{} that both have looked through, {} that both have judged\n",
        count(found.pages, "page"),
        count(found.blocks, "block")
    );
    if found.changed > 0 {
        let _ = writeln!(out, "{} left out: the source had changed in between", count(found.changed, "page"));
    }
    let kappa = found.kappa.map_or("nothing to tell apart".to_owned(), |kappa| format!("kappa {kappa:.3}"));
    let _ = writeln!(out, "blocks      {:.1} % alike, {kappa}", share(found.same, found.blocks));
    for fact in &found.facts {
        let _ = writeln!(out, "{:<11} {:.4} over {}", fact.field, fact.score, count(fact.pages, "page"));
    }
    for apart in &found.apart {
        let lines: Vec<String> = apart.lines.iter().map(|line| format!("line {line}")).collect();
        let facts = apart.facts.iter().map(|field| (*field).to_owned());
        let what: Vec<String> = lines.into_iter().chain(facts).collect();
        let _ = writeln!(out, "  {}  {}", one_line(&apart.uri), paint.paint(Tone::Quiet, &what.join(", ")));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(id: &str, group: &str, f1: f64) -> Page {
        let scores = Scores { f1: Some(f1), ..Scores::default() };
        Page { id: id.into(), uri: Some(format!("{id}.html")), group: Some(group.into()), scores }
    }

    #[test]
    fn the_interval_stands_below_the_means() {
        let pages: Vec<Page> = (0..50).map(|n| page(&n.to_string(), "news", f64::from(n % 2))).collect();
        let text = render(&pages, Some("kind"), 1, Paint::PLAIN);
        let numbers = |name: &str| -> Vec<String> {
            let line = text.lines().find(|line| line.trim_start().starts_with(name)).expect(name);
            line.split_whitespace().map(str::to_owned).collect()
        };
        assert_eq!(numbers("all")[3], "0.5000");
        let (from, to): (f64, f64) = (numbers("95 % from")[3].parse().unwrap(), numbers("to")[1].parse().unwrap());
        assert!(from < 0.5 && to > 0.5 && to - from < 0.3, "{text}");
    }

    #[test]
    fn two_runs_are_compared_page_by_page() {
        let before: Vec<Page> = (0..20).map(|n| page(&n.to_string(), "news", f64::from(n) / 40.0 + 0.1)).collect();
        let mut after: Vec<Page> = (0..20).map(|n| page(&n.to_string(), "news", f64::from(n) / 40.0 + 0.2)).collect();
        after[3] = page("3", "news", 0.0);
        let text = side_by_side(&before, &after, None, 5, Paint::PLAIN);
        let all = text.lines().find(|line| line.starts_with("all ")).expect("a line for all");
        let words: Vec<&str> = all.split_whitespace().collect();
        assert_eq!(&words[..6], ["all", "F1", "20", "0.3375", "0.4238", "+0.0863"], "{text}");
        assert!(text.contains("3: F1 0.175 -> 0.000  3.html") && !text.contains("  4: F1"), "{text}");
    }
}
