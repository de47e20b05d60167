//! What the element tree says about the parts of a page: sums over containers, and the names that lead to a block.
//!
//! Everything is computed in two passes over the elements, which stand in document order: sums flow up, names flow
//! down. So a page costs the same per element however deep it is nested.

use copydesk_document::{Attr, ElementId, Tag, Tree};
use rustc_hash::FxHashMap;

use crate::{
    class_words::{self, Sense, Senses},
    model::Names,
    shape::Shape,
};

/// A set of [`Part`]s.
pub(crate) type Parts = u32;

/// Elements that mean something, by tag or role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Part {
    Nav,
    Aside,
    Footer,
    Header,
    Form,
    Article,
    Main,
    Figure,
    Figcaption,
    Table,
    List,
    Quote,
    Address,
    Button,
    Link,
    Section,
    Details,
    ArticleBody,
    AriaHidden,
    Pre,
    Heading,
    Paragraph,
    Item,
    Definition,
    Label,
    Noscript,
    Dialog,
    Time,
    Cell,
    Scope,
}

impl Part {
    pub(crate) const fn bit(self) -> Parts {
        1 << self as u8
    }

    pub(crate) fn within(self, parts: Parts) -> bool {
        parts & self.bit() != 0
    }
}

/// What is known of an element.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Node {
    /// Blocks inside it.
    pub blocks: u32,
    /// The first of them.
    pub first: u32,
    /// Word equivalents inside it.
    pub words: f32,
    /// Of these, inside links.
    pub linked: f32,
    /// Of these, in blocks that read as running text.
    pub prose: f32,
    /// Blocks that are mostly link.
    pub links: u32,
    /// Sentence ends inside it.
    pub stops: u32,
    /// Headings inside it.
    pub headings: u32,
    /// Nearest ancestor with more blocks; its own index where there is none.
    pub outer: u32,
    /// What it is.
    pub part: Parts,
    /// What it stands in, itself included.
    pub parts: Parts,
    /// What its names say.
    pub sense: Senses,
    /// What its names and those it stands in say.
    pub senses: Senses,
    /// Learned weight of its names.
    pub score: f32,
    /// The lowest, the highest and the sum of these from the root to here.
    pub low: f32,
    pub high: f32,
    pub sum: f32,
    /// Hash of tag and names, alike for cards of a list.
    pub alike: u32,
    /// Elements with the same tag and names under the same parent, itself included.
    pub twins: u32,
    /// Blocks inside it that name a price.
    pub money: u32,
    /// The most twins that it or an element around it has: how long the list is that it stands in.
    pub most: u32,
    /// The words of that list.
    pub list: f32,
}

/// The elements of a page with their sums.
#[derive(Debug, Default)]
pub(crate) struct Elements {
    pub nodes: Vec<Node>,
}

/// A block as the sums need it.
pub(crate) struct Leaf<'a> {
    pub element: Option<ElementId>,
    pub shape: &'a Shape,
    pub linked: f32,
    pub heading: bool,
    pub skip: bool,
}

