//! The source for what the command line names.

use std::path::Path;

use anyhow::anyhow;
use copydesk_pipeline::{BuiltSource, Pipeline};
use copydesk_stage::{Catalog, Source};

use super::{
    open::built_in,
    stages::{Part, unknown},
};

/// The source that tells by content what is in a file.
const AUTO: &str = "auto";

/// Where the documents come from: what the command line names, or else the pipeline's own source.
pub(crate) fn source(
    inputs: &[String],
    lists: &[String],
    from: Option<&str>,
    file: &Path,
    catalog: &Catalog,
    pipeline: &mut Pipeline,
) -> anyhow::Result<Box<dyn Source>> {
    let of_pipeline = pipeline.source.take();
    if !inputs.is_empty() || !lists.is_empty() {
        return named(catalog, of_pipeline.as_ref(), from, inputs, lists);
    }
    let source = of_pipeline.ok_or_else(|| {
        let what =
            if built_in(file).is_some() { "is built in and has no source of its own" } else { "has no [source]" };
        let file = crate::terminal::shown(file);
        anyhow!("{file} {what}: name inputs on the command line, such as\n  copydesk run {file} page.html")
    })?;
    Ok(source.source)
}

/// The source that reads these inputs: the named one, or the one that tells by content. What the pipeline says of its own
/// source (what to leave out of folders, which field is the document) holds for these inputs too.
pub(crate) fn named(
    catalog: &Catalog,
    of_pipeline: Option<&BuiltSource>,
    from: Option<&str>,
    inputs: &[String],
    lists: &[String],
) -> anyhow::Result<Box<dyn Source>> {
    let name = from.unwrap_or(AUTO);
    let entry = catalog.find_source(name).ok_or_else(|| anyhow!(unknown(catalog, name, Some(Part::Source))))?;
    copydesk_pipeline::named_source(entry, of_pipeline, inputs, lists).map_err(|error| anyhow!("{}", error.message))
}

/// A path as an argument, in whatever bytes: names that are no UTF-8 are written as the program shows them.
#[derive(Clone)]
pub(crate) struct PathText;

impl clap::builder::TypedValueParser for PathText {
    type Value = String;

    fn parse_ref(
        &self,
        _: &clap::Command,
        _: Option<&clap::Arg>,
        value: &std::ffi::OsStr,
    ) -> Result<String, clap::Error> {
        // What is text is taken as it is: only then is it clear what is meant by a backslash.
        Ok(value.to_str().map_or_else(|| copydesk_intake::shown_path(Path::new(value)), str::to_owned))
    }
}

/// A name out of the catalogue: those that there are are offered, and others are taken, since they get their hint where they
/// are looked up.
#[derive(Clone)]
pub(crate) enum KnownName {
    /// Of a source.
    Source,
    /// Of a source, a stage or an export.
    Any,
}

impl clap::builder::TypedValueParser for KnownName {
    type Value = String;

    fn parse_ref(
        &self,
        _: &clap::Command,
        _: Option<&clap::Arg>,
        value: &std::ffi::OsStr,
    ) -> Result<String, clap::Error> {
        Ok(value.to_string_lossy().into_owned())
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = clap::builder::PossibleValue> + '_>> {
        let offered = super::OFFERED.get()?;
        let names = match self {
            Self::Source => &offered.sources,
            Self::Any => &offered.all,
        };
        Some(Box::new(names.iter().map(clap::builder::PossibleValue::new)))
    }
}
