//! TLS by a pinned certificate, against servers with the right one, another one, a stolen one and none.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use portero_routeros::client::{
    ConnectError, Fingerprint, Login, Options, Security, Stage, connect, probe_certificate,
};
use rcgen::{CertifiedKey, KeyPair, PKCS_ECDSA_P256_SHA256, generate_simple_self_signed};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::version::{TLS12, TLS13};
use rustls::{ServerConfig, SupportedProtocolVersion};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use crate::support::Peer;

const LOGIN: Login<'static> = Login::Plain { name: "admin", password: "secret" };
const BOTH: &[&SupportedProtocolVersion] = &[&TLS12, &TLS13];

/// A certificate as a router makes one for itself, and its key.
struct Identity {
    certificate: CertificateDer<'static>,
    key: PrivateKeyDer<'static>,
}

impl Identity {
    fn new() -> Self {
        let CertifiedKey { cert, signing_key } = generate_simple_self_signed(["router".to_owned()]).unwrap();
        let key: KeyPair = signing_key;
        assert!(key.is_compatible(&PKCS_ECDSA_P256_SHA256));
        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        Self { certificate: cert.der().clone(), key }
    }

    fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of(&self.certificate)
    }

    /// The certificate of this one with the key of another one, as a thief has it who read the handshake.
    fn with_key_of(&self, other: &Self) -> Self {
        Self { certificate: self.certificate.clone(), key: other.key.clone_key() }
    }
}

/// Shows its certificate whether or not the key belongs to it.
#[derive(Debug)]
struct Unchecked(Arc<rustls::sign::CertifiedKey>);

impl ResolvesServerCert for Unchecked {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<rustls::sign::CertifiedKey>> {
        Some(Arc::clone(&self.0))
    }
}

/// A server with this identity that accepts one connection.
async fn serve(
    identity: &Identity,
    versions: &[&'static SupportedProtocolVersion],
) -> (SocketAddr, JoinHandle<std::io::Result<TlsStream<TcpStream>>>) {
    let provider = rustls::crypto::ring::default_provider();
    let key = provider.key_provider.load_private_key(identity.key.clone_key()).unwrap();
    let shown = rustls::sign::CertifiedKey::new(vec![identity.certificate.clone()], key);
    let config = ServerConfig::builder_with_provider(Arc::new(provider))
        .with_protocol_versions(versions)
        .unwrap()
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(Unchecked(Arc::new(shown))));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let accepting = tokio::spawn(async move {
        let (stream, _) = listener.accept().await?;
        TlsAcceptor::from(Arc::new(config)).accept(stream).await
    });
    (address, accepting)
}

/// Whatever a client said behind the handshake, if it got that far.
async fn overheard(accepting: JoinHandle<std::io::Result<TlsStream<TcpStream>>>) -> Vec<u8> {
    let mut heard = Vec::new();
    if let Ok(mut stream) = accepting.await.unwrap() {
        stream.read_to_end(&mut heard).await.ok();
    }
    heard
}

#[tokio::test]
async fn the_pinned_router_is_logged_in_to_with_tls_1_2_and_1_3() {
    for version in BOTH {
        let identity = Identity::new();
        let (address, accepting) = serve(&identity, &[*version]).await;
        let pinned = Security::Pinned(identity.fingerprint());
        let opening = tokio::spawn(async move { connect(address, pinned, &LOGIN, &Options::default()).await });
        let mut peer = Peer::new(accepting.await.unwrap().unwrap());
        let (path, tag) = peer.hear_command().await;
        assert_eq!(path, "/login");
        peer.reply("!done", &tag, &[]).await;
        opening.await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn another_certificate_is_an_error_that_names_both_and_hears_no_password() {
    for version in BOTH {
        let (pinned, shown) = (Identity::new(), Identity::new());
        let (address, accepting) = serve(&shown, &[*version]).await;
        let security = Security::Pinned(pinned.fingerprint());
        let error = connect(address, security, &LOGIN, &Options::default()).await.unwrap_err();
        let ConnectError::CertificateChanged { pinned: expected, found } = error else { panic!("{error:?}") };
        assert_eq!((expected, found), (pinned.fingerprint(), shown.fingerprint()));
        assert_eq!(overheard(accepting).await, b"");
    }
}

#[tokio::test]
async fn the_pinned_certificate_without_its_key_is_refused() {
    for version in BOTH {
        let (router, thief) = (Identity::new(), Identity::new());
        let (address, accepting) = serve(&router.with_key_of(&thief), &[*version]).await;
        let security = Security::Pinned(router.fingerprint());
        let error = connect(address, security, &LOGIN, &Options::default()).await.unwrap_err();
        assert!(matches!(error, ConnectError::Tls(_)), "{error:?}");
        assert_eq!(overheard(accepting).await, b"");
    }
}

#[tokio::test]
async fn a_probe_learns_the_fingerprint_and_says_nothing() {
    for version in BOTH {
        let identity = Identity::new();
        let (address, accepting) = serve(&identity, &[*version]).await;
        let overheard = tokio::spawn(overheard(accepting));
        let found = probe_certificate(address, &Options::default()).await.unwrap();
        assert_eq!(found, identity.fingerprint());
        assert_eq!(overheard.await.unwrap(), b"");
    }
}

#[tokio::test]
async fn a_probe_is_not_fooled_by_a_certificate_without_its_key() {
    let (router, thief) = (Identity::new(), Identity::new());
    let (address, _accepting) = serve(&router.with_key_of(&thief), BOTH).await;
    assert!(matches!(probe_certificate(address, &Options::default()).await, Err(ConnectError::Tls(_))));
}

/// Connects to a server that responds to the first message with these bytes.
async fn refused_with(response: &[u8]) -> ConnectError {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let response = response.to_vec();
    let refusing = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut hello = [0; 1024];
        assert!(stream.read(&mut hello).await.unwrap() > 0);
        stream.write_all(&response).await.unwrap();
    });
    let pinned = Security::Pinned(Identity::new().fingerprint());
    let error = connect(address, pinned, &LOGIN, &Options::default()).await.unwrap_err();
    refusing.await.unwrap();
    error
}

