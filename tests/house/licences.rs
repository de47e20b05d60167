//! What other people's code may come in, by `deny.toml`. `cargo deny check` reads the same file; this test needs no tool.

use std::fs;

use crate::metadata::{Metadata, root};
use serde::Deserialize;

#[derive(Debug, Deserialize)]
struct Deny {
    licenses: Licenses,
    bans: Bans,
    sources: Sources,
}

#[derive(Debug, Deserialize)]
struct Licenses {
    allow: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct Bans {
    deny: Vec<Banned>,
}

#[derive(Debug, Deserialize)]
struct Banned {
    #[serde(rename = "crate")]
    name: String,
    reason: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Sources {
    allow_registry: Vec<String>,
}

fn deny() -> Deny {
    let text = fs::read_to_string(root().join("deny.toml")).expect("deny.toml is there");
    toml::from_str(&text).expect("deny.toml is valid")
}

/// Whether an SPDX expression can be met with what is allowed. `AND` binds closer than `OR`; `/` is an old form of it.
fn allowed(expression: &str, allow: &[String]) -> bool {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut at = 0;
    let met = any(&words, &mut at, allow);
    met && at == words.len()
}

fn any(words: &[&str], at: &mut usize, allow: &[String]) -> bool {
    let mut met = all(words, at, allow);
    while words.get(*at) == Some(&"OR") {
        *at += 1;
        met |= all(words, at, allow);
    }
    met
}

fn all(words: &[&str], at: &mut usize, allow: &[String]) -> bool {
    let mut met = one(words, at, allow);
    while words.get(*at) == Some(&"AND") {
        *at += 1;
        met &= one(words, at, allow);
    }
    met
}

fn one(words: &[&str], at: &mut usize, allow: &[String]) -> bool {
    let Some(word) = words.get(*at) else { return false };
    *at += 1;
    if *word == "(" {
        let met = any(words, at, allow);
        let closed = words.get(*at) == Some(&")");
        *at += 1;
        return met && closed;
    }
    // An exception only adds permissions.
    if words.get(*at) == Some(&"WITH") {
        *at += 2;
    }
    allow.iter().any(|licence| licence == word)
}

#[test]
fn every_licence_is_one_that_we_allow() {
    let allow = deny().licenses.allow;
    let metadata = Metadata::read();
    let refused: Vec<_> = metadata
        .packages
        .iter()
        .filter(|package| !package.license.as_deref().is_some_and(|licence| allowed(licence, &allow)))
        .map(|package| {
            format!("{} {}: {}", package.name, package.version, package.license.as_deref().unwrap_or("none"))
        })
        .collect();
    assert!(refused.is_empty(), "not allowed by deny.toml:\n{}", refused.join("\n"));
}

#[test]
fn no_banned_crate_and_no_odd_source() {
    let Deny { bans, sources, .. } = deny();
    for package in Metadata::read().packages {
        if let Some(ban) = bans.deny.iter().find(|ban| ban.name == package.name) {
            panic!("`{}` is banned by deny.toml: {}", ban.name, ban.reason);
        }
        if let Some(source) = &package.source {
            let known = sources.allow_registry.iter().any(|registry| source == &format!("registry+{registry}"));
            assert!(known, "`{}` comes from {source}", package.name);
        }
    }
}

#[test]
fn expressions_are_read_as_spdx_has_them() {
    let allow = ["MIT".to_owned(), "Unicode-3.0".to_owned()];
    for expression in
        ["MIT", "MIT OR GPL-3.0", "Apache-2.0/MIT", "(GPL-3.0 OR MIT) AND Unicode-3.0", "MIT WITH some-exception"]
    {
        assert!(allowed(expression, &allow), "{expression}");
    }
    for expression in ["GPL-3.0", "MIT AND GPL-3.0", "GPL-3.0 OR (MIT AND Apache-2.0)", "", "(MIT", "MIT MIT"] {
        assert!(!allowed(expression, &allow), "{expression}");
    }
}
