//! One pass over the parsed nodes, in document order and without recursion: the element tree, the blocks, the pictures
//! and the evidence come out of it.

use copydesk_document::{
    Attr, BlockId, BlockKind, Clue, Document, ElementId, Inline, NewBlock, Origin, Span, Tag, Tree,
};

use super::arena::{Arena, DOCUMENT, NONE, NodeKind};
use super::display::{Display, display, heading_level, is_control};
use super::formula::{self, Found};
use super::inline::{self, Joined, Script};
use super::run::{Markup, Piece, Run};
use super::{attributes, code, evidence, images, prose};
use crate::marks::{Mark, mark};
use crate::{Limits, ParseError, format};

/// What an element hands down to what is inside it.
#[expect(clippy::struct_excessive_bools, reason = "they are independent, and each is one question of the walk")]
#[derive(Clone, Copy, Debug, Default)]
struct Context {
    kind: BlockKind,
    level: u8,
    lists: u8,
    hidden: bool,
    /// White space counts.
    pre: bool,
    /// Inside one line of code that has an element for each.
    line: bool,
    bold: bool,
    /// Inside a table that holds data.
    data_table: bool,
    /// Inside a row of such a table.
    row: bool,
    /// Text here is not for readers at all.
    nothing: bool,
    /// Inside a figure, or an element that is named for captions.
    caption: bool,
    /// Raised or lowered.
    script: Option<Script>,
}

/// An element that is open.
#[derive(Debug)]
struct Frame {
    node: u32,
    tag: Tag,
    /// Its element in the tree; below the depth limit, that of the last ancestor above it.
    element: ElementId,
    /// Whether the element is to be closed in the tree: it is not at the depth limit.
    closes: bool,
    end: u32,
    context: Context,
    edge: Edge,
    markup: bool,
    /// For `<time>`: the block and the offset where its text starts.
    time: Option<(u32, u32)>,
}

/// What happens where an element starts and ends.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Edge {
    None,
    /// A block starts and ends.
    Block,
    /// Inside a row or a preformatted text: only white space.
    Space,
    /// A line of code starts; where the next one does, it has ended.
    Line,
    /// Hidden text inside a visible one starts and ends.
    Hidden,
    /// Hidden text starts and ends that goes on with what is hidden elsewhere in the same block.
    Reading,
    /// A quotation starts and ends.
    Quotation,
    /// A large first letter: what follows goes on with it.
    DropCap,
}

/// A hidden block that waits until the visible block around it is complete.
struct Waiting {
    kind: BlockKind,
    level: u8,
    text: String,
    span: Span,
    element: Option<ElementId>,
    linked: u32,
    bold: bool,
    inlines: Vec<Inline>,
}

#[expect(clippy::struct_excessive_bools, reason = "each is one thing to know of the page or of the block at hand")]
pub(super) struct Walker<'a> {
    arena: &'a Arena,
    source: &'a str,
    doc: &'a mut Document,
    tree: Tree,
    frames: Vec<Frame>,
    visible: Run,
    hidden: Run,
    waiting: Vec<Waiting>,
    cells: u32,
    row: Option<ElementId>,
    /// Which element each node became; microdata asks for it.
    elements: Vec<u32>,
    /// Where the first element starts that is nested too deep.
    too_deep: Option<u32>,
    /// The block under construction is a large first letter so far.
    drop_cap: bool,
    /// Blank lines part paragraphs, and no tags do.
    has_blank_lines: bool,
    /// The code under construction has an element for each of its lines.
    by_lines: bool,
    /// The page may show code.
    has_code: bool,
    limits: &'a Limits,
}

/// What stands nowhere in the document.
pub(super) struct Walked {
    /// Which element each node became, if the page has microdata.
    pub(super) elements: Vec<u32>,
    /// Where the first element starts that is nested too deep.
    pub(super) too_deep: Option<u32>,
}

