//! The survey on summaries, and in a run.

use std::process::Command;

use copydesk_stage::{Conclusion, Corpus, Seen, SurveyError};

/// Summaries, as a run would have kept them.
struct Kept(Vec<&'static str>);

impl Corpus for Kept {
    fn documents(&self) -> u64 {
        self.0.len() as u64
    }

    fn each(
        &self,
        see: &mut dyn FnMut(Seen<'_>) -> Result<(), SurveyError>,
    ) -> Result<(), SurveyError> {
        self.0.iter().zip(0..).try_for_each(|(summary, number)| {
            see(Seen {
                number,
                run: 0,
                summary: summary.as_bytes(),
            })
        })
    }
}

fn concluded(options: serde_json::Value, summaries: &[&'static str]) -> Vec<Conclusion> {
    let catalog = copydesk_stage::Catalog::default().with(copydesk_survey_my_survey::register);
    let survey = catalog.find_survey("my-survey").expect("it is registered");
    let survey = survey.build(&options).expect("the options are good");
    let conclusions = survey
        .conclude(&Kept(summaries.to_vec()))
        .expect("it concludes");
    (0..summaries.len() as u64)
        .map(|number| conclusions.of(number))
        .collect()
}

#[test]
fn documents_of_one_title_are_told_and_left_out_where_that_is_asked() {
    let summaries = ["ferry", "", "museum", "ferry", ""];
    let found = concluded(serde_json::json!({}), &summaries);
    assert_eq!(found[0].value["documents"], 2);
    assert!(found.iter().all(|found| found.left_out.is_none()));
    assert!(found[1].value.is_null() && found[2].value.is_null());
    let left = concluded(serde_json::json!({ "leave_out": true }), &summaries);
    let out: Vec<bool> = left.iter().map(|found| found.left_out.is_some()).collect();
    assert_eq!(out, [false, false, false, true, false]);
}

#[test]
fn a_record_says_what_was_found() {
    let out = tempfile::tempdir().expect("a folder");
    let program = env!("CARGO_BIN_EXE_my-survey-copydesk");
    let status = Command::new(program)
        .args(["run", "pipeline.toml", "--quiet", "--out"])
        .arg(out.path())
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .status();
    assert!(status.expect("it starts").success());
    let records = std::fs::read_to_string(out.path().join("records.jsonl")).expect("it is written");
    let found: Vec<serde_json::Value> = records
        .lines()
        .map(|line| serde_json::from_str(line).expect("a record"))
        .collect();
    // As objects of all shapes it is text, so that every reader gives the field one type.
    let told = found
        .iter()
        .filter(|record| record["surveys"] == r#"{"my-survey":{"documents":2}}"#);
    assert_eq!((told.count(), found.len()), (2, 3));
}
