//! The criteria, one by one.

use copydesk_document::Document;

use crate::Config;

/// A test that a document can fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Test {
    pub(crate) name: &'static str,
    /// Whether a document fails it by saying nothing.
    pub(crate) is_silence: bool,
}

const fn test(name: &'static str) -> Test {
    Test { name, is_silence: false }
}

const fn silence(name: &'static str) -> Test {
    Test { name, is_silence: true }
}

/// All of them, in the order in which they are asked.
pub(crate) const TESTS: [Test; 14] = [
    test("short"),
    test("long"),
    test("text-confidence"),
    silence("no-confidence"),
    test("language"),
    test("language-confidence"),
    test("early"),
    test("late"),
    silence("no-date"),
    test("other-site"),
    test("listed-site"),
    silence("no-site"),
    test("page-type"),
    silence("no-page-type"),
];

/// The tests that a document fails, each with what was found.
pub(crate) fn failed(config: &Config, doc: &Document) -> Vec<(Test, String)> {
    let mut failed = Vec::new();
    let mut fail = |name: &str, found: String| {
        failed.extend(TESTS.into_iter().find(|test| test.name == name).map(|test| (test, found)));
    };
    length(config, doc, &mut fail);
    language(config, doc, &mut fail);
    date(config, doc, &mut fail);
    site(config, doc, &mut fail);
    if !config.page_types.is_empty() {
        match doc.metadata().page_type.as_ref().map(|kind| kind.value) {
            Some(kind) if !config.page_types.contains(&kind) => fail("page-type", kind.name().to_owned()),
            Some(_) => {}
            None => fail("no-page-type", "its kind is not known".into()),
        }
    }
    failed
}

fn length(config: &Config, doc: &Document, fail: &mut impl FnMut(&str, String)) {
    let characters: u64 = doc.body().map(|(id, _)| doc.text(id).chars().count() as u64).sum();
    if config.min_characters.is_some_and(|least| characters < least) {
        fail("short", format!("{characters} characters"));
    }
    if config.max_characters.is_some_and(|most| characters > most) {
        fail("long", format!("{characters} characters"));
    }
    if let Some(least) = config.min_text_confidence {
        match doc.text_confidence() {
            Some(sure) if sure < least => fail("text-confidence", format!("{sure:.2}")),
            Some(_) => {}
            None => fail("no-confidence", "no stage has said how sure the text is".into()),
        }
    }
}

fn language(config: &Config, doc: &Document, fail: &mut impl FnMut(&str, String)) {
    let main = doc.languages().main.as_ref();
    let tag = main.map_or("und", |guess| guess.tag.as_str());
    let keeps = |wanted: &String| {
        tag.eq_ignore_ascii_case(wanted)
            || tag.get(..wanted.len()).is_some_and(|head| head.eq_ignore_ascii_case(wanted))
                && tag[wanted.len()..].starts_with('-')
    };
    if !config.languages.is_empty() && !config.languages.iter().any(keeps) {
        fail("language", format!("`{tag}`"));
    }
    let sure = main.map_or(0.0, |guess| guess.confidence);
    if config.min_language_confidence.is_some_and(|least| sure < least) {
        fail("language-confidence", format!("{sure:.2}"));
    }
}

fn date(config: &Config, doc: &Document, fail: &mut impl FnMut(&str, String)) {
    if config.from.is_none() && config.until.is_none() {
        return;
    }
    let Some(published) = doc.metadata().published.as_ref().map(|published| published.value) else {
        return fail("no-date", "its day is not known".into());
    };
    // A day that somebody names is compared with the one that the document prints, as far down as both are known.
    if config.from.is_some_and(|from| published.compare(from).is_lt()) {
        fail("early", published.to_string());
    }
    if config.until.is_some_and(|until| published.compare(until).is_gt()) {
        fail("late", published.to_string());
    }
}

fn site(config: &Config, doc: &Document, fail: &mut impl FnMut(&str, String)) {
    if config.sites.is_empty() && config.without_sites.is_empty() {
        return;
    }
    // Where it was fetched from cannot be made up by the page.
    let given = doc.metadata().url.as_ref().map(|url| url.value.as_str());
    let address = doc.source.url.as_deref().or(given).unwrap_or(&doc.source.uri);
    let Some(site) = copydesk_text::site(address) else {
        return fail("no-site", "its site is not known".into());
    };
    if !config.sites.is_empty() && !lists(&config.sites, &site) {
        fail("other-site", site.clone());
    }
    if lists(&config.without_sites, &site) {
        fail("listed-site", site);
    }
}

/// Whether a sorted list has the site, or a domain that it stands under.
fn lists(sites: &[String], site: &str) -> bool {
    let mut domain = site;
    loop {
        if sites.binary_search_by(|known| known.as_str().cmp(domain)).is_ok() {
            return true;
        }
        let Some((_, above)) = domain.split_once('.') else { return false };
        domain = above;
    }
}
