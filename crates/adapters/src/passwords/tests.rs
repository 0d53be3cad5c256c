use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering::SeqCst},
};

use argon2::password_hash::PasswordHasher;
use portero_domain::ids::UserId;

use super::*;

const CALLER: PasswordCaller = PasswordCaller::Operator;

fn known(hash: &PasswordHash) -> KnownHash {
    KnownHash { hash: Some(hash.clone()), imported: None }
}

fn secret(text: &str) -> Secret {
    Secret::parse(text).unwrap()
}

async fn verify(password: &str, hash: &str) -> Result<Verdict, PasswordError> {
    let passwords = Argon2Passwords::new().unwrap();
    passwords.verify(&CALLER, &secret(password), known(&PasswordHash::new(hash.to_owned()))).await
}

#[tokio::test]
async fn a_password_is_right_and_another_is_wrong() {
    let passwords = Argon2Passwords::new().unwrap();
    let hash = passwords.hash(&CALLER, &secret("correct horse")).await.unwrap();
    assert!(hash.as_str().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{}", hash.as_str());
    assert_eq!(passwords.verify(&CALLER, &secret("correct horse"), known(&hash)).await.unwrap(), Verdict::Right);
    assert_eq!(passwords.verify(&CALLER, &secret("Correct horse"), known(&hash)).await.unwrap(), Verdict::Wrong);
}

#[tokio::test]
async fn the_same_password_is_never_hashed_alike() {
    let passwords = Argon2Passwords::new().unwrap();
    let first = passwords.hash(&CALLER, &secret("correct horse")).await.unwrap();
    assert_ne!(first, passwords.hash(&CALLER, &secret("correct horse")).await.unwrap());
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
    assert_eq!(passwords.verify(&CALLER, &secret("anything"), KnownHash::default()).await.unwrap(), Verdict::Wrong);
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

/// A caller who asks for a lot waits for themselves. Everyone else waits for one of that caller's hashes at most.
#[tokio::test]
async fn one_callers_passwords_do_not_hold_up_anothers() {
    let passwords = Argon2Passwords::on(1).unwrap();
    let done = Arc::new(AtomicUsize::new(0));
    let busy: Vec<_> = (0..30)
        .map(|_| {
            let (passwords, done) = (passwords.clone(), Arc::clone(&done));
            tokio::spawn(async move {
                let caller = PasswordCaller::Person(UserId::new(1));
                let verdict = passwords.verify(&caller, &secret("a guess"), KnownHash::default()).await;
                done.fetch_add(1, SeqCst);
                verdict
            })
        })
        .collect();
    while done.load(SeqCst) == 0 {
        tokio::task::yield_now().await;
    }
    let before = done.load(SeqCst);
    let other = PasswordCaller::Person(UserId::new(2));
    passwords.verify(&other, &secret("a password"), KnownHash::default()).await.unwrap();
    let meanwhile = done.load(SeqCst) - before;
    assert!(meanwhile <= 2, "{meanwhile} went first");
    for guess in busy {
        guess.abort();
    }
}

#[tokio::test]
async fn too_many_callers_at_once_are_told_so_at_once() {
    let turns = Turns::new();
    let mut taken = Vec::new();
    for number in 0..10_000 {
        match turns.take(&PasswordCaller::Person(UserId::new(number)), Duration::ZERO).await {
            Some(turn) => taken.push(turn),
            None if taken.len() == turns::QUEUE => break,
            // Two callers may share a place.
            None => {}
        }
    }
    assert_eq!(taken.len(), turns::QUEUE);
    taken.clear();
    assert!(turns.take(&CALLER, Duration::ZERO).await.is_some());
}
