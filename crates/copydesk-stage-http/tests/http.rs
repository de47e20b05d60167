//! The stage with a service that works, and with one that does what services do: 500, slowly, never.
#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "tests run a service, which needs a socket, threads and a clock"
)]

use std::{
    collections::BTreeMap,
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::TcpListener,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use copydesk_document::{Document, Input};
use copydesk_stage::{AnyStage, Catalog, ConfigError, Context, Facet, Manifest, StageError, Verdict};
use serde_json::{Value, json};

const CERTIFICATE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/tls/certificate.pem");

/// A service: what it was sent, and how many it had at once.
#[derive(Default)]
struct Service {
    requests: Mutex<Vec<(Instant, String)>>,
    now: AtomicUsize,
    most: AtomicUsize,
}

/// What it does with a document: status, headers, body, after a while.
type Answers = fn(attempt: usize, body: &Value) -> (u16, &'static str, String, Duration);

fn serve(answers: Answers) -> (String, Arc<Service>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}/topics?m=1", listener.local_addr().expect("an address"));
    let service = Arc::new(Service::default());
    let own = Arc::clone(&service);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let service = Arc::clone(&own);
            thread::spawn(move || service.answer(stream, answers));
        }
    });
    (url, service)
}

/// The same under HTTPS, with the certificate in `tests/tls`, which nobody has signed.
fn serve_in_secret(answers: Answers) -> (String, Arc<Service>) {
    use tokio_rustls::rustls::{
        ServerConfig, ServerConnection, StreamOwned,
        crypto::ring,
        pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
    };

    let certificate = CertificateDer::from_pem_file(CERTIFICATE).expect("a certificate");
    let key = PrivateKeyDer::from_pem_file(CERTIFICATE.replace("certificate.pem", "key.pem")).expect("a key");
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(vec![certificate], key))
        .map(Arc::new)
        .expect("they belong together");
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("https://localhost:{}/topics", listener.local_addr().expect("an address").port());
    let service = Arc::new(Service::default());
    let own = Arc::clone(&service);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let connection = ServerConnection::new(Arc::clone(&config)).expect("a connection");
            own.answer(StreamOwned::new(connection, stream), answers);
        }
    });
    (url, service)
}

impl Service {
    fn answer(&self, stream: impl Read + Write, answers: Answers) {
        let mut from = BufReader::new(stream);
        let (mut length, mut head) = (0, String::new());
        let mut line = String::new();
        while from.read_line(&mut line).is_ok_and(|read| read > 2) {
            if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().unwrap_or(0);
            }
            head += &line.to_lowercase();
            line.clear();
        }
        let mut body = vec![0; length];
        // Whoever does not trust the service hangs up before a word is said.
        if head.is_empty() || from.read_exact(&mut body).is_err() {
            return;
        }
        let body: Value = serde_json::from_slice(&body).expect("JSON");
        let uri = body["uri"].as_str().unwrap_or_default().to_owned();
        let attempt = {
            let mut requests = self.requests.lock().unwrap();
            requests.push((Instant::now(), format!("{uri}\n{head}")));
            requests.iter().filter(|(_, known)| known.starts_with(&format!("{uri}\n"))).count()
        };
        let now = self.now.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(now, Ordering::SeqCst);
        let (status, headers, answer, pause) = answers(attempt, &body);
        thread::sleep(pause);
        self.now.fetch_sub(1, Ordering::SeqCst);
        let length = answer.len();
        let _ = write!(from.get_mut(), "HTTP/1.1 {status} X\r\n{headers}content-length: {length}\r\n\r\n{answer}");
    }

    fn count(&self) -> usize {
        self.requests.lock().unwrap().len()
    }
}

fn topics(body: &Value) -> String {
    let text = body["blocks"][0]["text"].as_str().unwrap_or_default();
    let topics = if text.contains("ferry") { json!(["transport"]) } else { json!([]) };
    json!({ "version": 1, "changes": [{ "do": "ext", "value": { "topics": topics } }] }).to_string()
}

fn well(_: usize, body: &Value) -> (u16, &'static str, String, Duration) {
    (200, "", topics(body), Duration::ZERO)
}

