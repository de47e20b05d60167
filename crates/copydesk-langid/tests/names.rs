//! Names, numbers, addresses and the like are of no language: under 3 % of them may be given one.

use copydesk_langid::Detector;

#[test]
fn names_and_numbers_are_given_no_language() {
    let detector = Detector::embedded();
    let texts: Vec<&str> = include_str!("data/names.txt").lines().filter(|line| !line.starts_with("# ")).collect();
    assert!(texts.len() >= 200, "{} texts", texts.len());
    let named: Vec<_> = texts.iter().filter(|text| !detector.detect(text).lang.is_und()).collect();
    assert!(named.len() * 100 < texts.len() * 3, "{} of {}: {named:?}", named.len(), texts.len());
}