/// How pages show code that stands in none of the elements for it.
const CODE_WITHOUT_PRE: [&[u8]; 3] = [b"crayon-pre", b"blob-code", b"\"fragment\""];

/// Fills the document from the parsed nodes.
pub(super) fn walk(doc: &mut Document, arena: &Arena, source: &str, limits: &Limits) -> Result<Walked, ParseError> {
    let mut walker = Walker {
        arena,
        source,
        doc,
        tree: Tree::with_capacity(arena.nodes.len() / 2),
        frames: Vec::with_capacity(32),
        visible: Run::default(),
        hidden: Run::default(),
        waiting: Vec::new(),
        cells: 0,
        row: None,
        elements: if arena.has_microdata { vec![NONE; arena.nodes.len()] } else { Vec::new() },
        too_deep: None,
        drop_cap: false,
        has_blank_lines: format::has_tags_in_lines_only(source),
        by_lines: false,
        has_code: arena.has_code
            || CODE_WITHOUT_PRE.iter().any(|name| memchr::memmem::find(source.as_bytes(), name).is_some()),
        limits,
    };
    walker.run()?;
    let Walker { tree, elements, too_deep, .. } = walker;
    doc.tree = Some(tree);
    Ok(Walked { elements, too_deep })
}

impl Walker<'_> {
    fn run(&mut self) -> Result<(), ParseError> {
        let mut id = self.arena.node(DOCUMENT).first;
        while id != NONE {
            let node = self.arena.node(id);
            let inside = match node.kind {
                NodeKind::Text | NodeKind::Decoded => {
                    self.text(id);
                    false
                }
                NodeKind::Document | NodeKind::Raw | NodeKind::Annotation => false,
                NodeKind::Element | NodeKind::Preformatted | NodeKind::Foreign => self.enter(id),
            };
            let mut next = if inside { node.first } else { NONE };
            if inside && next == NONE {
                self.leave();
            }
            let mut up = id;
            while next == NONE {
                next = self.arena.node(up).next;
                up = self.arena.node(up).parent;
                if up == DOCUMENT || up == NONE {
                    break;
                }
                if next == NONE {
                    self.leave();
                }
            }
            id = next;
            if self.doc.blocks().len() > self.limits.max_blocks as usize {
                return Err(crate::too_many_blocks(self.limits));
            }
        }
        while !self.frames.is_empty() {
            self.leave();
        }
        self.flush(true);
        self.flush(false);
        Ok(())
    }

    /// Opens an element. Returns whether there is anything to read inside it.
    fn enter(&mut self, id: u32) -> bool {
        let node = self.arena.node(id);
        let parent = self.frames.last();
        let outer = parent.map_or_else(Context::default, |f| f.context);
        let flat = self.frames.len() >= usize::from(self.limits.max_depth.max(1));
        if flat && self.too_deep.is_none() {
            self.too_deep = Some(node.start);
        }
        let element =
            self.tree.open(node.tag, parent.map(|f| f.element), Span::new(node.start as usize, node.end as usize));
        for attr in self.arena.attrs(id) {
            self.tree.push_attr(&attr.name, &attr.value);
        }
        if let Some(slot) = self.elements.get_mut(id as usize) {
            *slot = element.0;
        }
        let holder = if flat { self.frames[self.frames.len() - 1].element } else { element };
        let mut frame = Frame {
            node: id,
            tag: node.tag,
            element: holder,
            closes: !flat,
            end: node.end,
            context: outer,
            edge: Edge::None,
            markup: false,
            time: None,
        };
        let inside = self.read(id, element, &mut frame, &outer);
        if flat || !inside {
            self.tree.close(element);
        }
        if inside {
            let (hidden, edge) = (frame.context.hidden, frame.edge);
            self.current(hidden).entered();
            self.frames.push(frame);
            if edge == Edge::Quotation {
                self.sign("“", Span::new(node.start as usize, node.start as usize));
            }
        }
        inside
    }

    /// Does what an element asks for, and fills its frame. Returns whether there is anything to read inside it.
    fn read(&mut self, id: u32, element: ElementId, frame: &mut Frame, outer: &Context) -> bool {
        let node = self.arena.node(id);
        let tag = node.tag;
        if !outer.pre
            && !outer.nothing
            && let Some(found) = formula::read(self.arena, self.source, id)
        {
            if let Found::Formula { latex, display } = found {
                self.formula(id, element, &latex, display, outer);
            }
            return false;
        }
        match tag {
            Tag::Br => {
                self.line_break(outer);
                return false;
            }
            Tag::Hr => {
                self.edge(outer);
                return false;
            }
            Tag::Wbr | Tag::Textarea | Tag::Col | Tag::Area | Tag::Track | Tag::Param | Tag::Source => return false,
            Tag::Img | Tag::AmpImg | Tag::Video | Tag::Picture => {
                let before = self.doc.blocks().len() + self.waiting.len() + usize::from(!self.visible.is_empty());
                images::read(self.arena, id, element, BlockId(before as u32), &mut self.doc.images);
            }
            Tag::Input => {
                self.input(id, element, outer);
                return false;
            }
            Tag::Html | Tag::Base | Tag::Meta | Tag::Link | Tag::Title | Tag::Script => {
                evidence::read(self.arena, self.source, id, element, &mut self.doc.evidence);
            }
            Tag::Time => {
                let block = self.doc.blocks().len() + usize::from(outer.hidden && !self.visible.is_empty());
                frame.time = Some((block as u32, self.current(outer.hidden).text.len() as u32));
            }
            _ => {}
        }
        if node.kind == NodeKind::Foreign && tag == Tag::Svg {
            return false;
        }
        let display = match node.kind {
            NodeKind::Preformatted => Display::Block,
            _ if self.arena.has_role_tables => self.display_by_role(id, tag, outer),
            _ => display(tag),
        };
        let context = &mut frame.context;
        context.caption |= matches!(tag, Tag::Figure | Tag::Figcaption)
            || self.arena.attr(id, Attr::Class).is_some_and(attributes::names_caption);
        let style = self.arena.attr(id, Attr::Style);
        if let Some(style) = style {
            context.bold |= attributes::emboldens(style);
        }
        match display {
            Display::Nothing if tag == Tag::Head => context.nothing = true,
            Display::Nothing => return false,
            _ => {}
        }
        if !outer.hidden && (display == Display::Fallback || self.is_hidden(id, tag, style)) {
            context.hidden = true;
            frame.edge = Edge::Hidden;
        } else if !outer.hidden && display == Display::Inline && self.is_unseen(id, tag, outer) {
            context.hidden = true;
            frame.edge = Edge::Reading;
        } else if !outer.hidden && self.has_code && self.is_beside_code(id, tag, outer) {
            (context.hidden, context.kind, context.level) = (true, BlockKind::Control, 0);
            frame.edge = Edge::Reading;
        }
        match display {
            Display::Inline | Display::Fallback | Display::Nothing => {
                self.inline(id, tag, frame);
                if let Some(markup) = self.markup(id, tag, outer.caption) {
                    self.current(frame.context.hidden).open(id, element, markup);
                    frame.markup = true;
                    frame.context.bold |= markup == Markup::Strong;
                }
            }
            Display::Block | Display::Row | Display::Cell => self.open_block(id, element, display, frame, outer),
        }
        true
    }

    /// What an element inside a line does to its text.
    fn inline(&mut self, id: u32, tag: Tag, frame: &mut Frame) {
        let context = &mut frame.context;
        if context.pre {
            return;
        }
        match tag {
            Tag::Sup | Tag::Sub => {
                let run = if context.hidden { &mut self.hidden } else { &mut self.visible };
                match inline::script(self.arena, self.source, id, tag, run.last()) {
                    Joined::Plain => {}
                    Joined::Script(script) => context.script = Some(script),
                    Joined::Apart => run.space(),
                }
            }
            Tag::Q if frame.edge == Edge::None && !inline::is_quoted(self.arena, self.source, id) => {
                frame.edge = Edge::Quotation;
            }
            _ => {}
        }
    }

    /// Adds a formula, between the signs by which LaTeX is known in text.
    fn formula(&mut self, id: u32, element: ElementId, latex: &str, display: bool, outer: &Context) {
        let node = self.arena.node(id);
        let style = self.arena.attr(id, Attr::Style);
        let context = Context { hidden: outer.hidden || self.is_hidden(id, node.tag, style), ..*outer };
        let text = if display { format!("$${latex}$$") } else { format!("${latex}$") };
        let own_line = display && !context.row;
        if own_line {
            self.current(context.hidden).line_break();
        }
        // What stands inside it is passed over, so its end is known by the source alone.
        let end = self.arena.below(id, 4_000).map(|below| self.arena.node(below).end).max().unwrap_or(node.end);
        let span = Span::new(node.start as usize, end.max(node.end) as usize);
        self.tree.extend(element, span.end as usize);
        self.add(&context, |run| run.push_sign(Piece { text: &text, span, exact: false }, false));
        if own_line {
            self.current(context.hidden).line_break();
        }
    }

    /// How an element takes part in the flow where roles make tables of others.
    fn display_by_role(&self, id: u32, tag: Tag, outer: &Context) -> Display {
        let usual = display(tag);
        match self.arena.attr(id, Attr::Role) {
            Some("row") if outer.data_table => Display::Row,
            Some("cell" | "gridcell" | "columnheader" | "rowheader") if outer.row => Display::Cell,
            Some("table") => Display::Block,
            _ => usual,
        }
    }

    /// Whether an element stands beside code and is none: the numbers of its lines, the name of its language, a button.
    fn is_beside_code(&self, id: u32, tag: Tag, outer: &Context) -> bool {
        outer.pre && tag == Tag::Button
            || code::is_gutter(self.arena, self.source, id)
            || !outer.pre && code::is_label(self.arena, self.source, id)
    }

    /// Whether a line does not show an element inside it that only some readers are meant for.
    fn is_unseen(&self, id: u32, tag: Tag, outer: &Context) -> bool {
        if matches!(tag, Tag::Rt | Tag::Rp) || inline::leads_back(self.arena, self.source, id, tag) {
            return true;
        }
        if self.visible.is_empty() || outer.pre {
            return false;
        }
        match tag {
            Tag::A if matches!(outer.kind, BlockKind::Heading | BlockKind::Definition | BlockKind::Caption) => {
                inline::is_anchor_sign(self.arena, self.source, id)
            }
            _ => inline::is_unseen(self.arena, id),
        }
    }

    /// Starts a block, a row or a cell.
    fn open_block(&mut self, id: u32, element: ElementId, display: Display, frame: &mut Frame, outer: &Context) {
        let node = self.arena.node(id);
        let tag = node.tag;
        let context = &mut frame.context;
        let hidden = context.hidden;
        // The numbers of the lines of code, each in an element.
        if hidden && context.kind == BlockKind::Control && self.has_code {
            self.hidden.space();
            return;
        }
        if outer.pre && code::is_line(self.arena, id) {
            if !hidden {
                self.visible.new_line();
            }
            (self.by_lines, context.line) = (true, true);
            if frame.edge == Edge::None {
                frame.edge = Edge::Line;
            }
            return;
        }
        if outer.pre || outer.row {
            if outer.pre && tag == Tag::Pre {
                (self.by_lines, context.line) = (false, false);
            }
            if outer.row && display == Display::Cell {
                if self.cells > 0 {
                    self.current(hidden).cell();
                }
                self.cells += 1;
            } else {
                self.soft_edge(hidden, outer.pre);
            }
            if frame.edge == Edge::None {
                frame.edge = Edge::Space;
            }
            return;
        }
        // The button that unfolds an answer is the whole of its heading.
        if is_control(tag) && self.current(hidden).is_empty() && self.is_in_heading(outer) {
            return;
        }
        if display == Display::Block && inline::is_drop_cap(self.arena, self.source, id) {
            self.flush(hidden);
            (frame.edge, context.hidden) = (Edge::DropCap, outer.hidden);
            return;
        }
        if frame.edge == Edge::None {
            frame.edge = Edge::Block;
            let goes_on = self.drop_cap && !hidden && matches!(tag, Tag::P | Tag::Div | Tag::Section);
            if !goes_on {
                self.flush(hidden);
            }
        }
        match display {
            Display::Row if outer.data_table => {
                context.row = true;
                context.kind = BlockKind::TableRow;
                context.level = 0;
                self.cells = 0;
                self.row = Some(element);
                return;
            }
            Display::Row => return,
            Display::Cell => {
                (context.kind, context.level, context.lists) = (BlockKind::Paragraph, 0, 0);
                return;
            }
            _ => {}
        }
        if let Some(level) = heading_level(tag) {
            (context.kind, context.level) = (BlockKind::Heading, level);
            return;
        }
        if is_control(tag) {
            (context.kind, context.level) = (BlockKind::Control, 0);
            return;
        }
        match tag {
            Tag::Ul | Tag::Ol | Tag::Menu | Tag::Dir => context.lists = context.lists.saturating_add(1),
            Tag::Li if self.arena.attr(id, Attr::Role) == Some("tab") => {
                (context.kind, context.level) = (BlockKind::Control, 0);
            }
            Tag::Li => (context.kind, context.level) = (BlockKind::ListItem, context.lists.max(1)),
            Tag::Dt | Tag::Dd => (context.kind, context.level) = (BlockKind::Definition, 0),
            Tag::Blockquote => (context.kind, context.level) = (BlockKind::Quote, 0),
            Tag::Figcaption if self.is_quoted_figure() => (context.kind, context.level) = (BlockKind::Quote, 0),
            Tag::Figcaption | Tag::Caption => (context.kind, context.level) = (BlockKind::Caption, 0),
            Tag::Article | Tag::Aside | Tag::Body | Tag::Dialog | Tag::Main | Tag::Section => {
                (context.kind, context.level, context.lists) = (BlockKind::Paragraph, 0, 0);
            }
            Tag::Table | Tag::Div | Tag::Pre
                if tag == Tag::Pre || self.has_code && code::is_container(self.arena, id) =>
            {
                (context.kind, context.level, context.pre) = (BlockKind::Code, 0, true);
            }
            Tag::Table => context.data_table = node.data_table,
            Tag::Div if self.arena.has_role_tables => {
                context.data_table |= self.arena.attr(id, Attr::Role) == Some("table");
            }
            _ if node.kind == NodeKind::Preformatted => {
                (context.kind, context.level, context.pre) = (BlockKind::Code, 0, true);
            }
            _ => {}
        }
    }

    /// Whether the figure around the caption that begins holds a quotation: then the caption names its source.
    fn is_quoted_figure(&self) -> bool {
        let figure = self.frames.iter().rev().take(3).find(|frame| frame.tag == Tag::Figure);
        figure.is_some_and(|figure| {
            let mut below = self.arena.below(figure.node, 24);
            below.any(|id| self.arena.node(id).tag == Tag::Blockquote)
        })
    }

    /// Whether an element stands in a heading, or in the term of a list of terms.
    fn is_in_heading(&self, outer: &Context) -> bool {
        let term = || self.frames.iter().rev().take(4).any(|frame| frame.tag == Tag::Dt);
        outer.kind == BlockKind::Heading || outer.kind == BlockKind::Definition && term()
    }

    /// Closes the innermost open element.
    fn leave(&mut self) {
        let Some(frame) = self.frames.pop() else { return };
        let hidden = frame.context.hidden;
        if let Some((block, start)) = frame.time {
            self.time(&frame, block, start);
        }
        if frame.markup {
            self.current(hidden).close(frame.node);
        }
        match frame.edge {
            Edge::Block | Edge::Hidden => self.flush(hidden),
            Edge::Reading => self.hidden.space(),
            Edge::Quotation if !self.current(hidden).is_empty() => {
                let depth = self.frames.len();
                self.current(hidden).left(depth);
                self.sign("”", Span::new(frame.end as usize, frame.end as usize));
            }
            Edge::DropCap => self.drop_cap = true,
            Edge::Space if display(frame.tag) != Display::Cell => self.soft_edge(hidden, frame.context.pre),
            Edge::None | Edge::Space | Edge::Line | Edge::Quotation => {}
        }
        if let Some(parent) = self.frames.last_mut() {
            parent.end = parent.end.max(frame.end);
        }
        if frame.closes {
            self.tree.extend(frame.element, frame.end as usize);
            self.tree.close(frame.element);
        }
        let depth = self.frames.len();
        self.visible.left(depth);
        self.hidden.left(depth);
    }

    fn text(&mut self, id: u32) {
        let node = self.arena.node(id);
        let Some(frame) = self.frames.last_mut() else { return };
        let context = frame.context;
        frame.end = frame.end.max(node.end);
        if context.nothing {
            return;
        }
        let mut piece = Piece {
            text: self.arena.text(id, self.source),
            span: Span::new(node.start as usize, node.end as usize),
            exact: node.kind == NodeKind::Text,
        };
        if !piece.exact {
            piece.span = trimmed(self.source, piece.span);
        }
        if context.pre && self.by_lines {
            // Between lines that have elements, line breaks are layout.
            if !context.line && piece.text.trim().is_empty() {
                return;
            }
            if context.line && piece.exact && piece.text.ends_with(['\n', '\r']) {
                piece = piece.part(0..piece.text.trim_end_matches(['\n', '\r']).len());
            }
        }
        let converted: String;
        if context.pre && piece.text.contains('\u{a0}') {
            converted = piece.text.replace('\u{a0}', " ");
            piece = Piece { text: &converted, exact: false, ..piece };
        } else if let Some(script) = context.script {
            converted = piece.text.chars().map(|c| inline::convert(script, c).unwrap_or(c)).collect();
            piece = Piece { text: &converted, exact: false, ..piece };
        }
        while self.has_blank_lines
            && !context.pre
            && let Some(gap) = format::blank_line(piece.text)
        {
            let head = piece.part(0..gap.start);
            self.add(&context, |run| run.push_folded(head));
            self.edge(&context);
            piece = piece.part(gap.end..piece.text.len());
        }
        self.add(&context, |run| if context.pre { run.push_raw(piece) } else { run.push_folded(piece) });
    }

    /// Adds a sign that readers see and the source has not.
    fn sign(&mut self, sign: &'static str, span: Span) {
        let Some(context) = self.frames.last().map(|frame| frame.context) else { return };
        let closing = sign == "”";
        self.add(&context, |run| run.push_sign(Piece { text: sign, span, exact: false }, closing));
    }

    /// Adds to the block under construction what `push` pushes, if there is anything to see.
    fn add(&mut self, context: &Context, push: impl FnOnce(&mut Run) -> bool) {
        let depth = self.frames.len();
        let run = if context.hidden { &mut self.hidden } else { &mut self.visible };
        let shared = run.shared_depth(depth);
        let first = run.is_empty();
        if push(run) {
            run.note_place(shared, Some(self.frames[shared.max(1) - 1].element), depth);
            run.has_plain |= !context.bold;
            if first {
                (run.kind, run.level) = (context.kind, context.level);
            }
        }
    }

    fn current(&mut self, hidden: bool) -> &mut Run {
        if hidden { &mut self.hidden } else { &mut self.visible }
    }

    fn line_break(&mut self, context: &Context) {
        let run = self.current(context.hidden);
        if context.pre {
            if !run.text.is_empty() {
                run.text.push('\n');
            }
        } else if context.row {
            run.space();
        } else if run.line_break() {
            self.flush(context.hidden);
        }
    }

    fn edge(&mut self, context: &Context) {
        if context.pre || context.row {
            self.soft_edge(context.hidden, context.pre);
        } else {
            self.flush(context.hidden);
        }
    }

    fn soft_edge(&mut self, hidden: bool, pre: bool) {
        if pre {
            self.current(hidden).raw_line_break();
        } else {
            self.current(hidden).space();
        }
    }

    fn markup(&self, id: u32, tag: Tag, in_caption: bool) -> Option<Markup> {
        match tag {
            Tag::A => self.arena.attr(id, Attr::Href).map(|_| Markup::Link),
            Tag::Strong | Tag::B => Some(Markup::Strong),
            Tag::Em | Tag::I => Some(Markup::Emphasis),
            Tag::Code | Tag::Kbd | Tag::Samp | Tag::Tt => Some(Markup::Code),
            Tag::Span | Tag::Small | Tag::Cite if in_caption => Some(Markup::Part),
            _ => None,
        }
    }

    /// Whether the page does not show an element.
    fn is_hidden(&self, id: u32, tag: Tag, style: Option<&str>) -> bool {
        match tag {
            // Pages hide themselves until their scripts have run.
            Tag::Html | Tag::Body => return false,
            Tag::Noscript | Tag::Noframes => return true,
            Tag::Template => return self.arena.attr_named(id, "shadowrootmode").is_none(),
            Tag::Dialog if self.arena.attr_named(id, "open").is_none() => return true,
            _ => {}
        }
        style.is_some_and(attributes::hides)
            || self.arena.attr(id, Attr::Hidden).is_some()
            || (self.arena.attr(id, Attr::AriaHidden).is_some_and(|v| v.eq_ignore_ascii_case("true"))
                && self.is_small(id))
    }

    /// Whether an element holds little text. Scripts mark a whole page as `aria-hidden` while a dialog is open.
    fn is_small(&self, id: u32) -> bool {
        const NODES: usize = 200;
        const BYTES: usize = 1000;
        let mut nodes = 0;
        let mut bytes = 0;
        for node in self.arena.below(id, NODES) {
            nodes += 1;
            bytes += match self.arena.node(node).kind {
                NodeKind::Text | NodeKind::Decoded => self.arena.text(node, self.source).trim().len(),
                _ => 0,
            };
        }
        nodes < NODES && bytes < BYTES
    }

    /// A button made by `<input>` shows its value.
    fn input(&mut self, id: u32, element: ElementId, context: &Context) {
        let kind = self.arena.attr(id, Attr::Type).unwrap_or_default();
        if !["submit", "button", "reset"].iter().any(|k| kind.eq_ignore_ascii_case(k)) || context.nothing {
            return;
        }
        let Some(value) = self.arena.attr_named(id, "value") else { return };
        if context.row || context.pre {
            self.soft_edge(context.hidden, context.pre);
        } else {
            self.flush(context.hidden);
        }
        let node = self.arena.node(id);
        let depth = self.frames.len();
        let run = if context.hidden { &mut self.hidden } else { &mut self.visible };
        let first = run.is_empty();
        let shared = run.shared_depth(depth);
        let span = Span::new(node.start as usize, node.end as usize);
        if run.push_folded(Piece { text: value, span, exact: false }) {
            run.has_plain = true;
            if first {
                (run.kind, run.level) = (BlockKind::Control, 0);
                run.note_place(shared, Some(element), depth);
            }
        }
        self.edge(context);
    }

    fn time(&mut self, frame: &Frame, block: u32, start: u32) {
        let id = frame.node;
        let next = self.doc.blocks().len() + usize::from(frame.context.hidden && !self.visible.is_empty());
        let run = if frame.context.hidden { &self.hidden } else { &self.visible };
        let text = run.text.get(start as usize..).unwrap_or_default().trim();
        // A block that began inside the element has moved on, and with it the text.
        let text = if block as usize == next { text } else { "" };
        let node = self.arena.node(id);
        let clue = |name: &str, value: &str| Clue {
            origin: Origin::Time,
            name: name.to_owned(),
            value: value.to_owned(),
            span: Some(Span::new(node.start as usize, frame.end as usize)),
            block: (!text.is_empty()).then_some(BlockId(block)),
            element: Some(frame.element),
        };
        if let Some(value) = self.arena.attr(id, Attr::Datetime).map(str::trim).filter(|v| !v.is_empty()) {
            self.doc.evidence.clues.push(clue("datetime", value));
        }
        if !text.is_empty() {
            self.doc.evidence.clues.push(clue("text", text));
        }
    }

    /// Ends the block that is under construction.
    fn flush(&mut self, hidden: bool) {
        if !hidden {
            (self.drop_cap, self.by_lines) = (false, false);
            // Readings and the like that were gathered for this block.
            if !self.hidden.is_empty() {
                self.flush(true);
            }
        }
        let waits = hidden && !self.visible.is_empty();
        let run = if hidden { &mut self.hidden } else { &mut self.visible };
        if run.is_empty() {
            run.clear();
        } else {
            let arena = self.arena;
            let (inlines, linked) = run.end(|node| arena.attr(node, Attr::Href).unwrap_or_default().trim().to_owned());
            let text = run.text.as_str();
            if !text.is_empty() && run.kind == BlockKind::Code && !waits && prose::is_prose(text, &inlines) {
                for paragraph in prose::paragraphs(text, &inlines) {
                    self.doc.push_block(NewBlock {
                        kind: paragraph.kind,
                        level: paragraph.level,
                        text: &paragraph.text,
                        span: run.span,
                        element: run.element,
                        linked: paragraph.linked,
                        hidden,
                        bold: !run.has_plain,
                        gap: 0,
                        inlines: &paragraph.inlines,
                    });
                }
            } else if !text.is_empty() {
                let (mut kind, mut level) = (run.kind, run.level);
                if matches!(kind, BlockKind::Paragraph | BlockKind::ListItem)
                    && !text.is_ascii()
                    && mark(text) == Mark::Note
                {
                    (kind, level) = (BlockKind::Note, 0);
                }
                let element = if kind == BlockKind::TableRow { self.row } else { run.element };
                let bold = !run.has_plain;
                let span = run.span;
                if waits {
                    let text = text.to_owned();
                    self.waiting.push(Waiting { kind, level, text, span, element, linked, bold, inlines });
                } else {
                    self.doc.push_block(NewBlock {
                        kind,
                        level,
                        text,
                        span,
                        element,
                        linked,
                        hidden,
                        bold,
                        gap: 0,
                        inlines: &inlines,
                    });
                }
            }
            self.current(hidden).clear();
        }
        if !hidden {
            for block in self.waiting.drain(..) {
                self.doc.push_block(NewBlock {
                    kind: block.kind,
                    level: block.level,
                    text: &block.text,
                    span: block.span,
                    element: block.element,
                    linked: block.linked,
                    hidden: true,
                    bold: block.bold,
                    gap: 0,
                    inlines: &block.inlines,
                });
            }
        }
    }
}

/// A place without the white space at its ends.
fn trimmed(source: &str, span: Span) -> Span {
    let text = &source[span.range()];
    let start = span.start as usize + (text.len() - text.trim_ascii_start().len());
    Span::new(start, start + text.trim_ascii().len())
}
