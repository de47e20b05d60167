//! What holds for every text.

use copydesk_date::{Hints, Precision, Timestamp, find, from_url, is_date_line, label_word, machine};
use proptest::prelude::*;

/// Text made of the pieces of dates, so that it comes near to being one far more often than by chance.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "2020",
        "12",
        "3",
        "31",
        "00",
        "9999",
        "٢٠٢٠",
        "۱۳۹۹",
        "२०२०",
        ".",
        "/",
        "-",
        ":",
        "–",
        ",",
        " ",
        " ",
        " ",
        "\n",
        "(",
        ")",
        "May",
        "mai",
        "nov",
        "年",
        "月",
        "日",
        "월",
        "오전",
        "am",
        "pm",
        "T",
        "Z",
        "+",
        "GMT",
        "Uhr",
        "h",
        "ago",
        "vor",
        "Stunden",
        "yesterday",
        "昨日",
        "Published",
        "©",
        "by",
        "tháng",
        "ม.ค.",
        "بهمن",
        "พ.ศ.",
        "令和",
        "İ",
        "\u{301}",
        "\u{200f}",
        "'",
        "st",
        "x",
    ]);
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

fn check(text: &str) -> Result<(), TestCaseError> {
    let hints = Hints { fetched: "2024-11-10T12:00:00Z".parse().ok(), ..Hints::default() };
    for hints in [hints, Hints::default()] {
        let mut last = 0;
        for found in find(text, &hints) {
            prop_assert!(found.span.start >= last && found.span.end <= text.len() && !found.span.is_empty());
            prop_assert!(text.get(found.span.clone()).is_some(), "a span ends inside of a character");
            last = found.span.end;
            if let Some(labelled) = found.label {
                prop_assert!(text.get(labelled.span).is_some());
            }
        }
    }
    if let Some(value) = machine(text) {
        prop_assert_eq!(value.to_string().parse::<Timestamp>().map(|again| again.to_string()), Ok(value.to_string()));
    }
    let _ = (from_url(text), is_date_line(text), label_word(text));
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn no_text_breaks_the_reader(text in "\\PC{0,80}") {
        check(&text)?;
    }

    #[test]
    fn no_near_date_breaks_the_reader(text in pieces()) {
        check(&text)?;
    }

    #[test]
    fn every_day_is_read_back(year in 1800i16..=2100, month in 1u8..=12, day in 1u8..=31) {
        if let Some(value) = Timestamp::from_day(year, month, day) {
            prop_assert_eq!(value.to_string().parse::<Timestamp>(), Ok(value));
            prop_assert_eq!(value.precision(), Precision::Day);
            let text = format!("on {value} it rained");
            let found = find(&text, &Hints::default());
            prop_assert_eq!(found.first().and_then(copydesk_date::FoundDate::value), Some(value));
        }
    }
}

#[test]
fn long_texts_take_time_in_proportion() {
    // A reader that looked back or ahead without bound would take hours over these.
    for piece in [
        "1:00-",
        "2020-",
        "1.",
        "9 May ",
        "10:00 May 5 ",
        "vor 3 ",
        "20 May 202021 ",
        "by ",
        "((((",
        "May ",
        "12:30 yesterday ",
    ] {
        let text = piece.repeat(200_000 / piece.len());
        let _ = find(&text, &Hints::default());
        let _ = (is_date_line(&text), from_url(&text), machine(&text), label_word(&text));
    }
}

#[test]
fn a_date_far_into_a_long_text_keeps_its_place() {
    let text = format!("{} Published: 5 May 2020, 10:15. {}", "word ".repeat(400), "äöü ".repeat(400));
    let found = find(&text, &Hints::default());
    assert_eq!(found.len(), 1);
    assert_eq!(&text[found[0].span.clone()], "5 May 2020, 10:15");
    assert_eq!(&text[found[0].label.clone().unwrap().span], "Published");
}
