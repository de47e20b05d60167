//! Formulas, as LaTeX and once: sites write each of them two or three times, for the screen, for machines and for readers
//! who hear the page.

use std::{borrow::Cow, collections::HashMap, sync::LazyLock};

use copydesk_document::{Attr, Tag};
use serde::Deserialize;

use super::{
    arena::{Arena, NONE, NodeKind},
    display::is_part_of_page,
};

/// So many nodes of one formula are looked at.
const NODES: usize = 4_000;
/// Deeper ones are read as the text that they hold.
const DEPTH: usize = 48;
/// Longer sources of a formula are no formulas, in bytes.
const LONGEST: usize = 8_000;

/// What an element is to the formulas of a page.
pub(super) enum Found {
    /// A formula. It stands on a line of its own, or in its sentence.
    Formula { latex: String, display: bool },
    /// Another form of a formula that stands beside it.
    Again,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Data {
    functions: Vec<String>,
    with_limits: Vec<String>,
    over: HashMap<String, [String; 2]>,
    under: HashMap<String, String>,
    symbols: HashMap<String, String>,
}

static DATA: LazyLock<Data> =
    LazyLock::new(|| toml::from_str(include_str!("../../data/formulas.toml")).expect("the data file is tested"));

/// Reads an element that is a formula, or a form of one.
pub(super) fn read(arena: &Arena, source: &str, id: u32) -> Option<Found> {
    let node = arena.node(id);
    match node.tag {
        Tag::Math => return math(arena, source, id, false),
        Tag::Script => return script(arena, source, id),
        Tag::Img => return picture(arena, id),
        Tag::Span | Tag::Div | Tag::Other | Tag::Code | Tag::Figure => {}
        _ => return None,
    }
    if arena.has_formula_attributes
        && let Some(latex) = ["data-tex", "data-latex"].iter().find_map(|name| arena.attr_named(id, name))
        && !holds_more(arena, id)
    {
        return formula(latex, is_displayed(arena, id));
    }
    match (node.tag, node.kind) {
        (Tag::Other, NodeKind::Element) => match name_of(arena, source, id) {
            "math" => math(arena, source, id, false),
            "mjx-container" => typeset(arena, source, id),
            _ => None,
        },
        (Tag::Span | Tag::Div, _) => named(arena, source, id),
        _ => None,
    }
}

/// Whether an element holds more than one formula or parts of a page: its name is that of a whole text with formulas.
fn holds_more(arena: &Arena, id: u32) -> bool {
    let tags = || arena.below(id, NODES).map(|below| arena.node(below).tag);
    tags().any(is_part_of_page) || tags().filter(|tag| *tag == Tag::Math).count() > 1
}

/// Elements that scripts have typeset a formula into are known by their class.
fn named(arena: &Arena, source: &str, id: u32) -> Option<Found> {
    let class = arena.attr(id, Attr::Class)?;
    // Most classes begin with another letter.
    if !class.starts_with(['k', 'm', 'M']) {
        return None;
    }
    let has = |name: &str| class.split_ascii_whitespace().any(|word| word == name);
    let typeset_by_script = [
        "MathJax",
        "MathJax_Display",
        "MathJaxD",
        "MathJax_SVG",
        "MathJax_SVG_Display",
        "MathJax_CHTML",
        "MJXc-display",
        "mjx-chtml",
    ];
    let (katex, preview) = (has("katex-display") || has("katex") || has("mwe-math-element"), has("MathJax_Preview"));
    let by_script = typeset_by_script.iter().any(|name| has(name));
    // What is in it is looked at for few names only.
    if !(katex || preview || by_script) || holds_more(arena, id) {
        return None;
    }
    if preview {
        return followed_by_source(arena, id).then_some(Found::Again);
    }
    if by_script {
        return typeset(arena, source, id);
    }
    let display = has("katex-display") || has("mwe-math-element-block") || has("mwe-math-element-display");
    match arena.below(id, NODES).find(|below| arena.node(*below).tag == Tag::Math) {
        Some(inner) => math(arena, source, inner, display),
        None => arena
            .below(id, NODES)
            .find(|below| arena.node(*below).tag == Tag::Img)
            .and_then(|image| picture(arena, image)),
    }
}

/// What `MathJax` has made of a formula. Its source stands in a script behind it, or in `MathML` inside.
fn typeset(arena: &Arena, source: &str, id: u32) -> Option<Found> {
    if followed_by_source(arena, id) {
        return Some(Found::Again);
    }
    let display = arena.attr_named(id, "display").is_some_and(|value| value != "false")
        || arena.attr(id, Attr::Class).is_some_and(|class| class.contains("isplay"));
    let inner = arena.below(id, NODES).find(|below| arena.node(*below).tag == Tag::Math)?;
    math(arena, source, inner, display)
}

/// Whether the next sibling, white space and further forms of the formula aside, is the script that holds its source.
fn followed_by_source(arena: &Arena, id: u32) -> bool {
    let mut next = arena.node(id).next;
    for _ in 0..4 {
        if next == NONE {
            return false;
        }
        let node = arena.node(next);
        if node.tag == Tag::Script {
            return is_source(arena, next);
        }
        let form = arena.attr(next, Attr::Class).is_some_and(|class| class.starts_with("MathJax"));
        if node.kind != NodeKind::Text && !form {
            return false;
        }
        next = node.next;
    }
    false
}

fn is_source(arena: &Arena, id: u32) -> bool {
    arena.attr(id, Attr::Type).is_some_and(|kind| kind.trim_start().starts_with("math/tex"))
}

fn script(arena: &Arena, source: &str, id: u32) -> Option<Found> {
    if !is_source(arena, id) {
        return None;
    }
    let display = arena.attr(id, Attr::Type).is_some_and(|kind| kind.contains("display"));
    let raw = arena.node(id).first;
    if raw == NONE {
        return None;
    }
    let latex = arena.text(raw, source).trim().trim_start_matches("% <![CDATA[").trim_end_matches("%]]>");
    formula(latex, display)
}

/// A picture of a formula, with its source as what stands for it.
fn picture(arena: &Arena, id: u32) -> Option<Found> {
    let alt = arena.attr(id, Attr::Alt)?.trim();
    let delimited = alt.len() > 2 && alt.starts_with('$') && alt.ends_with('$');
    let class = arena.attr(id, Attr::Class).unwrap_or_default();
    let by_class = class.split_ascii_whitespace().any(|word| {
        matches!(word, "tex" | "latex" | "math" | "mathtex" | "texrender")
            || word.starts_with("mwe-math")
            || word.starts_with("ql-img")
    });
    let by_address = || {
        let src = arena.attr(id, Attr::Src).unwrap_or_default();
        let src = src.get(..src.len().min(120)).unwrap_or_default();
        ["latex.php", "/latex?", "?latex=", "latex.codecogs", "mathtex", "mimetex", "/math/render/", "/cgi-bin/tex"]
            .iter()
            .any(|name| src.contains(name))
    };
    if !delimited && !by_class && !by_address() || !delimited && is_words(alt) {
        return None;
    }
    let display =
        class.contains("display") || class.contains("-block") || alt.starts_with("$$") || alt.starts_with("\\[");
    formula(alt, display)
}

/// Whether a text reads as words and not as a formula.
fn is_words(text: &str) -> bool {
    let long = |word: &str| word.chars().count() > 3 && word.chars().all(char::is_alphabetic);
    !text.contains(['\\', '^', '_', '=', '{']) && text.split_whitespace().any(long)
}

/// Whether an element says of itself that it stands on a line of its own.
fn is_displayed(arena: &Arena, id: u32) -> bool {
    arena.attr_named(id, "display").is_some_and(|value| matches!(value, "block" | "true"))
        || arena.attr(id, Attr::Class).is_some_and(|class| class.contains("display") || class.contains("block"))
}

/// `<math>`: the source that it carries, or what its elements say.
fn math(arena: &Arena, source: &str, id: u32, display: bool) -> Option<Found> {
    let display = display || arena.attr_named(id, "display").is_some_and(|value| value == "block");
    let annotation = arena.below(id, NODES).find(|below| {
        arena.node(*below).kind == NodeKind::Annotation
            && arena
                .attr_named(*below, "encoding")
                .is_some_and(|name| matches!(name, "application/x-tex" | "LaTeX" | "TeX"))
    });
    if let Some(annotation) = annotation {
        let text: String = arena.below(annotation, NODES).map(|below| arena.text(below, source)).collect();
        if !text.trim().is_empty() {
            return formula(&text, display);
        }
    }
    if let Some(latex) = arena.attr_named(id, "alttext").filter(|text| !text.trim().is_empty() && !is_words(text)) {
        return formula(latex, display);
    }
    let is_token = |below: u32| matches!(name_of(arena, source, below), "mi" | "mn" | "mo");
    if !arena.below(id, NODES).any(is_token) {
        return None;
    }
    let mut left = NODES;
    let latex = Reader { arena, source }.row(id, 0, &mut left);
    formula(&latex, display)
}

fn formula(latex: &str, display: bool) -> Option<Found> {
    let (latex, own_line) = bare(latex.trim());
    let latex = latex.split_ascii_whitespace().collect::<Vec<_>>().join(" ");
    (!latex.is_empty() && latex.len() <= LONGEST).then_some(Found::Formula { latex, display: display || own_line })
}

/// A formula without what says only how it is set, and whether that was on a line of its own.
fn bare(mut latex: &str) -> (&str, bool) {
    let mut own_line = false;
    for (start, end, display) in [("$$", "$$", true), ("\\[", "\\]", true), ("\\(", "\\)", false), ("$", "$", false)] {
        if let Some(inner) = latex.strip_prefix(start).and_then(|rest| rest.strip_suffix(end)) {
            (latex, own_line) = (inner.trim(), display);
            break;
        }
    }
    for style in ["\\displaystyle", "\\textstyle"] {
        if let Some(inner) =
            latex.strip_prefix('{').and_then(|rest| rest.strip_prefix(style)).and_then(|rest| rest.strip_suffix('}'))
        {
            latex = inner.trim();
        } else if let Some(inner) =
            latex.strip_prefix(style).filter(|rest| !rest.starts_with(|c: char| c.is_ascii_alphabetic()))
        {
            latex = inner.trim();
        }
    }
    (latex, own_line)
}

/// The name of an element as it is written, without its prefix. The arena keeps the names of known elements only.
fn name_of<'a>(arena: &Arena, source: &'a str, id: u32) -> &'a str {
    let tag = source.get(arena.node(id).start as usize..arena.node(id).end as usize).unwrap_or_default();
    let tag = tag.strip_prefix('<').unwrap_or_default();
    let end = tag.find(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != ':').unwrap_or(tag.len());
    tag[..end].rsplit(':').next().unwrap_or_default()
}

