//! What the source makes of archives, sound and otherwise.

use std::{fs, io::Write};

use copydesk_source_warc::{Options, looks_like, records};
use copydesk_stage::{Catalog, SourceItem};
use copydesk_unpack::Stream;
use proptest::prelude::*;
use serde_json::json;

const BODY: &str = "<p>The ferry sails at night from June.</p>";

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    writer.write_all(bytes).expect("memory");
    writer.finish().expect("memory")
}

/// A record with these lines in its header.
fn record(lines: &str, block: &[u8]) -> Vec<u8> {
    let head = format!("WARC/1.0\r\n{lines}Content-Length: {}\r\n\r\n", block.len());
    [head.as_bytes(), block, b"\r\n\r\n"].concat()
}

fn http(headers: &str, body: &[u8]) -> Vec<u8> {
    [b"HTTP/1.1 200 OK\r\n", headers.as_bytes(), b"\r\n", body].concat()
}

const RESPONSE: &str = "WARC-Type: response\r\nWARC-Target-URI: https://example.org/a\r\n\
    WARC-Date: 2024-02-28T10:00:00Z\r\nContent-Type: application/http; msgtype=response\r\n";

/// A good record whose body holds `name`.
fn good(name: &str) -> Vec<u8> {
    let body = format!("<p>{name}</p>");
    record(RESPONSE, &http("Content-Type: text/html; charset=EUC-KR\r\n", body.as_bytes()))
}

fn items(bytes: &[u8], options: &Options) -> Vec<SourceItem> {
    let stream = Stream::open(bytes, options.limits()).expect("it can be read");
    records("f".into(), stream, options).collect()
}

/// A document as `number: body`, what is wrong as `number (rule)`.
fn shown(item: SourceItem) -> String {
    match item {
        SourceItem::Input(input) => {
            format!("{}: {}", input.uri.trim_start_matches("f#record-"), String::from_utf8_lossy(&input.bytes))
        }
        SourceItem::Bad { uri, rule, .. } => format!("{} ({rule})", uri.trim_start_matches("f#record-")),
        SourceItem::Skipped { uri, reason } => format!("{} [{reason}]", uri.trim_start_matches("f#record-")),
    }
}

fn read(bytes: &[u8]) -> Vec<String> {
    items(bytes, &Options::default()).into_iter().map(shown).collect()
}

#[test]
fn a_response_is_a_document_with_what_its_headers_say() {
    let file = [record("WARC-Type: warcinfo\r\n", b"software: x"), good("a")].concat();
    let Some(SourceItem::Input(input)) = items(&file, &Options::default()).pop() else { panic!("a document") };
    assert_eq!((input.uri.as_str(), &input.bytes[..]), ("f#record-2", &b"<p>a</p>"[..]));
    assert_eq!(input.content_type.as_deref(), Some("text/html; charset=EUC-KR"));
    assert_eq!(input.url.as_deref(), Some("https://example.org/a"));
    assert_eq!(input.fetched, copydesk_date::machine("2024-02-28T10:00:00Z"));
    assert_eq!(input.fields["http_status"], json!(200));
    assert_eq!(input.fields["warc_type"], json!("response"));
}

#[test]
fn compressed_as_a_whole_or_record_by_record() {
    let expected = ["1: <p>a</p>", "2: <p>b</p>"];
    assert_eq!(read(&[good("a"), good("b")].concat()), expected);
    assert_eq!(read(&gzip(&[good("a"), good("b")].concat())), expected);
    assert_eq!(read(&[gzip(&good("a")), gzip(&good("b"))].concat()), expected);
    assert_eq!(read(b""), Vec::<String>::new());
}

