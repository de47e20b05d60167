//! Figures as the benchmark's scorers give them.

use std::collections::BTreeMap;

use copydesk_document::{Document, PageType};
use copydesk_stage_strip_boilerplate::{
    Config,
    kind::{LEARNED, Likely},
    model::Names,
    training::Measured,
};

use crate::corpus::{Sample, Set};

/// Prints the mean figures by sort of page.
pub(crate) fn by_type(samples: &[Sample], kept: &[Vec<bool>]) {
    let mut groups: BTreeMap<String, Vec<[f64; 5]>> = BTreeMap::new();
    for (sample, kept) in samples.iter().zip(kept) {
        if matches!(sample.set, Set::News | Set::Dump) || sample.gold_words == 0 {
            continue;
        }
        let (p, r, f) = sample.score(kept);
        let text = text(&sample.doc, kept).to_lowercase();
        let share = |list: &[String], want: bool| {
            let hits = list.iter().filter(|s| text.contains(&s.to_lowercase()) == want).count();
            if list.is_empty() { f64::NAN } else { hits as f64 / list.len() as f64 }
        };
        let row = [f, p, r, share(&sample.gold.must_have, true), share(&sample.gold.must_not_have, false)];
        if matches!(sample.set, Set::Trimmed | Set::Bare) {
            groups.entry(format!("~{:?}", sample.set).to_lowercase()).or_default().push(row);
            continue;
        }
        if sample.set == Set::Mixed {
            groups.entry(format!("~{}", sample.gold.corpus)).or_default().push(row);
            continue;
        }
        groups.entry(sample.gold.page_type.clone()).or_default().push(row);
        groups.entry("~all".into()).or_default().push(row);
    }
    println!("{:<16}{:>7}{:>9}{:>9}{:>9}{:>9}{:>9}", "", "pages", "F1", "P", "R", "have", "clean");
    for (group, rows) in groups {
        print!("{group:<16}{:>7}", rows.len());
        for i in 0..5 {
            let values: Vec<f64> = rows.iter().map(|r| r[i]).filter(|v| !v.is_nan()).collect();
            print!("{:>9.4}", values.iter().sum::<f64>() / values.len().max(1) as f64);
        }
        println!();
    }
}

/// Prints the share of gold paragraphs in the text and of captions that leaked into it.
pub(crate) fn news(samples: &[Sample], kept: &[Vec<bool>]) {
    let (mut found, mut paragraphs, mut leaked, mut captions) = (0usize, 0usize, 0usize, 0usize);
    let mut f = Vec::new();
    let mut worst = Vec::new();
    for (sample, kept) in samples.iter().zip(kept).filter(|(s, _)| s.set == Set::News) {
        let text = norm(&text(&sample.doc, kept));
        let gold: Vec<String> = sample.gold.paragraphs.iter().map(|p| norm(p)).collect();
        let (mut here, mut of) = (0, 0);
        for paragraph in gold.iter().filter(|p| p.split(' ').count() >= 8) {
            of += 1;
            here += usize::from(text.contains(paragraph.as_str()));
        }
        found += here;
        paragraphs += of;
        let mut leaks = 0;
        let mut seen = std::collections::BTreeSet::new();
        for caption in sample.gold.captions.iter().filter_map(|c| c.text.as_deref()).map(norm) {
            if caption.split(' ').count() >= 5
                && seen.insert(caption.clone())
                && !gold.iter().any(|p| p.contains(&caption))
            {
                captions += 1;
                leaks += usize::from(text.contains(&caption));
            }
        }
        leaked += leaks;
        f.push(sample.score(kept).2);
        if here < of || leaks > 0 {
            worst.push((of - here, leaks, sample.gold.id.clone()));
        }
    }
    if paragraphs > 0 {
        println!(
            "news: {:.4} of {paragraphs} paragraphs found, {:.4} of {captions} captions leaked, F1 {:.4}",
            found as f64 / paragraphs as f64,
            leaked as f64 / captions.max(1) as f64,
            f.iter().sum::<f64>() / f.len() as f64,
        );
        worst.sort();
        worst.reverse();
        for (lost, leaks, id) in worst.iter().take(14) {
            println!("    {id}: {lost} paragraphs lost, {leaks} captions leaked");
        }
    }
}

