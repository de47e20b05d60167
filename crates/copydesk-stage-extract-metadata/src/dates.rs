//! Dates: what is known of a document that helps to read them, and the reading of declared ones.

use copydesk_date::{Hints, Precision, Zone, find, machine_with};
use copydesk_document::{Document, Origin, Timestamp};
use copydesk_text::{is_han, is_hangul, is_kana};

use crate::{
    Gathered,
    candidates::{Candidates, Entry},
};

/// What is known of a document that helps to read its dates.
pub(crate) fn hints(doc: &Document) -> Hints<'_> {
    let declared = doc.evidence.value(Origin::Attribute, "lang");
    Hints {
        language: doc.languages().main.as_ref().map(|l| l.tag.as_str()).or(declared),
        region: region(doc),
        fetched: doc.source.fetched,
        ..Hints::default()
    }
}

/// What is known of a line in a script of East Asia: its language, whatever that of the document. There dates begin with
/// the year.
pub(crate) fn hints_of_line<'h>(line: &str, hints: &Hints<'h>) -> Hints<'h> {
    let language = if line.contains(is_hangul) {
        Some("ko")
    } else if line.contains(is_kana) {
        Some("ja")
    } else if line.contains(is_han) {
        // `發布日期：115-05-21`: years are counted from 1912 where such letters are written.
        let chinese = if line.contains('發') { "zh-TW" } else { "zh" };
        hints.language.filter(|known| matches!(known.get(..2), Some("ja" | "ko"))).or(Some(chinese))
    } else {
        hints.language
    };
    Hints { language, ..*hints }
}

/// Endings of two letters that are sold to everybody.
const WORLDWIDE: [&str; 11] = ["io", "tv", "me", "co", "ai", "cc", "ly", "fm", "to", "ws", "gg"];

/// The country of the publisher: the last part of the host, where that is one of two letters, or the country that the
/// declared language names.
fn region(doc: &Document) -> Option<&str> {
    let evidence = &doc.evidence;
    let country = host(doc).and_then(|host| host.rsplit('.').next());
    let country = country.filter(|end| end.len() == 2 && !WORLDWIDE.contains(end));
    let declared = || {
        let language = evidence.value(Origin::Attribute, "lang").into_iter();
        language
            .chain(evidence.value(Origin::Meta, "og:locale"))
            .find_map(|tag| tag.rsplit_once(['-', '_']).map(|(_, region)| region).filter(|region| region.len() == 2))
    };
    country.or_else(declared)
}

/// The host of the document's address, as fetched or as declared.
pub(crate) fn host(doc: &Document) -> Option<&str> {
    let evidence = &doc.evidence;
    let url = doc
        .source
        .url
        .as_deref()
        .or_else(|| evidence.value(Origin::Link, "canonical"))
        .or_else(|| evidence.value(Origin::Meta, "og:url"))?;
    copydesk_text::host(url)
}

/// A time in UTC and the time on the page's own clock, without its zone, are one moment where they differ by a zone's
/// worth. The page's own clock gives the day that its readers see, and both together give the zone.
pub(crate) fn join_clocks(pool: &mut Candidates<Timestamp>) {
    let minute = |at: Timestamp| at.cut(Precision::Minute).earliest();
    let stated = stated_in_utc(pool);
    let Some((utc, moment)) = stated.and_then(|utc| Some((utc, minute(utc)?))) else { return };
    let shown = pool.entries.iter().find_map(|e| {
        let own = minute(e.value).filter(|_| {
            e.value.zone() == Zone::Unknown && e.value.precision() >= Precision::Minute && e.value.day() != utc.day()
        })?;
        let apart = moment.until(own).ok()?;
        let hours = i64::from(apart.get_days()) * 24 + i64::from(apart.get_hours());
        let minutes = hours * 60 + apart.get_minutes();
        (minutes != 0 && minutes.abs() <= 14 * 60 && minutes % 15 == 0)
            .then_some((e.value, i16::try_from(minutes).ok()?))
    });
    let Some((local, offset)) = shown else { return };
    let Some(clock) = local.clock() else { return };
    let joined = local.cut(Precision::Day).at(clock, Zone::Offset(offset));
    for entry in
        pool.entries.iter_mut().filter(|e| e.value.agrees(utc) && e.value.zone() == Zone::Utc || e.value == local)
    {
        entry.why = format!("{} on the page's own clock", entry.value);
        entry.value = joined;
    }
}

