//! Whether two people say the same of the same pages.

use std::collections::HashMap;

use serde::Serialize;

use crate::{Answer, Gold, Scores};

/// Documents in which two people differ are named up to here.
const NAMED: usize = 200;

/// How far two people agree on the pages that both have looked through.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Agreement {
    /// Pages that both have looked through, in the same source.
    pub pages: usize,
    /// Pages that both have looked through, of which the source had changed in between: nothing of them is compared.
    pub changed: usize,
    /// Blocks that both have judged.
    pub blocks: usize,
    /// Those of which both say the same.
    pub same: usize,
    /// Cohen's kappa: 1 where they always agree, 0 where they agree as often as chance would have it. None where there is
    /// nothing to tell apart, since both say the same of everything.
    pub kappa: Option<f64>,
    /// The facts of which both say something.
    pub facts: Vec<FactAgreement>,
    /// Where they differ.
    pub apart: Vec<Apart>,
}

/// How far two people agree on a fact.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FactAgreement {
    /// Its name.
    pub field: &'static str,
    /// Pages of which both give it.
    pub pages: usize,
    /// The mean score of one against the other.
    pub score: f64,
}

/// A document in which two people differ.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Apart {
    /// Its address.
    pub uri: String,
    /// The lines of the blocks.
    pub lines: Vec<u32>,
    /// The facts.
    pub facts: Vec<&'static str>,
}

impl Agreement {
    /// Compares what two people have marked.
    pub fn of(first: &[Gold], second: &[Gold]) -> Self {
        let others: HashMap<String, &Gold> = second.iter().map(|gold| (key(gold), gold)).collect();
        let mut found = Self::default();
        // How often both, the first alone, the second alone, and nobody has put a block into the text.
        let mut table = [[0_usize; 2]; 2];
        let mut facts: [(&'static str, Vec<f64>); 3] =
            [("title", Vec::new()), ("authors", Vec::new()), ("published", Vec::new())];
        for (one, other) in first.iter().filter_map(|gold| Some((gold, *others.get(&key(gold))?))) {
            if one.done != Some(true) || other.done != Some(true) {
                continue;
            }
            if one.sha256 != other.sha256 {
                found.changed += 1;
                continue;
            }
            found.pages += 1;
            let mut apart = Apart { uri: one.uri.clone().unwrap_or_else(|| one.name()), lines: vec![], facts: vec![] };
            let judged: HashMap<(u32, u32), bool> =
                other.blocks.iter().map(|block| ((block.start, block.end), block.in_text)).collect();
            for block in &one.blocks {
                let Some(&theirs) = judged.get(&(block.start, block.end)) else { continue };
                table[usize::from(block.in_text)][usize::from(theirs)] += 1;
                if block.in_text != theirs {
                    apart.lines.push(block.line);
                }
            }
            let Scores { title, authors, date, .. } = Scores::of(one, Some(&as_answer(other)));
            for ((field, values), score) in facts.iter_mut().zip([title, authors, date]) {
                values.extend(score);
                if score.is_some_and(|score| score < 1.0) {
                    apart.facts.push(field);
                }
            }
            if (!apart.lines.is_empty() || !apart.facts.is_empty()) && found.apart.len() < NAMED {
                found.apart.push(apart);
            }
        }
        found.blocks = table.iter().flatten().sum();
        found.same = table[0][0] + table[1][1];
        found.kappa = kappa(table);
        found.facts = facts
            .into_iter()
            .filter(|(_, values)| !values.is_empty())
            .map(|(field, values)| FactAgreement {
                field,
                pages: values.len(),
                score: values.iter().sum::<f64>() / values.len() as f64,
            })
            .collect();
        found
    }
}

fn key(gold: &Gold) -> String {
    gold.uri.clone().unwrap_or_else(|| gold.name())
}

fn as_answer(gold: &Gold) -> Answer {
    Answer {
        text: gold.text.clone(),
        title: gold.title.clone(),
        authors: gold.authors.clone().or_else(|| gold.author.clone()),
        published: gold.published.clone(),
        ..Answer::default()
    }
}

fn kappa(table: [[usize; 2]; 2]) -> Option<f64> {
    let all = table.iter().flatten().sum::<usize>() as f64;
    let seen = (table[0][0] + table[1][1]) as f64 / all;
    let first = (table[1][0] + table[1][1]) as f64 / all;
    let second = (table[0][1] + table[1][1]) as f64 / all;
    let chance = first * second + (1.0 - first) * (1.0 - second);
    (all > 0.0 && chance < 1.0).then(|| (seen - chance) / (1.0 - chance))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Judged;

    fn gold(uri: &str, in_text: &[bool], title: &str) -> Gold {
        let judged = |(n, in_text): (u32, &bool)| Judged {
            start: n * 10,
            end: n * 10 + 9,
            line: n + 1,
            in_text: *in_text,
            was_in_text: true,
        };
        Gold {
            uri: Some(uri.into()),
            sha256: Some("1".into()),
            done: Some(true),
            title: Some(title.into()),
            blocks: (0..).zip(in_text).map(judged).collect(),
            ..Gold::default()
        }
    }

    #[test]
    fn kappa_is_that_of_the_textbook() {
        // 20 and 15 of 50 alike, 5 and 10 apart: 0.7 seen, 0.5 by chance.
        assert!((kappa([[15, 10], [5, 20]]).expect("both kinds") - 0.4).abs() < 1e-9);
        assert_eq!(kappa([[0, 0], [0, 7]]), None);
        assert_eq!(kappa([[0, 0], [0, 0]]), None);
        assert_eq!(kappa([[3, 0], [0, 3]]), Some(1.0));
    }

    #[test]
    fn two_people_are_compared_on_what_both_have_done() {
        let ann = [
            gold("a", &[true, false, true], "Quay"),
            gold("b", &[true], "Pier"),
            Gold { done: Some(false), ..gold("c", &[true], "Dam") },
            Gold { sha256: Some("2".into()), ..gold("d", &[true], "Weir") },
        ];
        let bo = [
            gold("d", &[false], "Weir"),
            gold("c", &[false], "Dam"),
            gold("b", &[true], "The pier"),
            gold("a", &[true, true, true], "quay"),
        ];
        let found = Agreement::of(&ann, &bo);
        assert_eq!((found.pages, found.changed, found.blocks, found.same), (2, 1, 4, 3));
        assert_eq!(found.facts, [FactAgreement { field: "title", pages: 2, score: 0.5 }]);
        assert_eq!(
            found.apart,
            [
                Apart { uri: "a".into(), lines: vec![2], facts: vec![] },
                Apart { uri: "b".into(), lines: vec![], facts: vec!["title"] },
            ]
        );
    }
}
