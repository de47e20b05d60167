//! What is found of a handful of documents.

use copydesk_document::{
    BlockKind, Decision, Document, DocumentSource, Label, Metadata, NewBlock, Origin, Value as Fact,
};
use copydesk_stage::{Catalog, Conclusion, Corpus, Seen, Survey, SurveyError};
use copydesk_survey_follow_versions::register;
use serde_json::{Value, json};

/// Summaries, each with its run.
struct Given(Vec<(usize, Vec<u8>)>);

impl Corpus for Given {
    fn documents(&self) -> u64 {
        self.0.len() as u64
    }

    fn each(&self, see: &mut dyn FnMut(Seen<'_>) -> Result<(), SurveyError>) -> Result<(), SurveyError> {
        (0..).zip(&self.0).try_for_each(|(number, (run, summary))| see(Seen { number, run: *run, summary }))
    }
}

fn survey(options: &Value) -> Box<dyn Survey> {
    let catalog = Catalog::default().with(register);
    catalog.find_survey("follow-versions").expect("registered").build(options).expect("valid")
}

/// A document that was fetched at that time. What begins with `#` is its title.
fn document(name: &str, url: &str, fetched: Option<&str>, blocks: &[&str]) -> Document {
    let fetched = fetched.map(|time| time.parse().expect("a time"));
    let url = Some(url.to_owned()).filter(|url| !url.is_empty());
    let source = DocumentSource { name: name.into(), uri: name.into(), url, fetched, ..DocumentSource::default() };
    let mut doc = Document::new(source, String::new());
    for text in blocks {
        let title = text.strip_prefix('#').map(|title| (Label::Title, title));
        let (label, text) = title.unwrap_or((Label::Body, *text));
        let block = doc.push_block(NewBlock { kind: BlockKind::Paragraph, text, ..NewBlock::default() });
        doc.decide(Decision { block, label, stage: "test".into(), rule: "test".into(), detail: "".into() });
        if label == Label::Title {
            let value =
                Fact { value: text.to_owned(), origin: Origin::Meta, name: "t".into(), span: None, confidence: 1.0 };
            doc.add_facts("test", Metadata { title: Some(value), ..Metadata::default() });
        }
    }
    doc
}

fn found(options: &Value, docs: &[(usize, Document)]) -> Vec<Conclusion> {
    let survey = survey(options);
    let given = docs.iter().map(|(run, doc)| (*run, survey.see(doc).expect("it can be seen"))).collect();
    let conclusions = survey.conclude(&Given(given)).expect("it concludes");
    (0..docs.len() as u64).map(|number| conclusions.of(number)).collect()
}

const PAGE: &str = "https://example.org/ferry";

/// A page as it stood on three days, fetched once more without a change, and others.
fn days() -> Vec<(usize, Document)> {
    let day = |name, day, blocks: &[&str]| (0, document(name, PAGE, Some(day), blocks));
    vec![
        day(
            "third",
            "2026-03-03",
            &["#Ferry sails", "Boats leave at ten.", "Tickets cost four.", "A second crew came."],
        ),
        day("first", "2026-03-01T08:00:00Z", &["#Ferry to sail", "Boats leave at ten.", "Tickets cost three."]),
        day("again", "2026-03-02", &["#Ferry to sail", "Boats leave at ten.", "Tickets cost three."]),
        (0, document("other", "https://example.org/museum", None, &["#Museum", "It opens."])),
        (0, document("nowhere", "", None, &["Nobody knows from where."])),
        day(
            "moved",
            "2026-03-04",
            &["#Ferry sails", "A second crew came.", "Boats leave at ten.", "Tickets cost four."],
        ),
    ]
}

#[test]
fn versions_are_in_the_order_in_which_they_were_fetched_and_say_what_changed() {
    let docs = days();
    let id = |at: usize| copydesk_record::id(&docs[at].1);
    let first = id(1);
    let all: Vec<Value> = found(&json!({}), &docs).into_iter().map(|found| found.value).collect();
    let of = |previous: usize, number: u32, changed: &[&str], added: &[u32], removed: &[u32], share: f64| {
        json!({
            "first": first, "previous": id(previous), "number": number, "changed": changed, "added": added,
            "removed": removed, "share": share,
        })
    };
    let begins = |at: usize| {
        json!({
            "first": id(at), "previous": null, "number": 1, "changed": [], "added": [], "removed": [], "share": null,
        })
    };
    assert_eq!(all[1], begins(1));
    assert_eq!(all[2], of(1, 2, &[], &[], &[], 1.0));
    assert_eq!(all[0], of(2, 3, &["title", "text"], &[2, 3], &[2], 0.33));
    assert_eq!(all[5], of(0, 4, &["text"], &[], &[], 1.0), "moved only");
    assert_eq!((&all[3], &all[4]), (&begins(3), &Value::Null));
}

#[test]
fn a_block_that_stood_twice_and_stands_once_was_removed() {
    let of = |day, blocks: &[&str]| (0, document(day, PAGE, Some(day), blocks));
    let docs = [of("2026-03-01", &["Refrain.", "Verse.", "Refrain."]), of("2026-03-02", &["Refrain.", "Verse."])];
    let second = &found(&json!({}), &docs)[1].value;
    assert_eq!((&second["added"], &second["removed"], &second["share"]), (&json!([]), &json!([2]), &json!(1.0)));
}

#[test]
fn versions_without_a_change_are_left_out_with_their_twin() {
    let docs = days();
    let all = found(&json!({ "keep": "changed" }), &docs);
    let out: Vec<_> = all.iter().map(|found| found.left_out.as_ref().and_then(|out| out.twin.clone())).collect();
    let first = copydesk_record::id(&docs[1].1);
    assert_eq!(out, [None, None, Some(first.clone()), None, None, None]);
    assert_eq!(
        (&all[0].value["previous"], &all[0].value["number"]),
        (&json!(first), &json!(2)),
        "no link to what is gone"
    );
}

#[test]
fn what_was_concluded_of_earlier_runs_stays() {
    let docs = days();
    let before = found(&json!({}), &docs);
    let mut more = docs;
    let late = document("late", "http://www.example.org/ferry/#top", Some("2026-02-01"), &["Boats leave at ten."]);
    more.push((1, late));
    more.push((1, document("unsaid", PAGE, None, &["Boats leave at ten."])));
    let after = found(&json!({}), &more);
    assert_eq!(before, after[..before.len()]);
    let last = |at: usize| (after[at].value["number"].as_u64(), after[at].value["changed"].clone());
    assert_eq!(last(6), (Some(5), json!(["title", "text"])), "of another run, whenever it was fetched");
    assert_eq!(last(7), (Some(6), json!([])), "whoever does not say when comes last");
}

#[test]
fn an_address_that_many_pages_give_by_mistake_is_none() {
    let given = |url: &str| {
        let mut doc = document("a", "", None, &["A text."]);
        let value = Fact { value: url.to_owned(), origin: Origin::Meta, name: "t".into(), span: None, confidence: 1.0 };
        doc.add_facts("test", Metadata { url: Some(value), ..Metadata::default() });
        found(&json!({}), &[(0, doc)]).remove(0).value
    };
    assert!(given("https://example.org/").is_null());
    assert_eq!(given("https://example.org/a")["number"], 1);
}
