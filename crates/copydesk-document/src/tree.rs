//! The element tree of an HTML document, flat, in document order.

use std::ops::Range;

use crate::Span;

macro_rules! names {
    ($(#[$meta:meta])* $name:ident { $($(#[$vmeta:meta])* $variant:ident = $text:literal),* $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum $name {
            $(#[doc = concat!("`", $text, "`")] $variant,)*
            /// Any other name.
            Other,
        }

        impl $name {
            /// Every known name.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// Reads a lower-case name.
            pub fn from_name(name: &str) -> Self {
                match name {
                    $($text => Self::$variant,)*
                    _ => Self::Other,
                }
            }

            /// The name as written in HTML; empty for [`Self::Other`].
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)*
                    Self::Other => "",
                }
            }
        }
    };
}

names! {
    /// The name of an element.
    Tag {
        A = "a",
        Abbr = "abbr",
        Address = "address",
        AmpImg = "amp-img",
        Applet = "applet",
        Area = "area",
        Article = "article",
        Aside = "aside",
        Audio = "audio",
        B = "b",
        Base = "base",
        Bdi = "bdi",
        Bdo = "bdo",
        Big = "big",
        Blockquote = "blockquote",
        Body = "body",
        Br = "br",
        Button = "button",
        Canvas = "canvas",
        Caption = "caption",
        Center = "center",
        Cite = "cite",
        Code = "code",
        Col = "col",
        Colgroup = "colgroup",
        Data = "data",
        Datalist = "datalist",
        Dd = "dd",
        Del = "del",
        Details = "details",
        Dfn = "dfn",
        Dialog = "dialog",
        Dir = "dir",
        Div = "div",
        Dl = "dl",
        Dt = "dt",
        Em = "em",
        Embed = "embed",
        Fieldset = "fieldset",
        Figcaption = "figcaption",
        Figure = "figure",
        Font = "font",
        Footer = "footer",
        Form = "form",
        Frame = "frame",
        Frameset = "frameset",
        H1 = "h1",
        H2 = "h2",
        H3 = "h3",
        H4 = "h4",
        H5 = "h5",
        H6 = "h6",
        Head = "head",
        Header = "header",
        Hgroup = "hgroup",
        Hr = "hr",
        Html = "html",
        I = "i",
        Iframe = "iframe",
        Img = "img",
        Input = "input",
        Ins = "ins",
        Kbd = "kbd",
        Label = "label",
        Legend = "legend",
        Li = "li",
        Link = "link",
        Main = "main",
        Map = "map",
        Mark = "mark",
        Marquee = "marquee",
        Math = "math",
        Menu = "menu",
        Meta = "meta",
        Meter = "meter",
        Nav = "nav",
        Nobr = "nobr",
        Noframes = "noframes",
        Noscript = "noscript",
        Object = "object",
        Ol = "ol",
        Optgroup = "optgroup",
        Option = "option",
        Output = "output",
        P = "p",
        Param = "param",
        Picture = "picture",
        Pre = "pre",
        Progress = "progress",
        Q = "q",
        Rp = "rp",
        Rt = "rt",
        Ruby = "ruby",
        S = "s",
        Samp = "samp",
        Script = "script",
        Search = "search",
        Section = "section",
        Select = "select",
        Slot = "slot",
        Small = "small",
        Source = "source",
        Span = "span",
        Strike = "strike",
        Strong = "strong",
        Style = "style",
        Sub = "sub",
        Summary = "summary",
        Sup = "sup",
        Svg = "svg",
        Table = "table",
        Tbody = "tbody",
        Td = "td",
        Template = "template",
        Textarea = "textarea",
        Tfoot = "tfoot",
        Th = "th",
        Thead = "thead",
        Time = "time",
        Title = "title",
        Tr = "tr",
        Track = "track",
        Tt = "tt",
        U = "u",
        Ul = "ul",
        Var = "var",
        Video = "video",
        Wbr = "wbr",
    }
}

names! {
    /// The name of an attribute that stages ask for most. Others are found by [`Tree::attr_named`].
    Attr {
        Alt = "alt",
        AriaHidden = "aria-hidden",
        AriaLabel = "aria-label",
        Charset = "charset",
        Class = "class",
        Content = "content",
        DataSrc = "data-src",
        DataSrcset = "data-srcset",
        Datetime = "datetime",
        Height = "height",
        Hidden = "hidden",
        Href = "href",
        Hreflang = "hreflang",
        HttpEquiv = "http-equiv",
        Id = "id",
        Itemid = "itemid",
        Itemprop = "itemprop",
        Itemscope = "itemscope",
        Itemtype = "itemtype",
        Lang = "lang",
        Name = "name",
        Poster = "poster",
        Property = "property",
        Rel = "rel",
        Role = "role",
        Src = "src",
        Srcset = "srcset",
        Style = "style",
        Target = "target",
        Title = "title",
        Type = "type",
        Width = "width",
    }
}

