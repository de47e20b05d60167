//! The vote of the letters.

use copydesk_document::{LanguageGuess, LanguageShare};

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

    /// Whether nobody voted.
    pub(crate) fn is_empty(&self) -> bool {
        self.counts.is_empty()
    }

    /// How many letters voted.
    pub(crate) fn letters(&self) -> usize {
        self.counts.iter().map(|count| count.letters).sum()
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
    fn a_language_that_no_block_is_in_has_no_share() {
        let mut vote = Vote::default();
        vote.cast("hr", 100, 60.0);
        vote.cast("bs", 0, 40.0);
        assert_eq!(vote.shares(), [LanguageShare { tag: "hr".into(), share: 1.0 }]);
    }
}
