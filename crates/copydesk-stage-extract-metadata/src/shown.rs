//! What a page shows around its headline, by its elements: headings, elements named for authors, `<time>`, dates.

use copydesk_date::{
    Found, Hints, Label as DateLabel, OrderEvidence, Precision, Reading, find, from_url, is_date_line,
};
use copydesk_document::{Block, BlockId, BlockKind, Document, ElementId, Label, Origin, Span, Tag, Timestamp, Tree};
use copydesk_lexicon::{Lexicon, read_byline};

use crate::{
    Pools,
    declared::names_in,
    marks::{self, DateMark},
    pool::key,
};

/// So many blocks before the headline and behind it can hold a byline or a date.
const BEFORE: u32 = 8;
const BEHIND: u32 = 30;
/// So many blocks from the last one of the text on can hold the line below it.
const FOOT: u32 = 5;
/// So many right behind the headline belong to it, and the two before it.
const BESIDE: u32 = 4;
/// A longer block is text.
const LONGEST: usize = 300;
/// A longer value of an element named for an author is no name.
const LONGEST_NAME: usize = 120;

/// Many templates name the element of their only date `updated`, after a microformat that asks for it.
const UPDATED_ALONE: &str = "named updated, which may be the only date";

/// What readers see. Some pages hide all of themselves until a script has run: where the main text is hidden, nothing is.
#[derive(Clone, Copy)]
pub(crate) struct Sight {
    all: bool,
}

impl Sight {
    pub(crate) fn of(doc: &Document) -> Self {
        let mut body = doc.body().peekable();
        Self { all: body.peek().is_some() && body.all(|(_, block)| block.hidden) }
    }

    pub(crate) fn misses(self, block: &Block) -> bool {
        block.hidden && !self.all
    }
}

/// Where the head of the text is: from a little above the headline to the second paragraph.
pub(crate) struct Window {
    sight: Sight,
    headline: Option<BlockId>,
    start: u32,
    end: u32,
    /// The last block of the text and those right below it.
    foot: std::ops::Range<u32>,
}

impl Window {
    pub(crate) fn new(doc: &Document, sight: Sight, first_prose: Option<BlockId>, pools: &mut Pools) -> Self {
        // A heading is no proof of itself: the logo and the menu of many pages are headings of the first level as well.
        let stated = pools.title.entries.iter().filter(|e| e.origin != Origin::Heading);
        let titles: Vec<String> = stated.map(|e| key(&e.value)).collect();
        let shows_title = |text: &str| {
            let own = key(text);
            own.len() >= 8
                && titles
                    .iter()
                    .any(|t| t.starts_with(&own) || own.len() >= 16 && own.starts_with(t.as_str()) && t.len() >= 12)
        };
        let candidates = || doc.iter().filter(|(_, b)| !sight.misses(b) && b.kind == BlockKind::Heading);
        let headline = candidates()
            .find(|(id, b)| b.level == 1 && shows_title(doc.text(*id)))
            .or_else(|| candidates().find(|(id, b)| b.level <= 3 && shows_title(doc.text(*id))))
            .map(|(id, _)| id)
            .or_else(|| line_that_shows(doc, sight, first_prose, &titles, pools))
            .or_else(|| candidates().find(|(_, b)| b.level == 1).map(|(id, _)| id));
        let last = doc.blocks().len() as u32;
        let anchor = headline.map_or(first_prose.map_or(0, |p| p.0), |h| h.0);
        let mut end = anchor + BEHIND;
        if let Some(first) = first_prose.filter(|p| p.0 >= anchor) {
            end = end.min(first.0 + 3);
        }
        let foot = doc.body().next_back().map_or(0..0, |(id, _)| id.0..(id.0 + FOOT).min(last));
        Self { sight, headline, start: anchor.saturating_sub(BEFORE), end: end.min(last), foot }
    }

    /// Where the head of the text stands in the source.
    fn span(&self, doc: &Document) -> Option<Span> {
        doc.blocks().get(self.start as usize..self.end as usize)?.iter().map(|block| block.span).reduce(Span::union)
    }

    fn holds(&self, id: BlockId) -> bool {
        (self.start..self.end).contains(&id.0)
    }

