//! Names out of the values of metadata.

use super::names::{are_chinese_names, is_initial, is_titled, push_new};
use super::{is_organisation, strip_opener};
use crate::Lexicon;
use crate::fold::{Folded, fold};
use crate::name::is_name_word;

/// The names in a value of the metadata, such as `By Ann Lee and Bo Chan, Staff Reporter`.
///
/// Keeps what is printed; drops byline words, mail and web addresses, handles, roles and the page's controls.
/// Organisations stay in the list; [`is_organisation`] tells them apart.
pub fn clean_name(value: &str, lexicon: &Lexicon) -> Vec<String> {
    let value = crate::fold::head(value.trim(), 2_000);
    let mut out: Vec<String> = Vec::new();
    if lexicon.agency(value).is_some() {
        return vec![squash(value)];
    }
    let value = strip_opener(value, lexicon);
    let joined = split_joined(value, lexicon);
    // `Doe, Jane`: two single words and no organisation are one person, surname first.
    if let [last, first] = joined.as_slice()
        && value.contains(", ")
        && !last.contains(' ')
        && !first.contains(' ')
        && !first.chars().all(crate::fold::is_unspaced)
        && [last, first].iter().all(|w| is_name_word(w) && !is_organisation(w, lexicon))
    {
        return vec![format!("{first} {last}")];
    }
    for piece in joined {
        let piece = strip_opener(strip_joiner(piece.trim(), lexicon), lexicon);
        let mut words: Vec<&str> = Vec::new();
        for word in piece.split_whitespace() {
            if word.contains('@') || word.contains("://") || word.starts_with("www.") {
                continue;
            }
            words.push(word);
        }
        let mut name = words.join(" ");
        loop {
            let folded = Folded::new(&name);
            let text = folded.text().trim_end();
            let Some((at, ())) = lexicon.controls.at_end(text).filter(|&(at, ())| at > 0) else { break };
            name = name[..folded.origin(at)].trim().to_owned();
        }
        let name = name.trim_matches(|c: char| {
            c.is_whitespace() || matches!(c, ',' | ';' | '|' | '-' | '–' | '—' | '·' | '•' | ':' | '/' | '"' | '*')
        });
        let parts: Vec<String> = name.split_whitespace().map(str::to_owned).collect();
        if are_chinese_names(&parts, lexicon) {
            for name in parts {
                push_new(&mut out, name);
            }
            continue;
        }
        let name = name.strip_suffix(')').and_then(|n| n.rsplit_once(" (")).map_or(name, |(n, _)| n.trim());
        let name = without_paper(strip_byline_suffix(name, lexicon), lexicon);
        if name.is_empty() || !name.chars().any(char::is_alphabetic) || has_only_role(name, &out, lexicon) {
            continue;
        }
        push_new(&mut out, name.to_owned());
    }
    out
}

/// `김하늘 기자` without the word for reporter.
fn strip_byline_suffix<'t>(name: &'t str, lexicon: &Lexicon) -> &'t str {
    let folded = Folded::new(name);
    match lexicon.byline_suffixes.at_end(folded.text().trim_end()) {
        Some((at, _)) if at > 0 => name[..folded.origin(at)].trim_end(),
        _ => name,
    }
}

/// `Ann Lee for the Harbour Post` without who had it written.
fn without_paper<'t>(name: &'t str, lexicon: &Lexicon) -> &'t str {
    let mut at = 0;
    for (number, word) in name.split(' ').enumerate() {
        let next = &name[(at + word.len() + 1).min(name.len())..];
        let titled = next.strip_prefix("the ").unwrap_or(next).starts_with(char::is_uppercase);
        if number >= 2 && titled && lexicon.credit_for.contains(&fold(word)) {
            return name[..at].trim_end();
        }
        at += word.len() + 1;
    }
    name
}

/// `and Bo Chan` after a comma, without the `and`.
fn strip_joiner<'t>(piece: &'t str, lexicon: &Lexicon) -> &'t str {
    match piece.split_once(char::is_whitespace) {
        Some((first, rest))
            if matches!(first, "&" | "+")
                || !is_titled(first) && !is_initial(first, &fold(first)) && lexicon.joiners.contains(&fold(first)) =>
        {
            rest.trim()
        }
        _ => piece,
    }
}

