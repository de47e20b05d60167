//! What a program is called, and what it has beside the house's own.

use std::sync::OnceLock;

use copydesk_stage::Catalog;

/// What a program of the house is called.
const HOUSE: &str = "copydesk";
static NAME: OnceLock<String> = OnceLock::new();
static VERSION: OnceLock<String> = OnceLock::new();

/// What this program is called.
pub(crate) fn name() -> &'static str {
    NAME.get().map_or(HOUSE, String::as_str)
}

/// What `--version` says, where the program has more than the house's own.
pub(crate) fn version() -> Option<&'static str> {
    VERSION.get().map(String::as_str)
}

/// A sentence about commands (`copydesk stages lists them`), with this program in it.
pub(crate) fn of_this_program(text: &str) -> String {
    commands_of(name(), text)
}

/// Puts a name wherever a command of `copydesk` is named.
fn commands_of(name: &str, text: &str) -> String {
    if name == HOUSE {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(HOUSE) {
        let (before, behind) = (&rest[..at], &rest[at + HOUSE.len()..]);
        out.push_str(before);
        let opens = out.chars().next_back().is_none_or(|c| c.is_whitespace() || "`('|".contains(c));
        let command = behind.strip_prefix(' ').is_some_and(|word| word.starts_with(|c: char| c.is_ascii_lowercase()));
        out.push_str(if opens && command { name } else { HOUSE });
        rest = behind;
    }
    out + rest
}

/// A program of the house's own stages, sources and exports, and those of other crates.
///
/// ```no_run
/// # mod my_stage { pub fn register(_: &mut copydesk_stage::Catalog) {} }
/// fn main() -> std::process::ExitCode {
///     copydesk::program("newsroom-copydesk").with("my-stage 0.1.0", my_stage::register).main()
/// }
/// ```
#[derive(Debug)]
#[must_use = "a program does nothing before its `main`"]
pub struct Program {
    name: String,
    packages: Vec<(String, Register)>,
}

/// The function by which a crate adds what it has.
type Register = fn(&mut Catalog);

/// A program of that name: its help, version, messages and completions bear it.
pub fn program(name: impl Into<String>) -> Program {
    Program { name: name.into(), packages: Vec::new() }
}

impl Program {
    /// Adds what a crate registers; `package` is what the version calls it. A crate that registers nothing is refused when
    /// the program starts, and one that brings a name that is there already.
    pub fn with(mut self, package: impl Into<String>, register: fn(&mut Catalog)) -> Self {
        self.packages.push((package.into(), register));
        self
    }

    /// Runs it: arguments in, exit code out.
    pub fn main(self) -> std::process::ExitCode {
        let Self { name, packages } = self;
        let parts: Vec<&str> = packages.iter().map(|(package, _)| package.as_str()).collect();
        // Two programs in one process are a test; the first gives the name.
        let _ = VERSION.set(format!("(copydesk {} with {})", env!("CARGO_PKG_VERSION"), parts.join(", ")));
        let _ = NAME.set(name);
        let extend = |catalog| {
            packages.iter().try_fold(catalog, |catalog, (package, register)| added(catalog, package, *register))
        };
        let code = crate::start(std::env::args_os(), extend, true);
        code.into()
    }
}

/// The catalogue with what a crate registers.
fn added(catalog: Catalog, package: &str, register: Register) -> Result<Catalog, String> {
    let own = names(&Catalog::default().with(register));
    if own.is_empty() {
        return Err(format!(
            "`{package}` registers nothing: its function `register` has to call `catalog.stage::<...>()`, \
             `catalog.survey::<...>()`, `catalog.source::<...>()` or `catalog.export::<...>()`"
        ));
    }
    let known = names(&catalog);
    if let Some((part, name)) = own.iter().find(|name| known.contains(name)) {
        return Err(format!(
            "`{package}` brings a {part} `{name}`, and there is one already, of the house or of a crate named before: give it \
             another `NAME`"
        ));
    }
    Ok(catalog.with(register))
}

/// All that a catalogue has, by what it is and what it is called.
fn names(catalog: &Catalog) -> Vec<(&'static str, &'static str)> {
    let stages = catalog.stages().iter().map(|entry| ("stage", entry.name));
    let surveys = catalog.surveys().iter().map(|entry| ("survey", entry.name));
    let sources = catalog.sources().iter().map(|entry| ("source", entry.name));
    let exports = catalog.exports().iter().map(|entry| ("export", entry.name));
    stages.chain(surveys).chain(sources).chain(exports).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_bear_the_name_of_the_program() {
        let renamed = |text| commands_of("newsroom", text);
        assert_eq!(renamed("`copydesk stages` lists them"), "`newsroom stages` lists them");
        assert_eq!(renamed("  copydesk run x | copydesk explain y"), "  newsroom run x | newsroom explain y");
        // The house, a folder, a crate.
        for same in
            ["what copydesk itself wrote", ".copydesk/run is kept", "copydesk-stage", "https://copydesk example"]
        {
            let expected = same.replace("what copydesk", "what newsroom");
            assert_eq!(renamed(same), expected);
        }
    }

    #[test]
    fn a_crate_that_registers_nothing_is_refused() {
        let error = added(Catalog::default(), "empty 0.1.0", |_| {}).expect_err("it is refused");
        assert!(error.starts_with("`empty 0.1.0` registers nothing"), "{error}");
        let one =
            added(Catalog::default(), "one", Catalog::stage::<copydesk_stage_strip_boilerplate::StripBoilerplate>);
        assert!(one.is_ok());
    }

    #[test]
    fn a_name_that_is_taken_is_refused() {
        let register: Register = Catalog::stage::<copydesk_stage_strip_boilerplate::StripBoilerplate>;
        let error = added(copydesk_pipeline::builtin(), "mine 0.1.0", register).expect_err("the house has it");
        assert!(error.starts_with("`mine 0.1.0` brings a stage `strip-boilerplate`, and there is one"), "{error}");
    }
}