    /// Whether a block stands above the head of the text, where pages show the day of the visit.
    fn is_far_above(&self, id: BlockId) -> bool {
        self.headline.is_some() && id.0 < self.start
    }

    /// Whether a block is one of the few right at the headline.
    fn is_beside_headline(&self, id: BlockId) -> bool {
        self.headline.is_some_and(|headline| (headline.0.saturating_sub(2)..=headline.0 + BESIDE).contains(&id.0))
    }
}

/// A line before the text that is the title or begins it, on a page that marks no heading as such. It proves what in
/// the title is the headline.
fn line_that_shows(
    doc: &Document,
    sight: Sight,
    first: Option<BlockId>,
    titles: &[String],
    pools: &mut Pools,
) -> Option<BlockId> {
    doc.tree.as_ref()?;
    let end = first.map_or(doc.blocks().len(), BlockId::index).min(400);
    let (id, block) = doc.iter().take(end).find(|(id, block)| {
        let text = doc.text(*id);
        if sight.misses(block) || !(12..=LONGEST).contains(&text.len()) {
            return false;
        }
        let own = key(text);
        own.len() >= 12 && titles.iter().any(|t| t.starts_with(&own) && own.len() * 2 >= t.len())
    })?;
    pools.title.add(
        doc.text(id).replace('\n', " "),
        Origin::Heading,
        "line that shows the title",
        Some(block.span),
        0.6,
    );
    Some(id)
}

/// Gathers headings.
pub(crate) fn headings(doc: &Document, sight: Sight, pools: &mut Pools) {
    let Some(tree) = &doc.tree else { return };
    let in_h1 = |b: &Block| b.element.is_some_and(|e| tree.ancestors(e).any(|a| tree.tag(a) == Tag::H1));
    let all: Vec<_> = doc
        .iter()
        .filter(|(_, b)| b.kind == BlockKind::Heading && b.level == 1 && !sight.misses(b) && in_h1(b))
        .take(20)
        .collect();
    let keys: Vec<String> = pools.title.entries.iter().map(|e| key(&e.value)).collect();
    for (id, block) in &all {
        // A line below the headline within the heading is a kicker or a date, where the page has the first line alone.
        let first = doc.text(*id).lines().next().unwrap_or_default();
        let text = if keys.contains(&key(first)) { first.to_owned() } else { doc.text(*id).replace('\n', " ") };
        let own = key(&text);
        // Of several, the one that the head of the page has as well.
        let known = own.len() >= 6 && keys.iter().any(|k| k.contains(&own));
        let weight = match (all.len(), known) {
            (1, _) => 0.93,
            (_, true) => 0.9,
            _ => 0.4,
        };
        pools.title.add(text, Origin::Heading, "h1", Some(block.span), weight);
    }
}

/// Gathers elements that are named for the author.
pub(crate) fn authors(doc: &Document, window: &Window, lexicon: &Lexicon, pools: &mut Pools) {
    let Some(tree) = &doc.tree else { return };
    let (mut near, mut far): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
    let (mut near_span, mut far_span) = (None, None);
    let head = window.span(doc);
    let mut inside: Option<ElementId> = None;
    let mut budget = 40;
    for element in tree.ids() {
        if inside.is_some_and(|outer| tree.contains(outer, element)) {
            continue;
        }
        // Nothing in there counts away from the headline, and the menus are many elements.
        let apart = matches!(tree.tag(element), Tag::Nav | Tag::Aside);
        let own = tree.get(element).span;
        if apart && head.is_none_or(|head| own.end <= head.start || head.end <= own.start) {
            inside = Some(element);
            continue;
        }
        if !marks::shows_author(tree, element) {
            continue;
        }
        budget -= 1;
        if budget == 0 {
            break;
        }
        let span = tree.get(element).span;
        let Some((block, text)) = text_in(doc, window.sight, span) else { continue };
        if text.len() > LONGEST_NAME || marks::is_no_byline(text.trim()) {
            continue;
        }
        inside = Some(element);
        let names = match read_byline(&text, lexicon) {
            Some(byline) if !byline.people.is_empty() => byline.people,
            Some(byline) if !byline.organisations.is_empty() => byline.organisations,
            _ if text.len() <= 60 && marks::is_like_a_name(&text) => names_in(&text, lexicon),
            _ => continue,
        };
        let names = names.into_iter().filter(|name| !marks::is_account(name) && marks::is_like_a_name(name));
        if window.holds(block) {
            near.extend(names);
            near_span = near_span.or(Some(span));
        } else if !marks::is_elsewhere(tree, element) && !is_apart(doc, block) {
            far.extend(names);
            far_span = far_span.or(Some(span));
        }
    }
    if !near.is_empty() && near.len() <= 8 {
        pools.authors.add(near, Origin::Byline, "author element", near_span, 0.6);
    } else if let [only] = unique(&far).as_slice() {
        // Away from the headline a page that names several has several texts.
        pools.authors.add(vec![only.clone()], Origin::Byline, "author element, away from the headline", far_span, 0.4);
    }
}

