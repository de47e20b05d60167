//! Languages that are at home in another script, in Latin letters: Hindi as people type it, Russian as passports have it.
//!
//! The model knows none of them, and takes each for the language with Latin letters that is least unlike it. So a text that
//! is not quite like the language it is taken for is held against the most frequent pieces of three letters of those in
//! `data/romanised.tsv`.

use std::sync::LazyLock;

use crate::familiar::{self, Piece};
use crate::lang::Lang;

/// A text with fewer pieces says too little.
const FEWEST: usize = 60;
/// So many pieces are looked at.
const MOST: usize = 160;
/// A text that has so much of the usual pieces of its language is not looked at.
const LIKE: f32 = 0.95;
/// A text must have so much of the usual pieces of a language in Latin letters.
const LEAST_LIKE: f32 = 0.7;
/// So much where nothing is known of the language that the text is taken for.
const LEAST_LIKE_ALONE: f32 = 0.9;
/// What counts for a piece that is not among the most frequent: less than once in 10,000.
const RARE: f32 = 0.6;
/// The mean of the logarithms must be so much.
const LEAST_FREQUENT: f32 = 0.9;
/// How much more like it the text must be where the model is all but sure: nothing from here on, so much at the end.
const SURE_FROM: f32 = 0.9;
const SURELY_MORE: f32 = 0.15;
/// What the guess is worth.
pub(crate) const CONFIDENCE: f32 = 0.93;

/// Letters and the blank.
const SIGNS: usize = 27;

/// What is known of all the languages together.
struct Known {
    langs: Vec<Lang>,
    /// The usual share of known pieces in a sentence of each.
    shares: Vec<f32>,
    /// For each piece, one more than its row below.
    rows: Vec<u16>,
    /// The logarithm of how often the piece stands among 10,000 of each language; NaN where it is not among its pieces.
    logs: Vec<f32>,
}

static KNOWN: LazyLock<Known> = LazyLock::new(|| {
    let lines: Vec<&str> =
        include_str!("../data/romanised.tsv").lines().filter(|line| !line.starts_with('#')).collect();
    let mut known =
        Known { langs: Vec::new(), shares: Vec::new(), rows: vec![0; SIGNS * SIGNS * SIGNS], logs: Vec::new() };
    for (at, line) in lines.iter().enumerate() {
        let mut columns = line.split('\t');
        let mut next = || columns.next().unwrap_or_default();
        let (tag, share, pieces) = (next(), next(), next());
        let (Some(lang), Ok(share)) = (Lang::from_tag(tag), share.parse()) else { continue };
        known.langs.push(lang);
        known.shares.push(share);
        for (piece, count) in pieces.split(' ').filter_map(|entry| entry.split_at_checked(3)) {
            let mut letters = piece.chars().map(|c| if c == '_' { ' ' } else { c });
            let piece = std::array::from_fn(|_| letters.next().unwrap_or(' '));
            let (Some(place), Ok(count)) = (place(piece), count.parse::<f32>()) else { continue };
            if known.rows[place] == 0 {
                known.logs.extend(std::iter::repeat_n(f32::NAN, lines.len()));
                known.rows[place] = (known.logs.len() / lines.len()) as u16;
            }
            known.logs[(usize::from(known.rows[place]) - 1) * lines.len() + at] = count.max(1.0).ln();
        }
    }
    known
});

/// The number of a piece of the letters a to z and blanks.
fn place(piece: Piece) -> Option<usize> {
    piece.into_iter().try_fold(0, |number, c| {
        let sign = match c {
            ' ' => 0,
            'a'..='z' => c as usize - 'a' as usize + 1,
            _ => return None,
        };
        Some(number * SIGNS + sign)
    })
}

