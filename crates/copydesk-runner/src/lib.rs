//! Runs a chain of stages over a source.
//!
//! [`Chain::process_one`] takes one document through all stages; [`Run::execute`] does the same for all documents of a
//! source, in batches on a pool of threads, and writes what comes out in the order in which it came in. Both go through
//! the same code, so that a dry run, a test and `explain` show what a run does.
//!
//! One bad document never stops a run: an error or a panic puts that document into quarantine. A broken end (source,
//! disk) always stops it, and then nothing stands under a final name that did not stand there before.

mod chain;
mod error;
mod guard;
mod output;
mod quarantine;
mod queue;
mod report;
mod run;

pub use chain::{Chain, Link, Outcome};
pub use copydesk_parse::Limits;
pub use error::RunError;
pub use output::{Output, QUARANTINE_FILE, Written};
pub use quarantine::Quarantined;
pub use report::{Observer, Progress, Report, StageReport};
pub use run::{Options, Run};

fn parse_fault(error: &copydesk_parse::ParseError) -> quarantine::Fault {
    quarantine::Fault { stage: "parse", rule: error.rule.into(), error: error.to_string(), span: None }
}

// Stands in until the parser is there.
fn parse(
    input: &copydesk_document::Input,
    limits: &Limits,
) -> Result<copydesk_document::Document, copydesk_parse::ParseError> {
    use copydesk_document::{Document, NewBlock, Source, Span};
    if input.bytes.len() as u64 > limits.max_bytes {
        return Err(copydesk_parse::ParseError::new("limit.size", "too large"));
    }
    let text =
        String::from_utf8(input.bytes.clone()).map_err(|_| copydesk_parse::ParseError::new("binary", "no text"))?;
    let source = Source {
        uri: input.uri.clone(),
        bytes: text.len() as u64,
        media_type: "text/plain".into(),
        ..Source::default()
    };
    let mut doc = Document::new(source, text.clone());
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let trimmed = line.trim();
        if !trimmed.is_empty() {
            doc.push_block(NewBlock { text: trimmed, span: Span::new(at, at + line.len()), ..NewBlock::default() });
        }
        at += line.len();
    }
    Ok(doc)
}