#[test]
fn what_is_meant_to_be_no_document_is_passed_over() {
    let with = |status: &str, kind: &str| {
        let http = format!("HTTP/1.1 {status}\r\nContent-Type: {kind}\r\n\r\n{BODY}");
        record(RESPONSE, http.as_bytes())
    };
    let file = [
        record("WARC-Type: request\r\n", b"GET / HTTP/1.1\r\n\r\n"),
        record("WARC-Type: revisit\r\n", b""),
        with("404 Not Found", "text/html"),
        with("301 Moved", "text/html"),
        with("200 OK", "text/css"),
        with("200 OK", "image/png"),
        record("WARC-Type: resource\r\nContent-Type: text/html\r\n", b"resource"),
        record("WARC-Type: conversion\r\nContent-Type: text/plain\r\n", b"conversion"),
        record(RESPONSE, b"<p>no HTTP header"),
        with("200 OK", ""),
    ];
    let expected = [
        "1 [type request]",
        "2 [type revisit]",
        "3 [HTTP status 404]",
        "4 [HTTP status 301]",
        "5 [media type text/css]",
        "6 [media type image/png]",
        "7: resource",
        "8: conversion",
        "9: <p>no HTTP header",
        &format!("10: {BODY}"),
    ];
    assert_eq!(read(&file.concat()), expected);
    let all = Options { errors: true, types: vec!["text/*".into()], ..Options::default() };
    let documents = items(&file.concat(), &all).into_iter().filter(|item| matches!(item, SourceItem::Input(_)));
    assert_eq!(documents.count(), 7);
}

#[test]
fn a_page_comes_once() {
    let named = |id: &str, kind: &str, more: &str| format!("WARC-Type: {kind}\r\nWARC-Record-ID: <urn:{id}>\r\n{more}");
    let page = "WARC-Target-URI: https://example.org/a\r\nContent-Type: application/http\r\n";
    let file = [
        record(&named("1", "response", page), &http("Content-Type: text/html\r\n", b"page")),
        record(&named("2", "conversion", "WARC-Refers-To: <urn:1>\r\nContent-Type: text/plain\r\n"), b"its text"),
        record(&named("3", "resource", "WARC-Target-URI: urn:text:https://example.org/a\r\n"), b"its text"),
        record(&named("4", "conversion", "WARC-Refers-To: <urn:9>\r\nContent-Type: text/plain\r\n"), b"another"),
        record(&named("5", "resource", "WARC-Target-URI: https://example.org/b\r\n"), b"another"),
    ];
    let expected = [
        "1: page",
        "2 [a conversion of a page that is read]",
        "3 [a resource of a page that is read]",
        "4: another",
        "5: another",
    ];
    assert_eq!(read(&file.concat()), expected);
}

#[test]
fn a_page_comes_once_though_its_resource_or_text_stands_first() {
    let named = |id: &str, kind: &str, more: &str| {
        format!(
            "WARC-Type: {kind}\r\nWARC-Record-ID: <urn:{id}>\r\nWARC-Target-URI: https://example.org/pier\r\n{more}"
        )
    };
    let response = |id: &str, page: &[u8]| {
        record(&named(id, "response", "Content-Type: application/http\r\n"), &http("Content-Type: text/html\r\n", page))
    };
    // What names no response is given beside one, whatever it holds: archives have other pages at an address, too.
    let file = [record(&named("1", "resource", "Content-Type: text/html\r\n"), b"page"), response("2", b"page")];
    assert_eq!(read(&file.concat()), ["1: page", "2: page"]);
    let file = [
        record("WARC-Type: conversion\r\nWARC-Record-ID: <urn:4>\r\nWARC-Refers-To: <urn:5>\r\n", b"text"),
        response("5", b"<p>text</p>"),
    ];
    assert_eq!(read(&file.concat()), ["1: text", "2 [a response of a page that is read]"]);
}

#[test]
fn a_record_is_found_again_where_it_says() {
    let records = [good("a"), good("b"), good("c")];
    let cut = |file: &[u8], compressed: bool| -> Vec<Vec<u8>> {
        let extents = items(file, &Options::default()).into_iter().map(|item| {
            let SourceItem::Input(input) = item else { panic!("{item:?}") };
            input.extent.expect("known")
        });
        extents
            .map(|extent| file[extent.offset as usize..][..extent.length as usize].to_vec())
            .map(|part| if compressed { gunzip(&part) } else { part })
            .collect()
    };
    assert_eq!(cut(&records.concat(), false), records);
    assert_eq!(cut(&records.iter().flat_map(|record| gzip(record)).collect::<Vec<u8>>(), true), records);
}

