//! From the summaries of all documents to what each record gets.

use copydesk_record::{DuplicateKind, name};
use copydesk_stage::{Conclusion, Conclusions, Corpus, LeftOut, SurveyError};
use rustc_hash::FxHashMap;
use serde_json::json;

use crate::{
    Config, Keep,
    bands::{self, Pair},
    blocks::Blocks,
    clusters::Clusters,
    overlap::{Overlap, overlaps},
    signature::LENGTH,
    site_blocks::SiteBlocks,
    summary::{Head, Written},
};

/// So much of a longer text has to stand in a shorter one, too, that both are one story; else the shorter one stands in it.
const SAME_STORY: f64 = 0.5;

/// A text that stands in a longer one that stands in a longer one: so far it is followed.
const MOST_STEPS: usize = 16;

/// What is known of a record that says the same as others.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Member {
    cluster: u64,
    of: u64,
    share: f32,
    kind: DuplicateKind,
    /// Whether its record is left out.
    goes: bool,
}

/// What was found, by the numbers of documents.
#[derive(Debug)]
pub(crate) struct Found {
    members: Vec<(u32, Member)>,
}

impl Conclusions for Found {
    fn of(&self, number: u64) -> Conclusion {
        let found = u32::try_from(number).ok();
        let found = found.and_then(|number| self.members.binary_search_by_key(&number, |(text, _)| *text).ok());
        let Some((_, member)) = found.and_then(|at| self.members.get(at)) else { return Conclusion::default() };
        let Member { cluster, of, share, kind, goes } = *member;
        let of = format!("{of:016x}");
        // More digits would promise more than there is.
        let share = (f64::from(share) * 100.0).round() / 100.0;
        let value = json!({ "cluster": format!("{cluster:016x}"), "of": of, "share": share, "kind": name(&kind) });
        let reason = match kind {
            DuplicateKind::Contained => "stands in another".to_owned(),
            kind => format!("{} copy of another", name(&kind)),
        };
        let left_out = goes.then_some(LeftOut { reason, twin: Some(of) });
        Conclusion { value, left_out }
    }
}

/// What is in memory of all documents in the first of two steps; the README says how much.
pub(crate) struct Texts {
    ids: Vec<u64>,
    exact: Vec<u32>,
    normalised: Vec<u64>,
    words: Vec<u32>,
    ranks: Vec<u64>,
    /// Hashes of their sites; 0, where that is not known.
    pub(crate) sites: Vec<u32>,
    /// How many blocks they have together.
    pub(crate) blocks: u64,
    /// Where each run begins.
    runs: Vec<u32>,
}

impl Texts {
    pub(crate) fn run(&self, text: u32) -> usize {
        self.runs.partition_point(|begin| *begin <= text) - 1
    }

    pub(crate) fn run_of_pair(&self, (one, other): Pair) -> usize {
        self.run(one).max(self.run(other))
    }
}

pub(crate) fn conclude(corpus: &dyn Corpus, config: &Config) -> Result<Found, SurveyError> {
    let (texts, signatures) = read(corpus)?;
    let mut joined = same(&texts);
    // Of texts that are the same one is compared with others.
    let mut copies = Clusters::new(texts.ids.len() as u32);
    join(&mut copies, &texts, joined.iter().copied());
    let candidates = {
        let (leaders, kept) = signatures.of_leaders(&copies);
        bands::candidates(&leaders, &kept, config.similarity)
    };
    let mut blocks = Blocks::gather(corpus, &texts, &|text| copies.first(text) == text)?;
    let site_blocks = blocks.of_sites(&texts)?;
    // What signatures say of texts that share blocks of a site says nothing of the rest.
    let stands_in = |pair: &Pair| {
        let run = texts.run_of_pair(*pair);
        site_blocks.stand_in(pair.0, run) && site_blocks.stand_in(pair.1, run)
    };
    let (to_check, near): (Vec<Pair>, Vec<Pair>) = candidates.near.into_iter().partition(stands_in);
    let mut doubtful = candidates.doubtful;
    doubtful.extend(to_check);
    doubtful.sort_unstable();
    let compared = overlaps(corpus, &texts, &site_blocks, &doubtful)?;
    let found = doubtful.iter().zip(compared).filter(|(_, overlap)| overlap.similarity >= config.similarity);
    joined.extend(found.map(|(pair, _)| *pair));
    joined.extend(near);
    join(&mut copies, &texts, sorted(joined.clone(), &texts));
    let pairs = blocks.pairs(&texts, &site_blocks, &|text| copies.first(text) == text)?;
    drop((blocks, copies));
    let inside = inside(corpus, config, &texts, &site_blocks, &pairs, &mut joined)?;
    let mut clusters = Clusters::new(texts.ids.len() as u32);
    join(&mut clusters, &texts, sorted(joined, &texts));
    clusters.flatten();
    Ok(Found { members: members(corpus, config, &texts, &site_blocks, &clusters, &inside)? })
}

