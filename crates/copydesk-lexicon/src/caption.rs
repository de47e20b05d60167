//! What captions say of themselves beside their credits: who stands where, what the picture shows, its number.
//!
//! The words are those of `data/captions.toml`. Hardly any of them makes a caption alone; the callers know what else
//! speaks for one.

use serde::Deserialize;

use crate::fold::{Folded, fold, head, tail_start};
use crate::phrases::Phrases;
use crate::vocabulary::Vocabulary;
use crate::{Lexicon, credit::ends_sentence};

/// What a line says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CaptionSign {
    /// Where in the picture somebody stands: `(left)`.
    Position,
    /// The same in a form that stands in captions only: in brackets, or before names at the beginning.
    Placed,
    /// A side in brackets on which parties stand as well: `(left)`. One of them alone does not place anybody.
    Side,
    /// That it speaks of a picture: `poses for`, `in this photo`.
    Scene,
    /// An end by which a sentence says what goes on in the picture: `… 고 있다.`
    GoingOn,
    /// A beginning that only captions have: `FILE -`, `图为`.
    Opener,
    /// The number of a picture: `Figure 3`.
    Numbered,
    /// It stands where a picture was, and says nothing: `Content image`, `bridge.jpg`.
    Rest,
    /// A label before the caption: `Image caption,`.
    Lead,
    /// A number that a page hangs on a title for its picture: `TITLE - image 1`.
    Alternative,
}

/// The phrases of each sign.
#[derive(Debug, Clone, Default)]
pub(crate) struct CaptionPhrases {
    position: Phrases<()>,
    side: Phrases<()>,
    scene: Phrases<()>,
    /// Parts of words, which no search for words finds.
    going_on: Vec<String>,
    opener: Phrases<()>,
    numbered: Phrases<()>,
    rest: Phrases<()>,
    lead: Phrases<()>,
    alternative: Phrases<()>,
}

impl CaptionPhrases {
    pub(crate) fn new(files: &[Vocabulary]) -> Self {
        let phrases = |sign: CaptionSign| {
            let words = files.iter().filter_map(|file| file.caption.get(&sign)).flat_map(|words| &words.words);
            Phrases::new(words.map(|word| (word.as_str(), ())))
        };
        let going_on = files.iter().filter_map(|file| file.caption.get(&CaptionSign::GoingOn));
        Self {
            going_on: going_on.flat_map(|words| &words.words).map(|word| fold(word)).collect(),
            position: phrases(CaptionSign::Position),
            side: phrases(CaptionSign::Side),
            scene: phrases(CaptionSign::Scene),
            opener: phrases(CaptionSign::Opener),
            numbered: phrases(CaptionSign::Numbered),
            rest: phrases(CaptionSign::Rest),
            lead: phrases(CaptionSign::Lead),
            alternative: phrases(CaptionSign::Alternative),
        }
    }
}

/// No caption is longer, in bytes; nor is a line that stands for a picture.
const LONGEST: usize = 2_400;
const LONGEST_REST: usize = 80;

/// Whether a text has the sign.
pub fn has_caption_sign(text: &str, sign: CaptionSign, lexicon: &Lexicon) -> bool {
    let text = text.trim();
    if text.is_empty() || text.len() > LONGEST {
        return false;
    }
    let phrases = &lexicon.caption_phrases;
    match sign {
        CaptionSign::Position => phrases.position.all(&fold(text)).next().is_some(),
        CaptionSign::Placed => is_placed(text, phrases),
        CaptionSign::Side => phrases.side.all(&fold(text)).next().is_some(),
        CaptionSign::Scene => phrases.scene.all(&fold(text)).next().is_some(),
        CaptionSign::GoingOn => {
            let end = fold(&text[tail_start(text, 60)..]);
            phrases.going_on.iter().any(|word| end.ends_with(word.as_str()))
        }
        CaptionSign::Opener => phrases.opener.at_start(&fold(head(text, 120))).is_some(),
        CaptionSign::Numbered => is_numbered(text, phrases),
        CaptionSign::Rest => is_rest(text, phrases),
        CaptionSign::Lead => without_lead(text, lexicon).len() < text.len(),
        CaptionSign::Alternative => alternative_number(text, lexicon).is_some_and(|(_, end)| end == text.len()),
    }
}

