//! The files in `data/`: every list is whole, and every form in them is read as what it stands for.

use std::collections::BTreeMap;

use copydesk_date::{Hints, Reading, find, label_word};
use toml::Value;

type Tables = BTreeMap<String, BTreeMap<String, Value>>;

fn load(file: &str) -> Tables {
    toml::from_str(file).unwrap()
}

fn forms(line: &str) -> impl Iterator<Item = &str> {
    line.split(',').map(str::trim).filter(|form| !form.is_empty())
}

fn lists<'a>(tables: &'a Tables, key: &str, length: usize) -> Vec<(&'a str, Vec<&'a str>)> {
    let mut lists = Vec::new();
    for (language, entries) in tables {
        let lines: Vec<&str> = entries[key].as_array().unwrap().iter().map(|line| line.as_str().unwrap()).collect();
        assert_eq!(lines.len(), length, "[{language}] {key}");
        assert!(lines.iter().all(|line| forms(line).next().is_some()), "[{language}] has an empty line");
        lists.push((language.as_str(), lines));
    }
    lists
}

#[test]
fn every_month_form_is_read() {
    let tables = load(include_str!("../data/months.toml"));
    assert!(tables.len() >= 80, "{} languages", tables.len());
    let mut wrong = Vec::new();
    for (language, lines) in lists(&tables, "months", 12) {
        let solar = language.strip_suffix("-solar");
        let hints = Hints { language: Some(solar.unwrap_or(language)), ..Hints::default() };
        for (place, line) in lines.iter().enumerate() {
            for form in forms(line) {
                let text = if solar.is_some() { format!("5 {form} 1399") } else { format!("5 {form} 2020") };
                let found = find(&text, &hints);
                let value = found.first().and_then(copydesk_date::FoundDate::value);
                // The months of the Persian year begin in those of the Gregorian year: 5 Farvardin is 24 March.
                let want = if solar.is_some() { (place + 2) % 12 + 1 } else { place + 1 };
                if value.and_then(copydesk_date::Timestamp::month).map(usize::from) != Some(want) {
                    wrong.push(format!("[{language}] {text:?}: {found:?}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_weekday_belongs_to_the_date_behind_it() {
    let tables = load(include_str!("../data/weekdays.toml"));
    let mut wrong = Vec::new();
    for (language, lines) in lists(&tables, "days", 7) {
        for form in lines.iter().flat_map(|line| forms(line)) {
            let text = format!("{form}, 2020-05-14");
            let found = find(&text, &Hints { language: Some(language), ..Hints::default() });
            let starts = found.first().map(|found| found.span.start);
            // A glyph alone before a date is no weekday: it needs brackets behind the date.
            let alone = form.chars().count() == 1 && form.chars().all(|c| c as u32 >= 0x3000);
            if starts != Some(0) && !alone {
                wrong.push(format!("[{language}] {text:?}: {found:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_relative_pattern_is_read() {
    let tables = load(include_str!("../data/relative.toml"));
    assert!(tables.len() >= 60, "{} languages", tables.len());
    let hints = Hints { fetched: "2024-11-10T12:00:00Z".parse().ok(), ..Hints::default() };
    let mut wrong = Vec::new();
    for (language, entries) in &tables {
        for (key, line) in entries {
            for form in forms(line.as_str().unwrap()) {
                let (text, want) = match key.as_str() {
                    "minute" => (form.replace("{n}", "30"), "2024-11-10T11:30:00Z"),
                    "hour" => (form.replace("{n}", "2"), "2024-11-10T10:00:00Z"),
                    "day" => (form.replace("{n}", "3"), "2024-11-07"),
                    "week" => (form.replace("{n}", "2"), "2024-10-27"),
                    "month" => (form.replace("{n}", "2"), "2024-09"),
                    "year" => (form.replace("{n}", "2"), "2022"),
                    "today" => (form.to_owned(), "2024-11-10"),
                    "yesterday" => (form.to_owned(), "2024-11-09"),
                    "day_before_yesterday" => (form.to_owned(), "2024-11-08"),
                    _ => continue,
                };
                let found = find(&text, &hints);
                let got = found.first().and_then(copydesk_date::FoundDate::value).map(|value| value.to_string());
                if got.as_deref() != Some(want) || found.len() != 1 {
                    wrong.push(format!("[{language}] {text:?}: want {want}, got {got:?}"));
                }
                let unknown = find(&text, &Hints::default());
                if !unknown.iter().all(|found| found.reading == Reading::Relative) {
                    wrong.push(format!("[{language}] {text:?} without a fetch time: {unknown:?}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_label_is_read() {
    let tables = load(include_str!("../data/labels.toml"));
    let whole = tables.values().filter(|entries| entries.contains_key("published") && entries.contains_key("updated"));
    assert!(whole.count() >= 45);
    let snake = |text: String| text.chars().filter(|c| *c != '_').collect::<String>();
    let mut wrong = Vec::new();
    let mut meanings: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for entries in tables.values() {
        for (key, line) in entries {
            for form in forms(line.as_str().unwrap()) {
                meanings.entry(form).or_default().push(snake(key.clone()));
            }
        }
    }
    for (form, keys) in meanings {
        let text = format!("{form}: 2020-05-14");
        let found = find(&text, &Hints::default());
        let got =
            found.first().and_then(copydesk_date::FoundDate::label).map(|label| format!("{label:?}").to_lowercase());
        if !got.as_ref().is_some_and(|got| keys.contains(got)) {
            wrong.push(format!("{text:?}: want {keys:?}, got {got:?}"));
        }
        if label_word(form).is_none() {
            wrong.push(format!("{form:?} alone on a line is no label"));
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}
