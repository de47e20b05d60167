#![doc = include_str!("../README.md")]

mod inputs;
mod output;
mod value;

use std::{
    num::NonZero,
    sync::{Mutex, PoisonError},
    thread,
};

use arrow_array::RecordBatch;
use arrow_schema::{ArrowError, Schema};
use arrow_select::concat::concat_batches;
use copydesk_pipeline::Pipeline;
use copydesk_runner::{Chain, STACK_BYTES};

use crate::{inputs::Inputs, output::Output};

/// So many documents are taken at once by a thread: few enough that all threads end together.
const TAKEN: usize = 8;

/// Why a batch cannot be worked on. What is wrong with one row stands in its column `error`.
#[derive(Debug, thiserror::Error)]
pub enum ProcessError {
    /// No column holds documents.
    #[error("no column holds the documents: call one of them `content`, `html` or `text`; there are {0}")]
    NoContent(String),
    /// A batch is not all documents.
    #[error(
        "the survey `{0}` looks at all documents together, and a batch is some of them: leave it out of the pipeline, or run \
        that into a folder"
    )]
    Survey(&'static str),
    /// The columns do not make a batch.
    #[error(transparent)]
    Arrow(#[from] ArrowError),
    /// There is no thread to work on.
    #[error("cannot start a thread: {0}")]
    Thread(#[from] std::io::Error),
}

/// Takes every row through the stages of a pipeline: the same rows come out, in their order. `README.md` lists the columns.
pub fn process(pipeline: &Pipeline, batch: &RecordBatch) -> Result<RecordBatch, ProcessError> {
    process_on(NonZero::<usize>::MIN, pipeline, batch)
}

/// The same on several threads. What comes out does not depend on how many.
pub fn process_on(
    threads: NonZero<usize>,
    pipeline: &Pipeline,
    batch: &RecordBatch,
) -> Result<RecordBatch, ProcessError> {
    if let Some(survey) = pipeline.chain.surveys().first() {
        return Err(ProcessError::Survey(survey.name()));
    }
    let output = Output::of(&batch.schema())?;
    let inputs = Mutex::new(Inputs::new(batch));
    let threads = threads.get().min(batch.num_rows().div_ceil(TAKEN)).max(1);
    let work = || work(&pipeline.chain, &inputs, &output);
    let mut pieces = thread::scope(|scope| {
        // Threads of our own, because stages may count on their stack.
        let start = |_| thread::Builder::new().name("arrow".into()).stack_size(STACK_BYTES).spawn_scoped(scope, work);
        let started = (0..threads).map(start).collect::<Result<Vec<_>, _>>()?;
        let mut pieces = Vec::new();
        for thread in started {
            // A panic of a stage has been caught; one of ours goes on.
            pieces.extend(thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?);
        }
        Ok::<_, ProcessError>(pieces)
    })?;
    pieces.sort_by_key(|(first, _)| *first);
    let found = concat_batches(&output.found(), pieces.iter().map(|(_, piece)| piece))?;
    output.join(&found, batch)
}

/// The columns that come out of a batch with these.
pub fn schema(input: &Schema) -> Result<Schema, ProcessError> {
    Ok(Output::of(input)?.schema())
}

/// What one thread has made: pieces of the result, each with the row that it begins at.
type Pieces = Vec<(usize, RecordBatch)>;

fn work(chain: &Chain, inputs: &Mutex<Inputs<'_>>, output: &Output) -> Result<Pieces, ProcessError> {
    let mut pieces = Vec::new();
    let mut rows = output.rows();
    loop {
        // The names of documents depend on those before them, so that they are made in order.
        let taken = inputs.lock().unwrap_or_else(PoisonError::into_inner).take(TAKEN);
        let Some((first, taken)) = taken else { return Ok(pieces) };
        for input in taken {
            match input {
                Ok(input) => rows.push(chain.process_one(input))?,
                Err(refused) => rows.push_refused(&refused)?,
            }
        }
        pieces.push((first, rows.finish()?));
    }
}
