//! What the names of rules, notes and limits mean, as the READMEs of the crates say it.

/// What a README says of one rule, or of several that do the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleText {
    /// The names.
    pub names: Vec<String>,
    /// What it does, or when it speaks: as Markdown has it, and as a clause that goes on from `heading`.
    pub text: String,
    /// The head of the column that `text` stands in, such as "A block is dropped because".
    pub heading: String,
}

/// What the first column of a table of rules is called.
const COLUMNS: [&str; 4] = ["rule", "afterthought", "note", "test"];

/// The rules that a README explains: in tables whose first column is called "Rule", "Afterthought", "Note" or "Test", the rows that
/// begin with names between backticks.
pub fn rule_texts(readme: &str) -> Vec<RuleText> {
    let mut found = Vec::new();
    // The head of the second column, in a table of rules.
    let mut table: Option<Option<&str>> = None;
    for line in readme.lines() {
        let Some((first, rest)) = line.strip_prefix("| ").and_then(|row| row.split_once(" | ")) else {
            table = table.filter(|_| line.starts_with("|-"));
            continue;
        };
        let rest = rest.trim_end().trim_end_matches('|').trim_end();
        match table {
            None => table = Some(COLUMNS.contains(&&*first.to_lowercase()).then_some(rest)),
            Some(Some(heading)) => {
                let row = |names| RuleText { names, text: rest.to_owned(), heading: heading.to_owned() };
                found.extend(names(first).map(row));
            }
            Some(None) => {}
        }
    }
    found
}

/// `` `doubled`, `again` ``.
fn names(cell: &str) -> Option<Vec<String>> {
    let name = |name: &str| Some(name.trim().strip_prefix('`')?.strip_suffix('`')?.to_owned());
    cell.split(',').map(name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_names_are_rules() {
        let readme = "# x\n\n| Rule | A block goes because |\n|---|---|\n| `a`, `b-c` | it is `short` |\n| plain | no |\n\n\
                      Text.\n\n| mode | F1 |\n|---|---|\n| `recall` | 0.9 | 0.8 |\n";
        let found = rule_texts(readme);
        assert_eq!(found[0].names, ["a", "b-c"]);
        assert_eq!((&*found[0].heading, &*found[0].text), ("A block goes because", "it is `short`"));
        assert_eq!(found.len(), 1);
    }
}
