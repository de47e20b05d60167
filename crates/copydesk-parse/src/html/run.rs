//! A block under construction: a run of inline content, its white space folded, its spans and inline markup noted.

use std::ops::Range;

use copydesk_document::{BlockKind, ElementId, Inline, InlineKind, Span};

use copydesk_text::joins_without_space;

/// White space that is owed before the next visible character.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Owed {
    #[default]
    Nothing,
    /// A line end in the source: a space, or nothing between ideographs.
    Soft,
    Space,
    /// A forced line break.
    Line,
    /// That many cell edges.
    Tabs(u32),
}

/// What stands between the last text and the next one.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
enum Joint {
    #[default]
    None,
    /// The end of an element.
    End,
    /// The end of an element and the start of another.
    EndAndStart,
}

/// Inline markup that is open.
#[derive(Clone, Copy, Debug)]
pub(super) struct Open {
    /// The node that opened it.
    pub(super) node: u32,
    element: ElementId,
    pub(super) markup: Markup,
    /// Where its first visible character stands in the text; `UNSET` before there is one.
    start: u32,
}

/// The inline markup that is followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Markup {
    Link,
    Strong,
    Emphasis,
    Code,
    /// A part of a caption.
    Part,
}

const UNSET: u32 = u32::MAX;

/// A run of inline content.
#[derive(Debug, Default)]
pub(super) struct Run {
    pub(super) text: String,
    owed: Owed,
    pub(super) span: Span,
    pub(super) kind: BlockKind,
    pub(super) level: u8,
    /// The innermost element that holds all of the text so far, and how deep it stands.
    pub(super) element: Option<ElementId>,
    pub(super) depth: usize,
    /// The least depth that has been reached since the last text.
    low: usize,
    joint: Joint,
    /// Whether some of it is not bold.
    pub(super) has_plain: bool,
    open: Vec<Open>,
    /// Markup that is closed, with its range.
    closed: Vec<(Open, std::ops::Range<u32>)>,
}

/// A piece of text with its place.
#[derive(Clone, Copy)]
pub(super) struct Piece<'a> {
    pub(super) text: &'a str,
    pub(super) span: Span,
    /// Whether the text stands in the source byte by byte.
    pub(super) exact: bool,
}

impl Piece<'_> {
    /// A part of it. Of what does not stand in the source so, nothing closer is known.
    pub(super) fn part(self, of: Range<usize>) -> Self {
        let at = self.span.start as usize;
        let span = if self.exact { Span::new(at + of.start, at + of.end) } else { self.span };
        Self { text: &self.text[of], span, ..self }
    }
}

impl Run {
    pub(super) fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// A space, if text follows.
    pub(super) fn space(&mut self) {
        self.owed = self.owed.max(Owed::Space);
    }

    /// A line break, if text follows. Returns whether it is the second in a row.
    pub(super) fn line_break(&mut self) -> bool {
        let second = self.owed == Owed::Line;
        self.owed = self.owed.max(Owed::Line);
        second
    }

    /// The edge between two cells of a row.
    pub(super) fn cell(&mut self) {
        self.owed = match self.owed {
            Owed::Tabs(n) => Owed::Tabs(n.saturating_add(1)),
            _ => Owed::Tabs(1),
        };
    }

    pub(super) fn open(&mut self, node: u32, element: ElementId, markup: Markup) {
        // Bold inside of bold says nothing; and a page that never closes its marks is in hundreds of them at once.
        let is_style = matches!(markup, Markup::Strong | Markup::Emphasis | Markup::Code);
        if is_style && self.open.iter().any(|open| open.markup == markup) {
            return;
        }
        self.open.push(Open { node, element, markup, start: UNSET });
    }

    pub(super) fn close(&mut self, node: u32) {
        // Elements close in the reverse order of opening.
        if self.open.last().is_some_and(|open| open.node == node)
            && let Some(open) = self.open.pop()
            && open.start != UNSET
        {
            self.closed.push((open, open.start..self.text.len() as u32));
        }
    }

    /// An element has been left; what follows stands at this depth or deeper.
    pub(super) fn left(&mut self, depth: usize) {
        self.low = self.low.min(depth);
        self.joint = Joint::End;
    }

    /// An element has been entered.
    pub(super) fn entered(&mut self) {
        if self.joint == Joint::End {
            self.joint = Joint::EndAndStart;
        }
    }

    /// The depth of the element that holds the text so far and a text at `depth`.
    pub(super) fn shared_depth(&self, depth: usize) -> usize {
        if self.is_empty() { depth } else { self.depth.min(self.low) }
    }