/// Writes Presentation `MathML` as LaTeX.
struct Reader<'a> {
    arena: &'a Arena,
    source: &'a str,
}

impl Reader<'_> {
    fn children(&self, id: u32) -> Vec<u32> {
        self.arena.children(id).take(NODES).collect()
    }

    fn text(&self, id: u32) -> String {
        let text: String = self.arena.below(id, NODES).map(|below| self.arena.text(below, self.source)).collect();
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// What stands in a row, side by side.
    fn row(&self, id: u32, depth: usize, left: &mut usize) -> String {
        let children = self.children(id);
        if children.is_empty() || depth > DEPTH {
            return symbols(&self.text(id));
        }
        let mut out = String::new();
        let mut at = 0;
        while at < children.len() {
            let open = children[at];
            // A matrix, a choice of cases and a binomial stand between brackets that belong to them.
            if let Some(inner) = children.get(at + 1).copied()
                && let Some((between, skip)) = self.bracketed(open, inner, children.get(at + 2).copied(), depth, left)
            {
                join(&mut out, &between);
                at += skip;
                continue;
            }
            let piece = self.element(open, depth + 1, left);
            join(&mut out, &piece);
            at += 1;
        }
        out
    }

    fn bracketed(
        &self,
        open: u32,
        inner: u32,
        close: Option<u32>,
        depth: usize,
        left: &mut usize,
    ) -> Option<(String, usize)> {
        if name_of(self.arena, self.source, open) != "mo" {
            return None;
        }
        let inner = self.only(inner);
        let sign = self.text(open);
        let closing = close
            .filter(|id| name_of(self.arena, self.source, *id) == "mo")
            .map(|id| self.text(id))
            .unwrap_or_default();
        match name_of(self.arena, self.source, inner) {
            "mtable" => {
                let (name, skip) = match (sign.as_str(), closing.as_str()) {
                    ("(", ")") => ("pmatrix", 3),
                    ("[", "]") => ("bmatrix", 3),
                    ("|", "|") => ("vmatrix", 3),
                    ("‖", "‖") => ("Vmatrix", 3),
                    ("{", "") => {
                        ("cases", 2 + usize::from(close.is_some() && closing.is_empty() && self.is_empty(close)))
                    }
                    _ => return None,
                };
                Some((self.table(inner, name, depth + 1, left), skip))
            }
            "mfrac" if (sign.as_str(), closing.as_str()) == ("(", ")") && self.has_no_line(inner) => {
                let parts = self.children(inner);
                let [upper, lower] = parts[..] else { return None };
                let (upper, lower) = (self.element(upper, depth + 1, left), self.element(lower, depth + 1, left));
                Some((format!("\\binom{{{upper}}}{{{lower}}}"), 3))
            }
            _ => None,
        }
    }

    /// Whether an element is a bracket that is not drawn.
    fn is_empty(&self, id: Option<u32>) -> bool {
        id.is_some_and(|id| name_of(self.arena, self.source, id) == "mo" && self.text(id).is_empty())
    }

    fn has_no_line(&self, id: u32) -> bool {
        self.arena
            .attr_named(id, "linethickness")
            .is_some_and(|value| value.trim_start_matches('0').trim_end_matches("px").is_empty())
    }

    /// The element itself, or what it holds if that is one element.
    fn only(&self, id: u32) -> u32 {
        let mut id = id;
        for _ in 0..DEPTH {
            let group = matches!(name_of(self.arena, self.source, id), "mrow" | "mstyle" | "mpadded");
            match self.children(id)[..] {
                [one] if group => id = one,
                _ => break,
            }
        }
        id
    }

    fn element(&self, id: u32, depth: usize, left: &mut usize) -> String {
        *left = left.saturating_sub(1);
        if *left == 0 || depth > DEPTH {
            return symbols(&self.text(id));
        }
        let children = self.children(id);
        let part = |at: usize, left: &mut usize| {
            children.get(at).map_or_else(String::new, |child| self.element(*child, depth + 1, left))
        };
        match name_of(self.arena, self.source, id) {
            "mi" => self.identifier(id),
            "mn" => self.text(id),
            "mo" => operator(&self.text(id)),
            "mtext" | "ms" => match self.text(id) {
                text if text.is_empty() => text,
                text => format!("\\text{{{text}}}"),
            },
            "mspace" | "annotation" | "annotation-xml" | "mphantom" | "none" | "mprescripts" => String::new(),
            "semantics" => part(0, left),
            "mfrac" => format!("\\frac{{{}}}{{{}}}", part(0, left), part(1, left)),
            "msqrt" => format!("\\sqrt{{{}}}", self.row(id, depth + 1, left)),
            "mroot" => format!("\\sqrt[{1}]{{{0}}}", part(0, left), part(1, left)),
            "msub" => format!("{}_{{{}}}", grouped(part(0, left)), part(1, left)),
            "msup" => {
                let (base, over) = (grouped(part(0, left)), part(1, left));
                if over.chars().all(|c| c == '\'') { format!("{base}{over}") } else { format!("{base}^{{{over}}}") }
            }
            "msubsup" => format!("{}_{{{}}}^{{{}}}", grouped(part(0, left)), part(1, left), part(2, left)),
            "munderover" => format!("{}_{{{}}}^{{{}}}", part(0, left), part(1, left), part(2, left)),
            "munder" => match (part(0, left), self.sign(&children)) {
                (base, Some(sign)) if DATA.under.contains_key(&sign) => format!("{}{{{base}}}", DATA.under[&sign]),
                (base, _) if self.has_limits(&children) => format!("{base}_{{{}}}", part(1, left)),
                (base, _) => format!("\\underset{{{}}}{{{base}}}", part(1, left)),
            },
            "mover" => match (part(0, left), self.sign(&children)) {
                (base, Some(sign)) if DATA.over.contains_key(&sign) && !self.has_limits(&children) => {
                    let one = base.chars().count() == 1
                        || base.starts_with('\\') && base[1..].bytes().all(|b| b.is_ascii_alphabetic());
                    format!("{}{{{base}}}", DATA.over[&sign][usize::from(!one)])
                }
                (base, _) if self.has_limits(&children) => format!("{base}^{{{}}}", part(1, left)),
                (base, _) => format!("\\overset{{{}}}{{{base}}}", part(1, left)),
            },
            "mfenced" => {
                let sign = |name: &str, usual: &'static str| {
                    self.arena.attr_named(id, name).map_or(Cow::Borrowed(usual), |v| Cow::Owned(symbols(v)))
                };
                let (open, close, between) = (sign("open", "("), sign("close", ")"), sign("separators", ","));
                let between: String = between.chars().take(1).collect();
                let parts: Vec<String> = children.iter().map(|child| self.element(*child, depth + 1, left)).collect();
                format!("{open}{}{close}", parts.join(&between))
            }
            "mtable" => self.table(id, "matrix", depth, left),
            _ => self.row(id, depth + 1, left),
        }
    }

    fn table(&self, id: u32, name: &str, depth: usize, left: &mut usize) -> String {
        let rows: Vec<String> = self
            .children(id)
            .into_iter()
            .map(|row| {
                self.children(row).into_iter().map(|cell| self.row(cell, depth + 1, left)).collect::<Vec<_>>().join("&")
            })
            .collect();
        format!("\\begin{{{name}}}{}\\end{{{name}}}", rows.join("\\\\"))
    }

    fn identifier(&self, id: u32) -> String {
        let text = self.text(id);
        let variant = self.arena.attr_named(id, "mathvariant").unwrap_or_default();
        if let Some(command) = match variant {
            "double-struck" => Some("\\mathbb"),
            "bold" | "bold-italic" => Some("\\mathbf"),
            "script" => Some("\\mathcal"),
            "fraktur" => Some("\\mathfrak"),
            "sans-serif" => Some("\\mathsf"),
            "monospace" => Some("\\mathtt"),
            _ => None,
        } {
            return format!("{command}{{{}}}", symbols(&text));
        }
        operator(&text)
    }

    /// The second part of an element, if it is one sign.
    fn sign(&self, children: &[u32]) -> Option<String> {
        let sign = self.only(*children.get(1)?);
        (name_of(self.arena, self.source, sign) == "mo").then(|| self.text(sign))
    }

    fn has_limits(&self, children: &[u32]) -> bool {
        children.first().is_some_and(|base| {
            DATA.with_limits.contains(&self.text(self.only(*base)).replace(char::is_whitespace, ""))
        })
    }
}

