//! What kind of page this is: a story, a thread, a list, a shop's page, a manual's.
//!
//! What is text on a thread is a reader's comment on an article, and a list of links is what a list is for. So the kind of
//! the page is told first, from the page as a whole: by one forest for each kind that is learned, and by what the page says
//! of itself for kinds of which there are too few pages to learn from.

use std::sync::{LazyLock, OnceLock};

use copydesk_document::{Attr, BlockId, BlockKind, Document, ElementId, PageType, Tag};
use copydesk_lexicon::PageLabelKind as Label;
use rustc_hash::{FxHashMap, FxHashSet};
use serde::Deserialize;

use crate::{
    class_words::{for_each_word, number},
    elements::{Node, Part},
    features::{self, Frame, Sink},
    model::{Bytes, Forest, ModelError, Table},
    page::Page,
};

/// The kinds that the forests tell apart, in the order of the forests.
pub const LEARNED: [PageType; 7] = [
    PageType::Article,
    PageType::Thread,
    PageType::Listing,
    PageType::Collection,
    PageType::Product,
    PageType::Service,
    PageType::Documentation,
];

/// How likely a page is of each kind of [`LEARNED`]; together 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Likely(pub [f32; LEARNED.len()]);

impl Likely {
    /// What the forests say, each of its own kind, brought to a sum of 1.
    pub fn of(answers: [f32; LEARNED.len()]) -> Self {
        let odds = answers.map(|p| {
            let p = p.clamp(1e-4, 1.0 - 1e-4);
            p / (1.0 - p)
        });
        let sum: f32 = odds.iter().sum();
        Self(odds.map(|odds| odds / sum))
    }

    /// How likely the page is of this kind.
    pub fn is(&self, kind: PageType) -> f32 {
        LEARNED.iter().zip(self.0).find(|(learned, _)| **learned == kind).map_or(0.0, |(_, p)| p)
    }

    /// The likeliest kind.
    pub fn best(&self) -> (PageType, f32) {
        let mut best = (PageType::Article, f32::NEG_INFINITY);
        for (kind, p) in LEARNED.into_iter().zip(self.0) {
            if p > best.1 {
                best = (kind, p);
            }
        }
        best
    }
}

impl Default for Likely {
    /// Nobody knows.
    fn default() -> Self {
        Self([1.0 / LEARNED.len() as f32; LEARNED.len()])
    }
}

/// One forest for each kind.
#[derive(Clone, Debug, PartialEq)]
pub struct Kinds {
    /// In the order of [`LEARNED`].
    pub forests: Vec<Forest>,
    /// What they were trained on, in words.
    pub trained_on: String,
}

const MAGIC: &[u8; 4] = b"CDK1";
const EMBEDDED: &[u8] = include_bytes!("../model/kind.bin");

impl Kinds {
    /// The forests as bytes, bound to the columns of this program.
    pub fn write(&self) -> Vec<u8> {
        let mut out = MAGIC.to_vec();
        out.extend(digest().to_le_bytes());
        out.extend((self.trained_on.len() as u32).to_le_bytes());
        out.extend(self.trained_on.bytes());
        for forest in &self.forests {
            forest.write(&mut out);
        }
        out
    }

    /// Reads what [`Self::write`] wrote in a program with the same columns.
    pub fn read(bytes: &[u8]) -> Result<Self, ModelError> {
        let mut from = Bytes(bytes);
        let mut head = || Some((from.take::<4>()?, u64::from_le_bytes(from.take::<8>()?), from.text()?));
        let Some((magic, columns, trained_on)) = head() else { return Err(ModelError::Malformed) };
        if magic != *MAGIC {
            return Err(ModelError::Malformed);
        }
        if columns != digest() {
            return Err(ModelError::OtherColumns { trained_on });
        }
        let forests: Option<Vec<Forest>> = LEARNED.iter().map(|_| Forest::read(&mut from)).collect();
        match forests {
            Some(forests) if from.0.is_empty() => Ok(Self { forests, trained_on }),
            _ => Err(ModelError::Malformed),
        }
    }

