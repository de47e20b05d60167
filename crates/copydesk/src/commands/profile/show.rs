//! The figures as a table for a terminal.

use std::{collections::BTreeMap, fmt::Write as _};

use super::gather::{Groups, Profile};
use crate::terminal::{count, cut, pad, thousands};

/// How the table begins.
pub(super) const HEAD: &str = "corpus\n";

/// So many groups of a sort are shown.
const MOST: usize = 15;

pub(super) fn table(profile: &Profile) -> String {
    let mut out = String::from(HEAD);
    let lengths = &profile.lengths;
    let mut line = |name: &str, value: String| {
        let _ = writeln!(out, "  {} {value}", pad(name, 22));
    };
    line("documents", thousands(profile.documents));
    line("characters", thousands(lengths.sum));
    if let Some(bytes) = profile.input_bytes {
        line("bytes of the inputs", thousands(bytes));
    }
    if profile.cut_texts > 0 {
        line("cut in the table", format!("{} of the texts, counted as their marks say", thousands(profile.cut_texts)));
    }
    line("without text", share(profile.empty, profile.documents));
    line("text of an earlier one", share(profile.same_text, profile.documents));
    for (kind, n) in &profile.duplicates {
        line(&format!("duplicates: {kind}"), share(*n, profile.documents));
    }
    if let (Some(with), Some(captions)) = (profile.with_captions, profile.captions) {
        line("with captions", format!("{}, {}", share(with, profile.documents), count_of(captions)));
    }
    let quantiles: Vec<_> = lengths.named().iter().map(|(name, n)| format!("{name} {}", thousands(*n))).collect();
    line("characters of a text", quantiles.join(", "));
    if !profile.not_in_table.is_empty() {
        let names: Vec<&str> = profile.not_in_table.iter().copied().collect();
        let _ = writeln!(out, "  {} {}", pad("not in the table", 22), names.join(", "));
    }
    groups(&mut out, "languages", &profile.languages);
    groups(&mut out, "sites", &profile.sites);
    groups(&mut out, "days of publication", &profile.days);
    groups(&mut out, "page types", &profile.page_types);
    groups(&mut out, "media types", &profile.media_types);
    let missing = profile.missing.iter().map(|(name, n)| ((*name).to_owned(), *n)).collect();
    counts(&mut out, "records without", &missing, profile.documents);
    let tenths = profile.text_confidence.iter().enumerate().filter(|(_, n)| **n > 0);
    let mut tenths: BTreeMap<String, u64> = tenths.map(|(at, n)| (tenth(at), *n)).collect();
    if profile.without_confidence > 0 {
        tenths.insert("(unknown)".into(), profile.without_confidence);
    }
    counts(&mut out, "text confidence", &tenths, profile.documents);
    counts(&mut out, "notes (documents)", &profile.notes, profile.documents);
    counts(&mut out, "licences", &profile.licenses, profile.documents);
    let other: u64 = profile.quarantine.values().chain(profile.skipped.values()).sum();
    counts(&mut out, "quarantined", &profile.quarantine, other);
    counts(&mut out, "dropped and passed over", &profile.skipped, other);
    out
}

/// The bounds of a tenth: `.3 to .4`.
pub(super) fn tenth(at: usize) -> String {
    if at == 9 { ".9 to 1".into() } else { format!(".{at} to .{}", at + 1) }
}

fn count_of(captions: u64) -> String {
    count(usize::try_from(captions).unwrap_or(usize::MAX), "caption")
}

pub(super) fn share(n: u64, of: u64) -> String {
    format!("{} ({:.1} %)", thousands(n), 100.0 * n as f64 / of.max(1) as f64)
}

/// A dash for what cannot be known.
pub(super) fn or_dash(count: Option<u64>) -> String {
    count.map_or_else(|| "-".to_owned(), thousands)
}

/// Groups in the order in which they are shown: the largest first.
pub(super) fn in_order(groups: &Groups) -> Vec<(&String, &super::gather::Group)> {
    let mut sorted: Vec<_> = groups.iter().collect();
    sorted.sort_by_key(|(name, group)| (std::cmp::Reverse(group.documents), *name));
    sorted
}

fn groups(out: &mut String, heading: &str, groups: &Groups) {
    if groups.is_empty() {
        return;
    }
    let _ = writeln!(
        out,
        "\n{} {:>10} {:>14} {:>8} {:>10} {:>8} {:>8}",
        pad(heading, 30),
        "documents",
        "characters",
        "no text",
        "duplicates",
        "unsure",
        "undated"
    );
    for (name, group) in in_order(groups).into_iter().take(MOST) {
        let _ = writeln!(
            out,
            "  {} {:>10} {:>14} {:>8} {:>10} {:>8} {:>8}",
            pad(&cut(name, 28), 28),
            thousands(group.documents),
            thousands(group.characters),
            group.empty,
            group.duplicates,
            or_dash(group.unsure),
            or_dash(group.undated)
        );
    }
    if groups.len() > MOST {
        let _ = writeln!(out, "  and {} more", groups.len() - MOST);
    }
}

fn counts(out: &mut String, heading: &str, counts: &BTreeMap<String, u64>, of: u64) {
    if counts.values().all(|n| *n == 0) {
        return;
    }
    let _ = writeln!(out, "\n{heading}");
    let mut sorted: Vec<_> = counts.iter().filter(|(_, n)| **n > 0).collect();
    if !heading.starts_with("text confidence") {
        sorted.sort_by_key(|(name, n)| (std::cmp::Reverse(**n), *name));
    }
    for (name, n) in sorted.iter().take(MOST) {
        let _ = writeln!(out, "  {} {:>18}", pad(&cut(name, 48), 48), share(**n, of));
    }
    if sorted.len() > MOST {
        let _ = writeln!(out, "  and {} more", sorted.len() - MOST);
    }
}
