//! Scripts: the first and surest sign of a language, and the letters that count.

use std::sync::LazyLock;

macro_rules! scripts {
    ($($name:ident $code:literal $doc:literal,)*) => {
        /// A script, as far as it matters to tell languages apart.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(u8)]
        pub enum Script {
            $(#[doc = $doc] $name,)*
        }

        impl Script {
            /// Every script.
            pub const ALL: &'static [Script] = &[$(Script::$name,)*];

            /// The ISO 15924 code.
            pub fn code(self) -> &'static str {
                match self { $(Script::$name => $code,)* }
            }
        }
    };
}

scripts! {
    Latin "Latn" "Latin letters.",
    Cyrillic "Cyrl" "Cyrillic letters.",
    Arabic "Arab" "Arabic letters.",
    Devanagari "Deva" "Devanagari, of Hindi, Marathi and Nepali.",
    Bengali "Beng" "Bengali and Assamese letters.",
    Ethiopic "Ethi" "Ethiopic syllables.",
    Hebrew "Hebr" "Hebrew letters.",
    Tibetan "Tibt" "Tibetan letters.",
    Han "Hani" "Chinese characters without kana beside them.",
    Kana "Jpan" "Hiragana and katakana; with Chinese characters beside them, Japanese.",
    Hangul "Hang" "Korean letters and syllables.",
    Thai "Thai" "Thai letters.",
    Lao "Laoo" "Lao letters.",
    Khmer "Khmr" "Khmer letters.",
    Myanmar "Mymr" "Burmese letters.",
    Georgian "Geor" "Georgian letters.",
    Armenian "Armn" "Armenian letters.",
    Greek "Grek" "Greek letters.",
    Gujarati "Gujr" "Gujarati letters.",
    Gurmukhi "Guru" "Gurmukhi, of Punjabi.",
    Tamil "Taml" "Tamil letters.",
    Telugu "Telu" "Telugu letters.",
    Kannada "Knda" "Kannada letters.",
    Malayalam "Mlym" "Malayalam letters.",
    Sinhala "Sinh" "Sinhala letters.",
    Thaana "Thaa" "Thaana, of Dhivehi.",
    Odia "Orya" "Odia letters.",
    Other "Zyyy" "Letters of a script that no language of the table uses.",
}

/// How many scripts there are.
pub(crate) const SCRIPT_COUNT: usize = Script::ALL.len();

impl Script {
    /// The script of an ISO 15924 code.
    pub fn from_code(code: &str) -> Option<Script> {
        Script::ALL.iter().copied().find(|script| script.code() == code)
    }

    /// How much one letter of the script says, compared with one Latin letter.
    ///
    /// A Chinese character is a word or half of one, and a syllable sign is two letters. Beyond that, text in any
    /// other script often quotes Latin names and brands, while the reverse is rare: so every other letter counts more.
    pub(crate) fn weight(self) -> u32 {
        match self {
            Script::Latin => 2,
            Script::Han => 8,
            Script::Kana | Script::Hangul | Script::Ethiopic => 6,
            _ => 4,
        }
    }
}

/// What the detector needs to know of one character.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Class {
    /// A letter or vowel sign of the script.
    Letter(Script),
    /// A combining accent: belongs to the letter before it.
    Mark,
    /// An apostrophe or a letter that looks like one: part of a word when between letters.
    Apostrophe,
    /// A sign that is read over, inside a word too: soft hyphen, joiners, Arabic vowel points.
    Ignored,
    /// Everything else: ends a word.
    Break,
}

/// The fold of an apostrophe.
pub(crate) const APOSTROPHE: char = '\'';

/// Below this, classes and folds are looked up; above, they are computed.
const TABLE_SIZE: usize = 0x2100;

struct Table {
    classes: Vec<Class>,
    folds: Vec<char>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let chars = || (0..TABLE_SIZE as u32).map(|code| char::from_u32(code).unwrap_or(' '));
    Table { classes: chars().map(compute_class).collect(), folds: chars().map(compute_fold).collect() }
});

