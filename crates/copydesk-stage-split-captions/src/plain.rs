//! Captions of texts without markup: by a credit that only pictures carry, or by a weaker one and what speaks for a
//! caption beside it.

use std::borrow::Cow;

use copydesk_document::{BlockId, BlockKind, Document, Label};
use copydesk_lexicon::{
    AgencyKind, CaptionSign, Confidence, Credit, FieldKind, Lexicon, Split, alternative_number, classify_label,
    has_caption_sign, label_of, may_be_credit_line, may_look_like_caption, read_byline, read_dateline, split_credit,
    undouble, without_rest,
};
use copydesk_text::{ends_sentence, flat, key, letters, sentences, weight};

use crate::{
    find::{LONGEST, Reason},
    lines::Lines,
    measure::RUNNING,
    parts::{Piece, as_credit, last_brackets},
    story::{LONGEST_HEAD, Story, is_running},
    unlabelled,
};

/// A caption in a text, with the blocks that it takes.
pub(crate) struct Claim {
    pub(crate) reason: Reason,
    /// What it says, where that is not the whole of its first block.
    pub(crate) piece: Option<Piece>,
    /// The blocks beside the first.
    pub(crate) more: Vec<BlockId>,
    /// What is left of the first block, where a part of it is no caption.
    pub(crate) rest: Option<String>,
    /// The block that says the same in another language.
    pub(crate) twin: Option<BlockId>,
}

impl From<Reason> for Claim {
    fn from(reason: Reason) -> Self {
        Self { reason, piece: None, more: Vec::new(), rest: None, twin: None }
    }
}

/// Longest caption that has no more than a weak credit or a sign, and the shortest, by weight.
pub(crate) const LONGEST_WEAK: usize = 500;
pub(crate) const SHORTEST: usize = 15;
/// The same for one above a line that is nothing but a credit.
const LONGEST_BARE: usize = 130;
const SHORTEST_BARE: usize = 18;
/// Most sentences of one.
const MOST_SENTENCES: usize = 3;
/// The fewest letters of a title that a caption can begin with.
const SHORTEST_TITLE: usize = 12;

/// The caption that begins with a block.
pub(crate) fn captions(lines: &Lines<'_>, story: &Story, id: BlockId) -> Option<Claim> {
    let doc = lines.doc;
    let whole = doc.text(id);
    let half = undouble(whole);
    let line = Line::of(lines, id, half.unwrap_or(whole));
    if letters(&line.text) > LONGEST {
        return glued(lines, id);
    }
    let credited = || !line.split.credits.is_empty();
    let says = || last_brackets(&line.text).is_some() || credited() && !line.split.text.is_empty();
    if half.is_some() && says() {
        return Some(Reason::new("printed-twice", "the same text twice in one line, with a credit", 0.9).into());
    }
    if doc.block(id).label() == Label::Title {
        return None;
    }
    if line.signs_story(lines, story) {
        return None;
    }
    line.by_credit(lines)
        .or_else(|| line.by_label(lines))
        .or_else(|| glued(lines, id))
        .or_else(|| line.weakly_credited(lines, story))
        .or_else(|| line.above_credit(lines, story))
        .or_else(|| line.dated_behind_equals(lines, story))
        .or_else(|| line.named_behind(lines))
        .or_else(|| line.wire(lines))
        .or_else(|| line.behind_title(lines))
        .or_else(|| line.marked(lines, story))
        .or_else(|| line.in_two_languages(lines, story))
        .or_else(|| unlabelled::claim(&line, lines, story))
}

/// A line without what a page has left around it.
pub(crate) struct Line<'t> {
    pub(crate) id: BlockId,
    pub(crate) text: Cow<'t, str>,
    pub(crate) split: Split<'t>,
    /// An arrow or a triangle that points to a picture stands before it.
    pointed: bool,
    /// It was a cell of a table that held a picture.
    barred: bool,
}

/// Signs by which captions point to their picture. Lists have some of them as bullets.
const POINTERS: [char; 12] = ['▲', '△', '▼', '▽', '◀', '◁', '↑', '⬆', '⇧', '◤', '◢', '☝'];

impl<'t> Line<'t> {
    fn of(lines: &'t Lines<'_>, id: BlockId, text: &'t str) -> Self {
        let inner = without_rest(without_attributes(text.trim()), lines.lexicon);
        let cell = inner.trim_matches(|c: char| c.is_whitespace() || matches!(c, '|' | '│' | '｜'));
        let barred = cell.len() < inner.len() && !cell.contains(['|', '│', '｜']) && !cell.is_empty();
        let cell = if barred { cell } else { inner };
        let bare = cell.trim_start_matches(POINTERS).trim_start();
        let pointed = bare.len() < cell.len();
        let split = if bare.len() == text.len() {
            lines.split_as(id, bare).into_owned()
        } else {
            split_credit(bare, lines.lexicon)
        };
        let split = before_day(bare, &split, lines.lexicon).unwrap_or(split);
        Self { id, text: Cow::Borrowed(bare), split, pointed, barred }
    }

