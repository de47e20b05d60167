//! Whether one of some signs stands in a text.

/// Signs that are looked for in nearly every line, told by their bytes: most lines have none of them.
#[derive(Debug)]
pub struct OneOf<const N: usize> {
    signs: [char; N],
    /// For each byte whether one of the signs begins with it.
    begins: [bool; 256],
}

impl<const N: usize> OneOf<N> {
    /// To be kept in a constant.
    pub const fn new(signs: [char; N]) -> Self {
        let mut begins = [false; 256];
        let mut at = 0;
        while at < N {
            let mut bytes = [0; 4];
            signs[at].encode_utf8(&mut bytes);
            begins[bytes[0] as usize] = true;
            at += 1;
        }
        Self { signs, begins }
    }

    /// Whether one of them stands in a text.
    pub fn is_in(&self, text: &str) -> bool {
        text.bytes().any(|byte| self.begins[usize::from(byte)]) && text.contains(self.signs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_seen_and_what_begins_alike_is_none() {
        static SIGNS: OneOf<6> = OneOf::new([':', '»', '…', '。', '攝', '\u{1F4F7}']);
        for sign in SIGNS.signs {
            assert!(SIGNS.is_in(&format!("harbour {sign} quay")), "{sign}");
        }
        for text in ["", "harbour", "« – 、 撮 \u{1F4F8}"] {
            assert!(!SIGNS.is_in(text), "{text}");
        }
    }
}
