//! Reading a pipeline file, and saying what is wrong with it.

use std::{
    io::{ErrorKind, Read},
    path::Path,
};

use anyhow::{Context, anyhow};
use copydesk_pipeline::{BuiltinPipeline, Diagnosis, Pipeline, Severity, builtin_pipelines, closest};
use copydesk_stage::Catalog;

use crate::{
    options::LogFormat,
    program::{self, of_this_program},
    report::{Failure, Reporter, without_numbers},
    terminal::{Tone, count, shown},
};

/// A pipeline file has a few hundred lines at most; a corpus given by mistake is not read whole.
const MAX_BYTES: u64 = 4 << 20;

/// A pipeline, as it was read.
#[derive(Clone, Debug)]
pub(crate) struct Text {
    /// What messages call it.
    pub(crate) name: String,
    pub(crate) content: String,
    pub(crate) built_in: Option<BuiltinPipeline>,
}

/// Opens a pipeline file, or a built-in pipeline by its name. What is wrong with it has been said when this fails.
pub(crate) fn open(path: &Path, catalog: &Catalog, reporter: &Reporter) -> Result<Pipeline, Failure> {
    load(&read(path)?, catalog, reporter)
}

/// The same for what has been read.
pub(crate) fn load(text: &Text, catalog: &Catalog, reporter: &Reporter) -> Result<Pipeline, Failure> {
    let Text { name, content, built_in } = text;
    let loaded = match built_in {
        Some(pipeline) => pipeline.load(catalog),
        None => copydesk_pipeline::load(name, content, catalog),
    };
    match loaded {
        Ok(pipeline) => {
            if !reporter.quiet {
                show(&pipeline.warnings, reporter);
            }
            Ok(pipeline)
        }
        Err(diagnosis) => {
            show(&diagnosis, reporter);
            if reporter.format == LogFormat::Text {
                let errors = count(diagnosis.count(Severity::Error), "error");
                let line = format!(
                    "\n{} {name}: {errors}\n",
                    reporter.paint().paint(Tone::Bad, &format!("{}:", program::name()))
                );
                reporter.write(&line);
            }
            Err(Failure::Said)
        }
    }
}

/// The built-in pipeline of that name, where no file is called so.
pub(crate) fn built_in(path: &Path) -> Option<BuiltinPipeline> {
    let pipeline = BuiltinPipeline::find(path.to_str()?)?;
    (!path.is_file()).then_some(pipeline)
}

/// What to say where there is no such file.
fn no_such(path: &Path) -> anyhow::Error {
    let name = path.to_string_lossy();
    let names: Vec<&str> = builtin_pipelines().iter().map(|pipeline| pipeline.name).collect();
    let mean = closest(&name, names.iter().copied()).map(|name| format!("; did you mean `{name}`?"));
    let mean = mean.unwrap_or_default();
    anyhow!("there is no pipeline file {}{mean} (built in: {})", shown(path), names.join(", "))
}

/// Says what is wrong with a file.
fn show(diagnosis: &Diagnosis, reporter: &Reporter) {
    if diagnosis.is_empty() {
        return;
    }
    match reporter.format {
        LogFormat::Text => {
            let shown = without_numbers(&diagnosis.render(reporter.paint().is_on()));
            reporter.write(&of_this_program(&shown));
        }
        LogFormat::Json => {
            for (item, place) in diagnosis.places() {
                let help = item.help.join("; ");
                let (file, line, column) = (diagnosis.path(), place.line, place.column);
                match item.severity {
                    Severity::Error => {
                        tracing::error!(file, line, column, label = item.label, help, "{}", item.message);
                    }
                    Severity::Warning => {
                        tracing::warn!(file, line, column, label = item.label, help, "{}", item.message);
                    }
                }
            }
        }
    }
}

/// Reads a pipeline file, or a built-in pipeline by its name.
pub(crate) fn read(path: &Path) -> anyhow::Result<Text> {
    if let Some(pipeline) = built_in(path) {
        return Ok(Text { name: shown(path), content: pipeline.text.into(), built_in: Some(pipeline) });
    }
    let what = || format!("cannot read the pipeline file {}", shown(path));
    let size = match std::fs::metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Err(no_such(path)),
        size => size.with_context(what)?,
    };
    if size.is_dir() {
        let folder = shown(path);
        if path.join(".copydesk").is_dir() {
            anyhow::bail!(
                "{folder} is the folder of a run; a pipeline file was expected: name the pipeline of that run, and this by \
                 `--out {folder}`"
            );
        }
        anyhow::bail!("{folder} is a folder; a pipeline file was expected");
    }
    // A device has no size.
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path).with_context(what)?;
    file.take(MAX_BYTES + 1).read_to_end(&mut bytes).with_context(what)?;
    if bytes.len() as u64 > MAX_BYTES {
        anyhow::bail!("{} is too large for a pipeline file; is it an input?", shown(path));
    }
    let content = String::from_utf8(bytes).map_err(|error| {
        anyhow!("{} is not UTF-8 text, as its byte {} shows", shown(path), error.utf8_error().valid_up_to())
    })?;
    Ok(Text { name: shown(path), content, built_in: None })
}
