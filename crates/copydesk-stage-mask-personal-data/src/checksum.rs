//! The checks that tell a number from any other row of digits. Each is named in `data/patterns.toml`, and takes the number as
//! digits and capital letters, without what parts its groups.

/// A check by its name; `None` for a name that is not known.
pub(crate) fn named(name: &str) -> Option<fn(&str) -> bool> {
    Some(match name {
        "luhn" => luhn,
        "iban" => iban,
        "ipv4" => ipv4,
        "ipv6" => ipv6,
        "phone" => |digits| (8..=15).contains(&digits.len()),
        "national-phone" => |digits| (9..=12).contains(&digits.len()),
        "mod-11-10" => mod_11_10,
        "mod-11-2" => mod_11_2,
        "us-ssn" => us_ssn,
        "gb-nino" => gb_nino,
        "fr-nir" => fr_nir,
        "es-dni" => es_dni,
        "it-codice-fiscale" => it_codice_fiscale,
        "nl-bsn" => |number| weighted(number, &[9, 8, 7, 6, 5, 4, 3, 2, -1], 11),
        "pl-pesel" => |number| {
            day(number, [2, 4], &[0, 20, 40, 60, 80], &[0]) && weighted(number, &[1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1], 10)
        },
        "se-personnummer" => |number| {
            number.get(number.len().wrapping_sub(10)..).is_some_and(|n| luhn(n) && day(n, [2, 4], &[0], &[0, 60]))
        },
        "fi-hetu" => fi_hetu,
        "dk-cpr" => |number| day(number, [2, 0], &[0], &[0]),
        "no-fodselsnummer" => no_fodselsnummer,
        "be-nrn" => be_nrn,
        "br-cpf" => br_cpf,
        "kr-rrn" => |number| day(number, [2, 4], &[0], &[0]) && matches!(number.as_bytes().get(6), Some(b'1'..=b'8')),
        "in-aadhaar" => verhoeff,
        "tr-kimlik" => tr_kimlik,
        "za-id" => |number| luhn(number) && day(number, [2, 4], &[0], &[0]),
        "cz-rodne-cislo" => {
            |number| number.parse::<u64>().is_ok_and(|n| n % 11 == 0) && day(number, [2, 4], &[0, 20, 50, 70], &[0])
        }
        "pt-nif" => pt_nif,
        "cl-rut" => cl_rut,
        "ar-cuil" => |number| weighted(number, &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1], 11),
        "sg-nric" => sg_nric,
        "jp-my-number" => jp_my_number,
        "au-tfn" => |number| weighted(number, &[1, 4, 3, 7, 5, 8, 6, 9, 10], 11),
        _ => return None,
    })
}

fn digits(number: &str) -> Option<Vec<i64>> {
    number.chars().map(|c| c.to_digit(10).map(i64::from)).collect()
}

/// Whether the digits, each times its weight, add up to a multiple of the modulus.
fn weighted(number: &str, weights: &[i64], modulus: i64) -> bool {
    digits(number).is_some_and(|digits| {
        digits.len() == weights.len()
            && digits.iter().any(|digit| *digit != 0)
            && digits.iter().zip(weights).map(|(digit, weight)| digit * weight).sum::<i64>() % modulus == 0
    })
}

/// ISO/IEC 7812-1, annex B.
fn luhn(number: &str) -> bool {
    let Some(digits) = digits(number) else { return false };
    let double = |digit: i64| if digit > 4 { 2 * digit - 9 } else { 2 * digit };
    let sum: i64 = digits.iter().rev().enumerate().map(|(at, d)| if at % 2 == 1 { double(*d) } else { *d }).sum();
    sum % 10 == 0 && digits.iter().any(|digit| *digit != 0)
}

/// What a number leaves over, its letters read as 10 to 35.
fn remainder_97(number: impl Iterator<Item = char>) -> Option<u64> {
    number.map(|c| c.to_digit(36).map(u64::from)).try_fold(0, |left, digit| {
        let digit = digit?;
        Some((left * if digit > 9 { 100 } else { 10 } + digit) % 97)
    })
}

/// ISO 13616; how long one is in its country stands in the pattern.
fn iban(number: &str) -> bool {
    (15..=34).contains(&number.len())
        && number.is_char_boundary(4)
        && remainder_97(number[4..].chars().chain(number[..4].chars())) == Some(1)
}

fn ipv4(address: &str) -> bool {
    address
        .parse::<std::net::Ipv4Addr>()
        .is_ok_and(|ip| !ip.is_unspecified() && !ip.is_loopback() && !ip.is_broadcast())
}

