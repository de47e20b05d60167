//! How the text opens: dateline, date and byline.

use copydesk_date::{FoundDate, Hints, find};
use copydesk_document::{BlockId, Dateline, Document, Origin};
use copydesk_lexicon::{Byline, Confidence, Lexicon, read_byline, read_dateline, read_reporter};

use super::{is_prose, labels::LineLabels};
use crate::Gathered;

/// The dateline of the first paragraph. One that names no known agency names the publication.
pub(crate) fn read(
    doc: &Document,
    first: BlockId,
    hints: &Hints<'_>,
    lexicon: &Lexicon,
    gathered: &mut Gathered,
    lines: &mut LineLabels,
) {
    // An earlier stage may have taken the paragraph with the dateline for something else.
    let known = |id: &BlockId| {
        let text = doc.text(*id);
        is_prose(text) && read_dateline(text, lexicon).is_some_and(|d| d.confidence > Confidence::ShapeOnly)
    };
    let above = (first.0.saturating_sub(2)..first.0).map(BlockId);
    for id in above.clone().chain([first]) {
        if let Some(reporter) = read_reporter(doc.text(id), lexicon) {
            let span = Some(doc.block(id).span);
            gathered.authors.add(vec![reporter.to_owned()], Origin::Byline, "dateline", span, 0.7);
            break;
        }
        let byline = opening_byline(doc.text(id), lexicon).or_else(|| bracketed_byline(doc.text(id), lexicon));
        if let Some(byline) = byline {
            gathered.authors.add(byline.people, Origin::Byline, byline.rule, Some(doc.block(id).span), 0.7);
            break;
        }
    }
    let first = above.filter(|id| doc.tree.is_none() && !doc.block(*id).hidden).find(known).unwrap_or(first);
    let span = Some(doc.block(first).span);
    if let Some(date) = crate::dates::opening(doc.text(first), hints) {
        gathered.published.add(date, Origin::Text, "date that opens the text", span, 0.5);
    }
    let Some(found) = read_dateline(doc.text(first), lexicon) else { return };
    let sure = match found.confidence {
        Confidence::ShapeOnly => 0.4,
        Confidence::AgencyKnown | Confidence::Labelled => 0.9,
    };
    if let Some(agency) = found.agency
        && lexicon.agency(agency).is_none()
        && found.place.is_none()
    {
        gathered.site_name.add(agency.to_owned(), Origin::Text, "dateline", span, 0.45);
    }
    let value = Dateline { place: found.place.map(str::to_owned), agency: found.agency.map(str::to_owned) };
    gathered.dateline.add(value, Origin::Text, "dateline", span, sure);
    // A dateline with its year says when the text was filed.
    let filed = found.date_text.and_then(|text| find(text, hints).first().and_then(FoundDate::value));
    if let Some(filed) = filed.filter(|at| at.plausible(hints.fetched) && at.day().is_some()) {
        gathered.published.add(filed, Origin::Text, "dateline", span, 0.5);
    }
    lines.dateline = Some((first, found.end));
}

/// The byline between a dateline in brackets and the text, closed by a sign of equality: `(Place=Agency) X 기자 = `.
fn opening_byline<'t>(text: &'t str, lexicon: &Lexicon) -> Option<Byline<'t>> {
    let close = match text.chars().next()? {
        '(' => ')',
        '[' => ']',
        '【' => '】',
        '（' => '）',
        _ => return None,
    };
    let (inside, rest) = text.split_once(close)?;
    let (head, body) = rest.split_once('=')?;
    let short = inside.len() <= 80 && head.len() <= 80 && !body.trim().is_empty();
    let byline = read_byline(head.trim(), lexicon).filter(|_| short)?;
    (byline.confidence() == Confidence::Labelled && !byline.people.is_empty()).then_some(byline)
}

/// The reporter in the bracket that opens the text: `[PAPER/NAME기자] ...`.
fn bracketed_byline<'t>(text: &'t str, lexicon: &Lexicon) -> Option<Byline<'t>> {
    let bracket = || text.strip_prefix('[')?.split_once(']');
    // `X社Y7月5日电（记者Z）`, `本报讯（记者 Z）`: behind the dateline.
    let behind = || {
        let head = &text[..text.floor_char_boundary(120)];
        let (dateline, _) = head.split_once(['（', '('])?;
        let dispatched = dateline.trim_end().ends_with(['电', '電', '讯', '訊']);
        let inside = text[dateline.len()..].strip_prefix(['（', '(']).filter(|_| dispatched)?;
        inside.split_once(['）', ')'])
    };
    let (inside, rest) = bracket().or_else(behind)?;
    let short = inside.len() <= 80 && !rest.trim().is_empty();
    let byline = read_byline(inside.trim(), lexicon).filter(|_| short)?;
    (byline.confidence() == Confidence::Labelled && !byline.people.is_empty()).then_some(byline)
}
