//! Captions of texts that no label tells: between the paragraphs of a story or right above it, by their credit's place,
//! by what they say of the picture, or by standing there twice.

use copydesk_document::{BlockId, BlockKind, Document, Label};
use copydesk_lexicon::{
    CaptionSign, Confidence, Split, classify_label, credit::CreditMark, has_caption_sign, read_byline, read_dateline,
};
use copydesk_text::{Terms, ends_sentence, is_hangul, is_kana, key, letters, sentences, weight};

use crate::{
    find::Reason,
    lines::Lines,
    plain::{Claim, LONGEST_WEAK, Line, SHORTEST, is_above_text},
    story::{Story, is_bare_agency, is_running},
};

/// The longest of them, by weight: paragraphs are seldom shorter, and captions seldom longer.
const LONGEST: usize = 200;
/// Fewest words of a phrase that is no heading, and the fewest letters where words are not parted.
const FEWEST_WORDS: usize = 4;
const SHORTEST_PHRASE: usize = 24;
/// A line that stands twice has so many letters, by weight, and no more lines between.
const SHORTEST_TWICE: usize = 20;
const BETWEEN_TWICE: usize = 4;
/// So many lines stand between the day and them; at the top of a page the day is that of the visit.
const BETWEEN_DAY: u32 = 4;
/// In a longer text lines return for other reasons, and its head ends sooner.
const LONGEST_TEXT: usize = 400;
const LONGEST_HEAD: u32 = 64;
const TOP: u32 = 3;

/// The forms of credits that say where something is from, whatever it is.
const SOURCES: [&str; 3] = ["label-quelle", "nl-bron", "zh-source"];

/// In Markdown the lines below a picture have rules of their own.
fn has_picture_above(doc: &Document, id: BlockId) -> bool {
    let end = doc.images.partition_point(|image| image.before <= id);
    end > 0 && doc.images[end - 1].before == id
}

/// A line of a text that is a caption without a credit of its own.
pub(crate) fn claim(line: &Line<'_>, lines: &Lines<'_>, story: &Story) -> Option<Claim> {
    let doc = lines.doc;
    let text = line.text.trim();
    if !is_short(text) || !is_plain(doc, line.id) || !line.split.credits.is_empty() || has_picture_above(doc, line.id) {
        return None;
    }
    let inside =
        story.is_inside(line.id) || story.first_running.is_some_and(|first| line.id > first) && line.id == story.last;
    let above = story.is_above(line.id) && line.id.0 > 0 || story.first_running == Some(line.id);
    if !inside && !above || !line.may_be(lines) {
        return None;
    }
    let one = |rule: &'static str, detail: &'static str, sure: f32| Some(line.claim(Reason::new(rule, detail, sure)));
    if has_caption_sign(text, CaptionSign::Placed, lines.lexicon) {
        return one("says-where", "says in brackets where somebody stands in the picture", 0.75);
    }
    let marks = [CreditMark::Archive, CreditMark::Symbol];
    if line.split.marks.iter().any(|mark| marks.contains(mark)) {
        return one(
            "says-what",
            "says of itself that it is a picture of an archive, or one that stands for others",
            0.75,
        );
    }
    if is_phrase_between(lines, line.id, text, story) {
        return one("phrase-between", "a long phrase between sentences of a story", 0.6);
    }
    let goes_on =
        || has_caption_sign(text, CaptionSign::GoingOn, lines.lexicon) && !text.contains(['"', '“', '‘', '\'', '«']);
    if is_dated_scene(text, &goes_on) || above && is_above_text(doc, line.id) && goes_on() {
        return one("dated-scene", "a scene that goes on, with its day, as captions have it", 0.7);
    }
    if above && is_below_its_credit(lines, line.id, story) {
        return one("credit-above", "between a line that is nothing but a credit and the text", 0.75);
    }
    if stands_twice(doc, line.id, story) {
        return one("twice", "stands twice, as the text of a picture and its caption do", 0.7);
    }
    if is_above_dateline(lines, line.id) && ends_sentence(text) {
        return one("above-dateline", "one sentence between the headline and the dateline of the text", 0.7);
    }
    None
}