    fn piece(&self) -> Piece {
        Piece { text: flat(self.split.text), credits: self.split.credits.clone(), marks: self.split.marks.clone() }
    }

    pub(crate) fn claim(&self, reason: Reason) -> Claim {
        Claim { piece: Some(self.piece()), ..reason.into() }
    }

    /// `苗木に土をかける人たち＝19日、緑ケ丘町`: behind the sign day and place, as papers in Japanese print them.
    fn dated_behind_equals(&self, lines: &Lines<'_>, story: &Story) -> Option<Claim> {
        const PLACES: [char; 7] = ['市', '町', '村', '区', '県', '都', '府'];
        let text = self.text.trim();
        let (said, place) = text.rsplit_once(['＝', '='])?;
        let kana = said.chars().any(copydesk_text::is_kana);
        let figures = place.trim_start_matches(|c: char| c.is_numeric() || "年月一二三四五六七八九十".contains(c));
        let dated = figures.len() < place.len() && figures.starts_with('日');
        let short = place.chars().count() <= 12 && !place.contains(['、', '。', '（']);
        let placed = place.ends_with('で') && place.contains(PLACES) || short && place.ends_with(PLACES);
        let fits = (dated || placed) && place.chars().count() <= 30 && !ends_sentence(place);
        let sure = kana && fits && (4..=120).contains(&said.chars().count()) && self.id < story.last;
        let piece = Piece { text: flat(text), credits: Vec::new(), marks: Vec::new() };
        let detail = "a phrase, and behind the sign of equality its day and place";
        sure.then(|| Claim { piece: Some(piece), ..Reason::new("day-and-place", detail, 0.85).into() })
            .filter(|_| classify_label(text, lines.lexicon).is_none())
    }

    /// Whether what stands before the credit can be a caption, and is no field, label or date.
    fn says_something(&self, lines: &Lines<'_>) -> bool {
        let text = self.split.text;
        let figures = text.chars().filter(|c| c.is_numeric()).count();
        let closed = text.matches(['(', '（']).count() <= text.matches([')', '）']).count();
        // Menus are written in one line, with bars between their entries.
        let bars = self.text.matches(['|', '│', '｜']).count();
        weight(text) >= 8
            && figures * 3 <= letters(text)
            && closed
            && bars < 3
            && !copydesk_date::is_date_line(text)
            && classify_label(text, lines.lexicon).is_none()
    }

    /// `Ngọc Lan (AGENCY)`: below the last paragraph a name and whom its bearer writes for.
    fn signs_story(&self, lines: &Lines<'_>, story: &Story) -> bool {
        let byline = || read_byline(self.split.text.trim(), lines.lexicon);
        self.id > story.last
            && !self.split.credits.is_empty()
            && self.split.confidence < Confidence::Labelled
            && byline().is_some_and(|byline| byline.people.len() == 1 && byline.rest.is_empty())
    }

    /// A credit that only pictures carry.
    fn by_credit(&self, lines: &Lines<'_>) -> Option<Claim> {
        // `Texto: Ann Lee Fotos: Bo Chan`: who wrote it, and who made the pictures.
        let signs = || {
            read_byline(self.split.text, lines.lexicon)
                .is_some_and(|byline| byline.confidence() == Confidence::Labelled && !byline.people.is_empty())
        };
        let sure =
            may_look_like_caption(&self.text) && self.split.is_caption() && self.says_something(lines) && !signs();
        sure.then(|| self.claim(Reason::new("credit-line", "ends in a credit that only pictures carry", 0.9)))
    }

    /// A beginning that only captions have.
    fn by_label(&self, lines: &Lines<'_>) -> Option<Claim> {
        let text = self.text.trim();
        let short = weight(text) <= LONGEST_WEAK && sentences(text) <= MOST_SENTENCES;
        let opens = short
            && (has_caption_sign(text, CaptionSign::Opener, lines.lexicon)
                || has_caption_sign(text, CaptionSign::Lead, lines.lexicon));
        opens.then(|| self.claim(Reason::new("caption-label", "begins as only captions do", 0.85)))
    }

    /// Whether the line is as long as a caption without a sure credit may be, and nothing that looks like one.
    pub(crate) fn may_be(&self, lines: &Lines<'_>) -> bool {
        let text = self.split.text.trim();
        let lexicon = lines.lexicon;
        (SHORTEST..=LONGEST_WEAK).contains(&weight(text))
            && sentences(text) <= MOST_SENTENCES
            && !text.ends_with([':', '：'])
            && !text.starts_with(['"', '“', '„', '«', '「', '『'])
            && !self.text.ends_with(['!', '?'])
            && self.says_something(lines)
            && read_dateline(text, lexicon).is_none_or(|d| d.confidence == Confidence::ShapeOnly)
            && read_byline(text, lexicon).is_none_or(|b| b.confidence() == Confidence::ShapeOnly)
            && label_of(text, lexicon).is_none()
    }

