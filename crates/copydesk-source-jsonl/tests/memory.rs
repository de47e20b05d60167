//! A file of hundreds of megabytes takes no more memory than one of its lines. Counted, not timed.

use std::{fs, io::Read};

use copydesk_source_jsonl::{Options, records};
use copydesk_stage::SourceItem;
use copydesk_unpack::Stream;

/// Lines upon lines, made as they are read: small documents, and now and then a line that is far too long.
struct Generator {
    line: Vec<u8>,
    at: usize,
    number: u64,
    last: u64,
}

const LONG_LINE: usize = 48 << 20;

impl Generator {
    fn is_long(number: u64) -> bool {
        number % 1000 == 500
    }
}

impl Read for Generator {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        if self.at == self.line.len() {
            if self.number == self.last {
                return Ok(0);
            }
            self.number += 1;
            self.at = 0;
            self.line.clear();
            let len = if Self::is_long(self.number) { LONG_LINE } else { 8 << 10 };
            self.line.extend_from_slice(format!("{{\"id\":{},\"text\":\"", self.number).as_bytes());
            self.line.resize(len, b'x');
            self.line.extend_from_slice(b"\"}\n");
        }
        let len = out.len().min(self.line.len() - self.at);
        out[..len].copy_from_slice(&self.line[self.at..self.at + len]);
        self.at += len;
        Ok(len)
    }
}

/// The most memory that this process has had, in bytes, where the system tells.
fn peak() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok().map(|kb| kb << 10)
}

#[test]
fn a_large_file_takes_the_memory_of_a_line() {
    let Some(before) = peak() else {
        eprintln!("skipped: this system does not tell how much memory a process has had");
        return;
    };
    let lines = 5_000;
    let generator = Generator { line: Vec::with_capacity(LONG_LINE + 64), at: 0, number: 0, last: lines };
    let options = Options { max_line: 1 << 20, ..Options::default() };
    let stream = Stream::open(generator, options.limits()).expect("it can be read");
    let (mut documents, mut bad, mut bytes) = (0, 0, 0);
    for item in records("f".into(), stream, &options) {
        match item {
            SourceItem::Input(input) => {
                documents += 1;
                bytes += input.bytes.len();
            }
            SourceItem::Bad { rule, .. } => {
                assert_eq!(rule, "limit.line");
                bad += 1;
            }
            SourceItem::Skipped { uri, .. } => panic!("{uri}"),
        }
    }
    assert_eq!((documents, bad), (4_995, 5));
    assert!(bytes > 30 << 20);
    let grown = peak().unwrap_or(before) - before;
    // The generator's own line, and a little for the reader.
    assert!(grown < LONG_LINE as u64 + (16 << 20), "{grown} bytes for 280 MB of input");
}
