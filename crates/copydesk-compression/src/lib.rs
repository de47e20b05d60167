//! Compresses what is written. A piece becomes a complete gzip member or zstd frame, so that pieces one behind the
//! other are a valid file, whoever compressed them and when. Equal pieces give equal bytes: nothing in them tells of a
//! time or a machine.

copydesk_fingerprint::fingerprint!();

use std::io::{self, Read, Write};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How a file is compressed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Compression {
    /// Not at all.
    #[default]
    None,
    /// As gzip, which every program opens.
    Gzip,
    /// As zstd, which is several times as fast as gzip and smaller.
    Zstd,
}

impl Compression {
    /// What ends the name of a file that is compressed so.
    pub fn suffix(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Gzip => ".gz",
            Self::Zstd => ".zst",
        }
    }

    /// What a file name promises.
    fn of(name: &str) -> Self {
        let ends = |suffix: &str| name.len().checked_sub(suffix.len()).and_then(|at| name.get(at..));
        [Self::Gzip, Self::Zstd]
            .into_iter()
            .find(|c| ends(c.suffix()).is_some_and(|end| end.eq_ignore_ascii_case(c.suffix())))
            .unwrap_or_default()
    }

    /// The levels that there are, and the usual one.
    fn levels(self) -> (std::ops::RangeInclusive<u8>, u8) {
        match self {
            Self::None => (0..=0, 0),
            Self::Gzip => (1..=9, 6),
            Self::Zstd => (1..=19, 3),
        }
    }
}

/// A wish that cannot be met.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Unfit {
    /// Which wish, as exports call it: `file` or `compression_level`.
    pub option: &'static str,
    /// Why.
    pub message: String,
}

/// Compresses pieces in one way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packer {
    compression: Compression,
    level: u8,
    file: String,
}

impl Packer {
    /// A packer for a file of that name. The suffix is added to the name where it is missing.
    pub fn new(file: &str, compression: Compression, level: Option<u8>) -> Result<Self, Unfit> {
        let (levels, usual) = compression.levels();
        let unfit = |option, message| Err(Unfit { option, message });
        let level = match level {
            None => usual,
            Some(_) if compression == Compression::None => {
                return unfit("compression_level", "means nothing without `compression`".into());
            }
            Some(level) if levels.contains(&level) => level,
            Some(_) => {
                let (least, most) = levels.into_inner();
                return unfit("compression_level", format!("must be from {least} to {most} here"));
            }
        };
        let promised = Compression::of(file);
        let file = if promised == compression {
            file.to_owned()
        } else if promised == Compression::None {
            format!("{file}{}", compression.suffix())
        } else {
            let suffix = promised.suffix();
            return unfit("file", format!("ends in `{suffix}`, and `compression` says otherwise"));
        };
        Ok(Self { compression, level, file })
    }

    /// The name of the file, suffix and all.
    pub fn file_name(&self) -> &str {
        &self.file
    }

    /// What stands before the first piece. A compressed file has something there even if there is nothing to say,
    /// because a file of no bytes is no gzip.
    pub fn first(&self, piece: &[u8]) -> io::Result<Vec<u8>> {
        match self.compression {
            Compression::None => Ok(piece.to_vec()),
            Compression::Gzip => {
                let level = flate2::Compression::new(self.level.into());
                // Without a name and a time, which would make equal pieces unequal.
                let mut encoder = flate2::GzBuilder::new().write(Vec::with_capacity(piece.len() / 4), level);
                encoder.write_all(piece)?;
                encoder.finish()
            }
            Compression::Zstd => {
                let mut compressor = zstd::bulk::Compressor::new(self.level.into())?;
                compressor.include_checksum(true)?;
                compressor.compress(piece)
            }
        }
    }

    /// What a piece was before it was compressed. Nothing stays nothing.
    pub fn open(&self, piece: Vec<u8>) -> io::Result<Vec<u8>> {
        match self.compression {
            Compression::None => Ok(piece),
            Compression::Zstd => decompress_zstd(&piece),
            Compression::Gzip if piece.is_empty() => Ok(piece),
            Compression::Gzip => {
                let mut opened = Vec::new();
                flate2::read::MultiGzDecoder::new(&piece[..]).read_to_end(&mut opened)?;
                Ok(opened)
            }
        }
    }

