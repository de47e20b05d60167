//! A crate that a program is built with.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow, bail};
use serde::Deserialize;

use super::cargo;

/// A crate that a program is built with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Package {
    pub(super) name: String,
    pub(super) version: String,
    /// What code calls it.
    pub(super) library: String,
    /// Its folder, if it does not come from the registry.
    pub(super) folder: Option<PathBuf>,
}

#[derive(Debug, Deserialize)]
struct Metadata {
    packages: Vec<MetadataPackage>,
}

#[derive(Debug, Deserialize)]
struct MetadataPackage {
    name: String,
    version: String,
    manifest_path: PathBuf,
    targets: Vec<Target>,
}

#[derive(Debug, Deserialize)]
struct Target {
    name: String,
    kind: Vec<String>,
}

impl Package {
    /// The crate that `--with` names: a folder, or `NAME@VERSION`.
    pub(super) fn named(with: &str) -> anyhow::Result<Self> {
        let folder = Path::new(with);
        if folder.is_dir() {
            return Self::in_folder(folder);
        }
        match with.split_once('@') {
            Some((name, version)) if is_package_name(name) && !version.is_empty() => Ok(Self {
                name: name.to_owned(),
                version: version.to_owned(),
                library: name.replace('-', "_"),
                folder: None,
            }),
            _ if is_package_name(with) => {
                bail!("there is no folder {with}; a crate of the registry is named with its version: {with}@1.0")
            }
            _ => bail!("there is no folder {with}"),
        }
    }

    fn in_folder(folder: &Path) -> anyhow::Result<Self> {
        let shown = folder.display();
        let folder = folder.canonicalize().with_context(|| format!("cannot look into {shown}"))?;
        let manifest = folder.join("Cargo.toml");
        if !manifest.is_file() {
            bail!("{shown} is no crate: there is no Cargo.toml in it");
        }
        let mut command = cargo();
        command.args(["metadata", "--no-deps", "--format-version", "1", "--manifest-path"]).arg(&manifest);
        let output = command.output().context("cargo cannot be started: it comes with Rust, see https://rustup.rs")?;
        if !output.status.success() {
            bail!("{shown} is no crate that cargo reads:\n{}", String::from_utf8_lossy(&output.stderr).trim());
        }
        let metadata: Metadata = serde_json::from_slice(&output.stdout).context("cargo metadata cannot be read")?;
        let package = metadata.packages.into_iter().find(|package| package.manifest_path == manifest);
        let package =
            package.ok_or_else(|| anyhow!("{shown} holds a workspace, and no crate: name the folder of one"))?;
        let library = package.targets.into_iter().find(|target| target.kind.iter().any(|kind| kind == "lib"));
        let library =
            library.ok_or_else(|| anyhow!("`{}` has no library: put its `register` into src/lib.rs", package.name))?;
        Ok(Self {
            name: package.name,
            version: package.version,
            library: library.name.replace('-', "_"),
            folder: Some(folder),
        })
    }

    /// What the version of the program calls it.
    pub(super) fn title(&self) -> String {
        format!("{} {}", self.name, self.version)
    }
}

fn is_package_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crates_are_folders_or_names_with_a_version() {
        let named = Package::named("copydesk-stage-x@1.2").expect("a name and a version");
        assert_eq!((named.library.as_str(), named.title().as_str()), ("copydesk_stage_x", "copydesk-stage-x 1.2"));
        let own = Package::named(env!("CARGO_MANIFEST_DIR")).expect("this crate");
        assert_eq!((own.name.as_str(), own.library.as_str()), ("copydesk", "copydesk"));
        for (bad, message) in [
            ("no-such-crate", "named with its version: no-such-crate@1.0"),
            ("./no-such-folder", "there is no folder"),
            ("src", "there is no Cargo.toml in it"),
        ] {
            let error = Package::named(bad).expect_err("it is refused");
            assert!(error.to_string().contains(message), "{error}");
        }
    }
}
