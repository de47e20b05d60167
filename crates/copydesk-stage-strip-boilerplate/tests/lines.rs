//! Texts with every line marked: `+` is main text, `-` a line of the page, and of `?` nothing is asked (a caption, or a
//! heading that some would leave out). Files of `lines/` are such texts.

#![expect(clippy::disallowed_methods, reason = "a test reads its texts")]

use std::{collections::BTreeMap, fs, path::Path};

use copydesk_document::{Input, Label};
use copydesk_parse::{Limits, parse};
use copydesk_stage::{Context, Stage};
use copydesk_stage_strip_boilerplate::StripBoilerplate;

/// A text without its marks, and the mark of every line that has one.
fn unmarked(marked: &str) -> (String, BTreeMap<usize, char>) {
    let (mut text, mut marks) = (String::new(), BTreeMap::new());
    for (number, line) in marked.lines().enumerate() {
        let mark = line.chars().next().filter(|mark| "+-?".contains(*mark) && line[1..].starts_with(' '));
        text.push_str(mark.map_or(line, |_| &line[2..]));
        text.push('\n');
        marks.extend(mark.map(|mark| (number + 1, mark)));
    }
    (text, marks)
}

/// The lines that are labelled otherwise than marked, and how many lines are right, kept and wanted.
fn wrong(name: &str, marked: &str) -> (Vec<String>, [usize; 3]) {
    let (text, marks) = unmarked(marked);
    let mut doc = parse(&Input::new(name, text), &Limits::default()).expect("a text");
    StripBoilerplate::default().process(&mut doc, &mut Context::new("strip-boilerplate")).expect("a judgement");
    let mut sums = [0; 3];
    let mut wrong = Vec::new();
    for (id, block) in doc.iter() {
        let line = doc.content()[..block.span.start as usize].matches('\n').count() + 1;
        let (Some(mark), kept) = (marks.get(&line), block.label() == Label::Body) else { continue };
        if *mark == '?' {
            continue;
        }
        let wanted = *mark == '+';
        for (sum, is) in sums.iter_mut().zip([kept && wanted, kept, wanted]) {
            *sum += usize::from(is);
        }
        if kept != wanted {
            let why = doc.decisions_on(id).next_back().map(|d| format!("{}: {}", d.rule, d.detail));
            wrong.push(format!("{name}:{line} {mark} {} ({})", doc.text(id), why.unwrap_or_default()));
        }
    }
    (wrong, sums)
}

#[test]
fn lines_of_texts_in_many_languages_are_told_apart() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/lines");
    let mut paths: Vec<_> =
        fs::read_dir(folder).expect("the folder").map(|entry| entry.expect("readable").path()).collect();
    paths.sort();
    let (mut failed, mut entire, mut sums) = (Vec::new(), 0, [0; 3]);
    for path in &paths {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let (wrong, of_file) = wrong(&name, &fs::read_to_string(path).expect("readable"));
        entire += usize::from(wrong.is_empty());
        failed.extend(wrong);
        for (sum, more) in sums.iter_mut().zip(of_file) {
            *sum += more;
        }
    }
    let [right, kept, wanted] = sums;
    let f1 = 2.0 * right as f64 / (kept + wanted) as f64;
    let report = format!("{entire} of {} texts entire, F1 {f1:.3}\n{}", paths.len(), failed.join("\n"));
    assert!(paths.len() >= 40 && entire * 10 >= paths.len() * 9 && f1 >= 0.97, "{report}");
}
