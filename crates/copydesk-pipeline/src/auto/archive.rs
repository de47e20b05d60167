//! The documents in the files of an archive: ZIP, WACZ, tar.

use std::io;

use copydesk_intake::{
    Bytes, Documents, FileName, Opened, StoredFile, Tar, TarEntry, ZipEntry, bad, read_fault, zip_entries,
};
use copydesk_source_files as files;
use copydesk_stage::SourceItem;

use super::{Options, documents_of, one};

/// Files by which a ZIP is known that is a document and no archive: EPUB, the formats of offices.
const OF_DOCUMENTS: [&str; 4] = ["mimetype", "META-INF/container.xml", "[Content_Types].xml", "META-INF/manifest.xml"];

/// The documents in a ZIP.
pub(super) fn zip(file: Option<&StoredFile>, opened: Opened, options: &Options) -> Documents {
    let name = opened.name.clone();
    let Some(path) = file.and_then(StoredFile::path).map(ToOwned::to_owned) else {
        let message = if file.is_none() {
            "a ZIP inside of an archive is not read: unpack the one around it"
        } else {
            "a ZIP is read from its end, and standard input has none to begin at: save it as a file, or unpack it"
        };
        return one(bad(name.uri, "zip.stream", message));
    };
    let entries = match zip_entries(&path) {
        Ok(entries) => entries,
        Err(error) => return one(unreadable(name, &error)),
    };
    let holds = |known: &str| entries.iter().any(|entry| entry.name == known);
    if OF_DOCUMENTS.iter().any(|known| holds(known)) {
        // Parsing says what it is.
        return one(files::whole(opened, &options.files()));
    }
    if entries.iter().all(ZipEntry::is_folder) {
        return one(SourceItem::Skipped { uri: name.uri, reason: "an archive without files".into() });
    }
    let is_wacz = holds("datapackage.json") && entries.iter().any(|entry| entry.name.starts_with(WACZ_PAGES));
    let options = options.clone();
    Box::new(entries.into_iter().filter(|entry| !entry.is_folder()).flat_map(move |entry| {
        let ZipEntry { name: within, size, .. } = &entry;
        let name = inside(&name, within);
        if is_wacz && !within.starts_with(WACZ_PAGES) {
            let reason = "a part of a WACZ that holds no pages".into();
            return one(SourceItem::Skipped { uri: name.uri, reason });
        }
        match entry.open(&path) {
            Ok(reader) => documents_of(Opened { name, size: *size, reader }, None, &options),
            Err(error) => one(unreadable(name, &error)),
        }
    }))
}

/// Where the web archives of a WACZ are.
const WACZ_PAGES: &str = "archive/";

fn unreadable(name: FileName, error: &io::Error) -> SourceItem {
    let (rule, message) = read_fault(error);
    bad(name.uri, rule, message)
}

/// The documents in a tar.
pub(super) fn tar(name: FileName, stream: Bytes, options: &Options) -> Documents {
    let options = options.clone();
    let mut tar = Some(Tar::new(stream));
    let items = std::iter::from_fn(move || match tar.as_mut()?.next_file() {
        Ok(Some(TarEntry { name: within, size, reader })) => {
            let opened = Opened { name: inside(&name, &within), size, reader: Box::new(reader) };
            Some(documents_of(opened, None, &options))
        }
        Ok(None) => {
            tar = None;
            None
        }
        Err(error) => {
            tar = None;
            Some(one(unreadable(name.clone(), &error)))
        }
    });
    Box::new(items.flatten())
}

/// What a file in an archive is called.
fn inside(archive: &FileName, within: &str) -> FileName {
    FileName { uri: format!("{}/{within}", archive.uri), name: format!("{}/{within}", archive.name) }
}
