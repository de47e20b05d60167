//! Did you mean ...?

/// The name that was probably meant, if one is near enough.
pub fn closest<'a>(given: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let plain = |name: &str| name.to_lowercase().replace(['_', ' '], "-");
    let given = plain(given);
    if given.is_empty() {
        return None;
    }
    names
        .into_iter()
        .filter_map(|name| {
            let candidate = plain(name);
            let distance = strsim::damerau_levenshtein(&given, &candidate);
            let longest = given.chars().count().max(candidate.chars().count());
            // A whole word of a name counts as near: `language` for `detect-language`.
            let is_word = (given.len() >= 4 && candidate.split('-').any(|word| word == given))
                || (candidate.len() >= 4 && given.split('-').any(|word| word == candidate));
            // Two slips in five letters are still the same word; more is another one.
            let near = distance * 5 <= longest * 2 || is_word;
            near.then_some((if is_word { distance.min(1) } else { distance }, name))
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

/// `a`, `b` and `c`, each in backquotes.
pub(crate) fn list<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let names: Vec<String> = names.into_iter().map(|n| format!("`{n}`")).collect();
    join(&names, "and")
}

/// Joins with commas, and a word before the last.
pub(crate) fn join(parts: &[String], word: &str) -> String {
    match parts {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} {word} {last}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names_are_found_and_far_ones_are_not() {
        let names = ["strip-boilerplate", "detect-language", "split-captions"];
        assert_eq!(closest("strip-boilerplte", names), Some("strip-boilerplate"));
        assert_eq!(closest("Strip_Boilerplate", names), Some("strip-boilerplate"));
        assert_eq!(closest("language", names), Some("detect-language"));
        assert_eq!(closest("translate", names), None);
        assert_eq!(closest("marx", ["marks", "within"]), Some("marks"));
        assert_eq!(closest("only_keep", ["keep", "drop"]), Some("keep"));
        assert_eq!(closest("", names), None);
    }

    #[test]
    fn lists_read_like_a_sentence() {
        assert_eq!(list(["a"]), "`a`");
        assert_eq!(list(["a", "b", "c"]), "`a`, `b` and `c`");
    }
}
