//! One of the two that are compared, and how it becomes records.

use std::{
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, anyhow, bail};
use clap::Parser as _;
use copydesk_stage::Catalog;
use serde_json::{Value, json};

use super::{
    super::open::{built_in, read},
    records::Records,
};
use crate::{
    Cli,
    report::{Failure, Reporter},
    terminal::shown,
};

/// One of the two.
pub(in crate::commands) enum Side {
    /// Records that are there: a folder or a file.
    Records(PathBuf),
    /// A pipeline file, run by this program.
    Pipeline(PathBuf),
    /// Another program.
    Program(PathBuf),
}

/// What pipelines and programs run over.
pub(in crate::commands) struct Job<'a> {
    pub(in crate::commands) pipeline: Option<&'a Path>,
    pub(in crate::commands) inputs: &'a [String],
    pub(in crate::commands) limit: Option<u64>,
    pub(in crate::commands) catalog: &'a Catalog,
    pub(in crate::commands) reporter: &'a Reporter,
}

/// Records, and the folder that they lie in for as long as they are needed.
pub(in crate::commands) struct Made {
    pub(super) records: Records,
    _folder: Option<tempfile::TempDir>,
}

impl Made {
    /// How many documents have a record.
    pub(in crate::commands) fn documents(&self) -> usize {
        self.records.entries.len()
    }

    /// The same without the folder: for whoever may be ended while the records are needed, and then would leave it behind.
    pub(in crate::commands) fn held(self) -> anyhow::Result<Self> {
        let Self { mut records, .. } = self;
        records.hold()?;
        Ok(Self { records, _folder: None })
    }
}

impl Side {
    /// What that is.
    pub(in crate::commands) fn of(path: &Path) -> anyhow::Result<Self> {
        if built_in(path).is_some() {
            return Ok(Self::Pipeline(path.to_owned()));
        }
        let metadata = fs::metadata(path).with_context(|| format!("cannot read {}", shown(path)))?;
        let name = path.file_name().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
        let ends = |endings: &[&str]| endings.iter().any(|ending| name.ends_with(ending));
        if metadata.is_dir() || ends(&[".jsonl", ".jsonl.gz", ".jsonl.zst", ".ndjson"]) {
            Ok(Self::Records(path.to_owned()))
        } else if ends(&[".toml", ".json"]) {
            Ok(Self::Pipeline(path.to_owned()))
        } else if is_program(&metadata) {
            Ok(Self::Program(path.to_owned()))
        } else {
            bail!(
                "{} is no output folder, no file of records (.jsonl), no pipeline (.toml, .json) and no program",
                shown(path)
            )
        }
    }

    /// Its records: those that are there, or those that it makes.
    pub(in crate::commands) fn records(&self, job: &Job<'_>) -> Result<Made, Failure> {
        let (program, pipeline) = match self {
            Self::Records(path) => return Ok(Made { records: Records::open(path)?, _folder: None }),
            Self::Pipeline(path) => (None, path.as_path()),
            Self::Program(path) => {
                let pipeline =
                    job.pipeline.ok_or_else(|| anyhow!("name the pipeline that {} runs: --pipeline", shown(path)))?;
                (Some(fs::canonicalize(path).map_err(anyhow::Error::from)?), pipeline)
            }
        };
        let folder = tempfile::tempdir().context("cannot make a folder for the records")?;
        let (file, out) = (folder.path().join("pipeline.json"), folder.path().join("out"));
        fs::write(&file, with_decisions(pipeline)?.to_string()).context("cannot write the pipeline")?;
        let mut arguments: Vec<OsString> = vec!["run".into(), file.into()];
        arguments.extend(job.inputs.iter().map(OsString::from));
        arguments.extend(["--out".into(), out.clone().into(), "--quiet".into()]);
        if let Some(limit) = job.limit {
            arguments.extend(["--limit".into(), limit.to_string().into()]);
        }
        let code = if let Some(program) = &program {
            let status = std::process::Command::new(program).args(&arguments).status();
            status.with_context(|| format!("cannot run {}", shown(program)))?.code()
        } else {
            // A custom program runs its own stages.
            let cli = Cli::try_parse_from(std::iter::once("copydesk".into()).chain(arguments));
            let quiet = job.reporter.quieted();
            let code = cli.map_err(anyhow::Error::from)?.command.execute(job.catalog, &quiet)?;
            Some(i32::from(u8::from(code)))
        };
        // 1 says that there are documents in quarantine, which are told of.
        if !matches!(code, Some(0 | 1)) {
            let program = program.map_or_else(|| "copydesk".to_owned(), |program| shown(&program));
            return Err(anyhow!("{program} could not run {}", shown(pipeline)).into());
        }
        Ok(Made { records: Records::open(&out)?, _folder: Some(folder) })
    }
}

/// The pipeline with one export, which writes all that can be compared.
fn with_decisions(path: &Path) -> anyhow::Result<Value> {
    let cannot = || format!("cannot read the pipeline file {}", shown(path));
    let text = read(path)?.content;
    let mut pipeline: Value = if text.trim_start().starts_with('{') {
        serde_json::from_str(&text).with_context(cannot)?
    } else {
        toml::from_str(&text).with_context(cannot)?
    };
    let table = pipeline.as_object_mut().ok_or_else(|| anyhow!("{} is no pipeline file", shown(path)))?;
    table.insert("export".into(), json!([{ "use": "jsonl", "blocks": true, "metadata": true, "decisions": true }]));
    if let Some(run) = table.get_mut("run").and_then(Value::as_object_mut) {
        run.remove("out");
        run.remove("sharded");
    }
    Ok(pipeline)
}

#[cfg(unix)]
fn is_program(metadata: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    metadata.is_file() && metadata.permissions().mode() & 0o111 != 0
}

#[cfg(not(unix))]
fn is_program(metadata: &fs::Metadata) -> bool {
    metadata.is_file()
}