/// Whether a line is as short as a caption: one sentence or phrase.
fn is_short(text: &str) -> bool {
    (SHORTEST..=LONGEST).contains(&weight(text)) && sentences(text) <= 1
}

fn is_plain(doc: &Document, id: BlockId) -> bool {
    !matches!(doc.block(id).kind, BlockKind::Heading | BlockKind::ListItem | BlockKind::Code | BlockKind::Quote)
        && doc.block(id).label() != Label::Title
}

/// Whether the credit of a line inside a story, or right above it, can be that of a picture only: it stands behind the end of
/// its only sentence, or ends a phrase that is no sentence.
pub(crate) fn stands_apart(line: &Line<'_>, lines: &Lines<'_>, story: &Story) -> bool {
    let (doc, text) = (lines.doc, line.split.text.trim());
    let split = &line.split;
    let printed = &split.credits[0].printed;
    let labelled = split.confidence == Confidence::Labelled && sentences(text) <= 2;
    let short = is_short(text) || labelled && (SHORTEST..=LONGEST).contains(&weight(text));
    if !is_plain(doc, line.id) || !short || copydesk_date::is_date_line(printed) {
        return false;
    }
    // `Yours, A. Lee, Garden St. 4`: an address.
    let shaped = split.confidence == Confidence::ShapeOnly;
    if shaped && printed.contains(|c: char| c.is_ascii_digit() || "\"“”„»«".contains(c))
        || text.ends_with(['?', '!', '？', '！'])
    {
        return false;
    }
    // In news in brief every item ends in who wrote it: `… on Monday. (Ann Lee)`.
    if story.briefs && is_name_in_brackets(split) {
        return false;
    }
    // A source stands below tables and behind reports as often, and an agency behind any paragraph.
    let sourced = split.confidence == Confidence::Labelled && !split.picture_only && SOURCES.contains(&split.rule);
    let named = text.contains(printed.as_str());
    if sourced || named || is_bare_agency(split) && !story.takes_agencies(text) || has_picture_above(doc, line.id) {
        return false;
    }
    let words = text.split_whitespace().count();
    let phrase = words >= FEWEST_WORDS || weight(text) > letters(text) && weight(text) >= SHORTEST_PHRASE;
    let closed = ends_sentence(text);
    let known = split.confidence > Confidence::ShapeOnly;
    // Above a text the headline may have the name of its site behind it.
    if story.is_above(line.id) {
        return closed && !matches!(split.rule, "tail-name") && line.id.0 > 0 && is_right_above(doc, line.id);
    }
    let open = phrase && !ends_sentence(&line.text) && (known || split.rule.starts_with("paren"));
    story.is_inside(line.id) && (closed || open)
}

/// Whether a line stands between the credit of a picture, by its label, and the text, and the headline right above that: the
/// headline is the first line above the text that is as long as one, and no sentence.
pub(crate) fn is_below_its_credit(lines: &Lines<'_>, id: BlockId, story: &Story) -> bool {
    let doc = lines.doc;
    if id.0 < 2 || id.index() >= doc.blocks().len() || !is_plain(doc, id) || !is_short(doc.text(id)) {
        return false;
    }
    let (headline, credit) = (BlockId(id.0 - 2), BlockId(id.0 - 1));
    let placed = story.first_running.is_some_and(|first| id <= first) && is_right_above(doc, id);
    let titled = || {
        let free = weight(doc.text(headline)) >= SHORTEST && !ends_sentence(doc.text(headline));
        let long = |at: &u32| {
            weight(doc.text(BlockId(*at))) >= SHORTEST_PHRASE && !copydesk_date::is_date_line(doc.text(BlockId(*at)))
        };
        free && (0..headline.0).filter(long).count() == 0
    };
    let split = lines.split(credit);
    placed
        && split.as_credit_line() == Some(Confidence::Labelled)
        && split.picture_only
        && lines.split(id).credits.is_empty()
        && titled()
}