/// `이미지 크게보기 X`, `View image in fullscreen The mill`: a line without what a page has left of its picture, in two words
/// or more, before the caption.
pub fn without_rest<'t>(text: &'t str, lexicon: &Lexicon) -> &'t str {
    let start = Folded::new(head(text, LONGEST_REST));
    let Some((end, ())) = lexicon.caption_phrases.rest.at_start(start.text()) else { return text };
    let behind = &text[start.origin(end)..];
    let said = behind.trim_start();
    let apart = said.len() < behind.len() && !said.starts_with(char::is_lowercase);
    if apart && start.text()[..end].contains(' ') { said } else { text }
}

/// `The mayor (left) and the smith (right)`, `From left: …`. Short brackets stand for other things as well: `(th)`, `(중)`.
fn is_placed(text: &str, phrases: &CaptionPhrases) -> bool {
    let start = Folded::new(text);
    let folded = start.text();
    let enclosed = |from: usize, to: usize| {
        let found = &folded[from..to];
        let inside = found.trim_matches(['(', ')']);
        found.starts_with('(') && (inside.chars().count() >= 3 || inside.contains(['左', '右', '왼', '오']))
    };
    let opens = |to: usize| folded[..to].contains(' ') && stands_before_names(text, start.origin(to), phrases);
    let (mut sides, mut placed) = (0, false);
    for (from, to, ()) in phrases.position.all(folded) {
        let side = phrases.side.whole(&folded[from..to]).is_some();
        sides += usize::from(side);
        placed |= from == 0 && opens(to) || !side && enclosed(from, to);
    }
    placed || sides >= 2 || enclosed_number(folded)
}

/// Whether a position that opens a text ends in a colon, or in a comma before a name or another position: `Back row forward
/// Tom Lee` and `Front row seats` place nobody.
fn stands_before_names(text: &str, end: usize, phrases: &CaptionPhrases) -> bool {
    let (position, rest) = (text[..end].trim_end(), text[end..].trim_start());
    let colon = [':', '：'];
    if position.ends_with(colon) || rest.starts_with(colon) {
        return true;
    }
    if !position.ends_with(',') && !rest.starts_with(',') {
        return false;
    }
    let named = rest.trim_start_matches(',').trim_start();
    let capital = |word: &str| word.starts_with(|c: char| c.is_alphabetic() && !c.is_lowercase());
    named.split_whitespace().take(2).filter(|word| capital(word)).count() == 2
        || phrases.position.at_start(&fold(head(named, 60))).is_some()
}

/// `鲁长青（右二）`: the side and the place counted from it.
fn enclosed_number(folded: &str) -> bool {
    folded.match_indices('(').any(|(at, _)| {
        let inside: Vec<char> = folded[at + 1..].chars().take(3).collect();
        matches!(inside[..], ['左' | '右', '一' | '二' | '三' | '四' | '五' | '1'..='5', ')'] | ['左' | '右', ')', ..])
    })
}

/// `Figure 3`, `图1`.
fn is_numbered(text: &str, phrases: &CaptionPhrases) -> bool {
    let folded = fold(head(text, 60));
    let start = folded.trim_start_matches(['(', '[', '【', '▲', ' ']);
    let number = |(end, ()): (usize, ())| {
        start[end..].trim_start_matches([' ', '.', ':', '#', '-']).starts_with(|c: char| c.is_numeric())
    };
    phrases.numbered.at_start(start).is_some_and(number)
}

/// Whether a line is the name or the address of a picture's file, and nothing else.
pub fn names_picture_file(line: &str) -> bool {
    line.len() <= LONGEST_REST * 4 && is_picture_file(&fold(line.trim()))
}

/// A known line, one that begins with it and goes on behind a dash, or the name of a picture's file.
fn is_rest(text: &str, phrases: &CaptionPhrases) -> bool {
    if text.len() > LONGEST_REST {
        return false;
    }
    let folded = fold(text.trim_matches(|c: char| !c.is_alphanumeric()));
    if phrases.rest.whole(&folded).is_some() || is_picture_file(&folded) {
        return true;
    }
    phrases.rest.at_start(&folded).is_some_and(|(end, ())| {
        let rest = folded[end..].trim_start();
        rest.starts_with(['-', '–', '—']) && (rest.len() < folded.len() - end || !rest.contains(' '))
    })
}

