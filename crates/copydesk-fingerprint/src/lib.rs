#![doc = include_str!("../README.md")]

mod files;
mod manifest;

use std::{
    env, fs,
    hash::{DefaultHasher, Hash, Hasher},
    path::{Path, PathBuf},
};

use proc_macro::TokenStream;

/// Defines `FINGERPRINT`, the digest of the crate that it stands in and of the house crates below it.
#[proc_macro]
pub fn fingerprint(arguments: TokenStream) -> TokenStream {
    let expansion = if arguments.is_empty() { expand() } else { Err("`fingerprint!()` takes nothing".into()) };
    let code = expansion.unwrap_or_else(|error| format!("::core::compile_error!({error:?});"));
    code.parse().expect("what the macro writes is Rust")
}

fn expand() -> Result<String, String> {
    let folder = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from).ok_or("only cargo can build this crate")?;
    let manifest = folder.join("Cargo.toml");
    let text = fs::read_to_string(&manifest).map_err(|error| format!("{}: {error}", manifest.display()))?;
    let own = digest(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let below: Vec<_> = manifest::house_dependencies(&text).iter().map(|name| name.replace('-', "_")).collect();
    let below: Vec<_> = below.iter().map(|name| format!("::{name}::FINGERPRINT")).collect();
    let below = below.join(", ");
    Ok(format!(
        "/// Digest of the sources and data of this crate, and of the house crates below it.
        pub const FINGERPRINT: u128 = {{
            let mut digest: u128 = {own};
            let below: &[u128] = &[{below}];
            let mut at = 0;
            while at < below.len() {{
                // As in FxHash: what goes in is evenly spread already, and only the order has to count.
                digest = (digest.rotate_left(5) ^ below[at]).wrapping_mul(0x2d35_8dcc_aa6c_78a5_8bb8_4b93_962e_acc9);
                at += 1;
            }}
            digest
        }};"
    ))
}

/// The digest of everything in a crate's folder that its results can depend on.
fn digest(folder: &Path) -> std::io::Result<u128> {
    let files = files::of_crate(folder)?;
    // Two halves, which differ in what they begin with.
    let mut halves = [DefaultHasher::new(), DefaultHasher::new()];
    halves[1].write_u8(1);
    for (name, path) in files {
        let contents = fs::read(path)?;
        for half in &mut halves {
            name.hash(half);
            contents.hash(half);
        }
    }
    Ok(halves.iter().fold(0, |digest, half| digest << 64 | u128::from(half.finish())))
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    fn with(files: &[(&str, &str)]) -> u128 {
        static FOLDERS: AtomicU32 = AtomicU32::new(0);
        let folder = FOLDERS.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("copydesk-fingerprint-{}-{folder}", std::process::id()));
        for (name, text) in files {
            let path = folder.join(name);
            fs::create_dir_all(path.parent().expect("it has one")).expect("a folder can be made");
            fs::write(path, text).expect("a file can be written");
        }
        let digest = digest(&folder).expect("it can be read");
        fs::remove_dir_all(folder).expect("it is there");
        digest
    }

    const CRATE: [(&str, &str); 4] = [
        ("Cargo.toml", "[package]"),
        ("src/lib.rs", "mod rules;"),
        ("src/rules.rs", "const LEAST: u32 = 3;"),
        ("data/words/en.toml", "words = [\"share\"]"),
    ];

    fn changed(name: &str, text: &str) -> bool {
        let mut files = CRATE.to_vec();
        files.retain(|(n, _)| *n != name);
        files.push((name, text));
        with(&files) != with(&CRATE)
    }

    #[test]
    fn a_rule_a_word_and_a_model_count() {
        assert_eq!(with(&CRATE), with(&CRATE), "another folder with the same files");
        assert!(changed("src/rules.rs", "const LEAST: u32 = 4;"));
        assert!(changed("data/words/en.toml", "words = []"));
        assert!(changed("data/words/de.toml", "words = []"));
        assert!(changed("model/lines.bin", "\u{1}"));
        assert_ne!(with(&CRATE), with(&CRATE[..3]), "a file that is gone");
    }

    #[test]
    fn what_no_result_depends_on_does_not_count() {
        for name in [
            "Cargo.toml",
            "Cargo.lock",
            "README.md",
            "NOTICE",
            "clippy.toml",
            ".hidden",
            "tests/cases/a/input.txt",
            "benches/speed.rs",
            "examples/show.rs",
            "src/rules/tests.rs",
            "src/rules_tests.rs",
        ] {
            assert!(!changed(name, "anything"), "{name}");
        }
    }

    #[test]
    fn moving_bytes_from_one_file_to_another_counts() {
        assert_ne!(with(&[("src/a.rs", "xy"), ("src/b.rs", "")]), with(&[("src/a.rs", "x"), ("src/b.rs", "y")]));
        assert_ne!(with(&[("src/a.rs", "x")]), with(&[("src/b.rs", "x")]));
    }
}
