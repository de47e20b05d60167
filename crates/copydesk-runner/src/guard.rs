//! Catching panics, so that a bug in one stage costs one document and prints nothing into the middle of a progress bar.

use std::{
    cell::{Cell, RefCell},
    panic::{self, AssertUnwindSafe, PanicHookInfo},
    path::Path,
    sync::Once,
};

thread_local! {
    static GUARDED: Cell<bool> = const { Cell::new(false) };
    static MESSAGE: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Runs `work`; a panic comes back as one line that says what and where.
///
/// The panic hook of the process is wrapped, not replaced: panics outside of this function are reported as before.
pub(crate) fn guarded<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let previous = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if GUARDED.get() {
                MESSAGE.set(Some(describe(info)));
            } else {
                previous(info);
            }
        }));
    });
    let outer = GUARDED.replace(true);
    let result = panic::catch_unwind(AssertUnwindSafe(work));
    GUARDED.set(outer);
    result.map_err(|_| MESSAGE.take().unwrap_or_else(|| "panicked".into()))
}

fn describe(info: &PanicHookInfo<'_>) -> String {
    let message = info.payload_as_str().unwrap_or("panicked");
    match info.location() {
        // The last three parts name file and crate, and leave out where a person keeps the sources.
        Some(at) => {
            let parts: Vec<_> = Path::new(at.file()).iter().map(|p| p.to_string_lossy()).collect();
            format!("{message} ({}:{})", parts[parts.len().saturating_sub(3)..].join("/"), at.line())
        }
        None => message.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_comes_back_as_a_line() {
        let error = guarded(|| -> u8 { panic!("no such thing") }).expect_err("it panics");
        assert!(error.starts_with("no such thing (") && error.contains("guard.rs:"), "{error}");
        assert_eq!(guarded(|| 7), Ok(7));
    }

    #[test]
    fn guards_nest() {
        let outer = guarded(|| {
            let inner = guarded(|| -> u8 { panic!("inner") });
            assert!(inner.is_err());
            panic!("outer")
        });
        assert!(outer.expect_err("it panics").starts_with("outer"));
    }
}
