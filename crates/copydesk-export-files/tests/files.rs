//! What is written is read back by those whose formats they are.

use copydesk_document::{Caption, Credit, Document, Input, Label, NewBlock, Origin};
use copydesk_stage::{Catalog, Export, files};
use serde_json::{Value, json};

fn export(config: &Value) -> Box<dyn Export> {
    let catalog = Catalog::default().with(copydesk_export_files::register);
    catalog.find_export("files").expect("registered").build(config).expect("valid")
}

fn fact<T>(value: T) -> copydesk_document::Value<T> {
    copydesk_document::Value { value, origin: Origin::Meta, name: "test".into(), span: None, confidence: 1.0 }
}

/// A page with something of everything, and with what formats trip over.
fn document() -> Document {
    let page = "<html><head><title>Night ferry: \"starts\" in June</title></head><body><p>Text.</p></body></html>";
    let mut doc = copydesk_parse::parse(&Input::new("pages/ferry.html", page), &copydesk_parse::Limits::default())
        .expect("a page");
    doc.source.url = Some("https://example.org/ferry?a=1&b=2".into());
    for (text, kind, level) in [
        ("Night ferry", copydesk_document::BlockKind::Heading, 2),
        ("Boats & <quays>\nleave at six\u{1}]]>", copydesk_document::BlockKind::Paragraph, 0),
        ("one", copydesk_document::BlockKind::ListItem, 1),
        ("two", copydesk_document::BlockKind::ListItem, 1),
        ("a\tb", copydesk_document::BlockKind::TableRow, 0),
    ] {
        let block = doc.push_block(NewBlock { text, kind, level, ..NewBlock::default() });
        let (stage, rule, detail) = ("test".into(), "all".into(), "".into());
        doc.decide(copydesk_document::Decision { block, label: Label::Body, stage, rule, detail });
    }
    let mut found = copydesk_document::Metadata::default();
    let value = |text: &str| fact(text.to_owned());
    found.title = Some(value("Night ferry: \"starts\" in June"));
    found.authors = vec![value("Ann Lee"), value("O'Brien \u{85} & <Co>")];
    found.tags = vec![value("sea")];
    found.site_name = Some(value("The Harbour"));
    found.license = Some(value("CC BY 4.0"));
    found.published = Some(fact("2024-10-25T08:24:49Z".parse().expect("a time")));
    doc.add_facts("test", found);
    let credits = vec![Credit { name: Some("Ann Lee".into()), agency: Some("Reuters".into()) }];
    let image = Some("https://example.org/a b.jpg".into());
    doc.add_captions(
        "test",
        vec![Caption {
            text: "The quay".into(),
            credit: Some("Ann Lee/Reuters".into()),
            credits,
            image,
            ..Caption::default()
        }],
    );
    doc
}

fn written(config: &Value) -> (String, String) {
    let mut rows = Vec::new();
    export(config).encode(&document(), &mut rows).expect("it can be written");
    let mut all = files(&rows).map(|file| file.expect("a file"));
    let (name, content) = all.next().expect("one file");
    assert!(all.next().is_none());
    (name.to_owned(), String::from_utf8(content.to_vec()).expect("UTF-8"))
}

#[test]
fn front_matter_is_read_back() {
    for format in ["markdown", "text"] {
        let (name, content) = written(&json!({ "format": format, "path": "{site}/{day}-{title}" }));
        assert!(name.starts_with("example.org/2024-10-25-night-ferry-starts-in-june."), "{name}");
        let doc = copydesk_parse::parse(&Input::new(name, content.clone()), &copydesk_parse::Limits::default())
            .expect("a document");
        let clues: Vec<(&str, &str)> = doc
            .evidence
            .clues
            .iter()
            .filter(|clue| clue.origin == Origin::FrontMatter)
            .map(|clue| (clue.name.as_str(), clue.value.as_str()))
            .collect();
        assert!(clues.contains(&("title", "Night ferry: \"starts\" in June")), "{clues:?} of {content}");
        assert!(
            clues.iter().any(|(name, value)| *name == "authors" && value.contains("O'Brien \u{85} & <Co>")),
            "{clues:?}"
        );
        assert!(content.contains("Boats "), "{content}");
    }
    let (_, bare) = written(&json!({ "format": "text", "front_matter": false }));
    assert!(bare.starts_with("Night ferry\n"), "{bare}");
}

