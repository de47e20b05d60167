//! From documents to rows, and from the rows of a shard to what is stored.

use copydesk_document::Document;

use crate::{
    Chain, ExportInstance, Outcome, Quarantined, RunError,
    batch::{Batch, Finished},
    clock::Lap,
    guard::guarded,
    index::{self, Fate, Id, Indexed, Particulars},
    lead::Leads,
    quarantine::Fault,
    report::Counted,
    survey,
};

/// The last step for a batch: rows for each export, and the counts.
pub(crate) fn batch(chain: &Chain, exports: &[ExportInstance], number: u64, batch: Batch) -> Finished {
    let mut counts = chain.empty_report();
    counts.bytes = batch.bytes;
    counts.read = batch.passages.len() as u64;
    // Behind the rows stand the summaries.
    let mut rows = vec![Vec::new(); exports.len() + usize::from(!chain.surveys().is_empty())];
    let mut leads = vec![Leads::default(); exports.len()];
    let mut quarantined = Vec::new();
    let mut index = Vec::new();
    for (passage, particulars) in batch.passages.into_iter().zip(batch.inputs) {
        let before: Vec<usize> = rows.iter().map(Vec::len).collect();
        let (outcome, laps) = passage.into_outcome();
        let uri = match &outcome {
            Outcome::Kept(document) | Outcome::Dropped { document, .. } => &document.source.uri,
            Outcome::Quarantined(entry) => &entry.uri,
        };
        let (uri, mut id) = (uri.clone(), None);
        if let Outcome::Kept(document) | Outcome::Dropped { document, .. } = &outcome {
            counts.opened += document.content().len() as u64;
            id = Some(Id(copydesk_record::id_number(document)));
        }
        counts.count_time(&uri, &laps);
        let outcome = match outcome {
            Outcome::Kept(doc) => match document(chain, exports, &doc, &mut rows) {
                Ok(laps) => {
                    counts.count_surveys(&laps);
                    Outcome::Kept(doc)
                }
                Err(fault) => Outcome::Quarantined(Quarantined::document(&doc, fault)),
            },
            other => other,
        };
        let (mut dropped, mut counted) = (None, None);
        let fate = match outcome {
            Outcome::Kept(doc) => {
                counts.count_written(&doc);
                counted = (!chain.surveys().is_empty()).then(|| Counted::of(&doc));
                // The rows of a draft are not yet those of a file.
                let fixed = if counted.is_some() { &[] } else { exports };
                for (output, ExportInstance { export, .. }) in fixed.iter().enumerate() {
                    let (at, rows) = (before[output], &rows[output]);
                    leads[output].add(&**export, at, rows.get(at..).unwrap_or_default());
                }
                Fate::Written
            }
            Outcome::Dropped { document, stage, reason } => {
                tracing::info!(uri = document.source.uri, stage, "dropped: {reason}");
                counts.count_dropped(stage, &reason);
                dropped = Some((stage.to_owned(), reason));
                Fate::Dropped
            }
            Outcome::Quarantined(entry) => {
                counts.count_quarantined(&entry);
                quarantined.push(entry);
                Fate::Quarantined
            }
        };
        let sizes = rows.iter().zip(&before).map(|(rows, before)| (rows.len() - before) as u64);
        let sizes = if fate == Fate::Written { sizes.collect() } else { Vec::new() };
        let Particulars { input, record, content, fetched } = particulars;
        let fetched = fetched.filter(|_| fate == Fate::Quarantined && !chain.surveys().is_empty());
        let twin = None;
        index.push(Indexed { uri, record, id, input, content, fate, dropped, twin, counted, fetched, rows: sizes });
    }
    let Batch { weight, last, ends, .. } = batch;
    Finished { number, weight, rows, leads, quarantined, index, counts, last, ends }
}

/// The last step for a shard: from rows to what is stored.
pub(crate) fn parts(chain: &Chain, exports: &[ExportInstance], sections: &mut [Vec<u8>]) -> Result<(), RunError> {
    // Behind those of the exports stand our own. With surveys it is a draft, and exports have their turn later.
    let exports = if chain.surveys().is_empty() { exports } else { &[] };
    for section in sections.iter_mut().skip(exports.len()) {
        *section = index::compress(std::mem::take(section)).map_err(|error| RunError::Bug(error.to_string()))?;
    }
    for (ExportInstance { export, .. }, section) in exports.iter().zip(sections) {
        *section = export
            .part(std::mem::take(section))
            .map_err(|error| RunError::Assemble { path: export.file_name().into(), error: error.message })?;
    }
    Ok(())
}

/// All exports and surveys or none: a document that one of them cannot work on stands in no output.
fn document(
    chain: &Chain,
    exports: &[ExportInstance],
    doc: &Document,
    rows: &mut [Vec<u8>],
) -> Result<Vec<Lap>, Fault> {
    let before: Vec<usize> = rows.iter().map(Vec::len).collect();
    for (ExportInstance { export, .. }, piece) in exports.iter().zip(rows.iter_mut()) {
        let fault = match guarded(|| export.encode(doc, piece)) {
            Ok(Ok(())) => continue,
            Ok(Err(error)) => ("export", error.message),
            Err(panic) => ("panic", panic),
        };
        let error = format!("{}: {}", export.file_name(), fault.1);
        for (piece, len) in rows.iter_mut().zip(before) {
            piece.truncate(len);
        }
        return Err(Fault { stage: "export", rule: fault.0.into(), error, span: None });
    }
    let Some(summaries) = rows.get_mut(exports.len()) else { return Ok(Vec::new()) };
    survey::see(chain.surveys(), doc, summaries).inspect_err(|_| {
        for (piece, len) in rows.iter_mut().zip(before) {
            piece.truncate(len);
        }
    })
}
