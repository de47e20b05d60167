//! What a line as a whole is: nothing but a date, or nothing but a label.

use crate::find::{Reading, date_tokens, scan, worth_reading};
use crate::label::Label;
use crate::order::Hints;
use crate::parser::Parser;
use crate::token::{has_digit, tokens};
use crate::vocabulary::{Sense, VOCABULARY};

/// A longer line is prose, whatever it holds.
const LONGEST: usize = 240;

/// Whether a line is nothing but dates with their labels, weekdays, times and the marks between them. A line of
/// times alone is one (`17:32 Uhr`), one of numbers is not.
pub fn is_date_line(line: &str) -> bool {
    if line.len() > LONGEST || !worth_reading(line) {
        return false;
    }
    let tokens = date_tokens(line);
    let hints = Hints::default();
    let parser = Parser::new(line, &tokens, &hints);
    let pieces = scan(&parser);
    if pieces.is_empty() {
        return false;
    }
    let only_time = pieces.iter().all(|piece| matches!(piece.found.reading, Reading::Time(_)));
    if only_time && pieces.len() > 2 {
        return false;
    }
    let mut at = 0;
    for piece in &pieces {
        let label = piece.label_tokens.clone().filter(|label| label.start >= at && label.end <= piece.tokens.start);
        let start = match label {
            Some(label) if parser.filler(at, label.start) => label.end,
            Some(_) => return false,
            None => at,
        };
        if !parser.filler(start, piece.tokens.start) {
            return false;
        }
        at = piece.tokens.end;
        if let Some(label) = piece.label_tokens.clone().filter(|label| label.start >= at) {
            at = label.end;
        }
    }
    let zone_end = parser.zone(at, false).map_or(at, |(_, end)| end);
    parser.filler(zone_end, tokens.len())
}

/// The label that a line consists of, if it is nothing else: `Date`, `등록일`, `Published:`. The date is then on the
/// next line or in the next cell.
pub fn label_word(line: &str) -> Option<Label> {
    if line.len() > 64 || has_digit(line) || !VOCABULARY.knows_first_word(line) {
        return None;
    }
    let tokens = tokens(line);
    let hints = Hints::default();
    let parser = Parser::new(line, &tokens, &hints);
    (0..tokens.len()).take(4).find_map(|at| {
        let (label, end) =
            parser.sense(at, |sense| if let Sense::Label(label) = sense { Some(label) } else { None })?;
        (parser.filler(0, at) && parser.filler(end, tokens.len())).then_some(label)
    })
}