/// The signatures of the texts that have one, one behind the other.
struct Signatures {
    texts: Vec<u32>,
    bytes: Vec<u8>,
}

impl Signatures {
    /// Of the first text of each cluster.
    fn of_leaders(mut self, clusters: &Clusters) -> (Vec<u32>, Vec<u8>) {
        let mut kept = 0;
        for at in 0..self.texts.len() {
            let text = self.texts[at];
            if clusters.first(text) == text {
                self.texts[kept] = text;
                self.bytes.copy_within(at * LENGTH..(at + 1) * LENGTH, kept * LENGTH);
                kept += 1;
            }
        }
        self.texts.truncate(kept);
        self.bytes.truncate(kept * LENGTH);
        (self.texts, self.bytes)
    }
}

fn read(corpus: &dyn Corpus) -> Result<(Texts, Signatures), SurveyError> {
    let count = corpus.documents();
    if u32::try_from(count).is_err() {
        return Err(SurveyError::new(format!("{count} documents are more than it can tell apart")));
    }
    let count = count as usize;
    let mut texts = Texts {
        ids: Vec::with_capacity(count),
        exact: Vec::with_capacity(count),
        normalised: Vec::with_capacity(count),
        words: Vec::with_capacity(count),
        ranks: Vec::with_capacity(count),
        sites: Vec::with_capacity(count),
        blocks: 0,
        runs: Vec::new(),
    };
    let mut signatures = Signatures { texts: Vec::new(), bytes: Vec::with_capacity(count * LENGTH) };
    corpus.each(&mut |seen| {
        let text = seen.number as u32;
        let written = Written::read(seen.summary)?;
        let Head { id, exact, normalised, words, rank, site } = written.head;
        texts.ids.push(id);
        texts.exact.push((exact >> 32) as u32);
        texts.normalised.push(normalised);
        texts.words.push(words);
        texts.ranks.push(rank);
        texts.sites.push(site);
        texts.blocks += written.blocks().count() as u64;
        while texts.runs.len() <= seen.run {
            texts.runs.push(text);
        }
        if let Some(signature) = written.signature {
            signatures.texts.push(text);
            signatures.bytes.extend_from_slice(signature);
        }
        Ok(())
    })?;
    Ok((texts, signatures))
}

/// Texts with the same letters and figures, each with the first of them.
fn same(texts: &Texts) -> Vec<Pair> {
    let mut keyed: Vec<u32> = (0..texts.ids.len() as u32).filter(|text| texts.words[*text as usize] > 0).collect();
    let key = |text: &u32| texts.normalised[*text as usize];
    keyed.sort_unstable_by_key(|text| (key(text), *text));
    let groups = keyed.chunk_by(|one, other| key(one) == key(other));
    groups.flat_map(|group| group[1..].iter().map(|text| (group[0], *text))).collect()
}

/// In the order of the runs that have found them, so that what is added changes nothing of what was there.
fn sorted(mut pairs: Vec<Pair>, texts: &Texts) -> impl Iterator<Item = Pair> {
    pairs.sort_by_cached_key(|pair| (texts.run_of_pair(*pair), *pair));
    pairs.dedup();
    pairs.into_iter()
}

