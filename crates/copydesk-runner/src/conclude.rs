//! Surveys: what is kept of each document, and what follows from all of it.
//!
//! With surveys in the chain a shard is stored as a *draft*: its rows as exports encoded them, and the summaries of its
//! documents. When all shards are there, the surveys conclude, and each draft becomes a shard as any other: late fields are
//! put into its rows, and documents are left out. That is a function of the draft and of what was concluded of its documents,
//! and the key of the shard is made of both. Drafts stay in the folder, since a later run may come to other conclusions.

use std::{
    collections::{BTreeMap, HashMap},
    io::{self, Write as _},
    ops::Range,
    path::PathBuf,
    sync::Arc,
};

use copydesk_stage::{
    Complete, Conclusion, Conclusions, Corpus, Export, ExportError, LateField, LeftOut, OfCorpus, QuarantinedInput,
    Scratch, Seen, SurveyError,
};
use serde_json::{Map, Value};

use crate::{
    Report, RunError,
    archive::Archive,
    checksum::{Key, sum},
    draft,
    error::write_error,
    fail,
    guard::guarded,
    index::{self, Fate, Indexed},
    lead::Leads,
    manifest::Asked,
    part::{self, Entry},
    reuse::Done,
    storage::{STATE, Storage as _},
    store::Store,
    survey::{SurveyInstance, each_summary},
};

/// The field of a record for what surveys conclude for which it has no field.
const SURVEYS: &str = "surveys";

/// The drafts of all shards, as one survey sees them, behind the archives that they are compared with.
struct Drafts<'s> {
    store: &'s Store,
    archives: &'s [Archive],
    /// Which of the surveys, and of how many.
    own: usize,
    surveys: usize,
    /// The run of each shard, and of those that this run adds.
    runs: &'s [usize],
    run: usize,
}

impl Drafts<'_> {
    /// How many documents there are in archives.
    fn before(&self) -> u64 {
        self.archives.iter().map(Archive::documents).sum()
    }
}

impl Corpus for Drafts<'_> {
    fn documents(&self) -> u64 {
        self.before() + self.store.shards.iter().map(|done| done.entry.counts.written).sum::<u64>()
    }

    fn each(&self, see: &mut dyn FnMut(Seen<'_>) -> Result<(), SurveyError>) -> Result<(), SurveyError> {
        let mut next = 0..;
        let mut seen = |run, summary: &[u8]| see(Seen { number: next.next().unwrap_or(u64::MAX), run, summary });
        let mut runs = 0;
        for archive in self.archives {
            archive.each(&mut |of| seen(runs + of.run, of.summary))?;
            runs += archive.runs();
        }
        for (done, run) in self.store.shards.iter().zip(self.runs) {
            let stored = self.store.load_draft(done, self.store.layout.summaries());
            let stored = stored.map_err(|error| SurveyError::new(error.to_string()))?;
            each_summary(&stored, self.own, self.surveys, &mut |summary| seen(runs + run, summary))?;
        }
        Ok(())
    }

    fn each_quarantined(
        &self,
        see: &mut dyn FnMut(QuarantinedInput<'_>) -> Result<(), SurveyError>,
    ) -> Result<(), SurveyError> {
        let mut before = 0;
        for archive in self.archives {
            archive.each_quarantined(&mut |lost| see(QuarantinedInput { run: before + lost.run, ..lost }))?;
            before += archive.runs();
        }
        for (done, run) in self.store.shards.iter().zip(self.runs) {
            let documents = self.store.documents(done).map_err(|error| SurveyError::new(error.to_string()))?;
            for fetched in documents.iter().filter_map(|document| document.fetched.as_ref()) {
                see(QuarantinedInput { run: before + run, ..fetched.input() })?;
            }
        }
        Ok(())
    }

    fn run(&self) -> usize {
        self.archives.iter().map(Archive::runs).sum::<usize>() + self.run
    }

    fn scratch(&self) -> Result<Box<dyn Scratch>, SurveyError> {
        let made = self.store.folder.scratch();
        let made =
            made.map_err(|error| SurveyError::new(format!("no file can be made for what is set aside: {error}")))?;
        Ok(Box::new(made))
    }
}

/// What all surveys have concluded of a document.
struct Late<'c> {
    fields: Vec<LateField<'c>>,
    /// Which survey has left it out, and why.
    left_out: Option<(&'static str, LeftOut)>,
}

/// What surveys change in the report of a run.
#[derive(Debug, Default)]
pub(crate) struct Corrections {
    /// The counts of shards before and after documents were left out.
    pub(crate) counts: Vec<(Report, Report)>,
    /// What they say of all documents together.
    pub(crate) of_corpus: BTreeMap<String, OfCorpus>,
}

/// What all surveys have concluded.
struct Concluded<'c> {
    /// Each with its conclusions, and how many documents come before those of the folder.
    surveys: Vec<(&'c SurveyInstance, Box<dyn Conclusions>, u64)>,
}

impl Concluded<'_> {
    /// Of all documents together, by the names of surveys that have something to say of them.
    fn of_corpus(&mut self) -> Result<BTreeMap<String, OfCorpus>, RunError> {
        let mut all = BTreeMap::new();
        for (instance, conclusions, _) in &mut self.surveys {
            let found = guarded(|| conclusions.of_corpus());
            let found = found.map_err(|panic| RunError::Survey(instance.name().into(), panic))?;
            if found != OfCorpus::default() {
                all.insert(instance.name().to_owned(), found);
            }
        }
        Ok(all)
    }

    /// Of a document. All have the same fields.
    fn of(&self, number: u64) -> Result<Late<'_>, RunError> {
        let (mut fields, mut others, mut left_out) = (Vec::new(), None, None);
        for (instance, conclusions, before) in &self.surveys {
            let concluded = guarded(|| conclusions.of(before + number));
            let Conclusion { value, left_out: out } =
                concluded.map_err(|panic| RunError::Survey(instance.name().into(), panic))?;
            if let Some(name) = instance.field {
                fields.push(LateField { name, value });
            } else {
                let others: &mut Map<String, Value> = others.get_or_insert_default();
                if !value.is_null() {
                    others.insert(instance.name().to_owned(), value);
                }
            }
            left_out = left_out.or(out.map(|out| (instance.name(), out)));
        }
        // As `ext`: objects of all shapes in one column are text.
        fields
            .extend(others.map(|others| LateField { name: SURVEYS, value: Value::Object(others).to_string().into() }));
        Ok(Late { fields, left_out })
    }
}