/// A date from a place that is meant for machines. A date after the fetch is no date of this document.
pub(crate) fn declared(value: &str, hints: &Hints<'_>) -> Option<Timestamp> {
    machine_with(value.trim(), hints).filter(|at| at.plausible(hints.fetched))
}

/// A time in UTC and the day that the page shows and its address has are one moment, where the day is the one before or
/// after and a zone explains it. So are midnight somewhere in Europe, which stands for a day without a time, and the
/// day that the page shows. The day on the page's own calendar is the one that its readers see.
pub(crate) fn join_calendars(pool: &mut Candidates<Timestamp>) {
    let Some(utc) = stated_in_utc(pool) else { return };
    let (Some(day), Some(clock)) = (utc.day(), utc.clock()) else { return };
    let neighbour = if clock.hour() < 12 { day.yesterday() } else { day.tomorrow() };
    let Ok(own) = neighbour else { return };
    let shown = |e: &&Entry<Timestamp>| {
        e.value.precision() == Precision::Day
            && matches!(e.origin, Origin::Text | Origin::Time | Origin::LabelLine | Origin::Url)
    };
    let days = || pool.entries.iter().filter(shown);
    let agrees = |e: &&Entry<Timestamp>| e.value.day() == Some(own);
    let midnight = matches!(clock.hour(), 22 | 23) && clock.minute() == Some(0) && clock.second().unwrap_or(0) == 0;
    let address = days().filter(agrees).any(|e| e.origin == Origin::Url);
    let page = days().filter(agrees).any(|e| e.origin != Origin::Url);
    if !(page && (address || midnight)) || days().any(|e| e.value.day() == Some(day)) {
        return;
    }
    let Some(own) = days().find(agrees).map(|e| e.value) else { return };
    for entry in pool.entries.iter_mut().filter(|e| e.value.agrees(utc) && e.value.zone() == Zone::Utc) {
        entry.why = format!("{} on the page's own calendar", entry.value);
        entry.value = own;
    }
}

/// A day that is declared without a time is often cut from a time in UTC. Where the page's own clock shows the first
/// hours of the next day, or the last of the one before, both are one moment.
pub(crate) fn join_midnight(pool: &mut Candidates<Timestamp>) {
    let Some(heaviest) = pool.entries.iter().max_by(|a, b| a.weight.total_cmp(&b.weight)).map(|e| e.value) else {
        return;
    };
    let Some(day) = heaviest.day().filter(|_| heaviest.precision() == Precision::Day) else { return };
    let shown = pool.entries.iter().find(|e| {
        let hour = e.value.clock().map(copydesk_date::Clock::hour);
        let own = match hour {
            Some(0..EARLY) => day.tomorrow(),
            Some(LATE..) => day.yesterday(),
            _ => return false,
        };
        is_shown(e) && e.value.precision() >= Precision::Minute && e.value.day() == own.ok()
    });
    let Some(local) = shown.map(|e| e.value) else { return };
    let same = |e: &Entry<Timestamp>| e.value.precision() == Precision::Day && e.value.day() == Some(day);
    // Days that the page shows itself are no day of UTC.
    if pool.entries.iter().any(|e| same(e) && !is_declared(e)) {
        return;
    }
    for entry in pool.entries.iter_mut().filter(|e| same(e)) {
        entry.why = format!("{} on the page's own clock", entry.value);
        entry.value = local;
    }
}

