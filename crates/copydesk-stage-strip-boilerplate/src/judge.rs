//! From numbers to a choice of blocks.

use std::sync::OnceLock;

use copydesk_document::{Block, PageType};

use crate::{
    config::{Config, Mode},
    context::{self, Opinion},
    features::{
        self, Frame, Sink,
        region::{self, Judged},
        settled::{self, Settled},
    },
    kind::Likely,
    model::{Model, Table},
    page::Page,
    posts, regions,
    rules::{self, Finding},
    text,
};

/// Blocks that are measured at once, so that memory stays small on pages of any length.
const CHUNK: usize = 4096;

/// The cells of one row, from a column on.
struct Cells<'t>(crate::model::RowMut<'t>);

impl Sink for Cells<'_> {
    #[inline]
    fn put(&mut self, _: &'static str, value: f32) {
        self.0.push(value);
    }
}

/// Collects the names of the columns.
struct Titles(Vec<&'static str>);

impl Sink for Titles {
    fn put(&mut self, name: &'static str, _: f32) {
        self.0.push(name);
    }
}

/// A page of one line, or the same line without a page.
fn example(sort: Sort) -> copydesk_document::Document {
    let mut doc = copydesk_document::Document::default();
    doc.push_block(copydesk_document::NewBlock { text: "One.", ..Default::default() });
    doc.tree = (sort == Sort::Html).then(copydesk_document::Tree::default);
    doc
}

/// What there is a model for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    /// Pages with an element tree.
    #[default]
    Html,
    /// Texts without one.
    Text,
    /// Regions of pages.
    Region,
    /// Lines of texts, with what rules and forests have made of them.
    Settled,
}

impl Sort {
    pub(crate) fn of(page: &Page<'_>) -> Self {
        if page.elements.is_some() { Self::Html } else { Self::Text }
    }
}

pub(crate) fn first_names(sort: Sort) -> Vec<&'static str> {
    let doc = example(sort);
    let page = Page::read(&doc, &crate::model::Names::default());
    let mut titles = Titles(Vec::new());
    features::describe(&page, &Frame::read(&page), 0, &mut titles);
    titles.0
}

pub(crate) fn second_names() -> Vec<&'static str> {
    let doc = example(Sort::Text);
    let page = Page::read(&doc, &crate::model::Names::default());
    let frame = Frame::read(&page);
    let mut titles = Titles(Vec::new());
    context::describe(&page, &Opinion::read(&page, &frame, &[0.5]), 0, &mut titles);
    titles.0
}

/// The columns of the forest for regions.
pub(crate) fn region_names() -> Vec<&'static str> {
    // A list of two lines is a region.
    let mut doc = copydesk_document::Document::default();
    let mut tree = copydesk_document::Tree::default();
    let element = tree.open(copydesk_document::Tag::Div, None, copydesk_document::Span::default());
    tree.close(element);
    doc.tree = Some(tree);
    for text in ["One.", "Two."] {
        doc.push_block(copydesk_document::NewBlock { text, element: Some(element), ..Default::default() });
    }
    let page = Page::read(&doc, &crate::model::Names::default());
    let (frame, sums) = (Frame::read(&page), region::Sums::read(&page));
    let mut titles = Titles(Vec::new());
    for region in &region::Regions::read(&page).list {
        region::describe(&page, &frame, &Likely::default(), &sums, region, &mut titles);
    }
    titles.0
}

/// What the forest that has the last word on texts is told behind the columns of the first.
pub(crate) fn settled_names() -> Vec<&'static str> {
    let doc = example(Sort::Text);
    let page = Page::read(&doc, &crate::model::Names::default());
    let mut titles = Titles(Vec::new());
    settled::describe(&page, &Settled::read(&[Verdict::Likely], &[0.5], 0.5), 0, &mut titles);
    titles.0
}

