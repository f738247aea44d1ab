//! HTTPS by the node itself: the same bounds, another certificate while connections are open, and none that is broken.

use crate::endless_answer;

use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::routing::get;
use endless_answer::Endless;
use rcgen::{CertificateParams, KeyPair};
use ronde_node::config::Tls;
use ronde_node::http::{CertificateError, Certificates, Pair, ServeLimits, serve_over};
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

const LONG: Duration = Duration::from_secs(60);
const GOOD: &[u8] = b"GET /good HTTP/1.1\r\nHost: a\r\n\r\n";
const NAME: &str = "bakery.example";

/// A pair of files in a folder of their own.
struct Files {
    folder: TempDir,
    files: Tls,
}

impl Files {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        let files = Tls { certificate: path("cert.pem"), private_key: path("key.pem") };
        Self { folder, files }
    }

    /// With a new certificate in them, which is given back.
    fn with_pair() -> (Self, CertificateDer<'static>) {
        let files = Self::new();
        let certificate = files.renew();
        (files, certificate)
    }

    fn renew(&self) -> CertificateDer<'static> {
        let (certificate, pem, key) = pair();
        write(&self.files.certificate, &pem);
        write(&self.files.private_key, &key);
        certificate
    }
}

fn pair() -> (CertificateDer<'static>, String, String) {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(vec![NAME.to_owned()]).unwrap();
    params.not_after = rcgen::date_time_ymd(2030, 5, 1);
    let certificate = params.self_signed(&key).unwrap();
    (certificate.der().clone(), certificate.pem(), key.serialize_pem())
}

fn write(path: &PathBuf, text: &str) {
    std::fs::write(path, text).unwrap();
    mode(path, 0o600);
}

fn mode(path: &Path, mode: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

/// A server of one path that lasts as long as the test.
async fn open(certificates: &Certificates, limits: ServeLimits) -> SocketAddr {
    open_with(certificates, limits, Router::new().route("/good", get(|| async { "good" }))).await
}

async fn open_with(certificates: &Certificates, limits: ServeLimits, router: Router) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let tls = Some(certificates.server_config().unwrap());
    tokio::spawn(serve_over(listener, tls, router, limits, std::future::pending()));
    address
}

/// Limits that no test runs into unless it changes them.
fn patient() -> ServeLimits {
    ServeLimits { head_patience: LONG * 10, answer_patience: LONG * 10, ..ServeLimits::default() }
}

/// A client that trusts this certificate alone.
async fn connect(address: SocketAddr, trusted: &CertificateDer<'static>) -> std::io::Result<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    roots.add(trusted.clone()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let config = config.with_root_certificates(roots).with_no_client_auth();
    let stream = TcpStream::connect(address).await?;
    TlsConnector::from(Arc::new(config)).connect(ServerName::try_from(NAME).unwrap(), stream).await
}

async fn ask(stream: &mut TlsStream<TcpStream>) -> String {
    stream.write_all(GOOD).await.unwrap();
    let mut text = Vec::new();
    while !text.ends_with(b"good") {
        text.push(stream.read_u8().await.unwrap());
    }
    String::from_utf8(text).unwrap()
}

/// TILL-16.
#[tokio::test]
async fn another_certificate_is_shown_to_who_comes_next_and_open_connections_go_on() {
    let (files, first) = Files::with_pair();
    let certificates = Certificates::load(files.files.clone()).unwrap();
    let address = open(&certificates, patient()).await;
    let mut open = connect(address, &first).await.unwrap();
    assert!(ask(&mut open).await.starts_with("HTTP/1.1 200"));
    assert_eq!(open.get_ref().1.alpn_protocol(), None, "nobody asked for a protocol");
    let second = files.renew();
    assert!(connect(address, &second).await.is_err(), "nobody has looked yet");
    certificates.look();
    assert!(connect(address, &first).await.is_err());
    let mut next = connect(address, &second).await.unwrap();
    assert!(ask(&mut next).await.starts_with("HTTP/1.1 200"));
    assert!(ask(&mut open).await.starts_with("HTTP/1.1 200"), "the connection from before");
}

