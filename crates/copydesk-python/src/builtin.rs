//! The pipelines that need no file.

use copydesk_pipeline::{Diagnosis, Pipeline, load};
use copydesk_stage::Catalog;

/// A pipeline that is built in.
#[derive(Clone, Copy)]
pub(crate) struct BuiltinPipeline {
    pub(crate) name: &'static str,
    text: &'static str,
}

const ALL: &[BuiltinPipeline] = &[
    BuiltinPipeline { name: "news", text: include_str!("../../../pipelines/news.toml") },
    BuiltinPipeline { name: "text", text: include_str!("../../../pipelines/text.toml") },
];

/// All of them.
pub(crate) fn builtin_pipelines() -> &'static [BuiltinPipeline] {
    ALL
}

impl BuiltinPipeline {
    /// The one that is called so.
    pub(crate) fn find(name: &str) -> Option<Self> {
        ALL.iter().find(|pipeline| pipeline.name == name).copied()
    }

    /// What it is for: the first paragraph of the comment that its file begins with.
    pub(crate) fn summary(self) -> String {
        let lines = self.text.lines().map_while(|line| line.strip_prefix('#')).map(str::trim);
        lines.take_while(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
    }

    /// Turns it into what runs. It has no source: that of its file names folders of the repository.
    pub(crate) fn load(self, catalog: &Catalog) -> Result<Pipeline, Diagnosis> {
        let pipeline = load(&format!("{}.toml", self.name), self.text, catalog)?;
        Ok(Pipeline { source: None, ..pipeline })
    }
}
