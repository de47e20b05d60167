//! Pages that are out of all measure cost what their size costs, and give nothing where there is nothing.

use copydesk_document::{Document, Input};
use copydesk_parse::{Limits, parse};
use copydesk_stage::{Context, Stage};
use copydesk_stage_strip_boilerplate::StripBoilerplate;

fn judged(html: &str) -> Document {
    let mut doc = parse(&Input::new("page.html", html), &Limits::default()).expect("a document within the limits");
    StripBoilerplate::default().process(&mut doc, &mut Context::new("strip-boilerplate")).expect("a judgement");
    doc
}

fn body(doc: &Document) -> Vec<&str> {
    doc.body().map(|(id, _)| doc.text(id)).collect()
}

const STORY: &str = "<p>The harbour office said on Friday that the ferry would run again from the first of May, after a \
    winter in which the crossing had been closed for repairs.</p><p>Passengers can buy tickets on board, as before, and \
    bicycles travel free of charge until the end of the season.</p><p>The office expects about two thousand passengers \
    a day in summer, a few more than in the year before the works.</p>";

fn links(count: usize) -> String {
    let entries: Vec<String> = (0..count).map(|i| format!("<li><a href='/{i}'>Entry {i}</a></li>")).collect();
    entries.concat()
}

#[test]
fn a_hundred_thousand_nested_elements_behind_a_story_cost_it_nothing() {
    let html = format!("<html><body><main>{STORY}</main>{}", "<div>".repeat(100_000));
    assert_eq!(body(&judged(&html)).len(), 3);
}

#[test]
fn tens_of_thousands_of_links_are_no_text() {
    let doc = judged(&format!("<html><body><nav><ul>{}</ul></nav></body></html>", links(40_000)));
    assert_eq!(body(&doc), [""; 0]);
    assert!(doc.notes().iter().any(|n| n.code == "no-main-text"));
    assert_eq!(doc.decisions().len(), doc.blocks().len(), "every block has its reason");
}

#[test]
fn a_story_behind_thousands_of_links_is_found() {
    let menu = links(9_000);
    let html = format!(
        "<html><body><nav><ul>{menu}</ul></nav><main><article><h1>Ferry to run again</h1>{STORY}</article></main></body></html>"
    );
    let doc = judged(&html);
    assert!(body(&doc).iter().all(|text| text.len() > 80), "{:?}", body(&doc));
    assert_eq!(body(&doc).len(), 3);
}

#[test]
fn a_page_that_only_scripts_fill_has_no_text() {
    let doc = judged(
        "<html><head><title>App</title></head><body><div id='root'></div><script>start()</script></body></html>",
    );
    assert_eq!(body(&doc), [""; 0]);
}