/// How the names of pictures' files end.
const ENDS: [&str; 9] = [".jpg", ".jpeg", ".png", ".gif", ".webp", ".avif", ".svg", ".bmp", ".tif"];

/// The name or address of a picture's file, and nothing else.
fn is_picture_file(folded: &str) -> bool {
    let path = folded.split(['?', '#']).next().unwrap_or(folded);
    ENDS.iter().any(|end| path.len() > end.len() && path.ends_with(end)) && folded.split_whitespace().count() <= 2
}

/// A text without a label such as `Image caption,` before it.
pub fn without_lead<'t>(text: &'t str, lexicon: &Lexicon) -> &'t str {
    let start = Folded::new(head(text, 120));
    // `फोटो-14 कैप्शन-…`: the number of the picture, and the label.
    let numbered = number_end(start.text(), &lexicon.caption_phrases);
    // `Image 1: The mill in June`.
    let picture = lexicon.caption_phrases.alternative.at_start(start.text()).is_some();
    if numbered > 0 && picture && start.text()[..numbered].trim_end().ends_with(':') {
        return text[start.origin(numbered)..].trim_start();
    }
    let Some((end, ())) = lexicon.caption_phrases.lead.at_start(&start.text()[numbered..]) else { return text };
    let rest = &text[start.origin(numbered + end)..];
    if numbered > 0
        && let Some(body) = rest.strip_prefix('-')
    {
        return body.trim_start();
    }
    let body =
        rest.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, ':' | ',' | '：' | '，' | '،' | '=' | '|'));
    let parted = rest.starts_with('\n') || rest.trim_start().starts_with([':', ',', '：', '，', '،', '=', '|']);
    // `The caption: a long story` is told by what stands before it, `Caption writers` by what does not follow.
    if parted && !body.is_empty() { body } else { text }
}

/// What stands between the two numbers of a counter.
const OF: [&str; 15] =
    ["/", "of ", "von ", "de ", "sur ", "di ", "van ", "av ", "af ", "z ", "из ", "з ", "dari ", "trên ", "中"];

/// Where the number of a picture ends that stands before a label.
fn number_end(folded: &str, phrases: &CaptionPhrases) -> usize {
    let Some((end, ())) = phrases.numbered.at_start(folded) else { return 0 };
    let number = folded[end..].trim_start_matches([' ', '.', ':', '#', '-']);
    let behind = number.trim_start_matches(|c: char| c.is_numeric());
    if behind.len() == number.len() { 0 } else { folded.len() - behind.trim_start_matches([' ', '.', ':', '-']).len() }
}

/// A caption without the counter of a gallery before it (`1 / 5`, `2 of 7`).
pub fn without_counter(text: &str) -> &str {
    let start = text.trim_start_matches(['(', '[']);
    let number = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let first = number(start);
    if !(1..=3).contains(&first) {
        return text;
    }
    let rest = start[first..].trim_start();
    let Some(rest) = OF.iter().find_map(|of| rest.strip_prefix(of)) else { return text };
    let rest = rest.trim_start();
    let second = number(rest);
    let value = |text: &str, digits: usize| text[..digits].parse::<u32>().unwrap_or(0);
    if !(1..=3).contains(&second) || value(start, first) > value(rest, second) {
        return text;
    }
    let body = rest[second..].trim_start_matches([')', ']']);
    // `3/4 of the town` is a share.
    let title = body.trim_start().chars().next().is_some_and(|c| !c.is_lowercase() && !c.is_ascii_digit());
    if body.starts_with(char::is_whitespace) && title { body.trim_start() } else { text }
}

/// A caption without the control of the page behind it (`Enlarge this image`).
pub fn without_control<'t>(text: &'t str, lexicon: &Lexicon) -> &'t str {
    let from = tail_start(text, 80);
    let folded = Folded::new(&text[from..]);
    let end = folded.text().trim_end_matches(|c: char| !c.is_alphanumeric()).len();
    let Some((at, ())) = lexicon.credit_controls.at_end(&folded.text()[..end]) else { return text };
    let before = text[..from + folded.origin(at)].trim_end();
    // Behind the end of a sentence only: "He wanted to see more" is none.
    let parted = before.split_whitespace().next_back().is_some_and(ends_sentence) || before.ends_with(['|', '\n']);
    if parted { before.trim_end_matches('|').trim_end() } else { text }
}