/// A sign, or a name of several letters.
fn operator(text: &str) -> String {
    let mut chars = text.chars();
    match (chars.next(), chars.next()) {
        (None, _) => String::new(),
        (Some(one), None) => symbol(one).into_owned(),
        _ if DATA.functions.iter().any(|name| name == text) => format!("\\{text}"),
        _ if text.chars().all(char::is_alphabetic) => format!("\\mathrm{{{text}}}"),
        _ => symbols(text),
    }
}

/// What follows an element as its exponent belongs to all of it.
fn grouped(base: String) -> String {
    let plain = base.chars().count() <= 1 || base.starts_with('\\') && !base.contains([' ', '^', '_', '+', '-', '=']);
    let bracket = base.len() <= 2 && base.ends_with([')', ']', '}', '|']);
    let number = base.bytes().all(|b| b.is_ascii_digit());
    if plain || bracket || number { base } else { format!("{{{base}}}") }
}

/// One behind the other: a command and a letter must not become another command.
fn join(out: &mut String, piece: &str) {
    let command = || {
        let letters = out.bytes().rev().take_while(u8::is_ascii_alphabetic).count();
        letters > 0 && out[..out.len() - letters].ends_with('\\')
    };
    if piece.starts_with(|c: char| c.is_ascii_alphabetic()) && command() {
        out.push(' ');
    }
    out.push_str(piece);
}

