//! Where the crates of Copydesk come from that a crate of somebody's own is built on.

use std::{
    env,
    ffi::OsString,
    fs,
    hash::{DefaultHasher, Hash as _, Hasher as _},
    io,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, anyhow, bail};

/// A folder that every checkout of Copydesk has.
const SEAM: &str = "crates/copydesk-stage/Cargo.toml";

/// The file of a crate that says where the house's crates lie, and its head.
const PLACE: &str = ".cargo/config.toml";
const PLACE_HEAD: &str = "\
# Where the crates of Copydesk lie on this machine that Cargo.toml names by their version. `copydesk` has put them there, and
# `copydesk dev` writes this file anew on another machine.
";

/// What marks a folder of a cache, for programs that make backups too: see <https://bford.info/cachedir/>. That of cargo has other
/// words.
const TAG: &str = "CACHEDIR.TAG";
const TAG_TEXT: &str = "\
Signature: 8a477f597d28d172789f06886806bc55
# What `copydesk` keeps here it can make again; `copydesk clean` takes it away.
";

/// The table of what cargo takes from elsewhere.
const PATCH: &str = "[patch.crates-io]\n";

/// What the program carries: the files of these crates, by their paths in a checkout. See `build.rs`.
static CARRIED: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/carried.rs"));

/// Where house crates come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum House {
    /// A folder with the sources of Copydesk: a checkout, or what the program has unpacked.
    Folder(PathBuf),
    /// The registry, in the version of this program.
    Registry,
}

/// The option that names a checkout.
#[derive(Debug, clap::Args)]
pub(crate) struct Named {
    /// A checkout of Copydesk whose crates are used, in the place of those that this program carries.
    #[arg(long, value_name = "DIR")]
    copydesk: Option<PathBuf>,
}

impl Named {
    /// The house that is meant. What the program carries is unpacked for it.
    pub(crate) fn house(&self) -> anyhow::Result<House> {
        match &self.copydesk {
            Some(folder) if folder.join(SEAM).is_file() => Ok(House::Folder(folder.canonicalize()?)),
            Some(folder) => bail!("{} is no checkout of Copydesk: there is no {SEAM} in it", folder.display()),
            None if CARRIED.is_empty() => Ok(House::Registry),
            None => Ok(House::Folder(unpacked(&cache()?)?)),
        }
    }

    /// Whether a checkout is named.
    pub(crate) fn is_given(&self) -> bool {
        self.copydesk.is_some()
    }

    /// Says in the folder of a crate, which may have come from another machine, where the house's crates lie, if it is `copydesk`
    /// that says so. A checkout that has been named stays for as long as it is there, or until another is.
    pub(crate) fn say_place(&self, folder: &Path) -> anyhow::Result<()> {
        let file = folder.join(PLACE);
        let said = fs::read_to_string(&file);
        let (is_ours, holds) = match &said {
            Ok(text) => stated(text).map_or((false, false), |(folders, _)| (true, hold(&folders))),
            Err(error) => (error.kind() == io::ErrorKind::NotFound && names_versions(folder), false),
        };
        if !is_ours && self.is_given() {
            let who = if file.exists() { file } else { folder.join("Cargo.toml") };
            bail!(
                "--copydesk cannot be obeyed: {} says where the crates of Copydesk are, in words of your own; change it there, or \
                 leave the option out",
                who.display()
            );
        }
        if is_ours && (self.is_given() || !holds) { self.house()?.say_place(folder) } else { Ok(()) }
    }
}

/// Whether these folders of crates are there, and somebody has named them: those that a program has unpacked are for that program.
fn hold(folders: &[PathBuf]) -> bool {
    let unpacked = cache().map(|cache| cache.join("crates"));
    let is_unpacked = |folder: &Path| unpacked.as_ref().is_ok_and(|unpacked| folder.starts_with(unpacked));
    let holds = |folder: &PathBuf| folder.join("Cargo.toml").is_file() && !is_unpacked(folder);
    !folders.is_empty() && folders.iter().all(holds)
}

