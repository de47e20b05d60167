//! Places where a test breaks a run on purpose. Without the feature `fail-points` they are nothing.
//!
//! `COPYDESK_FAIL=NAME:N:WHAT` breaks the run when it comes to the place NAME for the N-th time. WHAT is `kill` (the
//! process ends on the spot, as by SIGKILL), `full` (the disk is full) or `io` (the disk is broken).

use std::io;

/// Every place, in the order in which a run comes to them.
pub const FAIL_POINTS: &[&str] = &[
    "part-write",
    "part-sync",
    "part-rename",
    "conclude",
    "assemble",
    "file-sync",
    "plan-write",
    "file-rename",
    "folder-sync",
    "manifest-write",
    "clean-up",
];

#[cfg(feature = "fail-points")]
pub(crate) fn point(name: &'static str) -> io::Result<()> {
    use std::{
        collections::HashMap,
        sync::{Mutex, OnceLock, PoisonError},
    };

    static PLAN: OnceLock<Option<(String, u64, String)>> = OnceLock::new();
    static SEEN: Mutex<Option<HashMap<&'static str, u64>>> = Mutex::new(None);
    debug_assert!(FAIL_POINTS.contains(&name), "{name} is in no list");
    let plan = PLAN.get_or_init(|| {
        let plan = std::env::var("COPYDESK_FAIL").ok()?;
        let mut parts = plan.split(':');
        let (name, nth, what) = (parts.next()?, parts.next()?.parse().ok()?, parts.next()?);
        Some((name.to_owned(), nth, what.to_owned()))
    });
    let Some((planned, nth, what)) = plan else { return Ok(()) };
    if planned != name {
        return Ok(());
    }
    let mut seen = SEEN.lock().unwrap_or_else(PoisonError::into_inner);
    let count = seen.get_or_insert_default().entry(name).or_default();
    *count += 1;
    match what.as_str() {
        "kill" if *count == *nth => std::process::abort(),
        // A disk that is full stays full.
        "full" if *count >= *nth => Err(io::ErrorKind::StorageFull.into()),
        "io" if *count == *nth => Err(io::Error::other("an error that a test asked for")),
        _ => Ok(()),
    }
}

#[cfg(not(feature = "fail-points"))]
#[expect(clippy::unnecessary_wraps, reason = "with fail points it fails")]
pub(crate) fn point(_: &'static str) -> io::Result<()> {
    Ok(())
}