impl Elements {
    /// Reads a tree and its blocks, which come in document order.
    pub(crate) fn read<'a>(tree: &Tree, leaves: impl Iterator<Item = Leaf<'a>>, names: &Names) -> Self {
        let mut nodes = vec![Node { first: u32::MAX, ..Node::default() }; tree.elements().len()];
        for (index, leaf) in leaves.enumerate() {
            let Some(node) = leaf.element.and_then(|e| nodes.get_mut(e.index())) else { continue };
            if leaf.skip {
                continue;
            }
            let shape = leaf.shape;
            node.blocks += 1;
            node.first = node.first.min(index as u32);
            node.words += shape.words;
            node.linked += shape.words * leaf.linked;
            node.links += u32::from(leaf.linked > 0.6);
            node.headings += u32::from(leaf.heading);
            node.money += u32::from(shape.money > 0);
            if shape.is_prose() && leaf.linked < 0.5 {
                node.prose += shape.words;
                node.stops += shape.stops;
            }
        }
        let mut elements = Self { nodes };
        elements.sum_up(tree);
        elements.name_down(tree, names);
        elements
    }

    fn sum_up(&mut self, tree: &Tree) {
        for index in (1..self.nodes.len()).rev() {
            let node = self.nodes[index];
            if node.blocks == 0 {
                continue;
            }
            let Some(parent) = tree.elements()[index].parent else { continue };
            let up = &mut self.nodes[parent.index()];
            up.blocks += node.blocks;
            up.first = up.first.min(node.first);
            up.words += node.words;
            up.linked += node.linked;
            up.prose += node.prose;
            up.links += node.links;
            up.stops += node.stops;
            up.headings += node.headings;
            up.money += node.money;
        }
    }

    fn name_down(&mut self, tree: &Tree, names: &Names) {
        let mut known: FxHashMap<&str, Name> = FxHashMap::default();
        let mut twins: FxHashMap<(u32, u32), u32> = FxHashMap::default();
        for (index, element) in tree.elements().iter().enumerate() {
            if self.nodes[index].blocks == 0 {
                continue;
            }
            let id = ElementId(index as u32);
            let mut part = part_of(element.tag);
            let mut sense = 0;
            let mut score = 0.0;
            let mut alike = element.tag as u32;
            for (attr, value) in tree.known_attrs(id) {
                match attr {
                    Attr::Class | Attr::Id => {
                        let name = *known.entry(value).or_insert_with(|| Name::read(value, names));
                        sense |= name.senses;
                        score += name.weight;
                        if attr == Attr::Class {
                            alike ^= name.number;
                        }
                    }
                    Attr::Role => part |= part_of_role(value),
                    Attr::Itemprop if matches!(value, "articleBody" | "description" | "text" | "reviewBody") => {
                        part |= Part::ArticleBody.bit();
                    }
                    Attr::Itemscope => part |= Part::Scope.bit(),
                    Attr::AriaHidden if value == "true" => part |= Part::AriaHidden.bit(),
                    _ => {}
                }
            }
            let up = element.parent.map_or_else(Node::default, |p| self.nodes[p.index()]);
            let parent = element.parent.map_or(index, ElementId::index);
            let outer =
                if element.parent.is_none() || up.blocks > self.nodes[index].blocks { parent as u32 } else { up.outer };
            let node = &mut self.nodes[index];
            node.part = part;
            node.parts = up.parts | part;
            node.sense = sense;
            node.senses = up.senses | if matches!(element.tag, Tag::Html | Tag::Body) { 0 } else { sense };
            node.outer = outer;
            node.score = score;
            node.low = up.low.min(score);
            node.high = up.high.max(score);
            node.sum = up.sum + score;
            node.alike = alike;
            *twins.entry((parent as u32, alike)).or_default() += 1;
        }
        for (index, element) in tree.elements().iter().enumerate() {
            if self.nodes[index].blocks == 0 {
                continue;
            }
            let parent = element.parent.map_or(index, ElementId::index);
            let up = self.nodes[parent];
            let node = &mut self.nodes[index];
            node.twins = twins.get(&(parent as u32, node.alike)).copied().unwrap_or(1);
            (node.most, node.list) = (up.most, up.list);
            if node.twins > node.most {
                (node.most, node.list) = (node.twins, up.words);
            }
        }
    }
}

/// A `class` or an `id`, read once for all elements that have it.
#[derive(Clone, Copy)]
struct Name {
    senses: Senses,
    weight: f32,
    number: u32,
}

impl Name {
    fn read(value: &str, names: &Names) -> Self {
        let (senses, weight) = names.read(value);
        Self { senses, weight, number: class_words::number(value) }
    }
}

fn part_of(tag: Tag) -> Parts {
    let part = match tag {
        Tag::Nav | Tag::Menu => Part::Nav,
        Tag::Aside => Part::Aside,
        Tag::Footer => Part::Footer,
        Tag::Header => Part::Header,
        Tag::Form | Tag::Fieldset | Tag::Search => Part::Form,
        Tag::Article => Part::Article,
        Tag::Main => Part::Main,
        Tag::Figure => Part::Figure,
        Tag::Figcaption => Part::Figcaption,
        Tag::Table => Part::Table,
        Tag::Td | Tag::Th => Part::Cell,
        Tag::Ul | Tag::Ol => Part::List,
        Tag::Blockquote | Tag::Q => Part::Quote,
        Tag::Address => Part::Address,
        Tag::Button | Tag::Select | Tag::Option => Part::Button,
        Tag::A => Part::Link,
        Tag::Section => Part::Section,
        Tag::Details | Tag::Summary => Part::Details,
        Tag::Pre | Tag::Code => Part::Pre,
        Tag::H1 | Tag::H2 | Tag::H3 | Tag::H4 | Tag::H5 | Tag::H6 | Tag::Hgroup => Part::Heading,
        Tag::P => Part::Paragraph,
        Tag::Li => Part::Item,
        Tag::Dd | Tag::Dt | Tag::Dl => Part::Definition,
        Tag::Label | Tag::Legend => Part::Label,
        Tag::Noscript => Part::Noscript,
        Tag::Dialog => Part::Dialog,
        Tag::Time => Part::Time,
        _ => return 0,
    };
    part.bit()
}

fn part_of_role(role: &str) -> Parts {
    let part = match role {
        "navigation" | "menu" | "menubar" | "menuitem" | "tablist" => Part::Nav,
        "complementary" | "note" => Part::Aside,
        "contentinfo" => Part::Footer,
        "banner" => Part::Header,
        "search" | "form" => Part::Form,
        "article" => Part::Article,
        "main" => Part::Main,
        "button" => Part::Button,
        "dialog" | "alertdialog" | "alert" => Part::Dialog,
        "heading" => Part::Heading,
        _ => return 0,
    };
    part.bit()
}

impl Node {
    /// Share of its words that stand in links.
    pub(crate) fn link_density(&self) -> f32 {
        if self.words > 0.0 { self.linked / self.words } else { 0.0 }
    }

    pub(crate) fn is_in(&self, part: Part) -> bool {
        part.within(self.parts)
    }

    pub(crate) fn says(&self, sense: Sense) -> bool {
        sense.within(self.senses)
    }
}
