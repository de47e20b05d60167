//! Candidates for a field: gathered, added up where they agree, weighed.

use std::collections::{BTreeMap, BTreeSet};

use copydesk_date::{Precision, Zone};
use copydesk_document::{Candidate, Dateline, Field, Origin, Span, Timestamp, Value};
use copydesk_text::key;

/// Something that can be the value of a field.
pub(crate) trait Fact: Clone + PartialEq {
    /// What two candidates must share to say the same.
    fn key(&self) -> String;
    /// As it is printed for a person.
    fn print(&self) -> String;
    /// Whether this one says the same as the other and more.
    fn says_more_than(&self, _other: &Self) -> bool {
        false
    }
}

impl Fact for String {
    fn key(&self) -> String {
        key(self)
    }
    fn print(&self) -> String {
        self.clone()
    }
    // A page glues what two of its elements show, where another place has a space between them.
    fn says_more_than(&self, other: &Self) -> bool {
        words(self) > words(other)
    }
}

/// Runs of letters and figures. A soft hyphen parts no words.
fn words(text: &str) -> usize {
    let mut inside = false;
    let mut count = 0;
    for c in text.chars().filter(|c| *c != '\u{AD}' && *c != '\u{200B}') {
        count += usize::from(c.is_alphanumeric() && !inside);
        inside = c.is_alphanumeric();
    }
    count
}

impl Fact for bool {
    fn key(&self) -> String {
        self.to_string()
    }
    fn print(&self) -> String {
        self.to_string()
    }
}

impl Fact for Vec<String> {
    fn key(&self) -> String {
        self.iter().map(|name| key(name)).collect::<Vec<_>>().join("|")
    }
    fn print(&self) -> String {
        self.join("; ")
    }
}

impl Fact for Timestamp {
    // Candidates for a time agree when they name the same day: zones and rounding differ too often for more.
    fn key(&self) -> String {
        self.to_string().chars().take(10).collect()
    }
    fn print(&self) -> String {
        self.to_string()
    }
    fn says_more_than(&self, other: &Self) -> bool {
        // Seconds and their fractions say more of the clock that wrote them than of the publication.
        let depth = |at: &Self| (at.precision().min(Precision::Minute), at.zone() != Zone::Unknown);
        depth(self) > depth(other)
    }
}

impl Fact for Dateline {
    fn key(&self) -> String {
        self.print()
    }
    fn print(&self) -> String {
        [self.place.as_deref(), self.agency.as_deref()].into_iter().flatten().collect::<Vec<_>>().join(", ")
    }
}

/// One candidate.
#[derive(Clone, Debug)]
pub(crate) struct Entry<T> {
    pub(crate) value: T,
    pub(crate) origin: Origin,
    pub(crate) name: String,
    pub(crate) span: Option<Span>,
    pub(crate) weight: f32,
    pub(crate) why: String,
}

/// The candidates for one field, in the order in which they were found.
#[derive(Debug)]
pub(crate) struct Candidates<T> {
    pub(crate) entries: Vec<Entry<T>>,
}

impl<T> Default for Candidates<T> {
    fn default() -> Self {
        Self { entries: Vec::new() }
    }
}

impl<T: Fact> Candidates<T> {
    pub(crate) fn add(&mut self, value: T, origin: Origin, name: &str, span: Option<Span>, weight: f32) {
        self.entries.push(Entry { value, origin, name: name.to_owned(), span, weight, why: String::new() });
    }

    /// The value with the most behind it, or none below `least`. All candidates are written down.
    pub(crate) fn choose(&self, field: Field, least: f32, log: &mut Vec<Candidate>) -> Option<Value<T>> {
        let mut groups: Vec<Group<'_, T>> = Vec::new();
        let mut places: BTreeMap<String, usize> = BTreeMap::new();
        let mut of: Vec<usize> = Vec::with_capacity(self.entries.len());
        for entry in &self.entries {
            let place = *places.entry(entry.value.key()).or_insert(groups.len());
            if place == groups.len() {
                groups.push(Group { witnesses: Vec::new(), count: 0, won: false, best: entry });
            }
            groups[place].add(entry);
            of.push(place);
        }
        // The first of equals wins, so the order of gathering settles a tie.
        let best = groups.iter().enumerate().rev().max_by(|(_, a), (_, b)| a.belief().total_cmp(&b.belief()));
        let best = best.map(|(place, _)| place).filter(|place| groups[*place].belief() >= least);
        if let Some(place) = best {
            groups[place].won = true;
        }
        let winner = best.map(|place| groups[place].best);
        for (entry, place) in self.entries.iter().zip(of) {
            let group = &groups[place];
            let won = winner.is_some_and(|w| std::ptr::eq(w, entry));
            log.push(entry.candidate(field, entry.weight, won, why(entry, group, won, best.is_some())));
        }
        winner.map(|entry| entry.value(best.map_or(0.0, |place| groups[place].belief())))
    }