fn unique(names: &[String]) -> Vec<String> {
    let mut seen: Vec<String> = Vec::new();
    for name in names.iter().take(30) {
        if !seen.iter().any(|s| key(s) == key(name)) {
            seen.push(name.clone());
        }
    }
    seen
}

/// The visible text of an element, if it stands in one block: the block's own text, or the part of it that the
/// element's source without tags gives.
fn text_in(doc: &Document, sight: Sight, span: Span) -> Option<(BlockId, String)> {
    let at = doc.blocks().partition_point(|b| b.span.end <= span.start);
    let block = doc.blocks().get(at).filter(|b| b.span.start < span.end && !sight.misses(b))?;
    let id = BlockId(at as u32);
    if block.span.start >= span.start && block.span.end <= span.end {
        return Some((id, doc.original_text(id).to_owned()));
    }
    let source = doc.content().get(span.start as usize..span.end as usize).filter(|s| s.len() <= 2_000)?;
    let mut text = String::new();
    let mut tag = false;
    for c in source.chars() {
        match c {
            '<' => tag = true,
            '>' if tag => {
                tag = false;
                text.push(' ');
            }
            _ if !tag => text.push(c),
            _ => {}
        }
    }
    let text = text.replace("&nbsp;", " ").replace("&amp;", "&");
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    (!text.is_empty() && doc.original_text(id).contains(text.as_str())).then_some((id, text))
}

/// Whether an earlier stage found that a block is about something else.
fn is_apart(doc: &Document, id: BlockId) -> bool {
    use copydesk_document::Furniture::{Advertisement, Comments, Consent, Newsletter, Related};
    matches!(doc.block(id).label(), Label::Boilerplate(Advertisement | Comments | Consent | Newsletter | Related))
}

fn is_comment(doc: &Document, id: BlockId) -> bool {
    doc.block(id).label() == Label::Boilerplate(copydesk_document::Furniture::Comments)
}

/// A date that the page shows, before its weight is known.
struct Shown {
    id: BlockId,
    found: Vec<Found>,
    /// The whole block is a date, with or without a label.
    line: bool,
}

