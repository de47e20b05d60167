use std::io::{self, BufRead, Read, Write};

use proptest::prelude::*;

use super::*;

/// A reader that gives as much at a time as it is told to.
struct Pieces<'a> {
    bytes: &'a [u8],
    sizes: std::iter::Cycle<std::iter::Copied<std::slice::Iter<'a, usize>>>,
}

impl<'a> Pieces<'a> {
    fn new(bytes: &'a [u8], sizes: &'a [usize]) -> Self {
        Self { bytes, sizes: sizes.iter().copied().cycle() }
    }
}

impl Read for Pieces<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let len = self.sizes.next().unwrap_or(1).clamp(1, out.len().max(1)).min(self.bytes.len()).min(out.len());
        let (now, later) = self.bytes.split_at(len);
        out[..len].copy_from_slice(now);
        self.bytes = later;
        Ok(len)
    }
}

const ALL: [Codec; 4] = [Codec::Gzip, Codec::Zstd, Codec::Bzip2, Codec::Xz];

fn pack(codec: Codec, bytes: &[u8]) -> Vec<u8> {
    match codec {
        Codec::Gzip => {
            let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
            writer.write_all(bytes).unwrap();
            writer.finish().unwrap()
        }
        Codec::Zstd => {
            let mut writer = zstd::stream::write::Encoder::new(Vec::new(), 3).unwrap();
            // Without it, wrong bytes can come out as sound ones.
            writer.include_checksum(true).unwrap();
            writer.write_all(bytes).unwrap();
            writer.finish().unwrap()
        }
        Codec::Bzip2 => {
            let mut writer = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
            writer.write_all(bytes).unwrap();
            writer.finish().unwrap()
        }
        Codec::Xz => {
            let options = lzma_rust2::XzOptions::with_preset(1);
            let mut writer = lzma_rust2::XzWriter::new(Vec::new(), options).unwrap();
            writer.write_all(bytes).unwrap();
            writer.finish().unwrap()
        }
        Codec::Lzma => lzma(bytes, 1 << 20, None),
    }
}

fn lzma(bytes: &[u8], dictionary: u32, size: Option<u64>) -> Vec<u8> {
    let mut options = lzma_rust2::LzmaOptions::with_preset(1);
    options.dict_size = dictionary;
    let mut writer = lzma_rust2::LzmaWriter::new_use_header(Vec::new(), &options, size).unwrap();
    writer.write_all(bytes).unwrap();
    writer.finish().unwrap()
}

/// Text that does not shrink to nothing.
fn text(lines: u32) -> Vec<u8> {
    (0..lines).flat_map(|i| format!("line {} of the log; ", i.wrapping_mul(2_654_435_761)).into_bytes()).collect()
}

/// What comes out, and the kind of the first fault.
fn read(bytes: &[u8], limits: Limits) -> (Vec<u8>, Option<FaultKind>) {
    let mut out = Vec::new();
    let mut stream = Stream::open(bytes, limits).unwrap();
    let fault = stream.read_to_end(&mut out).err().map(|error| Fault::of(&error).expect("a fault").kind);
    (out, fault)
}

/// All that can be had, members behind faulty ones included, and the kinds of the faults.
fn salvage(bytes: &[u8]) -> (Vec<u8>, Vec<FaultKind>) {
    let mut stream = Stream::open(bytes, Limits::default()).unwrap();
    let (mut out, mut faults) = (Vec::new(), Vec::new());
    while let Err(error) = stream.read_to_end(&mut out) {
        faults.push(Fault::of(&error).expect("a fault").kind);
        if !stream.resync().unwrap() {
            break;
        }
    }
    (out, faults)
}

#[test]
fn opens_what_is_sound() {
    let text = text(10_000);
    assert_eq!(read(&text, Limits::default()), (text.clone(), None));
    assert_eq!(read(b"", Limits::default()), (Vec::new(), None));
    for codec in ALL {
        let parts = [pack(codec, &text[..100]), pack(codec, b""), pack(codec, &text[100..])].concat();
        assert_eq!(Stream::open(&parts[..], Limits::default()).unwrap().codec(), Some(codec));
        assert!(read(&parts, Limits::default()) == (text.clone(), None), "{codec}");
        let padded = [parts, vec![0; 512]].concat();
        assert!(read(&padded, Limits::default()) == (text.clone(), None), "{codec} with padding");
    }
    let skipped = [0x50, 0x2A, 0x4D, 0x18, 4, 0, 0, 0, 1, 2, 3, 4];
    let frames = [pack(Codec::Zstd, &text[..100]), skipped.into(), pack(Codec::Zstd, &text[100..])].concat();
    assert!(read(&frames, Limits::default()) == (text, None));
}