    /// A credit that may stand below other things as well, and something else that speaks for a caption.
    fn weakly_credited(&self, lines: &Lines<'_>, story: &Story) -> Option<Claim> {
        let (doc, lexicon) = (lines.doc, lines.lexicon);
        if self.split.credits.is_empty() || self.id >= story.last || !self.may_be(lines) {
            return None;
        }
        if names_author(&self.text, lexicon) {
            return None;
        }
        let text = self.split.text;
        let has = |sign| has_caption_sign(text, sign, lexicon);
        let printed = &self.split.credits[0].printed;
        let why = if has(CaptionSign::Position) {
            "says where somebody stands in the picture"
        } else if self.pointed || self.barred {
            "stands where a picture was"
        } else if rest_beside(doc, self.id, lines) {
            "stands beside what is left of a picture"
        } else if has(CaptionSign::Scene) {
            "speaks of a picture"
        } else if is_agency_and_name(printed) && ends_sentence(text) {
            "an agency and a name behind its end"
        } else if story.is_above(self.id) && self.is_sure_above(doc) {
            "stands above the text"
        } else if repeats(doc, self.id) {
            "is printed twice"
        } else if unlabelled::stands_apart(self, lines, story) {
            "is one sentence or phrase between paragraphs"
        } else {
            return None;
        };
        let sure = if self.split.confidence == Confidence::ShapeOnly { 0.7 } else { 0.8 };
        Some(self.claim(Reason::new("weak-credit", format!("ends in what may be a credit, and {why}"), sure)))
    }

    /// Whether a weak credit is enough above the text, where titles, bylines and names of sites stand as well.
    fn is_sure_above(&self, doc: &Document) -> bool {
        const SHAPES: [&str; 9] = [
            "paren-agency",
            "paren-name/agency",
            "paren-name-paper",
            "paren-any-org",
            "tail-name/agency",
            "tail-NAME-CAPS",
            "tail-dash-CAPS",
            "tail-pipe",
            "tail-wire-bare",
        ];
        let text = self.split.text;
        let labelled = self.split.confidence == Confidence::Labelled;
        let least = if labelled { 20 } else { 30 };
        // A label parts the credit from a phrase as well, right above the text.
        let parted = labelled || self.split.rule == "tail-dash-CAPS";
        let phrase = || parted && is_above_text(doc, self.id) && text.split_whitespace().count() >= 5;
        let sentence = (ends_sentence(text) && sentences(text) <= 1 || phrase()) && weight(text) >= least;
        // Below another sentence it is likelier that the story has begun.
        let opens = |id| {
            let text = doc.text(id).trim_end();
            !doc.block(id).label().is_body() && doc.block(id).label() != Label::Caption
                || weight(text) < RUNNING / 2
                || !(ends_sentence(text) || text.ends_with([')', '）']))
        };
        let first = (0..self.id.0).map(BlockId).all(opens);
        sentence && first && (SHAPES.contains(&self.split.rule) || self.split.confidence == Confidence::Labelled)
    }

    /// A line right above one that is nothing but a credit.
    fn above_credit(&self, lines: &Lines<'_>, story: &Story) -> Option<Claim> {
        let (doc, lexicon) = (lines.doc, lines.lexicon);
        let next = BlockId(self.id.0 + 1);
        if let Some((more, printed)) = unlabelled::slashed_below(lines, self.id, story).filter(|_| self.may_be(lines)) {
            let mut marks = Vec::new();
            let credits = as_credit(&printed, &mut marks, lexicon);
            let reason =
                Reason::new("credit-below", "right above the lines of a credit that is cut at its slash", 0.85);
            return Some(Claim {
                piece: Some(Piece { text: flat(&self.text), credits, marks }),
                more,
                ..reason.into()
            });
        }
        let leads =
            |id: BlockId| id.index() < doc.blocks().len() && has_caption_sign(doc.text(id), CaptionSign::Lead, lexicon);
        // A line with the label of captions has its credit above it.
        if leads(BlockId(next.0 + 1)) || unlabelled::is_below_its_credit(lines, BlockId(next.0 + 1), story) {
            return None;
        }
        if !self.split.credits.is_empty() || next.index() >= doc.blocks().len() || doc.block(next).gap > 1 {
            return None;
        }
        // Behind the last paragraph an agency signs the story.
        let signs = self.id >= story.last && doc.block(self.id).label().is_body();
        if signs && lines.split(next).as_credit_line() != Some(Confidence::Labelled) {
            return None;
        }
        // Most lines stand above no credit, which is soon told.
        let paper = unlabelled::is_name_and_paper(doc.text(next)) && ends_sentence(&self.text)
            || unlabelled::is_holder(self, next, lines, story);
        let credited = paper || is_picture_credit(lines, next) || unlabelled::is_credit_below(self, next, lines, story);
        if !credited || doc.block(self.id).kind == BlockKind::Heading || !self.may_be(lines) {
            return None;
        }
        let (size, words) = (weight(&self.text), self.text.split_whitespace().count());
        let position = has_caption_sign(&self.text, CaptionSign::Position, lexicon);
        // Menus have lines of a few words, and a paragraph of the story may stand above a picture without a caption.
        let closed = words >= 3 && ends_sentence(&self.text);
        let enough = size >= SHORTEST_BARE && (words >= 4 || closed || size > letters(&self.text) * 2);
        let short = size <= LONGEST_BARE || position;
        // The title may stand right above the credit of a picture that has no caption.
        let second = (0..self.id.0).map(BlockId).any(|id| weight(doc.text(id)) >= SHORTEST);
        let credit = lines.split(next);
        let reason = Reason::new("credit-below", "right above a line that is nothing but a credit", 0.85);
        let mut marks = credit.marks.clone();
        let credits = if paper { as_credit(doc.text(next), &mut marks, lexicon) } else { credit.credits.clone() };
        let piece = Piece { text: flat(&self.text), credits, marks };
        (enough && short && (second || ends_sentence(&self.text))).then(|| Claim {
            piece: Some(piece),
            more: vec![next],
            ..reason.into()
        })
    }

