//! Text from rules: `{name}` in a phrase of `grammar.toml` stands for any phrase of that list.

use std::collections::BTreeMap;

use anyhow::{Context, bail};

/// The rules of one language.
#[derive(Debug)]
pub(crate) struct Grammar {
    /// BCP 47 tag.
    pub(crate) language: String,
    lists: Vec<List>,
    names: BTreeMap<String, usize>,
}

type List = Vec<Vec<Piece>>;

#[derive(Debug)]
enum Piece {
    Text(String),
    List(usize),
    /// `{1-99}`: a number.
    Number(u64, u64),
}

/// Deeper rules than this go round in a circle.
const DEPTH: usize = 8;

impl Grammar {
    /// The grammars of the house, English before the others.
    pub(crate) fn all() -> anyhow::Result<Vec<Self>> {
        let languages: BTreeMap<String, BTreeMap<String, Vec<String>>> = toml::from_str(include_str!("grammar.toml"))?;
        let mut all: Vec<Self> = languages
            .into_iter()
            .map(|(language, lists)| Self::new(language, &lists))
            .collect::<anyhow::Result<_>>()?;
        all.sort_by_key(|grammar| grammar.language != "en");
        Ok(all)
    }

    fn new(language: String, lists: &BTreeMap<String, Vec<String>>) -> anyhow::Result<Self> {
        let names: BTreeMap<String, usize> = lists.keys().cloned().zip(0..).collect();
        let read = |(name, phrases): (&String, &Vec<String>)| {
            if phrases.is_empty() {
                bail!("`{name}` is empty");
            }
            phrases.iter().map(|phrase| pieces(phrase, &names)).collect::<anyhow::Result<List>>().context(name.clone())
        };
        let lists = lists.iter().map(read).collect::<anyhow::Result<_>>().with_context(|| language.clone())?;
        Ok(Self { language, lists, names })
    }

    /// Appends one phrase of a list.
    pub(crate) fn write(&self, list: &str, random: &mut Random, out: &mut String) {
        if let Some(list) = self.names.get(list) {
            self.expand(*list, random, out, 0);
        }
    }

    /// One phrase of a list.
    pub(crate) fn phrase(&self, list: &str, random: &mut Random) -> String {
        let mut out = String::new();
        self.write(list, random, &mut out);
        out
    }

    fn expand(&self, list: usize, random: &mut Random, out: &mut String, depth: usize) {
        let phrases = &self.lists[list];
        let chosen = random.below(phrases.len() as u64) as usize;
        for piece in &phrases[chosen] {
            match piece {
                Piece::Text(text) => out.push_str(text),
                Piece::Number(least, most) => out.push_str(&(least + random.below(most - least + 1)).to_string()),
                Piece::List(list) if depth < DEPTH => self.expand(*list, random, out, depth + 1),
                Piece::List(_) => {}
            }
        }
    }
}

fn pieces(phrase: &str, names: &BTreeMap<String, usize>) -> anyhow::Result<Vec<Piece>> {
    let mut pieces = Vec::new();
    let mut rest = phrase;
    while let Some((text, behind)) = rest.split_once('{') {
        let (name, behind) = behind.split_once('}').with_context(|| format!("`{phrase}` has no closing brace"))?;
        if !text.is_empty() {
            pieces.push(Piece::Text(text.into()));
        }
        pieces.push(if let Some(list) = names.get(name) {
            Piece::List(*list)
        } else if let Some((least, most)) = name.split_once('-') {
            let (least, most): (u64, u64) = (least.parse()?, most.parse()?);
            Piece::Number(least, most.max(least))
        } else {
            bail!("`{phrase}` names the list `{name}`, which is not there")
        });
        rest = behind;
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest.into()));
    }
    Ok(pieces)
}

/// A small generator of numbers (splitmix64): what it gives for a seed is written down here and in no library's notes.
#[derive(Clone, Debug)]
pub(crate) struct Random(u64);

impl Random {
    /// The generator of one document, so that a document depends on its number and not on those before it.
    pub(crate) fn of(seed: u64, number: u64) -> Self {
        let mut random = Self(seed ^ number.wrapping_mul(0xD1B5_4A32_D192_ED03));
        random.next();
        random
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// From 0 to `end`, `end` excluded.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        ((u128::from(self.next()) * u128::from(end)) >> 64) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_ends() {
        for grammar in Grammar::all().expect("the rules are well formed") {
            let mut random = Random::of(1, 1);
            for list in grammar.names.keys() {
                for _ in 0..200 {
                    let phrase = grammar.phrase(list, &mut random);
                    assert!(!phrase.is_empty() && !phrase.contains(['{', '}']), "{list}: {phrase}");
                }
                assert!(depth(&grammar, grammar.names[list], 0) < DEPTH, "{list} goes round in a circle");
            }
        }
    }

    fn depth(grammar: &Grammar, list: usize, at: usize) -> usize {
        if at > DEPTH {
            return at;
        }
        let lists = grammar.lists[list].iter().flatten().filter_map(|piece| match piece {
            Piece::List(list) => Some(*list),
            _ => None,
        });
        lists.map(|list| depth(grammar, list, at + 1)).max().unwrap_or(at)
    }

    #[test]
    fn wrong_rules_are_told() {
        for (phrase, wrong) in [("a {b", "closing brace"), ("a {b}", "not there"), ("{1-x}", "invalid digit")] {
            let lists = BTreeMap::from([("a".to_owned(), vec![phrase.to_owned()])]);
            let error = Grammar::new("en".into(), &lists).expect_err("it is wrong");
            assert!(format!("{error:#}").contains(wrong), "{error:#}");
        }
    }
}