/// `MD`, `Ph.D.`, `DACVB`: letters after a name.
fn is_credential(name: &str) -> bool {
    let letters = name.chars().filter(|c| c.is_alphabetic()).count();
    let capitals = name.chars().filter(|c| c.is_uppercase()).count();
    (2..=6).contains(&letters) && capitals + 1 >= letters && capitals >= 2 && !name.contains(' ')
}

fn has_only_role(name: &str, before: &[String], lexicon: &Lexicon) -> bool {
    let folded = fold(name);
    if lexicon.roles.whole(&folded).is_some() {
        return true;
    }
    if !before.is_empty()
        && (is_credential(name) && lexicon.agency(name).is_none() || lexicon.roles.at_start(&folded).is_some())
    {
        return true;
    }
    !before.is_empty()
        && lexicon.roles.all(&folded).any(|(_, end, ())| end == folded.len())
        && !is_organisation(name, lexicon)
}

/// Cuts a list of names at commas, bars and the words for "and".
fn split_joined<'t>(value: &'t str, lexicon: &Lexicon) -> Vec<&'t str> {
    let mut out = Vec::new();
    for piece in value
        .split([',', ';', '|', '、', '،', '，', '\n', '·', '•'])
        .flat_map(|p| p.split(" / "))
        .flat_map(|p| p.split(" – "))
        .flat_map(|p| p.split(" - "))
    {
        let piece = piece.trim();
        if piece.is_empty() {
            continue;
        }
        if lexicon.agency(piece).is_some() {
            out.push(piece);
            continue;
        }
        let mut start = 0;
        let mut at = 0;
        for word in piece.split_inclusive(char::is_whitespace) {
            let bare = word.trim();
            let folded = fold(bare);
            if at > start
                && at + word.len() < piece.len()
                && !is_initial(bare, &folded)
                && !is_titled(bare)
                && (lexicon.joiners.contains(&folded) || matches!(bare, "&" | "+"))
            {
                out.push(piece[start..at].trim());
                start = at + word.len();
            }
            at += word.len();
        }
        out.push(piece[start..].trim());
    }
    out
}

fn squash(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(value: &str, names: &[&str]) {
        assert_eq!(clean_name(value, Lexicon::builtin()), names, "{value:?}");
    }

    #[test]
    fn keeps_what_is_printed_and_drops_the_rest() {
        check("By Ann Lee", &["Ann Lee"]);
        check("Ann Lee and Bo Chan", &["Ann Lee", "Bo Chan"]);
        check("Ann Lee, Bo Chan & Cy Dahl", &["Ann Lee", "Bo Chan", "Cy Dahl"]);
        check("Jana Weiß und Tim Roth", &["Jana Weiß", "Tim Roth"]);
        check("Ann Lee , News Reporter", &["Ann Lee"]);
        check("ANN LEE", &["ANN LEE"]);
        check("Ann Lee, Bo Chan, & Cy Dahl", &["Ann Lee", "Bo Chan", "Cy Dahl"]);
        check("Ann Lee, Bo Chan, and Cy Dahl", &["Ann Lee", "Bo Chan", "Cy Dahl"]);
        check("Ann Lee, MD, Ph.D.", &["Ann Lee"]);
        check("Ann Lee, CEO of Harbour Works", &["Ann Lee"]);
        check("Ann Lee Follow", &["Ann Lee"]);
        check("Ann Lee ann@example.org", &["Ann Lee"]);
        check("Kari Moe – Journalist", &["Kari Moe"]);
        check("Lee, Ann", &["Ann Lee"]);
        check("Reuters, AFP", &["Reuters", "AFP"]);
        check("Associated Press", &["Associated Press"]);
        check("Redaktion beispiel.de", &["Redaktion beispiel.de"]);
        check("José Y. Gómez", &["José Y. Gómez"]);
        check("김하늘 기자", &["김하늘"]);
        check("王小明 骆青", &["王小明", "骆青"]);
        check("山田 花子", &["山田 花子"]);
        check("Dan Lee-Chan", &["Dan Lee-Chan"]);
        check("Budi dan Siti", &["Budi", "Siti"]);
    }

    #[test]
    fn addresses_and_empty_values_give_nobody() {
        check("https://www.facebook.com/harbourpaper", &[]);
        check("@harbourpaper", &[]);
        check("", &[]);
        check(" - ", &[]);
    }
}
