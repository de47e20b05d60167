//! Compressed bytes to bytes, told by content.

use std::{
    borrow::Cow,
    io::{self, Read},
};

use copydesk_document::Note;

use crate::{Limits, ParseError, content::note};

/// Opens gzip and zstd, layer by layer. Bytes that are neither come back untouched.
pub(crate) fn open<'a>(bytes: &'a [u8], limits: &Limits, notes: &mut Vec<Note>) -> Result<Cow<'a, [u8]>, ParseError> {
    let mut opened = Cow::Borrowed(bytes);
    for _ in 0..limits.max_layers {
        opened = match magic(&opened) {
            Some(Packing::Gzip) => Cow::Owned(gunzip(&opened, limits, notes)?),
            Some(Packing::Zstd) => Cow::Owned(unzstd(&opened, limits, notes)?),
            None => break,
        };
    }
    if opened.len() as u64 > limits.max_bytes {
        return Err(too_large(limits));
    }
    Ok(opened)
}

/// Whether a name promises compressed data. Only where there is no content to tell does a name count.
pub(crate) fn names_an_archive(uri: &str) -> bool {
    let end = uri.rsplit('.').next().unwrap_or_default();
    ["gz", "zst"].iter().any(|known| end.eq_ignore_ascii_case(known))
}

enum Packing {
    Gzip,
    Zstd,
}

fn magic(bytes: &[u8]) -> Option<Packing> {
    match bytes {
        [0x1F, 0x8B, ..] => Some(Packing::Gzip),
        // A frame, or one of the sixteen marks of a frame that decoders skip.
        [0x28, 0xB5, 0x2F, 0xFD, ..] | [0x50..=0x5F, 0x2A, 0x4D, 0x18, ..] => Some(Packing::Zstd),
        _ => None,
    }
}

/// Why reading stopped.
enum Stop {
    /// The data ends before it should.
    Cut,
    /// The data is wrong.
    Fault(io::Error),
    Limit(ParseError),
}

/// Output that stops at the limits.
struct Sink<'l> {
    out: Vec<u8>,
    packed: usize,
    limits: &'l Limits,
}

impl Sink<'_> {
    /// Reads to the end of `reader`.
    fn fill(&mut self, reader: &mut dyn Read) -> Result<(), Stop> {
        let mut chunk = vec![0; 64 << 10];
        loop {
            let read = match reader.read(&mut chunk) {
                Ok(0) => return Ok(()),
                Ok(read) => read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Err(Stop::Cut),
                Err(error) => return Err(Stop::Fault(error)),
            };
            self.out.extend_from_slice(&chunk[..read]);
            self.check().map_err(Stop::Limit)?;
        }
    }

    fn check(&self) -> Result<(), ParseError> {
        if self.out.len() as u64 > self.limits.max_bytes {
            return Err(too_large(self.limits));
        }
        let ratio = self.out.len() / self.packed.max(1);
        if self.out.len() > 1 << 20 && ratio > self.limits.max_ratio as usize {
            return Err(ParseError::new(
                "limit.ratio",
                format!(
                    "it grows more than {} times when it is decompressed, as only bombs do; raise `max_ratio` if it is sound",
                    self.limits.max_ratio
                ),
            ));
        }
        Ok(())
    }
}

/// Opens all members of a gzip file; several members are one file.
fn gunzip(bytes: &[u8], limits: &Limits, notes: &mut Vec<Note>) -> Result<Vec<u8>, ParseError> {
    let mut sink = Sink { out: Vec::new(), packed: bytes.len(), limits };
    let mut rest = bytes;
    while rest.starts_with(&[0x1F, 0x8B]) {
        let mut member = flate2::bufread::GzDecoder::new(rest);
        let result = sink.fill(&mut member);
        rest = member.into_inner();
        match result {
            Ok(()) => {}
            Err(stop) => return ended(stop, "gzip", sink, notes),
        }
    }
    if rest.iter().any(|b| *b != 0) {
        notes.push(note("trailing-bytes", format!("{} bytes after the end of the gzip data were ignored", rest.len())));
    }
    Ok(sink.out)
}

/// Opens all frames of a zstd file.
fn unzstd(bytes: &[u8], limits: &Limits, notes: &mut Vec<Note>) -> Result<Vec<u8>, ParseError> {
    if window_log(bytes).is_some_and(|log| log > limits.max_window_log) {
        return Err(ParseError::new(
            "limit.window",
            format!(
                "the zstd frame asks for a window of more than 2^{} bytes; raise `max_window_log` if it is sound",
                limits.max_window_log
            ),
        ));
    }
    let mut sink = Sink { out: Vec::new(), packed: bytes.len(), limits };
    let mut rest = bytes;
    while magic(rest).is_some_and(|m| matches!(m, Packing::Zstd)) {
        let mut frame = zstd::stream::read::Decoder::with_buffer(rest).map_err(|e| damaged("zstd", &e))?.single_frame();
        frame.window_log_max(limits.max_window_log.clamp(10, 31)).map_err(|e| damaged("zstd", &e))?;
        let result = sink.fill(&mut frame);
        let before = rest.len();
        rest = frame.finish();
        match result {
            Ok(()) if rest.len() == before => break,
            Ok(()) => {}
            Err(stop) => return ended(stop, "zstd", sink, notes),
        }
    }
    if rest.iter().any(|b| *b != 0) {
        notes.push(note("trailing-bytes", format!("{} bytes after the end of the zstd data were ignored", rest.len())));
    }
    Ok(sink.out)
}

