//! What a rule, a note or a limit means, by its name.

use std::fmt::Write as _;

use anyhow::anyhow;
use copydesk_explain::{RuleText, rule_texts};
use copydesk_stage::Catalog;

use super::Style;
use crate::terminal::{Tone, wrap};

/// All that is explained, each with who goes by that rule.
fn all(catalog: &Catalog) -> Vec<(&'static str, RuleText)> {
    let house = [
        ("parse", copydesk_parse::README),
        ("source", copydesk_intake::README),
        ("source", copydesk_pipeline::README),
        ("any stage", copydesk_runner::README),
    ];
    let stages = catalog.stages().iter().map(|entry| (entry.name, entry.readme));
    let all = house.into_iter().chain(stages);
    all.flat_map(|(who, readme)| rule_texts(readme).into_iter().map(move |text| (who, text))).collect()
}

/// What the rules of that name mean. An error, with those that are nearest, where there is none.
pub(super) fn print(name: &str, catalog: &Catalog, style: Style) -> anyhow::Result<String> {
    let all = all(catalog);
    let mut out = String::new();
    for (who, rule) in all.iter().filter(|(_, rule)| rule.names.iter().any(|known| known == name)) {
        let _ = writeln!(out, "{} ({who})", style.paint.paint(Tone::Strong, name));
        let text = format!("{}: {}", rule.heading, rule.text);
        for line in wrap(&text, style.width.saturating_sub(2).max(20)) {
            let _ = writeln!(out, "  {line}");
        }
    }
    if out.is_empty() {
        let mut names: Vec<&str> = all.iter().flat_map(|(_, rule)| &rule.names).map(String::as_str).collect();
        names.sort_unstable();
        names.dedup();
        let mean = copydesk_pipeline::closest(name, names.iter().copied());
        let mean = mean.map(|mean| format!("; did you mean `{mean}`?")).unwrap_or_default();
        return Err(anyhow!("no rule or note is called `{name}`{mean} (there are: {})", names.join(", ")));
    }
    Ok(out)
}
