//! Lines of a text without elements: where its story begins and ends, and which lines of the page stand between.
//!
//! A dump has a head (menus, title, byline, date), a story and a foot. What tells them apart holds in every language: a
//! date, a byline or a doubled headline stands above the story; a sign-off, an editor's name or a source stands below
//! it; a story uses the same words from its first line to its last, and the lines of the page do not.

mod column;
mod foot;
mod line;

use copydesk_document::{BlockId, BlockKind, BoilerplateKind, Origin};
use copydesk_lexicon::{Confidence, FieldKind, Lexicon, PageLabelKind as Kind, read_dateline, split_credit};
use copydesk_text::is_hangul;
use rustc_hash::{FxHashMap, FxHashSet};

use self::{
    foot::{announced, author_box, closing, commented, foot, next_story},
    line::{Above, of_line, without_picture_number},
};
use crate::{
    consent,
    judge::Verdict,
    page::Page,
    rules::{Finding, boilerplate_kind_of, finding, name_of},
    shape::Shape,
    stems::{shared, stems},
    within,
};

/// What the lines of a text are by themselves and beside each other, read once for rules and forests.
#[derive(Debug, Default)]
pub(crate) struct Signs {
    /// Length in words, measured so that a Korean sentence counts like its translation.
    pub length: Vec<f32>,
    /// Whether a line reads as running text of a story.
    pub reads: Vec<bool>,
    /// Whether a line stands between headline and story: a date, a byline, the headline once more.
    pub anchor: Vec<bool>,
    /// Whether a line closes a story, and by what.
    pub closing: Vec<Option<&'static str>>,
    /// The share of a line's words that other running text of the document has.
    pub shared: Vec<f32>,
    /// Whether a line is in another script than the running text.
    pub odd: Vec<bool>,
    /// Whether a line is part of a paragraph that a narrow column of print has cut.
    column: Vec<bool>,
    head: Option<Head>,
}

impl Signs {
    pub(crate) fn read(page: &Page<'_>) -> Self {
        let all = || 0..page.len();
        let length = all().map(|i| length(&page.shapes[i], text(page, i))).collect();
        let mut signs = Self { length, ..Self::default() };
        signs.column = column::paragraphs(page);
        signs.reads = all().map(|i| signs.column[i] || signs.reads(page, i)).collect();
        signs.anchor = all().map(|i| signs.is_anchor(page, i)).collect();
        signs.closing = all().map(|i| closing(page, i)).collect();
        signs.share(page);
        consent::silence(page, &mut signs);
        let first = signs.reads.iter().position(|reads| *reads).or_else(|| signs.first_below_anchor(page));
        signs.head = first.map(|first| Head::read(page, &signs, first));
        signs
    }

    /// Where verses or a list begin: a text in which no line reads as running text.
    fn first_below_anchor(&self, page: &Page<'_>) -> Option<usize> {
        /// Date and byline stand near each other; further down they sign the end.
        const NEAR: usize = 4;
        /// The most that can stand above a text, as a share of all words.
        const LARGEST_HEAD: f32 = 0.5;
        let mut anchors = (0..page.len().min(LONGEST_HEAD)).filter(|i| self.anchor[*i]);
        let first = anchors.next()?;
        let last = anchors.fold(first, |last, next| if next - last <= NEAR { next } else { last });
        let story = (last + 1..page.len()).find(|i| !is_part_of_head(page, *i) && !is_aside(text(page, *i)))?;
        // A date and a name that sign a poem stand behind most of it.
        let words = |lines: &[Shape]| lines.iter().map(|shape| shape.words).sum::<f32>();
        (words(&page.shapes[..story]) <= words(&page.shapes) * LARGEST_HEAD).then_some(story)
    }

    /// The first line behind the head, if there is running text.
    pub(crate) fn story(&self) -> Option<usize> {
        self.head.as_ref().map(|head| head.story)
    }

