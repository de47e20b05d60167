//! Copydesk with a stage that asks a model. Where nobody says where the model is, in `TOPICS_URL`, a command that needs one starts it
//! for as long as it runs.

use std::{
    env, io,
    io::BufRead,
    process::{Child, Command, ExitCode, Stdio},
};

const PACKAGE: &str = concat!(env!("CARGO_PKG_NAME"), " ", env!("CARGO_PKG_VERSION"));
/// The model, which comes with the program.
const MODEL: &str = include_str!("../service.py");
/// The commands that read a pipeline, and so have to know where the model is.
const NEED_IT: [&str; 9] = ["run", "retry", "check", "test", "explain", "dev", "diff", "profile", "view"];

fn main() -> ExitCode {
    let needs_it = || env::args().skip(1).any(|argument| NEED_IT.contains(&argument.as_str()));
    if env::var_os("TOPICS_URL").is_some() || !needs_it() {
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
    let mut python = Command::new("python3");
    python.args(["-c", MODEL, "--port", "0", "--until-eof"]).stdin(Stdio::piped()).stdout(Stdio::piped());
    // A key that interrupts this program from a terminal lets it end its work first, which needs the model.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut python, 0);
    let mut model = python.spawn().map_err(|error| io::Error::new(error.kind(), format!("python3: {error}")))?;
    let mut url = String::new();
    if let Some(stdout) = model.stdout.take() {
        io::BufReader::new(stdout).read_line(&mut url)?;
    }
    if url.trim().is_empty() {
        return Err(io::Error::other("it has ended before it said where it is"));
    }
    let mut program = Command::new(env::current_exe()?);
    program.args(env::args_os().skip(1)).env("TOPICS_URL", url.trim());
    run(program, model)
}

/// Becomes the program. The model's input is left open to it, and ends with it, whatever ends that.
#[cfg(unix)]
fn run(mut program: Command, model: Child) -> io::Result<ExitCode> {
    if let Some(stdin) = &model.stdin {
        rustix::io::fcntl_setfd(stdin, rustix::io::FdFlags::empty())?;
    }
    Err(std::os::unix::process::CommandExt::exec(&mut program))
}

/// Runs the program. The model's input ends with this one, whatever ends that.
#[cfg(not(unix))]
fn run(mut program: Command, mut model: Child) -> io::Result<ExitCode> {
    let ended = program.status();
    drop(model.stdin.take());
    model.wait()?;
    Ok(ExitCode::from(ended?.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(2)))
}
