//! A document read once: the measures of every block and what the page says of itself.

use copydesk_document::{BlockId, BlockKind, Document, Item, ItemValue, Origin};
use copydesk_lexicon::{FieldKind, Lexicon, PageLabelKind as Kind};
use copydesk_text::{is_alphanumeric, is_unspaced, path};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::{
    elements::{Elements, Leaf},
    model::Names,
    shape::Shape,
    text::Signs,
};

/// What a line is by its words.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a column of its own")]
pub(crate) struct LineSigns {
    /// The label that it is, or begins with.
    pub label: Option<(Kind, bool)>,
    /// Whether that beginning is one that no sentence of a story has.
    pub sure: bool,
    /// Whether hardly any sentence but one of the page begins with that label.
    pub telling: bool,
    /// The label of a label/value line, and whether the value stands in the same line.
    pub field: Option<(FieldKind, bool)>,
    /// Whether a byline word or a known agency says that it names the author.
    pub byline: bool,
    /// Whether it is a date and nothing else.
    pub date: bool,
    /// Share of its words that the title has.
    pub title: f32,
    /// Whether it is the title.
    pub headline: bool,
    /// Share of its words that the description has.
    pub description: f32,
    /// Share of its words, three by three, that the structured data's article body has; below zero where there is none.
    pub declared: f32,
    /// How many blocks of the page have the same text.
    pub copies: u32,
    /// Whether one of these stands before it.
    pub again: bool,
    /// Whether a picture stands right before it.
    pub pictured: bool,
    /// Columns by which a line of plain text is set in.
    pub indent: u32,
}

/// What the page says of itself.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a column of its own")]
pub(crate) struct Facts {
    pub article: bool,
    pub product: bool,
    pub list: bool,
    pub forum: bool,
    pub faq: bool,
    pub course: bool,
    pub og_article: bool,
    pub og_product: bool,
    pub og_website: bool,
    pub dated: bool,
    pub url_depth: f32,
    /// Whether it has a query, which some systems name their pages by.
    pub url_query: bool,
    pub url_hyphens: f32,
    pub url_digits: f32,
    pub url_words: [bool; 6],
}

/// Words of an address that tell the sort of page.
const URL_WORDS: [&[&str]; 6] = [
    &["product", "products", "shop", "p", "dp", "item", "buy", "store"],
    &["collection", "collections", "category", "categories", "catalog", "c", "all", "tag", "tags", "topics"],
    &["blog", "news", "article", "articles", "post", "posts", "story", "press", "insights", "magazine"],
    &[
        "docs",
        "doc",
        "documentation",
        "guide",
        "guides",
        "manual",
        "api",
        "wiki",
        "learn",
        "tutorial",
        "reference",
        "help",
    ],
    &[
        "forum",
        "forums",
        "thread",
        "threads",
        "t",
        "topic",
        "viewtopic",
        "questions",
        "community",
        "discussion",
        "r",
        "comments",
    ],
    &["services", "service", "solutions", "about", "programs", "courses", "pricing", "platform", "features"],
];

/// A document with everything that is measured before anything is judged.
#[derive(Debug)]
pub(crate) struct Page<'d> {
    pub doc: &'d Document,
    pub shapes: Vec<Shape>,
    /// Share of the characters that stand in links.
    pub linked: Vec<f32>,
    pub lines: Vec<LineSigns>,
    pub elements: Option<Elements>,
    /// What the lines of a text without elements are.
    pub signs: Option<Signs>,
    pub facts: Facts,
    /// The block that shows the title.
    pub headline: Option<usize>,
    /// Word equivalents before each block, hidden blocks left out; one more entry than there are blocks.
    pub words_before: Vec<f32>,
    /// The same for running text outside links.
    pub prose_before: Vec<f32>,
    /// The same for words in links.
    pub linked_before: Vec<f32>,
}