/// The folder below `cache` with what the program carries. It is put there as a whole, under a name that says what is in it,
/// and anew where something of it is no longer what it was.
fn unpacked(cache: &Path) -> anyhow::Result<PathBuf> {
    let mut hasher = DefaultHasher::new();
    CARRIED.hash(&mut hasher);
    let parent = cache.join("crates");
    let folder = parent.join(format!("{}-{:016x}", env!("CARGO_PKG_VERSION"), hasher.finish()));
    if CARRIED.iter().all(|(path, bytes)| fs::read(folder.join(path)).is_ok_and(|there| there == *bytes)) {
        return Ok(folder);
    }
    let write = || -> io::Result<()> {
        fs::create_dir_all(&parent)?;
        // Only its owner may enter it: what others may read as well lies in it.
        let aside = tempfile::tempdir_in(&parent)?;
        let draft = aside.path().join("draft");
        for (path, bytes) in CARRIED {
            let path = draft.join(path);
            fs::create_dir_all(path.parent().unwrap_or(&draft))?;
            fs::write(path, bytes)?;
        }
        if folder.exists() {
            fs::rename(&folder, aside.path().join("damaged"))?;
        }
        // Another program may have been faster: what it has put there is the same.
        match fs::rename(&draft, &folder) {
            Err(_) if folder.is_dir() => Ok(()),
            done => done,
        }
    };
    write().with_context(|| {
        format!(
            "cannot unpack the crates of Copydesk into {}: set COPYDESK_CACHE to a folder that can be written, or name a checkout \
             by --copydesk",
            folder.display()
        )
    })?;
    Ok(folder)
}

impl House {
    /// The names of its crates, where they lie in a folder: those that a stage, a source or an export needs.
    fn crates(&self) -> io::Result<Vec<(String, PathBuf)>> {
        let Self::Folder(folder) = self else { return Ok(Vec::new()) };
        let mut crates = Vec::new();
        for entry in fs::read_dir(folder.join("crates"))? {
            let path = entry?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if path.join("Cargo.toml").is_file() && is_needed(&name) {
                crates.push((name, path));
            }
        }
        crates.sort();
        Ok(crates)
    }

    /// The table that has cargo take the house's crates from there, whatever version of them a manifest names. Without
    /// `tests` those are left out that only tests need.
    pub(crate) fn patch(&self, with_tests: bool) -> anyhow::Result<String> {
        let crates = self.crates().context("cannot look for the crates of Copydesk")?;
        let mut table = String::new();
        for (name, path) in crates {
            if with_tests || name != "copydesk-testkit" {
                table = format!("{table}{name} = {{ path = {} }}\n", quoted(&path));
            }
        }
        Ok(if table.is_empty() { table } else { format!("{PATCH}{table}") })
    }

    /// Says in a crate's folder where the crates are that it names by their version, and leaves what stands behind that. A
    /// registry needs no saying.
    pub(crate) fn say_place(&self, folder: &Path) -> anyhow::Result<()> {
        let patch = self.patch(true)?;
        if patch.is_empty() {
            return Ok(());
        }
        let file = folder.join(PLACE);
        let said = fs::read_to_string(&file).unwrap_or_default();
        let text = format!("{PLACE_HEAD}{patch}{}", stated(&said).map_or("", |(_, rest)| rest));
        if said == text {
            return Ok(());
        }
        let written = fs::create_dir_all(file.parent().unwrap_or(folder)).and_then(|()| fs::write(&file, text));
        written.with_context(|| format!("cannot write {}", file.display()))
    }

    /// The versions of other people's crates that this program was tested with, where they are at hand.
    pub(crate) fn lock_file(&self) -> Option<PathBuf> {
        match self {
            Self::Folder(folder) => Some(folder.join("Cargo.lock")).filter(|lock| lock.is_file()),
            Self::Registry => None,
        }
    }
}

/// The folders of the house's crates that the file of a place states, and what stands behind them; none if `copydesk` has not
/// written it.
fn stated(text: &str) -> Option<(Vec<PathBuf>, &str)> {
    let mut rest = text.strip_prefix(PLACE_HEAD)?.strip_prefix(PATCH)?;
    let mut folders = Vec::new();
    while let Some((line, behind)) = rest.split_once('\n').filter(|(line, _)| line.starts_with("copydesk")) {
        let path = line.split_once("path = ").and_then(|(_, path)| path.strip_suffix(" }"))?;
        folders.push(serde_json::from_str(path).ok()?);
        rest = behind;
    }
    Some((folders, rest))
}

