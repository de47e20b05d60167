//! Where a JSON value ends, told from brackets and quotes alone.
//!
//! Values are cut out of a stream before they are read, so that what is wrong inside of one costs that one only. This is
//! more lenient than a parser: a comma too many, or a word that JSON does not have, leaves the end where it is.

/// What some bytes have led to. A place is that of a byte among those that were given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// The value goes on.
    More,
    /// It ends before that byte.
    Done(usize),
    /// It cannot be whole, as that byte shows.
    Broken(usize, Fault),
}

/// Why a value cannot be whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    OpenText,
    Unclosed,
    Crossed,
}

impl Fault {
    pub(crate) fn message(self) -> &'static str {
        match self {
            Self::OpenText => "a text is not closed before its line ends",
            Self::Unclosed => "it is not closed before the next one begins",
            Self::Crossed => "a list is closed with `}` or an object with `]`",
        }
    }
}

/// More levels are counted, but not told apart.
const DEPTH: usize = 1 << 12;

/// An object or list that is being read.
#[derive(Debug, Default)]
pub(crate) struct Shape {
    in_text: bool,
    escaped: bool,
    /// The brackets that are open, the outermost first.
    open: Vec<u8>,
    /// How many more are open.
    deeper: u64,
    /// The last byte outside of texts that is no white space.
    last: u8,
    /// Whether nothing but white space stands before the next byte in its line, and how much.
    blank_so_far: bool,
    column: usize,
    /// A line that begins an object no further in than this begins the next value. `None` where values may run over lines.
    next_at: Option<usize>,
}

impl Shape {
    /// Begins with the opening bracket, which is still to be given. Where every value has been one line so far, a line
    /// that begins an object in this column or before begins another value.
    pub(crate) fn new(next_at: Option<usize>) -> Self {
        Self { next_at, ..Self::default() }
    }

    pub(crate) fn feed(&mut self, bytes: &[u8]) -> Step {
        let mut at = 0;
        while at < bytes.len() {
            if self.in_text {
                match self.text(&bytes[at..]) {
                    Ok(len) => at += len,
                    Err(len) => return Step::Broken(at + len, Fault::OpenText),
                }
                continue;
            }
            let byte = bytes[at];
            match byte {
                b'\n' => (self.blank_so_far, self.column) = (true, 0),
                b' ' | b'\t' | b'\r' => self.column += 1,
                b'{' | b'[' if self.begins_next(byte) => return Step::Broken(at, Fault::Unclosed),
                b'{' | b'[' => self.push(byte),
                b'}' | b']' => {
                    if !self.pop(byte) {
                        return Step::Broken(at, Fault::Crossed);
                    }
                    if self.open.is_empty() {
                        return Step::Done(at + 1);
                    }
                }
                _ => self.in_text = byte == b'"',
            }
            if !byte.is_ascii_whitespace() {
                (self.last, self.blank_so_far) = (byte, false);
            }
            at += 1;
        }
        Step::More
    }

    /// Goes on inside of a text. The error is the place of a line feed, which cannot stand there.
    fn text(&mut self, bytes: &[u8]) -> Result<usize, usize> {
        if self.escaped && bytes[0] != b'\n' {
            self.escaped = false;
            return Ok(1);
        }
        let Some(at) = memchr::memchr3(b'"', b'\\', b'\n', bytes) else { return Ok(bytes.len()) };
        match bytes[at] {
            b'"' => self.in_text = false,
            b'\\' => self.escaped = true,
            _ => return Err(at),
        }
        Ok(at + 1)
    }

    /// Whether an opening bracket at the beginning of a line belongs to another value: none can begin here in this one.
    fn begins_next(&self, byte: u8) -> bool {
        let Some(within) = self.open.last().filter(|_| self.blank_so_far) else { return false };
        let may_open = match within {
            _ if self.deeper > 0 => true,
            b'{' => self.last == b':',
            _ => matches!(self.last, b'[' | b','),
        };
        !may_open || (byte == b'{' && self.next_at.is_some_and(|column| self.column <= column))
    }

    fn push(&mut self, byte: u8) {
        if self.open.len() < DEPTH { self.open.push(byte) } else { self.deeper += 1 }
    }

    /// Closes the innermost bracket; `false` if that is one of the other kind.
    fn pop(&mut self, byte: u8) -> bool {
        if self.deeper > 0 {
            self.deeper -= 1;
            return true;
        }
        self.open.pop().is_some_and(|open| (open == b'{') == (byte == b'}'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(text: &str) -> Step {
        Shape::new(None).feed(text.as_bytes())
    }

    #[test]
    fn a_value_ends_where_its_bracket_is_closed() {
        for (text, expected) in [
            (r#"{"a":1} {"b""#, Step::Done(7)),
            (r#"{"a":"}\"]","b":[{},[]]}x"#, Step::Done(24)),
            ("{\n \"a\": [\n {\n} ,\n{}]\n}", Step::Done(22)),
            (r#"{"a":NaN,,"b" 1,}"#, Step::Done(17)),
            (r#"{"a":[1,2"#, Step::More),
            (r#"{"a":"\"#, Step::More),
            ("{\"a\":\"x\n\"}", Step::Broken(7, Fault::OpenText)),
            ("{\"a\":\"x\\\n\"}", Step::Broken(8, Fault::OpenText)),
            ("{\"a\":1\n{\"b\"", Step::Broken(7, Fault::Unclosed)),
            ("{\"a\":1,\n {\"b\"", Step::Broken(9, Fault::Unclosed)),
            (r#"{"a":[1}"#, Step::Broken(7, Fault::Crossed)),
        ] {
            assert_eq!(step(text), expected, "{text}");
        }
        let deep = "[".repeat(100_000) + &"]".repeat(100_000);
        assert_eq!(step(&deep), Step::Done(200_000));
    }

    #[test]
    fn where_values_are_lines_a_line_may_begin_the_next() {
        let text = b"{\"a\":[1,\n{\"b\":1}";
        assert_eq!(Shape::new(None).feed(text), Step::More);
        assert_eq!(Shape::new(Some(0)).feed(text), Step::Broken(9, Fault::Unclosed));
    }
}
