//! Scraped texts with every line and fact marked, through `pipelines/news.toml`:
//!
//! - `corpus/scraped/`: rules were made on them;
//! - `corpus/learned/`: the forest that has the last word has learned from them (and from those above), no rule was made on
//!   them;
//! - `corpus/unseen/`: neither. Who makes a rule does not read them; when they have been read, they belong to `learned`, and
//!   others take their place.
//!
//! A file has a header (`language`, `title`, `author`, `day`, `caption: TEXT || CREDIT`; `maybe author` is right and need
//! not be given), a line `---`, and the text: `+` before a line of the story, `-` before one of the page, `?` before one
//! of which nothing is asked. The figures by language: `cargo test -p copydesk-tests --test scraped -- --nocapture`; those
//! of texts that stand elsewhere, with `SCRAPED=FOLDER` before it.

use std::{collections::BTreeMap, fs, path::Path};

use copydesk_document::{Document, Input};
use copydesk_pipeline::Pipeline;
use copydesk_record::{Options, to_record};
use copydesk_runner::Outcome;

/// What is known of a text.
#[derive(Default)]
struct Marked {
    language: String,
    title: Option<String>,
    authors: Vec<String>,
    maybe: Vec<String>,
    day: Option<String>,
    captions: Vec<(String, String)>,
    content: String,
    /// For each line whether it belongs to the story; `None` where nothing is asked.
    lines: Vec<Option<bool>>,
}

impl Marked {
    fn read(file: &str) -> Self {
        let (header, text) = file.split_once("\n---\n").expect("a header, and `---` below it");
        let mut marked = Self::default();
        for line in header.lines() {
            let (name, value) = line.split_once(": ").unwrap_or_else(|| panic!("{line}: a name and a value"));
            match name {
                "language" => value.clone_into(&mut marked.language),
                "title" => marked.title = Some(value.to_owned()),
                "author" => marked.authors.push(value.to_owned()),
                "maybe author" => marked.maybe.push(value.to_owned()),
                "day" => marked.day = Some(value.to_owned()),
                "caption" => {
                    let (text, credit) = value.split_once("||").unwrap_or((value, ""));
                    marked.captions.push((text.trim().to_owned(), credit.trim().to_owned()));
                }
                _ => panic!("{name}: no such fact"),
            }
        }
        for line in text.lines() {
            let mark =
                line.chars().next().filter(|mark| "+-?".contains(*mark) && matches!(line.get(1..2), None | Some(" ")));
            let unmarked = mark.map_or(line, |_| line.get(2..).unwrap_or_default());
            let asked = mark.filter(|_| !unmarked.trim().is_empty()).filter(|mark| *mark != '?');
            marked.lines.push(asked.map(|mark| mark == '+'));
            marked.content.push_str(unmarked);
            marked.content.push('\n');
        }
        marked
    }
}

/// What came out, and what should have.
#[derive(Clone, Copy, Default)]
struct Sums {
    texts: usize,
    entire: usize,
    right: usize,
    kept: usize,
    wanted: usize,
    titles: [usize; 2],
    authors: [usize; 3],
    days: [usize; 2],
    captions: [usize; 2],
    /// Authors and days given where there are none, and the texts that have none.
    invented: [usize; 2],
}

impl Sums {
    fn add(&mut self, more: &Self) {
        let pairs = [
            (&mut self.texts, more.texts),
            (&mut self.entire, more.entire),
            (&mut self.right, more.right),
            (&mut self.kept, more.kept),
            (&mut self.wanted, more.wanted),
        ];
        for (sum, more) in pairs {
            *sum += more;
        }
        let lists: [(&mut [usize], &[usize]); 5] = [
            (&mut self.titles, &more.titles),
            (&mut self.authors, &more.authors),
            (&mut self.days, &more.days),
            (&mut self.captions, &more.captions),
            (&mut self.invented, &more.invented),
        ];
        for (sums, more) in lists {
            for (sum, more) in sums.iter_mut().zip(more) {
                *sum += more;
            }
        }
    }

    fn f1(right: usize, given: usize, wanted: usize) -> f64 {
        if given + wanted == 0 { 1.0 } else { 2.0 * right as f64 / (given + wanted) as f64 }
    }

