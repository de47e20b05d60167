//! What a document shows: headline, byline, date line, label and value, in the lines around the start of the text, and
//! the remarks at its end.

use copydesk_date::{Hints, Label as DateLabel, find, is_date_line};
use copydesk_document::{BlockId, BlockKind, Dateline, Document, Field, InlineKind, Label, Origin};
use copydesk_lexicon::{
    Confidence, FieldKind, Furniture, Lexicon, classify_label, clean_name, is_counter, label_of, read_byline,
    read_dateline,
};
use copydesk_stage::Context;

use crate::{
    Pools,
    marks::{is_account, is_no_byline},
    pool::key,
    shown::Sight,
    vocabulary::{before_copula, has_outlet_word, is_office, is_section_name},
};

/// The lines that were understood, to be labelled once the winners are known.
#[derive(Default)]
pub(crate) struct Lines {
    labels: Vec<(BlockId, Label, &'static str, String)>,
    headlines: Vec<BlockId>,
    dateline: Option<(BlockId, usize)>,
}

/// From so many letters on, a block that ends like a sentence is text and not a line of the head.
const PROSE: usize = 110;
/// A block of so many letters that ends like a sentence is one.
const SENTENCE: usize = 60;
/// In a text without markup, of so many below another line.
const SHORT_SENTENCE: usize = 30;
const ENDS: [char; 7] = ['.', '。', '!', '?', '…', '"', '”'];
/// A head of more lines than this is no head of a text but a page of lines.
const LONGEST_HEAD: usize = 60;
/// How many blocks at the end can be remarks about the author.
const TAIL: usize = 3;

/// Reads the visible lines.
pub(crate) fn read(
    doc: &Document,
    first: Option<BlockId>,
    sight: Sight,
    hints: &Hints<'_>,
    lexicon: &Lexicon,
    pools: &mut Pools,
) -> Lines {
    let mut lines = Lines::default();
    let head: Vec<BlockId> = match first {
        Some(first) => head(doc, first, sight),
        None => doc.ids().take(LONGEST_HEAD).collect(),
    };
    let free = read_head(doc, &head, hints, lexicon, pools, &mut lines);
    read_headline(doc, &free, first.is_some(), lexicon, pools, &mut lines);
    if let Some(first) = first {
        read_opening(doc, first, hints, lexicon, pools, &mut lines);
    }
    read_tail(doc, lexicon, pools, &mut lines);
    lines
}

/// The first block of the body that is running text; in a short text, the first that reads like a sentence. In a text
/// without markup a dateline says it as well, and so does the first sentence below another line.
pub(crate) fn first_prose(doc: &Document, lexicon: &Lexicon) -> Option<BlockId> {
    // Some pages set their paragraphs as headings.
    let paragraph = |id: BlockId| is_prose(doc.text(id)) && doc.text(id).trim_end().ends_with(ENDS);
    let texts = || doc.body().filter(|(id, b)| b.kind != BlockKind::Heading || paragraph(*id)).map(|(id, _)| id);
    let sentence = |id: &BlockId, least: usize| {
        let text = doc.text(*id);
        weight(text) >= least && text.trim_end().ends_with(ENDS)
    };
    if doc.tree.is_some() {
        return texts().find(|id| is_prose(doc.text(*id))).or_else(|| texts().find(|id| sentence(id, SENTENCE)));
    }
    let dated = doc.ids().take(LONGEST_HEAD).find(|id| {
        let block = doc.block(*id);
        let text = doc.text(*id);
        !block.hidden
            && block.label() != Label::Caption
            && weight(text) >= SHORT_SENTENCE
            && read_dateline(text, lexicon).is_some_and(|d| d.confidence > Confidence::ShapeOnly)
    });
    let above = |id: &BlockId| (0..id.0).map(BlockId).any(|id| classify_label(doc.text(id), lexicon).is_none());
    let running = texts().find(|id| is_prose(doc.text(*id)) || (sentence(id, SHORT_SENTENCE) && above(id)));
    match (dated, running) {
        (Some(dated), Some(running)) => Some(dated.min(running)),
        (dated, running) => dated.or(running),
    }
}

fn is_prose(text: &str) -> bool {
    weight(text) >= PROSE
}

/// Letters, each of a script that writes words with few of them for three.
fn weight(text: &str) -> usize {
    let one = |c: char| {
        if matches!(c as u32, 0x0E00..=0x0EFF | 0x1000..=0x109F | 0x1780..=0x17FF | 0x3040..=0x9FFF | 0xAC00..=0xD7A3) {
            3
        } else {
            1
        }
    };
    text.chars().filter(|c| c.is_alphanumeric()).map(one).sum()
}

/// The lines before the first running text: all of them in a text; in HTML those from a little above the main
/// heading, since a page has its menus there.
fn head(doc: &Document, first: BlockId, sight: Sight) -> Vec<BlockId> {
    let start = if doc.tree.is_some() {
        let heading = (0..first.0)
            .rev()
            .map(BlockId)
            .find(|id| doc.block(*id).kind == BlockKind::Heading && doc.block(*id).level == 1);
        heading.map_or(first.0.saturating_sub(12), |h| h.0.saturating_sub(3))
    } else {
        first.0.saturating_sub(LONGEST_HEAD as u32)
    };
    (start..first.0).map(BlockId).filter(|id| !sight.misses(doc.block(*id))).collect()
}

/// Reads labels with their values, dates and bylines. Returns the lines that are none of these.
fn read_head(
    doc: &Document,
    head: &[BlockId],
    hints: &Hints<'_>,
    lexicon: &Lexicon,
    pools: &mut Pools,
    lines: &mut Lines,
) -> Vec<BlockId> {
    let mut free = Vec::new();
    let mut at = 0;
    while at < head.len() {
        let id = head[at];
        let text = doc.text(id);
        let next = head.get(at + 1).copied();
        at += 1;
        if doc.block(id).label() == Label::Caption {
            continue;
        }
        if let Some(taken) = read_field(doc, id, next, hints, lexicon, pools, lines) {
            at += taken;
        } else if read_dates(doc, id, hints, pools, lines) {
        } else if let Some(byline) = read_byline(text, lexicon)
            .filter(|b| b.confidence() > Confidence::ShapeOnly && !is_no_byline(text))
            .filter(|b| !b.people.iter().any(|name| is_account(name)))
        {
            let sure = match byline.confidence() {
                Confidence::Labelled if is_foreign(byline.rule, hints) => 0.25,
                Confidence::Labelled => 0.8,
                // A page has menus and credits that look alike, and names the elements of its bylines.
                Confidence::AgencyKnown | Confidence::ShapeOnly if doc.tree.is_some() => 0.25,
                Confidence::AgencyKnown | Confidence::ShapeOnly => 0.5,
            };
            let names = if byline.people.is_empty() { byline.organisations.clone() } else { byline.people.clone() };
            pools.authors.add(names, Origin::Byline, byline.rule, Some(doc.block(id).span), sure);
            for found in find(byline.rest, hints) {
                add_date(pools, &found, doc, id, 0.6);
            }
            lines.labels.push((id, Label::Byline, "byline", format!("names the authors ({})", byline.rule)));
        } else if classify_label(text, lexicon).is_none_or(|label| !label.whole) || is_section_name(text) {
            free.push(id);
        }
    }
    free
}

/// Whether a byline's form is one of a language that the text is not in: `Door` is no byline in English.
fn is_foreign(rule: &str, hints: &Hints<'_>) -> bool {
    let form = rule.strip_prefix("byline-").filter(|form| form.len() == 2 && *form != "by");
    form.zip(hints.language).is_some_and(|(form, language)| !language.starts_with(form))
}

/// A label and its value, in one line or two. Returns how many further lines were taken.
fn read_field(
    doc: &Document,
    id: BlockId,
    next: Option<BlockId>,
    hints: &Hints<'_>,
    lexicon: &Lexicon,
    pools: &mut Pools,
    lines: &mut Lines,
) -> Option<usize> {
    let field = label_of(doc.text(id), lexicon)?;
    let below = field.value.is_empty();
    let value = if below { doc.text(next?) } else { field.value };
    let span = Some(doc.block(if below { next? } else { id }).span);
    let label = match field.kind {
        FieldKind::Published | FieldKind::Updated => {
            let mut found = find(value, hints).into_iter();
            let first = found.next()?;
            let pool = if field.kind == FieldKind::Updated { &mut pools.modified } else { &mut pools.published };
            if let Some(value) = first.value() {
                pool.add(value, Origin::LabelLine, "date", span, 0.75);
            }
            // A second label may follow in the same line: `Posted : ... Updated : ...`.
            found.filter(|date| date.label().is_some()).for_each(|date| add_date(pools, &date, doc, id, 0.75));
            Label::Date
        }
        FieldKind::Views | FieldKind::Number | FieldKind::ReadingTime => {
            is_counter(value).then_some(())?;
            Label::Counter
        }
        FieldKind::Author => {
            let names = clean_name(value, lexicon);
            (!names.is_empty() && value.len() < 120).then_some(())?;
            // Offices sign what they publish; they are no authors.
            if !is_office(value) {
                pools.authors.add(names, Origin::LabelLine, "author", span, 0.8);
            }
            Label::Byline
        }
        FieldKind::Section => {
            (value.len() < 80).then_some(())?;
            pools.section.add(value.to_owned(), Origin::LabelLine, "section", span, 0.6);
            Label::Section
        }
        FieldKind::Keywords => {
            for tag in value.split([',', ';', '、', '，']).map(str::trim).filter(|t| !t.is_empty()) {
                pools.tags.add(tag.to_owned(), Origin::LabelLine, "keywords", span, 0.6);
            }
            Label::Tags
        }
        FieldKind::Editor
        | FieldKind::Department
        | FieldKind::Source
        | FieldKind::Title
        | FieldKind::Attachment
        | FieldKind::Place
        | FieldKind::Contact
        | FieldKind::Language => return None,
    };
    let detail = format!("a label and its value: {}", value.chars().take(40).collect::<String>());
    lines.labels.push((id, label, "label-value", detail.clone()));
    if below {
        lines.labels.push((next?, label, "label-value", detail));
    }
    Some(usize::from(below))
}

/// A line that is a date and nothing else, with or without its label.
fn read_dates(doc: &Document, id: BlockId, hints: &Hints<'_>, pools: &mut Pools, lines: &mut Lines) -> bool {
    let text = doc.text(id);
    if !is_date_line(text) {
        return false;
    }
    // In a page the dates were gathered with the elements around them.
    let read = if doc.tree.is_none() { find(text, hints) } else { Vec::new() };
    for found in read {
        let weight = if found.label().is_some() { 0.75 } else { 0.55 };
        add_date(pools, &found, doc, id, weight);
    }
    lines.labels.push((id, Label::Date, "date-line", "a date and nothing else".to_owned()));
    true
}

fn add_date(pools: &mut Pools, found: &copydesk_date::Found, doc: &Document, id: BlockId, weight: f32) {
    let Some(value) = found.value() else { return };
    let pool = match found.label() {
        None | Some(DateLabel::Published | DateLabel::FirstPublished | DateLabel::Date | DateLabel::Created) => {
            &mut pools.published
        }
        Some(DateLabel::Updated) => &mut pools.modified,
        Some(DateLabel::Printed | DateLabel::Accessed | DateLabel::Taken | DateLabel::Event | DateLabel::Copyright) => {
            return;
        }
    };
    pool.add(value, Origin::LabelLine, "date-line", Some(doc.block(id).span), weight);
}

/// The headline among the lines of the head, and what the lines around it are.
fn read_headline(
    doc: &Document,
    free: &[BlockId],
    has_text: bool,
    lexicon: &Lexicon,
    pools: &mut Pools,
    lines: &mut Lines,
) {
    let declared: Vec<String> = pools.title.entries.iter().map(|e| key(&e.value)).collect();
    let shown = free.iter().position(|id| {
        let own = key(doc.text(*id));
        own.len() >= 4 && declared.iter().any(|d| *d == own || (own.len() >= 12 && d.starts_with(&own)))
    });
    let place = shown.or_else(|| if doc.tree.is_none() && has_text { guess_headline(doc, free) } else { None });
    let Some(place) = place else { return };
    let id = free[place];
    lines.headlines.push(id);
    if doc.tree.is_none() {
        pools.title.add(doc.text(id).replace('\n', " "), Origin::Heading, "headline", Some(doc.block(id).span), 0.6);
    }
    if doc.tree.is_some() {
        return;
    }
    for &id in &free[..place] {
        let text = doc.text(id);
        let span = Some(doc.block(id).span);
        if is_section_name(text) {
            pools.section.add(text.to_owned(), Origin::Text, "line above the headline", span, 0.5);
            lines.labels.push((id, Label::Section, "section-line", "names a section, above the headline".to_owned()));
        } else if text.len() <= 60 && has_outlet_word(text) {
            pools.site_name.add(text.to_owned(), Origin::Text, "line above the headline", span, 0.5);
            lines.labels.push((id, Label::SiteName, "site-line", "names a publication, above the headline".to_owned()));
        }
    }
    // Two or three capitalised words say that they are a name only where a name is expected.
    let labelled = pools.authors.entries.iter().any(|e| e.origin == Origin::Byline);
    if let Some(&id) = free.get(place + 1).filter(|_| !labelled)
        && let Some(byline) = read_byline(doc.text(id), lexicon)
        && doc.block(id).kind != BlockKind::Heading
    {
        pools.authors.add(
            byline.people.clone(),
            Origin::Byline,
            "line below the headline",
            Some(doc.block(id).span),
            0.5,
        );
        lines.labels.push((id, Label::Byline, "byline-place", "a name right below the headline".to_owned()));
    }
}

/// The headline of a text that declares none: the first line before the first paragraph that reads like one. Lines of
/// a few words, and lines in another language than the text, come last: they name sections and sites.
fn guess_headline(doc: &Document, free: &[BlockId]) -> Option<usize> {
    let main = doc.languages.main.as_ref().map(|main| main.tag.as_str());
    let plausible = |id: &BlockId| {
        let text = doc.text(*id);
        let weight = weight(text);
        let paragraph =
            text.ends_with(ENDS) && (weight >= PROSE || (doc.block(*id).label().is_body() && text.ends_with('.')));
        let site = text.split_whitespace().count() <= 5 && has_outlet_word(text);
        let other = paragraph || site || is_section_name(text) || ends_in_time(text);
        (10..=400).contains(&weight) && !other
    };
    let own_language = |id: &BlockId| {
        let tag = doc.block(*id).language.as_ref().map(|guess| guess.tag.as_str()).filter(|tag| *tag != "und");
        main.is_none() || tag.is_none() || tag == main
    };
    let long = |id: &BlockId| doc.text(*id).split_whitespace().count() >= 4 || weight(doc.text(*id)) >= 30;
    let heading = |id: &BlockId| doc.block(*id).kind == BlockKind::Heading && doc.block(*id).level == 1;
    let first = |fits: &dyn Fn(&BlockId) -> bool| free.iter().position(|id| plausible(id) && fits(id));
    first(&heading)
        .or_else(|| first(&|id| long(id) && own_language(id)))
        .or_else(|| first(&|id| own_language(id) && !is_scrap(doc.text(*id))))
        .or_else(|| first(&long))
}

/// `Ann Lee 13:38`, `NAME DATE_MASKED 08:05`: what ends in a time of day is no headline.
fn ends_in_time(text: &str) -> bool {
    let last = text.split_whitespace().next_back().unwrap_or_default();
    let digits = last.bytes().filter(u8::is_ascii_digit).count();
    (3..=4).contains(&digits) && last.len() == digits + 1 && last.contains(':')
}

/// One short word, such as a handle.
fn is_scrap(text: &str) -> bool {
    weight(text) < 24 && text.split_whitespace().count() < 2
}

/// The dateline of the first paragraph. One that names no known agency names the publication.
fn read_opening(
    doc: &Document,
    first: BlockId,
    hints: &Hints<'_>,
    lexicon: &Lexicon,
    pools: &mut Pools,
    lines: &mut Lines,
) {
    // An earlier stage may have taken the paragraph with the dateline for something else.
    let known = |id: &BlockId| {
        let text = doc.text(*id);
        is_prose(text) && read_dateline(text, lexicon).is_some_and(|d| d.confidence > Confidence::ShapeOnly)
    };
    let above = (first.0.saturating_sub(2)..first.0).map(BlockId);
    for id in above.clone().chain([first]) {
        if let Some(byline) = opening_byline(doc.text(id), lexicon) {
            pools.authors.add(byline.people, Origin::Byline, byline.rule, Some(doc.block(id).span), 0.7);
            break;
        }
    }
    let first = above.filter(|id| doc.tree.is_none() && !doc.block(*id).hidden).find(known).unwrap_or(first);
    let span = Some(doc.block(first).span);
    if let Some(date) = crate::dates::opening(doc.text(first), hints) {
        pools.published.add(date, Origin::Text, "date that opens the text", span, 0.5);
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
        pools.site_name.add(agency.to_owned(), Origin::Text, "dateline", span, 0.45);
    }
    let value = Dateline { place: found.place.map(str::to_owned), agency: found.agency.map(str::to_owned) };
    pools.dateline.add(value, Origin::Text, "dateline", span, sure);
    // A dateline with its year says when the text was filed.
    let filed = found.date_text.and_then(|text| find(text, hints).first().and_then(copydesk_date::Found::value));
    if let Some(filed) = filed.filter(|at| at.plausible(hints.fetched) && at.day().is_some()) {
        pools.published.add(filed, Origin::Text, "dateline", span, 0.5);
    }
    lines.dateline = Some((first, found.end));
}

/// The byline between a dateline in brackets and the text, closed by a sign of equality: `(Place=Agency) X 기자 = `.
fn opening_byline<'t>(text: &'t str, lexicon: &Lexicon) -> Option<copydesk_lexicon::Byline<'t>> {
    let close = match text.chars().next()? {
        '(' => ')',
        '[' => ']',
        _ => return None,
    };
    let (inside, rest) = text.split_once(close)?;
    let (head, body) = rest.split_once('=')?;
    let short = inside.len() <= 80 && head.len() <= 80 && !body.trim().is_empty();
    let byline = read_byline(head.trim(), lexicon).filter(|_| short)?;
    (byline.confidence() == Confidence::Labelled && !byline.people.is_empty()).then_some(byline)
}

