//! ninjs 3.1, the news as JSON of the IPTC.

use copydesk_record::{Record, utc};
use serde_json::{Map, Value, json};

/// A document as a news object. What is not known is left out, as ninjs has it.
pub(crate) fn write(record: &Record<'_>) -> serde_json::Result<String> {
    let mut out = Map::new();
    let mut put = |name: &str, value: Value| {
        if !matches!(&value, Value::Null) && value != json!([]) && value != json!("") {
            out.insert(name.to_owned(), value);
        }
    };
    put(
        "standard",
        json!({ "name": "ninjs", "version": "3.1", "schema": "https://www.iptc.org/std/ninjs/ninjs-schema_3.1.json" }),
    );
    put("uri", json!(uri(record)));
    put("type", json!("text"));
    put("representationType", json!("full"));
    // Times of ninjs have a zone and a time of day: a document that gives only the day has none.
    put("firstCreated", json!(utc(record.published)));
    put("versionCreated", json!(utc(record.modified.or(record.published))));
    put("pubStatus", json!("usable"));
    put("language", json!(record.language));
    put("title", json!(record.title));
    put("by", json!(record.authors.join(", ")));
    put("located", json!(record.dateline.as_ref().and_then(|dateline| dateline.place.clone())));
    put("usageTerms", json!(record.license));
    let role = |role: &str, value: &str| json!([{ "role": role, "contentType": "text/plain", "value": value }]);
    put("headlines", record.title.as_deref().map_or(Value::Null, |title| role("main", title)));
    put("descriptions", record.description.as_deref().map_or(Value::Null, |text| role("summary", text)));
    let words = record.text.split_whitespace().count();
    put(
        "bodies",
        json!([{ "role": "main", "contentType": "text/plain", "charCount": record.text.chars().count(), "wordCount": words, "value": record.text }]),
    );
    put(
        "people",
        json!(record.authors.iter().map(|name| json!({ "name": name, "rel": "author" })).collect::<Vec<_>>()),
    );
    let section = record.section.iter().map(|name| json!({ "name": name, "rel": "section" }));
    let tags = record.tags.iter().map(|name| json!({ "name": name, "rel": "keyword" }));
    put("subjects", json!(section.chain(tags).collect::<Vec<_>>()));
    put(
        "infoSources",
        record.site_name.as_deref().map_or(Value::Null, |name| json!([{ "name": name, "role": "publisher" }])),
    );
    put(
        "altIds",
        json!([{ "role": "copydesk", "value": record.id }, { "role": "source", "value": record.source.uri }]),
    );
    let pictures = record.captions.iter().enumerate().map(|(at, caption)| picture(&record.id, at, caption));
    put("associations", json!(pictures.collect::<Vec<_>>()));
    serde_json::to_string_pretty(&out)
}

/// The address of the document, or else a name that says whose it is.
fn uri(record: &Record<'_>) -> String {
    let given = record.url.as_deref().or(record.source.url.as_deref()).filter(|url| is_uri(url));
    given.map_or_else(|| format!("urn:copydesk:{}", record.id), str::to_owned)
}

fn is_uri(text: &str) -> bool {
    let web = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    // RFC 3986 has no other characters, and a percent sign only before two digits.
    let allowed = |c: char| c.is_ascii_alphanumeric() || "-._~:/?#@!$&'()*+,;=%".contains(c);
    let escaped =
        text.split('%').skip(1).all(|rest| rest.get(..2).is_some_and(|two| two.bytes().all(|b| b.is_ascii_hexdigit())));
    web.is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_alphanumeric()))
        && text.chars().all(allowed)
        && escaped
        && text.matches('#').count() < 2
}

/// A picture with its caption. It has an address as well, if only one that says whose it is.
fn picture(id: &str, at: usize, caption: &copydesk_record::Caption<'_>) -> Value {
    let mut out = Map::new();
    out.insert("name".into(), json!(format!("picture-{}", at + 1)));
    out.insert(
        "type".into(),
        json!(match copydesk_record::name(&caption.kind).as_str() {
            "video" => "video",
            "graphic" => "graphic",
            _ => "picture",
        }),
    );
    let image = caption.image.as_deref().filter(|image| is_uri(image));
    out.insert(
        "uri".into(),
        image.map_or_else(|| json!(format!("urn:copydesk:{id}:picture-{}", at + 1)), |image| json!(image)),
    );
    if let Some(image) = image {
        out.insert("renditions".into(), json!([{ "name": "web", "href": image }]));
    }
    if !caption.text.is_empty() {
        out.insert(
            "descriptions".into(),
            json!([{ "role": "caption", "contentType": "text/plain", "value": caption.text }]),
        );
    }
    if let Some(credit) = &caption.credit {
        out.insert("by".into(), json!(credit));
    }
    if let Some(language) = &caption.language {
        out.insert("language".into(), json!(language));
    }
    Value::Object(out)
}