    /// One more piece. Nothing stays nothing.
    pub fn next(&self, piece: Vec<u8>) -> io::Result<Vec<u8>> {
        if self.compression == Compression::None || piece.is_empty() { Ok(piece) } else { self.first(&piece) }
    }
}

/// Opens zstd frames: the counterpart of [`Packer`] for pieces that a program keeps for itself. Nothing stays nothing.
pub fn decompress_zstd(compressed: &[u8]) -> io::Result<Vec<u8>> {
    if compressed.is_empty() { Ok(Vec::new()) } else { zstd::stream::decode_all(compressed) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opened(compression: Compression, bytes: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        match compression {
            Compression::None => out.extend_from_slice(bytes),
            Compression::Gzip => {
                flate2::read::MultiGzDecoder::new(bytes).read_to_end(&mut out).expect("gzip");
            }
            Compression::Zstd => out = decompress_zstd(bytes).expect("zstd"),
        }
        out
    }

    const ALL: [Compression; 3] = [Compression::None, Compression::Gzip, Compression::Zstd];

    #[test]
    fn pieces_one_behind_the_other_are_a_file() {
        for compression in ALL {
            let packer = Packer::new("a.txt", compression, None).expect("usual");
            let mut file = packer.first(b"head\n").expect("memory");
            for piece in ["one\n".repeat(9000), String::new(), "two\n".into()] {
                file.extend(packer.next(piece.into_bytes()).expect("memory"));
            }
            let text = opened(compression, &file);
            assert_eq!(text, format!("head\n{}two\n", "one\n".repeat(9000)).into_bytes(), "{compression:?}");
            assert!(compression == Compression::None || file.len() < 1000);
        }
    }

    #[test]
    fn a_piece_opens() {
        for compression in ALL {
            let packer = Packer::new("a.txt", compression, None).expect("usual");
            for text in ["", "one\ntwo\n"] {
                let piece = packer.next(text.as_bytes().to_vec()).expect("memory");
                assert_eq!(packer.open(piece).expect("it opens"), text.as_bytes(), "{compression:?}");
            }
        }
    }

    #[test]
    fn a_file_of_nothing_opens_too() {
        for compression in ALL {
            let packer = Packer::new("a.txt", compression, None).expect("usual");
            let mut file = packer.first(b"").expect("memory");
            file.extend(packer.next(Vec::new()).expect("memory"));
            assert_eq!(file.is_empty(), compression == Compression::None);
            assert_eq!(opened(compression, &file), b"");
        }
    }

    #[test]
    fn gzip_tells_no_time_and_no_name() {
        let packer = Packer::new("a.txt", Compression::Gzip, Some(9)).expect("a level");
        let head = packer.first(b"text").expect("memory");
        assert_eq!((head[3], &head[4..8]), (0, &[0_u8; 4][..]), "flags, then the time");
    }

    #[test]
    fn names_and_levels_are_checked() {
        let name = |file, compression| Packer::new(file, compression, None).map(|p| p.file_name().to_owned());
        assert_eq!(name("a.jsonl", Compression::Gzip).as_deref(), Ok("a.jsonl.gz"));
        assert_eq!(name("a.jsonl.GZ", Compression::Gzip).as_deref(), Ok("a.jsonl.GZ"));
        assert_eq!(name("é", Compression::Zstd).as_deref(), Ok("é.zst"));
        for compression in [Compression::None, Compression::Zstd] {
            assert_eq!(name("a.jsonl.gz", compression).expect_err("it promises gzip").option, "file");
        }
        for (compression, level) in [(Compression::None, 1), (Compression::Gzip, 10), (Compression::Zstd, 0)] {
            let error = Packer::new("a", compression, Some(level)).expect_err("no such level");
            assert_eq!(error.option, "compression_level", "{compression:?} {level}");
        }
    }
}
