//! What results depend on besides options and input: code, data, models and libraries.

use std::{
    any::TypeId,
    fmt,
    hash::{DefaultHasher, Hash, Hasher},
};

/// Stands for everything in a program that the results of a stage or an export depend on. Equal fingerprints, options and
/// documents give equal results, so that finished work is used again; nobody raises a number by hand.
///
/// It has two halves:
///
/// - the **sources**: the digest of a crate's own code, data and models and of the house crates below it, which the macro
///   `copydesk_fingerprint::fingerprint!()` computes while the crate is compiled. Who does not give it is *foreign*: all
///   that is known is that a result depends on the program as a whole, so that every new build does its work again;
/// - the **libraries**, which no crate can look up about itself. Cargo tells the compiler apart what it builds by version,
///   features, and the same of every dependency, and the compiler numbers the types of a crate by that. So the number of
///   any type of a crate changes with the libraries below. Nothing but equality is read into it, and a test builds two
///   versions of a library to hold the compiler to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fingerprint {
    sources: Option<u128>,
    libraries: u64,
}

impl Fingerprint {
    /// Of a crate, by any of its types and the constant `FINGERPRINT` of the same crate.
    pub fn of<T: 'static>(sources: Option<u128>) -> Self {
        let mut hasher = DefaultHasher::new();
        TypeId::of::<T>().hash(&mut hasher);
        Self { sources, libraries: hasher.finish() }
    }

    /// Whether its sources are not known, so that results depend on the program as a whole.
    pub fn is_foreign(self) -> bool {
        self.sources.is_none()
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.sources {
            Some(sources) => write!(f, "{sources:032x}-{:016x}", self.libraries),
            None => write!(f, "foreign-{:016x}", self.libraries),
        }
    }
}

impl serde::Serialize for Fingerprint {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
