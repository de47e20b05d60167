//! What a document declares: structured data, meta elements, links, front matter, `<time>`.

use copydesk_date::Hints;
use copydesk_document::{Attr, Clue, Document, Evidence, Item, ItemValue, Origin, Syntax, Tag, Timestamp};
use copydesk_lexicon::{Lexicon, clean_name};

use crate::{
    Pools, dates,
    pool::{Pool, key},
    vocabulary::{DECLARATIONS, Names},
};

/// Gathers every declared value.
pub(crate) fn gather(doc: &Document, pools: &mut Pools) {
    let hints = dates::hints(doc);
    for clue in &doc.evidence.clues {
        if !clue.value.is_empty() {
            declaration(clue, &hints, pools);
        }
    }
    if let Some(url) = &doc.source.url {
        pools.url.add(url.clone(), Origin::Header, "fetched", None, 0.5);
    }
    gather_names(&doc.evidence, pools);
    for item in &doc.evidence.items {
        gather_item(&doc.evidence, item, &hints, pools);
    }
    gather_elements(doc, pools);
}

fn declaration(clue: &Clue, hints: &Hints<'_>, pools: &mut Pools) {
    let all = &*DECLARATIONS;
    let weight = |lists: &[Names]| Names::weight_of(lists, clue.origin, &clue.name);
    let text = |pool: &mut Pool<String>, lists: &[Names]| {
        if let Some(weight) = weight(lists) {
            pool.add(clue.value.clone(), clue.origin, &clue.name, clue.span, weight);
        }
    };
    text(&mut pools.title, &all.title);
    text(&mut pools.description, &all.description);
    text(&mut pools.site_name, &all.site_name);
    text(&mut pools.language, &all.language);
    text(&mut pools.license, &all.license);
    text(&mut pools.section, &all.section);
    if is_address(&clue.value) {
        text(&mut pools.url, &all.url);
        text(&mut pools.image, &all.image);
    } else if clue.origin == Origin::FrontMatter {
        text(&mut pools.image, &all.image);
    }
    if clue.origin == Origin::TitleElement {
        pools.title.add(clue.value.clone(), clue.origin, "title", clue.span, 0.6);
    }
    let date = |pool: &mut Pool<Timestamp>, lists: &[Names]| {
        if let Some((weight, at)) = weight(lists).zip(dates::declared(&clue.value, hints)) {
            pool.add(at, clue.origin, &clue.name, clue.span, weight);
        }
    };
    date(&mut pools.published, &all.published);
    date(&mut pools.modified, &all.modified);
    if let Some(weight) = weight(&all.tags) {
        for tag in clue.value.split([',', ';', '、', '，']).map(str::trim).filter(|t| !t.is_empty()) {
            pools.tags.add(tag.to_owned(), clue.origin, &clue.name, clue.span, weight);
        }
    }
}

/// Author names that several clues of one name give, one each, are one list.
fn gather_names(evidence: &Evidence, pools: &mut Pools) {
    let lexicon = Lexicon::builtin();
    let mut lists: Vec<(&Clue, f32, Vec<String>)> = Vec::new();
    for clue in &evidence.clues {
        let Some(weight) = Names::weight_of(&DECLARATIONS.authors, clue.origin, &clue.name) else { continue };
        let names = clean_name(&clue.value, lexicon);
        match lists.iter_mut().find(|(c, ..)| c.origin == clue.origin && c.name == clue.name) {
            Some((_, _, known)) => known.extend(names),
            None => lists.push((clue, weight, names)),
        }
    }
    for (clue, weight, names) in lists {
        pools.authors.add(names, clue.origin, &clue.name, clue.span, weight);
    }
}

fn is_address(value: &str) -> bool {
    value.starts_with("http://") || value.starts_with("https://") || value.starts_with('/')
}

/// Types of schema.org that are the document itself.
const ARTICLES: [&str; 12] = [
    "NewsArticle",
    "Article",
    "ReportageNewsArticle",
    "AnalysisNewsArticle",
    "OpinionNewsArticle",
    "BackgroundNewsArticle",
    "ReviewNewsArticle",
    "BlogPosting",
    "LiveBlogPosting",
    "ScholarlyArticle",
    "TechArticle",
    "Report",
];

