//! Facts about real routers that no source proves. Each guess is a switch.

use portero_sim_kit::{Guesses, guess};

/// A guess about real routers. [`ASSUMPTIONS`] describes each.
#[expect(missing_docs, reason = "they are described where they are listed")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Point {
    SessionOverLimitIsClosed,
    ServerAllClashesWithNamed,
    EnumPrefixMatches,
    LoginErrorsSayFailure,
    PrintHidesPasswords,
    LoginNeedsPap,
    RadiusBeforeLocalUsers,
    DirectLoginOnSeven,
    FingerprintIsSha256OfDer,
    SixLacksModernSuites,
    OneTrapPerMissingItem,
    EmptyPropertiesShown,
    ServerAllShown,
    CancelOfUnknownTagTraps,
    SevenNamesUnknownDirectory,
    QueriesTakeYesForTrue,
    DefaultRowsStay,
}

/// A guess: its switch, its meaning and its default.
pub type Assumption = portero_sim_kit::Assumption<Point>;

/// Which guesses hold at one router.
pub type Assumptions = portero_sim_kit::Assumptions<Point>;

impl Guesses for Point {
    const ALL: &'static [Assumption] = &ASSUMPTIONS;
}

/// All guesses of this simulator. A transcript of a real router confirms or refutes one. Until then, tests may run with
/// both values.
pub const ASSUMPTIONS: [Assumption; 17] = [
    guess(
        Point::SessionOverLimitIsClosed,
        "session-over-limit-is-closed",
        "a connection beyond max-sessions is accepted and closed at once; otherwise it hangs unanswered",
        true,
    ),
    guess(
        Point::ServerAllClashesWithNamed,
        "server-all-clashes-with-named",
        "a user of server `all` and one of the same name on a named server are duplicates",
        false,
    ),
    guess(
        Point::EnumPrefixMatches,
        "enum-prefix-matches",
        "a unique prefix of a profile's or server's name stands for it",
        true,
    ),
    guess(
        Point::LoginErrorsSayFailure,
        "login-errors-say-failure",
        "errors of /ip/hotspot/active/login begin with `failure: `",
        false,
    ),
    guess(
        Point::PrintHidesPasswords,
        "print-hides-passwords",
        "from 7.21 on a print without show-sensitive leaves hotspot passwords out",
        false,
    ),
    guess(
        Point::LoginNeedsPap,
        "login-needs-pap",
        "/ip/hotspot/active/login works only when login-by has http-pap",
        false,
    ),
    guess(
        Point::RadiusBeforeLocalUsers,
        "radius-before-local-users",
        "with use-radius the local users do not count",
        false,
    ),
    guess(
        Point::DirectLoginOnSeven,
        "direct-login-on-seven",
        "/ip/hotspot/active/login works on RouterOS 7 as on 6",
        true,
    ),
    guess(
        Point::FingerprintIsSha256OfDer,
        "fingerprint-is-sha256-of-der",
        "/certificate/print shows the SHA-256 of the certificate's DER; otherwise the SHA-1",
        true,
    ),
    guess(
        Point::SixLacksModernSuites,
        "six-lacks-modern-suites",
        "RouterOS 6 shares no TLS suite with a modern client: the handshake fails",
        false,
    ),
    guess(
        Point::OneTrapPerMissingItem,
        "one-trap-per-missing-item",
        "a command on several missing items answers a trap for each",
        true,
    ),
    guess(
        Point::EmptyPropertiesShown,
        "empty-properties-shown",
        "an optional property without a value is printed empty; otherwise it is left out",
        false,
    ),
    guess(Point::ServerAllShown, "server-all-shown", "a user of every server is printed with server=all", false),
    guess(
        Point::CancelOfUnknownTagTraps,
        "cancel-of-unknown-tag-traps",
        "/cancel of a tag that is not running answers a trap",
        false,
    ),
    guess(
        Point::SevenNamesUnknownDirectory,
        "seven-names-unknown-directory",
        "from 7.0 on an unknown path answers `no such command or directory (name)`",
        true,
    ),
    guess(
        Point::QueriesTakeYesForTrue,
        "queries-take-yes-for-true",
        "a query `?disabled=yes` finds what prints disabled=true",
        false,
    ),
    guess(
        Point::DefaultRowsStay,
        "default-rows-stay",
        "the user default-trial and the profile default cannot be removed",
        true,
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_assumption_is_switched_by_its_name_and_back() {
        for guess in ASSUMPTIONS {
            let believed = Assumptions::default();
            assert_eq!(believed.hold(guess.point), guess.believed, "{}", guess.name);
            let doubted = believed.clone().with_named(guess.name, !guess.believed).unwrap();
            assert_eq!(doubted.hold(guess.point), !guess.believed, "{}", guess.name);
            assert_eq!(doubted.with(guess.point, guess.believed), believed, "{}", guess.name);
        }
        assert!(Assumptions::default().with_named("the-earth-is-flat", true).is_err());
    }
}
