//! Titles: without the site's name, the one that the most places agree on.

use copydesk_document::{Candidate, Document, Field, Origin, Value};
use copydesk_lexicon::{Confidence, Lexicon, read_byline};
use copydesk_text::{host, key, path, without_www};

use crate::{Gathered, candidates::Candidates, vocabulary::is_section_name};

/// What stands between a headline and the name of the site.
const SEPARATORS: [&str; 14] =
    [" | ", " - ", " – ", " — ", " :: ", " · ", " • ", " « ", " » ", " / ", "｜", "ㅣ", " ‹ ", ": "];
/// What stands there only where the rest is proved to be the site or a section.
const TIGHT: [&str; 5] = ["|", "-", "_", "::", " > "];

/// A longer text is no title, in bytes.
const LONGEST: usize = 2_000;

/// Cuts suffixes off the candidates, then chooses.
pub(crate) fn choose(
    gathered: &mut Gathered,
    known: &Known<'_>,
    least: f32,
    log: &mut Vec<Candidate>,
) -> Option<Value<String>> {
    // No headline is that long, and everything below compares its parts.
    gathered.title.entries.retain(|e| e.value.len() <= LONGEST);
    let keys: Vec<String> = gathered.title.entries.iter().map(|e| key(&e.value)).collect();
    let sites: Vec<String> =
        gathered.site_name.entries.iter().map(|e| key(&e.value)).filter(|k| !k.is_empty()).collect();
    let mut sites = sites;
    // Some templates put the title where the name of the site belongs. Another name of the site shows that.
    let stated: Vec<String> = gathered
        .title
        .entries
        .iter()
        .filter(|e| matches!(e.origin, Origin::Heading | Origin::JsonLd))
        .map(|e| key(&e.value))
        .collect();
    if sites.iter().any(|site| !stated.contains(site)) {
        sites.retain(|site| !stated.contains(site));
    }
    if let Some(host) = known.host {
        named_like(host, &gathered.title, &mut sites);
    }
    ends_like(&known.logos, &gathered.title, &mut sites);
    let sections: Vec<String> =
        gathered.section.entries.iter().map(|e| key(&e.value)).filter(|k| !k.is_empty()).collect();
    for entry in &mut gathered.title.entries {
        if let Some((cut, why)) = without_site(&entry.value, &keys, &sites, &sections) {
            entry.why = format!("`{}` cut to the headline: {why}", entry.value);
            entry.value = cut;
        }
    }
    for entry in &mut gathered.title.entries {
        if let Some(cut) = without_byline(&entry.value, known.lexicon) {
            entry.why = format!("`{}` ends in a byline", entry.value);
            entry.value = cut;
        }
    }
    gathered.title.entries.retain(|e| e.value.chars().any(char::is_alphanumeric));
    for entry in gathered.title.entries.iter_mut().filter(|e| e.origin == Origin::FrontMatter) {
        // A quote that is never closed belongs to the broken block and not to the headline.
        if let Some(rest) = entry.value.strip_prefix(['"', '\'']).filter(|rest| !rest.contains(['"', '\''])) {
            entry.value = rest.trim().to_owned();
        }
    }
    drop_site_names(&mut gathered.title, &sites);
    complete(&mut gathered.title);
    drop_kickers(&mut gathered.title);
    let mut chosen = gathered.title.choose(Field::Title, least, log)?;
    chosen.value = chosen.value.split_whitespace().collect::<Vec<_>>().join(" ");
    Some(chosen)
}

/// What is known of the page that helps to tell the headline from the site's name.
pub(crate) struct Known<'d> {
    pub(crate) host: Option<&'d str>,
    /// See [`logos`].
    pub(crate) logos: Vec<String>,
    pub(crate) lexicon: &'d Lexicon,
}

/// The texts, as keys, of links to the front page: most sites have their name there.
pub(crate) fn logos(doc: &Document, own: Option<&str>) -> Vec<String> {
    // The front page of another site is nobody's logo here.
    let is_own = |host: &str| own.is_none_or(|own| without_www(own).eq_ignore_ascii_case(without_www(host)));
    let front = |href: &str| match host(href) {
        Some(host) => is_own(host) && matches!(path(href), "" | "/"),
        None => matches!(href, "/" | "./" | "index.html" | "/index.html"),
    };
    let mut found = Vec::new();
    for id in doc.ids().take(MOST_LOGOS) {
        found.extend(doc.links(id).filter(|(href, text)| front(href) && text.len() <= 80).map(|(_, text)| key(text)));
    }
    found.retain(|name| name.chars().count() >= 3);
    found
}

/// Blocks at the top of a page in which its name is looked for.
const MOST_LOGOS: usize = 60;

/// The end of a title that is the text of a link to the front page is the name of the site. A menu has such a link as
/// well (`Home`), but no title ends in that.
fn ends_like(logos: &[String], titles: &Candidates<String>, sites: &mut Vec<String>) {
    for entry in &titles.entries {
        let ends = SEPARATORS[..13].iter().filter_map(|s| entry.value.rfind(s).map(|at| &entry.value[at + s.len()..]));
        sites.extend(ends.map(key).filter(|end| logos.contains(end)));
    }
}

