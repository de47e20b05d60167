//! What the source makes of feeds, sound and otherwise.

use copydesk_document::Input;
use copydesk_source_feed::{Options, looks_like, records};
use copydesk_stage::SourceItem;
use copydesk_unpack::Stream;
use serde_json::{Value, json};

fn items(bytes: &[u8]) -> Vec<SourceItem> {
    let options = Options::default();
    let stream = Stream::open(bytes, options.limits()).expect("it can be read");
    records(&"f".into(), stream, &options).collect()
}

fn inputs(text: &str) -> Vec<Input> {
    let input = |item| if let SourceItem::Input(input) = item { input } else { panic!("{item:?}") };
    items(text.as_bytes()).into_iter().map(input).collect()
}

const RSS: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel><title>Harbour Daily</title><link>https://example.org/</link><language>en-gb</language>
<image><title>A logo</title></image>
<item>
  <title>Ferries &amp; boats</title>
  <link>https://example.org/a</link>
  <guid isPermaLink="false">a-1</guid>
  <pubDate>Mon, 06 May 2024 07:08:09 GMT</pubDate>
  <dc:creator><![CDATA[Ann Lee]]></dc:creator>
  <category>Sea</category><category>Travel</category>
  <description>A short word.</description>
  <content:encoded><![CDATA[<p>The ferry sails.</p>]]></content:encoded>
</item>
<item><title>Second</title><description>&lt;p&gt;Only a&nbsp;summary.&lt;/p&gt;</description><author>bo@example.org (Bo Chen)</author></item>
</channel></rss>"#;

#[test]
fn an_item_of_rss_is_a_document() {
    let found = inputs(RSS);
    let text = |input: &Input| String::from_utf8(input.bytes.clone()).expect("UTF-8");
    assert_eq!(text(&found[0]), "<html><body><article><p>The ferry sails.</p></article></body></html>");
    assert_eq!(text(&found[1]), "<html><body><article><p>Only a&nbsp;summary.</p></article></body></html>");
    assert_eq!((found[0].uri.as_str(), found[0].name.as_str()), ("f#entry-1", "f#a-1"));
    assert_eq!(found[0].url.as_deref(), Some("https://example.org/a"));
    let expected = json!({
        "content_type": "text/html", "title": "Ferries & boats", "description": "A short word.",
        "url": "https://example.org/a", "id": "a-1", "published": "Mon, 06 May 2024 07:08:09 GMT", "language": "en-gb",
        "site_name": "Harbour Daily", "authors": ["Ann Lee"], "tags": ["Sea", "Travel"],
    });
    assert_eq!(Value::from(found[0].fields.clone()), expected);
    assert_eq!(found[1].fields["authors"], json!(["Bo Chen"]));
    let extent = found[0].extent.expect("known");
    let cut = &RSS[extent.offset as usize..][..extent.length as usize];
    assert!(cut.starts_with("<item>") && cut.ends_with("</item>"), "{cut}");
}

#[test]
fn an_entry_of_atom_is_a_document() {
    let found = inputs(
        r#"<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de"><title>Hafen</title>
        <entry><title type="html">F&#228;hren</title><id>urn:1</id><link rel="self" href="https://example.org/x"/>
        <link rel="alternate" href="https://example.org/a"/><author><name>Ann Lee</name><uri>x</uri></author>
        <published>2024-05-06T07:08:09Z</published><updated>2024-05-07T00:00:00Z</updated><category term="See"/>
        <content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Die <b>Fähre</b> fährt.</p></div></content>
        </entry></feed>"#,
    );
    let [entry] = &found[..] else { panic!("one entry") };
    assert!(String::from_utf8_lossy(&entry.bytes).contains("<p>Die <b>Fähre</b> fährt.</p>"), "{entry:?}");
    assert_eq!((&entry.fields["title"], &entry.fields["site_name"]), (&json!("Fähren"), &json!("Hafen")));
    assert_eq!((&entry.fields["authors"], &entry.fields["tags"]), (&json!(["Ann Lee"]), &json!(["See"])));
    assert_eq!(entry.fields["published"], json!("2024-05-06T07:08:09Z"));
    assert_eq!(entry.fields["modified"], json!("2024-05-07T00:00:00Z"));
    assert_eq!((&entry.fields["url"], &entry.fields["language"]), (&json!("https://example.org/a"), &json!("de")));
}

