//! Precision, zones and comparison, and what a document proves about its own dates.

use std::cmp::Ordering;

use copydesk_date::{Hints, Order, OrderEvidence, Precision, Reading, Timestamp, Zone, find};

fn stamp(text: &str) -> Timestamp {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

#[test]
fn prints_what_is_known_and_no_more() {
    for text in [
        "2024",
        "2024-10",
        "2024-10-25",
        "2024-11-10T11:12:00+09:00",
        "2024-10-25T08:24:49.057Z",
        "2024-10-25T08:24:49",
    ] {
        assert_eq!(stamp(text).to_string(), text);
        assert_eq!(serde_json::to_string(&stamp(text)).unwrap(), format!("\"{text}\""));
        assert_eq!(serde_json::from_str::<Timestamp>(&format!("\"{text}\"")).unwrap(), stamp(text));
    }
    assert!("2024-13".parse::<Timestamp>().is_err());
    assert!("".parse::<Timestamp>().is_err());
}

#[test]
fn a_minute_prints_a_second_but_does_not_claim_it() {
    let value = find("Nov. 10, 2024 - 11:12", &Hints::default())[0].value().unwrap();
    assert_eq!(value.to_string(), "2024-11-10T11:12:00");
    assert_eq!(value.precision(), Precision::Minute);
    assert_eq!(value.zone(), Zone::Unknown);
    assert_eq!(value.cut(Precision::Month).to_string(), "2024-11");
}

#[test]
fn agreement_and_order() {
    assert!(stamp("2024-11-10").agrees(stamp("2024-11-10T11:12:00+09:00")));
    assert!(stamp("2024-11-10T11:12:00+09:00").agrees(stamp("2024-11-10T02:12:00Z")));
    assert!(!stamp("2024-11-10T11:12:00+09:00").agrees(stamp("2024-11-10T11:12:00Z")));
    assert!(stamp("2024-11-10T11:12:00").agrees(stamp("2024-11-10T02:12:00Z")));
    assert!(!stamp("2024-11-10").agrees(stamp("2024-11-11")));
    assert_eq!(stamp("2024-11-10T23:00:00+09:00").compare(stamp("2024-11-10T15:00:00Z")), Ordering::Less);
    assert_eq!(stamp("2024-11").compare(stamp("2024-11-30")), Ordering::Equal);
    assert_eq!(stamp("2024-11-10T11:12:00").instant(), None);
}

#[test]
fn plausible_for_a_page() {
    let fetched = Some(stamp("2024-11-10T12:00:00Z"));
    assert!(stamp("2024-11-11").plausible(fetched));
    assert!(!stamp("2024-11-20").plausible(fetched));
    assert!(!stamp("1888-05-01").plausible(fetched));
    assert!(stamp("2030-05-01").plausible(None));
}

#[test]
fn a_document_proves_its_order() {
    let mut evidence = OrderEvidence::default();
    evidence.observe("Posted 03/04/2020");
    assert_eq!(evidence.order(), None, "an open date proves nothing");
    evidence.observe("Posted 25/04/2020");
    assert_eq!(evidence.order(), Some(Order::DayFirst));
    let hints = Hints { order: evidence.order(), ..Hints::default() };
    assert_eq!(find("Posted 03/04/2020", &hints)[0].value(), Some(stamp("2020-04-03")));
    evidence.observe("Posted 04/25/2020");
    assert_eq!(evidence.order(), None, "dates that contradict each other prove nothing");
}

#[test]
fn a_known_day_decides_an_open_date() {
    let reading = find("03/04/2020", &Hints::default())[0].reading;
    assert!(matches!(reading, Reading::Open { .. }));
    let mut evidence = OrderEvidence::default();
    evidence.observe_known(reading, stamp("2020-03-04T10:00:00Z"));
    assert_eq!(evidence.order(), Some(Order::MonthFirst));
}
