//! The benchmark folders: pages, and what people marked in them.

use std::{
    io::{BufRead, BufReader, Read},
    path::Path,
};

use anyhow::{Context, Result};
use serde::Deserialize;

/// One line of a gold file.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct Gold {
    pub id: String,
    #[serde(default, deserialize_with = "or_default")]
    pub page_type: String,
    #[serde(default, deserialize_with = "or_default")]
    pub domain: String,
    #[serde(default, deserialize_with = "or_default")]
    pub url: String,
    /// The corpus, where a folder holds more than one.
    #[serde(default, deserialize_with = "or_default")]
    pub corpus: String,
    #[serde(default, deserialize_with = "or_default")]
    pub language: String,
    /// Whether headline, byline and date count as main text here.
    #[serde(default)]
    pub counts_headline: bool,
    #[serde(default, deserialize_with = "or_default")]
    pub title: String,
    #[serde(default, deserialize_with = "or_default")]
    pub text: String,
    #[serde(default, deserialize_with = "or_default")]
    pub paragraphs: Vec<String>,
    #[serde(default, deserialize_with = "or_default")]
    pub captions: Vec<Caption>,
    #[serde(default, deserialize_with = "or_default")]
    pub must_have: Vec<String>,
    #[serde(default, deserialize_with = "or_default")]
    pub must_not_have: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Caption {
    #[serde(default)]
    pub text: Option<String>,
}

impl Gold {
    /// What pages are kept apart by: the domain, or its part before the country in an address.
    pub(crate) fn site(&self) -> &str {
        if !self.domain.is_empty() {
            return &self.domain;
        }
        let host = self.url.split_once("://").map_or(self.url.as_str(), |(_, rest)| rest);
        let host = host.split('/').next().unwrap_or_default();
        if host.is_empty() {
            return &self.id;
        }
        copydesk_text::without_www(host)
    }
}

/// `null` means the same as a missing field.
fn or_default<'de, D: serde::Deserializer<'de>, T: Deserialize<'de> + Default>(from: D) -> Result<T, D::Error> {
    Ok(Option::deserialize(from)?.unwrap_or_default())
}

/// Reads `gold.jsonl.gz` of a folder.
pub(crate) fn read_gold(folder: &Path) -> Result<Vec<Gold>> {
    let path = folder.join("gold.jsonl.gz");
    let file = std::fs::File::open(&path).with_context(|| format!("cannot open {}", path.display()))?;
    let mut all = Vec::new();
    for line in BufReader::new(flate2::read::MultiGzDecoder::new(file)).lines() {
        all.push(serde_json::from_str(&line?).with_context(|| format!("{}", path.display()))?);
    }
    Ok(all)
}

/// Reads one file, opened if it is compressed.
pub(crate) fn read_page(path: &Path) -> Result<Vec<u8>> {
    let file = std::fs::File::open(path).with_context(|| format!("cannot open {}", path.display()))?;
    let mut bytes = Vec::new();
    flate2::read::MultiGzDecoder::new(file).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The words of a text as the benchmark's scorer counts them.
pub(crate) fn words(text: &str) -> impl Iterator<Item = String> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|w| !w.is_empty()).map(str::to_lowercase)
}

/// The same with every character of a script without spaces by itself, so that runs of them can be found.
pub(crate) fn pieces(text: &str) -> impl Iterator<Item = String> {
    words(text).flat_map(|word| {
        if word.contains(copydesk_text::is_unspaced) { word.chars().map(String::from).collect() } else { vec![word] }
    })
}
