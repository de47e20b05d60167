//! The nodes of a page while it is parsed: flat, linked by index, because html5ever moves them about.

use std::cell::{Cell, RefCell};
use std::sync::LazyLock;

use copydesk_document::{Attr, Tag};
use html5ever::{
    Attribute, LocalName, Namespace, QualName,
    interface::{ElemName, ElementFlags, NodeOrText, QuirksMode, Tracer, TreeSink},
    local_name, ns,
    tendril::StrTendril,
    tokenizer::{Token, TokenSink, TokenSinkResult},
    tree_builder::{TreeBuilder, TreeBuilderOpts},
};
use rustc_hash::FxHashMap;

use super::tokenize::{Next, Receiver};
use crate::Limits;

/// "No node" in a link.
pub(super) const NONE: u32 = u32::MAX;

/// The node that holds the others.
pub(super) const DOCUMENT: u32 = 0;

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NodeKind {
    /// The document.
    Document,
    /// An HTML element.
    Element,
    /// An element that keeps white space and is not known to [`Tag`]: `xmp`, `listing`, `plaintext`.
    Preformatted,
    /// An element of SVG or `MathML`.
    Foreign,
    /// An element of `MathML` that repeats a formula for machines.
    Annotation,
    /// Text that stands in the source just so.
    Text,
    /// Text with character references, or one that html5ever has cut; it lies in [`Arena::decoded`].
    Decoded,
    /// The content of a script, style sheet or the like, as it stands in the source.
    Raw,
}

/// A node.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) parent: u32,
    pub(super) prev: u32,
    pub(super) next: u32,
    pub(super) first: u32,
    pub(super) last: u32,
    /// Where its tag or its text stands in the source.
    pub(super) start: u32,
    pub(super) end: u32,
    /// Attributes of an element, in [`Arena::attrs`]; text of [`NodeKind::Decoded`], in [`Arena::decoded`].
    pub(super) from: u32,
    pub(super) to: u32,
    pub(super) kind: NodeKind,
    pub(super) tag: Tag,
    /// A mark for the passes that come after parsing: a table that is laid out as data.
    pub(super) data_table: bool,
}

/// An attribute.
#[derive(Clone, Debug)]
pub(super) struct StoredAttr {
    pub(super) attr: Attr,
    pub(super) name: LocalName,
    pub(super) value: StrTendril,
}

/// All nodes of a page.
#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is what one pass or one question can do without")]
pub(super) struct Arena {
    pub(super) nodes: Vec<Node>,
    pub(super) attrs: Vec<StoredAttr>,
    pub(super) decoded: String,
    /// Whether there are tables, and whether there is microdata: two passes that most pages can do without.
    pub(super) has_tables: bool,
    pub(super) has_microdata: bool,
    /// Whether there is code, a table that is one by its role, a formula that stands in an attribute: what most elements need not
    /// be asked for.
    pub(super) has_code: bool,
    pub(super) has_role_tables: bool,
    pub(super) has_formula_attributes: bool,
}

impl Arena {
    pub(super) fn node(&self, id: u32) -> &Node {
        &self.nodes[id as usize]
    }

    fn node_mut(&mut self, id: u32) -> &mut Node {
        &mut self.nodes[id as usize]
    }

    fn add(&mut self, kind: NodeKind, tag: Tag, start: u32, end: u32, from: u32, to: u32) -> u32 {
        let id = self.nodes.len() as u32;
        let (parent, prev, next, first, last) = (NONE, NONE, NONE, NONE, NONE);
        let data_table = false;
        self.nodes.push(Node { parent, prev, next, first, last, start, end, from, to, kind, tag, data_table });
        id
    }

    fn append(&mut self, parent: u32, child: u32) {
        let last = self.node(parent).last;
        let node = self.node_mut(child);
        node.parent = parent;
        node.prev = last;
        node.next = NONE;
        if last == NONE {
            self.node_mut(parent).first = child;
        } else {
            self.node_mut(last).next = child;
        }
        self.node_mut(parent).last = child;
    }

    fn insert_before(&mut self, sibling: u32, child: u32) {
        let Node { parent, prev, .. } = *self.node(sibling);
        let node = self.node_mut(child);
        node.parent = parent;
        node.prev = prev;
        node.next = sibling;
        self.node_mut(sibling).prev = child;
        if prev != NONE {
            self.node_mut(prev).next = child;
        } else if parent != NONE {
            self.node_mut(parent).first = child;
        }
    }

