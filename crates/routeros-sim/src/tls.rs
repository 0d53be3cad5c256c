//! The certificates of api-ssl, made when the router starts and kept in memory only.

use std::{
    io,
    sync::{Arc, Mutex},
};

use ring::digest;
use tokio_rustls::{
    TlsAcceptor,
    rustls::{ServerConfig, crypto::ring::default_provider, pki_types::PrivateKeyDer},
};

use crate::lock;

/// The alert of a server that shares no cipher suite with the client, as without a certificate.
pub(crate) const HANDSHAKE_FAILURE: [u8; 7] = [21, 3, 3, 0, 2, 2, 40];

/// A self-signed certificate and all that serves with it.
#[derive(Clone)]
pub(crate) struct Identity {
    pub(crate) der: Vec<u8>,
    config: Arc<ServerConfig>,
}

impl Identity {
    pub(crate) fn generate() -> io::Result<Self> {
        let made = rcgen::generate_simple_self_signed(vec!["router".to_owned()]).map_err(io::Error::other)?;
        let key = PrivateKeyDer::Pkcs8(made.signing_key.serialize_der().into());
        let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(io::Error::other)?
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], key)
            .map_err(io::Error::other)?;
        Ok(Self { der: made.cert.der().to_vec(), config: Arc::new(config) })
    }

    pub(crate) fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(Arc::clone(&self.config))
    }
}

/// The certificate that api-ssl shows now.
pub(crate) struct Certificate(Mutex<Identity>);

impl std::fmt::Debug for Certificate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Certificate").field(&sha256(&self.current().der)).finish()
    }
}

impl Certificate {
    pub(crate) fn generate() -> io::Result<Self> {
        Ok(Self(Mutex::new(Identity::generate()?)))
    }

    pub(crate) fn current(&self) -> Identity {
        lock(&self.0).clone()
    }

    pub(crate) fn change(&self) -> io::Result<Identity> {
        let new = Identity::generate()?;
        *lock(&self.0) = new.clone();
        Ok(new)
    }
}

/// The SHA-256 of some bytes, in hexadecimal.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    hex(digest::digest(&digest::SHA256, bytes).as_ref())
}

/// The SHA-1 of some bytes, in hexadecimal.
pub(crate) fn sha1(bytes: &[u8]) -> String {
    hex(digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, bytes).as_ref())
}

/// Bytes in hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}
