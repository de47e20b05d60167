//! HTTP on 127.0.0.1, for one person.
//!
//! Who may ask: whoever has the token, which stands in the address that the program prints, and from then on in a cookie
//! that no other site can send. The name in `Host` must be this machine's, so that a foreign name that is made to point
//! here gets nothing. What changes something, or computes with what it is given, is a `POST` from the page itself: it names
//! this address as its origin, and says that it is JSON, which no form of another site can do. All else is only read.

use std::{convert::Infallible, net::Ipv4Addr, sync::Arc};

use http_body_util::{BodyExt as _, Full, Limited};
use hyper::{
    Method, Request, Response, StatusCode,
    body::{Bytes, Incoming},
    header::{self, HeaderValue},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::{
    Book, Error, Explain, Explained, Index, Place, Said,
    columns::{Filter, Order},
    page::{annotated, lines_as_page},
};

/// No page sends more.
const LONGEST: usize = 4 << 20;
/// As many documents of a run are tried with another pipeline at most.
const SAMPLE: usize = 1_000;

/// What the page itself may load: its own files, and nothing else.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; \
    frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
/// What a document may do: be looked at.
const DOCUMENT_POLICY: &str = "sandbox allow-same-origin; default-src 'none'; style-src 'unsafe-inline'; img-src data:; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'self'";

const HTML: &str = "text/html; charset=utf-8";
const ASSETS: [(&str, &str, &str); 3] = [
    ("/", HTML, include_str!("../assets/index.html")),
    ("/app.js", "text/javascript; charset=utf-8", include_str!("../assets/app.js")),
    ("/app.css", "text/css; charset=utf-8", include_str!("../assets/app.css")),
];

type Answer = Response<Full<Bytes>>;

struct Server {
    index: Index,
    book: Option<Book>,
    explain: Arc<dyn Explain>,
    token: String,
    hosts: [String; 2],
}

pub(crate) fn run(
    port: u16,
    index: Index,
    book: Option<Book>,
    explain: Arc<dyn Explain>,
    ready: impl FnOnce(&str),
) -> Result<(), Error> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.map_err(Error::Listen)?.block_on(async {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(Error::Listen)?;
        let port = listener.local_addr().map_err(Error::Listen)?.port();
        let mut secret = [0_u8; 16];
        getrandom::fill(&mut secret).map_err(|error| Error::Listen(std::io::Error::other(error.to_string())))?;
        let token = format!("{:032x}", u128::from_be_bytes(secret));
        ready(&format!("http://127.0.0.1:{port}/?token={token}"));
        let hosts = [format!("127.0.0.1:{port}"), format!("localhost:{port}")];
        let server = Arc::new(Server { index, book, explain, token, hosts });
        loop {
            // A connection that breaks before it is taken is nobody's loss.
            let Ok((stream, _)) = listener.accept().await else { continue };
            let server = Arc::clone(&server);
            tokio::spawn(async move {
                let service = service_fn(move |request: Request<Incoming>| {
                    let server = Arc::clone(&server);
                    async move {
                        let (head, body) = request.into_parts();
                        let Ok(body) = Limited::new(body, LONGEST).collect().await else {
                            return Ok(text(StatusCode::PAYLOAD_TOO_LARGE, "that is more than this page takes"));
                        };
                        let request = Request::from_parts(head, body.to_bytes());
                        let answer = tokio::task::spawn_blocking(move || server.answer(&request)).await;
                        Ok::<_, Infallible>(answer.unwrap_or_else(|_| {
                            text(StatusCode::INTERNAL_SERVER_ERROR, "a bug; the terminal says more")
                        }))
                    }
                });
                let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
            });
        }
    })
}

impl Server {
    fn answer(&self, request: &Request<Bytes>) -> Answer {
        let of = |name| request.headers().get(name).and_then(|value: &HeaderValue| value.to_str().ok()).unwrap_or("");
        let host = of(header::HOST);
        if !self.hosts.iter().any(|own| own == host) {
            return text(StatusCode::FORBIDDEN, "this page is for this machine alone");
        }
        let path = request.uri().path();
        let is_post = request.method() == Method::POST && POSTS.contains(&path);
        if request.method() != Method::GET && !is_post {
            return text(StatusCode::METHOD_NOT_ALLOWED, "nothing can be changed here");
        }
        let query = Query(request.uri().query().unwrap_or(""));
        let given = query.get("token");
        if path == "/" && !given.is_empty() && same(&given, &self.token) {
            let mut answer = text(StatusCode::SEE_OTHER, "");
            let cookie = format!("{}={}; HttpOnly; SameSite=Strict; Path=/", self.cookie(), self.token);
            answer.headers_mut().insert(header::LOCATION, HeaderValue::from_static("/"));
            answer
                .headers_mut()
                .insert(header::SET_COOKIE, HeaderValue::from_str(&cookie).expect("letters and digits"));
            return answer;
        }
        let cookies = of(header::COOKIE).split(';').filter_map(|cookie| cookie.trim().split_once('='));
        let name = self.cookie();
        if !cookies.into_iter().any(|(key, value)| key == name && same(value, &self.token)) {
            return text(StatusCode::FORBIDDEN, "open the address that `copydesk view` has printed: it holds the key");
        }
        if is_post {
            let origin = of(header::ORIGIN);
            let is_own = origin.strip_prefix("http://").is_some_and(|origin| origin == host);
            if !is_own || of(header::CONTENT_TYPE) != "application/json" {
                return text(StatusCode::FORBIDDEN, "that did not come from this page");
            }
            return self.take(path, request.body());
        }
        if let Some((_, kind, body)) = ASSETS.iter().find(|(name, ..)| *name == path) {
            return with(StatusCode::OK, kind, Bytes::from_static(body.as_bytes()), POLICY);
        }
        self.data(path, &query)
    }

