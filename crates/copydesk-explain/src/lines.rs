//! Every line of a document, with what was read from it.

use copydesk_document::{
    BlockId, BlockKind, Clue, Decision, Document, Image, Item, Label, LineIndex, Place, Span, Syntax,
};
use serde::Serialize;

/// Something that stands in one or more lines.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Entry {
    /// Where it begins.
    pub place: Place,
    /// The last line that it covers, from 1.
    pub last: usize,
    /// Its bytes in the decoded source, from and to; none for lines with nothing in them.
    pub span: Option<Span>,
    /// What it is.
    #[serde(flatten)]
    pub what: What,
}

/// What a line can hold.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "what")]
pub enum What {
    /// A block.
    Block(Box<BlockAccount>),
    /// Something that the document says of itself, out of sight.
    Clue(Named),
    /// Items of structured data that stand together: their types, and the names of their properties.
    Items {
        /// Types and properties, in words.
        text: String,
    },
    /// A picture, or a video.
    Image {
        /// Its address.
        src: String,
        /// The texts that stand for it.
        text: String,
        /// Whether it is a video.
        video: bool,
    },
    /// Lines with nothing but white space.
    Blank,
    /// Lines with nothing that a reader would see and nothing that a stage is told of: markup, styles, scripts.
    Silent {
        /// The first of them.
        text: String,
    },
}

/// What became of a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fate {
    /// It stands in the text.
    Kept,
    /// It was taken out as a fact or a caption.
    Taken,
    /// It was dropped.
    Dropped,
    /// No stage has said anything.
    Unsaid,
}

impl Fate {
    /// What a label means for a block.
    pub fn of(label: Label) -> Self {
        match label {
            Label::Body => Self::Kept,
            Label::Unlabelled => Self::Unsaid,
            Label::Boilerplate(_) => Self::Dropped,
            _ => Self::Taken,
        }
    }
}

/// A block.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct BlockAccount {
    /// Its number, as in the record.
    pub id: u32,
    /// Its form.
    pub kind: BlockKind,
    /// Level of a heading, depth of a list item.
    pub level: u8,
    /// Whether the page hides it.
    pub hidden: bool,
    /// What it was found to be.
    pub label: Label,
    /// What became of it.
    pub fate: Fate,
    /// Its language.
    pub language: Option<String>,
    /// Its text as it was read.
    pub text: String,
    /// Its text as it stands now, where a stage has changed it.
    pub now: Option<String>,
    /// What was read from it.
    pub clues: Vec<Named>,
    /// Who decided what, in order; the last decision holds.
    pub decisions: Vec<Reason>,
}

/// A value with its name and origin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Named {
    /// Where it was read.
    pub origin: String,
    /// The name that it had there.
    pub name: String,
    /// The value.
    pub value: String,
}

/// A decision about a block.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reason {
    /// The stage that decided.
    pub stage: String,
    /// Its rule.
    pub rule: String,
    /// What it decided.
    pub label: Label,
    /// What the rule saw.
    pub detail: String,
}

/// How many lines there are of each kind: an account that adds up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct LineCounts {
    /// All lines.
    pub total: usize,
    /// Lines with blocks.
    pub blocks: usize,
    /// Other lines with evidence or images.
    pub evidence: usize,
    /// Other lines with something that no reader would see.
    pub silent: usize,
    /// Empty lines.
    pub blank: usize,
    /// Lines that no entry covers; always 0.
    pub missing: usize,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Missing,
    Blank,
    Silent,
    Evidence,
    Block,
}

impl LineCounts {
    pub(crate) fn of(entries: &[Entry], total: usize) -> Self {
        let mut kinds = vec![Kind::Missing; total + 1];
        for entry in entries {
            let kind = match entry.what {
                What::Block(_) => Kind::Block,
                What::Clue(_) | What::Items { .. } | What::Image { .. } => Kind::Evidence,
                What::Blank => Kind::Blank,
                What::Silent { .. } => Kind::Silent,
            };
            for line in kinds.iter_mut().take(entry.last + 1).skip(entry.place.line) {
                *line = kind.max(*line);
            }
        }
        let of = |kind| kinds.iter().skip(1).filter(|k| **k == kind).count();
        Self {
            total,
            blocks: of(Kind::Block),
            evidence: of(Kind::Evidence),
            silent: of(Kind::Silent),
            blank: of(Kind::Blank),
            missing: of(Kind::Missing),
        }
    }
}

