//! `${NAME}` and `${NAME:-default}` in the texts of a pipeline file, from the environment.

use super::Loader;
use crate::{
    diagnosis::Diagnostic,
    node::{Node, NodeValue},
};

/// What the environment has under a name.
pub(super) type Lookup<'a> = &'a dyn Fn(&str) -> Option<String>;

const OPENS: &str = "${";
/// How `${` is written where it means itself.
const ESCAPED: &str = "$${";

impl Loader<'_> {
    /// Puts values in the place of variables, in every text of a pipeline file but those of its tests, which are documents.
    pub(super) fn expand_variables(&mut self, root: &mut Node, lookup: Lookup<'_>) {
        let NodeValue::Table(entries) = &mut root.value else { return };
        for entry in entries.iter_mut().filter(|entry| entry.key != "test") {
            self.expand(&mut entry.node, lookup);
        }
    }

    fn expand(&mut self, node: &mut Node, lookup: Lookup<'_>) {
        match &mut node.value {
            NodeValue::String(text) if text.contains(OPENS) => match expanded(text, lookup) {
                Ok(value) => *text = value,
                Err((message, help)) => self.say(Diagnostic::error(message, node.span.clone()).help(help)),
            },
            NodeValue::Array(items) => items.iter_mut().for_each(|item| self.expand(item, lookup)),
            NodeValue::Table(entries) => entries.iter_mut().for_each(|entry| self.expand(&mut entry.node, lookup)),
            _ => {}
        }
    }
}

/// A text with values in the place of its variables, or what is wrong and the way out.
fn expanded(text: &str, lookup: Lookup<'_>) -> Result<String, (String, String)> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(OPENS) {
        let (before, behind) = (&rest[..at], &rest[at + OPENS.len()..]);
        if let Some(before) = before.strip_suffix('$') {
            out.push_str(before);
            out.push_str(OPENS);
            rest = behind;
            continue;
        }
        out.push_str(before);
        let inside = behind.split_once('}').map(|(inside, rest)| (inside.split_once(":-"), inside, rest));
        let (name, default, after) = match inside {
            Some((Some((name, default)), _, after)) => (name, Some(default), after),
            Some((None, name, after)) => (name, None, after),
            None => ("", None, ""),
        };
        if !is_name(name) {
            let help = format!("write ${{NAME}} or ${{NAME:-default}}; `{OPENS}` itself is written `{ESCAPED}`");
            return Err((format!("`{OPENS}` opens a variable, and there is no name behind it"), help));
        }
        match (lookup(name).filter(|value| !value.is_empty()), default) {
            (Some(value), _) => out.push_str(&value),
            (None, Some(default)) => out.push_str(default),
            (None, None) => {
                let help =
                    format!("set it, as in `{name}=... copydesk run FILE`, or give a default: ${{{name}:-default}}");
                return Err((format!("the environment has no `{name}`"), help));
            }
        }
        rest = after;
    }
    Ok(out + rest)
}

/// A name as shells have it.
fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_has_its_value_its_default_or_is_refused() {
        let lookup = |name: &str| match name {
            "DAY" => Some("monday".to_owned()),
            "EMPTY" => Some(String::new()),
            _ => None,
        };
        for (text, expected) in [
            ("pages/${DAY}/a", Some("pages/monday/a")),
            ("${DAY}${DAY}", Some("mondaymonday")),
            ("${NIGHT:-noon}", Some("noon")),
            ("${NIGHT:-}", Some("")),
            ("${EMPTY:-noon}", Some("noon")),
            ("$${DAY} costs $5", Some("${DAY} costs $5")),
            ("${NIGHT}", None),
            ("${EMPTY}", None),
            ("${}", None),
            ("${9}", None),
            ("${DAY", None),
        ] {
            assert_eq!(expanded(text, &lookup).ok().as_deref(), expected, "{text}");
        }
    }
}