    /// The name of the cookie: cookies do not know ports, and two runs can be looked at at once.
    fn cookie(&self) -> String {
        format!("copydesk{}", self.hosts[0].rsplit(':').next().unwrap_or_default())
    }

    fn data(&self, path: &str, query: &Query<'_>) -> Answer {
        let count = |name: &str, default| query.get(name).parse::<usize>().unwrap_or(default);
        let number = count("n", 0);
        let found = match path {
            "/api/run" => {
                let mut summary = self.index.summary().clone();
                summary["pipeline"] = json!(self.explain.pipeline());
                summary["gold"] = json!(self.book.is_some());
                Ok(Some(summary))
            }
            "/api/documents" => {
                let filter = Filter {
                    words: query.get("words"),
                    language: query.get("language"),
                    site: query.get("site"),
                    rule: query.get("rule"),
                    note: query.get("note"),
                    missing: query.get("missing"),
                };
                let order = Order::named(&query.get("order"));
                self.index.select(&filter, order, count("offset", 0), count("limit", 50)).map(Some)
            }
            "/api/document" => self.index.document(number).map(|record| record.map(|record| json!(record))),
            "/api/account" => self.account(number),
            "/api/pipeline" => Ok(Some(json!({ "text": self.explain.text(), "name": self.explain.pipeline() }))),
            "/api/gold" => self.book.as_ref().map(|book| self.figures(book)).transpose(),
            "/api/undone" => self.book.as_ref().map(|book| self.undone(book, number)).transpose(),
            "/api/number" => self.index.number(&query.get("uri")).map(|number| number.map(|number| json!(number))),
            "/source" => return self.source(number),
            _ => Ok(None),
        };
        given(found)
    }

    /// What the page sends.
    fn take(&self, path: &str, body: &[u8]) -> Answer {
        let wrong = |error: serde_json::Error| text(StatusCode::BAD_REQUEST, &format!("not understood: {error}"));
        match path {
            "/api/gold" => {
                let Some(book) = &self.book else {
                    return text(
                        StatusCode::NOT_FOUND,
                        "name a folder for what is marked: `copydesk view OUT --gold FOLDER`",
                    );
                };
                match serde_json::from_slice(body) {
                    Ok(said) => given(self.keep(book, &said)),
                    Err(error) => wrong(error),
                }
            }
            _ => match serde_json::from_slice(body) {
                Ok(asked) => self.replay(&asked),
                Err(error) => wrong(error),
            },
        }
    }

    fn keep(&self, book: &Book, said: &Said) -> Result<Option<Value>, Error> {
        let Some(record) = self.index.document(said.n)? else { return Ok(None) };
        let explained = self.explain.explain(&Place::of(&record)).map_err(Error::Gold)?;
        book.keep(said, &record, &explained)?;
        self.figures(book).map(Some)
    }

    fn figures(&self, book: &Book) -> Result<Value, Error> {
        let mut figures = book.figures(&|uri| self.index.answer(uri))?;
        // Where two people differ is opened by its number.
        for other in figures["others"].as_array_mut().into_iter().flatten() {
            for apart in other["agreement"]["apart"].as_array_mut().into_iter().flatten() {
                let number = self.index.number(apart["uri"].as_str().unwrap_or_default())?;
                apart["document"] = json!(number);
            }
        }
        Ok(figures)
    }

    /// The first document behind this one that is not done.
    fn undone(&self, book: &Book, number: usize) -> Result<Value, Error> {
        for next in number + 1..=self.index.documents() {
            if self.index.document(next)?.is_some_and(|record| !book.is_done(&record.source.uri)) {
                return Ok(json!(next));
            }
        }
        Ok(Value::Null)
    }

