//! The form of a vocabulary file. The built-in files under `data/` and a user's own file have the same form.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::agency::AgencyKind;
use crate::boilerplate::PageLabelKind;
use crate::caption::CaptionSign;
use crate::credit::CreditMark;
use crate::error::LexiconError;
use crate::field::FieldKind;
use crate::fold::fold;

/// One vocabulary file. Every part may be left out.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Vocabulary {
    pub(crate) agency: BTreeMap<AgencyKind, BTreeMap<String, Vec<String>>>,
    pub(crate) caption: BTreeMap<CaptionSign, SignWords>,
    pub(crate) credit: CreditWords,
    pub(crate) byline: BylineWords,
    pub(crate) dateline: DatelineWords,
    pub(crate) boilerplate: BTreeMap<PageLabelKind, PageLabelWords>,
    pub(crate) field: BTreeMap<FieldKind, FieldWords>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct CreditWords {
    pub(crate) form: Vec<CreditForm>,
    /// Words of the page's controls that stand glued after a credit.
    pub(crate) controls: Vec<String>,
    /// Standing notices after a credit, such as "no resales".
    pub(crate) notices: Vec<String>,
    /// Small words that a credit may hold beside names.
    pub(crate) small_words: Vec<String>,
    /// Words between a photographer and the paper that the picture was taken for.
    pub(crate) for_words: Vec<String>,
    /// Words that make the part after a small-letter start no credit, such as articles.
    pub(crate) sentence_words: Vec<String>,
}