    /// How likely a page is of each kind. A text without elements is not asked about.
    pub(crate) fn judge(&self, page: &Page<'_>, frame: &Frame) -> Likely {
        let table = table(page, frame);
        let mut answers = [0.0; LEARNED.len()];
        for (answer, forest) in answers.iter_mut().zip(&self.forests) {
            *answer = forest.predict_row(&table, 0);
        }
        if !hints_at_a_thread(&table) {
            // A short page without links looks like few things that the forests have seen.
            answers[1] = answers[1].min(NOT_HINTED);
        }
        Likely::of(answers)
    }

    /// Whether the embedded forests are for the columns of this program.
    pub(crate) fn check_embedded() -> Result<(), String> {
        Self::read(EMBEDDED).map(|_| ()).map_err(|error| format!("model/kind.bin {error}"))
    }

    /// The embedded forests.
    pub(crate) fn embedded() -> &'static Self {
        static READ: LazyLock<Kinds> = LazyLock::new(|| {
            Kinds::read(EMBEDDED)
                .unwrap_or_else(|error| unreachable!("an embedded model {error}; the build of the stage looks first"))
        });
        &READ
    }
}

/// The names of the columns.
pub fn columns() -> Vec<&'static str> {
    struct Titles(Vec<&'static str>);
    impl Sink for Titles {
        fn put(&mut self, name: &'static str, _: f32) {
            self.0.push(name);
        }
    }
    let doc = Document::default();
    let page = Page::read(&doc, &crate::model::Names::default());
    let mut titles = Titles(Vec::new());
    describe(&page, &Frame::read(&page), &mut titles);
    titles.0
}

/// A thread has something of these: names, links, lines or words of its address.
const THREAD_HINTS: [&str; 12] = [
    "names thread",
    "title thread",
    "maker thread",
    "host thread",
    "url forum",
    "page forum",
    "items post",
    "items question",
    "lines reply",
    "lines poster",
    "links to threads",
    "links members",
];
/// How likely a page without any of them is a thread at most.
const NOT_HINTED: f32 = 0.02;

fn hints_at_a_thread(table: &Table) -> bool {
    static HINTS: LazyLock<Vec<usize>> = LazyLock::new(|| {
        columns().iter().enumerate().filter(|(_, name)| THREAD_HINTS.contains(name)).map(|(at, _)| at).collect()
    });
    HINTS.iter().any(|column| table.column(*column).next().is_some_and(|value| value > 0.0))
}

fn digest() -> u64 {
    static DIGEST: OnceLock<u64> = OnceLock::new();
    *DIGEST.get_or_init(|| crate::judge::digest(columns().into_iter()))
}

/// The one row of numbers of a page.
pub(crate) fn table(page: &Page<'_>, frame: &Frame) -> Table {
    struct Row(Vec<f32>);
    impl Sink for Row {
        fn put(&mut self, _: &'static str, value: f32) {
            self.0.push(value);
        }
    }
    let mut row = Row(Vec::with_capacity(160));
    describe(page, frame, &mut row);
    let mut table = Table::new(1, row.0.len());
    for (column, value) in row.0.into_iter().enumerate() {
        table.set(0, column, value);
    }
    table
}

/// Words of `data/page-words.toml`, by their numbers: a bit for each list.
struct Words {
    lists: FxHashMap<u32, u16>,
    letters: Vec<String>,
    poster_lines: Vec<String>,
}

/// The lists that are asked about names, titles and hosts.
const LISTS: usize = 6;
/// The bits of the lists that are asked about the addresses of links.
const TO_THREADS: u16 = 1 << LISTS;
const TO_MEMBERS: u16 = 1 << (LISTS + 1);
const TO_POSTS: u16 = 1 << (LISTS + 2);
/// No phrase of `poster_lines` has more characters.
const LONGEST_POSTER_LINE: usize = 32;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Lists {
    thread: Vec<String>,
    shop: Vec<String>,
    list: Vec<String>,
    manual: Vec<String>,
    offer: Vec<String>,
    story: Vec<String>,
    /// What addresses of threads, of people and of posts have in them.
    to_threads: Vec<String>,
    to_members: Vec<String>,
    to_posts: Vec<String>,
    /// What titles of pages with letters have in them.
    letters: Vec<String>,
    /// Lines about those who post.
    poster_lines: Vec<String>,
}

