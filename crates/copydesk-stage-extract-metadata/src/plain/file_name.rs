//! The day in the name of a Markdown file: `_posts/2016-05-17-harbour.md`.

use copydesk_date::{Timestamp, machine};
use copydesk_document::{Document, Origin};

use crate::Gathered;

/// Blogs keep the day of a post in the name of its file or of its folder, and often nowhere else.
pub(super) fn read(doc: &Document, gathered: &mut Gathered) {
    if doc.source.media_type != "text/markdown" {
        return;
    }
    // A tool that prints files has put the path before the text.
    let printed = doc.content().lines().next().and_then(|line| line.strip_prefix("==> ")?.strip_suffix(" <=="));
    if let Some(day) = day_of(printed.unwrap_or(&doc.source.uri)).filter(|day| day.plausible(doc.source.fetched)) {
        gathered.published.add(day, Origin::Url, "file name", None, 0.5);
    }
}

/// The day that a file's name begins with, or that of its folder, where the file is only its index.
fn day_of(path: &str) -> Option<Timestamp> {
    let mut parts = path.rsplit(['/', '\\']);
    let file = parts.next()?;
    let stem = file.split('.').next().unwrap_or(file).to_ascii_lowercase();
    let name = if matches!(stem.as_str(), "index" | "_index" | "readme") { parts.next()? } else { file };
    let day = name.get(..10).filter(|_| name[10..].starts_with(['-', '_', '.', ' ']) || name.len() == 10)?;
    let shaped = day.bytes().enumerate().all(|(at, b)| if at == 4 || at == 7 { b == b'-' } else { b.is_ascii_digit() });
    machine(day).filter(|_| shaped)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_posts_have_their_day() {
        let day = |path: &str| day_of(path).map(|day| day.to_string());
        assert_eq!(day("_posts/2016-05-17-harbour.md").as_deref(), Some("2016-05-17"));
        assert_eq!(day("content/2016-05-17-harbour/index.en.md").as_deref(), Some("2016-05-17"));
        assert_eq!(day("notes/2016-05-17.md").as_deref(), Some("2016-05-17"));
        assert_eq!(day("notes/harbour-2016-05-17.md"), None);
        assert_eq!(day("notes/2016-13-17-harbour.md"), None);
        assert_eq!(day("notes/20160517123-harbour.md"), None);
        assert_eq!(day("2016-05-17-harbour.md/readme.txt.md").as_deref(), Some("2016-05-17"));
        assert_eq!(day(""), None);
    }
}
