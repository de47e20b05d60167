//! The stage `strip-boilerplate`: tells the main text of a page from its boilerplate.
//!
//! Every block gets a label and a reason. Nothing is deleted: later stages still read the byline, the date and the
//! captions that are not main text.

mod class_words;
pub mod confidence;
mod config;
mod consent;
mod context;
mod elements;
mod features;
mod judge;
mod page;
mod posts;
mod promotion;
mod regions;
mod rules;
mod shape;
mod stage;
mod stems;
mod text;
mod whole;
mod within;

pub mod kind;
pub mod model;
pub mod templates;
pub mod training;

copydesk_fingerprint::fingerprint!();

pub use config::{Config, Mode};
pub use stage::StripBoilerplate;

/// Adds the stage to a catalogue.
pub fn register(catalog: &mut copydesk_stage::Catalog) {
    catalog.stage::<StripBoilerplate>();
}