    /// Counts in how many lines of running text each stem stands, and looks the stems of every line up.
    fn share(&mut self, page: &Page<'_>) {
        let mut lines: Vec<FxHashSet<u64>> = vec![FxHashSet::default(); page.len()];
        let mut counts: FxHashMap<u64, u32> = FxHashMap::default();
        let mut scripts = [0u32; SCRIPTS];
        for (index, own) in lines.iter_mut().enumerate() {
            stems(text(page, index), own);
            if self.reads[index] {
                for stem in own.iter() {
                    *counts.entry(*stem).or_default() += 1;
                }
                scripts[script(text(page, index))] += 1;
            }
        }
        if scripts.iter().all(|count| *count == 0) {
            // Verses and lists: no line reads as running text, and all of them say what the script is.
            (0..page.len()).for_each(|index| scripts[script(text(page, index))] += 1);
        }
        let most = (0..SCRIPTS).max_by_key(|script| scripts[*script]).unwrap_or(0);
        for (index, own) in lines.iter().enumerate() {
            let least = if self.reads[index] { 2 } else { 1 };
            let found = own.iter().filter(|stem| counts.get(stem).is_some_and(|count| *count >= least)).count();
            self.shared.push(if own.is_empty() { -1.0 } else { found as f32 / own.len() as f32 });
            self.odd.push(page.shapes[index].letters > 0 && script(text(page, index)) != most);
        }
    }
}

/// Groups of scripts that are told apart.
const SCRIPTS: usize = 9;

/// The script of most letters of a text, by number.
fn script(text: &str) -> usize {
    let mut counts = [0u32; SCRIPTS];
    for c in text.chars().take(200).filter(|c| c.is_alphabetic()) {
        let script = match c {
            '\u{0041}'..='\u{024F}' | '\u{1E00}'..='\u{1EFF}' => 0,
            '\u{0370}'..='\u{03FF}' => 1,
            '\u{0400}'..='\u{052F}' => 2,
            '\u{0590}'..='\u{08FF}' => 3,
            '\u{0900}'..='\u{0DFF}' => 4,
            '\u{0E00}'..='\u{0FFF}' | '\u{1000}'..='\u{109F}' | '\u{1780}'..='\u{17FF}' => 5,
            '\u{AC00}'..='\u{D7A3}' => 6,
            '\u{3040}'..='\u{30FF}' | '\u{3400}'..='\u{9FFF}' => 7,
            _ => 8,
        };
        counts[script] += 1;
    }
    (0..SCRIPTS).max_by_key(|script| (counts[*script], SCRIPTS - script)).unwrap_or(0)
}

/// What is certain of the lines of a text by their place and their form.
pub(crate) fn certain(page: &Page<'_>) -> Vec<Option<Finding>> {
    let mut found = vec![None; page.len()];
    let Some(signs) = &page.signs else { return found };
    let Some(head) = &signs.head else {
        for (index, found) in found.iter_mut().enumerate() {
            *found = line::table_rest(page, index);
        }
        return found;
    };
    let above = Above::new(page, head.story);
    for (index, found) in found.iter_mut().enumerate() {
        *found = of_line(page, index, &above);
        if found.is_none() && !is_sent_as_text(page) {
            *found = head.certain(page, index);
        }
    }
    if !is_written(page) {
        foot(page, signs, head, &mut found);
        next_story(page, signs, head, &mut found);
        announced(page, signs, head, &mut found);
        commented(page, head, &mut found);
        author_box(page, signs, head, &mut found);
    }
    found
}

/// A sentence that begins like one of the page must be so likely to stay.
const NOTICE: f32 = 0.5;
/// A short sentence below text that stays need only be so likely.
const SENTENCE: f32 = 0.08;

/// A paragraph near text that stays, likewise.
const PARAGRAPH: f32 = 0.2;
/// In a dump of so many lines, a page as a whole, it must be likelier.
const LONG: usize = 150;
const PARAGRAPH_OF_LONG: f32 = 0.3;

