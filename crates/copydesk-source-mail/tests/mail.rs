//! What the source makes of mail.

use copydesk_document::Input;
use copydesk_source_mail::{Options, looks_like, records};
use copydesk_stage::SourceItem;
use copydesk_unpack::Stream;
use serde_json::json;

const MESSAGE: &str = "Received: by mx.example.org; Mon, 6 May 2024 07:08:10 +0000\r\n\
    From: =?utf-8?q?Ann_L=C3=A9e?= <ann@example.org>\r\n\
    To: desk@example.org\r\n\
    Subject: =?utf-8?b?RsOkaHJlbg==?=\r\n\
    Date: Mon, 6 May 2024 09:08:09 +0200\r\n\
    Message-ID: <1@example.org>\r\n\
    MIME-Version: 1.0\r\n\
    Content-Type: multipart/alternative; boundary=\"b\"\r\n\
    \r\n\
    --b\r\n\
    Content-Type: text/plain; charset=utf-8\r\n\
    \r\n\
    The ferry sails.\r\n\
    --b\r\n\
    Content-Type: text/html; charset=iso-8859-1\r\n\
    Content-Transfer-Encoding: quoted-printable\r\n\
    \r\n\
    <p>The ferry sails, d=E9j=E0.</p>\r\n\
    --b--\r\n";

fn items(text: &str, options: &Options) -> Vec<SourceItem> {
    let stream = Stream::open(text.as_bytes(), options.limits()).expect("it can be read");
    records("f".into(), stream, options).collect()
}

fn inputs(text: &str) -> Vec<Input> {
    let input = |item| if let SourceItem::Input(input) = item { input } else { panic!("{item:?}") };
    items(text, &Options::default()).into_iter().map(input).collect()
}

#[test]
fn a_message_is_a_document_with_what_its_headers_say() {
    let found = inputs(MESSAGE);
    let [message] = &found[..] else { panic!("one message") };
    assert_eq!(String::from_utf8_lossy(&message.bytes).trim(), "<p>The ferry sails, déjà.</p>");
    assert_eq!((message.uri.as_str(), message.name.as_str()), ("f", "f#1@example.org"));
    assert_eq!(message.fields["title"], json!("Fähren"));
    assert_eq!(message.fields["authors"], json!(["Ann Lée"]));
    assert_eq!(message.fields["to"], json!(["desk@example.org"]));
    assert_eq!(message.fields["published"], json!("2024-05-06T09:08:09+02:00"));
    assert_eq!(message.fields["text"].as_str().map(str::trim), Some("The ferry sails."));
    assert!(message.declared.contains(&("title".into(), "Fähren".into())));
}

/// A document as `uri: text`, what is passed over as `uri [reason]`.
fn shown(text: &str) -> Vec<String> {
    let shown = |item| match item {
        SourceItem::Input(input) => format!("{}: {}", input.uri, String::from_utf8_lossy(&input.bytes).trim()),
        SourceItem::Skipped { uri, reason } => format!("{uri} [{reason}]"),
        SourceItem::Bad { uri, rule, .. } => format!("{uri} ({rule})"),
    };
    items(text, &Options::default()).into_iter().map(shown).collect()
}

fn mixed(parts: &[&str]) -> String {
    let head = "From: Ann <ann@example.org>\r\nSubject: Fwd\r\nMIME-Version: 1.0\r\n\
        Content-Type: multipart/mixed; boundary=\"outer\"\r\n\r\n";
    let parts: String = parts.iter().flat_map(|part| ["--outer\r\n", part, "\r\n"]).collect();
    format!("{head}{parts}--outer--\r\n")
}

const TABLES: &str = "Content-Type: message/rfc822\r\n\r\nFrom: Bo <bo@example.org>\r\nSubject: Tide tables\r\n\r\n\
    High water is at nine.\r\n";

#[test]
fn a_message_that_is_only_passed_on_is_read() {
    let message = mixed(&[TABLES]);
    assert_eq!(
        shown(&message),
        [
            "f [a message without a text of its own; those that it passes on are read]",
            "f#message-1: High water is at nine."
        ]
    );
    let Some(SourceItem::Input(inner)) = items(&message, &Options::default()).pop() else { panic!("a document") };
    assert_eq!((&inner.fields["title"], &inner.fields["authors"]), (&json!("Tide tables"), &json!(["Bo"])));
}

