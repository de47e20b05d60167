//! Arrows point down only, and one name has four forms. `ARCHITECTURE.md` says why.

use std::{fs, path::Path};

use crate::metadata::{Metadata, Package, root};

/// The layer of a crate; what has none does not belong here.
fn layer(name: &str) -> Option<i8> {
    Some(match name {
        "copydesk-text" => -1,
        "copydesk-compression"
        | "copydesk-date"
        | "copydesk-fingerprint"
        | "copydesk-langid"
        | "copydesk-lexicon"
        | "copydesk-tokenizer"
        | "copydesk-unpack" => 0,
        "copydesk-document" => 1,
        "copydesk-stage" | "copydesk-parse" | "copydesk-record" => 2,
        "copydesk-chunks" | "copydesk-columns" | "copydesk-condition" | "copydesk-explain" | "copydesk-gold"
        | "copydesk-intake" => 3,
        "copydesk-testkit" => 4,
        "copydesk-runner" | "copydesk-view" => 5,
        "copydesk-pipeline" => 6,
        "copydesk" | "copydesk-arrow" => 7,
        "copydesk-python" | "copydesk-tests" | "xtask" => 8,
        _ if name.starts_with("copydesk-") && name.ends_with("-trainer") => 8,
        _ if part(name).is_some() => 4,
        _ => return None,
    })
}

/// `(source, files)` for `copydesk-source-files`.
fn part(name: &str) -> Option<(&str, &str)> {
    let (kind, name) = name.strip_prefix("copydesk-")?.split_once('-')?;
    matches!(kind, "source" | "stage" | "survey" | "export").then_some((kind, name))
}

/// What is wrong with what a crate depends on.
fn faults(package: &Package) -> Vec<String> {
    let name = &package.name;
    let Some(own) = layer(name) else {
        return vec![format!("`{name}` has no layer: name it in tests/house/layers.rs and ARCHITECTURE.md")];
    };
    let arrows = package.dependencies.iter().filter(|d| d.path.is_some());
    arrows
        .filter_map(|to| {
            let dev = to.kind.as_deref() == Some("dev");
            // The macro runs in the compiler, and is in no program.
            if to.name == "copydesk-fingerprint" {
                return None;
            }
            // The kit serves the tests of the layer that it stands in.
            if to.name == "copydesk-testkit" {
                return (!dev).then(|| format!("`{name}` needs the testkit outside of its tests"));
            }
            let down = layer(&to.name).is_some_and(|layer| layer < own);
            (!down).then(|| format!("`{name}` (layer {own}) may not depend on `{}`", to.name))
        })
        .collect()
}

