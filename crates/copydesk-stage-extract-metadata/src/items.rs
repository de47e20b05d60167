//! What a document declares as schema.org items: the article among them, and what it says of itself.

use copydesk_date::Hints;
use copydesk_document::{Document, Evidence, Field, Item, ItemValue, Origin, Syntax};
use copydesk_lexicon::Lexicon;
use copydesk_text::key;

use crate::{Gathered, dates, declared::names_in};

/// Endings of the types that are a document, and types that are one without them.
const ENDINGS: [&str; 3] = ["Article", "Posting", "Report"];
const TYPES: [&str; 7] = ["CreativeWork", "Recipe", "Review", "HowTo", "QAPage", "VideoObject", "WebPage"];

/// Gathers what the items say.
pub(crate) fn gather(doc: &Document, hints: &Hints<'_>, lexicon: &Lexicon, gathered: &mut Gathered) {
    let evidence = &doc.evidence;
    let shown: Vec<String> = gathered.title.entries.iter().map(|e| key(&e.value)).collect();
    let urls: Vec<String> = gathered.url.entries.iter().map(|e| key(&e.value)).collect();
    for syntax in [Syntax::JsonLd, Syntax::Microdata] {
        let items = || evidence.items.iter().filter(move |i| i.syntax == syntax);
        if let Some(site) = items().find(|i| i.is("WebSite") && i.top_level)
            && let Some(name) = site.text("name")
        {
            gathered.site_name.add(name.to_owned(), origin(syntax), "WebSite.name", site.span, 0.6);
        }
        let mut best: Option<(&Item, i32)> = None;
        let mut listed = false;
        for item in items() {
            let rank = rank(item, &shown, &urls);
            if rank > 0 && best.is_none_or(|(_, known)| rank > known) {
                best = Some((item, rank));
                listed = false;
            } else if let Some((first, known)) = best {
                // Articles that nothing tells apart but their days are those of a list.
                listed |= rank == known && day_of(item) != day_of(first) && day_of(item).is_some();
            }
        }
        let Some((article, rank)) = best else { continue };
        // A type that may be anything on the page is trusted less than an article.
        let factor = if listed {
            UNSTATED
        } else if rank >= STATED {
            1.0
        } else {
            0.6
        };
        let page = article.types.iter().any(|t| t.ends_with("Page") && t != "QAPage");
        read(evidence, article, Trust { factor, page }, hints, lexicon, gathered);
    }
}

/// The day of publication that an item states, as it is written.
fn day_of(item: &Item) -> Option<&str> {
    item.text("datePublished").and_then(|date| date.trim().get(..10))
}

fn origin(syntax: Syntax) -> Origin {
    if syntax == Syntax::JsonLd { Origin::JsonLd } else { Origin::Microdata }
}

/// From this rank on an item says that it is an article.
const STATED: i32 = 8;

/// How far a date is trusted that is only the page's: enough to confirm another, too little to stand alone.
const UNSTATED: f32 = 0.3;

/// How likely an item is the document itself: by its type, its headline, its address, and whether it stands alone.
fn rank(item: &Item, titles: &[String], urls: &[String]) -> i32 {
    let stated = item.types.iter().any(|t| ENDINGS.iter().any(|end| t.ends_with(end)));
    let page = item.is("WebPage") || item.types.iter().any(|t| t.ends_with("Page") && t != "QAPage");
    if !stated && !page && !TYPES.iter().any(|t| item.is(t)) {
        return 0;
    }
    let headline = item.text("headline").or_else(|| item.text("name")).map(key).unwrap_or_default();
    // A cut headline is still the same.
    let same = headline.len() >= 8
        && titles.iter().any(|t| t.starts_with(&headline) || headline.starts_with(t.as_str()) && t.len() >= 12);
    let address = ["url", "mainEntityOfPage", "@id"]
        .iter()
        .filter_map(|p| item.text(p))
        .map(|url| key(url.split('#').next().unwrap_or(url)))
        .any(|url| url.len() > 12 && urls.contains(&url));
    // A page without a date or an author says nothing that the meta elements do not say.
    if !stated && !same && !address {
        return 0;
    }
    let facts = ["datePublished", "author", "headline"].iter().filter(|p| item.values(p).next().is_some()).count();
    i32::from(stated) * STATED
        + i32::from(same) * 4
        + i32::from(address) * 4
        + i32::from(item.top_level) * 2
        + i32::try_from(facts).unwrap_or(0)
        - i32::from(page) * 3
}