    /// The last character, if no white space is owed behind it.
    pub(super) fn last(&self) -> Option<char> {
        if self.owed == Owed::Nothing { self.text.chars().next_back() } else { None }
    }

    /// Adds a quotation mark. White space that is owed stands before the first and behind the second.
    pub(super) fn push_sign(&mut self, piece: Piece<'_>, closing: bool) -> bool {
        let owed = if closing { std::mem::take(&mut self.owed) } else { Owed::Nothing };
        self.add(piece, 0, piece.text.len());
        self.owed = self.owed.max(owed);
        true
    }

    /// Adds text with its white space folded. Returns whether something visible was in it.
    pub(super) fn push_folded(&mut self, piece: Piece<'_>) -> bool {
        let bytes = piece.text.as_bytes();
        let mut from = 0;
        let mut at = 0;
        let mut visible = false;
        while at < bytes.len() {
            let (class, len) = match CLASSES[bytes[at] as usize] {
                Class::Plain => (Class::Plain, 1),
                // A single space inside a line is copied with its words.
                Class::Space if bytes[at] == b' ' && from < at && bytes.get(at + 1).is_some_and(|b| is_word(*b)) => {
                    at += 2;
                    continue;
                }
                Class::Lead => special(&bytes[at..]),
                class => (class, 1),
            };
            if class == Class::Plain {
                at += len;
                continue;
            }
            if from < at {
                self.add(piece, from, at);
                visible = true;
            }
            match class {
                Class::Space => self.owed = self.owed.max(Owed::Space),
                Class::Line => self.owed = self.owed.max(Owed::Soft),
                _ => {}
            }
            at += len;
            from = at;
        }
        if from < at {
            self.add(piece, from, at);
            visible = true;
        }
        visible
    }

    /// Adds preformatted text: line breaks and spaces count. Returns whether something visible was in it.
    pub(super) fn push_raw(&mut self, piece: Piece<'_>) -> bool {
        let bytes = piece.text.as_bytes();
        let mut visible = false;
        let mut from = 0;
        let mut at = 0;
        while at < bytes.len() {
            let (class, len) = match CLASSES[bytes[at] as usize] {
                Class::Lead => special(&bytes[at..]),
                class => (class, 1),
            };
            // Line breaks at the start are layout; the spaces behind them are not.
            let skip = match class {
                Class::Line if self.text.is_empty() && from == at => true,
                Class::Line => bytes[at] == b'\r',
                Class::Control => true,
                _ => false,
            };
            visible |= class == Class::Plain;
            if skip {
                if from < at {
                    self.add(piece, from, at);
                }
                if bytes[at] == b'\r' && bytes.get(at + 1) != Some(&b'\n') && !self.text.is_empty() {
                    self.text.push('\n');
                }
                from = at + len;
            }
            at += len;
        }
        if from < at {
            self.add(piece, from, at);
        }
        visible
    }

    /// A line break in preformatted text, unless there is one.
    pub(super) fn raw_line_break(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with('\n') {
            self.text.push('\n');
        }
    }

    /// The end of a line of code, which may be an empty one.
    pub(super) fn new_line(&mut self) {
        if !self.text.is_empty() {
            let blank = self.text.trim_end_matches([' ', '\t']).len();
            if self.text[..blank].ends_with('\n') {
                self.text.truncate(blank);
            }
            self.text.push('\n');
        }
    }

    fn add(&mut self, piece: Piece<'_>, from: usize, to: usize) {
        let text = &piece.text[from..to];
        let mut owed = std::mem::take(&mut self.owed);
        let joint = std::mem::take(&mut self.joint);
        let first = self.text.is_empty();
        // `<span>By</span><a>Ann</a>`: a style sheet keeps them apart, or nobody could read it.
        if joint == Joint::EndAndStart
            && owed == Owed::Nothing
            && text.starts_with(char::is_uppercase)
            && self.text.ends_with(char::is_lowercase)
        {
            owed = Owed::Space;
        }
        match owed {
            Owed::Tabs(n) => self.text.extend(std::iter::repeat_n('\t', n as usize)),
            _ if first => {}
            Owed::Nothing => {}
            Owed::Space => self.text.push(' '),
            Owed::Line => self.text.push('\n'),
            Owed::Soft => {
                let before = self.text.chars().next_back().unwrap_or(' ');
                let after = text.chars().next().unwrap_or(' ');
                if !(joins_without_space(before) && joins_without_space(after)) {
                    self.text.push(' ');
                }
            }
        }
        let at = self.text.len() as u32;
        for open in self.open.iter_mut().rev().take_while(|open| open.start == UNSET) {
            open.start = at;
        }
        self.text.push_str(text);
        let span = if piece.exact {
            Span::new(piece.span.start as usize + from, piece.span.start as usize + to)
        } else {
            piece.span
        };
        self.span = if first { span } else { self.span.union(span) };
    }