fn gather_item(evidence: &Evidence, item: &Item, hints: &Hints<'_>, pools: &mut Pools) {
    let origin = if item.syntax == Syntax::JsonLd { Origin::JsonLd } else { Origin::Microdata };
    let article = ARTICLES.iter().any(|t| item.is(t)) || item.types.iter().any(|t| t.ends_with("Article"));
    if item.is("WebSite")
        && item.top_level
        && let Some(name) = item.text("name")
    {
        pools.site_name.add(name.to_owned(), origin, "WebSite.name", item.span, 0.6);
    }
    if !article {
        return;
    }
    // Some pages list other articles in full; those stand inside a property or behind the first one.
    let first = evidence
        .items
        .iter()
        .find(|i| i.syntax == item.syntax && i.types.iter().any(|t| t.ends_with("Article") || t.ends_with("Posting")));
    let factor = if first.is_some_and(|f| std::ptr::eq(f, item)) { 1.0 } else { 0.3 };
    let at = item.span;
    for (property, weight) in [("headline", 0.85), ("name", 0.5)] {
        if let Some(text) = item.text(property) {
            pools.title.add(text.to_owned(), origin, property, at, weight * factor);
        }
    }
    for (property, pool, weight) in
        [("datePublished", &mut pools.published, 0.95), ("dateModified", &mut pools.modified, 0.9)]
    {
        if let Some(date) = item.text(property).and_then(|text| dates::declared(text, hints)) {
            pool.add(date, origin, property, at, weight * factor);
        }
    }
    let name_of = |value: &ItemValue| match value {
        ItemValue::Text(text) => Some(text.clone()),
        ItemValue::Item(id) => evidence.item(*id).text("name").map(str::to_owned),
    };
    let lexicon = Lexicon::builtin();
    for property in ["author", "creator"] {
        let names: Vec<String> =
            item.values(property).filter_map(name_of).flat_map(|name| clean_name(&name, lexicon)).collect();
        if !names.is_empty() {
            pools.authors.add(names, origin, property, at, 0.9 * factor);
            break;
        }
    }
    if let Some(name) = item.values("publisher").find_map(name_of) {
        pools.site_name.add(name, origin, "publisher", at, 0.7 * factor);
    }
    for (property, pool, weight) in [
        ("description", &mut pools.description, 0.6),
        ("articleSection", &mut pools.section, 0.8),
        ("inLanguage", &mut pools.language, 0.7),
        ("license", &mut pools.license, 0.9),
        ("url", &mut pools.url, 0.5),
    ] {
        if let Some(text) = item.text(property) {
            pool.add(text.to_owned(), origin, property, at, weight * factor);
        }
    }
    for value in item.values("keywords") {
        if let ItemValue::Text(text) = value {
            for tag in text.split(',').map(str::trim).filter(|t| !t.is_empty()) {
                pools.tags.add(tag.to_owned(), origin, "keywords", at, 0.7 * factor);
            }
        }
    }
    let image = item.values("image").find_map(|value| match value {
        ItemValue::Text(text) => Some(text.clone()),
        ItemValue::Item(id) => {
            let item = evidence.item(*id);
            item.text("url").or_else(|| item.text("contentUrl")).map(str::to_owned)
        }
    });
    if let Some(image) = image {
        pools.image.add(image, origin, "image", at, 0.7 * factor);
    }
    if let Some(free) = item.text("isAccessibleForFree") {
        match key(free).as_str() {
            "true" => pools.paywalled.add(false, origin, "isAccessibleForFree", at, 0.9 * factor),
            "false" => pools.paywalled.add(true, origin, "isAccessibleForFree", at, 0.9 * factor),
            _ => {}
        }
    }
}

/// Elements that say what they hold: `rel="author"`, `itemprop`, a single `<h1>`.
fn gather_elements(doc: &Document, pools: &mut Pools) {
    let Some(tree) = &doc.tree else { return };
    let headings: Vec<_> = doc.iter().filter(|(_, b)| b.level == 1 && !b.hidden).collect();
    let in_h1 = |element| tree.ancestors(element).any(|a| tree.tag(a) == Tag::H1);
    let weight = if headings.len() == 1 { 0.75 } else { 0.45 };
    for (id, block) in headings {
        if block.element.is_some_and(in_h1) {
            pools.title.add(doc.text(id).replace('\n', " "), Origin::Heading, "h1", Some(block.span), weight);
        }
    }
    let lexicon = Lexicon::builtin();
    let mut names: Vec<String> = Vec::new();
    let mut span = None;
    for (id, block) in doc.iter() {
        let Some(element) = block.element else { continue };
        let authored = tree
            .ancestors(element)
            .take(2)
            .any(|a| tree.attr(a, Attr::Rel).is_some_and(|rel| rel.split_ascii_whitespace().any(|r| r == "author")));
        if authored && doc.text(id).len() < 100 {
            names.extend(clean_name(doc.text(id), lexicon));
            span = span.or(Some(block.span));
        }
    }
    if !names.is_empty() {
        pools.authors.add(names, Origin::Byline, "rel=author", span, 0.6);
    }
}
