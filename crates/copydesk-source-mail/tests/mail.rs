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

#[test]
fn a_message_that_is_only_passed_on_is_read() {
    let inner = "From: Bo <bo@example.org>\r\nSubject: Tide tables\r\n\r\nHigh water is at nine.\r\n";
    let found = inputs(&format!(
        "From: Ann <ann@example.org>\r\nSubject: Fwd\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/mixed; boundary=\"b\"\r\n\r\n\
         --b\r\nContent-Type: message/rfc822\r\n\r\n{inner}\r\n--b--\r\n"
    ));
    assert_eq!(String::from_utf8_lossy(&found[0].bytes).trim(), "High water is at nine.");
    assert_eq!(found[0].fields["attachments"], json!(["message: Tide tables"]));
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
fn it_is_known_by_headers_that_only_mail_has() {
    assert!(looks_like(MESSAGE.as_bytes()));
    assert!(looks_like(b"From a@example.org Mon May  6 07:08:09 2024\nSubject: x\n\ny"));
    assert!(!looks_like(b"From: our desk\nDate: today\n\ntext") && !looks_like(b""));
    assert!(!looks_like(b"From 9:30 on it sails.\nThe end"));
}
