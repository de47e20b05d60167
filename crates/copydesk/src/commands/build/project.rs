//! The project that cargo builds: a manifest, and a `main` that registers each crate by name.

use std::{fmt::Write as _, fs, path::Path};

use super::package::Package;
use crate::commands::house::{House, quoted};

/// A manifest that ends with how crates are built for trying out.
const DEV_PROFILE: &str = include_str!("../../../templates/stage/Cargo.toml.template");

/// A program to be built.
#[derive(Debug)]
pub(super) struct Project {
    pub(super) name: String,
    pub(super) house: House,
    pub(super) packages: Vec<Package>,
    pub(super) default_features: bool,
}

impl Project {
    /// Writes it into a folder. A file that is as it should be keeps its time, so that cargo has nothing to do.
    pub(super) fn write(&self, folder: &Path) -> anyhow::Result<()> {
        fs::create_dir_all(folder.join("src"))?;
        for (path, text) in [("Cargo.toml", self.manifest()?), ("src/main.rs", self.main())] {
            let path = folder.join(path);
            if fs::read_to_string(&path).ok().as_ref() != Some(&text) {
                fs::write(path, text)?;
            }
        }
        Ok(())
    }

    fn manifest(&self) -> anyhow::Result<String> {
        let mut out = format!(
            "# Written by `copydesk build`.\n[package]\nname = \"{}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\
             publish = false\n\n[workspace]\n\n[dependencies]\ncopydesk = {{ version = \"{}\", default-features = {} }}\n",
            self.name,
            env!("CARGO_PKG_VERSION"),
            self.default_features
        );
        for package in &self.packages {
            let from = match &package.folder {
                Some(folder) => format!("{{ path = {} }}", quoted(folder)),
                None => format!("\"{}\"", package.version),
            };
            let _ = writeln!(out, "{} = {from}", package.name);
        }
        let _ = write!(out, "\n{}", self.house.patch(false)?);
        out.push_str("\n[profile.release]\nstrip = \"symbols\"\n\n");
        out.push_str(DEV_PROFILE.find("# As in").map_or("", |at| &DEV_PROFILE[at..]));
        Ok(out)
    }

    fn main(&self) -> String {
        let mut out = format!(
            "// Written by `copydesk build`.\n\nfn main() -> std::process::ExitCode {{\n    copydesk::program({:?})\n",
            self.name
        );
        for package in &self.packages {
            let _ = writeln!(out, "        .with({:?}, {}::register)", package.title(), package.library);
        }
        out.push_str("        .main()\n}\n");
        out
    }
}

/// What to do about a message of cargo or the compiler, where we know.
pub(super) fn explained(said: &str) -> Option<&'static str> {
    let known = [
        (
            &["cannot find function `register`", "cannot find value `register`"][..],
            "a crate has no public function `register(catalog: &mut copydesk_stage::Catalog)`: see src/lib.rs of \
             `copydesk new stage`",
        ),
        (
            &["links to the native library `copydesk-seam`"][..],
            "a crate is built on another version of copydesk-stage than this program, and both are named above: build \
             the crate on the same one",
        ),
        (
            &["needs to be updated but --locked was passed"][..],
            "the lock file beside the program is not that of these crates: build once without --locked",
        ),
    ];
    known.iter().find(|(signs, _)| signs.iter().any(|sign| said.contains(sign))).map(|(_, way_out)| *way_out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_crate_is_registered_by_name() {
        let package = |name: &str, folder: Option<&str>| Package {
            name: name.into(),
            version: "1.2".into(),
            library: name.replace('-', "_"),
            folder: folder.map(Into::into),
        };
        let packages = vec![package("stage-x", Some("/a \"b\"")), package("stage-y", None)];
        let project = Project { name: "newsroom".into(), house: House::Registry, packages, default_features: false };
        let main = project.main();
        assert!(main.contains("copydesk::program(\"newsroom\")"), "{main}");
        assert!(main.contains(".with(\"stage-x 1.2\", stage_x::register)"), "{main}");
        let manifest = project.manifest().expect("it needs no files");
        assert!(manifest.contains("[profile.dev.package]\nhtml5ever"), "{manifest}");
        for line in ["stage-x = { path = \"/a \\\"b\\\"\" }", "stage-y = \"1.2\"", "default-features = false"] {
            assert!(manifest.contains(line), "{manifest}");
        }
    }

    #[test]
    fn what_cargo_says_is_explained_where_we_know() {
        assert!(explained("error[E0425]: cannot find function `register` in crate `x`").is_some());
        assert!(explained("package `x` links to the native library `copydesk-seam`, but").is_some());
        assert_eq!(explained("error: expected `;`"), None);
    }
}
