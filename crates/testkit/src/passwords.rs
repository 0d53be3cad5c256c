use async_trait::async_trait;
use portero_domain::{
    ports::{KnownHash, PasswordCaller, PasswordError, Passwords, Verdict},
    secret::Secret,
    user::PasswordHash,
};

/// Writes a password as `hash:<password>`; a hash `old:<password>` is right but outdated. Any other is unreadable.
#[derive(Clone, Copy, Debug, Default)]
pub struct FakePasswords;

impl FakePasswords {
    /// The hash that this password gets.
    pub fn hash_of(password: &str) -> PasswordHash {
        PasswordHash::new(format!("hash:{password}"))
    }

    /// A hash of this password by the older method.
    pub fn old_hash_of(password: &str) -> PasswordHash {
        PasswordHash::new(format!("old:{password}"))
    }
}

#[async_trait]
impl Passwords for FakePasswords {
    async fn hash(&self, _: &PasswordCaller, password: &Secret) -> Result<PasswordHash, PasswordError> {
        Ok(Self::hash_of(password.expose()))
    }

    async fn verify(&self, _: &PasswordCaller, password: &Secret, known: KnownHash) -> Result<Verdict, PasswordError> {
        let Some(hash) = known.hash else { return Ok(Verdict::Wrong) };
        let (right, verdict) = match hash.as_str().split_once(':') {
            Some(("hash", right)) => (right, Verdict::Right),
            Some(("old", right)) => (right, Verdict::RightButOutdated),
            _ => return Err(PasswordError::Failed("the hash is of no known form".into())),
        };
        Ok(if password.expose() == right { verdict } else { Verdict::Wrong })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_is_held_against_its_hash() {
        let password = |text: &str| Secret::new(text.to_owned());
        let hash = FakePasswords.hash(&PasswordCaller::Operator, &password("a:b")).await.unwrap();
        for (tried, hash, verdict) in [
            ("a:b", Some(hash.clone()), Verdict::Right),
            ("a", Some(hash), Verdict::Wrong),
            ("a:b", Some(FakePasswords::old_hash_of("a:b")), Verdict::RightButOutdated),
            ("a", Some(FakePasswords::old_hash_of("a:b")), Verdict::Wrong),
            ("", None, Verdict::Wrong),
        ] {
            let known = KnownHash { hash, imported: None };
            let found = FakePasswords.verify(&PasswordCaller::Operator, &password(tried), known).await;
            assert_eq!(found.unwrap(), verdict, "{tried}");
        }
        let known = KnownHash { hash: Some(PasswordHash::new("a".into())), imported: None };
        assert!(FakePasswords.verify(&PasswordCaller::Operator, &password("a"), known).await.is_err());
    }
}
