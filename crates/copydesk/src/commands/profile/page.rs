//! The figures as a page: one file that needs nothing else.

use std::{collections::BTreeMap, fmt::Write as _};

use super::{
    gather::{Groups, Profile, told},
    show::{in_order, or_dash, share, tenth},
};
use crate::{
    run_report::{STYLE, escaped},
    terminal::thousands,
};

/// How a page begins, by which it is told from other files.
pub(super) const PAGE: &str = "<!DOCTYPE html><!-- copydesk profile -->";

/// So many lines of a table are drawn.
const MOST: usize = 25;
/// So many columns stand beside each other; more days than that are put together by month.
const MOST_COLUMNS: usize = 92;

/// The page.
pub(super) fn page(name: &str, profile: &Profile) -> String {
    let name = escaped(name);
    let mut out = format!(
        "{PAGE}\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, \
         initial-scale=1\">\n<title>Profile of {name}</title>\n<style>\n{STYLE}</style></head>\n<body>\n<main>\n\
         <h1>Profile of {name}</h1>\n"
    );
    tiles(&mut out, profile);
    lengths(&mut out, profile);
    if profile.cut_texts > 0 {
        let cut = thousands(profile.cut_texts);
        let _ = writeln!(
            out,
            "<p>{cut} of the texts are cut in the table that was read, and counted as their marks say.</p>"
        );
    }
    days(&mut out, &profile.days);
    groups(&mut out, "Languages", &profile.languages);
    groups(&mut out, "Sites", &profile.sites);
    groups(&mut out, "Page types", &profile.page_types);
    groups(&mut out, "Media types", &profile.media_types);
    let missing: BTreeMap<String, u64> = profile.missing.iter().map(|(name, n)| ((*name).to_owned(), *n)).collect();
    bars(&mut out, "Records without", &by_count(&missing), profile.documents);
    let mut sure: Vec<(String, u64)> =
        profile.text_confidence.iter().enumerate().map(|(at, n)| (tenth(at), *n)).collect();
    if profile.without_confidence > 0 {
        sure.push(("not told".into(), profile.without_confidence));
    }
    bars(&mut out, "Text confidence", &sure, profile.documents);
    if !profile.not_in_table.is_empty() {
        let names: Vec<&str> = profile.not_in_table.iter().copied().collect();
        let _ = writeln!(out, "<p>Not in the table that was read: {}.</p>", escaped(&names.join(", ")));
    }
    bars(&mut out, "Duplicates, by the survey", &by_count(&profile.duplicates), profile.documents);
    bars(&mut out, "Doubts: notes, by documents", &by_count(&profile.notes), profile.documents);
    bars(&mut out, "Licences", &by_count(&profile.licenses), profile.documents);
    let others: u64 = profile.quarantine.values().chain(profile.skipped.values()).sum();
    bars(&mut out, "In quarantine", &by_count(&profile.quarantine), others);
    bars(&mut out, "Dropped and passed over", &by_count(&profile.skipped), others);
    out.push_str("</main>\n</body></html>\n");
    out
}

fn tiles(out: &mut String, profile: &Profile) {
    let quarantined: u64 = profile.quarantine.values().sum();
    out.push_str("<ul class=\"tiles\">\n");
    for (class, value, what) in [
        ("written", thousands(profile.documents), "documents"),
        ("", thousands(profile.lengths.sum), "characters"),
        ("", thousands(told(&profile.languages)), "languages"),
        ("", thousands(told(&profile.sites)), "sites"),
        ("dropped", share(profile.same_text, profile.documents), "with the text of an earlier one"),
        ("dropped", share(profile.empty, profile.documents), "without text"),
        ("quarantined", thousands(quarantined), "in quarantine"),
    ] {
        let _ = writeln!(out, "<li class=\"{class}\"><b>{value}</b>{what}</li>");
    }
    out.push_str("</ul>\n");
}

fn lengths(out: &mut String, profile: &Profile) {
    let all = profile.lengths.named();
    out.push_str("<h2>Characters of a text</h2>\n<table><thead><tr>");
    for (name, _) in all {
        let _ = write!(out, "<th class=\"n\" scope=\"col\">{name}</th>");
    }
    out.push_str("</tr></thead><tbody><tr>");
    for (_, n) in all {
        let _ = write!(out, "<td class=\"n\">{}</td>", thousands(n));
    }
    out.push_str("</tr></tbody></table>\n");
}

