//! `copydesk detect`

use std::{
    ffi::OsString,
    fmt::Write as _,
    fs::File,
    io::{self, BufRead, BufReader, Read},
    path::Path,
};

use anyhow::{Context as _, anyhow};
use copydesk_document::{Document, Input};
use copydesk_langid::{Detector, Lang};
use copydesk_parse::Limits;

use crate::{
    exit::ExitCode,
    report::{Failure, Reporter},
    terminal::{self, Tone},
};

/// How much is written at a time.
const CHUNK: usize = 64 * 1024;

/// Candidates that are less likely are not shown, the best one aside.
const WORTH_SHOWING: f32 = 0.001;

/// Arguments of `copydesk detect`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  copydesk detect 'Tin tức trong ngày'        the most likely languages of a text
  copydesk detect page.html                   of the visible text of a document
  copydesk detect --lines < captions.txt      a tag and a confidence for each line")]
pub(crate) struct Args {
    /// A text, a file, or - for standard input.
    #[arg(value_name = "TEXT|FILE", default_value = "-")]
    text: OsString,
    /// Read lines, and write for each its tag, a tab and the confidence.
    #[arg(long)]
    lines: bool,
    /// Only these languages can be found, as BCP 47 tags with commas between them.
    #[arg(long, value_delimiter = ',', value_name = "TAGS", value_parser = tag)]
    only: Vec<Lang>,
    /// How many candidates to show.
    #[arg(long, default_value_t = 5, value_name = "N")]
    top: usize,
}

fn tag(tag: &str) -> Result<Lang, String> {
    Lang::from_tag(tag)
        .ok_or_else(|| format!("`{tag}` is no language that the model knows; tags look like en, vi, zh-Hant"))
}

/// No line of text is longer.
const LONGEST_LINE: u64 = 16 << 20;

impl Args {
    pub(crate) fn execute(&self, reporter: &Reporter) -> Result<ExitCode, Failure> {
        let restricted = (!self.only.is_empty()).then(|| Detector::restricted(&self.only));
        let detector = restricted.as_ref().unwrap_or_else(|| Detector::embedded());
        if self.lines {
            self.each_line(detector)?;
        } else {
            self.whole(detector, reporter)?;
        }
        Ok(ExitCode::SUCCESS)
    }

    fn each_line(&self, detector: &Detector) -> Result<(), Failure> {
        let source: Box<dyn Read> = if self.is_stdin() { Box::new(io::stdin()) } else { Box::new(self.open()?) };
        let mut reader = BufReader::new(source);
        let mut out = String::new();
        let mut line = Vec::new();
        loop {
            line.clear();
            let read = reader.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut line);
            if read.with_context(|| format!("cannot read {}", self.shown()))? == 0 {
                break;
            }
            if line.len() as u64 == LONGEST_LINE {
                terminal::print(&out)?;
                return Err(
                    anyhow!("{} has a line of more than {LONGEST_LINE} bytes; is it text?", self.shown()).into()
                );
            }
            let best = detector.best(String::from_utf8_lossy(&line).trim_end());
            let _ = writeln!(out, "{}\t{:.4}", best.lang.tag(), best.confidence);
            if out.len() > CHUNK {
                terminal::print(&out)?;
                out.clear();
            }
        }
        terminal::print(&out)
    }

    fn whole(&self, detector: &Detector, reporter: &Reporter) -> Result<(), Failure> {
        let text = self.read()?;
        let paint = terminal::Paint::stdout(reporter.color);
        let mut ranked = detector.rank(&text, self.top.max(1));
        let best = ranked.first().copied();
        ranked.retain(|guess| guess.confidence >= WORTH_SHOWING || Some(*guess) == best);
        let mut out = String::new();
        if ranked.is_empty() {
            out.push_str("und      no language: a number, an address, or no letters\n");
        }
        for (at, guess) in ranked.iter().enumerate() {
            let tag = paint.paint(if at == 0 { Tone::Strong } else { Tone::Quiet }, guess.lang.tag());
            let pad = " ".repeat(8_usize.saturating_sub(guess.lang.tag().len()));
            let _ = writeln!(out, "{tag}{pad} {:>5.1} %  {}", guess.confidence * 100.0, guess.lang.name());
        }
        terminal::print(&out)
    }

    fn is_stdin(&self) -> bool {
        self.text == "-"
    }

    /// What was given, for a message.
    fn shown(&self) -> String {
        copydesk_intake::shown_path(Path::new(&self.text))
    }

    fn open(&self) -> anyhow::Result<File> {
        File::open(&self.text).with_context(|| format!("cannot open {}", self.shown()))
    }

    /// The text given, or the visible text of the document given.
    fn read(&self) -> Result<String, Failure> {
        let path = Path::new(&self.text);
        let mut bytes = Vec::new();
        if self.is_stdin() {
            io::stdin().read_to_end(&mut bytes).context("cannot read standard input")?;
        } else if path.is_dir() {
            let text = crate::terminal::one_line(&self.shown());
            return Err(anyhow!("{text} is a folder: name a file in it, or `copydesk run` all of it").into());
        } else if path.exists() {
            let most = Limits::default().max_bytes;
            let read = self.open()?.take(most + 1).read_to_end(&mut bytes);
            read.with_context(|| format!("cannot read {}", self.shown()))?;
            if bytes.len() as u64 > most {
                return Err(anyhow!("{} has more than {most} bytes", self.shown()).into());
            }
        } else {
            return match self.text.to_str() {
                Some(text) if !looks_like_a_path(text) => Ok(text.to_owned()),
                _ => {
                    let text = crate::terminal::one_line(&self.shown());
                    let way = "a text that looks so can be given by `copydesk detect -`";
                    Err(anyhow!("there is no file {text}; {way}").into())
                }
            };
        }
        let doc = copydesk_parse::parse(&Input::new(self.shown(), bytes), &Limits::default())
            .with_context(|| format!("cannot read {}", self.shown()))?;
        Ok(visible(&doc))
    }
}

/// One word with the ending of a file, or with folders before it.
fn looks_like_a_path(text: &str) -> bool {
    let ending = text.rsplit_once('.').filter(|(name, _)| !name.is_empty()).map_or("", |(_, ending)| ending);
    let is_ending =
        (1..=5).contains(&ending.len()) && ending.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    let folders = ["/", "./", "../", "~/"].iter().any(|start| text.starts_with(start)) || text.matches('/').count() > 1;
    !text.contains(char::is_whitespace) && (is_ending || folders)
}

fn visible(doc: &Document) -> String {
    doc.iter().filter(|(_, block)| !block.hidden).map(|(id, _)| doc.text(id)).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_not_there_is_no_text() {
        for path in ["nope.html", "a/b.txt", "/tmp/x", "../x", "page.md5"] {
            assert!(looks_like_a_path(path), "{path}");
        }
        for text in ["Hello.", "Tin tức trong ngày", "z. B.", "and/or", "...", "東京。", "a.b c"] {
            assert!(!looks_like_a_path(text), "{text}");
        }
    }
}