fn join(clusters: &mut Clusters, texts: &Texts, pairs: impl Iterator<Item = Pair>) {
    for pair in pairs {
        clusters.join(pair, texts.run_of_pair(pair), &|text| texts.run(text));
    }
    clusters.flatten();
}

/// A text that stands in a longer one, and how much of it.
type Inside = FxHashMap<u32, (u32, f64)>;

/// Looks at texts that share blocks. Those that are one story join; of others the longer one that most of a text stands in.
fn inside(
    corpus: &dyn Corpus,
    config: &Config,
    texts: &Texts,
    site_blocks: &SiteBlocks,
    pairs: &[Pair],
    joined: &mut Vec<Pair>,
) -> Result<Inside, SurveyError> {
    let compared = overlaps(corpus, texts, site_blocks, pairs)?;
    let mut inside = Inside::default();
    for (pair, Overlap { of_first, of_second, is_sure, .. }) in pairs.iter().zip(compared) {
        if !is_sure || of_first.max(of_second) < config.contained {
            continue;
        }
        if of_first.min(of_second) >= SAME_STORY {
            joined.push(*pair);
            continue;
        }
        let (text, longer, share) =
            if of_first > of_second { (pair.0, pair.1, of_first) } else { (pair.1, pair.0, of_second) };
        let is_longer = texts.words[longer as usize] > texts.words[text as usize];
        if is_longer && texts.run(longer) <= texts.run(text) {
            let best = inside.entry(text).or_insert((longer, share));
            if share > best.1 {
                *best = (longer, share);
            }
        }
    }
    Ok(inside)
}

/// Which text stands for which.
struct Standing<'t> {
    texts: &'t Texts,
    clusters: &'t Clusters,
    /// By the first text of a cluster, where that is another one.
    best: FxHashMap<u32, u32>,
    /// Of texts that stand for others or are alone, the one that they stand in, and how much of them.
    inside: FxHashMap<u32, (u32, f64)>,
    /// From which share on a record may be left out for the one that it stands in.
    leave_out: f64,
}

impl<'t> Standing<'t> {
    /// `together` are the texts of clusters, each behind the first one of its cluster.
    fn new(texts: &'t Texts, clusters: &'t Clusters, together: &[Pair], leave_out: f64) -> Self {
        let rank = |text: &u32| (texts.run(*text), texts.ranks[*text as usize], *text);
        let best = together.chunk_by(|a, b| a.0 == b.0).filter_map(|cluster| {
            // The best of the first run: what others have read stays as it was.
            Some((cluster[0].0, cluster.iter().map(|(_, text)| *text).min_by_key(rank)?))
        });
        Self { texts, clusters, best: best.collect(), inside: FxHashMap::default(), leave_out }
    }

    /// The text that stands for those of its cluster.
    fn of_cluster(&self, text: u32) -> u32 {
        self.best.get(&self.clusters.first(text)).copied().unwrap_or(text)
    }

    /// Takes over what stands in what, where that is true of those that stand for the two as well: or what a text says would
    /// be in no record that is left.
    fn take(
        &mut self,
        corpus: &dyn Corpus,
        site_blocks: &SiteBlocks,
        contained: f64,
        inside: &Inside,
    ) -> Result<(), SurveyError> {
        let words = &self.texts.words;
        let mut pairs: Vec<Pair> =
            inside.iter().map(|(text, (longer, _))| (self.of_cluster(*text), self.of_cluster(*longer))).collect();
        pairs.retain(|(text, longer)| {
            let is_longer = words[*longer as usize] > words[*text as usize];
            is_longer && self.texts.run(*longer) <= self.texts.run(*text)
        });
        pairs.sort_unstable();
        pairs.dedup();
        let compared = overlaps(corpus, self.texts, site_blocks, &pairs)?;
        for ((text, longer), overlap) in pairs.into_iter().zip(compared) {
            let share = overlap.of_first;
            if overlap.is_sure && share >= contained && self.inside.get(&text).is_none_or(|(_, best)| share > *best) {
                self.inside.insert(text, (longer, share));
            }
        }
        Ok(())
    }

