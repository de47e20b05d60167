//! What the source takes, in which order, and what it says of the rest.

use std::{fs, path::Path};

use copydesk_stage::{Catalog, ConfigError, Source, SourceItem};
use serde_json::{Value, json};
use tempfile::TempDir;

fn build(config: &Value) -> Result<Box<dyn Source>, ConfigError> {
    let catalog = Catalog::default().with(copydesk_source_files::register);
    catalog.find_source("files").expect("registered").build(config)
}

/// A folder with these files, each holding its own name.
fn tree(files: &[&str]) -> TempDir {
    let dir = tempfile::tempdir().expect("a folder");
    for file in files {
        let path = dir.path().join(file);
        fs::create_dir_all(path.parent().expect("below the folder")).expect("a folder");
        fs::write(path, file).expect("a file");
    }
    dir
}

/// Names below `dir`, with the rule behind those that are bad.
fn taken(dir: &Path, config: &Value) -> Vec<String> {
    let source = build(config).expect("a valid config");
    let prefix = format!("{}/", dir.display());
    source
        .open()
        .expect("it opens")
        .filter_map(|item| match item.expect("it goes on") {
            SourceItem::Input(input) => Some(input.uri.trim_start_matches(&prefix).to_owned()),
            SourceItem::Bad { uri, rule, .. } => Some(format!("{} ({rule})", uri.trim_start_matches(&prefix))),
            SourceItem::Skipped { .. } => None,
        })
        .collect()
}

fn at(dir: &Path, below: &str) -> String {
    dir.join(below).display().to_string()
}

#[test]
fn a_folder_gives_all_its_files_in_the_order_of_their_bytes() {
    let dir =
        tree(&["b.txt", "a/z.html", "a/B.html", "a/é.html", ".hidden", "a/.git/config", "a.toml", "expected.json"]);
    let order = ["a/B.html", "a/z.html", "a/é.html", "a.toml", "b.txt", "expected.json"];
    assert_eq!(taken(dir.path(), &json!({ "paths": [at(dir.path(), "")] })), order);
    let hidden = taken(dir.path(), &json!({ "paths": [at(dir.path(), "")], "hidden": true }));
    assert_eq!(hidden.len(), 8);
}

#[test]
fn what_is_passed_over_in_a_folder_is_told_of() {
    let dir = tree(&["a.html", ".hidden", ".git/config", "b/c.log", "d.toml"]);
    #[cfg(unix)]
    std::os::unix::fs::symlink(dir.path().join("a.html"), dir.path().join("e.html")).expect("a link");
    let skipped = |config: &Value| -> Vec<(String, String)> {
        let items = build(config).expect("valid").open().expect("it opens");
        let items = items.filter_map(|item| match item.expect("it goes on") {
            SourceItem::Skipped { uri, reason } => {
                Some((uri.trim_start_matches(&format!("{}/", dir.path().display())).to_owned(), reason))
            }
            _ => None,
        });
        items.collect()
    };
    let pair = |uri: &str, reason: &str| (uri.to_owned(), reason.to_owned());
    let mut all = vec![
        pair(".git", "hidden"),
        pair(".hidden", "hidden"),
        pair("b/c.log", "not in `include`"),
        pair("d.toml", "left out by `exclude`"),
    ];
    if cfg!(unix) {
        all.push(pair("e.html", "a link"));
    }
    let folder = at(dir.path(), "");
    assert_eq!(skipped(&json!({ "paths": [folder], "include": ["*.html"], "exclude": ["d.*"] })), all);
    // Whoever gives a glob has said what is wanted.
    assert_eq!(skipped(&json!({ "paths": [at(dir.path(), "*.html")] })), []);
}

#[test]
fn a_document_is_the_bytes_of_its_file() {
    let dir = tree(&["a.txt"]);
    let source = build(&json!({ "paths": [at(dir.path(), "")] })).expect("valid");
    let Some(Ok(SourceItem::Input(input))) = source.open().expect("it opens").next() else { panic!("a document") };
    assert_eq!((input.uri, input.bytes), (at(dir.path(), "a.txt"), b"a.txt".to_vec()));
}

