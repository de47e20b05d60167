//! The model file: what it holds, how it is read, and how it scores.
//!
//! Layout: the eight bytes `CDLANGID`, the length of a text header (u32, little endian), the header, then arrays without
//! gaps. The header is lines of `key value`: `dim`, then one line `group SCRIPT ROWS SCALE TAG TAG ...` for each script
//! that several languages share, one line `family SCRIPT ROWS SCALE TAG TAG ...` for each family of close neighbours (see
//! [`crate::model::FamilyParts`]), and whatever the trainer notes of where the model comes from. The arrays are, each in
//! the order of the lines: the tables of the groups (first `ROWS` check bytes, by which a feature finds its row or learns
//! that it has none; then the rows, `dim` signed bytes each, a step of which is worth `SCALE`), the tables of the families
//! (the same, a row being one signed byte for each member), the class weights (`dim` f32 a class, little endian), the
//! class biases (one f32 a class), and for each family what it keeps of the main scores and its biases (f32).

use std::borrow::Cow;
use std::ops::Range;

use crate::family::Family;
pub use crate::family::FamilyParts;
use crate::features::{MOST_FEATURES, features, find, word_features, words};
use crate::lang::Lang;
use crate::memo;
use crate::script::Script;

/// Numbers that a feature adds to the bag. A constant, so that the inner loop is unrolled and vectorised.
pub const DIM: usize = 32;

/// More than any table that is worth its memory; keeps a broken header from asking for the impossible.
pub(crate) const MOST_ROWS: usize = 1 << 26;

const MAGIC: &[u8; 8] = b"CDLANGID";

/// What one of `count` features adds to the bag: less than all of itself, because the runs of a word repeat each other;
/// more than its share, because a decisive word must still decide in a long sentence.
#[inline]
pub fn share_of_feature(count: u32) -> f32 {
    (count as f32).powf(-0.25) / 4.0
}

/// Why a model file cannot be used.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum ModelError {
    /// Not a model file, or cut short.
    #[error("not a language model, or cut short")]
    Malformed,
    /// A header line that says something impossible.
    #[error("the model's header says `{0}`, which makes no sense here")]
    Header(String),
}

/// The languages that share a script, and how to tell them apart.
#[derive(Debug)]
pub(crate) struct Group {
    pub(crate) script: Script,
    pub(crate) classes: Vec<Lang>,
    rows: usize,
    scale: f32,
    /// Where the check bytes and the rows lie in the file.
    checks: Range<usize>,
    table: Range<usize>,
    weights: Weights,
    biases: Vec<f32>,
}

impl Group {
    /// Reads what follows `group` in a header line. The arrays are filled in later.
    fn parse(line: &str) -> Option<Group> {
        let mut words = line.split(' ');
        let script = Script::from_code(words.next()?)?;
        let rows = words.next()?.parse().ok().filter(|&rows| rows > 0 && rows < MOST_ROWS)?;
        let scale = words.next()?.parse().ok()?;
        let classes = words.map(Lang::from_tag).collect::<Option<Vec<_>>>()?;
        Some(Group {
            script,
            classes,
            rows,
            scale,
            checks: 0..0,
            table: 0..0,
            weights: Weights::of(0),
            biases: Vec::new(),
        })
    }
}

/// A model, read from its file; the large table is used where it lies.
#[derive(Debug)]
pub(crate) struct Model {
    header: String,
    /// Whether the sums of words are kept for the next text: only one model at a time can.
    remembers: bool,
    file: Cow<'static, [u8]>,
    pub(crate) groups: Vec<Group>,
    families: Vec<Family>,
}