impl<'d> Page<'d> {
    pub(crate) fn read(doc: &'d Document, names: &Names) -> Self {
        let lexicon = Lexicon::builtin();
        let count = doc.blocks().len();
        let shapes: Vec<Shape> = doc.ids().map(|id| Shape::of(doc.text(id))).collect();
        let linked: Vec<f32> = doc
            .blocks()
            .iter()
            .zip(&shapes)
            .map(|(b, s)| if s.chars == 0 { 0.0 } else { (b.linked as f32 / s.chars as f32).min(1.0) })
            .collect();
        let elements = doc.tree.as_ref().map(|tree| {
            let leaves = doc.blocks().iter().zip(&shapes).zip(&linked).map(|((block, shape), linked)| Leaf {
                element: block.element,
                shape,
                linked: *linked,
                heading: block.kind == BlockKind::Heading,
                skip: block.hidden,
            });
            Elements::read(tree, leaves, names)
        });
        let mut page = Self {
            doc,
            linked,
            lines: vec![LineSigns::default(); count],
            elements,
            signs: None,
            facts: Facts::read(doc),
            headline: None,
            words_before: Vec::with_capacity(count + 1),
            prose_before: Vec::with_capacity(count + 1),
            linked_before: Vec::with_capacity(count + 1),
            shapes,
        };
        page.read_lines(lexicon);
        page.find_headline();
        page.add_up();
        page.signs = page.elements.is_none().then(|| Signs::read(&page));
        page
    }

    /// How many blocks there are.
    pub(crate) fn len(&self) -> usize {
        self.shapes.len()
    }

    fn read_lines(&mut self, lexicon: &Lexicon) {
        let told = Told::read(self.doc);
        let mut seen: FxHashMap<u64, u32> = FxHashMap::default();
        let mut keys = Vec::with_capacity(self.len());
        let mut words = Vec::new();
        for id in self.doc.ids() {
            let index = id.index();
            let text = self.doc.text(id);
            let shape = &self.shapes[index];
            let key = hash_words(text, &mut words);
            let copies = seen.entry(key).or_default();
            *copies += 1;
            keys.push(key);
            let line = &mut self.lines[index];
            line.again = *copies > 1;
            line.title = share(&words, &told.title);
            line.description = share(&words, &told.description);
            line.headline = told.titles.contains(&key);
            line.declared = told.declared(&words);
            let read = copydesk_lexicon::Line::new(text);
            if text.len() <= 400 && shape.words <= 45.0 {
                let label = read.label(lexicon);
                line.label = label.map(|l| (l.kind, l.whole));
                line.sure = label.is_some_and(|l| l.sure);
                line.telling = label.is_some_and(|l| l.telling);
            }
            if shape.words <= 12.0 && !shape.closed {
                line.field = read.field(lexicon).map(|f| (f.kind, !f.value.is_empty()));
            }
            if shape.words <= 25.0 && shape.letters > 0 && self.linked[index] < 0.8 {
                line.byline = read.names_author(lexicon);
            }
            if shape.digits > 0 && shape.words <= 16.0 {
                line.date = copydesk_date::is_date_line(text);
            }
        }
        for (line, key) in self.lines.iter_mut().zip(keys) {
            line.copies = seen.get(&key).copied().unwrap_or(1);
        }
        for image in &self.doc.images {
            if let Some(line) = self.lines.get_mut(image.before.index()) {
                line.pictured = true;
            }
        }
        if self.elements.is_none() {
            let content = self.doc.content();
            for (line, block) in self.lines.iter_mut().zip(self.doc.blocks()) {
                line.indent = indent(content, block.span.start as usize);
            }
        }
    }

    /// The headline is the first highest heading that repeats the title; without one, the first line that does.
    fn find_headline(&mut self) {
        let repeats = |i: &usize| self.lines[*i].headline;
        let heading = |i: &usize| self.doc.block(BlockId(*i as u32)).kind == BlockKind::Heading;
        let like = |i: &usize| heading(i) && self.lines[*i].title > 0.7 && self.shapes[*i].words >= 3.0;
        self.headline = (0..self.len())
            .find(|i| repeats(i) && heading(i))
            .or_else(|| (0..self.len()).find(like))
            .or_else(|| (0..self.len()).find(|i| repeats(i) && self.linked[*i] < 0.5));
    }

    fn add_up(&mut self) {
        let (mut words, mut prose, mut linked) = (0.0, 0.0, 0.0);
        for (index, shape) in self.shapes.iter().enumerate() {
            self.words_before.push(words);
            self.prose_before.push(prose);
            self.linked_before.push(linked);
            if self.doc.block(BlockId(index as u32)).hidden {
                continue;
            }
            words += shape.words;
            linked += shape.words * self.linked[index];
            if shape.is_prose() && self.linked[index] < 0.5 {
                prose += shape.words;
            }
        }
        self.words_before.push(words);
        self.prose_before.push(prose);
        self.linked_before.push(linked);
    }
}

