//! Keys, checksums, and lines that carry their own.

use std::{fmt, io};

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use xxhash_rust::xxh3::{Xxh3, xxh3_64, xxh3_128};

/// What a shard's results depend on: its documents, the stages and exports with their options and versions.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Key(pub(crate) u128);

/// A checksum of something stored. It finds damage, not forgery.
pub(crate) type Sum = Key;

/// The checksum of some bytes.
pub(crate) fn sum(bytes: &[u8]) -> Sum {
    Key(xxh3_128(bytes))
}

/// A checksum of bytes that come one after the other.
#[derive(Clone, Default)]
pub(crate) struct Summer(Xxh3);

impl Summer {
    pub(crate) fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    pub(crate) fn finish(&self) -> Sum {
        Key(self.0.digest128())
    }
}

impl fmt::Debug for Summer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.finish().fmt(f)
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Key {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        u128::from_str_radix(&text, 16).map(Self).map_err(serde::de::Error::custom)
    }
}

/// A line of JSON with a checksum before it.
pub(crate) fn checked_line(what: &impl Serialize) -> io::Result<String> {
    let json = serde_json::to_string(what)?;
    Ok(format!("{:016x} {json}\n", xxh3_64(json.as_bytes())))
}

/// What such a line says; `None` unless all of it is there, as it was written.
pub(crate) fn read_checked_line<T: DeserializeOwned>(line: &[u8]) -> Option<T> {
    let line = line.strip_suffix(b"\n")?;
    let (check, json) = line.split_at_checked(17)?;
    (check == format!("{:016x} ", xxh3_64(json)).as_bytes()).then_some(())?;
    serde_json::from_slice(json).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_read_back() {
        let key = sum(b"x");
        let text = serde_json::to_string(&key).expect("it is a string");
        assert_eq!((text.len(), serde_json::from_str::<Key>(&text).expect("it reads")), (34, key));
    }

    #[test]
    fn a_line_counts_as_a_whole_or_not_at_all() {
        let good = checked_line(&("a", 1)).expect("it is a line").into_bytes();
        assert_eq!(read_checked_line::<(String, u8)>(&good), Some(("a".into(), 1)));
        for at in 0..good.len() {
            let mut bad = good.clone();
            bad[at] ^= 1;
            assert_eq!(read_checked_line::<(String, u8)>(&bad), None, "changed at {at}");
            assert_eq!(read_checked_line::<(String, u8)>(&good[..at]), None, "cut at {at}");
        }
    }
}