impl Model {
    pub(crate) fn read(file: Cow<'static, [u8]>) -> Result<Model, ModelError> {
        let body = file.strip_prefix(MAGIC).ok_or(ModelError::Malformed)?;
        let (length, body) = body.split_first_chunk::<4>().ok_or(ModelError::Malformed)?;
        let header = body.get(..u32::from_le_bytes(*length) as usize).ok_or(ModelError::Malformed)?;
        let mut position = MAGIC.len() + 4 + header.len();
        let header = std::str::from_utf8(header).map_err(|_| ModelError::Malformed)?.to_owned();

        let mut groups = Vec::new();
        let mut families = Vec::new();
        for line in header.lines() {
            let bad = || ModelError::Header(line.to_owned());
            match line.split_once(' ') {
                Some(("dim", value)) if value != DIM.to_string() => return Err(bad()),
                Some(("group", value)) => {
                    let mut group = Group::parse(value).ok_or_else(bad)?;
                    group.checks = position..position + group.rows;
                    group.table = group.checks.end..group.checks.end + group.rows * DIM;
                    position = group.table.end;
                    groups.push(group);
                }
                Some(("family", value)) => families.push(Family::parse(value).ok_or_else(bad)?),
                _ => {}
            }
        }
        for family in &mut families {
            family.checks = position..position + family.rows;
            family.table = family.checks.end..family.checks.end + family.rows * family.members.len();
            position = family.table.end;
        }

        let rest = file.get(position..).ok_or(ModelError::Malformed)?;
        let mut numbers = rest.chunks_exact(4).map(|four| f32::from_le_bytes([four[0], four[1], four[2], four[3]]));
        let mut next = || numbers.next().ok_or(ModelError::Malformed);
        for group in &mut groups {
            group.weights = Weights::of(group.classes.len());
            for class in 0..group.classes.len() {
                for weight in group.weights.of_class(class) {
                    *weight = next()?;
                }
            }
        }
        for group in &mut groups {
            for _ in &group.classes {
                group.biases.push(next()?);
            }
        }
        for family in &mut families {
            family.carry = next()?;
            for _ in &family.members {
                family.biases.push(next()?);
            }
        }
        families.retain_mut(|family| family.find_places(&groups));
        Ok(Model { header, remembers: matches!(file, Cow::Borrowed(_)), file, groups, families })
    }

    /// What the file says of itself, the trainer's notes included.
    pub(crate) fn header(&self) -> &str {
        &self.header
    }

    /// The languages that share `script`, if there are several.
    pub(crate) fn group(&self, script: Script) -> Option<&Group> {
        self.groups.iter().find(|group| group.script == script)
    }

    /// Lets the families of the group settle their shares among themselves.
    pub(crate) fn deal_in_families(&self, text: &str, group: &Group, scores: &[f32], shares: &mut [f32]) {
        let most = |shares: &[f32]| shares.iter().copied().fold(0.0, f32::max);
        let mut top = most(shares);
        for family in self.families.iter().filter(|family| family.script == group.script) {
            if family.deal(&self.file, text, scores, shares, top) {
                top = most(shares);
            }
        }
    }

    /// The score of each class of the group, before they are made shares. `None` if the text has no feature.
    pub(crate) fn score(&self, text: &str, group: &Group) -> Option<Vec<f32>> {
        let checks = &self.file[group.checks.clone()];
        let (table, _) = self.file[group.table.clone()].as_chunks::<DIM>();
        let mut bag = Bag::default();
        let read = |word: &[u32]| {
            let mut sum = WordSum::default();
            word_features(word, group.script, &mut |feature| {
                if let Some(row) = find(feature, checks).and_then(|row| table.get(row)) {
                    sum.add(row);
                }
            });
            sum
        };
        // Chinese has no words that come again.
        if self.remembers && group.script != Script::Han {
            memo::with(|memo| words(text, group.script, |word| bag.add(memo.get(word, read))));
        } else {
            words(text, group.script, |word| bag.add(&read(word)));
        }
        let (sums, count) = bag.sums();
        if count == 0 {
            return None;
        }
        let norm = group.scale * share_of_feature(count);
        let hidden = sums.map(|sum| sum as f32 * norm);
        Some(group.weights.score(&group.biases, &hidden))
    }
}

