//! Dates in the text of a page: near the headline, below the text, and away from both.

use copydesk_date::{FoundDate, Hints, Label as DateLabel, OrderEvidence, Precision, Reading, find, is_date_line};
use copydesk_document::{BlockId, Document, Origin, Timestamp, Tree};
use copydesk_text::key;

use super::{
    LONGEST, LONGEST_NAME, UPDATED_ALONE, Window, address::address, is_apart, is_comment, time::time_elements,
};
use crate::{
    Gathered,
    class_words::{self, DateName},
};

/// What a date is called that stands near the headline.
pub(crate) const NEAR_THE_HEADLINE: &str = "date near the headline";

/// A date that the page shows, before its weight is known.
struct Shown {
    id: BlockId,
    found: Vec<FoundDate>,
    /// The whole block is a date, with or without a label.
    line: bool,
}

/// Days of publication whose weight depends on what else the page shows.
#[derive(Default)]
struct Days {
    /// Near the headline or right below the text; whether it is the former.
    close: Vec<(Timestamp, BlockId, bool, f32)>,
    /// Away from the headline: they count if the page shows no other there.
    away: Vec<(Timestamp, BlockId, f32)>,
    /// With a label, away from the headline.
    labelled: Vec<(Timestamp, BlockId)>,
    /// Told from the fetch, as `2 hours ago`, in a line of its own beside the headline: they count if there is no other.
    ago: Vec<(Timestamp, BlockId)>,
}

/// Gathers the dates that the page shows, and that of its address.
pub(crate) fn dates(doc: &Document, window: &Window, hints: &Hints<'_>, gathered: &mut Gathered) {
    address(doc, gathered);
    let Some(tree) = &doc.tree else { return };
    time_elements(doc, tree, window, hints, gathered);
    let titles = Titles::of(gathered);
    let known = gathered.published.entries.first().map(|e| e.value);
    let (shown, evidence) = read(doc, tree, window, hints, &titles, known);
    let ordered = Hints { order: hints.order.or(evidence.order()), ..*hints };
    let mut days = Days::default();
    for Shown { id, found, line } in shown {
        let open = found.iter().any(|f| matches!(f.reading, Reading::Open { .. }));
        let found = if open { find(doc.original_text(id), &ordered) } else { found };
        let place =
            Place { doc, window, id, line, mark: doc.block(id).element.and_then(|e| class_words::date_name(tree, e)) };
        for found in found {
            let Some(value) = found.value().filter(|v| v.plausible(hints.fetched)) else { continue };
            if found.relative && line && window.is_beside_headline(id) && found.label().is_none() {
                days.ago.push((value, id));
            } else if !found.range && !found.relative {
                place.weigh(&found, value, &titles, &mut days, gathered);
            }
        }
    }
    days.settle(doc, window, gathered);
}

/// The titles known so far, as keys.
struct Titles(Vec<String>);

impl Titles {
    fn of(gathered: &Gathered) -> Self {
        Self(gathered.title.entries.iter().map(|e| key(&e.value)).filter(|t| t.len() >= 12).collect())
    }

    /// Whether a text begins with one and goes on.
    fn begin(&self, text: &str) -> bool {
        let own = key(text);
        self.0.iter().any(|title| own.len() > title.len() && own.starts_with(title))
    }
}