    /// A sentence, and behind it a word for a picture or a stroke with somebody's name: `… Photo Ann Lee`, `… / Ann Lee`.
    fn named_behind(&self, lines: &Lines<'_>) -> Option<Claim> {
        const WORDS: [&str; 5] = ["Photo", "Photos", "Foto", "Fotos", "Bild"];
        const BORDERS: [&str; 4] = ["-", "–", "—", "|"];
        let text = self.text.trim();
        let credited = !self.split.credits.is_empty() && self.split.confidence > Confidence::ShapeOnly;
        // `… / A. B.`: by letters.
        let initial = |word: &str| word.chars().count() == 2 && word.ends_with('.');
        let lettered = text.split_whitespace().rev().take(2).all(initial);
        if credited || weight(text) > LONGEST_BARE * 2 || text.ends_with(['.', '!', '?']) && !lettered {
            return None;
        }
        let words: Vec<&str> = text.split_whitespace().collect();
        let at = words.iter().rposition(|word| WORDS.contains(word) || *word == "/")?;
        let name = &words[at + 1..];
        let capital = |word: &&str| word.starts_with(char::is_uppercase) && !word.contains(|c: char| c.is_numeric());
        let named = (2..=4).contains(&name.len()) && name.iter().all(capital);
        let before = text.rsplit_once(words[at])?.0.trim_end();
        let parted = before.trim_end_matches(['-', '–', '—', '|', ' ']);
        let border = ends_sentence(before) || words[at] != "/" && BORDERS.iter().any(|mark| before.ends_with(mark));
        if !named || !border || weight(parted) < SHORTEST || sentences(parted) > 2 {
            return None;
        }
        let mut marks = Vec::new();
        let credits = as_credit(&name.join(" "), &mut marks, lines.lexicon);
        let piece = Piece { text: flat(parted), credits, marks };
        let reason = Reason::new("named-behind", "a sentence, and behind it the name of who made the picture", 0.75);
        Some(Claim { piece: Some(piece), ..reason.into() })
    }

    /// The caption of a wire: a dateline, a sentence, the day and a mail address.
    fn wire(&self, lines: &Lines<'_>) -> Option<Claim> {
        let text = self.text.trim();
        // `… mail@example.org *no resale`: a notice behind the address.
        let text = text
            .rsplit_once(" *")
            .filter(|(head, _)| head.ends_with(char::is_alphabetic))
            .map_or(text, |(head, _)| head);
        let (head, mail) = text.rsplit_once(char::is_whitespace)?;
        let (before, day) = head.trim_end().rsplit_once(char::is_whitespace)?;
        let dated = day.bytes().filter(u8::is_ascii_digit).count() >= 4 && copydesk_date::is_date_line(day);
        if !mail.contains('@') || !dated || weight(text) > LONGEST_WEAK + 100 {
            return None;
        }
        let said = behind_dateline(before, lines.lexicon)?;
        // Behind the dateline the reporter: `NAME 기자 = `.
        let said = said.split_once('=').filter(|(head, _)| head.chars().count() <= 24).map_or(said, |(_, rest)| rest);
        let split = split_credit(said, lines.lexicon);
        let piece = Piece { text: flat(split.text), credits: split.credits.clone(), marks: split.marks };
        let reason = Reason::new("wire-caption", "a sentence between a dateline and the day with a mail address", 0.8);
        Some(Claim { piece: Some(piece), ..reason.into() })
    }

