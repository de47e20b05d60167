//! A dataset card, as Hugging Face reads it: README.md with a head of YAML.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

use super::{
    data_files::{DataFiles, Table},
    gather::{Groups, Profile},
    show::{in_order, share, tenth},
};
use crate::terminal::thousands;

/// How a card of ours begins.
pub(super) const HEAD: &str = "---\n# Made by `copydesk profile`";

/// So many groups of a sort are listed.
const MOST: usize = 20;

pub(super) fn card(name: &str, profile: &Profile, data: &DataFiles) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "pretty_name: {}", quoted(name));
    let languages: Vec<&str> = languages(&profile.languages);
    if !languages.is_empty() {
        out.push_str("language:\n");
        for tag in &languages {
            let _ = writeln!(out, "- {}", quoted(tag));
        }
    }
    // What single documents name is theirs; of the whole nobody has said anything.
    let _ = writeln!(out, "license: {}", if profile.licenses.is_empty() { "unknown" } else { "other" });
    let _ = writeln!(out, "size_categories:\n- {}", quoted(size(profile.documents)));
    out.push_str("configs:\n");
    for (at, Table { name, pattern, .. }) in data.tables().iter().enumerate() {
        let _ = writeln!(out, "- config_name: {}", quoted(name));
        if at == 0 {
            out.push_str("  default: true\n");
        }
        let _ = writeln!(out, "  data_files:\n  - split: train\n    path: {}", quoted(pattern));
    }
    out.push_str("---\n\n");
    let _ = writeln!(out, "# {}\n", cell(name));
    let _ = writeln!(
        out,
        "{} documents with {} characters of main text, extracted by [Copydesk](https://crates.io/crates/copydesk).\n",
        thousands(profile.documents),
        thousands(profile.lengths.sum)
    );
    let lengths = &profile.lengths;
    out.push_str("| Characters of a text | |\n|---|---:|\n");
    for (what, n) in [
        ("5 % have at most", lengths.twentieth),
        ("median", lengths.median),
        ("95 % have at most", lengths.nineteen_twentieths),
        ("longest", lengths.most),
    ] {
        let _ = writeln!(out, "| {what} | {} |", thousands(n));
    }
    let _ = writeln!(out, "\nWithout text: {}.", share(profile.empty, profile.documents));
    let _ = writeln!(
        out,
        "With the text of an earlier document, to the letter: {}.",
        share(profile.same_text, profile.documents)
    );
    for (kind, n) in &profile.duplicates {
        let _ = writeln!(out, "Called `{kind}` by the survey of duplicates: {}.", share(*n, profile.documents));
    }
    groups(&mut out, "Languages", &profile.languages);
    groups(&mut out, "Sites", &profile.sites);
    groups(&mut out, "Page types", &profile.page_types);
    groups(&mut out, "Days of publication", &profile.days);
    out.push_str("\n## Missing facts\n\n| Records without | |\n|---|---:|\n");
    for (fact, n) in profile.missing.iter().filter(|(_, n)| **n > 0) {
        let _ = writeln!(out, "| `{fact}` | {} |", share(*n, profile.documents));
    }
    out.push_str("\n## How sure the texts are\n\n| `text_confidence` | |\n|---|---:|\n");
    for (at, n) in profile.text_confidence.iter().enumerate().filter(|(_, n)| **n > 0) {
        let _ = writeln!(out, "| {} | {} |", tenth(at), share(*n, profile.documents));
    }
    if profile.without_confidence > 0 {
        let _ = writeln!(out, "| not told | {} |", share(profile.without_confidence, profile.documents));
    }
    if !profile.licenses.is_empty() {
        out.push_str("\n## Licences that documents name\n\n| Licence | Documents |\n|---|---:|\n");
        let mut sorted: Vec<_> = profile.licenses.iter().collect();
        sorted.sort_by_key(|(name, n)| (std::cmp::Reverse(**n), *name));
        for (name, n) in sorted.iter().take(MOST) {
            let _ = writeln!(out, "| {} | {} |", cell(name), thousands(**n));
        }
    }
    format!("{HEAD}{}\n{out}", sum(&out))
}

/// What the head says of the rest, so that an edit shows.
fn sum(rest: &str) -> String {
    let digest = Sha256::digest(rest).iter().take(8).fold(0_u64, |head, byte| head << 8 | u64::from(*byte));
    format!(" (sum of the rest: {digest:016x})")
}

/// Whether a card of ours is not as it was made.
pub(super) fn is_edited(card: &str) -> bool {
    let rest = card.strip_prefix(HEAD).and_then(|card| card.split_once('\n'));
    rest.is_some_and(|(told, rest)| told != sum(rest))
}

/// The languages, the most usual first, as the Hub knows them: without scripts and regions.
pub(super) fn languages(groups: &Groups) -> Vec<&str> {
    let mut tags: Vec<&str> = Vec::new();
    for (tag, _) in in_order(groups) {
        let tag = tag.split(['-', '_']).next().unwrap_or_default();
        let is_tag = matches!(tag.len(), 2 | 3) && tag.bytes().all(|b| b.is_ascii_lowercase()) && tag != "und";
        if is_tag && !tags.contains(&tag) {
            tags.push(tag);
        }
    }
    tags
}

/// The sizes that the Hub has names for.
fn size(documents: u64) -> &'static str {
    match documents {
        0..1_000 => "n<1K",
        1_000..10_000 => "1K<n<10K",
        10_000..100_000 => "10K<n<100K",
        100_000..1_000_000 => "100K<n<1M",
        1_000_000..10_000_000 => "1M<n<10M",
        10_000_000..100_000_000 => "10M<n<100M",
        100_000_000..1_000_000_000 => "100M<n<1B",
        _ => "n>1B",
    }
}

/// A string of YAML: one of JSON is one.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// Text in a cell of a table.
fn cell(text: &str) -> String {
    crate::terminal::visible(text)
        .replace('\\', "\\\\")
        .replace('|', "\\|")
        .replace('<', "&lt;")
        .replace(['\n', '\r'], " ")
}

fn groups(out: &mut String, heading: &str, groups: &Groups) {
    if groups.is_empty() {
        return;
    }
    let _ = writeln!(out, "\n## {heading}\n\n| | Documents | Characters | Duplicates |\n|---|---:|---:|---:|");
    let sorted = in_order(groups);
    for (name, group) in sorted.iter().take(MOST) {
        let (documents, characters) = (thousands(group.documents), thousands(group.characters));
        let _ = writeln!(out, "| {} | {documents} | {characters} | {} |", cell(name), thousands(group.duplicates));
    }
    if sorted.len() > MOST {
        let _ = writeln!(out, "\nand {} more", sorted.len() - MOST);
    }
}