/// Whether a line ends in a sentence and what may be a name in brackets behind it.
pub(crate) fn is_name_in_brackets(split: &Split<'_>) -> bool {
    let bare = split.confidence == Confidence::ShapeOnly && split.rule.starts_with("paren");
    bare && !split.credits.is_empty() && ends_sentence(split.text)
}

/// Whether the next line is text.
fn is_right_above(doc: &Document, id: BlockId) -> bool {
    let next = BlockId(id.0 + 1);
    next.index() < doc.blocks().len()
        && (is_running(doc, next) || doc.block(next).label().is_body() && ends_sentence(doc.text(next)))
}

/// Whether the line below a short one is nothing but a credit: with a label that stands below other things as well, an
/// agency, or a name and where its bearer works. Below it the story goes on.
pub(crate) fn is_credit_below(line: &Line<'_>, next: BlockId, lines: &Lines<'_>, story: &Story) -> bool {
    /// No credit that is a name and a paper is longer, in words.
    const MOST_WORDS: usize = 8;
    let doc = lines.doc;
    let printed = doc.text(next).trim();
    let around = story.is_inside(next) || story.is_above(next) || story.first_running == Some(line.id);
    if !around || !is_short(&line.text) || !is_plain(doc, line.id) || !is_right_above(doc, next) {
        return false;
    }
    let labelled_byline = read_byline(printed, lines.lexicon)
        .is_some_and(|byline| byline.confidence() == Confidence::Labelled && !byline.people.is_empty());
    let of_the_page = classify_label(printed, lines.lexicon).is_some_and(|label| label.whole);
    if labelled_byline || of_the_page || copydesk_date::is_date_line(printed) || !ends_sentence(&line.text) {
        return false;
    }
    let split = lines.split(next);
    // `新华社发（王小明 摄）`: the agency that gives it out.
    if split.picture_only && split.text.ends_with(['发', '發']) && split.text.chars().count() <= 8 {
        return true;
    }
    match split.as_credit_line() {
        Some(Confidence::Labelled) => true,
        Some(Confidence::AgencyKnown) => !story.is_above(line.id) || split.picture_only,
        Some(Confidence::ShapeOnly) => {
            let whole = |part: &str| part.trim().starts_with(char::is_uppercase) && part.trim().chars().count() >= 3;
            let parts: Vec<&str> = printed.split('/').collect();
            parts.len() == 2
                && parts.iter().all(|part| whole(part))
                && (3..=MOST_WORDS).contains(&printed.split(['/', ' ']).filter(|word| !word.is_empty()).count())
        }
        None => false,
    }
}