    /// The title, the caption, and the day or the holder: the alternative text of a picture.
    fn behind_title(&self, lines: &Lines<'_>) -> Option<Claim> {
        let doc = lines.doc;
        let first = self.text.chars().next()?;
        let title = doc.ids().take(12.min(self.id.index())).find(|id| {
            // Most lines begin otherwise.
            if !doc.text(*id).starts_with(first) {
                return false;
            }
            let title = key(doc.text(*id));
            let own = key(&self.text);
            letters(doc.text(*id)) >= SHORTEST_TITLE && own.len() > title.len() && own.starts_with(&title)
        })?;
        let said = behind(&self.text, letters(doc.text(title)))?.trim();
        let split = split_credit(said, lines.lexicon);
        let is_day =
            |word: &&str| word.bytes().filter(u8::is_ascii_digit).count() >= 4 && copydesk_date::is_date_line(word);
        let day = said.split_whitespace().rev().take(3).find(is_day);
        let credited = !split.credits.is_empty() && split.confidence > Confidence::ShapeOnly;
        let speaks = day.is_some() || credited;
        if !speaks || !(SHORTEST..=LONGEST_WEAK).contains(&weight(said)) || sentences(said) > MOST_SENTENCES + 1 {
            return None;
        }
        // The holder stands behind the day.
        let parted = day.and_then(|day| said.rsplit_once(day)).filter(|(before, _)| ends_sentence(before));
        let piece = match parted {
            Some((before, holder)) if split.credits.is_empty() => {
                let mut marks = split.marks.clone();
                let holder = holder.trim();
                let credits = if holder.is_empty() { Vec::new() } else { as_credit(holder, &mut marks, lines.lexicon) };
                Piece { text: flat(before), credits, marks }
            }
            _ => Piece { text: flat(split.text), credits: split.credits.clone(), marks: split.marks.clone() },
        };
        let reason = Reason::new("title-and-caption", "begins with the title, and ends in a day or a credit", 0.75);
        Some(Claim { piece: Some(piece), ..reason.into() })
    }

    /// A line that points to a picture, or was a cell beside one, or stands beside what is left of one.
    fn marked(&self, lines: &Lines<'_>, story: &Story) -> Option<Claim> {
        let (doc, lexicon) = (lines.doc, lines.lexicon);
        let rest = self
            .id
            .0
            .checked_sub(1)
            .is_some_and(|id| has_caption_sign(doc.text(BlockId(id)), CaptionSign::Rest, lexicon));
        let rest = rest || is_below_title_of_picture(doc, self.id, lexicon);
        let marked = self.pointed || self.barred || rest;
        if !marked || !self.may_be(lines) || doc.block(self.id).kind == BlockKind::ListItem {
            return None;
        }
        let neighbours = [self.id.0.checked_sub(1), Some(self.id.0 + 1)];
        let others = || neighbours.iter().flatten().map(|id| BlockId(*id)).filter(|id| id.index() < doc.blocks().len());
        let alike = |signs: &[char]| {
            others().any(|id| doc.text(id).trim().starts_with(signs) || doc.text(id).trim().ends_with(signs))
        };
        let short =
            weight(&self.text) <= LONGEST_WEAK / 2 || has_caption_sign(&self.text, CaptionSign::Position, lexicon);
        if self.pointed && !alike(&POINTERS) && !self.text.contains(POINTERS) && short {
            return Some(self.claim(Reason::new("points-to-picture", "a sign before it points to a picture", 0.75)));
        }
        if self.barred
            && story.is_inside(self.id)
            && !alike(&['|', '│', '｜'])
            && others().any(|id| is_running(doc, id))
        {
            return Some(self.claim(Reason::new("table-rest", "all that is left of a table with a picture", 0.7)));
        }
        if rest && let Some(claim) = self.wrapped(lines) {
            return Some(claim);
        }
        let open = !ends_sentence(&self.text) || weight(&self.text) <= RUNNING / 2;
        (rest && open && story.is_inside(self.id) && doc.block(self.id).kind != BlockKind::Heading)
            .then(|| self.claim(Reason::new("picture-rest", "right below what is left of a picture", 0.7)))
    }

    /// A caption below what is left of a picture that was cut at a margin: it goes on to the next blank line.
    fn wrapped(&self, lines: &Lines<'_>) -> Option<Claim> {
        const MOST_LINES: u32 = 3;
        let doc = lines.doc;
        let near = |id: &BlockId| id.index() < doc.blocks().len() && doc.block(*id).gap == 0;
        let more: Vec<BlockId> = (1..=MOST_LINES + 1).map(|step| BlockId(self.id.0 + step)).take_while(near).collect();
        let cut = !ends_sentence(&self.text) && (1..=MOST_LINES as usize).contains(&more.len());
        let last = BlockId(self.id.0 + 1 + more.len() as u32);
        if !cut || last.index() < doc.blocks().len() && doc.block(last).gap == 0 {
            return None;
        }
        let whole = more.iter().fold(flat(&self.text), |whole, id| format!("{whole} {}", flat(doc.text(*id))));
        let split = split_credit(&whole, lines.lexicon);
        if weight(&whole) > LONGEST_WEAK / 2 || sentences(split.text) > 2 {
            return None;
        }
        let piece = Piece { text: flat(split.text), credits: split.credits.clone(), marks: split.marks.clone() };
        let reason = Reason::new("picture-rest", "below what is left of a picture, up to the next blank line", 0.7);
        Some(Claim { piece: Some(piece), more, ..reason.into() })
    }

