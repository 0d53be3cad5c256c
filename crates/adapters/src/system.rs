//! The system's clock, and its source of chance.

use async_trait::async_trait;
use portero_domain::{
    Timestamp,
    hotspot::{HotspotPassword, HotspotUsername},
    ids::{CompanyId, KeyId, LogoTag, ProcessId, PurchaseReference, RouterId, SessionId, WebhookToken},
    ports::{Clock, Ids},
    purchase::{GuestCredentials, GuestKind},
};
use ring::{
    error::Unspecified,
    rand::{SecureRandom, SystemRandom},
};
use time::{Duration, OffsetDateTime};

/// The time as the system tells it.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

#[async_trait]
impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the Clock port's own source")]
    fn now(&self) -> Timestamp {
        Timestamp::new(OffsetDateTime::now_utc())
    }

    async fn sleep(&self, span: Duration) {
        tokio::time::sleep(span.try_into().unwrap_or_default()).await;
    }
}

const UPPER_HEX: [char; 16] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F'];
const LOWER_HEX: [char; 16] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];
const LOWER_ALPHANUMERIC: [char; 36] = [
    '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm',
    'n', 'o', 'p', 'q', 'r', 's', 't', 'u', 'v', 'w', 'x', 'y', 'z',
];

const DIGITS: [char; 10] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'];
/// Letters and digits that a guest does not mix up in reading: no `I`, `L`, `O`, `0` and `1`.
const READABLE: [char; 31] = [
    'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'J', 'K', 'M', 'N', 'P', 'Q', 'R', 'S', 'T', 'U', 'V', 'W', 'X', 'Y', 'Z',
    '2', '3', '4', '5', '6', '7', '8', '9',
];

/// What the name of each hotspot user begins with.
const GUEST: &str = "PT-";

/// Ids of letters and digits drawn by nanoid, without bias, from the operating system's chance.
///
/// Each draw panics if the system has no chance to give, which ends that one request: an id that can be foreseen would
/// be worse. On Linux it cannot happen once a first draw has gone well, so [`NanoIds::new`] makes one.
#[derive(Debug)]
pub struct NanoIds {
    chance: SystemRandom,
}

impl NanoIds {
    /// A source of ids, after trying that the system has chance to give.
    pub fn new() -> Result<Self, Unspecified> {
        let chance = SystemRandom::new();
        chance.fill(&mut [0; 32])?;
        Ok(Self { chance })
    }

    fn draw<T>(&self, prefix: &str, alphabet: &[char], length: usize, parse: fn(&str) -> Option<T>) -> T {
        let bytes = |count| {
            let mut bytes = vec![0; count];
            assert!(self.chance.fill(&mut bytes).is_ok(), "the operating system has no chance to give");
            bytes
        };
        loop {
            let text = format!("{prefix}{}", nanoid::format(bytes, alphabet, length));
            if let Some(id) = parse(&text) {
                return id;
            }
        }
    }
}

impl Ids for NanoIds {
    fn company(&self) -> CompanyId {
        self.draw(CompanyId::PREFIX, &UPPER_HEX, 10, CompanyId::parse)
    }

    fn router(&self) -> RouterId {
        self.draw(RouterId::PREFIX, &UPPER_HEX, 8, RouterId::parse)
    }

    fn key(&self) -> KeyId {
        self.draw(KeyId::PREFIX, &LOWER_ALPHANUMERIC, 16, KeyId::parse)
    }

    fn session(&self) -> SessionId {
        self.draw(SessionId::PREFIX, &LOWER_ALPHANUMERIC, 26, SessionId::parse)
    }

    fn webhook_token(&self) -> WebhookToken {
        self.draw(WebhookToken::PREFIX, &LOWER_ALPHANUMERIC, 32, WebhookToken::parse)
    }

    fn purchase(&self) -> PurchaseReference {
        self.draw(PurchaseReference::PREFIX, &LOWER_ALPHANUMERIC, 26, PurchaseReference::parse)
    }

    fn guest(&self, kind: GuestKind) -> GuestCredentials {
        let name = |alphabet, length| self.draw(GUEST, alphabet, length, |text| HotspotUsername::parse(text).ok());
        match kind {
            GuestKind::UserAndPassword => GuestCredentials {
                name: name(&READABLE, 6),
                password: self.draw("", &DIGITS, 6, |text| HotspotPassword::parse(text).ok()),
            },
            GuestKind::Pin => GuestCredentials { name: name(&DIGITS, 8), password: HotspotPassword::none() },
        }
    }

    fn process(&self) -> ProcessId {
        self.draw("", &DIGITS, 18, |text| text.parse().ok().map(ProcessId::new))
    }

    fn logo_tag(&self) -> LogoTag {
        self.draw(LogoTag::PREFIX, &LOWER_HEX, 6, LogoTag::parse)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{HashMap, HashSet};

    use super::*;

    #[test]
    fn ids_have_the_documented_forms_and_differ() {
        let ids = NanoIds::new().unwrap();
        assert_eq!(ids.company().as_str().len(), "EMP_3A9F1C0B2D".len());
        assert_eq!(ids.router().as_str().len(), "RTR_A1B2C3D4".len());
        assert_eq!(ids.key().as_str().len(), "key_a1b2c3d4e5f6g7h8".len());
        assert_eq!(ids.webhook_token().as_str().len(), 32);
        assert_eq!(ids.logo_tag().as_str().len(), 6);
        let sessions: HashSet<_> = (0..1_000).map(|_| ids.session()).collect();
        assert_eq!(sessions.len(), 1_000);
    }

    #[test]
    fn guests_get_readable_names_and_passwords_of_digits() {
        let ids = NanoIds::new().unwrap();
        for _ in 0..1_000 {
            let GuestCredentials { name, password } = ids.guest(GuestKind::UserAndPassword);
            let tail = name.as_str().strip_prefix("PT-").unwrap();
            assert!(tail.len() == 6 && tail.chars().all(|letter| "ABCDEFGHJKMNPQRSTUVWXYZ23456789".contains(letter)));
            let password = password.expose().as_bytes();
            assert!(password.len() == 6 && password.iter().all(u8::is_ascii_digit));
            let pin = ids.guest(GuestKind::Pin);
            let digits = pin.name.as_str().strip_prefix("PT-").unwrap();
            assert!(digits.len() == 8 && digits.bytes().all(|digit| digit.is_ascii_digit()) && pin.password.is_pin());
        }
    }

    /// Taking a random byte modulo 36 would draw each of the first four characters a seventh more often than the rest.
    #[test]
    fn no_letter_is_drawn_more_often_than_another() {
        const DRAWS: usize = 10_000;
        let ids = NanoIds::new().unwrap();
        let mut counts = HashMap::new();
        for _ in 0..DRAWS {
            let key = ids.key();
            for letter in key.as_str().strip_prefix(KeyId::PREFIX).unwrap().chars() {
                *counts.entry(letter).or_insert(0_usize) += 1;
            }
        }
        assert_eq!(counts.len(), LOWER_ALPHANUMERIC.len());
        let expected = DRAWS * 16 / LOWER_ALPHANUMERIC.len();
        for (letter, count) in counts {
            // Seven standard deviations: a fair draw fails once in 10^11.
            assert!(count.abs_diff(expected) < 7 * 66, "{letter} was drawn {count} times, not about {expected}");
        }
    }

    #[test]
    fn the_clock_goes_forward() {
        let earlier = SystemClock.now();
        assert!(SystemClock.now() >= earlier);
        assert!(earlier.unix_seconds() > 1_700_000_000);
    }
}
