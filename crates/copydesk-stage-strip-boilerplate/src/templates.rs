//! What the pages of a site have in common: menus, footers, standing notices. Learned in a first pass over a site's
//! documents, used in a second.
//!
//! A line counts once for each page. Memory is bounded: where there are too many lines, those that have been seen least
//! are forgotten, so that the counts of the others are lower bounds. Pages with the same story count as one, for else
//! the story itself would be what they have in common.

use std::collections::BTreeMap;

use copydesk_document::{BlockKind, Document, Origin};
use copydesk_text::site;
use rustc_hash::{FxHashMap, FxHashSet};
use serde::{Deserialize, Serialize};

use crate::{page::hash_words, shape::Shape};

/// What a file of templates says of itself.
const FORMAT: &str = "copydesk-templates-1";

/// Lines, sites and stories that are remembered while learning.
const MOST_LINES: usize = 2_000_000;
const MOST_SITES: usize = 100_000;
const MOST_STORIES: usize = 2_000_000;

/// Longer lines, in bytes, are no boilerplate that a table should hold.
const LONGEST: usize = 2_000;

/// Texts of more bytes than this tell one story from another.
const LONG: usize = 80;

/// How often a line has to be met before it is boilerplate: on so many pages, and on such a share of them. Sentences
/// and headings may be shared by a few stories, so more is asked of them.
const SHORT: (u32, f32) = (4, 0.1);
const PROSE: (u32, f32) = (8, 0.3);