impl Words {
    fn builtin() -> &'static Self {
        static READ: LazyLock<Words> = LazyLock::new(|| {
            let lists: Lists = toml::from_str(include_str!("../data/page-words.toml"))
                .unwrap_or_else(|e| unreachable!("the built-in list is tested to be sound: {e}"));
            let (letters, poster_lines) = (lists.letters, lists.poster_lines);
            let names = [lists.thread, lists.shop, lists.list, lists.manual, lists.offer, lists.story];
            let lists = names.into_iter().chain([lists.to_threads, lists.to_members, lists.to_posts]);
            let mut words: FxHashMap<u32, u16> = FxHashMap::default();
            for (bit, list) in lists.enumerate() {
                for word in list {
                    *words.entry(number(&word)).or_default() |= 1 << bit;
                }
            }
            Words { lists: words, letters, poster_lines }
        });
        &READ
    }

    fn read(&self, names: &str) -> u16 {
        let mut found = 0;
        for_each_word(names, |word| found |= self.lists.get(&word).copied().unwrap_or_default());
        found
    }
}

/// Which lists a text has words of.
fn said(found: u16) -> [f32; LISTS] {
    std::array::from_fn(|bit| f32::from(found >> bit & 1))
}

fn describe(page: &Page<'_>, frame: &Frame, sink: &mut impl Sink) {
    features::whole(page, frame, sink);
    named(page, sink);
    said_of_itself(page, sink);
    posts(page, sink);
    lines(page, sink);
    links(page, sink);
    stamps(page, sink);
}

// Names of the columns for each list of words.
const SHARES: [&str; LISTS] =
    ["named thread", "named shop", "named list", "named manual", "named offer", "named story"];
const COUNTS: [&str; LISTS] =
    ["names thread", "names shop", "names list", "names manual", "names offer", "names story"];
const TITLE: [&str; LISTS] = ["title thread", "title shop", "title list", "title manual", "title offer", "title story"];
const MAKER: [&str; LISTS] = ["maker thread", "maker shop", "maker list", "maker manual", "maker offer", "maker story"];
const HOST: [&str; LISTS] = ["host thread", "host shop", "host list", "host manual", "host offer", "host story"];

/// Types of structured data that are counted.
const TYPES: [(&str, &[&str]); 9] = [
    ("items product", &["Product", "ProductGroup"]),
    ("items article", &["Article", "NewsArticle", "BlogPosting"]),
    ("items question", &["Question", "QAPage"]),
    ("items post", &["DiscussionForumPosting", "Comment", "Answer"]),
    ("items list", &["ItemList", "CollectionPage", "ListItem"]),
    ("items firm", &["Organization", "LocalBusiness", "Service"]),
    ("items software", &["SoftwareApplication", "TechArticle", "APIReference"]),
    ("items crumbs", &["BreadcrumbList"]),
    ("items person", &["Person", "ProfilePage"]),
];

/// How many elements have names of each list.
fn named(page: &Page<'_>, sink: &mut impl Sink) {
    let mut counts = [0.0f32; LISTS];
    let mut distinct = [0.0f32; LISTS];
    let mut all = 0.0f32;
    if let (Some(elements), Some(tree)) = (&page.elements, &page.doc.tree) {
        let mut known: FxHashMap<&str, u16> = FxHashMap::default();
        for (index, node) in elements.nodes.iter().enumerate() {
            if node.blocks == 0 {
                continue;
            }
            all += 1.0;
            let mut found = 0;
            for (attr, value) in tree.known_attrs(ElementId(index as u32)) {
                if matches!(attr, Attr::Class | Attr::Id) {
                    found |= *known.entry(value).or_insert_with(|| {
                        let found = Words::builtin().read(value);
                        for (count, said) in distinct.iter_mut().zip(said(found)) {
                            *count += said;
                        }
                        found
                    });
                }
            }
            for (count, said) in counts.iter_mut().zip(said(found)) {
                *count += said;
            }
        }
    }
    for (name, count) in SHARES.iter().zip(counts) {
        sink.put(name, count / all.max(1.0));
    }
    for (name, count) in COUNTS.iter().zip(distinct) {
        sink.put(name, count);
    }
}