    /// A line in another language than the text, and its neighbour that says the same, beside what is left of a picture.
    fn in_two_languages(&self, lines: &Lines<'_>, story: &Story) -> Option<Claim> {
        let (doc, lexicon) = (lines.doc, lines.lexicon);
        let main = story.main.as_deref()?;
        let language =
            |id: BlockId| doc.block(id).language.as_ref().map(|l| l.tag.as_str()).filter(|tag| *tag != "und");
        let next = BlockId(self.id.0 + 1);
        if next.index() >= doc.blocks().len() || !story.is_inside(next) {
            return None;
        }
        let (own, other) = (language(self.id)?, language(next)?);
        if own.split('-').next() == other.split('-').next() || (own == main) == (other == main) || !self.may_be(lines) {
            return None;
        }
        // A line of the text that stands above the two is none of them.
        let third = BlockId(next.0 + 1);
        let below = own == main && third.index() < doc.blocks().len();
        if below && crate::pair::is_translation(doc, next, third, lexicon) {
            return None;
        }
        let pair = crate::pair::is_translation(doc, self.id, next, lexicon);
        let position = |id| has_caption_sign(doc.text(id), CaptionSign::Position, lexicon);
        let speaks =
            || position(self.id) || position(next) || rest_beside(doc, self.id, lines) || rest_beside(doc, next, lines);
        let detail = "says the same as the next line in another language, beside a picture";
        let twins = pair && weight(doc.text(next)) <= LONGEST_WEAK && speaks();
        twins.then(|| Claim { twin: Some(next), ..self.claim(Reason::new("two-languages", detail, 0.75)) })
    }
}

/// `… closed. AGENCY / (A - autor: X, editor: Y)`: in brackets behind it who wrote the story that it ends.
fn names_author(text: &str, lexicon: &Lexicon) -> bool {
    let inside = text.trim_end_matches(['.', ' ']).strip_suffix(')').and_then(|text| text.rsplit_once('('));
    let labels = inside.map(|(_, inside)| inside.split_once(" - ").map_or(inside, |(_, labels)| labels));
    labels.and_then(|labels| label_of(labels, lexicon)).is_some_and(|field| field.kind == FieldKind::Author)
}

/// A caption with its credit that is glued to the text behind it, or to the title before it.
fn glued(lines: &Lines<'_>, id: BlockId) -> Option<Claim> {
    let (doc, lexicon) = (lines.doc, lines.lexicon);
    let text = doc.text(id);
    for (at, close) in text.match_indices([')', '）', ']']).take(6) {
        let end = at + close.len();
        let (head, rest) = text.split_at(end);
        if weight(head) > LONGEST_WEAK || rest.trim().is_empty() {
            break;
        }
        let touches = rest.starts_with(|c: char| c.is_alphabetic() && !c.is_lowercase());
        let dateline =
            || read_dateline(rest.trim_start(), lexicon).is_some_and(|d| d.confidence > Confidence::ShapeOnly);
        if !touches && !dateline() || weight(rest) < RUNNING / 2 {
            continue;
        }
        let split = split_credit(head, lexicon);
        if split.confidence == Confidence::Labelled && !split.credits.is_empty() && weight(split.text) >= 6 {
            let piece = Piece { text: flat(split.text), credits: split.credits.clone(), marks: split.marks.clone() };
            let reason = Reason::new("glued-caption", "a caption with its credit, glued to the text behind it", 0.85);
            return Some(Claim { piece: Some(piece), rest: Some(rest.trim_start().to_owned()), ..reason.into() });
        }
    }
    let (title, end) = alternative_number(text, lexicon)?;
    let said = text[end..].trim();
    let split = split_credit(said, lexicon);
    let sure = !split.credits.is_empty() && !split.text.is_empty() && weight(said) <= LONGEST_WEAK;
    sure.then(|| {
        let piece = Piece { text: flat(split.text), credits: split.credits.clone(), marks: split.marks.clone() };
        let reason = Reason::new("glued-caption", "a caption glued to the title and the number of its picture", 0.85);
        Claim { piece: Some(piece), rest: Some(text[..title].to_owned()), ..reason.into() }
    })
}

/// Whether running text stands right below a line, with a date or a button between at most.
pub(crate) fn is_above_text(doc: &Document, id: BlockId) -> bool {
    const BETWEEN: usize = 5;
    let below = (id.0 + 1..doc.blocks().len() as u32).map(BlockId).take(BETWEEN);
    below.into_iter().any(|id| is_running(doc, id) || doc.block(id).label().is_body() && ends_sentence(doc.text(id)))
}