/// Hashes of the words of a text in `words`, and of all of it as the result. Case and punctuation do not count.
pub(crate) fn hash_words(text: &str, words: &mut Vec<u32>) -> u64 {
    words.clear();
    let mut all = 0xcbf2_9ce4_8422_2325u64;
    let mut word = 0u32;
    let mut any = false;
    let mut add = |value: u32, word: &mut u32| {
        *word = word.rotate_left(5) ^ value.wrapping_mul(0x9e37_79b1);
        all = (all ^ u64::from(value)).wrapping_mul(0x0100_0000_01b3);
    };
    for c in text.chars() {
        if c.is_ascii_alphanumeric() {
            any = true;
            add(u32::from(c.to_ascii_lowercase()), &mut word);
        } else if c.is_ascii() || !is_alphanumeric(c) {
            if any && c != '\'' && c != '’' {
                words.push(word);
                (word, any) = (0, false);
            }
        } else {
            // In scripts without spaces every character stands for itself.
            add(c.to_lowercase().next().map_or(0, u32::from), &mut word);
            any = true;
            if is_unspaced(c) {
                words.push(word);
                (word, any) = (0, false);
            }
        }
    }
    if any {
        words.push(word);
    }
    all
}

fn share(words: &[u32], of: &FxHashSet<u32>) -> f32 {
    if of.is_empty() || words.is_empty() || words.len() > 120 {
        return 0.0;
    }
    words.iter().filter(|w| of.contains(w)).count() as f32 / words.len() as f32
}

/// Columns before the first character of a line; a tab counts as eight.
fn indent(content: &str, at: usize) -> u32 {
    let bytes = &content.as_bytes()[..at.min(content.len())];
    let mut columns = 0;
    for byte in bytes.iter().rev().take(200) {
        match byte {
            b'\t' => columns += 8,
            b'\n' | b'\r' => return columns,
            // A space, or a bullet or a mark of Markdown between the indentation and the text.
            _ => columns += 1,
        }
    }
    columns
}

/// What the page tells about its text outside of it.
struct Told {
    titles: FxHashSet<u64>,
    title: FxHashSet<u32>,
    description: FxHashSet<u32>,
    body: FxHashSet<u64>,
}

/// Longest declared article body that is read, in words.
const DECLARED: usize = 60_000;

impl Told {
    fn read(doc: &Document) -> Self {
        let mut told = Self {
            titles: FxHashSet::default(),
            title: FxHashSet::default(),
            description: FxHashSet::default(),
            body: FxHashSet::default(),
        };
        let mut words = Vec::new();
        for clue in &doc.evidence.clues {
            let title = matches!(
                clue.name.as_str(),
                "title" | "og:title" | "twitter:title" | "dc.title" | "headline" | "parsely-title"
            ) && matches!(clue.origin, Origin::Meta | Origin::TitleElement | Origin::FrontMatter);
            if title {
                told.add_title(&clue.value, &mut words);
            } else if clue.name.ends_with("description") && clue.origin == Origin::Meta {
                hash_words(&clue.value, &mut words);
                told.description.extend(&words);
            }
        }
        let many = doc.evidence.items.iter().filter(|item| is_title_holder(item)).count() > 1;
        for item in doc.evidence.items.iter().filter(|i| is_text(i)) {
            let titled = is_title_holder(item);
            for (name, value) in &item.properties {
                let ItemValue::Text(text) = value else { continue };
                match name.as_str() {
                    // Questions, updates of a live blog and works that are mentioned have names as well, and on the front
                    // of a blog each post has one.
                    "headline" | "name" if titled && !(many && told.is_foreign(text, &mut words)) => {
                        told.add_title(text, &mut words);
                    }
                    "description" => {
                        hash_words(text, &mut words);
                        told.description.extend(&words);
                    }
                    "articleBody" if item.syntax == copydesk_document::Syntax::JsonLd => {
                        told.add_body(text, &mut words);
                    }
                    _ => {}
                }
            }
        }
        told
    }

    fn add_title(&mut self, title: &str, words: &mut Vec<u32>) {
        let title = head_of(title, 600);
        self.titles.insert(hash_words(title, words));
        self.title.extend(words.iter());
        // `Headline - Site`, `Site | Headline`: both ends may stand alone on the page.
        for mark in [" - ", " | ", " – ", " — ", " · ", " » ", " :: ", ": "] {
            if let Some((left, right)) = title.rsplit_once(mark) {
                for part in [left, right] {
                    let key = hash_words(part, words);
                    if words.len() >= 3 {
                        self.titles.insert(key);
                    }
                }
            }
            if let Some((left, right)) = title.split_once(mark) {
                for part in [left, right] {
                    let key = hash_words(part, words);
                    if words.len() >= 3 {
                        self.titles.insert(key);
                    }
                }
            }
        }
    }

