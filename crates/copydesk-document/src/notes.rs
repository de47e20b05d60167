//! Footnotes: marks in the text that lead to an element further down.

use std::collections::BTreeMap;

use crate::{Attr, BlockId, Document, ElementId, InlineKind, Tag};

/// A place that marks in the text lead to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoteTarget {
    /// The name of the element in its document.
    pub fragment: String,
    /// What the marks show: `1`, `a`.
    pub mark: String,
    /// The links that lead there: the block, and where the link begins in it.
    pub links: Vec<(BlockId, u32)>,
    /// The element that holds the note.
    pub holder: ElementId,
}

/// What the marks of a target show, and where they stand.
type Marks = (String, Vec<(BlockId, u32)>);

impl Document {
    /// Where the marks lead that stand in the blocks that count.
    pub fn note_targets(&self, counts: impl Fn(BlockId) -> bool) -> Vec<NoteTarget> {
        /// A larger element around a mark is no note, in bytes of the source.
        const LARGEST: usize = 8_000;
        let Some(tree) = &self.tree else { return Vec::new() };
        let mut wanted: BTreeMap<&str, Marks> = BTreeMap::new();
        for id in self.ids().filter(|id| !self.inlines(*id).is_empty() && counts(*id)) {
            for inline in self.inlines(id) {
                let InlineKind::Link(href) = &inline.kind else { continue };
                let Some(fragment) = href.trim().strip_prefix('#').filter(|name| !name.is_empty()) else { continue };
                let text = self.original_text(id).get(inline.range.start as usize..inline.range.end as usize);
                if let Some(mark) = text.and_then(note_mark) {
                    wanted.entry(fragment).or_insert((mark, Vec::new())).1.push((id, inline.range.start));
                }
            }
        }
        if wanted.is_empty() {
            return Vec::new();
        }
        let mut targets: BTreeMap<&str, ElementId> = BTreeMap::new();
        for element in tree.ids() {
            for name in [Attr::Id, Attr::Name] {
                if let Some((fragment, _)) = tree.attr(element, name).and_then(|value| wanted.get_key_value(value)) {
                    targets.entry(fragment).or_insert(element);
                }
            }
        }
        // The target may be a sign at the beginning of its note.
        let is_small = |element: ElementId| matches!(tree.tag(element), Tag::A | Tag::Span | Tag::Sup | Tag::B);
        let found = wanted.into_iter().filter_map(|(fragment, (mark, links))| {
            let target = *targets.get(fragment)?;
            let holder = tree.ancestors(target).take(8).find(|element| !is_small(*element))?;
            (tree.get(holder).span.len() <= LARGEST).then(|| NoteTarget {
                fragment: fragment.to_owned(),
                mark,
                links,
                holder,
            })
        });
        found.collect()
    }
}

/// The mark of a note that a link shows: `1`, `[1]`, `¹`, `(a)`.
pub fn note_mark(text: &str) -> Option<String> {
    let inner = text.trim().trim_start_matches(['[', '(', '^']).trim_end_matches([']', ')', '.', ':']).trim();
    let plain: String = inner.chars().map(|c| lowered(c).unwrap_or(c)).collect();
    let number = (1..=3).contains(&plain.len()) && plain.bytes().all(|b| b.is_ascii_digit());
    let letter = plain.len() == 1 && plain.bytes().all(|b| b.is_ascii_lowercase());
    (number || letter).then_some(plain)
}

/// A raised figure as a figure.
fn lowered(c: char) -> Option<char> {
    "⁰¹²³⁴⁵⁶⁷⁸⁹".chars().position(|raised| raised == c).and_then(|at| char::from_digit(at as u32, 10))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_of_notes_are_short() {
        for (text, want) in [
            ("1", Some("1")),
            ("[12]", Some("12")),
            ("¹³", Some("13")),
            ("[a]", Some("a")),
            ("1931", None),
            ("Fig", None),
        ] {
            assert_eq!(note_mark(text).as_deref(), want, "{text}");
        }
    }
}
