//! The pages in `docs/` are run: every command in a `console` fence, in a shell, in a folder of its own that holds the
//! documents of `docs/sample`, and what it prints is compared with what the page shows.
//!
//! In a fence, a line that begins with `$ ` is a command, one that ends in `\` goes on in the next line, and the rest is
//! what it prints on both streams. `…` stands for anything in a line, a line of `…` for any lines, `[exit 1]` at the end for
//! an exit code. A fence with `file=NAME` behind its language is written to that file. `UPDATE_EXPECT=1` writes what is
//! printed into the page.

use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::program::root;
use tempfile::TempDir;

/// A command of a page: what is typed, what it is said to print, and the lines of the page where that stands.
struct Shown {
    command: String,
    prints: String,
    lines: std::ops::Range<usize>,
}

enum Fence {
    File { name: String, text: String },
    Commands(Vec<Shown>),
}

fn fences(page: &str) -> Vec<Fence> {
    let lines: Vec<&str> = page.lines().collect();
    let mut found = Vec::new();
    let mut at = 0;
    while at < lines.len() {
        let Some(info) = lines[at].strip_prefix("```").filter(|info| !info.is_empty()) else {
            at += 1;
            continue;
        };
        let from = at + 1;
        let to = from + lines[from..].iter().position(|line| *line == "```").expect("a fence that is closed");
        if let Some(name) = info.split(' ').find_map(|word| word.strip_prefix("file=")) {
            found.push(Fence::File { name: name.to_owned(), text: lines[from..to].join("\n") + "\n" });
        } else if info == "console" {
            found.push(Fence::Commands(commands(&lines, from..to)));
        }
        at = to + 1;
    }
    found
}

fn commands(lines: &[&str], fence: std::ops::Range<usize>) -> Vec<Shown> {
    let mut found: Vec<Shown> = Vec::new();
    let mut at = fence.start;
    while at < fence.end {
        if let Some(command) = lines[at].strip_prefix("$ ") {
            let mut command = command.to_owned();
            while command.ends_with('\\') {
                at += 1;
                command = format!("{command}\n{}", lines[at]);
            }
            found.push(Shown { command, prints: String::new(), lines: at + 1..at + 1 });
        } else {
            let shown = found.last_mut().expect("a console fence begins with a command");
            shown.prints += lines[at];
            shown.prints.push('\n');
            shown.lines.end = at + 1;
        }
        at += 1;
    }
    found
}

/// Whether `text` is what `pattern` shows, where `…` stands for anything.
fn line_matches(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('…');
    let Some(mut rest) = text.strip_prefix(parts.next().unwrap_or_default()) else { return false };
    let mut parts = parts.peekable();
    if parts.peek().is_none() {
        return rest.is_empty();
    }
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    true
}

fn matches(pattern: &[&str], text: &[&str]) -> bool {
    match (pattern.split_first(), text.split_first()) {
        (None, None) => true,
        (Some((&"…", below)), _) => (0..=text.len()).any(|skipped| matches(below, &text[skipped..])),
        (Some((line, below)), Some((printed, rest))) => line_matches(line, printed) && matches(below, rest),
        _ => false,
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            let _ = fs::copy(&path, &target).unwrap();
        }
    }
}

/// Runs a command as it is typed: what it prints on both streams, in their order, and its exit code where that is not 0.
fn run(command: &str, folder: &Path) -> String {
    let program = Path::new(env!("CARGO_BIN_EXE_copydesk")).parent().unwrap();
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap_or_default());
    let mut shell = Command::new("bash");
    shell.args(["-c", &format!("exec 2>&1\n{command}")]).current_dir(folder).env("PATH", path).env("COLUMNS", "120");
    shell.env("COPYDESK_CACHE", crate::program::CACHE);
    for name in ["COPYDESK_LOG", "RUST_BACKTRACE", "TERM"] {
        shell.env_remove(name);
    }
    let output = shell.env("NO_COLOR", "1").output().expect("a shell");
    let mut printed = String::new();
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        let _ = writeln!(printed, "{}", line.trim_end());
    }
    match output.status.code() {
        Some(0) => {}
        code => _ = writeln!(printed, "[exit {}]", code.unwrap_or(-1)),
    }
    printed
}

