//! Training in folds by site, so that no page is judged by a model that has seen its site.

use std::collections::{BTreeMap, BTreeSet};

use copydesk_document::PageType;
use copydesk_stage_strip_boilerplate::{
    Config,
    kind::{self, Kinds, LEARNED, Likely},
    model::{Forest, Model, Names, Table},
    training::{Measured, SURE, Sort, both, columns, html, settled_columns},
};

use crate::{
    boost::{Binned, Growth, grow},
    corpus::Sample,
    names::learn,
};

/// How many parts the sites are split into.
pub(crate) const FOLDS: usize = 5;
/// How many for the model of articles, which has more corpora to be left out.
pub(crate) const ARTICLE_FOLDS: usize = 3;

/// The fold of every page. Sites are dealt out in an order that depends on their names alone, and a corpus of another
/// kind goes into one fold as a whole: what counts is how a page of a corpus is judged that nobody has seen.
pub(crate) fn by_site(samples: &[Sample], parts: usize) -> Vec<usize> {
    let mut corpora: Vec<&str> = samples.iter().map(|s| s.gold.corpus.as_str()).filter(|c| !c.is_empty()).collect();
    corpora.sort_unstable();
    corpora.dedup();
    samples
        .iter()
        .map(|s| {
            if let Some(corpus) = corpora.iter().position(|c| *c == s.gold.corpus) {
                return corpus % parts;
            }
            let hash =
                s.site.bytes().fold(0xcbf2_9ce4_8422_2325u64, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3));
            (hash >> 17) as usize % parts
        })
        .collect()
}

/// Folds that leave whole languages out; the languages of most pages are not named, and are English but for a few.
pub(crate) fn by_language(samples: &[Sample]) -> Vec<usize> {
    let fold = |language: &str| match language {
        "Chinese" | "ja" | "ko" => 0,
        "Russian" | "ru" => 1,
        "Greek" => 2,
        "Polish" | "de" | "es" | "fr" | "no" | "tr" | "da" | "it" | "sv" => 3,
        _ => 4,
    };
    samples.iter().map(|sample| fold(&sample.gold.language)).collect()
}

/// What training gives.
pub(crate) struct Trained {
    /// The probability of every block of every page, by forests that have not seen its site.
    pub held_out: Vec<Vec<f32>>,
    /// The same after the first forest alone.
    pub held_out_first: Vec<Vec<f32>>,
    /// The model over all pages, where it was asked for.
    pub model: Option<Model>,
}

/// The rows of all pages, column by column, and which page they belong to.
struct Rows {
    starts: Vec<usize>,
    answers: Vec<f32>,
    weights: Vec<f32>,
}

