//! Undoing the coding of a body.

use std::io::{self, Read};

use copydesk_unpack::{Codec, Limits, Stream};
use flate2::read::{DeflateDecoder, ZlibDecoder};

use crate::Options;

/// A body that cannot be had: the rule and a clause.
pub(crate) type Refused = (&'static str, String);

/// Undoes the codings of a body. gzip and zstd stay when they are the only one: parsing opens them by content, within
/// its own limits. A body that is not in the coding that its header names comes back as it is; of one that is known to be cut
/// off, what can be read of it.
pub(crate) fn decode(mut body: Vec<u8>, codings: &str, is_cut: bool, options: &Options) -> Result<Vec<u8>, Refused> {
    let codings: Vec<String> = codings.split(',').map(|coding| coding.trim().to_ascii_lowercase()).collect();
    let opens_itself = |coding: &str| matches!(coding, "gzip" | "x-gzip" | "zstd");
    if let [one] = codings.as_slice()
        && opens_itself(one)
        && !is_cut
    {
        return Ok(body);
    }
    for coding in codings.iter().rev() {
        let decoded = match coding.as_str() {
            "deflate" => {
                // The standard means zlib; some servers send the bare data.
                let zlib = read(ZlibDecoder::new(&body[..]), body.len(), is_cut, options)?;
                if zlib.is_some() { zlib } else { read(DeflateDecoder::new(&body[..]), body.len(), is_cut, options)? }
            }
            "br" => read(brotli_decompressor::Decompressor::new(&body[..], 4096), body.len(), is_cut, options)?,
            coding if opens_itself(coding) && Codec::of(&body).is_some() => {
                let stream = Stream::open(&body[..], Limits::WINDOW_ONLY).map_err(|_| damaged())?;
                read(stream, body.len(), is_cut, options)?
            }
            _ => None,
        };
        body = decoded.unwrap_or(body);
    }
    Ok(body)
}

/// Reads all of a decoder; `None` if not a byte comes out of it.
fn read(mut decoder: impl Read, stored: usize, is_cut: bool, options: &Options) -> Result<Option<Vec<u8>>, Refused> {
    let mut out = Vec::new();
    let mut chunk = vec![0; 64 << 10];
    loop {
        match decoder.read(&mut chunk) {
            Ok(0) => return Ok((!out.is_empty()).then_some(out)),
            Ok(read) => out.extend_from_slice(&chunk[..read]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) if out.is_empty() => return Ok(None),
            Err(_) if is_cut => return Ok(Some(out)),
            Err(_) => return Err(damaged()),
        }
        if out.len() as u64 > options.max_bytes {
            let message = format!("its body opens to more than {} bytes; raise `max_bytes`", options.max_bytes);
            return Err(("limit.size", message));
        }
        let ratio = out.len() / stored.max(1);
        if out.len() as u64 > Limits::RATIO_FROM && ratio > options.max_ratio as usize {
            let most = options.max_ratio;
            return Err(("limit.ratio", format!("its body grows more than {most} times, as only bombs do")));
        }
    }
}

fn damaged() -> Refused {
    ("decompress", "its body is damaged".into())
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    const TEXT: &[u8] = b"<p>some text, some text, some text</p>";

    fn run(body: &[u8], codings: &str) -> Result<Vec<u8>, &'static str> {
        decode(body.to_vec(), codings, false, &Options::default()).map_err(|(rule, _)| rule)
    }

    fn zlib(bytes: &[u8]) -> Vec<u8> {
        let mut writer = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
        writer.write_all(bytes).expect("memory");
        writer.finish().expect("memory")
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        writer.write_all(bytes).expect("memory");
        writer.finish().expect("memory")
    }

    #[test]
    fn codings_are_undone() {
        assert_eq!(run(&zlib(TEXT), "Deflate").as_deref(), Ok(TEXT));
        assert_eq!(run(&zlib(TEXT)[2..], "deflate").as_deref(), Ok(TEXT));
        // "abc" as one stored block of Brotli.
        let brotli = [0x0B, 0x01, 0x80, b'a', b'b', b'c', 0x03];
        assert_eq!(run(&brotli, "br").as_deref(), Ok(&b"abc"[..]));
        assert_eq!(run(&zlib(&gzip(TEXT)), "gzip, deflate").as_deref(), Ok(TEXT));
        // Parsing opens it.
        assert_eq!(run(&gzip(TEXT), "gzip"), Ok(gzip(TEXT)));
    }

    #[test]
    fn what_is_not_so_coded_stays() {
        for coding in ["deflate", "br", "gzip, deflate", "identity", "utf-8", ""] {
            assert_eq!(run(TEXT, coding).as_deref(), Ok(TEXT), "{coding}");
        }
    }

    #[test]
    fn of_a_body_that_is_cut_off_the_beginning_is_read() {
        let long = (0..3000).map(|n| format!("<p>Ferry {n} sails.</p>\n")).collect::<Vec<_>>().concat();
        let (gzip, zlib) = (gzip(long.as_bytes()), zlib(long.as_bytes()));
        for (whole, coding) in [(&gzip, "gzip"), (&zlib, "deflate"), (&zlib[2..].to_vec(), "deflate")] {
            let cut = whole[..whole.len() * 2 / 3].to_vec();
            let read = decode(cut, coding, true, &Options::default()).expect("some of it");
            assert!(read.len() > long.len() / 3 && long.as_bytes().starts_with(&read), "{coding}: {}", read.len());
            assert_eq!(decode(whole.clone(), coding, true, &Options::default()).as_deref(), Ok(long.as_bytes()));
        }
        assert_eq!(decode(TEXT.to_vec(), "gzip", true, &Options::default()).as_deref(), Ok(TEXT));
    }

    #[test]
    fn bodies_have_limits() {
        assert_eq!(run(&zlib(&vec![0; 20 << 20]), "deflate"), Err("limit.ratio"));
        let options = Options { max_bytes: 10, ..Options::default() };
        assert_eq!(decode(zlib(TEXT), "deflate", false, &options).map_err(|(rule, _)| rule), Err("limit.size"));
        let long: Vec<u8> = (0..200_000_u32).flat_map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()).collect();
        let compressed = zlib(&long);
        assert_eq!(run(&compressed[..compressed.len() / 2], "deflate"), Err("decompress"));
    }
}