/// Stands for the names of all columns in their order. FNV-1a: it is written into files, and has to stay the same.
pub(crate) fn columns_digest(sort: Sort) -> u64 {
    static DIGEST: [OnceLock<u64>; 4] = [const { OnceLock::new() }; 4];
    *DIGEST[sort as usize].get_or_init(|| match sort {
        Sort::Html | Sort::Text => digest(first_names(sort).into_iter().chain([""]).chain(second_names())),
        Sort::Region => digest(region_names().into_iter()),
        Sort::Settled => digest(first_names(Sort::Text).into_iter().chain([""]).chain(settled_names())),
    })
}

/// Stands for names in their order.
pub(crate) fn digest<'n>(names: impl Iterator<Item = &'n str>) -> u64 {
    let bytes = names.flat_map(|name| name.bytes().chain([b'\n']));
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// The columns of the first forest for some blocks, with room for more columns behind them.
pub(crate) fn first_table(page: &Page<'_>, frame: &Frame, blocks: &[u32], more: usize) -> Table {
    let columns = first_columns(Sort::of(page));
    let mut table = Table::new(blocks.len(), columns + more);
    for (row, index) in blocks.iter().enumerate() {
        features::describe(page, frame, *index as usize, &mut Cells(table.row_mut(row, 0)));
    }
    table
}

fn first_columns(sort: Sort) -> usize {
    static COUNT: [OnceLock<usize>; 2] = [const { OnceLock::new() }; 2];
    *COUNT[usize::from(sort == Sort::Html)].get_or_init(|| first_names(sort).len())
}

fn second_columns() -> usize {
    static COUNT: OnceLock<usize> = OnceLock::new();
    *COUNT.get_or_init(|| second_names().len())
}

fn settled_columns() -> usize {
    static COUNT: OnceLock<usize> = OnceLock::new();
    *COUNT.get_or_init(|| settled_names().len())
}

/// What the first forest finds less likely than this is not judged again.
pub(crate) const SURE: f32 = 0.01;

/// The models for pages with one article, and how likely a page is of which kind.
pub(crate) struct Articles<'m> {
    pub blocks: &'m Model,
    pub regions: &'m Model,
    pub kind: &'m Likely,
}

/// How likely each block is main text, and by what that was told.
pub(crate) struct Told {
    pub likely: Vec<f32>,
    /// The regions that the blocks stand in, where these were heard.
    pub regions: Option<Judged>,
    /// What the first forest has seen, where it is one table.
    measured: Option<Table>,
}

/// How likely each block is main text, and what the regions are that it stands in. What a rule has settled is judged only
/// as far as its neighbours need it. Where the page has one article, the forests of `article` have a say.
pub(crate) fn probabilities(
    page: &Page<'_>,
    frame: &Frame,
    model: &Model,
    article: Option<&Articles<'_>>,
    certain: &[Option<Finding>],
) -> Told {
    let all: Vec<u32> = (0..page.len() as u32).collect();
    let mut first = Vec::with_capacity(all.len());
    let mut measured = None;
    let mut say = article.map(|article| Say::new(article.blocks, article.kind));
    for chunk in all.chunks(CHUNK) {
        let table = first_table(page, frame, chunk, 0);
        let likely = model.first.predict(&table);
        if let Some(say) = &mut say {
            say.read(&table, &likely);
        }
        first.extend(likely);
        measured = Some(table);
    }
    // Most pages fit into one chunk, and are measured once.
    let measured = measured.filter(|_| page.len() <= CHUNK);
    let opinion = Opinion::read(page, frame, &first);
    let mut probability = first.clone();
    let open = |i: &u32| certain[*i as usize].is_none() && first[*i as usize] >= SURE;
    let open: Vec<u32> = all.into_iter().filter(open).collect();
    for chunk in open.chunks(CHUNK) {
        let mut table = match &measured {
            Some(measured) => measured.pick(chunk, second_columns()),
            None => first_table(page, frame, chunk, second_columns()),
        };
        for (row, index) in chunk.iter().enumerate() {
            let mut cells = Cells(table.row_mut(row, first_columns(Sort::of(page))));
            context::describe(page, &opinion, *index as usize, &mut cells);
        }
        for (index, p) in chunk.iter().zip(model.second.predict(&table)) {
            let first = &mut probability[*index as usize];
            *first = both(*first, p);
        }
    }
    let Some((say, article)) = say.zip(article) else {
        return Told { likely: probability, regions: None, measured };
    };
    let mut probability = say.heard(page, &first, probability);
    posts::judge_together(page, &open, article.kind, &mut probability);
    let weight = region_weight(article.kind);
    if weight <= 0.0 {
        return Told { likely: probability, regions: None, measured };
    }
    let regions = Judged::read(page, frame, article.kind, &article.regions.second, &open);
    let is_heard = hold_against(page, &open, |block| regions.likelihood(block), weight, &mut probability);
    Told { likely: probability, regions: is_heard.then_some(regions), measured }
}