/// Trains in folds, and once over everything if `all`.
pub(crate) fn train(
    samples: &[Sample],
    fold_of: &[usize],
    [first, second]: [Growth; 2],
    all: bool,
    emphasis: impl Fn(&Sample) -> f32,
) -> Trained {
    let names: Vec<Names> = (0..FOLDS)
        .map(|fold| learn(samples, &(0..samples.len()).filter(|i| fold_of[*i] != fold).collect::<Vec<_>>()))
        .collect();
    let (first_names, second_names) = columns(sort_of(&samples[0]));
    let mut rows = Rows { starts: vec![0], answers: Vec::new(), weights: Vec::new() };
    let mut data: Vec<Vec<f32>> = vec![Vec::new(); first_names.len()];
    for (sample, fold) in samples.iter().zip(fold_of) {
        let table = Measured::read(&sample.doc, &names[*fold]).first();
        for (column, all) in data.iter_mut().enumerate() {
            all.extend(table.column(column));
        }
        rows.answers.extend_from_slice(&sample.answers);
        let emphasis = emphasis(sample);
        rows.weights.extend(sample.weights().iter().map(|w| w * emphasis));
        rows.starts.push(rows.answers.len());
    }
    eprintln!(
        "{} pages, {} blocks, {} + {} columns",
        samples.len(),
        rows.answers.len(),
        first_names.len(),
        second_names.len()
    );
    let tables = tables(samples, &data, &rows);
    let binned = Binned::new(&data, rows.pages());
    let mut held_out_first = vec![Vec::new(); samples.len()];
    for fold in 0..FOLDS {
        let forest = grow(&binned, &rows.of(|page| fold_of[page] != fold), &rows.answers, &rows.weights, first);
        predict(&forest, &tables, fold_of, fold, &mut held_out_first);
        eprintln!("first forest without fold {fold}");
    }
    let whole = all.then(|| grow(&binned, &rows.of(|_| true), &rows.answers, &rows.weights, first));
    drop(binned);

    data.extend(vec![Vec::new(); second_names.len()]);
    for ((sample, fold), probability) in samples.iter().zip(fold_of).zip(&held_out_first) {
        let more = Measured::read(&sample.doc, &names[*fold]).second(probability);
        for (column, values) in data[first_names.len()..].iter_mut().zip(more) {
            column.extend(values);
        }
    }
    for (weight, p) in rows.weights.iter_mut().zip(held_out_first.iter().flatten()) {
        if *p < SURE {
            *weight = 0.0;
        }
    }
    let tables = self::tables(samples, &data, &rows);
    let binned = Binned::new(&data, rows.pages());
    drop(data);
    let mut held_out = vec![Vec::new(); samples.len()];
    for fold in 0..FOLDS {
        let forest = grow(&binned, &rows.of(|page| fold_of[page] != fold), &rows.answers, &rows.weights, second);
        predict(&forest, &tables, fold_of, fold, &mut held_out);
        // What the first forest finds all but impossible is not judged again.
        let judged = held_out.iter_mut().zip(&held_out_first).zip(fold_of).filter(|(_, of)| **of == fold);
        for (second, first) in judged.flat_map(|((second, first), _)| second.iter_mut().zip(first)) {
            *second = if *first < SURE { *first } else { both(*first, *second) };
        }
        eprintln!("second forest without fold {fold}");
    }
    let model = whole.map(|whole| Model {
        names: learn(samples, &(0..samples.len()).collect::<Vec<_>>()),
        first: whole,
        second: grow(&binned, &rows.of(|_| true), &rows.answers, &rows.weights, second),
        trained_on: described(samples),
        sort: sort_of(&samples[0]),
    });
    Trained { held_out, held_out_first, model }
}

/// How many pages of each set, and of how many sites.
pub(crate) fn described(samples: &[Sample]) -> String {
    let mut sets: BTreeMap<String, usize> = BTreeMap::new();
    for sample in samples {
        *sets.entry(format!("{:?}", sample.set).to_lowercase()).or_default() += 1;
    }
    let sets: Vec<_> = sets.iter().map(|(set, pages)| format!("{pages} {set}")).collect();
    let sites: BTreeSet<_> = samples.iter().map(|sample| &sample.site).collect();
    format!("{} of {} sites", sets.join(", "), sites.len())
}

fn sort_of(sample: &Sample) -> Sort {
    if sample.doc.tree.is_some() { Sort::Html } else { Sort::Text }
}

/// How likely a model finds each block of a page.
pub(crate) fn judge(sample: &Sample, model: &Model) -> Vec<f32> {
    let measured = Measured::read(&sample.doc, &model.names);
    let table = measured.first();
    let first = model.first.predict(&table);
    let more = measured.second(&first);
    let all: Vec<u32> = (0..table.rows() as u32).collect();
    let start = columns(sort_of(sample)).0.len();
    let mut table = table.pick(&all, more.len());
    for (column, values) in more.iter().enumerate() {
        for (row, value) in values.iter().enumerate() {
            table.set(row, start + column, *value);
        }
    }
    let second = model.second.predict(&table);
    first.iter().zip(second).map(|(first, second)| if *first < SURE { *first } else { both(*first, second) }).collect()
}

impl Rows {
    /// The page of each row.
    fn pages(&self) -> Vec<u32> {
        let pages = self.starts.windows(2).enumerate();
        pages.flat_map(|(page, w)| std::iter::repeat_n(page as u32, w[1] - w[0])).collect()
    }

    fn of(&self, page: impl Fn(usize) -> bool) -> Vec<u32> {
        let pages = self.starts.windows(2).enumerate().filter(|(i, _)| page(*i));
        pages.flat_map(|(_, w)| w[0] as u32..w[1] as u32).filter(|r| self.weights[*r as usize] > 0.0).collect()
    }
}

fn tables(samples: &[Sample], data: &[Vec<f32>], rows: &Rows) -> Vec<Table> {
    (0..samples.len())
        .map(|page| {
            let (from, to) = (rows.starts[page], rows.starts[page + 1]);
            let mut table = Table::new(to - from, data.len());
            for (column, values) in data.iter().enumerate() {
                for (row, value) in values[from..to].iter().enumerate() {
                    table.set(row, column, *value);
                }
            }
            table
        })
        .collect()
}