/// A column for each day, or for each month where there are too many days; those without a day are told beside it.
fn days(out: &mut String, days: &Groups) {
    let (dated, undated): (Vec<_>, Vec<_>) =
        days.iter().partition(|(day, _)| day.starts_with(|c: char| c.is_ascii_digit()));
    if dated.is_empty() {
        return;
    }
    let by_month = dated.len() > MOST_COLUMNS;
    let mut columns: BTreeMap<&str, u64> = BTreeMap::new();
    for (day, group) in dated {
        *columns.entry(if by_month { day.get(..7).unwrap_or(day) } else { day }).or_default() += group.documents;
    }
    // The last ones; what is before them is told as one number.
    let before = columns.len().saturating_sub(MOST_COLUMNS);
    let earlier: u64 = columns.values().take(before).sum();
    let columns: Vec<(&str, u64)> = columns.into_iter().skip(before).collect();
    let most = columns.iter().map(|(_, n)| *n).max().unwrap_or(1).max(1);
    let what = if by_month { "month" } else { "day" };
    let _ = writeln!(out, "<h2>Documents by {what} of publication</h2>");
    let width = columns.len() * 10;
    let _ = writeln!(
        out,
        "<svg class=\"columns\" style=\"width:100%;max-width:{}px;height:8rem\" viewBox=\"0 0 {width} 100\" \
         preserveAspectRatio=\"none\" role=\"img\" aria-label=\"documents by {what}\">",
        columns.len() * 24
    );
    for (at, (day, n)) in columns.iter().enumerate() {
        let height = (100.0 * *n as f64 / most as f64).max(0.5);
        let _ = writeln!(
            out,
            "<rect style=\"fill:var(--fill)\" x=\"{}\" y=\"{:.1}\" width=\"8\" height=\"{height:.1}\"><title>{}: {}</title></rect>",
            at * 10 + 1,
            100.0 - height,
            escaped(day),
            thousands(*n)
        );
    }
    out.push_str("</svg>\n");
    let (first, last) = (columns.first().map_or("", |c| c.0), columns.last().map_or("", |c| c.0));
    let undated: u64 = undated.iter().map(|(_, group)| group.documents).sum();
    let before = if earlier > 0 { format!("; {} before", thousands(earlier)) } else { String::new() };
    let _ = writeln!(
        out,
        "<p>{}s with documents from {} to {}, at most {} a {what}{before}; {} without a date</p>",
        format_args!("{} {what}", columns.len()),
        escaped(first),
        escaped(last),
        thousands(most),
        thousands(undated)
    );
}

fn groups(out: &mut String, heading: &str, groups: &Groups) {
    if groups.is_empty() {
        return;
    }
    let _ = writeln!(out, "<h2>{heading}</h2>\n<table><thead><tr><th scope=\"col\"></th>");
    for name in ["documents", "characters", "no text", "duplicates", "unsure", "undated"] {
        let _ = write!(out, "<th class=\"n\" scope=\"col\">{name}</th>");
    }
    out.push_str("</tr></thead><tbody>\n");
    let sorted = in_order(groups);
    for (name, group) in sorted.iter().take(MOST) {
        let _ = write!(out, "<tr><th scope=\"row\">{}</th>", escaped(name));
        let counted = [group.documents, group.characters, group.empty, group.duplicates].map(Some);
        for n in counted.into_iter().chain([group.unsure, group.undated]) {
            let _ = write!(out, "<td class=\"n\">{}</td>", or_dash(n));
        }
        out.push_str("</tr>\n");
    }
    let rest = sorted.iter().skip(MOST);
    let (kinds, documents) = rest.fold((0, 0), |(kinds, sum), (_, group)| (kinds + 1, sum + group.documents));
    if kinds > 0 {
        let _ = writeln!(
            out,
            "<tr><th scope=\"row\">{kinds} others</th><td class=\"n\">{}</td></tr>",
            thousands(documents)
        );
    }
    out.push_str("</tbody></table>\n");
}

fn by_count(counts: &BTreeMap<String, u64>) -> Vec<(String, u64)> {
    let mut sorted: Vec<_> = counts.iter().filter(|(_, n)| **n > 0).map(|(name, n)| (name.clone(), *n)).collect();
    sorted.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    sorted
}

fn bars(out: &mut String, heading: &str, counts: &[(String, u64)], of: u64) {
    if counts.iter().all(|(_, n)| *n == 0) {
        return;
    }
    let _ = writeln!(out, "<h2>{heading}</h2>\n<table class=\"bars\"><tbody>");
    for (name, n) in counts.iter().take(MOST) {
        let width = 100.0 * *n as f64 / of.max(1) as f64;
        let _ = writeln!(
            out,
            "<tr><th scope=\"row\">{}</th><td><svg class=\"bar\" role=\"img\" aria-label=\"{1}\" viewBox=\"0 0 100 10\" \
             preserveAspectRatio=\"none\"><rect width=\"{width:.2}\" height=\"10\"/></svg> {1}</td></tr>",
            escaped(name),
            share(*n, of)
        );
    }
    if counts.len() > MOST {
        let _ = writeln!(out, "<tr><th scope=\"row\">{} others</th><td></td></tr>", counts.len() - MOST);
    }
    out.push_str("</tbody></table>\n");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::profile::gather::Group;

    #[test]
    fn nothing_in_a_page_is_markup_of_a_document_or_asks_for_another_file() {
        let group = Group { documents: 2, ..Group::default() };
        let profile = Profile {
            documents: 2,
            sites: Groups::from([("a\"><script>".into(), group)]),
            days: (0..200).map(|n| (format!("20{:02}-0{}-11", n / 9, n % 9 + 1), group)).collect(),
            licenses: BTreeMap::from([("<b>free</b>".into(), 2)]),
            ..Profile::default()
        };
        let page = page("<i>x</i>", &profile);
        assert!(page.starts_with(PAGE) && page.contains("by month of publication"), "{page}");
        for bad in ["<script", "<i>", "<b>free", "http:", "https:", "<link", "url("] {
            assert!(!page.contains(bad), "{bad}");
        }
    }
}