/// A credit with the day of the picture behind it: `… 中央社記者X攝 117年10月5日`.
fn before_day<'t>(text: &'t str, split: &Split<'t>, lexicon: &Lexicon) -> Option<Split<'t>> {
    if !split.credits.is_empty() {
        return None;
    }
    let (before, day) = text.trim_end().rsplit_once(char::is_whitespace)?;
    let dated = day.bytes().filter(u8::is_ascii_digit).count() >= 4
        && day.chars().all(|c| c.is_ascii_digit() || "年月日./-".contains(c));
    let split = dated.then(|| split_credit(before, lexicon))?;
    (!split.credits.is_empty() && split.confidence == Confidence::Labelled && split.picture_only).then_some(split)
}

/// Whether a line beside this one is all that is left of a picture.
fn rest_beside(doc: &Document, id: BlockId, lines: &Lines<'_>) -> bool {
    let is_rest = |id: BlockId| {
        let text = doc.text(id).trim();
        let template = text.starts_with("{%") && text.ends_with("%}") && text.contains("im");
        template || has_caption_sign(text, CaptionSign::Rest, lines.lexicon)
    };
    [id.0.checked_sub(1), Some(id.0 + 1)]
        .into_iter()
        .flatten()
        .map(BlockId)
        .any(|id| id.index() < doc.blocks().len() && is_rest(id))
}

/// Whether right above a line stands the headline as the text of a picture: without the accents that it has in the head.
fn is_below_title_of_picture(doc: &Document, id: BlockId, lexicon: &Lexicon) -> bool {
    const FEWEST: usize = 4;
    let Some(above) = id.0.checked_sub(1).map(BlockId).filter(|_| doc.block(id).gap == 0) else { return false };
    let line = doc.text(above);
    let bare = match alternative_number(line, lexicon) {
        Some((title, end)) if end == line.trim_end().len() => &line[..title],
        _ => line,
    };
    let words = |text: &'_ str| -> Vec<String> {
        let letters = |word: &str| word.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
        text.split_whitespace().map(letters).filter(|word: &String| !word.is_empty()).collect()
    };
    let stands_for = |(plain, word): (&String, &String)| {
        plain.len() == word.chars().count() && word.chars().zip(plain.chars()).all(|(c, p)| !c.is_ascii() || c == p)
    };
    let own = if bare.is_ascii() { words(bare) } else { Vec::new() };
    own.len() >= FEWEST
        && doc.ids().take(LONGEST_HEAD.min(above.index())).map(|id| doc.text(id)).filter(|head| !head.is_ascii()).any(
            |head| {
                let head = words(head);
                head.len() == own.len() && own.iter().zip(&head).all(stands_for)
            },
        )
}

/// Whether the line above or below says the same.
fn repeats(doc: &Document, id: BlockId) -> bool {
    let own = key(doc.text(id));
    let same = |other: u32| doc.blocks().get(other as usize).is_some_and(|_| key(doc.text(BlockId(other))) == own);
    same(id.0 + 1) || id.0.checked_sub(1).is_some_and(same)
}

/// A credit without the numbers of schools and offices: `School № 12`.
fn without_number_signs(printed: &str) -> impl Iterator<Item = u8> {
    printed.split("№ ").enumerate().flat_map(|(at, part)| {
        let rest = if at > 0 { part.trim_start_matches(|c: char| c.is_ascii_digit()) } else { part };
        rest.bytes()
    })
}

/// Whether a line is the credit of a picture, and no byline, menu or list of sources.
fn is_picture_credit(lines: &Lines<'_>, id: BlockId) -> bool {
    let text = lines.doc.text(id).trim();
    let split = lines.split(id);
    let Some(sure) = may_be_credit_line(text).then(|| split.as_credit_line()).flatten() else { return false };
    let printed = &split.credits[0].printed;
    // `© ALL RIGHTS RESERVED`.
    if classify_label(text, lines.lexicon).is_some_and(|label| label.whole)
        || text.contains(['•', '·', '|'])
        || without_number_signs(printed).filter(u8::is_ascii_digit).count() >= 2
        || read_byline(text, lines.lexicon).is_some_and(|b| b.confidence() == Confidence::Labelled)
    {
        return false;
    }
    let library = |name: &String| {
        let kind = lines.lexicon.agency(name).map(|agency| agency.kind);
        matches!(kind, Some(AgencyKind::Photo | AgencyKind::Stock))
    };
    match sure {
        // `© Harbour School`, without the year that the line of a page has.
        Confidence::Labelled => {
            split.picture_only
                || printed.contains('/')
                || text.starts_with(['©', 'ⓒ']) && id.index() + 1 < lines.doc.blocks().len()
        }
        Confidence::AgencyKnown => text.contains('/') || split.credits.iter().flat_map(|c| &c.agencies).any(library),
        Confidence::ShapeOnly => is_agency_and_name(text),
    }
}