/// TILL-22.
#[tokio::test]
async fn browsers_are_told_to_come_by_tls_alone_and_not_by_plain_http_or_as_localhost() {
    let (files, trusted) = Files::with_pair();
    let certificates = Certificates::load(files.files.clone()).unwrap();
    let address = open(&certificates, patient()).await;
    let mut stream = connect(address, &trusted).await.unwrap();
    let told = "strict-transport-security: max-age=31536000\r\n";
    assert!(ask(&mut stream).await.to_ascii_lowercase().contains(told));
    for (host, is_told) in [("shop.example:8443", true), ("localhost:8443", false), ("a.localhost", false)] {
        stream.write_all(format!("GET /good HTTP/1.1\r\nHost: {host}\r\n\r\n").as_bytes()).await.unwrap();
        let mut text = Vec::new();
        while !text.ends_with(b"good") {
            text.push(stream.read_u8().await.unwrap());
        }
        let text = String::from_utf8(text).unwrap().to_ascii_lowercase();
        assert_eq!(text.contains(told), is_told, "{host}");
    }
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = Router::new().route("/good", get(|| async { "good" }));
    tokio::spawn(serve_over(listener, None, router, patient(), std::future::pending()));
    let mut plain = TcpStream::connect(address).await.unwrap();
    plain.write_all(b"GET /good HTTP/1.1\r\nHost: shop.example\r\nConnection: close\r\n\r\n").await.unwrap();
    let mut text = String::new();
    plain.read_to_string(&mut text).await.unwrap();
    assert!(text.ends_with("good") && !text.to_ascii_lowercase().contains("strict-transport"), "{text}");
}

/// TILL-16.
#[tokio::test]
async fn files_that_are_no_use_leave_the_old_pair_and_are_told_once_they_stay_so() {
    let (files, first) = Files::with_pair();
    let certificates = Certificates::load(files.files.clone()).unwrap();
    let address = open(&certificates, patient()).await;
    let shown = || serde_json::to_value(certificates.view()).unwrap();
    assert_eq!(shown(), serde_json::json!({ "expires": "2030-05-01T00:00:00Z" }));
    let (_, other, _) = pair();
    let breaks: [&dyn Fn(); 5] = [
        &|| write(&files.files.certificate, "rubbish"),
        &|| write(&files.files.certificate, &other),
        &|| write(&files.files.private_key, "rubbish"),
        &|| mode(&files.files.private_key, 0o644),
        &|| std::fs::remove_file(&files.files.private_key).unwrap(),
    ];
    for broken in breaks {
        let before = (
            std::fs::read_to_string(&files.files.certificate).unwrap(),
            std::fs::read_to_string(&files.files.private_key).unwrap(),
        );
        broken();
        certificates.look();
        assert!(shown().get("trouble").is_none(), "it may be half done: {}", shown());
        certificates.look();
        assert_eq!(shown()["trouble"], "the files changed and are no use", "and no path");
        let mut stream = connect(address, &first).await.unwrap();
        assert!(ask(&mut stream).await.starts_with("HTTP/1.1 200"));
        write(&files.files.certificate, &before.0);
        write(&files.files.private_key, &before.1);
        certificates.look();
        assert!(shown().get("trouble").is_none(), "it is as it was: {}", shown());
    }
    drop(files.folder);
}

/// OPS-1.
#[test]
fn a_pair_that_does_not_fit_or_a_key_that_others_can_read_is_refused() {
    let (files, _) = Files::with_pair();
    let pair = Pair::load(&files.files).unwrap();
    assert_eq!((pair.is_for(NAME), pair.is_for("other.example"), pair.is_for("127.0.0.1")), (true, false, false));
    mode(&files.files.private_key, 0o640);
    assert!(matches!(Pair::load(&files.files).unwrap_err(), CertificateError::Key(_)));
    let (_, other, _) = self::pair();
    mode(&files.files.private_key, 0o600);
    write(&files.files.certificate, &other);
    assert!(matches!(Pair::load(&files.files).unwrap_err(), CertificateError::Pair { .. }));
    write(&files.files.certificate, "");
    assert!(matches!(Pair::load(&files.files).unwrap_err(), CertificateError::NoCertificate { .. }));
}

