//! What kind of page it is, where that says that the authors and dates on it are not the page's own.

use copydesk_document::{Document, Origin};

use crate::{Gathered, candidates::Entry, class_words};

/// The authors and dates of a shop's page are those of its reviewers, the ones of a list belong to the texts that it
/// lists, and those of a manual's page are of its build. What is read there counts only where the page says that it
/// is an article.
pub(crate) fn weaken(doc: &Document, gathered: &mut Gathered) {
    let articles = articles(doc);
    let declared = |name: &str| {
        doc.evidence.value(Origin::Meta, "og:type").is_some_and(|kind| kind.to_ascii_lowercase().contains(name))
    };
    let front = || is_front_page(doc, gathered);
    let why = if articles > 1 && front() {
        "on the front page of a site"
    } else if articles > 0 {
        return;
    } else if declared("product") || holds(doc, |kind| kind == "Product" || kind == "Service") {
        "on a page that sells something"
    } else if !declared("article") && front() {
        "on the front page of a site"
    } else if let Some(why) = address(doc, gathered).and_then(class_words::is_no_text) {
        why
    } else {
        return;
    };
    make_light(&mut gathered.authors.entries, why);
    make_light(&mut gathered.published.entries, why);
}

/// How many articles and posts the structured data lists. An article about a technique is a manual's page as well.
fn articles(doc: &Document) -> usize {
    let is_text = |kind: &String| kind.ends_with("Posting") || kind.ends_with("Article") && kind != "TechArticle";
    doc.evidence.items.iter().filter(|item| item.top_level && item.types.iter().any(is_text)).count()
}

/// The address: the fetched one, or the first that the page declares.
fn address<'d>(doc: &'d Document, gathered: &'d Gathered) -> Option<&'d str> {
    doc.source.url.as_deref().or_else(|| gathered.url.entries.first().map(|e| e.value.as_str()))
}

fn make_light<T>(entries: &mut [Entry<T>], why: &str) {
    for entry in entries.iter_mut().filter(|e| !matches!(e.origin, Origin::FrontMatter | Origin::Record)) {
        entry.weight *= FACTOR;
        why.clone_into(&mut entry.why);
    }
}

/// What is left of the weight.
const FACTOR: f32 = 0.15;

/// Whether an item that stands by itself is of such a type.
fn holds(doc: &Document, kind: impl Fn(&str) -> bool) -> bool {
    doc.evidence.items.iter().any(|item| item.top_level && item.types.iter().any(|t| kind(t)))
}

/// Whether the address is that of a host alone: the fetched one, or all those that the page declares.
fn is_front_page(doc: &Document, gathered: &Gathered) -> bool {
    let bare = |url: &str| {
        let behind = url.split_once("://").and_then(|(_, rest)| rest.split_once('/')).map_or("", |(_, path)| path);
        behind.split('#').next().unwrap_or_default().trim_end_matches('/').is_empty()
    };
    if let Some(url) = &doc.source.url {
        return bare(url);
    }
    let mut urls = gathered.url.entries.iter().map(|e| e.value.as_str()).peekable();
    urls.peek().is_some() && urls.all(bare)
}
