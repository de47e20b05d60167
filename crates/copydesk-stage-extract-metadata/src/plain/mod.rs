//! What a text without markup shows: plain text that was scraped earlier, and Markdown.
//!
//! - [`head`]: what each line above the text is;
//! - [`headline`]: which of them is the title, and [`tails`]: what is glued to it;
//! - [`shared_date`]: dates that share their line;
//! - [`names`]: names without a label, by their place;
//! - [`foot`]: what stands below the text;
//! - [`file_name`]: the day in the name of a Markdown file.

mod file_name;
mod foot;
mod head;
mod headline;
mod names;
mod shared_date;
mod start;
pub(crate) mod tails;

use copydesk_date::{FoundDate, Hints, Reading};
use copydesk_document::{BlockId, Document, Label, Origin};
use copydesk_lexicon::{Lexicon, PageLabelKind, classify_label, label_of, split_credit};
use copydesk_text::{Terms, key, weight};

use self::head::{HeadLine, Sort};
use crate::{
    Gathered,
    lines::{self, LONGEST_HEAD, LineLabels},
    vocabulary::{is_section_name, share_of},
};

/// Reads the lines above, at the start of, and below the text.
pub(crate) fn read(
    doc: &Document,
    first: Option<BlockId>,
    hints: &Hints<'_>,
    lexicon: &Lexicon,
    gathered: &mut Gathered,
) -> LineLabels {
    let mut labels = LineLabels::default();
    let first = first.map(|first| start::of_story(doc, first, hints, lexicon));
    let end = first.or_else(|| doc.ids().find(|id| doc.block(*id).label() == Label::Caption));
    let head = read_head(doc, end, hints, lexicon, gathered, &mut labels);
    let text = story(doc, end);
    let title = read_title(doc, &head, end.is_some(), &text, hints, lexicon, gathered, &mut labels);
    add_dates(doc, &head, title, hints, lexicon, gathered, &mut labels);
    if let Some(title) = title {
        name_lines(doc, &head[..title], gathered, &mut labels);
    }
    names::read(doc, &head, title, &text, lexicon, gathered, &mut labels);
    if let Some(first) = first {
        lines::opening::read(doc, first, hints, lexicon, gathered, &mut labels);
    }
    foot::read(doc, first, hints, lexicon, gathered, &mut labels);
    file_name::read(doc, gathered);
    lines::tail::read(doc, lexicon, gathered, &mut labels);
    names::drop_organisations(gathered, hints, lexicon);
    weigh(gathered);
    labels
}

/// Gives each date and author that only lines show the share of those found alike that are right. What a text declares of
/// itself is weighed against the lines as before.
fn weigh(gathered: &mut Gathered) {
    let shown = |origin: Origin| matches!(origin, Origin::LabelLine | Origin::Byline | Origin::Text | Origin::Heading);
    if gathered.published.entries.iter().all(|entry| shown(entry.origin)) {
        gathered.published.entries.iter_mut().for_each(|entry| entry.weight = share_of("published", entry.weight));
    }
    if gathered.authors.entries.iter().all(|entry| shown(entry.origin)) {
        gathered.authors.entries.iter_mut().for_each(|entry| entry.weight = share_of("authors", entry.weight));
    }
}

/// What is measured of the lines that may be the title, for the trainer: their texts and measures.
pub(crate) fn title_lines(doc: &Document, hints: &Hints<'_>, lexicon: &Lexicon) -> Vec<TitleLine> {
    let first = lines::first_prose(doc, lexicon).map(|first| start::of_story(doc, first, hints, lexicon));
    let end = first.or_else(|| doc.ids().find(|id| doc.block(*id).label() == Label::Caption));
    let (mut gathered, mut labels) = (Gathered::default(), LineLabels::default());
    let head = read_head(doc, end, hints, lexicon, &mut gathered, &mut labels);
    let text = story(doc, end);
    let trimmed = |at: usize| tails::trim(head[at].text, hints, lexicon).title.to_owned();
    headline::candidates(doc, &head, &text)
        .into_iter()
        .map(|(at, measures)| TitleLine { text: trimmed(at), measures })
        .collect()
}

