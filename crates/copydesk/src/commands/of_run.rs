//! What an output folder says of the run that made it: with which pipeline, over what, and from where.

use std::{
    env,
    path::{Path, PathBuf},
};

use anyhow::{Context, bail};
use copydesk_pipeline::BuiltinPipeline;
use copydesk_runner::{Owner, owner_of};

use crate::terminal::shown;

/// The run that made a folder.
#[derive(Clone, Debug)]
pub(crate) struct OfRun {
    folder: PathBuf,
    owner: Owner,
}

impl OfRun {
    /// The run that made that folder; none where no run has ended in it.
    pub(crate) fn find(folder: &Path) -> anyhow::Result<Option<Self>> {
        let absolute = std::path::absolute(folder).with_context(|| shown(folder))?;
        let owner = owner_of(&absolute)?;
        Ok(owner.map(|owner| Self { folder: absolute, owner }))
    }

    /// The folder, wherever the program goes.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The inputs as they were named.
    pub(crate) fn inputs(&self) -> &[String] {
        &self.owner.inputs
    }

    /// The pipeline file, or the name of a built-in pipeline.
    pub(crate) fn pipeline(&self) -> anyhow::Result<PathBuf> {
        let path = self.owner.pipeline_from(&self.folder);
        if path.is_file() {
            return Ok(path);
        }
        match path.file_name().and_then(|name| BuiltinPipeline::find(name.to_str()?)) {
            Some(built_in) => Ok(built_in.name.into()),
            None => bail!(
                "{} was made by the pipeline {}, which is not there any more; name one: --pipeline",
                shown(&self.folder),
                shown(&path)
            ),
        }
    }

    /// Goes to where the command was given: the names of its documents are understood from there. Where that place is gone,
    /// only documents with a whole path are found.
    pub(crate) fn enter(&self) {
        let place = self.owner.place_from(&self.folder);
        if let Err(error) = env::set_current_dir(&place) {
            tracing::warn!("{}, where that run was started: {error}", shown(&place));
        }
    }
}