fn gunzip(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(bytes), &mut out).expect("one sound member");
    out
}

#[test]
fn arc_is_read_as_well() {
    let record = |url: &str, kind: &str, block: &[u8]| {
        let head = format!("{url} 192.0.2.1 20080312101530 {kind} {}\n", block.len());
        [head.as_bytes(), block, b"\n"].concat()
    };
    let page = |text: &str| http("Content-Type: text/html; charset=EUC-KR\r\n", text.as_bytes());
    let first =
        record("filedesc://a.arc", "text/plain", b"1 0 x\nURL IP-address Archive-date Content-type Archive-length\n");
    let dns = record("dns:example.org", "text/dns", b"20080312101530\nexample.org. 1 IN A 192.0.2.1");
    let (a, b) = (
        record("http://example.org/a", "text/html", &page("a")),
        record("http://example.org/b", "text/html", &page("b")),
    );
    let expected = ["1 [type filedesc]", "2 [type dns]", "3: a", "4: b"];
    assert_eq!(read(&[&first[..], &dns, &a, &b].concat()), expected);
    assert_eq!(read(&[gzip(&first), gzip(&dns), gzip(&a), gzip(&b)].concat()), expected);
    let Some(SourceItem::Input(input)) = items(&[&first[..], &a].concat(), &Options::default()).pop() else { panic!() };
    assert_eq!((input.url.as_deref(), input.status), (Some("http://example.org/a"), Some(200)));
    assert_eq!(input.fetched, copydesk_date::machine("2008-03-12T10:15:30Z"));
    assert_eq!(input.content_type.as_deref(), Some("text/html; charset=EUC-KR"));
    // A length that is wrong, a line that is none, an end that is missing.
    let short = String::from_utf8(a.clone()).expect("text").replacen(&format!(" {}\n", page("a").len()), " 20\n", 1);
    let found = read(&[&first[..], short.as_bytes(), &b].concat());
    assert_eq!(found, ["1 [type filedesc]", "2 (arc.length)", "3: b"]);
    assert_eq!(read(&[&first[..], &a[..a.len() - 9]].concat()), ["1 [type filedesc]", "2 (arc.truncated)"]);
}

#[test]
fn codings_of_the_transfer_are_undone() {
    let chunked = format!("{:x}\r\n{BODY}\r\n0\r\n\r\n", BODY.len());
    for (headers, body) in [
        ("Transfer-Encoding: chunked\r\n", chunked.as_bytes()),
        ("Transfer-Encoding: chunked\r\n", BODY.as_bytes()),
        ("Content-Encoding: br\r\n", BODY.as_bytes()),
        ("Content-Encoding: deflate\r\n", BODY.as_bytes()),
    ] {
        assert_eq!(read(&record(RESPONSE, &http(headers, body))), [format!("1: {BODY}")], "{headers}");
    }
}