#[test]
fn globs_choose_in_folders_and_named_files_are_always_taken() {
    let dir = tree(&["news/one/input.html", "news/one/expected.json", "news/two/input.txt", "drafts/input.md"]);
    let all = at(dir.path(), "");
    let include = taken(dir.path(), &json!({ "paths": [all], "include": ["**/input.*"] }));
    assert_eq!(include, ["drafts/input.md", "news/one/input.html", "news/two/input.txt"]);
    let both = json!({ "paths": [all], "include": ["input.*"], "exclude": ["drafts", "*.txt"] });
    assert_eq!(taken(dir.path(), &both), ["news/one/input.html"]);
    let named = json!({ "paths": [at(dir.path(), "news/one/expected.json")], "include": ["input.*"] });
    assert_eq!(taken(dir.path(), &named), ["news/one/expected.json"]);
}

#[test]
fn a_glob_is_a_path() {
    let dir = tree(&["a/1.html", "a/2.txt", "a/b/3.html", "4.html", "odd[1].html"]);
    let paths = |pattern: &str| taken(dir.path(), &json!({ "paths": [at(dir.path(), pattern)] }));
    assert_eq!(paths("a/*.html"), ["a/1.html"]);
    assert_eq!(paths("**/*.html"), ["4.html", "a/1.html", "a/b/3.html", "odd[1].html"]);
    assert_eq!(paths("*/*.{html,txt}"), ["a/1.html", "a/2.txt"]);
    // A file of that very name comes before the pattern.
    assert_eq!(paths("odd[1].html"), ["odd[1].html"]);
    let source = build(&json!({ "paths": [at(dir.path(), "a/*.pdf")] })).expect("valid");
    let Err(error) = source.open() else { panic!("nothing matches") };
    assert!(error.to_string().contains("no file matches") && error.to_string().contains("*.pdf"), "{error}");
}

#[test]
fn paths_come_in_the_order_given_and_lists_name_more() {
    let dir = tree(&["b", "a", "c/d", "list.txt"]);
    let list = format!("{}\r\n\n{}\n{}", at(dir.path(), "c/d"), at(dir.path(), "gone"), at(dir.path(), "c"));
    fs::write(dir.path().join("list.txt"), list).expect("a file");
    let config = json!({ "paths": [at(dir.path(), "b"), at(dir.path(), "a")], "lists": [at(dir.path(), "list.txt")] });
    assert_eq!(taken(dir.path(), &config), ["b", "a", "c/d", "gone (not-found)", "c (folder)"]);
}

#[test]
fn a_list_may_be_of_any_program_and_name_addresses() {
    let dir = tree(&["a b", "c"]);
    let list = |content: String| {
        fs::write(dir.path().join("list"), content).expect("a file");
        json!({ "lists": [at(dir.path(), "list")] })
    };
    let (first, second) = (at(dir.path(), "a b"), at(dir.path(), "c"));
    assert_eq!(taken(dir.path(), &list(format!("{first}\0{second}\0"))), ["a b", "c"]);
    assert_eq!(taken(dir.path(), &list(format!("\u{feff}{first}\r\n{second}\r\n"))), ["a b", "c"]);
    for none in ["\0".repeat(5000), "x".repeat(70_000)] {
        let mut items = build(&list(none)).expect("valid").open().expect("it opens");
        let Some(Err(error)) = items.next() else { panic!("no list") };
        assert!(error.to_string().contains("is no list of files") && items.next().is_none(), "{error}");
    }
    let config = list(format!("https://example.org/a.html\n{second}\n"));
    assert_eq!(taken(dir.path(), &config), ["https://example.org/a.html (not-found)", "c"]);
    let Some(Ok(SourceItem::Bad { message, .. })) = build(&config).expect("valid").open().expect("it opens").next()
    else {
        panic!("an address")
    };
    assert!(message.contains("curl -sL https://example.org/a.html"), "{message}");
}

#[test]
fn what_is_not_there_is_named_before_anything_runs() {
    let dir = tree(&["articles/first.html"]);
    let source = build(&json!({ "paths": [at(dir.path(), "artikles/first.html")] })).expect("valid");
    let Err(error) = source.open() else { panic!("it is not there") };
    assert!(error.to_string().contains("did you mean"), "{error}");
}

#[test]
fn a_large_file_is_not_read() {
    let dir = tree(&["large", "large.pdf", "small"]);
    fs::write(dir.path().join("large"), vec![b'x'; 1000]).expect("a file");
    // Parsing says of it that it is no text, which a larger limit would not change.
    fs::write(dir.path().join("large.pdf"), [&b"%PDF-1.7\n"[..], &[b'x'; 1000]].concat()).expect("a file");
    let config = json!({ "paths": [at(dir.path(), "")], "max_bytes": 999 });
    assert_eq!(taken(dir.path(), &config), ["large (limit.size)", "large.pdf", "small"]);
}