fn name_of(evidence: &Evidence, value: &ItemValue) -> Option<String> {
    match value {
        ItemValue::Text(text) => Some(text.clone()),
        ItemValue::Item(id) => {
            let item = evidence.item(*id);
            let whole = || Some(format!("{} {}", item.text("givenName")?, item.text("familyName")?));
            // Some put the whole person where the name belongs.
            let nested = || {
                item.values("name").find_map(|value| match value {
                    ItemValue::Item(id) => evidence.item(*id).text("name").map(str::to_owned),
                    ItemValue::Text(_) => None,
                })
            };
            item.text("name").map(str::to_owned).or_else(nested).or_else(whole)
        }
    }
}

/// How far an item is trusted.
#[derive(Clone, Copy)]
struct Trust {
    /// All of it, by its type.
    factor: f32,
    /// It describes the page and not an article.
    page: bool,
}

fn read(evidence: &Evidence, item: &Item, trust: Trust, hints: &Hints<'_>, lexicon: &Lexicon, gathered: &mut Gathered) {
    let Trust { factor, page } = trust;
    let (origin, at) = (origin(item.syntax), item.span);
    // Structured data in a script is written by the newsroom's system; microdata is what the template shows.
    // A system that tells apart a headline and another one writes each on purpose; in others the template fills it,
    // often with the words for search engines.
    let headline = match item.syntax {
        Syntax::JsonLd if item.text("alternativeHeadline").is_some() => 0.99,
        Syntax::JsonLd => 0.97,
        Syntax::Microdata => 0.8,
    };
    for (property, weight) in [("headline", headline), ("name", 0.4)] {
        if let Some(text) = item.text(property).filter(|text| !text.trim().is_empty()) {
            gathered.title.add(text.to_owned(), origin, property, at, weight * factor);
            break;
        }
    }
    for (property, field, weight) in [
        ("datePublished", Field::Published, 0.95),
        ("dateCreated", Field::Published, 0.6),
        ("uploadDate", Field::Published, 0.45),
        ("dateModified", Field::Modified, 0.9),
    ] {
        let pool = if field == Field::Published { &mut gathered.published } else { &mut gathered.modified };
        if let Some(date) = item.text(property).and_then(|text| dates::declared(text, hints)) {
            // Every page of a site has the day on which somebody made it; of an article it would be said as such.
            let factor = if page && item.syntax == Syntax::JsonLd { UNSTATED } else { factor };
            pool.add(date, origin, property, at, weight * factor);
        }
    }
    if let Some(name) = item.values("publisher").find_map(|v| name_of(evidence, v)) {
        gathered.site_name.add(name, origin, "publisher", at, 0.7 * factor);
    }
    for property in ["author", "creator"] {
        let names: Vec<String> = item
            .values(property)
            .filter_map(|v| name_of(evidence, v))
            .flat_map(|name| names_in(&name, lexicon))
            .collect();
        if !names.is_empty() {
            // A newsroom signs its news; a company that names itself as the author of its pages names nobody.
            let news = item.types.iter().any(|t| t.ends_with("NewsArticle"));
            let own = |name: &String| gathered.site_name.entries.iter().any(|e| key(&e.value) == key(name));
            let factor = if !news && names.iter().all(own) { UNSTATED } else { factor };
            gathered.authors.add(names, origin, property, at, 0.9 * factor);
            break;
        }
    }
    for (property, pool, weight) in [
        ("description", &mut gathered.description, 0.6),
        ("articleSection", &mut gathered.section, 0.8),
        ("inLanguage", &mut gathered.language, 0.7),
        ("license", &mut gathered.license, 0.9),
        ("url", &mut gathered.url, 0.5),
    ] {
        if let Some(text) = item.text(property).filter(|text| !text.trim().is_empty()) {
            pool.add(text.to_owned(), origin, property, at, weight * factor);
        }
    }
    for value in item.values("keywords") {
        if let ItemValue::Text(text) = value {
            for tag in text.split(',').map(str::trim).filter(|t| !t.is_empty()) {
                gathered.tags.add(tag.to_owned(), origin, "keywords", at, 0.7 * factor);
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
        gathered.image.add(image, origin, "image", at, 0.7 * factor);
    }
    if let Some(free) = item.text("isAccessibleForFree") {
        match key(free).as_str() {
            "true" => gathered.paywalled.add(false, origin, "isAccessibleForFree", at, 0.9 * factor),
            "false" => gathered.paywalled.add(true, origin, "isAccessibleForFree", at, 0.9 * factor),
            _ => {}
        }
    }
}