    fn detach(&mut self, id: u32) {
        let Node { parent, prev, next, .. } = *self.node(id);
        if parent == NONE {
            return;
        }
        if prev == NONE {
            self.node_mut(parent).first = next;
        } else {
            self.node_mut(prev).next = next;
        }
        if next == NONE {
            self.node_mut(parent).last = prev;
        } else {
            self.node_mut(next).prev = prev;
        }
        let node = self.node_mut(id);
        (node.parent, node.prev, node.next) = (NONE, NONE, NONE);
    }

    /// The attributes of an element.
    pub(super) fn attrs(&self, id: u32) -> &[StoredAttr] {
        let node = self.node(id);
        match node.kind {
            NodeKind::Element | NodeKind::Preformatted | NodeKind::Foreign | NodeKind::Annotation => {
                &self.attrs[node.from as usize..node.to as usize]
            }
            _ => &[],
        }
    }

    /// The value of an attribute.
    pub(super) fn attr(&self, id: u32, attr: Attr) -> Option<&str> {
        self.attrs(id).iter().find(|a| a.attr == attr).map(|a| &*a.value)
    }

    /// The value of an attribute that [`Attr`] does not know.
    pub(super) fn attr_named(&self, id: u32, name: &str) -> Option<&str> {
        self.attrs(id).iter().find(|a| &*a.name == name).map(|a| &*a.value)
    }

    /// The text of a text node; empty for others.
    pub(super) fn text<'a>(&'a self, id: u32, source: &'a str) -> &'a str {
        let node = self.node(id);
        match node.kind {
            NodeKind::Text | NodeKind::Raw => &source[node.start as usize..node.end as usize],
            NodeKind::Decoded => &self.decoded[node.from as usize..node.to as usize],
            _ => "",
        }
    }

    /// The elements right inside a node, in order.
    pub(super) fn children(&self, id: u32) -> impl Iterator<Item = u32> {
        let some = |id: u32| (id != NONE).then_some(id);
        let all = std::iter::successors(some(self.node(id).first), move |at| some(self.node(*at).next));
        all.filter(|child| !matches!(self.node(*child).kind, NodeKind::Text | NodeKind::Decoded | NodeKind::Raw))
    }

    /// The nodes below a node, in document order, with no recursion. They end after `limit` nodes.
    pub(super) fn below(&self, root: u32, limit: usize) -> impl Iterator<Item = u32> {
        let mut next = self.node(root).first;
        let mut left = limit;
        std::iter::from_fn(move || {
            if next == NONE || left == 0 {
                return None;
            }
            left -= 1;
            let id = next;
            next = self.node(id).first;
            let mut up = id;
            while next == NONE && up != root {
                next = self.node(up).next;
                up = self.node(up).parent;
            }
            Some(id)
        })
    }
}

/// How html5ever names a node. It carries the name, so that the many scans over open elements need no look-up.
#[derive(Clone, Debug)]
pub(super) struct Handle {
    id: u32,
    space: Space,
    name: LocalName,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Space {
    Html,
    Svg,
    MathMl,
    Other,
}

static HTML: Namespace = ns!(html);
static SVG: Namespace = ns!(svg);
static MATHML: Namespace = ns!(mathml);
static NO_NAMESPACE: Namespace = ns!();

impl ElemName for &Handle {
    fn ns(&self) -> &Namespace {
        match self.space {
            Space::Html => &HTML,
            Space::Svg => &SVG,
            Space::MathMl => &MATHML,
            Space::Other => &NO_NAMESPACE,
        }
    }

    fn local_name(&self) -> &LocalName {
        &self.name
    }
}

/// The tags by their interned name: one hash of a word instead of a row of string comparisons.
static TAGS: LazyLock<FxHashMap<LocalName, Tag>> =
    LazyLock::new(|| Tag::ALL.iter().map(|tag| (LocalName::from(tag.name()), *tag)).collect());

/// Fills the arena while html5ever parses, and watches the limits.
#[derive(Debug)]
pub(super) struct Sink<'a> {
    arena: RefCell<Arena>,
    source: &'a str,
    /// Where the token stands that is being worked on.
    token: Cell<(u32, u32)>,
    /// Where the latest text stands: html5ever holds text in tables back until the next tag. Texts with no tag between
    /// them count as one.
    text: Cell<(u32, u32)>,
    in_text: Cell<bool>,
    /// Steps that html5ever has taken through its stacks.
    work: Cell<u64>,
    elements: Cell<u32>,
}

