//! The lines of a text without elements: columns that pages with elements do not have.

use copydesk_document::BlockId;
use copydesk_lexicon::PageLabelKind as Kind;

use super::{Sink, ratio};
use crate::{page::Page, text::Signs};

pub(super) fn lines(page: &Page<'_>, signs: &Signs, index: usize, sink: &mut impl Sink) {
    by_itself(page, signs, index, sink);
    beside(page, signs, index, sink);
}

fn by_itself(page: &Page<'_>, signs: &Signs, index: usize, sink: &mut impl Sink) {
    let text = page.doc.text(BlockId(index as u32));
    sink.put("length", signs.length[index]);
    sink.flag("sentence", is_sentence(page, signs, index));
    sink.flag("reads", signs.reads[index]);
    sink.flag("anchor", signs.anchor[index]);
    sink.flag("closing", signs.closing[index].is_some());
    sink.put("stems shared", signs.shared[index]);
    sink.flag("odd script", signs.odd[index]);
    sink.put("bars", text.bytes().filter(|b| *b == b'|').count().min(20) as f32);
    sink.flag("address", ["http", "www.", "@"].iter().any(|sign| text.contains(sign)));
    sink.flag("bracketed", text.starts_with(['(', '[', '（', '【']) && text.ends_with([')', ']', '）', '】']));
}

fn beside(page: &Page<'_>, signs: &Signs, index: usize, sink: &mut impl Sink) {
    let count = page.len();
    let near = index.saturating_sub(NEAR)..(index + NEAR).min(count);
    let above =
        |is: &dyn Fn(usize) -> bool| (near.start..index).rev().find(|i| is(*i)).map_or(-1.0, |i| (index - i) as f32);
    let below =
        |is: &dyn Fn(usize) -> bool| (index + 1..near.end).find(|i| is(*i)).map_or(-1.0, |i| (i - index) as f32);
    sink.put("since anchor", above(&|i| signs.anchor[i]));
    sink.put("to anchor", below(&|i| signs.anchor[i]));
    sink.put("since closing", above(&|i| signs.closing[i].is_some()));
    sink.put("to closing", below(&|i| signs.closing[i].is_some()));
    let label = |i: usize, kinds: &[Kind]| page.lines[i].label.is_some_and(|(kind, _)| kinds.contains(&kind));
    sink.put("since label", above(&|i| page.lines[i].label.is_some_and(|(_, whole)| whole)));
    sink.put("to label", below(&|i| page.lines[i].label.is_some_and(|(_, whole)| whole)));
    sink.put("since related", above(&|i| label(i, &[Kind::Related, Kind::ReadMore])));
    sink.put("since comments", above(&|i| label(i, &[Kind::Comments, Kind::Login])));
    sink.put("since offer", above(&|i| label(i, &[Kind::Subscribe, Kind::Cookie, Kind::Copyright, Kind::Legal])));
    sink.put("since story", signs.story().map_or(-999.0, |story| index as f32 - story as f32));
    let sentences = |range: std::ops::Range<usize>| range.filter(|i| is_sentence(page, signs, *i)).count() as f32;
    sink.put("sentences above", sentences(near.start..index));
    sink.put("sentences below", sentences(index + 1..near.end.max(index + 1)));
    let run = |index: usize| {
        let ends = |i: &usize| !page.shapes[*i].closed || signs.length[*i] < 3.0;
        let from = (near.start..index).rev().find(ends).map_or(near.start, |i| i + 1);
        let to = (index + 1..near.end).find(ends).unwrap_or(near.end);
        (from..to.max(index + 1)).map(|i| signs.length[i]).sum::<f32>()
    };
    sink.put("run", if page.shapes[index].closed { run(index) } else { 0.0 });
    for (names, other) in
        [(["-1 shared", "-1 length"], index.checked_sub(1)), (["+1 shared", "+1 length"], Some(index + 1))]
    {
        let other = other.filter(|other| *other < count);
        sink.put(names[0], other.map_or(-2.0, |i| signs.shared[i]));
        sink.put(names[1], other.map_or(-2.0, |i| signs.length[i]));
    }
    let mean = |range: std::ops::Range<usize>| {
        let values: Vec<f32> = range.filter(|i| signs.shared[*i] >= 0.0).map(|i| signs.shared[i]).collect();
        ratio(values.iter().sum(), values.len() as f32)
    };
    sink.put("shared above", mean(index.saturating_sub(4)..index));
    sink.put("shared below", mean((index + 1).min(count)..(index + 5).min(count)));
}

/// Lines that are looked at above and below.
const NEAR: usize = 24;

fn is_sentence(page: &Page<'_>, signs: &Signs, index: usize) -> bool {
    page.shapes[index].closed && signs.length[index] >= 3.0 && page.lines[index].label.is_none()
}
