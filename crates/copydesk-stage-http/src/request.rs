//! One request over HTTP/1.1, on a connection of its own: a stage may be asked from many runtimes, none of which outlives a
//! document.

use std::{collections::BTreeMap, time::Duration};

use copydesk_stage::ConfigError;
use http_body_util::{BodyExt, Full, Limited};
use hyper::{
    Request, StatusCode, Uri,
    body::Bytes,
    client::conn::http1,
    header::{self, HeaderMap, HeaderName, HeaderValue},
};
use hyper_util::rt::TokioIo;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
};
use xxhash_rust::xxh3::Xxh3;

use crate::{
    Config,
    tls::{self, Tls},
};

/// No answer is longer.
const LONGEST: usize = 16 << 20;
/// So much of an answer that is none is shown.
const SHOWN: usize = 200;
/// The last words of the names of headers that say who asks.
const SECRET: [&str; 8] = ["authorization", "auth", "cookie", "key", "apikey", "token", "secret", "password"];

/// Where documents are sent, and how.
#[derive(Debug)]
pub(crate) struct Service {
    host: String,
    port: u16,
    tls: Option<Tls>,
    path: String,
    headers: HeaderMap,
    headers_digest: Option<u128>,
    patience: Duration,
}

/// Why there is no answer.
#[derive(Debug)]
pub(crate) struct Trouble {
    /// What the service did, as a clause that goes on from its address.
    pub(crate) what: String,
    pub(crate) help: Help,
    /// How long to wait, if the service says so.
    pub(crate) after: Option<Duration>,
}

/// What may help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Help {
    /// To ask again.
    Attempt,
    /// Nothing for this document; others may fare better.
    OtherDocument,
    /// Nothing for any document, as far as one can tell: a wrong path, a missing key.
    OtherService,
}

impl Trouble {
    fn passing(what: impl Into<String>) -> Self {
        Self { what: what.into(), help: Help::Attempt, after: None }
    }
}

impl Service {
    pub(crate) fn new(config: &Config) -> Result<Self, ConfigError> {
        let wrong = |message: String| ConfigError::at("url", message);
        let url: Uri = config.url.parse().map_err(|error| wrong(format!("is no address: {error}")))?;
        let is_secret_channel = match url.scheme_str() {
            Some("http") => false,
            Some("https") => true,
            _ => {
                return Err(wrong("is no address of a service".into()).help("it begins with `http://` or `https://`"));
            }
        };
        let host = url.host().filter(|host| !host.is_empty()).ok_or_else(|| wrong("names no host".into()))?;
        let authority = url.authority().map_or(host, |authority| authority.as_str());
        if authority.contains('@') {
            let help = "send them in `headers`, which are kept nowhere: authorization = \"Basic ...\"";
            return Err(
                wrong("names a user or a password, which would stand in the manifest and in the log".into()).help(help)
            );
        }
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
        headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
        let value = HeaderValue::from_str(authority).map_err(|error| wrong(error.to_string()))?;
        headers.insert(header::HOST, value);
        let mut telling = BTreeMap::new();
        for (name, value) in &config.headers {
            let bad = |what: String| ConfigError::at(format!("headers.{name}"), what);
            let header = HeaderName::try_from(name.as_str()).map_err(|error| bad(error.to_string()))?;
            let mut value = HeaderValue::from_str(value).map_err(|_| bad("holds what no header can".into()))?;
            value.set_sensitive(true);
            if !is_secret(header.as_str()) {
                telling.insert(header.as_str().to_owned(), value.as_bytes().to_owned());
            }
            headers.insert(header, value);
        }
        let headers_digest = (!telling.is_empty()).then(|| digest(&telling));
        let host = host.trim_matches(['[', ']']);
        let tls = is_secret_channel.then(|| Tls::to(host, &config.certificates)).transpose()?;
        Ok(Self {
            host: host.to_owned(),
            port: url.port_u16().unwrap_or(if tls.is_some() { 443 } else { 80 }),
            tls,
            path: url.path_and_query().map_or("/", |path| path.as_str()).to_owned(),
            headers,
            headers_digest,
            patience: Duration::from_secs_f64(config.seconds),
        })
    }