#[test]
fn a_text_without_headers_is_no_message() {
    for text in ["The ferry sails at noon, and so it says here.\n\nIt waits.\n", "The ferry sails\nand waits\n"] {
        assert_eq!(shown(text), ["f (mail.syntax)"], "{text}");
    }
    assert_eq!(shown("Subject: Tides\n\nThe ferry sails.\n"), ["f: The ferry sails."]);
}

#[test]
fn what_is_attached_is_read_or_listed() {
    let second =
        TABLES.replace("Tide tables", "Fares").replace("High water is at nine.", "A ticket costs nine crowns.");
    let notes =
        "Content-Type: text/plain\r\nContent-Disposition: attachment; filename=\"notes.txt\"\r\n\r\nBring a rope.\r\n";
    let logo = "Content-Type: image/png\r\nContent-ID: <logo>\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw==\r\n";
    let plan = "Content-Type: application/pdf; name=\"plan.pdf\"\r\nContent-ID: <plan>\r\nContent-Disposition: inline\r\n\r\n%PDF\r\n";
    let message = mixed(&["\r\nSee below.\r\n", plan]);
    let listed = "f#attachment-1 [an attachment; save it as a file to read it (application/pdf, `plan.pdf`)]";
    assert_eq!(shown(&message), ["f: See below.", listed]);
    let message = mixed(&["\r\nSee below.\r\n", notes, TABLES, logo, &second]);
    let expected = [
        "f: See below.",
        "f#attachment-1 [an attachment; save it as a file to read it (text/plain, `notes.txt`)]",
        "f#message-1: High water is at nine.",
        "f#message-2: A ticket costs nine crowns.",
    ];
    assert_eq!(shown(&message), expected);
    let mbox =
        format!("From ann@example.org Mon May  6 07:08:09 2024\r\n{}\r\n", mixed(&["\r\nSee below.\r\n", TABLES]));
    assert_eq!(shown(&mbox), ["f#message-1: See below.", "f#message-1-1: High water is at nine."]);
}

#[test]
fn a_page_that_a_browser_saved_has_an_address_and_no_author() {
    let page = |head: &str, location: &str| {
        format!(
            "{head}Subject: Ferries\r\nDate: Mon, 6 May 2024 07:08:09 +0000\r\nMIME-Version: 1.0\r\n\
             Content-Type: multipart/related; boundary=\"b\"\r\n\r\n--b\r\nContent-Type: text/html\r\n{location}\r\n\
             <p>The ferry sails.</p>\r\n--b\r\nContent-Type: text/css\r\nContent-Location: cid:css\r\n\r\np {{}}\r\n--b--\r\n"
        )
    };
    let address = "https://example.org/ferries";
    for (head, location) in [
        (format!("From: <Saved by Blink>\r\nSnapshot-Content-Location: {address}\r\n"), String::new()),
        ("From: \"Saved by Windows Internet Explorer 8\"\r\n".into(), format!("Content-Location: {address}\r\n")),
        ("From: \"Von Ann gespeichert\"\r\n".into(), format!("Content-Location: {address}\r\n")),
    ] {
        let text = page(&head, &location);
        assert!(looks_like(text.as_bytes()));
        let found = inputs(&text);
        let [one] = &found[..] else { panic!("one page: {found:?}") };
        assert_eq!(one.url.as_deref(), Some(address), "{head}");
        assert_eq!((one.fields.get("authors"), one.fields.get("published")), (None, None), "{head}");
        assert_eq!((one.fetched.is_some(), &one.fields["title"]), (true, &json!("Ferries")));
    }
    assert!(looks_like(page("", "").as_bytes()));
    let sent = page("From: Ann\r\nTo: desk@example.org\r\n", &format!("Content-Location: {address}\r\n"));
    assert_eq!(inputs(&sent)[0].fields["authors"], json!(["Ann"]));
}