    /// Every value of sufficient weight, once, in order: for fields that hold a list.
    pub(crate) fn all(&self, field: Field, least: f32, log: &mut Vec<Candidate>) -> Vec<Value<T>> {
        let mut seen: BTreeSet<String> = BTreeSet::new();
        let mut out = Vec::new();
        for entry in &self.entries {
            let key = entry.value.key();
            let new = !key.is_empty() && !seen.contains(&key) && entry.weight >= least;
            log.push(entry.candidate(field, entry.weight, new, String::new()));
            if new {
                seen.insert(key);
                out.push(entry.value(entry.weight));
            }
        }
        out
    }
}

/// Candidates that say the same.
struct Group<'p, T> {
    /// For each origin the heaviest weight, and the doubt that is left if all of its candidates count for a quarter.
    witnesses: Vec<(Origin, f32, f32)>,
    count: usize,
    won: bool,
    best: &'p Entry<T>,
}

impl<'p, T: Fact> Group<'p, T> {
    /// Candidates that agree add up like independent witnesses, but two from the same origin are hardly independent
    /// (one template writes both), so all but the heaviest count for a quarter.
    fn add(&mut self, entry: &'p Entry<T>) {
        let weight = entry.weight.clamp(0.0, 0.99);
        match self.witnesses.iter_mut().find(|(origin, ..)| *origin == entry.origin) {
            Some((_, heaviest, doubt)) => {
                *heaviest = heaviest.max(weight);
                *doubt *= 1.0 - weight / 4.0;
            }
            None => self.witnesses.push((entry.origin, weight, 1.0 - weight / 4.0)),
        }
        self.count += 1;
        // Most that agree do so to the letter.
        let alike = self.best.value == entry.value;
        let more = !alike && entry.value.says_more_than(&self.best.value);
        let less = !alike && self.best.value.says_more_than(&entry.value);
        if more || (!less && entry.weight > self.best.weight) {
            self.best = entry;
        }
    }

    fn belief(&self) -> f32 {
        let left = |(_, heaviest, doubt): &(Origin, f32, f32)| (1.0 - heaviest) * doubt / (1.0 - heaviest / 4.0);
        1.0 - self.witnesses.iter().map(left).product::<f32>()
    }
}

fn why<T: Fact>(entry: &Entry<T>, group: &Group<'_, T>, won: bool, any: bool) -> String {
    let agreed = match group.count - 1 {
        0 => String::new(),
        n => format!(", {n} other{} agree", if n == 1 { "" } else { "s" }),
    };
    let verdict = match (won, group.won, any) {
        (true, ..) => "won",
        (false, true, _) => "agrees with the winner",
        (false, false, true) => "lost",
        (false, false, false) => "too weak",
    };
    let own = if entry.why.is_empty() { String::new() } else { format!("; {}", entry.why) };
    if group.won && !won {
        return format!("{verdict}{own}");
    }
    format!("{verdict} with {:.2}{agreed}{own}", group.belief())
}

impl<T: Fact> Entry<T> {
    fn candidate(&self, field: Field, score: f32, won: bool, why: String) -> Candidate {
        Candidate {
            field,
            value: self.value.print(),
            origin: self.origin,
            name: self.name.clone(),
            span: self.span,
            score,
            won,
            why,
        }
    }

    pub(crate) fn value(&self, confidence: f32) -> Value<T> {
        Value { value: self.value.clone(), origin: self.origin, name: self.name.clone(), span: self.span, confidence }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agreement_beats_a_single_stronger_voice() {
        let mut pool = Candidates::default();
        pool.add("A harbour reopens | Site".to_owned(), Origin::Meta, "og:title", None, 0.75);
        pool.add("A harbour reopens".to_owned(), Origin::Heading, "h1", None, 0.6);
        pool.add("A Harbour Reopens".to_owned(), Origin::JsonLd, "headline", None, 0.7);
        let mut log = Vec::new();
        let won = pool.choose(Field::Title, 0.3, &mut log).expect("a title");
        assert_eq!(won.value, "A Harbour Reopens");
        assert!(won.confidence > 0.85);
        assert_eq!(log.iter().filter(|c| c.won).count(), 1);
    }

    #[test]
    fn a_weak_candidate_is_no_value() {
        let mut pool = Candidates::default();
        pool.add("x".to_owned(), Origin::Text, "line", None, 0.2);
        let mut log = Vec::new();
        assert!(pool.choose(Field::Title, 0.3, &mut log).is_none());
        assert!(log[0].why.starts_with("too weak"));
    }

    #[test]
    fn two_voices_of_one_origin_are_hardly_two() {
        let mut pool = Candidates::default();
        pool.add("x".to_owned(), Origin::Meta, "a", None, 0.5);
        pool.add("x".to_owned(), Origin::Meta, "b", None, 0.5);
        let won = pool.choose(Field::Title, 0.3, &mut Vec::new()).expect("a title");
        assert!(won.confidence < 0.6);
    }
}