/// Some systems write the time of the last change where that of publication belongs as well. A page that shows an
/// earlier day at its headline, to the minute, says which of them it is.
pub(crate) fn weaken_change(gathered: &mut Gathered) {
    let changes: Vec<Timestamp> =
        gathered.modified.entries.iter().filter(|e| is_declared(e)).map(|e| e.value).collect();
    let is_change =
        |e: &Entry<Timestamp>| is_declared(e) && e.value.precision() >= Precision::Minute && changes.contains(&e.value);
    let Some(change) = gathered.published.entries.iter().filter(|e| is_change(e)).filter_map(|e| e.value.day()).min()
    else {
        return;
    };
    let earlier = |e: &Entry<Timestamp>| {
        is_shown(e)
            && e.weight >= SHOWN
            && e.value.precision() >= Precision::Minute
            && e.value.day().is_some_and(|day| day < change)
    };
    if gathered.published.entries.iter().any(earlier) {
        for entry in gathered.published.entries.iter_mut().filter(|e| is_change(e)) {
            entry.weight *= 0.3;
            "the time of the last change as well, and the page shows an earlier one".clone_into(&mut entry.why);
        }
    }
}

/// Whether a date is meant for machines.
fn is_declared(entry: &Entry<Timestamp>) -> bool {
    matches!(entry.origin, Origin::Meta | Origin::JsonLd | Origin::Microdata)
}

/// Whether readers see a date.
fn is_shown(entry: &Entry<Timestamp>) -> bool {
    matches!(entry.origin, Origin::Text | Origin::Time | Origin::LabelLine)
}

/// What a date weighs that a line of its own shows at the headline, at least.
const SHOWN: f32 = 0.5;

/// In Europe and Africa the day begins up to so many hours before that of UTC.
const EARLY: u8 = 3;
/// In the Americas it ends from this hour on when that of UTC has ended.
const LATE: u8 = 20;

/// The heaviest time in UTC, to the minute.
fn stated_in_utc(pool: &Candidates<Timestamp>) -> Option<Timestamp> {
    pool.entries
        .iter()
        .filter(|e| e.weight >= 0.6 && e.value.zone() == Zone::Utc && e.value.precision() >= Precision::Minute)
        .max_by(|a, b| a.weight.total_cmp(&b.weight))
        .map(|e| e.value)
}

/// How the record names a day of change that is given for that of publication.
pub(crate) const CHANGE: &str = "day of change, the only one shown";

/// The least that a candidate needs by default, and hardly more: a user who asks for more does without it.
const CHANGE_WEIGHT: f32 = 0.32;

/// A page that shows the day of its last change at its head, and no other, has that day as its date: it is all that its
/// readers get. Where the page declares the change for machines as well, it leaves out the publication on purpose.
pub(crate) fn fall_back_on_change(gathered: &mut Gathered) {
    let dated = gathered.published.entries.iter().any(|e| e.weight >= CHANGE_WEIGHT && e.value.day().is_some());
    if dated || gathered.modified.entries.iter().any(|e| e.origin == Origin::Meta) {
        return;
    }
    let shown = |e: &&Entry<Timestamp>| {
        matches!(e.origin, Origin::LabelLine | Origin::Time) && e.weight >= HEAD && e.value.day().is_some()
    };
    let mut days = gathered.modified.entries.iter().filter(shown);
    let Some(first) = days.next().cloned() else { return };
    if days.all(|e| e.value.day() == first.value.day()) {
        gathered.published.add(first.value, first.origin, CHANGE, first.span, CHANGE_WEIGHT);
    }
}

/// What a day of change weighs that stands at the head of the text, at least.
const HEAD: f32 = 0.7;

/// Several days of one name in the meta elements are those of the texts that a page lists.
pub(crate) fn weaken_lists(pool: &mut Candidates<Timestamp>) {
    let meta = |e: &Entry<Timestamp>| e.origin == Origin::Meta;
    let listed: Vec<String> = pool
        .entries
        .iter()
        .enumerate()
        .filter(|(at, e)| {
            meta(e) && pool.entries[..*at].iter().any(|o| meta(o) && o.name == e.name && !o.value.agrees(e.value))
        })
        .map(|(_, e)| e.name.clone())
        .collect();
    for entry in pool.entries.iter_mut().filter(|e| meta(e) && listed.contains(&e.name)) {
        entry.weight *= 0.3;
        "one of several days of that name".clone_into(&mut entry.why);
    }
}

