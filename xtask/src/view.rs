//! How fast the page over a large run is, and how much memory it takes.

use std::{
    fs,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context as _, bail, ensure};
use serde_json::Value;

use crate::{
    generate::{Shape, small},
    watch::{highest, release},
};

/// Arguments of `cargo xtask view`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// How many documents are made.
    #[arg(long, default_value_t = 1_000_000)]
    documents: u64,
    /// How often each question is asked, of other words and documents each time.
    #[arg(long, default_value_t = 100)]
    times: u32,
    /// Look at this output folder, instead of making one.
    #[arg(long, value_name = "FOLDER")]
    run: Option<PathBuf>,
    /// Folder for the documents, the run and the index; 12 GB for a million.
    #[arg(long, default_value = "target/view")]
    scratch: PathBuf,
    /// Do not build the release program first.
    #[arg(long)]
    no_build: bool,
    /// This program, instead of the release program.
    #[arg(long)]
    program: Option<PathBuf>,
}

/// An answer may take no longer, in 95 of 100 cases.
const SLOWEST: Duration = Duration::from_millis(100);
/// Nor may all that the first view needs.
const FIRST: Duration = Duration::from_secs(1);
/// The server may have no more of its pages in memory than this.
const MOST_RESIDENT: u64 = 500_000_000;

pub(crate) fn run(args: &Args) -> anyhow::Result<()> {
    let program = match &args.program {
        Some(program) => fs::canonicalize(program)?,
        None => release(args.no_build)?,
    };
    fs::create_dir_all(&args.scratch)?;
    let scratch = fs::canonicalize(&args.scratch)?;
    let folder = match &args.run {
        Some(folder) => fs::canonicalize(folder)?,
        None => made(&program, &scratch, args.documents)?,
    };
    let cache = scratch.join("cache");
    if cache.exists() {
        fs::remove_dir_all(&cache)?;
    }
    let first = Served::start(&program, &folder, &cache)?;
    println!("index made and page open after {:.1} s", first.seconds);
    let made = first.resident()?;
    drop(first);
    let served = Served::start(&program, &folder, &cache)?;
    println!("page open after {:.2} s with the index that was kept", served.seconds);
    let mut faults = Vec::new();

    let begun = Instant::now();
    for path in ["/", "/app.css", "/app.js", "/api/run"] {
        let _ = served.ask(path)?;
    }
    println!("first view: {:.0} ms", begun.elapsed().as_secs_f64() * 1e3);
    if begun.elapsed() > FIRST {
        faults.push("the first view takes more than a second".to_owned());
    }
    let summary = served.json("/api/run")?;
    let documents = summary["documents"].as_u64().context("a number of documents")?;
    println!("\n| {documents} documents | median ms | 95 of 100 within ms | slowest ms |\n|---|---|---|---|");
    for (name, paths) in questions(&served, &summary, documents, args.times)? {
        let mut times = Vec::new();
        for path in &paths {
            let begun = Instant::now();
            let _ = served.ask(path)?;
            times.push(begun.elapsed());
        }
        times.sort_unstable();
        let at = |share: f64| times[((times.len() - 1) as f64 * share).round() as usize];
        let ms = |time: Duration| time.as_secs_f64() * 1e3;
        println!("| {name} | {:.1} | {:.1} | {:.1} |", ms(at(0.5)), ms(at(0.95)), ms(at(1.0)));
        if at(0.95) > SLOWEST {
            faults.push(format!("{name} takes {:.0} ms", ms(at(0.95))));
        }
    }
    let resident = made.max(served.resident()?);
    println!("\nmost memory: {} MB", resident / 1_000_000);
    if resident > MOST_RESIDENT {
        faults.push(format!("the page takes {} MB", resident / 1_000_000));
    }
    if faults.is_empty() { Ok(()) } else { bail!("{}", faults.join("; ")) }
}

/// A run over so many invented documents.
fn made(program: &Path, scratch: &Path, documents: u64) -> anyhow::Result<PathBuf> {
    for old in ["corpus.jsonl", "out"] {
        let old = scratch.join(old);
        if old.is_dir() {
            fs::remove_dir_all(old)?;
        } else if old.exists() {
            fs::remove_file(old)?;
        }
    }
    let _ = small(documents, Shape::File, &scratch.join("corpus.jsonl"), 1)?;
    fs::write(scratch.join("pipeline.toml"), include_str!("view.toml"))?;
    let mut command = Command::new(program);
    command.args(["run", "pipeline.toml", "corpus.jsonl", "-q", "--replace"]).current_dir(scratch);
    let status = command.status()?;
    ensure!(status.success(), "the run ended with {status}");
    Ok(scratch.join("out"))
}

