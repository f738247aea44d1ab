//! The certificate that the node shows over HTTPS: read from two files, and again when they change (TILL-16).

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ronde_protocol::message::order::Seconds;
use rustls::ServerConfig;
use rustls::client::verify_server_name;
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::server::{ClientHello, NoServerSessionStorage, ParsedCertificate, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use serde::Serialize;
use utoipa::ToSchema;
use x509_cert::der::Decode as _;
use zeroize::Zeroizing;

use crate::config::Tls;
use crate::date::rfc3339;
use crate::forms;
use crate::secret_file::{self, SecretFileError};

/// Between two looks at the files.
const EVERY: Duration = Duration::from_secs(5);
/// What is said of files that changed and are no use.
const TROUBLE: &str = "the files changed and are no use";
/// Longest file of certificates, in bytes.
const MAX_CERTIFICATES: u64 = 1 << 20;

/// Why the files do not make a certificate that can be shown.
#[derive(Clone, Debug, thiserror::Error)]
pub enum CertificateError {
    /// The certificate can't be read.
    #[error("cannot use {}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        #[source]
        source: Arc<io::Error>,
    },
    /// The key can't, or others can.
    #[error(transparent)]
    Key(#[from] SecretFileError),
    /// There is no certificate in it.
    #[error("{} holds no certificate as PEM", path.display())]
    NoCertificate {
        /// The file.
        path: PathBuf,
    },
    /// There is no key in it.
    #[error("{} holds no private key as PEM", path.display())]
    NoKey {
        /// The file.
        path: PathBuf,
    },
    /// They do not belong together, or are of a kind that nobody uses.
    #[error("the certificate and the key in {} do not go together: {source}", path.display())]
    Pair {
        /// The key's file.
        path: PathBuf,
        /// What TLS said.
        #[source]
        source: rustls::Error,
    },
    /// TLS can't be set up.
    #[error("TLS can't be set up: {0}")]
    Setup(rustls::Error),
}

impl CertificateError {
    /// What to do about it.
    #[must_use]
    pub fn fix(&self) -> String {
        match self {
            Self::File { path, .. } => format!("check that {} exists and that the node may read it", path.display()),
            Self::Key(error) => error.fix(),
            Self::NoCertificate { .. } => "name the file with the whole chain, often fullchain.pem".to_owned(),
            Self::NoKey { .. } => "name the file that begins with -----BEGIN PRIVATE KEY-----".to_owned(),
            Self::Pair { .. } => "name the two files that were made together".to_owned(),
            Self::Setup(_) => "start the node again; if it stays so, please report it".to_owned(),
        }
    }
}

/// A certificate with its key, and until when it is good.
pub struct Pair {
    certified: Arc<CertifiedKey>,
    expires: Option<Seconds>,
}

impl Pair {
    /// Reads both files.
    ///
    /// # Errors
    /// Any [`CertificateError`].
    pub fn load(files: &Tls) -> Result<Self, CertificateError> {
        Bytes::read(files)?.parse(files, &ring::default_provider())
    }

    /// The last second in which it is good, if it says.
    #[must_use]
    pub fn expires(&self) -> Option<Seconds> {
        self.expires
    }

    /// Whether it is a certificate for this name or IP address.
    #[must_use]
    pub fn is_for(&self, host: &str) -> bool {
        let Ok(name) = ServerName::try_from(host) else { return false };
        let parsed = self.certified.cert.first().and_then(|first| ParsedCertificate::try_from(first).ok());
        parsed.is_some_and(|parsed| verify_server_name(&parsed, &name).is_ok())
    }
}

impl std::fmt::Debug for Pair {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pair").field("expires", &self.expires).finish_non_exhaustive()
    }
}

/// Both files as they are.
struct Bytes {
    certificates: Vec<u8>,
    key: Zeroizing<Vec<u8>>,
}

impl Bytes {
    fn read(files: &Tls) -> Result<Self, CertificateError> {
        let certificates = read_certificates(&files.certificate)
            .map_err(|source| CertificateError::File { path: files.certificate.clone(), source: Arc::new(source) })?;
        Ok(Self { certificates, key: secret_file::read(&files.private_key)? })
    }

    /// So that the key need not be kept to see whether it is another.
    fn mark(&self) -> [u8; 32] {
        let mut hasher = blake3::Hasher::new();
        hasher.update(blake3::hash(&self.certificates).as_bytes()).update(blake3::hash(&self.key).as_bytes());
        hasher.finalize().into()
    }

