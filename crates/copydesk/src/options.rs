//! Options that every command takes.

use std::ffi::OsString;

use clap::{ArgAction, Args, ValueEnum};

/// Options that every command takes.
#[derive(Debug, Args)]
pub(crate) struct Global {
    /// Say more: -v what is going on, -vv in detail, -vvv everything.
    #[arg(short, long, global = true, action = ArgAction::Count, conflicts_with = "quiet", help_heading = "Messages")]
    pub(crate) verbose: u8,
    /// Say nothing but errors: no progress, no summary.
    #[arg(short, long, global = true, help_heading = "Messages")]
    pub(crate) quiet: bool,
    /// Log the time that every document takes in every stage, as spans of `tracing`.
    #[arg(long, global = true, help_heading = "Messages")]
    pub(crate) trace: bool,
    /// Form of the messages on standard error.
    #[arg(long, global = true, value_enum, default_value_t, value_name = "FORMAT", help_heading = "Messages")]
    pub(crate) log_format: LogFormat,
    /// When to use colour. `NO_COLOR` in the environment means never, for `auto`.
    #[arg(long, global = true, value_enum, default_value_t, value_name = "WHEN", help_heading = "Messages")]
    pub(crate) color: When,
}

impl Global {
    /// The same as arguments.
    pub(crate) fn to_args(&self) -> Vec<OsString> {
        let mut args = vec![OsString::from("--verbose"); usize::from(self.verbose)];
        args.extend(self.quiet.then(|| "--quiet".into()));
        args.extend(self.trace.then(|| "--trace".into()));
        let value = |value: &dyn Fn() -> Option<clap::builder::PossibleValue>| value().map(|v| v.get_name().to_owned());
        for (option, value) in [
            ("--log-format", value(&|| self.log_format.to_possible_value())),
            ("--color", value(&|| self.color.to_possible_value())),
        ] {
            args.extend(value.map(|value| format!("{option}={value}").into()));
        }
        args
    }
}

/// Form of the messages.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

/// When to do something that suits terminals.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum When {
    /// On a terminal.
    #[default]
    Auto,
    /// In pipes and files too.
    Always,
    /// Nowhere.
    Never,
}