/// Classes that are scored at once.
const SIDE_BY_SIDE: usize = 8;
/// Every eighth number belongs to one sum: one after the other, each would wait for the one before.
const LANES: usize = 8;

/// The weights of classes, number by number for as many of them as stand side by side. What is left open at the end is 0.
#[derive(Debug)]
struct Weights(Vec<[[f32; SIDE_BY_SIDE]; DIM]>);

impl Weights {
    /// Room for so many classes.
    fn of(classes: usize) -> Self {
        Self(vec![[[0.0; SIDE_BY_SIDE]; DIM]; classes.div_ceil(SIDE_BY_SIDE)])
    }

    /// The numbers of one class.
    fn of_class(&mut self, class: usize) -> impl Iterator<Item = &mut f32> {
        self.0[class / SIDE_BY_SIDE].iter_mut().map(move |side_by_side| &mut side_by_side[class % SIDE_BY_SIDE])
    }

    fn row(&self, class: usize) -> [f32; DIM] {
        self.0[class / SIDE_BY_SIDE].map(|side_by_side| side_by_side[class % SIDE_BY_SIDE])
    }

    /// The score of each class for a text. Each is summed in lanes, and these one after the other: another order would
    /// round otherwise.
    fn score(&self, biases: &[f32], hidden: &[f32; DIM]) -> Vec<f32> {
        let mut scores = Vec::with_capacity(biases.len());
        for (rows, biases) in self.0.iter().zip(biases.chunks(SIDE_BY_SIDE)) {
            let mut sums = [0.0; SIDE_BY_SIDE];
            for lane in 0..LANES {
                let mut products = [0.0; SIDE_BY_SIDE];
                for at in (lane..DIM).step_by(LANES) {
                    for (product, weight) in products.iter_mut().zip(&rows[at]) {
                        *product += weight * hidden[at];
                    }
                }
                for (sum, product) in sums.iter_mut().zip(products) {
                    *sum += product;
                }
            }
            scores.extend(biases.iter().zip(sums).map(|(bias, sum)| sum + bias));
        }
        scores
    }
}

/// The sum of the rows of one word. 16 bits hold it, whatever the rows are, since a word has a bounded number of features.
#[derive(Clone, Copy, Default)]
pub(crate) struct WordSum {
    sums: [i16; DIM],
    count: u16,
}

/// So many rows of signed bytes fit 16 bits, whatever they are.
const FIT_SHORT: u32 = i16::MAX as u32 / 128;
const _: () = assert!(MOST_FEATURES as u32 <= FIT_SHORT);

impl WordSum {
    #[inline]
    fn add(&mut self, row: &[u8; DIM]) {
        for (sum, &byte) in self.sums.iter_mut().zip(row) {
            *sum += i16::from(byte.cast_signed());
        }
        self.count += 1;
    }
}

/// A sum of words. It is kept in 16 bits, which vector instructions add twice as fast, and emptied into 32 bits before
/// it could overflow.
#[derive(Default)]
struct Bag {
    short: [i16; DIM],
    in_short: u32,
    long: [i32; DIM],
    count: u32,
}

impl Bag {
    #[inline]
    fn add(&mut self, word: &WordSum) {
        if self.in_short + u32::from(word.count) > FIT_SHORT {
            self.empty();
        }
        for (sum, &more) in self.short.iter_mut().zip(&word.sums) {
            *sum += more;
        }
        self.in_short += u32::from(word.count);
    }

    fn empty(&mut self) {
        for (long, short) in self.long.iter_mut().zip(&mut self.short) {
            *long += i32::from(std::mem::take(short));
        }
        self.count += std::mem::take(&mut self.in_short);
    }

    /// The sums, and of how many rows.
    fn sums(mut self) -> ([i32; DIM], u32) {
        self.empty();
        (self.long, self.count)
    }
}

