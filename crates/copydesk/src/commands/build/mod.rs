//! `copydesk build`

mod package;
mod project;

use std::{
    env, fs, io,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context as _, anyhow, bail};

use self::{package::Package, project::Project};
use super::house::{Named, cache, room};
use crate::{
    exit::ExitCode,
    report::{Failure, Reporter},
};

/// Arguments of `copydesk build`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  copydesk build --with ./mark-releases -o newsroom
  copydesk build --with ./mark-releases --with copydesk-stage-other@1.2 -o newsroom --locked
  ./newsroom stages

Needs cargo. Each crate has to have a public function `register(catalog: &mut Catalog)`, as those of `copydesk new` have. \
The versions of all crates are written to a file beside the program, newsroom.lock; --locked builds with those and no \
others. What was built once is kept in a cache: COPYDESK_CACHE, or copydesk/ below XDG_CACHE_HOME or ~/.cache.")]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub(crate) struct Args {
    /// A crate: its folder, or its name and version in the registry, NAME@VERSION.
    #[arg(long, required = true, value_name = "CRATE")]
    with: Vec<String>,
    /// The program to write. What it is called is its name in help and messages.
    #[arg(short, long, value_name = "FILE")]
    out: PathBuf,
    /// Build with the versions in the lock file beside the program, or not at all.
    #[arg(long)]
    locked: bool,
    /// Fetch nothing.
    #[arg(long)]
    offline: bool,
    /// Build fast and run slowly.
    #[arg(long)]
    debug: bool,
    /// Without what is behind features of copydesk (parquet, sqlite).
    #[arg(long)]
    no_default_features: bool,
    #[command(flatten)]
    named: Named,
}

impl Args {
    pub(crate) fn execute(&self, reporter: &Reporter) -> Result<ExitCode, Failure> {
        let name = self.name()?;
        let house = self.named.house()?;
        let packages = self.with.iter().map(|with| Package::named(with)).collect::<anyhow::Result<Vec<_>>>()?;
        if let Some(twice) =
            packages.iter().enumerate().find(|(at, it)| packages[..*at].iter().any(|p| p.name == it.name))
        {
            return Err(anyhow!("`{}` is named twice", twice.1.name).into());
        }
        let project = Project { name, house, packages, default_features: !self.no_default_features };
        let cache = cache()?;
        let folder = room(&cache, "build").with_context(|| format!("cannot write to {}", cache.display()))?;
        let folder = folder.join(&project.name);
        project.write(&folder).with_context(|| format!("cannot write {}", folder.display()))?;
        let lock = beside(&self.out, "lock");
        self.bring_lock(&lock, &folder, &project)?;
        self.compile(&folder, &cache, reporter)?;
        let built = self.built(&folder, &cache, &project.name);
        try_out(&built)?;
        self.publish(&built)?;
        fs::copy(folder.join("Cargo.lock"), &lock).with_context(|| format!("cannot write {}", lock.display()))?;
        if !reporter.quiet {
            let with: Vec<String> = project.packages.iter().map(Package::title).collect();
            let out = self.out.display();
            reporter.write(&format!("{out}: copydesk {} with {}\n", env!("CARGO_PKG_VERSION"), with.join(", ")));
        }
        Ok(ExitCode::SUCCESS)
    }

    /// What the program is called: a word that cargo takes for the name of a package.
    fn name(&self) -> anyhow::Result<String> {
        let name = self.out.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let name = name.strip_suffix(env::consts::EXE_SUFFIX).unwrap_or(&name).to_owned();
        let good = name.starts_with(|c: char| c.is_ascii_alphabetic())
            && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
        if !good {
            bail!("`{name}` cannot be the name of a program: letters, digits, hyphens, and a letter at the beginning");
        }
        if self.out.is_dir() {
            bail!("{} is a folder", self.out.display());
        }
        Ok(name)
    }

    /// Puts the lock file into the project: that of the last build, else the one that the house was tested with.
    fn bring_lock(&self, lock: &Path, folder: &Path, project: &Project) -> anyhow::Result<()> {
        let to = folder.join("Cargo.lock");
        let from = if lock.is_file() {
            Some(lock.to_owned())
        } else if self.locked {
            bail!("there is no {}: build once without --locked, which writes it", lock.display());
        } else {
            project.house.lock_file()
        };
        match from {
            Some(from) => fs::copy(&from, &to).map(|_| ()).with_context(|| format!("cannot copy {}", from.display())),
            None => Ok(()),
        }
    }

    fn compile(&self, folder: &Path, cache: &Path, reporter: &Reporter) -> anyhow::Result<()> {
        let mut cargo = cargo();
        cargo.arg("build").current_dir(folder);
        // Whoever has a place for what is built has it for this, too.
        if env::var_os("CARGO_TARGET_DIR").is_none() {
            let target = room(cache, "target").with_context(|| format!("cannot write to {}", cache.display()))?;
            cargo.env("CARGO_TARGET_DIR", target);
        }
        let switches = [
            (!self.debug, "--release"),
            (self.locked, "--locked"),
            (self.offline, "--offline"),
            (reporter.quiet, "--quiet"),
        ];
        cargo.args(switches.iter().filter(|(on, _)| *on).map(|(_, switch)| *switch));
        // What the compiler says is said again below, with the way out.
        let output =
            cargo.stderr(Stdio::piped()).stdout(Stdio::null()).spawn().and_then(|child| passed_on(child, reporter));
        let (success, said) = output.context("cargo cannot be started: it comes with Rust, see https://rustup.rs")?;
        if success {
            return Ok(());
        }
        match project::explained(&said) {
            Some(way_out) => bail!("cargo could not build the program: {way_out}"),
            None => bail!("cargo could not build the program; its messages stand above"),
        }
    }

    /// Where cargo has put the program.
    fn built(&self, folder: &Path, cache: &Path, name: &str) -> PathBuf {
        let target = env::var_os("CARGO_TARGET_DIR").map_or_else(|| cache.join("target"), |target| folder.join(target));
        let profile = if self.debug { "debug" } else { "release" };
        target.join(profile).join(format!("{name}{}", env::consts::EXE_SUFFIX))
    }

    /// Puts the program in its place, as a whole or not at all.
    fn publish(&self, built: &Path) -> anyhow::Result<()> {
        let draft = beside(&self.out, "part");
        let copied = fs::copy(built, &draft).and_then(|_| fs::rename(&draft, &self.out));
        copied.with_context(|| format!("cannot write {}", self.out.display()))
    }
}

/// A file of the same name, with one more ending.
fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    name.into()
}

/// Cargo, as whoever started this program has it.
pub(super) fn cargo() -> Command {
    Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// Shows what cargo says while it says it, and keeps it.
fn passed_on(mut child: std::process::Child, reporter: &Reporter) -> io::Result<(bool, String)> {
    use io::BufRead as _;

    let mut said = String::new();
    if let Some(stderr) = child.stderr.take() {
        let mut reader = io::BufReader::new(stderr);
        let mut line = Vec::new();
        while reader.read_until(b'\n', &mut line)? > 0 {
            let text = String::from_utf8_lossy(&line).into_owned();
            reporter.write(&text);
            said.push_str(&text);
            line.clear();
        }
    }
    Ok((child.wait()?.success(), said))
}

/// Starts the program once: a crate that registers nothing, or a name that is taken, shows then.
fn try_out(program: &Path) -> anyhow::Result<()> {
    let output = Command::new(program).arg("--version").output();
    let output = output.with_context(|| format!("cannot start {}", program.display()))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        let said = said.trim();
        bail!("the program was built, and does not start:\n{said}");
    }
    Ok(())
}