/// The lines that the pages of sites share, and on how many they stand.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Templates {
    format: String,
    sites: BTreeMap<String, Site>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Site {
    pages: u32,
    lines: Vec<SharedLine>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SharedLine {
    pages: u32,
    text: String,
}

impl Templates {
    /// Reads a file that [`Learner::finish`] gave.
    pub fn read(text: &str) -> Result<Self, String> {
        let templates: Self =
            serde_json::from_str(text).map_err(|error| format!("this is no file of `learn-templates`: {error}"))?;
        if templates.format == FORMAT {
            Ok(templates)
        } else {
            Err(format!("the format is `{}`, and `{FORMAT}` is what this version reads", templates.format))
        }
    }

    /// The file.
    pub fn write(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        text
    }

    /// How many sites and lines there are.
    pub fn counts(&self) -> (usize, usize) {
        (self.sites.len(), self.sites.values().map(|site| site.lines.len()).sum())
    }
}

/// Templates, ready to be asked.
#[derive(Clone, Debug, Default)]
pub(crate) struct Shared {
    sites: FxHashMap<String, (u32, FxHashMap<u64, u32>)>,
}

impl Shared {
    pub(crate) fn new(templates: &Templates) -> Self {
        let mut words = Vec::new();
        let sites = templates.sites.iter().map(|(name, site)| {
            let lines = site.lines.iter().map(|line| (hash_words(&line.text, &mut words), line.pages)).collect();
            (name.clone(), (site.pages, lines))
        });
        Self { sites: sites.collect() }
    }

    /// For every block on how many pages of the site it stands, if it is boilerplate of the site, and of how many.
    pub(crate) fn found(&self, doc: &Document) -> Vec<Option<(u32, u32)>> {
        let Some((pages, lines)) = self.sites.get(&site_of(doc)) else { return Vec::new() };
        let mut words = Vec::new();
        doc.ids().map(|id| lines.get(&hash_words(doc.text(id), &mut words)).map(|on| (*on, *pages))).collect()
    }
}

/// Gathers the lines of many documents.
#[derive(Debug, Default)]
pub struct Learner {
    sites: FxHashMap<String, Counts>,
    stories: FxHashSet<u64>,
    lines: usize,
    /// Lines that were seen as often as this have been forgotten.
    forgotten: u32,
}

#[derive(Debug, Default)]
struct Counts {
    pages: u32,
    lines: FxHashMap<u64, Count>,
}

#[derive(Debug)]
struct Count {
    pages: u32,
    /// The last page that had it.
    last: u32,
    /// Its text, kept once it has been seen twice.
    text: Option<Box<str>>,
    /// Whether it is a sentence or a heading.
    prose: bool,
}

impl Learner {
    /// Reads a document.
    pub fn read(&mut self, doc: &Document) {
        let name = site_of(doc);
        if self.is_known_story(&name, doc) || (self.sites.len() >= MOST_SITES && !self.sites.contains_key(&name)) {
            return;
        }
        let site = self.sites.entry(name).or_default();
        site.pages += 1;
        let mut words = Vec::new();
        for (id, block) in doc.iter() {
            let text = doc.text(id);
            if text.len() > LONGEST {
                continue;
            }
            let key = hash_words(text, &mut words);
            if words.is_empty() {
                continue;
            }
            let count = site.lines.entry(key).or_insert_with(|| {
                self.lines += 1;
                let prose = block.kind == BlockKind::Heading || Shape::of(text).is_prose();
                Count { pages: 0, last: 0, text: None, prose }
            });
            if count.last != site.pages {
                count.last = site.pages;
                count.pages += 1;
                if count.pages == 2 {
                    count.text = Some(text.into());
                }
            }
        }
        if self.lines > MOST_LINES {
            self.forget();
        }
    }

    /// Whether a page with the same long texts outside links has been read: another address of the same story.
    fn is_known_story(&mut self, site: &str, doc: &Document) -> bool {
        let mut words = Vec::new();
        let (mut story, mut texts) = (0, 0);
        for (id, block) in doc.iter() {
            let text = doc.text(id);
            if text.len() > LONG && (block.linked as usize) < text.len() / 4 {
                // Sums do not depend on the order, and a text that stands twice does not cancel itself.
                story = u64::wrapping_add(story, hash_words(text, &mut words));
                texts += 1;
            }
        }
        if texts < 3 || self.stories.len() >= MOST_STORIES {
            return false;
        }
        !self.stories.insert(story ^ hash_words(site, &mut words).rotate_left(31))
    }

    /// Makes room: forgets the lines that were seen least.
    fn forget(&mut self) {
        while self.lines > MOST_LINES / 2 {
            self.forgotten += 1;
            for site in self.sites.values_mut() {
                site.lines.retain(|_, count| count.pages > self.forgotten);
            }
            self.lines = self.sites.values().map(|site| site.lines.len()).sum();
        }
    }

    /// The lines that are boilerplate, those on most pages first.
    pub fn finish(self) -> Templates {
        let mut sites = BTreeMap::new();
        for (name, counts) in self.sites {
            let of = |count: &Count| {
                let (pages, share) = if count.prose { PROSE } else { SHORT };
                count.pages >= pages && count.pages as f32 >= share * counts.pages as f32
            };
            let shared = counts.lines.into_values().filter(of);
            let mut lines: Vec<SharedLine> =
                shared.filter_map(|count| Some(SharedLine { pages: count.pages, text: count.text?.into() })).collect();
            if !lines.is_empty() {
                lines.sort_by(|a, b| b.pages.cmp(&a.pages).then_with(|| a.text.cmp(&b.text)));
                sites.insert(name, Site { pages: counts.pages, lines });
            }
        }
        Templates { format: FORMAT.to_owned(), sites }
    }
}

/// The host of a document's address; documents without an address are taken for one site.
fn site_of(doc: &Document) -> String {
    let declared = |name: &str| doc.evidence.clues.iter().find(|clue| clue.name == name && clue.origin != Origin::Url);
    let address = doc.source.url.as_deref().or_else(|| Some(declared("canonical")?.value.as_str()));
    let address = address.or_else(|| Some(declared("og:url")?.value.as_str())).unwrap_or_default();
    site(address).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use copydesk_document::{DocumentSource, NewBlock};

    use super::*;

    fn page(site: &str, lines: &[String]) -> Document {
        let source = DocumentSource { url: Some(format!("https://www.{site}/a?b")), ..DocumentSource::default() };
        let mut doc = Document::new(source, String::new());
        for line in lines {
            doc.push_block(NewBlock { text: line, ..NewBlock::default() });
        }
        doc
    }

    fn story(number: usize) -> Vec<String> {
        let own = |part: usize| {
            format!(
                "Sentence {part} of story {number} tells at length what happened on the river, who saw it happen, what they \
                 said of it afterwards, and what the town is going to do about the bridge and the ferry in year {number}."
            )
        };
        let mut lines = vec!["Home".to_owned(), "Subscribe to our letter".to_owned(), own(1), own(2), own(3)];
        if number < 3 {
            lines.push(
                "Both stories say, in these very words, that the old bridge was closed in the spring.".to_owned(),
            );
        }
        lines
    }

    #[test]
    fn boilerplate_is_found_and_what_two_stories_share_is_not() {
        let mut learner = Learner::default();
        for number in 0..20 {
            learner.read(&page("example.org", &story(number)));
            learner.read(&page("example.net", &story(number)[2..]));
        }
        // The same story under many addresses is one page.
        for _ in 0..50 {
            learner.read(&page("example.org", &story(7)));
        }
        let templates = learner.finish();
        assert_eq!(templates.counts(), (1, 2));
        assert_eq!(Templates::read(&templates.write()), Ok(templates.clone()));
        let found = Shared::new(&templates).found(&page("example.org", &story(1)));
        assert_eq!(found, [Some((20, 20)), Some((20, 20)), None, None, None, None]);
        assert!(Shared::new(&templates).found(&page("example.net", &story(1))).is_empty());
    }

    #[test]
    fn too_many_lines_are_forgotten_and_the_frequent_ones_stay() {
        let mut learner = Learner { lines: MOST_LINES, ..Learner::default() };
        for number in 0..9 {
            learner.read(&page("example.org", &story(number)));
            learner.forget();
            learner.lines = MOST_LINES;
        }
        assert!(learner.forgotten > 0);
        assert!(learner.sites["example.org"].lines.len() < 9);
    }

    #[test]
    fn what_is_no_file_of_templates_is_refused() {
        assert!(Templates::read("{}").is_err());
        assert!(Templates::read(r#"{"format":"x","sites":{}}"#).unwrap_err().contains("copydesk-templates-1"));
    }
}