/// One script's part of a model, as the trainer makes it.
#[derive(Debug)]
pub struct GroupParts {
    /// The script.
    pub script: Script,
    /// What one step of the table's signed bytes is worth.
    pub scale: f32,
    /// The check byte of each row.
    pub checks: Vec<u8>,
    /// Rows of [`DIM`] signed bytes.
    pub table: Vec<i8>,
    /// The languages that share the script: tag, weights, bias.
    pub classes: Vec<(&'static str, [f32; DIM], f32)>,
}

impl GroupParts {
    /// The score of each class for a text, as the finished model gives it. `None` if the text has no feature.
    pub fn score(&self, text: &str) -> Option<Vec<f32>> {
        let mut sums = [0_i32; DIM];
        let mut count = 0;
        features(text, self.script, |feature| {
            let Some(row) = find(feature, &self.checks) else { return };
            for (sum, &number) in sums.iter_mut().zip(&self.table[row * DIM..]) {
                *sum += i32::from(number);
            }
            count += 1;
        });
        if count == 0 {
            return None;
        }
        let norm = self.scale * share_of_feature(count);
        let hidden = sums.map(|sum| sum as f32 * norm);
        let mut weights = Weights::of(self.classes.len());
        for (class, (_, row, _)) in self.classes.iter().enumerate() {
            weights.of_class(class).zip(row).for_each(|(to, from)| *to = *from);
        }
        let biases: Vec<f32> = self.classes.iter().map(|(.., bias)| *bias).collect();
        Some(weights.score(&biases, &hidden))
    }

    /// The groups of a finished model file.
    pub fn of_file(file: &[u8]) -> Result<Vec<GroupParts>, ModelError> {
        let model = Model::read(Cow::Owned(file.to_vec()))?;
        let of = |group: &Group| GroupParts {
            script: group.script,
            scale: group.scale,
            checks: file[group.checks.clone()].to_vec(),
            table: file[group.table.clone()].iter().map(|byte| byte.cast_signed()).collect(),
            classes: (0..group.classes.len())
                .map(|at| (group.classes[at].tag(), group.weights.row(at), group.biases[at]))
                .collect(),
        };
        Ok(model.groups.iter().map(of).collect())
    }
}

/// The bytes of a model file: the groups, the families, and lines of notes for its header.
pub fn to_bytes(groups: &[GroupParts], families: &[FamilyParts], notes: &str) -> Vec<u8> {
    let mut header = format!("dim {DIM}\n");
    for group in groups {
        let tags: Vec<&str> = group.classes.iter().map(|&(tag, ..)| tag).collect();
        let rows = group.checks.len();
        let line = ["group", group.script.code(), &rows.to_string(), &group.scale.to_string(), &tags.join(" ")];
        header += &line.join(" ");
        header.push('\n');
    }
    for family in families {
        let tags: Vec<&str> = family.members.iter().map(|&(tag, _)| tag).collect();
        let rows = family.checks.len();
        let line = ["family", family.script.code(), &rows.to_string(), &family.scale.to_string(), &tags.join(" ")];
        header += &line.join(" ");
        header.push('\n');
    }
    header += notes;
    let mut file = MAGIC.to_vec();
    file.extend((header.len() as u32).to_le_bytes());
    file.extend(header.as_bytes());
    for group in groups {
        file.extend(&group.checks);
        file.extend(group.table.iter().map(|number| number.cast_unsigned()));
    }
    for family in families {
        file.extend(&family.checks);
        file.extend(family.table.iter().map(|number| number.cast_unsigned()));
    }
    let classes = || groups.iter().flat_map(|group| &group.classes);
    file.extend(classes().flat_map(|(_, weights, _)| weights).flat_map(|weight| weight.to_le_bytes()));
    file.extend(classes().flat_map(|(.., bias)| bias.to_le_bytes()));
    for family in families {
        file.extend(family.carry.to_le_bytes());
        file.extend(family.members.iter().flat_map(|(_, bias)| bias.to_le_bytes()));
    }
    file
}
