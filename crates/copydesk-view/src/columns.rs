//! What is asked of every document of a run, a column for each question: small enough to stand in memory, and to be looked
//! through from end to end between two clicks.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension as _, params};

use crate::Error;

/// What a document may lack.
const MISSING: [&str; 4] = ["title", "published", "authors", "text"];

/// In which order documents come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// As in the run.
    #[default]
    Run,
    /// The latest day first.
    Latest,
    /// The earliest day first.
    Earliest,
    /// The shortest text first.
    Shortest,
    /// The longest text first.
    Longest,
    /// By title.
    Title,
    /// The text of which the program is least sure first.
    Unsure,
}

impl Order {
    /// All orders that are not that of the run, and their names.
    const NAMED: [(&str, Self); 6] = [
        ("latest", Self::Latest),
        ("earliest", Self::Earliest),
        ("shortest", Self::Shortest),
        ("longest", Self::Longest),
        ("title", Self::Title),
        ("unsure", Self::Unsure),
    ];

    /// The order with this name.
    pub fn named(name: &str) -> Self {
        Self::NAMED.iter().find(|(own, _)| *own == name).map_or(Self::Run, |(_, order)| *order)
    }
}

/// Which documents are meant. What is empty is not asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Words of headline, text, captions or authors, as somebody types them.
    pub words: String,
    /// The language of the text.
    pub language: String,
    /// The name of the site.
    pub site: String,
    /// A rule that has decided about a block, as `stage/rule`.
    pub rule: String,
    /// The code of a note.
    pub note: String,
    /// A fact that is missing: `title`, `published`, `authors` or `text`.
    pub missing: String,
}

/// Names that stand in many documents: each with the documents that have it, or each document with its one.
#[derive(Debug, Default)]
struct Names {
    names: Vec<String>,
    numbers: HashMap<String, u32>,
}

impl Names {
    fn number(&mut self, name: &str) -> u32 {
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        let number = self.names.len() as u32;
        self.names.push(name.to_owned());
        self.numbers.insert(name.to_owned(), number);
        number
    }
}

/// What a document is entered with.
#[derive(Debug, Default)]
pub(crate) struct Row {
    pub(crate) offset: u64,
    pub(crate) length: u32,
    pub(crate) uri: u64,
    pub(crate) id: u64,
    pub(crate) language: String,
    pub(crate) site: String,
    /// The day of publication as a number that sorts; 0 where there is none.
    pub(crate) day: u32,
    pub(crate) letters: u32,
    /// In thousandths; more than 1,000 where there is none.
    pub(crate) confidence: u32,
    /// The title as it sorts; none where there is none.
    pub(crate) title: Option<String>,
    pub(crate) has_authors: bool,
    /// Rules that decided and notes, each once.
    pub(crate) rules: Vec<String>,
    pub(crate) notes: Vec<String>,
}

/// The columns while they are filled.
#[derive(Debug, Default)]
pub(crate) struct Filling {
    columns: Columns,
    languages: Names,
    sites: Names,
    rules: Names,
    notes: Names,
    days: Vec<u32>,
    confidences: Vec<u32>,
    titles: Vec<Option<Box<str>>>,
}

impl Filling {
    pub(crate) fn add(&mut self, row: Row) {
        let document = self.columns.documents() as u32;
        let c = &mut self.columns;
        c.offsets.push(row.offset);
        c.lengths.push(row.length);
        c.uris.push((row.uri, document));
        c.ids.push((row.id, document));
        c.languages.push(self.languages.number(&row.language));
        c.sites.push(self.sites.number(&row.site));
        c.letters.push(row.letters);
        let missing = [row.title.is_none(), row.day == 0, !row.has_authors, row.letters == 0];
        c.missing.push((0..).zip(missing).fold(0, |bits, (bit, missing)| bits | (u32::from(missing) << bit)));
        for (names, lists, of) in
            [(&mut self.rules, &mut c.rules, row.rules), (&mut self.notes, &mut c.notes, row.notes)]
        {
            for name in of {
                let number = names.number(&name) as usize;
                if lists.len() <= number {
                    lists.resize_with(number + 1, Vec::new);
                }
                lists[number].push(document);
            }
        }
        self.days.push(row.day);
        self.confidences.push(row.confidence);
        self.titles.push(row.title.map(String::into_boxed_str));
    }

