//! How well and at what cost `find-duplicates` finds what is known: documents of invented words, with copies, edits and agency
//! stories in papers of their own. `peers/duplicates.py` does the same with other libraries, on what `--write` writes.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    fmt::Write as _,
    fs::{self, File},
    io::{BufReader, BufWriter, Read, Seek, Write},
    path::PathBuf,
    time::Duration,
};

use anyhow::{Context, ensure};
use copydesk_document::{Decision, Document, DocumentSource, Label, NewBlock};
use copydesk_stage::{Catalog, Corpus, Scratch, Seen, Survey, SurveyError};
use serde_json::json;

use crate::grammar::Random;

/// Arguments of `cargo xtask duplicates`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// How many documents.
    #[arg(long, default_value_t = 20_000)]
    documents: u64,
    /// Other seeds give other documents.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Write the documents as JSON Lines, for other programs to work on, and do nothing else.
    #[arg(long, value_name = "FILE")]
    write: Option<PathBuf>,
    /// Fail where less is found or more is taken than is promised.
    #[arg(long)]
    check: bool,
}

/// Of a hundred documents so many are each of these; the others are stories of their own.
const COPIES: u64 = 10;
const EDITS: u64 = 10;
const AGENCY: u64 = 12;
const DIGESTS: u64 = 2;

/// Of a hundred stories so many are of an agency.
const OF_AGENCIES: u64 = 10;

/// So many are made and seen at once, so that looking at the clock costs nothing.
const AT_ONCE: usize = 500;

const WORDS: u64 = 20_000;
const SITES: u64 = 60;

/// What a document is to the story that it tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Story,
    Copy,
    Edit,
    Agency,
    Digest,
}

/// An invented document.
struct Invented {
    number: u64,
    kind: Kind,
    /// The number of the document that told the story first.
    origin: u64,
    headline: String,
    dateline: String,
    captions: Vec<String>,
    body: Vec<String>,
}

/// A word by its rank: common ones are short, as in languages.
fn word(rank: u64, out: &mut String) {
    const SYLLABLES: [&str; 40] = [
        "ba", "ko", "ri", "ten", "mu", "sal", "vo", "ne", "dar", "li", "pe", "gon", "ta", "fi", "rus", "ma", "chi",
        "lo", "ber", "ju", "sen", "wa", "kir", "do", "hal", "ni", "so", "pra", "ge", "vin", "tu", "ras", "el", "mo",
        "quin", "ya", "bol", "ze", "nar", "fu",
    ];
    let mut left = rank + 1;
    while left > 0 {
        out.push_str(SYLLABLES[(left % 40) as usize]);
        left /= 40;
    }
}

/// A word as they come in texts: the n-th most common one with a frequency of about 1/n.
fn usual_word(random: &mut Random, out: &mut String) {
    let exponent = random.below(1 << 20) as f64 / f64::from(1 << 20);
    word((WORDS as f64).powf(exponent) as u64, out);
}

fn words(random: &mut Random, count: u64) -> String {
    let mut text = String::new();
    for at in 0..count {
        if at > 0 {
            text.push(' ');
        }
        usual_word(random, &mut text);
    }
    text
}

fn paragraph(random: &mut Random) -> String {
    let mut text = String::new();
    for _ in 0..2 + random.below(3) {
        let count = 9 + random.below(14);
        let _ = write!(text, "{}. ", words(random, count));
    }
    text.trim_end().to_owned()
}

impl Invented {
    /// A document depends on its number alone. What it tells again was told by one before it.
    fn of(seed: u64, number: u64) -> Self {
        let mut random = Random::of(seed, number);
        let earlier = |random: &mut Random, agency: bool| {
            // Among those before it, one that tells a story of its own; the first ones do.
            (0..200)
                .map(|_| random.below(number.max(1)))
                .find(|n| *n < number && Self::tells(seed, *n) == (Kind::Story, agency))
        };
        let (mut kind, _) = Self::tells(seed, number);
        let origin = match kind {
            Kind::Story | Kind::Digest => number,
            Kind::Agency => earlier(&mut random, true).unwrap_or(number),
            Kind::Copy | Kind::Edit => earlier(&mut random, false).unwrap_or(number),
        };
        if origin == number && kind != Kind::Digest {
            kind = Kind::Story;
        }
        let body = match kind {
            Kind::Story => Self::story(seed, number),
            Kind::Copy => Self::story(seed, origin),
            Kind::Edit => edited(Self::story(seed, origin), &mut random),
            Kind::Agency => taken_over(Self::story(seed, origin), &mut random),
            Kind::Digest => {
                let stories = (0..3).filter_map(|_| earlier(&mut random, true));
                stories.flat_map(|n| Self::story(seed, n).into_iter().take(4)).collect()
            }
        };
        let headline = words(&mut random, 8);
        let mut dateline = words(&mut random, 1).to_uppercase();
        let _ = write!(dateline, ", May {} (Reuters) -- ", 1 + random.below(28));
        let captions = (0..=random.below(3)).map(|_| words(&mut random, 22)).collect();
        Self { number, kind, origin, headline, dateline, captions, body }
    }