/// Index of an element in its [`Tree`], in document order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ElementId(pub u32);

impl ElementId {
    /// As an index.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// An element. Its descendants are the elements after it, up to [`Element::end`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Element {
    /// Its name.
    pub tag: Tag,
    /// How deep it stands; the root has 0.
    pub depth: u16,
    /// Its parent; `None` for the root.
    pub parent: Option<ElementId>,
    /// One past its last descendant.
    pub end: ElementId,
    /// Where it stands: from its start tag to the end of what is known of it.
    pub span: Span,
    attrs: Range<u32>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct StoredAttr {
    attr: Attr,
    name: Range<u32>,
    value: Range<u32>,
}

/// The elements of an HTML document, in document order. Text lives in the blocks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tree {
    elements: Vec<Element>,
    attrs: Vec<StoredAttr>,
    strings: String,
}

impl Tree {
    /// A tree with room for so many elements.
    pub fn with_capacity(elements: usize) -> Self {
        Self { elements: Vec::with_capacity(elements), attrs: Vec::new(), strings: String::new() }
    }

    /// Opens an element under a parent that is already there; elements must come in document order. Close it with
    /// [`Self::close`] when all its descendants are in.
    pub fn open(&mut self, tag: Tag, parent: Option<ElementId>, span: Span) -> ElementId {
        let id = ElementId(self.elements.len() as u32);
        let depth = parent.map_or(0, |p| self.elements[p.index()].depth.saturating_add(1));
        let attrs = self.attrs.len() as u32..self.attrs.len() as u32;
        self.elements.push(Element { tag, depth, parent, end: ElementId(id.0 + 1), span, attrs });
        id
    }

    /// Adds an attribute to the element that was opened last.
    pub fn push_attr(&mut self, name: &str, value: &str) {
        let attr = Attr::from_name(name);
        let at = self.strings.len() as u32;
        if attr == Attr::Other {
            self.strings.push_str(name);
        }
        let name = at..self.strings.len() as u32;
        let at = self.strings.len() as u32;
        self.strings.push_str(value);
        self.attrs.push(StoredAttr { attr, name, value: at..self.strings.len() as u32 });
        if let Some(last) = self.elements.last_mut() {
            last.attrs.end = self.attrs.len() as u32;
        }
    }

    /// Gives attributes other values, for a redaction.
    pub(crate) fn change_values(&mut self, mut change: impl FnMut(Span, &str) -> Option<String>) {
        let elements = self.elements.iter().flat_map(|element| element.attrs.clone().map(|at| (element.span, at)));
        for (span, at) in elements {
            let attr = &mut self.attrs[at as usize];
            let range = attr.value.start as usize..attr.value.end as usize;
            let Some(new) = change(span, &self.strings[range.clone()]) else { continue };
            // What stood there goes for good; what is longer stands at the end.
            self.strings.replace_range(range.clone(), &"*".repeat(range.len()));
            let at = self.strings.len() as u32;
            self.strings.push_str(&new);
            attr.value = at..self.strings.len() as u32;
        }
    }

    /// Closes an element: everything added since it was opened is inside it.
    pub fn close(&mut self, id: ElementId) {
        self.elements[id.index()].end = ElementId(self.elements.len() as u32);
    }

    /// Widens the span of an element up to `end`, once more is known of it.
    pub fn extend(&mut self, id: ElementId, end: usize) {
        let span = &mut self.elements[id.index()].span;
        *span = span.union(Span::new(span.start as usize, end));
    }

    /// All elements, in document order.
    pub fn elements(&self) -> &[Element] {
        &self.elements
    }

    /// All ids, in document order.
    pub fn ids(&self) -> impl DoubleEndedIterator<Item = ElementId> + use<> {
        (0..self.elements.len() as u32).map(ElementId)
    }

    /// One element.
    pub fn get(&self, id: ElementId) -> &Element {
        &self.elements[id.index()]
    }

    /// The tag of an element.
    pub fn tag(&self, id: ElementId) -> Tag {
        self.elements[id.index()].tag
    }

