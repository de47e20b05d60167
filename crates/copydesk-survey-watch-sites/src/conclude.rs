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

/// No more days of sites are watched, which bounds memory: what comes later is left out, and an alert says so.
const MOST_DAYS: usize = 500_000;

/// No more of them stand in the table, the last ones of each site.
const MOST_ROWS: usize = 100_000;

/// When a document was fetched. Days come before runs, so that a site whose documents do not say so any more keeps its past.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum When {
    Day(String),
    /// Nobody says so: which run has added it.
    Run(u32),
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

    fn of_corpus(&mut self) -> OfCorpus {
        std::mem::take(&mut self.of_corpus)
    }
}

/// The days of each site.
#[derive(Default)]
struct Sites {
    by_name: BTreeMap<String, BTreeMap<When, Day>>,
    days: usize,
    passed_over: u64,
}

impl Sites {
    fn day(&mut self, site: String, day: Option<String>, run: usize) -> Option<&mut Day> {
        if site.is_empty() {
            return None;
        }
        let when = day.map_or(When::Run(u32::try_from(run + 1).unwrap_or(u32::MAX)), When::Day);
        let is_known = self.by_name.get(&site).is_some_and(|days| days.contains_key(&when));
        if !is_known && self.days >= MOST_DAYS {
            self.passed_over += 1;
            return None;
        }
        self.days += usize::from(!is_known);
        Some(self.by_name.entry(site).or_default().entry(when).or_default())
    }
}

pub(crate) fn conclude(corpus: &dyn Corpus, alert: Alert) -> Result<Found, SurveyError> {
    let last = corpus.run();
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
    let most = rows_of_a_site(&sites.by_name.values().map(BTreeMap::len).collect::<Vec<_>>(), MOST_ROWS);
    for (site, days) in &sites.by_name {
        tell(site, days, alert, most, &mut of_corpus);
    }
    let in_table = of_corpus.table.as_ref().map_or(0, |table| table.rows.len());
    if in_table < sites.days {
        of_corpus.alerts.push(Told {
            about: BTreeMap::from([("figure".to_owned(), "table".to_owned())]),
            message: format!(
                "the table has the last {most} days of each site; there are {} days of sites in all, and it holds {MOST_ROWS}",
                sites.days
            ),
        });
    }
    if sites.passed_over > 0 {
        of_corpus.alerts.push(Told {
            about: BTreeMap::from([("figure".to_owned(), "sites".to_owned())]),
            message: format!(
                "there are more than {MOST_DAYS} days of sites, and {} documents of others were not watched",
                sites.passed_over
            ),
        });
    }
    Ok(Found { of_corpus })
}

/// How many days of a site, the last ones, stand in a table of so many rows.
fn rows_of_a_site(days: &[usize], most: usize) -> usize {
    let rows = |of_each: usize| days.iter().map(|own| *own.min(&of_each)).sum::<usize>();
    let longest = days.iter().copied().max().unwrap_or(0);
    // The largest number that fits.
    let (mut fits, mut beyond) = (0, longest + 1);
    while beyond - fits > 1 {
        let middle = usize::midpoint(fits, beyond);
        if rows(middle) <= most { fits = middle } else { beyond = middle }
    }
    fits
}

/// Adds the last days of a site to the table, and what has changed on those to which this run has added.
fn tell(site: &str, days: &BTreeMap<When, Day>, alert: Alert, most: usize, of_corpus: &mut OfCorpus) {
    let seen: Vec<Day> = days.values().copied().collect();
    for (at, (when, day)) in days.iter().enumerate() {
        let name = named(when);
        let figures =
            FIGURES.iter().map(|figure| (figure.of)(day).map_or(Value::Null, |value| json!(hundredths(value))));
        let row = [json!(site), json!(name), json!(day.documents)].into_iter().chain(figures).collect();
        if let Some(table) = of_corpus.table.as_mut().filter(|_| at + most >= days.len()) {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_that_is_too_long_has_the_last_days_of_each_site() {
        for (days, most, rows) in
            [(vec![3, 10, 1], 100, 10), (vec![3, 10, 1], 8, 4), (vec![5, 5], 1, 0), (vec![], 5, 0)]
        {
            assert_eq!(rows_of_a_site(&days, most), rows, "{days:?}");
        }
    }
}