/// What the forests alone do not see: sentences that begin like those of the page, and short ones of the story.
pub(crate) fn reconsider(page: &Page<'_>, probability: &[f32], verdicts: &mut [Verdict]) {
    let Some(signs) = &page.signs else { return };
    let written = is_written(page);
    if written && signs.head.is_none() {
        keep_written(page, verdicts);
    }
    let Some(head) = &signs.head else { return };
    if !written && head.is_signed(page) && !verdicts.iter().any(Verdict::stays) {
        keep_signed(page, head.story, verdicts);
    }
    for index in 0..page.len() {
        let label = page.lines[index].label;
        match verdicts[index] {
            Verdict::Likely if !written && probability[index] < NOTICE => {
                if let Some((kind, false)) = label.filter(|(kind, _)| is_notice(*kind) || *kind == Kind::Menu) {
                    let detail = format!("a sentence that begins like one of the page: {}", name_of(kind));
                    verdicts[index] = Verdict::Rule(finding(boilerplate_kind_of(kind), "label", detail));
                }
            }
            Verdict::Unlikely if index >= head.story && signs.column[index] => {
                verdicts[index] = Verdict::Kept("column", "a line of a paragraph in a narrow column");
            }
            Verdict::Unlikely if head.sentences.contains(&index) => {
                verdicts[index] = Verdict::Kept("opening", "a sentence between the head and the first running text");
            }
            Verdict::Unlikely
                if written
                    && (index > head.story || is_sent_as_text(page))
                    && label.is_none()
                    && !is_tag(text(page, index)) =>
            {
                verdicts[index] = Verdict::Kept("written", why_written(page));
            }
            Verdict::Unlikely
                if probability[index] >= SENTENCE
                    && is_below_text(verdicts, index)
                    && label.is_none()
                    && signs.length[index] >= 3.0
                    && !signs.odd[index]
                    && ends_in_stop(text(page, index)) =>
            {
                verdicts[index] = Verdict::Kept("sentence", "a sentence right below text that stays");
            }
            Verdict::Unlikely
                if probability[index] >= if page.len() < LONG { PARAGRAPH } else { PARAGRAPH_OF_LONG }
                    && label.is_none()
                    && signs.reads[index]
                    && signs.length[index] >= 12.0
                    && !signs.odd[index]
                    && verdicts[index.saturating_sub(3)..index].iter().any(Verdict::stays) =>
            {
                verdicts[index] = Verdict::Kept("sentence", "a paragraph near text that stays");
            }
            _ => {}
        }
    }
    for index in 1..page.len().saturating_sub(1) {
        let between = verdicts[index - 1].stays() && verdicts[index + 1].stays();
        if verdicts[index] == Verdict::Unlikely && between && is_numbered(text(page, index)) {
            verdicts[index] = Verdict::Kept("numbered", "a number and a few words between text that stays");
        }
    }
    within::keep(page, signs, (head.story, head.is_signed(page)), probability, verdicts);
    let code = |index: usize| page.doc.block(BlockId(index as u32)).kind == BlockKind::Code;
    let mut below_text = false;
    for (index, verdict) in verdicts.iter_mut().enumerate() {
        if below_text && *verdict == Verdict::Unlikely && code(index) {
            *verdict = Verdict::Kept("code", "code below text that stays");
        }
        below_text |= verdict.stays();
    }
}

/// A text with front matter in which no line reads as running text: notes and lists.
fn keep_written(page: &Page<'_>, verdicts: &mut [Verdict]) {
    for (index, verdict) in verdicts.iter_mut().enumerate() {
        let own = page.doc.block(BlockId(index as u32));
        let title = own.kind == BlockKind::Heading && own.level == 1;
        let own = page.lines[index].label.is_none() && page.linked[index] < 0.5 && !is_tag(text(page, index));
        if *verdict == Verdict::Unlikely && own && !title {
            *verdict = Verdict::Kept("written", why_written(page));
        }
    }
}

/// A text below its date or byline in which no line reads as running text, such as a recipe: it goes on to the first line of
/// the page.
fn keep_signed(page: &Page<'_>, story: usize, verdicts: &mut [Verdict]) {
    let own = |index: &usize| verdicts[*index] == Verdict::Unlikely && page.lines[*index].label.is_none();
    let end = story + (story..page.len()).take_while(own).count();
    if (story..end).any(|index| ends_in_stop(text(page, index))) {
        for verdict in &mut verdicts[story..end] {
            *verdict = Verdict::Kept("short", "below the lines that sign a text, where nothing reads as main text");
        }
    }
}

/// `{% asset_img lamp.jpg %}`, `{{< figure … >}}`: what a generator of sites would have put something in place of.
fn is_tag(text: &str) -> bool {
    text.starts_with("{%") && text.ends_with("%}") || text.starts_with("{{") && text.ends_with("}}")
}

/// Whether text that stays stands right above, or above a few lines that rules have dropped.
fn is_below_text(verdicts: &[Verdict], index: usize) -> bool {
    let above = verdicts[..index].iter().rev().take(4).skip_while(|verdict| matches!(verdict, Verdict::Rule(_)));
    above.into_iter().next().is_some_and(Verdict::stays)
}

