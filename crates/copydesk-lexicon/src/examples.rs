//! The examples in a vocabulary file, run.
//!
//! Every form stands in its file with lines that it must match and lines that it must not. The tests of this crate
//! run those of the built-in files; the owner of another file can run theirs.

use unicode_normalization::UnicodeNormalization;

use crate::vocabulary::Vocabulary;
use crate::{
    Lexicon, LexiconError, classify_label, has_caption_sign, label_of, read_byline, read_dateline, split_credit,
};

/// Runs the examples of a vocabulary file and returns one sentence for each that fails.
///
/// Each example is run as written and in decomposed form.
pub fn failures(source: &str, lexicon: &Lexicon) -> Result<Vec<String>, LexiconError> {
    let file = Vocabulary::read(source)?;
    let mut out = Vec::new();
    let mut check = |form: &str, line: &str, wanted: String, run: &dyn Fn(&str) -> String| {
        let decomposed: String = line.nfd().collect();
        for (how, text) in [("", line), (" (decomposed)", decomposed.as_str())] {
            let got: String = run(text).nfc().collect();
            let wanted: String = wanted.nfc().collect();
            if got != wanted {
                out.push(format!("{form}{how}: {line:?}: wanted {wanted}, got {got}"));
            }
        }
    };
    for (sign, words) in &file.caption {
        let run = |line: &str| has_caption_sign(line, *sign, lexicon).to_string();
        for line in &words.yes {
            check(&format!("caption {sign:?}"), line, "true".to_owned(), &run);
        }
        for line in &words.no {
            check(&format!("caption {sign:?}"), line, "false".to_owned(), &run);
        }
    }
    for form in &file.credit.form {
        let run = |line: &str| {
            let split = split_credit(line, lexicon);
            let printed: Vec<String> = split.credits.iter().map(|c| c.printed.clone()).collect();
            format!("{:?} + {:?}", split.text.nfc().collect::<String>(), printed.join(" ; ").nfc().collect::<String>())
        };
        for [line, text, credit] in &form.yes {
            let wanted = format!("{:?} + {:?}", text.nfc().collect::<String>(), credit.nfc().collect::<String>());
            check(&form.id, line, wanted, &run);
        }
        for line in &form.no {
            check(&form.id, line, format!("{:?} + \"\"", line.nfc().collect::<String>()), &run);
        }
    }
    for form in &file.byline.form {
        let run = |line: &str| {
            read_byline(line, lexicon).map_or_else(String::new, |b| {
                format!("people {} organisations {}", b.people.join("; "), b.organisations.join("; "))
            })
        };
        for example in &form.yes {
            let wanted =
                format!("people {} organisations {}", example.people.join("; "), example.organisations.join("; "));
            check(&form.id, &example.line, wanted, &run);
        }
        for line in &form.no {
            check(&form.id, line, String::new(), &run);
        }
    }
    for form in &file.dateline.form {
        let run = |line: &str| {
            read_dateline(line, lexicon).map_or_else(String::new, |d| {
                let show = |v: Option<&str>| v.unwrap_or("none").to_owned();
                format!("{} | {} | {} | {}", show(d.place), show(d.agency), show(d.date_text), &line[d.end..])
            })
        };
        for e in &form.yes {
            let show = |v: &Option<String>| v.clone().unwrap_or_else(|| "none".to_owned());
            let wanted = format!("{} | {} | {} | {}", show(&e.place), show(&e.agency), show(&e.date), e.rest);
            check(&form.id, &e.line, wanted, &run);
        }
        for line in &form.no {
            check(&form.id, line, String::new(), &run);
        }
    }
    for (kind, words) in &file.boilerplate {
        let run = |line: &str| classify_label(line, lexicon).map_or_else(String::new, |l| format!("{:?}", l.kind));
        for line in words.lines.iter().chain(&words.starts).chain(&words.yes) {
            check("boilerplate", line, format!("{kind:?}"), &run);
        }
        for start in &words.sure {
            check("boilerplate", &format!("{start} Ferries"), format!("{kind:?}"), &run);
        }
        for line in &words.no {
            check(&format!("boilerplate {kind:?}"), line, String::new(), &run);
        }
    }
    for (kind, words) in &file.field {
        let run =
            |line: &str| label_of(line, lexicon).map_or_else(String::new, |f| format!("{:?}={}", f.kind, f.value));
        for label in &words.labels {
            check("field", label, format!("{kind:?}="), &run);
        }
        for [line, value] in &words.yes {
            check(&format!("field {kind:?}"), line, format!("{kind:?}={value}"), &run);
        }
        for line in &words.no {
            check(&format!("field {kind:?}"), line, String::new(), &run);
        }
    }
    Ok(out)
}
