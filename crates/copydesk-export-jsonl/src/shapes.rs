//! Which types a line shows.

use std::{fmt, hash::Hasher};

use rustc_hash::{FxHashSet, FxHasher};
use serde::{
    Deserializer,
    de::{DeserializeSeed, MapAccess, SeqAccess, Visitor},
};

/// A number for each field of a record that has a value, and the type of it. JSON gives `null` and an empty list no type, so
/// these have none.
pub(crate) fn shapes(line: &[u8]) -> Vec<u32> {
    let mut found = FxHashSet::default();
    let mut reader = serde_json::Deserializer::from_slice(line);
    // A line that cannot be read shows nothing; it was written just now.
    if (Walk { path: 0, found: &mut found }).deserialize(&mut reader).is_err() {
        return Vec::new();
    }
    let mut shapes: Vec<u32> = found.into_iter().collect();
    shapes.sort_unstable();
    shapes
}

/// Goes through a value that stands at the path of that hash.
struct Walk<'f> {
    path: u64,
    found: &'f mut FxHashSet<u32>,
}

impl Walk<'_> {
    fn found(&mut self, what: &str) {
        self.found.insert(step(self.path, what) as u32);
    }
}

fn step(path: u64, name: &str) -> u64 {
    let mut hasher = FxHasher::default();
    hasher.write_u64(path);
    hasher.write(name.as_bytes());
    hasher.finish()
}

/// Some readers take what looks like a time for a time, unless they have seen other texts in that place.
fn is_time(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() >= 10 && bytes[4] == b'-' && bytes[7] == b'-' && bytes[..4].iter().all(u8::is_ascii_digit)
}

impl<'de> DeserializeSeed<'de> for Walk<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Walk<'_> {
    type Value = ();

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("any JSON")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(mut self, _: bool) -> Result<(), E> {
        self.found("bool");
        Ok(())
    }

    fn visit_i64<E>(mut self, _: i64) -> Result<(), E> {
        self.found("integer");
        Ok(())
    }

    fn visit_u64<E>(mut self, _: u64) -> Result<(), E> {
        self.found("integer");
        Ok(())
    }

    fn visit_f64<E>(mut self, _: f64) -> Result<(), E> {
        self.found("number");
        Ok(())
    }

    fn visit_str<E>(mut self, text: &str) -> Result<(), E> {
        self.found(if is_time(text) { "time" } else { "text" });
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let path = step(self.path, "[");
        while items.next_element_seed(Walk { path, found: &mut *self.found })?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut fields: A) -> Result<(), A::Error> {
        self.found("object");
        while let Some(path) = fields.next_key_seed(Key(self.path))? {
            fields.next_value_seed(Walk { path, found: &mut *self.found })?;
        }
        Ok(())
    }
}

/// The path of a field, by its name.
struct Key(u64);

impl<'de> DeserializeSeed<'de> for Key {
    type Value = u64;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<u64, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Key {
    type Value = u64;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a name")
    }

    fn visit_str<E>(self, name: &str) -> Result<u64, E> {
        Ok(step(self.0, name))
    }
}

#[cfg(test)]
mod tests {
    use super::shapes;

    #[test]
    fn a_value_shows_its_type_and_its_absence_nothing() {
        let new = |line: &str, to: &str| {
            let known = shapes(to.as_bytes());
            shapes(line.as_bytes()).iter().filter(|shape| !known.contains(shape)).count()
        };
        for (line, to, count) in [
            (r#"{"a":null,"b":[]}"#, r#"{"a":"x"}"#, 0),
            (r#"{"a":"x"}"#, r#"{"a":null}"#, 1),
            (r#"{"a":"y"}"#, r#"{"a":"x","b":[]}"#, 0),
            (r#"{"a":1}"#, r#"{"a":"x"}"#, 1),
            (r#"{"a":1.5}"#, r#"{"a":1}"#, 1),
            (r#"{"a":["x"]}"#, r#"{"a":[]}"#, 1),
            (r#"{"a":[{"x":null},{"x":"y"}]}"#, r#"{"a":[{"x":null}]}"#, 1),
            (r#"{"a":[{"x":"y"}]}"#, r#"{"a":[]}"#, 2),
            (r#"{"a":{"x":"y"}}"#, r#"{"x":"y"}"#, 2),
            (r#"{"a":"2024"}"#, r#"{"a":"2024-10-25"}"#, 1),
            (r#"{"a":"2024-10-25T08:00:00Z"}"#, r#"{"a":"2024-10-25"}"#, 0),
        ] {
            assert_eq!(new(line, to), count, "{line} behind {to}");
        }
        assert!(shapes(b"{").is_empty());
    }
}
