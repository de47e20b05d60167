//! How a process ended that worked on one document alone, and what that says of the document.

use std::{os::unix::process::ExitStatusExt as _, process::ExitStatus};

use rustix::process::Signal;
use signal_hook::low_level::signal_name;

/// What a process says before it aborts. Both lines are those of Rust's own library.
const OVERFLOWED: &str = "has overflowed its stack";
const NO_MEMORY: &str = "memory allocation of";

/// How a process ended: the name of the signal, or its exit code.
pub(crate) fn how(status: ExitStatus) -> String {
    match (status.signal(), status.code()) {
        (Some(signal), _) => signal_name(signal).map_or_else(|| format!("signal {signal}"), str::to_owned),
        (None, Some(code)) => format!("exit code {code}"),
        (None, None) => "an unknown cause".into(),
    }
}

/// The rule by which its document is quarantined, and a sentence. `said` is what it wrote on standard error.
pub(crate) fn verdict(status: ExitStatus, said: &str, stage: &str, memory: Option<u64>) -> (&'static str, String) {
    let how = how(status);
    let signal = status.signal();
    if said.contains(OVERFLOWED) {
        return ("limit.stack", format!("`{stage}` ran over its stack ({how})"));
    }
    if said.contains(NO_MEMORY) {
        let memory = memory.map_or_else(|| "there is".into(), |memory| format!("{memory} bytes"));
        return ("limit.memory", format!("`{stage}` asked for more memory than {memory} ({how})"));
    }
    if signal == Some(Signal::XCPU.as_raw()) {
        return ("limit.time", format!("`{stage}` did not come to an end ({how})"));
    }
    match signal {
        None => ("crash", format!("`{stage}` ended the process ({how})")),
        Some(signal) if signal == Signal::KILL.as_raw() => (
            "crash",
            format!("the process was ended in `{stage}` by {how}, perhaps since the system had no more memory"),
        ),
        Some(_) => ("crash", format!("the process was ended in `{stage}` by {how}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_death_is_told_by_its_signal_and_last_words() {
        let verdict = |raw: i32, said: &str| verdict(ExitStatus::from_raw(raw), said, "s", Some(1000));
        let abort = Signal::ABORT.as_raw();
        assert_eq!(verdict(abort, ""), ("crash", "the process was ended in `s` by SIGABRT".into()));
        assert_eq!(
            verdict(abort, "\nthread 'cpu-0' has overflowed its stack\nfatal"),
            ("limit.stack", "`s` ran over its stack (SIGABRT)".into())
        );
        assert_eq!(
            verdict(abort, "memory allocation of 99 bytes failed"),
            ("limit.memory", "`s` asked for more memory than 1000 bytes (SIGABRT)".into())
        );
        assert_eq!(verdict(Signal::XCPU.as_raw(), "").0, "limit.time");
        assert_eq!(verdict(3 << 8, ""), ("crash", "`s` ended the process (exit code 3)".into()));
        assert!(verdict(Signal::KILL.as_raw(), "").1.contains("by SIGKILL, perhaps"));
    }
}
