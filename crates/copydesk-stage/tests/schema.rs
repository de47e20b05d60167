//! The schemas in the repository are those of the code. `UPDATE_EXPECT=1` writes them anew.

use std::{fs, path::Path};

use copydesk_stage::{DocumentView, Patch};

#[test]
fn the_schemas_in_the_repository_are_current() {
    for (name, schema) in [("document-view-v1", DocumentView::json_schema()), ("patch-v1", Patch::json_schema())] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema").join(name).with_extension("json");
        let current = serde_json::to_string_pretty(&schema).expect("a schema is JSON") + "\n";
        if std::env::var_os("UPDATE_EXPECT").is_some() {
            fs::create_dir_all(path.parent().expect("it has one")).expect("a folder can be made");
            fs::write(&path, &current).expect("the schema can be written");
        }
        let stored = fs::read_to_string(&path).unwrap_or_default();
        assert!(stored == current, "{} is out of date: run with UPDATE_EXPECT=1", path.display());
    }
}