    /// What a document is meant to be, and whether its story is an agency's.
    fn tells(seed: u64, number: u64) -> (Kind, bool) {
        let mut random = Random::of(seed ^ 0x5eed, number);
        let draw = random.below(100);
        let kind = [(COPIES, Kind::Copy), (EDITS, Kind::Edit), (AGENCY, Kind::Agency), (DIGESTS, Kind::Digest)];
        let mut end = 0;
        let kind = kind.into_iter().find(|(share, _)| {
            end += share;
            draw < end
        });
        (kind.map_or(Kind::Story, |(_, kind)| kind), random.below(100) < OF_AGENCIES)
    }

    fn story(seed: u64, number: u64) -> Vec<String> {
        let mut random = Random::of(seed ^ 0x0057_0a1e, number);
        (0..6 + random.below(7)).map(|_| paragraph(&mut random)).collect()
    }

    /// As the stages leave it.
    fn document(&self) -> Document {
        let name = format!("{}", self.number);
        let source =
            DocumentSource { name, uri: format!("https://site-{}.example/", self.site()), ..Default::default() };
        let mut doc = Document::new(source, String::new());
        let mut push = |text: &str, label| {
            let block = doc.push_block(NewBlock { text, ..NewBlock::default() });
            doc.decide(Decision { block, label, stage: "x".into(), rule: "x".into(), detail: "".into() });
        };
        push(&self.headline, Label::Title);
        self.captions.iter().for_each(|caption| push(caption, Label::Caption));
        for (at, text) in self.body.iter().enumerate() {
            push(&if at == 0 { format!("{}{text}", self.dateline) } else { text.clone() }, Label::Body);
        }
        doc
    }

    /// How near it is to its story: of an edit what the two share, of an agency's story how much of one is in the other.
    fn near(&self, seed: u64) -> f64 {
        let story = Self::story(seed, self.origin);
        let (own, first) = (runs(&self.body), runs(&story));
        let both = own.intersection(&first).count() as f64;
        match self.kind {
            Kind::Edit => both / (own.len() as f64 + first.len() as f64 - both),
            Kind::Agency => both / own.len().min(first.len()) as f64,
            Kind::Story | Kind::Copy | Kind::Digest => 1.0,
        }
    }

    fn site(&self) -> u64 {
        self.number % SITES
    }

    /// All that a page shows: what stands around the text is the same on all pages of a site.
    fn page(&self) -> String {
        let mut random = Random::of(0x517e, self.site());
        let (above, below) = (words(&mut random, 60), words(&mut random, 80));
        let (captions, body) = (self.captions.join("\n"), self.body.join("\n"));
        format!("{above}\n{}\n{captions}\n{}{body}\n{below}", self.headline, self.dateline)
    }
}

/// A few words of a hundred are others, and some sentence may be gone.
fn edited(mut body: Vec<String>, random: &mut Random) -> Vec<String> {
    let rate = 1 + random.below(6);
    for text in &mut body {
        let mut changed = String::with_capacity(text.len());
        for (at, old) in text.split(' ').enumerate() {
            if at > 0 {
                changed.push(' ');
            }
            if random.below(100) < rate { usual_word(random, &mut changed) } else { changed.push_str(old) }
        }
        *text = changed;
    }
    body
}

/// What a paper makes of an agency's story: the lead cut or written anew, the end cut, paragraphs of its own.
fn taken_over(mut body: Vec<String>, random: &mut Random) -> Vec<String> {
    match random.below(3) {
        0 => drop(body.remove(0)),
        1 => body[0] = paragraph(random),
        _ => {}
    }
    if random.below(2) == 0 {
        let kept = body.len() - (random.below(3) as usize).min(body.len() / 3);
        body.truncate(kept);
    }
    for _ in 0..random.below(4) {
        let at = random.below(body.len() as u64 + 1) as usize;
        body.insert(at, paragraph(random));
    }
    body
}

