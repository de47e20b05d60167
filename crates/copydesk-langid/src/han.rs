//! Simplified or traditional: Chinese told apart by its characters.

use std::sync::LazyLock;

use crate::lang::Lang;

struct Characters {
    simplified: Vec<char>,
    traditional: Vec<char>,
}

static CHARACTERS: LazyLock<Characters> = LazyLock::new(|| {
    let mut found = Characters { simplified: Vec::new(), traditional: Vec::new() };
    for line in include_str!("../data/han.tsv").lines().filter(|line| !line.starts_with('#')) {
        let (kind, characters) = line.split_once('\t').unwrap_or_default();
        let list = if kind == "simplified" { &mut found.simplified } else { &mut found.traditional };
        list.extend(characters.chars());
    }
    found.simplified.sort_unstable();
    found.traditional.sort_unstable();
    found
});

/// `zh-Hans` or `zh-Hant` if the characters of a Chinese text say so, else plain `zh`.
pub(crate) fn variety(text: &str) -> Option<Lang> {
    let characters = &*CHARACTERS;
    let (mut simplified, mut traditional) = (0_u32, 0_u32);
    // The first few hundred characters say it as well as a whole page.
    for c in text.chars().filter(|&c| c >= '\u{3400}').take(500) {
        simplified += u32::from(characters.simplified.binary_search(&c).is_ok());
        traditional += u32::from(characters.traditional.binary_search(&c).is_ok());
    }
    match simplified.cmp(&traditional) {
        std::cmp::Ordering::Greater => Lang::from_tag("zh-Hans"),
        std::cmp::Ordering::Less => Lang::from_tag("zh-Hant"),
        std::cmp::Ordering::Equal => None,
    }
}
