//! What a person expects of any program.

use std::fs;

use crate::program::{command, copydesk};

#[test]
fn there_are_manual_pages_and_completions_that_know_names() {
    let page = copydesk(["man"], "").stdout;
    assert!(page.contains(".TH copydesk 1") && page.contains("EXIT") | page.contains("Exit codes"), "{page}");
    let folder = tempfile::tempdir().unwrap();
    let ended = copydesk(["man", "--out", folder.path().to_str().unwrap()], "");
    assert_eq!((ended.code, ended.stdout.as_str()), (0, ""), "{}", ended.stderr);
    for name in ["copydesk.1", "copydesk-run.1", "copydesk-diff.1"] {
        let page = fs::read_to_string(folder.path().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(page.contains(".SH SYNOPSIS"), "{name}");
    }
    for shell in ["bash", "zsh"] {
        let script = copydesk(["completions", shell], "").stdout;
        assert!(script.contains("split-captions") && script.contains("parquet"), "{shell}");
    }
    assert_eq!(copydesk(["man", "--out", "no-such-folder"], "").code, 2);
}

#[test]
fn no_argument_steers_the_terminal() {
    for args in [
        &["a\u{61c}\u{202e}b"][..],
        &["stages", "a\u{1b}[31m"],
        &["run", "a\u{1b}[31m.toml"],
        &["eval", "a\u{e0041}", "b"],
        &["diff", "a\u{1b}]0;x\u{7}", "b"],
        &["detect", "--only", "a\u{202e}"],
        &["run", "--\u{1b}[31m"],
    ] {
        let ended = copydesk(args, "");
        assert_eq!(ended.code, 2, "{args:?}");
        let said = ended.stdout + &ended.stderr;
        assert!(!said.contains(['\u{1b}', '\u{61c}', '\u{202e}', '\u{7}', '\u{e0041}']), "{args:?}: {said:?}");
    }
}

#[test]
fn a_report_can_be_a_page() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path();
    let text = "The council has agreed to let the ferry sail through the night from the first of June. ".repeat(4);
    fs::write(
        dir.join("a.html"),
        format!("<title>Night ferry</title><nav><a href=/>Home</a></nav><p>{text}</p><p>{text}</p>"),
    )
    .unwrap();
    fs::write(dir.join("b.html.gz"), [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 9]).unwrap();
    let at = |name: &str| dir.join(name).to_str().unwrap().to_owned();
    let args = [
        "run",
        "pipelines/news.toml",
        &at("a.html"),
        &at("b.html.gz"),
        "--out",
        &at("out"),
        "--report",
        &at("report.html"),
        "-q",
    ];
    for _ in 0..2 {
        assert_eq!(copydesk(args, "").code, 1, "one is in quarantine");
        let page = fs::read_to_string(dir.join("report.html")).unwrap();
        for part in [
            "<h1>Report of a run</h1>",
            "Night ferry",
            "strip-boilerplate /",
            "quarantined in parse",
            "[[stage]]",
            "<svg",
        ] {
            assert!(page.contains(part), "{part} in {page}");
        }
        assert!(!page.contains("<script"), "{page}");
    }
    let ended = copydesk(
        ["run", "pipelines/text.toml", "-", "--out", &at("other"), "--report", &at("stdin.html"), "-q"],
        &text,
    );
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    assert!(fs::read_to_string(dir.join("stdin.html")).unwrap().contains("no samples"));
}

#[cfg(unix)]
#[test]
fn a_full_disk_is_told_of_whatever_is_printed() {
    use std::os::unix::fs::FileTypeExt as _;
    // Where there is none, as in some containers, somebody may have put a file in its place.
    let Ok(full) = fs::OpenOptions::new().write(true).open("/dev/full") else { return };
    if !full.metadata().unwrap().file_type().is_char_device() {
        return;
    }
    for args in [vec!["--help"], vec!["run", "-h"], vec!["--version"], vec!["stages"], vec!["schema"]] {
        let child = command(&args).stdout(full.try_clone().unwrap()).spawn().unwrap();
        let ended = child.wait_with_output().unwrap();
        assert_eq!(ended.status.code(), Some(2), "{args:?}");
        assert!(String::from_utf8_lossy(&ended.stderr).contains("cannot write to standard output"), "{args:?}");
    }
}

#[test]
fn files_of_documents_come_and_go_with_them() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path();
    let text = "The council has agreed to let the ferry sail through the night from the first of June. ".repeat(4);
    fs::create_dir(dir.join("in")).unwrap();
    let write = |name: &str, title: &str| {
        fs::write(dir.join("in").join(name), format!("<title>{title}</title><h1>{title}</h1><p>{text}</p>")).unwrap();
    };
    write("a.html", "Night ferry");
    write("b.html", "Night Ferry");
    write("c.html", "../../Escape");
    let pipeline = "[[stage]]\nuse = \"strip-boilerplate\"\n[[stage]]\nuse = \"extract-metadata\"\n[[export]]\nuse = \"files\"\npath = \"{title}\"\n";
    fs::write(dir.join("p.toml"), pipeline).unwrap();
    let at = |name: &str| dir.join(name).to_str().unwrap().to_owned();
    let run = |more: &[&str]| copydesk([&["run", &at("p.toml"), &at("in"), "--out", &at("out")], more].concat(), "");
    let names = || {
        let mut names: Vec<String> = fs::read_dir(dir.join("out/documents"))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    };
    let ended = run(&[]);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    assert_eq!(names(), ["escape.md", "night-ferry-2.md", "night-ferry.md"]);
    assert!(ended.stderr.contains("out/documents ("), "the folder and not each file: {}", ended.stderr);
    assert!(run(&[]).stderr.contains("nothing to do"), "unchanged");
    fs::write(dir.join("out/documents/mine.md"), "mine").unwrap();
    write("b.html", "New pier");
    assert_eq!(run(&[]).code, 0);
    assert_eq!(names(), ["escape.md", "mine.md", "new-pier.md", "night-ferry.md"]);
    fs::write(dir.join("out/documents/escape.md"), "changed").unwrap();
    assert_eq!(run(&[]).code, 2, "somebody has changed a file");
    assert_eq!(run(&["--replace"]).code, 0);
    assert!(fs::read_to_string(dir.join("out/documents/escape.md")).unwrap().starts_with("---\n"));
    fs::create_dir_all(dir.join("foreign/documents")).unwrap();
    fs::write(dir.join("foreign/documents/x.md"), "mine").unwrap();
    let ended = copydesk(["run", &at("p.toml"), &at("in"), "--out", &at("foreign")], "");
    assert!(ended.code == 2 && ended.stderr.contains("not written by copydesk"), "{}", ended.stderr);
}
