//! The conclusions from the data that was read.

use std::fmt;

use portero_routeros::{client::ConnectError, proto::Rows};
use portero_routeros_sim::Point;

use crate::survey::Observations;

/// The result for a guess.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Settled {
    /// The guess is right on this router.
    Confirmed,
    /// The guess is wrong on this router.
    Refuted,
    /// Reading the router does not tell.
    NotObservable,
}

impl fmt::Display for Settled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Confirmed => "confirmed",
            Self::Refuted => "refuted",
            Self::NotObservable => "not observable",
        })
    }
}

/// What is known of a guess, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Verdict {
    pub(crate) settled: Settled,
    pub(crate) because: &'static str,
}

const fn confirmed(because: &'static str) -> Verdict {
    Verdict { settled: Settled::Confirmed, because }
}

const fn refuted(because: &'static str) -> Verdict {
    Verdict { settled: Settled::Refuted, because }
}

const fn unknown(because: &'static str) -> Verdict {
    Verdict { settled: Settled::NotObservable, because }
}

/// What is known of this guess.
pub(crate) fn of(point: Point, seen: &Observations) -> Verdict {
    match point {
        Point::PrintHidesPasswords => print_hides_passwords(seen),
        Point::FingerprintIsSha256OfDer => fingerprint_is_sha256_of_der(seen),
        Point::SixLacksModernSuites => six_lacks_modern_suites(seen),
        Point::EmptyPropertiesShown => empty_properties_shown(seen),
        Point::ServerAllShown => server_all_shown(seen),
        Point::CancelOfUnknownTagTraps => cancel_of_unknown_tag_traps(seen),
        Point::SevenNamesUnknownDirectory => seven_names_unknown_directory(seen),
        Point::QueriesTakeYesForTrue => queries_take_yes_for_true(seen),
        Point::SessionOverLimitIsClosed => unknown("needs so many sessions that others are shut out"),
        Point::ServerAllClashesWithNamed
        | Point::EnumPrefixMatches
        | Point::OneTrapPerMissingItem
        | Point::DefaultRowsStay => unknown("needs a write"),
        Point::LoginErrorsSayFailure
        | Point::LoginNeedsPap
        | Point::RadiusBeforeLocalUsers
        | Point::DirectLoginOnSeven => unknown("needs a guest's login"),
    }
}

fn major(seen: &Observations) -> Option<u16> {
    seen.version.map(|version| version.major)
}

fn print_hides_passwords(seen: &Observations) -> Verdict {
    let shows = |answers: &[crate::session::Answer]| {
        let mut passwords = answers.iter().flat_map(|answer| answer.rows.iter()).filter_map(|row| row.get("password"));
        passwords.any(|password| !password.is_empty() && password != b"*****")
    };
    if seen.version.is_none_or(|version| (version.major, version.minor) < (7, 21)) {
        unknown("show-sensitive is of 7.21 and later")
    } else if shows(&seen.passwords) {
        refuted("a password was printed without show-sensitive")
    } else if shows(&seen.sensitive) {
        confirmed("a password was printed with show-sensitive only")
    } else {
        unknown("no user with a password was found, or the account lacks the policy `sensitive`")
    }
}

fn fingerprint_is_sha256_of_der(seen: &Observations) -> Verdict {
    let Some(Ok(shown)) = &seen.shown else { return unknown("api-ssl showed no certificate here (--api-ssl)") };
    let certificate = api_ssl_certificate(seen);
    let printed = seen.certificates.iter().flat_map(|answer| answer.rows.iter()).filter_map(|row| {
        let is_it = certificate.is_some() && row.get("name") == certificate;
        row.get("fingerprint").filter(|_| is_it)
    });
    match printed.map(<[u8]>::to_ascii_lowercase).next() {
        None => unknown("the certificate of api-ssl is not printed"),
        Some(printed) if printed == shown.to_string().as_bytes() => confirmed("both are the same"),
        Some(_) => refuted("api-ssl shows another fingerprint than is printed"),
    }
}

/// The name of the certificate that `api-ssl` is set to.
fn api_ssl_certificate(seen: &Observations) -> Option<&[u8]> {
    let services: &Rows = &seen.services.as_ref()?.rows;
    let service = services.iter().find(|row| row.get("name") == Some(b"api-ssl"))?;
    service.get("certificate").filter(|name| !name.is_empty() && *name != b"none")
}

fn six_lacks_modern_suites(seen: &Observations) -> Verdict {
    match (major(seen), &seen.shown) {
        (Some(6), Some(Ok(_))) => refuted("the handshake succeeded"),
        (Some(6), Some(Err(ConnectError::Tls(_) | ConnectError::NoCommonCipher))) => match api_ssl_certificate(seen) {
            Some(_) => confirmed("the handshake failed although api-ssl has a certificate"),
            None => unknown("api-ssl has no certificate"),
        },
        (Some(6), _) => unknown("api-ssl was not reached (--api-ssl)"),
        _ => unknown("the router does not run RouterOS 6"),
    }
}