/// What the forest for pages with one article says. It has learned from corpora of news and blogs in several languages
/// and of older make; of threads, shops and lists it knows nothing, so a gate tells how much it counts.
struct Say<'m> {
    model: &'m Model,
    weight: f32,
    likely: Vec<f32>,
}

impl<'m> Say<'m> {
    fn new(model: &'m Model, kind: &Likely) -> Self {
        Self { model, weight: article_weight(kind), likely: Vec::new() }
    }

    /// Judges the blocks that the first forest does not find next to impossible; of the others nothing is asked.
    fn read(&mut self, table: &Table, first: &[f32]) {
        if self.weight <= 0.0 {
            return;
        }
        let asked: Vec<u32> = (0..table.rows() as u32).filter(|row| first[*row as usize] >= SURE).collect();
        let from = self.likely.len();
        self.likely.resize(from + table.rows(), 0.0);
        for (row, p) in asked.iter().zip(self.model.second.predict(&table.pick(&asked, 0))) {
            self.likely[from + *row as usize] = p;
        }
    }
}

impl Say<'_> {
    /// The likelihoods with what this forest says of them. Where it would leave next to nothing of what the forests for all
    /// kinds of pages keep, the page is of another kind after all, and it is not heard.
    fn heard(&self, page: &Page<'_>, first: &[f32], likely: Vec<f32>) -> Vec<f32> {
        let mut mixed = likely.clone();
        for ((p, first), third) in mixed.iter_mut().zip(first).zip(&self.likely) {
            if *first >= SURE {
                *p = mix(*p, *third, self.weight);
            }
        }
        let words = |likely: &[f32], least: f32| -> f32 {
            likely.iter().zip(&page.shapes).filter(|(p, _)| **p >= least).map(|(_, shape)| shape.words).sum()
        };
        if words(&mixed, NOTHING) < LEAST_HEARD * words(&likely, 0.5) { likely } else { mixed }
    }
}

/// The share of the words that other forests keep which the forest for articles must leave in order to be heard.
const LEAST_HEARD: f32 = 0.15;

/// How much the forest for articles counts on a page of this kind: at most as much as the others.
pub(crate) fn article_weight(kind: &Likely) -> f32 {
    ((kind.is(PageType::Article) - 0.4) / 0.4).clamp(0.0, 1.0) * 0.5
}

/// How much a region that is hardly text counts against the blocks in it: on a page that is surely an article, and surely
/// neither a thread nor a list. What these look like the forest for regions knows less well.
pub(crate) fn region_weight(kind: &Likely) -> f32 {
    let article = ((kind.is(PageType::Article) - 0.75) / 0.2).clamp(0.0, 1.0);
    let no = |other: PageType| (1.0 - 8.0 * kind.is(other)).max(0.0);
    article * no(PageType::Thread) * no(PageType::Listing) * 0.6
}

/// Makes blocks less likely by the least likely of the regions that they stand in. A region can speak against what stands in
/// it, and never for it. Where little of what is likely would be left, the page is none that the forest for regions knows,
/// and it is not heard: then this is `false`.
pub(crate) fn hold_against(
    page: &Page<'_>,
    open: &[u32],
    lowest: impl Fn(usize) -> f32,
    weight: f32,
    probability: &mut [f32],
) -> bool {
    let held: Vec<f32> = open
        .iter()
        .map(|block| *block as usize)
        .map(|block| odds(probability[block]) * odds(lowest(block)).min(1.0).powf(weight))
        .map(|odds| odds / (1.0 + odds))
        .collect();
    let words = |index: &u32| page.shapes[*index as usize].words;
    let likely = open.iter().filter(|block| probability[**block as usize] >= 0.5).map(words).sum::<f32>();
    let left = open.iter().zip(&held).filter(|(_, p)| **p >= 0.4).map(|(block, _)| words(block)).sum::<f32>();
    let is_heard = left >= likely * LEAST_LEFT;
    if is_heard {
        for (block, p) in open.iter().zip(held) {
            probability[*block as usize] = p;
        }
    }
    is_heard
}

