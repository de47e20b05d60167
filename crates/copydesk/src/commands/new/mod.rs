//! `copydesk new`

mod files;

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, bail};
use clap::Subcommand;
use copydesk_pipeline::BuiltinPipeline;
use copydesk_stage::Catalog;

use self::files::Part;
use super::house::{House, Named};
use crate::{
    exit::ExitCode,
    program,
    report::{Failure, Reporter},
};

/// Arguments of `copydesk new`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  copydesk new stage mark-releases      a crate in mark-releases/ that compiles, with a case and a pipeline
  copydesk new stage mark --python      a stage in Python in mark/, with a pipeline and its tests; nothing is compiled
  copydesk new pipeline mine            mine.toml, a copy of the built-in pipeline `news`
  copydesk build --with ./mark-releases -o my-copydesk")]
pub(crate) struct Args {
    #[command(subcommand)]
    what: What,
}

/// What is begun.
#[derive(Debug, Subcommand)]
enum What {
    /// A crate with a stage: what it does to one document, its options, a case, a pipeline that uses it.
    Stage {
        #[command(flatten)]
        begun: Crate,
        /// Write it in Python: one file, which a pipeline file uses under `use = "exec"`.
        #[arg(long, conflicts_with = "copydesk")]
        python: bool,
    },
    /// A crate with a source: where documents come from.
    Source(Crate),
    /// A crate with an export: what is written.
    Export(Crate),
    /// A crate with a survey: what is asked of all documents together.
    Survey(Crate),
    /// A pipeline file.
    Pipeline {
        /// What the file is called, with `.toml` behind it or without.
        name: PathBuf,
        /// The built-in pipeline that it begins as.
        #[arg(long, default_value = "news", value_name = "PIPELINE")]
        like: String,
    },
}

/// A crate that is begun.
#[derive(Debug, clap::Args)]
struct Crate {
    /// What pipeline files call it: small letters, digits and hyphens.
    name: String,
    /// The folder that the crate's folder is put into.
    #[arg(long, default_value = ".", value_name = "DIR")]
    into: PathBuf,
    #[command(flatten)]
    named: Named,
}

