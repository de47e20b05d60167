//! Authors: the list that the most trusted places agree on.

use copydesk_document::{Candidate, Field, Origin, Value};
use copydesk_lexicon::{Lexicon, is_organisation};
use copydesk_text::key;

use crate::{
    Gathered,
    candidates::{Candidates, Entry},
    class_words,
};

/// Chooses the list of names and gives each name its own value.
///
/// A list that the page declares is taken whole, with the agency that it names beside its people. Of a list that is
/// read from visible lines, organisations stay only where it names nobody else.
pub(crate) fn choose(
    gathered: &mut Gathered,
    host: Option<&str>,
    least: f32,
    lexicon: &Lexicon,
    log: &mut Vec<Candidate>,
) -> Vec<Value<String>> {
    let sites: Vec<String> =
        gathered.site_name.entries.iter().map(|e| key(&e.value)).filter(|k| k.len() >= 2).collect();
    let pool: &mut Candidates<Vec<String>> = &mut gathered.authors;
    for entry in &mut pool.entries {
        entry.value.retain(|name| !class_words::is_account(name));
        dedup(&mut entry.value);
        // The site beside other words in one value is an imprint: `Valley Herald, Bonn, Germany`.
        let imprint =
            entry.origin == Origin::Meta && entry.value.len() > 1 && entry.value.iter().any(|n| is_site(n, &sites));
        if imprint {
            entry.weight /= 4.0;
            "names the site among others".clone_into(&mut entry.why);
        }
    }
    pool.entries.retain(|e| !e.value.is_empty());
    // The site is the least that can be said; a page that names an agency beside it says more.
    let only_site = |e: &Entry<Vec<String>>| e.value.iter().all(|name| is_site(name, &sites));
    let host = host.map(key).unwrap_or_default();
    let is_owner = |e: &Entry<Vec<String>>| {
        let one = |name: &String| {
            name.len() >= 4 && host.contains(&key(name)) || e.name == "author" && is_organisation(name, lexicon)
        };
        e.value.iter().all(one)
    };
    for entry in pool.entries.iter_mut().filter(|e| e.origin == Origin::Meta && (only_site(e) || is_owner(e))) {
        entry.weight *= 0.4;
        "names the site".clone_into(&mut entry.why);
    }
    let names_somebody = |e: &Entry<Vec<String>>| !only_site(e) && !e.value.iter().all(|name| is_user_name(name));
    if pool.entries.iter().any(|e| e.weight >= 0.5 && names_somebody(e)) {
        for entry in pool.entries.iter_mut().filter(|e| only_site(e)) {
            entry.weight /= 4.0;
            "names the site, where others name somebody".clone_into(&mut entry.why);
        }
    }
    let person = |e: &Entry<Vec<String>>| {
        e.value.iter().any(|name| !is_organisation(name, lexicon) && !is_site(name, &sites) && !is_user_name(name))
    };
    // A place that names people says more than one that names the desk they work for.
    if pool.entries.iter().any(|e| person(e) && e.weight >= least) {
        for entry in pool.entries.iter_mut().filter(|e| !person(e)) {
            entry.weight /= 4.0;
            "an organisation or an account, where others name people".clone_into(&mut entry.why);
        }
    }
    let Some(chosen) = pool.choose(Field::Authors, least, log) else { return Vec::new() };
    let declared = !matches!(chosen.origin, Origin::Byline | Origin::LabelLine | Origin::Text);
    let mut names = chosen.value.clone();
    if !declared && names.iter().any(|name| !is_organisation(name, lexicon)) {
        names.retain(|name| !is_organisation(name, lexicon));
    }
    names.into_iter().map(|name| chosen.with(name)).collect()
}

fn dedup(names: &mut Vec<String>) {
    let mut seen = Vec::new();
    names.retain(|name| {
        let key = key(name);
        let new = !seen.contains(&key);
        seen.push(key);
        new
    });
}

fn is_site(name: &str, sites: &[String]) -> bool {
    let name = key(name);
    sites.contains(&name)
}

/// `jsmith`, `editor2`: small letters without a space, where the script has capitals.
fn is_user_name(name: &str) -> bool {
    !name.contains(char::is_whitespace) && name.chars().all(|c| c.is_lowercase() || !c.is_alphabetic())
}
