//! Whole regions of a page that are none of its story: what readers wrote below it.
//!
//! A discussion can be longer than the story, and its paragraphs read alike; one by one they cannot be told from it. So
//! the elements that hold one are looked for first, and all that stands in them goes.

use copydesk_document::{Attr, BlockKind, ElementId, PageType, Tree};
use copydesk_lexicon::PageLabelKind as Kind;

use crate::{class_words::Sense, elements::Node, kind::Likely, page::Page};

/// So much running text, in words, stands before readers' comments. On a thread the first post is shorter or none.
const STORY: f32 = 200.0;
/// So much where the page says that it is an article, or a heading that what follows are comments.
const DECLARED_STORY: f32 = 80.0;
/// So much where the page is surely no thread: a post with a picture is short, and what is named comments is that.
const SHORT_STORY: f32 = 30.0;
/// Below this likelihood it surely is none.
const NO_THREAD: f32 = 0.08;

/// What the names of elements that hold comments have in them. `reply` is that of posts in a forum as well.
const NAMES: [&str; 6] = ["comment", "kommentar", "comentario", "commentaire", "disqus", "livefyre"];

/// And so much more of it may follow, as a share of that; beside a short one so many words.
const MOST_BEHIND: f32 = 0.4;
const MOST_BESIDE: f32 = 60.0;

/// For every block whether it stands in readers' comments below a story.
pub(crate) fn comments(page: &Page<'_>, kind: &Likely) -> Vec<bool> {
    let mut found = vec![false; page.len()];
    let (Some(elements), Some(tree)) = (&page.elements, &page.doc.tree) else { return found };
    if !may_have_comments(page, kind) {
        return found;
    }
    let declared = page.facts.article || page.facts.og_article;
    let is_no_thread = is_no_thread(kind);
    let story = if is_no_thread {
        SHORT_STORY
    } else if declared {
        DECLARED_STORY
    } else {
        STORY
    };
    let headed = if is_no_thread { SHORT_STORY } else { DECLARED_STORY };
    let replies = Replies::count(page);
    let mut region: Option<ElementId> = None;
    let mut regions = Vec::new();
    for element in tree.ids() {
        let node = &elements.nodes[element.index()];
        let first = node.first as usize;
        if node.blocks < 2
            || page.prose_before[first] < headed
            || region.is_some_and(|outer| tree.contains(outer, element))
        {
            continue;
        }
        let named = Sense::Comments.within(node.sense) && page.prose_before[first] >= story && is_named(tree, element);
        let exchanged = declared && replies.are_exchanged_in(first, node.blocks as usize) && node.prose > 0.0;
        if named || opens_with_its_heading(page, node) || exchanged && node.twins < 2 {
            region = Some(element);
            regions.push(element);
        }
    }
    // They stand last: a story that goes on below them is none, or they are none.
    let stands_in = |element: &ElementId| {
        let node = &elements.nodes[element.index()];
        (node.first as usize, (node.first + node.blocks) as usize, node.prose)
    };
    let mut own = 0.0;
    for at in (0..regions.len()).rev() {
        let (first, end, prose) = stands_in(&regions[at]);
        let after = page.prose_before[page.len()] - page.prose_before[end.min(page.len())] - own;
        let most = page.prose_before[first] * MOST_BEHIND;
        if after > if is_no_thread { most.max(MOST_BESIDE) } else { most } {
            regions.remove(at);
        } else {
            own += prose;
        }
    }
    let mut next = 0;
    for (index, block) in page.doc.blocks().iter().enumerate() {
        let Some(element) = block.element else { continue };
        while next < regions.len() && tree.get(regions[next]).end <= element {
            next += 1;
        }
        found[index] = regions.get(next).is_some_and(|region| tree.contains(*region, element));
    }
    found
}

/// Whether the page is surely no thread.
pub(crate) fn is_no_thread(kind: &Likely) -> bool {
    kind.is(PageType::Thread) < NO_THREAD
}

/// Whether an element begins with a heading such as `Comments (12)` or `Join the conversation`.
fn opens_with_its_heading(page: &Page<'_>, node: &Node) -> bool {
    let first = node.first as usize;
    let heading = page.doc.blocks().get(first).is_some_and(|block| block.kind == BlockKind::Heading);
    heading && matches!(page.lines[first].label, Some((Kind::Comments, true))) && node.blocks > 2
}

fn is_named(tree: &Tree, element: ElementId) -> bool {
    [Attr::Class, Attr::Id].into_iter().filter_map(|attr| tree.attr(element, attr)).any(|value| {
        let value = value.to_ascii_lowercase();
        NAMES.iter().any(|name| value.contains(name))
    })
}

/// Whether what readers wrote is not the matter of the page itself, as in a forum.
fn may_have_comments(page: &Page<'_>, kind: &Likely) -> bool {
    kind.is(PageType::Thread) < THREAD && !page.facts.forum
}

/// From this likelihood on a page may be a thread, and what readers wrote is its text.
const THREAD: f32 = 0.3;

/// The buttons below comments: `Reply`, `Report`.
struct Replies {
    before: Vec<u32>,
}

impl Replies {
    fn count(page: &Page<'_>) -> Self {
        let mut before = Vec::with_capacity(page.len() + 1);
        let mut count = 0;
        for (line, shape) in page.lines.iter().zip(&page.shapes) {
            before.push(count);
            let button = matches!(line.label, Some((Kind::Comments, true))) && shape.words <= 3.0;
            count += u32::from(button);
        }
        before.push(count);
        Self { before }
    }

    /// Whether a run of blocks has several of them, and not many other blocks for each.
    fn are_exchanged_in(&self, first: usize, blocks: usize) -> bool {
        let end = (first + blocks).min(self.before.len() - 1);
        let count = (self.before[end] - self.before[first]) as usize;
        count >= 3 && blocks <= count * 12
    }
}