impl<'a> Sink<'a> {
    fn new(source: &'a str) -> Self {
        let mut arena = Arena::default();
        // Real pages have a node for every 30 to 60 bytes.
        arena.nodes.reserve(source.len().min(8 << 20) / 48 + 8);
        arena.add(NodeKind::Document, Tag::Other, 0, 0, 0, 0);
        Self {
            arena: RefCell::new(arena),
            source,
            token: Cell::default(),
            text: Cell::default(),
            in_text: Cell::default(),
            work: Cell::default(),
            elements: Cell::default(),
        }
    }

    fn count(&self, steps: u64) {
        self.work.set(self.work.get() + steps);
    }

    /// Adds a text node for a text that html5ever wants somewhere: the latest text, or a piece of it.
    fn text_node(&self, text: &StrTendril) -> u32 {
        let (start, end) = self.text.get();
        let source = self.source.get(start as usize..end as usize).unwrap_or_default();
        let arena = &mut *self.arena.borrow_mut();
        let offset = if source.len() == text.len() || source.ends_with(&**text) {
            Some(end - text.len() as u32)
        } else {
            source.starts_with(&**text).then_some(start)
        };
        match offset.map(|at| (at, at + text.len() as u32)) {
            Some((at, to)) if self.source.get(at as usize..to as usize) == Some(&**text) => {
                arena.add(NodeKind::Text, Tag::Other, at, to, 0, 0)
            }
            _ => {
                let from = arena.decoded.len() as u32;
                arena.decoded.push_str(text);
                let to = arena.decoded.len() as u32;
                arena.add(NodeKind::Decoded, Tag::Other, start, end, from, to)
            }
        }
    }

    fn child(&self, child: NodeOrText<Handle>) -> u32 {
        match child {
            NodeOrText::AppendNode(node) => node.id,
            NodeOrText::AppendText(text) => self.text_node(&text),
        }
    }
}