/// The share of the likely words that must be left for the forest for regions to be heard.
const LEAST_LEFT: f32 = 0.6;

fn odds(p: f32) -> f32 {
    let p = p.clamp(1e-6, 1.0 - 1e-6);
    p / (1.0 - p)
}

/// Two probabilities, the second with this weight: the mean of their log-odds.
pub(crate) fn mix(p: f32, other: f32, weight: f32) -> f32 {
    let odds = odds(p).powf(1.0 - weight) * odds(other).powf(weight);
    odds / (1.0 + odds)
}

/// What two forests say of a block: the mean of their log-odds. The second knows the surroundings better and the first
/// leans on them less, and each is right where the other is not.
pub(crate) fn both(first: f32, second: f32) -> f32 {
    mix(first, second, 0.5)
}

/// The border that gives the best F measure to be expected: blocks above it stay.
///
/// The words that are right among those that stay are the sum of words times likelihood; the best choice takes blocks
/// by likelihood as long as the expected measure rises, which it does down to `measure / (1 + beta²)`.
pub(crate) fn border(sizes: impl Iterator<Item = (f32, f32)>, beta: f32) -> f32 {
    let mut blocks: Vec<(f32, f32)> = sizes.collect();
    blocks.sort_unstable_by(|a, b| b.0.total_cmp(&a.0));
    let square = beta * beta;
    let expected: f32 = blocks.iter().map(|(p, w)| p * w).sum();
    let (mut got, mut right, mut best) = (0.0, 0.0, 0.0f32);
    for (p, words) in blocks {
        got += words;
        right += p * words;
        best = best.max((1.0 + square) * right / (square * expected + got));
    }
    best / (1.0 + square)
}

/// What becomes of a block, and why.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Verdict {
    /// It stays: the forests say so.
    Likely,
    /// It goes: the forests say so.
    Unlikely,
    /// It goes by a rule.
    Rule(Finding),
    /// It stays by a rule: its name and what it saw.
    Kept(&'static str, &'static str),
}

impl Verdict {
    pub(crate) fn stays(&self) -> bool {
        matches!(self, Self::Likely | Self::Kept(..))
    }
}

/// Below this nothing is main text, however little there is on the page.
const FLOOR: f32 = 0.08;
/// What the page does not show must be so much likelier than what it shows: it may unfold, or never be meant for readers.
const HIDDEN: f32 = 1.1;
/// A page without any block as likely as this has no main text: better none than a guess.
const NOTHING: f32 = 0.25;

/// How likely a block must be to stay, given the border of the page.
pub(crate) fn least(border: f32, block: &Block) -> f32 {
    if block.hidden { border * HIDDEN } else { border }
}

/// Fewer words than these are no story that readers could comment on; on a page that is surely no thread.
const STORY: f32 = 50.0;
const SHORT_STORY: f32 = 15.0;

/// Readers' comments stand below a story. Where next to nothing is likely without them, they are what the page is for, and
/// are judged like everything else.
fn comments_need_a_story(page: &Page<'_>, kind: &Likely, probability: &[f32], certain: &mut [Option<Finding>]) {
    let likely = |i: &usize| certain[*i].is_none() && probability[*i] >= 0.5;
    let words: f32 = (0..page.len()).filter(likely).map(|i| page.shapes[i].words).sum();
    if words < if regions::is_no_thread(kind) { SHORT_STORY } else { STORY } {
        for found in certain.iter_mut().filter(|found| found.as_ref().is_some_and(|found| found.rule == "comments")) {
            *found = None;
        }
    }
}

