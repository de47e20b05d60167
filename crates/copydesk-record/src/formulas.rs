//! Where formulas stand in a text, by the signs around them that LaTeX has.

use std::ops::Range;

/// Longer ones are no formulas, in bytes.
const LONGEST: usize = 8_000;
/// A single letter or two between dollars are a formula as well; longer words need a sign that formulas have.
const SHORT: usize = 3;

pub(crate) struct Formula {
    pub(crate) range: Range<usize>,
    display: bool,
    /// The length of the signs at each end.
    sign: usize,
}

impl Formula {
    /// The formula between dollars, which Markdown knows it by.
    pub(crate) fn written(&self, text: &str) -> String {
        let sign = if self.display { "$$" } else { "$" };
        let inner = &text[self.range.start + self.sign..self.range.end - self.sign];
        format!("{sign}{}{sign}", without_tags(inner.trim()))
    }
}

/// A formula in which nothing reads as a tag where a reader of Markdown knows no formulas: `a<b` becomes `a< b`, which means the
/// same.
fn without_tags(formula: &str) -> String {
    let mut out = String::with_capacity(formula.len());
    let mut signs = formula.chars().peekable();
    while let Some(sign) = signs.next() {
        out.push(sign);
        if sign == '<' && signs.peek().is_some_and(|next| next.is_alphabetic() || matches!(next, '/' | '!' | '?')) {
            out.push(' ');
        }
    }
    out
}

/// The formulas of a text, in order.
pub(crate) fn find(text: &str) -> Vec<Formula> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(offset) = memchr::memchr2(b'$', b'\\', &text.as_bytes()[at..]) {
        let start = at + offset;
        let rest = &text[start..];
        let formula = if rest.starts_with("$$") {
            between(text, start, "$$", true)
        } else if rest.starts_with("\\[") {
            between(text, start, "\\]", true)
        } else if rest.starts_with("\\(") {
            between(text, start, "\\)", false)
        } else if rest.starts_with('$') {
            dollars(text, start)
        } else {
            None
        };
        // A backslash takes what follows with it.
        at = formula.as_ref().map_or(start + 1 + usize::from(rest.starts_with("\\$")), |formula| formula.range.end);
        found.extend(formula);
    }
    found
}

fn between(text: &str, start: usize, end: &str, display: bool) -> Option<Formula> {
    let inner = start + 2;
    // An end further off is not looked for, so that a text full of beginnings is read once.
    let most = text.floor_char_boundary((inner + LONGEST + end.len()).min(text.len()));
    let length = text[inner..most].find(end)?;
    let said = &text[inner..inner + length];
    let breaks = if display { said.contains("\n\n") } else { said.contains('\n') };
    let range = start..inner + length + 2;
    (!said.trim().is_empty() && !breaks && !is_link(said)).then_some(Formula { range, display, sign: 2 })
}

/// Whether a reader of Markdown that knows no formulas would see a link in it.
fn is_link(said: &str) -> bool {
    said.contains("](") || said.contains("][")
}

/// Prices and names of variables have dollars too: a formula has no space inside its dollars, no letter or figure around them,
/// and more than a word between.
fn dollars(text: &str, start: usize) -> Option<Formula> {
    let inner = start + 1;
    if text[..start].ends_with(char::is_alphanumeric) || text[inner..].starts_with(char::is_whitespace) {
        return None;
    }
    let bytes = text.as_bytes();
    let mut end = inner;
    loop {
        end += memchr::memchr2(b'$', b'\n', &bytes[end..])?;
        if bytes[end] == b'\n' || end - inner > LONGEST {
            return None;
        }
        if bytes[end - 1] != b'\\' {
            break;
        }
        end += 1;
    }
    let said = &text[inner..end];
    let after = text[end + 1..].chars().next();
    let closes = !said.is_empty() && !said.ends_with(char::is_whitespace) && !after.is_some_and(char::is_alphanumeric);
    let tells = said.contains(['\\', '^', '_', '=', '<', '>', '{']) || said.len() <= SHORT && !said.contains(' ');
    let tells = tells
        || !said.contains(' ') && said.contains(['+', '-', '*', '/', '(', '|']) && said.contains(char::is_alphabetic);
    (closes && tells && !is_link(said)).then_some(Formula { range: start..end + 1, display: false, sign: 1 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_told_from_prices() {
        for (text, want) in [
            ("so $x^2$ is", "$x^2$"),
            ("so $x$, \\(a_1\\) and \\[ b \\]", "$x$ $a_1$ $$b$$"),
            ("$$\\frac{a}{b}$$", "$$\\frac{a}{b}$$"),
            ("from $5 to $6, or $7.", ""),
            ("US$ 5 and US$ 6", ""),
            ("$HOME and $PATH", ""),
            ("between $5-$10 a day", ""),
            ("a \\$ sign $n-1$", "$n-1$"),
            ("A$AP and B$B", ""),
            ("so \\(a<b\\) and $x <script>$", "$a< b$ $x < script>$"),
            ("so \\(x [y](http://example.org) z\\)", ""),
            ("so \\(x\ny\\)", ""),
        ] {
            let got: Vec<String> = find(text).iter().map(|formula| formula.written(text)).collect();
            assert_eq!(got.join(" "), want, "{text}");
        }
    }
}