/// Whether a line between sentences of a story is a phrase that is too long for a heading.
fn is_phrase_between(lines: &Lines<'_>, id: BlockId, text: &str, story: &Story) -> bool {
    /// Words of such a phrase; where words are not parted, its letters.
    const WORDS: std::ops::RangeInclusive<usize> = 7..=24;
    const SIGNS: std::ops::RangeInclusive<usize> = 14..=48;
    // Where no other caption says how captions look, a subhead looks the same.
    if !story.plain || !story.phrases {
        return false;
    }
    let doc = lines.doc;
    let closed = |id: BlockId| ends_sentence(doc.text(id)) && weight(doc.text(id)) >= SHORTEST;
    let between = story.is_inside(id) && id.0 > 0 && closed(BlockId(id.0 - 1)) && closed(BlockId(id.0 + 1));
    // A line that was cut at a margin stands nearer to the next than to the one above.
    let next = BlockId(id.0 + 1);
    let goes_on =
        || doc.text(next).trim_start().starts_with(char::is_lowercase) || doc.block(next).gap != doc.block(id).gap;
    // In the style of another caption a short phrase is one as well.
    let styled = !text.chars().any(is_kana)
        && (3..=10).contains(&text.split_whitespace().count())
        && !text.ends_with(':')
        && text.chars().any(|c| c.is_alphabetic() && !c.is_uppercase())
        && says_what_the_head_does(doc, text, story);
    if between
        && styled
        && !goes_on()
        && !ends_sentence(text)
        && !text.contains(['?', '؟', '!', '"', '«', '“', '…', '|', '>', '#', '/'])
    {
        return true;
    }
    if !between
        || goes_on()
        || ends_sentence(text)
        || text.contains(['"', '“', '«', '「', ':', '：', '?', '？', '!', '！', '…', '|', '>', '#'])
    {
        return false;
    }
    if text.chars().any(is_kana) {
        // `川霧の中、対岸へ向かう吉川さん`: what somebody does, and who.
        let acts = ["を", "へ", "に", "が"].iter().any(|word| text.contains(word));
        let whole =
            !text.ends_with(['る', 'た', 'い', 'う', 'か', 'ず', 'ん', 'も', 'は', 'に', 'へ', 'を', 'で', '」']);
        let named = ["さん", "くん", "ちゃん"].iter().any(|title| text.ends_with(title));
        return SIGNS.contains(&text.chars().count()) && acts && (whole || named);
    }
    let words = text.split_whitespace().count();
    let cased = text.starts_with(char::is_uppercase) && text.contains(char::is_lowercase);
    // Headings in capitals for every word are no phrases.
    let small = text.split_whitespace().filter(|word| word.starts_with(char::is_lowercase)).count();
    // Somebody or a place is named.
    let named = text.split_whitespace().skip(1).any(|word| word.starts_with(char::is_uppercase));
    cased && named && WORDS.contains(&words) && small * 2 >= words
}

/// `Ann Lee, The Valley Courier` below a caption: a photographer and the paper, in a line of its own.
pub(crate) fn is_name_and_paper(text: &str) -> bool {
    let Some((name, paper)) = text.trim().split_once(", ") else { return false };
    let capital = |text: &str, words: std::ops::RangeInclusive<usize>| {
        words.contains(&text.split_whitespace().count())
            && text.split_whitespace().all(|word| word.starts_with(char::is_uppercase) || word == "of")
    };
    capital(name, 2..=3) && capital(paper, 2..=5) && paper.starts_with("The ") && !text.ends_with('.')
}

/// Whether the line below is who holds a picture: a name with the address of his site, or a short line in a text whose other
/// credits stand in lines of their own as well.
pub(crate) fn is_holder(line: &Line<'_>, next: BlockId, lines: &Lines<'_>, story: &Story) -> bool {
    const MOST_WORDS: usize = 5;
    let doc = lines.doc;
    let printed = doc.text(next).trim();
    let short =
        (2..=MOST_WORDS).contains(&printed.split_whitespace().count()) && printed.starts_with(char::is_uppercase);
    if !short
        || !is_plain(doc, line.id)
        || weight(&line.text) > LONGEST
        || classify_label(printed, lines.lexicon).is_some()
    {
        return false;
    }
    let sited = printed.split_whitespace().next_back().is_some_and(|word| word.starts_with("www."));
    let inside = (sited || story.slashed) && story.is_inside(line.id) && is_right_above(doc, next);
    // Above the text a greeting may stand below the first picture.
    let above = || sited && story.is_above(line.id) && is_above_text(doc, next);
    ends_sentence(&line.text) && !printed.ends_with(['.', ':', '!', '?', '”', '"']) && (inside || above())
}

