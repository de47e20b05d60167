//! Parts of summaries in another order than that of the documents.

use std::{
    fmt,
    io::{self, BufWriter, SeekFrom, Write as _},
};

use crate::{Corpus, Scratch, SurveyError};

/// What a survey wants of the summaries of some documents, to be read in any order. It stands on disk; in memory are 16 bytes
/// a document.
pub struct Picked {
    scratch: Box<dyn Scratch>,
    numbers: Vec<u64>,
    /// Where that of each document ends; that of the next one begins there.
    ends: Vec<u64>,
}

/// Appends what is wanted of a summary.
pub type Pick<'p> = dyn FnMut(&[u8], &mut Vec<u8>) -> Result<(), SurveyError> + 'p;

impl fmt::Debug for Picked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Picked").field("documents", &self.numbers.len()).finish_non_exhaustive()
    }
}

impl Picked {
    /// Goes through the summaries once. `pick` appends what is wanted of that of a document.
    pub fn of(corpus: &dyn Corpus, mut numbers: Vec<u64>, pick: &mut Pick<'_>) -> Result<Self, SurveyError> {
        numbers.sort_unstable();
        numbers.dedup();
        let mut out = BufWriter::with_capacity(1 << 20, corpus.scratch()?);
        let (mut ends, mut picked, mut end) = (Vec::with_capacity(numbers.len()), Vec::new(), 0);
        corpus.each(&mut |seen| {
            if numbers.get(ends.len()) == Some(&seen.number) {
                picked.clear();
                pick(seen.summary, &mut picked)?;
                out.write_all(&picked).map_err(|error| unwritten(&error))?;
                end += picked.len() as u64;
                ends.push(end);
            }
            Ok(())
        })?;
        let scratch = out.into_inner().map_err(|error| unwritten(error.error()))?;
        Ok(Self { scratch, numbers, ends })
    }

    /// What was picked of a document, in the place of what `into` holds.
    pub fn read(&mut self, number: u64, into: &mut Vec<u8>) -> Result<(), SurveyError> {
        let at = self.numbers.binary_search(&number).ok().filter(|at| *at < self.ends.len());
        let at = at.ok_or_else(|| SurveyError::new("the documents have changed while conclusions were drawn"))?;
        let begin = if at == 0 { 0 } else { self.ends[at - 1] };
        into.resize((self.ends[at] - begin) as usize, 0);
        let found = self.scratch.seek(SeekFrom::Start(begin)).and_then(|_| self.scratch.read_exact(into));
        found.map_err(|error| SurveyError::new(format!("what was set aside on disk cannot be read: {error}")))
    }
}

fn unwritten(error: &io::Error) -> SurveyError {
    SurveyError::new(format!("what does not fit into memory could not be set aside on disk: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Seen;

    struct Given(Vec<Vec<u8>>);

    impl Corpus for Given {
        fn documents(&self) -> u64 {
            self.0.len() as u64
        }

        fn each(&self, see: &mut dyn FnMut(Seen<'_>) -> Result<(), SurveyError>) -> Result<(), SurveyError> {
            (0..).zip(&self.0).try_for_each(|(number, summary)| see(Seen { number, run: 0, summary }))
        }
    }

    /// A corpus with a file that takes nothing.
    struct Stuck;

    impl io::Read for Stuck {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Ok(0)
        }
    }

    impl io::Write for Stuck {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::Error::other("the device is gone"))
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl io::Seek for Stuck {
        fn seek(&mut self, _: SeekFrom) -> io::Result<u64> {
            Ok(0)
        }
    }

    impl Corpus for Stuck {
        fn documents(&self) -> u64 {
            1
        }

        fn each(&self, see: &mut dyn FnMut(Seen<'_>) -> Result<(), SurveyError>) -> Result<(), SurveyError> {
            see(Seen { number: 0, run: 0, summary: b"a ferry" })
        }

        fn scratch(&self) -> Result<Box<dyn Scratch>, SurveyError> {
            Ok(Box::new(Self))
        }
    }

    #[test]
    fn what_cannot_be_written_is_told_with_its_reason() {
        let pick: &mut Pick<'_> = &mut |summary, out| {
            out.extend_from_slice(summary);
            Ok(())
        };
        let error = Picked::of(&Stuck, vec![0], pick).expect_err("it takes nothing").to_string();
        assert_eq!(error, "what does not fit into memory could not be set aside on disk: the device is gone");
    }

    #[test]
    fn what_is_picked_is_read_in_any_order() {
        let corpus = Given((0..9).map(|n| vec![n; usize::from(n)]).collect());
        let mut picked = Picked::of(&corpus, vec![7, 0, 3, 7, 20], &mut |summary, out| {
            out.extend_from_slice(summary);
            Ok(())
        })
        .expect("it has room");
        let mut found = Vec::new();
        for number in [7, 0, 3, 7] {
            picked.read(number, &mut found).expect("it was picked");
            assert_eq!(found, vec![number as u8; number as usize]);
        }
        for number in [1, 20] {
            assert!(picked.read(number, &mut found).is_err(), "{number} is not there");
        }
    }
}
