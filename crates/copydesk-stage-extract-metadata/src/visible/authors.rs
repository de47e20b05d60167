//! Elements that are named for the author, and what stands in them.

use copydesk_document::{BlockId, Document, ElementId, Origin, Span, Tag};
use copydesk_lexicon::{Lexicon, read_byline};
use copydesk_text::key;

use super::{LONGEST_NAME, Visibility, Window, is_apart};
use crate::{Gathered, class_words, declared::names_in};

/// Gathers elements that are named for the author.
pub(crate) fn authors(doc: &Document, window: &Window, lexicon: &Lexicon, gathered: &mut Gathered) {
    let Some(tree) = &doc.tree else { return };
    let (mut near, mut far): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
    let (mut near_span, mut far_span) = (None, None);
    let head = window.span(doc);
    let mut inside: Option<ElementId> = None;
    let mut budget = 40;
    let mut author_names = class_words::AuthorNames::default();
    for element in tree.ids() {
        if inside.is_some_and(|outer| tree.contains(outer, element)) {
            continue;
        }
        // Nothing in there counts away from the headline, and the menus are many elements.
        let apart = matches!(tree.tag(element), Tag::Nav | Tag::Aside);
        let own = tree.get(element).span;
        if apart && head.is_none_or(|head| own.end <= head.start || head.end <= own.start) {
            inside = Some(element);
            continue;
        }
        if !class_words::shows_author(tree, element, &mut author_names) {
            continue;
        }
        budget -= 1;
        if budget == 0 {
            break;
        }
        let span = tree.get(element).span;
        let Some((block, text)) = text_in(doc, window.visibility, span) else { continue };
        if text.len() > LONGEST_NAME || class_words::is_no_byline(text.trim()) {
            continue;
        }
        inside = Some(element);
        let text = without_brackets(&text);
        let names = match read_byline(text, lexicon) {
            Some(byline) if !byline.people.is_empty() => byline.people,
            Some(byline) if !byline.organisations.is_empty() => byline.organisations,
            _ if text.len() <= 60 && class_words::is_like_a_name(text) => names_in(text, lexicon),
            _ => continue,
        };
        let names =
            names.into_iter().filter(|name| !class_words::is_account(name) && class_words::is_like_a_name(name));
        if window.holds(block) {
            near.extend(names);
            near_span = near_span.or(Some(span));
        } else if !class_words::is_elsewhere(tree, element, window.headline_element(doc)) && !is_apart(doc, block) {
            far.extend(names);
            far_span = far_span.or(Some(span));
        }
    }
    if !near.is_empty() && near.len() <= 8 {
        gathered.authors.add(near, Origin::Byline, "author element", near_span, 0.6);
    } else if let [only] = unique(&far).as_slice() {
        // Away from the headline a page that names several has several texts.
        gathered.authors.add(
            vec![only.clone()],
            Origin::Byline,
            "author element, away from the headline",
            far_span,
            0.4,
        );
    }
}

/// What stands in the brackets that a whole byline stands in: `【Mori Aoi】`.
fn without_brackets(text: &str) -> &str {
    const PAIRS: [(char, char); 6] = [('【', '】'), ('[', ']'), ('［', '］'), ('(', ')'), ('（', '）'), ('〔', '〕')];
    let text = text.trim();
    let within = |(open, close): (char, char)| text.strip_prefix(open)?.strip_suffix(close);
    let inner = PAIRS.into_iter().find_map(within);
    inner.filter(|inner| !PAIRS.iter().any(|(open, close)| inner.contains([*open, *close]))).map_or(text, str::trim)
}

fn unique(names: &[String]) -> Vec<String> {
    let mut seen: Vec<String> = Vec::new();
    for name in names.iter().take(30) {
        if !seen.iter().any(|s| key(s) == key(name)) {
            seen.push(name.clone());
        }
    }
    seen
}

/// The visible text of an element, if it stands in one block: the block's own text, or the part of it that the
/// element's source without tags gives.
fn text_in(doc: &Document, visibility: Visibility, span: Span) -> Option<(BlockId, String)> {
    let at = doc.blocks().partition_point(|b| b.span.end <= span.start);
    let block = doc.blocks().get(at).filter(|b| b.span.start < span.end && !visibility.misses(b))?;
    let id = BlockId(at as u32);
    if block.span.start >= span.start && block.span.end <= span.end {
        return Some((id, doc.original_text(id).to_owned()));
    }
    let source = doc.content().get(span.start as usize..span.end as usize).filter(|s| s.len() <= 2_000)?;
    let mut text = String::new();
    let mut tag = false;
    for c in source.chars() {
        match c {
            '<' => tag = true,
            '>' if tag => {
                tag = false;
                text.push(' ');
            }
            _ if !tag => text.push(c),
            _ => {}
        }
    }
    let text = text.replace("&nbsp;", " ").replace("&amp;", "&");
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    (!text.is_empty() && doc.original_text(id).contains(text.as_str())).then_some((id, text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_around_a_whole_byline_go() {
        for (text, expected) in [
            ("【森あおい】", "森あおい"),
            (" ( Ida Holm ) ", "Ida Holm"),
            ("Ida Holm (Oslo)", "Ida Holm (Oslo)"),
            ("(Ida Holm) and (Per Moe)", "(Ida Holm) and (Per Moe)"),
            ("】", "】"),
        ] {
            assert_eq!(without_brackets(text), expected);
        }
    }
}
