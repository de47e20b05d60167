//! Runs the program as a user does, at the root of the workspace.

use std::{
    ffi::OsStr,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// What came of it.
pub(crate) struct Ended {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// Where the program unpacks what it carries.
pub(crate) const CACHE: &str = concat!(env!("CARGO_TARGET_TMPDIR"), "/copydesk-cache");

/// The root of the workspace.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the workspace")
}

/// The program with these arguments, at the root of the workspace, with nothing of the caller's environment that
/// would change what it prints.
pub(crate) fn command(args: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_copydesk"));
    command.args(args).current_dir(root()).env("COLUMNS", "120").stdout(Stdio::piped()).stderr(Stdio::piped());
    command.env("COPYDESK_CACHE", CACHE);
    for name in ["COPYDESK_LOG", "NO_COLOR", "RUST_BACKTRACE", "TERM"] {
        command.env_remove(name);
    }
    command
}

/// Runs `copydesk` with these arguments and that standard input.
pub(crate) fn copydesk(args: impl IntoIterator<Item = impl AsRef<OsStr>>, stdin: &str) -> Ended {
    let mut child = command(args).stdin(Stdio::piped()).spawn().expect("the program starts");
    // A program that does not read its input may be gone already.
    let _ = child.stdin.take().expect("piped").write_all(stdin.as_bytes());
    let output = child.wait_with_output().expect("the program ends");
    Ended {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}
