//! What a document declares by name and value: meta elements, links, front matter, the fields of a record.

use copydesk_date::Hints;
use copydesk_document::{Clue, Document, Evidence, Field, Origin};
use copydesk_lexicon::{FieldKind, Lexicon, clean_name, label_of, read_byline};

use crate::{Gathered, dates, vocabulary::DECLARATIONS};

/// Gathers every declared value.
pub(crate) fn gather(doc: &Document, hints: &Hints<'_>, lexicon: &Lexicon, gathered: &mut Gathered) {
    let mut lists: Vec<(&Clue, f32, Vec<String>)> = Vec::new();
    for clue in doc.evidence.clues.iter().filter(|clue| !clue.value.is_empty()) {
        if matches!(clue.origin, Origin::Time | Origin::EmbeddedState) {
            continue;
        }
        if clue.origin == Origin::TitleElement {
            gathered.title.add(clue.value.clone(), clue.origin, "title", clue.span, 0.45);
        }
        for &(field, weight) in DECLARATIONS.of(clue.origin, &clue.name) {
            if field == Field::Authors {
                name(clue, weight, lexicon, &mut lists);
            } else {
                value(clue, field, weight, hints, gathered);
            }
        }
    }
    for (clue, weight, names) in lists {
        gathered.authors.add(names, clue.origin, &clue.name, clue.span, weight);
    }
    if let Some(url) = &doc.source.url {
        gathered.url.add(url.clone(), Origin::Header, "fetched", None, 0.5);
    }
    gather_card(&doc.evidence, lexicon, gathered);
}

fn value(clue: &Clue, field: Field, weight: f32, hints: &Hints<'_>, gathered: &mut Gathered) {
    let pool = match field {
        Field::Title => &mut gathered.title,
        Field::Description => &mut gathered.description,
        Field::SiteName => &mut gathered.site_name,
        Field::Language => &mut gathered.language,
        Field::License => &mut gathered.license,
        Field::Section => &mut gathered.section,
        Field::Url if is_address(&clue.value) => &mut gathered.url,
        Field::Image if clue.origin == Origin::FrontMatter || is_address(&clue.value) => &mut gathered.image,
        Field::Published | Field::Modified => {
            let pool = if field == Field::Published { &mut gathered.published } else { &mut gathered.modified };
            if let Some(at) = dates::declared(&clue.value, hints) {
                pool.add(at, clue.origin, &clue.name, clue.span, weight);
            }
            return;
        }
        Field::Tags => {
            for tag in clue.value.split([',', ';', '、', '，']).map(str::trim).filter(|t| !t.is_empty()) {
                gathered.tags.add(tag.to_owned(), clue.origin, &clue.name, clue.span, weight);
            }
            return;
        }
        Field::Url | Field::Image | Field::Authors | Field::Paywalled | Field::Dateline | Field::PageType => return,
    };
    pool.add(clue.value.clone(), clue.origin, &clue.name, clue.span, weight);
}

/// Author names that several clues of one name give, one each, are one list.
fn name<'d>(clue: &'d Clue, weight: f32, lexicon: &Lexicon, lists: &mut Vec<(&'d Clue, f32, Vec<String>)>) {
    let names = names_in(&clue.value, lexicon);
    match lists.iter_mut().find(|(c, ..)| c.origin == clue.origin && c.name == clue.name) {
        Some((_, _, known)) => known.extend(names),
        None => lists.push((clue, weight, names)),
    }
}

/// The names in a declared value: with the byline's words where it has them (`Ann Lee, Staff Reporter`).
pub(crate) fn names_in(value: &str, lexicon: &Lexicon) -> Vec<String> {
    if let Some(byline) = read_byline(value, lexicon).filter(|b| !b.people.is_empty() && b.rule.contains("suffix")) {
        return byline.people;
    }
    clean_name(value, lexicon)
}

/// Labels and values that pages give for the preview of a link: `twitter:label1` is `Written by`.
fn gather_card(evidence: &Evidence, lexicon: &Lexicon, gathered: &mut Gathered) {
    for number in ["1", "2"] {
        let find = |part: &str| {
            let name = format!("twitter:{part}{number}");
            evidence.clues.iter().find(|c| c.origin == Origin::Meta && c.name == name)
        };
        let (Some(label), Some(data)) = (find("label"), find("data")) else { continue };
        let line = format!("{}: {}", label.value, data.value);
        let is_author = label_of(&line, lexicon).is_some_and(|f| f.kind == FieldKind::Author)
            || read_byline(&line, lexicon).is_some_and(|b| b.rule != "byline-bare-name" && !b.people.is_empty());
        if is_author {
            gathered.authors.add(names_in(&data.value, lexicon), Origin::Meta, &data.name, data.span, 0.6);
        }
    }
}

fn is_address(value: &str) -> bool {
    value.starts_with("http://") || value.starts_with("https://") || value.starts_with('/')
}