fn build(url: &str, more: &Value) -> Result<(AnyStage, Manifest), ConfigError> {
    let catalog = Catalog::default().with(copydesk_stage_http::register);
    let kind = catalog.find_stage("http").expect("it is registered");
    let mut config = json!({ "url": url, "view": ["blocks"] });
    config.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let stage = kind.build(&config)?;
    let manifest = stage.manifest(kind.manifest(kind.resolve(&config)?));
    Ok((stage, manifest))
}

/// Has many documents worked on at once, each as in a run: its turn, then the work.
fn work((stage, manifest): &(AnyStage, Manifest), texts: &[&str]) -> Vec<(Document, Result<Verdict, StageError>)> {
    let AnyStage::Async(stage) = stage else { panic!("it waits") };
    let one = |n: usize, text: &str| {
        let input = Input::new(format!("{n}.txt"), text.as_bytes().to_vec());
        let mut doc = copydesk_parse::parse(&input, &copydesk_parse::Limits::default()).expect("a text");
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let verdict = runtime.block_on(async {
            let _turn = stage.turn(&doc.clone()).await;
            let mut cx = Context::of(manifest);
            let verdict = stage.process(&mut doc, &mut cx).await;
            cx.finish(verdict)
        });
        (doc, verdict)
    };
    thread::scope(|scope| {
        let all: Vec<_> = texts.iter().enumerate().map(|(n, text)| scope.spawn(move || one(n, text))).collect();
        all.into_iter().map(|one| one.join().expect("no panic")).collect()
    })
}

#[test]
fn every_case_gives_what_is_expected() {
    let (url, service) = serve(well);
    let stage = build(&url, &json!({ "headers": { "X-Token": "s3cret" } })).expect("it is good");
    for case in fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases")).unwrap().flatten() {
        let text = fs::read_to_string(case.path().join("input.txt")).unwrap();
        let expected: Value =
            serde_json::from_str(&fs::read_to_string(case.path().join("expected.json")).unwrap()).unwrap();
        let done = work(&stage, &[&text]);
        assert_eq!((&done[0].1, &done[0].0.ext()["http"]), (&Ok(Verdict::Keep), &expected));
    }
    let sent = service.requests.lock().unwrap()[0].1.clone();
    for part in ["post /topics?m=1 http/1.1", "x-token: s3cret", "host: 127.0.0.1:", "content-type: application/json"] {
        assert!(sent.contains(part), "{part}: {sent}");
    }
    assert!(!stage.1.options.to_string().contains("s3cret"), "what is secret is kept nowhere");
}

#[test]
fn what_fails_for_a_while_is_asked_again_and_what_is_refused_is_not() {
    let (url, service) = serve(|attempt, body| match body["uri"].as_str() {
        Some("0.txt") if attempt < 3 => (500, "", "out of memory".into(), Duration::ZERO),
        Some("1.txt") if attempt < 2 => (429, "retry-after: 1\r\n", String::new(), Duration::ZERO),
        Some("2.txt") if attempt < 2 => (200, "", topics(body), Duration::from_secs(5)),
        Some("3.txt") => (413, "", "too long".into(), Duration::ZERO),
        Some("4.txt") => (200, "", "<html>".into(), Duration::ZERO),
        Some("5.txt") => (
            200,
            "",
            json!({ "version": 1, "changes": [{ "do": "text", "block": 0, "text": "x" }] }).to_string(),
            Duration::ZERO,
        ),
        Some("6.txt") => (503, "", String::new(), Duration::ZERO),
        _ => well(attempt, body),
    });
    let stage = build(&url, &json!({ "seconds": 1.5, "attempts": 3 })).expect("it is good");
    let start = Instant::now();
    let done = work(&stage, &["a ferry"; 8]);
    for good in [0, 1, 2, 7] {
        assert_eq!(done[good].1, Ok(Verdict::Keep), "{good}");
        assert_eq!(done[good].0.ext()["http"]["topics"][0], "transport");
    }
    for (at, rule, says) in [
        (3, "http-refused", "answered 413"),
        (4, "bad-patch", "expected value"),
        (5, "undeclared-write", "writes `text`"),
        (6, "http-failed", "(3 attempts)"),
    ] {
        let error = done[at].1.clone().expect_err(rule);
        assert!(error.rule == rule && error.message.contains(says) && !error.ends_run, "{error:?}");
    }
    let counts = service.requests.lock().unwrap().iter().fold(BTreeMap::new(), |mut counts, (_, request)| {
        *counts.entry(request.lines().next().unwrap_or_default().to_owned()).or_insert(0) += 1;
        counts
    });
    assert_eq!((counts["0.txt"], counts["3.txt"], counts["6.txt"]), (3, 1, 3));
    assert!(start.elapsed() > Duration::from_secs(1), "it waits as long as the service asks");
}

