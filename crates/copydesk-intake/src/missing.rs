//! A path that is not there, and what may have been meant.

use std::{fs, path::Path};

use copydesk_stage::SourceError;

/// An error that names the path and the likeliest slip, unless something is there.
pub(crate) fn exists(path: &str) -> Result<(), SourceError> {
    match fs::symlink_metadata(path) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err(SourceError::new(not_found(path))),
        Err(error) => Err(SourceError::new(format!("cannot read `{path}`: {error}"))),
    }
}

fn not_found(path: &str) -> String {
    if let Some(help) = address(path) {
        return help;
    }
    if let Some(list) = path.strip_prefix('@').filter(|list| Path::new(list).exists()) {
        return format!("there is no `{path}`; `--files-from {list}` reads the names of files from a list");
    }
    if let Some(likely) = likely(Path::new(path)) {
        return format!("there is no `{path}`; did you mean `{likely}`?");
    }
    match std::env::current_dir() {
        Ok(current) if Path::new(path).is_relative() => format!("there is no `{path}` in {}", current.display()),
        _ => format!("there is no `{path}`"),
    }
}

/// What to do about an address: nothing is fetched here.
pub(crate) fn address(path: &str) -> Option<String> {
    let (scheme, rest) = path.split_once("://")?;
    let fetch = match scheme.to_ascii_lowercase().as_str() {
        "http" | "https" | "ftp" => format!("curl -sL {path}"),
        "s3" | "s3a" | "s3n" => format!("aws s3 cp s3://{rest} -"),
        "gs" => format!("gcloud storage cat {path}"),
        "hf" => format!("hf download {rest}"),
        "file" => {
            return Some(format!(
                "`{path}` is an address; name the file by its path: `/{}`",
                rest.trim_start_matches('/')
            ));
        }
        _ => {
            return Some(format!(
                "`{path}` is an address, and nothing is fetched: save it as a file, or pipe it in with `-`"
            ));
        }
    };
    Some(format!(
        "`{path}` is an address, and nothing is fetched: save it as a file and name that, or pipe it in: `{fetch} | copydesk \
         run PIPELINE -`"
    ))
}

/// The first part of the path that is not there, put right by its nearest neighbour in the same folder.
fn likely(path: &Path) -> Option<String> {
    let missing =
        path.ancestors().take_while(|p| !p.as_os_str().is_empty() && fs::symlink_metadata(p).is_err()).last()?;
    let folder = missing.parent()?;
    let wanted = missing.file_name()?.to_string_lossy().to_lowercase();
    let entries = fs::read_dir(if folder.as_os_str().is_empty() { Path::new(".") } else { folder }).ok()?;
    // A folder of millions is not read to its end for the sake of a hint.
    let mut names: Vec<_> =
        entries.take(10_000).filter_map(|e| Some(e.ok()?.file_name().to_string_lossy().into_owned())).collect();
    names.sort();
    let near = |name: &String| strsim::osa_distance(&name.to_lowercase(), &wanted);
    let best = names.into_iter().min_by_key(near)?;
    let most = (wanted.chars().count() / 3).clamp(1, 4);
    if near(&best) > most {
        return None;
    }
    let rest = path.strip_prefix(missing).ok()?;
    let fixed = folder.join(best);
    let whole = if rest.as_os_str().is_empty() { fixed.clone() } else { fixed.join(rest) };
    // With a second slip further on, the first is still worth saying.
    Some(if whole.exists() { whole } else { fixed }.display().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_in_the_middle_is_found() {
        let dir = tempfile::tempdir().expect("a folder");
        fs::create_dir(dir.path().join("articles")).expect("a folder");
        fs::write(dir.path().join("articles/first.html"), "").expect("a file");
        let wrong = dir.path().join("artikles/first.html");
        let error = exists(wrong.to_str().expect("plain")).expect_err("it is not there").to_string();
        assert!(error.ends_with(&format!("did you mean `{}`?", dir.path().join("articles/first.html").display())));
        for (path, says) in [
            ("https://example.org/a.html", "curl -sL https://example.org/a.html | copydesk run"),
            ("s3://bucket/x.warc.gz", "aws s3 cp s3://bucket/x.warc.gz -"),
            ("file:///tmp/a", "`/tmp/a`"),
        ] {
            let error = exists(path).expect_err("it is not there").to_string();
            assert!(error.contains(says), "{error}");
        }
        let far = dir.path().join("photographs");
        assert!(
            !exists(far.to_str().expect("plain")).expect_err("it is not there").to_string().contains("did you mean")
        );
    }
}