/// Judges every block, and gives the border.
pub(crate) fn judge(
    page: &Page<'_>,
    frame: &Frame,
    kind: &Likely,
    told: &Told,
    certain: Vec<Option<Finding>>,
    config: &Config,
) -> (Vec<Verdict>, f32) {
    let (mut verdicts, border) = settle(page, kind, &told.likely, certain, config);
    if text::is_scraped(page) {
        let table = match &told.measured {
            Some(measured) => settled_table(page, measured, &told.likely, border, &verdicts),
            None => settled_table(page, &whole_table(page, frame), &told.likely, border, &verdicts),
        };
        let likely = Model::settled().second.predict(&table);
        overrule(page, &likely, config, &mut verdicts);
    }
    (verdicts, border)
}

/// The columns of the first forest for all blocks.
pub(crate) fn whole_table(page: &Page<'_>, frame: &Frame) -> Table {
    let all: Vec<u32> = (0..page.len() as u32).collect();
    first_table(page, frame, &all, 0)
}

/// What the forest that has the last word is told of the lines of a text, behind what the first has seen.
pub(crate) fn settled_table(
    page: &Page<'_>,
    measured: &Table,
    probability: &[f32],
    border: f32,
    verdicts: &[Verdict],
) -> Table {
    let own = first_columns(Sort::Text);
    let settled = Settled::read(verdicts, probability, border);
    let all: Vec<u32> = (0..page.len() as u32).collect();
    let mut table = measured.pick(&all, settled_columns());
    for index in 0..page.len() {
        settled::describe(page, &settled, index, &mut Cells(table.row_mut(index, own)));
    }
    table
}

/// A line that rules and forests drop must be so likely to stay after all, and one that they keep must be so unlikely to go:
/// what is lost weighs more than what is left over.
const REVIVED: f32 = 0.5;
/// Above the story stand notices of the page as well as decks, so that a line there must be likelier.
const HEAD_REVIVED: f32 = 0.7;
const DROPPED: f32 = 0.4;
/// A line that reads as running text must be less likely still to go.
const RUNNING_TEXT_DROPPED: f32 = 0.1;
/// How much the wish to lose nothing, or to keep nothing wrong, moves both.
const WISH: f32 = 0.1;
/// The share of the words that must be left for the last forest to be heard.
const LEAST_LEFT_OF_TEXT: f32 = 0.6;

/// Changes what the forest that has the last word finds wrong, unless that would leave much less.
pub(crate) fn overrule(page: &Page<'_>, likely: &[f32], config: &Config, verdicts: &mut [Verdict]) {
    let wish = match config.mode {
        Mode::Precision => WISH,
        Mode::Balanced => 0.0,
        Mode::Recall => -WISH,
    };
    let reads = |index: usize| page.signs.as_ref().is_some_and(|signs| signs.reads[index]);
    let drops = |index: usize, verdict: &Verdict| {
        let border = if reads(index) { RUNNING_TEXT_DROPPED } else { DROPPED };
        verdict.stays() && likely[index] < border + wish
    };
    // What the pipeline file asks for, and what the page hides or says again, stays as it is.
    let revived = |verdict: &Verdict| match verdict {
        Verdict::Rule(finding) => match finding.rule {
            "template" | "comments" | "option" | "repeated" | "hidden" | "control" => f32::INFINITY,
            "head" => HEAD_REVIVED,
            _ => REVIVED,
        },
        _ => REVIVED,
    };
    let words =
        |is: &dyn Fn(usize) -> bool| -> f32 { (0..page.len()).filter(|i| is(*i)).map(|i| page.shapes[i].words).sum() };
    let before = words(&|i| verdicts[i].stays());
    let left = words(&|i| verdicts[i].stays() && !drops(i, &verdicts[i]));
    let may_drop = left >= before * LEAST_LEFT_OF_TEXT;
    for (index, p) in likely.iter().enumerate() {
        let verdict = &mut verdicts[index];
        if may_drop && drops(index, verdict) {
            let detail = format!("what became of the lines beside it speaks against it (p={p:.2})");
            *verdict = Verdict::Rule(rules::finding(rules::boilerplate_kind(page, index), "last-word", detail));
        } else if !verdict.stays() && *p >= revived(verdict) + wish {
            *verdict = Verdict::Kept("last-word", "what became of the lines beside it speaks for it");
        }
    }
}