/// The date that opens a paragraph, alone or behind a place, as that of a dateline does: `12. Mai 2020. Text`,
/// `Ostheim, (12.5.2020). Text`, `Ostheim, 12 May 2020 - Text`.
pub(crate) fn opening(text: &str, hints: &Hints<'_>) -> Option<Timestamp> {
    let head = &text[..text.floor_char_boundary(LONGEST_OPENING)];
    let found = find(head, hints).into_iter().next().filter(|f| f.label().is_none() && !f.range && !f.relative)?;
    let date = found.value().filter(|at| at.day().is_some() && at.plausible(hints.fetched))?;
    let place = head[..found.span.start].trim_end_matches(['(', '[', ' ']).trim();
    let place = place.strip_suffix([',', '.']).unwrap_or(place);
    let named = place.chars().next().is_none_or(char::is_uppercase)
        && place.split_whitespace().count() <= 3
        && place.chars().all(|c| c.is_alphabetic() || matches!(c, ' ' | '-' | '.' | '/' | '\''));
    let rest = head[found.span.end..].trim_start_matches([')', ']', ' ']);
    let parted = rest.starts_with(['.', ':', '-', '–', '—', '|']) && found.span.end < head.len();
    let behind = rest.trim_start_matches(['.', ':', '-', '–', '—', '|', '/']);
    // A new sentence follows, and what stands before the date is set apart from it.
    let sentence = behind.starts_with(' ')
        && behind.chars().find(|c| c.is_alphanumeric()).is_some_and(|c| c.is_alphabetic() && !c.is_lowercase());
    let apart = place.is_empty() || head[..found.span.start].contains([',', '(', '[']);
    (named && parted && sentence && apart).then_some(date)
}

/// No dateline is longer, in bytes.
const LONGEST_OPENING: usize = 80;

/// A day inside the month that the address names is more likely than one outside it.
pub(crate) fn confirm_by_month(pool: &mut Candidates<Timestamp>) {
    let month = |e: &Entry<Timestamp>| e.origin == Origin::Url && e.value.precision() == Precision::Month;
    let Some((named, weight)) = pool.entries.iter().find(|e| month(e)).map(|e| (e.value, e.weight)) else { return };
    for entry in &mut pool.entries {
        if entry.value.precision() >= Precision::Day && entry.value.agrees(named) {
            entry.weight = 1.0 - (1.0 - entry.weight) * (1.0 - weight * 0.8);
            "in the month that the address names".clone_into(&mut entry.why);
        }
    }
}

/// A month or a year says too little to stand against a day, and is a date only where it is all that there is.
pub(crate) fn weaken_coarse(pool: &mut Candidates<Timestamp>) {
    for entry in pool.entries.iter_mut().filter(|e| e.value.precision() < Precision::Day) {
        // What the page shows of a month may be anything; what it declares is meant to be its date.
        // A line of its own right at the headline, in an element named for the date.
        let at_headline = entry.name == crate::visible::NEAR_THE_HEADLINE && entry.weight >= 0.65;
        entry.weight *= if at_headline {
            0.5
        } else if matches!(entry.origin, Origin::Text | Origin::LabelLine | Origin::Time) {
            0.35
        } else {
            0.4
        };
        "no day".clone_into(&mut entry.why);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_opens_a_paragraph_like_a_dateline() {
        let hints = Hints { language: Some("de"), ..Hints::default() };
        let read = |text: &str| opening(text, &hints).map(|at| at.to_string());
        let day = Some("2020-05-12".to_owned());
        assert_eq!(read("12. Mai 2020. Der Hafen wird neu gebaut."), day);
        assert_eq!(read("Ostheim, (12.5.2020). Der Hafen wird neu gebaut."), day);
        assert_eq!(read("Bad Ostheim, 12. Mai 2020 – Der Hafen wird neu gebaut."), day);
        assert_eq!(read("Am 12. Mai 2020 – Ostern war vorbei – begann der Bau."), None);
        assert_eq!(read("12. Mai 2020 begann der Bau."), None);
        assert_eq!(read("Seit dem 12. Mai 2020. So lange wird gebaut."), None);
        assert_eq!(read("12. Mai 2020"), None);
        assert_eq!(read(""), None);
    }
}