fn predict(forest: &Forest, tables: &[Table], fold_of: &[usize], fold: usize, out: &mut [Vec<f32>]) {
    for ((table, of), out) in tables.iter().zip(fold_of).zip(out) {
        if *of == fold {
            *out = forest.predict(table);
        }
    }
}

/// Trains one forest, over the columns of a single block: what it says of each block without having seen its site or
/// corpus, and the forest over all pages.
pub(crate) fn one(samples: &[Sample], growth: Growth, emphasis: impl Fn(&Sample) -> f32) -> (Vec<Vec<f32>>, Forest) {
    let fold_of = by_site(samples, ARTICLE_FOLDS);
    let (names, _) = columns(Sort::Html);
    let mut data: Vec<Vec<f32>> = vec![Vec::new(); names.len()];
    let mut rows = Rows { starts: vec![0], answers: Vec::new(), weights: Vec::new() };
    let mut tables = Vec::new();
    for sample in samples {
        let table = Measured::read(&sample.doc, &html().names).first();
        for (column, all) in data.iter_mut().enumerate() {
            all.extend(table.column(column));
        }
        tables.push(table);
        rows.answers.extend_from_slice(&sample.answers);
        let emphasis = emphasis(sample);
        rows.weights.extend(sample.weights().iter().map(|w| w * emphasis));
        rows.starts.push(rows.answers.len());
    }
    let binned = Binned::new(&data, rows.pages());
    drop(data);
    let mut held_out = vec![Vec::new(); samples.len()];
    for fold in 0..ARTICLE_FOLDS {
        let forest = grow(&binned, &rows.of(|page| fold_of[page] != fold), &rows.answers, &rows.weights, growth);
        predict(&forest, &tables, &fold_of, fold, &mut held_out);
        eprintln!("forest for articles without fold {fold}");
    }
    let forest = grow(&binned, &rows.of(|_| true), &rows.answers, &rows.weights, growth);
    (held_out, forest)
}

/// Trains the forest for regions of pages: how likely the least likely region around each block is, without having seen its
/// site or corpus, and the forest over all pages. The answer of a region is the share of its words that are main text, or
/// the share of the main text that it holds: what a page could lose as a whole has neither.
pub(crate) fn regions(
    samples: &[Sample],
    kinds: &[Likely],
    growth: Growth,
    emphasis: impl Fn(&Sample) -> f32,
) -> (Vec<Vec<f32>>, Forest) {
    let fold_of = by_site(samples, ARTICLE_FOLDS);
    let names: Vec<Names> = (0..ARTICLE_FOLDS)
        .map(|fold| learn(samples, &(0..samples.len()).filter(|i| fold_of[*i] != fold).collect::<Vec<_>>()))
        .collect();
    let mut data: Vec<Vec<f32>> = Vec::new();
    let mut rows = Rows { starts: vec![0], answers: Vec::new(), weights: Vec::new() };
    let mut tables = Vec::new();
    for ((sample, kind), fold) in samples.iter().zip(kinds).zip(&fold_of) {
        let (spans, table) = Measured::read(&sample.doc, &names[*fold]).regions(kind);
        data.resize(table.columns(), Vec::new());
        for (column, all) in data.iter_mut().enumerate() {
            all.extend(table.column(column));
        }
        let (weights, emphasis) = (sample.weights(), emphasis(sample));
        let text: f32 = weights.iter().zip(&sample.answers).map(|(w, a)| w * a).sum();
        for span in spans {
            let held: f32 = weights[span.clone()].iter().sum();
            let right: f32 = span.clone().map(|i| weights[i] * sample.answers[i]).sum();
            rows.answers.push((right / held.max(1e-9)).max(right / text.max(1e-9)).min(1.0));
            rows.weights.push(held.powf(0.75) * emphasis);
        }
        rows.starts.push(rows.answers.len());
        tables.push(table);
    }
    let binned = Binned::new(&data, rows.pages());
    drop(data);
    let mut held_out = vec![Vec::new(); samples.len()];
    for fold in 0..ARTICLE_FOLDS {
        let forest = grow(&binned, &rows.of(|page| fold_of[page] != fold), &rows.answers, &rows.weights, growth);
        predict(&forest, &tables, &fold_of, fold, &mut held_out);
        eprintln!("forest for regions without fold {fold}");
    }
    let forest = grow(&binned, &rows.of(|_| true), &rows.answers, &rows.weights, growth);
    let lowest =
        |(sample, answers): (&Sample, Vec<f32>)| Measured::read(&sample.doc, &Names::default()).lowest(answers);
    (samples.iter().zip(held_out).map(lowest).collect(), forest)
}

