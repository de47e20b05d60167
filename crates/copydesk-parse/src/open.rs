//! Compressed bytes to bytes, told by content.

use std::{
    borrow::Cow,
    io::{self, Read},
};

use copydesk_document::Note;
use copydesk_unpack::{Codec, Fault, FaultKind, Stream};

use crate::{Limits, ParseError, content::note};

/// Opens gzip, zstd, bzip2, xz and lzma, layer by layer. Bytes that are none of them come back untouched.
pub(crate) fn open<'a>(bytes: &'a [u8], limits: &Limits, notes: &mut Vec<Note>) -> Result<Cow<'a, [u8]>, ParseError> {
    let mut opened = Cow::Borrowed(bytes);
    for _ in 0..limits.max_layers {
        let Some(codec) = Codec::of(&opened) else { break };
        opened = Cow::Owned(unpack(&opened, codec, limits, notes)?);
    }
    if opened.len() as u64 > limits.max_bytes {
        return Err(too_large(limits));
    }
    Ok(opened)
}

/// Opens one layer. What a cut-off file still holds is kept, with a note; data that is wrong cannot be trusted at all.
fn unpack(bytes: &[u8], codec: Codec, limits: &Limits, notes: &mut Vec<Note>) -> Result<Vec<u8>, ParseError> {
    let unpacking =
        copydesk_unpack::Limits { max_window_log: limits.max_window_log, ..copydesk_unpack::Limits::WINDOW_ONLY };
    let mut stream = Stream::open(bytes, unpacking).map_err(|error| damaged(&error.to_string()))?;
    let mut out = vec![0; expected(bytes, codec, limits)];
    let mut filled = 0;
    let error = loop {
        if filled == out.len() {
            out.resize(filled + (64 << 10).max(filled / 2), 0);
        }
        match stream.read(&mut out[filled..]) {
            Ok(0) => break None,
            Ok(read) => {
                filled += read;
                check(filled, bytes.len(), limits)?;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => break Some(error),
        }
    };
    out.truncate(filled);
    let Some(error) = error else { return Ok(out) };
    settle(&error, out, bytes, codec, limits, notes)
}

/// How much room is made at first. A gzip member says at its end how much it holds: that is a hint, and no more, since
/// anything can stand there.
fn expected(bytes: &[u8], codec: Codec, limits: &Limits) -> usize {
    const LEAST: usize = 64 << 10;
    let most = bytes.len().saturating_mul(32).min(usize::try_from(limits.max_bytes).unwrap_or(usize::MAX)).max(LEAST);
    let said =
        bytes.last_chunk::<4>().filter(|_| codec == Codec::Gzip).map_or(0, |end| u32::from_le_bytes(*end) as usize);
    // One byte more, so that the end is met without making room for what does not come.
    said.saturating_add(1).clamp(LEAST, most)
}

/// What is made of data that end with a fault.
fn settle(
    error: &io::Error,
    out: Vec<u8>,
    bytes: &[u8],
    codec: Codec,
    limits: &Limits,
    notes: &mut Vec<Note>,
) -> Result<Vec<u8>, ParseError> {
    let Some(fault) = Fault::of(error) else { return Err(damaged(&error.to_string())) };
    match fault.kind {
        FaultKind::Trailing => {
            let rest = bytes.len() as u64 - fault.offset;
            notes.push(note("trailing-bytes", format!("{rest} bytes after the end of the {codec} data were ignored")));
            Ok(out)
        }
        FaultKind::Cut if !out.is_empty() => {
            let message =
                format!("the {codec} data is cut off; {} bytes could be read, and the rest is missing", out.len());
            notes.push(note("truncated", message));
            Ok(out)
        }
        FaultKind::Cut => Err(damaged(&format!("the {codec} data is cut off before its first byte"))),
        FaultKind::Window => Err(ParseError::new(
            "limit.window",
            format!(
                "the {codec} data asks for a window of more than 2^{} bytes; raise `max_window_log` if it is sound",
                limits.max_window_log
            ),
        )),
        FaultKind::Damaged | FaultKind::Ratio | FaultKind::Size => Err(damaged(&fault.message)),
    }
}

/// The limits, while it grows.
fn check(opened: usize, compressed: usize, limits: &Limits) -> Result<(), ParseError> {
    if opened as u64 > limits.max_bytes {
        return Err(too_large(limits));
    }
    if opened > 1 << 20 && opened / compressed.max(1) > limits.max_ratio as usize {
        return Err(ParseError::new(
            "limit.ratio",
            format!(
                "it grows more than {} times when it is decompressed, as only bombs do; raise `max_ratio` if it is sound",
                limits.max_ratio
            ),
        ));
    }
    Ok(())
}

fn damaged(what: &str) -> ParseError {
    ParseError::new("decompress", format!("{what}; fetch the file again"))
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

    fn bz2(bytes: &[u8]) -> Vec<u8> {
        let mut writer = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
        writer.write_all(bytes).unwrap();
        writer.finish().unwrap()
    }

    fn xz(bytes: &[u8]) -> Vec<u8> {
        let options = lzma_rust2::XzOptions::with_preset(1);
        let mut writer = lzma_rust2::XzWriter::new(Vec::new(), options).unwrap();
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
        assert_eq!(run(&bz2(&text)).0, Ok(text.clone()));
        assert_eq!(run(&xz(&text)).0, Ok(text.clone()));
        assert_eq!(run(&xz(&gz(&text))).0, Ok(text));
    }

    #[test]
    fn says_what_is_wrong_with_the_rest() {
        let text = text();
        for compressed in [gz(&text), zstd::encode_all(&text[..], 3).unwrap(), xz(&text)] {
            let (cut, notes) = run(&compressed[..compressed.len() - 20]);
            let cut = cut.expect("what could be read is kept");
            assert!(text.starts_with(&cut) && !cut.is_empty());
            assert_eq!(notes, ["truncated"]);
            assert_eq!(run(&compressed[..6]).0, Err("decompress"));
            assert_eq!(run(&[compressed, b"garbage".to_vec()].concat()).1, ["trailing-bytes"]);
        }
        // bzip2 gives a block out only when all of it is there.
        assert_eq!(run(&bz2(&text)[..2000]).0, Err("decompress"));
        let compressed = gz(&text);
        let mut crc = compressed.clone();
        let at = crc.len() - 6;
        crc[at] ^= 1;
        assert_eq!(run(&crc).0, Err("decompress"));
        let mut flipped = compressed;
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
        for compressed in [zstd::encode_all(&zeros[..], 3).unwrap(), bz2(&zeros), xz(&zeros)] {
            assert_eq!(rule(&compressed), Err("limit.ratio"));
        }
        assert_eq!(rule(&vec![b'a'; (3 << 19) + 1]), Err("limit.size"));
        assert_eq!(rule(&gz(&text().repeat(8))), Err("limit.size"));
        assert_eq!(rule(&[0x28, 0xB5, 0x2F, 0xFD, 0, (31 - 10) << 3, 1, 0, 0]), Err("limit.window"));
    }
}
