//! Copydesk with one stage more.

const PACKAGE: &str = concat!(env!("CARGO_PKG_NAME"), " ", env!("CARGO_PKG_VERSION"));

fn main() -> std::process::ExitCode {
    copydesk::program("my-stage-copydesk")
        .with(PACKAGE, copydesk_stage_my_stage::register)
        .main()
}