#[test]
fn an_address_stands_below_what_is_said_around_it() {
    let addresses =
        |feed: &str| inputs(feed).into_iter().map(|input| input.url.unwrap_or_default()).collect::<Vec<_>>();
    let atom = |root: &str, entry: &str, link: &str| {
        format!(
            "<feed xmlns=\"http://www.w3.org/2005/Atom\"{root}><title>x</title><entry{entry}><title>y</title>\
             <link href=\"2.html\"{link}/><content>z</content></entry></feed>"
        )
    };
    let base = |address: &str| format!(" xml:base=\"{address}\"");
    let (root, entry, link) = (base("https://example.org/news/"), base("/tide/"), base("high/"));
    for (root, entry, link, expected) in [
        (&*root, "", "", "https://example.org/news/2.html"),
        (&*root, &*entry, "", "https://example.org/tide/2.html"),
        (&*root, &*entry, &*link, "https://example.org/tide/high/2.html"),
        ("", "", "", ""),
    ] {
        assert_eq!(addresses(&atom(root, entry, link)), [expected]);
    }
    let itself = "<link rel=\"self\" href=\"https://example.org/news/all.atom\"/><title>x";
    let named = atom("", "", "").replacen("<title>x", itself, 1);
    assert_eq!(addresses(&named), ["https://example.org/news/2.html"]);
    let rss =
        "<rss><channel><link>https://example.org/</link><item><link>/a</link><title>x</title></item></channel></rss>";
    assert_eq!(addresses(rss), ["https://example.org/a"]);
}

#[test]
fn a_root_may_have_a_prefix() {
    let feed = "<a:feed xmlns:a=\"http://www.w3.org/2005/Atom\"><a:title>Harbour</a:title><a:entry><a:title>Ferries</a:title>\
        <a:author><a:name>Ann Lee</a:name></a:author><a:content>The ferry sails.</a:content></a:entry></a:feed>";
    assert!(looks_like(feed.as_bytes()));
    let found = inputs(feed);
    let fields = &found[0].fields;
    assert_eq!((&fields["title"], &fields["authors"]), (&json!("Ferries"), &json!(["Ann Lee"])));
    assert_eq!(fields["site_name"], json!("Harbour"));
    assert!(String::from_utf8_lossy(&found[0].bytes).contains("The ferry sails."));
}

#[test]
fn what_is_broken_costs_its_entry() {
    let broken = RSS.replacen("<item>", "<item><title>x</title><a b=<</item>\n<item>", 1);
    let shown: Vec<String> = items(broken.as_bytes())
        .into_iter()
        .map(|item| match item {
            SourceItem::Input(input) => input.fields["title"].as_str().unwrap_or_default().to_owned(),
            SourceItem::Bad { rule, .. } => rule,
            SourceItem::Skipped { uri, .. } => panic!("{uri}"),
        })
        .collect();
    assert_eq!(shown, ["feed.syntax", "Ferries & boats", "Second"]);
    let unclosed = RSS.replacen("<item>", "<item><title>The tide<description>It rises at noon.</item>\n<item>", 1);
    assert!(
        matches!(&items(unclosed.as_bytes())[..], [SourceItem::Bad { message, .. }, SourceItem::Input(_), SourceItem::Input(_)]
            if message.contains("`title` is not closed")),
        "its text is not lost without a word"
    );
    let cut = &RSS[..RSS.len() - 60];
    assert!(matches!(items(cut.as_bytes()).last(), Some(SourceItem::Bad { rule, .. }) if rule == "feed.syntax"));
}

#[test]
fn what_stands_behind_an_element_that_nobody_closes_is_text_of_the_one_around_it() {
    let found = inputs(
        "<rss version=\"2.0\"><channel><title>Tides</title><item><title>The storm</title>\
         <description>It comes at night.<note>It goes by noon.<br>All ferries wait.</description></item></channel></rss>",
    );
    let text = String::from_utf8_lossy(&found[0].bytes).into_owned();
    assert!(text.contains("It comes at night. It goes by noon. All ferries wait."), "{text}");
    assert_eq!(found[0].fields["title"], json!("The storm"));
}

#[test]
fn a_charset_is_that_of_the_declaration() {
    let text = RSS.replace("UTF-8", "windows-1251").replace("The ferry sails.", "Паром уходит.");
    let (bytes, _, _) = encoding_rs::WINDOWS_1251.encode(&text);
    let Some(SourceItem::Input(input)) = items(&bytes).into_iter().next() else { panic!("a document") };
    assert!(String::from_utf8_lossy(&input.bytes).contains("Паром уходит.") && input.extent.is_none());
}