/// All entries in the order of the source. Together they cover every line.
pub(crate) fn entries(doc: &Document, index: &LineIndex<'_>) -> Vec<Entry> {
    let text = doc.content();
    let lines: Vec<&str> = text.lines().collect();
    let mut found = finds(doc);
    found.sort_by_key(|(span, _)| span.start);
    let mut cursor = Cursor::new(text);
    let mut entries: Vec<(usize, Entry)> = found
        .into_iter()
        .map(|(span, what)| {
            let range = span.range();
            let place = cursor.advance(range.start, index);
            // One past the end may be the start of the next line.
            let last = index.line(range.end.saturating_sub(1).max(range.start)).min(lines.len().max(1));
            (range.start, Entry { place, last: last.max(place.line), span: Some(span), what })
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

fn named(clue: &Clue) -> Named {
    Named { origin: copydesk_record::name(&clue.origin), name: clue.name.clone(), value: clue.value.clone() }
}

fn block(doc: &Document, id: BlockId, clues: Vec<Named>, decisions: &[&Decision]) -> What {
    let block = doc.block(id);
    let now = doc.text(id);
    let text = doc.original_text(id);
    What::Block(Box::new(BlockAccount {
        id: id.0,
        kind: block.kind,
        level: block.level,
        hidden: block.hidden,
        label: block.label(),
        fate: Fate::of(block.label()),
        language: block.language.as_ref().map(|language| language.tag.clone()),
        text: text.to_owned(),
        now: (now != text).then(|| now.to_owned()),
        clues,
        decisions: decisions
            .iter()
            .map(|decision| Reason {
                stage: decision.stage.to_string(),
                rule: decision.rule.to_string(),
                label: decision.label,
                detail: decision.detail.to_string(),
            })
            .collect(),
    }))
}

fn image(image: &Image) -> What {
    let words = [image.alt.as_str(), image.title.as_str()];
    let words: Vec<&str> = words.into_iter().filter(|word| !word.is_empty()).collect();
    What::Image { src: image.src.clone(), text: words.join("; "), video: image.video }
}

fn items(items: &[(Span, &Item)]) -> What {
    let names: Vec<String> = items
        .iter()
        .filter(|(_, item)| item.top_level)
        .map(|(_, item)| {
            let types = if item.types.is_empty() { "item".to_owned() } else { item.types.join("+") };
            let mut keys: Vec<&str> = item.properties.iter().map(|(name, _)| name.as_str()).collect();
            keys.dedup();
            if keys.is_empty() { types } else { format!("{types} ({})", keys.join(", ")) }
        })
        .collect();
    let text = match (names.is_empty(), items.len()) {
        (false, _) => names.join("; "),
        (true, 1) => "1 item".to_owned(),
        (true, many) => format!("{many} items"),
    };
    What::Items { text }
}

/// Everything that has a place.
fn finds(doc: &Document) -> Vec<(Span, What)> {
    let mut found = Vec::new();
    let mut clues_of: Vec<Vec<Named>> = vec![Vec::new(); doc.blocks().len()];
    for clue in &doc.evidence.clues {
        match (clue.block.and_then(|id| clues_of.get_mut(id.index())), clue.span) {
            (Some(clues), _) => clues.push(named(clue)),
            (None, Some(span)) => found.push((span, What::Clue(named(clue)))),
            (None, None) => {}
        }
    }
    let mut decisions: Vec<Vec<&Decision>> = vec![Vec::new(); doc.blocks().len()];
    for decision in doc.decisions() {
        decisions[decision.block.index()].push(decision);
    }
    let blocks = doc.iter().zip(clues_of).zip(decisions);
    found.extend(blocks.map(|(((id, b), clues), decisions)| (b.span, block(doc, id, clues, &decisions))));
    // An item of microdata spans what it describes, which the blocks account for.
    let json_ld = doc.evidence.items.iter().filter(|i| i.syntax == Syntax::JsonLd);
    let mut data: Vec<(Span, &Item)> = json_ld.filter_map(|i| Some((i.span?, i))).collect();
    data.sort_by_key(|(span, _)| *span);
    found.extend(data.chunk_by(|a, b| a.0 == b.0).map(|group| (group[0].0, items(group))));
    found.extend(doc.images.iter().map(|i| (i.span, image(i))));
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
fn rest(doc: &Document, lines: &[&str], covered: &[bool]) -> Vec<(usize, Entry)> {
    let is_html = doc.tree.is_some();
    let mut out: Vec<(usize, Entry)> = Vec::new();
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
                What::Silent { .. } if is_html => {
                    previous.last = number;
                    continue;
                }
                What::Blank if is_html => {
                    previous.last = number;
                    previous.what = What::Silent { text: (*line).to_owned() };
                    continue;
                }
                _ => {}
            }
        }
        let what = if blank { What::Blank } else { What::Silent { text: (*line).to_owned() } };
        out.push((0, Entry { place: Place { line: number, column: 1 }, last: number, span: None, what }));
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
        let entries = entries(&doc, &LineIndex::new(doc.content()));
        let shape: Vec<(usize, usize, &str)> = entries
            .iter()
            .map(|e| {
                let what = match &e.what {
                    What::Block(_) => "block",
                    What::Clue(_) => "clue",
                    What::Items { .. } => "items",
                    What::Image { .. } => "image",
                    What::Blank => "blank",
                    What::Silent { .. } => "silent",
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
        assert!(entries(&Document::default(), &LineIndex::new("")).is_empty());
    }
}