/// The last lines: a name that stands alone, a remark about the author.
fn read_tail(doc: &Document, lexicon: &Lexicon, pools: &mut Pools, lines: &mut Lines) {
    let tail: Vec<BlockId> = doc.body().rev().take(TAIL).map(|(id, _)| id).collect();
    for (back, &id) in tail.iter().enumerate() {
        let text = doc.text(id);
        let span = Some(doc.block(id).span);
        if back == 0 && text.len() < 60 && !is_no_byline(text) && !lines.headlines.contains(&id) {
            let own = key(text);
            let known = pools.authors.entries.iter().any(|e| e.value.iter().any(|name| key(name) == own));
            // A page ends in buttons and lists as often as in a name; there the form or a date must say that it is one.
            let told = |b: &copydesk_lexicon::Byline<'_>| {
                doc.tree.is_none()
                    || b.confidence() > Confidence::ShapeOnly
                    || b.rest.contains(|c: char| c.is_ascii_digit())
            };
            let byline = read_byline(text, lexicon).filter(|b| !b.people.is_empty() && told(b));
            if known {
                lines.labels.push((
                    id,
                    Label::Byline,
                    "byline-repeated",
                    "the author's name again, as the last line".to_owned(),
                ));
            } else if let Some(byline) = byline {
                pools.authors.add(byline.people.clone(), Origin::Byline, "last line", span, 0.45);
                lines.labels.push((id, Label::Byline, "byline-place", "a name alone, as the last line".to_owned()));
            }
        }
        if doc.tree.is_none() && is_mail_address(text) {
            lines.labels.push((id, Label::Byline, "mail-line", "a mail address and nothing else".to_owned()));
        }
        let set_apart = back == 0 && is_set_apart(doc, id);
        if let Some(name) = author_note(text, set_apart, lexicon) {
            let names = name.map(|name| clean_name(name, lexicon)).unwrap_or_default();
            if !names.is_empty() {
                pools.authors.add(names, Origin::Byline, "remark about the author", span, 0.5);
            }
            lines.labels.push((
                id,
                Label::AuthorNote,
                "author-note",
                "a remark about the author or the text's standing".to_owned(),
            ));
        }
    }
}