    /// Whether a title has little in common with those that the head of the page gives.
    fn is_foreign(&self, title: &str, words: &mut Vec<u32>) -> bool {
        hash_words(head_of(title, 600), words);
        !self.title.is_empty() && share(words, &self.title) < 0.6
    }

    fn add_body(&mut self, text: &str, words: &mut Vec<u32>) {
        hash_words(text, words);
        words.truncate(DECLARED);
        self.body.extend(words.windows(3).map(triple));
    }

    fn declared(&self, words: &[u32]) -> f32 {
        if self.body.is_empty() {
            return -1.0;
        }
        if words.len() < 3 {
            return 0.0;
        }
        let found = words.windows(3).filter(|w| self.body.contains(&triple(w))).count();
        found as f32 / (words.len() - 2) as f32
    }
}

fn triple(words: &[u32]) -> u64 {
    words.iter().fold(0, |h: u64, w| h.rotate_left(21) ^ u64::from(*w).wrapping_mul(0x9e37_79b9_7f4a_7c15))
}

/// The first bytes of a text, cut at a character.
fn head_of(text: &str, most: usize) -> &str {
    let mut end = text.len().min(most);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

const ARTICLES: &[&str] = &[
    "Article",
    "NewsArticle",
    "BlogPosting",
    "ReportageNewsArticle",
    "AnalysisNewsArticle",
    "OpinionNewsArticle",
    "BackgroundNewsArticle",
    "ReviewNewsArticle",
    "LiveBlogPosting",
    "TechArticle",
    "ScholarlyArticle",
    "Report",
    "Review",
    "Recipe",
];

fn is_text(item: &Item) -> bool {
    item.types.iter().any(|t| {
        ARTICLES.contains(&t.as_str())
            || matches!(
                t.as_str(),
                "Product" | "WebPage" | "DiscussionForumPosting" | "QAPage" | "Question" | "Course" | "CollectionPage"
            )
    })
}

/// Whether the name of an item is that of the page: it stands in no other item, and is none of several on a page.
fn is_title_holder(item: &Item) -> bool {
    item.top_level && is_text(item) && !item.types.iter().any(|t| matches!(t.as_str(), "Question" | "Answer"))
}

impl Facts {
    fn read(doc: &Document) -> Self {
        let mut facts = Self::default();
        for item in &doc.evidence.items {
            for kind in &item.types {
                match kind.as_str() {
                    "Product" | "ProductGroup" | "Offer" => facts.product |= item.top_level || kind != "Offer",
                    "ItemList" | "CollectionPage" | "OfferCatalog" => facts.list = true,
                    "DiscussionForumPosting" | "QAPage" | "Question" | "Answer" => {
                        facts.forum |= kind != "Question" || !facts.faq;
                    }
                    "FAQPage" | "HowTo" => facts.faq = true,
                    "Course" | "Service" | "Event" | "LocalBusiness" => facts.course = true,
                    kind => facts.article |= ARTICLES.contains(&kind),
                }
            }
        }
        let mut url = doc.source.url.as_deref().unwrap_or_default();
        for clue in &doc.evidence.clues {
            match clue.name.as_str() {
                "og:type" => {
                    facts.og_article |= clue.value.eq_ignore_ascii_case("article");
                    facts.og_product |= clue.value.contains("product");
                    facts.og_website |= clue.value.eq_ignore_ascii_case("website");
                }
                "article:published_time" => facts.dated = true,
                "canonical" if !clue.value.is_empty() => url = &clue.value,
                "og:url" if url.is_empty() => url = &clue.value,
                _ => {}
            }
        }
        facts.read_url(url);
        facts
    }

    fn read_url(&mut self, url: &str) {
        self.url_query = url.contains('?');
        let path = path(url).strip_prefix('/').unwrap_or_default().trim_end_matches('/');
        if path.is_empty() {
            self.url_depth = if url.is_empty() { -1.0 } else { 0.0 };
            return;
        }
        let last = path.rsplit('/').next().unwrap_or_default();
        self.url_depth = path.split('/').count() as f32;
        self.url_hyphens = last.bytes().filter(|b| *b == b'-' || *b == b'_').count() as f32;
        self.url_digits = path.bytes().filter(u8::is_ascii_digit).count() as f32;
        for segment in path.split('/').take(12) {
            let segment = segment.to_ascii_lowercase();
            for (found, words) in self.url_words.iter_mut().zip(URL_WORDS) {
                *found |= words.contains(&segment.as_str());
            }
        }
    }
}