/// `Headline - by Ann Lee`: some systems put the author behind the title.
fn without_byline(title: &str, lexicon: &Lexicon) -> Option<String> {
    let (at, separator) =
        [" - ", " – ", " — ", " | "].iter().filter_map(|s| title.rfind(s).map(|at| (at, s.len()))).max()?;
    let byline = read_byline(&title[at + separator..], lexicon)?;
    let named = byline.confidence() == Confidence::Labelled && !byline.people.is_empty() && byline.rest.is_empty();
    (named && key(&title[..at]).chars().count() >= 8).then(|| title[..at].trim().to_owned())
}

/// Titles and their ends whose every word stands in the host's name are the name of the site.
fn named_like(host: &str, titles: &Candidates<String>, sites: &mut Vec<String>) {
    let host = key(without_www(host));
    let is_host = |part: &str| {
        let words = part.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty());
        let length: usize = words.clone().map(str::len).sum();
        length >= 4 && length * 3 >= host.len() && words.map(str::to_lowercase).all(|word| host.contains(&word))
    };
    for entry in &titles.entries {
        let title = entry.value.as_str();
        let ends = SEPARATORS[..13].iter().filter_map(|s| title.rfind(s).map(|at| &title[at + s.len()..]));
        for part in ends.chain([title]).filter(|part| part.len() <= 60 && is_host(part)) {
            sites.push(key(part));
        }
    }
}

/// A value that ends in dots, or is as long as search engines allow, is the beginning of the one that goes on.
fn complete(pool: &mut Candidates<String>) {
    let whole: Vec<(String, String)> = pool.entries.iter().map(|e| (key(&e.value), e.value.clone())).collect();
    for entry in &mut pool.entries {
        let cut = entry.value.trim_end();
        if !(cut.ends_with("...") || cut.ends_with('…') || (105..=112).contains(&cut.chars().count())) {
            continue;
        }
        let own = key(cut);
        if own.len() >= 20
            && let Some((_, longer)) = whole.iter().find(|(k, _)| k.len() > own.len() && k.starts_with(&own))
        {
            entry.why = format!("`{}` goes on elsewhere", entry.value);
            entry.value.clone_from(longer);
        }
    }
}

/// What a heading has before the title for link previews is no part of the headline: a kicker, a date, `Thread:`.
fn drop_kickers(pool: &mut Candidates<String>) {
    let named = |name: &str| pool.entries.iter().find(|e| e.origin == Origin::Meta && e.name == name);
    let Some(preview) = named("og:title").or_else(|| named("twitter:title")).map(|e| e.value.clone()) else { return };
    let short = key(&preview);
    if short.chars().count() < SHORTEST_HEADLINE {
        return;
    }
    for entry in pool.entries.iter_mut().filter(|e| ends_in_words_of(&e.value, &short)) {
        entry.why = format!("`{}` has the title for link previews behind a kicker", entry.value);
        entry.value.clone_from(&preview);
    }
}

/// Fewer letters name a section or a thing.
const SHORTEST_HEADLINE: usize = 12;

/// Whether a title ends in these words, given as a key, and has others before them.
fn ends_in_words_of(title: &str, short: &str) -> bool {
    let mut left = short.len();
    let mut words = title.split(|c: char| !c.is_alphanumeric()).rev().map(key).filter(|word| !word.is_empty());
    while left > 0 {
        let Some(word) = words.next() else { return false };
        let Some(rest) =
            left.checked_sub(word.len()).filter(|rest| short.get(*rest..).is_some_and(|end| end.starts_with(&word)))
        else {
            return false;
        };
        left = rest;
    }
    words.next().is_some()
}

/// The part of a title that is the headline, where something proves that the rest is not: another candidate is that
/// part alone, or the rest is the name of the site, perhaps with a section before it.
fn without_site(
    title: &str,
    others: &[String],
    sites: &[String],
    sections: &[String],
) -> Option<(String, &'static str)> {
    let cuts = |separators: &[&'static str]| -> Vec<(usize, usize)> {
        let mut cuts: Vec<(usize, usize)> = separators
            .iter()
            .flat_map(|s| title.match_indices(s).map(|(at, s)| (at, at + s.len())))
            .filter(|&(at, end)| at > 0 && end < title.len())
            .collect();
        cuts.sort_unstable();
        cuts
    };
    let own = key(title);
    let loose = cuts(&SEPARATORS);
    for &(end, start) in &loose {
        // What stands before a colon alone elsewhere is a topic, and part of the headline here.
        if &title[end..start] == ": " {
            continue;
        }
        let part = &title[..end];
        let part_key = key(part);
        // A part of a few letters that happens to be a candidate as well is more likely a section or a site.
        if part_key != own && part_key.chars().count() >= 8 && others.contains(&part_key) && !sites.contains(&part_key)
        {
            return Some((part.trim().to_owned(), "another place has that part alone"));
        }
    }
    let why = "the rest is the site's name";
    for (end, start) in loose.into_iter().chain(cuts(&TIGHT)) {
        let (head, tail) = (&title[..end], &title[start..]);
        if is_site(tail, sites) {
            let head = head.trim();
            return Some((without_section(head, sections).unwrap_or(head).to_owned(), why));
        }
        if is_site(head, sites) && key(tail).chars().count() >= 8 {
            return Some((tail.trim().to_owned(), why));
        }
    }
    None
}

