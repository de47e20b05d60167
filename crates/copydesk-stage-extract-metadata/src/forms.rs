//! The one form in which addresses and languages are given: absolute, and BCP 47.

use copydesk_document::{Document, absolute};

use crate::Gathered;

/// Brings the candidates into that form, so that those that mean the same agree. What has none is dropped.
pub(crate) fn settle(doc: &Document, gathered: &mut Gathered) {
    let base = base(doc, gathered);
    for (pool, beside) in [(&mut gathered.url, false), (&mut gathered.image, true)] {
        // An address of the page that begins with neither host nor path is a host without its scheme as often as not.
        for entry in pool.entries.iter_mut().filter(|entry| beside || entry.value.starts_with('/')) {
            if let Some(whole) = base.as_deref().and_then(|base| absolute(&entry.value, base)) {
                entry.value = whole;
            }
        }
    }
    gathered.url.entries.retain(|e| is_web(&e.value));
    gathered.language.entries.retain_mut(|e| match language(&e.value) {
        Some(tag) => {
            e.value = tag;
            true
        }
        None => false,
    });
}

fn is_web(url: &str) -> bool {
    url.get(..7).is_some_and(|s| s.eq_ignore_ascii_case("http://"))
        || url.get(..8).is_some_and(|s| s.eq_ignore_ascii_case("https://"))
}

/// What relative addresses are relative to: `<base>`, the fetched address, the declared one.
fn base(doc: &Document, gathered: &Gathered) -> Option<String> {
    let declared = doc.evidence.value(copydesk_document::Origin::Link, "base");
    let own = gathered.url.entries.iter().map(|e| e.value.as_str());
    declared.into_iter().chain(doc.source.url.as_deref()).chain(own).find(|url| is_web(url)).map(str::to_owned)
}

/// A language tag as BCP 47 writes it: `en_us` is `en-US`, `zh-hans` is `zh-Hans`. `None` for what is no tag.
fn language(value: &str) -> Option<String> {
    let value = value.split([',', ';', '.']).next()?.trim();
    let mut parts = value.split(['-', '_']);
    let first = parts.next().filter(|p| (2..=3).contains(&p.len()) && p.bytes().all(|b| b.is_ascii_alphabetic()))?;
    let mut tag = first.to_ascii_lowercase();
    for part in parts.take(4) {
        if part.is_empty() || part.len() > 8 || !part.bytes().all(|b| b.is_ascii_alphanumeric()) {
            return None;
        }
        tag.push('-');
        match part.len() {
            2 => tag.push_str(&part.to_ascii_uppercase()),
            4 if !part.starts_with(|c: char| c.is_ascii_digit()) => {
                tag.push_str(&part[..1].to_ascii_uppercase());
                tag.push_str(&part[1..].to_ascii_lowercase());
            }
            _ => tag.push_str(&part.to_ascii_lowercase()),
        }
    }
    Some(tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_written_one_way() {
        assert_eq!(language("en_us").as_deref(), Some("en-US"));
        assert_eq!(language("zh-hans-cn").as_deref(), Some("zh-Hans-CN"));
        assert_eq!(language("DE").as_deref(), Some("de"));
        assert_eq!(language("english"), None);
        assert_eq!(language(""), None);
    }
}
