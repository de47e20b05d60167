//! The source, the stages, the surveys and the exports, built from their tables.

use std::{ops::Range, path::PathBuf};

use copydesk_runner::{ExportInstance, StageInstance, SurveyInstance};
use copydesk_stage::{ConfigError, Facet, Manifest, StageEntry};

use super::{
    BuiltSource, Loader,
    included::StageNode,
    instance::{AGAINST, Instance, NAME, PATH, Part, USE, WHEN},
};
use crate::{
    diagnosis::{Diagnostic, Severity},
    node::{Entry, Node, NodeValue},
    order::{self, Placed},
    route::routed,
    when::Condition,
};

impl Loader<'_> {
    pub(super) fn source(&mut self, entry: &Entry) -> Option<BuiltSource> {
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
        let (config, options) = self.options(&instance, &subject, &schema, |config| known.resolve(config))?;
        let source = self.built(&instance, &subject, known.build(&config))?;
        Some(BuiltSource { kind: known.name, options, source })
    }

    pub(super) fn stages(&mut self, entry: &Entry) -> Vec<StageInstance> {
        let nodes = self.list(entry, Part::Stage);
        let nodes = self.with_included(nodes);
        let mut links = Vec::new();
        let mut placed = Vec::new();
        for StageNode { node, from } in &nodes {
            let found = self.found.len();
            self.link(node, &mut links, &mut placed);
            if let Some((file, line)) = from {
                let place = format!("it stands in {file}, line {line}");
                self.found[found..].iter_mut().for_each(|found| found.help.push(place.clone()));
            }
        }
        let errors = order::check(&placed);
        // A chain in the wrong order gets one message, not a second about what is then not written.
        self.found.extend(if errors.is_empty() { order::unwritten(&placed, self.catalog.stages()) } else { errors });
        links
    }

    /// Adds a stage to the chain, if it is as it should be.
    fn link(&mut self, node: &Node, links: &mut Vec<StageInstance>, placed: &mut Vec<Placed<'static>>) {
        let Some(instance) = self.instance(node, Part::Stage) else { return };
        let Some(known) = self.catalog.find_stage(instance.kind) else {
            self.unknown_kind(&instance, Part::Stage);
            return;
        };
        // A stage with bad options has its place all the same.
        let line = self.lines.line(instance.span.start);
        let built = self.stage(&instance, known);
        let name = built.as_ref().map_or(known.name, StageInstance::name);
        if let Some(first) = placed.iter().find(|p| p.name == name).filter(|_| built.is_some()) {
            self.same_name(Part::Stage, name, &instance, first.span.clone());
        }
        let (reads, writes) = match &built {
            Some(built) => (built.manifest.reads, built.manifest.writes),
            // What may read everything says what it does read once it is built.
            None if known.reads.len() == Facet::ALL.len() => (&[][..], known.writes),
            None => (known.reads, known.writes),
        };
        let asks = Self::asked(&instance);
        placed.push(Placed { name, kind: known.name, reads, writes, asks, span: instance.span, line });
        links.extend(built);
    }

    fn stage(&mut self, instance: &Instance<'_>, known: &StageEntry) -> Option<StageInstance> {
        let subject = format!("stage `{}`", known.name);
        let schema = known.schema().to_value();
        let (config, options) = self.options(instance, &subject, &schema, |config| known.resolve(config))?;
        let manifest = self.named(instance, &subject, known.manifest(options))?;
        let stage = self.built(instance, &subject, known.build(&config))?;
        let manifest = stage.manifest(manifest);
        self.under_condition(instance, &subject, StageInstance { manifest, stage }, Condition::of_stage)
    }

    pub(super) fn surveys(&mut self, entry: &Entry, stages: &[StageInstance]) -> Vec<SurveyInstance> {
        let mut surveys: Vec<SurveyInstance> = Vec::new();
        let mut places: Vec<Range<usize>> = Vec::new();
        for node in self.list(entry, Part::Survey) {
            let Some(instance) = self.instance(node, Part::Survey) else { continue };
            let Some(survey) = self.survey(&instance) else { continue };
            let name = survey.name();
            if let Some(first) = surveys.iter().position(|other| other.name() == name) {
                self.same_name(Part::Survey, name, &instance, places[first].clone());
            } else if let Some(field) = survey.field
                && let Some(first) = surveys.iter().position(|other| other.field == Some(field))
            {
                self.say(
                    Diagnostic::error(format!("two surveys would fill `{field}`"), instance.span.clone())
                        .label("the second")
                        .also(places[first].clone(), "the first")
                        .help("remove one of them"),
                );
            }
            if survey.survey.leaves_out()
                && let Some(first) = surveys.iter().position(|other| other.survey.leaves_out())
            {
                let help = "let one of them keep all (`keep = \"all\"`): what it finds stands in the records";
                let label = "it would leave out what stands for a document that the other one leaves out";
                self.say(
                    Diagnostic::error("two surveys leave documents out", instance.span.clone())
                        .label(label)
                        .also(places[first].clone(), "the first")
                        .help(help),
                );
            }
            if stages.iter().any(|stage| stage.name() == name) {
                let own = instance.node.place_of(NAME).unwrap_or_else(|| instance.span.clone());
                self.say(
                    Diagnostic::error(format!("a stage and a survey are called `{name}`"), own)
                        .help(format!("give one of them a name of its own: `{NAME} = \"{name}-of-all\"`")),
                );
            }
            places.push(instance.span);
            surveys.push(survey);
        }
        surveys
    }

    fn survey(&mut self, instance: &Instance<'_>) -> Option<SurveyInstance> {
        let Some(known) = self.catalog.find_survey(instance.kind) else {
            self.unknown_kind(instance, Part::Survey);
            return None;
        };
        let subject = format!("survey `{}`", known.name);
        let schema = known.schema().to_value();
        let (config, options) = self.options(instance, &subject, &schema, |config| known.resolve(config))?;
        let manifest = self.named(instance, &subject, known.manifest(options))?;
        let survey = self.built(instance, &subject, known.build(&config))?;
        let against = self.against(instance)?;
        Some(SurveyInstance { manifest, field: known.field, survey, against })
    }

    /// The folders that the documents of a run are compared with.
    fn against(&mut self, instance: &Instance<'_>) -> Option<Vec<PathBuf>> {
        let Some(entry) = instance.node.get(AGAINST) else { return Some(Vec::new()) };
        let folders = match &entry.node.value {
            NodeValue::Array(items) => items.iter().map(|item| item.as_str().map(PathBuf::from)).collect(),
            _ => None,
        };
        if folders.is_none() {
            let message = format!("`{AGAINST}` is a list of folders, not {}", entry.node.kind());
            let help = format!("write `{AGAINST} = [\"../archive\"]`: output folders of other runs with this survey");
            self.say(Diagnostic::error(message, entry.node.span.clone()).help(help));
        }
        folders
    }

    /// Decisions and reports name the stage that they come from, so that no two may have the same name.
    fn same_name(&mut self, part: Part, name: &str, second: &Instance<'_>, first: Range<usize>) {
        let own = second.node.place_of(NAME).unwrap_or_else(|| second.span.clone());
        self.say(
            Diagnostic::error(format!("two {}s are called `{name}`", part.noun()), own)
                .label("the second")
                .also(first, "the first")
                .help(format!("give one of them a name of its own: `{NAME} = \"{name}-again\"`")),
        );
    }

    pub(super) fn exports(
        &mut self,
        entry: &Entry,
        stages: &[StageInstance],
        surveys: &[SurveyInstance],
    ) -> Vec<ExportInstance> {
        let mut exports: Vec<ExportInstance> = Vec::new();
        let mut places: Vec<Range<usize>> = Vec::new();
        for node in self.list(entry, Part::Export) {
            let Some(instance) = self.instance(node, Part::Export) else { continue };
            let Some((outlet, has_file)) = self.export(&instance) else { continue };
            self.ext_stages(&instance, &outlet, stages);
            self.survey_fields(&instance, &outlet, surveys);
            let (asks, span) = Self::asked(&instance);
            let subject = format!("export `{}`", instance.kind);
            self.found.extend(order::never_written(&subject, &asks, &span, stages));
            let file = outlet.export.file_name();
            if let Some(first) = exports.iter().position(|e| e.export.file_name() == file) {
                self.same_file(file, has_file, instance.span.clone(), places[first].clone());
            }
            // Without names of their own exports are told apart by their files.
            let name = outlet.manifest.name;
            let taken = exports.iter().position(|e| e.manifest.name == name);
            if let Some(first) = taken.filter(|_| instance.node.get(NAME).is_some()) {
                self.same_name(Part::Export, name, &instance, places[first].clone());
            }
            places.push(instance.span);
            exports.push(outlet);
        }
        exports
    }

    /// Refuses what an export names of stages that are not there.
    fn ext_stages(&mut self, instance: &Instance<'_>, outlet: &ExportInstance, stages: &[StageInstance]) {
        // A stage that has just been complained about may be the one that is meant.
        if self.found.iter().any(|found| found.severity == Severity::Error) {
            return;
        }
        let names: Vec<&str> = stages.iter().map(StageInstance::name).collect();
        for (key, stage) in outlet.export.ext_stages() {
            if !names.contains(&stage) {
                let known =
                    if names.is_empty() { "it has none".to_owned() } else { format!("it has {}", names.join(", ")) };
                let error = ConfigError::at(key, format!("this pipeline has no stage `{stage}`"));
                let error = error.did_you_mean(stage, names.iter().copied()).help(known);
                let _: Option<()> = self.built(instance, &format!("export `{}`", instance.kind), Err(error));
            }
        }
    }

    /// Refuses what an export names of surveys that are not there.
    fn survey_fields(&mut self, instance: &Instance<'_>, outlet: &ExportInstance, surveys: &[SurveyInstance]) {
        if self.found.iter().any(|found| found.severity == Severity::Error) {
            return;
        }
        let names: Vec<&str> = surveys.iter().map(|survey| survey.field.unwrap_or(survey.name())).collect();
        for (key, name) in outlet.export.survey_fields() {
            if !names.contains(&name) {
                let error = ConfigError::at(key, format!("this pipeline has no survey that finds `{name}`"));
                let error = error.did_you_mean(name, names.iter().copied()).help("add it under `[[survey]]`");
                let _: Option<()> = self.built(instance, &format!("export `{}`", instance.kind), Err(error));
            }
        }
    }

    /// An export, and whether its options say what its file is called.
    fn export(&mut self, instance: &Instance<'_>) -> Option<(ExportInstance, bool)> {
        let Some(known) = self.catalog.find_export(instance.kind) else {
            self.unknown_kind(instance, Part::Export);
            return None;
        };
        let subject = format!("export `{}`", known.name);
        let schema = known.schema().to_value();
        let has_own_path = schema.pointer("/properties/path").is_some();
        let besides: &[_] = if has_own_path { instance.besides } else { &[USE, NAME, WHEN, PATH] };
        let instance = &Instance { node: instance.node, kind: instance.kind, span: instance.span.clone(), besides };
        let (config, options) = self.options(instance, &subject, &schema, |config| known.resolve(config))?;
        let manifest: Manifest = self.named(instance, &subject, known.manifest(options))?;
        let export = self.built(instance, &subject, known.build(&config))?;
        let mut built = ExportInstance { manifest, export };
        if let Some(path) = instance.node.get(PATH).filter(|_| !has_own_path) {
            let text = path.node.as_str().ok_or_else(|| ConfigError::at(PATH, "must be text: \"{language}/{site}\""));
            built = self.built(instance, &subject, text.and_then(|text| routed(built, text)))?;
        }
        let built = self.under_condition(instance, &subject, built, Condition::of_export)?;
        Some((built, schema.pointer("/properties/file").is_some()))
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