/// Prints how many lines of dumps are right, by language and by the program that made them.
pub(crate) fn lines(samples: &[Sample], kept: &[Vec<bool>]) {
    let mut groups: BTreeMap<String, [usize; 5]> = BTreeMap::new();
    for (sample, kept) in samples.iter().zip(kept).filter(|(sample, _)| matches!(sample.set, Set::Dump | Set::Marked)) {
        let (mut right, mut got, mut want, mut wrong) = (0, 0, 0, 0);
        for (index, kept) in kept.iter().enumerate().filter(|(index, _)| !sample.unsure[*index]) {
            let wanted = sample.answers[index] > 0.5;
            right += usize::from(*kept && wanted);
            got += usize::from(*kept);
            want += usize::from(wanted);
            wrong += usize::from(*kept != wanted);
        }
        let language = if sample.gold.language.is_empty() { "unnamed" } else { &sample.gold.language };
        for group in [format!("by {}", sample.gold.page_type), format!("in {language}"), "~all".to_owned()] {
            let sums = groups.entry(group).or_default();
            for (sum, value) in sums.iter_mut().zip([1, right, got, want, usize::from(wrong == 0)]) {
                *sum += value;
            }
        }
    }
    if groups.is_empty() {
        return;
    }
    println!("{:<26}{:>7}{:>9}{:>9}{:>9}{:>9}", "lines of dumps", "dumps", "F1", "P", "R", "entire");
    for (group, [dumps, right, got, want, entire]) in groups {
        let (p, r, f) = crate::corpus::prf(right, got, want);
        println!("{group:<26}{dumps:>7}{f:>9.4}{p:>9.4}{r:>9.4}{:>9.4}", entire as f64 / dumps as f64);
    }
}

fn norm(text: &str) -> String {
    crate::gold::words(text).collect::<Vec<_>>().join(" ")
}

pub(crate) fn text(doc: &Document, kept: &[bool]) -> String {
    let lines: Vec<&str> = doc.ids().zip(kept).filter(|(_, k)| **k).map(|(id, _)| doc.text(id)).collect();
    lines.join("\n")
}

/// What the stage would keep, given the probabilities and the kinds of the pages.
pub(crate) fn choose(
    samples: &[Sample],
    probability: &[Vec<f32>],
    kinds: &[Likely],
    config: &Config,
) -> Vec<Vec<bool>> {
    let names = Names::default();
    let pages = samples.iter().zip(probability).zip(kinds);
    pages.map(|((s, p), kind)| Measured::read(&s.doc, &names).kept(p, kind, config)).collect()
}

/// What the embedded forests say of the kinds of the pages.
pub(crate) fn told(samples: &[Sample]) -> Vec<Likely> {
    let names = Names::default();
    samples.iter().map(|sample| Measured::read(&sample.doc, &names).kind()).collect()
}

/// The best choice of blocks that there is, found by adding and leaving out as long as that helps.
pub(crate) fn ceiling(sample: &Sample) -> Vec<bool> {
    let mut kept: Vec<bool> = sample.answers.iter().map(|a| *a > 0.5).collect();
    let mut left: rustc_hash::FxHashMap<u32, i64> = sample.bag.iter().map(|(w, c)| (*w, i64::from(*c))).collect();
    let (mut got, mut both) = (0i64, 0i64);
    let want = sample.gold_words.cast_signed() as i64;
    let measure = |both: i64, got: i64| 2.0 * both as f64 / (got + want).max(1) as f64;
    for (block, _) in sample.blocks.iter().zip(&kept).filter(|(_, k)| **k) {
        got += block.len().cast_signed() as i64;
        for word in block {
            let count = left.entry(*word).or_default();
            both += i64::from(*count > 0);
            *count -= 1;
        }
    }
    for _ in 0..4 {
        let mut changed = false;
        for (index, block) in sample.blocks.iter().enumerate() {
            let sign = if kept[index] { -1 } else { 1 };
            let mut change = 0;
            for word in block {
                let count = left.entry(*word).or_default();
                if sign == 1 {
                    change += i64::from(*count > 0);
                    *count -= 1;
                } else {
                    *count += 1;
                    change -= i64::from(*count > 0);
                }
            }
            if measure(both + change, got + sign * block.len().cast_signed() as i64) > measure(both, got) + 1e-9 {
                kept[index] = !kept[index];
                both += change;
                got += sign * block.len().cast_signed() as i64;
                changed = true;
            } else {
                for word in block {
                    *left.entry(*word).or_default() += sign;
                }
            }
        }
        if !changed {
            break;
        }
    }
    kept
}