#[test]
fn a_service_that_is_gone_ends_the_run() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}/", listener.local_addr().unwrap());
    drop(listener);
    let stage = build(&url, &json!({ "attempts": 2, "failures": 3, "at_once": 1 })).expect("it is good");
    let errors: Vec<_> =
        work(&stage, &["x"; 6]).into_iter().map(|(_, verdict)| verdict.expect_err("nobody is there")).collect();
    assert_eq!(errors.iter().filter(|error| !error.ends_run).count(), 2, "{errors:?}");
    let last = errors.iter().find(|error| error.ends_run).expect("the run ends");
    assert!(last.rule == "http-gone" && last.message.contains("cannot be reached"), "{last:?}");
}

#[test]
fn a_service_that_hangs_ends_the_run_though_no_attempt_comes_to_its_end() {
    let (url, service) = serve(|attempt, body| match body["uri"].as_str() {
        Some("good.txt") => well(attempt, body),
        _ => (200, "", topics(body), Duration::from_secs(20)),
    });
    let stage = build(&url, &json!({ "seconds": 10, "failures": 3 })).expect("it is good");
    let AnyStage::Async(http) = &stage.0 else { panic!("it waits") };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    // As the run does that has a limit of time for each document.
    let cut_short = |name: &str| {
        let input = Input::new(name, b"a ferry".to_vec());
        let mut doc = copydesk_parse::parse(&input, &copydesk_parse::Limits::default()).expect("a text");
        runtime.block_on(async {
            let mut cx = Context::of(&stage.1);
            tokio::time::timeout(Duration::from_millis(700), http.process(&mut doc, &mut cx)).await
        })
    };
    assert!(cut_short("1.txt").is_err() && cut_short("2.txt").is_err());
    assert_eq!(cut_short("good.txt").expect("it answers"), Ok(Verdict::Keep), "and the count begins anew");
    assert!(["3.txt", "4.txt", "5.txt"].iter().all(|name| cut_short(name).is_err()));
    let error = cut_short("6.txt").expect("it is not sent").expect_err("the run ends");
    assert!(error.ends_run && error.rule == "http-gone" && error.message.contains("3 documents in a row"), "{error:?}");
    assert_eq!(service.count(), 6);
}

#[test]
fn a_service_that_is_wrong_for_all_ends_the_run_and_one_that_refuses_documents_does_not() {
    let every: [(Answers, &str, Option<&str>); 7] = [
        (|_, _| (401, "", "who are you?".into(), Duration::ZERO), "http-refused", Some("answered 401")),
        (|_, _| (403, "", String::new(), Duration::ZERO), "http-refused", Some("answered 403")),
        (|_, _| (404, "", String::new(), Duration::ZERO), "http-refused", Some("answered 404")),
        (|_, _| (301, "location: /login\r\n", String::new(), Duration::ZERO), "http-refused", Some("answered 301")),
        (
            |_, _| (200, "", "<form>Sign in</form>".into(), Duration::ZERO),
            "bad-patch",
            Some("answered what cannot be read"),
        ),
        (|_, _| (413, "", String::new(), Duration::ZERO), "http-refused", None),
        (|_, _| (422, "", String::new(), Duration::ZERO), "http-refused", None),
    ];
    for (answers, rule, ends_with) in every {
        let (url, service) = serve(answers);
        let stage = build(&url, &json!({ "failures": 3, "at_once": 1 })).expect("it is good");
        let errors: Vec<_> = work(&stage, &["x"; 6]).into_iter().map(|(_, done)| done.expect_err(rule)).collect();
        let of_documents = errors.iter().filter(|error| !error.ends_run && error.rule == rule).count();
        let last = errors.iter().find(|error| error.ends_run);
        assert_eq!(last.map(|error| error.rule.as_ref()), ends_with.map(|_| "http-gone"), "{errors:?}");
        assert_eq!((of_documents, service.count()), if last.is_some() { (2, 3) } else { (6, 6) }, "{errors:?}");
        assert!(last.is_none_or(|error| error.message.contains(ends_with.unwrap_or_default())), "{last:?}");
    }
}