#[test]
fn arrows_point_down_only() {
    let faults: Vec<_> = Metadata::read().own().flat_map(faults).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn an_arrow_up_or_across_is_a_fault() {
    let package = |name: &str, to: &str, kind: Option<&str>| Package {
        name: name.into(),
        version: String::new(),
        manifest_path: "Cargo.toml".into(),
        source: None,
        license: None,
        dependencies: vec![crate::metadata::Dependency {
            name: to.into(),
            kind: kind.map(Into::into),
            path: Some("x".into()),
        }],
    };
    for (from, to, kind) in [
        ("copydesk-stage-a", "copydesk-stage-b", None),
        ("copydesk-stage-a", "copydesk-stage-b", Some("dev")),
        ("copydesk-document", "copydesk-stage", None),
        ("copydesk-runner", "copydesk-pipeline", Some("build")),
        ("copydesk-stage-a", "copydesk-testkit", None),
        ("copydesk-core", "copydesk-document", None),
    ] {
        assert_eq!(faults(&package(from, to, kind)).len(), 1, "{from} to {to}");
    }
    assert!(faults(&package("copydesk-stage-a", "copydesk-testkit", Some("dev"))).is_empty());
    assert!(faults(&package("copydesk-runner", "copydesk-parse", None)).is_empty());
}

#[test]
fn one_name_has_four_forms() {
    let mut faults = Vec::new();
    for package in Metadata::read().own() {
        let folder = package.manifest_path.parent().expect("a manifest stands in a folder");
        let folder_name = folder.file_name().expect("it has a name").to_string_lossy();
        if folder_name != package.name && package.name != "copydesk-tests" {
            faults.push(format!("the folder of `{}` is called `{folder_name}`", package.name));
        }
        let Some((kind, name)) = part(&package.name) else { continue };
        let code = sources(&folder.join("src"));
        let type_name: String = name.split('-').map(capital).collect();
        let needed = [
            format!("pub struct {type_name}"),
            format!("const NAME: &'static str = \"{name}\""),
            "pub fn register(".into(),
            format!(".{kind}::<{type_name}>()"),
        ];
        let missing = needed.iter().filter(|needed| !code.contains(*needed));
        faults.extend(missing.map(|missing| format!("`{}` lacks `{missing}`", package.name)));
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn no_crate_is_for_everything() {
    for package in Metadata::read().own() {
        let last = package.name.rsplit('-').next().unwrap_or_default();
        let vague = ["core", "common", "types", "util", "utils", "misc", "shared", "helpers"];
        assert!(!vague.contains(&last), "`{}` says nothing: call it by what it is for", package.name);
    }
}

#[test]
fn every_stage_has_its_rules_its_cases_and_its_readme() {
    let metadata = Metadata::read();
    let stages: Vec<_> = metadata.own().filter(|p| part(&p.name).is_some_and(|(kind, _)| kind == "stage")).collect();
    assert!(stages.len() >= 4, "the house's own stages are found");
    let folder = |package: &Package| package.manifest_path.parent().expect("it stands in a folder").to_owned();
    let purity = fs::read_to_string(folder(stages[0]).join("clippy.toml")).expect("the first stage has a clippy.toml");
    let mut faults = Vec::new();
    for package in stages {
        let folder = folder(package);
        let mut fault = |wrong: bool, what: &str| {
            if wrong {
                faults.push(format!("{}: {what}", package.name));
            }
        };
        let own = fs::read_to_string(folder.join("clippy.toml")).unwrap_or_default();
        fault(own != purity, "clippy.toml is not that of the other stages; copy it");
        fault(!folder.join("README.md").is_file(), "there is no README.md");
        let cases = fs::read_dir(folder.join("tests/cases")).map_or(0, Iterator::count);
        fault(cases == 0, "there is no case in tests/cases");
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn the_architecture_names_every_crate() {
    let text = fs::read_to_string(root().join("ARCHITECTURE.md")).expect("it is there");
    for package in Metadata::read().own() {
        let family = part(&package.name).map(|(kind, _)| format!("copydesk-{kind}-*"));
        let named =
            [Some(package.name.clone()), family].into_iter().flatten().any(|n| text.contains(&format!("`{n}`")));
        assert!(named || package.name == "copydesk-tests", "ARCHITECTURE.md does not name `{}`", package.name);
    }
}

fn capital(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map(|first| first.to_ascii_uppercase().to_string() + chars.as_str()).unwrap_or_default()
}

fn sources(folder: &Path) -> String {
    let entries = fs::read_dir(folder).expect("a crate has a src folder");
    let files = entries.map(|entry| entry.expect("it can be read").path());
    files.filter(|p| p.extension().is_some_and(|e| e == "rs")).map(|p| fs::read_to_string(p).expect("UTF-8")).collect()
}

/// What is published has to build from its package alone.
#[test]
fn no_crate_includes_a_file_of_another() {
    let mut faults = Vec::new();
    for package in Metadata::read().own().filter(|package| !is_private(&package.name)) {
        let folder = package.manifest_path.parent().expect("it stands in a folder").to_owned();
        for file in rust_files(&folder.join("src")) {
            let code = fs::read_to_string(&file).expect("UTF-8");
            let depth = file.strip_prefix(&folder).expect("it is below").components().count() - 1;
            let out = format!("\"{}", "../".repeat(depth + 1));
            for at in ["include_str!(", "include_bytes!(", "include!("] {
                let leads_out = code.match_indices(at).any(|(i, _)| {
                    let argument = code[i + at.len()..].trim_start().trim_start_matches("concat!(").trim_start();
                    argument.starts_with(&out)
                });
                if leads_out {
                    faults.push(format!("{}: `{at}` leads out of the crate", file.display()));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_crate_that_is_published_says_what_it_is() {
    let mut faults = Vec::new();
    for package in Metadata::read().own().filter(|package| !is_private(&package.name)) {
        let folder = package.manifest_path.parent().expect("it stands in a folder");
        let readme = fs::read_to_string(folder.join("README.md")).unwrap_or_default();
        if !readme.starts_with("# ") {
            faults.push(format!("{}: no README.md", package.name));
        }
        let manifest = fs::read_to_string(&package.manifest_path).expect("a manifest");
        for key in ["description = ", "license.workspace", "keywords.workspace", "categories.workspace"] {
            if !manifest.contains(key) {
                faults.push(format!("{}: no `{key}`", package.name));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// Whether a crate serves this repository alone.
fn is_private(name: &str) -> bool {
    layer(name) == Some(8)
}

fn rust_files(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder of sources").map(|entry| entry.expect("an entry").path());
    let (folders, files): (Vec<_>, Vec<_>) = entries.partition(|path| path.is_dir());
    let below = folders.iter().flat_map(|folder| rust_files(folder));
    files.into_iter().filter(|path| path.extension().is_some_and(|e| e == "rs")).chain(below).collect()
}