/// The window that the first frame asks for, as a power of two.
fn window_log(bytes: &[u8]) -> Option<u32> {
    let (descriptor, window) = (*bytes.get(4)?, *bytes.get(5)?);
    let single_segment = descriptor & 0x20 != 0;
    (bytes.starts_with(&[0x28, 0xB5, 0x2F, 0xFD]) && !single_segment).then(|| 10 + u32::from(window >> 3))
}

/// What becomes of a document whose compressed data did not end as it should. What a cut-off file still holds is
/// kept, with a note; data that is wrong cannot be trusted at all.
fn ended(stop: Stop, packing: &str, sink: Sink<'_>, notes: &mut Vec<Note>) -> Result<Vec<u8>, ParseError> {
    match stop {
        Stop::Limit(error) => Err(error),
        Stop::Cut if !sink.out.is_empty() => {
            notes.push(note(
                "truncated",
                format!(
                    "the {packing} data is cut off; {} bytes could be read, and the rest is missing",
                    sink.out.len()
                ),
            ));
            Ok(sink.out)
        }
        Stop::Cut => Err(ParseError::new(
            "decompress",
            format!("the {packing} data is cut off before its first byte; fetch the file again"),
        )),
        Stop::Fault(error) => Err(damaged(packing, &error)),
    }
}

fn damaged(packing: &str, error: &io::Error) -> ParseError {
    ParseError::new("decompress", format!("the {packing} data is damaged ({error}); fetch the file again"))
}

fn too_large(limits: &Limits) -> ParseError {
    ParseError::new(
        "limit.size",
        format!("the document has more than {} bytes; raise `max_bytes` if it is sound", limits.max_bytes),
    )
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn gz(bytes: &[u8]) -> Vec<u8> {
        let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        writer.write_all(bytes).unwrap();
        writer.finish().unwrap()
    }

    fn run(bytes: &[u8]) -> (Result<Vec<u8>, &'static str>, Vec<String>) {
        let mut notes = Vec::new();
        let limits = Limits { max_bytes: 3 << 19, ..Limits::default() };
        let result = open(bytes, &limits, &mut notes).map(Cow::into_owned).map_err(|e| e.rule);
        (result, notes.into_iter().map(|n| n.code.into_owned()).collect())
    }

    /// Text that does not shrink to nothing.
    fn text() -> Vec<u8> {
        (0..10_000_u32)
            .flat_map(|i| format!("line {} of the log; ", i.wrapping_mul(2_654_435_761)).into_bytes())
            .collect()
    }

    #[test]
    fn opens_what_is_sound() {
        let text = text();
        let none: Vec<String> = Vec::new();
        assert_eq!(run(&text), (Ok(text.clone()), none.clone()));
        assert_eq!(run(&gz(&text)), (Ok(text.clone()), none.clone()));
        assert_eq!(run(&gz(&gz(&text))), (Ok(text.clone()), none.clone()));
        assert_eq!(run(&[gz(&text[..100]), gz(&text[100..]), gz(b"")].concat()), (Ok(text.clone()), none.clone()));
        assert_eq!(run(&[gz(&text), vec![0; 512]].concat()), (Ok(text.clone()), none.clone()));
        let zst = |b: &[u8]| zstd::encode_all(b, 3).unwrap();
        let skipped = [0x50, 0x2A, 0x4D, 0x18, 4, 0, 0, 0, 1, 2, 3, 4];
        assert_eq!(run(&zst(&text)), (Ok(text.clone()), none.clone()));
        assert_eq!(run(&[zst(&text[..100]), skipped.into(), zst(&text[100..])].concat()), (Ok(text.clone()), none));
        assert_eq!(run(&gz(b"")).0, Ok(Vec::new()));
    }

    #[test]
    fn says_what_is_wrong_with_the_rest() {
        let text = text();
        for packed in [gz(&text), zstd::encode_all(&text[..], 3).unwrap()] {
            let (cut, notes) = run(&packed[..packed.len() - 20]);
            let cut = cut.expect("what could be read is kept");
            assert!(text.starts_with(&cut) && !cut.is_empty());
            assert_eq!(notes, ["truncated"]);
            assert_eq!(run(&packed[..6]).0, Err("decompress"));
            assert_eq!(run(&[packed, b"garbage".to_vec()].concat()).1, ["trailing-bytes"]);
        }
        let packed = gz(&text);
        let mut crc = packed.clone();
        let at = crc.len() - 6;
        crc[at] ^= 1;
        assert_eq!(run(&crc).0, Err("decompress"));
        let mut flipped = packed;
        flipped[60] ^= 0x55;
        assert_eq!(run(&flipped).0, Err("decompress"));
        assert_eq!(run(&[0x28, 0xB5, 0x2F, 0xFD, 0, 0x50, 7, 0, 0]).0, Err("decompress"));
    }

    #[test]
    fn bombs_meet_a_limit_before_they_grow() {
        // The bytes themselves would drown a failure.
        let rule = |bytes: &[u8]| run(bytes).0.map(|opened| opened.len());
        let zeros = vec![0; 5 << 18];
        assert_eq!(rule(&gz(&zeros)), Err("limit.ratio"));
        assert_eq!(rule(&gz(&gz(&zeros))), Err("limit.ratio"));
        assert_eq!(rule(&zstd::encode_all(&zeros[..], 3).unwrap()), Err("limit.ratio"));
        assert_eq!(rule(&vec![b'a'; (3 << 19) + 1]), Err("limit.size"));
        assert_eq!(rule(&gz(&text().repeat(8))), Err("limit.size"));
        assert_eq!(rule(&[0x28, 0xB5, 0x2F, 0xFD, 0, (31 - 10) << 3, 1, 0, 0]), Err("limit.window"));
    }
}
