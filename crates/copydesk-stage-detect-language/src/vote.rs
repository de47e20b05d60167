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
    // Letters, each weighted with the confidence of its block.
    sure: f32,
}

impl Vote {
    /// Adds the letters of a block.
    pub(crate) fn cast(&mut self, tag: &'static str, letters: usize, confidence: f32) {
        if letters == 0 {
            return;
        }
        let sure = letters as f32 * confidence;
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

    /// The language with the most letters, weighted by confidence; its confidence is the mean over its letters, taken
    /// down by the share of the letters that voted for others.
    pub(crate) fn winner(&self) -> Option<LanguageGuess> {
        let all: f32 = self.counts.iter().map(|count| count.sure).sum();
        let best = self.counts.iter().rev().max_by(|a, b| a.sure.total_cmp(&b.sure))?;
        let mean = best.sure / best.letters as f32;
        let agreed = if all > 0.0 { best.sure / all } else { 0.0 };
        Some(LanguageGuess { tag: best.tag.to_owned(), confidence: mean * agreed })
    }

    /// Every language with its share of the letters, largest first.
    pub(crate) fn shares(&self) -> Vec<LanguageShare> {
        let all: usize = self.counts.iter().map(|count| count.letters).sum();
        let mut shares: Vec<_> = self
            .counts
            .iter()
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
        vote.cast("vi", 20, 0.9);
        vote.cast("vi", 20, 0.9);
        vote.cast("en", 400, 0.99);
        let winner = vote.winner().expect("somebody voted");
        assert_eq!(winner.tag, "en");
        assert!(winner.confidence > 0.85 && winner.confidence < 0.99);
        assert_eq!(vote.shares()[1], LanguageShare { tag: "vi".into(), share: 0.091 });
    }

    #[test]
    fn doubtful_letters_weigh_less() {
        let mut vote = Vote::default();
        vote.cast("gl", 100, 0.3);
        vote.cast("pt", 60, 0.9);
        assert_eq!(vote.winner().map(|w| w.tag), Some("pt".to_owned()));
        assert!(Vote::default().winner().is_none());
    }
}