impl Store {
    /// A section of a draft, opened.
    pub(crate) fn load_draft(&self, done: &Done, section: usize) -> Result<Vec<u8>, RunError> {
        draft::load(&self.folder, done, section)
    }

    /// The documents that a draft was made of.
    fn documents(&self, draft: &Done) -> Result<Vec<Indexed>, RunError> {
        let stored = self.load_stored(draft, draft.entry.sections.len().saturating_sub(1))?;
        index::read(&stored).map_err(|error| RunError::Bug(error.to_string()))
    }

    /// Turns the drafts into shards, by what the surveys conclude, and gives what that changes in the report: of the `own`
    /// shards. `runs` are the runs that have added them, and `segments` is how many runs there were.
    pub(crate) fn conclude(
        &mut self,
        instances: &[SurveyInstance],
        exports: &[&dyn Export],
        own: Range<usize>,
        runs: &[usize],
        segments: usize,
    ) -> Result<Corrections, RunError> {
        fail::point("conclude").map_err(|error| write_error(self.folder.locate(STATE), error))?;
        let run = runs.get(own.start).copied().filter(|_| !own.is_empty()).unwrap_or(segments);
        let mut surveys = Vec::new();
        for (n, instance) in instances.iter().enumerate() {
            let open = |path: &PathBuf| Archive::open(path, instance, &self.folder);
            let archives = instance.against.iter().map(open).collect::<Result<Vec<_>, _>>()?;
            let drafts = Drafts { store: self, archives: &archives, own: n, surveys: instances.len(), runs, run };
            let before = drafts.before();
            let concluded = guarded(|| instance.survey.conclude(&drafts));
            let wrong = |error: String| RunError::Survey(instance.name().into(), error);
            surveys.push((instance, concluded.map_err(wrong)?.map_err(|error| wrong(error.message))?, before));
        }
        let mut concluded = Concluded { surveys };
        let of_corpus = concluded.of_corpus()?;
        let mut finished: HashMap<Key, Done> = HashMap::new();
        for manifest in self.before.iter().chain(&self.plan) {
            finished.extend(Done::of_manifest(&self.layout, manifest).into_iter().map(|done| (done.entry.key, done)));
        }
        let drafts = std::mem::take(&mut self.shards);
        let (mut number, mut counts) = (0, Vec::new());
        for (n, draft) in drafts.iter().enumerate() {
            let documents = self.documents(draft)?;
            let done = self.finish_draft(exports, draft, documents, &concluded, &mut number, &finished)?;
            if own.contains(&n) {
                counts.push((draft.entry.counts.clone(), done.entry.counts.clone()));
            }
            self.shards.push(done);
        }
        self.drafts = drafts;
        self.surveys = instances.iter().map(Asked::of).collect();
        Ok(Corrections { counts, of_corpus })
    }

    fn load_stored(&self, done: &Done, section: usize) -> Result<Vec<u8>, RunError> {
        part::load(&self.folder, &done.entry.sections[section], &done.places[section])
    }