#[test]
fn headers_that_change_the_answer_mean_other_work_and_secrets_do_not() {
    let (url, service) = serve(well);
    let folder = tempfile::tempdir().unwrap();
    let with =
        |headers: Value| build(&url, &json!({ "cache": folder.path(), "headers": headers })).expect("it is good");
    let (plain, german) = (with(json!({})), with(json!({ "Accept-Language": "de" })));
    let french = with(json!({ "accept-language": "fr" }));
    for (stage, asked) in [(&plain, 1), (&german, 2), (&french, 3), (&german, 3), (&plain, 3)] {
        assert_eq!(work(stage, &["a ferry"])[0].1, Ok(Verdict::Keep));
        assert_eq!(service.count(), asked);
    }
    assert!(plain.1.options["headers"].is_null());
    assert!(german.1.options["headers"]["digest"].is_string());
    assert_ne!(german.1.options, french.1.options);
    assert_eq!(german.1.options, with(json!({ "accept-language": "de" })).1.options, "names have no case");
    for secret in ["Authorization", "Proxy-Authorization", "Cookie", "X-Api-Key", "apikey", "x_token", "X-Auth"] {
        let asking = with(json!({ "Accept-Language": "de", secret: "s3cret" }));
        assert_eq!(asking.1.options, german.1.options, "{secret}");
        work(&asking, &["a ferry"]);
        assert_eq!(service.count(), 3, "{secret}");
    }
}

#[test]
fn no_more_are_asked_at_once_or_in_a_second_than_may_be() {
    let (url, service) = serve(|_, body| (200, "", topics(body), Duration::from_millis(40)));
    let stage = build(&url, &json!({ "at_once": 3, "per_second": 50 })).expect("it is good");
    let start = Instant::now();
    assert!(work(&stage, &["a ferry"; 20]).iter().all(|(_, verdict)| *verdict == Ok(Verdict::Keep)));
    assert_eq!(service.most.load(Ordering::SeqCst), 3);
    assert!(start.elapsed() >= Duration::from_millis(19 * 20), "{:?}", start.elapsed());
}

#[test]
fn the_same_is_asked_once_and_another_version_anew() {
    let (url, service) = serve(|attempt, body| match body["uri"].as_str() {
        Some("1.txt") => (200, "", "no patch".into(), Duration::ZERO),
        _ => well(attempt, body),
    });
    let folder = tempfile::tempdir().unwrap();
    let cached =
        |version: &str| build(&url, &json!({ "cache": folder.path(), "version": version })).expect("it is good");
    let texts = ["a ferry", "a ferry", "a tram"];
    let first = work(&cached("1"), &texts);
    assert_eq!(service.count(), 3);
    let second = work(&cached("1"), &texts);
    assert_eq!(service.count(), 4, "what was no answer is asked for again");
    assert!(first == second && second[0].0.ext()["http"]["topics"][0] == "transport" && second[1].1.is_err());
    work(&cached("2"), &texts);
    assert_eq!(service.count(), 7);
}

#[test]
fn answers_that_are_kept_and_cannot_be_read_are_asked_for_with_manners() {
    let (url, service) = serve(|_, body| (200, "", topics(body), Duration::from_millis(20)));
    let folder = tempfile::tempdir().unwrap();
    let stage = build(&url, &json!({ "cache": folder.path(), "at_once": 2 })).expect("it is good");
    work(&stage, &["a ferry"; 12]);
    let mut damaged = 0;
    for shelf in std::fs::read_dir(folder.path()).unwrap() {
        for answer in std::fs::read_dir(shelf.unwrap().path()).unwrap() {
            std::fs::write(answer.unwrap().path(), "{").unwrap();
            damaged += 1;
        }
    }
    assert!(work(&stage, &["a ferry"; 12]).iter().all(|(_, verdict)| *verdict == Ok(Verdict::Keep)));
    assert_eq!((damaged, service.count(), service.most.load(Ordering::SeqCst)), (12, 24, 2));
}

