//! A stage in Rust and the same one in Python do the same to the byte: both are what `copydesk new stage` writes.

use std::{fs, path::Path};

use copydesk_document::Input;
use copydesk_pipeline::{builtin, load};
use copydesk_runner::Outcome;
use copydesk_stage::DocumentView;

#[expect(unreachable_pub, reason = "it is a crate of its own")]
#[rustfmt::skip]
#[path = "../../copydesk/templates/stage/src/lib.rs"]
mod my_stage;

const PAGES: [&str; 4] = [
    "# A tram to the lake\n\nFOR IMMEDIATE RELEASE\n\nThe tram will run to the lake from the third of May.\n\n\
     Note to editors: pictures can be had from the press office.\n",
    "# Straßenbahn zum See\n\nNOTE TO EDITORS: die Bahn fährt ab Mai bis zum See.\n\nİstanbul ΣΑΣ ǅ.\n",
    "Nothing of the kind stands in this text, which is one line about a quiet day at the lake.",
    "",
];

#[test]
fn a_stage_in_python_does_what_the_one_in_rust_does() {
    let folder = tempfile::tempdir().unwrap();
    if std::process::Command::new("python3").arg("--version").output().is_err() {
        eprintln!("skipped: there is no python3");
        return;
    }
    let templates = Path::new(env!("CARGO_MANIFEST_DIR")).join("../copydesk/templates/python-stage");
    let program = folder.path().join("my_stage.py");
    fs::copy(templates.join("my_stage.py"), &program).unwrap();
    fs::write(folder.path().join("copydesk_stage.py"), copydesk_stage_exec::PYTHON_MODULE).unwrap();
    let python = format!("use = \"exec\"\nname = \"my-stage\"\ncommand = [\"python3\", {program:?}]");
    let views = |stage: &str| {
        let text = format!(
            "[[stage]]\nuse = \"strip-boilerplate\"\n[[stage]]\n{stage}\n[[stage]]\nuse = \"detect-language\"\n\
             [[stage]]\nuse = \"extract-metadata\"\n[[export]]\nuse = \"jsonl\"\ndecisions = true\nblocks = true\n"
        );
        let pipeline =
            load("p.toml", &text, &builtin().with(my_stage::register)).unwrap_or_else(|error| panic!("{error}"));
        let written = PAGES.iter().enumerate().map(|(n, page)| {
            match pipeline.chain.process_one(Input::new(format!("{n}.md"), page.as_bytes().to_vec())) {
                Outcome::Kept(doc) => {
                    let mut row = Vec::new();
                    pipeline.exports[0].export.encode(&doc, &mut row).expect("a record");
                    // `explain` and the page over a run print the account, and whoever comes next in the chain has the view.
                    let account = serde_json::to_string(&copydesk_explain::Account::of(&doc)).unwrap();
                    let view = serde_json::to_string(&DocumentView::of(&doc)).unwrap();
                    (account, view, String::from_utf8(row).unwrap())
                }
                other => panic!("{n}: {other:?}"),
            }
        });
        written.collect::<Vec<_>>()
    };
    let (rust, python) = (views("use = \"my-stage\""), views(&python));
    assert_eq!(rust, python);
    assert!(rust[0].0.contains("opens-with") && rust[1].0.contains("opens-with") && !rust[2].0.contains("opens-with"));
}
