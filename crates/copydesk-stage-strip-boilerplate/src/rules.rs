//! What is certain without a model, and what kind of boilerplate a dropped block is.

use copydesk_document::{BlockId, BlockKind, BoilerplateKind, Origin, Tag};
use copydesk_lexicon::{FieldKind, Lexicon, PageLabelKind as Kind, classify_label, is_counter};
use rustc_hash::FxHashSet;

use crate::{
    class_words::{Sense, Senses},
    config::Config,
    elements::Part,
    judge::Verdict,
    kind::Likely,
    page::Page,
    posts, promotion, regions, text, whole,
};

/// Why a block is not main text.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Finding {
    pub what: BoilerplateKind,
    pub rule: &'static str,
    pub detail: String,
}

pub(crate) fn finding(what: BoilerplateKind, rule: &'static str, detail: impl Into<String>) -> Finding {
    Finding { what, rule, detail: detail.into() }
}

/// What is certain of each block without a model.
pub(crate) fn certain(page: &Page<'_>, kind: &Likely, config: &Config) -> Vec<Option<Finding>> {
    let first = (0..page.len()).find(|i| page.prose_before[i + 1] > page.prose_before[*i]);
    let headline = page.headline.or_else(|| only_headline(page, first?));
    let comments = regions::comments(page, kind);
    let lines = if page.elements.is_none() { text::certain(page) } else { vec![None; page.len()] };
    lines
        .into_iter()
        .enumerate()
        .map(|(index, line)| {
            if comments[index] && !config.comments {
                return Some(finding(
                    BoilerplateKind::Comments,
                    "comments",
                    "stands among readers' comments, below a story",
                ));
            }
            if headline == Some(index) {
                return Some(finding(BoilerplateKind::Other, "headline", "the title of the page"));
            }
            certain_of(page, index, config).or(line)
        })
        .collect()
}

/// Drops the lines that the site's pages share, unless a rule has dropped them already.
pub(crate) fn shared(certain: &mut [Option<Finding>], found: &[Option<(u32, u32)>]) {
    for (certain, found) in certain.iter_mut().zip(found) {
        if let (None, Some((on, of))) = (&certain, found) {
            *certain =
                Some(finding(BoilerplateKind::Template, "template", format!("on {on} of {of} pages of the site")));
        }
    }
}

/// The only heading of the first level, above the running text, is the headline of a page that names no title.
fn only_headline(page: &Page<'_>, first: usize) -> Option<usize> {
    let highest = |i: &usize| {
        let block = page.doc.block(BlockId(*i as u32));
        block.kind == BlockKind::Heading && block.level == 1 && !block.hidden
    };
    let mut found = (0..page.len()).filter(highest);
    let only = found.next()?;
    (found.next().is_none() && only < first).then_some(only)
}

/// What is certain of one block. The order is the order of the README's table.
fn certain_of(page: &Page<'_>, index: usize, config: &Config) -> Option<Finding> {
    let block = page.doc.block(BlockId(index as u32));
    let line = &page.lines[index];
    let shape = &page.shapes[index];
    if block.hidden && !config.folded {
        return Some(finding(BoilerplateKind::Hidden, "hidden", "the page does not show it"));
    }
    if block.hidden && (is_inside_a_line(page, index) || is_fallback(page, index)) {
        return Some(finding(
            BoilerplateKind::Hidden,
            "hidden",
            "words for screen readers, readings, or what stands in for a film",
        ));
    }
    if block.kind == BlockKind::Control {
        return Some(finding(BoilerplateKind::Form, "control", "a button or a form field"));
    }
    if block.kind == BlockKind::Caption || is_in(page, index, Part::Figcaption) {
        return Some(finding(BoilerplateKind::Other, "caption", "marked up as a caption"));
    }
    if line.pictured && block.kind == BlockKind::Paragraph && shape.words <= CAPTION && is_named_caption(page, index) {
        return Some(finding(BoilerplateKind::Other, "caption", "named a caption, right behind a picture"));
    }
    if line.headline && block.kind == BlockKind::Heading {
        return Some(finding(BoilerplateKind::Other, "headline", "repeats the title of the page"));
    }
    if is_in(page, index, Part::Nav) && page.linked[index] > 0.8 && shape.words <= 12.0 && !shape.closed {
        return Some(finding(BoilerplateKind::Navigation, "navigation", "a short link inside <nav>"));
    }
    if let Some((kind, true)) = line.label
        && is_boilerplate_anywhere(kind)
        && block.kind != BlockKind::Heading
    {
        return Some(finding(boilerplate_kind_of(kind), "label", format!("a label of the page: {}", name_of(kind))));
    }
    if page.elements.is_some() && (is_edit_link(page, index) || is_only_editor(page, index)) {
        return Some(finding(BoilerplateKind::Other, "label", "a link to edit the section, or the name of the editor"));
    }
    if page.elements.is_some()
        && let Some(found) = promotion::find(page, index)
    {
        return Some(found);
    }
    if let Some((Kind::Subscribe, _)) = line.label
        && is_in_box(page, index)
    {
        return Some(finding(
            BoilerplateKind::Newsletter,
            "label",
            "begins like an offer to subscribe, in a box of that name",
        ));
    }
    if let Some((FieldKind::Views | FieldKind::ReadingTime, true)) = line.field
        && shape.words <= 5.0
    {
        return Some(finding(BoilerplateKind::Other, "counter", "a label and its count"));
    }
    if shape.letters == 0 && shape.words <= 2.0 && after_label(page, index) {
        return Some(finding(BoilerplateKind::Other, "value", "the value of the label before it"));
    }
    None
}

