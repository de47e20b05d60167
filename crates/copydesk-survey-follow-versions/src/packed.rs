//! What has changed from one version to the next, in few bytes.

use crate::conclude::{Change, Since};

/// Appends it.
pub(crate) fn write(since: &Since, out: &mut Vec<u8>) {
    let Since { previous, change: Change { fields, added, removed, share }, goes } = since;
    out.extend(previous.to_le_bytes());
    out.extend(fields.to_le_bytes());
    out.extend(share.to_le_bytes());
    out.push(u8::from(*goes));
    for list in [added, removed] {
        push(list.len() as u64, out);
        let mut before = 0;
        for number in list {
            // The numbers of blocks grow; if they did not, the difference would wrap around and come back.
            push(u64::from(number.wrapping_sub(before)), out);
            before = *number;
        }
    }
}

/// What stands at the beginning of these bytes.
pub(crate) fn read(mut bytes: &[u8]) -> Option<Since> {
    let previous = u64::from_le_bytes(take(&mut bytes)?);
    let fields = u16::from_le_bytes(take(&mut bytes)?);
    let share = f32::from_le_bytes(take(&mut bytes)?);
    let [goes] = take(&mut bytes)?;
    let mut list = || {
        let mut numbers = Vec::new();
        let mut before = 0_u32;
        for _ in 0..pull(&mut bytes)? {
            before = before.wrapping_add(u32::try_from(pull(&mut bytes)?).ok()?);
            numbers.push(before);
        }
        Some(numbers)
    };
    let (added, removed) = (list()?, list()?);
    Some(Since { previous, change: Change { fields, added, removed, share }, goes: goes == 1 })
}

fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (bytes, behind) = rest.split_first_chunk()?;
    *rest = behind;
    Some(*bytes)
}

/// Seven bits a byte, the least ones first; the eighth says that more follow.
fn push(mut number: u64, out: &mut Vec<u8>) {
    while number > 0x7f {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

fn pull(rest: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let [byte] = take(rest)?;
        number |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        for (added, removed) in
            [(vec![], vec![]), (vec![1, 2, 3, 400, 70_000], vec![0]), (vec![5, 4, u32::MAX, 0], vec![127, 128])]
        {
            let change = Change { fields: 0x7ff, added, removed, share: 0.25 };
            let since = Since { previous: u64::MAX - 1, change, goes: true };
            let mut out = vec![9];
            write(&since, &mut out);
            assert_eq!(read(&out[1..]), Some(since.clone()));
            assert_eq!(read(&out[1..out.len() - 1]), None, "torn");
        }
    }
}