impl TreeSink for Sink<'_> {
    type Handle = Handle;
    type Output = Arena;
    type ElemName<'b>
        = &'b Handle
    where
        Self: 'b;

    fn finish(self) -> Arena {
        self.arena.into_inner()
    }

    fn parse_error(&self, _message: std::borrow::Cow<'static, str>) {}

    fn get_document(&self) -> Handle {
        Handle { id: DOCUMENT, space: Space::Other, name: local_name!("") }
    }

    fn elem_name<'b>(&'b self, target: &'b Handle) -> &'b Handle {
        self.count(1);
        target
    }

    fn create_element(&self, name: QualName, attrs: Vec<Attribute>, _flags: ElementFlags) -> Handle {
        let space = match name.ns {
            ns!(html) => Space::Html,
            ns!(svg) => Space::Svg,
            ns!(mathml) => Space::MathMl,
            _ => Space::Other,
        };
        let (kind, tag) = match (space, &name.local) {
            (Space::Html, local) => match TAGS.get(local) {
                Some(tag) => (NodeKind::Element, *tag),
                None if matches!(&**local, "xmp" | "listing" | "plaintext") => (NodeKind::Preformatted, Tag::Other),
                None => (NodeKind::Element, Tag::Other),
            },
            (Space::Svg, &local_name!("svg")) => (NodeKind::Foreign, Tag::Svg),
            (Space::MathMl, &local_name!("math")) => (NodeKind::Foreign, Tag::Math),
            (Space::MathMl, &(local_name!("annotation") | local_name!("annotation-xml"))) => {
                (NodeKind::Annotation, Tag::Other)
            }
            _ => (NodeKind::Foreign, Tag::Other),
        };
        let arena = &mut *self.arena.borrow_mut();
        arena.has_tables |= tag == Tag::Table;
        arena.has_code |= matches!(tag, Tag::Pre | Tag::Code);
        let from = arena.attrs.len() as u32;
        for attribute in attrs {
            let attr = Attr::from_name(&attribute.name.local);
            match attr {
                Attr::Itemscope => arena.has_microdata = true,
                Attr::Role => arena.has_role_tables |= &*attribute.value == "table",
                Attr::Other => match &*attribute.name.local {
                    "typeof" => arena.has_microdata = true,
                    "data-tex" | "data-latex" => arena.has_formula_attributes = true,
                    _ => {}
                },
                _ => {}
            }
            arena.attrs.push(StoredAttr { attr, name: attribute.name.local, value: attribute.value });
        }
        let to = arena.attrs.len() as u32;
        let (start, end) = self.token.get();
        self.elements.set(self.elements.get() + 1);
        Handle { id: arena.add(kind, tag, start, end, from, to), space, name: name.local }
    }

    fn is_mathml_annotation_xml_integration_point(&self, handle: &Handle) -> bool {
        let arena = self.arena.borrow();
        arena.attr_named(handle.id, "encoding").is_some_and(|encoding| {
            ["text/html", "application/xhtml+xml"].iter().any(|html| encoding.eq_ignore_ascii_case(html))
        })
    }

    fn create_comment(&self, _text: StrTendril) -> Handle {
        // No comment ever arrives here; an empty text stands for one all the same.
        let id = self.arena.borrow_mut().add(NodeKind::Text, Tag::Other, 0, 0, 0, 0);
        Handle { id, space: Space::Other, name: local_name!("") }
    }

    fn create_pi(&self, target: StrTendril, _data: StrTendril) -> Handle {
        self.create_comment(target)
    }

    fn append(&self, parent: &Handle, child: NodeOrText<Handle>) {
        let child = self.child(child);
        let arena = &mut *self.arena.borrow_mut();
        arena.detach(child);
        arena.append(parent.id, child);
    }

    fn append_based_on_parent_node(&self, element: &Handle, previous: &Handle, child: NodeOrText<Handle>) {
        let has_parent = self.arena.borrow().node(element.id).parent != NONE;
        if has_parent {
            self.append_before_sibling(element, child);
        } else {
            self.append(previous, child);
        }
    }

    fn append_doctype_to_document(&self, _name: StrTendril, _public_id: StrTendril, _system_id: StrTendril) {}

    fn get_template_contents(&self, target: &Handle) -> Handle {
        target.clone()
    }

    fn same_node(&self, x: &Handle, y: &Handle) -> bool {
        self.count(1);
        x.id == y.id
    }

    fn set_quirks_mode(&self, _mode: QuirksMode) {}

    fn append_before_sibling(&self, sibling: &Handle, child: NodeOrText<Handle>) {
        let child = self.child(child);
        let arena = &mut *self.arena.borrow_mut();
        arena.detach(child);
        arena.insert_before(sibling.id, child);
    }

    fn add_attrs_if_missing(&self, target: &Handle, attrs: Vec<Attribute>) {
        // A page may repeat <body> without end.
        const ENOUGH: usize = 256;
        let arena = &mut *self.arena.borrow_mut();
        let mut all = arena.attrs(target.id).to_vec();
        for attribute in attrs {
            if all.len() < ENOUGH && all.iter().all(|a| a.name != attribute.name.local) {
                let attr = Attr::from_name(&attribute.name.local);
                all.push(StoredAttr { attr, name: attribute.name.local, value: attribute.value });
            }
        }
        if all.len() > arena.attrs(target.id).len() {
            let from = arena.attrs.len() as u32;
            arena.attrs.append(&mut all);
            let to = arena.attrs.len() as u32;
            let node = arena.node_mut(target.id);
            (node.from, node.to) = (from, to);
        }
    }

    fn remove_from_parent(&self, target: &Handle) {
        self.arena.borrow_mut().detach(target.id);
    }

    fn reparent_children(&self, node: &Handle, new_parent: &Handle) {
        let arena = &mut *self.arena.borrow_mut();
        let mut child = arena.node(node.id).first;
        let mut steps = 0;
        while child != NONE {
            let next = arena.node(child).next;
            arena.detach(child);
            arena.append(new_parent.id, child);
            child = next;
            steps += 1;
        }
        self.count(steps);
    }

    fn allow_declarative_shadow_roots(&self, _intended_parent: &Handle) -> bool {
        false
    }
}

/// A limit that stopped the parsing of a page.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Stopped {
    pub(super) code: &'static str,
    pub(super) at: u32,
}

/// A page that was read.
#[derive(Debug)]
pub(super) struct Finished {
    pub(super) arena: Arena,
    pub(super) stopped: Option<Stopped>,
    /// Where the first element stands whose attributes were cut.
    pub(super) too_many_attributes: Option<u32>,
    /// Where the first element stands that would have swallowed the rest of the page.
    pub(super) unclosed: Option<u32>,
}

/// html5ever's tree builder over our sink, with the limits.
pub(super) struct Builder<'a> {
    inner: TreeBuilder<Handle, Sink<'a>>,
    limits: &'a Limits,
    max_work: u64,
    /// How many elements there were when the open ones were counted last.
    counted: Cell<u32>,
    stopped: Cell<Option<Stopped>>,
    too_many_attributes: Cell<Option<u32>>,
    unclosed: Cell<Option<u32>>,
}

/// Elements between two counts of the open ones: counting walks all of them.
const COUNT_EVERY: u32 = 128;

