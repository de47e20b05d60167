//! One shard alone: what a job of many calls, on whatever machine.
//!
//! A run does the same with many shards at once, so that it finds what such jobs have put into its folder, and has only
//! the files to make.

use copydesk_stage::{Source, SourceError, SourceItem};

use crate::{
    Chain, ExportInstance, Report, RunError,
    batch::{Batch, Shard},
    checksum::Key,
    encode, index,
    part::{self, Entry},
    shard::{Cutter, ShardSize},
    share::{LargeFiles, Share},
    storage::Storage,
    work,
};

/// A shard that is safe.
#[derive(Clone, Debug)]
pub struct ShardReport {
    /// The name of its part in the storage.
    pub part: String,
    /// What became of its documents; without times if it was done before.
    pub counts: Report,
    /// Whether it was done before.
    pub reused: bool,
}

/// Takes the documents of a shard through the chain and puts what comes out into the storage, as one part. A shard that
/// stands there already is not done again.
pub fn run_shard(
    chain: &Chain,
    exports: &[ExportInstance],
    shard: Vec<SourceItem>,
    storage: &dyn Storage,
) -> Result<ShardReport, RunError> {
    let mut cutter = Cutter::new(ShardSize::default(), work::of_run(work::key(chain, exports)?, chain)?);
    let inputs: Vec<Key> = shard.iter().map(index::hash).collect();
    for (item, input) in shard.iter().zip(&inputs) {
        cutter.add(item, *input);
    }
    let key = cutter.end();
    let part = part::name(key);
    if let Some(entry) = part::read_entry(storage, &part).filter(|entry| part::is_whole(storage, entry)) {
        return Ok(ShardReport { part, counts: entry.counts, reused: true });
    }
    let mut batch = Batch::default();
    for (item, input) in shard.into_iter().zip(inputs) {
        batch.add(item, input);
    }
    for passage in &mut batch.passages {
        chain.pass(passage);
        passage.take_end_of_run().map_or(Ok(()), Err)?;
    }
    let mut shard = Shard::new(0, chain, exports);
    shard.add(encode::batch(chain, exports, 0, batch))?;
    encode::parts(chain, exports, &mut shard.sections)?;
    shard.counts.check_sum()?;
    let entry = Entry::new(key, &shard.sections, shard.leads, shard.counts.clone().without_times(), Vec::new());
    part::put(storage, &entry, &shard.sections)?;
    Ok(ShardReport { part, counts: shard.counts, reused: false })
}

/// Cuts a source into the shards of a run. Names and sizes decide, and nothing else, so that every machine cuts alike: a large
/// file begins a shard and ends one.
pub fn shards(
    source: &mut dyn Source,
    size: ShardSize,
) -> Result<impl Iterator<Item = Result<Vec<SourceItem>, SourceError>> + use<>, SourceError> {
    let large = LargeFiles::new(Share::All);
    source.leave_out(large.watch(None));
    let mut items = source.open()?;
    let mut cutter = Cutter::new(size, Key::default());
    let mut next = None;
    Ok(std::iter::from_fn(move || {
        let mut shard: Vec<SourceItem> = Vec::new();
        loop {
            let item = match next.take().map_or_else(|| items.next(), Some) {
                None => return (!shard.is_empty()).then_some(Ok(shard)),
                Some(Err(error)) => return Some(Err(error)),
                Some(Ok(item)) => item,
            };
            if !shard.is_empty() && (large.take_edge() || cutter.ends_before(&item)) {
                next = Some(Ok(item));
                cutter.end();
                return Some(Ok(shard));
            }
            let ends = cutter.add(&item, Key::default());
            if !matches!(item, SourceItem::Skipped { .. }) {
                shard.push(item);
            }
            if ends {
                cutter.end();
                return Some(Ok(shard));
            }
        }
    }))
}