fn symbols(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        join(&mut out, &symbol(c));
    }
    out
}

fn symbol(c: char) -> Cow<'static, str> {
    // Signs that are not drawn: what is applied, multiplied, listed or added.
    if ('\u{2061}'..='\u{2064}').contains(&c) || c == '\u{200b}' {
        return Cow::Borrowed("");
    }
    if c.is_ascii_alphanumeric() {
        return Cow::Owned(c.to_string());
    }
    if let Some(letter) = plain_letter(c) {
        return letter;
    }
    DATA.symbols
        .get(c.encode_utf8(&mut [0; 4]) as &str)
        .map_or_else(|| Cow::Owned(c.to_string()), |s| Cow::Owned(s.clone()))
}

/// Letters that Unicode has a second time in the styles of formulas: an italic one is a letter.
fn plain_letter(c: char) -> Option<Cow<'static, str>> {
    let at = u32::from(c);
    let letter = |first: u32| {
        let offset = at.checked_sub(first).filter(|offset| *offset < 52)?;
        char::from_u32(if offset < 26 { 0x41 + offset } else { 0x61 + offset - 26 })
    };
    if let Some(letter) = letter(0x1D434) {
        return Some(Cow::Owned(letter.to_string()));
    }
    let styled = [
        (0x1D400, "\\mathbf"),
        (0x1D468, "\\mathbf"),
        (0x1D538, "\\mathbb"),
        (0x1D49C, "\\mathcal"),
        (0x1D504, "\\mathfrak"),
    ];
    styled.iter().find_map(|(first, command)| Some(Cow::Owned(format!("{command}{{{}}}", letter(*first)?))))
}