/// A line that may be the title.
#[derive(Clone, Debug)]
pub struct TitleLine {
    /// The line, without what is glued to its end.
    pub text: String,
    /// What is measured of it, by name; what is not there is zero.
    pub measures: Vec<(&'static str, f32)>,
}

/// A line of a text has so many letters, at least.
const SENTENCE: usize = 40;
/// How much of the text tells what it is about, in bytes.
const ENOUGH: usize = 8_000;

fn story(doc: &Document, first: Option<BlockId>) -> Terms {
    let pairs = doc.languages().main.as_ref().is_some_and(|main| main.tag.as_str() == "vi");
    let mut left = ENOUGH;
    // Lines of a few words may be names and buttons.
    let texts = doc.iter().filter(|(id, block)| {
        first.is_some_and(|first| *id >= first) && (block.label().is_body() || block.label() == Label::Caption)
    });
    // Who made a picture may have written the text.
    let said = |(id, block): (BlockId, &copydesk_document::Block)| match block.label() {
        Label::Caption => split_credit(doc.text(id), Lexicon::builtin()).text,
        _ => doc.text(id),
    };
    let texts = texts.map(said).filter(|text| weight(text) >= SENTENCE);
    let texts = texts.take_while(move |text| {
        let enough = left == 0;
        left = left.saturating_sub(text.len());
        !enough
    });
    Terms::of(texts, pairs)
}

/// Reads labels with their values and bylines, and sorts the lines that are none of these.
fn read_head<'d>(
    doc: &'d Document,
    end: Option<BlockId>,
    hints: &Hints<'_>,
    lexicon: &Lexicon,
    gathered: &mut Gathered,
    labels: &mut LineLabels,
) -> Vec<HeadLine<'d>> {
    let end = end.map_or(doc.blocks().len().min(LONGEST_HEAD) as u32, |end| end.0);
    let ids: Vec<BlockId> =
        (end.saturating_sub(LONGEST_HEAD as u32)..end).map(BlockId).filter(|id| !doc.block(*id).hidden).collect();
    let mut head = Vec::with_capacity(ids.len());
    let mut at = 0;
    while at < ids.len() {
        let id = ids[at];
        let next = ids.get(at + 1).copied();
        at += 1;
        let dated = || shared_date::read(doc.text(id), hints, lexicon).filter(|shared| shared.stamped);
        if doc.block(id).label() == Label::Caption {
            // `DATE 来源: X`: a source stands in captions and beside dates.
            let sort = dated().map_or(Sort::Caption, Sort::Shared);
            head.push(HeadLine::new(doc, id, sort));
        } else if let Some(taken) = lines::head::read_field(doc, id, next, hints, lexicon, gathered, labels) {
            head.push(HeadLine::new(doc, id, Sort::Field));
            head.extend(next.filter(|_| taken > 0).map(|id| HeadLine::new(doc, id, Sort::Field)));
            at += taken;
        } else if lines::head::read_label_row(doc, id, hints, lexicon, gathered, labels) {
            head.push(HeadLine::new(doc, id, Sort::Field));
        } else if !copydesk_date::is_date_line(doc.text(id))
            && (lines::head::read_author(doc, id, hints, lexicon, gathered, labels)
                || names::read_glued(doc, id, lexicon, gathered, labels))
        {
            head.push(HeadLine::new(doc, id, Sort::Byline));
        } else if let Some(next) = next.filter(|next| names::read_below(doc, id, *next, lexicon, gathered, labels)) {
            head.push(HeadLine::new(doc, id, Sort::Byline));
            head.push(HeadLine::new(doc, next, Sort::Byline));
            at += 1;
        } else {
            let sort = head::sort(doc, id, hints, lexicon);
            head.push(HeadLine::unlabelled(doc, id, sort, hints, lexicon));
        }
    }
    head::mark_ways(&mut head, lexicon);
    head
}