#[test]
fn a_page_of_which_only_the_beginning_is_there_says_so() {
    let said = |lines: &str, headers: &str, body: &str| {
        let file = record(&format!("{RESPONSE}{lines}"), &http(headers, body.as_bytes()));
        let Some(SourceItem::Input(input)) = items(&file, &Options::default()).pop() else { panic!("a document") };
        let notes: Vec<_> = input.notes.iter().map(|note| format!("{}: {}", note.code, note.message)).collect();
        (String::from_utf8_lossy(&input.bytes).into_owned(), notes.join("; "))
    };
    let chunked = "Transfer-Encoding: chunked\r\n";
    for (lines, headers, body, text, says) in [
        ("WARC-Truncated: length\r\n", "", "<p>The tide", "<p>The tide", "truncated: the archive holds the beginning"),
        ("WARC-Truncated: length\r\n", chunked, "ff\r\n<p>The tide", "<p>The tide", "(WARC-Truncated: length)"),
        ("", chunked, "4\r\n<p>T\r\nff\r\nhe tide", "<p>The tide", "the last chunks of the body are missing"),
        ("", chunked, "4\r\n<p>T\r\n0\r\n\r\n", "<p>T", ""),
        ("", "Content-Length: 40\r\n", "<p>The tide", "<p>The tide", "should have 40 bytes, and 29 are missing"),
        ("", "Content-Length: 12\r\n", "<p>The\ntide", "<p>The\ntide", ""),
        ("", "Content-Length: 14\r\n", "<p>The\r\ntide", "<p>The\r\ntide", "should have 14 bytes, and 2 are missing"),
        ("", "Content-Length: 13\r\n", "<p>The\r\ntide", "<p>The\r\ntide", "should have 13 bytes, and 1 are missing"),
        ("", "Content-Length: 9\r\nContent-Encoding: gzip\r\n", "<p>x", "<p>x", ""),
        ("", "Content-Length: 3\r\n", "<p>The tide", "<p>The tide", ""),
    ] {
        let (found, notes) = said(lines, headers, body);
        assert_eq!(found, text, "{headers}{body}");
        assert!(if says.is_empty() { notes.is_empty() } else { notes.contains(says) }, "{headers}{body}: {notes}");
    }
}

#[test]
fn of_a_compressed_page_that_is_cut_off_the_beginning_is_read() {
    let page = (0..2000).map(|n| format!("<p>Ferry {n} sails.</p>")).collect::<Vec<_>>().concat();
    let whole = gzip(page.as_bytes());
    let file = record(
        &format!("{RESPONSE}WARC-Truncated: length\r\n"),
        &http("Content-Encoding: gzip\r\n", &whole[..whole.len() / 2]),
    );
    let Some(SourceItem::Input(input)) = items(&file, &Options::default()).pop() else { panic!("a document") };
    assert!(input.bytes.len() > 1000 && page.as_bytes().starts_with(&input.bytes));
    assert_eq!(input.notes.iter().map(|note| &*note.code).collect::<Vec<_>>(), ["truncated"]);
}

#[test]
fn a_record_that_is_wrong_costs_only_itself() {
    let wrong = |lines: &str| [lines.as_bytes(), b"\r\n", &http("", BODY.as_bytes()), b"\r\n\r\n"].concat();
    let response = format!("WARC/1.0\r\n{RESPONSE}");
    for (middle, rule) in [
        (wrong(&response), "warc.length"),
        (wrong(&format!("{response}Content-Length: -5\r\n")), "warc.length"),
        (wrong(&format!("{response}Content-Length: 10\r\n")), "warc.length"),
        // It runs over the next record.
        (wrong(&format!("{response}Content-Length: 90\r\n")), "warc.length"),
        (wrong(&format!("{response}Content-Length: 100000\r\n")), "warc.truncated"),
        (record("", BODY.as_bytes()), "warc.header"),
        (record(&format!("X: {}\r\n{RESPONSE}", "x".repeat(70_000)), BODY.as_bytes()), "limit.header"),
        (good("x")[..31].to_vec(), "warc.truncated"),
        (b"WARC/9.9\r\nWARC-Type: response\r\nContent-Length: 1\r\n\r\nx\r\n\r\n".to_vec(), "warc.version"),
        (record("WARC-Type: response\r\nWARC-Segment-Number: 1\r\n", BODY.as_bytes()), "warc.segmented"),
        (b"what no record begins with\r\n".to_vec(), "warc.length"),
    ] {
        let found = read(&[good("a"), middle.clone(), good("b")].concat());
        if middle.starts_with(b"what") {
            // The first cannot be told from one whose length is wrong.
            assert_eq!(found, ["1 (warc.length)", "2: <p>b</p>"]);
            continue;
        }
        assert_eq!(found[..2], ["1: <p>a</p>".to_owned(), format!("2 ({rule})")]);
        assert!(found.len() == 3 && found[2].ends_with("<p>b</p>"), "{rule}: {found:?}");
    }
    assert_eq!(read(b"<html>no archive</html>"), ["1 (warc.magic)"]);
}

