//! People's passwords, by argon2id; bcrypt hashes of an imported database verify too.

use std::{num::NonZero, thread, time::Duration};

use argon2::{
    Algorithm, Argon2, Block, Params, Version,
    password_hash::{
        self, CustomizedPasswordHasher, PasswordVerifier,
        phc::{self, Output, ParamsString, Salt},
    },
};
use async_trait::async_trait;
use portero_domain::{
    ports::{PasswordError, Passwords, Verdict},
    secret::Secret,
    user::PasswordHash,
};
use ring::rand::{SecureRandom, SystemRandom};

use crate::blocking::{BlockingPool, NoAnswer};

/// How much a hash costs: 19 MiB, two passes, one lane, the first of OWASP's equal choices for argon2id (Password
/// Storage Cheat Sheet). About 20 ms of one core in a release build.
const MEMORY_KIB: u32 = 19 * 1_024;
const PASSES: u32 = 2;
const LANES: u32 = 1;
const ALGORITHM: Algorithm = Algorithm::Argon2id;
const VERSION: Version = Version::V0x13;

/// The least memory to ask for, in argon2's blocks: 32 MiB. So much is always mapped by itself, and unmapped as soon as a hash is
/// done; less is kept by glibc from the second time on (mallopt(3), `M_MMAP_THRESHOLD`). What is not written to takes no room.
const MAPPED_BLOCKS: usize = 32 * 1_024 * 1_024 / Block::SIZE;

/// The hash of nobody's password, at the cost above: what a password is held against when there is no person.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// How long a caller waits for its turn, and for its answer all in all. Beyond, logins are [`PasswordError::Busy`].
const PATIENCE: Duration = Duration::from_secs(2);
const LIMIT: Duration = Duration::from_secs(5);

/// Hashes by argon2id on threads of its own, as many at once as the machine has cores: more would only be slower, and
/// each takes 19 MiB.
#[derive(Clone, Debug)]
pub struct Argon2Passwords {
    pool: BlockingPool,
    hasher: Hasher,
}

impl Argon2Passwords {
    /// A hasher for this machine.
    pub fn new() -> Result<Self, PasswordError> {
        let cores = thread::available_parallelism().map_or(1, NonZero::get);
        let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(|error| failed(error.into()))?;
        Ok(Self { pool: BlockingPool::new(cores, PATIENCE), hasher: Hasher { params } })
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Hasher) -> Result<T, PasswordError> + Send + 'static,
    ) -> Result<T, PasswordError> {
        let hasher = self.hasher.clone();
        match self.pool.run(LIMIT, move |_| work(&hasher)).await {
            Ok(result) => result,
            Err(NoAnswer::Busy | NoAnswer::TimedOut) => Err(PasswordError::Busy),
            Err(panicked @ NoAnswer::Panicked) => Err(PasswordError::Failed(panicked.into())),
        }
    }
}

#[async_trait]
impl Passwords for Argon2Passwords {
    async fn hash(&self, password: &Secret) -> Result<PasswordHash, PasswordError> {
        let password = password.clone();
        self.run(move |hasher| hasher.hash(&password)).await
    }

    async fn verify(&self, password: &Secret, hash: Option<PasswordHash>) -> Result<Verdict, PasswordError> {
        let password = password.clone();
        self.run(move |hasher| match hash {
            Some(hash) => hasher.verify(&password, hash.as_str()),
            None => hasher.verify(&password, NOBODY).map(|_| Verdict::Wrong),
        })
        .await
    }
}

#[derive(Clone, Debug)]
struct Hasher {
    params: Params,
}

/// Argon2 in memory that is returned. Verifying is built on it by the library.
impl CustomizedPasswordHasher<phc::PasswordHash> for Hasher {
    type Params = Params;

    fn hash_password_customized(
        &self,
        password: &[u8],
        salt: &[u8],
        algorithm: Option<&str>,
        version: Option<u32>,
        params: Params,
    ) -> password_hash::Result<phc::PasswordHash> {
        let algorithm = algorithm.map_or(Ok(ALGORITHM), Algorithm::try_from)?;
        let version = version.map_or(Ok(VERSION), Version::try_from)?;
        let salt = Salt::new(salt)?;
        let mut output = [0; Output::MAX_LENGTH];
        let length = params.output_len().unwrap_or(Params::DEFAULT_OUTPUT_LEN);
        let output = output.get_mut(..length).ok_or(password_hash::Error::OutputSize)?;
        let mut memory = Vec::with_capacity(params.block_count().max(MAPPED_BLOCKS));
        memory.resize(params.block_count(), Block::new());
        let argon2 = Argon2::new(algorithm, version, params);
        argon2.hash_password_into_with_memory(password, &salt, output, &mut memory)?;
        Ok(phc::PasswordHash {
            algorithm: algorithm.ident(),
            version: Some(version.into()),
            params: ParamsString::try_from(argon2.params())?,
            salt: Some(salt),
            hash: Some(Output::new(output)?),
        })
    }
}

impl Hasher {
    fn hash(&self, password: &Secret) -> Result<PasswordHash, PasswordError> {
        let mut salt = [0; 16];
        SystemRandom::new().fill(&mut salt).map_err(|_| PasswordError::Failed("no chance for a salt".into()))?;
        let hash = self.hash_password_customized(password.expose().as_bytes(), &salt, None, None, self.params.clone());
        Ok(PasswordHash::new(hash.map_err(failed)?.to_string()))
    }

