//! Users who are added, log in and change their password at the same moment.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering::SeqCst},
};

use portero_application::{
    Activation,
    products::CreateProductError,
    sessions::{AuthenticateError, ChangePasswordError, LogInError},
    users::{CreateUserError, SetUserActiveError},
};
use portero_domain::{
    ids::UserId,
    secret::Secret,
    text::{Email, Name},
    user::{NewPassword, Role, UserProfile},
};

use tokio::sync::Barrier;

use super::world::{World, an_offer, persist};
use crate::support::sql::number;

fn email(number: usize) -> Email {
    Email::parse(&format!("person{number}@hotelcentral.mx")).unwrap()
}

fn password(number: usize) -> NewPassword {
    NewPassword::parse(&format!("password {number}")).unwrap()
}

fn secret(number: usize) -> Secret {
    password(number).secret().clone()
}

fn person(number: usize) -> UserProfile {
    UserProfile { email: email(number), name: Name::parse("Ana López").unwrap(), role: Role::SuperAdmin }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_people_with_one_e_mail_one_is_added() {
    let world = World::new().await;
    for round in 0..5 {
        let [one, other] = [0, 1].map(|turn| {
            let service = world.service(turn);
            tokio::spawn(async move { persist(|| service.users.create.execute(person(round), password(turn))).await })
        });
        let both = (one.await.unwrap(), other.await.unwrap());
        let one_won =
            matches!(both, (Ok(_), Err(CreateUserError::EmailTaken)) | (Err(CreateUserError::EmailTaken), Ok(_)));
        assert!(one_won, "{both:?}");
    }
    assert_eq!(number(&world.database, "SELECT count(*) FROM users"), 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_session_by_the_old_password_outlives_its_change() {
    let world = World::new().await;
    let user: UserId = world.service(0).users.create.execute(person(0), password(0)).await.unwrap().id;
    for round in 0..6 {
        let sessions = Arc::new(AtomicUsize::new(0));
        // They log in again and again with the old password, until it is rejected.
        let logins: Vec<_> = (0..3)
            .map(|turn| {
                let (service, sessions) = (world.service(turn), Arc::clone(&sessions));
                tokio::spawn(async move {
                    let mut tokens = Vec::new();
                    loop {
                        match persist(|| service.sessions.log_in.execute(Some(email(0)), secret(round))).await {
                            Ok(signed_in) => tokens.push(signed_in.token),
                            Err(LogInError::WrongCredentials) => return tokens,
                            Err(error) => panic!("{error:?}"),
                        }
                        sessions.fetch_add(1, SeqCst);
                    }
                })
            })
            .collect();
        while sessions.load(SeqCst) < 3 {
            tokio::task::yield_now().await;
        }
        let service = world.service(round);
        persist(|| service.sessions.change_password.execute(user, secret(round), password(round + 1))).await.unwrap();
        for login in logins {
            for token in login.await.unwrap() {
                let found = service.sessions.authenticate.execute(token.expose()).await;
                let ended = matches!(found, Err(AuthenticateError::SessionEnded));
                assert!(ended, "round {round}: a session of the old password is still good");
            }
        }
        assert_eq!(number(&world.database, "SELECT count(*) FROM sessions"), 0);
    }
}

/// Each deactivates the next one, and the last one deactivates the first, all at the same moment.
async fn deactivate_in_a_ring(world: &World, ring: &[UserId]) -> Vec<Result<bool, SetUserActiveError>> {
    let start = Arc::new(Barrier::new(ring.len()));
    let callers: Vec<_> = (0..ring.len())
        .map(|turn| {
            let (service, start) = (world.service(turn), Arc::clone(&start));
            let (by, next) = (ring[turn], ring[(turn + 1) % ring.len()]);
            tokio::spawn(async move {
                start.wait().await;
                persist(|| service.users.set_active.execute(next, Activation::To(false), by)).await
            })
        })
        .collect();
    let mut answers = Vec::new();
    for caller in callers {
        answers.push(caller.await.unwrap());
    }
    answers
}

#[tokio::test(flavor = "multi_thread")]
async fn super_admins_who_deactivate_each_other_leave_one_of_them_active() {
    let world = World::new().await;
    let mut people = Vec::new();
    for number in 0..3 {
        people.push(world.service(0).users.create.execute(person(number), password(number)).await.unwrap().id);
    }
    for round in 0..30 {
        let ring = &people[..2 + round % 2];
        world.database.statement("UPDATE users SET active = id <= 2");
        world.database.statement(&format!("UPDATE users SET active = true WHERE id <= {}", ring.len()));
        let answers = deactivate_in_a_ring(&world, ring).await;
        let left = number(&world.database, "SELECT count(*) FROM users WHERE active");
        assert!(left >= 1, "round {round}: nobody is left: {answers:?}");
        let refused = answers.iter().filter(|answer| matches!(answer, Err(SetUserActiveError::CallerInactive))).count();
        let done = answers.iter().filter(|answer| matches!(answer, Ok(false))).count();
        assert_eq!((refused + done, ring.len() - done), (ring.len(), usize::try_from(left).unwrap()), "{answers:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_change_of_a_companys_own_admin_comes_after_its_deactivation() {
    let world = World::new().await;
    let router = world.router().await.router.id;
    let products = || number(&world.database, "SELECT count(*) FROM products");
    for round in 0..8 {
        let service = world.service(round);
        let switch = |active| service.companies.set_active.execute(world.company.clone(), Activation::To(active));
        persist(|| switch(true)).await.unwrap();
        let before = products();
        // Each admin was let through while the company was active, and writes until the company is not.
        let mut admins = Vec::new();
        for turn in 0..3 {
            let (service, company, router) = (world.service(turn), world.company.clone(), router.clone());
            let mandate = persist(|| service.sessions.authorize_write.execute(company.clone())).await.unwrap();
            admins.push(tokio::spawn(async move {
                for product in 0.. {
                    let offer = an_offer(&router, &format!("{round} {turn} {product}"));
                    match persist(|| service.products.create.execute(mandate.clone(), offer.clone())).await {
                        Ok(_) => {}
                        Err(CreateProductError::CompanyInactive(_)) => return,
                        Err(error) => panic!("{error:?}"),
                    }
                }
            }));
        }
        while products() < before + 3 {
            tokio::task::yield_now().await;
        }
        assert_eq!(persist(|| switch(false)).await.unwrap(), Some(false));
        let written = products();
        for admin in admins {
            admin.await.unwrap();
        }
        assert_eq!(products(), written, "round {round}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_who_guesses_does_not_hold_up_the_log_ins_of_others() {
    let world = World::new().await;
    let service = world.service(0);
    let attacker = service.users.create.execute(person(0), password(0)).await.unwrap().id;
    service.users.create.execute(person(1), password(1)).await.unwrap();
    let guesses: Vec<_> = (0..300)
        .map(|_| {
            let service = Arc::clone(&service);
            tokio::spawn(
                async move { service.sessions.change_password.execute(attacker, secret(9), password(8)).await },
            )
        })
        .collect();
    for _ in 0..5 {
        // The guesses take seconds. No log-in gets a "busy" because of them.
        service.sessions.log_in.execute(Some(email(1)), secret(1)).await.unwrap();
    }
    for guess in guesses {
        let answer = guess.await.unwrap();
        assert!(!matches!(answer, Ok(()) | Err(ChangePasswordError::SamePassword)), "{answer:?}");
    }
}
