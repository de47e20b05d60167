//! Copydesk with one survey more.

const PACKAGE: &str = concat!(env!("CARGO_PKG_NAME"), " ", env!("CARGO_PKG_VERSION"));

fn main() -> std::process::ExitCode {
    copydesk::program("my-survey-copydesk")
        .with(PACKAGE, copydesk_survey_my_survey::register)
        .main()
}