    /// A hash of the headers that may change an answer, where there are any.
    pub(crate) fn headers_digest(&self) -> Option<u128> {
        self.headers_digest
    }

    /// Sends a document, and waits for the answer.
    pub(crate) async fn post(&self, view: &[u8]) -> Result<Vec<u8>, Trouble> {
        match tokio::time::timeout(self.patience, self.exchange(view)).await {
            Ok(answered) => answered,
            Err(_) => Err(Trouble::passing(format!("has not answered in {} s", self.patience.as_secs_f64()))),
        }
    }

    async fn exchange(&self, view: &[u8]) -> Result<Vec<u8>, Trouble> {
        let stream = TcpStream::connect((self.host.as_str(), self.port))
            .await
            .map_err(|error| Trouble::passing(format!("cannot be reached: {error}")))?;
        let Some(tls) = &self.tls else { return self.converse(stream, view).await };
        match tls.over(stream).await {
            Ok(stream) => self.converse(stream, view).await,
            Err(error) if tls::is_distrust(&error) => Err(Trouble {
                what: format!("is not trusted: {error}; `certificates` names whom to trust beside the system's own"),
                help: Help::OtherService,
                after: None,
            }),
            Err(error) => Err(Trouble::passing(format!("cannot be spoken to: {error}"))),
        }
    }

    async fn converse(&self, stream: impl AsyncRead + AsyncWrite + Unpin, view: &[u8]) -> Result<Vec<u8>, Trouble> {
        let broken = |error: hyper::Error| Trouble::passing(format!("broke off: {error}"));
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(broken)?;
        let mut request = Request::new(Full::new(Bytes::copy_from_slice(view)));
        *request.method_mut() = hyper::Method::POST;
        *request.uri_mut() = self.path.parse().map_err(|error| Trouble::passing(format!("is no address: {error}")))?;
        *request.headers_mut() = self.headers.clone();
        let asked = async move {
            let response = sender.send_request(request).await.map_err(broken)?;
            let (head, body) = response.into_parts();
            let body = Limited::new(body, LONGEST).collect().await.map_err(|error| Trouble {
                what: format!("broke off its answer: {error}"),
                help: Help::Attempt,
                after: None,
            })?;
            Ok((head, body.to_bytes()))
        };
        // The connection does the work of both; how it ends is told by the answer.
        let (answered, _) = tokio::join!(asked, connection);
        let (head, body) = answered?;
        judge(head.status, &head.headers, body)
    }
}

/// Whether a header says who asks, which changes no answer and is kept nowhere, not even as a hash.
fn is_secret(name: &str) -> bool {
    name.rsplit(['-', '_']).next().is_some_and(|last| SECRET.contains(&last))
}

fn digest(headers: &BTreeMap<String, Vec<u8>>) -> u128 {
    let mut digest = Xxh3::new();
    for part in headers.iter().flat_map(|(name, value)| [name.as_bytes(), value]) {
        digest.update(&(part.len() as u64).to_le_bytes());
        digest.update(part);
    }
    digest.digest128()
}

/// What an answer is worth.
fn judge(status: StatusCode, headers: &HeaderMap, body: Bytes) -> Result<Vec<u8>, Trouble> {
    if status.is_success() {
        return Ok(body.into());
    }
    let text = String::from_utf8_lossy(&body[..body.len().min(SHOWN)]).trim().to_owned();
    let said = if text.is_empty() { String::new() } else { format!(": {text}") };
    let after = headers.get(header::RETRY_AFTER).and_then(|value| value.to_str().ok()?.trim().parse().ok());
    Err(Trouble {
        what: format!("answered {status}{said}"),
        help: match status.as_u16() {
            408 | 425 | 429 | 500.. => Help::Attempt,
            400 | 413 | 414 | 415 | 422 => Help::OtherDocument,
            _ => Help::OtherService,
        },
        after: after.map(Duration::from_secs),
    })
}