/// `name@example.org`, with or without brackets around it.
fn is_mail_address(text: &str) -> bool {
    let text = text.trim_matches(|c: char| c.is_whitespace() || matches!(c, '(' | ')' | '<' | '>' | '[' | ']'));
    text.len() <= 80
        && !text.contains(char::is_whitespace)
        && text
            .split_once('@')
            .is_some_and(|(name, host)| !name.is_empty() && host.contains('.') && !host.contains('@'))
}

/// Whether the source sets a whole paragraph in italics, or begins it in bold: as remarks about authors are.
fn is_set_apart(doc: &Document, id: BlockId) -> bool {
    let end = doc.original_text(id).len() as u32;
    doc.inlines(id).iter().any(|inline| match inline.kind {
        InlineKind::Emphasis => inline.range.start <= 2 && inline.range.end + 3 >= end,
        InlineKind::Strong => inline.range.start <= 2,
        _ => false,
    })
}

/// Whether a paragraph is a remark about its author (`The views expressed ...`), and whom it names. A last paragraph
/// that is set apart needs only the name and what its bearer is.
#[expect(clippy::option_option, reason = "no remark, a remark that names nobody, and one that names somebody")]
fn author_note<'t>(text: &'t str, set_apart: bool, lexicon: &Lexicon) -> Option<Option<&'t str>> {
    if weight(text) > 500 {
        return None;
    }
    let capital = |word: &str| word.chars().next().is_some_and(|c| !c.is_lowercase());
    let name = before_copula(text)
        .filter(|name| (2..=7).contains(&name.split_whitespace().count()))
        .filter(|name| name.split_whitespace().all(|word| capital(word) || word == "and"));
    let standing = text
        .split_inclusive(". ")
        .any(|sentence| classify_label(sentence, lexicon).is_some_and(|label| label.kind == Furniture::AuthorNote));
    (standing || (set_apart && name.is_some())).then_some(name)
}

