//! Years and days of other calendars, as the Gregorian calendar has them.

/// Converts a day of the Persian solar year. `None` if that year has no such day.
///
/// The arithmetic rule of 33-year cycles, which agrees with the observed calendar for the years 1178 to 1633.
pub(crate) fn solar_to_gregorian(year: i32, month: u8, day: u8) -> Option<(i16, u8, u8)> {
    let leap = |year: i32| (25 * year + 11).rem_euclid(33) < 8;
    let length = match month {
        1..=6 => 31,
        7..=11 => 30,
        12 if leap(year) => 30,
        12 => 29,
        _ => return None,
    };
    if !(1178..=1600).contains(&year) || day == 0 || day > length {
        return None;
    }
    // Days since the first day of the year 1300, which was 21 March 1921.
    let leaps = |until: i32| (until * 8 + 21).div_euclid(33);
    let years = year - 1300;
    let before = years * 365 + leaps(year) - leaps(1300);
    let (month, day) = (i32::from(month), i32::from(day));
    let in_year = if month <= 7 { (month - 1) * 31 } else { 186 + (month - 7) * 30 } + day - 1;
    let start = jiff::civil::date(1921, 3, 21);
    let date = start.checked_add(jiff::Span::new().days(i64::from(before + in_year))).ok()?;
    Some((date.year(), u8::try_from(date.month()).ok()?, u8::try_from(date.day()).ok()?))
}

/// Whether a number can be a year of the Persian solar calendar in the life of the printing press there.
pub(crate) fn is_solar_year(year: u32) -> bool {
    (1300..=1450).contains(&year)
}

/// The Gregorian year of a year of the Buddhist era.
pub(crate) fn buddhist_year(year: u32) -> Option<i16> {
    if (2400..=2643).contains(&year) { i16::try_from(year - 543).ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn persian_days() {
        for (solar, gregorian) in [
            ((1300, 1, 1), (1921, 3, 21)),
            ((1357, 11, 22), (1979, 2, 11)),
            ((1398, 11, 29), (2020, 2, 18)),
            ((1399, 4, 2), (2020, 6, 22)),
            ((1399, 12, 30), (2021, 3, 20)),
            ((1400, 1, 1), (2021, 3, 21)),
            ((1403, 1, 1), (2024, 3, 20)),
            ((1403, 12, 30), (2025, 3, 20)),
            ((1404, 1, 1), (2025, 3, 21)),
        ] {
            assert_eq!(solar_to_gregorian(solar.0, solar.1, solar.2), Some(gregorian), "{solar:?}");
        }
    }

    #[test]
    fn days_that_no_persian_year_has() {
        assert_eq!(solar_to_gregorian(1400, 12, 30), None);
        assert_eq!(solar_to_gregorian(1400, 7, 31), None);
        assert_eq!(solar_to_gregorian(1400, 13, 1), None);
    }
}
