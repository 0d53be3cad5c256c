//! People's passwords, by argon2id; bcrypt hashes of an imported database verify too.

mod plan;
#[cfg(test)]
mod tests;
mod turns;

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
    ports::{KnownHash, PasswordCaller, PasswordError, Passwords, Verdict},
    secret::Secret,
    user::PasswordHash,
};
use ring::rand::{SecureRandom, SystemRandom};

use self::{plan::Plan, turns::Turns};
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

/// A hash that belongs to no user, at the cost above. A log-in with an unknown e-mail is compared with it, so that it
/// takes the same time (`R802`).
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// How long a caller waits for the caller's own turn, for a free core, and for the result in all. After that the answer is
/// [`PasswordError::Busy`].
const PATIENCE: Duration = Duration::from_secs(2);
const LIMIT: Duration = Duration::from_secs(5);

/// Hashes by argon2id on threads of its own, as many at once as the machine has cores: more would only be slower, and
/// each takes 19 MiB.
#[derive(Clone, Debug)]
pub struct Argon2Passwords {
    turns: Turns,
    pool: BlockingPool,
    hasher: Hasher,
}

impl Argon2Passwords {
    /// A hasher for this machine.
    pub fn new() -> Result<Self, PasswordError> {
        Self::on(thread::available_parallelism().map_or(1, NonZero::get))
    }

    fn on(cores: usize) -> Result<Self, PasswordError> {
        let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(|error| failed(error.into()))?;
        Ok(Self { turns: Turns::new(), pool: BlockingPool::new(cores, PATIENCE), hasher: Hasher { params } })
    }

    async fn run<T: Send + 'static>(
        &self,
        caller: &PasswordCaller,
        work: impl FnOnce(&Hasher) -> Result<T, PasswordError> + Send + 'static,
    ) -> Result<T, PasswordError> {
        let _turn = self.turns.take(caller, PATIENCE).await.ok_or(PasswordError::Busy)?;
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
    async fn hash(&self, caller: &PasswordCaller, password: &Secret) -> Result<PasswordHash, PasswordError> {
        let password = password.clone();
        self.run(caller, move |hasher| hasher.hash(&password)).await
    }

    async fn verify(
        &self,
        caller: &PasswordCaller,
        password: &Secret,
        known: KnownHash,
    ) -> Result<Verdict, PasswordError> {
        let password = password.clone();
        self.run(caller, move |hasher| Plan::of(&known).carry_out(hasher, &password)).await
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

    /// Compares with a hash by argon2.
    fn verify(&self, password: &Secret, hash: &str) -> Result<Verdict, PasswordError> {
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
