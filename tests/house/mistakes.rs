//! `docs/when-a-stage-goes-wrong.md` names a test for each mistake, and that test is there.

use std::fs;

use regex::Regex;

use crate::metadata::root;

#[test]
fn every_mistake_has_the_test_that_is_named() {
    let page = fs::read_to_string(root().join("docs/when-a-stage-goes-wrong.md")).expect("the page");
    let named = Regex::new(r"^`([a-z_]+)` in `([^`]+)`$").expect("a pattern");
    let rows = page.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| ---"));
    let mut count = 0;
    let mut has_one = false;
    for row in rows {
        let cells: Vec<&str> = row.trim_matches(['|', ' ']).split(" | ").collect();
        let [_, _, test] = cells[..] else { panic!("three cells: {row}") };
        match test {
            "tested by" => has_one = false,
            "the same" => {
                assert!(has_one, "the same as what? {row}");
                count += 1;
            }
            test => {
                let captures = named.captures(test).unwrap_or_else(|| panic!("no test: {row}"));
                let code =
                    fs::read_to_string(root().join(&captures[2])).unwrap_or_else(|error| panic!("{row}: {error}"));
                let marked = Regex::new(&format!(r"#\[test\]\s+fn {}\(\)", &captures[1])).expect("a pattern");
                assert!(marked.is_match(&code), "{row}");
                has_one = true;
                count += 1;
            }
        }
    }
    assert!(count >= 30, "{count}");
}