#[cfg(test)]
mod tests {
    use copydesk_document::{Document, DocumentSource};

    use super::super::parse;
    use crate::Limits;

    fn check(html: &str, want: &str) {
        let mut doc = Document::new(DocumentSource::default(), html.to_owned());
        parse(&mut doc, &Limits::default()).expect("a page");
        let got: Vec<&str> = doc.iter().filter(|(_, block)| !block.hidden).map(|(id, _)| doc.text(id)).collect();
        assert_eq!(got.join(" / "), want, "{html}");
    }

    #[test]
    fn a_formula_is_read_once_whatever_its_forms() {
        let mathml = "<msup><mi>x</mi><mn>2</mn></msup>";
        let annotated = format!(
            "<semantics>{mathml}<annotation encoding=\"application/x-tex\">{{\\displaystyle x^{{2}}}}</annotation></semantics>"
        );
        for form in [
            format!("<math>{mathml}</math>"),
            "<math alttext=\"x^{2}\"><mi>x</mi></math>".to_owned(),
            format!("<math>{annotated}</math>"),
            format!(
                "<span class=katex><span class=katex-mathml><math>{annotated}</math></span><span class=katex-html aria-hidden=true>x2</span></span>"
            ),
            format!(
                "<span class=mwe-math-element><span style='display: none'><math>{annotated}</math></span><img alt='x^{{2}}' src=/m.svg></span>"
            ),
            "<img class=tex alt='x^{2}' src=/a.png>".to_owned(),
            "<img alt='$x^{2}$' src=img1.png>".to_owned(),
            "<img alt='x^{2}' src='https://tex.example/latex.php?latex=x'>".to_owned(),
            "<span class=MathJax_Preview>x^2</span><script type=math/tex>x^{2}</script>".to_owned(),
            format!(
                "<span class=MathJax_Preview></span><span class=MathJax><nobr>x2</nobr><span class=MJX_Assistive_MathML><math>{mathml}</math></span></span><script type=math/tex>x^{{2}}</script>"
            ),
            format!(
                "<mjx-container class=MathJax><mjx-math aria-hidden=true></mjx-math><mjx-assistive-mml><math>{mathml}</math></mjx-assistive-mml></mjx-container>"
            ),
            "<span data-tex='x^{2}'><span class=katex>x2</span></span>".to_owned(),
            "<mml:math><mml:msup><mml:mi>x</mml:mi><mml:mn>2</mml:mn></mml:msup></mml:math>".to_owned(),
        ] {
            check(&format!("<p>Here {form} is.</p>"), "Here $x^{2}$ is.");
        }
        check("<p>So <math display=block><mi>x</mi></math> and</p>", "So\n$$x$$\nand");
        check("<p>A <img class=math alt='Pupils learn sums' src=/a.jpg>photo</p>", "A photo");
        check("<p>A <img src=/latex/g.jpg alt=Gloves>photo</p>", "A photo");
        check(
            "<div class='markdown katex'><p>A text.</p><p>So <math><mi>x</mi></math>.</p></div>",
            "A text. / So $x$.",
        );
        check("<div data-latex=true><p>A text.</p></div>", "A text.");
    }