    fn parse(&self, files: &Tls, provider: &CryptoProvider) -> Result<Pair, CertificateError> {
        let none = || CertificateError::NoCertificate { path: files.certificate.clone() };
        let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&self.certificates).collect();
        let chain = chain.ok().filter(|chain| !chain.is_empty()).ok_or_else(none)?;
        let expires = chain.first().and_then(expiry);
        let path = || files.private_key.clone();
        let key = PrivateKeyDer::from_pem_slice(&self.key).map_err(|_| CertificateError::NoKey { path: path() })?;
        let certified = CertifiedKey::from_der(chain, key, provider)
            .map_err(|source| CertificateError::Pair { path: path(), source })?;
        Ok(Pair { certified: Arc::new(certified), expires })
    }
}

fn read_certificates(path: &Path) -> io::Result<Vec<u8>> {
    if std::fs::metadata(path)?.len() > MAX_CERTIFICATES {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, "it is too long for a file of certificates"));
    }
    std::fs::read(path)
}

fn expiry(certificate: &CertificateDer<'_>) -> Option<Seconds> {
    let parsed = x509_cert::Certificate::from_der(certificate).ok()?;
    Some(parsed.tbs_certificate().validity().not_after.to_unix_duration().as_secs())
}

/// What is shown of them.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = NodeCertificate)]
pub struct CertificateView {
    /// Until when the one in use is good.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = forms::Time, required = false)]
    pub(crate) expires: Option<String>,
    /// That the files as they are now are not used. Why, only the log says: anybody sees this, and paths are nobody's affair.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    pub(crate) trouble: Option<&'static str>,
}

/// The certificate in use; clones share it.
#[derive(Clone)]
pub struct Certificates(Arc<Inner>);

struct Inner {
    files: Tls,
    provider: Arc<CryptoProvider>,
    state: Mutex<State>,
}

struct State {
    pair: Pair,
    /// Of the files that the pair in use was read from.
    mark: [u8; 32],
    /// Of the files that were no use when they were looked at last.
    refused: Option<[u8; 32]>,
    trouble: bool,
}

impl Certificates {
    /// Reads the files.
    ///
    /// # Errors
    /// Any [`CertificateError`].
    pub fn load(files: Tls) -> Result<Self, CertificateError> {
        let provider = Arc::new(ring::default_provider());
        let bytes = Bytes::read(&files)?;
        let state = State { pair: bytes.parse(&files, &provider)?, mark: bytes.mark(), refused: None, trouble: false };
        Ok(Self(Arc::new(Inner { files, provider, state: Mutex::new(state) })))
    }

    /// The settings of a server that always shows the newest of them.
    ///
    /// # Errors
    /// [`CertificateError::Setup`].
    pub fn server_config(&self) -> Result<Arc<ServerConfig>, CertificateError> {
        let mut config = ServerConfig::builder_with_provider(Arc::clone(&self.0.provider))
            .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
            .map_err(CertificateError::Setup)?
            .with_no_client_auth()
            .with_cert_resolver(Arc::new(self.clone()));
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        // A ticket that comes back tells that the same customer does (TILL-18).
        config.session_storage = Arc::new(NoServerSessionStorage {});
        config.send_tls13_tickets = 0;
        config.max_early_data_size = 0;
        Ok(Arc::new(config))
    }

    /// Looks at the files. What can't be used leaves the pair that is in use (TILL-16), and is said once it is seen twice
    /// the same: whoever replaces two files does so one after the other.
    pub fn look(&self) {
        let found = Bytes::read(&self.0.files);
        let mark = found.as_ref().map(Bytes::mark).unwrap_or_default();
        if self.lock().mark == mark {
            let mut state = self.lock();
            (state.refused, state.trouble) = (None, false);
            return;
        }
        let read = found.and_then(|bytes| bytes.parse(&self.0.files, &self.0.provider));
        let mut state = self.lock();
        match read {
            Ok(pair) => {
                let until = pair.expires.map_or_else(|| "nobody knows when".to_owned(), rfc3339);
                *state = State { pair, mark, refused: None, trouble: false };
                tracing::info!("another certificate is in use now, good until {until}");
            }
            Err(error) if state.refused == Some(mark) => {
                if !state.trouble {
                    tracing::error!(%error, "the certificate's files changed and are no use: the old pair stays in use");
                }
                state.trouble = true;
            }
            Err(_) => state.refused = Some(mark),
        }
    }

    /// Looks again and again.
    pub async fn watch(self) {
        loop {
            tokio::time::sleep(EVERY).await;
            let certificates = self.clone();
            // A disk may be slow. It fails only if it panics, which is told where it does.
            let _ = tokio::task::spawn_blocking(move || certificates.look()).await;
        }
    }

    /// What is shown of them.
    #[must_use]
    pub fn view(&self) -> CertificateView {
        let state = self.lock();
        CertificateView { expires: state.pair.expires.map(rfc3339), trouble: state.trouble.then_some(TROUBLE) }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ResolvesServerCert for Certificates {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.lock().pair.certified))
    }
}

impl std::fmt::Debug for Certificates {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Certificates").field("files", &self.0.files).finish_non_exhaustive()
    }
}
