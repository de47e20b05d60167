//! What kind of page it is, where that says that the authors and dates on it are not the page's own.

use copydesk_document::{Document, Origin};

use crate::{Pools, pool::Entry};

/// The authors and dates of a shop's page are those of its reviewers, the ones of a site's front page belong to the
/// texts that it lists. What is read there counts only where it is stated of an article.
pub(crate) fn weaken(doc: &Document, pools: &mut Pools) {
    if holds(doc, |kind| kind.ends_with("Article") || kind.ends_with("Posting")) {
        return;
    }
    let declared = |name: &str| {
        doc.evidence.value(Origin::Meta, "og:type").is_some_and(|kind| kind.to_ascii_lowercase().contains(name))
    };
    let why = if declared("product") || holds(doc, |kind| kind == "Product") {
        "on a page that sells something"
    } else if !declared("article") && is_front_page(doc, pools) {
        "on the front page of a site"
    } else {
        return;
    };
    make_light(&mut pools.authors.entries, why);
    make_light(&mut pools.published.entries, why);
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
fn is_front_page(doc: &Document, pools: &Pools) -> bool {
    let bare = |url: &str| {
        let path = url.split_once("://").and_then(|(_, rest)| rest.split_once('/')).map_or("", |(_, path)| path);
        path.split('#').next().unwrap_or_default().trim_end_matches('/').is_empty()
    };
    if let Some(url) = &doc.source.url {
        return bare(url);
    }
    let mut urls = pools.url.entries.iter().map(|e| e.value.as_str()).peekable();
    urls.peek().is_some() && urls.all(bare)
}
