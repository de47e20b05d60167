//! `copydesk schema`

use anyhow::anyhow;
use clap::Subcommand;
use copydesk_stage::{Catalog, DocumentView, ExportEntry, Patch, SourceEntry, StageEntry, SurveyEntry};
use serde_json::Value;

use super::stages::{Part, unknown};
use crate::{exit::ExitCode, report::Failure, terminal};

/// Arguments of `copydesk schema`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  copydesk schema pipeline > pipeline.schema.json    completion and checks in an editor; name the file in the
                                                     first line of a TOML file: #:schema pipeline.schema.json
  copydesk schema record                             what a line of records.jsonl holds
  copydesk schema stage split-captions               the options of a stage")]
pub(crate) struct Args {
    #[command(subcommand)]
    what: Option<What>,
}

/// Of what.
#[derive(Debug, Clone, Subcommand)]
enum What {
    /// Of pipeline files, with every stage, survey, source and export (the default).
    Pipeline,
    /// Of a record, as the JSONL export writes it.
    Record,
    /// Of a document as a stage in another language sees it.
    View,
    /// Of the changes that a stage in another language answers with.
    Patch,
    /// Of the lines that go to and from a program under `use = "exec"`.
    Exec,
    /// Of the options of a stage.
    Stage {
        /// Its name.
        name: String,
    },
    /// Of the options of a survey.
    Survey {
        /// Its name.
        name: String,
    },
    /// Of the options of a source.
    Source {
        /// Its name.
        name: String,
    },
    /// Of the options of an export.
    Export {
        /// Its name.
        name: String,
    },
}

impl Args {
    pub(crate) fn execute(&self, catalog: &Catalog) -> Result<ExitCode, Failure> {
        let schema = match self.what.as_ref().unwrap_or(&What::Pipeline) {
            What::Pipeline => copydesk_pipeline::json_schema(catalog),
            What::Record => copydesk_record::json_schema().to_value(),
            What::View => DocumentView::json_schema().to_value(),
            What::Patch => Patch::json_schema().to_value(),
            What::Exec => copydesk_stage_exec::Messages::json_schema().to_value(),
            What::Stage { name } => of(catalog, name, Part::Stage)?,
            What::Survey { name } => of(catalog, name, Part::Survey)?,
            What::Source { name } => of(catalog, name, Part::Source)?,
            What::Export { name } => of(catalog, name, Part::Export)?,
        };
        let mut text = serde_json::to_string_pretty(&schema).map_err(|e| Failure::Error(e.into()))?;
        text.push('\n');
        terminal::print(&text)?;
        Ok(ExitCode::SUCCESS)
    }
}

fn of(catalog: &Catalog, name: &str, part: Part) -> Result<Value, Failure> {
    let found = match part {
        Part::Stage => catalog.find_stage(name).map(StageEntry::schema),
        Part::Survey => catalog.find_survey(name).map(SurveyEntry::schema),
        Part::Source => catalog.find_source(name).map(SourceEntry::schema),
        Part::Export => catalog.find_export(name).map(ExportEntry::schema),
    };
    Ok(found.ok_or_else(|| anyhow!(unknown(catalog, name, Some(part))))?.to_value())
}