/// `AGENCY/Ann Lee`, `AGENCY/ANN LEE`: an agency in capitals, a slash, and the two or more words of a name.
fn is_agency_and_name(printed: &str) -> bool {
    let Some((agency, name)) = printed.trim_matches(['(', ')']).split_once('/') else { return false };
    let capitals = agency.chars().filter(|c| c.is_alphabetic()).count() >= 2 && !agency.chars().any(char::is_lowercase);
    let words = name.split_whitespace().count();
    let named = name.split_whitespace().all(|word| word.starts_with(char::is_uppercase));
    capitals
        && agency.split_whitespace().count() <= 3
        && (2..=4).contains(&words)
        && named
        && !name.contains(char::is_numeric)
}

/// A credit that is a line of its own, below nothing that it belongs to.
pub(crate) fn credit_alone(lines: &Lines<'_>, id: BlockId) -> Option<Reason> {
    let text = lines.doc.text(id).trim();
    let split = lines.split(id);
    let sure = may_be_credit_line(text)
        && split.as_credit_line() == Some(Confidence::Labelled)
        && split.picture_only
        && !is_reporter(text, lines.lexicon)
        && split.credits.iter().all(|credit| names_somebody(credit, lines.lexicon));
    sure.then(|| Reason::new("credit-line", "nothing but the credit of a picture", 0.7))
}

/// `솔섬=이도람·강새벽 기자`: who reported, and from where; not `사진=이도람 기자`.
fn is_reporter(text: &str, lexicon: &Lexicon) -> bool {
    let byline = read_byline(text, lexicon).filter(|byline| byline.confidence() == Confidence::Labelled);
    byline.is_some_and(|byline| {
        let placed = byline.place.as_deref().is_some_and(|place| {
            let labelled = format!("{place}: Ann Lee");
            split_credit(&labelled, lexicon).credits.is_empty()
        });
        placed && !byline.people.is_empty()
    })
}

/// Whether a credit names an agency, a site, or somebody with two names: a word alone is a label as often.
fn names_somebody(credit: &Credit, lexicon: &Lexicon) -> bool {
    let printed = credit.printed.trim();
    let spaced = printed.split_whitespace().count() >= 2 || printed.contains(['/', '.', '@', '_']);
    let unspaced = weight(printed) > letters(printed) && letters(printed) >= 2;
    !printed.starts_with(|c: char| c.is_ascii_digit()) && (spaced || unspaced || lexicon.agency(printed).is_some())
}

/// What stands behind a dateline, or behind a place and an agency in one bracket.
fn behind_dateline<'t>(text: &'t str, lexicon: &Lexicon) -> Option<&'t str> {
    if let Some(dateline) = read_dateline(text, lexicon) {
        return text.get(dateline.end..);
    }
    let inside = text.strip_prefix(['(', '[', '（', '［'])?;
    let (dateline, said) = inside.split_once([')', ']', '）', '］'])?;
    (dateline.contains(['=', '＝']) && dateline.chars().count() <= 30).then_some(said)
}

/// What stands behind so many letters of a text.
fn behind(text: &str, letters: usize) -> Option<&str> {
    let mut seen = 0;
    for (at, c) in text.char_indices() {
        if seen == letters && c.is_alphanumeric() {
            return Some(&text[at..]);
        }
        seen += usize::from(c.is_alphanumeric());
    }
    None
}

/// A line without the attributes that some dialects of Markdown write behind it: `{.small}`.
fn without_attributes(text: &str) -> &str {
    let Some(at) = text.rfind('{').filter(|_| text.ends_with('}')) else { return text };
    if text[at + 1..].starts_with(['.', ':', '#']) { text[..at].trim_end() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agencies_and_names_are_told_from_other_slashes() {
        assert!(is_agency_and_name("LONTAR/Ridwan Sasmita") && is_agency_and_name("EPA-EFE/ANN LEE"));
        assert!(!is_agency_and_name("He/she said") && !is_agency_and_name("AP/2019") && !is_agency_and_name("TCP/IP"));
    }

    #[test]
    fn brackets_that_name_the_author_are_no_credit() {
        let names = |text: &str| names_author(text, Lexicon::builtin());
        assert!(names("Podul se deschide luni. AGERPRES / (B - autor: Ana Pop, editor: Ion Lup)"));
        assert!(!names("The pier at dawn (Photo: Ann Lee)") && !names("The pier opens in May (or in June)."));
    }

    #[test]
    fn attributes_behind_a_line_go() {
        assert_eq!(without_attributes("The pump {.small}"), "The pump");
        assert_eq!(without_attributes("f(x) = {x}"), "f(x) = {x}");
    }

    #[test]
    fn the_text_behind_a_title_is_found() {
        assert_eq!(behind("The mill: turns", 7), Some("turns"));
        assert_eq!(behind("The mill", 7), None);
    }
}
