//! `copydesk diff` names what differs, and no more.

use std::{fs, path::Path};

use serde_json::Value;

use crate::program::copydesk;

const STAGES: &str = "[[stage]]\nuse = \"strip-boilerplate\"\n[[stage]]\nuse = \"detect-language\"\n[[stage]]\nuse = \"extract-metadata\"\n";

fn page(title: &str, more: &str) -> String {
    let text =
        "The council of the town has agreed to let the ferry sail through the night from the first of June. ".repeat(4);
    format!(
        "<!DOCTYPE html><html lang=en><head><title>{title}</title></head><body><article><h1>{title}</h1><p>{text}</p>{more}</article></body></html>"
    )
}

fn pages(folder: &Path) -> String {
    fs::create_dir(folder.join("pages")).unwrap();
    for (name, title) in [("a", "Night ferry"), ("b", "New pier"), ("c", "Old bridge")] {
        fs::write(folder.join(format!("pages/{name}.html")), page(title, "")).unwrap();
    }
    folder.join("pages").to_str().unwrap().to_owned()
}

fn pipeline(folder: &Path, name: &str, stages: &str) -> String {
    let path = folder.join(name);
    fs::write(&path, format!("{stages}[[export]]\nuse = \"jsonl\"\ndecisions = true\n")).unwrap();
    path.to_str().unwrap().to_owned()
}

fn diff(args: &[&str]) -> (i32, Value) {
    let ended = copydesk([&["diff", "--format", "json"], args].concat(), "");
    (
        ended.code,
        serde_json::from_str(&ended.stdout)
            .unwrap_or_else(|error| panic!("{error}: {} {}", ended.stdout, ended.stderr)),
    )
}

#[test]
fn two_folders_differ_in_what_has_changed() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path();
    let (pages, pipeline) = (pages(dir), pipeline(dir, "p.toml", STAGES));
    let (one, two) = (dir.join("one"), dir.join("two"));
    let run = |out: &Path| copydesk(["run", &pipeline, &pages, "--out", out.to_str().unwrap(), "-q"], "").code;
    assert_eq!(run(&one), 0);
    fs::write(dir.join("pages/b.html"), page("Newer pier", "")).unwrap();
    fs::remove_file(dir.join("pages/c.html")).unwrap();
    fs::write(dir.join("pages/d.html"), page("Tunnel", "")).unwrap();
    assert_eq!(run(&two), 0);
    let (one, two) = (one.to_str().unwrap(), two.to_str().unwrap());
    let (code, found) = diff(&[one, two, "--fail-over", "50%"]);
    assert_eq!(code, 1, "three of four");
    let documents = &found["documents"];
    assert_eq!(
        (&documents["same"], &documents["changed"], &documents["lost"], &documents["gained"]),
        (&1.into(), &1.into(), &1.into(), &1.into())
    );
    assert!(found["lost"][0]["uri"].as_str().unwrap().ends_with("c.html"), "{found}");
    assert_eq!(found["gained"][0]["title"], "Tunnel");
    let title = found["facts"].as_array().unwrap().iter().find(|group| group["field"] == "title").expect("a fact");
    assert_eq!((&title["documents"], &title["samples"][0]["after"]), (&1.into(), &"Newer pier".into()));
    let (code, found) = diff(&[one, one, "--fail-over", "0"]);
    assert_eq!((code, &found["documents"]["same"]), (0, &3.into()));
    let text = copydesk(["diff", one, two], "").stdout;
    assert!(text.starts_with("4 documents: 1 the same, 1 changed, 1 lost, 1 gained\n"), "{text}");
    let page = copydesk(["diff", one, two, "--format", "html"], "").stdout;
    assert!(page.starts_with("<!DOCTYPE html>") && page.contains("Newer pier") && !page.contains("<script"), "{page}");
    assert!(text.contains("+ Newer pier") && !text.contains('\u{1b}'), "{text}");
}

#[test]
fn two_pipelines_differ_by_the_rule_that_one_of_them_has() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path();
    let pages = pages(dir);
    fs::write(dir.join("pages/e.html"), page("Quay", "<p>Le conseil de la ville a décidé que le bateau partira toute la nuit à partir du premier juin prochain, et que les billets ne coûteront pas plus cher.</p>")).unwrap();
    let before = pipeline(dir, "before.toml", STAGES);
    let after = pipeline(
        dir,
        "after.toml",
        &STAGES.replace("use = \"detect-language\"", "use = \"detect-language\"\nkeep = [\"fr\"]"),
    );
    let (code, found) = diff(&[&before, &after, &pages]);
    assert_eq!((code, &found["by_rule"]), (0, &true.into()), "{found}");
    assert_eq!(found["documents"]["before"], 4);
    assert!(found["documents"]["lost"].as_u64().unwrap() >= 3, "what is not French is dropped: {found}");
}

#[test]
fn what_cannot_be_compared_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path();
    fs::create_dir(dir.join("empty")).unwrap();
    fs::write(dir.join("page.html"), "<p>x</p>").unwrap();
    fs::write(dir.join("bad.jsonl"), "{\"a\":1}\n").unwrap();
    let path = |name: &str| dir.join(name).to_str().unwrap().to_owned();
    for (one, words) in [
        ("none", "cannot read"),
        ("empty", "holds no records"),
        ("page.html", "is no output folder"),
        ("bad.jsonl", "line 1 is no record"),
    ] {
        let ended = copydesk(["diff", &path(one), &path(one)], "");
        assert_eq!(ended.code, 2, "{one}");
        assert!(ended.stderr.contains(words), "{one}: {}", ended.stderr);
    }
}