/// The two lookups, taken once per text so that the hot loop does not ask whether the table exists.
#[derive(Clone, Copy)]
pub(crate) struct Chars(&'static Table);

impl Chars {
    pub(crate) fn get() -> Chars {
        Chars(&TABLE)
    }

    #[inline]
    pub(crate) fn class(self, c: char) -> Class {
        self.0.classes.get(c as usize).copied().unwrap_or_else(|| compute_class(c))
    }

    /// The character in lower case, with variants of one letter made one.
    #[inline]
    pub(crate) fn fold(self, c: char) -> char {
        self.0.folds.get(c as usize).copied().unwrap_or_else(|| compute_fold(c))
    }
}

fn compute_fold(c: char) -> char {
    match c {
        // Lower case of the dotted capital is two characters; the dot is no part of the word.
        'İ' => 'i',
        'ς' => 'σ',
        // Persian and Pashto type the Arabic forms of these at times, and the other way round.
        'ﻻ' => 'ل',
        _ => {
            let mut lower = c.to_lowercase();
            match (lower.next(), lower.next()) {
                (Some(only), None) => only,
                _ => c,
            }
        }
    }
}

fn compute_class(c: char) -> Class {
    use Script as S;
    let script = match c as u32 {
        0x41..=0x5A | 0x61..=0x7A | 0xAA | 0xBA => S::Latin,
        0x27 | 0x60 | 0xB4 | 0x2018 | 0x2019 | 0x201B | 0x2B9..=0x2BF | 0x2C8 | 0xA78B | 0xA78C | 0x55A => {
            return Class::Apostrophe;
        }
        0xAD
        | 0x200B..=0x200F
        | 0x2060
        | 0xFEFF
        | 0x202A..=0x202E
        | 0x640
        | 0x64B..=0x65F
        | 0x670
        | 0xFE00..=0xFE0F => {
            return Class::Ignored;
        }
        0xC0..=0x24F | 0x250..=0x2AF | 0x1E00..=0x1EFF | 0x2C60..=0x2C7F | 0xA722..=0xA7FF | 0xFB00..=0xFB06 => {
            if c == '×' || c == '÷' {
                return Class::Break;
            }
            S::Latin
        }
        0x300..=0x36F => return Class::Mark,
        0x370..=0x3FF | 0x1F00..=0x1FFF if c.is_alphabetic() => S::Greek,
        0x400..=0x481 | 0x48A..=0x52F | 0x1C80..=0x1C8F | 0xA640..=0xA69F => S::Cyrillic,
        0x531..=0x556 | 0x561..=0x587 => S::Armenian,
        0x5D0..=0x5F4 | 0xFB1D..=0xFB4F => S::Hebrew,
        0x591..=0x5C7 => return if c.is_alphabetic() { Class::Mark } else { Class::Break },
        0x620..=0x64A
        | 0x66E..=0x6D3
        | 0x6D5
        | 0x6E5..=0x6E6
        | 0x6EE..=0x6EF
        | 0x6FA..=0x6FF
        | 0x750..=0x77F
        | 0x8A0..=0x8C9
        | 0xFB50..=0xFDFB
        | 0xFE70..=0xFEFC => S::Arabic,
        0x780..=0x7B1 => S::Thaana,
        0x900..=0x963 | 0x970..=0x97F | 0xA8E0..=0xA8F1 => S::Devanagari,
        0x980..=0x9E3 | 0x9F0..=0x9F1 | 0x9FC | 0x9FE => S::Bengali,
        0xA01..=0xA5E | 0xA70..=0xA75 => S::Gurmukhi,
        0xA81..=0xAE3 | 0xAF9..=0xAFF => S::Gujarati,
        0xB01..=0xB63 | 0xB71 => S::Odia,
        0xB82..=0xBD7 => S::Tamil,
        0xC00..=0xC63 => S::Telugu,
        0xC80..=0xCE3 | 0xCF1..=0xCF3 => S::Kannada,
        0xD00..=0xD57 | 0xD5F..=0xD63 | 0xD7A..=0xD7F => S::Malayalam,
        0xD81..=0xDDF | 0xDF2..=0xDF3 => S::Sinhala,
        0xE01..=0xE3A | 0xE40..=0xE4E => S::Thai,
        0xE81..=0xECD | 0xEDC..=0xEDF => S::Lao,
        0xF00 | 0xF35 | 0xF37 | 0xF39 | 0xF40..=0xF84 | 0xF86..=0xFBC => S::Tibetan,
        0x1000..=0x103F | 0x1050..=0x108F | 0x109A..=0x109D | 0xAA60..=0xAA7F => S::Myanmar,
        0x10A0..=0x10FF | 0x1C90..=0x1CBF | 0x2D00..=0x2D2F if c != '჻' => S::Georgian,
        0x1100..=0x11FF | 0x3131..=0x318E | 0xA960..=0xA97F | 0xAC00..=0xD7FB => S::Hangul,
        0x1200..=0x135F | 0x1380..=0x138F | 0x2D80..=0x2DDF | 0xAB01..=0xAB2E => S::Ethiopic,
        0x1780..=0x17D3 | 0x17D7 | 0x17DC..=0x17DD => S::Khmer,
        0x3041..=0x3096 | 0x309D..=0x309F | 0x30A1..=0x30FA | 0x30FD..=0x30FF | 0x31F0..=0x31FF | 0xFF66..=0xFF9D => {
            S::Kana
        }
        0x3005 | 0x3007 | 0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0xF900..=0xFAFF | 0x20000..=0x3FFFF => S::Han,
        _ if c.is_alphabetic() => S::Other,
        _ => return Class::Break,
    };
    Class::Letter(script)
}

/// How much each script says in a text, by letters and their weight.
#[derive(Clone, Debug)]
pub(crate) struct Census {
    letters: [u32; SCRIPT_COUNT],
}

impl Census {
    pub(crate) fn of(text: &str) -> Census {
        let chars = Chars::get();
        let mut letters = [0_u32; SCRIPT_COUNT];
        if text.is_ascii() {
            letters[Script::Latin as usize] = text.bytes().map(|b| u32::from(b.is_ascii_alphabetic())).sum();
            return Census { letters };
        }
        for c in text.chars() {
            if let Class::Letter(script) = chars.class(c) {
                letters[script as usize] += 1;
            }
        }
        Census { letters }
    }

    /// Letters of one script.
    pub(crate) fn letters(&self, script: Script) -> u32 {
        self.letters[script as usize]
    }

    /// Letters of all scripts.
    pub(crate) fn total(&self) -> u32 {
        self.letters.iter().sum()
    }

    /// The scripts of the text with their shares of what all say, the largest first. Kana beside Chinese characters make
    /// both Japanese.
    pub(crate) fn shares(&self) -> Vec<(Script, f32)> {
        let mut said = [0_u32; SCRIPT_COUNT];
        for &script in Script::ALL {
            said[script as usize] = self.letters(script).saturating_mul(script.weight());
        }
        // One kana among ten characters can be a Chinese shop sign; more is Japanese.
        if self.letters(Script::Kana).saturating_mul(10) > self.letters(Script::Han) {
            said[Script::Kana as usize] += said[Script::Han as usize];
            said[Script::Han as usize] = 0;
        }
        let total: u32 = said.iter().sum();
        // Most texts have one script.
        if let Some(only) = Script::ALL.iter().find(|script| said[**script as usize] > 0)
            && said[*only as usize] == total
        {
            return vec![(*only, 1.0)];
        }
        let mut shares: Vec<(Script, f32)> = Script::ALL
            .iter()
            .map(|&script| (script, said[script as usize] as f32 / total.max(1) as f32))
            .filter(|&(_, share)| share > 0.0)
            .collect();
        shares.sort_by(|a, b| b.1.total_cmp(&a.1));
        shares
    }

    /// The script that says most.
    pub(crate) fn main(&self) -> Option<Script> {
        self.shares().first().map(|&(script, _)| script)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn main_of(text: &str) -> Option<&'static str> {
        Census::of(text).main().map(Script::code)
    }

    #[test]
    fn the_script_that_says_most_wins() {
        assert_eq!(main_of("Morning in the harbour"), Some("Latn"));
        assert_eq!(main_of("Утро в порту"), Some("Cyrl"));
        assert_eq!(main_of("ソフトウェアの更新 Windows"), Some("Jpan"));
        assert_eq!(main_of("港口的早晨"), Some("Hani"));
        assert_eq!(main_of("โทรศัพท์ iPhone"), Some("Thai"));
        assert_eq!(main_of("12:30 – 14:00"), None);
        assert_eq!(main_of(""), None);
    }

    #[test]
    fn folds_make_variants_one() {
        let chars = Chars::get();
        assert_eq!(chars.fold('İ'), 'i');
        assert_eq!(chars.fold('Ж'), 'ж');
        assert_eq!(chars.fold('Ḓ'), 'ḓ');
        assert_eq!(chars.class('’'), Class::Apostrophe);
        assert_eq!(chars.class('7'), Class::Break);
    }
}
