//! What the trainer needs of the stage, so that both see a page in the same way.

use copydesk_document::{Attr, BlockId, Document};

use crate::{
    class_words::for_each_word,
    confidence::{self, Doubts},
    context, features,
    features::{
        Sink,
        region::{self, Judged, Regions},
    },
    judge,
    kind::{self, Kinds, Likely},
    model::{Names, Table},
    page::Page,
    posts, rules, text,
};

pub use judge::Sort;

/// What the first forest finds less likely than this is not judged again.
pub const SURE: f32 = judge::SURE;

/// How much the forest for articles counts on a page of this kind.
pub fn article_weight(kind: &Likely) -> f32 {
    judge::article_weight(kind)
}

/// Two probabilities, the second with this weight.
pub fn mix(p: f32, other: f32, weight: f32) -> f32 {
    judge::mix(p, other, weight)
}

/// The embedded model of pages of all kinds.
pub fn html() -> &'static crate::model::Model {
    crate::model::Model::html()
}

/// The answer that two forests give together.
pub fn both(first: f32, second: f32) -> f32 {
    judge::both(first, second)
}

/// The names of the columns that the first forest sees, and those that the second sees on top.
pub fn columns(sort: Sort) -> (Vec<&'static str>, Vec<&'static str>) {
    (judge::first_names(sort), judge::second_names())
}

/// A page with its measures.
#[derive(Debug)]
pub struct Measured<'d> {
    page: Page<'d>,
    frame: features::Frame,
}

impl<'d> Measured<'d> {
    /// Measures a document.
    pub fn read(doc: &'d Document, names: &Names) -> Self {
        let page = Page::read(doc, names);
        let frame = features::Frame::read(&page);
        Self { page, frame }
    }

    /// What the forests that tell the kind of the page see: one row.
    pub fn whole(&self) -> Table {
        kind::table(&self.page, &self.frame)
    }

    /// What the embedded forests say of the kind of the page.
    pub fn kind(&self) -> Likely {
        if self.page.elements.is_some() { Kinds::embedded().judge(&self.page, &self.frame) } else { Likely::default() }
    }

    /// What the first forest sees.
    pub fn first(&self) -> Table {
        judge::whole_table(&self.page, &self.frame)
    }

    /// What the second forest sees on top, given the answers of the first.
    pub fn second(&self, probability: &[f32]) -> Vec<Vec<f32>> {
        let opinion = context::Opinion::read(&self.page, &self.frame, probability);
        let mut rows = Rows(vec![Vec::with_capacity(self.page.len()); judge::second_names().len()], 0);
        for index in 0..self.page.len() {
            rows.1 = 0;
            context::describe(&self.page, &opinion, index, &mut rows);
        }
        rows.0
    }

    /// The regions of the page: the blocks of each, and their numbers, a row for each.
    pub fn regions(&self, kind: &Likely) -> (Vec<std::ops::Range<usize>>, Table) {
        let regions = Regions::read(&self.page);
        let all: Vec<usize> = (0..regions.list.len()).collect();
        let spans = regions.list.iter().map(|region| region.first as usize..region.end as usize).collect();
        (spans, region::table(&self.page, &self.frame, kind, &regions, &all))
    }

    /// For each block how likely the least likely of the regions is that it stands in, from the answers for all regions.
    pub fn lowest(&self, answers: Vec<f32>) -> Vec<f32> {
        let judged = Judged::of(Regions::read(&self.page), answers);
        (0..self.page.len()).map(|index| judged.likelihood(index)).collect()
    }

    /// The likelihoods with what regions say against them, given how likely the least likely one around each block is.
    pub fn held_against(&self, probability: &[f32], lowest: &[f32], kind: &Likely) -> Vec<f32> {
        let certain = rules::certain(&self.page, kind, &crate::Config::default());
        let open = |i: &u32| certain[*i as usize].is_none() && probability[*i as usize] >= SURE;
        let open: Vec<u32> = (0..self.page.len() as u32).filter(open).collect();
        let mut held = probability.to_vec();
        posts::judge_together(&self.page, &open, kind, &mut held);
        judge::hold_against(&self.page, &open, |block| lowest[block], judge::region_weight(kind), &mut held);
        held
    }