/// What title, generator, host and structured data say.
fn said_of_itself(page: &Page<'_>, sink: &mut impl Sink) {
    let words = Words::builtin();
    let (mut title, mut maker, mut host) = (0, 0, 0);
    let read_host = |url: &str| {
        let rest = url.split_once("://").map_or("", |(_, rest)| rest);
        words.read(rest.split('/').next().unwrap_or_default())
    };
    if let Some(url) = &page.doc.source.url {
        host |= read_host(url);
    }
    for clue in &page.doc.evidence.clues {
        match clue.name.as_str() {
            "title" | "og:title" => title |= words.read(&clue.value),
            "generator" | "og:site_name" | "application-name" => maker |= words.read(&clue.value),
            "canonical" | "og:url" => host |= read_host(&clue.value),
            _ => {}
        }
    }
    for (names, found) in [(TITLE, title), (MAKER, maker), (HOST, host)] {
        for (name, said) in names.into_iter().zip(said(found)) {
            sink.put(name, said);
        }
    }
    let items = &page.doc.evidence.items;
    for (name, types) in TYPES {
        let count = items.iter().filter(|item| item.types.iter().any(|t| types.contains(&t.as_str()))).count();
        sink.put(name, count as f32);
    }
}

/// Elements that look alike and hold running text each.
#[derive(Default, Clone, Copy)]
struct Run {
    count: f32,
    prose: f32,
    words: f32,
    linked: f32,
    headings: f32,
    money: f32,
    first: u32,
    marked: f32,
}

impl Run {
    fn add(&mut self, node: &Node, is_marked: bool) {
        self.count += 1.0;
        self.prose += node.prose;
        self.words += node.words;
        self.linked += node.linked;
        self.headings += node.headings as f32;
        self.money += node.money as f32;
        self.marked += f32::from(u8::from(is_marked));
    }

    /// The run with the most running text among those of so many elements.
    fn best<K: Ord>(runs: FxHashMap<K, Self>, least: f32) -> Self {
        let mut best = Self::default();
        let mut sorted: Vec<_> = runs.into_iter().collect();
        sorted.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        for (_, run) in sorted {
            if run.count >= least && run.prose > best.prose {
                best = run;
            }
        }
        best
    }
}