/// `[edit]` behind a heading, in any language: a few linked words in square brackets.
fn is_edit_link(page: &Page<'_>, index: usize) -> bool {
    let text = page.doc.text(BlockId(index as u32));
    let heading = |at: usize| page.doc.block(BlockId(at as u32)).kind == BlockKind::Heading;
    page.shapes[index].words <= 5.0
        && text.starts_with('[')
        && text.ends_with(']')
        && page.shapes[index].letters > 0
        && page.linked[index] > 0.3
        && index.checked_sub(1).is_some_and(heading)
}

/// The one line of a page that names its editor: `责编：林晓`. Where there are several, somebody is asking questions.
fn is_only_editor(page: &Page<'_>, index: usize) -> bool {
    let edits = |at: usize| matches!(page.lines[at].field, Some((FieldKind::Editor, true)));
    edits(index) && page.shapes[index].words <= 8.0 && (0..page.len()).filter(|at| edits(*at)).take(2).count() == 1
}

/// Whether a hidden block stands within the visible one before it.
fn is_inside_a_line(page: &Page<'_>, index: usize) -> bool {
    let span = page.doc.blocks()[index].span;
    let before = page.doc.blocks()[..index].iter().rev().take(8).find(|block| !block.hidden);
    before.is_some_and(|before| before.span.start <= span.start && span.end <= before.span.end)
}

/// Whether a block is shown only where a film, a player or a drawing cannot be.
fn is_fallback(page: &Page<'_>, index: usize) -> bool {
    let element = page.doc.blocks()[index].element;
    let stands_in = |tag| matches!(tag, Tag::Object | Tag::Applet | Tag::Audio | Tag::Video | Tag::Canvas);
    page.doc.tree.as_ref().zip(element).is_some_and(|(tree, id)| tree.ancestors(id).any(|a| stands_in(tree.tag(a))))
}

/// Captions are shorter than this, in words.
const CAPTION: f32 = 60.0;

/// Whether the element of the block itself, not one around it, has the name of a caption.
fn is_named_caption(page: &Page<'_>, index: usize) -> bool {
    let element = page.doc.block(BlockId(index as u32)).element;
    page.elements.as_ref().zip(element).is_some_and(|(e, id)| Sense::Caption.within(e.nodes[id.index()].sense))
}

/// Whether an element around a block is named for subscriptions.
fn is_in_box(page: &Page<'_>, index: usize) -> bool {
    let element = page.doc.block(BlockId(index as u32)).element;
    page.elements.as_ref().zip(element).is_some_and(|(e, id)| e.nodes[id.index()].says(Sense::Newsletter))
}

/// The label of a label/value pair stands right before.
fn after_label(page: &Page<'_>, index: usize) -> bool {
    let Some(before) = index.checked_sub(1) else { return false };
    matches!(page.lines[before].field, Some((_, false))) && is_counter(page.doc.text(BlockId(index as u32)))
}

fn is_in(page: &Page<'_>, index: usize, part: Part) -> bool {
    let element = page.doc.block(BlockId(index as u32)).element;
    page.elements.as_ref().zip(element).is_some_and(|(e, id)| e.nodes[id.index()].is_in(part))
}

