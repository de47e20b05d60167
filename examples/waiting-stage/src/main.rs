//! Copydesk with a stage that asks a model. Where nobody says where the model is, in `TOPICS_URL`, it starts one for as long as it runs.

use std::{
    env, io,
    io::BufRead,
    process::{Command, ExitCode, Stdio},
};

const PACKAGE: &str = concat!(env!("CARGO_PKG_NAME"), " ", env!("CARGO_PKG_VERSION"));

fn main() -> ExitCode {
    if env::var_os("TOPICS_URL").is_some() {
        return copydesk::program("topics-copydesk").with(PACKAGE, copydesk_stage_tag_topics::register).main();
    }
    match with_a_model() {
        Ok(code) => code,
        Err(error) => {
            eprintln!("topics-copydesk: the model cannot be started: {error}; or say in TOPICS_URL where one is");
            ExitCode::from(2)
        }
    }
}

/// Starts the model, and then this program with the model's address.
fn with_a_model() -> io::Result<ExitCode> {
    let program = concat!(env!("CARGO_MANIFEST_DIR"), "/service.py");
    let mut model = Command::new("python3").args([program, "--port", "0"]).stdout(Stdio::piped()).spawn()?;
    let mut url = String::new();
    if let Some(stdout) = model.stdout.take() {
        io::BufReader::new(stdout).read_line(&mut url)?;
    }
    let ended = Command::new(env::current_exe()?).args(env::args_os().skip(1)).env("TOPICS_URL", url.trim()).status();
    model.kill()?;
    model.wait()?;
    Ok(ExitCode::from(ended?.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(2)))
}
