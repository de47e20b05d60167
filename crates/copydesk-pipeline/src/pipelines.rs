//! Pipelines that the program has in itself, and runs by name.

use copydesk_stage::Catalog;

use crate::{Diagnosis, Pipeline, load};

/// A pipeline that needs no file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct BuiltinPipeline {
    /// What it is called where a pipeline file could be named.
    pub name: &'static str,
    /// The file, as it stands in the repository.
    pub text: &'static str,
}

/// A pipeline of the folder `pipelines`, under the name of its file.
macro_rules! pipelines {
    ($($name:literal),* $(,)?) => {
        &[$(BuiltinPipeline { name: $name, text: include_str!(concat!("../pipelines/", $name, ".toml")) }),*]
    };
}

/// All of them, in the order in which lists show them, as far as what they need is built in.
#[cfg(feature = "corpus")]
const ALL: &[BuiltinPipeline] = pipelines!["news", "text", "corpus"];
#[cfg(not(feature = "corpus"))]
const ALL: &[BuiltinPipeline] = pipelines!["news", "text"];

/// The pipelines that need no file.
pub fn builtin_pipelines() -> &'static [BuiltinPipeline] {
    ALL
}

impl BuiltinPipeline {
    /// The one that is called so.
    pub fn find(name: &str) -> Option<Self> {
        ALL.iter().find(|pipeline| pipeline.name == name).copied()
    }

    /// What it is for: the first paragraph of the comment that its file begins with.
    pub fn summary(&self) -> String {
        let lines = self.text.lines().map_while(|line| line.strip_prefix('#')).map(str::trim);
        lines.take_while(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
    }

    /// Turns it into what runs. It has no source: that of its file names folders of the repository.
    pub fn load(&self, catalog: &Catalog) -> Result<Pipeline, Diagnosis> {
        let pipeline = load(&format!("{}.toml", self.name), self.text, catalog)?;
        Ok(Pipeline { source: None, ..pipeline })
    }
}

#[cfg(all(test, feature = "corpus"))]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn every_file_of_the_folder_is_built_in_says_what_it_is_for_and_loads() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/pipelines");
        let files = fs::read_dir(folder).expect("the folder").map(|file| file.expect("a file").file_name());
        let mut files: Vec<_> = files.map(|name| name.to_string_lossy().into_owned()).collect();
        files.sort();
        let mut names: Vec<_> = builtin_pipelines().iter().map(|pipeline| format!("{}.toml", pipeline.name)).collect();
        names.sort();
        assert_eq!(names, files);
        for pipeline in builtin_pipelines() {
            assert!(pipeline.summary().ends_with('.'), "{}: {}", pipeline.name, pipeline.summary());
            let loaded = pipeline.load(&crate::builtin()).expect("a pipeline of the house");
            assert!(loaded.source.is_none() && loaded.warnings.is_empty(), "{}", pipeline.name);
        }
    }
}