/// Gathers the dates that the page shows, and that of its address.
pub(crate) fn dates(doc: &Document, window: &Window, hints: &Hints<'_>, pools: &mut Pools) {
    address(doc, pools);
    let Some(tree) = &doc.tree else { return };
    time_elements(doc, tree, window, hints, pools);
    let mut shown: Vec<Shown> = Vec::new();
    let mut evidence = OrderEvidence::default();
    let known = pools.published.entries.first().map(|e| e.value);
    let titles: Vec<String> = pools.title.entries.iter().map(|e| key(&e.value)).filter(|t| t.len() >= 12).collect();
    let names_title = |text: &str| {
        let own = key(text);
        titles.iter().any(|title| own.len() > title.len() && own.starts_with(title))
    };
    let mut far = 200;
    for (id, block) in doc.iter() {
        let text = doc.original_text(id);
        if window.sight.misses(block) || text.len() > LONGEST || !text.bytes().any(|b| b.is_ascii_digit()) {
            continue;
        }
        let near = window.holds(id) || window.foot.contains(&id.0);
        if !near && is_apart(doc, id) || is_comment(doc, id) && !window.holds(id) {
            continue;
        }
        // Away from the headline only lines that begin with it, elements that are named for a date, and lines that label
        // one.
        if !near && !names_title(text) {
            let named = || block.element.is_some_and(|e| marks::date_mark(tree, e).is_some());
            if far == 0
                || text.len() > LONGEST_NAME
                || !(named() || text.bytes().any(|b| b == b':') || is_date_line(text))
            {
                continue;
            }
            far -= 1;
            if block.element.is_some_and(|e| marks::is_elsewhere(tree, e)) {
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
    let ordered = Hints { order: hints.order.or(evidence.order()), ..*hints };
    // Days that stand away from the headline count if the page shows no other there.
    let mut away: Vec<(Timestamp, BlockId, f32)> = Vec::new();
    let mut close: Vec<(Timestamp, BlockId, bool, f32)> = Vec::new();
    let mut labelled: Vec<(Timestamp, BlockId)> = Vec::new();
    for Shown { id, found, line } in shown {
        let open = found.iter().any(|f| matches!(f.reading, Reading::Open { .. }));
        let found = if open { find(doc.original_text(id), &ordered) } else { found };
        let mark = doc.block(id).element.and_then(|e| marks::date_mark(tree, e));
        let near = window.holds(id);
        for found in found {
            let Some(value) = found.value().filter(|v| v.plausible(hints.fetched)) else { continue };
            if found.range || found.relative {
                continue;
            }
            let span = Some(doc.block(id).span);
            match found.label() {
                Some(DateLabel::Updated) => {
                    pools.modified.add(value, Origin::LabelLine, "date shown", span, if near { 0.7 } else { 0.5 });
                }
                Some(DateLabel::Published | DateLabel::FirstPublished | DateLabel::Created | DateLabel::Date) => {
                    if near {
                        pools.published.add(value, Origin::LabelLine, "labelled date", span, 0.75);
                    } else {
                        labelled.push((value, id));
                    }
                }
                None if mark == Some(DateMark::Updated) => {
                    pools.modified.add(value, Origin::Text, "date shown", span, 0.5);
                    if near {
                        pools.published.add(value, Origin::Text, UPDATED_ALONE, span, 0.3);
                    }
                }
                None if near || window.foot.contains(&id.0) => {
                    let text = doc.original_text(id);
                    // A date inside running text is an event's; at an end of a short line it is the line's.
                    let from = text[..found.span.start].rfind('\n').map_or(0, |at| at + 1);
                    let to = text[found.span.end..].find('\n').map_or(text.len(), |at| found.span.end + at);
                    let edge = to - from <= 100 && (found.span.start - from <= 3 || to - found.span.end <= 3);
                    let behind = id.0 > window.headline.map_or(0, |h| h.0);
                    // Below the text, a date among other words is that of a text which is named there, as long as
                    // it is not as exact as a stamp.
                    let own_line = line || found.span.start - from <= 3 && to - found.span.end <= 3;
                    let named = mark == Some(DateMark::Published) && text.len() <= 100;
                    let stamp = value.precision() >= Precision::Minute && (edge || text.len() <= 60 || named);
                    let weight = match (line, mark) {
                        _ if !near => f32::from(u8::from(own_line || stamp)) * 0.38,
                        (true, Some(_)) => 0.65,
                        (true, None) => 0.55,
                        (false, Some(_)) => 0.5,
                        (false, None) if edge => 0.42,
                        (false, None) if text.len() <= 100 && behind => 0.35,
                        (false, None) => 0.0,
                    };
                    if weight > 0.0 {
                        close.push((value, id, near, weight));
                    }
                }
                // "Ferries return was posted on … at …".
                None if value.precision() >= Precision::Minute && names_title(doc.original_text(id)) => {
                    labelled.push((value, id));
                }
                // Too little to be given alone, unless the page names the element for it.
                None if line => away.push((value, id, if mark.is_some() { 0.4 } else { 0.28 })),
                None if mark == Some(DateMark::Published) && is_stamp(doc.original_text(id), &found, value) => {
                    away.push((value, id, 0.35));
                }
                // A label that says something else, or a date inside the text.
                Some(_) | None => {}
            }
        }
    }
    // Labels of several days away from the headline are those of several texts.
    let weight = if are_one(labelled.iter().map(|(value, _)| value)) { 0.5 } else { 0.25 };
    for (value, id) in labelled {
        pools.published.add(value, Origin::LabelLine, "labelled date", Some(doc.block(id).span), weight);
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
            let name = if near { "date near the headline" } else { "date below the text" };
            pools.published.add(value, Origin::Text, name, Some(doc.block(id).span), weight);
        }
    }
    if let Some(&(first, ..)) = away.first()
        && away.iter().all(|(value, ..)| value.day() == first.day())
    {
        for (value, id, weight) in away.into_iter().take(2) {
            let weight = if window.is_far_above(id) { weight * 0.7 } else { weight };
            pools.published.add(value, Origin::Text, "the only date shown", Some(doc.block(id).span), weight);
        }
    }
}

/// Whether a short line ends in a date with its time, as the line does by which a system signs a post.
fn is_stamp(text: &str, found: &Found, value: Timestamp) -> bool {
    text.len() <= 100 && value.precision() >= Precision::Minute && text.len() - found.span.end <= 3
}

/// More days than this side by side are those of the texts that a page lists.
const MOST_DAYS: usize = 3;

fn are_one<'d>(mut dates: impl Iterator<Item = &'d Timestamp>) -> bool {
    let first = dates.next();
    first.is_some_and(|first| dates.all(|date| date.day() == first.day()))
}

fn are_few<'d>(dates: impl Iterator<Item = &'d Timestamp>) -> bool {
    let mut days: Vec<_> = dates.map(|value| value.day()).collect();
    days.sort_unstable();
    days.dedup();
    days.len() <= MOST_DAYS
}

