//! Reads what callgrind writes.

use std::collections::{BTreeMap, HashMap};

/// What each function cost, by itself and with all that it called.
#[derive(Debug, Default)]
pub(crate) struct Profile {
    names: HashMap<u32, String>,
    own: HashMap<u32, u64>,
    called: HashMap<u32, u64>,
}

impl Profile {
    /// Reads the text of a profile with one kind of event. `None` if it has another form.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let mut profile = Self::default();
        let mut function = None;
        let mut of_call = false;
        for line in text.lines() {
            if let Some(rest) = line.strip_prefix("fn=") {
                function = Some(profile.name(rest)?);
            } else if let Some(rest) = line.strip_prefix("cfn=") {
                profile.name(rest)?;
            } else if line.starts_with("calls=") {
                of_call = true;
            } else if line.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '*')) {
                // The place of the cost, and the cost.
                let cost: u64 = line.split_once(' ').map_or(Some(0), |(_, cost)| cost.trim().parse().ok())?;
                let costs = if std::mem::take(&mut of_call) { &mut profile.called } else { &mut profile.own };
                *costs.entry(function?).or_default() += cost;
            }
        }
        (!profile.own.is_empty()).then_some(profile)
    }

    /// The number of a function: `(12) name` where it stands first, `(12)` from then on.
    fn name(&mut self, text: &str) -> Option<u32> {
        let (number, name) = text.strip_prefix('(')?.split_once(')')?;
        let number = number.parse().ok()?;
        if !name.is_empty() {
            self.names.insert(number, name.trim().to_owned());
        }
        Some(number)
    }

    /// All instructions.
    pub(crate) fn total(&self) -> u64 {
        self.own.values().sum()
    }

    /// What the functions of a row cost with all that they call, by row.
    pub(crate) fn with_callees(&self, row: impl Fn(&str) -> Option<String>) -> BTreeMap<String, u64> {
        let mut rows = BTreeMap::new();
        for (number, name) in &self.names {
            if let Some(row) = row(name) {
                let cost = |of: &HashMap<u32, u64>| of.get(number).copied().unwrap_or(0);
                *rows.entry(row).or_default() += cost(&self.own) + cost(&self.called);
            }
        }
        rows
    }

    /// What the functions of each crate cost by themselves.
    pub(crate) fn by_crate(&self) -> BTreeMap<String, u64> {
        let mut crates = BTreeMap::new();
        for (number, cost) in &self.own {
            let name = self.names.get(number).map_or("", String::as_str);
            *crates.entry(owner(name).to_owned()).or_default() += cost;
        }
        crates
    }

    /// The functions that cost most by themselves.
    pub(crate) fn functions(&self) -> Vec<(&str, u64)> {
        let name = |number| self.names.get(number).map_or("", String::as_str);
        let mut functions: Vec<_> = self.own.iter().map(|(number, cost)| (name(number), *cost)).collect();
        functions.sort_by_key(|(name, cost)| (std::cmp::Reverse(*cost), *name));
        functions
    }
}

/// The crate that a function is of: `<memchr::arch::X as core::Y>::find` is of memchr. One without a path is of C.
fn owner(function: &str) -> &str {
    let start = function.trim_start_matches(|c: char| !c.is_ascii_alphabetic() && c != '_');
    let start = start.strip_prefix("mut ").unwrap_or(start);
    match start.split_once("::") {
        Some((owner, _)) if owner.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') => owner,
        _ => "C",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROFILE: &str = "\
events: Ir

ob=(1) /bin/copydesk
fl=(1) lib.rs
fn=(1) copydesk_parse::parse
12 100
+3 20
cfn=(2) <memchr::Finder as core::ops::Fn>::call
calls=2 40
13 50

fn=(2)
* 50
fn=(3) memcpy
-1 7

totals: 177
";

    #[test]
    fn costs_are_read_with_and_without_what_is_called() {
        let profile = Profile::read(PROFILE).expect("it is a profile");
        assert_eq!(profile.total(), 177);
        let rows = profile.with_callees(|name| name.contains("parse").then(|| "parse".to_owned()));
        assert_eq!(rows, BTreeMap::from([("parse".to_owned(), 170)]));
        let crates = [("C", 7), ("copydesk_parse", 120), ("memchr", 50)];
        assert_eq!(profile.by_crate(), crates.into_iter().map(|(name, cost)| (name.to_owned(), cost)).collect());
        assert_eq!(profile.functions()[0], ("copydesk_parse::parse", 120));
        assert!(Profile::read("something else").is_none());
    }
}
