//! Errors as types of the domain. They contain nothing from the other side except the texts of rejections. So an admin
//! who enters another host cannot read the responses of that host through Portero.

use std::time::Duration;

use portero_domain::{
    hotspot::RouterText,
    network::CertificateFingerprint,
    ports::{CertificateProblem, HotspotError, LogInProblem, Rejection, TlsProblem},
};
use portero_routeros::{
    Class, Trap,
    client::{Closed, ConnectError, Failure, Fingerprint, NotSent, Stage, Unknown},
};

/// When it is worth trying again while too many commands wait for a router.
const RETRY_AFTER: Duration = Duration::from_secs(2);

/// How much of a router's own words is passed on, in characters.
const WORDS: usize = 200;

/// The fingerprint as the domain has it.
pub(super) const fn fingerprint(found: Fingerprint) -> CertificateFingerprint {
    CertificateFingerprint::new(*found.as_bytes())
}

/// The router cannot be reached.
pub(super) fn unreachable(why: &str) -> HotspotError {
    HotspotError::Unreachable(why.to_owned())
}

/// The router's answer lacks what every such answer has.
pub(super) fn unreadable() -> HotspotError {
    unreachable("its answer cannot be understood")
}

/// Too much waits for the router.
pub(super) const fn busy() -> HotspotError {
    HotspotError::Busy { retry_after: RETRY_AFTER }
}

/// The refusal in a router's words.
pub(super) fn rejected(trap: &Trap) -> HotspotError {
    HotspotError::Rejected { kind: rejection(trap.class()), text: words(trap.message()) }
}

/// Why there is no session.
pub(super) fn not_connected(error: ConnectError) -> HotspotError {
    match error {
        ConnectError::Unreachable(error) => HotspotError::Unreachable(error.kind().to_string()),
        ConnectError::TimedOut(Stage::Connect) => unreachable("connecting took too long"),
        ConnectError::TimedOut(Stage::Tls) => unreachable("the TLS handshake took too long"),
        ConnectError::TimedOut(Stage::Login) => unreachable("the login took too long"),
        ConnectError::Tls(_) => unreachable("the TLS handshake failed"),
        ConnectError::NoCommonCipher => TlsProblem::NoCommonCipher.into(),
        ConnectError::UnsupportedTlsVersion => TlsProblem::UnsupportedVersion.into(),
        ConnectError::UnsupportedKey => TlsProblem::UnsupportedKey.into(),
        ConnectError::CertificateChanged { pinned, found } => {
            CertificateProblem::Changed { confirmed: fingerprint(pinned), found: fingerprint(found) }.into()
        }
        ConnectError::Refused(trap) => match trap.class() {
            Class::AuthFailed => LogInProblem::WrongCredentials.into(),
            Class::NoApiPolicy => LogInProblem::NoApiPolicy.into(),
            _ => rejected(&trap),
        },
        ConnectError::LegacyLoginOnly => LogInProblem::OldLoginOnly.into(),
        ConnectError::NoLegacyLogin => LogInProblem::NoOldLogin.into(),
        ConnectError::Dropped(Closed::EndOfStream | Closed::Network(_)) => {
            unreachable("it ended the session before the login: is this server's address allowed, and a session free?")
        }
        ConnectError::Dropped(closed) => unreachable(why(&closed)),
    }
}

/// Why a command never left.
pub(super) fn not_sent(reason: &NotSent) -> HotspotError {
    match reason {
        NotSent::Busy | NotSent::Deadline => busy(),
        NotSent::Closed(closed) => unreachable(why(closed)),
        NotSent::Invalid(_) => unreachable("the command cannot be said in its protocol"),
    }
}

/// Why nothing is known of a command that was sent.
pub(super) const fn no_answer(reason: &Unknown) -> &'static str {
    match reason {
        Unknown::Deadline => "no reply came in time",
        Unknown::TooLarge => "its answer was larger than is accepted",
        Unknown::Closed(closed) => why(closed),
    }
}

/// Why a question has no answer. Asking changes nothing, so there is nothing to be in doubt of.
pub(super) fn not_answered(failure: &Failure) -> HotspotError {
    match failure {
        Failure::Rejected(rejection) => rejected(&rejection.first),
        Failure::NotSent(reason) => not_sent(reason),
        Failure::Unknown(reason) => unreachable(no_answer(reason)),
    }
}

/// Whether the connection was lost under the command.
pub(super) const fn is_loss(failure: &Failure) -> bool {
    matches!(failure, Failure::NotSent(NotSent::Closed(_)) | Failure::Unknown(Unknown::Closed(_)))
}

const fn why(closed: &Closed) -> &'static str {
    match closed {
        Closed::EndOfStream | Closed::Truncated => "it closed the connection",
        Closed::Fatal(_) => "it ended the session",
        Closed::Malformed(_) => "what it sends is not the RouterOS API",
        Closed::Network(_) => "the network failed",
        Closed::Stalled => "it does not read what it is sent",
        Closed::CancelIgnored => "it did not end a command that was cancelled",
        Closed::Here => "the connection was closed on this side",
    }
}

const fn rejection(class: Class) -> Rejection {
    match class {
        Class::NotFound => Rejection::NotFound,
        Class::HostUnknown => Rejection::HostUnknown,
        Class::WrongMac => Rejection::WrongMac,
        Class::HotspotBadCredentials => Rejection::BadCredentials,
        Class::SessionLimit => Rejection::SessionLimit,
        Class::QuotaUsed => Rejection::QuotaUsed,
        Class::LicenceLimit => Rejection::LicenceLimit,
        Class::RouterTrouble | Class::RetryLater => Rejection::Trouble,
        Class::PermissionDenied => Rejection::PermissionDenied,
        _ => Rejection::Other,
    }
}

/// A router's words, without control characters and not too many.
fn words(message: &[u8]) -> String {
    let text = RouterText::new(message.to_vec());
    text.shown().chars().filter(|character| !character.is_control()).take(WORDS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_routers_words_are_cut_and_cleaned() {
        assert_eq!(words(b"caf\xE9 \x1b[31m\r\n\"=\""), "caf\u{e9} [31m\"=\"");
        assert_eq!(words("\u{f1}".repeat(500).as_bytes()).chars().count(), WORDS);
    }

    #[test]
    fn nothing_that_a_peer_says_is_in_what_is_told_of_it() {
        let said = Closed::Fatal(Box::from(&b"SECRET BANNER"[..]));
        for error in [
            not_connected(ConnectError::Dropped(said.clone())),
            not_connected(ConnectError::Tls(std::io::Error::other("SECRET BANNER"))),
            not_connected(ConnectError::Unreachable(std::io::Error::other("SECRET BANNER"))),
            not_answered(&Unknown::Closed(said.clone()).into()),
            not_answered(&NotSent::Closed(said).into()),
        ] {
            assert!(!error.to_string().contains("SECRET"), "{error}");
        }
    }
}
