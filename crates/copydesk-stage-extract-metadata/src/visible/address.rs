//! The date in the address of a page.

use copydesk_date::from_url;
use copydesk_document::{Document, Origin};

use crate::Gathered;

/// An archive's address holds that of the page, and before it the day of the archiving.
fn inner(url: &str) -> &str {
    url.get(8..).and_then(|rest| rest.find("/http").map(|at| &url[8 + at + 1..])).unwrap_or(url)
}

/// The date in the address: that of the fetch, or the one that the page says is its own.
pub(super) fn address(doc: &Document, gathered: &mut Gathered) {
    let own =
        doc.source.url.iter().chain(gathered.url.entries.iter().map(|e| &e.value)).find_map(|url| from_url(inner(url)));
    if let Some(date) = own.filter(|date| date.plausible(doc.source.fetched)) {
        gathered.published.add(date, Origin::Url, "address", None, 0.55);
    }
}