/// The runs of three words of a text, as anybody would count them.
fn runs(body: &[String]) -> HashSet<(&str, &str, &str)> {
    let mut found = HashSet::new();
    for text in body {
        let words: Vec<&str> = text.split([' ', '.']).filter(|word| !word.is_empty()).collect();
        found.extend(words.windows(3).map(|run| (run[0], run[1], run[2])));
    }
    found
}

/// Summaries in a file.
struct Stored {
    path: PathBuf,
    documents: u64,
}

impl Corpus for Stored {
    fn documents(&self) -> u64 {
        self.documents
    }

    fn each(&self, see: &mut dyn FnMut(Seen<'_>) -> Result<(), SurveyError>) -> Result<(), SurveyError> {
        let wrong = |error: std::io::Error| SurveyError::new(error.to_string());
        let mut file = BufReader::with_capacity(1 << 20, File::open(&self.path).map_err(wrong)?);
        let mut summary = Vec::new();
        for number in 0..self.documents {
            let mut length = [0; 4];
            file.read_exact(&mut length).map_err(wrong)?;
            summary.resize(u32::from_le_bytes(length) as usize, 0);
            file.read_exact(&mut summary).map_err(wrong)?;
            see(Seen { number, run: 0, summary: &summary })?;
        }
        Ok(())
    }

    fn scratch(&self) -> Result<Box<dyn Scratch>, SurveyError> {
        let made = tempfile::tempfile().map_err(|error| SurveyError::new(error.to_string()))?;
        Ok(Box::new(made))
    }
}

/// What of a kind was to be found, and was.
#[derive(Clone, Copy, Debug, Default)]
struct Score {
    all: u64,
    found: u64,
}

impl Score {
    fn add(&mut self, found: bool) {
        self.all += 1;
        self.found += u64::from(found);
    }