/// Before the site's name often stands that of the section.
fn without_section<'t>(title: &'t str, sections: &[String]) -> Option<&'t str> {
    let (at, separator) = SEPARATORS[..13]
        .iter()
        .chain(&TIGHT)
        .filter_map(|s| title.rfind(s).map(|at| (at, s.len())))
        .max_by_key(|(at, length)| (*at, *length))?;
    let tail = title[at + separator..].trim();
    let known = is_section_name(tail) || sections.contains(&key(tail));
    (known && key(&title[..at]).chars().count() >= 8).then(|| title[..at].trim())
}

fn is_site(part: &str, sites: &[String]) -> bool {
    let part = key(part);
    part.chars().count() >= 2 && sites.iter().any(|site| part == *site || (part.len() >= 6 && site.starts_with(&part)))
}

/// A title that is the name of the site is no headline, as long as there is anything else.
fn drop_site_names(pool: &mut Candidates<String>, sites: &[String]) {
    if pool.entries.iter().any(|e| !sites.contains(&key(&e.value))) {
        pool.entries.retain(|e| !sites.contains(&key(&e.value)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // Comparing the parts of such a title would take the square of its length.
    #[test]
    fn a_flood_of_separators_is_no_title() {
        let mut gathered = Gathered::default();
        gathered.title.add("Dam | ".repeat(85_000), Origin::TitleElement, "title", None, 0.45);
        gathered.title.add("Ferries return".to_owned(), Origin::Heading, "h1", None, 0.9);
        let known = Known { host: None, logos: Vec::new(), lexicon: Lexicon::builtin() };
        let title = choose(&mut gathered, &known, 0.3, &mut Vec::new()).expect("a title");
        assert_eq!(title.value, "Ferries return");
    }

    #[test]
    fn a_title_ends_in_the_name_on_the_logo_or_in_a_byline() {
        let mut gathered = Gathered::default();
        gathered.title.add("Ferries return | Quay Post".to_owned(), Origin::TitleElement, "title", None, 0.45);
        let logos = vec![key("Quay Post"), key("Home")];
        let known = Known { host: None, logos, lexicon: Lexicon::builtin() };
        let title = choose(&mut gathered, &known, 0.3, &mut Vec::new()).expect("a title");
        assert_eq!(title.value, "Ferries return");
        let cut = |title: &str| without_byline(title, Lexicon::builtin());
        assert_eq!(cut("Ferries return - by Ann Lee").as_deref(), Some("Ferries return"));
        assert_eq!(cut("Ferries return - by popular demand"), None);
        assert_eq!(cut("Ferries return - Ann Lee"), None);
    }

    #[test]
    fn a_title_ends_in_words() {
        let ends = |title: &str, short: &str| ends_in_words_of(title, &key(short));
        assert!(ends("Harbour: Ferries return", "Ferries return"));
        assert!(ends("«Dock 9» – ferries return!", "Ferries return"));
        assert!(!ends("Ferries return", "Ferries return"));
        assert!(!ends("Superferries return", "ferries return"));
        assert!(!ends("Ferries return late", "Ferries return") && !ends("", "Ferries return"));
        assert!(!ends("Größe der Fähren", "öße der Fähren"));
    }

    #[test]
    fn the_site_is_cut_off_only_with_proof() {
        let sites = vec![key("Valley Herald")];
        let cut = |title: &str, others: &[&str]| {
            let others: Vec<String> = others.iter().map(|o| key(o)).collect();
            without_site(title, &others, &sites, &[key("Harbour")]).map(|(t, _)| t)
        };
        assert_eq!(cut("Ferries return - Valley Herald", &[]).as_deref(), Some("Ferries return"));
        assert_eq!(cut("Valley Herald: Ferries return", &[]).as_deref(), Some("Ferries return"));
        assert_eq!(cut("Ferries return | Local | Some Site", &["Ferries return"]).as_deref(), Some("Ferries return"));
        assert_eq!(cut("Ferries return - with a new captain", &[]), None);
        assert_eq!(cut("After the storm: Ferries return", &["Ferries return"]), None);
        assert_eq!(cut("Ferries return-Politics|Valley Herald", &[]).as_deref(), Some("Ferries return"));
        assert_eq!(cut("Ferries return - Harbour - Valley Herald", &[]).as_deref(), Some("Ferries return"));
    }
}