/// The largest run of elements that look alike and hold running text each: posts, cards, chapters. Once of those that stand
/// side by side, once of those that stand anywhere: posts that answer each other are nested.
fn posts(page: &Page<'_>, sink: &mut impl Sink) {
    let mut runs: FxHashMap<(u32, u32), Run> = FxHashMap::default();
    let mut anywhere: FxHashMap<u32, Run> = FxHashMap::default();
    if let (Some(elements), Some(tree)) = (&page.elements, &page.doc.tree) {
        for (index, node) in elements.nodes.iter().enumerate() {
            let one_line = Part::Item.within(node.part) && node.blocks < 2;
            if node.prose < POST || Part::Paragraph.within(node.part) || one_line {
                continue;
            }
            let element = &tree.elements()[index];
            let parent = element.parent.map_or(0, |parent| parent.0);
            // `post odd` and `post even` are alike, and so are `post-12` and `post-13`.
            let mut name = element.tag as u32;
            let mut first = true;
            for_each_word(tree.attr(ElementId(index as u32), Attr::Class).unwrap_or_default(), |word| {
                if std::mem::take(&mut first) {
                    name ^= word;
                }
            });
            let end = (node.first + node.blocks) as usize;
            let dated = |i: usize| page.lines.get(i).is_some_and(|line| line.date || line.byline);
            let is_marked = (node.first as usize..end).take(12).any(dated);
            let new = Run { first: node.first, ..Run::default() };
            runs.entry((parent, name)).or_insert(new).add(node, is_marked);
            if !first {
                anywhere.entry(name).or_insert(new).add(node, is_marked);
            }
        }
    }
    let best = Run::best(runs, 2.0);
    let prose = page.prose_before[page.len()].max(1.0);
    sink.put("posts", best.count);
    sink.put("posts prose", best.prose / prose);
    sink.put("posts length", best.prose / best.count.max(1.0));
    sink.put("posts linked", best.linked / best.words.max(1.0));
    sink.put("posts headings", best.headings / best.count.max(1.0));
    sink.put("posts money", best.money / best.count.max(1.0));
    sink.put("posts dated", best.marked / best.count.max(1.0));
    let first = (best.first as usize).min(page.len());
    sink.put("posts above", page.prose_before[first] / prose);
    let best = Run::best(anywhere, 3.0);
    sink.put("alike", best.count);
    sink.put("alike prose", (best.prose / prose).min(1.0));
    sink.put("alike length", best.prose / best.count.max(1.0));
    sink.put("alike linked", best.linked / best.words.max(1.0));
    sink.put("alike headings", best.headings / best.count.max(1.0));
    sink.put("alike dated", best.marked / best.count.max(1.0));
    sink.put("alike above", page.prose_before[(best.first as usize).min(page.len())] / prose);
}

/// Where the links of the page lead to: other threads, the people who write here, single posts.
fn links(page: &Page<'_>, sink: &mut impl Sink) {
    let (mut all, mut threads, mut posts, mut anchors) = (0.0f32, 0.0f32, 0.0f32, 0.0f32);
    let mut members: FxHashSet<&str> = FxHashSet::default();
    if let Some(tree) = &page.doc.tree {
        let words = Words::builtin();
        for id in tree.ids().filter(|id| tree.tag(*id) == Tag::A) {
            let Some(href) = tree.attr(id, Attr::Href) else { continue };
            let path =
                href.split_once("://").map_or(href, |(_, rest)| rest.split_once('/').map_or("", |(_, path)| path));
            all += 1.0;
            let found = words.read(path);
            threads += f32::from(u8::from(found & TO_THREADS != 0));
            posts += f32::from(u8::from(found & TO_POSTS != 0));
            if found & TO_MEMBERS != 0 {
                members.insert(path);
            }
            let numbered = |(_, name): (&str, &str)| {
                let number = name.trim_start_matches(|c: char| c.is_ascii_alphabetic() || matches!(c, '-' | '_'));
                name.starts_with(['p', 'P']) && !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit())
            };
            anchors += f32::from(u8::from(path.split_once('#').is_some_and(numbered)));
        }
    }
    sink.put("links threads", threads / all.max(1.0));
    sink.put("links to threads", threads);
    sink.put("links members", members.len() as f32);
    sink.put("links posts", posts);
    sink.put("links anchors", anchors);
}

/// Short lines with a year or a time of day, and how far they are spread over the running text: a story has them at its
/// head, a thread at each post.
fn stamps(page: &Page<'_>, sink: &mut impl Sink) {
    let prose = page.prose_before[page.len()].max(1.0);
    let (mut count, mut tenths, mut before) = (0.0f32, 0u32, 1.0f32);
    for (index, shape) in page.shapes.iter().enumerate() {
        if shape.digits == 0 || shape.words > STAMP || !is_stamp(page.doc.text(BlockId(index as u32))) {
            continue;
        }
        let place = page.prose_before[index] / prose;
        count += 1.0;
        tenths |= 1 << (place * 9.99) as u32;
        before = before.min(place);
    }
    sink.put("stamps", count);
    sink.put("stamps spread", tenths.count_ones() as f32);
    sink.put("stamps above", before);
}

/// A line with more words than these is no stamp.
const STAMP: f32 = 16.0;