#[test]
fn a_charset_that_mail_readers_have_forgotten_is_read() {
    let of = |charset: &str, coding: &str, body: &[u8]| {
        let head = format!(
            "From: Ann <ann@example.org>\r\nSubject: x\r\nMIME-Version: 1.0\r\n\
             Content-Type: text/plain{charset}\r\nContent-Transfer-Encoding: {coding}\r\n\r\n"
        );
        let options = Options::default();
        let bytes = [head.as_bytes(), body].concat();
        let stream = Stream::open(&bytes[..], options.limits()).expect("it can be read");
        let Some(SourceItem::Input(input)) = records("f".into(), stream, &options).next() else { panic!("a document") };
        let codes: Vec<_> = input.notes.iter().map(|note| note.code.to_string()).collect();
        (String::from_utf8_lossy(&input.bytes).trim().to_owned(), codes.join(" "))
    };
    let korean = b"\x1b$)C\r\n\x0eGQ19\x0f KTX\r\n";
    let (text, notes) = of("; charset=iso-2022-kr", "7bit", korean);
    assert_eq!((text.as_str(), notes.as_str()), ("한국 KTX", ""));
    let (text, notes) = of("; charset=ISO-2022-KR", "quoted-printable", b"=1B$)C\r\n=0EGQ19=0F KTX\r\n");
    assert_eq!((text.as_str(), notes.as_str()), ("한국 KTX", ""));
    let (russian, _, _) =
        encoding_rs::WINDOWS_1251.encode("Новый паром уходит из порта в шесть часов утра каждый день.");
    let (text, notes) = of("", "8bit", &russian);
    assert_eq!(
        (text.as_str(), notes.contains("charset-guessed")),
        ("Новый паром уходит из порта в шесть часов утра каждый день.", true)
    );
}

#[test]
fn an_mbox_holds_many() {
    let plain = |id: &str, text: &str| {
        let head = "From ann@example.org Mon May  6 07:08:09 2024\nFrom: Ann <a@example.org>";
        format!("{head}\nMessage-ID: <{id}>\n\n{text}\n\n")
    };
    let second = "Second.\n\nFrom 9:30 on it sails, and nobody is left on the quay by the evening.";
    let mbox = [plain("1", "First.\n>From the quay."), plain("2", second), plain("3", "Third.")].concat();
    let found = inputs(&mbox);
    let texts: Vec<_> = found.iter().map(|input| String::from_utf8_lossy(&input.bytes).trim().to_owned()).collect();
    assert_eq!(texts, ["First.\nFrom the quay.", second, "Third."]);
    assert_eq!(found[1].uri, "f#message-2");
    let extent = found[1].extent.expect("known");
    assert!(mbox[extent.offset as usize..][..extent.length as usize].starts_with("From: Ann"));
    let small = Options { max_bytes: 80, ..Options::default() };
    let rules: Vec<_> = items(&mbox, &small)
        .into_iter()
        .map(|item| if let SourceItem::Bad { rule, .. } = item { rule } else { String::new() })
        .collect();
    assert_eq!(rules, ["", "limit.size", ""]);
}

#[test]
fn a_message_may_be_counted_and_have_something_behind_it() {
    let counted = format!("{}\n{MESSAGE}<?xml version=\"1.0\"?><plist><dict/></plist>\n", MESSAGE.len());
    assert!(looks_like(counted.as_bytes()));
    let found = inputs(&counted);
    assert_eq!((found.len(), found[0].fields["title"].as_str()), (1, Some("Fähren")));
    assert_eq!(found[0].bytes, inputs(MESSAGE)[0].bytes);
    let cut = inputs(&format!("{}\n{MESSAGE}", MESSAGE.len() + 40));
    assert_eq!(cut[0].notes.iter().map(|note| &*note.code).collect::<Vec<_>>(), ["truncated"]);
    assert!(found[0].notes.is_empty() && cut[0].notes[0].message.contains(&format!("{} of the", MESSAGE.len())));
    assert!(!looks_like(b"1912\nA year: it was long.\n"));
}

#[test]
fn it_is_known_by_headers_that_only_mail_has() {
    assert!(looks_like(MESSAGE.as_bytes()));
    assert!(looks_like(b"From a@example.org Mon May  6 07:08:09 2024\nSubject: x\n\ny"));
    assert!(!looks_like(b"From: our desk\nDate: today\n\ntext") && !looks_like(b""));
    assert!(!looks_like(b"From 9:30 on it sails.\nThe end"));
}
