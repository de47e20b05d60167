//! A difference as a page.

use std::fmt::Write as _;

use copydesk_explain::{BlockChange, Decider, Difference, Gone};
use serde_json::Value;

use crate::{
    run_report::{STYLE, escaped},
    terminal::thousands,
};

/// A page that needs nothing else. `names` are the two that are compared.
pub(super) fn page(difference: &Difference, names: [&str; 2]) -> String {
    let counts = &difference.documents;
    let mut out = format!(
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>Difference</title>\n\
         <style>\n{STYLE}</style></head>\n<body>\n<main>\n<h1>Difference</h1>\n\
         <dl class=\"facts\"><dt>before</dt><dd>{}</dd><dt>after</dt><dd>{}</dd></dl>\n<ul class=\"tiles\">",
        escaped(names[0]),
        escaped(names[1])
    );
    for (class, n, name) in [
        ("written", counts.same, "the same"),
        ("dropped", counts.changed, "changed"),
        ("quarantined", counts.lost, "lost"),
        ("", counts.gained, "gained"),
    ] {
        let _ = write!(out, "<li class=\"{class}\"><b>{}</b> {name}</li>", thousands(n));
    }
    out.push_str("</ul>\n");
    gone(&mut out, "Lost", &difference.lost, counts.lost);
    gone(&mut out, "Gained", &difference.gained, counts.gained);
    facts(&mut out, difference);
    blocks(&mut out, difference);
    let captions = &difference.captions;
    if captions.found + captions.lost + captions.changed > 0 {
        let _ = writeln!(
            out,
            "<h2>Captions</h2>\n<p>{} found, {} lost, {} changed</p>",
            thousands(captions.found),
            thousands(captions.lost),
            thousands(captions.changed)
        );
    }
    out.push_str("</main>\n</body></html>\n");
    out
}

fn gone(out: &mut String, heading: &str, list: &[Gone], all: u64) {
    if all == 0 {
        return;
    }
    let _ = writeln!(out, "<h2>{heading}: {}</h2>\n<table><tbody>", thousands(all));
    for Gone { uri, title, why } in list {
        let (title, why) = (title.as_deref().unwrap_or_default(), why.as_deref().unwrap_or_default());
        let _ = writeln!(
            out,
            "<tr><td>{}</td><td dir=\"auto\">{}</td><td>{}</td></tr>",
            escaped(uri),
            escaped(title),
            escaped(why)
        );
    }
    out.push_str("</tbody></table>\n");
}

fn facts(out: &mut String, difference: &Difference) {
    if difference.facts.is_empty() {
        return;
    }
    out.push_str("<h2>Facts</h2>\n");
    for group in &difference.facts {
        let from = |name: &str| if name.is_empty() { "nothing".to_owned() } else { escaped(name) };
        let _ = writeln!(
            out,
            "<details class=\"sample\"><summary>{} in {}: {} → {}</summary>\n<table><tbody>",
            escaped(&group.field),
            thousands(group.documents),
            from(&group.before),
            from(&group.after)
        );
        for sample in &group.samples {
            let (before, after) = (plain(&sample.before), plain(&sample.after));
            let _ = writeln!(
                out,
                "<tr><td>{}</td><td dir=\"auto\">{}</td><td dir=\"auto\">{}</td></tr>",
                escaped(&sample.uri),
                escaped(&before),
                escaped(&after)
            );
        }
        out.push_str("</tbody></table></details>\n");
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::Null => "(none)".to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join("; "),
        other => other.to_string(),
    }
}

fn blocks(out: &mut String, difference: &Difference) {
    if difference.blocks.is_empty() {
        return;
    }
    out.push_str("<h2>Blocks</h2>\n");
    for (n, group) in difference.blocks.iter().enumerate() {
        let (class, name) = match group.change {
            BlockChange::Dropped => ("drop", "kept before, dropped now"),
            BlockChange::Kept => ("kept", "dropped before, kept now"),
            BlockChange::Relabelled => ("fact", "called otherwise"),
            BlockChange::Rewritten => ("fact", "other text"),
            BlockChange::Appeared => ("fact", "new"),
            BlockChange::Disappeared => ("fact", "gone"),
        };
        let rule = |Decider { label, rule }: &Decider| match (label.as_str(), rule.as_str()) {
            ("", "") => String::new(),
            (label, "") => escaped(label),
            (label, rule) => format!("{} ({})", escaped(rule), escaped(label)),
        };
        let open = if n == 0 { " open" } else { "" };
        let _ = writeln!(
            out,
            "<details class=\"sample\"{open}><summary>{name}: {} in {} documents: {} → {}</summary>\n<ol class=\"blocks\">",
            thousands(group.blocks),
            thousands(group.documents),
            rule(&group.before),
            rule(&group.after)
        );
        for sample in &group.samples {
            let _ = writeln!(
                out,
                "<li class=\"{class}\"><span class=\"where\">{}:{}</span><span class=\"text\" dir=\"auto\">{}</span><span class=\"why\">{}</span></li>",
                escaped(&sample.uri),
                sample.line,
                escaped(&sample.text),
                escaped(&sample.detail)
            );
        }
        out.push_str("</ol></details>\n");
    }
}