#[test]
fn a_service_that_has_a_name_is_the_same_under_another_address() {
    let folder = tempfile::tempdir().unwrap();
    let named = json!({ "cache": folder.path(), "service": "topics" });
    let of_run = || {
        let (url, service) = serve(well);
        (build(&url, &named).expect("it is good"), service)
    };
    let ((first, one), (second, other)) = (of_run(), of_run());
    assert_eq!(work(&first, &["a ferry"]), work(&second, &["a ferry"]));
    assert_eq!((one.count(), other.count()), (1, 0), "what is kept is not asked again");
    assert_eq!(first.1.options, second.1.options, "finished work is the same");
}

#[test]
fn a_service_that_cannot_be_asked_is_refused_with_the_way_out() {
    for (url, more, path, says) in [
        ("", json!({}), "url", "is missing"),
        ("127.0.0.1:80/x", json!({}), "url", "is no address"),
        ("ftp://example.org/", json!({}), "url", "begins with `http://` or `https://`"),
        ("https://127.0.0.1/", json!({ "certificates": "no-such.pem" }), "certificates", "cannot read `no-such.pem`"),
        ("https://127.0.0.1/", json!({ "certificates": "Cargo.toml" }), "certificates", "holds no certificate"),
        ("http://ann:s3cret@127.0.0.1/", json!({}), "url", "send them in `headers`"),
        ("http://ann@127.0.0.1/", json!({}), "url", "names a user"),
        ("http://127.0.0.1/", json!({ "headers": { "a b": "x" } }), "headers.a b", "invalid HTTP header name"),
        ("http://127.0.0.1/", json!({ "headers": { "a": "x\ny" } }), "headers.a", "holds what no header can"),
        ("http://127.0.0.1/", json!({ "at_once": 0 }), "at_once", "is 1 at least"),
        ("http://127.0.0.1/", json!({ "seconds": 0 }), "seconds", "from 0.001"),
    ] {
        let error = build(url, &more).map(|_| ()).expect_err(says);
        assert!(error.path == path && error.to_string().contains(says), "{says}: {error}");
        assert!(!error.to_string().contains("s3cret"), "{error}");
    }
    let (_, manifest) =
        build("http://127.0.0.1/", &json!({ "reads": ["body"], "writes": ["metadata"] })).expect("good");
    assert_eq!((manifest.reads, manifest.writes), (&[Facet::Body][..], &[Facet::Metadata][..]));
}

#[test]
fn a_service_under_https_is_asked_if_it_is_trusted() {
    let (url, service) = serve_in_secret(well);
    let trusting = build(&url, &json!({ "certificates": CERTIFICATE })).expect("it is good");
    assert!(work(&trusting, &["a ferry"; 3]).iter().all(|(_, verdict)| *verdict == Ok(Verdict::Keep)));
    assert_eq!(service.count(), 3);
    assert!(trusting.1.options["certificates"].is_null(), "whom one trusts changes no answer");
    // Whoever is not trusted is sent nothing, and no document fares better.
    // A system without certificates refuses the address itself.
    let Ok(wary) = build(&url, &json!({ "failures": 2, "at_once": 1 })) else { return };
    let errors: Vec<_> =
        work(&wary, &["a ferry"; 3]).into_iter().map(|(_, done)| done.expect_err("no trust")).collect();
    // Which document is the first to be asked about is left to chance.
    assert!(errors.iter().all(|error| error.message.contains("is not trusted")), "{errors:?}");
    assert!(errors.iter().any(|error| !error.ends_run && error.rule == "http-refused"), "{errors:?}");
    assert!(errors.iter().any(|error| error.ends_run && error.rule == "http-gone"), "{errors:?}");
    assert_eq!(service.count(), 3);
}