/// Shorter ones are more often names of a program's parts.
fn ipv6(address: &str) -> bool {
    address.len() >= 8
        && address.parse::<std::net::Ipv6Addr>().is_ok_and(|ip| !ip.is_unspecified() && !ip.is_loopback())
}

/// ISO/IEC 7064, MOD 11,10: the tax number of Germany, the personal number of Croatia.
fn mod_11_10(number: &str) -> bool {
    let Some((last, head)) = digits(number).and_then(|digits| digits.split_last().map(|(l, h)| (*l, h.to_vec())))
    else {
        return false;
    };
    let product = head.iter().fold(10, |product, digit| {
        let sum = (product + digit) % 10;
        (if sum == 0 { 10 } else { sum }) * 2 % 11
    });
    (11 - product) % 10 == last
}

/// ISO/IEC 7064, MOD 11-2: the number of residents of China.
fn mod_11_2(number: &str) -> bool {
    let value = |c: char| if c == 'X' { Some(10) } else { c.to_digit(10) };
    let sum = number.chars().try_fold(0, |sum, c| value(c).map(|digit| (sum * 2 + digit) % 11));
    number.len() == 18 && sum == Some(1) && number.get(6..14).is_some_and(|date| day(date, [4, 6], &[0], &[0]))
}

/// Whether the two digits at the first place are a month and those at the second a day, each with one of the numbers that the
/// country adds for the century, the sex or the kind of number.
fn day(number: &str, [month, day]: [usize; 2], to_months: &[u32], to_days: &[u32]) -> bool {
    let two = |at: usize| number.get(at..at + 2).and_then(|two| two.parse::<u32>().ok());
    let is_one = |at: usize, added: &[u32], last: u32| {
        two(at).is_some_and(|two| added.iter().any(|more| (more + 1..=more + last).contains(&two)))
    };
    is_one(month, to_months, 12) && is_one(day, to_days, 31)
}

/// No number has these areas, groups and series (Social Security Administration).
fn us_ssn(number: &str) -> bool {
    let part = |from: usize, to: usize| number.get(from..to).unwrap_or("000");
    let area = part(0, 3);
    number.len() == 9
        && area != "000"
        && area != "666"
        && !area.starts_with('9')
        && part(3, 5) != "00"
        && part(5, 9) != "0000"
}

/// National Insurance Manual NIM39110.
fn gb_nino(number: &str) -> bool {
    let head = number.get(..2).unwrap_or_default();
    let allowed = |c: char| c.is_ascii_uppercase() && !"DFIQUV".contains(c);
    head.len() == 2
        && head.chars().all(allowed)
        && !head.ends_with('O')
        && !["BG", "GB", "KN", "NK", "NT", "TN", "ZZ"].contains(&head)
}

fn fr_nir(number: &str) -> bool {
    let number = number.replacen("2A", "19", 1).replacen("2B", "18", 1);
    let (Some(head), Some(key)) = (number.get(..13), number.get(13..)) else { return false };
    let (Ok(head), Ok(key)) = (head.parse::<u64>(), key.parse::<u64>()) else { return false };
    key == 97 - head % 97
}

fn es_dni(number: &str) -> bool {
    let (Some(head), Some(letter)) = (number.get(..8), number.get(8..)) else { return false };
    let head = head.replacen('X', "0", 1).replacen('Y', "1", 1).replacen('Z', "2", 1);
    let table = "TRWAGMYFPDXBNJZSQVHLCKE";
    head.parse::<usize>().is_ok_and(|head| table.get(head % 23..=head % 23) == Some(letter))
}

/// Decree of 23 December 1976: letters and digits at odd places count otherwise than at even ones.
fn it_codice_fiscale(number: &str) -> bool {
    const ODD: [u32; 26] =
        [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];
    let value = |c: char| c.to_digit(36).map(|value| if value > 9 { value - 10 } else { value });
    let Some(values) = number.chars().map(value).collect::<Option<Vec<u32>>>().filter(|v| v.len() == 16) else {
        return false;
    };
    let sum: u32 = values[..15].iter().enumerate().map(|(at, v)| if at % 2 == 0 { ODD[*v as usize] } else { *v }).sum();
    sum % 26 == values[15]
}

fn fi_hetu(number: &str) -> bool {
    let head: String = number.chars().take(number.len().saturating_sub(1)).filter(char::is_ascii_digit).collect();
    let table = "0123456789ABCDEFHJKLMNPRSTUVWXY";
    let place = head.parse::<usize>().map(|head| head % 31);
    head.len() == 9
        && day(&head, [2, 0], &[0], &[0])
        && place.is_ok_and(|place| table.get(place..=place) == number.get(number.len() - 1..))
}

