//! What is said on standard error, and how a command ends.

use std::{
    ffi::OsString,
    fmt,
    io::{self, Write},
    sync::LazyLock,
    time::SystemTime,
};

use indicatif::MultiProgress;
use tracing_subscriber::{
    EnvFilter,
    fmt::{
        MakeWriter,
        format::{FmtSpan, Writer},
        time::{self, FormatTime},
    },
};

use crate::{
    options::{Global, LogFormat, When},
    program::{self, of_this_program},
    terminal::{Paint, Tone, guarded, visible},
};

/// Exit code of a run that finished with documents in quarantine.
pub(crate) const WITH_QUARANTINE: u8 = 1;
/// Exit code of what could not start or finish.
pub(crate) const COULD_NOT: u8 = 2;

/// Why a command did not do its work.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The reader of the output went away.
    ClosedPipe,
    /// Everything has been said already.
    Said,
    /// A signal has stopped the run: the exit code that shells give for it, and what was done.
    Stopped(u8, anyhow::Error),
    /// This.
    Error(anyhow::Error),
}

impl Failure {
    /// An error in writing to standard output.
    pub(crate) fn from_output(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            Self::ClosedPipe
        } else {
            Self::Error(anyhow::Error::new(error).context("cannot write to standard output"))
        }
    }
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Self::Error(error)
    }
}

/// The one place that writes to standard error.
#[derive(Clone, Debug)]
pub(crate) struct Reporter {
    pub(crate) color: When,
    pub(crate) format: LogFormat,
    pub(crate) quiet: bool,
    /// The options on messages, for another process of the program.
    pub(crate) passed_on: Vec<OsString>,
    /// Whether the running program is this one.
    pub(crate) is_program: bool,
    /// Progress bars live here, so that a message can step in front of them.
    pub(crate) bars: MultiProgress,
}

impl Reporter {
    /// Reads the options and starts the log.
    pub(crate) fn start(global: &Global) -> Self {
        let Global { color, log_format: format, quiet, .. } = *global;
        let reporter =
            Self { color, format, quiet, passed_on: global.to_args(), is_program: false, bars: MultiProgress::new() };
        let level = match (global.quiet, global.verbose) {
            (true, _) => "error",
            (false, 0) => "warn",
            (false, 1) => "info",
            (false, 2) => "debug",
            (false, _) => "trace",
        };
        let spans = if global.trace { ",copydesk_runner::chain=trace" } else { "" };
        // COPYDESK_LOG takes what `tracing` calls directives: copydesk_runner=debug.
        // The HTML parser warns of every oddity of a page, and pages are made of them.
        let filter = EnvFilter::try_from_env("COPYDESK_LOG")
            .unwrap_or_else(|_| EnvFilter::new(format!("{level},html5ever=error,markup5ever=error{spans}")));
        let log = tracing_subscriber::fmt()
            .with_env_filter(filter)
            .with_writer(AboveBars { bars: reporter.bars.clone(), is_text: reporter.format == LogFormat::Text });
        let log = log.with_span_events(if global.trace { FmtSpan::CLOSE } else { FmtSpan::NONE });
        // A log that somebody else has started stays: this may be called from a test.
        let _ = match reporter.format {
            LogFormat::Json => log.json().flatten_event(true).try_init(),
            // Who asks for more wants to see when.
            LogFormat::Text if global.trace || global.verbose > 0 => {
                log.with_ansi(reporter.paint().is_on()).with_timer(TimeOfDay).with_target(false).try_init()
            }
            LogFormat::Text => log.with_ansi(reporter.paint().is_on()).without_time().with_target(false).try_init(),
        };
        reporter
    }

    /// The same for something done by the way, of which nothing is said.
    pub(crate) fn quieted(&self) -> Self {
        Self { quiet: true, bars: self.bars.clone(), passed_on: self.passed_on.clone(), ..*self }
    }

    pub(crate) fn paint(&self) -> Paint {
        Paint::stderr(self.color)
    }

    /// Says what went wrong, with its causes in one line.
    pub(crate) fn error(&self, error: &anyhow::Error) {
        let message = of_this_program(&for_people(&format!("{error:#}")));
        match self.format {
            LogFormat::Json => tracing::error!("{message}"),
            LogFormat::Text => {
                let name = self.paint().paint(Tone::Bad, &format!("{}:", program::name()));
                self.write(&format!("{name} {message}\n"));
            }
        }
    }

    /// Says something that stands in no log: a diagnosis, a summary.
    pub(crate) fn write(&self, text: &str) {
        let text = guarded(text, self.paint().is_on());
        self.bars.suspend(|| {
            // Nobody is left to be told that standard error is gone.
            let _ = io::stderr().write_all(text.as_bytes());
        });
    }
}

/// A message as it is shown: nothing of it steers the terminal, and it has no numbers that mean something to the system
/// alone. Its own line breaks stay.
fn for_people(message: &str) -> String {
    without_numbers(&visible(message))
}

/// A message without the numbers that the system gives its errors.
pub(crate) fn without_numbers(message: &str) -> String {
    static NUMBERS: LazyLock<regex::Regex> =
        LazyLock::new(|| regex::Regex::new(r" \(os error \d+\)").unwrap_or_else(|e| unreachable!("it is tested: {e}")));
    NUMBERS.replace_all(message, "").into_owned()
}

/// The time of day, in UTC, for a person who watches: the day is known.
struct TimeOfDay;

impl FormatTime for TimeOfDay {
    fn format_time(&self, out: &mut Writer<'_>) -> fmt::Result {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let (seconds, millis) = (now.as_secs() % 86_400, now.subsec_millis());
        write!(out, "{:02}:{:02}:{:02}.{millis:03}Z", seconds / 3600, seconds / 60 % 60, seconds % 60)
    }
}

/// The day and time, as lines of the log in JSON have them.
pub(crate) fn timestamp() -> String {
    let mut text = String::new();
    // A text takes all that is written to it.
    let _ = time::SystemTime.format_time(&mut Writer::new(&mut text));
    text
}

/// Writes log lines above the progress bars.
#[derive(Debug, Clone)]
struct AboveBars {
    bars: MultiProgress,
    is_text: bool,
}

struct Line(AboveBars);

impl Write for Line {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        // A log that nobody reads any more, or a disk that takes no more of it, must not end a run: what writes log lines
        // panics where it is told of an error.
        let text = String::from_utf8_lossy(buf);
        // The log escapes what begins a colour in a message. JSON is for programs, and stays as it is.
        let text = if self.0.is_text { guarded(&text, true) } else { text };
        self.0.bars.suspend(|| {
            let _ = io::stderr().write_all(text.as_bytes());
        });
        Ok(buf.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for AboveBars {
    type Writer = Line;

    fn make_writer(&self) -> Line {
        Line(self.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_for_people() {
        let message = "cannot read a\u{1b}[31m\u{61c}b: No such file or directory (os error 2)\nto go on: x";
        assert_eq!(for_people(message), "cannot read a\u{fffd}[31m\u{fffd}b: No such file or directory\nto go on: x");
    }
}
