//! Chores of the house: `cargo xtask COMMAND`.

mod baseline;
mod duplicates;
mod full_text;
mod generate;
mod grammar;
mod growth;
mod html5lib;
mod instructions;
mod kill_test;
mod memory;
mod page;
mod profile;
mod torture;
mod view;
mod watch;

use clap::{Parser, Subcommand};

/// Chores of the house.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", version)]
struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make a corpus of invented articles; the same options give the same bytes.
    Generate(generate::Args),
    /// Work on the development pages, and print what differs from the baseline: which rule, which facts, which pages.
    Baseline(baseline::Args),
    /// Find known copies, edits and agency stories among invented documents, and print how many and at what cost.
    Duplicates(duplicates::Args),
    /// Ask the search index of a database for words of many languages, and count what is found, missing and wrong.
    FullText(full_text::Args),
    /// Look for documents that take more than linear time.
    Growth(growth::Args),
    /// Make corpora, run the release program over them, and print time and memory.
    Memory(memory::Args),
    /// Count what parsing and each stage cost, in instructions.
    Instructions(instructions::Args),
    /// Kill runs, tear what they leave, resume them, and compare with runs that nobody disturbed.
    KillTest(kill_test::Args),
    /// Run the release program over hostile and broken files, and compare what becomes of them with what should.
    Torture(torture::Args),
    /// Make a large run, open its page, and print how fast it answers and how much memory it takes.
    View(view::Args),
    /// Compare the trees of pages with html5lib's tests of the specification, in ../shared/conformance.
    Html5lib,
}

fn main() -> anyhow::Result<()> {
    match Args::parse().command {
        Command::Generate(args) => generate::run(&args),
        Command::Baseline(args) => baseline::run(&args),
        Command::Duplicates(args) => duplicates::run(&args),
        Command::FullText(args) => full_text::run(&args),
        Command::Growth(args) => growth::run(&args),
        Command::Memory(args) => memory::run(&args),
        Command::Instructions(args) => instructions::run(&args),
        Command::KillTest(args) => kill_test::run(&args),
        Command::Torture(args) => torture::run(&args),
        Command::View(args) => view::run(&args),
        Command::Html5lib => html5lib::run(),
    }
}

/// Where cargo puts what it builds.
fn target() -> std::path::PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| "target".into(), std::path::PathBuf::from)
}