    /// All are there: they are put into their orders.
    pub(crate) fn finish(self) -> Columns {
        let Self { mut columns, languages, sites, rules, notes, days, confidences, titles } = self;
        columns.uris.sort_unstable();
        columns.ids.sort_unstable();
        let all = || (0..columns.lengths.len() as u32).collect::<Vec<_>>();
        columns.orders = [
            by(all(), |n| (days[n] == 0, std::cmp::Reverse(days[n]))),
            by(all(), |n| (days[n] == 0, days[n])),
            by(all(), |n| columns.letters[n]),
            by(all(), |n| std::cmp::Reverse(columns.letters[n])),
            {
                let mut all = all();
                let title = |n: u32| titles[n as usize].as_deref();
                all.sort_by(|a, b| (title(*a).is_none(), title(*a)).cmp(&(title(*b).is_none(), title(*b))));
                all
            },
            by(all(), |n| confidences[n]),
        ];
        columns.language_names = languages.names;
        columns.site_names = sites.names;
        columns.rule_names = rules.names;
        columns.note_names = notes.names;
        columns
    }
}

/// Documents in the order of a key. What is equal stays as in the run.
fn by<K: Ord>(mut documents: Vec<u32>, key: impl Fn(usize) -> K) -> Vec<u32> {
    documents.sort_by_key(|document| key(*document as usize));
    documents
}

/// The columns of a run.
#[derive(Debug, Default)]
pub(crate) struct Columns {
    /// Where each record begins, and how long it is.
    offsets: Vec<u64>,
    lengths: Vec<u32>,
    /// Hashes of addresses and ids with their documents, sorted.
    uris: Vec<(u64, u32)>,
    ids: Vec<(u64, u32)>,
    languages: Vec<u32>,
    sites: Vec<u32>,
    letters: Vec<u32>,
    missing: Vec<u32>,
    language_names: Vec<String>,
    site_names: Vec<String>,
    rule_names: Vec<String>,
    note_names: Vec<String>,
    /// The documents of each rule and note, in their order.
    rules: Vec<Vec<u32>>,
    notes: Vec<Vec<u32>>,
    /// The documents in each order of [`Order::NAMED`].
    orders: [Vec<u32>; 6],
}

impl Columns {
    pub(crate) fn documents(&self) -> usize {
        self.lengths.len()
    }

    /// Where the record of a document stands, counted from 0.
    pub(crate) fn place(&self, document: usize) -> Option<(u64, u32)> {
        Some((*self.offsets.get(document)?, *self.lengths.get(document)?))
    }

    /// The documents whose address has this hash.
    pub(crate) fn with_uri(&self, hash: u64) -> impl Iterator<Item = usize> {
        with_hash(&self.uris, hash)
    }

    /// The documents whose id has this hash.
    pub(crate) fn with_id(&self, hash: u64) -> impl Iterator<Item = usize> {
        with_hash(&self.ids, hash)
    }

    /// The documents that a filter leaves, in this order: how many there are, and those from `offset` on. `found` are those
    /// that have the words of the filter, where it has any.
    pub(crate) fn select(
        &self,
        filter: &Filter,
        found: Option<&[u32]>,
        order: Order,
        offset: usize,
        limit: usize,
    ) -> (usize, Vec<u32>) {
        let documents = self.documents();
        let number = |names: &[String], name: &str| {
            // A name that no document has leaves none.
            (!name.is_empty()).then(|| names.iter().position(|own| own == name).map_or(u32::MAX, |n| n as u32))
        };
        let (language, site) = (number(&self.language_names, &filter.language), number(&self.site_names, &filter.site));
        let missing = MISSING.iter().position(|name| *name == filter.missing).map(|bit| 1_u32 << bit);
        let list = |names: &[String], lists: &[Vec<u32>], name: &str| {
            number(names, name).map(|n| Marks::of(documents, lists.get(n as usize).map_or(&[][..], Vec::as_slice)))
        };
        let marks: Vec<Marks> = [
            list(&self.rule_names, &self.rules, &filter.rule),
            list(&self.note_names, &self.notes, &filter.note),
            found.map(|found| Marks::of(documents, found)),
        ]
        .into_iter()
        .flatten()
        .collect();
        let is_meant = |n: usize| {
            language.is_none_or(|language| self.languages[n] == language)
                && site.is_none_or(|site| self.sites[n] == site)
                && missing.is_none_or(|bit| self.missing[n] & bit != 0)
                && marks.iter().all(|marks| marks.has(n))
        };
        let (mut number, mut page) = (0, Vec::new());
        let mut look = |document: u32| {
            if is_meant(document as usize) {
                if number >= offset && page.len() < limit {
                    page.push(document);
                }
                number += 1;
            }
        };
        match Order::NAMED.iter().position(|(_, named)| *named == order) {
            Some(at) => self.orders[at].iter().copied().for_each(&mut look),
            None => (0..documents as u32).for_each(&mut look),
        }
        (number, page)
    }
}

