//! The schema in the repository is the schema of the code. `UPDATE_EXPECT=1` writes it anew.

use std::{fs, path::Path};

#[test]
fn the_schema_in_the_repository_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema/record-v1.json");
    let current = serde_json::to_string_pretty(&copydesk_record::json_schema()).expect("a schema is JSON") + "\n";
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        fs::write(&path, &current).expect("the schema can be written");
    }
    let stored = fs::read_to_string(&path).unwrap_or_default();
    assert!(stored == current, "{} is out of date: run with UPDATE_EXPECT=1", path.display());
}
