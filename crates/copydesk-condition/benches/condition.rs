//! What a condition costs a document: `cargo bench -p copydesk-condition`. A document of 4 kB with the facts of a story.

use std::{fs, hint::black_box, time::Instant};

use copydesk_condition::Condition;
use copydesk_document::{Decision, Document, Fact, Input, Label, LanguageGuess, Languages, Origin, Value};

const DOCUMENTS: u32 = 200_000;
/// Of so many rounds the fastest counts by the clock: it was disturbed least.
const ROUNDS: u32 = 10;

fn document() -> Document {
    let paragraph = |n: usize| format!("The ferry number {n} sails across the harbour through the night. ").repeat(6);
    let body: Vec<String> = (0..11).map(paragraph).collect();
    let mut input = Input::new("day/a.txt", format!("Night ferry\n\n{}", body.join("\n\n")).into_bytes());
    input.url = Some("https://www.example.org/a".into());
    let mut doc = copydesk_parse::parse(&input, &copydesk_parse::Limits::default()).expect("a text");
    for id in doc.ids() {
        doc.decide(Decision {
            block: id,
            label: Label::Body,
            stage: "bench".into(),
            rule: "all".into(),
            detail: "".into(),
        });
    }
    for value in [Fact::Title("Night ferry".into()), Fact::Authors(vec!["Ada Berg".into(), "Li Wen".into()])] {
        let name = "bench".to_owned();
        doc.add_facts("bench", Value { value, origin: Origin::Text, name, span: None, confidence: 0.9 }.into());
    }
    let main = Some(LanguageGuess { tag: "en".into(), confidence: 1.0 });
    doc.set_languages(Languages { main, shares: Vec::new() });
    doc
}

/// Seconds of the processor that this process has had, as Linux counts them, in hundredths.
fn processor() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let behind_the_name = stat.rsplit(')').next().unwrap_or_default();
    behind_the_name.split_whitespace().skip(11).take(2).filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>()
        / 100.0
}

fn main() {
    let doc = document();
    for text in [
        "language == \"en\"",
        "language in [\"vi\", \"ko\"] && size(authors) > 0",
        "authors.exists(a, a.endsWith(\"Berg\"))",
        "source.site == \"example.org\"",
        "size(text) > 200",
    ] {
        let condition = Condition::read(text).expect(text);
        let (before, mut clock) = (processor(), f64::MAX);
        for _ in 0..ROUNDS {
            let start = Instant::now();
            for _ in 0..DOCUMENTS / ROUNDS {
                black_box(condition.holds(black_box(&doc)).expect("it is total"));
            }
            clock = clock.min(start.elapsed().as_secs_f64() / f64::from(DOCUMENTS / ROUNDS));
        }
        let each = (processor() - before) / f64::from(DOCUMENTS);
        println!("{:6.2} µs a document by the clock, {:6.2} by the processor: {text}", clock * 1e6, each * 1e6);
    }
}
