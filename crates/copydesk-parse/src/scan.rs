//! Passes over all bytes of a document, in blocks without a branch inside, which compilers turn into vector
//! instructions: a pass byte by byte costs as much as cutting the page into tags.

/// How many bytes fit.
pub(crate) fn count(bytes: &[u8], fits: impl Fn(u8) -> bool) -> usize {
    // As many as one byte can count.
    bytes.chunks(255).map(|block| usize::from(block.iter().map(|byte| u8::from(fits(*byte))).sum::<u8>())).sum()
}

/// Where the first byte stands that fits.
pub(crate) fn position(bytes: &[u8], fits: impl Fn(u8) -> bool) -> Option<usize> {
    const BLOCK: usize = 64;
    let (blocks, _) = bytes.as_chunks::<BLOCK>();
    let plain = blocks.iter().take_while(|block| !block.iter().fold(false, |any, byte| any | fits(*byte))).count();
    let from = plain * BLOCK;
    bytes[from..].iter().position(|byte| fits(*byte)).map(|at| from + at)
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn blocks_give_what_single_bytes_give(bytes in proptest::collection::vec(0_u8..4, 0..700), wanted in 0_u8..5) {
            let fits = |byte: u8| byte == wanted;
            proptest::prop_assert_eq!(count(&bytes, fits), bytes.iter().filter(|byte| fits(**byte)).count());
            for from in [0, bytes.len() / 3] {
                let rest = &bytes[from..];
                proptest::prop_assert_eq!(position(rest, fits), rest.iter().position(|byte| *byte == wanted));
            }
            let rare = bytes.iter().map(|byte| u8::from(*byte == 3) * (byte ^ 1)).collect::<Vec<_>>();
            proptest::prop_assert_eq!(position(&rare, |byte| byte > 1), rare.iter().position(|byte| *byte > 1));
        }
    }
}
