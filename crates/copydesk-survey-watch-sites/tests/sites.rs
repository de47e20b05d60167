//! What is told of sites whose layout changes, and of those whose does not.

use copydesk_document::{
    BoilerplateKind, Decision, Document, DocumentSource, Label, Metadata, NewBlock, Origin, Value as Fact,
};
use copydesk_stage::{Alert, Catalog, Corpus, OfCorpus, QuarantinedInput, Seen, Survey, SurveyError};
use copydesk_survey_watch_sites::register;
use serde_json::{Value, json};

/// Summaries, each with its run, and what is in quarantine, all of one site, with run and day.
struct Given(Vec<(usize, Vec<u8>)>, Vec<(usize, Option<&'static str>)>, usize);

impl Corpus for Given {
    fn documents(&self) -> u64 {
        self.0.len() as u64
    }

    fn each(&self, see: &mut dyn FnMut(Seen<'_>) -> Result<(), SurveyError>) -> Result<(), SurveyError> {
        (0..).zip(&self.0).try_for_each(|(number, (run, summary))| see(Seen { number, run: *run, summary }))
    }

    fn each_quarantined(
        &self,
        see: &mut dyn FnMut(QuarantinedInput<'_>) -> Result<(), SurveyError>,
    ) -> Result<(), SurveyError> {
        self.1.iter().try_for_each(|(run, day)| see(QuarantinedInput { site: "news.example", day: *day, run: *run }))
    }

    fn run(&self) -> usize {
        self.2
    }
}

/// A page of a site, of which these parts of ten are main text.
fn page(site: &str, day: Option<&str>, kept: usize, has_date: bool) -> Document {
    let fetched = day.map(|day| day.parse().expect("a day"));
    let source = DocumentSource { url: Some(format!("https://www.{site}/a")), fetched, ..DocumentSource::default() };
    let mut doc = Document::new(source, String::new());
    for part in 0..10 {
        let block = doc.push_block(NewBlock { text: "Boats leave at ten.", ..NewBlock::default() });
        let label = if part < kept { Label::Body } else { Label::Boilerplate(BoilerplateKind::Navigation) };
        doc.decide(Decision { block, label, stage: "test".into(), rule: "test".into(), detail: "".into() });
    }
    let fact = |value| Fact { value, origin: Origin::Meta, name: "test".into(), span: None, confidence: 1.0 };
    let published = has_date.then(|| "2026-01-01".parse().expect("a day")).map(|day| Fact {
        value: day,
        origin: Origin::Meta,
        name: "test".into(),
        span: None,
        confidence: 1.0,
    });
    doc.add_facts("test", Metadata { title: Some(fact("A title".to_owned())), published, ..Metadata::default() });
    doc
}

fn survey(options: &Value) -> Box<dyn Survey> {
    let catalog = Catalog::default().with(register);
    catalog.find_survey("watch-sites").expect("registered").build(options).expect("valid")
}

fn told(options: &Value, docs: &[(usize, Document)], quarantined: &[(usize, Option<&'static str>)]) -> OfCorpus {
    let runs = docs.iter().map(|(run, _)| *run).chain(quarantined.iter().map(|(run, _)| *run));
    told_in(runs.max().unwrap_or(0), options, docs, quarantined)
}

fn told_in(
    run: usize,
    options: &Value,
    docs: &[(usize, Document)],
    quarantined: &[(usize, Option<&'static str>)],
) -> OfCorpus {
    let survey = survey(options);
    let given = docs.iter().map(|(run, doc)| (*run, survey.see(doc).expect("it can be seen"))).collect();
    survey.conclude(&Given(given, quarantined.to_vec(), run)).expect("it concludes").of_corpus()
}

/// Site, day and figure of each alert.
fn figures(alerts: &[Alert]) -> Vec<[&str; 3]> {
    alerts.iter().map(|alert| ["site", "day", "figure"].map(|key| alert.about[key].as_str())).collect()
}

/// Five pages a day for a week; on the fifth day one of two sites has another layout.
fn week() -> Vec<(usize, Document)> {
    let mut docs = Vec::new();
    for day in 1..=7 {
        let name = format!("2026-03-0{day}");
        for number in 0..5 {
            let kept = if day >= 5 { 1 } else { 6 + (number + day) % 2 };
            docs.push((0, page("news.example", Some(&name), kept, day < 5)));
            docs.push((0, page("calm.example", Some(&name), 6 + (number + day) % 2, true)));
        }
    }
    docs
}

#[test]
fn a_layout_that_changes_is_told_once_and_of_the_site_alone() {
    let told = told(&json!({}), &week(), &[]);
    let of = |figure| ["news.example", "2026-03-05", figure];
    assert_eq!(figures(&told.alerts), [of("kept"), of("blocks"), of("published")]);
    assert_eq!(
        told.alerts[0].message,
        "news.example, 2026-03-05: 10 % of the letters of a page are main text; in the 4 days before it were 64 % to 66 %"
    );
    let table = told.table.expect("a table");
    assert_eq!(table.columns[..4], ["site", "day", "documents", "kept"]);
    let row = table.rows.iter().find(|row| row[0] == "news.example" && row[1] == "2026-03-05").expect("a row");
    assert_eq!(
        *row,
        [
            json!("news.example"),
            json!("2026-03-05"),
            json!(5),
            json!(0.1),
            json!(1.0),
            json!(0.0),
            json!(1.0),
            json!(0.0),
            json!(0.0),
            json!(0.0)
        ]
    );
    assert_eq!(table.rows.len(), 14);
}

#[test]
fn a_site_needs_a_past_and_a_day_needs_documents() {
    let short: Vec<_> = week().into_iter().skip(20).collect();
    assert!(told(&json!({}), &short, &[]).alerts.is_empty(), "two days are no past");
    assert_eq!(told(&json!({ "alert": { "after": 2 } }), &short, &[]).alerts.len(), 3);
    assert!(
        told(&json!({ "alert": { "documents": 6 } }), &week(), &[]).alerts.is_empty(),
        "five documents are too few"
    );
    assert!(told(&json!({ "alert": { "margin": 1.0 } }), &week(), &[]).alerts.is_empty());
}

#[test]
fn quarantine_counts() {
    let told = told(&json!({}), &week(), &[(0, Some("2026-03-04")); 3]);
    assert!(figures(&told.alerts).contains(&["news.example", "2026-03-04", "quarantined"]), "{:?}", told.alerts);
}

#[test]
fn a_run_all_of_which_is_in_quarantine_is_told_of() {
    let docs: Vec<_> = (0..4).flat_map(|run| (0..5).map(move |_| (run, page("news.example", None, 6, true)))).collect();
    let alerts = told(&json!({}), &docs, &[(4, None); 5]).alerts;
    assert_eq!(figures(&alerts), [["news.example", "run 5", "quarantined"]]);
}

#[test]
fn a_site_that_says_no_day_any_more_keeps_its_past() {
    let days = ["2026-03-01", "2026-03-02", "2026-03-03", "2026-03-04"];
    let dated = days.into_iter().flat_map(|day| (0..5).map(move |_| (0, page("news.example", Some(day), 6, true))));
    let undated = (0..5).map(|_| (1, page("news.example", None, 1, true)));
    let alerts = told(&json!({}), &dated.chain(undated).collect::<Vec<_>>(), &[]).alerts;
    assert_eq!(figures(&alerts)[0], ["news.example", "run 2", "kept"]);
}

#[test]
fn what_was_fetched_nobody_says_when_is_counted_by_run_and_told_of_in_the_run_that_adds_it() {
    let of_run = |run: usize, kept| (0..5).map(move |_| (run, page("news.example", None, kept, true)));
    let mut docs: Vec<_> = (0..4).flat_map(|run| of_run(run, 6)).chain(of_run(4, 1)).collect();
    let alerts = told(&json!({}), &docs, &[]).alerts;
    assert_eq!(figures(&alerts)[0], ["news.example", "run 5", "kept"]);
    assert!(told_in(5, &json!({}), &docs, &[]).alerts.is_empty(), "a run that brings nothing says nothing");
    docs.extend(of_run(5, 1));
    assert!(told(&json!({}), &docs, &[]).alerts.is_empty(), "it has been told");
}

#[test]
fn wrong_options_are_told() {
    let catalog = Catalog::default().with(register);
    let entry = catalog.find_survey("watch-sites").expect("registered");
    for wrong in [
        json!({ "alert": { "after": 5, "days": 4 } }),
        json!({ "alert": { "margin": 2.0 } }),
        json!({ "alert": { "documents": 0 } }),
    ] {
        assert!(entry.build(&wrong).is_err(), "{wrong}");
    }
}
