//! Copydesk with one export more.

const PACKAGE: &str = concat!(env!("CARGO_PKG_NAME"), " ", env!("CARGO_PKG_VERSION"));

fn main() -> std::process::ExitCode {
    copydesk::program("my-export-copydesk")
        .with(PACKAGE, copydesk_export_my_export::register)
        .main()
}
