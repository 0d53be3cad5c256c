//! The key of a router's captive portal: issued, used, revoked.

use thiserror::Error;
use time::Duration;

use crate::{
    Timestamp,
    ids::{CompanyId, KeyId, RouterId},
    router::ActiveRouter,
};

/// A key that expires in fewer days than this has a warning (`R403`).
pub const EXPIRY_WARNING_DAYS: i64 = 30;

/// An API key as its record has it. The token itself is known only to its bearer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiKey {
    parts: ApiKeyParts,
}

/// The parts of a key, for the store to keep and to restore a key from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiKeyParts {
    /// The key's public identity, the token's `jti`.
    pub id: KeyId,
    /// The router it was issued for.
    pub router: RouterId,
    /// That router's company.
    pub company: CompanyId,
    /// When it was issued, whole to the second.
    pub issued_at: Timestamp,
    /// When it ends, whole to the second.
    pub expires_at: Timestamp,
    /// When it was revoked, if it was.
    pub revoked_at: Option<Timestamp>,
    /// What the gate has counted.
    pub usage: Usage,
}

/// What the gate has counted of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Usage {
    /// How many calls were admitted.
    pub count: u64,
    /// When the latest one was.
    pub last_used: Option<Timestamp>,
}

/// What a key is good for at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyStatus {
    /// It opens the gate.
    Active,
    /// Its time is over.
    Expired,
    /// It was revoked.
    Revoked {
        /// When.
        at: Timestamp,
    },
}

/// What the keeper of a key should know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Advice {
    /// It ends soon, and should be regenerated.
    ExpiresSoon {
        /// Whole days left, rounded down.
        days: i64,
    },
    /// It was never used.
    NeverUsed,
}

/// The key was revoked before, and stays so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the key is already revoked")]
pub struct AlreadyRevoked;

impl ApiKey {
    /// A fresh key for an active router, good for `life` from `now`.
    ///
    /// Its times are whole to the second, as those of its token are (RFC 7519, `NumericDate` of the page's tokens).
    pub fn issue(id: KeyId, router: ActiveRouter<'_>, now: Timestamp, life: Duration) -> Self {
        let issued_at = now.whole_second();
        Self::restore(ApiKeyParts {
            id,
            router: router.id().clone(),
            company: router.company().clone(),
            issued_at,
            expires_at: issued_at.plus(life).whole_second(),
            revoked_at: None,
            usage: Usage::default(),
        })
    }

    /// The key that the store kept in these parts.
    pub const fn restore(parts: ApiKeyParts) -> Self {
        Self { parts }
    }

    /// The parts of the key.
    pub const fn parts(&self) -> &ApiKeyParts {
        &self.parts
    }

    /// The key's identity.
    pub const fn id(&self) -> &KeyId {
        &self.parts.id
    }

    /// What the key is good for. Revocation outranks expiry: a revoked key stays revoked.
    pub fn status(&self, now: Timestamp) -> KeyStatus {
        match self.parts.revoked_at {
            Some(at) => KeyStatus::Revoked { at },
            None if now >= self.parts.expires_at => KeyStatus::Expired,
            None => KeyStatus::Active,
        }
    }

    /// Ends the key for good. Answers what it was good for until now.
    pub fn revoke(&mut self, now: Timestamp) -> Result<KeyStatus, AlreadyRevoked> {
        match self.status(now) {
            KeyStatus::Revoked { .. } => Err(AlreadyRevoked),
            before => {
                self.parts.revoked_at = Some(now);
                Ok(before)
            }
        }
    }

    /// Whole days until the key ends, rounded down; negative once it has ended.
    pub fn days_left(&self, now: Timestamp) -> i64 {
        const DAY: i128 = Duration::DAY.whole_nanoseconds();
        let days = self.parts.expires_at.since(now).whole_nanoseconds().div_euclid(DAY);
        i64::try_from(days).unwrap_or(i64::MAX)
    }

    /// The warning that an admin should see. The expiry outranks "never used" (`R405`).
    pub fn advice(&self, now: Timestamp) -> Option<Advice> {
        let days = self.days_left(now);
        if days < EXPIRY_WARNING_DAYS {
            Some(Advice::ExpiresSoon { days })
        } else if self.parts.usage.last_used.is_none() {
            Some(Advice::NeverUsed)
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    const YEAR: Duration = Duration::days(365);

    fn start() -> Timestamp {
        Timestamp::new(datetime!(2025-01-15 9:00 UTC))
    }

    fn key_of_a_year() -> ApiKey {
        ApiKey::restore(ApiKeyParts {
            id: KeyId::parse("key_a1b2c3d4e5f6g7h8").unwrap(),
            router: RouterId::parse("RTR_A1B2C3D4").unwrap(),
            company: CompanyId::parse("EMP_3A9F1C0B2D").unwrap(),
            issued_at: start(),
            expires_at: start().plus(YEAR),
            revoked_at: None,
            usage: Usage::default(),
        })
    }

    fn used(mut key: ApiKey) -> ApiKey {
        key.parts.usage = Usage { count: 1, last_used: Some(start()) };
        key
    }

    const MICROSECOND: Duration = Duration::MICROSECOND;

    #[test]
    fn a_key_is_active_until_the_very_moment_it_ends() {
        let key = key_of_a_year();
        let end = start().plus(YEAR);
        assert_eq!(key.status(end.plus(-MICROSECOND)), KeyStatus::Active);
        assert_eq!(key.status(end), KeyStatus::Expired);
    }

    #[test]
    fn revocation_outranks_expiry_and_happens_once() {
        let mut key = key_of_a_year();
        let at = start().plus(Duration::DAY);
        assert_eq!(key.revoke(at), Ok(KeyStatus::Active));
        assert_eq!(key.revoke(at.plus(Duration::DAY)), Err(AlreadyRevoked));
        assert_eq!(key.status(start().plus(YEAR * 2)), KeyStatus::Revoked { at });
    }

    #[test]
    fn revoking_an_expired_key_says_that_it_was_expired() {
        let mut key = key_of_a_year();
        assert_eq!(key.revoke(start().plus(YEAR)), Ok(KeyStatus::Expired));
    }

    #[test]
    fn days_left_are_whole_and_rounded_down() {
        let key = key_of_a_year();
        let end = start().plus(YEAR);
        assert_eq!(key.days_left(start()), 365);
        assert_eq!(key.days_left(start().plus(MICROSECOND)), 364);
        assert_eq!(key.days_left(end.plus(-Duration::DAY)), 1);
        assert_eq!(key.days_left(end.plus(-MICROSECOND)), 0);
        assert_eq!(key.days_left(end.plus(MICROSECOND)), -1);
    }

    #[test]
    fn the_end_is_warned_of_below_thirty_days() {
        let key = used(key_of_a_year());
        let thirty_left = start().plus(YEAR - Duration::days(30));
        assert_eq!(key.advice(thirty_left), None);
        assert_eq!(key.advice(thirty_left.plus(MICROSECOND)), Some(Advice::ExpiresSoon { days: 29 }));
    }

    #[test]
    fn a_near_end_outranks_never_used() {
        let key = key_of_a_year();
        assert_eq!(key.advice(start()), Some(Advice::NeverUsed));
        let fifteen_left = start().plus(YEAR - Duration::days(15));
        assert_eq!(key.advice(fifteen_left), Some(Advice::ExpiresSoon { days: 15 }));
    }
}