fn with_hash(sorted: &[(u64, u32)], hash: u64) -> impl Iterator<Item = usize> {
    let from = sorted.partition_point(|(own, _)| *own < hash);
    sorted[from..].iter().take_while(move |(own, _)| *own == hash).map(|(_, document)| *document as usize)
}

/// A mark for each of some documents.
struct Marks(Vec<u64>);

impl Marks {
    fn of(documents: usize, list: &[u32]) -> Self {
        let mut marks = vec![0; documents.div_ceil(64)];
        for document in list {
            if let Some(word) = marks.get_mut(*document as usize / 64) {
                *word |= 1 << (document % 64);
            }
        }
        Self(marks)
    }

    fn has(&self, document: usize) -> bool {
        self.0[document / 64] >> (document % 64) & 1 == 1
    }
}

/// Numbers, as bytes and back.
fn bytes32(numbers: &[u32]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_le_bytes()).collect()
}

fn numbers32(bytes: &[u8]) -> Vec<u32> {
    bytes.as_chunks::<4>().0.iter().map(|four| u32::from_le_bytes(*four)).collect()
}

fn bytes64(numbers: impl Iterator<Item = u64>) -> Vec<u8> {
    numbers.flat_map(u64::to_le_bytes).collect()
}

fn numbers64(bytes: &[u8]) -> impl Iterator<Item = u64> {
    bytes.as_chunks::<8>().0.iter().map(|eight| u64::from_le_bytes(*eight))
}

impl Columns {
    /// Keeps them in a database, in the table `kept`.
    pub(crate) fn write(&self, connection: &Connection) -> rusqlite::Result<()> {
        let mut statement = connection.prepare("INSERT INTO kept VALUES (?, ?)")?;
        let mut put = |name: String, value: Vec<u8>| statement.execute(params![name, value]).map(drop);
        put("offsets".into(), bytes64(self.offsets.iter().copied()))?;
        put("lengths".into(), bytes32(&self.lengths))?;
        for (name, pairs) in [("uris", &self.uris), ("ids", &self.ids)] {
            put(name.into(), bytes64(pairs.iter().map(|(hash, _)| *hash)))?;
            put(format!("{name} of"), bytes32(&pairs.iter().map(|(_, document)| *document).collect::<Vec<_>>()))?;
        }
        for (name, column) in [
            ("languages", &self.languages),
            ("sites", &self.sites),
            ("letters", &self.letters),
            ("missing", &self.missing),
        ] {
            put(name.into(), bytes32(column))?;
        }
        for (at, order) in self.orders.iter().enumerate() {
            put(format!("order {at}"), bytes32(order))?;
        }
        for (name, lists) in [("rule", &self.rules), ("note", &self.notes)] {
            for (at, list) in lists.iter().enumerate() {
                put(format!("{name} {at}"), bytes32(list))?;
            }
        }
        for (name, names) in self.names() {
            // A name holds no line break that would be told from the next: it is written as JSON.
            put(name.into(), serde_json::to_vec(names).unwrap_or_default())?;
        }
        Ok(())
    }