impl Lines {
    /// Labels the lines whose facts were taken.
    pub(crate) fn apply(self, doc: &mut Document, cx: &mut Context<'_>, keep_dateline: bool) {
        if let Some(title) = doc.metadata.title.as_ref().map(|t| key(&t.value)) {
            let shows = |doc: &Document, id: BlockId| {
                let own = key(doc.text(id));
                own == title || (own.len() >= 12 && title.starts_with(&own))
            };
            let is_heading = |id: &BlockId| {
                let block = doc.block(*id);
                block.kind == BlockKind::Heading && block.label().is_body()
            };
            let mut headlines: Vec<BlockId> = doc.ids().filter(is_heading).chain(self.headlines).collect();
            headlines.retain(|id| shows(doc, *id));
            headlines.sort_unstable();
            headlines.dedup();
            for id in headlines {
                cx.label(doc, id, Label::Title, "headline", "shows the title");
            }
        }
        for (id, label, rule, detail) in self.labels {
            let taken = match label {
                Label::Byline => rule == "mail-line" || taken(doc, Field::Authors),
                Label::Section => taken(doc, Field::Section),
                Label::SiteName => taken(doc, Field::SiteName),
                _ => true,
            };
            if taken {
                cx.label(doc, id, label, rule, detail);
            }
        }
        if let Some((id, end)) = self.dateline.filter(|_| !keep_dateline && doc.metadata.dateline.is_some()) {
            let rest = doc.text(id).get(end..).unwrap_or_default().trim_start().to_owned();
            doc.set_text(id, &rest);
        }
    }
}

/// Whether a field has a value.
fn taken(doc: &Document, field: Field) -> bool {
    doc.metadata.candidates.iter().any(|c| c.field == field && c.won)
}