/// The lines of a credit that is cut at its slash: `Ann Lee`, `/`, `Coast Radio`, below a caption.
pub(crate) fn slashed_below(lines: &Lines<'_>, id: BlockId, story: &Story) -> Option<(Vec<BlockId>, String)> {
    let doc = lines.doc;
    let line = |step: u32| {
        let id = BlockId(id.0 + step);
        (id.index() < doc.blocks().len()).then(|| doc.text(id).trim())
    };
    let short = |text: &str| (1..=6).contains(&text.split_whitespace().count()) && text.starts_with(char::is_uppercase);
    let (name, slash, holder) = (line(1)?, line(2)?, line(3)?);
    // Breadcrumbs are written like that as well: `Home`, `/`, `News`.
    if slash != "/" || !is_plain(doc, id) || !ends_sentence(doc.text(id)) {
        return None;
    }
    let of_the_page = |text: &str| classify_label(text, lines.lexicon).is_some();
    let credit = |text: &str| short(text) && !ends_sentence(text) && !of_the_page(text);
    let more: Vec<BlockId> = (1..=3).map(|step| BlockId(id.0 + step)).collect();
    let near = more.iter().all(|id| doc.block(*id).gap <= 1 && is_plain(doc, *id));
    // The caption may stand there once more, as the text of the picture.
    let again = line(4).filter(|again| key(again) == key(doc.text(id))).map(|_| BlockId(id.0 + 4));
    let placed = || story.is_inside(id) || is_right_above(doc, again.unwrap_or(more[2]));
    (credit(name) && credit(holder) && near && placed()).then(|| (more, format!("{name} / {holder}")))
}

/// Whether most words of a line stand above the text: in the headline, the deck or another caption.
fn says_what_the_head_does(doc: &Document, text: &str, story: &Story) -> bool {
    const SHARE: f32 = 0.6;
    let above = story.first_running.map_or(0, |first| first.0);
    let head = Terms::of((0..above).map(|at| doc.text(BlockId(at))), false);
    let (share, words) = head.shared(text);
    words >= 3 && share >= SHARE
}

/// `구 씨가 12일 … 있다.`, `…組合員（31日、磯浜港で）`: what goes on in the picture, and its day.
fn is_dated_scene(text: &str, goes_on: &impl Fn() -> bool) -> bool {
    if text.chars().any(is_hangul) {
        let dated = text.split_whitespace().any(|word| {
            let day = word.trim_end_matches('일');
            day.len() < word.len() && (1..=2).contains(&day.len()) && day.bytes().all(|b| b.is_ascii_digit())
        });
        return dated && goes_on();
    }
    let Some((said, inside)) = text.strip_suffix('）').and_then(|text| text.rsplit_once('（')) else { return false };
    let digit = |c: char| c.is_ascii_digit() || ('０'..='９').contains(&c) || "一二三四五六七八九十".contains(c);
    let dated = inside.find('日').is_some_and(|at| inside[..at].ends_with(digit));
    let placed = inside.ends_with('で') || inside.ends_with("にて");
    said.chars().any(is_kana) && !said.contains('。') && dated && (placed || inside.contains('、'))
}