/// What rules and forests make of every block, and the border.
pub(crate) fn settle(
    page: &Page<'_>,
    kind: &Likely,
    probability: &[f32],
    mut certain: Vec<Option<Finding>>,
    config: &Config,
) -> (Vec<Verdict>, f32) {
    comments_need_a_story(page, kind, probability, &mut certain);
    let open =
        || probability.iter().zip(&certain).enumerate().filter(|(_, (_, c))| c.is_none()).map(|(i, (p, _))| (i, *p));
    let sizes = open().map(|(i, p)| (p, page.shapes[i].words.max(0.5)));
    let best = open().map(|(_, p)| p).fold(0.0, f32::max);
    let border = if best < NOTHING { 2.0 } else { border(sizes, config.mode.beta()).max(FLOOR) };
    let embedded = page.doc.tree.is_some() && page.doc.blocks().last().is_some_and(|b| b.element.is_none());
    let mut verdicts: Vec<Verdict> = certain
        .into_iter()
        .zip(probability)
        .zip(page.doc.blocks())
        .map(|((finding, p), block)| match finding {
            Some(finding) => Verdict::Rule(finding),
            None if *p >= least(border, block) => Verdict::Likely,
            None => Verdict::Unlikely,
        })
        .collect();
    if best < NOTHING {
        rules::short(page, &mut verdicts);
    }
    text::reconsider(page, probability, &mut verdicts);
    if embedded {
        rules::embedded(page, &mut verdicts);
    }
    rules::afterthoughts(page, kind, &mut verdicts, config);
    (verdicts, border.min(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_border_falls_with_doubt_and_with_the_wish_to_lose_nothing() {
        let sure = [(0.99, 100.0), (0.95, 80.0), (0.4, 20.0), (0.02, 300.0)];
        let doubtful = [(0.5, 100.0), (0.4, 80.0), (0.3, 20.0), (0.02, 300.0)];
        let at = |blocks: &[(f32, f32)], beta| border(blocks.iter().copied(), beta);
        assert!((0.4..0.5).contains(&at(&sure, 1.0)), "{}", at(&sure, 1.0));
        assert!((0.2..0.3).contains(&at(&doubtful, 1.0)), "{}", at(&doubtful, 1.0));
        assert!(at(&sure, 2.0) < 0.25 && at(&sure, 0.5) > 0.6);
    }

    #[test]
    fn what_is_hidden_must_be_likelier() {
        let mut doc = example(Sort::Html);
        doc.push_block(copydesk_document::NewBlock { text: "Two.", hidden: true, ..Default::default() });
        let [shown, hidden] = [0, 1].map(|index| least(0.4, &doc.blocks()[index]));
        assert!(shown < 0.41 && hidden > 0.43, "{shown} {hidden}");
    }

    #[test]
    fn two_forests_meet_in_the_middle_of_their_odds() {
        assert!((both(0.8, 0.8) - 0.8).abs() < 1e-5);
        assert!((both(0.9, 0.1) - 0.5).abs() < 1e-5);
        assert!(both(0.99, 0.5) > 0.9 && both(0.0, 1.0).is_finite());
    }

    #[test]
    fn the_embedded_models_read_and_ask_for_columns_that_are_there() {
        let digests = [Sort::Html, Sort::Text, Sort::Region].map(columns_digest);
        assert_eq!(Model::check_embedded(), Ok(()), "the columns are {digests:016x?}");
        for (model, sort) in [(Model::html(), Sort::Html), (Model::text(), Sort::Text)] {
            let ((first, second), own) = (model.columns(), first_columns(sort));
            assert!(first > 0 && first <= own);
            assert!(second > own && second <= own + second_columns());
        }
        let article = Model::article().columns().1;
        assert!(article > 0 && article <= first_columns(Sort::Html));
        let region = Model::region().columns().1;
        assert!(region > 0 && region <= region_names().len());
    }

    #[test]
    fn comments_go_only_below_a_story() {
        for (words, stays) in [(5, true), (80, false)] {
            let mut doc = copydesk_document::Document::default();
            for text in ["boat ".repeat(words), "What readers wrote.".to_owned()] {
                doc.push_block(copydesk_document::NewBlock { text: &text, ..Default::default() });
            }
            let page = Page::read(&doc, &crate::model::Names::default());
            let what = copydesk_document::BoilerplateKind::Comments;
            let found = Finding { what, rule: "comments", detail: String::new() };
            let verdicts =
                settle(&page, &Likely::default(), &[0.9, 0.9], vec![None, Some(found)], &Config::default()).0;
            assert_eq!(verdicts[1].stays(), stays, "below {words} words");
        }
    }

    #[test]
    fn the_forest_for_articles_counts_as_much_as_the_page_is_one() {
        for (p, weight) in [(0.0, 0.0), (0.4, 0.0), (0.6, 0.25), (0.8, 0.5), (1.0, 0.5)] {
            let mut kind = Likely([0.0; _]);
            kind.0[0] = p;
            assert!((article_weight(&kind) - weight).abs() < 1e-5, "{p}");
        }
        assert!((mix(0.8, 0.2, 0.0) - 0.8).abs() < 1e-5 && (mix(0.8, 0.2, 0.5) - 0.5).abs() < 1e-5);
        assert!(mix(0.8, 0.2, 0.25) > 0.6 && mix(1.0, 0.0, 0.5).is_finite());
    }

    #[test]
    fn the_forest_for_articles_is_not_heard_where_it_would_leave_next_to_nothing() {
        let mut doc = example(Sort::Html);
        doc.push_block(copydesk_document::NewBlock {
            text: "Ten words of a list, and then some more of it.",
            ..Default::default()
        });
        let page = Page::read(&doc, &crate::model::Names::default());
        let count = page.len();
        let article = Model::article();
        let say = |likely: f32| Say { model: article, weight: 0.5, likely: vec![likely; count] };
        let first = vec![0.9; count];
        assert_eq!(say(0.001).heard(&page, &first, first.clone()), first, "it would empty the page");
        let heard = say(0.6).heard(&page, &first, first.clone());
        assert!(heard.iter().all(|p| *p < 0.9 && *p > 0.5), "{heard:?}");
    }

    #[test]
    fn regions_are_heard_on_sure_articles_only() {
        let weight = |article: f32, thread: f32| {
            let mut kind = Likely([0.0; _]);
            (kind.0[0], kind.0[1]) = (article, thread);
            region_weight(&kind)
        };
        assert!(weight(0.7, 0.0) == 0.0 && weight(0.97, 0.0) > 0.5 && weight(0.97, 0.02) < 0.6);
        assert!(weight(0.85, 0.15) == 0.0, "it may be a thread");
    }

    #[test]
    fn a_region_speaks_against_its_blocks_and_never_empties_a_page() {
        let mut doc = copydesk_document::Document::default();
        for text in ["boat ".repeat(50), "harbour ".repeat(50), "Another story.".to_owned()] {
            doc.push_block(copydesk_document::NewBlock { text: &text, ..Default::default() });
        }
        let page = Page::read(&doc, &crate::model::Names::default());
        let held = |regions: [f32; 3]| {
            let mut p = [0.9, 0.8, 0.6];
            hold_against(&page, &[0, 1, 2], |block| regions[block], 0.5, &mut p);
            p
        };
        let told = held([0.9, 0.7, 0.05]);
        assert!((told[0] - 0.9).abs() < 1e-4 && (told[1] - 0.8).abs() < 1e-4, "nothing speaks for a block: {told:?}");
        assert!(told[2] < 0.3, "{told:?}");
        let spared = held([0.001, 0.9, 0.9]);
        assert!((spared[0] - 0.9).abs() < 1e-6, "half of the text would be gone: {spared:?}");
    }

    #[test]
    fn the_columns_have_names_of_their_own() {
        let mut blocks = first_names(Sort::Text);
        blocks.extend(second_names());
        for mut names in [blocks, region_names()] {
            let count = names.len();
            names.sort_unstable();
            names.dedup();
            assert!(names.len() == count && count > 100);
        }
    }
}