/// Trains the forest that has the last word on the lines of texts, from what rules and the other forests have made of them:
/// what it says of each line without having seen its site, and the forest over all texts.
pub(crate) fn last_word(samples: &[Sample], probability: &[Vec<f32>], growth: Growth) -> (Vec<Vec<f32>>, Forest) {
    let fold_of = by_site(samples, FOLDS);
    let mut data: Vec<Vec<f32>> = vec![Vec::new(); settled_columns()];
    let mut rows = Rows { starts: vec![0], answers: Vec::new(), weights: Vec::new() };
    let mut tables = Vec::new();
    for (sample, probability) in samples.iter().zip(probability) {
        let measured = Measured::read(&sample.doc, &Names::default());
        let table = measured.settled(probability, &Config::default());
        for (column, all) in data.iter_mut().enumerate() {
            all.extend(table.column(column));
        }
        rows.answers.extend_from_slice(&sample.answers);
        // One wrong line makes a text wrong, however short it is: each counts the same.
        let weight = f32::from(u8::from(measured.asks_last_forest()));
        rows.weights.extend(sample.unsure.iter().map(|unsure| if *unsure { 0.0 } else { weight }));
        rows.starts.push(rows.answers.len());
        tables.push(table);
    }
    let binned = Binned::new(&data, rows.pages());
    drop(data);
    let mut held_out = vec![Vec::new(); samples.len()];
    for fold in 0..FOLDS {
        let forest = grow(&binned, &rows.of(|page| fold_of[page] != fold), &rows.answers, &rows.weights, growth);
        predict(&forest, &tables, &fold_of, fold, &mut held_out);
        eprintln!("last forest without fold {fold}");
    }
    let forest = grow(&binned, &rows.of(|_| true), &rows.answers, &rows.weights, growth);
    (held_out, forest)
}

/// What tells the kind of a page.
pub(crate) struct Told {
    /// How likely each page is of each kind, by forests that have not seen its site or corpus.
    pub held_out: Vec<Likely>,
    /// The forests over all pages.
    pub model: Kinds,
}

/// Trains the forests that tell the kind of a page. `wanted` gives the kind and the weight of a page; of some pages nobody
/// knows.
pub(crate) fn kinds(samples: &[Sample], growth: Growth, wanted: impl Fn(&Sample) -> Option<(PageType, f32)>) -> Told {
    let fold_of = by_site(samples, ARTICLE_FOLDS);
    let names = kind::columns();
    let mut data: Vec<Vec<f32>> = vec![Vec::new(); names.len()];
    let mut rows = Rows { starts: vec![0], answers: Vec::new(), weights: Vec::new() };
    let wanted: Vec<_> = samples.iter().map(wanted).collect();
    for (sample, wanted) in samples.iter().zip(&wanted) {
        let table = Measured::read(&sample.doc, &Names::default()).whole();
        for (column, all) in data.iter_mut().enumerate() {
            all.extend(table.column(column));
        }
        rows.answers.push(0.0);
        rows.weights.push(wanted.map_or(0.0, |(_, weight)| weight));
        rows.starts.push(rows.answers.len());
    }
    let tables = tables(samples, &data, &rows);
    let binned = Binned::new(&data, rows.pages());
    let mut answers = vec![[0.0f32; LEARNED.len()]; samples.len()];
    let mut forests = Vec::new();
    for (at, kind) in LEARNED.into_iter().enumerate() {
        for (answer, wanted) in rows.answers.iter_mut().zip(&wanted) {
            *answer = f32::from(u8::from(wanted.is_some_and(|(is, _)| is == kind)));
        }
        let mut held_out = vec![Vec::new(); samples.len()];
        for fold in 0..ARTICLE_FOLDS {
            let forest = grow(&binned, &rows.of(|page| fold_of[page] != fold), &rows.answers, &rows.weights, growth);
            predict(&forest, &tables, &fold_of, fold, &mut held_out);
        }
        for (answers, p) in answers.iter_mut().zip(held_out) {
            answers[at] = p.first().copied().unwrap_or_default();
        }
        forests.push(grow(&binned, &rows.of(|_| true), &rows.answers, &rows.weights, growth));
    }
    let held_out = answers.into_iter().map(Likely::of).collect();
    Told { held_out, model: Kinds { forests, trained_on: described(samples) } }
}
