//! What a text looks like, measured without knowing its language.
//!
//! Lengths are counted in *word equivalents*: a written word counts one; in scripts without spaces between words a
//! character counts as the share of a word that it carries on average. So a Japanese sentence measures like its
//! English translation.

use copydesk_text::is_alphabetic;

/// The measures of one text.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a column of its own")]
pub(crate) struct Shape {
    /// Characters.
    pub chars: u32,
    /// Length in word equivalents.
    pub words: f32,
    /// Letters of any script.
    pub letters: u32,
    /// Upper-case letters.
    pub upper: u32,
    /// Digits.
    pub digits: u32,
    /// Commas and their kin.
    pub commas: u32,
    /// Full stops, question marks and their kin that end a sentence.
    pub stops: u32,
    /// Colons and semicolons.
    pub colons: u32,
    /// Marks of menus and teasers: bars, bullets, arrows, copyright signs, brackets around counts.
    pub marks: u32,
    /// Quotation marks.
    pub quotes: u32,
    /// Signs of currencies.
    pub money: u32,
    /// Words that start with an upper-case letter.
    pub capitals: u32,
    /// Words of up to three letters, without digits, in lower case.
    pub small: u32,
    /// Words as they are written between spaces.
    pub tokens: u32,
    /// Line breaks inside.
    pub breaks: u32,
    /// The longest run without a space, in characters.
    pub longest: u32,
    /// Whether it ends as a sentence does.
    pub closed: bool,
    /// Whether it ends with a colon.
    pub announces: bool,
    /// Whether it ends cut off: `…` or `...`.
    pub cut: bool,
    /// Whether the first letter is in lower case.
    pub starts_small: bool,
    /// Whether it starts with a digit.
    pub starts_digit: bool,
    /// Whether it starts with a bullet or other mark of a list.
    pub starts_mark: bool,
    /// Whether it starts with a quotation mark.
    pub starts_quote: bool,
}

/// The share of a word that a character of a script without spaces carries; 0 for the others.
fn unspaced(c: char) -> f32 {
    match c {
        '\u{0E00}'..='\u{0EFF}' | '\u{1000}'..='\u{109F}' | '\u{1780}'..='\u{17FF}' => 0.22,
        '\u{3040}'..='\u{30FF}' => 0.4,
        '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}' => 0.6,
        _ => 0.0,
    }
}

fn is_stop(c: char) -> bool {
    matches!(
        c,
        '.' | '!'
            | '?'
            | '。'
            | '！'
            | '？'
            | '｡'
            | '…'
            | '؟'
            | '۔'
            | '।'
            | '॥'
            | '።'
            | '։'
            | '။'
            | '។'
            | '¿'
            | '¡'
    )
}

fn is_closing(c: char) -> bool {
    matches!(c, '"' | '\'' | '”' | '’' | '»' | '«' | '“' | '›' | ')' | ']' | '）' | '」' | '』' | '】' | '*' | '_')
}

impl Shape {
    /// Measures a text.
    pub(crate) fn of(text: &str) -> Self {
        let mut shape = Self::default();
        let mut word = Word::default();
        let mut previous = ' ';
        let mut started = false;
        for c in text.chars() {
            shape.chars += 1;
            if !started && !c.is_whitespace() {
                started = true;
                shape.starts_digit = c.is_numeric();
                shape.starts_quote = matches!(c, '"' | '“' | '„' | '«' | '»' | '「' | '『' | '‘' | '\'');
                shape.starts_mark =
                    !c.is_alphanumeric() && !shape.starts_quote && !matches!(c, '(' | '[' | '（' | '$' | '¿' | '¡');
            }
            if c.is_ascii() {
                shape.ascii(c as u8, previous, &mut word);
            } else {
                shape.other(c, previous, &mut word);
            }
            previous = c;
        }
        shape.finish(&mut word);
        shape.ending(text);
        shape
    }

    fn ascii(&mut self, byte: u8, previous: char, word: &mut Word) {
        match byte {
            b'a'..=b'z' => {
                if self.letters == 0 {
                    self.starts_small = true;
                }
                self.letters += 1;
                word.letters += 1;
                word.chars += 1;
            }
            b'A'..=b'Z' => {
                self.letters += 1;
                self.upper += 1;
                word.capital |= word.letters == 0;
                word.letters += 1;
                word.upper += 1;
                word.chars += 1;
            }
            b'0'..=b'9' => {
                self.digits += 1;
                word.digits += 1;
                word.chars += 1;
            }
            b' ' | b'\t' | b'\r' | b'\n' | 0x0c => {
                if is_stop(previous) || (is_closing(previous) && word.stop) {
                    self.stops += 1;
                }
                self.breaks += u32::from(byte == b'\n');
                self.finish(word);
            }
            _ => {
                word.chars += 1;
                match byte {
                    b',' => self.commas += 1,
                    b'.' | b'!' | b'?' => word.stop = true,
                    b':' | b';' => self.colons += 1,
                    b'|' | b'>' | b'<' | b'/' | b'*' | b'+' | b'#' | b'@' | b'~' | b'^' | b'=' => self.marks += 1,
                    b'"' => self.quotes += 1,
                    b'$' => self.money += 1,
                    _ => {}
                }
            }
        }
    }

