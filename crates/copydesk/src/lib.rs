//! The program, as a function: arguments in, exit code out.
//!
//! A program with stages of its own is one call, [`program`]: it has every command of `copydesk` under its own name, and its
//! pipeline files, `stages` and the editor schema know the stage.

mod commands;
mod exit;
mod options;
mod panic;
mod program;
mod progress;
mod report;
mod run_report;
mod terminal;

use std::{
    ffi::OsString,
    io::{self, Write as _},
};

use clap::{
    CommandFactory, FromArgMatches, Parser,
    error::{ContextKind, ContextValue},
};
use copydesk_stage::Catalog;

pub use program::{Program, program};

use crate::{
    commands::Command,
    exit::ExitCode,
    options::Global,
    report::{Failure, Reporter},
};

/// Turns scraped HTML, Markdown and plain text into clean, structured, explained records.
#[derive(Debug, Parser)]
#[command(name = "copydesk", version, max_term_width = 100, arg_required_else_help = true, after_help = AFTER_HELP)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    global: Global,
}

const AFTER_HELP: &str = "\
Examples:
  copydesk run pipelines/news.toml                      run a pipeline on its own source
  copydesk run pipelines/news.toml page.html --out out  run it on one file, results in out/
  curl -s https://example.com | copydesk run pipelines/text.toml - | jq .text
  copydesk explain page.html                            why each block was kept or dropped
  copydesk check pipelines/*.toml                       find mistakes before a long run
  copydesk stages split-captions                        the options of a stage
  copydesk diff before/ after/                          what another run has kept, dropped and found

Exit codes: 0 all documents read; 1 finished, with documents in quarantine; 2 could not start or finish; 130 stopped by \
Ctrl-C.";

/// Runs a program called `copydesk` with the house's catalogue and whatever `extend` adds to it.
pub fn main_with(extend: impl FnOnce(Catalog) -> Catalog) -> std::process::ExitCode {
    std::process::ExitCode::from(start(std::env::args_os(), |catalog| Ok(extend(catalog)), true))
}

/// The same for arguments that do not come from the system, the program's name before them. The exit code. The running
/// program may be another one, so that it is not started a second time for the work on documents: what takes a stage down
/// takes the process down.
pub fn run(
    arguments: impl IntoIterator<Item = impl Into<OsString> + Clone>,
    extend: impl FnOnce(Catalog) -> Catalog,
) -> u8 {
    start(arguments, |catalog| Ok(extend(catalog)), false)
}

/// The same where what is added can be refused. `is_program` says whether the running program is this one, and can be started
/// again.
fn start(
    arguments: impl IntoIterator<Item = impl Into<OsString> + Clone>,
    extend: impl FnOnce(Catalog) -> Result<Catalog, String>,
    is_program: bool,
) -> u8 {
    panic::install();
    let arguments: Vec<OsString> = arguments.into_iter().map(Into::into).collect();
    let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let catalog = match extend(copydesk_pipeline::builtin()) {
            Ok(catalog) => catalog,
            Err(message) => {
                let _ = writeln!(io::stderr(), "{}: {message}", program::name());
                return ExitCode::from(report::COULD_NOT);
            }
        };
        commands::offer(&catalog);
        let parsed = command().try_get_matches_from(&arguments).and_then(|matches| Cli::from_arg_matches(&matches));
        let cli = match parsed {
            Ok(cli) => cli,
            Err(error) => {
                // Help and version are errors to clap, and success to a person. A closed pipe is neither's business.
                let plain = error.render().to_string();
                if plain == terminal::visible(&plain) && !arguments.iter().any(|argument| steers(argument)) {
                    let printed = error.print().and_then(|()| io::stdout().flush());
                    if let Err(Failure::Error(error)) = printed.map_err(Failure::from_output) {
                        let message = report::without_numbers(&format!("{error:#}"));
                        let _ = writeln!(io::stderr(), "{}: {message}", program::name());
                        return ExitCode::from(report::COULD_NOT);
                    }
                } else {
                    let _ = writeln!(io::stderr(), "{}", terminal::visible(&plain).trim_end());
                }
                if let Some(meant) = meant(&error) {
                    let _ = writeln!(io::stderr(), "\n  tip: did you mean `{meant}`?");
                }
                return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(report::COULD_NOT));
            }
        };
        let reporter = Reporter { is_program, ..Reporter::start(&cli.global) };
        match cli.command.execute(&catalog, &reporter) {
            Ok(code) => code,
            Err(Failure::ClosedPipe) => ExitCode::SUCCESS,
            Err(Failure::Error(error)) => {
                reporter.error(&error);
                ExitCode::from(report::COULD_NOT)
            }
            Err(Failure::Stopped(code, error)) => {
                reporter.error(&error);
                ExitCode::from(code)
            }
            Err(Failure::Said) => ExitCode::from(report::COULD_NOT),
        }
    }));
    // Where this is no program of its own, nobody else does it at the end.
    let _ = io::stdout().flush();
    // The hook has said what happened.
    outcome.unwrap_or(ExitCode::from(report::COULD_NOT)).into()
}

/// Whether an argument has characters that would steer the terminal if it were shown.
fn steers(argument: &std::ffi::OsStr) -> bool {
    let text = argument.to_string_lossy();
    terminal::visible(&text) != text
}

/// What the program is called, by itself or by who started it.
fn program_name() -> String {
    if program::version().is_some() {
        return program::name().to_owned();
    }
    let called = std::env::args_os().next().map(std::path::PathBuf::from);
    let name = called.as_deref().and_then(|path| path.file_stem()).map(|name| name.to_string_lossy().into_owned());
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    name.filter(|name| !name.is_empty() && name.chars().all(plain)).unwrap_or_else(|| "copydesk".to_owned())
}

/// The arguments of this program, under its own name.
fn command() -> clap::Command {
    let command = renamed(Cli::command()).name(program::name()).bin_name(program::name());
    match program::version() {
        Some(version) => command.version(version),
        None => command,
    }
}

/// The examples of a command and of those below it, with this program in them.
fn renamed(mut command: clap::Command) -> clap::Command {
    if let Some(help) = command.get_after_help().map(ToString::to_string) {
        command = command.after_help(program::of_this_program(&help));
    }
    let names: Vec<String> = command.get_subcommands().map(|below| below.get_name().to_owned()).collect();
    names.into_iter().fold(command, |command, name| command.mut_subcommand(name, renamed))
}

/// The command that was probably meant, where clap does not see it: letters that have changed places.
fn meant(error: &clap::Error) -> Option<String> {
    let given = match error.get(ContextKind::InvalidSubcommand) {
        Some(ContextValue::String(given)) if error.get(ContextKind::SuggestedSubcommand).is_none() => given,
        _ => return None,
    };
    let cli = Cli::command();
    let names: Vec<&str> = cli.get_subcommands().map(clap::Command::get_name).collect();
    let swapped = |name: &&str| {
        let sorted = |text: &str| {
            let mut letters: Vec<char> = text.chars().collect();
            letters.sort_unstable();
            letters
        };
        sorted(name) == sorted(given)
    };
    let found = copydesk_pipeline::closest(given, names.iter().copied());
    found.or_else(|| names.iter().copied().find(swapped)).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn arguments_are_well_formed() {
        super::Cli::command().debug_assert();
    }

    #[test]
    fn a_bug_ends_with_two() {
        assert_eq!(super::run(["copydesk"], |_| panic!("a bug of a custom program")), super::report::COULD_NOT);
        assert_eq!(super::run(["copydesk", "stages", "strip-boilerplate"], |catalog| catalog), 0);
    }
}