fn empty_properties_shown(seen: &Observations) -> Verdict {
    let Some(users) = &seen.users else { return unknown("the users were not listed") };
    let emails = || users.rows.iter().map(|row| row.get("email"));
    if emails().any(|email| email == Some(b"")) {
        confirmed("an empty e-mail was printed")
    } else if emails().any(|email| email.is_none()) {
        refuted("an empty e-mail was left out")
    } else {
        unknown("every user has an e-mail")
    }
}

fn server_all_shown(seen: &Observations) -> Verdict {
    let Some(users) = &seen.users else { return unknown("the users were not listed") };
    let servers = || {
        let users = users.rows.iter().filter(|row| row.get("name") != Some(b"default-trial"));
        users.map(|row| row.get("server"))
    };
    if servers().any(|server| server == Some(b"all")) {
        confirmed("a user was printed with server=all")
    } else if servers().any(|server| server.is_none_or(<[u8]>::is_empty)) {
        refuted("a user was printed without a server")
    } else {
        unknown("no user of every server was found")
    }
}

fn cancel_of_unknown_tag_traps(seen: &Observations) -> Verdict {
    match &seen.cancelled {
        Some(answer) if answer.traps.is_empty() => refuted("it was answered as done"),
        Some(_) => confirmed("it was answered by an error"),
        None => unknown("it was not asked"),
    }
}

fn seven_names_unknown_directory(seen: &Observations) -> Verdict {
    let trap = seen.unknown_path.as_ref().and_then(|answer| answer.traps.first());
    match (major(seen), trap) {
        (Some(7..), Some(trap)) if trap.starts_with("no such command or directory") => confirmed("it said so"),
        (Some(7..), Some(_)) => refuted("it said something else"),
        (Some(7..), None) => unknown("it gave no error"),
        _ => unknown("the router does not run RouterOS 7"),
    }
}

fn queries_take_yes_for_true(seen: &Observations) -> Verdict {
    match (seen.false_found, seen.no_found) {
        (Some(1..), Some(0)) => refuted("?disabled=no found nothing where ?disabled=false did"),
        (Some(1..), Some(_)) => confirmed("?disabled=no found what ?disabled=false did"),
        _ => unknown("no user with disabled=false was found"),
    }
}

#[cfg(test)]
mod tests {
    use portero_routeros::{
        client::Fingerprint,
        proto::{Reply, SentenceBuf},
        value::Version,
    };

    use super::*;
    use crate::session::Answer;

    fn printed(rows: &[&[&str]]) -> Answer {
        let mut answer = Answer::default();
        for row in rows {
            let sentence = SentenceBuf::of(std::iter::once(&"!re").chain(*row)).unwrap();
            answer.rows.push(Reply::parse(sentence.as_sentence()).row());
        }
        answer
    }

    #[test]
    fn a_password_of_stars_is_not_shown() {
        let at_7_21 = |passwords, sensitive| {
            let version = Version::parse(b"7.21").ok();
            print_hides_passwords(&Observations { version, passwords, sensitive, ..Observations::default() }).settled
        };
        let stars = || vec![printed(&[&["=name=ana", "=password=*****"]])];
        let shown = || vec![printed(&[&["=name=ana", "=password=0456"]])];
        let hidden = || vec![printed(&[&["=name=ana"]]), printed(&[&["=name=pin", "=password="]])];
        assert_eq!(at_7_21(stars(), stars()), Settled::NotObservable);
        assert_eq!(at_7_21(hidden(), hidden()), Settled::NotObservable);
        assert_eq!(at_7_21(stars(), shown()), Settled::Confirmed);
        assert_eq!(at_7_21(hidden(), shown()), Settled::Confirmed);
        assert_eq!(at_7_21(shown(), shown()), Settled::Refuted);
    }

    #[test]
    fn the_fingerprint_is_that_of_the_certificate_of_api_ssl() {
        let fingerprint = |text: &str| text.repeat(32).parse::<Fingerprint>().unwrap();
        let judge = |used: &str| {
            let [others, ours] = ["AB", "CD"].map(|pair| format!("=fingerprint={}", pair.repeat(32)));
            let certificate = format!("=certificate={used}");
            let seen = Observations {
                shown: Some(Ok(fingerprint("cd"))),
                services: Some(printed(&[&["=name=www-ssl", "=certificate=ours"], &["=name=api-ssl", &certificate]])),
                certificates: Some(printed(&[&["=name=other", &others], &["=name=ours", &ours]])),
                ..Observations::default()
            };
            fingerprint_is_sha256_of_der(&seen).settled
        };
        assert_eq!(judge("ours"), Settled::Confirmed);
        assert_eq!(judge("other"), Settled::Refuted);
        assert_eq!(judge("none"), Settled::NotObservable);
    }
}
