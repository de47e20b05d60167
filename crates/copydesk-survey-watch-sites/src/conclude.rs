//! From the summaries of all documents to a table of sites and days.

use std::{cmp::Reverse, collections::BTreeMap};

use copydesk_stage::{Alert as Told, Conclusion, Conclusions, Corpus, OfCorpus, SurveyError, Table};
use serde_json::{Value, json};

use crate::{
    Alert,
    alert::{Left, left},
    figures::{Day, FIGURES},
    summary::Summary,
};

/// No more days of sites are watched, which bounds memory: the oldest ones of the sites with most days go.
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

/// A site that is watched.
#[derive(Default)]
struct Site {
    days: BTreeMap<When, Day>,
    /// Days before this one have been let go.
    from: Option<When>,
}

/// The days of each site.
struct Sites {
    by_name: BTreeMap<String, Site>,
    days: usize,
    /// How many days there may be.
    most: usize,
    /// Documents of days that have been let go, and of sites for which there is no room.
    passed_over: u64,
}

impl Sites {
    fn new(most: usize) -> Self {
        Self { by_name: BTreeMap::new(), days: 0, most, passed_over: 0 }
    }

    /// So many days stay where there were too many, so that all that is rarely gone through; no more sites are watched.
    fn room(&self) -> usize {
        self.most - self.most / 10
    }

    fn is_watched(&self, site: &str, when: &When) -> bool {
        let is_late = |site: &Site| site.from.as_ref().is_none_or(|from| from <= when);
        self.by_name.get(site).map_or(self.by_name.len() < self.room(), is_late)
    }

    /// Lets the oldest days of the sites with most days go.
    fn let_go(&mut self) {
        let of_each = rows_of_a_site(&self.lengths(), self.room());
        for site in self.by_name.values_mut() {
            let gone = site.days.len().saturating_sub(of_each);
            let Some(first) = site.days.keys().nth(gone).filter(|_| gone > 0).cloned() else { continue };
            let kept = site.days.split_off(&first);
            let gone = std::mem::replace(&mut site.days, kept);
            self.days -= gone.len();
            self.passed_over += gone.values().map(|day| day.documents).sum::<u64>();
            site.from = Some(first);
        }
    }

    fn lengths(&self) -> Vec<usize> {
        self.by_name.values().map(|site| site.days.len()).collect()
    }

    /// How many days of each site, the last ones, stand in a table of so many rows: as many of each, and where there is no room
    /// for one of each, one of those with the most documents.
    fn shown(&self, rows: usize) -> Vec<usize> {
        let of_each = rows_of_a_site(&self.lengths(), rows);
        if of_each > 0 || self.by_name.len() <= rows {
            return vec![of_each; self.by_name.len()];
        }
        let documents: Vec<u64> =
            self.by_name.values().map(|site| site.days.values().map(|day| day.documents).sum()).collect();
        let mut order: Vec<usize> = (0..documents.len()).collect();
        order.sort_by_key(|at| Reverse(documents[*at]));
        let mut shown = vec![0; documents.len()];
        order.into_iter().take(rows).for_each(|at| shown[at] = 1);
        shown
    }

    fn day(&mut self, site: String, day: Option<String>, run: usize) -> Option<&mut Day> {
        if site.is_empty() {
            return None;
        }
        let when = day.map_or(When::Run(u32::try_from(run + 1).unwrap_or(u32::MAX)), When::Day);
        let is_known = self.by_name.get(&site).is_some_and(|site| site.days.contains_key(&when));
        if !self.is_watched(&site, &when) {
            return None;
        }
        if !is_known && self.days >= self.most {
            self.let_go();
            if !self.is_watched(&site, &when) {
                return None;
            }
        }
        self.days += usize::from(!is_known);
        Some(self.by_name.entry(site).or_default().days.entry(when).or_default())
    }
}

