//! A difference, printed.

use std::fmt::Write as _;

use copydesk_explain::{BlockChange, BlockGroup, Decider, Difference, FactGroup, Gone};
use serde_json::Value;

use crate::terminal::{Paint, Tone, cut, one_line, thousands};

/// A number with its noun.
fn count(n: u64, noun: &str) -> String {
    format!("{} {noun}{}", thousands(n), if n == 1 { "" } else { "s" })
}

/// For people.
pub(in crate::commands) fn print(difference: &Difference, paint: Paint, width: usize) -> String {
    let Difference { documents, lost, gained, facts, blocks, captions, by_rule } = difference;
    let mut out = format!(
        "{}: {} the same, {} changed, {} lost, {} gained\n",
        paint.paint(Tone::Strong, &count(documents.all(), "document")),
        thousands(documents.same),
        thousands(documents.changed),
        thousands(documents.lost),
        thousands(documents.gained),
    );
    gone(&mut out, "Lost", documents.lost, lost, paint, width);
    gone(&mut out, "Gained", documents.gained, gained, paint, width);
    if !facts.is_empty() {
        let _ = writeln!(out, "\n{}", paint.paint(Tone::Strong, "Facts"));
        for group in facts {
            fact(&mut out, group, paint, width);
        }
    }
    if !blocks.is_empty() {
        let _ = writeln!(out, "\n{}", paint.paint(Tone::Strong, "Blocks"));
        for group in blocks {
            block(&mut out, group, paint, width);
        }
        if !by_rule {
            let line =
                "not all records say which rules decided; the option `decisions` of the export `jsonl` adds that";
            let _ = writeln!(out, "  {}", paint.paint(Tone::Quiet, line));
        }
    }
    if captions.found + captions.lost + captions.changed > 0 {
        let _ = writeln!(
            out,
            "\n{}\n  {} found, {} lost, {} changed",
            paint.paint(Tone::Strong, "Captions"),
            thousands(captions.found),
            thousands(captions.lost),
            thousands(captions.changed)
        );
        for uri in &captions.samples {
            let _ = writeln!(out, "    {}", paint.paint(Tone::Quiet, &cut(&one_line(uri), width.saturating_sub(4))));
        }
    }
    out
}

fn gone(out: &mut String, name: &str, all: u64, list: &[Gone], paint: Paint, width: usize) {
    if all == 0 {
        return;
    }
    let _ = writeln!(out, "\n{}", paint.paint(Tone::Strong, name));
    for Gone { uri, title, why } in list {
        let why = why.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
        let title = title.as_ref().map(|title| format!(" ({title})")).unwrap_or_default();
        let _ = writeln!(out, "  {}", cut(&one_line(&format!("{uri}{title}{why}")), width.saturating_sub(2)));
    }
    more(out, all, list.len(), paint);
}

fn more(out: &mut String, all: u64, shown: usize, paint: Paint) {
    let rest = all.saturating_sub(shown as u64);
    if rest > 0 && shown > 0 {
        let _ = writeln!(out, "    {}", paint.paint(Tone::Quiet, &format!("and {} more", thousands(rest))));
    }
}

fn fact(out: &mut String, group: &FactGroup, paint: Paint, width: usize) {
    let from = |name: &str| if name.is_empty() { "nothing".to_owned() } else { one_line(name) };
    let _ = writeln!(
        out,
        "  {} in {}: {} -> {}",
        paint.paint(Tone::Fact, &group.field),
        count(group.documents, "document"),
        from(&group.before),
        from(&group.after)
    );
    for sample in &group.samples {
        let _ =
            writeln!(out, "    {}", paint.paint(Tone::Quiet, &cut(&one_line(&sample.uri), width.saturating_sub(4))));
        for (mark, tone, value) in [('-', Tone::Bad, &sample.before), ('+', Tone::Good, &sample.after)] {
            let text = cut(&one_line(&plain(value)), width.saturating_sub(8));
            let _ = writeln!(out, "      {}", paint.paint(tone, &format!("{mark} {text}")));
        }
    }
    more(out, group.documents, group.samples.len(), paint);
}

fn plain(value: &Value) -> String {
    match value {
        Value::Null => "(none)".into(),
        Value::String(text) => text.clone(),
        Value::Array(items) if items.is_empty() => "(none)".into(),
        Value::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join("; "),
        other => other.to_string(),
    }
}

fn block(out: &mut String, group: &BlockGroup, paint: Paint, width: usize) {
    let (name, mark, tone) = match group.change {
        BlockChange::Dropped => ("kept before, dropped now", '-', Tone::Bad),
        BlockChange::Kept => ("dropped before, kept now", '+', Tone::Good),
        BlockChange::Relabelled => ("called otherwise", '*', Tone::Warning),
        BlockChange::Rewritten => ("other text", '*', Tone::Warning),
        BlockChange::Appeared => ("new blocks", '+', Tone::Fact),
        BlockChange::Disappeared => ("blocks that are gone", '-', Tone::Fact),
    };
    let reasons: Vec<String> = [&group.before, &group.after].into_iter().filter_map(reason).collect();
    let reasons = if reasons.is_empty() { String::new() } else { format!(": {}", reasons.join(" -> ")) };
    let _ = writeln!(
        out,
        "  {}, {} in {}{reasons}",
        paint.paint(tone, name),
        count(group.blocks, "block"),
        count(group.documents, "document")
    );
    for sample in &group.samples {
        let place = one_line(&format!("{}:{}", sample.uri, sample.line));
        let detail = if sample.detail.is_empty() { String::new() } else { format!("  [{}]", one_line(&sample.detail)) };
        let _ = writeln!(
            out,
            "    {}",
            paint.paint(Tone::Quiet, &cut(&format!("{place}{detail}"), width.saturating_sub(4)))
        );
        let text = cut(&one_line(&sample.text), width.saturating_sub(8));
        let _ = writeln!(out, "      {}", paint.paint(tone, &format!("{mark} {text}")));
    }
    more(out, group.documents, group.samples.len(), paint);
}

fn reason(reason: &Decider) -> Option<String> {
    match (reason.label.as_str(), reason.rule.as_str()) {
        ("", "") => None,
        (label, "") => Some(label.to_owned()),
        (label, rule) => Some(format!("{} ({label})", one_line(rule))),
    }
}