/// A caption without the label of a credit that stands in an element of its own (`TEXT - Copyright`), or a notice.
pub fn without_label_behind<'t>(text: &'t str, lexicon: &Lexicon) -> &'t str {
    let from = tail_start(text, 80);
    let folded = Folded::new(&text[from..]);
    let end = folded.text().trim_end_matches(|c: char| !c.is_alphanumeric() && c != '©').len();
    let tail = &folded.text()[..end];
    let label = lexicon.credit_words.at_end(tail).map(|(at, _)| at);
    let Some(at) = label.or_else(|| lexicon.credit_notices.at_end(tail).map(|(at, ())| at)) else { return text };
    let before = text[..from + folded.origin(at)].trim_end();
    // A dash parts it from the caption: "They took a photo" ends in no label.
    let bare = before.trim_end_matches(['-', '–', '—', '|', '/']).trim_end();
    if bare.len() < before.len() && !bare.is_empty() { bare } else { text }
}

/// Where the number of an alternative text begins and ends (`TITLE - image 1`), with the dash before it. A caption
/// may be glued to it.
pub fn alternative_number(text: &str, lexicon: &Lexicon) -> Option<(usize, usize)> {
    if text.len() > LONGEST || !text.bytes().any(|b| b.is_ascii_digit()) {
        return None;
    }
    let folded = Folded::new(text);
    let found = lexicon.caption_phrases.alternative.all(folded.text()).find_map(|(start, end, ())| {
        let rest = &folded.text()[end..];
        let blank = rest.len() - rest.trim_start_matches([' ', '-']).len();
        let digits = rest[blank..].bytes().take_while(u8::is_ascii_digit).count();
        let after = rest[blank + digits..].chars().next();
        let before = folded.text()[..start].trim_end();
        let dash = before.ends_with(['-', '–', '—', '|']);
        // In the middle of a sentence no dash stands before it, and no capital is glued to its number.
        let parted = dash || rest.len() == blank + digits || after.is_some_and(char::is_alphabetic);
        ((1..=2).contains(&digits) && parted && before.len() >= 8).then_some((start, end + blank + digits))
    });
    let (start, end) = found?;
    let (start, end) = (folded.origin(start), folded.origin(end));
    let title = text[..start].trim_end_matches(|c: char| c.is_whitespace() || matches!(c, '-' | '–' | '—' | '|'));
    Some((title.len(), end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counters_are_no_shares() {
        assert_eq!(without_counter("1 / 5 Two boats"), "Two boats");
        assert_eq!(without_counter("(2 von 7) Zwei Boote"), "Zwei Boote");
        for whole in ["3/4 of the town", "5/1 Two boats", "2024/05 Two boats", "1 boat", "1/2"] {
            assert_eq!(without_counter(whole), whole);
        }
    }

    #[test]
    fn labels_and_controls_go() {
        let lexicon = Lexicon::builtin();
        assert_eq!(without_lead("Image caption, Two boats", lexicon), "Two boats");
        assert_eq!(without_lead("Caption writers met", lexicon), "Caption writers met");
        assert_eq!(without_control("Two boats at the quay. Enlarge this image", lexicon), "Two boats at the quay.");
        assert_eq!(without_control("He wanted to see more", lexicon), "He wanted to see more");
        assert_eq!(without_label_behind("Two boats - Copyright", lexicon), "Two boats");
        assert_eq!(without_label_behind("They took a photo", lexicon), "They took a photo");
    }

    #[test]
    fn what_is_left_of_a_picture_goes() {
        let bare = |text| without_rest(text, Lexicon::builtin());
        assert_eq!(bare("이미지 크게보기 다리가 열렸다."), "다리가 열렸다.");
        assert_eq!(bare("View image in fullscreen The mill turns"), "The mill turns");
        assert_eq!(bare("Photo gallery opens in May"), "Photo gallery opens in May");
        assert_eq!(bare("Image The mill"), "Image The mill");
    }

    #[test]
    fn numbers_of_alternative_texts_are_cut() {
        let lexicon = Lexicon::builtin();
        let line = "The mill turns again hinh anh 1At the weir";
        let (title, end) = alternative_number(line, lexicon).expect("a number");
        assert_eq!((&line[..title], &line[end..]), ("The mill turns again", "At the weir"));
        assert_eq!(alternative_number("The mill turned in image 1 of the film", lexicon), None);
    }
}