#[test]
fn says_what_is_wrong_with_the_rest() {
    let text = text(10_000);
    for codec in ALL {
        let compressed = pack(codec, &text);
        let (out, fault) = read(&compressed[..compressed.len() - 20], Limits::default());
        assert!(text.starts_with(&out) && fault == Some(FaultKind::Cut), "{codec}: {fault:?}");
        let mut damaged = compressed.clone();
        let middle = damaged.len() / 2;
        damaged[middle..middle + 40].fill(0x55);
        let fault = read(&damaged, Limits::default()).1;
        assert!(matches!(fault, Some(FaultKind::Damaged | FaultKind::Cut)), "{codec}: {fault:?}");
        let trailing = [compressed, b"something else".to_vec()].concat();
        assert!(read(&trailing, Limits::default()) == (text.clone(), Some(FaultKind::Trailing)), "{codec}");
    }
}

#[test]
fn goes_on_behind_a_faulty_member() {
    let (one, two, three) = (text(3_000), text(12_000), text(5_000));
    for codec in ALL {
        for cut in [5, 30, 9_000] {
            let middle = &pack(codec, &two)[..cut];
            let stored = [pack(codec, &one), middle.into(), vec![0xFF; 50], pack(codec, &three)].concat();
            let (out, faults) = salvage(&stored);
            assert!(out.starts_with(&one) && out.ends_with(&three), "{codec} cut at {cut}: {faults:?}");
            assert!(!faults.is_empty());
        }
        // A fault says which member it is of, and where that begins.
        let one_compressed = pack(codec, &one);
        let stored = [one_compressed.clone(), pack(codec, &two)[..1000].to_vec()].concat();
        let mut stream = Stream::open(&stored[..], Limits::default()).unwrap();
        let error = stream.read_to_end(&mut Vec::new()).unwrap_err();
        let fault = Fault::of(&error).unwrap();
        assert_eq!((fault.kind, fault.member, fault.offset), (FaultKind::Cut, 2, one_compressed.len() as u64));
        assert!(!stream.resync().unwrap());
    }
}

#[test]
fn limits_hold() {
    let zeros = vec![0; (Limits::RATIO_FROM + (8 << 20)) as usize];
    for codec in ALL {
        let compressed = pack(codec, &zeros);
        let (out, fault) = read(&compressed, Limits::default());
        assert!(fault == Some(FaultKind::Ratio) && out.len() < zeros.len(), "{codec}: {fault:?}");
        let few = Limits { max_bytes: 1 << 20, ..Limits::default() };
        let (out, fault) = read(&compressed, few);
        assert!(fault == Some(FaultKind::Size) && out.len() <= 1 << 20, "{codec}: {fault:?}");
        // A limit ends the stream; there is nothing to go on with.
        let mut stream = Stream::open(&compressed[..], few).unwrap();
        assert!(stream.read_to_end(&mut Vec::new()).is_err() && !stream.resync().unwrap());
        assert_eq!(stream.fill_buf().unwrap(), b"");
    }
    let window = [0x28, 0xB5, 0x2F, 0xFD, 0, (31 - 10) << 3, 1, 0, 0];
    assert_eq!(read(&window, Limits::default()).1, Some(FaultKind::Window));
    let mut options = lzma_rust2::XzOptions::with_preset(1);
    options.lzma_options.dict_size = 8 << 20;
    let mut writer = lzma_rust2::XzWriter::new(Vec::new(), options).unwrap();
    writer.write_all(b"text").unwrap();
    let compressed = writer.finish().unwrap();
    assert_eq!(read(&compressed, Limits::default()), (b"text".to_vec(), None));
    assert_eq!(read(&compressed, Limits { max_window_log: 20, ..Limits::default() }).1, Some(FaultKind::Window));
}

#[test]
fn lzma_without_a_frame_is_one_stream() {
    let text = text(10_000);
    for size in [None, Some(text.len() as u64)] {
        let compressed = lzma(&text, 1 << 20, size);
        assert_eq!(Codec::of(&compressed), Some(Codec::Lzma));
        assert!(read(&compressed, Limits::default()) == (text.clone(), None), "{size:?}");
        assert!(
            read(&[compressed.clone(), vec![0; 512]].concat(), Limits::default()) == (text.clone(), None),
            "{size:?}"
        );
        let behind = read(&[&compressed[..], b"more"].concat(), Limits::default());
        assert!(behind == (text.clone(), Some(FaultKind::Trailing)), "{size:?}: {:?}", behind.1);
        let (out, fault) = read(&compressed[..compressed.len() / 2], Limits::default());
        assert!(text.starts_with(&out) && fault == Some(FaultKind::Cut), "{size:?}: {fault:?}");
        let few = Limits { max_bytes: 1 << 16, ..Limits::default() };
        assert_eq!(read(&compressed, few).1, Some(FaultKind::Size));
        let mut pieces = Vec::new();
        let mut stream = Stream::open(Pieces::new(&compressed, &[1]), Limits::default()).unwrap();
        stream.read_to_end(&mut pieces).unwrap();
        assert!(pieces == text, "{size:?}: byte by byte");
    }
    let window = lzma(b"text", 256 << 20, None);
    assert_eq!(read(&window, Limits::default()).1, Some(FaultKind::Window));
    for text in [
        &b"] 0"[..],
        b"]",
        &[0x5D, 0, 0, 1, 0, 5, 0, 0, 0, 0, 0, 0, 0, 7],
        &[0x5D, 0, 0, 5, 0, 5, 0, 0, 0, 0, 0, 0, 0, 0],
    ] {
        assert_eq!(Codec::of(text), None);
    }
}

