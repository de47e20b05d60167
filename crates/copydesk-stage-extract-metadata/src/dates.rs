//! Dates: what is known of a document that helps to read them, and the reading of declared ones.

use copydesk_date::{Hints, Precision, Zone, machine_with};
use copydesk_document::{Document, Origin, Timestamp};

use crate::pool::{Entry, Pool};

/// What is known of a document that helps to read its dates.
pub(crate) fn hints(doc: &Document) -> Hints<'_> {
    let declared = doc.evidence.value(Origin::Attribute, "lang");
    Hints {
        language: doc.languages.main.as_ref().map(|l| l.tag.as_str()).or(declared),
        region: region(doc),
        fetched: doc.source.fetched,
        ..Hints::default()
    }
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
    url.split_once("://").and_then(|(_, rest)| rest.split(['/', '?', '#', ':']).next())
}

/// A time in UTC and the time on the page's own clock, without its zone, are one moment where they differ by a zone's
/// worth. The page's own clock gives the day that its readers see, and both together give the zone.
pub(crate) fn join_clocks(pool: &mut Pool<Timestamp>) {
    let minute = |at: Timestamp| at.cut(Precision::Minute).earliest();
    let stated = pool
        .entries
        .iter()
        .filter(|e| e.weight >= 0.6 && e.value.zone() == Zone::Utc && e.value.precision() >= Precision::Minute)
        .max_by(|a, b| a.weight.total_cmp(&b.weight))
        .map(|e| e.value);
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
    let (Some(clock), Some(day)) = (local.clock(), local.day()) else { return };
    let (Ok(month), Ok(of_month)) = (u8::try_from(day.month()), u8::try_from(day.day())) else { return };
    let Some(joined) = Timestamp::from_day(day.year(), month, of_month) else { return };
    let joined = joined.at(clock, Zone::Offset(offset));
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

/// A day inside the month that the address names is more likely than one outside it.
pub(crate) fn confirm_by_month(pool: &mut Pool<Timestamp>) {
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
pub(crate) fn weaken_coarse(pool: &mut Pool<Timestamp>) {
    for entry in pool.entries.iter_mut().filter(|e| e.value.precision() < Precision::Day) {
        // What the page shows of a month may be anything; what it declares is meant to be its date.
        entry.weight *=
            if matches!(entry.origin, Origin::Text | Origin::LabelLine | Origin::Time) { 0.35 } else { 0.4 };
        "no day".clone_into(&mut entry.why);
    }
}
