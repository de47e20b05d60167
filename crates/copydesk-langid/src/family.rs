//! Families: close neighbours that are told apart once more, by features of their own.
//!
//! The bag of the main model is shared by a hundred languages, and what tells Indonesian from Malay is a small part of
//! it. So each family has a table of its own with one signed byte for each of its languages in a row. Where the main
//! model sees one of the family, the share of the whole family stays, and is dealt out anew by these weights, added to
//! what the main model says.

use std::ops::Range;

use crate::features::{features, find};
use crate::lang::Lang;
use crate::model::{Group, MOST_ROWS, share_of_feature};
use crate::script::Script;

/// How likely the second of a family must be, beside the first, for the two to be compared once more.
const WORTH_A_LOOK: f32 = 5e-3;

/// A family as the model file has it.
#[derive(Debug)]
pub(crate) struct Family {
    pub(crate) script: Script,
    pub(crate) members: Vec<Lang>,
    /// Where the members stand among the languages of their script.
    places: Vec<usize>,
    pub(crate) rows: usize,
    scale: f32,
    /// Where the check bytes and the rows lie in the file.
    pub(crate) checks: Range<usize>,
    pub(crate) table: Range<usize>,
    /// What is left of the main model's scores.
    pub(crate) carry: f32,
    pub(crate) biases: Vec<f32>,
}

impl Family {
    /// Reads what follows `family` in a header line. The arrays are filled in later.
    pub(crate) fn parse(line: &str) -> Option<Family> {
        let mut words = line.split(' ');
        let script = Script::from_code(words.next()?)?;
        let rows = words.next()?.parse().ok().filter(|&rows| rows > 0 && rows < MOST_ROWS)?;
        let scale = words.next()?.parse().ok()?;
        let members = words.map(Lang::from_tag).collect::<Option<Vec<_>>>().filter(|members| members.len() > 1)?;
        let (places, biases) = (Vec::new(), Vec::new());
        Some(Family { script, members, places, rows, scale, checks: 0..0, table: 0..0, carry: 0.0, biases })
    }

    /// Finds the members among the languages of their script. `false` if one is missing.
    pub(crate) fn find_places(&mut self, groups: &[Group]) -> bool {
        let classes = groups.iter().find(|group| group.script == self.script).map(|group| &group.classes);
        let place = |lang: &Lang| classes?.iter().position(|of| of == lang);
        let places: Option<Vec<usize>> = self.members.iter().map(place).collect();
        self.places = places.unwrap_or_default();
        !self.places.is_empty()
    }

    /// Deals out anew what the members have of `shares`, the largest of which is `top`, if that language is one of them.
    /// A share of 0 is a language that may not be named. `false` if it leaves them as they are.
    pub(crate) fn deal(&self, file: &[u8], text: &str, scores: &[f32], shares: &mut [f32], top: f32) -> bool {
        let places = &self.places;
        let best = places.iter().map(|&place| shares[place]).fold(0.0, f32::max);
        if top > best || places.iter().filter(|&&place| shares[place] > best * WORTH_A_LOOK).count() < 2 {
            return false;
        }
        let sums = self.sums(file, text);
        let mut dealt = vec![0.0; places.len()];
        for (at, &place) in places.iter().enumerate() {
            dealt[at] = sums[at] + self.carry * scores[place] + self.biases[at];
        }
        let allowed = |at: usize| shares[places[at]] > 0.0;
        let top = (0..dealt.len()).filter(|&at| allowed(at)).map(|at| dealt[at]).fold(f32::MIN, f32::max);
        for (at, score) in dealt.iter_mut().enumerate() {
            *score = if allowed(at) { (*score - top).exp() } else { 0.0 };
        }
        let whole: f32 = places.iter().map(|&place| shares[place]).sum();
        let total: f32 = dealt.iter().sum();
        for (score, &place) in dealt.into_iter().zip(places) {
            shares[place] = whole * score / total;
        }
        true
    }

    /// What the features of the text say for each member.
    fn sums(&self, file: &[u8], text: &str) -> Vec<f32> {
        let checks = &file[self.checks.clone()];
        let table = &file[self.table.clone()];
        let mut sums = vec![0_i64; self.members.len()];
        let mut count = 0_u32;
        features(text, self.script, |feature| {
            let Some(row) = find(feature, checks) else { return };
            let row = &table[row * sums.len()..][..sums.len()];
            for (sum, &byte) in sums.iter_mut().zip(row) {
                *sum += i64::from(byte.cast_signed());
            }
            count += 1;
        });
        let norm = self.scale * share_of_feature(count.max(1));
        sums.into_iter().map(|sum| sum as f32 * norm).collect()
    }
}

/// One family's part of a model, as the trainer makes it.
#[derive(Debug)]
pub struct FamilyParts {
    /// The script.
    pub script: Script,
    /// What one step of the table's signed bytes is worth.
    pub scale: f32,
    /// The check byte of each row.
    pub checks: Vec<u8>,
    /// Rows of one signed byte for each member.
    pub table: Vec<i8>,
    /// What is left of the main model's scores.
    pub carry: f32,
    /// The members: tag, bias.
    pub members: Vec<(&'static str, f32)>,
}