    /// Notes where text was added.
    pub(super) fn note_place(&mut self, depth: usize, element: Option<ElementId>, here: usize) {
        self.depth = depth;
        self.element = element;
        self.low = here;
    }

    /// Ends the run: trims it and hands out its inline markup, with the address that `href` gives for a link's node, and
    /// how many characters are inside links. Markup that is still open goes on in the next run.
    pub(super) fn end(&mut self, href: impl Fn(u32) -> String) -> (Vec<Inline>, u32) {
        let len = self.text.trim_end().len();
        self.text.truncate(len);
        let len = len as u32;
        for open in &mut self.open {
            if open.start != UNSET {
                self.closed.push((*open, open.start..len));
                open.start = UNSET;
            }
        }
        let mut inlines = Vec::new();
        let mut linked = 0;
        for (open, range) in self.closed.drain(..) {
            let range = range.start..range.end.min(len);
            if range.is_empty() {
                continue;
            }
            let kind = match open.markup {
                Markup::Link => {
                    linked += self.text[range.start as usize..range.end as usize].chars().count() as u32;
                    InlineKind::Link(href(open.node))
                }
                Markup::Strong => InlineKind::Strong,
                Markup::Emphasis => InlineKind::Emphasis,
                Markup::Code => InlineKind::Code,
                Markup::Part => InlineKind::Part(open.element),
            };
            inlines.push(Inline { range, kind });
        }
        // Broken markup can put a link inside a link.
        if linked > len / 4 {
            linked = linked.min(self.text.chars().count() as u32);
        }
        (inlines, linked)
    }

    /// Makes room for the next run.
    pub(super) fn clear(&mut self) {
        self.text.clear();
        self.owed = Owed::Nothing;
        self.joint = Joint::None;
        self.closed.clear();
        self.has_plain = false;
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Plain,
    Space,
    Line,
    Control,
    /// The first byte of a character that may be none of the plain ones.
    Lead,
}

const CLASSES: [Class; 256] = {
    let mut classes = [Class::Plain; 256];
    let mut i = 0;
    while i < 0x20 {
        classes[i] = Class::Control;
        i += 1;
    }
    classes[0x7F] = Class::Control;
    classes[b'\t' as usize] = Class::Space;
    classes[0x0B] = Class::Space;
    classes[0x0C] = Class::Space;
    classes[b' ' as usize] = Class::Space;
    classes[b'\n' as usize] = Class::Line;
    classes[b'\r' as usize] = Class::Line;
    classes[0xC2] = Class::Lead;
    classes[0xE1] = Class::Lead;
    classes[0xE2] = Class::Lead;
    classes[0xE3] = Class::Lead;
    classes[0xEF] = Class::Lead;
    classes
};

fn is_word(b: u8) -> bool {
    CLASSES[b as usize] == Class::Plain
}

/// The class of a character that starts with one of the bytes above, and its length.
fn special(bytes: &[u8]) -> (Class, usize) {
    match bytes {
        // No-break space; next line.
        [0xC2, 0xA0 | 0x85, ..] => (Class::Space, 2),
        // Soft hyphen; other controls of the C1 set.
        [0xC2, 0xAD | 0x80..=0x9F, ..] => (Class::Control, 2),
        [0xC2, ..] => (Class::Plain, 2),
        // Ogham space; spaces of many widths; line and paragraph separators; ideographic space.
        [0xE1, 0x9A, 0x80, ..]
        | [0xE2, 0x80, 0x80..=0x8A | 0xA8 | 0xA9 | 0xAF, ..]
        | [0xE2, 0x81, 0x9F, ..]
        | [0xE3, 0x80, 0x80, ..] => (Class::Space, 3),
        // Zero width space, word joiner, byte order mark: they only say where a line may break. Joiners are spelling.
        [0xE2, 0x80, 0x8B, ..] | [0xE2, 0x81, 0xA0, ..] | [0xEF, 0xBB, 0xBF, ..] => (Class::Control, 3),
        _ => (Class::Plain, 3),
    }
}
