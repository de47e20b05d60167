//! Names of a run that adds to a folder, as they are understood from where the folder's first command was given.
//!
//! Names are relative to where a command is given. Without this the `day/a.html` of two places would stand in one archive as
//! `day/a.html` and `day/a.html`, and nobody could tell which file a record was made of.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use copydesk_stage::{KnownFiles, Source, SourceError, SourceItem};

use crate::{
    index::plain,
    owner::{real, way},
};

/// From where names are understood, and from where they are given: both absolute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Places {
    first: PathBuf,
    here: PathBuf,
}

impl Places {
    /// The places of a folder's first command and of this one, each by its path from the folder; `None` if they are one.
    pub(crate) fn new(folder: &Path, first: &str, here: &str) -> Option<Self> {
        let folder = real(folder);
        let places = Self { first: plain(&folder.join(first)), here: plain(&folder.join(here)) };
        (places.first != places.here).then_some(places)
    }

    /// From where relative names are understood.
    pub(crate) fn first(&self) -> &Path {
        &self.first
    }

    /// A name as it is from the first place. Absolute paths, addresses and standard input are the same from everywhere.
    fn rebase(&self, uri: &str) -> String {
        let (file, own) = uri.rsplit_once('#').map_or((uri, None), |(file, own)| (file, Some(own)));
        if file == "-" || file.contains("://") || Path::new(file).is_absolute() {
            return uri.to_owned();
        }
        // The names of files are text here, in which odd bytes are written out.
        let file = way(&self.first, &plain(&self.here.join(file))).to_string_lossy().into_owned();
        own.map_or_else(|| file.clone(), |own| format!("{file}#{own}"))
    }
}

/// A source whose names are understood from elsewhere.
#[derive(Debug)]
pub(crate) struct Rebased {
    pub(crate) source: Box<dyn Source>,
    pub(crate) places: Places,
}

impl Source for Rebased {
    fn open(&self) -> Result<Box<dyn Iterator<Item = Result<SourceItem, SourceError>> + Send>, SourceError> {
        let places = self.places.clone();
        let items = self.source.open()?.map(move |item| {
            let mut item = item?;
            let (SourceItem::Bad { uri, .. } | SourceItem::Skipped { uri, .. }) = &mut item else {
                if let SourceItem::Input(input) = &mut item {
                    input.uri = places.rebase(&input.uri);
                }
                return Ok(item);
            };
            *uri = places.rebase(uri);
            Ok(item)
        });
        Ok(Box::new(items))
    }

    fn leave_out(&mut self, known: KnownFiles) {
        let places = self.places.clone();
        let known = move |uri: &str, size, changed| (known.0)(&places.rebase(uri), size, changed);
        self.source.leave_out(KnownFiles(Arc::new(known)));
    }

    fn size_hint(&self) -> Option<u64> {
        self.source.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_that_of_the_same_file_from_the_first_place() {
        let places = Places::new(Path::new("/data/out"), "../mon", "../tue").expect("two places");
        for (given, from_there) in [
            ("day/a.html", "../tue/day/a.html"),
            ("../mon/day/a.html", "day/a.html"),
            ("../b.jsonl#line-2", "../b.jsonl#line-2"),
            ("b.zip/x/c.html", "../tue/b.zip/x/c.html"),
            ("/srv/a.html", "/srv/a.html"),
            ("-#line-1", "-#line-1"),
            ("s3://bucket/a", "s3://bucket/a"),
        ] {
            assert_eq!(places.rebase(given), from_there, "{given}");
        }
        assert_eq!(Places::new(Path::new("/data/out"), "../mon", "../tue/../mon"), None);
    }
}
