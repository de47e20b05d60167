//! `copydesk man`

use std::{fs, path::PathBuf};

use anyhow::{Context as _, anyhow};

use crate::{
    exit::ExitCode,
    program_name,
    report::Failure,
    terminal::{self, shown},
};

/// Arguments of `copydesk man`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  copydesk man | man -l -
  copydesk man --out ~/.local/share/man/man1    a page for the program and one for each command")]
pub(crate) struct Args {
    /// Write the pages of the program and of all commands into this folder; else that of the program is printed.
    #[arg(short, long, value_name = "DIR")]
    out: Option<PathBuf>,
}

impl Args {
    pub(crate) fn execute(&self) -> Result<ExitCode, Failure> {
        let name: &'static str = program_name().leak();
        let mut cli = crate::command().name(name).bin_name(name);
        cli.build();
        let Some(folder) = &self.out else {
            let mut page = Vec::new();
            clap_mangen::Man::new(cli).render(&mut page).context("cannot write the page")?;
            terminal::print(&String::from_utf8_lossy(&page))?;
            return Ok(ExitCode::SUCCESS);
        };
        if !folder.is_dir() {
            return Err(anyhow!("{} is no folder", shown(folder)).into());
        }
        let cannot = || format!("cannot write pages into {}", shown(folder));
        for (title, command) in pages(&cli) {
            let mut page = Vec::new();
            clap_mangen::Man::new(command.name(title.clone().leak() as &'static str))
                .render(&mut page)
                .with_context(cannot)?;
            fs::write(folder.join(format!("{title}.1")), page).with_context(cannot)?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// The program and its commands, each with the name of its page: `copydesk-run`.
fn pages(cli: &clap::Command) -> Vec<(String, clap::Command)> {
    let name = cli.get_name();
    let mut pages = vec![(name.to_owned(), cli.clone())];
    let commands = cli.get_subcommands().filter(|command| !command.is_hide_set() && command.get_name() != "help");
    pages.extend(commands.map(|command| (format!("{name}-{}", command.get_name()), command.clone())));
    pages
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_has_a_page() {
        let mut cli = crate::command();
        cli.build();
        let pages = pages(&cli);
        assert!(pages.iter().any(|(name, _)| name == "copydesk-run"));
        for (name, command) in pages {
            let mut page = Vec::new();
            clap_mangen::Man::new(command).render(&mut page).expect("a page");
            let page = String::from_utf8(page).expect("UTF-8");
            assert!(page.contains(".SH NAME") && page.contains(".SH SYNOPSIS"), "{name}: {page}");
        }
    }
}
