//! The explicit list of what a program knows.

use schemars::Schema;
use serde_json::Value;

use crate::{
    AnyStage, ConfigError, Export, ExportKind, Facet, Fingerprint, Manifest, Source, SourceKind, StageKind, Survey,
    SurveyKind, config::read, manifest::is_kind_name,
};

/// What is known of a stage before it is built.
#[derive(Debug, Clone)]
pub struct StageEntry {
    /// Name in a pipeline file.
    pub name: &'static str,
    /// One line.
    pub summary: &'static str,
    /// The code, data and models that its results depend on.
    pub fingerprint: Fingerprint,
    /// Its README; empty where it has given none.
    pub readme: &'static str,
    /// What it reads.
    pub reads: &'static [Facet],
    /// What it writes.
    pub writes: &'static [Facet],
    options: Options,
    build: fn(&Value) -> Result<AnyStage, ConfigError>,
}

/// What is known of a source before it is built.
#[derive(Debug, Clone)]
pub struct SourceEntry {
    /// Name in a pipeline file.
    pub name: &'static str,
    /// One line.
    pub summary: &'static str,
    options: Options,
    build: fn(&Value) -> Result<Box<dyn Source>, ConfigError>,
}

/// What is known of a survey before it is built.
#[derive(Debug, Clone)]
pub struct SurveyEntry {
    /// Name in a pipeline file.
    pub name: &'static str,
    /// One line.
    pub summary: &'static str,
    /// The code that its results depend on.
    pub fingerprint: Fingerprint,
    /// The field of the record that it fills, where the record has one for it.
    pub field: Option<&'static str>,
    options: Options,
    build: fn(&Value) -> Result<Box<dyn Survey>, ConfigError>,
}

/// What is known of an export before it is built.
#[derive(Debug, Clone)]
pub struct ExportEntry {
    /// Name in a pipeline file.
    pub name: &'static str,
    /// One line.
    pub summary: &'static str,
    /// The code that its bytes depend on.
    pub fingerprint: Fingerprint,
    options: Options,
    build: fn(&Value) -> Result<Box<dyn Export>, ConfigError>,
}

#[derive(Debug, Clone, Copy)]
struct Options {
    schema: fn() -> Schema,
    defaults: fn() -> Value,
    resolve: fn(&Value) -> Result<Value, ConfigError>,
}

impl Options {
    fn of<C: serde::de::DeserializeOwned + serde::Serialize + schemars::JsonSchema + Default>() -> Self {
        Self {
            schema: || schemars::schema_for!(C),
            defaults: || serde_json::to_value(C::default()).unwrap_or(Value::Null),
            resolve: |config| Ok(serde_json::to_value(read::<C>(config)?).unwrap_or(Value::Null)),
        }
    }
}

macro_rules! entry {
    ($entry:ident, $built:ty) => {
        impl $entry {
            /// JSON Schema of its options.
            pub fn schema(&self) -> Schema {
                (self.options.schema)()
            }

            /// Its options with their defaults.
            pub fn defaults(&self) -> Value {
                (self.options.defaults)()
            }

            /// The options in full: what was given, and defaults for the rest. Equal results mean equal work.
            pub fn resolve(&self, config: &Value) -> Result<Value, ConfigError> {
                (self.options.resolve)(config)
            }

            /// Builds it from its options, an object.
            pub fn build(&self, config: &Value) -> Result<$built, ConfigError> {
                (self.build)(config)
            }
        }
    };
}

entry!(StageEntry, AnyStage);
entry!(SourceEntry, Box<dyn Source>);
entry!(ExportEntry, Box<dyn Export>);
entry!(SurveyEntry, Box<dyn Survey>);

impl StageEntry {
    /// What an instance of it is that goes by its own name, from its options in full.
    pub fn manifest(&self, options: Value) -> Manifest {
        let Self { name, reads, writes, fingerprint, .. } = *self;
        Manifest { name, kind: name, reads, writes, fingerprint, options }
    }
}

impl ExportEntry {
    /// What an instance of it is that goes by its own name, from its options in full.
    pub fn manifest(&self, options: Value) -> Manifest {
        let Self { name, fingerprint, .. } = *self;
        Manifest { name, kind: name, reads: Facet::ALL, writes: &[], fingerprint, options }
    }
}

impl SurveyEntry {
    /// What an instance of it is that goes by its own name, from its options in full.
    pub fn manifest(&self, options: Value) -> Manifest {
        let Self { name, fingerprint, .. } = *self;
        Manifest { name, kind: name, reads: Facet::ALL, writes: &[], fingerprint, options }
    }
}

