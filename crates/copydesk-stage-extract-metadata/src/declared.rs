//! What a document declares by name and value: meta elements, links, front matter, the fields of a record.

use std::borrow::Cow;

use copydesk_date::Hints;
use copydesk_document::{Clue, Document, Evidence, Field, Origin};
use copydesk_lexicon::{FieldKind, Lexicon, clean_name, label_of, read_byline};

use copydesk_text::{is_han, is_hangul};

use crate::{
    Gathered, dates,
    vocabulary::{DECLARATIONS, PersonPart},
};

/// Gathers every declared value.
pub(crate) fn gather(doc: &Document, hints: &Hints<'_>, lexicon: &Lexicon, gathered: &mut Gathered) {
    let mut lists = Lists::default();
    for clue in doc.evidence.clues.iter().filter(|clue| !clue.value.is_empty()) {
        if matches!(clue.origin, Origin::Time | Origin::EmbeddedState) {
            continue;
        }
        if clue.origin == Origin::TitleElement {
            gathered.title.add(clue.value.clone(), clue.origin, "title", clue.span, 0.45);
        }
        let declared = DECLARATIONS.of(clue.origin, &clue.name);
        for &(field, weight) in declared {
            if field == Field::Authors {
                lists.add(clue, &clue.name, PersonPart::Whole, weight);
            } else {
                value(clue, field, weight, hints, gathered);
            }
        }
        if declared.is_empty()
            && matches!(clue.origin, Origin::FrontMatter | Origin::Record)
            && let Some((list, part)) = DECLARATIONS.person(&clue.name)
        {
            let declared = DECLARATIONS.of(clue.origin, list).iter().find(|(field, _)| *field == Field::Authors);
            if let Some((_, weight)) = declared {
                lists.add(clue, list, part, *weight);
            }
        }
    }
    for List { first, name, weight, persons } in lists.0 {
        let names = persons.iter().flat_map(|person| names_in(&person.name(), lexicon)).collect();
        gathered.authors.add(names, first.origin, name, first.span, weight);
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

/// Lists of authors. Values that several clues of one name give, one each, are one list, texts and descriptions of persons
/// alike.
#[derive(Default)]
struct Lists<'d>(Vec<List<'d>>);

struct List<'d> {
    first: &'d Clue,
    name: &'d str,
    weight: f32,
    persons: Vec<Person<'d>>,
}

/// An author as a list says it: whole, or in parts.
#[derive(Default)]
struct Person<'d> {
    whole: Option<&'d str>,
    given: Option<&'d str>,
    family: Option<&'d str>,
}

impl<'d> Lists<'d> {
    fn add(&mut self, clue: &'d Clue, name: &'d str, part: PersonPart, weight: f32) {
        let at = self.0.iter().position(|list| list.first.origin == clue.origin && list.name == name);
        let at = at.unwrap_or_else(|| {
            self.0.push(List { first: clue, name, weight, persons: Vec::new() });
            self.0.len() - 1
        });
        let persons = &mut self.0[at].persons;
        match (part, persons.last_mut()) {
            (PersonPart::Given, Some(Person { whole: None, given: given @ None, .. })) => *given = Some(&clue.value),
            (PersonPart::Family, Some(Person { whole: None, family: family @ None, .. })) => {
                *family = Some(&clue.value);
            }
            _ => {
                let mut next = Person::default();
                let slot = match part {
                    PersonPart::Whole => &mut next.whole,
                    PersonPart::Given => &mut next.given,
                    PersonPart::Family => &mut next.family,
                };
                *slot = Some(&clue.value);
                persons.push(next);
            }
        }
    }
}

impl<'d> Person<'d> {
    fn name(&self) -> Cow<'d, str> {
        match (self.whole, self.given, self.family) {
            (Some(whole), ..) => whole.into(),
            // The family first where names are written so, without a space.
            (_, Some(given), Some(family)) if [given, family].iter().all(|part| part.chars().all(is_cjk)) => {
                format!("{family}{given}").into()
            }
            (_, Some(given), Some(family)) => format!("{given} {family}").into(),
            (_, given, family) => given.or(family).unwrap_or_default().into(),
        }
    }
}

fn is_cjk(c: char) -> bool {
    is_han(c) || is_hangul(c)
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