/// Whether a crate names the house's crates by their versions.
fn names_versions(folder: &Path) -> bool {
    let manifest = fs::read_to_string(folder.join("Cargo.toml")).unwrap_or_default();
    manifest.lines().any(|line| line.starts_with("copydesk-stage = \""))
}

/// Whether a crate of somebody's own may need this one: the program carries those. One from a registry carries none, and cannot
/// tell.
fn is_needed(name: &str) -> bool {
    let in_it = |path: &str| path.strip_prefix("crates/")?.strip_prefix(name)?.strip_prefix('/').map(|_| ());
    CARRIED.is_empty() || CARRIED.iter().any(|(path, _)| in_it(path).is_some())
}

/// Where crates, projects and what is built of them are kept.
pub(crate) fn cache() -> anyhow::Result<PathBuf> {
    let path = |value: Option<OsString>| value.filter(|value| !value.is_empty()).map(PathBuf::from);
    let folder = path(env::var_os("COPYDESK_CACHE"))
        .or_else(|| path(env::var_os("XDG_CACHE_HOME")).map(|folder| folder.join("copydesk")))
        .or_else(|| path(env::var_os("HOME")).map(|folder| folder.join(".cache/copydesk")))
        .or_else(|| path(env::var_os("LOCALAPPDATA")).map(|folder| folder.join("copydesk")));
    let folder =
        folder.ok_or_else(|| anyhow!("there is no place for what is built: set COPYDESK_CACHE to a folder"))?;
    std::path::absolute(&folder).with_context(|| format!("cannot use {}", folder.display()))
}

/// A folder of the cache for what can be made again. It is marked as ours if it is new.
pub(crate) fn room(cache: &Path, name: &str) -> io::Result<PathBuf> {
    let folder = cache.join(name);
    if !folder.exists() {
        fs::create_dir_all(&folder)?;
        fs::write(folder.join(TAG), TAG_TEXT)?;
    }
    Ok(folder)
}

/// Whether a folder is marked as ours.
pub(crate) fn is_ours(folder: &Path) -> bool {
    fs::read(folder.join(TAG)).is_ok_and(|text| text == TAG_TEXT.as_bytes())
}

/// Where the indices of `view` are kept. They can be made anew, so that any place will do.
#[cfg(feature = "view")]
pub(crate) fn indices() -> PathBuf {
    let cache = cache().unwrap_or_else(|_| env::temp_dir().join("copydesk"));
    // Who makes an index says why it cannot be made.
    room(&cache, "view").unwrap_or_else(|_| cache.join("view"))
}

