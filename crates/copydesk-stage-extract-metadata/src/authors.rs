//! Authors: the list that the most trusted places agree on.

use copydesk_document::{Candidate, Field, Value};
use copydesk_lexicon::{Lexicon, is_organisation};

use crate::pool::{Pool, key};

/// Chooses the list of names, people before organisations, and gives each name its own value.
pub(crate) fn choose(pool: &mut Pool<Vec<String>>, least: f32, log: &mut Vec<Candidate>) -> Vec<Value<String>> {
    let lexicon = Lexicon::builtin();
    pool.entries.retain(|e| !e.value.is_empty());
    // A place that names people says more than one that names the desk they work for.
    let person = |e: &crate::pool::Entry<Vec<String>>| e.value.iter().any(|name| !is_organisation(name, lexicon));
    if pool.entries.iter().any(|e| person(e) && e.weight >= least) {
        for entry in pool.entries.iter_mut().filter(|e| !person(e)) {
            entry.weight /= 4.0;
            "an organisation, where others name people".clone_into(&mut entry.why);
        }
    }
    let Some(chosen) = pool.choose(Field::Authors, least, log) else { return Vec::new() };
    let mut names: Vec<&String> = chosen.value.iter().filter(|name| !is_organisation(name, lexicon)).collect();
    if names.is_empty() {
        names = chosen.value.iter().collect();
    }
    let mut seen = Vec::new();
    names.retain(|name| {
        let key = key(name);
        let new = !seen.contains(&key);
        seen.push(key);
        new
    });
    names.into_iter().map(|name| chosen.with(name.clone())).collect()
}