impl Args {
    pub(crate) fn execute(&self, catalog: &Catalog, reporter: &Reporter) -> Result<ExitCode, Failure> {
        let said = match &self.what {
            What::Stage { begun, python: true } => begun.begin_python(catalog)?,
            What::Stage { begun, python: false } => begun.begin(Part::Stage, catalog)?,
            What::Source(it) => it.begin(Part::Source, catalog)?,
            What::Export(it) => it.begin(Part::Export, catalog)?,
            What::Survey(it) => it.begin(Part::Survey, catalog)?,
            What::Pipeline { name, like } => pipeline(name, like)?,
        };
        if !reporter.quiet {
            reporter.write(&said);
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl Crate {
    /// Writes the crate, and says what to do with it.
    fn begin(&self, part: Part, catalog: &Catalog) -> anyhow::Result<String> {
        let Self { name, named, .. } = self;
        let folder = self.folder(part, catalog)?;
        let house = named.house()?;
        write_all(&folder, part.files(name))?;
        house.say_place(&folder)?;
        // What was tested together is built together.
        if let Some(lock) = house.lock_file() {
            fs::copy(lock, folder.join("Cargo.lock")).context("cannot write Cargo.lock")?;
        }
        let built_on = match &house {
            House::Folder(folder) => format!("the crates in {}", folder.join("crates").display()),
            House::Registry => format!("copydesk {} of the registry", env!("CARGO_PKG_VERSION")),
        };
        Ok(format!(
            "{folder}: a crate with the {noun} `{name}`, built on {built_on}\n\n  cd {folder}\n  cargo test\n  \
             cargo run -- run pipeline.toml\n  {program} dev\n\nIt lives in src/lib.rs; README.md says what is where.\n",
            program = program::name(),
            folder = folder.display(),
            noun = part.noun(),
        ))
    }
}

impl Crate {
    /// Writes a stage in Python, and says what to do with it.
    fn begin_python(&self, catalog: &Catalog) -> anyhow::Result<String> {
        let Self { name, .. } = self;
        let folder = self.folder(Part::Stage, catalog)?;
        write_all(&folder, files::python_stage(name))?;
        let (program, folder, file) = (program::name(), folder.display(), name.replace('-', "_"));
        Ok(format!(
            "{folder}: the stage `{name}` in Python\n\n  cd {folder}\n  {program} test pipeline.toml\n  {program} run \
             pipeline.toml\n  {program} dev\n\nIt lives in {file}.py; README.md says what is where.\n"
        ))
    }

    /// Where it is begun, if it can be.
    fn folder(&self, part: Part, catalog: &Catalog) -> anyhow::Result<PathBuf> {
        let Self { name, into, .. } = self;
        check_name(name)?;
        if part.is_known(catalog, name) {
            bail!("`{name}` is the name of {} already: give yours another", part.with_article());
        }
        let folder = into.join(name);
        if folder.exists() {
            bail!("{} is there already", folder.display());
        }
        Ok(folder)
    }
}

fn write_all(folder: &Path, files: Vec<(String, String)>) -> anyhow::Result<()> {
    for (path, text) in files {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().unwrap_or(folder))
            .and_then(|()| fs::write(&path, text))
            .with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}

/// A name that can stand in a pipeline file, a crate and a type.
fn check_name(name: &str) -> anyhow::Result<()> {
    let word = |word: &str| {
        word.starts_with(|c: char| c.is_ascii_lowercase())
            && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
    };
    if name.len() > 60 || !name.split('-').all(word) {
        bail!(
            "`{name}` is no name: small letters, digits and hyphens, each word beginning with a letter: mark-releases"
        );
    }
    Ok(())
}

/// Writes a pipeline file.
fn pipeline(name: &Path, like: &str) -> anyhow::Result<String> {
    let Some(built_in) = BuiltinPipeline::find(like) else { bail!(super::pipelines::unknown(like)) };
    let path = if name.extension().is_some() { name.to_owned() } else { name.with_extension("toml") };
    let (program, shown) = (program::name(), path.display().to_string());
    write_new(&path, &copy_of(built_in.text, like, &shown))?;
    let path = shown;
    Ok(format!(
        "{path}: a pipeline like `{like}`\n\n  {program} check {path}\n  {program} run {path} PAGES --out out\n"
    ))
}

/// Writes a file that must not be there yet.
pub(super) fn write_new(path: &Path, text: &str) -> anyhow::Result<()> {
    use std::io::Write as _;

    let written = fs::File::create_new(path).and_then(|mut file| file.write_all(text.as_bytes()));
    match written {
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            bail!("{} is there already: name another file, or move it away", path.display())
        }
        written => written.with_context(|| format!("cannot write {}", path.display())),
    }
}

/// A built-in pipeline as a file of that name: the commands in its comments are for this file.
fn copy_of(text: &str, like: &str, path: &str) -> String {
    without_source(text).replace(&format!("pipelines/{like}.toml"), path)
}

/// A pipeline that takes its inputs from the command line: the paths of a built-in one mean nothing elsewhere.
fn without_source(text: &str) -> String {
    let mut inside = false;
    let lines = text.split_inclusive('\n').filter(|line| {
        if line.starts_with('[') {
            inside = line.trim() == "[source]";
        }
        // A command without inputs would read those of the source.
        !inside && !line.contains("reads corpus/")
    });
    lines.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_of_a_pipeline_speaks_of_itself() {
        for built_in in copydesk_pipeline::builtin_pipelines() {
            let text = copy_of(built_in.text, built_in.name, "mine.toml");
            assert!(!text.contains("pipelines/") && !text.contains("corpus/"), "{text}");
        }
        assert!(
            copy_of(BuiltinPipeline::find("news").unwrap().text, "news", "mine.toml")
                .contains("run mine.toml page.html")
        );
    }

    #[test]
    fn names_are_such_as_pipeline_files_have() {
        for good in ["x", "mark-releases", "top10"] {
            assert!(check_name(good).is_ok(), "{good}");
        }
        for bad in ["", "Mark", "mark_releases", "-x", "x-", "a--b", "10-top", "a/b", "..", &"x".repeat(61)] {
            assert!(check_name(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_new_pipeline_is_good_and_has_no_source() {
        for built_in in copydesk_pipeline::builtin_pipelines() {
            let text = without_source(built_in.text);
            let loaded = copydesk_pipeline::load("new.toml", &text, &copydesk_pipeline::builtin());
            let pipeline = loaded.unwrap_or_else(|error| panic!("{error}"));
            assert!(pipeline.source.is_none() && pipeline.warnings.is_empty(), "{text}");
        }
    }
}