/// Labels that no story has as a line of its own. Others (`Related`, `Tags`) may be headings of a story.
fn is_boilerplate_anywhere(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Share
            | Kind::LinkCopied
            | Kind::Print
            | Kind::FontSize
            | Kind::Follow
            | Kind::SkipNavigation
            | Kind::BackToTop
            | Kind::Advertisement
            | Kind::Cookie
            | Kind::Copyright
            | Kind::Login
            | Kind::Loading
            | Kind::Language
            | Kind::Counter
            | Kind::Subscribe
    )
}

/// The house's word for a kind of label.
pub(crate) fn boilerplate_kind_of(kind: Kind) -> BoilerplateKind {
    match kind {
        Kind::Share | Kind::LinkCopied | Kind::Print | Kind::FontSize | Kind::Follow | Kind::Listen => {
            BoilerplateKind::Share
        }
        Kind::SkipNavigation | Kind::Menu | Kind::Paging | Kind::BackToTop | Kind::Search | Kind::Language => {
            BoilerplateKind::Navigation
        }
        Kind::ReadMore | Kind::Related => BoilerplateKind::Related,
        Kind::Advertisement => BoilerplateKind::Advertisement,
        Kind::Subscribe => BoilerplateKind::Newsletter,
        Kind::Copyright | Kind::Legal | Kind::Disclaimer => BoilerplateKind::Footer,
        Kind::Cookie => BoilerplateKind::Consent,
        Kind::Comments | Kind::Feedback => BoilerplateKind::Comments,
        Kind::Login => BoilerplateKind::Form,
        Kind::Counter
        | Kind::Tags
        | Kind::Loading
        | Kind::AuthorNote
        | Kind::Device
        | Kind::Gallery
        | Kind::SignOff => BoilerplateKind::Other,
    }
}

pub(crate) fn name_of(kind: Kind) -> &'static str {
    match kind {
        Kind::Share => "share",
        Kind::LinkCopied => "link copied",
        Kind::Print => "print",
        Kind::FontSize => "font size",
        Kind::Follow => "follow",
        Kind::SkipNavigation => "skip navigation",
        Kind::BackToTop => "back to top",
        Kind::Advertisement => "advertisement",
        Kind::Cookie => "cookies",
        Kind::Copyright => "copyright",
        Kind::Login => "log in",
        Kind::Loading => "loading",
        Kind::Language => "language",
        Kind::Counter => "counter",
        Kind::Subscribe => "subscribe",
        Kind::Related => "other stories",
        Kind::ReadMore => "read more",
        Kind::Comments => "comments",
        Kind::Device => "app and device",
        Kind::Feedback => "feedback",
        Kind::Listen => "player",
        Kind::Legal => "terms",
        _ => "boilerplate",
    }
}

/// Which kind of boilerplate a block is that is not main text: by its words, then by the elements and names around it.
pub(crate) fn boilerplate_kind(page: &Page<'_>, index: usize) -> BoilerplateKind {
    let block = page.doc.block(BlockId(index as u32));
    if block.hidden {
        return BoilerplateKind::Hidden;
    }
    if let Some((kind, _)) = page.lines[index].label {
        return boilerplate_kind_of(kind);
    }
    let Some(node) = page.elements.as_ref().zip(block.element).map(|(e, id)| &e.nodes[id.index()]) else {
        return BoilerplateKind::Other;
    };
    let by_name = [
        (Sense::Consent, BoilerplateKind::Consent),
        (Sense::Comments, BoilerplateKind::Comments),
        (Sense::Newsletter, BoilerplateKind::Newsletter),
        (Sense::Share, BoilerplateKind::Share),
        (Sense::Advertisement, BoilerplateKind::Advertisement),
        (Sense::Related, BoilerplateKind::Related),
    ];
    let by_part = [
        (Part::Nav, BoilerplateKind::Navigation),
        (Part::Footer, BoilerplateKind::Footer),
        (Part::Form, BoilerplateKind::Form),
        (Part::Button, BoilerplateKind::Form),
    ];
    let late = [
        (Sense::Navigation, BoilerplateKind::Navigation),
        (Sense::Footer, BoilerplateKind::Footer),
        (Sense::Form, BoilerplateKind::Form),
    ];
    let named =
        |list: &[(Sense, BoilerplateKind)], senses| list.iter().find(|(s, _)| s.within(senses)).map(|(_, f)| *f);
    let senses = senses_apart(page, index).unwrap_or(node.senses);
    named(&by_name, node.sense & senses)
        .or_else(|| by_part.iter().find(|(p, _)| node.is_in(*p)).map(|(_, f)| *f))
        .or_else(|| named(&by_name, senses))
        .or_else(|| named(&late, senses))
        .unwrap_or(if page.linked[index] > 0.8 { BoilerplateKind::Related } else { BoilerplateKind::Other })
}

