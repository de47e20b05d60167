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
    _folder: tempfile::TempDir,
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
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
        fs::write(at("page.html"), page).unwrap();
        let ended = copydesk(["run", "pipelines/news.toml", &at("page.html"), "-q", "-o", &at("out")], "");
        assert_eq!(ended.code, 0, "{}", ended.stderr);
        let mut program = command(["view", &at("out")]).env("XDG_CACHE_HOME", at("cache")).spawn().unwrap();
        let mut address = String::new();
        BufReader::new(program.stdout.take().unwrap()).read_line(&mut address).unwrap();
        let (host, token) = address.trim().strip_prefix("http://").unwrap().split_once("/?token=").unwrap();
        Self { program, host: host.to_owned(), token: token.to_owned(), _folder: folder }
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
fn a_folder_without_records_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let ended = copydesk(["view", folder.path().to_str().unwrap()], "");
    assert!(ended.code == 2 && ended.stderr.contains("neither records.sqlite nor records.jsonl"), "{}", ended.stderr);
}
