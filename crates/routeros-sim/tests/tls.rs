//! api-ssl: the certificate, and when it is another one.

use std::sync::{Arc, Mutex};

use portero_routeros_sim::{Armed, Fault, Simulator};
use tokio::net::TcpStream;
use tokio_rustls::{
    TlsConnector,
    client::TlsStream,
    rustls::{
        ClientConfig, DigitallySignedStruct, Error, SignatureScheme,
        client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
        crypto::ring::default_provider,
        pki_types::{CertificateDer, ServerName, UnixTime},
    },
};

use crate::client::{Client, simulator};

/// Takes any certificate, and remembers its fingerprint.
#[derive(Debug, Default)]
struct Seen(Mutex<String>);

impl ServerCertVerifier for Seen {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let digest = ring::digest::digest(&ring::digest::SHA256, certificate);
        *self.0.lock().unwrap() = digest.as_ref().iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        default_provider().signature_verification_algorithms.supported_schemes()
    }
}

async fn connect(router: &Simulator) -> std::io::Result<(Client<TlsStream<TcpStream>>, String)> {
    let seen = Arc::new(Seen::default());
    let config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .dangerous()
        .with_custom_certificate_verifier(Arc::<Seen>::clone(&seen))
        .with_no_client_auth();
    let stream = TcpStream::connect(router.tls_address().unwrap()).await?;
    let name = ServerName::try_from("router").unwrap();
    let stream = TlsConnector::from(Arc::new(config)).connect(name, stream).await?;
    let fingerprint = seen.0.lock().unwrap().clone();
    Ok((Client::over(stream), fingerprint))
}

async fn secure_router() -> Simulator {
    simulator(|settings| settings.tls_listen = Some("127.0.0.1:0".parse().unwrap())).await
}

#[tokio::test]
async fn a_client_sees_the_certificate_that_was_announced_and_that_the_router_prints() {
    let router = secure_router().await;
    let (mut client, fingerprint) = connect(&router).await.unwrap();
    assert_eq!(fingerprint, router.fingerprint());
    client.log_in("secret").await;
    let heard = client.ask(&["/certificate/print", "=.proplist=fingerprint"]).await;
    assert_eq!(heard[0][1], format!("=fingerprint={fingerprint}"));
    assert_eq!(router.router().logged("via api-ssl"), 1);
}

#[tokio::test]
async fn one_connection_may_meet_a_wrong_certificate() {
    let router = secure_router().await;
    router.faults().arm(Armed::once(Fault::WrongCertificate));
    assert_ne!(connect(&router).await.unwrap().1, router.fingerprint());
    assert_eq!(connect(&router).await.unwrap().1, router.fingerprint());
}

#[tokio::test]
async fn a_changed_certificate_stays() {
    let router = secure_router().await;
    let before = router.fingerprint();
    router.faults().arm(Armed::once(Fault::ChangedCertificate));
    let (_, first) = connect(&router).await.unwrap();
    let (_, second) = connect(&router).await.unwrap();
    assert_ne!(first, before);
    assert_eq!((&first, first.clone()), (&second, router.fingerprint()));
}

#[tokio::test]
async fn without_a_certificate_the_handshake_fails_with_an_alert() {
    let router = secure_router().await;
    router.faults().arm(Armed::always(Fault::NoCertificate));
    let error = connect(&router).await.err().expect("no handshake");
    assert!(error.to_string().contains("HandshakeFailure"), "{error}");
    Client::logged_in(&router).await;
}
