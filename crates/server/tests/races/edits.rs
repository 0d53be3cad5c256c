//! Routers edited and confirmed by several admins at the same moment, against routers on real sockets.

use std::net::SocketAddr;

use portero_application::{
    Mandate,
    routers::{AccessError, ConfirmCertificateError, EditRouterError, Reached, RegisteredRouter, RouterChanges},
};
use portero_domain::{
    ids::RouterId,
    network::{CertificateFingerprint, Host, Port},
    ports::{CertificateProblem, HotspotError, HotspotResult, LogInProblem, StorageError},
    router::{ApiUsername, Router, RouterEdit},
    secret::Secret,
};
use portero_routeros_sim::{Account, Settings, Simulator};

use super::world::{MaySayBusy, World, persist};

impl MaySayBusy for EditRouterError {
    fn is_busy(&self) -> bool {
        matches!(self, Self::Access(AccessError::Storage(StorageError::Busy)))
    }
}

/// A router that lets in `admin` and these, all with the password `secret`.
async fn router_for(others: &[&str]) -> Simulator {
    let accounts = std::iter::once(&"admin").chain(others).map(|name| Account::full(*name, "secret")).collect();
    let tls_listen = Some("127.0.0.1:0".parse().unwrap());
    Simulator::start(Settings { accounts, tls_listen, ..Settings::default() }).await.unwrap()
}

fn account(name: &str) -> RouterEdit {
    RouterEdit { username: ApiUsername::parse(name).ok(), ..RouterEdit::default() }
}

fn at(address: SocketAddr, tls: bool) -> RouterEdit {
    let host = Host::parse(&address.ip().to_string()).ok();
    RouterEdit { host, port: Port::new(address.port().into()), tls: Some(tls), ..RouterEdit::default() }
}

async fn edit(
    world: &World,
    turn: usize,
    router: &RouterId,
    edit: RouterEdit,
    try_first: bool,
) -> Result<Router, EditRouterError> {
    let changes = RouterChanges { edit, password: Secret::parse("secret").ok(), try_first };
    let service = world.service(turn);
    persist(|| {
        service.routers.edit.execute(Mandate::of_super_admin(world.company.clone()), router.clone(), changes.clone())
    })
    .await
}

async fn test(world: &World, turn: usize, router: &RouterId) -> HotspotResult<Reached> {
    world
        .service(turn)
        .routers
        .test_connection
        .execute(Mandate::of_super_admin(world.company.clone()), router.clone())
        .await
        .unwrap()
        .reached
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_edits_that_only_fit_alone_both_are_never_stored() {
    let world = World::new().await;
    // Each edit is good by itself; together they ask for an account that the other router does not have.
    let (first, second) = (router_for(&["svc"]).await, router_for(&[]).await);
    let RegisteredRouter { router, .. } = world.live_router(first.address()).await;
    for round in 0..15 {
        let back = RouterEdit { username: ApiUsername::parse("admin").ok(), ..at(first.address(), false) };
        edit(&world, round, &router.id, back, false).await.unwrap();
        let answers = tokio::join!(
            edit(&world, round, &router.id, account("svc"), true),
            edit(&world, round + 1, &router.id, at(second.address(), false), true),
        );
        let refused = match answers {
            (Ok(_), Err(refused)) | (Err(refused), Ok(_)) => refused,
            both => panic!("round {round}: {both:?}"),
        };
        // The loser was tried with the winner's changes, or got an error because of them.
        let wrong = HotspotError::LogIn(LogInProblem::WrongCredentials);
        let fine = match &refused {
            EditRouterError::ChangedMeanwhile => true,
            EditRouterError::Trial(error) => *error == wrong,
            EditRouterError::Access(_) | EditRouterError::PasswordRequired(_) => false,
        };
        assert!(fine, "round {round}: {refused:?}");
        assert!(test(&world, round, &router.id).await.is_ok(), "round {round}: what is stored was tried");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_is_never_confirmed_for_a_router_that_moved_meanwhile() {
    let world = World::new().await;
    let routers = [router_for(&[]).await, router_for(&[]).await];
    let [one, other] = [&routers[0], &routers[1]].map(|router| router.tls_address().unwrap());
    let certificate = CertificateFingerprint::parse(&routers[0].fingerprint()).unwrap();
    for round in 0..15 {
        let router = world.live_router(routers[0].address()).await.router;
        edit(&world, round, &router.id, at(one, true), false).await.unwrap();
        let (company, id) = (world.company.clone(), router.id.clone());
        let confirming = world.service(round);
        let (confirmed, moved) = tokio::join!(
            confirming.routers.confirm_certificate.execute(
                Mandate::of_super_admin(company.clone()),
                id.clone(),
                certificate,
                None
            ),
            edit(&world, round + 1, &router.id, at(other, true), false),
        );
        let moved = moved.unwrap();
        let refused = match confirmed {
            // It came first, for the router as it was; the move keeps it.
            Ok(confirmed) => {
                assert_eq!(confirmed.endpoint.port.get(), one.port(), "round {round}");
                continue;
            }
            Err(refused) => refused,
        };
        let fine =
            matches!(refused, ConfirmCertificateError::ChangedMeanwhile | ConfirmCertificateError::Mismatch { .. });
        assert!(fine && moved.certificate.is_none(), "round {round}: {refused:?}");
        let stored = world.service(round).routers.find.execute(company, id).await.unwrap().unwrap();
        assert_eq!(stored.certificate, None, "round {round}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_router_over_tls_lets_portero_in_once_the_certificate_that_it_shows_is_confirmed() {
    let world = World::new().await;
    let simulator = router_for(&[]).await;
    let shown = CertificateFingerprint::parse(&simulator.fingerprint()).unwrap();
    let router = world.live_router(simulator.address()).await.router.id;
    let over_tls = at(simulator.tls_address().unwrap(), true);
    let unconfirmed = HotspotError::Certificate(CertificateProblem::Unconfirmed { found: shown });

    // A trial over TLS sends no password yet, so it fails, and nothing is stored.
    match edit(&world, 0, &router, over_tls.clone(), true).await {
        Err(EditRouterError::Trial(error)) => assert_eq!(error, unconfirmed),
        other => panic!("{other:?}"),
    }
    assert!(test(&world, 0, &router).await.is_ok());
    edit(&world, 0, &router, over_tls, false).await.unwrap();
    assert_eq!(test(&world, 1, &router).await, Err(unconfirmed));

    let confirm = |certificate| {
        let service = world.service(2);
        let (company, router) = (world.company.clone(), router.clone());
        async move {
            service
                .routers
                .confirm_certificate
                .execute(Mandate::of_super_admin(company), router, certificate, None)
                .await
        }
    };
    let another = confirm(CertificateFingerprint::new([0xAB; 32])).await;
    assert!(matches!(another, Err(ConfirmCertificateError::Mismatch { shown: told }) if told == shown), "{another:?}");
    confirm(shown).await.unwrap();
    for service in 0..3 {
        assert!(test(&world, service, &router).await.is_ok());
    }

    // A wrong password is reported, changes nothing, and does not block the right one.
    let service = world.service(0);
    let password = Some(Secret::parse("wrong").unwrap());
    let wrong = RouterChanges { password, try_first: true, ..RouterChanges::default() };
    let refused =
        service.routers.edit.execute(Mandate::of_super_admin(world.company.clone()), router.clone(), wrong).await;
    let expected = HotspotError::LogIn(LogInProblem::WrongCredentials);
    assert!(matches!(&refused, Err(EditRouterError::Trial(error)) if *error == expected), "{refused:?}");
    assert!(test(&world, 0, &router).await.is_ok());
}
