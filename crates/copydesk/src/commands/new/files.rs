//! The files of a crate that is begun. They stand in `templates/` as a crate called `my-stage` has them, so that they can be
//! read and changed like any other code.

use copydesk_stage::Catalog;

/// What a crate can bring.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Stage,
    Source,
    Export,
    Survey,
}

/// The files of a template, each with the path that it has in the crate.
macro_rules! template {
    ($part:literal: $($path:literal),* $(,)?) => {
        &[
            ("Cargo.toml", include_str!(concat!("../../../templates/", $part, "/Cargo.toml.template"))),
            (".gitignore", include_str!("../../../templates/gitignore")),
            $(($path, include_str!(concat!("../../../templates/", $part, "/", $path))),)*
        ]
    };
}

const STAGE: &[(&str, &str)] = template!["stage":
    "README.md",
    "clippy.toml",
    "pipeline.toml",
    "pages/ferry.md",
    "src/lib.rs",
    "src/main.rs",
    "tests/my_stage.rs",
    "tests/cases/line-that-opens-with-a-mark/expected.json",
    "tests/cases/line-that-opens-with-a-mark/input.md",
    "tests/cases/mark-inside-a-line/expected.json",
    "tests/cases/mark-inside-a-line/input.md",
];
const SOURCE: &[(&str, &str)] = template!["source":
    "README.md",
    "pipeline.toml",
    "pages/two.txt",
    "src/lib.rs",
    "src/main.rs",
    "tests/my_source.rs",
];
const EXPORT: &[(&str, &str)] = template!["export":
    "README.md",
    "pipeline.toml",
    "pages/ferry.md",
    "src/lib.rs",
    "src/main.rs",
    "tests/my_export.rs",
];

const SURVEY: &[(&str, &str)] = template!["survey":
    "README.md",
    "pipeline.toml",
    "pages/boats.md",
    "pages/ferry.md",
    "pages/museum.md",
    "src/lib.rs",
    "src/main.rs",
    "tests/my_survey.rs",
];

const PYTHON_STAGE: &[(&str, &str)] = &[
    ("README.md", include_str!("../../../templates/python-stage/README.md")),
    ("my_stage.py", include_str!("../../../templates/python-stage/my_stage.py")),
    ("pipeline.toml", include_str!("../../../templates/python-stage/pipeline.toml")),
    ("pages/ferry.md", include_str!("../../../templates/python-stage/pages/ferry.md")),
    ("copydesk_stage.py", copydesk_stage_exec::PYTHON_MODULE),
    (".gitignore", "/out\n__pycache__/\n"),
];

/// The files of a stage in Python of that name, by their paths.
pub(super) fn python_stage(name: &str) -> Vec<(String, String)> {
    let renamed = |text: &str| Part::Stage.renamed(text, name);
    let files = PYTHON_STAGE.iter();
    files
        .map(|(path, text)| (renamed(path), if *path == "copydesk_stage.py" { (*text).into() } else { renamed(text) }))
        .collect()
}

impl Part {
    pub(super) fn noun(self) -> &'static str {
        match self {
            Self::Stage => "stage",
            Self::Source => "source",
            Self::Export => "export",
            Self::Survey => "survey",
        }
    }

    pub(super) fn with_article(self) -> &'static str {
        match self {
            Self::Stage => "a stage",
            Self::Source => "a source",
            Self::Export => "an export",
            Self::Survey => "a survey",
        }
    }

    pub(super) fn is_known(self, catalog: &Catalog, name: &str) -> bool {
        match self {
            Self::Stage => catalog.find_stage(name).is_some(),
            Self::Source => catalog.find_source(name).is_some(),
            Self::Export => catalog.find_export(name).is_some(),
            Self::Survey => catalog.find_survey(name).is_some(),
        }
    }

    /// The files of a crate with one of that name, by their paths.
    pub(super) fn files(self, name: &str) -> Vec<(String, String)> {
        let template = match self {
            Self::Stage => STAGE,
            Self::Source => SOURCE,
            Self::Export => EXPORT,
            Self::Survey => SURVEY,
        };
        let renamed = |text: &str| self.renamed(text, name);
        let files = template.iter().map(|(path, text)| {
            let text = renamed(text);
            (renamed(path), if *path == "Cargo.toml" { text.replace("HOUSE", env!("CARGO_PKG_VERSION")) } else { text })
        });
        files.collect()
    }

    /// A text with the name in its three forms: `my-stage`, `my_stage`, `MyStage`.
    fn renamed(self, text: &str, name: &str) -> String {
        let kind: String = name.split('-').map(capital).collect();
        let noun = self.noun();
        text.replace(&format!("my-{noun}"), name)
            .replace(&format!("my_{noun}"), &name.replace('-', "_"))
            .replace(&format!("My{}", capital(noun)), &kind)
    }
}

fn capital(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map(|first| first.to_ascii_uppercase().to_string() + chars.as_str()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_the_template_s_name_is_left() {
        for part in [Part::Stage, Part::Source, Part::Export, Part::Survey] {
            let files = part.files("mark-releases");
            let all = files.iter().fold(String::new(), |all, (path, text)| all + path + "\n" + text + "\n");
            let noun = part.noun();
            for left in [format!("my-{noun}"), format!("my_{noun}"), format!("My{}", capital(noun)), "HOUSE".into()] {
                assert!(!all.contains(&left), "{left}");
            }
            for needed in
                ["struct MarkReleases", "const NAME: &'static str = \"mark-releases\"", "mark_releases::register"]
            {
                assert!(all.contains(needed), "{needed}");
            }
            assert!(all.contains(&format!("name = \"copydesk-{noun}-mark-releases\"")));
        }
    }

    #[test]
    fn a_new_stage_is_held_to_what_those_of_the_house_are() {
        let own = include_str!("../../../templates/stage/clippy.toml");
        let house = concat!(env!("CARGO_MANIFEST_DIR"), "/../copydesk-stage-detect-language/clippy.toml");
        // In a package of this crate alone there is nothing to compare with.
        if let Ok(house) = std::fs::read_to_string(house) {
            assert!(own == house, "copy clippy.toml of the stages to templates/stage");
        }
    }
}
