//! What stands below the story of a text.

use copydesk_document::{BlockId, BlockKind, BoilerplateKind};
use copydesk_lexicon::{
    CaptionSign, Confidence, FieldKind, Lexicon, PageLabelKind as Kind, has_caption_sign, is_credit_line,
    names_commenter,
};
use rustc_hash::FxHashSet;

use super::{Head, OWN, Signs, ends_in_stop, is_aside, is_dated, text};
use crate::{
    page::Page,
    rules::{Finding, finding},
    stems::{shared, stems},
};

/// Below a line that closes the story (a sign-off, a source, the editor) nothing is text that is not of its words.
pub(super) fn foot(page: &Page<'_>, signs: &Signs, head: &Head, found: &mut [Option<Finding>]) {
    let count = page.len();
    let mut closed = None;
    for (index, found) in found.iter_mut().enumerate().skip(head.story + 1) {
        let Some(closing) = signs.closing[index] else { continue };
        let before = page.prose_before[index] - page.prose_before[head.story];
        let after = page.prose_before[count] - page.prose_before[index + 1];
        found.get_or_insert_with(|| finding(BoilerplateKind::Other, closing, "stands below a story and closes it"));
        // In the middle of a story it belongs to a picture, or to the first of several.
        if after <= before * 0.5 && closed.is_none() {
            closed = Some(index);
        }
    }
    teasers(page, head, found);
    let Some(closed) = closed else { return };
    let mut of = FxHashSet::default();
    for index in (head.story..closed).filter(|i| signs.reads[*i]) {
        stems(text(page, index), &mut of);
    }
    // `###`: from here on the release speaks of who gave it out, in the same words.
    let ended = is_end_mark(text(page, closed));
    for index in (closed + 1..count).filter(|_| !ended) {
        let own = signs.reads[index] && shared(text(page, index), &of) >= OWN / 2.0;
        let note = matches!(page.doc.block(BlockId(index as u32)).kind, BlockKind::Note | BlockKind::Code)
            || page.lines[index].label.is_some_and(|(kind, _)| kind == Kind::AuthorNote);
        if own || note {
            // The story goes on.
            return;
        }
    }
    for found in &mut found[closed + 1..] {
        found.get_or_insert_with(|| finding(BoilerplateKind::Other, "foot", "below the line that closes the story"));
    }
}

/// Below a line of signs alone, a headline with a date or a byline and sentences in other words: the next of several stories in
/// one dump. Without a date or a byline it may be the break between two parts of one story.
pub(super) fn next_story(page: &Page<'_>, signs: &Signs, head: &Head, found: &mut [Option<Finding>]) {
    /// Date, byline and first sentence stand in so many lines below a headline.
    const HEAD: usize = 4;
    let count = page.len();
    let ruler = |index: &usize| {
        let text = text(page, *index);
        !text.is_empty() && text.chars().count() <= 12 && !text.contains(|c: char| c.is_alphanumeric())
    };
    let (mut of, mut read) = (FxHashSet::default(), head.story);
    for index in (head.story + 2..count.saturating_sub(2)).filter(ruler) {
        let before = page.prose_before[index] - page.prose_before[head.story];
        let after = page.prose_before[count] - page.prose_before[index];
        let headline = &page.shapes[index + 1];
        let title = !headline.closed && headline.words >= 4.0 && headline.words <= 20.0 && !signs.reads[index + 1];
        let below = || index + 2..(index + 2 + HEAD).min(count);
        let headed = || below().any(|i| page.lines[i].date || page.lines[i].byline);
        let Some(first) = below().find(|i| signs.reads[*i]).filter(|_| title && after <= before && headed()) else {
            continue;
        };
        for above in (read..index).filter(|i| signs.reads[*i]) {
            stems(text(page, above), &mut of);
        }
        read = index;
        if shared(text(page, index + 1), &of) < OWN / 2.0 && shared(text(page, first), &of) < OWN / 2.0 {
            for found in &mut found[index..] {
                found.get_or_insert_with(|| {
                    finding(BoilerplateKind::Related, "next-story", "another story, below a ruler and its headline")
                });
            }
            return;
        }
    }
}

/// The last lines, where two or more in a row break off: the beginnings of other stories.
fn teasers(page: &Page<'_>, head: &Head, found: &mut [Option<Finding>]) {
    let breaks_off = |index: &usize| text(page, *index).ends_with(['…']) || text(page, *index).ends_with("...");
    let count = (head.story + 1..page.len()).rev().take_while(breaks_off).count();
    if count >= 2 {
        for found in &mut found[page.len() - count..] {
            found.get_or_insert_with(|| finding(BoilerplateKind::Related, "teasers", "lines in a row that break off"));
        }
    }
}

