//! The tree construction tests of html5lib, where they stand beside the repository: `cargo xtask html5lib` prints the figure.
//!
//! Compared is what a tree here has: elements of HTML by name, others as such, the attributes that are kept, and all text.
//! Comments and document types it has not. Where a tree differs, html5ever's own parser has to differ as well, or the
//! difference has to be one that is meant.

use std::{fmt::Write as _, fs, path::Path};

use copydesk_document::Tag;
use html5ever::{
    ParseOpts, ns, parse_document,
    tendril::{StrTendril, TendrilSink},
    tree_builder::TreeBuilderOpts,
};
use markup5ever_rcdom::{Handle, NodeData, RcDom};

use super::{
    arena::{self, Arena, DOCUMENT, NONE, NodeKind},
    attributes,
    entities::{Place, decode},
    tokenize,
};
use crate::Limits;

/// A test: a page and the tree that is made of it.
struct Case {
    name: String,
    page: String,
    tree: Vec<Line>,
}

/// What stands at a depth of a tree.
type Line = (usize, String);

/// The cases of a file, without those for fragments and for browsers that run scripts.
fn cases(name: &str, file: &str) -> Vec<Case> {
    let mut cases = Vec::new();
    for (number, text) in file.strip_prefix("#data\n").unwrap_or(file).split("\n#data\n").enumerate() {
        let (page, rest) =
            text.split_once("\n#errors").or_else(|| Some(("", text.strip_prefix("#errors")?))).expect("errors");
        let (head, tree) = rest.split_once("#document\n").expect("a tree");
        if head.contains("\n#document-fragment\n") || head.contains("\n#script-on") {
            continue;
        }
        cases.push(Case { name: format!("{name} {}", number + 1), page: page.to_owned(), tree: expected(tree) });
    }
    cases
}

/// A tree as the tests print it.
fn expected(text: &str) -> Vec<Line> {
    let mut nodes: Vec<(usize, String)> = Vec::new();
    for line in text.trim_end_matches('\n').split('\n') {
        match line.strip_prefix("| ") {
            Some(node) => {
                let inner = node.trim_start_matches(' ');
                nodes.push(((node.len() - inner.len()) / 2, inner.to_owned()));
            }
            // A text or comment of several lines.
            None => {
                if let Some((_, last)) = nodes.last_mut() {
                    last.push('\n');
                    last.push_str(line);
                }
            }
        }
    }
    let mut tree = Tree::default();
    // What a template holds is its content here, too, without a node for it.
    let mut contents: Vec<usize> = Vec::new();
    for (depth, node) in nodes {
        contents.retain(|content| *content < depth);
        let at = depth - contents.len();
        if node == "content" {
            contents.push(depth);
        } else if let Some(text) = node.strip_prefix('"').and_then(|text| text.strip_suffix('"')) {
            tree.text(at, text);
        } else if node.starts_with("<!") || node.starts_with("<?") {
        } else if let Some(name) = node.strip_prefix('<').and_then(|name| name.strip_suffix('>')) {
            match name.split_once(' ') {
                Some(_) => tree.foreign(at),
                None => tree.element(at, name),
            }
        } else if let Some((name, value)) = node.split_once("=\"") {
            tree.attribute(at, &name.replace(' ', ":"), value.strip_suffix('"').unwrap_or(value));
        }
    }
    tree.lines
}

/// A tree as it is compared.
#[derive(Default)]
struct Tree {
    lines: Vec<Line>,
}

impl Tree {
    fn element(&mut self, depth: usize, name: &str) {
        let known = Tag::ALL.iter().any(|tag| tag.name() == name);
        self.lines.push((depth, if known { format!("<{name}>") } else { "<*>".into() }));
    }

    fn foreign(&mut self, depth: usize) {
        self.lines.push((depth, "<* of others>".into()));
    }

    /// Attributes stand behind their element, in the order of their names.
    fn attribute(&mut self, depth: usize, name: &str, value: &str) {
        if attributes::is_wanted(name, value) {
            // In SVG and MathML the tree builder gives some of them a namespace, and a name without it.
            let local = name.strip_prefix("xml:").unwrap_or(name);
            let line = (depth, format!("{local}={value:?}"));
            let own = |(_, line): &&Line| !line.starts_with(['<', '"']);
            let behind = self.lines.iter().rev().take_while(own).filter(|other| other.1 > line.1).count();
            self.lines.insert(self.lines.len() - behind, line);
        }
    }

    /// Texts with only a comment between them are one.
    fn text(&mut self, depth: usize, text: &str) {
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        if text.is_empty() {
            return;
        }
        match self.lines.last_mut() {
            Some((at, last)) if *at == depth && last.starts_with('"') => {
                last.push_str(&text);
            }
            _ => self.lines.push((depth, format!("\"{text}"))),
        }
    }
}

