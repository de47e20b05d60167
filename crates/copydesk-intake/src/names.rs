//! What the records of one container are called, wherever they stand in it.

use std::collections::HashMap;

use xxhash_rust::xxh3::xxh3_64;

/// So many records of a container are known again. Beyond that the place of a record is a part of its name: memory must
/// not grow with the size of a file.
const MOST: usize = 2 << 20;

/// Names that depend on what a record is, and not on what stands before it: the file, what the record calls itself, and,
/// for those that are equal to the last byte, which of them it is.
#[derive(Debug)]
pub struct Names {
    file: String,
    seen: HashMap<u64, u32>,
}

impl Names {
    /// Names of the records of a file.
    pub fn new(file: impl Into<String>) -> Self {
        Self { file: file.into(), seen: HashMap::new() }
    }

    /// The name of the next record: `own` is what it calls itself, `place` tells it from all others.
    pub fn next(&mut self, own: &str, bytes: &[u8], place: &str) -> String {
        let name = format!("{}#{own}", self.file);
        let key = xxh3_64(bytes) ^ xxh3_64(own.as_bytes()).rotate_left(1);
        if let Some(count) = self.seen.get_mut(&key) {
            *count += 1;
            format!("{name}#{count}")
        } else if self.seen.len() < MOST {
            self.seen.insert(key, 1);
            name
        } else {
            format!("{name}#{place}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_does_not_depend_on_what_stands_before() {
        let names = |records: &[(&str, &str)]| {
            let mut names = Names::new("a.jsonl");
            records.iter().map(|(own, text)| names.next(own, text.as_bytes(), "line-1")).collect::<Vec<_>>()
        };
        assert_eq!(names(&[("7", "x"), ("", "y"), ("", "z")]), ["a.jsonl#7", "a.jsonl#", "a.jsonl#"]);
        assert_eq!(names(&[("0", "new"), ("7", "x")])[1], "a.jsonl#7");
        assert_eq!(
            names(&[("", "x"), ("", "x"), ("1", "x"), ("", "x")]),
            ["a.jsonl#", "a.jsonl##2", "a.jsonl#1", "a.jsonl##3"]
        );
    }
}
