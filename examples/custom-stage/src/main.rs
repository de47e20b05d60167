//! Copydesk with one stage more.

fn main() -> std::process::ExitCode {
    copydesk::main_with(|catalog| catalog.with(copydesk_stage_hold_embargoed::register))
}
