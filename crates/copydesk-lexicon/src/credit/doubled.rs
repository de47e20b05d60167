//! Captions that a page prints twice in one line.

/// Shortest half that counts as a doubled caption, in characters: `bye bye` is not one.
const SHORTEST: usize = 12;

/// Longest line that can be a doubled caption, in bytes.
const LONGEST: usize = 20_000;

/// The single caption of a line that holds the same text twice, or `None`.
///
/// ```
/// # use copydesk_lexicon::undouble;
/// assert_eq!(undouble("Boats leave the pier. Boats leave the pier."), Some("Boats leave the pier."));
/// assert_eq!(undouble("Boats leave the pier."), None);
/// ```
pub fn undouble(text: &str) -> Option<&str> {
    let text = text.trim();
    if text.len() > LONGEST {
        return None;
    }
    // Both halves are equal up to the space between them, so the border lies in the middle, give or take the
    // space; spaces inside the halves may differ, which shifts the border by as many bytes.
    let middle = text.len() / 2;
    let from = middle.saturating_sub(16);
    let to = (middle + 16).min(text.len());
    let first = text.chars().next()?;
    for at in from..=to {
        if text.is_char_boundary(at) && text[at..].starts_with(first) {
            let (a, b) = text.split_at(at);
            let a = a.trim_end();
            if a.chars().nth(SHORTEST - 1).is_some() && same(a, b) {
                return Some(a);
            }
        }
    }
    None
}

fn same(a: &str, b: &str) -> bool {
    let solid = |c: &char| !c.is_whitespace();
    a.chars().filter(solid).eq(b.chars().filter(solid))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubled_with_and_without_space() {
        let once = "From left: Ann Lee and Bo Chan at the fair in Bergen. (Fair Centre)";
        for between in ["", " ", "  ", "\n", " \n "] {
            assert_eq!(undouble(&format!("{once}{between}{once}")), Some(once));
        }
        assert_eq!(undouble(once), None);
        assert_eq!(undouble("New York, New York"), None);
        assert_eq!(undouble(&format!("{once} {}", once.replace("Bergen", "Berlin"))), None);
    }
}