    fn verify(&self, password: &Secret, hash: &str) -> Result<Verdict, PasswordError> {
        if ["$2a$", "$2b$", "$2y$"].iter().any(|bcrypt| hash.starts_with(bcrypt)) {
            let right = bcrypt::verify(password.expose(), hash).map_err(|error| PasswordError::Failed(error.into()))?;
            return Ok(if right { Verdict::RightButOutdated } else { Verdict::Wrong });
        }
        let hash = phc::PasswordHash::new(hash).map_err(|error| PasswordError::Failed(error.into()))?;
        match self.verify_password(password.expose().as_bytes(), &hash) {
            Ok(()) if self.is_current(&hash) => Ok(Verdict::Right),
            Ok(()) => Ok(Verdict::RightButOutdated),
            Err(password_hash::Error::PasswordInvalid) => Ok(Verdict::Wrong),
            Err(error) => Err(failed(error)),
        }
    }

    fn is_current(&self, hash: &phc::PasswordHash) -> bool {
        let ours = &self.params;
        hash.algorithm == ALGORITHM.ident()
            && hash.version == Some(VERSION.into())
            && Params::try_from(hash).is_ok_and(|theirs| {
                (theirs.m_cost(), theirs.t_cost(), theirs.p_cost()) == (ours.m_cost(), ours.t_cost(), ours.p_cost())
            })
    }
}

fn failed(error: password_hash::Error) -> PasswordError {
    PasswordError::Failed(error.into())
}

#[cfg(test)]
mod tests {
    use argon2::password_hash::PasswordHasher;

    use super::*;

    fn secret(text: &str) -> Secret {
        Secret::parse(text).unwrap()
    }

    async fn verify(password: &str, hash: &str) -> Result<Verdict, PasswordError> {
        let passwords = Argon2Passwords::new().unwrap();
        passwords.verify(&secret(password), Some(PasswordHash::new(hash.to_owned()))).await
    }

    #[tokio::test]
    async fn a_password_is_right_and_another_is_wrong() {
        let passwords = Argon2Passwords::new().unwrap();
        let hash = passwords.hash(&secret("correct horse")).await.unwrap();
        assert!(hash.as_str().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{}", hash.as_str());
        assert_eq!(passwords.verify(&secret("correct horse"), Some(hash.clone())).await.unwrap(), Verdict::Right);
        assert_eq!(passwords.verify(&secret("Correct horse"), Some(hash)).await.unwrap(), Verdict::Wrong);
    }

    #[tokio::test]
    async fn the_same_password_is_never_hashed_alike() {
        let passwords = Argon2Passwords::new().unwrap();
        let first = passwords.hash(&secret("correct horse")).await.unwrap();
        assert_ne!(first, passwords.hash(&secret("correct horse")).await.unwrap());
    }

    #[tokio::test]
    async fn an_imported_bcrypt_hash_is_right_but_outdated() {
        let made = bcrypt::hash_with_result("correct horse", 4).unwrap();
        for version in [bcrypt::Version::TwoA, bcrypt::Version::TwoB, bcrypt::Version::TwoY] {
            let hash = made.format_for_version(version);
            assert_eq!(verify("correct horse", &hash).await.unwrap(), Verdict::RightButOutdated, "{hash}");
            assert_eq!(verify("another", &hash).await.unwrap(), Verdict::Wrong, "{hash}");
        }
    }

    #[tokio::test]
    async fn a_hash_of_another_cost_is_right_but_outdated() {
        let cheap = Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(64, 1, 1, None).unwrap());
        let hash = cheap.hash_password_with_salt(b"correct horse", &[7; 16]).unwrap().to_string();
        assert_eq!(verify("correct horse", &hash).await.unwrap(), Verdict::RightButOutdated);
        assert_eq!(verify("another", &hash).await.unwrap(), Verdict::Wrong);
    }

    #[tokio::test]
    async fn a_hash_that_is_none_fails_instead_of_being_wrong() {
        for hash in ["", "secret", "$2b$04$tooshort", "$argon2id$", "$5$salt$hash"] {
            assert!(matches!(verify("secret", hash).await, Err(PasswordError::Failed(_))), "{hash:?}");
        }
    }

    /// The dummy hash must be readable and of our own cost: else an unknown e-mail would answer sooner.
    #[tokio::test]
    async fn nobodys_password_is_wrong_at_the_same_cost() {
        let passwords = Argon2Passwords::new().unwrap();
        assert_eq!(passwords.verify(&secret("anything"), None).await.unwrap(), Verdict::Wrong);
        assert!(passwords.hasher.is_current(&phc::PasswordHash::new(NOBODY).unwrap()));
    }

    /// How much memory this process holds, in MiB.
    fn resident() -> u64 {
        let status = std::fs::read_to_string("/proc/self/status").unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() / 1_024
    }

    /// The allocator has memory of its own for each thread, and kept the last hash's in each. Other tests beside this one hold
    /// that of a few hashes.
    #[test]
    fn a_thread_that_has_hashed_keeps_no_memory_for_it() {
        let hasher = Argon2Passwords::new().unwrap().hasher;
        let before = resident();
        let (done, stay) = (std::sync::Barrier::new(17), std::sync::Barrier::new(17));
        let grown = thread::scope(|scope| {
            for _ in 0..16 {
                scope.spawn(|| {
                    for _ in 0..2 {
                        hasher.hash(&secret("correct horse")).unwrap();
                    }
                    done.wait();
                    stay.wait();
                });
            }
            done.wait();
            let grown = resident().saturating_sub(before);
            stay.wait();
            grown
        });
        assert!(grown < 120, "{grown} MiB more");
    }
}