/// What the parts of the page are called that a block stands in and the headline does not: a part with the headline in it is
/// the text's own, whatever it is called. `None` where no headline is known.
fn senses_apart(page: &Page<'_>, index: usize) -> Option<Senses> {
    let element_of = |index: usize| page.doc.block(BlockId(index as u32)).element;
    let (elements, tree) = (page.elements.as_ref()?, page.doc.tree.as_ref()?);
    let headline = element_of(page.headline?)?;
    let outward = std::iter::successors(element_of(index), |element| tree.get(*element).parent);
    let apart = outward.take_while(|element| !tree.contains(*element, headline));
    Some(apart.fold(0, |senses, element| senses | elements.nodes[element.index()].sense))
}

/// A page that does not show its text: what the parser read from a script is the text, and what the page shows beside
/// it is none of it.
pub(crate) fn embedded(page: &Page<'_>, verdicts: &mut [Verdict]) {
    for (verdict, block) in verdicts.iter_mut().zip(page.doc.blocks()) {
        // A caption has been judged as one.
        if block.element.is_none() && block.kind != BlockKind::Caption {
            *verdict = Verdict::Kept("embedded", "the page does not show its text; this stands in a script");
        } else if block.element.is_some() && verdict.stays() {
            *verdict =
                Verdict::Rule(finding(BoilerplateKind::Other, "embedded", "the text of the page stands in a script"));
        }
    }
}

/// A text of no more blocks than this was not scraped together with a page around it.
const FEW_BLOCKS: usize = 5;

/// Whether HTML is a page and no piece of one, as feeds and data sets have them: it says something of itself.
fn is_whole_page(page: &Page<'_>) -> bool {
    let own = [Origin::TitleElement, Origin::Meta, Origin::Link, Origin::JsonLd, Origin::EmbeddedState];
    page.doc.evidence.clues.iter().any(|clue| own.contains(&clue.origin))
}

/// A text in which nothing reads as main text: the forests know pages, and see too little of a short note. What
/// somebody wrote as Markdown, and what comes in a few lines only, has little boilerplate: its sentences stay.
pub(crate) fn short(page: &Page<'_>, verdicts: &mut [Verdict]) {
    let few = page.len() <= FEW_BLOCKS;
    if !(few || page.doc.source.media_type == "text/markdown") || page.elements.is_some() && is_whole_page(page) {
        return;
    }
    for (index, verdict) in verdicts.iter_mut().enumerate() {
        let shape = &page.shapes[index];
        let written = shape.words >= 4.0 && (shape.stops > 0 || page.len() == 1);
        let is_heading = page.doc.blocks()[index].kind == BlockKind::Heading;
        if *verdict == Verdict::Unlikely && written && !is_heading && page.linked[index] < 0.5 {
            *verdict = Verdict::Kept("short", "a sentence of a short text, with no page around it");
        }
    }
}

/// What follows once every block has been judged.
pub(crate) fn afterthoughts(page: &Page<'_>, kind: &Likely, verdicts: &mut [Verdict], config: &Config) {
    repeated(page, kind, verdicts);
    boxes(page, verdicts);
    headed_boxes(page, verdicts);
    leads(page, verdicts);
    if page.elements.is_none() {
        edges(page, verdicts);
    }
    whole::keep(page, verdicts);
    headings(page, verdicts);
    notes(page, verdicts);
    if config.comments {
        for (index, verdict) in verdicts.iter_mut().enumerate() {
            let shape = &page.shapes[index];
            if *verdict == Verdict::Unlikely
                && shape.words >= 3.0
                && page.linked[index] < 0.5
                && boilerplate_kind(page, index) == BoilerplateKind::Comments
            {
                *verdict = Verdict::Kept("option", "`comments` is on");
            }
        }
    }
    for (index, verdict) in verdicts.iter_mut().enumerate() {
        if verdict.stays()
            && let Some(option) = switched_off(page, index, config)
        {
            *verdict = Verdict::Rule(finding(BoilerplateKind::Other, "option", format!("`{option}` is off")));
        }
    }
    dangling(page, verdicts);
    scraps(page, verdicts);
}