/// Whether a line has a time of day (`9:05`) or a year of these times.
fn is_stamp(text: &str) -> bool {
    let digit = |at: &u8| at.is_ascii_digit();
    let bytes = text.as_bytes();
    bytes.windows(4).enumerate().any(|(at, four)| {
        let is_clock = digit(&four[0]) && four[1] == b':' && digit(&four[2]) && digit(&four[3]);
        let is_alone =
            !at.checked_sub(1).is_some_and(|before| digit(&bytes[before])) && !bytes.get(at + 4).is_some_and(digit);
        is_clock || is_alone && four.iter().all(digit) && matches!(&four[..2], b"19" | b"20")
    })
}

/// Fewer words of running text than these are no post.
const POST: f32 = 8.0;

/// What the lines of the page say together.
fn lines(page: &Page<'_>, sink: &mut impl Sink) {
    let (mut replies, mut questions, mut first_heads, mut clocks) = (0.0f32, 0.0f32, 0.0f32, 0.0f32);
    let mut kinds = [0.0f32; 4];
    let mut posters = 0.0f32;
    for (index, line) in page.lines.iter().enumerate() {
        let shape = &page.shapes[index];
        let block = page.doc.block(BlockId(index as u32));
        let text = page.doc.text(BlockId(index as u32));
        if shape.words <= 8.0 {
            let head: String = text.chars().take(LONGEST_POSTER_LINE).flat_map(char::to_lowercase).collect();
            let begins = |start: &String| head.starts_with(start.as_str());
            posters += f32::from(u8::from(Words::builtin().poster_lines.iter().any(begins)));
        }
        if let Some((kind, whole)) = line.label {
            let place = match kind {
                Label::Comments if whole && shape.words <= 3.0 => {
                    replies += 1.0;
                    continue;
                }
                Label::Comments => 0,
                Label::Subscribe => 1,
                Label::Share | Label::Print | Label::Follow => 2,
                Label::Related | Label::ReadMore => 3,
                _ => continue,
            };
            kinds[place] += 1.0;
        }
        questions += f32::from(u8::from(text.trim_end().ends_with(['?', '？', '؟'])));
        first_heads += f32::from(u8::from(block.kind == BlockKind::Heading && block.level == 1));
        clocks += f32::from(u8::from(line.date));
    }
    sink.put("lines reply", replies);
    sink.put("lines poster", posters);
    sink.put("lines question", questions);
    sink.put("lines h1", first_heads);
    sink.put("lines dates", clocks);
    for (name, count) in ["lines comments", "lines subscribe", "lines share", "lines related"].iter().zip(kinds) {
        sink.put(name, count);
    }
    let headline = page.headline.map_or(1.0, |at| at as f32 / page.len().max(1) as f32);
    sink.put("lines headline", headline);
    let below = page.headline.map_or(0.0, |at| page.prose_before[(at + 9).min(page.len())] - page.prose_before[at]);
    sink.put("lines below", below);
}

/// The kind of the page and how sure that is, with the reason. What the page says of itself names kinds that nobody has
/// learned.
pub(crate) fn tell(page: &Page<'_>, likely: &Likely) -> (PageType, f32, &'static str) {
    let top = |name: &str| page.doc.evidence.items.iter().filter(|item| item.top_level && item.is(name)).count();
    if top("LiveBlogPosting") == 1 {
        return (PageType::LiveBlog, 0.95, "LiveBlogPosting");
    }
    if top("ProfilePage") == 1 && likely.is(PageType::Article) < 0.9 {
        return (PageType::Profile, 0.9, "ProfilePage");
    }
    if has_letters(page) {
        return (PageType::Letters, 0.85, "title");
    }
    let (kind, p) = likely.best();
    let told = matches!(kind, PageType::Article | PageType::Thread) && p >= 0.8;
    if page.facts.url_depth == 0.0 && !page.facts.url_query && !told {
        return (PageType::HomePage, 0.9, "an address without a path");
    }
    (kind, p, "forests")
}

