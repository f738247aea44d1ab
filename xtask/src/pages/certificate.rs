//! A certificate for this run alone, which nobody signed but itself.

use std::net::Ipv4Addr;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use rcgen::{CertificateParams, KeyPair, PublicKeyData as _, SanType};
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;

use crate::demo::founding::Tls;

/// Files that go with it.
pub struct Certificate {
    pub files: Tls,
    /// SHA-256 of the public key as X.509 writes it, in base64: by this Chromium knows it.
    pub key_hash: String,
    _folder: TempDir,
}

impl Certificate {
    pub fn make() -> Result<Self, String> {
        let failed = |error: rcgen::Error| format!("no certificate can be made: {error}");
        let key = KeyPair::generate().map_err(failed)?;
        let mut params = CertificateParams::default();
        params.subject_alt_names.push(SanType::IpAddress(Ipv4Addr::LOCALHOST.into()));
        let certificate = params.self_signed(&key).map_err(failed)?;
        let folder = tempfile::Builder::new().prefix("ronde-pages-").tempdir();
        let folder = folder.map_err(|error| format!("no temporary folder can be made: {error}"))?;
        let files = Tls { certificate: folder.path().join("cert.pem"), private_key: folder.path().join("key.pem") };
        write(&files.certificate, &certificate.pem())?;
        write(&files.private_key, &key.serialize_pem())?;
        let key_hash = BASE64_STANDARD.encode(Sha256::digest(key.subject_public_key_info()));
        Ok(Self { files, key_hash, _folder: folder })
    }
}

/// A node takes no private key that others can read.
fn write(path: &Path, text: &str) -> Result<(), String> {
    let mode = std::fs::Permissions::from_mode(0o600);
    let written = std::fs::write(path, text).and_then(|()| std::fs::set_permissions(path, mode));
    written.map_err(|error| format!("{}: {error}", path.display()))
}
