//! The program `copydesk`: the house's own stages, sources and exports.

use std::process::ExitCode;

fn main() -> ExitCode {
    copydesk::main_with(|catalog| catalog)
}
