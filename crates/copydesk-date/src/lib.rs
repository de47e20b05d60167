//! Reads dates as pages print them, in many languages, with the precision and the zone that they give.
//!
//! Pure functions over text: no clock, no files, no knowledge of documents.
//!
//! - [`machine`] reads values that are meant for machines (attributes, JSON).
//! - [`find`] finds the dates in text for people, with the label word beside each (`Updated`, `입력`).
//! - [`from_url`] reads the date of a path.
//! - [`is_date_line`] and [`label_word`] say what a line as a whole is.
//!
//! A date that can be read in two ways is reported as [`Reading::Open`] and never guessed; a relative date has a value
//! only against a known fetch time. Words, zones and orders are data: the files in `data/` can be extended by anybody.
//!
//! ```
//! use copydesk_date::{Hints, Label, find, machine};
//!
//! let found = find("Updated: Nov. 10, 2024 - 11:12 (KST)", &Hints::default());
//! assert_eq!(found[0].value().unwrap().to_string(), "2024-11-10T11:12:00+09:00");
//! assert_eq!(found[0].label(), Some(Label::Updated));
//! assert_eq!(machine("0001-01-01T00:00:00Z"), None);
//! ```

mod calendar;
mod clock;
mod find;
mod grammar;
mod label;
mod line;
mod machine;
mod order;
mod parser;
mod relative;
mod timestamp;
mod token;
mod url;
mod vocabulary;

copydesk_fingerprint::fingerprint!();

pub use find::{FoundDate, Reading, find};
pub use label::{Label, Labelled};
pub use line::{is_date_line, label_word};
pub use machine::{machine, machine_with};
pub use order::{Hints, Order, OrderEvidence};
pub use timestamp::{Clock, NoTimestamp, Precision, Timestamp, Zone};
pub use url::from_url;

/// The examples of the README are tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
