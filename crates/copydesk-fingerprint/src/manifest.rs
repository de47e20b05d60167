//! The house crates that a crate is built on, by its manifest.

/// What the names of house crates begin with.
const HOUSE: &str = "copydesk-";
/// This crate works while others are compiled, and is in none of them.
const MACRO: &str = "copydesk-fingerprint";

/// The house crates among the ordinary dependencies of a manifest, in its order.
///
/// It knows the two ways in which people and `cargo package` write a dependency, and no more of TOML, so that the one
/// crate that all others wait for needs no other. A name that it takes for a house crate and that is none is an error of
/// the compiler; that it misses none is tested against `cargo metadata`.
pub(crate) fn house_dependencies(manifest: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut inside = false;
    for line in manifest.lines().map(str::trim) {
        if let Some(heading) = line.strip_prefix('[') {
            let heading = heading.split(']').next().unwrap_or_default();
            let (table, name) = heading.rsplit_once('.').unwrap_or((heading, ""));
            inside = is_dependencies(heading);
            if is_dependencies(table) {
                names.push(name);
            }
        } else if inside {
            names.push(line.split(['=', '.']).next().unwrap_or_default());
        }
    }
    let names = names.into_iter().map(|name| name.trim().trim_matches('"'));
    names.filter(|name| name.starts_with(HOUSE) && *name != MACRO).map(str::to_owned).collect()
}

/// `dependencies`, and those of one platform; not those of tests and build scripts.
fn is_dependencies(table: &str) -> bool {
    table == "dependencies" || (table.starts_with("target.") && table.ends_with(".dependencies"))
}

#[cfg(test)]
mod tests {
    use std::{fs, process::Command};

    use super::*;

    #[test]
    fn both_ways_of_writing_are_read() {
        let manifest = "
            [package]
            name = \"copydesk-x\"
            [dependencies]
            copydesk-a.workspace = true
            copydesk-b = { path = \"../copydesk-b\" }
            \"copydesk-c\" = \"1\"
            serde = \"1\"
            copydesk-fingerprint.workspace = true
            [dependencies.copydesk-d]
            version = \"1\"
            [target.'cfg(unix)'.dependencies]
            copydesk-e = \"1\"
            [dev-dependencies]
            copydesk-testkit = \"1\"
            [dev-dependencies.copydesk-f]
            [build-dependencies]
            copydesk-g = \"1\"
        ";
        let names = ["copydesk-a", "copydesk-b", "copydesk-c", "copydesk-d", "copydesk-e"];
        assert_eq!(house_dependencies(manifest), names);
    }

    #[test]
    fn no_house_dependency_is_missed() {
        let output = Command::new(env!("CARGO"))
            .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .output()
            .expect("cargo runs");
        let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).expect("it prints JSON");
        let packages = metadata["packages"].as_array().expect("a list");
        assert!(packages.len() > 20, "{} packages", packages.len());
        for package in packages {
            let path = package["manifest_path"].as_str().expect("a path");
            let mut read = house_dependencies(&fs::read_to_string(path).expect("it can be read"));
            let dependencies = package["dependencies"].as_array().expect("a list").iter();
            let ordinary = dependencies.filter(|d| d["kind"].is_null() && !d["path"].is_null());
            let names = ordinary.map(|d| d["name"].as_str().expect("a name").to_owned());
            let mut house: Vec<_> = names.filter(|name| name.starts_with(HOUSE) && name != MACRO).collect();
            read.sort();
            house.sort();
            assert_eq!(read, house, "{path}");
        }
    }
}