/// What stands between the heading of a newsletter or consent box and its button belongs to the box.
fn boxes(page: &Page<'_>, verdicts: &mut [Verdict]) {
    for index in 1..verdicts.len().saturating_sub(1) {
        let button = page.doc.block(BlockId(index as u32 + 1)).kind == BlockKind::Control;
        let what = match page.lines[index - 1].label {
            Some((Kind::Subscribe, _)) => BoilerplateKind::Newsletter,
            Some((Kind::Cookie, _)) => BoilerplateKind::Consent,
            _ => continue,
        };
        if button && verdicts[index].stays() && !verdicts[index - 1].stays() {
            verdicts[index] = Verdict::Rule(finding(what, "box", "between the heading of a box and its button"));
        }
    }
}

/// A box has no more words than these.
const BOX: f32 = 90.0;

/// A small element inside a story that begins with a heading such as `About the author` or `Our newsletter` is a box of that
/// kind as a whole.
fn headed_boxes(page: &Page<'_>, verdicts: &mut [Verdict]) {
    let Some(elements) = &page.elements else { return };
    let Some(last) = verdicts.iter().rposition(Verdict::stays) else { return };
    for index in 0..last {
        let block = page.doc.block(BlockId(index as u32));
        let (Some((kind, true)), BlockKind::Heading, Some(element)) =
            (page.lines[index].label, block.kind, block.element)
        else {
            continue;
        };
        if !matches!(kind, Kind::AuthorNote | Kind::Subscribe | Kind::Follow | Kind::Device) {
            continue;
        }
        let own = &elements.nodes[element.index()];
        let node = if own.blocks > 1 { own } else { &elements.nodes[own.outer as usize] };
        let end = index + node.blocks as usize;
        if node.first as usize != index || node.words > BOX || end > last {
            continue;
        }
        for verdict in verdicts[index..end].iter_mut().filter(|verdict| verdict.stays()) {
            let detail = format!("in a box with the heading of one: {}", name_of(kind));
            *verdict = Verdict::Rule(finding(boilerplate_kind_of(kind), "box", detail));
        }
    }
}

/// Fewer words than these, most of them links, are no main text but what is left of a menu.
const SCRAPS: f32 = 30.0;

/// A page of which only a few linked words would stay has no main text.
fn scraps(page: &Page<'_>, verdicts: &mut [Verdict]) {
    let kept = || (0..verdicts.len()).filter(|i| verdicts[*i].stays());
    let words: f32 = kept().map(|i| page.shapes[i].words).sum();
    let linked: f32 = kept().map(|i| page.shapes[i].words * page.linked[i]).sum();
    if words < SCRAPS && linked > words / 2.0 {
        for verdict in verdicts.iter_mut().filter(|v| v.stays()) {
            *verdict = Verdict::Rule(finding(
                BoilerplateKind::Navigation,
                "scraps",
                "a few linked words, and no text beside them",
            ));
        }
    }
}

/// Whether a block that was found unlikely reads like text: sentences, hardly linked, and no label.
fn reads_like_text(page: &Page<'_>, verdicts: &[Verdict], index: usize) -> bool {
    let prose = || page.shapes[index].is_prose() || ends_the_text(page.doc.text(BlockId(index as u32)));
    verdicts[index] == Verdict::Unlikely
        && prose()
        && page.linked[index] < 0.3
        && page.lines[index].label.is_none()
        && !page.doc.block(BlockId(index as u32)).hidden
}

/// A sentence with the mark that ends a release: `... in 2025. /END/`.
fn ends_the_text(text: &str) -> bool {
    let trimmed =
        text.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, '/' | '(' | ')' | '[' | ']' | '-' | '#'));
    let sentence = ["END", "ENDS", "End", "끝", "완", "以上", "Kết thúc", "FIN"]
        .iter()
        .find_map(|mark| trimmed.strip_suffix(mark));
    sentence.is_some_and(|rest| {
        rest.trim_end_matches(|c: char| !c.is_alphanumeric() && c != '.' && c != '。').ends_with(['.', '。'])
    })
}

/// How far above the text a standfirst may stand, in blocks: byline, date and share bar stand between. One that the page says
/// again of itself may stand further off.
const LEAD_WITHIN: usize = 12;
const DESCRIPTION_WITHIN: usize = 60;

