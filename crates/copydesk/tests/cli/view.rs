//! The page over a run: who gets in, and what there is to see.

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    process::Child,
};

use crate::program::{command, copydesk};
use serde_json::Value;

const TEXT: &str =
    "The harbour will be closed on Monday, since the crane has to be painted before winter comes, said Ann.";

struct Served {
    program: Child,
    host: String,
    token: String,
    folder: tempfile::TempDir,
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}

impl Served {
    /// A run over one page, served.
    fn start(page: &str) -> Self {
        Self::with(page, &[])
    }

    /// The same with further options, in which `DIR` is the folder of the run.
    fn with(page: &str, options: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
        fs::write(at("page.html"), page).unwrap();
        let ended = copydesk(["run", "pipelines/news.toml", &at("page.html"), "-q", "-o", &at("out")], "");
        assert_eq!(ended.code, 0, "{}", ended.stderr);
        let out = at("out");
        let options: Vec<String> =
            options.iter().map(|option| option.replace("DIR", folder.path().to_str().unwrap())).collect();
        let arguments = ["view", &out].into_iter().chain(options.iter().map(String::as_str));
        let mut program = command(arguments).env("COPYDESK_CACHE", at("cache")).spawn().unwrap();
        let mut address = String::new();
        BufReader::new(program.stdout.take().unwrap()).read_line(&mut address).unwrap();
        let (host, token) = address.trim().strip_prefix("http://").unwrap().split_once("/?token=").unwrap();
        Self { program, host: host.to_owned(), token: token.to_owned(), folder }
    }