/// Whether the title says that the page has letters of readers.
fn has_letters(page: &Page<'_>) -> bool {
    let titles = page.doc.evidence.clues.iter().filter(|clue| matches!(clue.name.as_str(), "title" | "og:title"));
    let shown = page.headline.map(|at| page.doc.text(BlockId(at as u32)));
    titles.map(|clue| clue.value.as_str()).chain(shown).filter(|title| title.len() <= 300).any(|title| {
        let title = title.to_lowercase();
        Words::builtin().letters.iter().any(|phrase| title.contains(phrase.as_str()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_forests_ask_for_columns_that_are_there() {
        assert_eq!(Kinds::check_embedded(), Ok(()));
        let names = columns();
        let mut sorted = names.clone();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(sorted.len(), names.len(), "each column has a name of its own");
        for forest in &Kinds::embedded().forests {
            assert!(!forest.trees.is_empty() && forest.columns() <= names.len());
        }
    }

    #[test]
    fn what_the_page_says_of_itself_names_kinds_that_nobody_has_learned() {
        let tell = |html: &str| {
            let doc = copydesk_parse::parse(
                &copydesk_document::Input::new("page.html", html.as_bytes().to_vec()),
                &copydesk_parse::Limits::default(),
            )
            .expect("a page");
            let page = Page::read(&doc, &crate::model::Names::default());
            tell(&page, &Likely::of([0.6, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1])).0
        };
        let item =
            |kind: &str| format!("<script type=application/ld+json>{{\"@type\":\"{kind}\"}}</script><p>One.</p>");
        assert_eq!(tell(&item("LiveBlogPosting")), PageType::LiveBlog);
        assert_eq!(tell(&item("ProfilePage")), PageType::Profile);
        assert_eq!(tell("<title>Letters to the editor: the night ferry</title><p>Sir, it is late."), PageType::Letters);
        assert_eq!(tell("<link rel=canonical href=https://quay.example/><p>Today."), PageType::HomePage);
        assert_eq!(tell("<link rel=canonical href=https://quay.example/a><p>Today."), PageType::Article);
    }

    #[test]
    fn a_page_without_a_hint_at_a_thread_is_none() {
        assert!(THREAD_HINTS.iter().all(|hint| columns().contains(hint)));
        assert_eq!(LEARNED[1], PageType::Thread);
        let hinted = |html: &str| {
            let input = copydesk_document::Input::new("page.html", html.as_bytes().to_vec());
            let doc = copydesk_parse::parse(&input, &copydesk_parse::Limits::default()).expect("a page");
            let page = Page::read(&doc, &crate::model::Names::default());
            hints_at_a_thread(&table(&page, &Frame::read(&page)))
        };
        assert!(!hinted("<title>The bridge</title><p>The old bridge was closed on Monday. It will open in May.</p>"));
        assert!(hinted("<p>Take cotton and pitch.</p><a href=/member.php?u=7>Tilda</a>"));
        assert!(hinted("<div class=thread><p>Take cotton and pitch.</p></div>"));
    }

    #[test]
    fn stamps_are_times_of_day_and_years() {
        assert!(["3 May 2021", "Today, 9:05 pm", "1998"].iter().all(|text| is_stamp(text)));
        assert!(["12021 boats", "ratio 3:4", "no. 1850", ""].iter().all(|text| !is_stamp(text)));
    }

    #[test]
    fn likelihoods_come_to_one_and_the_largest_wins() {
        let likely = Likely::of([0.2, 0.9, 0.1, 0.1, 0.1, 0.1, 0.0]);
        assert!((likely.0.iter().sum::<f32>() - 1.0).abs() < 1e-5);
        assert_eq!(likely.best().0, PageType::Thread);
        assert!(likely.is(PageType::Thread) > 0.9 && likely.is(PageType::LiveBlog) == 0.0);
        let cut = &EMBEDDED[..EMBEDDED.len() - 1];
        assert_eq!(Kinds::read(cut), Err(ModelError::Malformed));
    }
}