#[test]
fn utf_16_is_read_with_and_without_its_mark() {
    let text = RSS.replace("UTF-8", "UTF-16");
    let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    for bytes in [[&[0xFF, 0xFE], &*little].concat(), [&[0xFE, 0xFF], &*big].concat(), little, big] {
        assert!(looks_like(&bytes));
        let Some(SourceItem::Input(input)) = items(&bytes).into_iter().next() else { panic!("a document") };
        assert!(String::from_utf8_lossy(&input.bytes).contains("The ferry sails."));
        assert_eq!(input.fields["title"], json!("Ferries & boats"));
    }
}

/// The text of a document without its frame, and what is said of it.
fn article(text: &str) -> (String, Value) {
    assert!(looks_like(text.as_bytes()), "{text}");
    let found = inputs(text);
    let [one] = &found[..] else { panic!("one document: {found:?}") };
    let html = String::from_utf8_lossy(&one.bytes).into_owned();
    let html = html.trim_start_matches("<html><body><article>").trim_end_matches("</article></body></html>");
    (html.split_whitespace().collect::<Vec<_>>().join(" "), Value::from(one.fields.clone()))
}

#[test]
fn a_news_item_in_nitf_is_a_document() {
    let (html, fields) = article(
        "<?xml version=\"1.0\"?><!DOCTYPE nitf SYSTEM \"nitf.dtd\">\n<nitf xml:lang=\"en\"><head><title>x</title><docdata>\
         <doc-id id-string=\"n-1\"/><date.issue norm=\"20240506T070809Z\"/><key-list><keyword key=\"Sea\"/>\
         <keyword key=\"Rail\"/></key-list></docdata></head><body><body.head><hedline><hl1>Ferries &amp; rails</hl1></hedline>\
         <byline>By Ann Lee</byline></body.head><body.content><p>The <person>mayor</person> said &lt;no&gt; &amp;lt;.</p>\
         <media><media-reference source=\"a.jpg\"/><media-caption>A quay.</media-caption><media-object>AAAA</media-object>\
         </media><p>R&eacute;sum&#233;</p></body.content></body></nitf>",
    );
    assert_eq!(
        html,
        "<p>The mayor said &lt;no&gt; &amp;lt;.</p><figure><img src=\"a.jpg\"><figcaption>A quay.</figcaption></figure>\
         <p>R&eacute;sumé</p>"
    );
    let expected = json!({
        "content_type": "text/html", "byline": "By Ann Lee", "id": "n-1", "language": "en", "tags": ["Sea", "Rail"],
        "published": "20240506T070809Z", "title": "Ferries & rails",
    });
    assert_eq!(fields, expected);
}

#[test]
fn the_items_of_a_message_in_newsml_are_documents() {
    let item = |guid: &str, set: &str| {
        format!(
            "<n:newsItem guid=\"{guid}\" xml:lang=\"de\"><n:itemMeta><n:versionCreated>2024-05-06T07:08:09Z</n:versionCreated>\
             </n:itemMeta><n:contentMeta><n:headline>Fähren</n:headline><n:by>Ann Lee</n:by></n:contentMeta>\
             <n:contentSet>{set}</n:contentSet></n:newsItem>"
        )
    };
    let text =
        "<n:inlineXML><html><head><title>x</title></head><body><p>Die Fähre fährt.</p></body></html></n:inlineXML>";
    let message = format!(
        "<n:newsMessage xmlns:n=\"http://iptc.org/std/nar/2006-10-01/\"><n:itemSet>{}{}</n:itemSet></n:newsMessage>",
        item("urn:1", text),
        item("urn:2", "<n:remoteContent href=\"a.jpg\"/>")
    );
    assert!(looks_like(message.as_bytes()));
    let found = items(message.as_bytes());
    let [SourceItem::Input(one), SourceItem::Skipped { uri, reason }] = &found[..] else { panic!("{found:?}") };
    assert!(String::from_utf8_lossy(&one.bytes).contains("<article><p>Die Fähre fährt.</p></article>"), "{one:?}");
    assert_eq!((&one.fields["title"], &one.fields["byline"]), (&json!("Fähren"), &json!("Ann Lee")));
    assert_eq!((&one.fields["published"], &one.fields["language"]), (&json!("2024-05-06T07:08:09Z"), &json!("de")));
    assert_eq!((one.name.as_str(), uri.as_str()), ("f#urn:1", "f#entry-2"));
    assert!(reason.contains("without a text"));
    let cut = &message[..message.len() / 2];
    assert!(matches!(items(cut.as_bytes()).last(), Some(SourceItem::Bad { rule, .. }) if rule == "feed.syntax"));
}