/// Whether a line closes a story, and by what.
pub(super) fn closing(page: &Page<'_>, index: usize) -> Option<&'static str> {
    let (line, shape) = (&page.lines[index], &page.shapes[index]);
    let text = text(page, index);
    if shape.words > 10.0 || shape.is_prose() {
        return None;
    }
    if line.label.is_some_and(|(kind, whole)| kind == Kind::SignOff && (whole || is_aside(text.trim_end_matches('.'))))
    {
        return Some("sign-off");
    }
    match line.field {
        Some((FieldKind::Source, true)) => return Some("source"),
        Some((FieldKind::Editor, _)) => return Some("editor"),
        Some((FieldKind::Attachment, true)) => return Some("attachment"),
        _ => {}
    }
    if is_end_mark(text) || is_initials(text) || is_letters_of_author(page, index) {
        return Some("sign-off");
    }
    let name = text.trim_matches(|c: char| !c.is_alphanumeric());
    // `-- KELANA`: behind dashes the letters of the agency.
    let dashed = text.starts_with("--") || text.starts_with(['—', '–']);
    let letters = || name.chars().all(char::is_uppercase) && name.chars().count() >= 3;
    if dashed && letters() {
        return Some("source");
    }
    let agency = shape.words <= 5.0 && !shape.closed && is_agency(name);
    // `== Leaves`: a heading of AsciiDoc or of a wiki.
    let heading = text.starts_with("==") || text.starts_with("= ");
    (agency || text.starts_with('=') && !heading && shape.words <= 4.0).then_some("source")
}

/// Whether a line is the name of an agency, or several with a stroke between.
fn is_agency(name: &str) -> bool {
    let lexicon = Lexicon::builtin();
    let known = |name: &str| lexicon.agency(name.trim()).is_some();
    // `NDK (ab), dpa`: the house's own letters, with those of who wrote it.
    let own = |name: &str| {
        let letters = name.split(['(', '（']).next().unwrap_or_default().trim();
        (2..=6).contains(&letters.chars().count()) && letters.chars().all(char::is_uppercase)
    };
    let parts = || name.split(['/', '+', '-', ',']);
    known(name)
        || parts().any(known) && parts().all(|part| known(part) || own(part))
        || is_credit_line(name, lexicon) == Some(Confidence::AgencyKnown)
}

/// `mar/`, `JPV / gsg`: who wrote and who edited.
fn is_initials(text: &str) -> bool {
    let parts = || text.split('/').map(str::trim).filter(|part| !part.is_empty());
    text.contains('/')
        && text.chars().count() <= 14
        && (1..=3).contains(&parts().count())
        && parts().all(|part| (2..=4).contains(&part.chars().count()) && part.chars().all(char::is_alphabetic))
}

/// `###`, `# # #`: the end of a release.
fn is_end_mark(text: &str) -> bool {
    text.bytes().filter(|b| *b == b'#').count() >= 3 && text.bytes().all(|b| matches!(b, b'#' | b' '))
}

/// `P. L.`, `ekl hal`: right below the end of a sentence the letters of who wrote and who edited.
fn is_letters_of_author(page: &Page<'_>, index: usize) -> bool {
    let text = text(page, index);
    let parts: Vec<&str> = text.split_whitespace().collect();
    let below = || index.checked_sub(1).is_some_and(|above| ends_in_stop(self::text(page, above)));
    let capitals = |part: &&str| {
        part.split_terminator('.').all(|letter| letter.chars().count() == 1 && letter.chars().all(char::is_uppercase))
            && part.ends_with('.')
    };
    let small = |part: &&str| (2..=4).contains(&part.chars().count()) && part.chars().all(char::is_lowercase);
    // Two short words may be the first of a list as well.
    let last = index + 1 == page.len();
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    let dotted = (2..=4).contains(&letters) && (1..=4).contains(&parts.len()) && parts.iter().all(capitals);
    (dotted || last && parts.len() == 2 && parts.iter().all(small)) && below()
}

/// Below `Read also` alone stand headlines, until a line reads as text again.
pub(super) fn announced(page: &Page<'_>, signs: &Signs, head: &Head, found: &mut [Option<Finding>]) {
    /// No list of other stories between two paragraphs is longer.
    const LONGEST_LIST: usize = 12;
    for index in head.story + 1..page.len() {
        let Some((Kind::Related | Kind::ReadMore, true)) = page.lines[index].label else { continue };
        for (next, found) in found.iter_mut().enumerate().skip(index + 1).take(LONGEST_LIST) {
            if signs.reads[next]
                || page.shapes[next].closed
                || page.shapes[next].words >= 25.0
                || ends_list(text(page, next))
            {
                break;
            }
            found.get_or_insert_with(|| {
                finding(BoilerplateKind::Related, "announced", "a headline below a label for other stories")
            });
        }
    }
}

/// `End of Related`, and what stands at a picture of the story: the list of other stories is over.
fn ends_list(text: &str) -> bool {
    let lexicon = Lexicon::builtin();
    text.starts_with("End of ")
        || has_caption_sign(text, CaptionSign::Lead, lexicon)
        || is_credit_line(text, lexicon) == Some(Confidence::Labelled)
}

/// A name by itself below the story, and a paragraph that begins with it: a box about the author.
pub(super) fn author_box(page: &Page<'_>, signs: &Signs, head: &Head, found: &mut [Option<Finding>]) {
    const WITHIN: usize = 3;
    about_author(page, head, found);
    let all = page.prose_before[page.len()] - page.prose_before[head.story];
    for index in head.story + 2..page.len().saturating_sub(1) {
        let name = text(page, index);
        let shape = &page.shapes[index];
        let is_name =
            (2..=4).contains(&shape.tokens) && shape.capitals == shape.tokens && !shape.closed && shape.digits == 0;
        let below = page.prose_before[page.len()] - page.prose_before[index];
        if !is_name || below > all * 0.4 {
            continue;
        }
        let first = name.split_whitespace().next().unwrap_or_default();
        let about = (index + 1..page.len()).take(WITHIN).find(|i| signs.reads[*i]);
        if let Some(about) = about.filter(|i| text(page, *i).split_whitespace().next() == Some(first)) {
            for found in &mut found[index..=about] {
                found.get_or_insert_with(|| {
                    finding(BoilerplateKind::Other, "author-box", "about the author, below the story")
                });
            }
        }
    }
}

/// `Ann Lee covers the harbour. Reach her at ann@example.org`: a line below the story that begins with the name of its
/// byline, and has an address or a handle.
fn about_author(page: &Page<'_>, head: &Head, found: &mut [Option<Finding>]) {
    let signed: Vec<usize> = (0..head.story).filter(|i| page.lines[*i].byline).collect();
    for (index, found) in found.iter_mut().enumerate().skip(head.story + 2) {
        let line = text(page, index);
        let mut words = line.split_whitespace();
        let (Some(first), Some(second)) = (words.next(), words.next()) else { continue };
        if !line.contains('@') {
            continue;
        }
        // `Email Ann Lee at ann@example.org`: a word may stand before the name.
        let third = words.next().unwrap_or_default();
        let capital = |word: &str| word.starts_with(char::is_uppercase);
        let of_author = |first: &str, second: &str| {
            let name = format!("{first} {second}").to_lowercase();
            capital(first) && capital(second) && signed.iter().any(|i| text(page, *i).to_lowercase().contains(&name))
        };
        if of_author(first, second) || of_author(second, third) {
            found.get_or_insert_with(|| {
                finding(BoilerplateKind::Other, "author-box", "about the author, below the story")
            });
        }
    }
}

/// `Ann says:` below the story, and near it a date: from there on readers speak.
pub(super) fn commented(page: &Page<'_>, head: &Head, found: &mut [Option<Finding>]) {
    const NEAR: usize = 2;
    /// So much prose may stand below one such line, for each word of prose above it.
    const MOST_BELOW: f32 = 0.5;
    let count = page.len();
    let says = |index: usize| {
        let shape = &page.shapes[index];
        shape.words <= 5.0 && names_commenter(text(page, index), Lexicon::builtin())
    };
    let begins =
        |index: &usize| says(*index) && (index + 1..count).take(NEAR).any(|i| page.lines[i].date || is_dated(page, i));
    // A story that quotes a diary has one such line, and most of it may stand below.
    let first = (head.story + 2..count).find(begins).filter(|at| {
        let before = page.prose_before[*at] - page.prose_before[head.story];
        let after = page.prose_before[count] - page.prose_before[*at];
        after <= before * MOST_BELOW || (at + 1..count).any(says)
    });
    for found in &mut found[first.unwrap_or(count)..] {
        found.get_or_insert_with(|| {
            finding(BoilerplateKind::Comments, "commented", "below the name of a reader who speaks")
        });
    }
}
