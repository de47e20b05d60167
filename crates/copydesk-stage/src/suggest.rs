//! Did you mean ...?

/// The name that was probably meant, if one is near enough.
pub fn closest<'a>(given: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let words = |name: &str| name.split(['-', '.']).map(str::to_owned).collect::<Vec<_>>();
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
            let is_word = (given.len() >= 4 && words(&candidate).contains(&given))
                || (candidate.len() >= 4 && words(&given).contains(&candidate));
            // Two slips in five letters are still the same word; more is another one.
            let near = distance * 5 <= longest * 2 || is_word;
            near.then_some((if is_word { distance.min(1) } else { distance }, name))
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
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
        assert_eq!(closest("titel", ["title", "source.uri"]), Some("title"));
        assert_eq!(closest("agency", ["title", "dateline.agency"]), Some("dateline.agency"));
        assert_eq!(closest("", names), None);
    }
}