    #[test]
    fn elements_of_mathml_become_commands() {
        for (mathml, want) in [
            ("<mfrac><mi>a</mi><mrow><mi>b</mi><mo>+</mo><mn>1</mn></mrow></mfrac>", "\\frac{a}{b+1}"),
            ("<msqrt><mn>2</mn><mi>α</mi></msqrt>", "\\sqrt{2\\alpha}"),
            ("<mroot><mi>x</mi><mn>3</mn></mroot>", "\\sqrt[3]{x}"),
            (
                "<munderover><mo>∑</mo><mrow><mi>i</mi><mo>=</mo><mn>1</mn></mrow><mi>n</mi></munderover><mi>i</mi>",
                "\\sum_{i=1}^{n}i",
            ),
            ("<munder><mo>lim</mo><mrow><mi>n</mi><mo>→</mo><mi>∞</mi></mrow></munder>", "\\lim_{n\\to\\infty}"),
            (
                "<mover><mi>x</mi><mo>¯</mo></mover><mover><mrow><mi>A</mi><mi>B</mi></mrow><mo>¯</mo></mover>",
                "\\bar{x}\\overline{AB}",
            ),
            ("<mo>(</mo><mfrac linethickness=0><mi>n</mi><mi>k</mi></mfrac><mo>)</mo>", "\\binom{n}{k}"),
            (
                "<mo>(</mo><mtable><mtr><mtd><mi>a</mi></mtd><mtd><mi>b</mi></mtd></mtr></mtable><mo>)</mo>",
                "\\begin{pmatrix}a&b\\end{pmatrix}",
            ),
            ("<mi>sin</mi><mo>&ApplyFunction;</mo><mi>x</mi><mtext>if</mtext>", "\\sin x\\text{if}"),
            ("<msup><mrow><mi>a</mi><mo>+</mo><mi>b</mi></mrow><mn>2</mn></msup>", "{a+b}^{2}"),
            ("<mi>𝑥</mi><mi>𝔸</mi><mi mathvariant=bold>F</mi>", "x\\mathbb{A}\\mathbf{F}"),
        ] {
            check(&format!("<p>So <math>{mathml}</math>.</p>"), &format!("So ${want}$."));
        }
    }
}
