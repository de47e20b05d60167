//! The source, the stages and the exports, built from their tables.

use std::ops::Range;

use copydesk_runner::{ExportInstance, StageInstance};
use copydesk_stage::{AnyStage, Source, StageEntry};

use super::{
    Built, Loader,
    instance::{Instance, Part},
};
use crate::{
    diagnosis::Diagnostic,
    node::{Entry, NodeValue},
    order::{self, Placed},
};

impl Loader<'_> {
    pub(super) fn source(&mut self, entry: &Entry) -> Option<Built<dyn Source>> {
        if matches!(entry.node.value, NodeValue::Array(_)) {
            let help = self.syntax.one_source();
            self.say(Diagnostic::error("a pipeline has one source", entry.node.span.clone()).help(help));
            return None;
        }
        let instance = self.instance(&entry.node, Part::Source)?;
        let Some(known) = self.catalog.find_source(instance.kind) else {
            self.unknown_kind(&instance, Part::Source);
            return None;
        };
        let subject = format!("source `{}`", known.name);
        let schema = known.schema().to_value();
        let (config, resolved) = self.options(&instance, &subject, &schema, |config| known.resolve(config))?;
        let part = self.built(&instance, &subject, known.build(&config))?;
        Some(Built { name: known.name, version: 0, config: resolved, part })
    }

    pub(super) fn stages(&mut self, entry: &Entry) -> Vec<StageInstance> {
        let mut links = Vec::new();
        let mut placed = Vec::new();
        for node in self.list(entry, Part::Stage) {
            let Some(instance) = self.instance(node, Part::Stage) else { continue };
            let Some(known) = self.catalog.find_stage(instance.kind) else {
                self.unknown_kind(&instance, Part::Stage);
                continue;
            };
            // A stage with bad options has its place all the same.
            let line = self.lines.line(instance.span.start);
            placed.push(Placed { entry: known, span: instance.span.clone(), line });
            links.extend(self.stage(&instance, known));
        }
        let errors = order::check(&placed);
        // A chain in the wrong order gets one message, not a second about what is then not written.
        self.found.extend(if errors.is_empty() { order::unwritten(&placed, self.catalog.stages()) } else { errors });
        links
    }

    fn stage(&mut self, instance: &Instance<'_>, known: &StageEntry) -> Option<StageInstance> {
        let subject = format!("stage `{}`", known.name);
        let schema = known.schema().to_value();
        let (config, resolved) = self.options(instance, &subject, &schema, |config| known.resolve(config))?;
        let stage: AnyStage = self.built(instance, &subject, known.build(&config))?;
        Some(StageInstance { name: known.name, version: known.version, config: resolved, stage })
    }

    pub(super) fn exports(&mut self, entry: &Entry) -> Vec<ExportInstance> {
        let mut exports: Vec<ExportInstance> = Vec::new();
        let mut places: Vec<Range<usize>> = Vec::new();
        for node in self.list(entry, Part::Export) {
            let Some(instance) = self.instance(node, Part::Export) else { continue };
            let Some(known) = self.catalog.find_export(instance.kind) else {
                self.unknown_kind(&instance, Part::Export);
                continue;
            };
            let subject = format!("export `{}`", known.name);
            let schema = known.schema().to_value();
            let options = self.options(&instance, &subject, &schema, |config| known.resolve(config));
            let Some((config, resolved)) = options else { continue };
            let Some(export) = self.built(&instance, &subject, known.build(&config)) else { continue };
            if let Some(first) = exports.iter().position(|e| e.export.file_name() == export.file_name()) {
                let has_option = schema.pointer("/properties/file").is_some();
                self.same_file(export.file_name(), has_option, instance.span.clone(), places[first].clone());
            }
            places.push(instance.span);
            exports.push(ExportInstance { name: known.name, version: known.version, config: resolved, export });
        }
        exports
    }

    fn same_file(&mut self, file: &str, has_option: bool, second: Range<usize>, first: Range<usize>) {
        let way_out = if has_option { "give one of them `file = \"...\"`" } else { "remove one of them" };
        self.say(
            Diagnostic::error(format!("two exports would write `{file}`"), second)
                .label(format!("writes `{file}` too"))
                .also(first, format!("writes `{file}`"))
                .help(way_out),
        );
    }
}
