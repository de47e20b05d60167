//! The source on the sample in `pages`.

use copydesk_stage::{Catalog, SourceItem};

#[test]
fn a_file_is_cut_at_its_separators() {
    let catalog = Catalog::default().with(copydesk_source_my_source::register);
    let kind = catalog.find_source("my-source").expect("it is registered");
    let pages = concat!(env!("CARGO_MANIFEST_DIR"), "/pages");
    let source = kind
        .build(&serde_json::json!({ "paths": [pages] }))
        .expect("good options");
    let documents: Vec<String> = source
        .open()
        .expect("the folder is there")
        .map(|item| match item.expect("it can be read") {
            SourceItem::Input(input) => String::from_utf8_lossy(&input.bytes).trim().to_owned(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(documents, ["The first one.", "The second one."]);
}