impl<'a> Builder<'a> {
    pub(super) fn new(source: &'a str, limits: &'a Limits) -> Self {
        let options = TreeBuilderOpts { scripting_enabled: false, drop_doctype: true, ..TreeBuilderOpts::default() };
        Self {
            inner: TreeBuilder::new(Sink::new(source), options),
            limits,
            // Real pages take 2 to 4 steps a byte; a page that takes a hundred is made to hurt.
            max_work: 200_000_000 + 40 * source.len() as u64,
            counted: Cell::default(),
            stopped: Cell::default(),
            too_many_attributes: Cell::default(),
            unclosed: Cell::default(),
        }
    }

    /// Ends the page.
    pub(super) fn finish(self) -> Finished {
        let _ = self.inner.process_token(Token::EOFToken, 1);
        self.inner.end();
        let (stopped, too_many_attributes) = (self.stopped.get(), self.too_many_attributes.get());
        let unclosed = self.unclosed.get();
        Finished { arena: self.inner.sink.finish(), stopped, too_many_attributes, unclosed }
    }

    /// Whether the element that was opened last is in the head. There, `<noscript>` is read as browsers that run scripts
    /// read it: its content would end the head and stand in the page as if it were shown.
    fn in_head(&self) -> bool {
        let arena = self.inner.sink.arena.borrow();
        arena
            .nodes
            .last()
            .is_some_and(|n| n.tag == Tag::Noscript && n.parent != NONE && arena.node(n.parent).tag == Tag::Head)
    }

    fn check(&self) -> Option<&'static str> {
        let sink = &self.inner.sink;
        let nodes = sink.arena.borrow().nodes.len();
        if nodes > self.limits.max_nodes as usize {
            return Some("limit.nodes");
        }
        if sink.work.get() > self.max_work {
            return Some("limit.work");
        }
        if sink.elements.get() >= self.counted.get() + COUNT_EVERY {
            self.counted.set(sink.elements.get());
            let open = OpenElements::default();
            self.inner.trace_handles(&open);
            let mut ids = open.0.into_inner();
            ids.sort_unstable();
            ids.dedup();
            if ids.len() > self.limits.max_open_elements as usize {
                return Some("limit.open-elements");
            }
        }
        None
    }
}

/// Lists what html5ever holds: open elements, and formatting elements that it will open again.
#[derive(Default)]
struct OpenElements(RefCell<Vec<u32>>);

impl Tracer for OpenElements {
    type Handle = Handle;

    fn trace_handle(&self, node: &Handle) {
        self.0.borrow_mut().push(node.id);
    }
}

impl Receiver for Builder<'_> {
    fn token(&self, token: Token, start: usize, end: usize) -> Next {
        let sink = &self.inner.sink;
        let place = (start as u32, end as u32);
        let is_text = matches!(token, Token::CharacterTokens(_));
        if is_text {
            let start = if sink.in_text.get() { sink.text.get().0 } else { place.0 };
            sink.text.set((start, place.1));
        }
        sink.in_text.set(is_text);
        // The end tag too finds the element that was opened last to be the one it closes, where that is empty.
        let is_noscript = matches!(&token, Token::TagToken(tag)
            if tag.kind == html5ever::tokenizer::TagKind::StartTag && tag.name == local_name!("noscript"));
        sink.token.set(place);
        let result = self.inner.process_token(token, 1);
        if let Some(code) = self.check() {
            self.stopped.set(Some(Stopped { code, at: place.0 }));
            return Next::Stop;
        }
        match result {
            TokenSinkResult::RawData(_) => Next::Raw,
            TokenSinkResult::Plaintext => Next::Plaintext,
            _ if is_noscript && self.in_head() => Next::Raw,
            _ => Next::Data,
        }
    }

    fn raw(&self, start: usize, end: usize) {
        if start < end {
            let arena = &mut *self.inner.sink.arena.borrow_mut();
            let parent = arena.nodes.len() as u32 - 1;
            let raw = arena.add(NodeKind::Raw, Tag::Other, start as u32, end as u32, 0, 0);
            arena.append(parent, raw);
        }
    }

    fn in_foreign_content(&self) -> bool {
        self.inner.adjusted_current_node_present_but_not_in_html_namespace()
    }

    fn unclosed(&self, at: usize) {
        if self.unclosed.get().is_none() {
            self.unclosed.set(Some(at as u32));
        }
    }

    fn too_many_attributes(&self, at: usize) {
        if self.too_many_attributes.get().is_none() {
            self.too_many_attributes.set(Some(at as u32));
        }
    }
}
