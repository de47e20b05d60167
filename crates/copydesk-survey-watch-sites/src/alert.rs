//! When a figure has left the past of its site.

use crate::{
    Alert,
    figures::{Day, FIGURES, Figure},
};

/// A figure that is outside of all that it was before.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Left {
    pub(crate) figure: Figure,
    pub(crate) now: f64,
    pub(crate) lowest: f64,
    pub(crate) highest: f64,
    /// Of how many days these are.
    pub(crate) days: usize,
}

impl PartialEq for Figure {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

/// The figures of a day that have left the past: the days of the site before it, the last one at the end.
pub(crate) fn left(day: &Day, past: &[Day], alert: Alert) -> Vec<Left> {
    let counts = |day: &Day| day.read() >= alert.documents;
    let past: Vec<&Day> = past.iter().rev().filter(|day| counts(day)).take(alert.days).collect();
    if !counts(day) || past.len() < alert.after {
        return Vec::new();
    }
    FIGURES.iter().filter_map(|figure| left_by(*figure, day, &past, alert)).collect()
}

fn left_by(figure: Figure, day: &Day, past: &[&Day], alert: Alert) -> Option<Left> {
    let now = (figure.of)(day)?;
    let before: Vec<f64> = past.iter().filter_map(|day| (figure.of)(day)).collect();
    let lowest = before.iter().copied().reduce(f64::min)?;
    let highest = before.iter().copied().reduce(f64::max)?;
    let (below, above) = if figure.is_share() {
        (lowest - alert.margin, highest + alert.margin)
    } else {
        (lowest * (1.0 - alert.margin), highest * (1.0 + alert.margin))
    };
    (now < below || now > above).then_some(Left { figure, now, lowest, highest, days: past.len() })
}