/// Adds the title that the head shows; returns its place.
#[expect(clippy::too_many_arguments, reason = "what the head shows, and where it is put down")]
fn read_title(
    doc: &Document,
    head: &[HeadLine<'_>],
    has_text: bool,
    text: &Terms,
    hints: &Hints<'_>,
    lexicon: &Lexicon,
    gathered: &mut Gathered,
    labels: &mut LineLabels,
) -> Option<usize> {
    let declared: Vec<String> = gathered.title.entries.iter().map(|e| key(&e.value)).collect();
    let declared_at = head.iter().position(|line| {
        let own = &line.key;
        own.len() >= 4 && declared.iter().any(|d| d == own || (own.len() >= 12 && d.starts_with(own.as_str())))
    });
    let choice = || headline::choose(doc, head, text).filter(|_| has_text).map(|choice| (choice.at, choice.share));
    let (at, weight) = declared_at.map(|at| (at, 0.6)).or_else(choice)?;
    let line = &head[at];
    let span = Some(doc.block(line.id).span);
    let printed = line.text.replace('\n', " ");
    let mut trimmed = tails::trim(&printed, hints, lexicon);
    if let Some((title, site)) = tails::outlet(trimmed.title) {
        trimmed.title = title;
        gathered.site_name.add(site.to_owned(), Origin::Text, "behind the headline", span, 0.45);
    }
    if let Some(title) = without_tag(head, trimmed.title) {
        trimmed.title = title;
    }
    gathered.title.add(trimmed.title.to_owned(), Origin::Heading, "headline", span, weight);
    for found in &trimmed.dates {
        lines::head::add_date(gathered, found, doc, line.id, 0.5);
    }
    if !trimmed.authors.is_empty() {
        gathered.authors.add(trimmed.authors, Origin::Byline, "behind the headline", span, 0.6);
    }
    let title = key(trimmed.title);
    // What shows the title, with or without a tail: it stands in the head more than once.
    let shows =
        |line: &&HeadLine<'_>| line.key == title || line.is_free() && line.key.starts_with(&title) && title.len() >= 20;
    labels.headlines.extend(head.iter().filter(shows).map(|line| line.id));
    labels.headlines.push(line.id);
    add_site(doc, head, &title, gathered);
    Some(at)
}

/// `[Notice] The bridge opens`: the title without its tag, where the head has it alone as well.
fn without_tag<'t>(head: &[HeadLine<'_>], title: &'t str) -> Option<&'t str> {
    const LONGEST_TAG: usize = 24;
    let close = [('[', ']'), ('【', '】'), ('［', '］'), ('<', '>')]
        .iter()
        .find_map(|(open, close)| title.strip_prefix(*open)?.split_once(*close))
        .filter(|(tag, _)| weight(tag) <= LONGEST_TAG);
    let bare = close?.1.trim_start();
    let own = key(bare);
    (!own.is_empty() && head.iter().any(|line| line.key == own)).then_some(bare)
}