/// The stages, sources, surveys and exports that a program knows, in the order in which they were added. A name that is added
/// again replaces the earlier one, so that a program can put its own in place of one of the house's.
#[derive(Debug, Clone, Default)]
pub struct Catalog {
    stages: Vec<StageEntry>,
    sources: Vec<SourceEntry>,
    surveys: Vec<SurveyEntry>,
    exports: Vec<ExportEntry>,
}

impl Catalog {
    /// Adds what a crate brings: pass its `register` function.
    #[must_use]
    pub fn with(mut self, register: impl FnOnce(&mut Self)) -> Self {
        register(&mut self);
        self
    }

    /// Adds a stage. One whose name nobody could write down does not compile:
    ///
    /// ```compile_fail
    /// # use copydesk_stage::*;
    /// # struct Nameless;
    /// impl StageKind for Nameless {
    ///     const NAME: &'static str = "two words";
    /// #   const SUMMARY: &'static str = "";
    /// #   const READS: &'static [Facet] = &[];
    /// #   const WRITES: &'static [Facet] = &[];
    /// #   type Config = ();
    /// #   fn build(_: ()) -> Result<AnyStage, ConfigError> { unimplemented!() }
    /// }
    /// Catalog::default().stage::<Nameless>();
    /// ```
    pub fn stage<K: StageKind>(&mut self) {
        const { assert!(is_kind_name(K::NAME), "the NAME of a stage is one word without control characters") }
        self.stages.retain(|e| e.name != K::NAME);
        self.stages.push(StageEntry {
            name: K::NAME,
            summary: K::SUMMARY,
            fingerprint: Fingerprint::of::<K>(K::FINGERPRINT),
            readme: K::README,
            reads: K::READS,
            writes: K::WRITES,
            options: Options::of::<K::Config>(),
            build: |config| K::build(read(config)?),
        });
    }

    /// Adds a source.
    pub fn source<K: SourceKind>(&mut self) {
        const { assert!(is_kind_name(K::NAME), "the NAME of a source is one word without control characters") }
        self.sources.retain(|e| e.name != K::NAME);
        self.sources.push(SourceEntry {
            name: K::NAME,
            summary: K::SUMMARY,
            options: Options::of::<K::Config>(),
            build: |config| K::build(read(config)?),
        });
    }

    /// Adds a survey.
    pub fn survey<K: SurveyKind>(&mut self) {
        const { assert!(is_kind_name(K::NAME), "the NAME of a survey is one word without control characters") }
        self.surveys.retain(|e| e.name != K::NAME);
        self.surveys.push(SurveyEntry {
            name: K::NAME,
            summary: K::SUMMARY,
            fingerprint: Fingerprint::of::<K>(K::FINGERPRINT),
            field: K::FIELD,
            options: Options::of::<K::Config>(),
            build: |config| K::build(read(config)?),
        });
    }

    /// Adds an export.
    pub fn export<K: ExportKind>(&mut self) {
        const { assert!(is_kind_name(K::NAME), "the NAME of an export is one word without control characters") }
        self.exports.retain(|e| e.name != K::NAME);
        self.exports.push(ExportEntry {
            name: K::NAME,
            summary: K::SUMMARY,
            fingerprint: Fingerprint::of::<K>(K::FINGERPRINT),
            options: Options::of::<K::Config>(),
            build: |config| K::build(read(config)?),
        });
    }

    /// All stages.
    pub fn stages(&self) -> &[StageEntry] {
        &self.stages
    }

    /// All sources.
    pub fn sources(&self) -> &[SourceEntry] {
        &self.sources
    }

    /// All surveys.
    pub fn surveys(&self) -> &[SurveyEntry] {
        &self.surveys
    }

    /// All exports.
    pub fn exports(&self) -> &[ExportEntry] {
        &self.exports
    }

    /// A stage by its name.
    pub fn find_stage(&self, name: &str) -> Option<&StageEntry> {
        self.stages.iter().find(|e| e.name == name)
    }

    /// A source by its name.
    pub fn find_source(&self, name: &str) -> Option<&SourceEntry> {
        self.sources.iter().find(|e| e.name == name)
    }

    /// A survey by its name.
    pub fn find_survey(&self, name: &str) -> Option<&SurveyEntry> {
        self.surveys.iter().find(|e| e.name == name)
    }

    /// An export by its name.
    pub fn find_export(&self, name: &str) -> Option<&ExportEntry> {
        self.exports.iter().find(|e| e.name == name)
    }
}