fn no_fodselsnummer(number: &str) -> bool {
    let head = number.get(..10).unwrap_or_default();
    // Not born there: the day and 40. Numbers of health services and of tests: the month and 40, 80.
    day(number, [2, 0], &[0, 40, 80], &[0, 40])
        && weighted(head, &[3, 7, 6, 1, 8, 9, 4, 5, 2, 1], 11)
        && weighted(number, &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1], 11)
}

fn be_nrn(number: &str) -> bool {
    let (Some(head), Some(key)) = (number.get(..9), number.get(9..)) else { return false };
    let (Ok(head), Ok(key)) = (head.parse::<u64>(), key.parse::<u64>()) else { return false };
    key == 97 - head % 97 || key == 97 - (2_000_000_000 + head) % 97
}

/// The last two digits of a number of Brazil; all the same is none.
fn br_cpf(number: &str) -> bool {
    let Some(digits) = digits(number).filter(|digits| digits.len() == 11) else { return false };
    let check = |count: usize| {
        let sum: i64 = digits[..count].iter().rev().zip(2..).map(|(digit, weight)| digit * weight).sum();
        sum * 10 % 11 % 10 == digits[count]
    };
    digits.iter().any(|digit| *digit != digits[0]) && check(9) && check(10)
}

/// J. Verhoeff, Error Detecting Decimal Codes, 1969, in the dihedral group of order 10.
fn verhoeff(number: &str) -> bool {
    const PERMUTED: [i64; 10] = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];
    let Some(digits) = digits(number) else { return false };
    let times = |a: i64, b: i64| match (a < 5, b < 5) {
        (true, true) => (a + b) % 5,
        (true, false) => 5 + (a + b) % 5,
        (false, true) => 5 + (a - b).rem_euclid(5),
        (false, false) => (a - b).rem_euclid(5),
    };
    let sum = digits.iter().rev().enumerate().fold(0, |sum, (at, digit)| {
        let digit = (0..at % 8).fold(*digit, |digit, _| PERMUTED[digit as usize]);
        times(sum, digit)
    });
    sum == 0 && digits.iter().any(|digit| *digit != digits[0])
}

fn tr_kimlik(number: &str) -> bool {
    let Some(d) = digits(number).filter(|digits| digits.len() == 11 && digits[0] != 0) else { return false };
    let (odd, even) = (d[0] + d[2] + d[4] + d[6] + d[8], d[1] + d[3] + d[5] + d[7]);
    (odd * 7 - even).rem_euclid(10) == d[9] && d[..10].iter().sum::<i64>() % 10 == d[10]
}

fn pt_nif(number: &str) -> bool {
    let Some(d) = digits(number).filter(|digits| digits.len() == 9) else { return false };
    let sum: i64 = d[..8].iter().zip([9, 8, 7, 6, 5, 4, 3, 2]).map(|(digit, weight)| digit * weight).sum();
    let check = 11 - sum % 11;
    d[8] == if check > 9 { 0 } else { check }
}

fn cl_rut(number: &str) -> bool {
    let Some((head, key)) = number.split_at_checked(number.len().saturating_sub(1)) else { return false };
    let Some(head) = digits(head).filter(|digits| !digits.is_empty()) else { return false };
    let sum: i64 = head.iter().rev().zip([2, 3, 4, 5, 6, 7].into_iter().cycle()).map(|(d, w)| d * w).sum();
    match 11 - sum % 11 {
        11 => key == "0",
        10 => key == "K",
        check => key == check.to_string(),
    }
}

fn sg_nric(number: &str) -> bool {
    let (Some(head), Some(middle), Some(key)) = (number.get(..1), number.get(1..8), number.get(8..)) else {
        return false;
    };
    let Some(digits) = digits(middle) else { return false };
    let sum: i64 = digits.iter().zip([2, 7, 6, 5, 4, 3, 2]).map(|(digit, weight)| digit * weight).sum();
    let (table, shift) = match head {
        "S" => ("JZIHGFEDCBA", 0),
        "T" => ("JZIHGFEDCBA", 4),
        "F" => ("XWUTRQPNMLK", 0),
        "M" => ("XWUTRQPNJLK", 3),
        _ => ("XWUTRQPNMLK", 4),
    };
    let place = ((sum + shift) % 11) as usize;
    table.get(place..=place) == Some(key)
}

fn jp_my_number(number: &str) -> bool {
    let Some(d) = digits(number).filter(|digits| digits.len() == 12) else { return false };
    let sum: i64 = d[..11].iter().rev().zip([2, 3, 4, 5, 6, 7, 2, 3, 4, 5, 6]).map(|(d, w)| d * w).sum();
    let left = sum % 11;
    d[11] == if left <= 1 { 0 } else { 11 - left }
}
