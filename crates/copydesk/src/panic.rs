//! What a user sees of a bug: two lines, no backtrace, unless it is asked for.

use std::{panic, path::Path};

/// Replaces the standard panic message.
pub(crate) fn install() {
    if std::env::var_os("RUST_BACKTRACE").is_some() {
        return;
    }
    panic::set_hook(Box::new(|info| {
        let what = info.payload_as_str().unwrap_or("no message");
        let place = info.location().map(|at| {
            let file = Path::new(at.file()).file_name().unwrap_or_default().to_string_lossy().into_owned();
            format!(" ({file}:{})", at.line())
        });
        // Standard error may be closed too; there is nobody left to tell.
        let _ = std::io::Write::write_all(
            &mut std::io::stderr(),
            format!(
                "{}: this is a bug, not your mistake: {what}{}\n\
                 Please report it with the command line and, if you can, the document. RUST_BACKTRACE=1 shows more.\n",
                crate::program::name(),
                place.unwrap_or_default()
            )
            .as_bytes(),
        );
    }));
}