/// TILL-17, HTTP-25: half a handshake is one more way to wait.
#[tokio::test]
async fn handshakes_that_do_not_end_make_room_for_one_that_does() {
    let (files, certificate) = Files::with_pair();
    let certificates = Certificates::load(files.files.clone()).unwrap();
    let address = open(&certificates, ServeLimits { connections: 3, ..patient() }).await;
    let mut dawdlers = Vec::new();
    // Nothing, the beginning of a record, and a record that says more than comes.
    for begun in [&[][..], &[22], &[22, 3, 1, 2, 0, 1]] {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(begun).await.unwrap();
        dawdlers.push(stream);
    }
    let mut open = Vec::new();
    for _ in 0..3 {
        let mut honest = connect(address, &certificate).await.unwrap();
        assert!(ask(&mut honest).await.starts_with("HTTP/1.1 200"));
        open.push(honest);
    }
    for dawdler in &mut dawdlers {
        let ended = tokio::time::timeout(LONG, dawdler.read_u8()).await.expect("it is closed");
        assert!(ended.is_err(), "without a word");
    }
}

/// TILL-17, HTTP-26.
#[tokio::test]
async fn a_handshake_that_takes_too_long_is_cut_off() {
    let (files, _) = Files::with_pair();
    let certificates = Certificates::load(files.files.clone()).unwrap();
    let limits = ServeLimits { head_patience: Duration::from_secs(1), ..patient() };
    let address = open(&certificates, limits).await;
    for begun in [&[][..], &[22, 3, 1, 2, 0, 1]] {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(begun).await.unwrap();
        let ended = tokio::time::timeout(LONG, stream.read_u8()).await.expect("it is closed");
        assert!(ended.is_err(), "without a word");
    }
}

/// HTTP-26.
#[tokio::test]
async fn an_answer_that_nobody_takes_is_given_up() {
    let (files, certificate) = Files::with_pair();
    let certificates = Certificates::load(files.files.clone()).unwrap();
    let (ended, mut ends) = mpsc::unbounded_channel();
    let much = move || {
        let body = Body::new(Endless(ended.clone()));
        async move { body }
    };
    let limits = ServeLimits { answer_patience: Duration::from_secs(1), ..patient() };
    let address = open_with(&certificates, limits, Router::new().route("/much", get(much))).await;
    let mut greedy = connect(address, &certificate).await.unwrap();
    greedy.write_all(b"GET /much HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    // Without the patience's end the answer would be held for ever.
    tokio::time::timeout(LONG, ends.recv()).await.expect("the answer is still held").unwrap();
    drop(greedy);
}

/// HTTP-2.
#[tokio::test]
async fn who_speaks_plain_http_is_told_to_speak_https() {
    let (files, _) = Files::with_pair();
    let certificates = Certificates::load(files.files.clone()).unwrap();
    let address = open(&certificates, patient()).await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(GOOD).await.unwrap();
    stream.shutdown().await.unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).await.unwrap();
    assert!(text.starts_with("HTTP/1.1 400 Bad Request\r\n") && text.ends_with("begin it with https://\n"), "{text}");
}

/// TILL-18.
#[tokio::test]
async fn no_session_is_resumed() {
    let (files, certificate) = Files::with_pair();
    let certificates = Certificates::load(files.files.clone()).unwrap();
    let address = open(&certificates, patient()).await;
    let mut roots = RootCertStore::empty();
    roots.add(certificate).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    for versions in [&[&rustls::version::TLS13], &[&rustls::version::TLS12]] {
        let config =
            ClientConfig::builder_with_provider(Arc::clone(&provider)).with_protocol_versions(versions).unwrap();
        // One store of sessions for both connections.
        let config = Arc::new(config.with_root_certificates(roots.clone()).with_no_client_auth());
        for _ in 0..2 {
            let stream = TcpStream::connect(address).await.unwrap();
            let connector = TlsConnector::from(Arc::clone(&config));
            let mut stream = connector.connect(ServerName::try_from(NAME).unwrap(), stream).await.unwrap();
            assert!(ask(&mut stream).await.starts_with("HTTP/1.1 200"));
            let kind = stream.get_ref().1.handshake_kind();
            assert_ne!(kind, Some(rustls::HandshakeKind::Resumed), "{versions:?}");
        }
    }
}
