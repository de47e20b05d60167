//! Globs: which files of a folder are taken.

use std::path::{Component, Path, PathBuf};

use copydesk_stage::ConfigError;
use globset::{Glob, GlobBuilder, GlobMatcher, GlobSet, GlobSetBuilder};

/// `include` and `exclude`.
#[derive(Clone, Debug)]
pub(crate) struct Filter {
    include: Option<GlobSet>,
    exclude: GlobSet,
}

impl Filter {
    pub(crate) fn new(include: &[String], exclude: &[String]) -> Result<Self, ConfigError> {
        let include = if include.is_empty() { None } else { Some(set("include", include)?) };
        Ok(Self { include, exclude: set("exclude", exclude)? })
    }

    /// Whether a file at that path below its folder is taken.
    pub(crate) fn takes(&self, path: &Path) -> bool {
        self.include.as_ref().is_none_or(|set| set.is_match(path)) && !self.exclude.is_match(path)
    }

    /// Whether a folder at that path is left out with all that is in it.
    pub(crate) fn leaves_out(&self, path: &Path) -> bool {
        self.exclude.is_match(path)
    }
}

fn set(key: &str, patterns: &[String]) -> Result<GlobSet, ConfigError> {
    let mut set = GlobSetBuilder::new();
    for (i, pattern) in patterns.iter().enumerate() {
        let error = |message| ConfigError::at(format!("{key}[{i}]"), message);
        if pattern.is_empty() {
            return Err(error("is empty".into()));
        }
        let pattern = pattern.trim_start_matches("./").trim_end_matches('/');
        set.add(compile(pattern).map_err(error)?);
        if !pattern.contains('/') {
            set.add(compile(&format!("**/{pattern}")).map_err(error)?);
        }
    }
    set.build().map_err(|error| ConfigError::at(key, error.to_string()))
}

fn compile(pattern: &str) -> Result<Glob, String> {
    GlobBuilder::new(pattern).literal_separator(true).build().map_err(|error| {
        // Whoever typed it may have pasted anything.
        format!("`{}` is no pattern: {}", pattern.escape_debug(), error.kind())
    })
}

/// Whether a path is meant as a glob: it has one of the marks, and no file of that very name is there.
pub(crate) fn is_glob(path: &str) -> bool {
    path.contains(['*', '?', '[', '{']) && !Path::new(path).exists()
}

/// A glob over whole paths, with the folder that it starts from.
#[derive(Clone, Debug)]
pub(crate) struct PathGlob {
    /// As it was given.
    pub(crate) pattern: String,
    /// The folder before the first mark.
    pub(crate) base: PathBuf,
    /// How deep below the base files can match; `None` for any depth.
    pub(crate) depth: Option<usize>,
    matcher: GlobMatcher,
}

impl PathGlob {
    pub(crate) fn is_match(&self, path: &Path) -> bool {
        self.matcher.is_match(path)
    }
}

/// Reads a glob. `./a` and `a` mean the same.
pub(crate) fn glob(pattern: &str) -> Result<PathGlob, String> {
    let plain = pattern.trim_start_matches("./");
    let parts: Vec<_> = Path::new(plain).components().collect();
    let marked = |part: &Component<'_>| part.as_os_str().to_string_lossy().contains(['*', '?', '[', '{']);
    let first = parts.iter().position(marked).unwrap_or(parts.len().saturating_sub(1));
    let base: PathBuf = parts[..first].iter().collect();
    // A brace may hold slashes, and then the parts say nothing of the depth.
    let any_depth = plain.contains("**") || plain.contains('{');
    let matcher = compile(plain)?.compile_matcher();
    Ok(PathGlob {
        pattern: pattern.to_owned(),
        base: if base.as_os_str().is_empty() { PathBuf::from(".") } else { base },
        depth: (!any_depth).then_some(parts.len() - first),
        matcher,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_glob_starts_at_its_last_plain_folder() {
        let glob = glob("./news/2024/*.html").expect("valid");
        assert_eq!((glob.base.to_str(), glob.depth), (Some("news/2024"), Some(1)));
        assert!(glob.is_match(Path::new("news/2024/a.html")) && !glob.is_match(Path::new("news/2024/x/a.html")));
        let deep = super::glob("**/input.*").expect("valid");
        assert_eq!((deep.base.to_str(), deep.depth), (Some("."), None));
        assert!(deep.is_match(Path::new("input.txt")) && deep.is_match(Path::new("a/b/input.html")));
    }

    #[test]
    fn a_filter_without_a_slash_looks_at_the_name() {
        let filter = Filter::new(&["*.html".into()], &["drafts".into()]).expect("valid");
        assert!(filter.takes(Path::new("a/b.html")) && !filter.takes(Path::new("a/b.txt")));
        assert!(filter.leaves_out(Path::new("a/drafts")) && !filter.leaves_out(Path::new("a")));
        let error = Filter::new(&["a".into(), "[".into()], &[]).expect_err("no such glob");
        assert_eq!(error.path, "include[1]");
    }
}