    fn body(&self) -> f64 {
        Self::f1(self.right, self.kept, self.wanted)
    }

    fn row(&self, name: &str) -> String {
        let share = |[right, all]: [usize; 2]| {
            if all == 0 { "  -  ".to_owned() } else { format!("{:.3}", right as f64 / all as f64) }
        };
        let [right, given, wanted] = self.authors;
        format!(
            "{name:<8}{:>6}{:>8.3}{:>8}{:>8}{:>9.3}{:>8}{:>10}{:>10}",
            self.texts,
            self.body(),
            share([self.entire, self.texts]),
            share(self.titles),
            Self::f1(right, given, wanted),
            share(self.days),
            share(self.captions),
            format!("{}/{}", self.invented[0], self.invented[1]),
        )
    }
}

fn squeezed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A title without the quotation marks around it.
fn bare(text: &str) -> String {
    squeezed(text).trim_matches(|c: char| c.is_whitespace() || "\"“”«»„「」‘’".contains(c)).to_owned()
}

/// Compares what the chain makes of a text with what is marked; says what is wrong.
fn judge(marked: &Marked, doc: &Document) -> (Sums, Vec<String>) {
    let mut sums = Sums { texts: 1, ..Sums::default() };
    let mut wrong = Vec::new();
    let mut kept = vec![false; marked.lines.len()];
    let mut rules = vec![""; marked.lines.len()];
    for (id, block) in doc.iter() {
        let line = |at: u32| doc.content()[..at as usize].matches('\n').count();
        let (from, to) = (line(block.span.start), line(block.span.end).min(marked.lines.len() - 1));
        if block.label().is_body() {
            kept[from..=to].fill(true);
        }
        if let Some(last) = doc.decisions_on(id).next_back() {
            rules[from..=to].fill(&*last.rule);
        }
    }
    let text: Vec<&str> = marked.content.lines().collect();
    for (at, asked) in marked.lines.iter().enumerate() {
        let Some(wanted) = asked else { continue };
        sums.wanted += usize::from(*wanted);
        sums.kept += usize::from(kept[at]);
        sums.right += usize::from(*wanted && kept[at]);
        if *wanted != kept[at] {
            wrong.push(format!("{} {}    [{}]", if *wanted { '+' } else { '-' }, text[at], rules[at]));
        }
    }
    sums.entire = usize::from(wrong.is_empty());
    let options = Options { blocks: false, metadata: false, decisions: false, markdown: None, nested: true };
    let record = to_record(doc, options);
    if let Some(title) = &marked.title {
        let given = record.title.as_deref().map(bare);
        let right = given.as_deref() == Some(&bare(title));
        sums.titles = [usize::from(right), 1];
        wrong.extend((!right).then(|| format!("title {given:?}")));
    }
    let authors: Vec<String> = record.authors.iter().map(|name| squeezed(name)).collect();
    let authors: Vec<String> = authors.into_iter().filter(|name| !marked.maybe.contains(name)).collect();
    let right = authors.iter().filter(|name| marked.authors.contains(name)).count();
    sums.authors = [right, authors.len(), marked.authors.len()];
    wrong.extend((right != authors.len() || right != marked.authors.len()).then(|| format!("authors {authors:?}")));
    sums.invented[1] += usize::from(marked.authors.is_empty()) + usize::from(marked.day.is_none());
    sums.invented[0] += usize::from(marked.authors.is_empty() && !authors.is_empty());
    let given = record.published.as_ref().map(|at| at.to_string().chars().take(10).collect::<String>());
    match &marked.day {
        Some(day) => {
            sums.days = [usize::from(given.as_ref() == Some(day)), 1];
            wrong.extend((given.as_ref() != Some(day)).then(|| format!("day {given:?}")));
        }
        None => sums.invented[0] += usize::from(given.is_some()),
    }
    for (caption, credit) in &marked.captions {
        let right = record.captions.iter().any(|given| {
            squeezed(&given.text) == *caption && given.credit.as_deref().map(squeezed).unwrap_or_default() == *credit
        });
        sums.captions[0] += usize::from(right);
        sums.captions[1] += 1;
        wrong.extend((!right).then(|| format!("caption {caption} || {credit}")));
    }
    if sums.captions[0] < sums.captions[1] {
        let given = record.captions.iter();
        wrong.extend(given.map(|g| format!("given   {} || {}", g.text, g.credit.as_deref().unwrap_or_default())));
    }
    (sums, wrong)
}