#[test]
fn a_record_that_is_cut_off_is_never_whole() {
    let file = [good("a"), good("b")].concat();
    assert_eq!(read(&file[..file.len() - 10]), ["1: <p>a</p>", "2 (warc.truncated)"]);
    assert_eq!(read(&file[..file.len() - 4]), ["1: <p>a</p>", "2: <p>b</p>"]);
    assert_eq!(read(&file[..good("a").len() + 30]), ["1: <p>a</p>", "2 (warc.truncated)"]);
    let compressed = [gzip(&good("a")), gzip(&good("b"))].concat();
    // Also where only the checksum is missing.
    for cut in [2, 40] {
        assert_eq!(read(&compressed[..compressed.len() - cut]), ["1: <p>a</p>", "2 (decompress)"]);
    }
}

#[test]
fn behind_a_damaged_member_comes_the_next() {
    let second = gzip(&good("b"));
    let mut checksum = second.clone();
    let at = checksum.len() - 6;
    checksum[at] ^= 1;
    let torn = [&second[..second.len() / 2], &[0xFF; 50]].concat();
    for middle in [checksum, torn] {
        let file = [gzip(&good("a")), middle, gzip(&good("c"))].concat();
        let found = read(&file);
        assert_eq!(found.first().map(String::as_str), Some("1: <p>a</p>"));
        assert!(found.last().expect("some").ends_with(": <p>c</p>"), "{found:?}");
        assert!(found.iter().any(|item| item.ends_with("(decompress)")) && found.len() == 3, "{found:?}");
    }
}

#[test]
fn limits_hold() {
    let file = [good(&"x".repeat(1000)), good("b")].concat();
    let small = Options { max_bytes: 500, ..Options::default() };
    let found: Vec<String> = items(&file, &small).into_iter().map(shown).collect();
    assert_eq!(found, ["1 (limit.size)", "2: <p>b</p>"]);
    let header = Options { max_header: 20, ..Options::default() };
    let found: Vec<String> = items(&file, &header).into_iter().map(shown).collect();
    assert_eq!(found, ["1 (limit.header)", "2 (limit.header)"]);
    let size = Options { max_unpacked: 300, ..Options::default() };
    let found: Vec<String> = items(&gzip(&file), &size).into_iter().map(shown).collect();
    assert_eq!(found, ["1 (limit.size)"]);
    let bomb = gzip(&[good("a"), vec![0; 24 << 20]].concat());
    let found = read(&bomb);
    assert_eq!(found.last().map(String::as_str), Some("2 (limit.ratio)"), "{found:?}");
}

#[test]
fn many_records_that_claim_the_rest_of_the_file_take_linear_time() {
    let claim = format!("WARC/1.0\r\n{RESPONSE}Content-Length: 30000000\r\n\r\nx\r\n\r\n");
    let file = [claim.repeat(20_000).into_bytes(), good("b")].concat();
    let found = read(&file);
    assert!(found.len() > 10 && found.iter().all(|item| item.ends_with("(warc.truncated)") || item.contains("<p>b")));
}