/// A path as a string of TOML. A JSON string is one.
pub(crate) fn quoted(path: &Path) -> String {
    serde_json::Value::from(path.to_string_lossy()).to_string()
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, process::Command};

    use super::*;

    #[test]
    fn a_folder_of_the_cache_is_ours_if_it_was_made_for_it() {
        let cache = tempfile::tempdir().expect("a folder");
        let target = cache.path().join("target");
        fs::create_dir(&target).expect("it can be made");
        for (name, ours) in [("target", false), ("view", true), ("view", true)] {
            let folder = room(cache.path(), name).expect("there is room");
            assert!(folder.is_dir() && is_ours(&folder) == ours, "{name}");
        }
        fs::write(target.join(TAG), TAG_TEXT.lines().next().unwrap_or_default()).expect("it can be written");
        assert!(!is_ours(&target), "that is of another program");
    }

    #[test]
    fn a_checkout_is_one_or_is_refused() {
        let named = |folder: &str| Named { copydesk: Some(folder.into()) }.house();
        let error = named("src").expect_err("no checkout");
        assert!(error.to_string().contains("src is no checkout of Copydesk"), "{error}");
        if let Ok(house) = named(concat!(env!("CARGO_MANIFEST_DIR"), "/../..")) {
            assert!(house.lock_file().is_some());
            let patch = house.patch(true).expect("it can be read");
            assert!(patch.contains("crates/copydesk-testkit\" }"), "{patch}");
            assert!(!house.patch(false).expect("it can be read").contains("testkit"));
            assert!(!patch.contains("trainer"), "only what a crate of somebody's own needs: {patch}");
        }
        assert_eq!(House::Registry.patch(true).expect("it has none"), "");
    }

    /// Its own crates, as cargo counts them, with all features.
    #[test]
    fn the_program_carries_all_that_cargo_needs() {
        let house = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
        if !house.join(SEAM).is_file() {
            return;
        }
        let mut cargo = Command::new(env!("CARGO"));
        // Crates for other systems are asked for by none of ours, and are not on the disk where nothing was built for them.
        cargo.args(["tree", "--offline", "--all-features", "-p", "copydesk", "-p", "copydesk-testkit"]);
        let output = cargo.args(["--edges", "normal,build", "--prefix", "none"]).current_dir(house).output();
        let output = output.expect("cargo is there");
        let said = String::from_utf8_lossy(&output.stdout);
        let needed: BTreeSet<&str> = said
            .lines()
            .filter_map(|line| line.split(' ').next())
            .filter(|name| name.starts_with("copydesk"))
            .collect();
        let cache = tempfile::tempdir().expect("a folder");
        let folder = unpacked(cache.path()).expect("it can be written");
        let crates = House::Folder(folder.clone()).crates().expect("they can be listed");
        let carried: BTreeSet<&str> = crates.iter().map(|(name, _)| name.as_str()).collect();
        assert!(!needed.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
        assert_eq!(carried, needed);
        assert_eq!(unpacked(cache.path()).expect("it is there"), folder);
        let model = "crates/copydesk-langid/model/langid.cdl";
        assert_eq!(fs::read(folder.join(model)).ok(), fs::read(house.join(model)).ok());
        // What is damaged is mended.
        fs::remove_file(folder.join(model)).expect("it is there");
        fs::write(folder.join("Cargo.toml"), "").expect("it can be written");
        assert_eq!(unpacked(cache.path()).expect("it can be mended"), folder);
        assert!(folder.join(model).is_file() && fs::read(folder.join("Cargo.toml")).is_ok_and(|text| !text.is_empty()));
        assert_eq!(
            fs::read_dir(cache.path().join("crates")).expect("a folder").count(),
            1,
            "nothing is left beside it"
        );
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = |path: &Path| fs::metadata(path).expect("it is there").permissions().mode() & 0o777;
            assert_eq!(mode(&folder), mode(&folder.join("crates")), "whoever may read the rest may enter");
        }
    }

    #[test]
    fn a_checkout_that_was_named_stays_and_what_stands_behind_it() {
        let checkout = |version: &str| {
            let folder = tempfile::tempdir().expect("a folder");
            let seam = folder.path().join("crates/copydesk-stage");
            fs::create_dir_all(&seam).expect("it can be made");
            fs::write(seam.join("Cargo.toml"), version).expect("it can be written");
            folder
        };
        let (one, other, own) = (checkout("1"), checkout("2"), tempfile::tempdir().expect("a folder"));
        let named = |folder: Option<&Path>| Named { copydesk: folder.map(Path::to_owned) }.say_place(own.path());
        let said = || fs::read_to_string(own.path().join(PLACE)).expect("it is said");
        let states = |folder: &Path| {
            said().contains(&quoted(&folder.canonicalize().expect("it is there").join("crates/copydesk-stage")))
        };
        let error = named(Some(one.path())).expect_err("the crate says by itself where they are").to_string();
        assert!(error.contains("--copydesk cannot be obeyed") && error.contains("Cargo.toml"), "{error}");
        fs::write(own.path().join("Cargo.toml"), "copydesk-stage = \"0.1.0\"\n").expect("it can be written");
        named(Some(one.path())).expect("it is said");
        fs::write(own.path().join(PLACE), format!("{}\n[net]\noffline = true\n", said())).expect("it can be written");
        named(None).expect("it holds");
        assert!(states(one.path()));
        named(Some(other.path())).expect("it is said anew");
        assert!(
            states(other.path()) && !states(one.path()) && said().ends_with("\n[net]\noffline = true\n"),
            "{}",
            said()
        );
        fs::write(own.path().join(PLACE), "[net]\noffline = true\n").expect("it can be written");
        named(None).expect("it is left alone");
        let error = named(Some(one.path())).expect_err("it is somebody's own").to_string();
        assert!(error.contains("config.toml"), "{error}");
    }
}