#[test]
fn tei_is_well_formed_and_loses_no_text() {
    let (name, content) = written(&json!({ "format": "tei" }));
    assert_eq!(name.rsplit_once('.').map(|(_, ending)| ending), Some("xml"));
    let mut reader = quick_xml::Reader::from_str(&content);
    let mut open: Vec<String> = Vec::new();
    loop {
        match reader.read_event().expect("well-formed") {
            quick_xml::events::Event::Start(start) => open.push(start.name().as_ref().to_owned()),
            quick_xml::events::Event::End(end) => assert_eq!(open.pop().as_deref(), Some(end.name().as_ref())),
            quick_xml::events::Event::Eof => break,
            _ => {}
        }
    }
    assert!(open.is_empty() && !content.contains('\u{1}'), "{content}");
    for part in [
        "<ab type=\"header\" rend=\"h2\">Night ferry</ab>",
        "<p>Boats &amp; &lt;quays&gt;<lb/>leave at six\u{fffd}]]&gt;</p>",
        "<list>\n        <item>one</item>\n        <item>two</item>\n        </list>",
        "<table>\n        <row><cell>a</cell><cell>b</cell></row>\n        </table>",
        "<ptr type=\"URL\" target=\"https://example.org/ferry?a=1&amp;b=2\"/>",
        "<term type=\"tags\">sea</term>",
        "<date>2024-10-25</date>",
    ] {
        assert!(content.contains(part), "{part} in {content}");
    }
}

/// The schema of the IPTC stands beside the repository.
#[test]
fn ninjs_is_valid_by_its_schema() {
    let (name, content) = written(&json!({ "format": "ninjs" }));
    assert_eq!(name.rsplit_once('.').map(|(_, ending)| ending), Some("json"));
    let news: Value = serde_json::from_str(&content).expect("JSON");
    assert_eq!(
        (&news["uri"], &news["by"]),
        (&json!("https://example.org/ferry?a=1&b=2"), &json!("Ann Lee, O'Brien \u{85} & <Co>"))
    );
    let picture = news["associations"][0]["uri"].as_str().expect("an address");
    assert!(picture.starts_with("urn:copydesk:"), "an address with a space is no URI: {picture}");
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../../shared/conformance/ninjs/ninjs-schema_3.1.json");
    let Ok(schema) = std::fs::read_to_string(path) else {
        assert!(std::env::var_os("COPYDESK_SHARED").is_none(), "there is no schema in ../shared/conformance/ninjs");
        eprintln!("skipped: there is no schema in ../shared/conformance/ninjs");
        return;
    };
    // A place may have a shape, which has a schema elsewhere; there is none here.
    let schema = schema.replace("\"$ref\": \"https://geojson.org/schema/GeoJSON.json#\"", "\"type\": \"object\"");
    let schema = serde_json::from_str(&schema).expect("JSON");
    let validator = jsonschema::options().should_validate_formats(true).build(&schema).expect("a schema");
    let mut bare = Vec::new();
    export(&json!({ "format": "ninjs" })).encode(&Document::default(), &mut bare).expect("it can be written");
    let bare = files(&bare).next().expect("a file").expect("a file").1.to_vec();
    for news in [news, serde_json::from_slice(&bare).expect("JSON")] {
        let errors: Vec<String> = validator.iter_errors(&news).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{errors:?} in {news}");
    }
    assert!(!validator.is_valid(&json!({ "uri": 4, "headline": "x" })), "the schema holds");
}
