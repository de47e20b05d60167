//! No circle between the modules of the runner: each can be read after those that it names.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use crate::metadata::root;

type Graph = BTreeMap<String, BTreeSet<String>>;

/// What a file takes of its own crate: `report`, `part`, and `Chain`, which stands for the module that it comes from.
fn taken(code: &str) -> BTreeSet<String> {
    let code = code.split("#[cfg(test)]").next().unwrap_or_default();
    let mut taken = BTreeSet::new();
    for at in code.match_indices("crate::").map(|(at, found)| at + found.len()) {
        let rest = &code[at..];
        let list = rest.strip_prefix('{').map_or(rest, |list| list);
        let mut depth = 0;
        let end = list.find(|c: char| {
            depth += i32::from(c == '{') - i32::from(c == '}');
            depth < 0 || (depth == 0 && (c == ';' || (list.len() == rest.len() && !c.is_alphanumeric() && c != '_')))
        });
        let mut depth = 0;
        let items = list[..end.unwrap_or(list.len())].split(|c: char| {
            depth += i32::from(c == '{') - i32::from(c == '}');
            depth == 0 && c == ','
        });
        let names = items.map(|item| item.trim().split(|c: char| !c.is_alphanumeric() && c != '_').next());
        taken.extend(names.flatten().filter(|name| !name.is_empty()).map(str::to_owned));
    }
    taken
}

/// Which module the crate's own names come from, by its `pub use`.
fn origins(lib: &str) -> BTreeMap<String, String> {
    let mut origins = BTreeMap::new();
    for line in lib.split(';').filter_map(|line| line.trim().strip_prefix("pub use ")) {
        let Some((module, names)) = line.split_once("::") else { continue };
        for name in names.trim_matches(['{', '}']).split(',') {
            origins.insert(name.trim().to_owned(), module.to_owned());
        }
    }
    origins
}

fn graph(src: &Path) -> Graph {
    let read = |path: &Path| fs::read_to_string(path).expect("a source file");
    let origins = origins(&read(&src.join("lib.rs")));
    let files = fs::read_dir(src).expect("the sources").map(|entry| entry.expect("an entry").path());
    let mut graph = Graph::new();
    for path in files.filter(|path| path.extension().is_some_and(|e| e == "rs")) {
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        if name != "lib" {
            let taken = taken(&read(&path)).into_iter().map(|name| origins.get(&name).cloned().unwrap_or(name));
            graph.insert(name, taken.collect());
        }
    }
    graph
}

/// What is left once all modules are gone that name none of the rest.
fn circles(mut graph: Graph) -> Graph {
    loop {
        let done: Vec<String> = graph
            .iter()
            .filter(|(_, taken)| !taken.iter().any(|name| graph.contains_key(name)))
            .map(|(name, _)| name.clone())
            .collect();
        if done.is_empty() {
            return graph;
        }
        for name in done {
            graph.remove(&name);
        }
    }
}

#[test]
fn modules_of_the_runner_name_each_other_one_way_only() {
    let graph = graph(&root().join("crates/copydesk-runner/src"));
    assert!(graph["run"].contains("chain") && graph["pool"].contains("shared"), "{graph:?}");
    let circles = circles(graph);
    assert!(circles.is_empty(), "{circles:#?}");
}

#[test]
fn a_circle_is_found() {
    let origins = origins("pub use a::{A, B};\npub use copydesk_parse::Limits;\n");
    assert_eq!(origins["B"], "a");
    let names: Vec<_> = taken("use crate::{A, b::{self, c}, d};\nfn f() -> crate::e::F {}").into_iter().collect();
    assert_eq!(names, ["A", "b", "d", "e"]);
    let graph = |arrows: &[(&str, &str)]| -> Graph {
        arrows.iter().map(|(from, to)| ((*from).into(), BTreeSet::from([(*to).into()]))).collect()
    };
    assert!(circles(graph(&[("a", "b"), ("b", "c"), ("c", "elsewhere")])).is_empty());
    assert_eq!(circles(graph(&[("a", "b"), ("b", "a"), ("c", "a")])).len(), 3);
}
