//! The tables in `tests/cases`: a new case needs a new line there and no code.

use std::collections::BTreeMap;
use std::fmt::Write;

use copydesk_date::{Clock, FoundDate, Hints, Reading, find, from_url, is_date_line, label_word, machine};
use serde::Deserialize;

type Tables = BTreeMap<String, BTreeMap<String, String>>;

fn name(value: impl std::fmt::Debug) -> String {
    let mut name = String::new();
    for c in format!("{value:?}").chars() {
        if c.is_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.extend(c.to_lowercase());
    }
    name
}

fn time(clock: Clock) -> String {
    format!("{:02}:{:02}", clock.hour(), clock.minute().unwrap_or(0))
}

fn describe(found: &FoundDate) -> String {
    let mut text = found.label().map_or(String::new(), |label| name(label) + " ");
    match found.reading {
        Reading::Known(value) => text += &value.to_string(),
        Reading::Open { day_first, month_first } => write!(text, "open {day_first} / {month_first}").unwrap(),
        Reading::Yearless { month, day, clock } => {
            write!(text, "--{month:02}-{day:02}").unwrap();
            if let Some(clock) = clock {
                write!(text, " {}", time(clock)).unwrap();
            }
        }
        Reading::Time(clock) => write!(text, "time {}", time(clock)).unwrap(),
        Reading::Relative => text += "relative",
    }
    if found.relative && found.reading != Reading::Relative {
        text += " relative";
    }
    if found.range {
        text += " range";
    }
    if found.short_year {
        text += " short-year";
    }
    text
}

#[test]
fn dates_in_text() {
    let tables: Tables = toml::from_str(include_str!("cases/find.toml")).unwrap();
    let mut wrong = Vec::new();
    let mut count = 0;
    for (table, cases) in &tables {
        let hint = |kind: &str| table.strip_prefix(kind);
        let hints = Hints {
            language: hint("language:"),
            region: hint("region:"),
            fetched: hint("fetched:").map(|time| time.parse().unwrap()),
            order: None,
        };
        for (text, want) in cases {
            count += 1;
            let found = find(text, &hints);
            let got: Vec<String> = found.iter().map(describe).collect();
            let got = got.join(" | ");
            if got != *want {
                wrong.push(format!("[{table}] {text:?}\n    want {want:?}\n     got {got:?}"));
            }
        }
    }
    assert!(count > 200, "the table is there");
    assert!(wrong.is_empty(), "{} of {count} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn values_for_machines() {
    let tables: Tables = toml::from_str(include_str!("cases/machine.toml")).unwrap();
    let mut wrong = Vec::new();
    for (text, want) in tables.values().flatten() {
        let got = machine(text).map_or(String::new(), |value| value.to_string());
        if got != *want {
            wrong.push(format!("{text:?}: want {want:?}, got {got:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Form {
    name: String,
    #[serde(default)]
    machine: bool,
    #[serde(default)]
    hint: String,
    yes: Vec<[String; 2]>,
    no: Vec<String>,
}

#[test]
fn every_form_and_its_likes() {
    let mut forms: BTreeMap<String, Vec<Form>> = toml::from_str(include_str!("cases/forms.toml")).unwrap();
    let forms = forms.remove("form").unwrap();
    assert!(forms.len() >= 60, "the table is there");
    let mut wrong = Vec::new();
    for form in &forms {
        let fetched = form.hint.strip_prefix("fetched:").map(|time| time.parse().unwrap());
        let hints = Hints { fetched, ..Hints::default() };
        let read = |text: &str| {
            if form.machine {
                machine(text).map_or(String::new(), |value| value.to_string())
            } else {
                find(text, &hints).iter().map(describe).collect::<Vec<_>>().join(" | ")
            }
        };
        assert!(!form.yes.is_empty() && !form.no.is_empty(), "{}: one of each", form.name);
        let yes = form.yes.iter().map(|[text, want]| (text, want.as_str()));
        for (text, want) in yes.chain(form.no.iter().map(|text| (text, ""))) {
            let got = read(text);
            if got != want {
                wrong.push(format!("[{}] {text:?}\n    want {want:?}\n     got {got:?}", form.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[derive(Deserialize)]
struct Lines {
    date_line: Vec<String>,
    not_a_date_line: Vec<String>,
    label: BTreeMap<String, String>,
    url: BTreeMap<String, String>,
}

#[test]
fn lines_and_addresses() {
    let lines: Lines = toml::from_str(include_str!("cases/lines.toml")).unwrap();
    let mut wrong = Vec::new();
    for (cases, want) in [(&lines.date_line, true), (&lines.not_a_date_line, false)] {
        wrong.extend(cases.iter().filter(|line| is_date_line(line) != want).map(|line| format!("date line: {line:?}")));
    }
    for (line, want) in &lines.label {
        let got = label_word(line).map_or(String::new(), name);
        if got != *want {
            wrong.push(format!("label of {line:?}: want {want:?}, got {got:?}"));
        }
    }
    for (url, want) in &lines.url {
        let got = from_url(url).map_or(String::new(), |value| value.to_string());
        if got != *want {
            wrong.push(format!("date of {url:?}: want {want:?}, got {got:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