    /// The length of each block in word equivalents.
    pub fn sizes(&self) -> Vec<f32> {
        self.page.shapes.iter().map(|s| s.words).collect()
    }

    /// Blocks that some corpora count as main text and others do not: headlines, bylines, dates, captions.
    pub fn conventional(&self) -> Vec<bool> {
        let certain = rules::certain(&self.page, &Likely::default(), &crate::Config::default());
        let line = |index: usize| &self.page.lines[index];
        let by_line = |index: usize| line(index).headline || line(index).byline || line(index).date;
        certain.iter().enumerate().map(|(index, found)| found.is_some() || by_line(index)).collect()
    }

    /// What the two embedded forests for pages of all kinds say of a page of this kind.
    pub fn embedded(&self, kind: &Likely) -> Vec<f32> {
        let certain = rules::certain(&self.page, kind, &crate::Config::default());
        judge::probabilities(&self.page, &self.frame, html(), None, &certain).likely
    }

    /// The rule that settles each block before any forest is asked.
    pub fn certain(&self) -> Vec<Option<&'static str>> {
        let certain = rules::certain(&self.page, &self.kind(), &crate::Config::default());
        certain.into_iter().map(|found| found.map(|found| found.rule)).collect()
    }

    /// Which blocks stay, and the numbers from which the confidence of the text is read.
    pub fn kept_with_doubts(
        &self,
        probability: &[f32],
        kind: &Likely,
        config: &crate::Config,
    ) -> (Vec<bool>, Option<Doubts>) {
        let verdicts = self.verdicts(probability, kind, config).0;
        let doubts = confidence::doubts(&self.page, kind, probability, &verdicts);
        (verdicts.iter().map(judge::Verdict::stays).collect(), doubts)
    }

    /// Whether the forest that has the last word is asked: of scraped texts alone.
    pub fn asks_last_forest(&self) -> bool {
        text::is_scraped(&self.page)
    }

    /// What the forest that has the last word sees of a text.
    pub fn settled(&self, probability: &[f32], config: &crate::Config) -> Table {
        let (verdicts, border) = self.verdicts(probability, &Likely::default(), config);
        judge::settled_table(&self.page, &self.first(), probability, border, &verdicts)
    }

    /// Which lines of a text stay when the forest that has the last word finds them this likely.
    pub fn overruled(&self, probability: &[f32], likely: &[f32], config: &crate::Config) -> Vec<bool> {
        let mut verdicts = self.verdicts(probability, &Likely::default(), config).0;
        if self.asks_last_forest() {
            judge::overrule(&self.page, likely, config, &mut verdicts);
        }
        verdicts.iter().map(judge::Verdict::stays).collect()
    }

    fn verdicts(&self, probability: &[f32], kind: &Likely, config: &crate::Config) -> (Vec<judge::Verdict>, f32) {
        judge::settle(&self.page, kind, probability, rules::certain(&self.page, kind, config), config)
    }

    /// Which blocks stay, given the answers of the second forest: rules, the choice of the border, and what follows, without
    /// the forest that has the last word on texts.
    pub fn kept(&self, probability: &[f32], kind: &Likely, config: &crate::Config) -> Vec<bool> {
        self.verdicts(probability, kind, config).0.iter().map(judge::Verdict::stays).collect()
    }
}

/// How many columns the forest that has the last word sees.
pub fn settled_columns() -> usize {
    judge::first_names(Sort::Text).len() + judge::settled_names().len()
}

struct Rows(Vec<Vec<f32>>, usize);

impl Sink for Rows {
    fn put(&mut self, _: &'static str, value: f32) {
        self.0[self.1].push(value);
        self.1 += 1;
    }
}

/// Gives the number of every word of the names of the elements that a block stands in.
pub fn names_near(doc: &Document, index: usize, each: &mut dyn FnMut(u32)) {
    let (Some(tree), Some(element)) = (&doc.tree, doc.block(BlockId(index as u32)).element) else { return };
    for element in tree.ancestors(element) {
        for attr in [Attr::Class, Attr::Id] {
            if let Some(value) = tree.attr(element, attr) {
                for_each_word(value, &mut *each);
            }
        }
    }
}