#[test]
fn wrong_options_name_their_key() {
    for (config, path) in [
        (json!({}), "paths"),
        (json!({ "paths": ["-"], "lists": ["-"] }), "paths"),
        (json!({ "paths": ["a", "b[*"] }), "paths[1]"),
        (json!({ "paths": ["a"], "exclude": ["[z-"] }), "exclude[0]"),
        (json!({ "paths": ["a"], "max_bytes": 0 }), "max_bytes"),
        (json!({ "paths": ["a", ""] }), "paths[1]"),
    ] {
        assert_eq!(build(&config).expect_err("refused").path, path, "{config}");
    }
}

/// What the files are called that are read, and how many are skipped.
fn names(paths: &[String]) -> (Vec<String>, usize) {
    let items = build(&json!({ "paths": paths })).expect("valid").open().expect("it opens");
    let (mut names, mut skipped) = (Vec::new(), 0);
    for item in items {
        match item.expect("it goes on") {
            SourceItem::Input(input) => names.push(input.name),
            SourceItem::Skipped { .. } => skipped += 1,
            SourceItem::Bad { uri, .. } => panic!("{uri}"),
        }
    }
    (names, skipped)
}

#[test]
fn a_file_is_read_once_and_called_alike_however_its_path_was_typed() {
    let dir = tree(&["day/a.html", "day/sub/b.html", "other/day/a.html"]);
    let at = |path: &str| at(dir.path(), path);
    let all = ["day/a.html".to_owned(), "day/sub/b.html".to_owned()];
    for paths in [vec![at("day")], vec![at("day/../day")], vec![at("day/./sub/..")]] {
        assert_eq!(names(&paths), (all.to_vec(), 0), "{paths:?}");
    }
    assert_eq!(names(&[at("day/a.html")]), (vec!["day/a.html".to_owned()], 0));
    assert_eq!(names(&[at("day"), at("day/a.html"), at("day/./"), at("day/*.html")]), (all.to_vec(), 4));
    // Another file, whose bytes may be the same, is called otherwise.
    let two = names(&[at("day/a.html"), at("other/day/a.html")]);
    assert_eq!(two, (vec!["day/a.html".to_owned(), "other/day/a.html".to_owned()], 0));
}

#[cfg(unix)]
#[test]
fn links_and_pipes_end_no_walk() {
    use std::os::unix::{fs::symlink, net::UnixListener};

    let dir = tree(&["real/page.html"]);
    symlink(dir.path(), dir.path().join("real/up")).expect("a link");
    symlink("page.html", dir.path().join("real/same.html")).expect("a link");
    symlink("nowhere", dir.path().join("real/broken.html")).expect("a link");
    symlink("loop", dir.path().join("real/loop")).expect("a link");
    symlink("/dev/zero", dir.path().join("real/zero.html")).expect("a link");
    let _socket = UnixListener::bind(dir.path().join("real/socket.html")).expect("a socket");
    let all = json!({ "paths": [at(dir.path(), "")] });
    assert_eq!(taken(dir.path(), &all), ["real/broken.html (not-found)", "real/page.html"]);
    let followed = taken(dir.path(), &json!({ "paths": [at(dir.path(), "")], "follow_links": true }));
    // The link leads to what has been read.
    let expected = ["real/broken.html (not-found)", "real/loop (unreadable)", "real/page.html"];
    assert_eq!(followed, expected);
    // Named outright, a link is followed, and what is no file is refused.
    let named = ["real/socket.html", "real/zero.html", "real/same.html"].map(|name| at(dir.path(), name));
    let expected = ["real/socket.html (special-file)", "real/zero.html (special-file)", "real/same.html"];
    assert_eq!(taken(dir.path(), &json!({ "paths": named })), expected);
}

#[test]
fn paths_are_relative_to_the_current_directory() {
    // Tests run in the folder of their crate.
    let source = build(&json!({ "paths": ["./Cargo.toml", "src"], "include": ["lib.rs"] })).expect("valid");
    let uris: Vec<_> = source
        .open()
        .expect("it opens")
        .map(|item| match item.expect("it goes on") {
            SourceItem::Input(input) => input.uri,
            SourceItem::Bad { uri, .. } | SourceItem::Skipped { uri, .. } => panic!("{uri}"),
        })
        .collect();
    assert_eq!(uris, ["Cargo.toml", "src/lib.rs"]);
    assert_eq!(source.size_hint(), None);
    assert_eq!(build(&json!({ "paths": ["Cargo.toml"] })).expect("valid").size_hint(), Some(1));
}
