//! `copydesk pipelines`

use std::fmt::Write;

use anyhow::anyhow;
use copydesk_pipeline::{BuiltinPipeline, builtin_pipelines, closest};

use crate::{
    exit::ExitCode,
    report::{Failure, Reporter},
    terminal::{self, Paint, Tone, pad, wrap},
};

/// Arguments of `copydesk pipelines`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  copydesk pipelines                      what there is
  copydesk run news pages/ --out out      run one by its name
  copydesk pipelines news > my.toml       begin your own with it")]
pub(crate) struct Args {
    /// A built-in pipeline, to be printed; all of them in short if left out.
    name: Option<String>,
}

impl Args {
    pub(crate) fn execute(&self, reporter: &Reporter) -> Result<ExitCode, Failure> {
        let text = match &self.name {
            None => list(Paint::stdout(reporter.color)),
            Some(name) => BuiltinPipeline::find(name).ok_or_else(|| anyhow!(unknown(name)))?.text.to_owned(),
        };
        terminal::print(&text)?;
        Ok(ExitCode::SUCCESS)
    }
}

fn list(paint: Paint) -> String {
    let mut out = String::new();
    let names = builtin_pipelines().iter().map(|pipeline| pipeline.name.len()).max().unwrap_or(0);
    for pipeline in builtin_pipelines() {
        for (at, line) in wrap(&pipeline.summary(), terminal::width() - names - 4).iter().enumerate() {
            let name = if at == 0 { pipeline.name } else { "" };
            let _ = writeln!(out, "{}  {line}", paint.paint(Tone::Fact, &pad(name, names)));
        }
    }
    out.push_str(&crate::program::of_this_program(
        "\ncopydesk run NAME INPUT runs one; copydesk pipelines NAME prints it.\n",
    ));
    out
}

/// What to say of a pipeline that there is not.
pub(super) fn unknown(name: &str) -> String {
    let names: Vec<&str> = builtin_pipelines().iter().map(|pipeline| pipeline.name).collect();
    let mean = closest(name, names.iter().copied()).map(|name| format!("; did you mean `{name}`?"));
    format!("no pipeline `{name}` is built in{} (there are: {})", mean.unwrap_or_default(), names.join(", "))
}