/// What is reached today on the texts of a folder, and may not be lost.
struct Floor {
    folder: &'static str,
    body: f64,
    entire: f64,
    titles: f64,
    authors: f64,
    days: f64,
    captions: f64,
    invented: f64,
}

const FLOORS: [Floor; 3] = [
    Floor {
        folder: "scraped",
        body: 0.975,
        entire: 0.85,
        titles: 0.95,
        authors: 0.95,
        days: 0.96,
        captions: 0.81,
        invented: 0.02,
    },
    Floor {
        folder: "learned",
        body: 0.965,
        entire: 0.65,
        titles: 0.81,
        authors: 0.74,
        days: 0.92,
        captions: 0.41,
        invented: 0.10,
    },
    Floor {
        folder: "unseen",
        body: 0.95,
        entire: 0.67,
        titles: 0.9,
        authors: 0.8,
        days: 0.92,
        captions: 0.54,
        invented: 0.05,
    },
];

/// Prints what is wrong of the texts of a folder, and the figures by language.
fn figures(folder: &Path) -> (usize, Sums) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let pipeline = fs::read_to_string(root.join("pipelines/news.toml")).expect("the pipeline");
    let Pipeline { chain, .. } =
        copydesk_pipeline::load("pipelines/news.toml", &pipeline, &copydesk_pipeline::builtin()).expect("it is valid");
    let texts = fs::read_dir(folder).expect("the folder");
    let mut paths: Vec<_> = texts.map(|entry| entry.expect("readable").path()).collect();
    paths.sort();
    let mut languages: BTreeMap<String, Sums> = BTreeMap::new();
    let mut all = Sums::default();
    let mut report: Vec<String> = Vec::new();
    for path in &paths {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let marked = Marked::read(&fs::read_to_string(path).expect("readable"));
        let Outcome::Kept(doc) = chain.process_one(Input::new(name.clone(), marked.content.clone())) else {
            panic!("{name} is not kept")
        };
        let (sums, wrong) = judge(&marked, &doc);
        all.add(&sums);
        languages.entry(marked.language.clone()).or_default().add(&sums);
        report.extend(wrong.into_iter().map(|line| format!("{name}: {line}")));
    }
    // Who reads what is wrong with them has seen them.
    if !folder.ends_with("unseen") {
        println!("{}", report.join("\n"));
    }
    println!("{}", folder.display());
    println!("language texts    body  entire   title  authors     day  captions  invented");
    for (language, sums) in &languages {
        println!("{}", sums.row(language));
    }
    println!("{}", all.row("all"));
    (languages.len(), all)
}

#[test]
fn scraped_texts_in_many_languages_come_out_as_they_are_marked() {
    if let Some(elsewhere) = std::env::var_os("SCRAPED") {
        figures(Path::new(&elsewhere));
        return;
    }
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../corpus");
    for floor in FLOORS {
        let (languages, all) = figures(&corpus.join(floor.folder));
        let share = |[right, all]: [usize; 2]| right as f64 / all as f64;
        let [right, given, wanted] = all.authors;
        assert!(languages >= 20, "{languages} languages");
        assert!(all.body() >= floor.body, "body lines F1 {:.3}", all.body());
        let entire = [all.entire, all.texts];
        assert!(share(entire) >= floor.entire, "bodies entirely right {entire:?}");
        assert!(share(all.titles) >= floor.titles, "titles {:?}", all.titles);
        assert!(Sums::f1(right, given, wanted) >= floor.authors, "authors {:?}", all.authors);
        assert!(share(all.days) >= floor.days, "days {:?}", all.days);
        assert!(share(all.captions) >= floor.captions, "captions {:?}", all.captions);
        assert!(share(all.invented) <= floor.invented, "invented {:?}", all.invented);
    }
}
