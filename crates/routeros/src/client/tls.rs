//! TLS with a router. The certificate is identified by its fingerprint, not by a name or an authority.
//!
//! Routers have self-signed certificates and are reached by address. So an operator confirms the fingerprint once
//! ([`probe_certificate`](super::probe_certificate)). Afterwards every other certificate is rejected.

use std::fmt;
use std::io;
use std::net::IpAddr;
use std::str::FromStr;
use std::sync::{Arc, OnceLock};

use rustls::client::Resumption;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{
    AlertDescription, CertificateError, ClientConfig, DigitallySignedStruct, Error, PeerIncompatible, PeerMisbehaved,
    SignatureScheme,
};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::connect::ConnectError;

/// The SHA-256 of a certificate in DER, which is what `/certificate print` shows.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint([u8; 32]);

impl Fingerprint {
    /// The fingerprint with these bytes.
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The fingerprint of a certificate in DER.
    pub fn of(certificate: &[u8]) -> Self {
        let digest = ::ring::digest::digest(&::ring::digest::SHA256, certificate);
        let mut bytes = [0; 32];
        bytes.copy_from_slice(digest.as_ref());
        Self(bytes)
    }

    /// Its bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// The text is not the fingerprint of a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a fingerprint is 64 hexadecimal digits, which colons may part into pairs")]
pub struct InvalidFingerprint;

impl FromStr for Fingerprint {
    type Err = InvalidFingerprint;

    fn from_str(text: &str) -> Result<Self, InvalidFingerprint> {
        let digits: String = match text.len() {
            64 => text.to_owned(),
            95 if text.split(':').all(|pair| pair.len() == 2) => text.replace(':', ""),
            _ => return Err(InvalidFingerprint),
        };
        if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(InvalidFingerprint);
        }
        let mut bytes = [0; 32];
        for (place, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&digits[2 * place..2 * place + 2], 16).map_err(|_| InvalidFingerprint)?;
        }
        Ok(Self(bytes))
    }
}

/// 64 lower-case hexadecimal digits.
impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fingerprint({self})")
    }
}

/// Performs the handshake. With a pin, only that certificate is accepted, without a pin any certificate. In both cases
/// the router has proved that it has the key of the certificate whose fingerprint is returned.
pub(super) async fn handshake(
    stream: TcpStream,
    address: IpAddr,
    pin: Option<Fingerprint>,
) -> Result<(TlsStream<TcpStream>, Fingerprint), ConnectError> {
    let provider = Arc::new(ring::default_provider());
    let verifier =
        Arc::new(Verifier { pin, seen: OnceLock::new(), short_key: OnceLock::new(), provider: Arc::clone(&provider) });
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| ConnectError::Tls(io::Error::other(error)))?
        .dangerous()
        .with_custom_certificate_verifier(Arc::<Verifier>::clone(&verifier))
        .with_no_client_auth();
    // A resumed session shows no certificate, so resumption is off. Routers have no names, so SNI is off.
    config.resumption = Resumption::disabled();
    config.enable_sni = false;
    let connector = TlsConnector::from(Arc::new(config));
    let connected = connector.connect(ServerName::IpAddress(address.into()), stream).await;
    match (connected, verifier.seen.get(), pin) {
        (Err(_), Some(&found), Some(pinned)) if found != pinned => {
            Err(ConnectError::CertificateChanged { pinned, found })
        }
        (Err(error), _, _) => Err(explain(error, verifier.short_key.get().is_some())),
        (Ok(stream), Some(&found), _) => Ok((stream, found)),
        (Ok(_), None, _) => Err(ConnectError::NoCommonCipher),
    }
}