#[test]
fn a_reader_that_fails_is_no_fault_of_the_data() {
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("the disk is gone"))
        }
    }
    for codec in ALL {
        let compressed = pack(codec, &text(10_000));
        let mut stream = Stream::open(compressed[..500].chain(Broken), Limits::default()).unwrap();
        let error = stream.read_to_end(&mut Vec::new()).unwrap_err();
        assert!(Fault::of(&error).is_none() && error.to_string().contains("the disk is gone"), "{codec}: {error}");
    }
}

#[test]
fn names_count_only_as_promises() {
    assert!(names_codec("a.jsonl.GZ") && names_codec("a.xz") && !names_codec("a.html") && !names_codec(""));
    assert_eq!(Codec::of(b"BZh is a word"), None);
    assert_eq!(Codec::of(b"\x1f"), None);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn any_split_gives_the_same(
        lines in 0_u32..4_000,
        at in 0_usize..20_000,
        sizes in proptest::collection::vec(1_usize..5_000, 1..6),
        which in 0_usize..4,
    ) {
        let text = text(lines);
        let at = at.min(text.len());
        let compressed = [pack(ALL[which], &text[..at]), pack(ALL[which], &text[at..])].concat();
        let mut out = Vec::new();
        Stream::open(Pieces::new(&compressed, &sizes), Limits::default()).unwrap().read_to_end(&mut out).unwrap();
        prop_assert!(out == text);
    }

    #[test]
    fn a_cut_or_a_wrong_byte_loses_no_sound_member_and_ends(
        cut in 0.0..1.0_f64,
        wrong in proptest::option::of((0.0..1.0_f64, any::<u8>())),
        which in 0_usize..4,
    ) {
        let text = text(600);
        let member = pack(ALL[which], &text);
        let sound = [member.clone(), member.clone()].concat();
        let mut third = member;
        if let Some((at, byte)) = wrong {
            let at = (third.len() as f64 * at) as usize;
            third[at] = byte;
        }
        third.truncate((third.len() as f64 * cut) as usize);
        let (out, _) = salvage(&[sound.clone(), third, sound].concat());
        prop_assert!(out.starts_with(&text.repeat(2)));
        prop_assert!(out.ends_with(&text), "the last member is found again");
    }

    #[test]
    fn noise_ends(bytes in proptest::collection::vec(any::<u8>(), 0..300), which in 0_usize..4) {
        let compressed = pack(ALL[which], b"some text");
        let _ = salvage(&bytes);
        let _ = salvage(&[&compressed[..10], &bytes].concat());
        let _ = salvage(&[&compressed[..], &bytes, &compressed].concat());
    }
}

#[test]
fn members_that_hold_nothing_are_passed_over() {
    let read = |bytes: &[u8]| {
        let mut out = Vec::new();
        let mut stream = Stream::open(bytes, Limits::default()).expect("it can be read");
        std::io::Read::read_to_end(&mut stream, &mut out).map(|_| out)
    };
    let skipped = [0x50, 0x2A, 0x4D, 0x18, 2, 0, 0, 0, 1, 2];
    let text = zstd::encode_all(&b"text"[..], 1).expect("memory");
    let empty = zstd::encode_all(&b""[..], 1).expect("memory");
    let file = [skipped.repeat(1000), empty.repeat(1000), text.clone(), skipped.to_vec(), text].concat();
    assert_eq!(read(&file).expect("sound"), b"texttext");
    assert_eq!(read(&skipped).expect("sound"), b"");
    let bzip2 = |bytes: &[u8]| {
        let mut writer = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
        std::io::Write::write_all(&mut writer, bytes).expect("memory");
        writer.finish().expect("memory")
    };
    let file = [bzip2(b"").repeat(1000), bzip2(b"text"), bzip2(b"")].concat();
    assert_eq!(read(&file).expect("sound"), b"text");
}

#[test]
fn a_dictionary_in_front_is_used() {
    // As a .warc.zst has it: the dictionary in a frame that decoders skip, and records that need it.
    let dictionary = b"The council has said on Monday that the new ferry terminal will open in spring. ".repeat(20);
    let mut compressor = zstd::bulk::Compressor::with_dictionary(3, &dictionary).expect("memory");
    let record = b"The council has said on Monday that the new ferry terminal will open in autumn.";
    let frame = compressor.compress(record).expect("memory");
    let packed = zstd::encode_all(&dictionary[..], 3).expect("memory");
    for stored in [dictionary.clone(), packed] {
        let head = [&[0x5D, 0x2A, 0x4D, 0x18][..], &(stored.len() as u32).to_le_bytes(), &stored].concat();
        let file = [head, frame.clone(), frame.clone()].concat();
        let mut out = Vec::new();
        let mut stream = Stream::open(&file[..], Limits::default()).expect("it can be read");
        std::io::Read::read_to_end(&mut stream, &mut out).expect("sound");
        assert_eq!(out, record.repeat(2));
    }
}