    fn other(&mut self, c: char, previous: char, word: &mut Word) {
        let share = unspaced(c);
        if share > 0.0 {
            self.letters += 1;
            word.letters += 1;
            word.share += share;
            word.chars += 1;
        } else if is_alphabetic(c) {
            if self.letters == 0 {
                self.starts_small = c.is_lowercase();
            }
            self.letters += 1;
            if c.is_uppercase() {
                self.upper += 1;
                word.upper += 1;
                word.capital |= word.letters == 0;
            }
            word.letters += 1;
            word.chars += 1;
        } else if c.is_numeric() {
            self.digits += 1;
            word.digits += 1;
            word.chars += 1;
        } else if c.is_whitespace() {
            if is_stop(previous) || (is_closing(previous) && word.stop) {
                self.stops += 1;
            }
            self.finish(word);
        } else {
            word.chars += 1;
            match c {
                '、' | '，' | '،' | '؛' => self.commas += 1,
                '：' | '；' => self.colons += 1,
                // These need no space behind them to end a sentence.
                '。' | '！' | '？' | '｡' | '।' | '۔' | '؟' | '።' => self.stops += 1,
                '|' | '•' | '·' | '›' | '→' | '←' | '▶' | '►' | '©' | '®' | '▼' | '▲' | '×' | '✕' | '»' | '│'
                | '｜' | '◀' | '■' | '□' | '☰' | '★' | '☆' => self.marks += 1,
                '“' | '”' | '„' | '«' | '「' | '」' | '『' | '』' => self.quotes += 1,
                '€' | '£' | '¥' | '₹' | '₩' | '₽' | '₺' | '₫' | '฿' | '₴' | '₪' => self.money += 1,
                _ => {}
            }
        }
    }

    fn finish(&mut self, word: &mut Word) {
        if word.chars > 0 {
            self.tokens += 1;
            self.longest = self.longest.max(word.chars);
            if word.letters > 0 || word.digits > 0 {
                self.words += if word.share > 0.0 { word.share.max(0.5) } else { 1.0 };
            }
            self.capitals += u32::from(word.capital);
            self.small += u32::from(word.letters > 0 && word.letters <= 3 && word.upper == 0 && word.digits == 0);
        }
        *word = Word::default();
    }

    fn ending(&mut self, text: &str) {
        let text = text.trim_end();
        let mut tail = text.chars().rev();
        let Some(last) = tail.next() else { return };
        let end = if is_closing(last) { tail.find(|c| !is_closing(*c)).unwrap_or(last) } else { last };
        self.closed = is_stop(end);
        // The last sentence has no space behind it; the marks of scripts without spaces are counted already.
        self.stops += u32::from(matches!(end, '.' | '!' | '?' | '…'));
        self.announces = matches!(last, ':' | '：');
        self.cut = text.ends_with('…') || text.ends_with("...");
    }

    /// Whether it reads as running text: long enough, and with the marks of sentences.
    pub(crate) fn is_prose(&self) -> bool {
        (self.words >= 8.0 && self.closed) || (self.words >= 20.0 && self.stops + self.commas > 0)
    }
}

/// The word that is being read.
#[derive(Clone, Copy, Default)]
struct Word {
    chars: u32,
    letters: u32,
    upper: u32,
    digits: u32,
    share: f32,
    capital: bool,
    stop: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_measures_alike_in_scripts_with_and_without_spaces() {
        let english =
            Shape::of("The city council decided on Monday to close the old bridge over the river for repairs.");
        let japanese = Shape::of("市議会は月曜日、川にかかる古い橋を修理のため閉鎖することを決めた。");
        let thai = Shape::of("สภาเมืองมีมติเมื่อวันจันทร์ให้ปิดสะพานเก่าข้ามแม่น้ำเพื่อซ่อมแซม");
        for other in [japanese, thai] {
            assert!((other.words / english.words - 1.0).abs() < 0.4, "{other:?} {english:?}");
        }
        assert!(english.is_prose() && japanese.is_prose());
        assert!(english.closed && japanese.closed);
        assert_eq!((english.stops, japanese.stops), (1, 1));
    }

    #[test]
    fn labels_are_no_prose() {
        for label in ["Share", "Home | News | Sport", "Read more…", "1 2 3 4 5", "次のページ", "© 2024 The Paper"]
        {
            assert!(!Shape::of(label).is_prose(), "{label}");
        }
        assert!(Shape::of("Read more…").cut);
        assert!(Shape::of("• One").starts_mark);
        assert!(Shape::of("12 May").starts_digit);
        assert_eq!(Shape::of(""), Shape::default());
    }

    #[test]
    fn abbreviations_inside_are_not_counted_twice() {
        let shape = Shape::of("\"It is done.\" She left. They stayed!");
        assert_eq!(shape.stops, 3);
    }
}