    /// The value of an attribute. Absent is `None`; present without a value is `Some("")`.
    pub fn attr(&self, id: ElementId, attr: Attr) -> Option<&str> {
        self.stored(id).iter().find(|a| a.attr == attr).map(|a| self.string(&a.value))
    }

    /// The value of an attribute by its lower-case name, known to [`Attr`] or not.
    pub fn attr_named(&self, id: ElementId, name: &str) -> Option<&str> {
        match Attr::from_name(name) {
            Attr::Other => self
                .stored(id)
                .iter()
                .find(|a| a.attr == Attr::Other && self.string(&a.name) == name)
                .map(|a| self.string(&a.value)),
            known => self.attr(id, known),
        }
    }

    /// All attributes of an element: name and value.
    pub fn attrs(&self, id: ElementId) -> impl Iterator<Item = (&str, &str)> {
        self.stored(id).iter().map(|a| {
            let name = if a.attr == Attr::Other { self.string(&a.name) } else { a.attr.name() };
            (name, self.string(&a.value))
        })
    }

    /// The attributes of an element that have a name of their own in [`Attr`].
    pub fn known_attrs(&self, id: ElementId) -> impl Iterator<Item = (Attr, &str)> {
        let known = self.stored(id).iter().filter(|a| a.attr != Attr::Other);
        known.map(|a| (a.attr, self.string(&a.value)))
    }

    /// The element and its ancestors, innermost first.
    pub fn ancestors(&self, id: ElementId) -> impl Iterator<Item = ElementId> {
        std::iter::successors(Some(id), |id| self.get(*id).parent)
    }

    /// The children of an element, in order.
    pub fn children(&self, id: ElementId) -> impl Iterator<Item = ElementId> {
        let end = self.get(id).end.0;
        let first = Some(id.0 + 1).filter(|n| *n < end);
        std::iter::successors(first, move |n| Some(self.elements[*n as usize].end.0).filter(|n| *n < end))
            .map(ElementId)
    }

    /// The descendants of an element, in document order, itself left out.
    pub fn descendants(&self, id: ElementId) -> impl Iterator<Item = ElementId> + use<> {
        (id.0 + 1..self.get(id).end.0).map(ElementId)
    }

    /// Whether `inner` is `outer` or stands inside it.
    pub fn contains(&self, outer: ElementId, inner: ElementId) -> bool {
        outer <= inner && inner < self.get(outer).end
    }

    fn stored(&self, id: ElementId) -> &[StoredAttr] {
        let range = &self.elements[id.index()].attrs;
        &self.attrs[range.start as usize..range.end as usize]
    }

    fn string(&self, range: &Range<u32>) -> &str {
        &self.strings[range.start as usize..range.end as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn walks_down_up_and_across() {
        let mut tree = Tree::default();
        let html = tree.open(Tag::Html, None, Span::default());
        let body = tree.open(Tag::Body, Some(html), Span::default());
        let nav = tree.open(Tag::Nav, Some(body), Span::default());
        let link = tree.open(Tag::A, Some(nav), Span::default());
        tree.push_attr("href", "/start");
        tree.push_attr("data-track", "1");
        tree.close(link);
        tree.close(nav);
        let main = tree.open(Tag::Main, Some(body), Span::default());
        tree.close(main);
        tree.close(body);
        tree.close(html);
        assert_eq!(tree.children(body).collect::<Vec<_>>(), [nav, main]);
        assert_eq!(tree.descendants(html).count(), 4);
        assert_eq!(tree.ancestors(link).collect::<Vec<_>>(), [link, nav, body, html]);
        assert_eq!(tree.attr(link, Attr::Href), Some("/start"));
        assert_eq!(tree.attr_named(link, "data-track"), Some("1"));
        assert_eq!(tree.attr_named(link, "data-other"), None);
        assert_eq!(tree.attrs(link).collect::<Vec<_>>(), [("href", "/start"), ("data-track", "1")]);
        assert!(tree.contains(nav, link) && !tree.contains(nav, main) && !tree.contains(link, nav));
        assert_eq!(tree.get(link).depth, 3);
    }

    #[test]
    fn every_name_reads_back() {
        assert!(Tag::ALL.iter().all(|t| Tag::from_name(t.name()) == *t));
        assert!(Attr::ALL.iter().all(|a| Attr::from_name(a.name()) == *a));
        assert_eq!(Tag::from_name("blink"), Tag::Other);
    }
}
