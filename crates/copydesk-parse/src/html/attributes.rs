//! Which attributes are worth keeping.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use copydesk_document::Attr;
use rustc_hash::FxHashMap;

/// Whether an attribute of that name (lower-case) and value is kept. Handlers, tracking data and presentation are not:
/// they are most of the attributes of a page, and nothing reads them.
pub(super) fn is_wanted(name: &str, value: &str) -> bool {
    let wanted = match NAMES.get(name) {
        Some(wanted) => *wanted,
        None if name.starts_with("data-") && DATA.is_match(name) => Wanted::Unembedded,
        None => return false,
    };
    match wanted {
        Wanted::Always => true,
        Wanted::Unembedded => !value.starts_with("data:"),
        Wanted::Telling => hides(value) || SETTINGS.iter().any(|setting| value.contains(setting)),
    }
}

/// When an attribute is kept.
#[derive(Clone, Copy)]
enum Wanted {
    Always,
    /// Unless the value is the data itself.
    Unembedded,
    /// If the value is a style that says something about the text.
    Telling,
}

/// All names by which attributes are kept: every attribute of a page is looked up here, and most are not found.
static NAMES: LazyLock<FxHashMap<&str, Wanted>> = LazyLock::new(|| {
    let wanted = |attr: &Attr| match attr {
        Attr::Style => Wanted::Telling,
        Attr::Src | Attr::Srcset | Attr::Poster => Wanted::Unembedded,
        _ => Wanted::Always,
    };
    let known = Attr::ALL.iter().map(|attr| (attr.name(), wanted(attr)));
    // By its words, not by its whole name.
    let known = known.filter(|(name, _)| !name.starts_with("data-"));
    known.chain(OTHERS.iter().map(|name| (*name, Wanted::Always))).collect()
});

/// What a `data-` attribute that is kept has in its name.
const DATA_WORDS: [&str; 11] =
    ["src", "original", "caption", "credit", "copyright", "photo", "author", "date", "title", "alt", "image"];

static DATA: LazyLock<AhoCorasick> =
    LazyLock::new(|| AhoCorasick::new(DATA_WORDS).unwrap_or_else(|e| unreachable!("a short list of short words: {e}")));

/// Properties of a style by which a page sets text apart: headings in bold, captions in small letters.
const SETTINGS: [&str; 4] = ["font-weight", "font-size", "font-style", "text-align"];

/// Names that the tree builder or the parser asks for and stages seldom do.
const OTHERS: &[&str] = &[
    "about",
    "align",
    "alttext",
    "aria-colspan",
    "aria-rowspan",
    "as",
    "cite",
    // With these a `<font>` ends SVG, and without them it does not.
    "color",
    "close",
    "colspan",
    "data-enlighter-language",
    "data-lang",
    "data-language",
    "data-latex",
    "data-tex",
    "display",
    "encoding",
    "face",
    "for",
    "itemref",
    "label",
    "linethickness",
    "mathvariant",
    "media",
    "open",
    "pubdate",
    "resource",
    "rowspan",
    "scope",
    "separators",
    "shadowrootmode",
    "size",
    "sizes",
    "start",
    "typeof",
    "value",
    "vocab",
    "xml:lang",
];

/// Whether a `style` takes an element off the page.
pub(super) fn hides(style: &str) -> bool {
    ["display", "visibility"].iter().any(|property| {
        // The last declaration counts, so all of them are read.
        let mut hidden = false;
        for declaration in style.split(';') {
            if let Some((name, value)) = declaration.split_once(':')
                && name.trim().eq_ignore_ascii_case(property)
            {
                let value = value.split('!').next().unwrap_or_default().trim();
                hidden = value.eq_ignore_ascii_case("none") || value.eq_ignore_ascii_case("hidden");
            }
        }
        hidden
    })
}

/// Whether a `style` sets text in bold.
pub(super) fn emboldens(style: &str) -> bool {
    style.split(';').filter_map(|d| d.split_once(':')).any(|(name, value)| {
        name.trim().eq_ignore_ascii_case("font-weight")
            && matches!(value.trim().to_ascii_lowercase().as_str(), "bold" | "bolder" | "600" | "700" | "800" | "900")
    })
}

/// Whether a `class` names captions or credits. Inside such an element, inline elements are remembered as parts.
pub(super) fn names_caption(class: &str) -> bool {
    // Every element with a class is asked, so a pair of letters that each word has decides first.
    class.as_bytes().windows(2).any(|pair| matches!(pair, b"pt" | b"di" | b"py"))
        && ["aption", "redit", "opyright"].iter().any(|word| class.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn styles_hide_and_embolden() {
        assert!(hides("color:red; DISPLAY : none !important"));
        assert!(hides("visibility:hidden"));
        assert!(!hides("display:none;display:block") && !hides("overflow:hidden") && !hides(""));
        assert!(emboldens("font-weight: 700") && !emboldens("font-weight:normal"));
    }

    #[test]
    fn only_useful_attributes_are_kept() {
        for name in ["class", "href", "itemprop", "data-src", "data-photo-credit", "aria-hidden", "datetime"] {
            assert!(is_wanted(name, "x"), "{name}");
        }
        for name in ["onclick", "data-track", "bgcolor", "tabindex", "style"] {
            assert!(!is_wanted(name, "x"), "{name}");
        }
        assert!(!is_wanted("src", "data:image/gif;base64,AAAA"));
    }
}