    /// What another pipeline does with a document, and with others of the run.
    fn replay(&self, asked: &Asked) -> Answer {
        let tried = || -> Result<Result<Value, String>, Error> {
            let document = match asked.n {
                Some(number) => self.index.document(number)?.map(|record| Place::of(&record)),
                None => None,
            };
            let sample = self.index.sample(asked.sample.min(SAMPLE))?;
            let document = document.map(|place| self.explain.replay(&asked.pipeline, &[place])).transpose();
            Ok(document.and_then(|document| {
                let sample = self.explain.replay(&asked.pipeline, &sample)?;
                Ok(json!({ "document": document, "sample": sample }))
            }))
        };
        match tried() {
            Ok(Ok(value)) => given(Ok(Some(value))),
            Ok(Err(what)) => text(StatusCode::UNPROCESSABLE_ENTITY, &what),
            Err(error) => given(Err(error)),
        }
    }

    /// A document as it is today, and whether its source has changed since the run; none if there is no such number.
    fn again(&self, number: usize) -> Result<Option<Again>, Error> {
        let Some(record) = self.index.document(number)? else { return Ok(None) };
        Ok(Some(self.explain.explain(&Place::of(&record)).map(|explained| {
            let changed = explained.sha256 != record.source.sha256;
            (explained, changed)
        })))
    }

    fn account(&self, number: usize) -> Result<Option<Value>, Error> {
        Ok(self.again(number)?.map(|again| match again {
            Ok((explained, changed)) => {
                let gold = self.book.as_ref().map(|book| book.page(&explained));
                let Explained { account, outcome, .. } = explained;
                json!({ "account": account, "outcome": outcome, "changed": changed, "gold": gold })
            }
            Err(error) => json!({ "error": error }),
        }))
    }

    fn source(&self, number: usize) -> Answer {
        let page = match self.again(number) {
            Ok(Some(Ok((explained, _)))) if explained.html => annotated(&explained.content, &explained.account),
            Ok(Some(Ok((explained, _)))) => lines_as_page(&explained.content, &explained.account),
            Ok(Some(Err(error))) => return text(StatusCode::NOT_FOUND, &error),
            Ok(None) => return text(StatusCode::NOT_FOUND, "there is no such document"),
            Err(error) => return text(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string()),
        };
        with(StatusCode::OK, HTML, Bytes::from(page), DOCUMENT_POLICY)
    }
}

/// What may be sent.
const POSTS: [&str; 2] = ["/api/gold", "/api/replay"];

/// Another pipeline, for a document and for so many others of the run.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    pipeline: String,
    n: Option<usize>,
    sample: usize,
}

fn given(found: Result<Option<Value>, Error>) -> Answer {
    match found {
        Ok(Some(value)) => with(StatusCode::OK, "application/json", Bytes::from(value.to_string()), POLICY),
        Ok(None) => text(StatusCode::NOT_FOUND, "there is no such thing here"),
        Err(error) => text(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string()),
    }
}

/// A document that was read again with whether it has changed, or why it cannot be read.
type Again = Result<(Explained, bool), String>;

/// Compares all bytes, wherever the first difference is.
fn same(a: &str, b: &str) -> bool {
    a.len() == b.len() && a.bytes().zip(b.bytes()).fold(0, |differs, (a, b)| differs | (a ^ b)) == 0
}

fn text(status: StatusCode, message: &str) -> Answer {
    with(status, "text/plain; charset=utf-8", Bytes::copy_from_slice(message.as_bytes()), POLICY)
}

fn with(status: StatusCode, kind: &str, body: Bytes, policy: &'static str) -> Answer {
    Response::builder()
        .status(status)
        .header(header::CONTENT_TYPE, kind)
        .header(header::CONTENT_SECURITY_POLICY, policy)
        .header(header::X_CONTENT_TYPE_OPTIONS, "nosniff")
        .header(header::REFERRER_POLICY, "no-referrer")
        .header(header::CACHE_CONTROL, "no-store")
        .header("cross-origin-resource-policy", "same-origin")
        .header("cross-origin-opener-policy", "same-origin")
        .body(Full::new(body))
        .expect("headers of our own")
}

/// The query of an address.
struct Query<'q>(&'q str);

impl Query<'_> {
    /// The value with this name; empty if there is none.
    fn get(&self, name: &str) -> String {
        let pair = self.0.split('&').filter_map(|pair| pair.split_once('=')).find(|(key, _)| *key == name);
        pair.map(|(_, value)| decoded(value)).unwrap_or_default()
    }
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digit = |byte: Option<u8>| byte.and_then(|byte| char::from(byte).to_digit(16));
                let (high, low) = (digit(rest.next()), digit(rest.next()));
                u8::try_from(high.unwrap_or(0) * 16 + low.unwrap_or(0)).unwrap_or(b'?')
            }
            byte => byte,
        });
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_a_query_are_decoded() {
        let query = Query("words=%EC%A0%95%EB%B6%80+a%26b&order=latest&n");
        assert_eq!(
            (query.get("words"), query.get("order"), query.get("n")),
            ("정부 a&b".into(), "latest".into(), String::new())
        );
        assert_eq!(decoded("%4"), "@");
    }

    #[test]
    fn only_the_same_token_is_the_same() {
        assert!(same("abc", "abc") && !same("abc", "abd") && !same("abc", "ab") && !same("", "a"));
    }
}