/// Reads the dates in all blocks that may hold that of the page, and what they say of the order of day and month.
fn read(
    doc: &Document,
    tree: &Tree,
    window: &Window,
    hints: &Hints<'_>,
    titles: &Titles,
    known: Option<Timestamp>,
) -> (Vec<Shown>, OrderEvidence) {
    let mut shown: Vec<Shown> = Vec::new();
    let mut evidence = OrderEvidence::default();
    let mut far = 200;
    for (id, block) in doc.iter() {
        let text = doc.original_text(id);
        // `yesterday` is a day where the fetch is known.
        let may_be_word = hints.fetched.is_some() && text.len() <= LONGEST_NAME && window.is_beside_headline(id);
        if window.visibility.misses(block) || text.len() > LONGEST || !(may_be_word || text.contains(char::is_numeric))
        {
            continue;
        }
        let near = window.holds(id) || window.foot.contains(&id.0);
        if !near && is_apart(doc, id) || is_comment(doc, id) && !window.holds(id) {
            continue;
        }
        // Away from the headline only lines that begin with it, elements that are named for a date, and lines that
        // label one.
        if !near && !titles.begin(text) {
            let named = || block.element.is_some_and(|e| class_words::date_name(tree, e).is_some());
            if far == 0
                || text.len() > LONGEST_NAME
                || !(named() || text.bytes().any(|b| b == b':') || is_date_line(text))
            {
                continue;
            }
            far -= 1;
            if block.element.is_some_and(|e| class_words::is_elsewhere(tree, e, window.headline_element(doc))) {
                continue;
            }
        }
        let found = find(text, hints);
        if found.is_empty() {
            continue;
        }
        for found in &found {
            if let Some(known) = known {
                evidence.observe_known(found.reading, known);
            }
        }
        evidence.observe(text);
        shown.push(Shown { id, found, line: is_date_line(text) });
    }
    (shown, evidence)
}

/// Where a date stands.
struct Place<'d> {
    doc: &'d Document,
    window: &'d Window,
    id: BlockId,
    /// The whole block is a date, with or without a label.
    line: bool,
    /// What the elements around it are named for.
    mark: Option<DateName>,
}

impl Place<'_> {
    /// Adds a date to those that it belongs to by its label and by its place.
    fn weigh(&self, found: &FoundDate, value: Timestamp, titles: &Titles, days: &mut Days, gathered: &mut Gathered) {
        let Self { doc, window, id, line, mark } = *self;
        let near = window.holds(id);
        let span = Some(doc.block(id).span);
        match found.label() {
            Some(DateLabel::Updated) => {
                gathered.modified.add(value, Origin::LabelLine, "date shown", span, if near { 0.7 } else { 0.5 });
            }
            Some(DateLabel::Published | DateLabel::FirstPublished | DateLabel::Created | DateLabel::Date) => {
                if near {
                    gathered.published.add(value, Origin::LabelLine, "labelled date", span, 0.75);
                } else {
                    days.labelled.push((value, id));
                }
            }
            None if mark == Some(DateName::Updated) => {
                gathered.modified.add(value, Origin::Text, "date shown", span, 0.5);
                if near {
                    gathered.published.add(value, Origin::Text, UPDATED_ALONE, span, 0.3);
                }
            }
            None if near || window.foot.contains(&id.0) => {
                let weight = self.weight_near(found, value);
                if weight > 0.0 {
                    days.close.push((value, id, near, weight));
                }
            }
            // "Ferries return was posted on … at …".
            None if value.precision() >= Precision::Minute && titles.begin(doc.original_text(id)) => {
                days.labelled.push((value, id));
            }
            // Too little to be given alone, unless the page names the element for it.
            None if line => days.away.push((value, id, if mark.is_some() { 0.4 } else { 0.28 })),
            None if mark == Some(DateName::Published) && is_stamp(doc.original_text(id), found, value) => {
                days.away.push((value, id, 0.35));
            }
            // A label that says something else, or a date inside the text.
            Some(_) | None => {}
        }
    }

    /// What a date without a label weighs that stands near the headline or right below the text.
    fn weight_near(&self, found: &FoundDate, value: Timestamp) -> f32 {
        let Self { doc, window, id, line, mark } = *self;
        let near = window.holds(id);
        let text = doc.original_text(id);
        // A date inside running text is an event's; at an end of a short line it is the line's.
        let from = text[..found.span.start].rfind('\n').map_or(0, |at| at + 1);
        let to = text[found.span.end..].find('\n').map_or(text.len(), |at| found.span.end + at);
        let edge = to - from <= 100 && (found.span.start - from <= 3 || to - found.span.end <= 3);
        let behind = id.0 > window.headline.map_or(0, |h| h.0);
        // Below the text, a date among other words is that of a text which is named there, as long as
        // it is not as exact as a stamp.
        let own_line = line || found.span.start - from <= 3 && to - found.span.end <= 3;
        let named = mark == Some(DateName::Published) && text.len() <= 100;
        let stamp = value.precision() >= Precision::Minute && (edge || text.len() <= 60 || named);
        match (line, mark) {
            _ if !near => f32::from(u8::from(own_line || stamp)) * 0.38,
            (true, Some(_)) => 0.65,
            (true, None) => 0.55,
            (false, Some(_)) => 0.5,
            (false, None) if edge => 0.42,
            (false, None) if text.len() <= 100 && behind => 0.35,
            (false, None) => 0.0,
        }
    }
}