#[test]
fn a_text_in_tei_is_a_document() {
    let (html, fields) = article(
        "<TEI xmlns=\"http://www.tei-c.org/ns/1.0\"><teiHeader><fileDesc><titleStmt><title type=\"main\">Ferries</title>\
         <author>Ann Lee</author><author>Bo Chen</author></titleStmt><publicationStmt><publisher>Harbour Daily</publisher>\
         <ptr type=\"URL\" target=\"https://example.org/a\"/><date>2024-05-06</date><availability><p>unknown</p></availability></publicationStmt></fileDesc><profileDesc>\
         <abstract><p>-</p></abstract></profileDesc></teiHeader><text><body><div type=\"entry\"><ab type=\"header\">Night</ab>\
         <p>It sails<lb/>at <hi>night</hi>.</p><list><item>One</item></list></div></body></text></TEI>",
    );
    assert_eq!(html, "<div><h2>Night</h2><p>It sails<br>at <em>night</em>.</p><ul><li>One</li></ul></div>");
    let expected = json!({
        "content_type": "text/html", "authors": ["Ann Lee", "Bo Chen"], "published": "2024-05-06", "title": "Ferries",
        "site_name": "Harbour Daily", "url": "https://example.org/a",
    });
    assert_eq!(fields, expected);
}

#[test]
fn what_a_text_in_tei_cites_is_no_fact_about_it() {
    let work = "<biblStruct><analytic><title>Tides</title><author><persName><surname>Stone</surname></persName></author></analytic>\
         <monogr><imprint><date when=\"1911\"/></imprint></monogr></biblStruct>";
    let author = "<author><persName><forename type=\"first\">Ann</forename><surname>Lee</surname></persName>\
         <email>ann@example.org</email><affiliation><orgName>Harbour School</orgName></affiliation><idno>7</idno></author>";
    let (_, fields) = article(&format!(
        "<TEI><teiHeader><fileDesc><titleStmt><title>Sea<hi>farers</hi><lb/>of H<hi>2</hi>O</title></titleStmt>\
         <sourceDesc><biblFull><publicationStmt><date>2024-05-06</date></publicationStmt></biblFull><listBibl>{work}</listBibl><biblStruct><analytic>{author}</analytic></biblStruct></sourceDesc></fileDesc></teiHeader>\
         <text><body><p>It sails.</p></body><back><listBibl>{work}</listBibl></back></text></TEI>"
    ));
    let expected = json!({
        "content_type": "text/html", "authors": ["Ann Lee"], "title": "Seafarers of H2O", "published": "2024-05-06",
    });
    assert_eq!(fields, expected);
}

#[test]
fn links_of_a_news_item_are_not_its_address_and_a_message_without_items_says_so() {
    let (_, fields) = article(
        "<newsItem guid=\"urn:1\"><itemMeta><link rel=\"irel:seeAlso\" href=\"https://example.org/other\"/></itemMeta>\
         <contentMeta><headline>The <person><role>new</role><name>mayor</name></person>, again</headline></contentMeta><contentSet><inlineXML><p>It sails.</p></inlineXML>\
         </contentSet></newsItem>",
    );
    assert_eq!((fields.get("url"), &fields["title"]), (None, &json!("The new mayor, again")));
    let found = items(b"<newsMessage><itemSet><packageItem guid=\"urn:2\"/></itemSet></newsMessage>");
    assert!(matches!(&found[..], [SourceItem::Skipped { uri, .. }] if uri == "f"), "{found:?}");
}

#[test]
fn only_the_first_element_is_the_feed() {
    let found = inputs(
        "<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:base=\"https://example.org/\"><title>Harbour</title>\
         <x:feed xml:base=\"https://other.example/\" xml:lang=\"fr\">7</x:feed>\
         <entry><title>Ferries</title><link href=\"a\"/><content>The ferry sails.</content></entry></feed>",
    );
    assert_eq!((found[0].url.as_deref(), found[0].fields.get("language")), (Some("https://example.org/a"), None));
    assert_eq!((&found[0].fields["title"], &found[0].fields["site_name"]), (&json!("Ferries"), &json!("Harbour")));
}

#[test]
fn it_is_known_by_its_first_element() {
    let entities = "<!DOCTYPE rss [ <!ENTITY a \"<b>\"> ]>\n<rss version=\"0.91\">";
    assert!(looks_like(entities.as_bytes()));
    assert!(looks_like(RSS.as_bytes()) && looks_like(b"<!-- x -->\n<feed xmlns='http://www.w3.org/2005/Atom'>"));
    assert!(!looks_like(b"<html><rss>") && !looks_like(b"<feed>") && !looks_like(b"<rssx>") && !looks_like(b"rss"));
}
