//! The options of a source.

/// Writes `Config`, which a pipeline file fills, and `Options`, the part of it that is the source's own. Every source
/// that reads files takes the same options for which files; written out, they would be the same lines in each crate.
///
/// `Config::split` takes the two apart.
#[macro_export]
macro_rules! source_config {
    ($($(#[$doc:meta])* $field:ident: $type:ty = $default:expr,)*) => {
        /// What a pipeline file may say in its `[source]` table. Paths are relative to the current directory, as for
        /// every program that takes paths; not to the pipeline file.
        #[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
        #[serde(deny_unknown_fields, default)]
        pub struct Config {
            /// Files, folders (with everything below them), globs such as `pages/**/*.html`, or `-` for standard input.
            pub paths: Vec<String>,
            /// Text files that name one file a line; `-` reads the names from standard input.
            pub lists: Vec<String>,
            /// In folders, take only files that match one of these globs. A glob without a slash matches the name at any
            /// depth; one with a slash matches the path below the folder. Files that `paths` names are always taken.
            pub include: Vec<String>,
            /// In folders and globs, leave out files and folders that match one of these, by the same rules.
            pub exclude: Vec<String>,
            /// Take files and folders whose names start with a dot as well.
            pub hidden: bool,
            /// Go where symbolic links lead that are found in folders. A link that `paths` names is always followed.
            pub follow_links: bool,
            $($(#[$doc])* pub $field: $type,)*
        }

        impl Default for Config {
            fn default() -> Self {
                Self {
                    paths: Vec::new(),
                    lists: Vec::new(),
                    include: Vec::new(),
                    exclude: Vec::new(),
                    hidden: false,
                    follow_links: false,
                    $($field: $default,)*
                }
            }
        }

        /// How files are read, whichever they are.
        #[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
        #[serde(deny_unknown_fields, default)]
        pub struct Options {
            $($(#[$doc])* pub $field: $type,)*
        }

        impl Default for Options {
            fn default() -> Self {
                Self { $($field: $default,)* }
            }
        }

        impl Config {
            /// Which files, and how they are read.
            pub fn split(self) -> ($crate::Selection, Options) {
                let selection = $crate::Selection {
                    paths: self.paths,
                    lists: self.lists,
                    include: self.include,
                    exclude: self.exclude,
                    hidden: self.hidden,
                    follow_links: self.follow_links,
                };
                (selection, Options { $($field: self.$field,)* })
            }
        }
    };
}