    /// A draft as a shard; done before, if what was concluded is the same.
    fn finish_draft(
        &mut self,
        exports: &[&dyn Export],
        draft: &Done,
        documents: Vec<Indexed>,
        concluded: &Concluded<'_>,
        number: &mut u64,
        finished: &HashMap<Key, Done>,
    ) -> Result<Done, RunError> {
        let mut late = Vec::new();
        for document in &documents {
            if document.fate != Fate::Written {
                late.push(None);
                continue;
            }
            late.push(Some(concluded.of(*number)?));
            *number += 1;
        }
        let key = finished_key(draft.entry.key, &late)?;
        let known = finished.get(&key).filter(|done| done.is_whole(&self.folder)).cloned();
        let in_part = || {
            let entry = part::read_entry(&self.folder, &part::name(key))?;
            (self.layout.fits(&entry) && part::is_whole(&self.folder, &entry)).then(|| Done::in_part(Arc::new(entry)))
        };
        if let Some(done) = known.or_else(in_part) {
            return Ok(done);
        }
        let bug = |error: io::Error| RunError::Bug(error.to_string());
        let mut documents: Vec<(Indexed, Option<Late<'_>>)> = documents.into_iter().zip(late).collect();
        let mut rows = vec![Vec::new(); documents.len()];
        let (mut sections, mut leads) = (Vec::new(), Vec::new());
        for (output, export) in exports.iter().enumerate() {
            let stored = self.load_draft(draft, output)?;
            let (section, own) = complete(*export, output, &stored, &documents, &mut rows)?;
            sections.push(section);
            leads.push(own);
        }
        let mut counts = draft.entry.counts.clone();
        for ((document, late), rows) in documents.iter_mut().zip(rows) {
            document.rows = rows;
            let Some((survey, out)) = late.take().and_then(|late| late.left_out) else { continue };
            counts.leave_out(survey, &out.reason, document.counted.as_ref());
            document.fate = Fate::Dropped;
            (document.dropped, document.twin) = (Some((survey.to_owned(), out.reason)), out.twin);
        }
        sections.push(self.load_stored(draft, self.layout.summaries() + 1)?);
        let mut index = Vec::new();
        for (document, _) in &documents {
            serde_json::to_writer(&mut index, document).map_err(io::Error::from).map_err(bug)?;
            index.write_all(b"\n").map_err(bug)?;
        }
        sections.push(index::compress(index).map_err(bug)?);
        counts.check_sum()?;
        let entry = Entry { derived: true, ..Entry::new(key, &sections, leads, counts, draft.entry.retried.clone()) };
        part::put(&self.folder, &entry, &sections)?;
        self.put.push(entry.name());
        Ok(Done::in_part(Arc::new(entry)))
    }
}

/// The key of a shard that is made of that draft, with what was concluded of its documents.
fn finished_key(draft: Key, late: &[Option<Late<'_>>]) -> Result<Key, RunError> {
    let concluded: Vec<_> = late
        .iter()
        .flatten()
        .map(|late| {
            let fields: Vec<_> = late.fields.iter().map(|field| (field.name, &field.value)).collect();
            (fields, &late.left_out)
        })
        .collect();
    let bytes = serde_json::to_vec(&("concluded", draft, concluded)).map_err(|e| RunError::Bug(e.to_string()))?;
    Ok(sum(&bytes))
}

/// The rows of a draft for one output as a section of a shard, and what of them can stand at the front. The sizes of the new
/// rows are noted for each document.
fn complete(
    export: &dyn Export,
    output: usize,
    stored: &[u8],
    documents: &[(Indexed, Option<Late<'_>>)],
    sizes: &mut [Vec<u64>],
) -> Result<(Vec<u8>, Leads), RunError> {
    let wrong = |error: String| RunError::Assemble { path: export.file_name().into(), error };
    let Some(completion) = export.completion() else {
        return Err(wrong("it cannot take what surveys find".into()));
    };
    let (mut rows, mut leads, mut rest) = (Vec::with_capacity(stored.len()), Leads::default(), stored);
    for ((document, late), sizes) in documents.iter().zip(sizes) {
        let Some(late) = late else { continue };
        let own = usize::try_from(document.rows.get(output).copied().unwrap_or(0)).unwrap_or(usize::MAX);
        let Some((own, behind)) = rest.split_at_checked(own) else {
            return Err(RunError::Bug("the rows of a draft are not as its index says".into()));
        };
        rest = behind;
        if late.left_out.is_some() {
            continue;
        }
        if own.is_empty() {
            // It is none of those that this export writes.
            sizes.push(0);
            continue;
        }
        let before = rows.len();
        completed(completion, own, &late.fields, &mut rows).map_err(&wrong)?;
        leads.add(export, before, &rows[before..]);
        sizes.push((rows.len() - before) as u64);
    }
    let section = guarded(|| export.part(rows)).map_err(&wrong)?.map_err(|error| wrong(error.message))?;
    Ok((section, leads))
}

fn completed(
    completion: &dyn Complete,
    own: &[u8],
    fields: &[LateField<'_>],
    rows: &mut Vec<u8>,
) -> Result<(), String> {
    guarded(|| completion.complete(own, fields, rows))?.map_err(|error: ExportError| error.message)
}
