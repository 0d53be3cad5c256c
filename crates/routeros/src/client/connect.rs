//! Opening a session: TCP, TLS, login, each with a deadline.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use socket2::{SockRef, TcpKeepalive};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::connection::Connection;
use super::login::{Login, log_in};
use super::options::Options;
use super::outcome::Closed;
use super::reader::drain;
use super::tls::{Fingerprint, handshake};
use crate::failure::Trap;

/// Whether and how the session is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Security {
    /// Plain text (the service `api`, port 8728). Every device on the path can read the passwords.
    Plain,
    /// TLS (the service `api-ssl`, port 8729) with the router that has this certificate.
    Pinned(Fingerprint),
}

/// A part of opening a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Reaching the router.
    Connect,
    /// Agreeing on encryption.
    Tls,
    /// Logging in.
    Login,
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Connect => "connecting",
            Self::Tls => "the TLS handshake",
            Self::Login => "logging in",
        })
    }
}

/// Why there is no session.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// The router cannot be reached.
    #[error("the router cannot be reached: {0}")]
    Unreachable(#[source] io::Error),
    /// A part of it took too long.
    #[error("{0} took too long")]
    TimedOut(Stage),
    /// The handshake failed.
    #[error("the TLS handshake failed: {0}")]
    Tls(#[source] io::Error),
    /// The router accepts none of the cipher suites that are spoken here: those with a certificate and ECDHE.
    ///
    /// The alert does not say why. An `api-ssl` service without a certificate offers anonymous Diffie-Hellman only,
    /// which does not protect against an attacker who can change the traffic (`F28`). RouterOS 6 may offer DHE without
    /// elliptic curves.
    #[error(
        "no TLS cipher suite in common; possible causes: api-ssl has no certificate (on the router: \
         /certificate add name=api common-name=ROUTER days-valid=3650; /certificate sign api; \
         /ip/service set api-ssl certificate=api), or RouterOS 6 without ECDHE"
    )]
    NoCommonCipher,
    /// The router speaks neither TLS 1.2 nor TLS 1.3.
    #[error("the router speaks neither TLS 1.2 nor TLS 1.3")]
    UnsupportedTlsVersion,
    /// The certificate, its key or its signatures are of a kind that is not verified here, such as RSA below 2048 bits.
    #[error("the router's certificate or its key is of a kind that is not supported")]
    UnsupportedKey,
    /// The router has another certificate than the pinned one. It was replaced, or an attacker is in between. Nothing
    /// was sent to it.
    #[error("the certificate is {found}, not the pinned {pinned}")]
    CertificateChanged {
        /// The one that was expected.
        pinned: Fingerprint,
        /// The one that the router showed.
        found: Fingerprint,
    },
    /// The router refused the login.
    #[error("the router rejected the login: {0}")]
    Refused(#[source] Trap),
    /// The router is older than 6.43, and the caller did not choose [`Login::Legacy`].
    #[error("the router only knows the login of RouterOS before 6.43")]
    LegacyLoginOnly,
    /// The caller chose [`Login::Legacy`], but the router sent no challenge: it is 6.45 or newer.
    #[error("the router does not know the login of RouterOS before 6.43")]
    NoLegacyLogin,
    /// The router closed the session before it replied to the login. It does so if the service's `address` list does
    /// not contain our address (`F24`), and if all of its sessions are in use (`F20`).
    #[error(
        "the session ended before the reply to the login (check the permitted addresses and the number of sessions): {0}"
    )]
    Dropped(#[source] Closed),
}

/// Opens a session.
///
/// The address is not checked. The caller decides whether it may be connected to.
pub async fn connect(
    address: SocketAddr,
    security: Security,
    login: &Login<'_>,
    options: &Options,
) -> Result<Connection, ConnectError> {
    let connection = Connection::over(open(address, security, options).await?, options);
    let logged_in = within(options.login, Stage::Login, log_in(&connection, login, options.login)).await;
    if let Err(error) = logged_in {
        // A caller that retries at once must not find that this session still counts.
        connection.close();
        connection.until_over().await;
        return Err(error);
    }
    Ok(connection)
}

/// A stream to a router, encrypted or not.
pub trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// Connects to a router, with TLS if asked, and sends nothing yet. For callers that handle sentences themselves.
///
/// The address is taken as it is: whether one may connect to it is for the caller to decide.
pub async fn open(address: SocketAddr, security: Security, options: &Options) -> Result<Box<dyn Stream>, ConnectError> {
    let stream = reach(address, options).await?;
    match security {
        Security::Plain => Ok(Box::new(stream)),
        Security::Pinned(pin) => {
            let handshake = handshake(stream, address.ip(), Some(pin));
            let (stream, _) = within(options.tls, Stage::Tls, handshake).await?;
            Ok(Box::new(stream))
        }
    }
}

/// Reads the certificate of a router that is not trusted yet.
///
/// The handshake is completed, which proves that the router has the key of that certificate. Nothing else is sent. Show
/// the fingerprint to an operator, and pin it only after the operator has confirmed it.
pub async fn probe_certificate(address: SocketAddr, options: &Options) -> Result<Fingerprint, ConnectError> {
    let stream = reach(address, options).await?;
    let (mut stream, found) = within(options.tls, Stage::Tls, handshake(stream, address.ip(), None)).await?;
    // Closes the session and waits until the router has closed it too. Until then it counts as a session of the router.
    let farewell = async {
        stream.shutdown().await.ok();
        drain(&mut stream).await;
    };
    timeout(options.linger, farewell).await.ok();
    Ok(found)
}

async fn reach(address: SocketAddr, options: &Options) -> Result<TcpStream, ConnectError> {
    let stream = within(options.connect, Stage::Connect, async {
        TcpStream::connect(address).await.map_err(ConnectError::Unreachable)
    })
    .await?;
    // Small commands must not wait for each other, and a router that is gone must be noticed: half-open sessions count
    // against its limit.
    let keepalive =
        TcpKeepalive::new().with_time(Duration::from_secs(30)).with_interval(Duration::from_secs(10)).with_retries(3);
    stream.set_nodelay(true).map_err(ConnectError::Unreachable)?;
    SockRef::from(&stream).set_tcp_keepalive(&keepalive).map_err(ConnectError::Unreachable)?;
    Ok(stream)
}

async fn within<T>(
    limit: Duration,
    stage: Stage,
    work: impl Future<Output = Result<T, ConnectError>>,
) -> Result<T, ConnectError> {
    timeout(limit, work).await.unwrap_or(Err(ConnectError::TimedOut(stage)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn sockets_send_at_once_and_notice_a_router_that_is_gone() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let stream = reach(listener.local_addr().unwrap(), &Options::default()).await.unwrap();
        let socket = SockRef::from(&stream);
        assert!(socket.tcp_nodelay().unwrap() && socket.keepalive().unwrap());
        assert_eq!(socket.tcp_keepalive_time().unwrap(), Duration::from_secs(30));
        assert_eq!(socket.tcp_keepalive_interval().unwrap(), Duration::from_secs(10));
        assert_eq!(socket.tcp_keepalive_retries().unwrap(), 3);
    }
}