/// One form of credit: the words that make it, and what it must and must not match.
#[expect(clippy::struct_excessive_bools, reason = "each is a key of its own in the file")]
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreditForm {
    pub(crate) id: String,
    /// Words that name a credit when a separator follows (`Photo:`).
    #[serde(default)]
    pub(crate) labels: Vec<String>,
    /// Words that name a credit with or without a separator (`Photo by`).
    #[serde(default)]
    pub(crate) openers: Vec<String>,
    /// Words that stand after the name (`撮影`).
    #[serde(default)]
    pub(crate) suffixes: Vec<String>,
    /// Words that say what kind of picture it is; no credit.
    #[serde(default)]
    pub(crate) marks: Vec<String>,
    #[serde(default)]
    pub(crate) mark: Option<CreditMark>,
    /// The label may stand before anything, not only before a picture's credit (`Source:`).
    #[serde(default)]
    pub(crate) generic: bool,
    /// The label also works without a separator when names follow (`Фото X`).
    #[serde(default)]
    pub(crate) bare: bool,
    /// The label also works without a separator when nothing but a known agency follows (`Ảnh AFP`).
    #[serde(default)]
    pub(crate) before_agency: bool,
    /// Words that are a credit by themselves, after a sentence or in a line of their own (`Supplied`).
    #[serde(default)]
    pub(crate) alone: Vec<String>,
    /// The opener says how the picture was come by and belongs to the printed credit (`Courtesy of X`).
    #[serde(default)]
    pub(crate) kept: bool,
    /// The suffix says that somebody took the picture (`摄`): it stands below nothing else.
    #[serde(default)]
    pub(crate) taken: bool,
    /// The suffix says that the named party gave the picture (`提供`).
    #[serde(default)]
    pub(crate) provided: bool,
    /// Line, caption text left, credit as printed.
    #[serde(default)]
    pub(crate) yes: Vec<[String; 3]>,
    /// Lines in which nothing is a credit.
    #[serde(default)]
    pub(crate) no: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct BylineWords {
    pub(crate) form: Vec<BylineForm>,
    /// Words that make a name the name of a desk (`Redaktion`, `Staff`).
    pub(crate) desks: Vec<String>,
    /// Words that make a name the name of an organisation (`Institute`, `News`).
    pub(crate) organisations: Vec<String>,
    /// Words of roles (`Staff Reporter`).
    pub(crate) roles: Vec<String>,
    /// Words between names (`and`, `und`).
    pub(crate) joiners: Vec<String>,
    /// Small words inside names (`van der`).
    pub(crate) particles: Vec<String>,
    /// Small words before the place that stands after the names (`em São Paulo`).
    pub(crate) place_words: Vec<String>,
    /// First words of places that have more than one (`New York`).
    pub(crate) place_starts: Vec<String>,
    /// Labels of what others did than write (`Fotos`); they count behind the names, before a colon or a bar.
    pub(crate) other_trades: Vec<String>,
    /// The same without a colon (`photographs by`).
    pub(crate) other_trades_by: Vec<String>,
    /// Words that begin what stands after the names: month and weekday names, `Published`.
    pub(crate) tails: Vec<String>,
    /// Words of the page's controls that stand glued to names.
    pub(crate) controls: Vec<String>,
    /// Words that two capitalised words are made of when they are no name (`Breaking News`).
    pub(crate) not_names: Vec<String>,
    /// Words that stand before a name (`Dr.`).
    pub(crate) titles: Vec<String>,
    /// Openers and tails that are names as well (`Do`, `Mai`): they count where no name can stand.
    pub(crate) also_names: Vec<String>,
    /// Arabic names that begin with the letter of `and`.
    pub(crate) and_names: Vec<String>,
    /// Signs by which Korean family names begin, those of given names, and those of Chinese family names.
    pub(crate) hangul_families: String,
    pub(crate) hangul_given: String,
    pub(crate) han_families: String,
}

/// One form of byline.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct BylineForm {
    pub(crate) id: String,
    /// Words before the name that need no separator (`By`).
    #[serde(default)]
    pub(crate) openers: Vec<String>,
    /// Words before the name that need a colon (`Text:`).
    #[serde(default)]
    pub(crate) labels: Vec<String>,
    /// Words after the name (`기자`).
    #[serde(default)]
    pub(crate) suffixes: Vec<String>,
    /// Words that start a line that is no byline (`More from`).
    #[serde(default)]
    pub(crate) traps: Vec<String>,
    /// Words that end a line that is no byline (`says:`).
    #[serde(default)]
    pub(crate) trap_ends: Vec<String>,
    #[serde(default)]
    pub(crate) yes: Vec<BylineExample>,
    #[serde(default)]
    pub(crate) no: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct BylineExample {
    pub(crate) line: String,
    #[serde(default)]
    pub(crate) people: Vec<String>,
    #[serde(default)]
    pub(crate) organisations: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct DatelineWords {
    pub(crate) form: Vec<DatelineForm>,
}

/// One form of dateline. The forms are shapes, so that there are only examples.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DatelineForm {
    pub(crate) id: String,
    #[serde(default)]
    pub(crate) yes: Vec<DatelineExample>,
    #[serde(default)]
    pub(crate) no: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DatelineExample {
    pub(crate) line: String,
    #[serde(default)]
    pub(crate) place: Option<String>,
    #[serde(default)]
    pub(crate) agency: Option<String>,
    #[serde(default)]
    pub(crate) date: Option<String>,
    pub(crate) rest: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct PageLabelWords {
    /// Whole lines.
    pub(crate) lines: Vec<String>,
    /// Beginnings of short lines.
    pub(crate) starts: Vec<String>,
    /// Beginnings that need nothing else to be told by: no sentence of a story begins so.
    pub(crate) sure: Vec<String>,
    /// Lines that must be found, beyond the lists.
    pub(crate) yes: Vec<String>,
    /// Lines that must not be found.
    pub(crate) no: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct SignWords {
    pub(crate) words: Vec<String>,
    /// Lines that must have the sign.
    pub(crate) yes: Vec<String>,
    /// Lines that must not.
    pub(crate) no: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct FieldWords {
    pub(crate) labels: Vec<String>,
    /// Line and value.
    pub(crate) yes: Vec<[String; 2]>,
    pub(crate) no: Vec<String>,
}

impl Vocabulary {
    pub(crate) fn read(source: &str) -> Result<Self, LexiconError> {
        let vocabulary = Self::parse(source)?;
        vocabulary.check()?;
        Ok(vocabulary)
    }

    /// Reads a file whose phrases need not be looked at: a test has looked at those of the program.
    pub(crate) fn parse(source: &str) -> Result<Self, LexiconError> {
        toml::from_str(source).map_err(|e| LexiconError::Syntax(e.to_string()))
    }

    /// Refuses phrases that would match everywhere or nowhere.
    fn check(&self) -> Result<(), LexiconError> {
        for (kind, names) in &self.agency {
            for (name, aliases) in names {
                let key = format!("agency.{}", snake(&format!("{kind:?}")));
                check_list(&key, std::iter::once(name).chain(aliases))?;
            }
        }
        for form in &self.credit.form {
            let all = form.labels.iter().chain(&form.openers).chain(&form.suffixes).chain(&form.marks);
            check_list(&format!("credit.form {:?}", form.id), all)?;
            if !form.marks.is_empty() && form.mark.is_none() {
                return Err(LexiconError::Phrase {
                    key: format!("credit.form {:?}", form.id),
                    phrase: form.marks[0].clone(),
                    reason: "is a mark, and the form does not say which: set `mark`",
                });
            }
        }
        for (sign, words) in &self.caption {
            check_list(&format!("caption.{}", snake(&format!("{sign:?}"))), words.words.iter())?;
        }
        let credit = &self.credit;
        check_list("credit", credit.controls.iter().chain(&credit.notices).chain(&credit.small_words))?;
        for form in &self.byline.form {
            let all = form.openers.iter().chain(&form.labels).chain(&form.suffixes);
            check_list(&format!("byline.form {:?}", form.id), all.chain(&form.traps).chain(&form.trap_ends))?;
        }
        let byline = &self.byline;
        let lists = [
            ("desks", &byline.desks),
            ("organisations", &byline.organisations),
            ("roles", &byline.roles),
            ("joiners", &byline.joiners),
            ("particles", &byline.particles),
            ("place_words", &byline.place_words),
            ("place_starts", &byline.place_starts),
            ("other_trades", &byline.other_trades),
            ("other_trades_by", &byline.other_trades_by),
            ("tails", &byline.tails),
            ("controls", &byline.controls),
            ("not_names", &byline.not_names),
            ("titles", &byline.titles),
            ("also_names", &byline.also_names),
            ("and_names", &byline.and_names),
        ];
        for (key, list) in lists {
            check_list(&format!("byline.{key}"), list.iter())?;
        }
        for (kind, words) in &self.boilerplate {
            check_list(
                &format!("boilerplate.{}", snake(&format!("{kind:?}"))),
                words.lines.iter().chain(&words.starts),
            )?;
        }
        for (kind, words) in &self.field {
            check_list(&format!("field.{}", snake(&format!("{kind:?}"))), words.labels.iter())?;
        }
        Ok(())
    }
}

/// The key that a variant's name has in a file: `ReadMore` is `read_more` there.
fn snake(variant: &str) -> String {
    let mut out = String::new();
    for c in variant.chars() {
        if c.is_uppercase() && !out.is_empty() {
            out.push('_');
        }
        out.push(c.to_ascii_lowercase());
    }
    out
}

/// Longest phrase of a vocabulary, in bytes of its folded form.
const LONGEST_PHRASE: usize = 160;

fn check_list<'a>(key: &str, phrases: impl Iterator<Item = &'a String>) -> Result<(), LexiconError> {
    for phrase in phrases {
        let folded = fold(phrase);
        let folded = folded.trim();
        let reason = if folded.is_empty() {
            "is empty; a phrase needs at least one character"
        } else if folded.len() > LONGEST_PHRASE {
            "is too long; a phrase has at most 160 bytes"
        } else {
            continue;
        };
        return Err(LexiconError::Phrase { key: key.to_owned(), phrase: phrase.clone(), reason });
    }
    Ok(())
}