/// What somebody asks of the page, each several times.
fn questions(
    served: &Served,
    summary: &Value,
    documents: u64,
    times: u32,
) -> anyhow::Result<Vec<(&'static str, Vec<String>)>> {
    // Spread over the run, the same on every machine.
    let numbers: Vec<u64> = (0..u64::from(times)).map(|n| 1 + (n * 7_919 * 131) % documents).collect();
    let mut words = Vec::new();
    for number in &numbers {
        let record = served.json(&format!("/api/document?n={number}"))?;
        let text = record["text"].as_str().unwrap_or_default().to_owned();
        let word = |at: usize| text.split_whitespace().nth(at).unwrap_or("the").to_owned();
        words.push((word(3), format!("{} {}", word(5), word(6))));
    }
    let encoded = |word: &str| word.bytes().map(|byte| format!("%{byte:02X}")).collect::<Vec<_>>().concat();
    let names = |of: &str| -> Vec<String> {
        let list = summary[of].as_array().into_iter().flatten();
        list.filter_map(|row| row["name"].as_str().map(encoded)).collect()
    };
    let each = |names: &[String], path: &dyn Fn(&str) -> String| -> Vec<String> {
        names.iter().cycle().take(if names.is_empty() { 0 } else { times as usize }).map(|name| path(name)).collect()
    };
    let orders = ["latest", "earliest", "shortest", "longest", "title", "unsure"].map(str::to_owned);
    let asked = vec![
        (
            "search for a word",
            words.iter().map(|(word, _)| format!("/api/documents?words={}", encoded(word))).collect(),
        ),
        (
            "search for two words, latest first",
            words.iter().map(|(_, two)| format!("/api/documents?order=latest&words={}", encoded(two))).collect(),
        ),
        ("by language", each(&names("languages"), &|name| format!("/api/documents?language={name}"))),
        ("by site, by title", each(&names("sites"), &|name| format!("/api/documents?order=title&site={name}"))),
        ("by rule", each(&names("rules"), &|name| format!("/api/documents?order=shortest&rule={name}"))),
        ("by what is missing", each(&["authors".to_owned()], &|name| format!("/api/documents?missing={name}"))),
        ("in another order", each(&orders, &|name| format!("/api/documents?order={name}"))),
        ("far behind", numbers.iter().map(|n| format!("/api/documents?order=longest&offset={n}")).collect()),
        ("a record", numbers.iter().map(|n| format!("/api/document?n={n}")).collect()),
        ("the account of a document", numbers.iter().map(|n| format!("/api/account?n={n}")).collect()),
        ("its source", numbers.iter().map(|n| format!("/source?n={n}")).collect()),
    ];
    Ok(asked.into_iter().filter(|(_, paths): &(_, Vec<String>)| !paths.is_empty()).collect())
}

/// The page, served.
struct Served {
    program: Child,
    host: String,
    token: String,
    seconds: f64,
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}

impl Served {
    fn start(program: &Path, folder: &Path, cache: &Path) -> anyhow::Result<Self> {
        let begun = Instant::now();
        let mut command = Command::new(program);
        command.arg("view").arg(folder).env("XDG_CACHE_HOME", cache).stdout(Stdio::piped());
        let mut program = command.spawn()?;
        let mut address = String::new();
        let out = program.stdout.take().context("it is piped")?;
        let _ = BufReader::new(out).read_line(&mut address)?;
        let found = address.trim().strip_prefix("http://").and_then(|rest| rest.split_once("/?token="));
        let (host, token) = found.context("the page did not open")?;
        let seconds = begun.elapsed().as_secs_f64();
        Ok(Self { host: host.to_owned(), token: token.to_owned(), seconds, program })
    }

    fn ask(&self, path: &str) -> anyhow::Result<String> {
        let mut stream = TcpStream::connect(&self.host)?;
        let Self { host, token, .. } = self;
        let port = host.rsplit(':').next().unwrap_or_default();
        let head = format!(
            "GET {path} HTTP/1.1\r\nHost: {host}\r\nCookie: copydesk{port}={token}\r\nConnection: close\r\n\r\n"
        );
        stream.write_all(head.as_bytes())?;
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer)?;
        let answer = String::from_utf8_lossy(&answer).into_owned();
        ensure!(answer.starts_with("HTTP/1.1 200"), "{path}: {}", answer.lines().next().unwrap_or_default());
        Ok(answer)
    }

    fn json(&self, path: &str) -> anyhow::Result<Value> {
        let answer = self.ask(path)?;
        Ok(serde_json::from_str(answer.split_once("\r\n\r\n").map_or("", |(_, body)| body))?)
    }

    /// The most memory that it has had, in bytes.
    fn resident(&self) -> anyhow::Result<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.program.id()))?;
        highest(&status).context("/proc has another form than expected")
    }
}