/// `3、渡船`, `2) Salt`, `IV. The way back`: the head of an entry.
fn is_numbered(text: &str) -> bool {
    let rest = text.trim_start_matches(|c: char| {
        c.is_numeric() || matches!(c, 'I' | 'V' | 'X') || "一二三四五六七八九十".contains(c)
    });
    rest.len() < text.len() && rest.starts_with(['、', '.', ')', '．', '）']) && rest.chars().any(char::is_alphabetic)
}

/// Whether a text ends in a full stop, of whatever script, with or without a sign-off behind it.
pub(crate) fn ends_in_stop(text: &str) -> bool {
    let stop = |text: &str| {
        text.trim_end_matches(is_closing).ends_with(['.', '。', '।', '۔', '။', '។', '៕', '៚', '．', '॥', '።', '։'])
    };
    stop(text) || without_sign_off(text).is_some_and(stop)
}

/// What stands before the initials, the agency or the signs that end the last paragraph of a story: `… closed. (ab/H-4)`,
/// `… closed. – AGENCY`, `… closed. ***`.
fn without_sign_off(text: &str) -> Option<&str> {
    /// Initials and names of agencies are not longer, in characters.
    const LONGEST: usize = 24;
    let bare = text.trim_end_matches(|c: char| c.is_whitespace() || "*#■□▮◼●◆=".contains(c));
    let short = |text: &str| (1..=LONGEST).contains(&text.trim().chars().count());
    let bracket = bare.strip_suffix([')', '）', ']']).and_then(|inside| {
        let (before, initials) = inside.rsplit_once(['(', '（', '['])?;
        short(initials).then(|| before.trim_end())
    });
    let dash = || {
        let (before, name) = [" – ", " — ", " - ", " -- ", " /"].iter().find_map(|dash| bare.rsplit_once(dash))?;
        let plain = !name.chars().any(char::is_lowercase) || Lexicon::builtin().agency(name.trim()).is_some();
        (short(name) && plain).then(|| before.trim_end())
    };
    bracket.or_else(dash).or((bare.len() < text.len()).then_some(bare))
}

