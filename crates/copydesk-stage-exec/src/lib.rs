//! The stage `exec`: has another program do the work, in whatever language that is written.
//!
//! The program is started once for each thread that needs one, and speaks JSON Lines: what can be read of a document in, what
//! is to be changed out. `docs/exec-protocol.md` says how; [`Messages`] are the lines as types.
//!
//! A stage starts no programs and reads no clock, as `clippy.toml` has it. This one has to, and keeps what the rule is for in
//! another way: what its program is made of (its bytes, its files, what it says of itself) is part of the instance's manifest,
//! so that another program means other work; and what a document is answered with is asked of a process that has a limit of
//! time and whose death costs that document alone.

mod config;
mod digest;
mod process;
mod processes;
mod protocol;

copydesk_fingerprint::fingerprint!();

pub use config::Config;
use copydesk_stage::{
    AnyStage, BatchStage, Catalog, ConfigError, Facet, Handed, Manifest, StageError, StageKind, Verdict,
};
pub use protocol::{Answer, Hello, Introduction, Messages, PROTOCOL, Refusal, Request};
use serde_json::json;

use crate::{
    digest::Digest,
    process::{Fault, Process},
    processes::Processes,
};

/// The module for stages in Python: one file, which needs nothing but Python 3.9.
pub const PYTHON_MODULE: &str = include_str!("../python/copydesk_stage.py");

/// Adds the stage to a catalogue.
pub fn register(catalog: &mut Catalog) {
    catalog.stage::<Exec>();
}

/// Has another program do the work.
#[derive(Debug)]
pub struct Exec {
    config: Config,
    digest: Digest,
    introduction: Introduction,
    processes: Processes,
}

impl StageKind for Exec {
    const NAME: &'static str = "exec";
    const SUMMARY: &'static str = "Has a program of your own do the work, in any language: JSON Lines in and out.";
    // What the program reads and writes it says itself, when it is started.
    const READS: &'static [Facet] = Facet::ALL;
    const WRITES: &'static [Facet] = Facet::ALL;
    const FINGERPRINT: Option<u128> = Some(crate::FINGERPRINT);
    const README: &'static str = include_str!("../README.md");
    type Config = Config;

    fn build(config: Config) -> Result<AnyStage, ConfigError> {
        config.check()?;
        let digest = Digest::of(&config)?;
        let (process, introduction) = Process::start(&config).map_err(|fault| fault.into_config_error(&config))?;
        let digest = digest.with(&introduction)?;
        let processes = Processes::new(config.clone(), introduction.clone(), digest.clone(), process);
        Ok(AnyStage::batch(Self { config, digest, introduction, processes }))
    }
}

impl BatchStage for Exec {
    fn process(&self, documents: &mut [Handed<'_>]) -> Vec<Result<Verdict, StageError>> {
        let mut verdicts: Vec<Option<Result<Verdict, StageError>>> = vec![None; documents.len()];
        let places: Vec<usize> = (0..documents.len()).collect();
        for together in places.chunks(self.config.batch) {
            if let Err(failed) = self.ask(documents, together, &mut verdicts) {
                let open: Vec<usize> = together.iter().copied().filter(|at| verdicts[*at].is_none()).collect();
                for at in open {
                    verdicts[at] = Some(self.ask_alone(documents, at, &failed));
                }
            }
        }
        verdicts.into_iter().map(|verdict| verdict.unwrap_or_else(|| Err(unanswered()))).collect()
    }

    fn manifest(&self, of_kind: Manifest) -> Manifest {
        let mut manifest = of_kind.declaring(&self.introduction.reads, &self.introduction.writes);
        if let Some(options) = manifest.options.as_object_mut() {
            // How the work is spread, and how long it is waited for, changes no result.
            for manner in ["batch", "processes", "seconds_to_start", "seconds_per_document"] {
                options.shift_remove(manner);
            }
            options.insert("options".into(), self.introduction.options.clone().into());
            options.insert(
                "program".into(),
                json!({ "digest": self.digest.to_string(), "version": self.introduction.version }),
            );
        }
        manifest
    }
}

/// What kept documents from an answer.
enum Failed {
    /// There is no program to ask.
    NoProgram(StageError),
    /// The program that had them failed.
    Fault(Fault),
}

impl Exec {
    /// Has the program work on some documents, and keeps what it says of each.
    fn ask(
        &self,
        documents: &mut [Handed<'_>],
        places: &[usize],
        verdicts: &mut [Option<Result<Verdict, StageError>>],
    ) -> Result<(), Failed> {
        let mut process = self.processes.take().map_err(Failed::NoProgram)?;
        let asked =
            process.exchange(documents, places, &self.introduction, self.config.patience(), |at, handed, patch| {
                verdicts[at] = Some(patch.and_then(|patch| patch.apply(handed.doc, &mut handed.cx)));
            });
        match asked {
            Ok(()) => {
                self.processes.put_back(process);
                Ok(())
            }
            Err(fault) => {
                self.processes.lose(process, &fault);
                Err(Failed::Fault(fault))
            }
        }
    }

    /// Tries a document once more, alone, that was with a program that failed.
    fn ask_alone(&self, documents: &mut [Handed<'_>], at: usize, first: &Failed) -> Result<Verdict, StageError> {
        if let Failed::NoProgram(error) = first {
            return Err(error.clone());
        }
        let mut verdicts = vec![None; documents.len()];
        match self.ask(documents, &[at], &mut verdicts) {
            Ok(()) => verdicts[at].take().unwrap_or_else(|| Err(unanswered())),
            Err(Failed::NoProgram(error)) => Err(error),
            Err(Failed::Fault(fault)) => Err(fault.into_stage_error(&self.config)),
        }
    }
}

fn unanswered() -> StageError {
    StageError::new("no-answer", "the program has said nothing of this document")
}
