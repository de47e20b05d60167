//! `copydesk learn-templates`, and a run that uses what was learned.

use std::fs;

use crate::program::copydesk;

const NOTICE: &str =
    "This paper is printed on the river bank, by people who read it first, and paid for by its readers.";

fn page(number: usize) -> String {
    let own = |part: usize| {
        format!(
            "<p>In part {part} of report {number} the council hears what happened at the harbour in week {number}, and decides what is to be done.</p>"
        )
    };
    format!(
        "<html><head><title>Report {number} of the council</title><link rel=canonical href='https://paper.example/{number}'></head>\
         <body><main><h1>Report {number} of the council</h1>{}<p>{NOTICE}</p>{}{}</main></body></html>",
        own(1),
        own(2),
        own(3)
    )
}

#[test]
fn what_the_pages_of_a_site_share_is_learned_and_dropped() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    fs::create_dir(folder.path().join("pages")).unwrap();
    for number in 0..12 {
        fs::write(folder.path().join(format!("pages/{number}.html")), page(number)).unwrap();
    }
    let learned =
        copydesk(["learn-templates", "pipelines/text.toml", &path("pages"), "--out", &path("templates.json")], "");
    assert_eq!((learned.code, learned.stderr.as_str()), (0, "12 documents read: 1 line shared on 1 site\n"));

    let pipeline = format!(
        "[[stage]]\nuse = \"strip-boilerplate\"\ntemplates = '{}'\n\n[[export]]\nuse = \"jsonl\"\nblocks = false\n\n[run]\nout = \"-\"\n",
        path("templates.json")
    );
    fs::write(folder.path().join("p.toml"), pipeline).unwrap();
    let with = copydesk(["run", &path("p.toml"), &path("pages/3.html"), "-q"], "");
    assert_eq!(with.code, 0, "{}", with.stderr);
    assert!(!with.stdout.contains(NOTICE) && with.stdout.contains("part 2 of report 3"), "{}", with.stdout);
    let explained = copydesk(["explain", &path("pages/3.html"), "--pipeline", &path("p.toml")], "");
    assert!(explained.stdout.contains("on 12 of 12 pages of the site"), "{}", explained.stdout);

    fs::write(folder.path().join("templates.json"), "{}").unwrap();
    let refused = copydesk(["run", &path("p.toml"), &path("pages/3.html")], "");
    assert_eq!(refused.code, 2);
    assert!(refused.stderr.contains("this is no file of `learn-templates`"), "{}", refused.stderr);
}

#[test]
fn they_are_learned_in_a_first_pass_of_the_same_command() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    fs::create_dir(folder.path().join("pages")).unwrap();
    for number in 0..12 {
        fs::write(folder.path().join(format!("pages/{number}.html")), page(number)).unwrap();
    }
    let pipeline = format!(
        "[[stage]]\nuse = \"strip-boilerplate\"\ntemplates = '{}'\n\n[[export]]\nuse = \"jsonl\"\nblocks = false\n",
        path("templates.json")
    );
    fs::write(folder.path().join("p.toml"), pipeline).unwrap();
    let run = |templates: &str, args: &[&str]| {
        let (pipeline, pages, out, templates) = (path("p.toml"), path("pages"), path("out"), path(templates));
        let named = ["run", &pipeline, &pages, "--out", &out, "--learn-templates", &templates];
        copydesk(named.iter().chain(args), "")
    };
    let records = || fs::read_to_string(path("out/records.jsonl")).unwrap();
    let slip = run("other.json", &[]);
    assert!(
        slip.code == 2 && slip.stderr.contains("cannot read"),
        "what the pipeline names is not there: {}",
        slip.stderr
    );
    let ran = run("templates.json", &[]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stderr.contains("12 documents read: 1 line shared on 1 site"), "{}", ran.stderr);
    assert!(!records().contains(NOTICE) && records().contains("part 2 of report 3"));
    assert!(run("templates.json", &[]).stderr.contains("nothing to do"), "the same is learned of the same");

    // A week later the paper prints another notice.
    let other = "Whoever wants to print with us should bring a bicycle, an apron and the patience of an angler.";
    for number in 12..36 {
        let page = page(number).replace(NOTICE, other);
        fs::write(folder.path().join(format!("pages/{number}.html")), page).unwrap();
    }
    let ran = run("templates.json", &[]);
    assert!(ran.stderr.contains("36 documents read: 2 lines shared"), "{}", ran.stderr);
    assert!(!records().contains(other) && !records().contains(NOTICE), "both passes know all pages");

    let slip = run("other.json", &[]);
    assert!(slip.code == 2 && slip.stderr.contains("no stage of"), "{}", slip.stderr);
    assert!(!folder.path().join("other.json").exists());
    assert_eq!(run("templates.json", &["--append"]).code, 2);
    assert_eq!(run("templates.json", &["--dry-run"]).code, 2, "it would write the file");

    // Where nothing was learned nothing is left that would be taken for it.
    fs::remove_file(path("templates.json")).unwrap();
    let (pipeline, nothing, templates) = (path("p.toml"), path("nothing"), path("templates.json"));
    fs::create_dir(&nothing).unwrap();
    let learn = |command: &str, input: &str| {
        copydesk([command, &pipeline, input, "--out", &path("out"), "--learn-templates", &templates], "")
    };
    assert_eq!(learn("run", &nothing).code, 2);
    assert!(!folder.path().join("templates.json").exists());
    assert_eq!(learn("run", "-").code, 2, "standard input is read once");
    assert!(!folder.path().join("templates.json").exists());
    assert_eq!(run("templates.json", &["--replace"]).code, 0);
    let retried = learn("retry", &path("pages"));
    assert!(retried.code == 2 && retried.stderr.contains("leave `--learn-templates` out"), "{}", retried.stderr);
    assert_eq!(run("p.toml", &[]).code, 2, "a pipeline is no file of templates");
}

#[test]
fn only_templates_are_replaced_by_templates() {
    let folder = tempfile::tempdir().unwrap();
    let (page_file, out) = (folder.path().join("page.html"), folder.path().join("templates.json"));
    fs::write(&page_file, page(1)).unwrap();
    let (name, out) = (page_file.to_str().unwrap(), out.to_str().unwrap());
    let slip = copydesk(["learn-templates", "pipelines/text.toml", name, "--out", name], "");
    assert_eq!(slip.code, 2);
    assert!(slip.stderr.contains("holds no templates"), "{}", slip.stderr);
    assert_eq!(fs::read_to_string(&page_file).unwrap(), page(1));
    for _ in 0..2 {
        assert_eq!(copydesk(["learn-templates", "pipelines/text.toml", name, "--out", out], "").code, 0);
    }
}
