//! Every line of a document, with what was read from it.

use copydesk_document::{BlockId, Clue, Document, Image, Item, LineIndex, Place, Span, Syntax};

/// Something that stands in one or more lines.
#[derive(Debug)]
pub(super) struct Entry<'d> {
    /// Where it begins.
    pub(super) place: Place,
    /// The last line that it covers.
    pub(super) last: usize,
    /// What it is.
    pub(super) what: What<'d>,
}

/// What a line can hold.
#[derive(Debug)]
pub(super) enum What<'d> {
    /// A block, with the clues that were read from it.
    Block(BlockId, Vec<&'d Clue>),
    /// Something that the document says of itself, out of sight.
    Clue(&'d Clue),
    /// Items of structured data that stand together.
    Items(Vec<&'d Item>),
    /// A picture.
    Image(&'d Image),
    /// Lines with nothing but white space.
    Blank,
    /// Lines with nothing that a reader would see and nothing that a stage is told of: markup, styles, scripts.
    Silent(&'d str),
}

/// All entries in the order of the source. Together they cover every line.
pub(super) fn account(doc: &Document) -> Vec<Entry<'_>> {
    let text = doc.content();
    let index = LineIndex::new(text);
    let lines: Vec<&str> = text.lines().collect();
    let mut found = finds(doc);
    found.sort_by_key(|(span, _)| span.start);
    let mut cursor = Cursor::new(text);
    let mut entries: Vec<(usize, Entry<'_>)> = found
        .into_iter()
        .map(|(span, what)| {
            let range = span.range();
            let place = cursor.advance(range.start, &index);
            // One past the end may be the start of the next line.
            let last = index.line(range.end.saturating_sub(1).max(range.start)).min(lines.len().max(1));
            (range.start, Entry { place, last: last.max(place.line), what })
        })
        .collect();
    let mut covered = vec![false; lines.len() + 2];
    for (_, entry) in &entries {
        covered.iter_mut().take(entry.last + 1).skip(entry.place.line).for_each(|line| *line = true);
    }
    entries.extend(rest(doc, &lines, &covered));
    entries.sort_by_key(|(start, entry)| (entry.place.line, *start));
    entries.into_iter().map(|(_, entry)| entry).collect()
}

/// Everything that has a place.
fn finds(doc: &Document) -> Vec<(Span, What<'_>)> {
    let mut found = Vec::new();
    let mut clues_of: Vec<Vec<&Clue>> = vec![Vec::new(); doc.blocks().len()];
    for clue in &doc.evidence.clues {
        match (clue.block.and_then(|id| clues_of.get_mut(id.index())), clue.span) {
            (Some(clues), _) => clues.push(clue),
            (None, Some(span)) => found.push((span, What::Clue(clue))),
            (None, None) => {}
        }
    }
    found.extend(doc.iter().zip(clues_of).map(|((id, block), clues)| (block.span, What::Block(id, clues))));
    // An item of microdata spans what it describes, which the blocks account for.
    let json_ld = doc.evidence.items.iter().filter(|i| i.syntax == Syntax::JsonLd);
    let mut items: Vec<(Span, &Item)> = json_ld.filter_map(|i| Some((i.span?, i))).collect();
    items.sort_by_key(|(span, _)| *span);
    for group in items.chunk_by(|a, b| a.0 == b.0) {
        found.push((group[0].0, What::Items(group.iter().map(|(_, item)| *item).collect())));
    }
    found.extend(doc.images.iter().map(|image| (image.span, What::Image(image))));
    found
}

/// Finds places from the front to the back, so that a page in one long line is counted through only once.
struct Cursor<'d> {
    text: &'d str,
    at: usize,
    place: Place,
}

impl<'d> Cursor<'d> {
    fn new(text: &'d str) -> Self {
        Self { text, at: 0, place: Place { line: 1, column: 1 } }
    }

    /// The place of an offset that is not before the last one.
    fn advance(&mut self, to: usize, index: &LineIndex<'_>) -> Place {
        let to = self.text.floor_char_boundary(to);
        let line = index.line(to);
        if line > self.place.line {
            self.at = self.text[..to].rfind('\n').map_or(0, |at| at + 1);
            self.place = Place { line, column: 1 };
        }
        self.place.column += self.text.get(self.at..to).map_or(0, |passed| passed.chars().count());
        self.at = self.at.max(to);
        self.place
    }
}

/// The lines that nothing else covers.
fn rest<'d>(doc: &'d Document, lines: &[&'d str], covered: &[bool]) -> Vec<(usize, Entry<'d>)> {
    let is_html = doc.tree.is_some();
    let mut out: Vec<(usize, Entry<'d>)> = Vec::new();
    for (i, line) in lines.iter().enumerate() {
        let number = i + 1;
        if covered[number] {
            continue;
        }
        let blank = line.trim().is_empty();
        if let Some((_, previous)) = out.last_mut().filter(|(_, e)| e.last + 1 == number) {
            match &mut previous.what {
                What::Blank if blank => {
                    previous.last = number;
                    continue;
                }
                // Between tags, empty lines mean nothing.
                What::Silent(_) if is_html => {
                    previous.last = number;
                    continue;
                }
                What::Blank if is_html => {
                    previous.last = number;
                    previous.what = What::Silent(line);
                    continue;
                }
                _ => {}
            }
        }
        let what = if blank { What::Blank } else { What::Silent(line) };
        out.push((0, Entry { place: Place { line: number, column: 1 }, last: number, what }));
    }
    out
}

#[cfg(test)]
mod tests {
    use copydesk_document::{DocumentSource, NewBlock, Origin};

    use super::*;

    #[test]
    fn every_line_is_covered() {
        let text = "---\nlang: en\n---\n\n\nOne\ntwo.\n\n![](a.png)\n";
        let mut doc = Document::new(DocumentSource::default(), text.into());
        doc.evidence.clues.push(Clue {
            origin: Origin::FrontMatter,
            name: "lang".into(),
            value: "en".into(),
            span: Some(Span::new(4, 12)),
            ..Clue::default()
        });
        let at = text.find("One").unwrap_or_default();
        doc.push_block(NewBlock { text: "One two.", span: Span::new(at, at + 8), ..NewBlock::default() });
        let at = text.find("![").unwrap_or_default();
        doc.images.push(Image { src: "a.png".into(), span: Span::new(at, at + 10), ..Image::default() });
        let entries = account(&doc);
        let shape: Vec<(usize, usize, &str)> = entries
            .iter()
            .map(|e| {
                let what = match &e.what {
                    What::Block(..) => "block",
                    What::Clue(_) => "clue",
                    What::Items(_) => "items",
                    What::Image(_) => "image",
                    What::Blank => "blank",
                    What::Silent(_) => "silent",
                };
                (e.place.line, e.last, what)
            })
            .collect();
        assert_eq!(
            shape,
            [
                (1, 1, "silent"),
                (2, 2, "clue"),
                (3, 3, "silent"),
                (4, 5, "blank"),
                (6, 7, "block"),
                (8, 8, "blank"),
                (9, 9, "image"),
            ]
        );
    }

    #[test]
    fn places_are_those_of_the_line_index() {
        let text = "zwölf\n\n\neins zwei\ndrei";
        let index = LineIndex::new(text);
        let mut cursor = Cursor::new(text);
        for offset in 0..text.len() + 2 {
            assert_eq!(cursor.advance(offset, &index), index.place(offset), "{offset}");
        }
    }

    #[test]
    fn an_empty_document_has_no_lines() {
        assert!(account(&Document::default()).is_empty());
    }
}