/// A standfirst, by its name or by the description that the page gives of itself, above the text and below the headline,
/// belongs to the text.
fn leads(page: &Page<'_>, verdicts: &mut [Verdict]) {
    let (Some(elements), Some(headline)) = (&page.elements, page.headline) else { return };
    let Some(first) = verdicts.iter().position(Verdict::stays) else { return };
    for index in (headline + 1).max(first.saturating_sub(DESCRIPTION_WITHIN))..first {
        let Some(element) = page.doc.block(BlockId(index as u32)).element else { continue };
        let node = &elements.nodes[element.index()];
        let outer = &elements.nodes[node.outer as usize];
        let named = Sense::Lead.within(node.sense) || outer.blocks <= 2 && Sense::Lead.within(outer.sense);
        let near = index + LEAD_WITHIN >= first && node.twins <= 1;
        let (why, others) = if describes_the_page(page, verdicts, index) {
            ("the description of the page, between the headline and the text", OTHERS)
        } else if named && near && reads_like_text(page, verdicts, index) {
            ("a standfirst, between the headline and the text", OTHERS_AND_CARDS)
        } else {
            continue;
        };
        let senses = senses_apart(page, index).unwrap_or_default();
        if !others.iter().any(|sense| sense.within(senses)) {
            verdicts[index] = Verdict::Kept("lead", why);
        }
    }
}

/// Parts of a page that are for something else than its text.
const OTHERS: &[Sense] = &[Sense::Related, Sense::Caption, Sense::Comments, Sense::Newsletter];
const OTHERS_AND_CARDS: &[Sense] = &[Sense::Related, Sense::Card, Sense::Caption, Sense::Comments, Sense::Newsletter];

/// Whether a block that was found unlikely has the words of the page's description.
fn describes_the_page(page: &Page<'_>, verdicts: &[Verdict], index: usize) -> bool {
    let words = page.shapes[index].words;
    verdicts[index] == Verdict::Unlikely
        && page.lines[index].description > 0.9
        && page.lines[index].title < 0.8
        && (8.0..=90.0).contains(&words)
        && page.linked[index] < 0.3
        && page.lines[index].label.is_none()
        && !page.doc.block(BlockId(index as u32)).hidden
}

/// In a text without markup, sentences that stand right beside the main text belong to it.
fn edges(page: &Page<'_>, verdicts: &mut [Verdict]) {
    for index in 1..verdicts.len() {
        if verdicts[index - 1].stays() && reads_like_text(page, verdicts, index) {
            verdicts[index] = Verdict::Kept("edge", "sentences right below the text");
        }
    }
    if let Some(first) = verdicts.iter().position(Verdict::stays)
        && first > 0
        && reads_like_text(page, verdicts, first - 1)
    {
        verdicts[first - 1] = Verdict::Kept("edge", "sentences right above the text");
    }
}

/// A heading between two paragraphs that stay belongs to the second, unless its words are those of a label.
fn headings(page: &Page<'_>, verdicts: &mut [Verdict]) {
    for index in 1..verdicts.len().saturating_sub(1) {
        let heading = page.doc.block(BlockId(index as u32)).kind == BlockKind::Heading;
        if heading
            && verdicts[index] == Verdict::Unlikely
            && page.lines[index].label.is_none()
            && page.linked[index] < 0.5
            && verdicts[index - 1].stays()
            && verdicts[index + 1].stays()
        {
            verdicts[index] = Verdict::Kept("heading", "a heading between paragraphs that stay");
        }
    }
}

/// Remarks that belong to the text above them: notes behind a mark such as `※`, and the standing sentence about the
/// author or his views that ends an opinion piece.
fn notes(page: &Page<'_>, verdicts: &mut [Verdict]) {
    for index in 1..verdicts.len() {
        let note = page.doc.block(BlockId(index as u32)).kind == BlockKind::Note;
        if note
            && verdicts[index] == Verdict::Unlikely
            && verdicts[index - 1].stays()
            && page.shapes[index].words >= 3.0
        {
            verdicts[index] = Verdict::Kept("note", "a note to the paragraph above it");
        }
    }
    let Some(last) = verdicts.iter().rposition(Verdict::stays) else { return };
    for (index, verdict) in verdicts.iter_mut().enumerate().skip(last + 1).take(3) {
        let text = page.doc.text(BlockId(index as u32));
        let remark = || {
            text.split_inclusive(". ")
                .any(|s| matches!(classify_label(s, Lexicon::builtin()), Some(l) if l.kind == Kind::AuthorNote))
        };
        if *verdict == Verdict::Unlikely && page.shapes[index].is_prose() && text.len() < 800 && remark() {
            *verdict = Verdict::Kept("author-note", "a remark about the author or his views ends the text");
        }
    }
}