pub(crate) fn conclude(corpus: &dyn Corpus, alert: Alert) -> Result<Found, SurveyError> {
    let last = corpus.run();
    let mut sites = Sites::new(MOST_DAYS);
    corpus.each(&mut |seen| {
        let summary = Summary::read(seen.summary)?;
        if let Some(day) = sites.day(summary.site.clone(), summary.day.clone(), seen.run) {
            day.add(&summary, seen.run == last);
        } else {
            sites.passed_over += u64::from(!summary.site.is_empty());
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
    for ((name, site), shown) in sites.by_name.iter().zip(sites.shown(MOST_ROWS)) {
        tell(name, &site.days, alert, shown, &mut of_corpus);
    }
    let table = of_corpus.table.get_or_insert_default();
    let hidden = sites.days - table.rows.len();
    let more = sites.by_name.values().flat_map(|site| site.days.values()).map(|day| day.documents).sum::<u64>()
        - table.rows.iter().filter_map(|row| row[2].as_u64()).sum::<u64>();
    let last = [
        (hidden > 0, format!("{hidden} more days of sites"), more),
        (sites.passed_over > 0, format!("not watched, beyond {MOST_DAYS} days of sites"), sites.passed_over),
    ];
    for (_, what, documents) in last.into_iter().filter(|(is_there, ..)| *is_there) {
        let figures = FIGURES.iter().map(|_| Value::Null);
        table.rows.push([json!(what), Value::Null, json!(documents)].into_iter().chain(figures).collect());
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
fn tell(site: &str, days: &BTreeMap<When, Day>, alert: Alert, shown: usize, of_corpus: &mut OfCorpus) {
    let seen: Vec<Day> = days.values().copied().collect();
    for (at, (when, day)) in days.iter().enumerate() {
        let name = named(when);
        let figures =
            FIGURES.iter().map(|figure| (figure.of)(day).map_or(Value::Null, |value| json!(hundredths(value))));
        let row = [json!(site), json!(name), json!(day.documents)].into_iter().chain(figures).collect();
        if let Some(table) = of_corpus.table.as_mut().filter(|_| at + shown >= days.len()) {
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

    /// Sites with these numbers of documents a day, day by day.
    fn sites(most: usize, seen: &[(&str, u32, u64)]) -> Sites {
        let mut sites = Sites::new(most);
        for (site, day, documents) in seen {
            match sites.day((*site).to_owned(), Some(format!("2026-03-{day:02}")), 0) {
                Some(day) => day.documents += documents,
                None => sites.passed_over += documents,
            }
        }
        sites
    }

    #[test]
    fn where_not_each_site_fits_those_with_the_most_documents_are_shown() {
        let sites = sites(100, &[("a", 1, 2), ("b", 1, 9), ("c", 1, 3), ("c", 2, 4)]);
        assert_eq!(sites.shown(2), [0, 1, 1]);
        assert_eq!(sites.shown(3), [1, 1, 1]);
        assert_eq!(sites.shown(4), [2, 2, 2]);
    }

    #[test]
    fn where_there_are_too_many_days_the_oldest_of_the_site_with_most_go_and_stay_away() {
        let old = (1..=9).map(|day| ("daily", day, 1));
        let sites = sites(10, &old.chain([("calm", 1, 1), ("daily", 10, 1), ("daily", 1, 1)]).collect::<Vec<_>>());
        let days = |site: &str| sites.by_name[site].days.keys().map(named).collect::<Vec<_>>();
        assert_eq!(days("calm"), ["2026-03-01"]);
        assert_eq!(days("daily"), (2..=10).map(|day| format!("2026-03-{day:02}")).collect::<Vec<_>>());
        assert_eq!((sites.days, sites.passed_over), (10, 2));
    }

    #[test]
    fn no_more_sites_are_watched_than_there_is_room_for() {
        let names: Vec<String> = (0..40).map(|at| format!("site-{at:02}")).collect();
        let seen: Vec<_> = names.iter().map(|name| (name.as_str(), 1, 1)).collect();
        let sites = sites(20, &[&seen[..], &[("site-00", 2, 1)]].concat());
        assert_eq!((sites.by_name.len(), sites.days, sites.passed_over), (18, 19, 22));
    }
}
