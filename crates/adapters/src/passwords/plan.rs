use portero_domain::{
    ports::{KnownHash, PasswordError, Verdict},
    secret::Secret,
};

use super::{Hasher, NOBODY};

/// The work of a comparison: one step decides, and the others only take their time.
///
/// While anybody has an imported hash, every comparison is one by argon2 and one by bcrypt. Otherwise a person with an
/// imported hash would be told apart from one with a current hash, and from one who does not exist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Plan<'a> {
    exists: bool,
    /// The deciding step comes first.
    steps: Vec<Work<'a>>,
}

/// One comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Work<'a> {
    Argon2(&'a str),
    Bcrypt(&'a str),
}

impl<'a> Work<'a> {
    fn with(hash: &'a str) -> Self {
        if ["$2a$", "$2b$", "$2y$"].iter().any(|bcrypt| hash.starts_with(bcrypt)) {
            Self::Bcrypt(hash)
        } else {
            Self::Argon2(hash)
        }
    }

    fn carry_out(self, hasher: &Hasher, password: &Secret) -> Result<Verdict, PasswordError> {
        match self {
            Self::Argon2(hash) => hasher.verify(password, hash),
            Self::Bcrypt(hash) => {
                let right = bcrypt::verify(password.expose(), hash);
                let right = right.map_err(|error| PasswordError::Failed(error.into()))?;
                Ok(if right { Verdict::RightButOutdated } else { Verdict::Wrong })
            }
        }
    }
}

impl<'a> Plan<'a> {
    pub(super) fn of(known: &'a KnownHash) -> Self {
        let imported = known.imported.as_ref().map(|hash| Work::with(hash.as_str()));
        let first = known.hash.as_ref().map(|hash| Work::with(hash.as_str()));
        let second = match first {
            Some(Work::Bcrypt(_)) => Some(Work::Argon2(NOBODY)),
            Some(Work::Argon2(_)) | None => imported,
        };
        let first = first.unwrap_or(Work::Argon2(NOBODY));
        Self { exists: known.hash.is_some(), steps: [first].into_iter().chain(second).collect() }
    }

    pub(super) fn carry_out(self, hasher: &Hasher, password: &Secret) -> Result<Verdict, PasswordError> {
        // Every step is carried out, whatever came of those before it.
        let verdicts: Vec<_> = self.steps.into_iter().map(|work| work.carry_out(hasher, password)).collect();
        match verdicts.into_iter().next() {
            Some(verdict) if self.exists => verdict,
            _ => Ok(Verdict::Wrong),
        }
    }
}

#[cfg(test)]
mod tests {
    use portero_domain::user::PasswordHash;

    use super::*;

    const IMPORTED: &str = "$2b$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW";
    const ANOTHER: &str = "$2y$12$EixZaYVK1fsbw1ZfbX3OXePaWxn96p36WQoeG6Lruj3vjPGga31lW";

    /// The method and the cost of each step.
    fn costs(hash: Option<&str>, imported: Option<&str>) -> Vec<String> {
        let text = |hash: &str| PasswordHash::new(hash.to_owned());
        let known = KnownHash { hash: hash.map(text), imported: imported.map(text) };
        let cost = |work: &Work<'_>| match *work {
            Work::Argon2(hash) => format!("argon2 {}", hash.split('$').nth(3).unwrap()),
            Work::Bcrypt(hash) => format!("bcrypt {}", hash.split('$').nth(2).unwrap()),
        };
        let mut costs: Vec<_> = Plan::of(&known).steps.iter().map(cost).collect();
        costs.sort();
        costs
    }

    #[test]
    fn while_there_are_imported_hashes_everybody_costs_the_same() {
        let expected = ["argon2 m=19456,t=2,p=1", "bcrypt 12"];
        for hash in [None, Some(NOBODY), Some(IMPORTED), Some(ANOTHER)] {
            assert_eq!(costs(hash, Some(IMPORTED)), expected, "{hash:?}");
        }
    }

    #[test]
    fn once_there_are_none_bcrypt_costs_nobody_anything() {
        for hash in [None, Some(NOBODY)] {
            assert_eq!(costs(hash, None), ["argon2 m=19456,t=2,p=1"], "{hash:?}");
        }
    }

    #[test]
    fn only_the_persons_own_hash_decides() {
        let hasher = crate::Argon2Passwords::new().unwrap().hasher;
        let password = Secret::new("correct horse".to_owned());
        let right = PasswordHash::new(bcrypt::hash("correct horse", 4).unwrap());
        let unreadable = PasswordHash::new("$2b$04$tooshort".to_owned());
        for (hash, imported, verdict) in [
            (None, Some(right.clone()), Verdict::Wrong),
            (Some(PasswordHash::new(NOBODY.to_owned())), Some(right.clone()), Verdict::Wrong),
            (Some(PasswordHash::new(NOBODY.to_owned())), Some(unreadable), Verdict::Wrong),
            (Some(right), None, Verdict::RightButOutdated),
        ] {
            let known = KnownHash { hash, imported };
            assert_eq!(Plan::of(&known).carry_out(&hasher, &password).unwrap(), verdict, "{known:?}");
        }
    }
}
