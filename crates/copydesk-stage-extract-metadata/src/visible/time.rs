//! `<time>`: by the names of the elements around it, and by its place.

use copydesk_date::{Hints, Label as DateLabel, find};
use copydesk_document::{BlockId, Document, Origin, Span, Timestamp, Tree};

use super::{
    LONGEST, UPDATED_ALONE, Window,
    dates::{are_few, are_one},
    is_apart,
};
use crate::{
    Gathered,
    class_words::{self, DateName},
};

/// `<time>`: by the names of the elements around it, and by its place.
pub(super) fn time_elements(doc: &Document, tree: &Tree, window: &Window, hints: &Hints<'_>, gathered: &mut Gathered) {
    let mut away: Vec<(Timestamp, Option<Span>, f32)> = Vec::new();
    let mut close: Vec<(Timestamp, Option<Span>, f32)> = Vec::new();
    let mut last = None;
    let headline = window.headline_element(doc);
    for clue in doc.evidence.clues.iter().filter(|c| c.origin == Origin::Time).take(200) {
        let Some(element) = clue.element else { continue };
        // The attribute comes first; what the reader sees says the same with less.
        if clue.name == "text" && last == Some(element) {
            continue;
        }
        let Some(value) = crate::dates::declared(&clue.value, hints) else { continue };
        last = Some(element);
        let place = tree.get(element).span.start;
        let block = clue.block.unwrap_or_else(|| BlockId(doc.blocks().partition_point(|b| b.span.end <= place) as u32));
        let near = window.holds(block);
        if !near
            && (class_words::is_elsewhere(tree, element, headline)
                || doc.blocks().get(block.index()).is_some_and(|_| is_apart(doc, block)))
        {
            continue;
        }
        let label = doc.blocks().get(block.index()).and_then(|_| {
            let text = doc.original_text(block);
            (text.len() <= LONGEST)
                .then(|| {
                    find(text, hints)
                        .into_iter()
                        .find_map(|f| f.value().filter(|v| v.day() == value.day()).and(f.label()))
                })
                .flatten()
        });
        let mark = class_words::date_name(tree, element);
        if label == Some(DateLabel::Updated) || label.is_none() && mark == Some(DateName::Updated) {
            gathered.modified.add(value, Origin::Time, "time", clue.span, if near { 0.7 } else { 0.4 });
            if near && label.is_none() {
                gathered.published.add(value, Origin::Time, UPDATED_ALONE, clue.span, 0.3);
            }
        } else if near {
            let weight = match (label, mark) {
                (Some(_), _) => 0.8,
                (None, Some(_)) => 0.75,
                (None, None) => 0.65,
            };
            close.push((value, clue.span, weight));
        } else {
            away.push((value, clue.span, if window.is_far_above(block) { 0.3 } else { 0.45 }));
        }
    }
    if are_few(close.iter().map(|(value, ..)| value)) {
        for (value, span, weight) in close {
            gathered.published.add(value, Origin::Time, "time", span, weight);
        }
    }
    if let Some(&(first, span, weight)) = away.first()
        && are_one(away.iter().map(|(value, ..)| value))
    {
        gathered.published.add(first, Origin::Time, "the only time", span, weight);
    }
}
