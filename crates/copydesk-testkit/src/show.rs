//! What a stage wrote, as short JSON that a person can review.

use copydesk_document::{Caption, Document, LineIndex, Metadata, Value as Fact};
use copydesk_stage::{StageError, Verdict};
use serde::Serialize;
use serde_json::{Map, Value, json};

/// Longer texts of blocks are cut: the case's input has them in full.
const LONGEST: usize = 100;

/// The difference that the stage made. Confidences stay out, because tuning moves them without changing a result.
pub(crate) fn written(
    before: &Document,
    after: &Document,
    verdict: &Result<Verdict, StageError>,
    stage: &str,
) -> String {
    let mut shown = Map::new();
    match verdict {
        Ok(Verdict::Keep) => {}
        Ok(Verdict::Drop(reason)) => put(&mut shown, "dropped", json!(reason)),
        Err(error) => put(&mut shown, "error", json!({ "rule": error.rule, "message": error.message })),
    }
    put(&mut shown, "blocks", blocks(before, after));
    if before.languages() != after.languages() {
        put(&mut shown, "languages", languages(after));
    }
    if before.captions() != after.captions() {
        put(&mut shown, "captions", after.captions().iter().map(caption).collect());
    }
    if before.metadata() != after.metadata() {
        put(&mut shown, "metadata", Value::Object(metadata(after.metadata())));
    }
    put(&mut shown, "ext", after.ext().get(stage).cloned().unwrap_or_default());
    let lines = LineIndex::new(after.content());
    let notes = after.notes().iter().skip(before.notes().len()).map(|note| {
        let line = note.span.map(|span| lines.line(span.start as usize));
        without_blanks(json!({ "line": line, "code": note.code, "message": note.message }))
    });
    put(&mut shown, "notes", notes.collect());
    print(&Value::Object(shown))
}

/// The blocks that the stage said something of. The last decision is the one that counts.
fn blocks(before: &Document, after: &Document) -> Value {
    let mut decided = vec![None; after.blocks().len()];
    for decision in &after.decisions()[before.decisions().len().min(after.decisions().len())..] {
        decided[decision.block.index()] = Some(decision);
    }
    let lines = LineIndex::new(after.content());
    let shown = after.iter().filter_map(|(id, block)| {
        let old = before.blocks().get(id.index());
        let decision = decided[id.index()];
        let language =
            (old.is_none_or(|b| b.language != block.language)).then(|| block.language.as_ref().map(|l| &l.tag));
        let kind = old.is_none_or(|b| b.kind != block.kind).then_some(block.kind);
        let was = old.filter(|_| before.text(id) != after.text(id)).map(|_| cut(before.text(id)));
        if decision.is_none() && language.is_none() && kind.is_none() && was.is_none() {
            return None;
        }
        Some(without_blanks(json!({
            "line": lines.line(block.span.start as usize),
            "label": decision.map(|d| d.label),
            "rule": decision.map(|d| &d.rule),
            "detail": decision.map(|d| &d.detail),
            "kind": kind,
            "language": language.flatten(),
            "was": was,
            "text": cut(after.text(id)),
        })))
    });
    shown.collect()
}

fn languages(doc: &Document) -> Value {
    let shares: Map<_, _> = doc
        .languages()
        .shares
        .iter()
        .map(|share| (share.tag.clone(), json!((f64::from(share.share) * 100.0).round() / 100.0)))
        .collect();
    without_blanks(json!({ "main": doc.languages().main.as_ref().map(|l| &l.tag), "shares": shares }))
}

fn caption(caption: &Caption) -> Value {
    without_blanks(json!({
        "text": caption.text,
        "language": caption.language,
        "credit": caption.credit,
        "credits": caption.credits.iter().map(|credit| without_blanks(json!(credit))).collect::<Vec<_>>(),
        "image": caption.image,
        "kind": caption.kind,
        "origin": caption.origin,
        "blocks": caption.blocks,
        "translations": caption.translations.iter().map(self::caption).collect::<Vec<_>>(),
    }))
}

fn metadata(meta: &Metadata) -> Map<String, Value> {
    let mut shown = Map::new();
    put(&mut shown, "title", fact(meta.title.as_ref()));
    put(&mut shown, "authors", facts(&meta.authors));
    put(&mut shown, "published", fact(meta.published.as_ref()));
    put(&mut shown, "modified", fact(meta.modified.as_ref()));
    put(&mut shown, "site_name", fact(meta.site_name.as_ref()));
    put(&mut shown, "section", fact(meta.section.as_ref()));
    put(&mut shown, "tags", facts(&meta.tags));
    put(&mut shown, "description", fact(meta.description.as_ref()));
    put(&mut shown, "url", fact(meta.url.as_ref()));
    put(&mut shown, "image", fact(meta.image.as_ref()));
    put(&mut shown, "language", fact(meta.language.as_ref()));
    put(&mut shown, "license", fact(meta.license.as_ref()));
    put(&mut shown, "paywalled", fact(meta.paywalled.as_ref()));
    put(&mut shown, "dateline", fact(meta.dateline.as_ref()));
    put(&mut shown, "page_type", fact(meta.page_type.as_ref()));
    shown
}

fn fact<T: Serialize>(fact: Option<&Fact<T>>) -> Value {
    fact.map_or(Value::Null, |fact| {
        without_blanks(json!({ "value": fact.value, "origin": fact.origin, "name": fact.name }))
    })
}

fn facts<T: Serialize>(facts: &[Fact<T>]) -> Value {
    facts.iter().map(|f| fact(Some(f))).collect()
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

fn put(shown: &mut Map<String, Value>, key: &str, value: Value) {
    if !is_blank(&value) {
        shown.insert(key.to_owned(), value);
    }
}

fn without_blanks(value: Value) -> Value {
    match value {
        Value::Object(map) => Value::Object(map.into_iter().filter(|(_, v)| !is_blank(v)).collect()),
        other => other,
    }
}

fn is_blank(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(list) => list.is_empty(),
        Value::Object(map) => map.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

/// One line for each entry of a section, so that a diff shows whole entries.
fn print(shown: &Value) -> String {
    let sections = shown.as_object().into_iter().flatten().map(|(key, section)| {
        let section = match section {
            Value::Array(list) => lines('[', list.iter().map(ToString::to_string), ']'),
            Value::Object(map) => lines('{', map.iter().map(|(key, value)| format!("{}: {value}", json!(key))), '}'),
            other => other.to_string(),
        };
        format!("\n  {}: {section}", json!(key))
    });
    let sections: Vec<_> = sections.collect();
    if sections.is_empty() { "{}\n".to_owned() } else { format!("{{{}\n}}\n", sections.join(",")) }
}

fn lines(open: char, entries: impl Iterator<Item = String>, close: char) -> String {
    let lines: Vec<_> = entries.map(|entry| format!("\n    {entry}")).collect();
    format!("{open}{}\n  {close}", lines.join(","))
}