impl Days {
    /// Adds them with the weight that they have together.
    fn settle(self, doc: &Document, window: &Window, gathered: &mut Gathered) {
        let Self { close, away, labelled, ago } = self;
        // Labels of several days away from the headline are those of several texts.
        let weight = if are_one(labelled.iter().map(|(value, _)| value)) { 0.5 } else { 0.25 };
        for (value, id) in labelled {
            gathered.published.add(value, Origin::LabelLine, "labelled date", Some(doc.block(id).span), weight);
        }
        let beside = |id: BlockId| window.is_beside_headline(id);
        // Among many dates that of the headline's own line is the page's.
        let few = are_few(close.iter().map(|(value, ..)| value));
        let one_beside = are_one(close.iter().filter(|(_, id, ..)| beside(*id)).map(|(value, ..)| value));
        if few || one_beside {
            for (value, id, near, weight) in close.into_iter().filter(|(_, id, ..)| few || beside(*id)) {
                let weight = match (beside(id), one_beside) {
                    (true, _) => weight + 0.05,
                    (false, true) => weight * 0.8,
                    (false, false) => weight,
                };
                let name = if near { NEAR_THE_HEADLINE } else { "date below the text" };
                gathered.published.add(value, Origin::Text, name, Some(doc.block(id).span), weight);
            }
        }
        if let Some(&(first, ..)) = away.first()
            && away.iter().all(|(value, ..)| value.day() == first.day())
        {
            for (value, id, weight) in away.into_iter().take(2) {
                let weight = if window.is_far_above(id) { weight * 0.7 } else { weight };
                gathered.published.add(value, Origin::Text, "the only date shown", Some(doc.block(id).span), weight);
            }
        }
        if gathered.published.entries.is_empty() && are_one(ago.iter().map(|(value, _)| value)) {
            for (value, id) in ago {
                gathered.published.add(value, Origin::Text, NEAR_THE_HEADLINE, Some(doc.block(id).span), 0.5);
            }
        }
    }
}

/// Whether a short line ends in a date with its time, as the line does by which a system signs a post.
fn is_stamp(text: &str, found: &FoundDate, value: Timestamp) -> bool {
    text.len() <= 100 && value.precision() >= Precision::Minute && text.len() - found.span.end <= 3
}

/// More days than this side by side are those of the texts that a page lists.
const MOST_DAYS: usize = 3;

pub(super) fn are_one<'d>(mut dates: impl Iterator<Item = &'d Timestamp>) -> bool {
    let first = dates.next();
    first.is_some_and(|first| dates.all(|date| date.day() == first.day()))
}

pub(super) fn are_few<'d>(dates: impl Iterator<Item = &'d Timestamp>) -> bool {
    let mut days: Vec<_> = dates.map(|value| value.day()).collect();
    days.sort_unstable();
    days.dedup();
    days.len() <= MOST_DAYS
}
