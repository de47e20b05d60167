//! The program from the outside: what it prints, what it writes, how it ends.

mod begin;
mod diff;
mod docs;
mod explain;
mod forget;
mod inputs;
mod invalid_pipelines;
mod limits;
mod manners;
mod own_stage;
#[cfg(feature = "corpus")]
mod personal_data;
mod profile;
mod program;
#[cfg(all(
    feature = "conditions",
    feature = "corpus",
    feature = "http",
    feature = "parquet",
    feature = "sqlite",
    feature = "view"
))]
mod reference;
mod run;
mod shares;
mod surveys;
mod templates;
mod view;