/// Prints what each rule drops on each sort of page: blocks, words, and the share of the words that is main text; and
/// `most` blocks for each that are.
pub(crate) fn rules(samples: &[Sample], most: usize) {
    let mut counts: BTreeMap<(&str, String), [f64; 3]> = BTreeMap::new();
    let mut wrong: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let names = Names::default();
    for sample in samples {
        let sort = if sample.gold.corpus.is_empty() { &sample.gold.page_type } else { &sample.gold.corpus };
        let measured = Measured::read(&sample.doc, &names);
        for (index, rule) in measured.certain().into_iter().enumerate() {
            let Some(rule) = rule else { continue };
            let (words, answer) = (sample.blocks[index].len() as f64, f64::from(sample.answers[index]));
            let count = counts.entry((rule, sort.clone())).or_default();
            count[0] += 1.0;
            count[1] += words;
            count[2] += words * answer;
            if answer > 0.5 && words > 2.0 {
                let text: String =
                    sample.doc.text(copydesk_document::BlockId(index as u32)).chars().take(120).collect();
                wrong.entry(rule).or_default().push(format!("{} {}", sample.gold.id, text.replace('\n', "⏎")));
            }
        }
    }
    for ((rule, sort), [blocks, words, body]) in &counts {
        println!("{rule:<12} {sort:<16} {blocks:>8} blocks {words:>9} words, {:.3} main text", body / words.max(1.0));
    }
    for (rule, texts) in &wrong {
        let step = (texts.len() / most.max(1)).max(1);
        texts.iter().step_by(step).take(most).for_each(|text| println!("  {rule}: {text}"));
    }
}

/// Prints for pages of each sort what kind they are taken for, and how often a page that is told with so much confidence is
/// told right.
pub(crate) fn kinds(samples: &[Sample], told: &[Likely], known: impl Fn(&Sample) -> Option<PageType>) {
    let mut groups: BTreeMap<&str, [usize; LEARNED.len()]> = BTreeMap::new();
    let mut bins = [[0.0f64; 3]; 10];
    let mut per_kind: BTreeMap<&str, [usize; 3]> = BTreeMap::new();
    for (sample, likely) in samples.iter().zip(told) {
        let sort = if sample.gold.corpus.is_empty() { &sample.gold.page_type } else { &sample.gold.corpus };
        let (best, p) = likely.best();
        let place = LEARNED.iter().position(|kind| *kind == best).unwrap_or_default();
        groups.entry(sort).or_default()[place] += 1;
        if let Some(kind) = known(sample) {
            let right = kind == best;
            let bin = &mut bins[((p * 10.0) as usize).min(9)];
            for (sum, value) in bin.iter_mut().zip([1.0, f64::from(p), f64::from(u8::from(right))]) {
                *sum += value;
            }
            per_kind.entry(best.name()).or_default()[0] += 1;
            per_kind.entry(kind.name()).or_default()[1] += 1;
            per_kind.entry(kind.name()).or_default()[2] += usize::from(right);
        }
    }
    print!("{:<16}", "told as");
    for kind in LEARNED {
        print!("{:>14}", kind.name());
    }
    println!();
    for (sort, counts) in groups {
        print!("{sort:<16}");
        for count in counts {
            print!("{count:>14}");
        }
        println!();
    }
    let mut macro_f = 0.0;
    for (kind, [got, want, both]) in &per_kind {
        let (p, r, f) = crate::corpus::prf(*both, *got, *want);
        macro_f += f / per_kind.len() as f64;
        println!("{kind:<16} P {p:.3} R {r:.3} F1 {f:.3}");
    }
    let all: f64 = bins.iter().map(|bin| bin[0]).sum();
    let right: f64 = bins.iter().map(|bin| bin[2]).sum();
    let error: f64 = bins.iter().map(|bin| (bin[1] - bin[2]).abs()).sum();
    println!("right {:.4}, macro F1 {macro_f:.4}, calibration error {:.4}", right / all.max(1.0), error / all.max(1.0));
}
