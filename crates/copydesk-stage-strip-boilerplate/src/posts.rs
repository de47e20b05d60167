//! Posts of a thread, judged together.
//!
//! A post can be one word, a quotation or a link, and alone it looks like nothing; but all posts of a thread stand in
//! elements of one make. The make that holds the likely text of the page is looked for. What stands in such an element is
//! likelier for it, and what stands in none (a notice above the thread, a signature, other threads) is less likely.

use copydesk_document::{Attr, BlockKind, ElementId, PageType, Tree};
use rustc_hash::FxHashMap;

use crate::{judge::mix, kind::Likely, page::Page};

/// The make of elements is looked for from this likelihood of a thread on, and fully heard so much above it.
const MAYBE: f32 = 0.3;
const SURELY: f32 = 0.4;
/// How much the other posts count against what the forests say of the block.
const WEIGHT: f32 = 0.45;
/// How likely text is in the elements of posts, and beside them.
const INSIDE: f32 = 0.85;
const OUTSIDE: f32 = 0.15;
/// Words less likely than this speak against an element as one that holds a post.
const EVEN: f32 = 0.55;
/// The share of the likely words that posts must hold.
const LEAST_HELD: f32 = 0.6;
/// So many makes are looked for: the first post may differ from the answers.
const MAKES: usize = 3;
/// Fewer likely words than these are no post.
const POST: f32 = 3.0;

/// How likely it is that the page is a thread, as a weight.
pub(crate) fn weight(kind: &Likely) -> f32 {
    ((kind.is(PageType::Thread) - MAYBE) / SURELY).clamp(0.0, 1.0)
}

/// Makes the blocks in the elements of posts likelier and the others less likely. `open` are the blocks to be judged.
pub(crate) fn judge_together(page: &Page<'_>, open: &[u32], kind: &Likely, probability: &mut [f32]) {
    let weight = weight(kind) * WEIGHT;
    let Some(tree) = &page.doc.tree else { return };
    if weight <= 0.0 {
        return;
    }
    let Some(is_post) = posts(page, tree, open, probability) else { return };
    for block in open.iter().map(|block| *block as usize) {
        let Some(element) = page.doc.blocks()[block].element else { continue };
        let p = &mut probability[block];
        if !is_post[element.index()] {
            *p = mix(*p, OUTSIDE, weight);
        } else if reads_like_a_post(page, block) {
            *p = mix(*p, INSIDE, weight);
        }
    }
}

/// Whether a block can be what somebody wrote, and not who wrote it and when. A quotation of what stands on the page as well
/// is left to the forests.
fn reads_like_a_post(page: &Page<'_>, block: usize) -> bool {
    let (shape, line) = (&page.shapes[block], &page.lines[block]);
    let kind = page.doc.blocks()[block].kind;
    let is_written = shape.is_prose() || shape.words >= 6.0 || matches!(kind, BlockKind::Quote | BlockKind::Code);
    let is_said_again = kind == BlockKind::Quote && line.copies > 1;
    is_written && !is_said_again && line.label.is_none() && line.field.is_none() && !line.date && !line.byline
}

/// Elements of one make.
#[derive(Clone, Default)]
struct Make {
    elements: Vec<ElementId>,
    /// How many of them hold likely text.
    posts: u32,
    likely: f32,
    words: f32,
}

impl Make {
    fn add(&mut self, element: ElementId, (likely, words): (f32, f32)) {
        self.elements.push(element);
        self.posts += u32::from(likely >= POST);
        self.likely += likely;
        self.words += words;
    }

    fn score(&self) -> f32 {
        self.likely - EVEN * self.words
    }
}

/// For each element whether it is a post or stands in one; nothing where no make of elements holds most of the text.
fn posts(page: &Page<'_>, tree: &Tree, open: &[u32], probability: &[f32]) -> Option<Vec<bool>> {
    let count = tree.elements().len();
    let mut sums = vec![(0.0f32, 0.0f32); count];
    let mut all = 0.0;
    for block in open.iter().map(|block| *block as usize) {
        let Some(element) = page.doc.blocks()[block].element else { continue };
        let words = page.shapes[block].words;
        let sum = &mut sums[element.index()];
        *sum = (sum.0 + words * probability[block], sum.1 + words);
        all += words * probability[block];
    }
    for index in (1..count).rev() {
        if let Some(parent) = tree.elements()[index].parent {
            let (likely, words) = sums[index];
            let up = &mut sums[parent.index()];
            *up = (up.0 + likely, up.1 + words);
        }
    }
    let makes = makes(tree, &sums);
    let mut is_post = vec![false; count];
    // Elements around those of a make, which can be none of another one.
    let mut is_around = vec![false; count];
    let mut held = 0.0;
    for _ in 0..MAKES {
        let free = |make: &Make| {
            let mut left = Make::default();
            for element in &make.elements {
                if !is_post[element.index()] && !is_around[element.index()] {
                    left.add(*element, sums[element.index()]);
                }
            }
            left
        };
        let is_many = |make: &Make| make.posts > 1 || held > 0.0 && make.likely > make.words * 0.7;
        let mut best = Make::default();
        for make in makes.iter().map(free).filter(is_many) {
            if make.score() > best.score() {
                best = make;
            }
        }
        if best.elements.is_empty() || best.likely < all * 0.05 {
            break;
        }
        held += best.likely;
        for element in best.elements {
            is_post[element.index()..tree.get(element).end.index()].fill(true);
            for outer in tree.ancestors(element).skip(1) {
                is_around[outer.index()] = true;
            }
        }
    }
    (held >= all * LEAST_HELD).then_some(is_post)
}

