//! `copydesk test`

use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use anyhow::Context as _;
use copydesk_pipeline::{Mismatch, PipelineTest};
use copydesk_stage::Catalog;

use super::{
    open::{load, read},
    worker::{process, workers},
};
use crate::{
    exit::ExitCode,
    report::{COULD_NOT, Failure, Reporter},
    terminal::{self, Paint, Tone, count},
};

/// Exit code where something is not as expected.
const FAILED: u8 = 1;

/// Arguments of `copydesk test`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
A test stands in the pipeline file:
  [[test]]
  name = \"a share bar is no text\"
  input = \"<h1>A ferry</h1><p>It sails at night, says the harbour master.</p><p>Share on Facebook</p>\"
  lacks = [\"Facebook\"]
  block = [{ text = \"Share on\", label = \"share\" }]

Examples:
  copydesk test pipelines/*.toml
  copydesk test my.toml --only caption --junit report.xml

Exit codes: 0 all is as expected; 1 something is not, or there is no test; 2 a file is no pipeline, or a document of a test is \
missing.")]
pub(crate) struct Args {
    /// Pipelines: files, TOML or JSON, or names of built-in ones.
    #[arg(required = true, value_name = "PIPELINE")]
    pipelines: Vec<PathBuf>,
    /// Only tests with this in their names.
    #[arg(long, value_name = "TEXT")]
    only: Option<String>,
    /// Write the results as XML of `JUnit` as well, for machines that build and test.
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
}

/// What came of a test.
type Result = std::result::Result<Vec<Mismatch>, String>;

/// The tests of a pipeline, by their names.
struct Suite {
    name: String,
    tests: Vec<(String, Result)>,
}

impl Args {
    /// All tests of one pipeline.
    pub(crate) fn of(pipeline: &Path) -> Self {
        Self { pipelines: vec![pipeline.into()], only: None, junit: None }
    }

    pub(crate) fn execute(&self, catalog: &Catalog, reporter: &Reporter) -> std::result::Result<ExitCode, Failure> {
        let paint = Paint::stdout(reporter.color);
        let mut suites = Vec::new();
        let mut unreadable = false;
        for path in &self.pipelines {
            match self.run(path, catalog, reporter) {
                Ok(suite) => {
                    terminal::print(&suite.print(paint))?;
                    suites.push(suite);
                }
                Err(Failure::Said) => unreadable = true,
                // The others are still worth a look.
                Err(Failure::Error(error)) => {
                    reporter.error(&error);
                    unreadable = true;
                }
                Err(ended) => return Err(ended),
            }
        }
        if let Some(path) = &self.junit {
            fs::write(path, junit(&suites)).with_context(|| format!("cannot write {}", path.display()))?;
        }
        let results = || suites.iter().flat_map(|suite| &suite.tests).map(|(_, result)| result);
        let (all, passed) = (results().count(), results().filter(|result| is_passed(result)).count());
        terminal::print(&format!("{}: {passed} as expected, {} not\n", count(all, "test"), all - passed))?;
        unreadable |= results().any(std::result::Result::is_err);
        Ok(match (unreadable, all > 0 && passed == all) {
            (true, _) => ExitCode::from(COULD_NOT),
            (false, true) => ExitCode::SUCCESS,
            (false, false) => ExitCode::from(FAILED),
        })
    }

    fn run(&self, path: &Path, catalog: &Catalog, reporter: &Reporter) -> std::result::Result<Suite, Failure> {
        let text = read(path)?;
        let pipeline = load(&text, catalog, reporter)?;
        let workers = workers(&text, &pipeline, reporter)?;
        let folder = path.parent().unwrap_or(Path::new(""));
        let wanted = |name: &str| self.only.as_ref().is_none_or(|only| name.contains(only));
        let run = |test: &PipelineTest| Ok(test.judge(&process(&pipeline, workers.as_ref(), test.input(folder)?)));
        let tests = pipeline.tests.iter().filter(|test| wanted(&test.name));
        let tests = tests.map(|test| (test.name.clone(), run(test))).collect();
        Ok(Suite { name: terminal::shown(path), tests })
    }
}

fn is_passed(result: &Result) -> bool {
    result.as_ref().is_ok_and(Vec::is_empty)
}

impl Suite {
    fn print(&self, paint: Paint) -> String {
        let mut out = format!("{}\n", paint.paint(Tone::Strong, &self.name));
        if self.tests.is_empty() {
            out.push_str("  no test\n");
        }
        for (name, result) in &self.tests {
            let verdict =
                if is_passed(result) { paint.paint(Tone::Good, "ok  ") } else { paint.paint(Tone::Bad, "FAIL") };
            let _ = writeln!(out, "  {verdict} {}", terminal::one_line(name));
            for line in reasons(result).iter().flat_map(|reason| reason.lines()) {
                let _ = writeln!(out, "         {}", terminal::one_line(line));
            }
        }
        out
    }
}

/// Why a test has failed.
fn reasons(result: &Result) -> Vec<String> {
    match result {
        Ok(wrong) => wrong.iter().map(ToString::to_string).collect(),
        Err(error) => vec![error.clone()],
    }
}

/// The results in the form that machines read which build and test.
fn junit(suites: &[Suite]) -> String {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
    for Suite { name, tests } in suites {
        let failures = tests.iter().filter(|(_, result)| result.as_ref().is_ok_and(|wrong| !wrong.is_empty())).count();
        let errors = tests.iter().filter(|(_, result)| result.is_err()).count();
        let _ = writeln!(
            out,
            "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{failures}\" errors=\"{errors}\">",
            escaped(name),
            tests.len()
        );
        for (test, result) in tests {
            let _ = write!(out, "    <testcase classname=\"{}\" name=\"{}\"", escaped(name), escaped(test));
            let reasons = escaped(&reasons(result).join("\n"));
            let _ = match result {
                Ok(wrong) if wrong.is_empty() => writeln!(out, "/>"),
                Ok(_) => writeln!(out, "><failure message=\"not as expected\">{reasons}</failure></testcase>"),
                Err(_) => writeln!(out, "><error message=\"not run\">{reasons}</error></testcase>"),
            };
        }
        out.push_str("  </testsuite>\n");
    }
    out + "</testsuites>\n"
}

/// Text for XML, without the characters that XML does not have.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' | '\t' => out.push(c),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_escaped_for_xml() {
        assert_eq!(escaped("a<b> & \"c\"\u{1}"), "a&lt;b&gt; &amp; &quot;c&quot;\u{fffd}");
    }
}