/// Why a line of a text that was written as one stays.
fn why_written(page: &Page<'_>) -> &'static str {
    if is_sent_as_text(page) {
        "what a server has sent as text has hardly any boilerplate"
    } else {
        "a text with front matter has hardly any boilerplate"
    }
}

/// A text with front matter was written as one, and not scraped from a page.
fn is_written(page: &Page<'_>) -> bool {
    page.doc.evidence.clues.iter().any(|clue| clue.origin == Origin::FrontMatter) || is_sent_as_text(page)
}

/// Whether a text was scraped from a page: nobody wrote it as one, and it has at most twice as many lines as the longest that the
/// forest for such texts has learned from.
pub(crate) fn is_scraped(page: &Page<'_>) -> bool {
    const LONGEST: usize = 100;
    page.signs.is_some() && page.len() <= LONGEST && !is_written(page)
}

/// Whether a server has sent the text as what it is: nothing of a page can stand above it, either. What a record says of its
/// text is said of what somebody has made of a page.
fn is_sent_as_text(page: &Page<'_>) -> bool {
    let source = &page.doc.source;
    let is_text = source.content_type.as_deref().is_some_and(|kind| {
        let kind = kind.split(';').next().unwrap_or_default().trim();
        kind.eq_ignore_ascii_case("text/plain")
    });
    is_text && source.status.is_some() && page.doc.evidence.clues.iter().all(|clue| clue.origin != Origin::Record)
}

/// Where the story begins.
#[derive(Debug)]
struct Head {
    /// The first line behind the head.
    story: usize,
    /// The last line that says that the story begins below it: a date, a byline.
    anchor: Option<usize>,
    /// Lines above the first running text that belong to the story.
    sentences: Vec<usize>,
}

/// The head of a dump has no more lines than this.
const LONGEST_HEAD: usize = 60;
/// Nor more than this share of the running text.
const HEAD_SHARE: f32 = 0.45;
/// Lines above the story that share more of their words with it than this are its deck and not the page's.
const OWN: f32 = 0.34;

impl Head {
    fn read(page: &Page<'_>, signs: &Signs, first: usize) -> Self {
        let mut story = first;
        let mut anchor = (0..first).rev().find(|i| signs.anchor[*i]);
        let mut below = (first + 1..page.len().min(LONGEST_HEAD)).rev();
        if let Some(later) = below.find(|i| signs.anchor[*i] && opens_story(page, signs, first, *i)) {
            anchor = Some(later);
            story = (later..page.len()).find(|i| signs.reads[*i]).unwrap_or(first);
        }
        let mut head = Self { story, anchor, sentences: Vec::new() };
        head.sentences = head.opening(page, signs);
        head.story = head.sentences.first().copied().unwrap_or(story);
        // The first entry of a live report has its time above it.
        if head.story > 0 && anchor != Some(head.story - 1) && is_clock(text(page, head.story - 1)) {
            head.story -= 1;
            head.sentences.insert(0, head.story);
        }
        head
    }

    /// Whether the story stands right below a date or a byline, with a few lines between at most.
    fn is_signed(&self, page: &Page<'_>) -> bool {
        self.anchor.is_some_and(|anchor| {
            anchor < self.story && (anchor + 1..self.story).filter(|i| !is_part_of_head(page, *i)).count() <= BETWEEN
        })
    }

    /// Lines right above the first running text that are text themselves.
    fn opening(&self, page: &Page<'_>, signs: &Signs) -> Vec<usize> {
        let from = self.anchor.map_or(0, |anchor| anchor + 1);
        if let Some(anchor) = self.anchor
            && let Some(begins) = begins_below(page, signs, anchor, self.story)
            && self.story - begins <= LONGEST_OPENING
        {
            let own = |i: &usize| !is_part_of_head(page, *i) || is_clock(text(page, *i));
            return (begins..self.story).filter(own).collect();
        }
        let mut lines = Vec::new();
        for index in (from..self.story).rev() {
            let dateline = index + 1 == self.story && self.anchor.is_some() && is_place_and_day(page, index);
            if dateline || is_opening(page, signs, index, self.anchor.is_some()) || goes_on(page, index) {
                lines.push(index);
            } else if !is_part_of_head(page, index) {
                break;
            }
        }
        lines.reverse();
        lines
    }

    /// What a line above the story is.
    fn certain(&self, page: &Page<'_>, index: usize) -> Option<Finding> {
        if self.sentences.contains(&index) || index >= self.story && self.anchor.is_none_or(|anchor| index > anchor) {
            return None;
        }
        let block = page.doc.block(BlockId(index as u32));
        let own_heading = block.kind == BlockKind::Heading && block.level > 1 && index + 1 == self.story;
        (index < self.story && !own_heading)
            .then(|| finding(BoilerplateKind::Other, "head", "a line above the story: site name, section, headline"))
    }
}

/// Whether what stands below a date or a byline is the story, and what stands above it a notice of the page.
fn opens_story(page: &Page<'_>, signs: &Signs, first: usize, anchor: usize) -> bool {
    let count = page.len();
    let above = page.prose_before[anchor] - page.prose_before[first];
    let all = page.prose_before[count];
    if above > all * HEAD_SHARE || !(anchor..count.min(anchor + 6)).any(|i| signs.reads[i]) {
        return false;
    }
    let mut of = FxHashSet::default();
    for index in (anchor..count).filter(|i| signs.reads[*i]).take(12) {
        stems(text(page, index), &mut of);
    }
    (first..anchor).filter(|i| signs.reads[*i]).all(|i| shared(text(page, i), &of) < OWN)
}

impl Signs {
    fn is_anchor(&self, page: &Page<'_>, index: usize) -> bool {
        let (line, shape) = (&page.lines[index], &page.shapes[index]);
        if line.date && shape.words <= 14.0 && !is_clock(text(page, index))
            || line.byline && !shape.is_prose() && !is_signed_sentence(text(page, index))
            || is_dated(page, index)
        {
            return true;
        }
        if let Some((kind, _)) = line.field
            && (shape.words <= 8.0 || matches!(kind, FieldKind::Published) && shape.digits >= 6 && shape.words <= 20.0)
        {
            return matches!(kind, FieldKind::Published | FieldKind::Updated | FieldKind::Author | FieldKind::Views);
        }
        // A headline stands twice in a head; what returns between paragraphs is the running head of a printed page.
        let twice = || {
            let before = (0..index).rev().take(3).take_while(|i| !self.reads[*i]);
            line.copies <= 2 && before.into_iter().any(|i| text(page, i) == text(page, index))
        };
        if line.again && shape.words >= 3.0 && line.label.is_none() && !is_signed_sentence(text(page, index)) && twice()
        {
            return true;
        }
        self.reads[index] && read_dateline(text(page, index), Lexicon::builtin()).is_some()
    }

    fn reads(&self, page: &Page<'_>, index: usize) -> bool {
        let shape = &page.shapes[index];
        let long = shape.is_prose()
            || shape.closed && self.length[index] >= 8.0
            || self.length[index] >= 8.0 && goes_on(page, index)
            || self.length[index] >= WITHOUT_STOPS
                && writes_no_stops(text(page, index))
                && without_picture_number(text(page, index)).len() == text(page, index).len();
        // A row of a table that was cut flat.
        let row = text(page, index).bytes().filter(|b| *b == b'|').count() >= 2;
        let notice = page.lines[index].label.is_some_and(|(kind, _)| is_notice(kind));
        long && !row && !notice && page.linked[index] < 0.5
    }
}

/// `구 씨가 밧줄을 던지고 있다. X 기자`: a sentence, and behind its end a name: the caption of a picture, and no byline.
fn is_signed_sentence(text: &str) -> bool {
    const SHORTEST: usize = 24;
    const LONGEST_NAME: usize = 23;
    let cut = text.trim_end_matches(['.', ' ']);
    cut.rsplit_once(['.', '。', '!', '?']).is_some_and(|(sentence, name)| {
        sentence.len() >= SHORTEST && name.starts_with(' ') && name.chars().count() <= LONGEST_NAME
    })
}

/// A line in a script that ends no sentence with a mark is a paragraph from so many words on.
const WITHOUT_STOPS: f32 = 16.0;

/// Whether a text is in Thai or Lao, which end sentences with a space.
pub(crate) fn writes_no_stops(text: &str) -> bool {
    let own = text.chars().filter(|c| matches!(c, '\u{0E00}'..='\u{0EFF}')).count();
    own * 2 > text.chars().count()
}

/// Whether a line says what time it was, and not on which day: live reports have one above every entry.
fn is_clock(text: &str) -> bool {
    let found = copydesk_date::find(text, &copydesk_date::Hints::default());
    !found.is_empty() && found.iter().all(|found| matches!(found.reading, copydesk_date::Reading::Time(_)))
}

/// A short line with a full date in it: beside a name, a place, a counter.
fn is_dated(page: &Page<'_>, index: usize) -> bool {
    let shape = &page.shapes[index];
    shape.digits >= 3
        && shape.words <= 12.0
        && !shape.closed
        && copydesk_date::find(text(page, index), &copydesk_date::Hints::default()).iter().any(|found| {
            let ambiguous = matches!(found.reading, copydesk_date::Reading::Open { .. });
            ambiguous || found.value().is_some_and(|value| value.day().is_some())
        })
}

/// A line above the running text that is text: a sentence, a quotation or an entry of a list.
fn is_opening(page: &Page<'_>, signs: &Signs, index: usize, below_anchor: bool) -> bool {
    let line = &page.lines[index];
    let text = text(page, index);
    if line.label.is_some() || line.date || line.byline || line.field.is_some() || page.linked[index] > 0.5 {
        return false;
    }
    let split = split_credit(text, Lexicon::builtin());
    if !split.credits.is_empty() && split.confidence > Confidence::ShapeOnly {
        return false;
    }
    let length = signs.length[index];
    if ends_in_stop(text) && length >= 3.0 && !is_aside(text) {
        return true;
    }
    let quoted = text.ends_with(['”', '」', '"', '»']);
    let asks = text.trim_end_matches(is_closing).ends_with(['!', '?', '！', '？', '؟']);
    let counted = ["※", "一、", "二、", "三、", "四、", "五、"].iter().any(|mark| text.starts_with(mark));
    below_anchor && (counted || length >= 4.0 && (quoted || asks) || is_address(signs, index, text))
}

/// `Dear neighbours,`, `各居民小组：`: whom the text speaks to, in a few words above its first sentence.
fn is_address(signs: &Signs, index: usize, text: &str) -> bool {
    const WORDS: std::ops::RangeInclusive<f32> = 2.0..=8.0;
    let han = text.chars().any(copydesk_text::is_han);
    let calls = text.ends_with(['!', '！', ',', '，', '،']) || han && text.ends_with([':', '：']);
    let right_above = signs.reads.get(index + 1).copied().unwrap_or_default();
    calls && right_above && WORDS.contains(&signs.length[index])
}

/// Above the first running text stand so many lines of a story at most: ingredients, verses, turns of an interview.
const LONGEST_OPENING: usize = 20;
/// Between the line that signs a text and its first line stand so many others, at most: a deck, a caption, a counter.
const BETWEEN: usize = 3;

/// The first line right below date and byline that is text. What follows it is text too.
fn begins_below(page: &Page<'_>, signs: &Signs, anchor: usize, story: usize) -> Option<usize> {
    let free = (anchor + 1..story).filter(|i| !is_part_of_head(page, *i));
    free.take(BETWEEN + 1).find(|index| {
        let announces = page.shapes[*index].announces && signs.length[*index] >= 4.0;
        let addresses = signs.length[*index] >= 2.0 && text(page, *index).ends_with([',', '，', '،']);
        is_opening(page, signs, *index, true)
            || is_speaker(page, *index)
            || page.lines[*index].label.is_none() && (announces || addresses || within::is_entry(page, *index))
    })
}

/// `【知事】`: who speaks, in brackets, above each of his turns.
fn is_speaker(page: &Page<'_>, index: usize) -> bool {
    let own = text(page, index);
    own.starts_with('【') && own.ends_with('】') && (0..page.len()).filter(|i| text(page, *i) == own).count() >= 2
}

/// Lines that may stand between the head's date and the story without ending the search for its first sentence.
fn is_part_of_head(page: &Page<'_>, index: usize) -> bool {
    let line = &page.lines[index];
    line.label.is_some() || line.date || line.byline || line.field.is_some()
}

/// A line that was cut by its width: the next one goes on in the middle of a sentence.
fn goes_on(page: &Page<'_>, index: usize) -> bool {
    let Some(next) = page.shapes.get(index + 1) else { return false };
    let shape = &page.shapes[index];
    let block = page.doc.block(BlockId(index as u32 + 1));
    if page.lines[index + 1].date {
        return false;
    }
    let wide = shape.chars >= 24 && shape.chars * 3 > next.chars * 2 && !shape.closed;
    wide && block.gap == 0 && page.lines[index].label.is_none() && next.starts_small
        || wide && block.gap == 0 && next.closed && has_no_case(text(page, index)) && next.words < 12.0
}

fn has_no_case(text: &str) -> bool {
    !text.chars().any(|c| c.is_lowercase() || c.is_uppercase())
}

/// `နေရောင်တော် ဒီဇင်ဘာ ၄`: a place and a day without its year, right above a text whose date stands further up: its
/// dateline, in a line of its own.
fn is_place_and_day(page: &Page<'_>, index: usize) -> bool {
    let text = text(page, index);
    let [found] = &copydesk_date::find(text, &copydesk_date::Hints::default())[..] else { return false };
    let place = text[..found.span.start].trim_matches(|c: char| !c.is_alphanumeric());
    matches!(found.reading, copydesk_date::Reading::Yearless { .. })
        && (1..=3).contains(&place.split_whitespace().count())
        && !text[found.span.end..].contains(char::is_alphanumeric)
        && page.lines[index].label.is_none()
        && page.lines[index].field.is_none()
}

/// Signs that may stand behind the end of a sentence.
pub(crate) fn is_closing(c: char) -> bool {
    matches!(c, '"' | '\'' | '”' | '’' | '»' | '“' | ')' | ']' | '）' | '」' | '』' | '】' | ' ')
}

/// A remark in brackets as a whole: a credit, a note of the page.
fn is_aside(text: &str) -> bool {
    text.starts_with(['(', '[', '（', '【', '〔']) && text.ends_with([')', ']', '）', '】', '〕'])
}

/// The length of a text in words, measured so that a Korean sentence counts like its translation.
fn length(shape: &Shape, text: &str) -> f32 {
    let hangul = text.chars().filter(|c| is_hangul(*c)).count() as f32;
    if hangul > shape.letters as f32 / 2.0 { shape.words.max(hangul * 0.36) } else { shape.words }
}

/// Labels that sentences of the page begin with.
fn is_notice(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Cookie
            | Kind::Subscribe
            | Kind::Copyright
            | Kind::Login
            | Kind::Comments
            | Kind::Device
            | Kind::Feedback
            | Kind::Follow
            | Kind::Legal
            | Kind::Share
            | Kind::SkipNavigation
            | Kind::ReadMore
            | Kind::Related
            | Kind::Loading
            | Kind::Advertisement
            | Kind::Listen
    )
}

fn text<'p>(page: &'p Page<'_>, index: usize) -> &'p str {
    page.doc.text(BlockId(index as u32)).trim()
}
