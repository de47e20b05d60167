//! Lines inside a story that lead away from it, in the languages of `promotion.toml`: they go, and lines of the story that begin
//! like them stay.

use std::fmt::Write as _;

use copydesk_document::{Input, Label};
use copydesk_parse::{Limits, parse};
use copydesk_stage::{Context, Stage};
use copydesk_stage_strip_boilerplate::StripBoilerplate;
use serde::Deserialize;

#[derive(Deserialize)]
struct Data {
    language: Vec<Language>,
}

#[derive(Deserialize)]
struct Language {
    tag: String,
    story: Vec<String>,
    drop: Vec<String>,
    keep: Vec<String>,
}

fn page(language: &Language) -> String {
    let mut page = format!("<!DOCTYPE html><html lang={}><meta charset=utf-8><body><article>", language.tag);
    let _ = write!(page, "<p>{}</p>", language.story[0]);
    for (number, line) in language.drop.iter().chain(&language.keep).enumerate() {
        let _ = match line.strip_prefix("[n]") {
            Some(linked) => write!(page, "<p><a href=/{number}>{linked}</a></p>"),
            None => write!(page, "<p>{line}</p>"),
        };
        if number == 3 {
            let _ = write!(page, "<p>{}</p>", language.story[1]);
        }
    }
    let _ = write!(page, "<p>{}</p></article>", language.story[2]);
    page
}

#[test]
fn promotion_goes_and_what_begins_like_it_stays() {
    let data: Data = toml::from_str(include_str!("promotion.toml")).expect("the file is well-formed");
    let mut wrong = Vec::new();
    for language in &data.language {
        let mut doc = parse(&Input::new("page.html", page(language)), &Limits::default()).expect("a page");
        StripBoilerplate::default().process(&mut doc, &mut Context::new("strip-boilerplate")).expect("a judgement");
        let kept: Vec<&str> =
            doc.iter().filter(|(_, block)| block.label() == Label::Body).map(|(id, _)| doc.text(id)).collect();
        let is_kept = |line: &String| kept.contains(&line.trim_start_matches("[n]"));
        wrong
            .extend(language.drop.iter().filter(|line| is_kept(line)).map(|line| format!("{} + {line}", language.tag)));
        let story = language.story.iter().chain(&language.keep);
        wrong.extend(story.filter(|line| !is_kept(line)).map(|line| format!("{} - {line}", language.tag)));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