    fn names(&self) -> [(&'static str, &Vec<String>); 4] {
        [
            ("language names", &self.language_names),
            ("site names", &self.site_names),
            ("rule names", &self.rule_names),
            ("note names", &self.note_names),
        ]
    }

    /// Reads them back.
    pub(crate) fn read(connection: &Connection) -> Result<Self, Error> {
        let mut statement = connection.prepare("SELECT value FROM kept WHERE name = ?")?;
        let mut get = |name: &str| -> Result<Vec<u8>, Error> {
            let found = statement.query_row([name], |row| row.get(0)).optional()?;
            found.ok_or_else(|| Error::Records(format!("the kept index lacks `{name}`")))
        };
        let mut names = |name: &str| -> Result<Vec<String>, Error> {
            serde_json::from_slice(&get(name)?).map_err(|error| Error::Records(error.to_string()))
        };
        let mut columns = Self {
            language_names: names("language names")?,
            site_names: names("site names")?,
            rule_names: names("rule names")?,
            note_names: names("note names")?,
            ..Self::default()
        };
        let mut numbers = |name: &str| get(name).map(|bytes| numbers32(&bytes));
        columns.lengths = numbers("lengths")?;
        columns.languages = numbers("languages")?;
        columns.sites = numbers("sites")?;
        columns.letters = numbers("letters")?;
        columns.missing = numbers("missing")?;
        for (at, order) in columns.orders.iter_mut().enumerate() {
            *order = numbers(&format!("order {at}"))?;
        }
        columns.rules =
            (0..columns.rule_names.len()).map(|at| numbers(&format!("rule {at}"))).collect::<Result<_, _>>()?;
        columns.notes =
            (0..columns.note_names.len()).map(|at| numbers(&format!("note {at}"))).collect::<Result<_, _>>()?;
        columns.offsets = numbers64(&get("offsets")?).collect();
        for (name, pairs) in [("uris", &mut columns.uris), ("ids", &mut columns.ids)] {
            *pairs = numbers64(&get(name)?).zip(numbers32(&get(&format!("{name} of"))?)).collect();
        }
        Ok(columns)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(title: &str, day: u32, letters: u32, language: &str, rules: &[&str]) -> Row {
        Row {
            day,
            letters,
            language: language.into(),
            title: (!title.is_empty()).then(|| title.to_owned()),
            uri: u64::from(letters) / 2,
            rules: rules.iter().map(|rule| (*rule).to_owned()).collect(),
            ..Row::default()
        }
    }

    #[test]
    fn documents_are_chosen_and_put_in_order_after_they_were_kept() {
        let mut filling = Filling::default();
        filling.add(row("quay", 20_260_304, 8, "en", &["a/short"]));
        filling.add(row("", 0, 3, "ko", &[]));
        filling.add(row("dam", 20_260_101, 9, "en", &["a/short", "b/long"]));
        filling.add(row("pier", 20_260_304, 4, "en", &[]));
        let connection = Connection::open_in_memory().expect("a database");
        connection.execute_batch("CREATE TABLE kept (name TEXT PRIMARY KEY, value BLOB)").expect("a table");
        filling.finish().write(&connection).expect("they are kept");
        let columns = Columns::read(&connection).expect("they are read");
        let all = Filter::default();
        let select = |filter: &Filter, order| columns.select(filter, None, order, 0, 10);
        assert_eq!(select(&all, Order::Run), (4, vec![0, 1, 2, 3]));
        assert_eq!(select(&all, Order::Latest).1, [0, 3, 2, 1]);
        assert_eq!(select(&all, Order::Earliest).1, [2, 0, 3, 1]);
        assert_eq!(select(&all, Order::Shortest).1, [1, 3, 0, 2]);
        assert_eq!(select(&all, Order::Title).1, [2, 3, 0, 1]);
        let english = Filter { language: "en".into(), ..Filter::default() };
        assert_eq!(columns.select(&english, None, Order::Run, 1, 1), (3, vec![2]));
        let short = Filter { rule: "a/short".into(), ..Filter::default() };
        assert_eq!(select(&short, Order::Longest), (2, vec![2, 0]));
        assert_eq!(columns.select(&short, Some(&[2, 3]), Order::Run, 0, 10), (1, vec![2]));
        assert_eq!(select(&Filter { site: "nowhere".into(), ..Filter::default() }, Order::Run), (0, vec![]));
        assert_eq!(select(&Filter { missing: "title".into(), ..Filter::default() }, Order::Run), (1, vec![1]));
        assert_eq!(columns.with_uri(4).collect::<Vec<_>>(), [0, 2]);
        assert_eq!(columns.with_uri(7).count(), 0);
    }
}
