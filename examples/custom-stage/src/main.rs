//! Copydesk with one stage more.

const PACKAGE: &str = concat!(env!("CARGO_PKG_NAME"), " ", env!("CARGO_PKG_VERSION"));

fn main() -> std::process::ExitCode {
    copydesk::program("newsroom-copydesk").with(PACKAGE, copydesk_stage_hold_embargoed::register).main()
}
