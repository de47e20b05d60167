//! Copydesk with one source more.

const PACKAGE: &str = concat!(env!("CARGO_PKG_NAME"), " ", env!("CARGO_PKG_VERSION"));

fn main() -> std::process::ExitCode {
    copydesk::program("my-source-copydesk")
        .with(PACKAGE, copydesk_source_my_source::register)
        .main()
}
