//! Where the crates of Copydesk come from that a crate of somebody's own is built on.

use std::path::{Path, PathBuf};

use anyhow::bail;

/// A folder that every checkout of Copydesk has.
const SEAM: &str = "crates/copydesk-stage/Cargo.toml";
/// Where this program was built: the checkout, where there still is one.
const BUILT_IN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

/// Where house crates come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum House {
    /// A folder with the sources of Copydesk.
    Checkout(PathBuf),
    /// The registry, in the version of this program.
    Registry,
}

/// The option that names a checkout.
#[derive(Debug, clap::Args)]
pub(crate) struct Named {
    /// A checkout of Copydesk, whose crates are used; the one that this program was built from, if left out. Where that is
    /// gone, the crates come from the registry, in the version of this program.
    #[arg(long, value_name = "DIR")]
    copydesk: Option<PathBuf>,
}

impl Named {
    /// The house that is meant.
    pub(crate) fn house(&self) -> anyhow::Result<House> {
        match &self.copydesk {
            Some(folder) => match checkout(folder) {
                Some(house) => Ok(house),
                None => bail!("{} is no checkout of Copydesk: there is no {SEAM} in it", folder.display()),
            },
            None => Ok(checkout(Path::new(BUILT_IN)).unwrap_or(House::Registry)),
        }
    }
}

fn checkout(folder: &Path) -> Option<House> {
    let is_one = folder.join(SEAM).is_file();
    is_one.then(|| folder.canonicalize().ok().map(House::Checkout)).flatten()
}

impl House {
    /// What a manifest says of a house crate.
    pub(crate) fn dependency(&self, package: &str) -> String {
        match self {
            Self::Checkout(folder) => format!("{{ path = {} }}", quoted(&folder.join("crates").join(package))),
            Self::Registry => format!("\"{}\"", env!("CARGO_PKG_VERSION")),
        }
    }

    /// The versions of other people's crates that this program was tested with, where they are at hand.
    pub(crate) fn lock_file(&self) -> Option<PathBuf> {
        match self {
            Self::Checkout(folder) => Some(folder.join("Cargo.lock")).filter(|lock| lock.is_file()),
            Self::Registry => None,
        }
    }
}

/// A path as a string of TOML. A JSON string is one.
pub(crate) fn quoted(path: &Path) -> String {
    serde_json::Value::from(path.to_string_lossy()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checkout_that_this_program_was_built_from_is_found() {
        let house = Named { copydesk: None }.house().expect("it is found");
        assert!(house.dependency("copydesk-stage").ends_with("crates/copydesk-stage\" }"), "{house:?}");
        assert!(house.lock_file().is_some());
        let error = Named { copydesk: Some("src".into()) }.house().expect_err("no checkout");
        assert!(error.to_string().contains("src is no checkout of Copydesk"), "{error}");
        assert_eq!(House::Registry.dependency("copydesk-stage"), format!("\"{}\"", env!("CARGO_PKG_VERSION")));
    }
}