    fn ask(&self, method: &str, path: &str, host: &str, cookie: &str) -> String {
        let mut stream = TcpStream::connect(&self.host).unwrap();
        let head = format!("{method} {path} HTTP/1.1\r\nHost: {host}\r\nCookie: {cookie}\r\nConnection: close\r\n\r\n");
        stream.write_all(head.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    fn cookie(&self) -> String {
        format!("other=1; copydesk{}={}", self.host.rsplit(':').next().unwrap(), self.token)
    }

    fn get(&self, path: &str) -> String {
        self.ask("GET", path, &self.host, &self.cookie())
    }

    fn json(&self, path: &str) -> Value {
        let answer = self.get(path);
        serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap_or_else(|_| panic!("{answer}"))
    }

    /// Posts what the page would, as coming from there: the status, and what is answered.
    fn post(&self, path: &str, value: &Value, origin: &str) -> (u16, String) {
        let body = value.to_string();
        let mut stream = TcpStream::connect(&self.host).unwrap();
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: {}\r\nOrigin: {origin}\r\nCookie: {}\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\nConnection: close\r\n\r\n",
            self.host,
            self.cookie(),
            body.len()
        );
        stream.write_all((head + &body).as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
    }

    fn own(&self) -> String {
        format!("http://{}", self.host)
    }
}

#[test]
fn who_has_no_key_gets_nothing() {
    let served = Served::start(&format!("<h1>Crane</h1><p>{TEXT}</p>"));
    let own = served.host.clone();
    let status = |answer: String| answer.split(' ').nth(1).unwrap().to_owned();
    assert_eq!(status(served.get("/")), "200");
    assert_eq!(status(served.ask("GET", "/api/run", &own, "")), "403");
    assert_eq!(status(served.ask("GET", "/", &own, "copydesk=x")), "403");
    assert_eq!(status(served.ask("GET", "/api/run", "harbour.example", &served.cookie())), "403");
    assert_eq!(status(served.ask("POST", "/api/run", &own, &served.cookie())), "405");
    let entered = served.ask("GET", &format!("/?token={}", served.token), &own, "");
    assert!(entered.starts_with("HTTP/1.1 303") && entered.contains("HttpOnly; SameSite=Strict"), "{entered}");
    assert!(served.get("/").contains("content-security-policy: default-src 'none'; script-src 'self'"));
}

#[test]
fn a_document_is_shown_with_its_source_and_its_reasons() {
    let served = Served::start(&format!("<nav><a href=/>Home</a></nav><h1>Crane</h1><p title='a > b'>{TEXT}</p>"));
    let run = served.json("/api/run");
    assert_eq!((&run["documents"], &run["quarantined"]), (&1.into(), &0.into()), "{run}");
    assert_eq!(served.json("/api/documents?words=crane")["number"], 1);
    assert_eq!(served.json("/api/documents?words=cranes")["number"], 0);
    assert_eq!(served.json("/api/documents?missing=published&order=latest")["documents"][0]["title"], "Crane");
    let again = served.json("/api/account?n=1");
    assert_eq!((&again["changed"], &again["account"]["lines"]["missing"]), (&false.into(), &0.into()), "{again}");
    let source = served.get("/source?n=1");
    assert!(source.contains("sandbox allow-same-origin; default-src 'none'"), "{source}");
    assert!(
        source.contains("<p title='a > b'><copydesk-mark data-block=2 data-fate=kept></copydesk-mark>The harb"),
        "{source}"
    );
    assert!(served.get("/api/document?n=2").starts_with("HTTP/1.1 404"));
}

#[test]
fn what_is_marked_is_gold_that_eval_reads() {
    let page = format!("<nav><a href=/>Home</a></nav><h1>Crane</h1><p>{TEXT}</p><p>Subscribe to our letter</p>");
    let served = Served::with(&page, &["--gold", "DIR/ann"]);
    let account = served.json("/api/account?n=1");
    let entries = account["account"]["entries"].as_array().unwrap();
    let block = entries.iter().find(|entry| entry["text"] == "Subscribe to our letter").unwrap();
    assert_eq!((&block["fate"], &account["gold"]), (&"dropped".into(), &Value::Null));
    let said = |wrong: &[&Value], done: bool| serde_json::json!({ "n": 1, "wrong": wrong, "title": "Crane", "authors": [], "published": "2026-03-04", "done": done });
    let own = served.own();
    // Who is not the page changes nothing.
    assert_eq!(served.post("/api/gold", &said(&[], true), "http://harbour.example").0, 403);
    assert_eq!(served.post("/api/gold", &serde_json::json!({ "n": 1 }), &own).0, 400);
    assert_eq!(served.json("/api/gold")["done"], 0);

    let (status, begun) = served.post("/api/gold", &said(&[&block["id"]], false), &own);
    assert!(status == 200 && begun.contains(r#""begun":1"#), "{status} {begun}");
    assert_eq!(served.json("/api/undone?n=0"), 1);
    let (status, done) = served.post("/api/gold", &said(&[&block["id"]], true), &own);
    assert!(status == 200 && done.contains(r#""done":1"#), "{status} {done}");
    assert_eq!(served.json("/api/undone?n=0"), Value::Null);
    assert_eq!(served.json("/api/account?n=1")["gold"]["wrong"], serde_json::json!([block["id"]]));

    let at = |name: &str| served.folder.path().join(name).to_str().unwrap().to_owned();
    let gold: Value = serde_json::from_str(&fs::read_to_string(at("ann/gold.jsonl")).unwrap()).unwrap();
    assert_eq!(gold["text"], format!("{TEXT}\nSubscribe to our letter"));
    assert_eq!(gold["absent"], serde_json::json!(["authors"]));
    let source = at(&format!("ann/html/{}.html.gz", gold["id"].as_str().unwrap()));
    assert!(fs::metadata(source).is_ok_and(|file| file.len() > 0));

    // The figures of the page are those of `eval`.
    let ended = copydesk(["eval", &at("ann/gold.jsonl"), &at("out/records.jsonl")], "");
    let all: Vec<&str> = ended.stdout.lines().find(|line| line.starts_with("all ")).unwrap().split(' ').collect();
    let all: Vec<&str> = all.into_iter().filter(|word| !word.is_empty()).collect();
    let measures = served.json("/api/gold")["measures"].clone();
    let f1 = measures[0]["mean"].as_f64().unwrap();
    assert_eq!((all[3], all[9], all[10]), (format!("{f1:.4}").as_str(), "1.0000", "0.0000"), "{}", ended.stdout);
    assert!(f1 < 1.0 && f1 > 0.8, "{f1}");

    // Another person has left the block where it was.
    fs::create_dir(at("bo")).unwrap();
    let mut other = gold.clone();
    for judged in other["blocks"].as_array_mut().unwrap() {
        judged["in_text"] = judged["was_in_text"].clone();
    }
    fs::write(at("bo/gold.jsonl"), other.to_string()).unwrap();
    let ended = copydesk(["eval", &at("ann/gold.jsonl"), &at("bo/gold.jsonl"), "--agreement"], "");
    assert!(ended.stdout.contains("blocks      75.0 % alike, kappa 0.500"), "{}{}", ended.stdout, ended.stderr);

    // What somebody else has written meanwhile is not written over.
    fs::write(at("ann/gold.jsonl"), "").unwrap();
    let (status, refused) = served.post("/api/gold", &said(&[], true), &own);
    assert!(status == 500 && refused.contains("was changed by somebody else"), "{status} {refused}");
}

#[test]
fn another_pipeline_is_tried_in_the_page() {
    let served = Served::start(&format!("<h1>Crane</h1><p>{TEXT}</p>"));
    let pipeline = served.json("/api/pipeline")["text"].as_str().unwrap().to_owned();
    let ask = |pipeline: &str| {
        served.post("/api/replay", &serde_json::json!({ "pipeline": pipeline, "n": 1, "sample": 9 }), &served.own())
    };
    let (status, same) = ask(&pipeline);
    assert!(status == 200 && same.contains(r#""same":1,"changed":0"#), "{status} {same}");
    let (status, answer) = ask(&pipeline.replacen(r#"use = "strip-boilerplate""#, r#"use = "detect-language""#, 1));
    assert!(status == 422 && answer.contains("detect-language"), "{status} {answer}");
    let without = "[[stage]]\nuse = \"detect-language\"\n[[export]]\nuse = \"jsonl\"\n";
    let (status, answer) = ask(without);
    let answer: Value = serde_json::from_str(&answer).unwrap_or_else(|_| panic!("{status} {answer}"));
    assert_eq!(
        (&answer["document"]["difference"]["documents"]["changed"], &answer["sample"]["tried"]),
        (&1.into(), &1.into())
    );
    assert!(answer["document"]["difference"]["blocks"].to_string().contains("runner / all-text"), "{answer}");
    // No page makes the program start another one.
    let started = served.folder.path().join("started");
    let exec = format!("use = \"exec\"\ncommand = [\"touch\", \"{}\"]", started.display());
    for stage in [exec.as_str(), "include = \"other.toml\""] {
        let (status, answer) = ask(&format!("[[stage]]\n{stage}\n[[export]]\nuse = \"jsonl\"\n"));
        assert!(status == 422 && answer.contains("reaches out of the program"), "{status} {answer}");
    }
    assert!(!started.exists());
    assert_eq!(served.post("/api/gold", &Value::Null, &served.own()).0, 404);
}

#[test]
fn a_run_into_a_database_alone_is_shown_too() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    fs::write(at("a.html"), format!("<h1>Crane</h1><p>{TEXT}</p><figure><img src=c.jpg><figcaption>The crane on Monday. Photo: Ida Holm</figcaption></figure>")).unwrap();
    let stages = ["strip-boilerplate", "detect-language", "split-captions", "extract-metadata"];
    let stages = stages.map(|stage| format!("[[stage]]\nuse = \"{stage}\"\n")).concat();
    fs::write(at("p.toml"), format!("{stages}[[export]]\nuse = \"sqlite\"\n")).unwrap();
    let ended = copydesk(["run", &at("p.toml"), &at("a.html"), "-q", "-o", &at("out")], "");
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    let mut program = command(["view", &at("out")]).env("COPYDESK_CACHE", at("cache")).spawn().unwrap();
    let mut address = String::new();
    BufReader::new(program.stdout.take().unwrap()).read_line(&mut address).unwrap();
    let (host, token) = address.trim().strip_prefix("http://").unwrap().split_once("/?token=").unwrap();
    let served = Served { program, host: host.to_owned(), token: token.to_owned(), folder };
    assert_eq!(served.json("/api/run")["captions"], 1);
    let record = served.json("/api/document?n=1");
    assert_eq!((&record["title"], &record["captions"][0]["credit"]), (&"Crane".into(), &"Ida Holm".into()), "{record}");
    assert_eq!(served.json("/api/account?n=1")["changed"], false);
}

#[test]
fn a_folder_without_records_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let ended = copydesk(["view", folder.path().to_str().unwrap()], "");
    assert!(ended.code == 2 && ended.stderr.contains("neither records.sqlite nor records.jsonl"), "{}", ended.stderr);
}