#[test]
fn line_feeds_alone_will_do() {
    let bare = |records: &[Vec<u8>]| {
        let text = String::from_utf8(records.concat()).expect("UTF-8").replace("\r\n", "\n");
        read(text.as_bytes()).iter().map(|item| item.trim_end().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(bare(&[good("a")]), ["1: <p>a</p>"]);
    assert!(bare(&[good("a"), good("b")]).iter().any(|item| item.ends_with("<p>b</p>")));
}

#[test]
fn files_come_from_folders() {
    let dir = tempfile::tempdir().expect("a folder");
    fs::write(dir.path().join("a.warc.gz"), gzip(&good("a"))).expect("a file");
    fs::write(dir.path().join("b.warc.gz"), "").expect("a file");
    let torn = [gzip(&good("b"))[..100].to_vec(), vec![0xFF; 50], gzip(&good("c"))].concat();
    fs::write(dir.path().join("c.warc.gz"), [gzip(&good("a")), torn.clone()].concat()).expect("a file");
    fs::write(dir.path().join("d.warc.gz"), torn).expect("a file");
    let catalog = Catalog::default().with(copydesk_source_warc::register);
    let warc = catalog.find_source("warc").expect("registered");
    let source = warc.build(&json!({ "paths": [dir.path()] })).expect("valid");
    let found: Vec<String> = source.open().expect("it opens").map(|item| shown(item.expect("it goes on"))).collect();
    assert!(found[0].ends_with("a.warc.gz#record-1: <p>a</p>") && found[1].ends_with("b.warc.gz (decompress)"));
    let behind = |name| found.iter().any(|item| item.contains(name) && item.ends_with(": <p>c</p>"));
    assert!(behind("c.warc.gz") && behind("d.warc.gz"), "{found:?}");
    assert_eq!(warc.build(&json!({ "paths": ["a"], "max_header": 0 })).expect_err("refused").path, "max_header");
}

#[test]
fn it_is_known_by_its_beginning() {
    assert!(looks_like(b"WARC/1.0\r\n") && looks_like(b"\r\nWARC/0.17\n"));
    assert!(!looks_like(b"WARC/ is a format") && !looks_like(b""));
}

/// Gives a few bytes at a time.
struct Pieces<'a>(&'a [u8], usize);

impl std::io::Read for Pieces<'_> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let len = self.1.min(self.0.len()).min(out.len());
        out[..len].copy_from_slice(&self.0[..len]);
        self.0 = &self.0[len..];
        Ok(len)
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn any_split_gives_the_same(piece in 1_usize..50, wrong in 0_usize..600, byte in any::<u8>()) {
        let mut file = [good("a"), good("b"), good("c")].concat();
        let at = wrong % file.len();
        file[at] = byte;
        let whole = read(&file);
        let options = Options::default();
        for bytes in [file.clone(), gzip(&file)] {
            let stream = Stream::open(Pieces(&bytes, piece), options.limits()).expect("it can be read");
            let pieces: Vec<String> = records("f".into(), stream, &options).map(shown).collect();
            prop_assert_eq!(&pieces, &whole);
        }
    }

    #[test]
    fn a_cut_anywhere_loses_no_whole_record_and_gives_none_that_is_not(cut in 0.0..1.0_f64, compressed in any::<bool>()) {
        let names = ["a", "b", "c", "d"];
        let parts: Vec<Vec<u8>> = names.iter().map(|n| if compressed { gzip(&good(n)) } else { good(n) }).collect();
        let file = parts.concat();
        let cut = (file.len() as f64 * cut) as usize;
        let mut end = 0;
        let whole = parts.iter().take_while(|part| { end += part.len(); end <= cut }).count();
        let found = read(&file[..cut]);
        for (at, name) in names.iter().enumerate().take(whole) {
            prop_assert_eq!(&found[at], &format!("{}: <p>{name}</p>", at + 1));
        }
        // Short of its last blank lines a record is whole as well.
        for item in &found[whole..] {
            prop_assert!(item.ends_with(')') || (!compressed && names.iter().any(|n| item.ends_with(&format!("<p>{n}</p>")))), "{}", item);
        }
        prop_assert!(found.len() <= whole + 1);
    }

    #[test]
    fn wrong_bytes_cost_at_most_their_own_record(at in 0.0..1.0_f64, noise in proptest::collection::vec(any::<u8>(), 1..40)) {
        let mut middle = gzip(&good("b"));
        let at = (middle.len() as f64 * at) as usize;
        let end = middle.len().min(at + noise.len());
        let before = middle.clone();
        middle[at..end].copy_from_slice(&noise[..end - at]);
        let found = read(&[gzip(&good("a")), middle.clone(), gzip(&good("c"))].concat());
        prop_assert_eq!(&found[0], "1: <p>a</p>");
        prop_assert!(found.last().expect("some").ends_with("<p>c</p>"), "{:?}", found);
        // What is told of a gzip member in its header does not change what is in it.
        if middle != before && at > 10 {
            prop_assert!(found.iter().any(|item| item.ends_with(')')), "{:?}", found);
        }
    }
}