/// Whether a line stands there twice, a few lines apart, inside of a story; or above it, where the headline that stands twice
/// as well is another.
fn stands_twice(doc: &Document, id: BlockId, story: &Story) -> bool {
    let own = key(doc.text(id));
    if doc.blocks().len() > LONGEST_TEXT
        || weight(doc.text(id)) < SHORTEST_TWICE
        || doc.text(id).trim_start().starts_with(['"', '“', '„', '«', '「', '『', '#', '>'])
    {
        return false;
    }
    let same = |other: &BlockId| doc.text(*other).len() < 4 * doc.text(id).len() + 16 && key(doc.text(*other)) == own;
    let from = id.0.saturating_sub(BETWEEN_TWICE as u32);
    let to = (id.0 + BETWEEN_TWICE as u32).min(doc.blocks().len() as u32 - 1);
    let near = (from..=to).filter(|at| *at != id.0).map(BlockId).filter(same).count();
    if near == 0 || near > 2 {
        return false;
    }
    if story.is_inside(id) {
        // In a song or a live report the same lines return.
        let below_text = doc.body().next().is_some_and(|(first, _)| first < id && !same(&first));
        return below_text && doc.ids().filter(same).count() <= 3;
    }
    let headline = |at: u32| {
        let (above, title) = (key(doc.text(BlockId(at))), BlockId(at + 1));
        weight(doc.text(BlockId(at))) >= SHORTEST_TWICE
            && above != own
            && (title.0..from.max(title.0 + 3).min(id.0)).map(BlockId).any(|title| {
                let title = key(doc.text(title));
                title != own && title.len() >= SHORTEST_TWICE && above.starts_with(&title)
            })
    };
    // The two stand one below the other, right above the text.
    let pair = [id.0.checked_sub(1), Some(id.0 + 1)]
        .into_iter()
        .flatten()
        .map(BlockId)
        .find(|other| other.index() < doc.blocks().len() && same(other));
    let Some(pair) = pair else { return false };
    let (first, second) = (id.min(pair), id.max(pair));
    if !is_right_above(doc, second) {
        return false;
    }
    // And the day stands above them, below the headline; at the very top it is that of the visit.
    let dated = || {
        let day = |at: &u32| {
            let text = doc.text(BlockId(*at));
            text.len() <= 160
                && copydesk_date::find(text, &copydesk_date::Hints::default())
                    .iter()
                    .any(|found| found.value().is_some_and(|value| value.day().is_some()))
        };
        let titled = |found: u32| {
            let own_line = |at: u32| key(doc.text(BlockId(at))) != own && !day(&at);
            (found.saturating_sub(TOP)..found).any(|at| weight(doc.text(BlockId(at))) >= SHORTEST_TWICE && own_line(at))
        };
        (first.0.saturating_sub(BETWEEN_DAY).max(TOP)..first.0).any(|at| day(&at) && titled(at))
    };
    (0..id.0).any(headline) || dated()
}

/// Whether the next line is the first of the text, with its dateline, and this one is not the first of the document.
fn is_above_dateline(lines: &Lines<'_>, id: BlockId) -> bool {
    let doc = lines.doc;
    let next = BlockId(id.0 + 1);
    let titled = || (0..id.0).map(BlockId).any(|above| weight(doc.text(above)) >= SHORTEST);
    let dated = || read_dateline(doc.text(next), lines.lexicon).is_some_and(|found| found.end < doc.text(next).len());
    next.index() < doc.blocks().len()
        && id.0 < LONGEST_HEAD
        && titled()
        && weight(doc.text(next)) >= SHORTEST_PHRASE * 2
        && dated()
        && read_dateline(doc.text(id), lines.lexicon).is_none()
        && (0..id.0).map(BlockId).all(|above| read_dateline(doc.text(above), lines.lexicon).is_none())
        && weight(doc.text(id)) <= LONGEST_WEAK
        && !is_standfirst(doc, id)
}

/// Whether a line above the text stands right below the title, or says what the title says.
fn is_standfirst(doc: &Document, id: BlockId) -> bool {
    const SHARE: f32 = 0.5;
    let is_title = |at: &BlockId| doc.block(*at).label() == Label::Title || doc.block(*at).kind == BlockKind::Heading;
    let above = || (0..id.0).map(BlockId);
    let first = || above().find(|at| weight(doc.text(*at)) >= SHORTEST);
    let Some(title) = above().rev().find(is_title).or_else(first) else { return true };
    let (share, words) = Terms::of(std::iter::once(doc.text(title)), false).shared(doc.text(id));
    let repeated = || key(doc.text(BlockId(id.0 - 1))) == key(doc.text(title));
    title.0 + 1 == id.0 || repeated() || words > 0 && share >= SHARE
}
