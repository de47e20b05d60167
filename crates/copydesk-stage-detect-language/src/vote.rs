//! The vote of the letters.

use copydesk_document::{LanguageGuess, LanguageShare};

/// What the second must have, beside the first, to be in doubt with it.
const CLOSE: f32 = 0.2;

/// Letters for each language, in the order in which the languages turned up, so that a tie is always settled alike.
#[derive(Debug, Default)]
pub(crate) struct Vote {
    counts: Vec<Count>,
}

#[derive(Debug)]
struct Count {
    tag: &'static str,
    letters: usize,
    // Letters of all blocks, weighted with how likely they are in this language.
    sure: f32,
}

impl Vote {
    /// Adds a block's letters to the language it is most likely in, and what it says for a language that it could be in:
    /// its letters, weighted with how likely that is.
    pub(crate) fn cast(&mut self, tag: &'static str, letters: usize, sure: f32) {
        if letters == 0 && sure <= 0.0 {
            return;
        }
        match self.counts.iter_mut().find(|count| count.tag == tag) {
            Some(count) => {
                count.letters += letters;
                count.sure += sure;
            }
            None => self.counts.push(Count { tag, letters, sure }),
        }
    }

    /// How many letters voted.
    pub(crate) fn letters(&self) -> usize {
        self.counts.iter().map(|count| count.letters).sum()
    }

    /// The two languages that have most, if the second has enough to be in doubt with the first, and what each has.
    pub(crate) fn close(&self) -> Option<[(&'static str, f32); 2]> {
        let mut counts: Vec<&Count> = self.counts.iter().collect();
        counts.sort_by(|a, b| b.sure.total_cmp(&a.sure));
        let [first, second, ..] = counts[..] else { return None };
        (second.sure > first.sure * CLOSE).then_some([(first.tag, first.sure), (second.tag, second.sure)])
    }

    /// Corrects what a language has.
    pub(crate) fn correct(&mut self, tag: &str, sure: f32) {
        if let Some(count) = self.counts.iter_mut().find(|count| count.tag == tag) {
            count.sure = sure;
        }
    }

    /// The language that has most, and what it has of all letters.
    pub(crate) fn winner(&self) -> Option<LanguageGuess> {
        let best = self.counts.iter().rev().max_by(|a, b| a.sure.total_cmp(&b.sure))?;
        let letters = self.letters().max(1) as f32;
        Some(LanguageGuess { tag: best.tag.to_owned(), confidence: (best.sure / letters).min(1.0) })
    }

    /// Every language with its share of the letters, largest first.
    pub(crate) fn shares(&self) -> Vec<LanguageShare> {
        let all = self.letters();
        let mut shares: Vec<_> = self
            .counts
            .iter()
            .filter(|count| count.letters > 0)
            .map(|count| LanguageShare {
                tag: count.tag.to_owned(),
                // Three decimals are more than the detector can tell, and keep records readable.
                share: (count.letters as f32 / all as f32 * 1000.0).round() / 1000.0,
            })
            .collect();
        shares.sort_by(|a, b| b.share.total_cmp(&a.share));
        shares
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_decide_and_not_blocks() {
        let mut vote = Vote::default();
        vote.cast("vi", 20, 18.0);
        vote.cast("vi", 20, 18.0);
        vote.cast("en", 400, 396.0);
        let winner = vote.winner().expect("somebody voted");
        assert_eq!(winner.tag, "en");
        assert!((winner.confidence - 0.9).abs() < 1e-6);
        assert_eq!(vote.shares()[1], LanguageShare { tag: "vi".into(), share: 0.091 });
    }

    #[test]
    fn doubtful_letters_weigh_less() {
        let mut vote = Vote::default();
        vote.cast("gl", 100, 30.0);
        vote.cast("pt", 60, 54.0);
        assert_eq!(vote.winner().map(|w| w.tag), Some("pt".to_owned()));
        assert!(Vote::default().winner().is_none());
    }

    #[test]
    fn the_second_is_close_if_it_has_a_good_part_of_the_first() {
        let mut vote = Vote::default();
        vote.cast("bs", 0, 30.0);
        vote.cast("hr", 100, 60.0);
        vote.cast("sl", 0, 5.0);
        assert_eq!(vote.close(), Some([("hr", 60.0), ("bs", 30.0)]));
        vote.correct("bs", 70.0);
        vote.correct("hr", 20.0);
        assert_eq!(vote.winner().map(|w| w.tag), Some("bs".to_owned()));
        vote.correct("hr", 10.0);
        assert_eq!(vote.close(), None);
        assert_eq!(Vote::default().close(), None);
    }

    #[test]
    fn a_language_that_no_block_is_in_has_no_share() {
        let mut vote = Vote::default();
        vote.cast("hr", 100, 60.0);
        vote.cast("bs", 0, 40.0);
        assert_eq!(vote.shares(), [LanguageShare { tag: "hr".into(), share: 1.0 }]);
    }
}
