//! From the summaries of all documents to a table of sites and days.

use std::collections::BTreeMap;

use copydesk_stage::{Alert as Told, Conclusion, Conclusions, Corpus, OfCorpus, SurveyError, Table};
use serde_json::{Value, json};

use crate::{
    Alert,
    alert::{Left, left},
    figures::{Day, FIGURES},
    summary::Summary,
};

/// No more sites are watched: those that come later are left out of the table, which says so.
const MOST_SITES: usize = 100_000;

/// When a document was fetched. Days come before runs, so that a site whose documents do not say so any more keeps its past.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum When {
    Day(String),
    /// Nobody says so: which run has added it.
    Run(usize),
}

/// What was found.
#[derive(Debug)]
pub(crate) struct Found {
    of_corpus: OfCorpus,
}

impl Conclusions for Found {
    fn of(&self, _: u64) -> Conclusion {
        Conclusion::default()
    }

    fn of_corpus(&self) -> OfCorpus {
        self.of_corpus.clone()
    }
}

/// The days of each site.
#[derive(Default)]
struct Sites {
    sites: BTreeMap<String, BTreeMap<When, Day>>,
    passed_over: u64,
}

impl Sites {
    fn day(&mut self, site: String, day: Option<String>, run: usize) -> Option<&mut Day> {
        if site.is_empty() {
            return None;
        }
        if self.sites.len() >= MOST_SITES && !self.sites.contains_key(&site) {
            self.passed_over += 1;
            return None;
        }
        let when = day.map_or(When::Run(run + 1), When::Day);
        Some(self.sites.entry(site).or_default().entry(when).or_default())
    }
}

pub(crate) fn conclude(corpus: &dyn Corpus, alert: Alert) -> Result<Found, SurveyError> {
    let mut last = 0;
    corpus.each(&mut |seen| {
        last = last.max(seen.run);
        Ok(())
    })?;
    // A run all of whose documents are in quarantine is the last one, too.
    corpus.each_quarantined(&mut |lost| {
        last = last.max(lost.run);
        Ok(())
    })?;
    let mut sites = Sites::default();
    corpus.each(&mut |seen| {
        let summary = Summary::read(seen.summary)?;
        if let Some(day) = sites.day(summary.site.clone(), summary.day.clone(), seen.run) {
            day.add(&summary, seen.run == last);
        }
        Ok(())
    })?;
    corpus.each_quarantined(&mut |lost| {
        if let Some(day) = sites.day(lost.site.to_owned(), lost.day.map(str::to_owned), lost.run) {
            day.add_quarantined(lost.run == last);
        }
        Ok(())
    })?;
    let columns = ["site", "day", "documents"].into_iter().chain(FIGURES.iter().map(|figure| figure.name));
    let mut of_corpus = OfCorpus { table: Some(Table::new(columns)), ..OfCorpus::default() };
    for (site, days) in &sites.sites {
        tell(site, days, alert, &mut of_corpus);
    }
    if sites.passed_over > 0 {
        of_corpus.alerts.push(Told {
            about: BTreeMap::from([("figure".to_owned(), "sites".to_owned())]),
            message: format!(
                "there are more than {MOST_SITES} sites, and {} documents of others are not in the table",
                sites.passed_over
            ),
        });
    }
    Ok(Found { of_corpus })
}

/// Adds the days of a site to the table, and what has changed on those to which the last run has added.
fn tell(site: &str, days: &BTreeMap<When, Day>, alert: Alert, of_corpus: &mut OfCorpus) {
    let seen: Vec<Day> = days.values().copied().collect();
    for (at, (when, day)) in days.iter().enumerate() {
        let name = named(when);
        let figures =
            FIGURES.iter().map(|figure| (figure.of)(day).map_or(Value::Null, |value| json!(hundredths(value))));
        let row = [json!(site), json!(name), json!(day.documents)].into_iter().chain(figures).collect();
        if let Some(table) = &mut of_corpus.table {
            table.rows.push(row);
        }
        if !day.is_new {
            continue;
        }
        for found in left(day, &seen[..at], alert) {
            let about = [("site", site), ("day", &*name), ("figure", found.figure.name)];
            let about = about.map(|(key, value)| (key.to_owned(), value.to_owned())).into();
            of_corpus.alerts.push(Told { about, message: sentence(site, &name, &found) });
        }
    }
}

fn named(when: &When) -> String {
    match when {
        When::Day(day) => day.clone(),
        When::Run(run) => format!("run {run}"),
    }
}

fn sentence(site: &str, name: &str, found: &Left) -> String {
    let Left { figure, now, lowest, highest, days } = found;
    let number = |value: f64| if figure.is_share() { format!("{:.0} %", value * 100.0) } else { format!("{value:.1}") };
    format!(
        "{site}, {name}: {} {}; in the {days} days before it were {} to {}",
        number(*now),
        figure.says,
        number(*lowest),
        number(*highest)
    )
}

/// More digits would promise more than there is.
fn hundredths(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}