fn ours(page: &str) -> (Vec<Line>, bool) {
    let limits = Limits::default();
    let shared = StrTendril::from_slice(page);
    let builder = arena::Builder::new(page, &limits);
    tokenize::Cutter::new(&shared, &builder, limits.max_attributes as usize).run();
    let finished = builder.finish();
    let mut tree = Tree::default();
    walk(&finished.arena, page, DOCUMENT, 0, &mut tree);
    (tree.lines, finished.unclosed.is_some())
}

fn walk(arena: &Arena, page: &str, parent: u32, depth: usize, tree: &mut Tree) {
    let mut id = arena.node(parent).first;
    while id != NONE {
        let node = arena.node(id);
        match node.kind {
            NodeKind::Document => {}
            NodeKind::Text | NodeKind::Decoded => tree.text(depth, arena.text(id, page)),
            // It is kept as it stands in the source, and read only where it is wanted.
            NodeKind::Raw => {
                let text = arena.text(id, page).replace('\0', "\u{FFFD}");
                match arena.node(parent).tag {
                    Tag::Textarea => {
                        tree.text(depth, decode(text.strip_prefix('\n').unwrap_or(&text), Place::Raw).as_ref());
                    }
                    _ => tree.text(depth, &text),
                }
            }
            NodeKind::Element => tree.element(depth, if node.tag == Tag::Other { "" } else { node.tag.name() }),
            NodeKind::Preformatted => tree.element(depth, ""),
            NodeKind::Foreign | NodeKind::Annotation => tree.foreign(depth),
        }
        for attr in arena.attrs(id) {
            tree.attribute(depth + 1, &attr.name, &attr.value);
        }
        walk(arena, page, id, depth + 1, tree);
        id = arena.node(id).next;
    }
}

fn theirs(page: &str, scripting_enabled: bool) -> Vec<Line> {
    let tree_builder = TreeBuilderOpts { scripting_enabled, ..TreeBuilderOpts::default() };
    let dom = parse_document(RcDom::default(), ParseOpts { tree_builder, ..ParseOpts::default() }).one(page);
    let mut tree = Tree::default();
    walk_dom(&dom.document, 0, &mut tree);
    tree.lines
}

fn walk_dom(parent: &Handle, depth: usize, tree: &mut Tree) {
    for child in &*parent.children.borrow() {
        match &child.data {
            NodeData::Text { contents } => tree.text(depth, &contents.borrow()),
            NodeData::Element { name, attrs, template_contents, .. } => {
                if name.ns == ns!(html) {
                    tree.element(depth, &name.local);
                } else {
                    tree.foreign(depth);
                }
                for attr in &*attrs.borrow() {
                    let prefix = attr.name.prefix.as_ref().map_or_else(String::new, |prefix| format!("{prefix}:"));
                    tree.attribute(depth + 1, &format!("{prefix}{}", attr.name.local), &attr.value);
                }
                if let Some(contents) = &*template_contents.borrow() {
                    walk_dom(contents, depth + 1, tree);
                }
            }
            _ => {}
        }
        walk_dom(child, depth + 1, tree);
    }
}

fn shown(tree: &[Line]) -> String {
    tree.iter().fold(String::new(), |mut out, (depth, line)| {
        let _ = writeln!(out, "  | {}{line}", "  ".repeat(*depth));
        out
    })
}

#[test]
fn trees_are_those_of_the_specification() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/conformance/html5lib/tree-construction");
    let Ok(entries) = fs::read_dir(&folder) else {
        assert!(std::env::var_os("COPYDESK_SHARED").is_none(), "there are no tests in ../shared/conformance/html5lib");
        eprintln!("skipped: there are no tests in ../shared/conformance/html5lib");
        return;
    };
    let mut files: Vec<_> = entries.map(|entry| entry.expect("a folder can be read").path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "dat"));
    files.sort();
    let (mut all, mut agree, mut given_back, mut head, mut others, mut theirs_agree) = (0, 0, 0, 0, 0, 0);
    let mut ours_alone = Vec::new();
    for path in &files {
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        for case in cases(&name, &String::from_utf8_lossy(&fs::read(path).expect("tests"))) {
            all += 1;
            let (tree, unclosed) = ours(&case.page);
            let their_tree = theirs(&case.page, false);
            theirs_agree += usize::from(their_tree == case.tree);
            if tree == case.tree {
                agree += 1;
            } else if unclosed {
                given_back += 1;
            } else if case.page.contains("<noscript") && tree == theirs(&case.page, true) {
                head += 1;
            } else if their_tree != case.tree {
                others += 1;
            } else {
                println!("{} differs: {:?}\n{}instead of\n{}", case.name, case.page, shown(&tree), shown(&case.tree));
                ours_alone.push(case.name);
            }
        }
    }
    println!(
        "{agree} of {all} agree. Of the others, {head} read a <noscript> in the head as browsers do that run scripts, \
         {given_back} give back text that browsers hide, {others} are differences of html5ever too, which agrees with \
         {theirs_agree}; {} are ours",
        ours_alone.len()
    );
    assert!(all > 1000 && ours_alone.is_empty(), "{ours_alone:?} differ");
}