/// What a page says of itself first, if its commands need more than the program and a shell.
fn lacks(page: &str) -> Option<&str> {
    let needs = page.lines().next()?.strip_prefix("<!-- needs: ")?.strip_suffix(" -->")?;
    needs.split(' ').find(|command| {
        let python = command.strip_prefix("python:");
        let found = match python {
            Some(package) => Command::new("python3").args(["-c", &format!("import {package}")]).output(),
            None => Command::new("bash").args(["-c", &format!("command -v {command}")]).output(),
        };
        !found.is_ok_and(|found| found.status.success())
    })
}

fn page_is_true(name: &str) {
    let path: PathBuf = root().join("docs").join(name);
    let page = fs::read_to_string(&path).unwrap();
    if let Some(missing) = lacks(&page) {
        assert!(std::env::var_os("COPYDESK_DOCS").is_none(), "docs/{name} needs {missing}");
        eprintln!("skipped: docs/{name} needs {missing}");
        return;
    }
    let folder = TempDir::new().unwrap();
    copy(&root().join("docs/sample"), folder.path());
    let mut changed: Vec<(std::ops::Range<usize>, String)> = Vec::new();
    for fence in fences(&page) {
        match fence {
            Fence::File { name, text } => {
                let file = folder.path().join(name);
                fs::create_dir_all(file.parent().unwrap()).unwrap();
                fs::write(file, text).unwrap();
            }
            Fence::Commands(commands) => {
                for shown in commands {
                    let printed = run(&shown.command, folder.path());
                    let (pattern, text): (Vec<&str>, Vec<&str>) =
                        (shown.prints.lines().collect(), printed.lines().collect());
                    if matches(&pattern, &text) {
                        continue;
                    }
                    assert!(
                        std::env::var_os("UPDATE_EXPECT").is_some(),
                        "docs/{name}, line {}: `{}` prints\n{printed}\nand the page shows\n{}",
                        shown.lines.start,
                        shown.command,
                        shown.prints
                    );
                    changed.push((shown.lines, printed));
                }
            }
        }
    }
    if !changed.is_empty() {
        let mut lines: Vec<String> = page.lines().map(str::to_owned).collect();
        for (range, printed) in changed.into_iter().rev() {
            lines.splice(range, printed.lines().map(str::to_owned));
        }
        fs::write(path, lines.join("\n") + "\n").unwrap();
    }
}

macro_rules! pages {
    ($($test:ident => $name:literal,)+) => {
        $(#[test] fn $test() { page_is_true($name); })+

        #[test]
        fn every_page_is_run() {
            let known = [$($name),+];
            for entry in fs::read_dir(root().join("docs")).unwrap() {
                let name = entry.unwrap().file_name().into_string().unwrap();
                assert!(!name.ends_with(".md") || known.contains(&&*name), "docs/{name} has no test");
            }
        }
    };
}

pages! {
    the_index => "README.md",
    the_tour => "tour.md",
    the_social_scientist => "social-scientist.md",
    the_archivist => "archivist.md",
    the_media_monitor => "media-monitor.md",
    the_language_model_engineer => "llm-data-engineer.md",
    the_cookbook => "cookbook.md",
    gold_of_ones_own => "gold.md",
    the_comparison => "how-it-compares.md",
    the_list_of_the_book => "SUMMARY.md",
    more_than_one_machine => "outgrowing-one-machine.md",
    the_first_stage => "your-first-stage.md",
    the_protocol_of_programs => "exec-protocol.md",
    mistakes_of_stages => "when-a-stage-goes-wrong.md",
}

#[test]
fn dots_stand_for_anything_and_nothing_else_does() {
    assert!(line_matches("a … c", "a b c") && line_matches("…", "") && line_matches("x", "x"));
    assert!(!line_matches("a … c", "a b d") && !line_matches("x", "xy"));
    assert!(matches(&["a", "…", "c"], &["a", "1", "2", "c"]) && !matches(&["a", "…", "c"], &["a", "1", "d"]));
}