/// A longer text that stands in the main text already is not given twice: pages carry a copy for narrow screens. On a thread
/// people say again what others have said.
fn repeated(page: &Page<'_>, kind: &Likely, verdicts: &mut [Verdict]) {
    if posts::weight(kind) > 0.5 {
        return;
    }
    let mut kept: FxHashSet<&str> = FxHashSet::default();
    for (index, verdict) in verdicts.iter_mut().enumerate() {
        if page.lines[index].copies < 2 || page.shapes[index].words < 10.0 || !verdict.stays() {
            continue;
        }
        if !kept.insert(page.doc.text(BlockId(index as u32))) {
            *verdict = Verdict::Rule(finding(BoilerplateKind::Other, "repeated", "the same text stands above"));
        }
    }
}

/// A heading with nothing of the text below it announces what has been dropped.
fn dangling(page: &Page<'_>, verdicts: &mut [Verdict]) {
    let heading = |index: usize| page.doc.block(BlockId(index as u32)).kind == BlockKind::Heading;
    let Some(last) = (0..verdicts.len()).rfind(|i| verdicts[*i].stays() && !heading(*i)) else { return };
    for verdict in verdicts[last..].iter_mut().skip(1).filter(|v| v.stays()) {
        *verdict =
            Verdict::Rule(finding(BoilerplateKind::Other, "dangling", "a heading with nothing of the text below it"));
    }
}

/// Whether the block is a kind that the options leave out.
fn switched_off(page: &Page<'_>, index: usize, config: &Config) -> Option<&'static str> {
    let kind = page.doc.block(BlockId(index as u32)).kind;
    match kind {
        BlockKind::TableRow if !config.tables => Some("tables"),
        BlockKind::ListItem if !config.lists => Some("lists"),
        BlockKind::Code if !config.code => Some("code"),
        BlockKind::Quote if !config.quotes => Some("quotes"),
        BlockKind::Heading if !config.headings => Some("headings"),
        _ => None,
    }
}

/// What a person may want to know of a block to follow a judgement: `41 words, no links, inside <article>`.
pub(crate) fn portrait(page: &Page<'_>, index: usize, out: &mut String) {
    let start = out.len();
    draw(page, index, out);
    out[start..].make_ascii_lowercase();
}

fn draw(page: &Page<'_>, index: usize, out: &mut String) {
    use std::fmt::Write as _;
    let shape = &page.shapes[index];
    let block = page.doc.block(BlockId(index as u32));
    let words = shape.words.round() as u32;
    let _ = write!(out, "{words} word{}", if words == 1 { "" } else { "s" });
    let linked = (page.linked[index] * 100.0).round() as u32;
    if linked > 0 {
        let _ = write!(out, ", {linked} % linked");
    } else {
        out.push_str(", no links");
    }
    if shape.is_prose() {
        out.push_str(", running text");
    }
    if let Some((kind, _)) = page.lines[index].label {
        let _ = write!(out, ", starts like {:?}", boilerplate_kind_of(kind));
    }
    if page.lines[index].declared > 0.5 {
        out.push_str(", in the declared article body");
    }
    let Some(node) = page.elements.as_ref().zip(block.element).map(|(e, id)| &e.nodes[id.index()]) else { return };
    let parts = [
        (Part::Nav, "<nav>"),
        (Part::Aside, "<aside>"),
        (Part::Footer, "<footer>"),
        (Part::Form, "<form>"),
        (Part::ArticleBody, "the article body"),
        (Part::Article, "<article>"),
        (Part::Main, "<main>"),
    ];
    if let Some((_, name)) = parts.iter().find(|(p, _)| node.is_in(*p)) {
        let _ = write!(out, ", inside {name}");
    }
    if node.sense & !Sense::Content.bit() != 0
        && let Some(sense) = Sense::ALL.into_iter().skip(1).find(|s| s.within(node.sense))
    {
        let _ = write!(out, ", named {sense:?}");
    }
}
