//! The marked texts in all languages, their lines cut, joined, doubled and mixed with those of others at random: whatever comes
//! out, no stage panics.

use std::{fs, path::Path};

use copydesk_document::Input;
use copydesk_runner::Outcome;

/// Numbers that look like chance and are the same in every run (xorshift).
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % bound.max(1) as u64) as usize
    }

    fn pick<'a>(&mut self, of: &'a [String]) -> &'a str {
        &of[self.below(of.len())]
    }
}

/// The lines of every text.
fn texts(corpus: &Path) -> Vec<Vec<String>> {
    let mut texts = Vec::new();
    for folder in ["scraped", "learned"] {
        let mut paths: Vec<_> =
            fs::read_dir(corpus.join(folder)).expect("a folder").map(|entry| entry.expect("readable").path()).collect();
        paths.sort();
        for path in paths {
            let file = fs::read_to_string(path).expect("readable");
            let (_, text) = file.split_once("\n---\n").expect("a header, and `---` below it");
            texts.push(text.lines().map(|line| line.get(2..).unwrap_or_default().to_owned()).collect());
        }
    }
    texts
}

/// A line, the end or the beginning of one, or two of them with something between.
fn changed(chance: &mut Chance, lines: &[String]) -> String {
    const BETWEEN: [&str; 10] = ["。 ", ". ", " | ", "\t", "／", " - ", ": ", "》", "।", " ▲"];
    let line = chance.pick(lines);
    let cut = line.char_indices().nth(chance.below(line.chars().count())).map_or(0, |(at, _)| at);
    match chance.below(6) {
        0 => line[cut..].to_owned(),
        1 => line[..cut].to_owned(),
        2 => format!("{}{}{}", &line[..cut], BETWEEN[chance.below(BETWEEN.len())], chance.pick(lines)),
        3 => format!("{}{line}", ["| ", "# ", "## ", "- ", "> ", "▲", "[", "(", "    "][chance.below(9)]),
        _ => line.to_owned(),
    }
}

#[test]
fn no_stage_panics_on_texts_changed_at_random() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let pipeline = fs::read_to_string(root.join("pipelines/news.toml")).expect("the pipeline");
    let chain = copydesk_pipeline::load("pipelines/news.toml", &pipeline, &copydesk_pipeline::builtin())
        .expect("it is valid")
        .chain;
    let texts = texts(&root.join("corpus"));
    let all: Vec<String> = texts.iter().flatten().cloned().collect();
    let mut chance = Chance(0x5eed);
    for (number, lines) in texts.iter().enumerate() {
        let mut text = String::new();
        for (index, line) in lines.iter().enumerate() {
            let others = match chance.below(10) {
                0 => String::new(),
                1 => changed(&mut chance, &all),
                2 => changed(&mut chance, lines),
                3 => [&lines[index.saturating_sub(1 + chance.below(3))], line].map(String::as_str).join("\n"),
                4 => [line.as_str(); 2].join("\n"),
                _ => line.clone(),
            };
            text += &others;
            text += ["\n", "\n", "\n\n"][chance.below(3)];
        }
        if let Outcome::Quarantined(failure) = chain.process_one(Input::new(format!("{number}.txt"), text.clone())) {
            panic!("{failure:?}\n{text}");
        }
    }
}