    /// The text that stands for a text in the end.
    fn top(&self, text: u32) -> u32 {
        let own = self.of_cluster(text);
        let first = if own == text { self.inside.get(&text).map_or(text, |(longer, _)| *longer) } else { own };
        // One that may be left out stands for nobody. Each is longer than the one before.
        let leaves = |top: &u32| {
            let (longer, share) = self.inside.get(top).filter(|_| *top != text)?;
            (*share >= self.leave_out).then_some(*longer)
        };
        std::iter::successors(Some(first), leaves).take(MOST_STEPS).last().unwrap_or(text)
    }
}

/// What the records of all texts get that say the same as others.
fn members(
    corpus: &dyn Corpus,
    config: &Config,
    texts: &Texts,
    site_blocks: &SiteBlocks,
    clusters: &Clusters,
    inside: &Inside,
) -> Result<Vec<(u32, Member)>, SurveyError> {
    let mut together: Vec<Pair> = (0..texts.ids.len() as u32)
        .map(|text| (clusters.first(text), text))
        .filter(|(first, text)| first != text)
        .collect();
    let mut firsts: Vec<u32> = together.iter().map(|(first, _)| *first).collect();
    firsts.dedup();
    together.extend(firsts.into_iter().map(|first| (first, first)));
    together.sort_unstable();
    together.dedup();
    let mut standing = Standing::new(texts, clusters, &together, config.leave_out);
    standing.take(corpus, site_blocks, config.contained, inside)?;
    let in_clusters = together.iter().map(|(_, text)| *text);
    let mut all: Vec<u32> = in_clusters.chain(standing.inside.keys().copied()).collect();
    all.sort_unstable();
    all.dedup();
    let pairs: Vec<Pair> = all.into_iter().map(|text| (text, standing.top(text))).collect();
    let is_same = |(text, of): &Pair| texts.normalised[*text as usize] == texts.normalised[*of as usize];
    let to_compare: Vec<Pair> = pairs.iter().copied().filter(|pair| !is_same(pair)).collect();
    let mut compared = overlaps(corpus, texts, site_blocks, &to_compare)?.into_iter();
    let has_others = |text: u32| together.binary_search(&(clusters.first(text), text)).is_ok();
    let mut judge = |pair: Pair| {
        let (text, mut of) = pair;
        let (kind, share) = if text == of {
            (DuplicateKind::Representative, 1.0)
        } else if is_same(&pair) {
            let exact = texts.exact[text as usize] == texts.exact[of as usize];
            (if exact { DuplicateKind::Exact } else { DuplicateKind::Normalised }, 1.0)
        } else {
            let overlap = compared.next().unwrap_or_default();
            let near = overlap.similarity >= config.similarity;
            // What stands in one that is left out need not stand in the one that stays.
            if standing.of_cluster(text) == text && overlap.of_first < config.contained {
                of = text;
                (DuplicateKind::Representative, 1.0)
            } else {
                (if near { DuplicateKind::Near } else { DuplicateKind::Contained }, overlap.of_first)
            }
        };
        if text == of && !has_others(text) {
            return None;
        }
        Some(Judged { text, of, share, kind })
    };
    let judged: Vec<Judged> = pairs.into_iter().filter_map(&mut judge).collect();
    drop((to_compare, compared));
    // A record that others name stays, so that what is left out has its twin in the outputs.
    let mut named: Vec<u32> = judged.iter().filter(|found| found.text != found.of).map(|found| found.of).collect();
    named.sort_unstable();
    named.dedup();
    let least = (config.keep == Keep::One).then_some(config.leave_out);
    let member = |Judged { text, of, share, kind }| {
        let goes = text != of && least.is_some_and(|least| share >= least) && named.binary_search(&text).is_err();
        let (cluster, of) = (texts.ids[clusters.first(text) as usize], texts.ids[of as usize]);
        (text, Member { cluster, of, share: share as f32, kind, goes })
    };
    Ok(judged.into_iter().map(member).collect())
}

/// The text that stands for a text, and how much of that one is in there.
struct Judged {
    text: u32,
    of: u32,
    share: f64,
    kind: DuplicateKind,
}
