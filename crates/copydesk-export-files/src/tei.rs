//! TEI P5, with the elements where trafilatura puts them, so that what reads its files reads these.

use std::fmt::Write as _;

use copydesk_document::{Block, BlockKind, Document};
use copydesk_record::{Record, day};

/// A document with its header.
pub(crate) fn write(doc: &Document, record: &Record<'_>) -> String {
    let mut out =
        String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<TEI xmlns=\"http://www.tei-c.org/ns/1.0\">\n");
    header(&mut out, record);
    out.push_str("  <text>\n    <body>\n      <div type=\"entry\">\n");
    body(&mut out, doc);
    out.push_str("      </div>\n");
    if !record.captions.is_empty() {
        out.push_str("      <div type=\"captions\">\n");
        for caption in &record.captions {
            let picture = caption.image.as_ref().map(|url| format!("<graphic url=\"{}\"/>", escaped(url)));
            let picture = picture.unwrap_or_default();
            let credit =
                caption.credit.as_ref().map(|credit| format!(" <bibl>{}</bibl>", escaped(credit))).unwrap_or_default();
            let _ = writeln!(
                out,
                "        <figure>{picture}<figDesc>{}{credit}</figDesc></figure>",
                escaped(&caption.text)
            );
        }
        out.push_str("      </div>\n");
    }
    out.push_str("    </body>\n  </text>\n</TEI>\n");
    out
}

fn header(out: &mut String, record: &Record<'_>) {
    let element = |name: &str, text: Option<&str>| {
        text.filter(|text| !text.is_empty())
            .map(|text| format!("<{name}>{}</{name}>", escaped(text)))
            .unwrap_or_default()
    };
    let title = escaped(record.title.as_deref().unwrap_or_default());
    let authors: String = record.authors.iter().map(|author| element("author", Some(author))).collect();
    let statement = format!("<titleStmt><title type=\"main\">{title}</title>{authors}</titleStmt>");
    let date = record.published.map(|time| day(Some(time)).unwrap_or_else(|| time.to_string()));
    let site = record.site_name.as_deref();
    let publisher = element("publisher", site.or(Some("unknown")));
    let licence =
        record.license.as_deref().map(|text| format!("<availability><p>{}</p></availability>", escaped(text)));
    let joined = |parts: [Option<&str>; 3]| parts.into_iter().flatten().collect::<Vec<_>>().join(", ");
    let address = record.url.as_deref().or(record.source.url.as_deref());
    let pointer = address.map(|url| format!("<ptr type=\"URL\" target=\"{}\"/>", escaped(url))).unwrap_or_default();
    let _ = writeln!(out, "  <teiHeader>\n    <fileDesc>\n      {statement}");
    let _ = writeln!(out, "      <publicationStmt>{publisher}{}</publicationStmt>", licence.unwrap_or_default());
    let _ = writeln!(
        out,
        "      <notesStmt><note type=\"id\">{}</note><note type=\"fingerprint\">{}</note></notesStmt>",
        escaped(&record.id),
        escaped(&record.source.sha256)
    );
    let _ = writeln!(
        out,
        "      <sourceDesc><bibl>{}</bibl><bibl type=\"sigle\">{}</bibl><biblFull>{statement}<publicationStmt>{publisher}{pointer}{}</publicationStmt></biblFull></sourceDesc>\n    </fileDesc>",
        escaped(&joined([record.title.as_deref(), site, date.as_deref()])),
        escaped(&joined([site, date.as_deref(), None])),
        element("date", date.as_deref())
    );
    let terms =
        record.section.iter().map(|term| ("category", term)).chain(record.tags.iter().map(|term| ("tags", term)));
    let terms = terms.fold(String::new(), |mut all, (kind, term)| {
        let _ = write!(all, "<term type=\"{kind}\">{}</term>", escaped(term));
        all
    });
    let classes = if terms.is_empty() { terms } else { format!("<textClass><keywords>{terms}</keywords></textClass>") };
    let language = record.language.as_deref();
    let language =
        language.map(|tag| format!("<langUsage><language ident=\"{0}\">{0}</language></langUsage>", escaped(tag)));
    let fetched =
        record.source.fetched.map(|time| format!("<creation><date type=\"download\">{time}</date></creation>"));
    let _ = writeln!(
        out,
        "    <profileDesc><abstract>{}</abstract>{classes}{}{}</profileDesc>",
        element("p", Some(record.description.as_deref().filter(|text| !text.is_empty()).unwrap_or("-"))),
        fetched.unwrap_or_default(),
        language.unwrap_or_default()
    );
    let _ = writeln!(
        out,
        "    <encodingDesc><appInfo><application version=\"{}\" ident=\"Copydesk\"><label>Copydesk</label></application></appInfo></encodingDesc>\n  </teiHeader>",
        env!("CARGO_PKG_VERSION")
    );
}

fn body(out: &mut String, doc: &Document) {
    // The element that entries of a list or rows of a table stand in.
    let mut open = "";
    for (id, block) in doc.body() {
        let text = doc.text(id);
        if text.is_empty() {
            continue;
        }
        let around = match block.kind {
            BlockKind::ListItem => "list",
            BlockKind::TableRow => "table",
            _ => "",
        };
        if around != open {
            for (name, slash) in [(open, "/"), (around, "")] {
                if !name.is_empty() {
                    let _ = writeln!(out, "        <{slash}{name}>");
                }
            }
            open = around;
        }
        let _ = writeln!(out, "        {}", element(block, text));
    }
    if !open.is_empty() {
        let _ = writeln!(out, "        </{open}>");
    }
}

fn element(block: &Block, text: &str) -> String {
    let lines = |text: &str| escaped(text).replace('\n', "<lb/>");
    match block.kind {
        BlockKind::Heading => format!("<ab type=\"header\" rend=\"h{}\">{}</ab>", block.level.clamp(1, 6), lines(text)),
        BlockKind::ListItem => format!("<item>{}</item>", lines(text)),
        BlockKind::Quote => format!("<quote>{}</quote>", lines(text)),
        // Outside of a paragraph TEI has no code.
        BlockKind::Code => format!("<p><code>{}</code></p>", escaped(text)),
        BlockKind::TableRow => {
            let cells = text.split('\t').fold(String::new(), |mut all, cell| {
                let _ = write!(all, "<cell>{}</cell>", lines(cell));
                all
            });
            format!("<row>{cells}</row>")
        }
        BlockKind::Note => format!("<p rend=\"note\">{}</p>", lines(text)),
        _ => format!("<p>{}</p>", lines(text)),
    }
}

/// Text for XML, without the characters that it cannot hold.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\t' | '\n' => out.push(c),
            // A reader of XML makes a line feed of it otherwise.
            '\r' => out.push_str("&#13;"),
            '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            c if c < ' ' => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}
