//! A path that is not there, and what may have been meant.

use std::{
    fs::{self, File},
    io::Read as _,
    path::Path,
};

use copydesk_stage::SourceError;

use crate::path_text::{read_bytes, shown};

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
    if path.starts_with("~/") {
        return format!("there is no `{path}`: a shell alone takes `~` for the home folder, so write the path out");
    }
    if let Some(likely) = likely(Path::new(path)) {
        return format!("there is no `{path}`; did you mean `{likely}`?");
    }
    match std::env::current_dir() {
        Ok(current) if Path::new(path).is_relative() => format!("there is no `{path}` in {}", current.display()),
        _ => format!("there is no `{path}`"),
    }
}

/// So much of a file shows whether it is a list, and so many names are looked for.
const HEAD: u64 = 16 << 10;
const MOST_LOOKED_FOR: usize = 20;

/// What to do about a file that is named as a document, and of which each line is the path of a file, or an address: its
/// record would be a list of names, and nobody means that.
pub(crate) fn names_files(list: &Path) -> Option<String> {
    if !list.is_file() {
        return None;
    }
    let mut head = Vec::new();
    File::open(list).ok()?.take(HEAD).read_to_end(&mut head).ok()?;
    let is_whole = (head.len() as u64) < HEAD;
    let head = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&head);
    let mut lines: Vec<&[u8]> = head.split(|byte| *byte == b'\n' || *byte == 0).map(<[u8]>::trim_ascii).collect();
    if !is_whole {
        lines.pop();
    }
    lines.retain(|line| !line.is_empty());
    let all = |is: fn(&[u8]) -> bool| !lines.is_empty() && lines.iter().take(MOST_LOOKED_FOR).all(|line| is(line));
    let shown = shown(list);
    if all(is_path_of_file) {
        return Some(format!(
            "`{shown}` names files, one a line, and is no document: `copydesk run PIPELINE --files-from {shown}` reads what \
             it names, as `lists = [\"{shown}\"]` does in a pipeline file; to read the list itself, pipe it in with `-`"
        ));
    }
    if lines.len() > 1 && all(is_page) {
        return Some(format!(
            "`{shown}` names addresses, one a line, and nothing is fetched: `wget -i {shown} -P pages` saves them in a folder \
             that can be named here; to read the list itself, pipe it in with `-`"
        ));
    }
    let is_any = |line: &[u8]| is_address(line) || is_path_of_file(line) || is_list(line);
    (lines.len() > 1 && lines.iter().any(|line| is_address(line)) && all(is_any)).then(|| {
        format!(
            "`{shown}` names addresses and files, one a line, and nothing is fetched: save what the addresses lead to, and name \
             the files of all of them by `--files-from LIST`; to read the list itself, pipe it in with `-`"
        )
    })
}

/// A word alone may be a word of a text, even if a file is called so.
fn is_path_of_file(line: &[u8]) -> bool {
    line.len() < 4096 && line.iter().any(|byte| matches!(byte, b'.' | b'/')) && read_bytes(line).is_file()
}

fn is_page(line: &[u8]) -> bool {
    (line.starts_with(b"http://") || line.starts_with(b"https://")) && !line.contains(&b' ')
}

fn is_address(line: &[u8]) -> bool {
    let scheme = line.iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
    scheme > 0 && line[scheme..].starts_with(b"://") && !line.contains(&b' ')
}

/// As other programs name a list in the place of a file.
fn is_list(line: &[u8]) -> bool {
    line.starts_with(b"@") && line.iter().any(|byte| matches!(byte, b'.' | b'/')) && !line.contains(&b' ')
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
    fn a_list_of_files_is_no_document() {
        let dir = tempfile::tempdir().expect("a folder");
        let at = |name: &str| dir.path().join(name);
        fs::write(at("a.html"), "<p>a").expect("a file");
        let page = at("a.html").display().to_string();
        let told = |text: String| {
            fs::write(at("list.txt"), text).expect("a file");
            names_files(&at("list.txt"))
        };
        for list in [format!("{page}\n"), format!("\u{feff}{page}\r\n\r\n{page}\r\n"), format!("{page}\0{page}\0")] {
            let help = told(list).expect("it is a list");
            assert!(help.contains("--files-from") && help.contains("lists = ["), "{help}");
        }
        let many = format!("{page}\n").repeat(5000);
        assert!(told(many).is_some(), "however long it is");
        let help = told("https://example.org/a\nhttps://example.org/b\n".into()).expect("it is a list");
        assert!(help.contains("nothing is fetched"), "{help}");
        for list in
            ["s3://bucket/a.gz\ngs://bucket/b.gz\n".into(), format!("https://example.org/a\n@more.txt\n{page}\n")]
        {
            let help = told(list).expect("it is a list");
            assert!(help.contains("nothing is fetched") && help.contains("--files-from"), "{help}");
        }
        for text in [
            String::new(),
            format!("See {page}\n"),
            format!("{page}\nand more of it\n"),
            "https://example.org/a\n".into(),
            "@ann.lee\n@bo.chen\n".into(),
            "https://example.org/a\nis where it stands\n".into(),
        ] {
            assert_eq!(told(text), None);
        }
        assert_eq!(names_files(dir.path()), None);
    }

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