/// The language that a text in Latin letters is in after all, if it is less like the one that it is taken for: how like that,
/// if anything is known of it, and how sure the model is of it.
pub(crate) fn instead_of(text: &str, likeness: Option<f32>, confidence: f32) -> Option<Lang> {
    if likeness.is_some_and(|likeness| likeness >= LIKE) {
        return None;
    }
    let known = &*KNOWN;
    let width = known.langs.len();
    let (mut all, mut found, mut logs) = (0usize, vec![0u32; width], vec![0.0f32; width]);
    for piece in familiar::pieces(text).take(MOST) {
        all += 1;
        let row = place(piece).map_or(0, |place| usize::from(known.rows[place]));
        let Some(row) = row.checked_sub(1) else { continue };
        for (at, log) in known.logs[row * width..][..width].iter().enumerate().filter(|(_, log)| !log.is_nan()) {
            found[at] += 1;
            logs[at] += log - RARE.ln();
        }
    }
    if all < FEWEST {
        return None;
    }
    let best = (0..width).max_by(|a, b| logs[*a].total_cmp(&logs[*b]))?;
    let like = found[best] as f32 / all as f32 / known.shares[best];
    let certainty = (confidence - SURE_FROM).max(0.0) / (1.0 - SURE_FROM);
    let least = likeness.map_or(LEAST_LIKE_ALONE, |other| LEAST_LIKE.max(other + certainty * SURELY_MORE));
    let frequent = logs[best] / all as f32 + RARE.ln();
    (like >= least && frequent >= LEAST_FREQUENT).then(|| known.langs[best])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Detector;

    #[test]
    fn every_line_of_the_file_is_of_a_language_and_its_pieces_are_read() {
        let lines = include_str!("../data/romanised.tsv").lines().filter(|line| !line.starts_with('#'));
        assert_eq!(lines.clone().count(), KNOWN.langs.len());
        for line in lines {
            let (tag, rest) = line.split_once('\t').expect("columns");
            assert_eq!(Lang::from_tag(tag).map(Lang::tag), Some(tag));
            assert!(rest.split(' ').count() > 300, "{tag}");
        }
    }

    #[test]
    fn languages_of_other_scripts_are_known_in_latin_letters() {
        for (tag, text) in [
            (
                "hi-Latn",
                "kal subah hum log bazar gaye the lekin wahan bahut bheed thi, isliye hum jaldi ghar wapas aa gaye",
            ),
            (
                "ru-Latn",
                "Vchera vecherom v gorode proshel silnyy dozhd, i mnogie zhiteli ne smogli vernutsya domoy s raboty",
            ),
            (
                "el-Latn",
                "Kalimera se olous, simera tha sas miliso gia ena thema pou me apasxolei poly kairo kai den exo brei lisi",
            ),
            (
                "zh-Latn",
                "Jintian tianqi hen hao, women yiqi qu gongyuan sanbu, ranhou huijia chifan, wanshang kan dianying ba",
            ),
            (
                "ja-Latn",
                "Kinou tomodachi to issho ni eiga wo mimashita. Totemo omoshirokatta desu kara, mata mitai to omoimasu",
            ),
            (
                "ta-Latn",
                "naan nethu kadaikku ponen aana onnum vaanga mudiyala ellam romba vilai adhigama irukku endru sonnar",
            ),
            (
                "fa-Latn",
                "salam doostan, man emrooz mikham dar morede yek mozooe kheili mohem ba shoma sohbat konam ke bayad bedanid",
            ),
        ] {
            assert_eq!(Detector::embedded().detect(text).lang.tag(), tag, "{text}");
        }
    }

    #[test]
    fn languages_with_latin_letters_stay_what_they_are() {
        for (tag, text) in [
            (
                "id",
                "Karena cuaca buruk kapal tidak bisa berangkat, sehingga para penumpang harus menunggu sampai besok pagi",
            ),
            (
                "sw",
                "Kivuko cha usiku kitaendelea kufanya kazi wakati wote wa majira ya baridi, ilisema bodi ya bandari",
            ),
            ("fi", "Yölautta jatkaa kulkuaan läpi talven, satamalautakunta kertoi tiistaina pitkän kokouksen jälkeen"),
            (
                "pl",
                "Nocny prom bedzie kursowal przez cala zime, poinformowal we wtorek zarzad portu po dlugim posiedzeniu",
            ),
        ] {
            assert_eq!(Detector::embedded().detect(text).lang.tag(), tag, "{text}");
        }
        let hindi = Lang::from_tag("hi-Latn").expect("it is known");
        assert_eq!(hindi.base(), "hi");
        assert_eq!(instead_of("Too short", None, 0.0), None);
    }
}