/// Finds the cause as far as possible. With a short key, every signature fails to verify.
fn explain(error: io::Error, short_key: bool) -> ConnectError {
    match error.get_ref().and_then(|inner| inner.downcast_ref::<Error>()) {
        Some(
            Error::AlertReceived(AlertDescription::HandshakeFailure | AlertDescription::InsufficientSecurity)
            | Error::PeerMisbehaved(
                PeerMisbehaved::SelectedUnofferedCipherSuite | PeerMisbehaved::SelectedUnofferedKxGroup,
            )
            | Error::PeerIncompatible(PeerIncompatible::NoCipherSuitesInCommon | PeerIncompatible::NoKxGroupsInCommon),
        ) => ConnectError::NoCommonCipher,
        Some(
            Error::AlertReceived(AlertDescription::ProtocolVersion)
            | Error::PeerIncompatible(
                PeerIncompatible::ServerDoesNotSupportTls12Or13
                | PeerIncompatible::ServerTlsVersionIsDisabledByOurConfig,
            ),
        ) => ConnectError::UnsupportedTlsVersion,
        Some(Error::InvalidCertificate(error)) if is_unsupported(error, short_key) => ConnectError::UnsupportedKey,
        Some(
            Error::PeerMisbehaved(
                PeerMisbehaved::SignedHandshakeWithUnadvertisedSigScheme | PeerMisbehaved::SignedKxWithWrongAlgorithm,
            )
            | Error::PeerIncompatible(PeerIncompatible::NoSignatureSchemesInCommon),
        ) => ConnectError::UnsupportedKey,
        _ => ConnectError::Tls(error),
    }
}

fn is_unsupported(error: &CertificateError, short_key: bool) -> bool {
    match error {
        CertificateError::BadEncoding
        | CertificateError::UnsupportedSignatureAlgorithmContext { .. }
        | CertificateError::UnsupportedSignatureAlgorithmForPublicKeyContext { .. }
        | CertificateError::Other(_) => true,
        CertificateError::BadSignature => short_key,
        _ => false,
    }
}

/// Whether a certificate in DER has an RSA key of less than 2048 bits, which no signature is verified with.
fn has_short_rsa_key(certificate: &[u8]) -> bool {
    // The algorithm `rsaEncryption` without parameters. The key follows as a bit string, with its length in one byte or two.
    const RSA: &[u8] = &[0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01, 0x05, 0x00, 0x03];
    // The bit string holds the modulus, the exponent and what frames them, which takes 12 bytes or more.
    const LEAST: usize = 2048 / 8 + 12;
    let after = |place: usize| certificate.get(place + RSA.len()..).unwrap_or_default();
    let key = certificate.windows(RSA.len()).position(|window| window == RSA).map(after);
    match key {
        Some([0x82, high, low, ..]) => usize::from(u16::from_be_bytes([*high, *low])) < LEAST,
        Some(_) => true,
        None => false,
    }
}

/// Accepts the pinned certificate only. Its issuer and dates do not matter.
#[derive(Debug)]
struct Verifier {
    pin: Option<Fingerprint>,
    seen: OnceLock<Fingerprint>,
    short_key: OnceLock<()>,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let found = Fingerprint::of(end_entity);
        self.seen.get_or_init(|| found);
        if has_short_rsa_key(end_entity) {
            self.short_key.get_or_init(|| ());
        }
        match self.pin {
            Some(pin) if pin != found => Err(CertificateError::ApplicationVerificationFailure.into()),
            _ => Ok(ServerCertVerified::assertion()),
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signature, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signature, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The bytes of a certificate around its key, with the length of the key's bit string.
    fn with_key_of(length: &[u8]) -> Vec<u8> {
        let algorithm = [0x30, 0x0D, 0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01, 0x05, 0x00];
        [&[0x30, 0x82, 0x02, 0x01][..], &algorithm, &[0x03], length, &[0x00, 0x30]].concat()
    }

    #[test]
    fn rsa_keys_below_2048_bits_are_short() {
        let (rsa_1024, rsa_1536) = ([0x81, 0x8D], [0x81, 0xCD]);
        let (rsa_2048, rsa_4096) = ([0x82, 0x01, 0x0F], [0x82, 0x02, 0x0F]);
        assert!(has_short_rsa_key(&with_key_of(&rsa_1024)) && has_short_rsa_key(&with_key_of(&rsa_1536)));
        assert!(!has_short_rsa_key(&with_key_of(&rsa_2048)) && !has_short_rsa_key(&with_key_of(&rsa_4096)));
        assert!(!has_short_rsa_key(b"no certificate"));
    }

    #[test]
    fn a_bad_signature_is_blamed_on_the_key_only_if_the_key_is_short() {
        let bad_signature = || io::Error::other(Error::InvalidCertificate(CertificateError::BadSignature));
        assert!(matches!(explain(bad_signature(), true), ConnectError::UnsupportedKey));
        assert!(matches!(explain(bad_signature(), false), ConnectError::Tls(_)));
    }
}