/// The makes of elements with likely text, in the order in which they stand on the page. Of elements of one make that stand
/// in each other the outer one counts.
fn makes(tree: &Tree, sums: &[(f32, f32)]) -> Vec<Make> {
    let mut known: FxHashMap<u64, usize> = FxHashMap::default();
    let mut makes: Vec<(Make, usize)> = Vec::new();
    let mut names = vec![0u64; sums.len()];
    for element in tree.ids() {
        let sum = sums[element.index()];
        let parent = tree.get(element).parent;
        names[element.index()] = name(tree, element, parent.map_or(0, |parent| names[parent.index()]));
        if sum.1 <= 0.0 || parent.is_none() {
            continue;
        }
        let at = *known.entry(names[element.index()]).or_insert_with(|| {
            makes.push((Make::default(), 0));
            makes.len() - 1
        });
        let (make, end) = &mut makes[at];
        if element.index() >= *end {
            *end = tree.get(element).end.index();
            make.add(element, sum);
        }
    }
    makes.into_iter().map(|(make, _)| make).collect()
}

/// Stands for the make of an element: its tag with its class or its id, without the numbers in it; where it has neither,
/// that of the element around it counts as well.
fn name(tree: &Tree, element: ElementId, around: u64) -> u64 {
    const PRIME: u64 = 0x0100_0000_01b3;
    let tag = 0xcbf2_9ce4_8422_2325 ^ tree.tag(element) as u64;
    let named = |attr| tree.attr(element, attr).filter(|value| value.bytes().any(|b| b.is_ascii_alphabetic()));
    match named(Attr::Class).or_else(|| named(Attr::Id)) {
        Some(value) => value
            .bytes()
            .filter(|b| !b.is_ascii_digit())
            .fold(tag.wrapping_mul(PRIME), |hash, b| (hash ^ u64::from(b)).wrapping_mul(PRIME)),
        None => (tag ^ around.rotate_left(7)).wrapping_mul(PRIME),
    }
}

#[cfg(test)]
mod tests {
    use copydesk_document::{Document, Input};
    use copydesk_parse::{Limits, parse};

    use super::*;

    const POSTS: &str = "<div class=note><p>Read the rules of this board before you ask anything here.</p></div>\
        <div class=thread><div class=post-1>Which glue would you take for an old boat of oak, or none at all?</div>\
        <div class=post-2><blockquote>Which glue would you take then?</blockquote>\
        Never glue a boat that was built to move, take cotton and pitch.</div>\
        <div class=post-3>I agree, and keep her wet for a week before she goes out.</div></div>";

    fn read(html: &str) -> Document {
        parse(&Input::new("page.html", html.as_bytes().to_vec()), &Limits::default()).expect("a page")
    }

    fn judged(thread: f32, probability: &mut [f32]) {
        let doc = read(POSTS);
        let page = Page::read(&doc, &crate::model::Names::default());
        let open: Vec<u32> = (0..page.len() as u32).collect();
        let mut kind = Likely([0.0; _]);
        kind.0[1] = thread;
        judge_together(&page, &open, &kind, probability);
    }

    #[test]
    fn what_stands_in_a_post_is_likelier_and_what_stands_in_none_less() {
        let before = [0.5, 0.9, 0.3, 0.9, 0.8];
        let mut after = before;
        judged(0.9, &mut after);
        assert!(after[0] < 0.4, "the notice above the thread: {after:?}");
        assert!(after[2] > 0.5, "the quotation: {after:?}");
        let mut after = before;
        judged(0.2, &mut after);
        assert_eq!(after.to_vec(), before.to_vec(), "the page is no thread");
    }

    #[test]
    fn nothing_changes_where_no_make_of_elements_holds_most_of_the_text() {
        let before = [0.9, 0.1, 0.1, 0.1, 0.1];
        let mut after = before;
        judged(0.9, &mut after);
        assert_eq!(after.to_vec(), before.to_vec());
    }
}