/// The name of the site behind the title, where another line of the head has the title alone.
fn add_site(doc: &Document, head: &[HeadLine<'_>], title: &str, gathered: &mut Gathered) {
    const MARKS: [&str; 6] = [" | ", " - ", " – ", " — ", "｜", " :: "];
    for line in head {
        let cut = MARKS.iter().filter_map(|mark| line.text.rsplit_once(mark)).find(|(before, _)| key(before) == title);
        if let Some((_, site)) = cut
            .filter(|(_, site)| site.split_whitespace().count() <= 5 && (site.contains(' ') || !is_section_name(site)))
        {
            let span = Some(doc.block(line.id).span);
            gathered.site_name.add(site.trim().to_owned(), Origin::Text, "behind the headline", span, 0.45);
        }
    }
}

/// The lines above the headline that name a section or a publication.
fn name_lines(doc: &Document, above: &[HeadLine<'_>], gathered: &mut Gathered, labels: &mut LineLabels) {
    for (at, line) in above.iter().enumerate() {
        let span = Some(doc.block(line.id).span);
        match line.sort {
            Sort::Section if !is_entry_of_menu(above, at) => {
                gathered.section.add(line.text.to_owned(), Origin::Text, "line above the headline", span, 0.5);
                labels.labels.push((
                    line.id,
                    Label::Section,
                    "section-line",
                    "names a section, above the headline".to_owned(),
                ));
            }
            Sort::Outlet if line.text.len() <= 60 => {
                gathered.site_name.add(line.text.to_owned(), Origin::Text, "line above the headline", span, 0.5);
                labels.labels.push((
                    line.id,
                    Label::SiteName,
                    "site-line",
                    "names a publication, above the headline".to_owned(),
                ));
            }
            _ => {}
        }
    }
}

/// Sections in a row are a menu: a text stands in one of them, and the page lists all.
fn is_entry_of_menu(above: &[HeadLine<'_>], at: usize) -> bool {
    let short = |line: &HeadLine<'_>| line.is_free() && line.words <= 2 && line.weight < 24;
    let section = |line: &HeadLine<'_>| matches!(line.sort, Sort::Section) && line.key != above[at].key;
    let near = |step: isize| at.checked_add_signed(step).and_then(|at| above.get(at));
    let beside = |line: &HeadLine<'_>| section(line) || short(line);
    near(-1).is_some_and(section)
        || near(1).is_some_and(beside)
        || near(-1).is_some_and(short) && near(-2).is_some_and(beside)
}

/// What a date weighs by its place: right below the headline most, at the top of the page least.
fn add_dates(
    doc: &Document,
    head: &[HeadLine<'_>],
    title: Option<usize>,
    hints: &Hints<'_>,
    lexicon: &Lexicon,
    gathered: &mut Gathered,
    labels: &mut LineLabels,
) {
    // `3/12/27, 10:15 The bridge opens | Valley Post` on every page that was printed: the day of the visit.
    let running = |line: &HeadLine<'_>| {
        line.words >= 4 && doc.ids().skip(line.id.index() + 1).any(|id| doc.text(id) == line.text)
    };
    for (at, line) in head.iter().enumerate() {
        let own;
        let dates: &[FoundDate] = match &line.sort {
            Sort::Date => {
                own = copydesk_date::find(line.text, &crate::dates::hints_of_line(line.text, hints));
                // A time of day opens an entry of a live report.
                if !doc.block(line.id).label().is_body() || own.iter().any(|found| found.value().is_some()) {
                    labels.labels.push((line.id, Label::Date, "date-line", "a date and nothing else".to_owned()));
                }
                &own
            }
            Sort::Shared(shared) if title != Some(at) => {
                let below = title.is_none_or(|title| at > title);
                if below {
                    let detail = "a date, and beside it only a name, an office or a count".to_owned();
                    labels.labels.push((line.id, Label::Date, "date-shared", detail));
                }
                &shared.dates
            }
            // In the title itself a date is most often that of what the text is about.
            Sort::Shared(shared) if shared.stamped || line.text.contains([',', '，']) => &shared.dates,
            _ => continue,
        };
        if title.is_some_and(|title| at < title) && running(line) {
            continue;
        }
        let place = place_weight(head, at, title, lexicon);
        for found in dates {
            let labelled = found.label().is_some();
            let weight = if labelled { 0.75 } else { place };
            lines::head::add_date(gathered, found, doc, line.id, weight);
        }
    }
}

fn place_weight(head: &[HeadLine<'_>], at: usize, title: Option<usize>, lexicon: &Lexicon) -> f32 {
    let line = &head[at];
    let pure = matches!(line.sort, Sort::Date);
    let Some(title) = title else { return if pure { 0.5 } else { 0.42 } };
    if at > title {
        return if pure { 0.6 } else { 0.5 };
    }
    if at == title {
        return 0.42;
    }
    if is_day_of_the_visit(head, at, title, lexicon) { 0.2 } else { 0.4 }
}

/// Whether a date above the headline is that of the visit: at the top of the page, beside the weather or a clock.
fn is_day_of_the_visit(head: &[HeadLine<'_>], at: usize, title: usize, lexicon: &Lexicon) -> bool {
    let weather = |line: &HeadLine<'_>| line.text.contains('°') || is_temperature(line.text);
    let from = at.saturating_sub(3);
    if head[from..title].iter().any(weather) {
        return true;
    }
    // `News code: 8496217, 3 May 2021 - 10:45`: what is said of the story beside it.
    if label_of(head[at].text, lexicon).is_some() {
        return false;
    }
    if head[at].id.0 <= LAST_OF_TOP && is_another_day_below(head, at, title) {
        return true;
    }
    let clock = || {
        copydesk_date::find(head[at].text, &Hints::default()).iter().any(|found| {
            matches!(found.reading, Reading::Time(_)) || found.value().is_some_and(|value| value.clock().is_some())
        })
    };
    // A clock at the very top, with the name of the page or its buttons between it and the headline.
    let counted = |line: &HeadLine<'_>| {
        classify_label(line.text, lexicon).is_some_and(|label| label.kind == PageLabelKind::Counter)
    };
    let parts = |line: &HeadLine<'_>| matches!(line.sort, Sort::Outlet | Sort::Control) && !counted(line);
    let parted = head[at + 1..title].iter().any(parts);
    head[at].id.0 <= 1 && parted && clock()
}

/// The day of the visit stands no further down.
const LAST_OF_TOP: u32 = 2;

/// Whether the headline has a day of its own right above it, below a day at the top of the page.
fn is_another_day_below(head: &[HeadLine<'_>], at: usize, title: usize) -> bool {
    let day = |line: &HeadLine<'_>| {
        let found = copydesk_date::find(line.text, &Hints::default());
        found.into_iter().find_map(|found| found.value().filter(|value| value.day().is_some()))
    };
    let stamped = |line: &HeadLine<'_>| match &line.sort {
        Sort::Date => true,
        Sort::Shared(shared) => shared.stamped,
        _ => false,
    };
    let Some(own) = day(&head[at]) else { return false };
    let day_of = |value: &copydesk_date::Timestamp| value.to_string().chars().take(10).collect::<String>();
    head[at + 1..title]
        .iter()
        .filter(|line| stamped(line))
        .filter_map(day)
        .any(|other| other.clock().is_some() && day_of(&other) != day_of(&own))
}

/// `33.3 C`, `72 F`.
fn is_temperature(text: &str) -> bool {
    let Some((number, unit)) = text.trim().rsplit_once(' ') else { return false };
    matches!(unit, "C" | "F") && number.parse::<f32>().is_ok()
}

/// Whether a line opens a list of other texts or the comments of readers.
fn opens_other_texts(text: &str, lexicon: &Lexicon) -> bool {
    classify_label(text, lexicon)
        .is_some_and(|label| matches!(label.kind, PageLabelKind::Related | PageLabelKind::Comments))
}