/// `<time>`: by the names of the elements around it, and by its place.
fn time_elements(doc: &Document, tree: &Tree, window: &Window, hints: &Hints<'_>, pools: &mut Pools) {
    let mut away: Vec<(Timestamp, Option<Span>, f32)> = Vec::new();
    let mut close: Vec<(Timestamp, Option<Span>, f32)> = Vec::new();
    let mut last = None;
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
            && (marks::is_elsewhere(tree, element)
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
        let mark = marks::date_mark(tree, element);
        if label == Some(DateLabel::Updated) || label.is_none() && mark == Some(DateMark::Updated) {
            pools.modified.add(value, Origin::Time, "time", clue.span, if near { 0.7 } else { 0.4 });
            if near && label.is_none() {
                pools.published.add(value, Origin::Time, UPDATED_ALONE, clue.span, 0.3);
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
            pools.published.add(value, Origin::Time, "time", span, weight);
        }
    }
    if let Some(&(first, span, weight)) = away.first()
        && are_one(away.iter().map(|(value, ..)| value))
    {
        pools.published.add(first, Origin::Time, "the only time", span, weight);
    }
}

/// An archive's address holds that of the page, and before it the day of the archiving.
fn inner(url: &str) -> &str {
    url.get(8..).and_then(|rest| rest.find("/http").map(|at| &url[8 + at + 1..])).unwrap_or(url)
}

/// The date in the address: that of the fetch, or the one that the page says is its own.
fn address(doc: &Document, pools: &mut Pools) {
    let own =
        doc.source.url.iter().chain(pools.url.entries.iter().map(|e| &e.value)).find_map(|url| from_url(inner(url)));
    if let Some(date) = own.filter(|date| date.plausible(doc.source.fetched)) {
        pools.published.add(date, Origin::Url, "address", None, 0.55);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use copydesk_document::{Decision, NewBlock};

    #[test]
    fn nothing_is_hidden_where_the_main_text_is() {
        let mut doc = Document::default();
        let add = |doc: &mut Document, hidden| {
            let block = doc.push_block(NewBlock { text: "A line.", hidden, ..NewBlock::default() });
            let (stage, rule, detail) = ("test".into(), "test".into(), "".into());
            doc.decide(Decision { block, label: Label::Body, stage, rule, detail });
        };
        assert!(!Sight::of(&doc).all);
        add(&mut doc, true);
        assert!(!Sight::of(&doc).misses(&doc.blocks()[0]));
        add(&mut doc, false);
        assert!(Sight::of(&doc).misses(&doc.blocks()[0]));
    }
}