    fn share(self) -> f64 {
        self.found as f64 / self.all.max(1) as f64
    }
}

pub(crate) fn run(args: &Args) -> anyhow::Result<()> {
    if let Some(path) = &args.write {
        return write(args, path);
    }
    let catalog = Catalog::default().with(copydesk_survey_find_duplicates::register);
    let entry = catalog.find_survey("find-duplicates").context("the survey is registered")?;
    let survey = entry.build(&json!({ "prefer": "first" })).map_err(|error| anyhow::anyhow!("{error}"))?;
    let path = std::env::temp_dir().join(format!("copydesk-duplicates-{}", std::process::id()));
    let measured = measure(args, &*survey, &path);
    let _ = fs::remove_file(&path);
    measured
}

fn measure(args: &Args, survey: &dyn Survey, path: &std::path::Path) -> anyhow::Result<()> {
    let mut file = BufWriter::with_capacity(1 << 20, File::create_new(path)?);
    let (mut seeing, mut ids) = (Duration::ZERO, Vec::new());
    // Kind, origin, and how near it is to that: an edit by what both share, an agency's story by how much of one is in the other.
    let mut truth: Vec<(Kind, u32, f32)> = Vec::new();
    for first in (0..args.documents).step_by(AT_ONCE) {
        let invented =
            (first..args.documents.min(first + AT_ONCE as u64)).map(|number| Invented::of(args.seed, number));
        let invented: Vec<Invented> = invented.collect();
        let docs: Vec<Document> = invented.iter().map(Invented::document).collect();
        let start = processor()?;
        let summaries = docs.iter().map(|doc| survey.see(doc)).collect::<Result<Vec<_>, _>>()?;
        seeing += processor()?.saturating_sub(start);
        for ((invented, doc), summary) in invented.iter().zip(&docs).zip(summaries) {
            file.write_all(&(summary.len() as u32).to_le_bytes())?;
            file.write_all(&summary)?;
            ids.push(copydesk_record::id_number(doc));
            truth.push((invented.kind, invented.origin as u32, invented.near(args.seed) as f32));
        }
    }
    let stored = file.stream_position()?;
    file.into_inner().map_err(std::io::IntoInnerError::into_error)?;
    let corpus = Stored { path: path.to_owned(), documents: args.documents };
    let before = forget_peak()?;
    let start = processor()?;
    let conclusions = survey.conclude(&corpus)?;
    let concluding = processor()?.saturating_sub(start);
    let per_document = peak()?.saturating_sub(before) as f64 / args.documents as f64;
    let each = |time: Duration| args.documents as f64 / time.as_secs_f64().max(1e-9);
    println!("{} documents, {:.0} bytes of summary each", args.documents, stored as f64 / args.documents as f64);
    println!("seeing: {:.0} documents/s on one core", each(seeing));
    println!(
        "concluding: {:.0} documents/s on one core, {per_document:.0} bytes a document in memory",
        each(concluding)
    );

    // By document: its cluster, and the record that stands for it.
    let of = |number: usize| {
        let value = conclusions.of(number as u64).value;
        let id = |key: &str| value[key].as_str().and_then(|id| u64::from_str_radix(id, 16).ok()).unwrap_or(ids[number]);
        (id("cluster"), id("of"))
    };
    let mut scores: BTreeMap<&str, Score> = BTreeMap::new();
    let mut clusters: HashMap<u64, HashMap<u32, u64>> = HashMap::new();
    for (number, (kind, origin, near)) in truth.iter().enumerate() {
        let (own, others) = (of(number), of(*origin as usize));
        *clusters.entry(own.0).or_default().entry(*origin).or_default() += 1;
        let together = own.0 == others.0 || own.1 == others.1 || own.1 == ids[*origin as usize];
        match kind {
            Kind::Copy => scores.entry("copies").or_default().add(together),
            Kind::Edit if *near >= 0.8 => scores.entry("edits at 0.8 and above").or_default().add(together),
            Kind::Edit => scores.entry("edits below 0.8").or_default().add(together),
            Kind::Agency if *near >= 0.6 => scores.entry("agency stories").or_default().add(together),
            Kind::Agency => scores.entry("agency stories of which less than 0.6 is left").or_default().add(together),
            Kind::Story | Kind::Digest => {}
        }
    }
    for (name, score) in &scores {
        println!("{name}: {:.4} of {} found", score.share(), score.all);
    }
    let pairs = |n: u64| n * n.saturating_sub(1) / 2;
    let told: u64 = clusters.values().map(|origins| pairs(origins.values().sum())).sum();
    let right: u64 = clusters.values().flat_map(HashMap::values).map(|n| pairs(*n)).sum();
    let precision = right as f64 / told.max(1) as f64;
    println!("pairs in one cluster: {precision:.4} of {told} tell one story");
    if args.check {
        let share = |name: &str| scores.get(name).copied().unwrap_or_default().share();
        ensure!(share("copies") >= 1.0, "copies are missed");
        ensure!(share("edits at 0.8 and above") >= 0.98 && precision >= 0.98, "pairs are missed or wrong");
        ensure!(share("agency stories") >= 0.95, "agency stories are missed");
    }
    Ok(())
}

fn write(args: &Args, path: &std::path::Path) -> anyhow::Result<()> {
    let mut out =
        BufWriter::with_capacity(1 << 20, File::create_new(path).with_context(|| path.display().to_string())?);
    for number in 0..args.documents {
        let invented = Invented::of(args.seed, number);
        let near = invented.near(args.seed);
        let kind = format!("{:?}", invented.kind).to_lowercase();
        let Invented { origin, ref body, .. } = invented;
        let body = body.join("\n");
        let line = json!({
            "number": number, "kind": kind, "origin": origin, "near": near, "page": invented.page(), "body": body
        });
        serde_json::to_writer(&mut out, &line)?;
        out.write_all(b"\n")?;
    }
    Ok(out.flush()?)
}

/// Bytes in memory now; from now on [`peak`] tells what was reached since.
fn forget_peak() -> anyhow::Result<u64> {
    fs::write("/proc/self/clear_refs", "5").context("only Linux tells the memory of a process")?;
    status("VmRSS:")
}

fn peak() -> anyhow::Result<u64> {
    status("VmHWM:")
}

/// What this thread has had of the processor.
fn processor() -> anyhow::Result<Duration> {
    let text = fs::read_to_string("/proc/thread-self/schedstat").context("only Linux tells the time of a thread")?;
    let nanoseconds = text.split(' ').next().context("the system tells it")?.parse()?;
    Ok(Duration::from_nanos(nanoseconds))
}

fn status(name: &str) -> anyhow::Result<u64> {
    let text = fs::read_to_string("/proc/self/status")?;
    let line = text.lines().find_map(|line| line.strip_prefix(name)).context("the system tells it")?;
    let kilobytes: u64 = line.trim().trim_end_matches("kB").trim().parse()?;
    Ok(kilobytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_are_what_they_are_said_to_be() {
        let mut seen = BTreeMap::<Kind, u64>::new();
        for number in 0..400 {
            let invented = Invented::of(1, number);
            *seen.entry(invented.kind).or_default() += 1;
            if invented.kind == Kind::Copy {
                assert_eq!(invented.body, Invented::of(1, invented.origin).body);
            }
            assert!(invented.origin <= number && !invented.body.is_empty() || invented.kind == Kind::Digest);
        }
        assert!(seen.len() == 5 && seen[&Kind::Story] > 200, "{seen:?}");
    }
}