/// A record with a fatal alert.
fn alert(description: u8) -> [u8; 7] {
    [0x15, 3, 3, 0, 2, 2, description]
}

#[tokio::test]
async fn no_common_cipher_suite_is_named_with_its_possible_causes() {
    let (handshake_failure, insufficient_security) = (40, 71);
    for description in [handshake_failure, insufficient_security] {
        let error = refused_with(&alert(description)).await;
        assert!(matches!(error, ConnectError::NoCommonCipher), "{error:?}");
        assert!(error.to_string().contains("/ip/service set api-ssl certificate="));
    }
}

#[tokio::test]
async fn a_router_without_tls_1_2_is_named() {
    let protocol_version = 70;
    let hello_of_tls_1_0 = [&[0x16, 3, 1, 0, 42, 2, 0, 0, 38, 3, 1][..], &[7; 32], &[0, 0, 0x2F, 0]].concat();
    for response in [&alert(protocol_version)[..], &hello_of_tls_1_0] {
        let error = refused_with(response).await;
        assert!(matches!(error, ConnectError::UnsupportedTlsVersion), "{error:?}");
    }
}

#[tokio::test]
async fn a_certificate_that_cannot_be_read_is_named() {
    let unreadable = Identity { certificate: CertificateDer::from(vec![0x30, 0]), ..Identity::new() };
    for versions in [&[&TLS12][..], &[&TLS13]] {
        let (address, _accepting) = serve(&unreadable, versions).await;
        let error = probe_certificate(address, &Options::default()).await.unwrap_err();
        assert!(matches!(error, ConnectError::UnsupportedKey), "{error:?}");
    }
}

#[tokio::test]
async fn a_port_that_speaks_no_tls_is_a_tls_error() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let mut peer = Peer::new(listener.accept().await.unwrap().0);
        peer.say(&["!fatal", "not logged in"]).await;
        peer.hear().await
    });
    let error = probe_certificate(address, &Options::default()).await.unwrap_err();
    assert!(matches!(error, ConnectError::Tls(_)), "{error:?}");
}

#[tokio::test]
async fn a_handshake_without_an_answer_ends_in_time() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let options = Options { tls: Duration::from_millis(50), ..Options::default() };
    let error = probe_certificate(address, &options).await.unwrap_err();
    assert!(matches!(error, ConnectError::TimedOut(Stage::Tls)), "{error:?}");
}

#[test]
fn fingerprints_are_read_as_they_are_shown() {
    let fingerprint = Identity::new().fingerprint();
    let hex = fingerprint.to_string();
    assert_eq!(hex.len(), 64);
    let pairs: Vec<_> = hex.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).unwrap()).collect();
    for text in [&hex, &hex.to_uppercase(), &pairs.join(":"), &pairs.join(":").to_uppercase()] {
        assert_eq!(text.parse(), Ok(fingerprint));
    }
    for text in
        ["", "00", &hex[..63], &format!("{hex}0"), &hex.replace(|_: char| true, "g"), &pairs.join("-"), &"é".repeat(32)]
    {
        assert!(text.parse::<Fingerprint>().is_err(), "{text}");
    }
}
