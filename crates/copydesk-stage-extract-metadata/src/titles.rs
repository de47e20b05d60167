//! Titles: without the site's name, the one that the most places agree on.

use copydesk_document::{Candidate, Field, Value};

use crate::{
    Pools,
    pool::{Pool, key},
};

/// What stands between a headline and the name of the site.
const SEPARATORS: [&str; 12] = [" | ", " - ", " – ", " — ", " :: ", " · ", " « ", " » ", " / ", "｜", " ‹ ", ": "];

/// Cuts suffixes off the candidates, then chooses.
pub(crate) fn choose(pools: &mut Pools, least: f32, log: &mut Vec<Candidate>) -> Option<Value<String>> {
    let keys: Vec<String> = pools.title.entries.iter().map(|e| key(&e.value)).collect();
    let sites: Vec<String> = pools.site_name.entries.iter().map(|e| key(&e.value)).filter(|k| !k.is_empty()).collect();
    for entry in &mut pools.title.entries {
        if let Some((cut, why)) = without_site(&entry.value, &keys, &sites) {
            entry.why = format!("`{}` cut to the headline: {why}", entry.value);
            entry.value = cut;
        }
    }
    pools.title.entries.retain(|e| !e.value.trim().is_empty());
    drop_site_names(&mut pools.title, &sites);
    pools.title.choose(Field::Title, least, log)
}

/// The part of a title that is the headline, where something proves that the rest is not: another candidate is that
/// part alone, or the rest is the name of the site.
fn without_site(title: &str, others: &[String], sites: &[String]) -> Option<(String, &'static str)> {
    let cuts: Vec<(usize, usize)> =
        SEPARATORS.iter().flat_map(|s| title.match_indices(s).map(|(at, s)| (at, at + s.len()))).collect();
    let own = key(title);
    for &(end, start) in &cuts {
        for part in [&title[..end], &title[start..]] {
            let part_key = key(part);
            // A part of a few letters that happens to be a candidate as well is more likely a section or a site.
            if part_key != own
                && part_key.chars().count() >= 8
                && others.contains(&part_key)
                && !sites.contains(&part_key)
            {
                return Some((part.trim().to_owned(), "another place has that part alone"));
            }
        }
    }
    for &(end, start) in &cuts {
        let (head, tail) = (&title[..end], &title[start..]);
        if is_site(tail, sites) {
            return Some((head.trim().to_owned(), "the rest is the site's name"));
        }
        if is_site(head, sites) {
            return Some((tail.trim().to_owned(), "the rest is the site's name"));
        }
    }
    None
}

fn is_site(part: &str, sites: &[String]) -> bool {
    let part = key(part);
    part.chars().count() >= 2 && sites.iter().any(|site| part == *site || (part.len() >= 6 && site.starts_with(&part)))
}

/// A title that is the name of the site is no headline, as long as there is anything else.
fn drop_site_names(pool: &mut Pool<String>, sites: &[String]) {
    if pool.entries.iter().any(|e| !sites.contains(&key(&e.value))) {
        pool.entries.retain(|e| !sites.contains(&key(&e.value)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_site_is_cut_off_only_with_proof() {
        let sites = vec![key("Valley Herald")];
        let cut = |title: &str, others: &[&str]| {
            let others: Vec<String> = others.iter().map(|o| key(o)).collect();
            without_site(title, &others, &sites).map(|(t, _)| t)
        };
        assert_eq!(cut("Ferries return - Valley Herald", &[]).as_deref(), Some("Ferries return"));
        assert_eq!(cut("Valley Herald: Ferries return", &[]).as_deref(), Some("Ferries return"));
        assert_eq!(cut("Ferries return | Local | Some Site", &["Ferries return"]).as_deref(), Some("Ferries return"));
        assert_eq!(cut("Ferries return - with a new captain", &[]), None);
    }
}
