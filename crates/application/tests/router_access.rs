//! The access to routers: edits and trials, confirmed certificates, reads of the hotspot.

use std::sync::Arc;

use portero_application::{
    Activation, Mandate,
    routers::{
        AccessError, ConfirmCertificateError, ConnectionTest, EditRouterError, InspectedCertificate, ListProfilesError,
        Reached, RouterChanges,
    },
};
use portero_domain::{
    change::Change,
    network::{CertificateFingerprint, Endpoint, Host, Port},
    ports::{
        CertificateProblem, HotspotError, LogInProblem, MockHotspot, MockRouterProbe, MockVault, RouterProbe,
        TlsProblem, Vault, VaultError, transact,
    },
    router::{ApiUsername, Credentials, Location, Router, RouterAccess, RouterEdit, RouterInactive},
    secret::{Sealed, Secret},
    text::Notes,
};
use portero_testkit::{
    FakeRouters, FakeVault, HealthRow, InMemory,
    builders::{a_company, a_router, name, start},
};

use crate::support::{
    World, a_vault_that_fails, another_company, another_companys_router, assert_is, at_once, secret, the_company,
    the_router, two_shops, wrong_owners,
};

/// The certificate that the router of the fakes shows.
const SHOWN: CertificateFingerprint = CertificateFingerprint::new([0xC5; 32]);
const ANOTHER: CertificateFingerprint = CertificateFingerprint::new([0xAB; 32]);

fn unreachable() -> HotspotError {
    HotspotError::Unreachable("refused".to_owned())
}

/// This router, and its company.
fn shops_with(router: Router) -> InMemory {
    InMemory::new().with_company(a_company().build()).with_router(router)
}

fn password_of(router: &Router) -> Option<Secret> {
    let place = router.password_place();
    FakeVault::default().decrypt(&router.credentials.password, &place).ok()
}

/// An edit of everything, and the router of the examples after it.
fn an_edit_of_everything() -> (RouterChanges, Router) {
    let username = ApiUsername::parse("portero").unwrap();
    let host = Host::parse("router.hotelcentral.mx").unwrap();
    let location = Location::parse("Azotea").unwrap();
    let notes = Notes::parse("Llave en recepción.\nDos antenas.").unwrap();
    let edit = RouterEdit {
        name: Some(name("Router Azotea")),
        host: Some(host.clone()),
        port: Port::new(18_729),
        tls: Some(true),
        username: Some(username.clone()),
        old_login: Some(true),
        location: Change::Set(location.clone()),
        notes: Change::Set(notes.clone()),
    };
    let router = a_router().confirmed(SHOWN).build();
    let password =
        FakeVault::default().encrypt(&secret("new=pass\"word"), &a_router().build().password_place()).unwrap();
    let after = Router {
        name: name("Router Azotea"),
        endpoint: Endpoint::new(host, Port::new(18_729).unwrap(), Some(true)),
        credentials: Credentials { username, password, old_login: true },
        location: Some(location),
        notes: Some(notes),
        ..router
    };
    (RouterChanges { edit, password: Some(secret("new=pass\"word")), try_first: false }, after)
}

/// Changes of the port, with the password given again, tried first.
fn to_port(number: i64) -> RouterChanges {
    let edit = RouterEdit { port: Port::new(number), ..RouterEdit::default() };
    RouterChanges { edit, password: Some(secret("secure_password")), try_first: true }
}

/// Changes of the account's name alone, tried first.
fn signing_in_as(name: &str) -> RouterChanges {
    let edit = RouterEdit { username: ApiUsername::parse(name).ok(), ..RouterEdit::default() };
    RouterChanges { edit, password: None, try_first: true }
}

/// Changes of the name alone, not tried.
fn renamed(text: &str) -> RouterChanges {
    RouterChanges { edit: RouterEdit { name: Some(name(text)), ..RouterEdit::default() }, ..RouterChanges::default() }
}

async fn edit(world: &World, changes: RouterChanges) -> Result<Router, EditRouterError> {
    world.app.routers.edit.execute(Mandate::of_super_admin(the_company()), the_router(), changes).await
}

async fn confirm(world: &World, certificate: CertificateFingerprint) -> Result<Router, ConfirmCertificateError> {
    world
        .app
        .routers
        .confirm_certificate
        .execute(Mandate::of_super_admin(the_company()), the_router(), certificate, None)
        .await
}

/// Runs a rival's action at the moment when the router is asked.
fn while_asked(act: impl Fn() + Send + Sync + 'static) -> Arc<MockRouterProbe> {
    let (act, mut probe) = (Arc::new(act), MockRouterProbe::new());
    let also = Arc::clone(&act);
    probe.expect_try_access().returning(move |access| {
        act();
        at_once(FakeRouters::default().try_access(access))
    });
    probe.expect_certificate().returning(move |_| {
        also();
        Ok(SHOWN)
    });
    Arc::new(probe)
}

/// The world of this store, in which a rival acts just when the router is asked.
fn with_rival<T>(store: InMemory, act: impl AsyncFn(&World) -> T + Send + Sync + 'static) -> World {
    let rival = World::over(store.clone());
    let probe = while_asked(move || drop(at_once(act(&rival))));
    World::with(store, |ports| ports.router_probe = probe)
}

#[tokio::test]
async fn an_edit_changes_what_it_mentions_and_seals_the_password() {
    let world = World::over(two_shops());
    edit(&world, RouterChanges::default()).await.unwrap();
    assert_eq!(world.store.tables(), two_shops().tables(), "an edit that mentions nothing changes nothing");

    let world = World::over(shops_with(a_router().confirmed(SHOWN).build()));
    let mut expected = world.store.tables();
    let (changes, after) = an_edit_of_everything();
    assert_eq!(world.fails_without_trace(async || edit(&world, changes.clone()).await).await, after);
    expected.routers[0] = after;
    assert_eq!(world.store.tables(), expected);
    assert_eq!(world.routers.router().accesses, [], "nobody asked for a trial");
}

#[tokio::test]
async fn an_inactive_router_is_edited_and_stays_so() {
    let world = World::over(shops_with(a_router().inactive().build()));
    let edited = edit(&world, to_port(9_000)).await.unwrap();
    assert!(!edited.active);
    assert_eq!(world.store.tables().routers, [edited]);
}

#[tokio::test]
async fn a_trial_signs_in_to_the_router_as_it_would_be() {
    let (changes, after) = an_edit_of_everything();
    let world = World::over(shops_with(a_router().confirmed(SHOWN).build()));
    let tried_first = RouterChanges { try_first: true, ..changes };
    assert_eq!(world.fails_without_trace(async || edit(&world, tried_first.clone()).await).await, after);
    assert_eq!(world.store.tables().routers, std::slice::from_ref(&after));
    let accesses = world.routers.router().accesses.clone();
    assert!(accesses.iter().all(|access| *access == after.access(secret("new=pass\"word"))), "{accesses:?}");
}

#[tokio::test]
async fn a_trial_without_another_password_is_made_with_the_kept_one() {
    let world = World::over(shops_with(a_router().build()));
    let edited = edit(&world, signing_in_as("portero")).await.unwrap();
    assert_eq!(world.routers.router().accesses, [edited.access(secret("secure_password"))]);
    assert_eq!(edited.credentials.password, a_router().build().credentials.password);
}

#[tokio::test]
async fn a_router_that_refuses_the_changes_stays_as_it_was() {
    for refusal in [
        unreachable(),
        HotspotError::AddressRefused,
        HotspotError::LogIn(LogInProblem::WrongCredentials),
        HotspotError::Certificate(CertificateProblem::Unconfirmed { found: SHOWN }),
    ] {
        let world = World::over(two_shops());
        world.routers.fail_from(1, refusal.clone());
        let (changes, _) = an_edit_of_everything();
        match edit(&world, RouterChanges { try_first: true, ..changes }).await {
            Err(EditRouterError::Trial(told)) => assert_eq!(told, refusal),
            other => panic!("{other:?}"),
        }
        assert_eq!(world.store.tables(), two_shops().tables());
        assert_eq!(world.routers.router().accesses.len(), 1, "it was asked once");
    }
}

#[tokio::test]
async fn a_kept_password_goes_nowhere_new() {
    let store = || shops_with(a_router().over_tls().confirmed(SHOWN).build());
    let host = Host::parse("router.hotelcentral.mx").ok();
    for part in [
        RouterEdit { host, ..RouterEdit::default() },
        RouterEdit { port: Port::new(9_000), ..RouterEdit::default() },
        RouterEdit { tls: Some(false), ..RouterEdit::default() },
    ] {
        for try_first in [false, true] {
            let world = World::over(store());
            let changes = RouterChanges { edit: part.clone(), password: None, try_first };
            assert_is!(edit(&world, changes).await, Err(EditRouterError::PasswordRequired(_)));
            assert_eq!(world.store.tables(), store().tables());
            assert_eq!(world.routers.router().accesses, []);
        }
    }
}

#[tokio::test]
async fn changes_are_not_stored_over_a_rivals_that_they_were_not_tried_with() {
    let (of_everything, _) = an_edit_of_everything();
    let mut rivals = Vec::new();
    for part in [
        RouterEdit { tls: Some(true), ..RouterEdit::default() },
        RouterEdit { username: of_everything.edit.username, ..RouterEdit::default() },
        RouterEdit { old_login: Some(true), ..RouterEdit::default() },
    ] {
        rivals.push((RouterChanges { edit: part, ..RouterChanges::default() }, to_port(9_000)));
    }
    let moved = RouterEdit { host: of_everything.edit.host, ..RouterEdit::default() };
    for edit in [RouterEdit::default(), moved] {
        let theirs = RouterChanges { edit, password: Some(secret("another")), try_first: false };
        rivals.push((theirs, signing_in_as("otro")));
    }
    for (rivals, ours) in rivals {
        let store = shops_with(a_router().confirmed(SHOWN).build());
        let theirs = rivals.clone();
        let world = with_rival(store, async move |rival| edit(rival, theirs.clone()).await.unwrap());
        assert_is!(edit(&world, ours).await, Err(EditRouterError::ChangedMeanwhile));
        let alone = World::over(shops_with(a_router().confirmed(SHOWN).build()));
        edit(&alone, rivals).await.unwrap();
        assert_eq!(world.store.tables(), alone.store.tables(), "the rival's stay");
    }

    let store = shops_with(a_router().over_tls().confirmed(SHOWN).build());
    let reconfirmed = with_rival(store, async |rival| {
        rival.routers.router().certificate = ANOTHER;
        let password = Some(secret("secure_password"));
        rival
            .app
            .routers
            .confirm_certificate
            .execute(Mandate::of_super_admin(the_company()), the_router(), ANOTHER, password)
            .await
            .unwrap()
    });
    assert_is!(edit(&reconfirmed, signing_in_as("portero")).await, Err(EditRouterError::ChangedMeanwhile));
}

#[tokio::test]
async fn a_rivals_changes_that_the_trial_does_not_depend_on_are_kept_beside_ours() {
    let world = with_rival(shops_with(a_router().build()), async |rival| {
        edit(rival, renamed("Router Nuevo")).await.unwrap();
        rival.app.routers.set_active.execute(the_company(), the_router(), Activation::To(false)).await.unwrap();
    });
    let edited = edit(&world, to_port(9_000)).await.unwrap();
    assert_eq!((edited.name.as_str(), edited.active, edited.endpoint.port.get()), ("Router Nuevo", false, 9_000));
    assert_eq!(world.store.tables().routers, [edited]);
}

#[tokio::test]
async fn a_password_that_is_sealed_anew_meanwhile_is_the_same_password() {
    let store = shops_with(a_router().build());
    let vault = || Arc::new(FakeVault::new("k2", &["k1"]));
    let rival = World::with(store.clone(), |ports| ports.vault = vault());
    let probe =
        while_asked(move || assert_eq!(at_once(rival.app.system.reseal_secrets.execute()).unwrap().resealed, 1));
    let world = World::with(store, |ports| (ports.vault, ports.router_probe) = (vault(), probe));
    let edited = edit(&world, to_port(9_000)).await.unwrap();
    assert!(edited.credentials.password.as_str().starts_with("sealed:k2"));
}

#[tokio::test]
async fn a_router_that_is_deleted_meanwhile_is_not_brought_back() {
    let delete = async |rival: &World| rival.app.routers.delete.execute(the_company(), the_router()).await.unwrap();
    let world = with_rival(shops_with(a_router().build()), delete);
    assert_is!(edit(&world, to_port(9_000)).await, Err(EditRouterError::Access(AccessError::NotFound)));
    let world = with_rival(shops_with(a_router().over_tls().build()), delete);
    assert_is!(confirm(&world, SHOWN).await, Err(ConfirmCertificateError::Access(AccessError::NotFound)));
    assert_eq!(world.store.tables().routers, []);
}

#[tokio::test]
async fn a_password_that_cannot_be_sealed_or_opened_leaves_no_trace_and_no_router_asked() {
    let mut opens_nothing = MockVault::new();
    opens_nothing.expect_decrypt().returning(|_, _| Err(VaultError::UnknownKey));
    let opens_nothing = Arc::new(opens_nothing);
    let (with_password, _) = an_edit_of_everything();
    let cases: [(Arc<dyn Vault>, _, _); 3] = [
        (a_vault_that_fails(), with_password.clone(), VaultError::Sealing),
        (a_vault_that_fails(), RouterChanges { try_first: true, ..with_password }, VaultError::Sealing),
        (Arc::clone(&opens_nothing) as _, signing_in_as("portero"), VaultError::UnknownKey),
    ];
    for (vault, changes, error) in cases {
        let world = World::with(two_shops(), |ports| ports.vault = vault);
        match edit(&world, changes).await {
            Err(EditRouterError::Access(AccessError::Vault(told))) => assert_eq!(told, error),
            other => panic!("{other:?}"),
        }
        assert_eq!(world.store.tables(), two_shops().tables());
        assert_eq!(world.routers.router().accesses, []);
    }

    // Who has lost a sealing key still renames a router, and gives it another password.
    let world = World::with(two_shops(), |ports| ports.vault = opens_nothing);
    assert_is!(edit(&world, renamed("Router Nuevo")).await, Ok(_));
    let lost = Sealed::new("sealed:k0:gone".to_owned());
    let credentials = Credentials { password: lost, ..a_router().build().credentials };
    let world = World::over(shops_with(Router { credentials, ..a_router().confirmed(SHOWN).build() }));
    let (with_password, _) = an_edit_of_everything();
    let edited = edit(&world, RouterChanges { try_first: true, ..with_password }).await.unwrap();
    assert_eq!(password_of(&edited), Some(secret("new=pass\"word")));
}

#[tokio::test]
async fn another_companys_router_is_not_there_and_not_asked() {
    // Neither expects to be called.
    let world = World::with(two_shops(), |ports| {
        (ports.router_probe, ports.hotspot) = (Arc::new(MockRouterProbe::new()), Arc::new(MockHotspot::new()));
    });
    let before = world.store.tables();
    for (company, router) in wrong_owners() {
        let both = || (company.clone(), router.clone());
        let app = &world.app;
        for changes in [to_port(9_000), an_edit_of_everything().0] {
            let edited = app.routers.edit.execute(Mandate::of_super_admin(both().0), both().1, changes).await;
            assert_is!(edited, Err(EditRouterError::Access(AccessError::NotFound)));
        }
        assert_is!(
            app.routers.test_connection.execute(Mandate::of_super_admin(both().0), both().1).await,
            Err(AccessError::NotFound)
        );
        let profiles = app.routers.list_profiles.execute(Mandate::of_super_admin(both().0), both().1).await;
        assert_is!(profiles, Err(ListProfilesError::Access(AccessError::NotFound)));
        assert_is!(
            app.routers.inspect_certificate.execute(Mandate::of_super_admin(both().0), both().1).await,
            Err(AccessError::NotFound)
        );
        let confirmed =
            app.routers.confirm_certificate.execute(Mandate::of_super_admin(both().0), both().1, SHOWN, None).await;
        assert_is!(confirmed, Err(ConfirmCertificateError::Access(AccessError::NotFound)));
    }
    assert_eq!(world.store.tables(), before);
}

#[tokio::test]
async fn a_certificate_that_the_router_shows_is_confirmed() {
    let other = another_companys_router();
    let store = shops_with(a_router().over_tls().build());
    let world = World::over(store.with_company(another_company()).with_router(other));
    let mut expected = world.store.tables();
    expected.routers[0].certificate = Some(SHOWN);
    let confirmed = world.fails_without_trace(async || confirm(&world, SHOWN).await).await;
    assert_eq!(confirmed, expected.routers[0]);
    assert_eq!(world.store.tables(), expected);
    assert_eq!(confirm(&world, SHOWN).await.unwrap(), confirmed, "said twice, it changes nothing");
    assert_eq!(world.store.tables(), expected);
    assert_eq!(world.routers.router().accesses, [], "nobody signed in");
}

#[tokio::test]
async fn a_certificate_that_nobody_shows_is_not_confirmed() {
    let store = || shops_with(a_router().over_tls().confirmed(ANOTHER).build());
    let world = World::over(store());
    assert_is!(confirm(&world, ANOTHER).await, Err(ConfirmCertificateError::Mismatch { shown: SHOWN }));
    assert_eq!(world.store.tables(), store().tables());

    world.routers.fail_from(1, HotspotError::Tls(TlsProblem::NoCommonCipher));
    let refused = confirm(&world, SHOWN).await;
    assert_is!(refused, Err(ConfirmCertificateError::Hotspot(HotspotError::Tls(TlsProblem::NoCommonCipher))));
    assert_eq!(world.store.tables(), store().tables());
}

#[tokio::test]
async fn without_tls_there_is_no_certificate_and_nobody_is_asked_for_one() {
    let unasked = || World::with(two_shops(), |ports| ports.router_probe = Arc::new(MockRouterProbe::new()));
    let world = unasked();
    assert_is!(confirm(&world, SHOWN).await, Err(ConfirmCertificateError::NotTls));
    assert_eq!(world.store.tables(), two_shops().tables());
    let inspected = world
        .app
        .routers
        .inspect_certificate
        .execute(Mandate::of_super_admin(the_company()), the_router())
        .await
        .unwrap();
    assert_eq!(inspected, InspectedCertificate { router: a_router().build(), shown: None });
}

#[tokio::test]
async fn a_router_that_moves_while_it_is_asked_is_not_the_one_that_was_asked() {
    let store = || shops_with(a_router().over_tls().build());
    let world =
        with_rival(store(), async |rival| edit(rival, RouterChanges { try_first: false, ..to_port(443) }).await);
    assert_is!(confirm(&world, SHOWN).await, Err(ConfirmCertificateError::ChangedMeanwhile));
    assert_eq!(world.store.tables().routers[0].certificate, None);

    let world = with_rival(store(), async |rival| edit(rival, renamed("Router Nuevo")).await.unwrap());
    let confirmed = confirm(&world, SHOWN).await.unwrap();
    assert_eq!((confirmed.name.as_str(), confirmed.certificate), ("Router Nuevo", Some(SHOWN)));
    assert_eq!(world.store.tables().routers, [confirmed]);
}

#[tokio::test]
async fn in_place_of_a_confirmed_certificate_another_needs_the_password() {
    let store = || shops_with(a_router().over_tls().confirmed(ANOTHER).build());
    let world = World::over(store());
    assert_is!(confirm(&world, SHOWN).await, Err(ConfirmCertificateError::PasswordRequired(_)));
    assert_eq!(world.store.tables(), store().tables());

    let confirm = || {
        world.app.routers.confirm_certificate.execute(
            Mandate::of_super_admin(the_company()),
            the_router(),
            SHOWN,
            Some(secret("new_password")),
        )
    };
    let confirmed = world.fails_without_trace(confirm).await;
    assert_eq!((confirmed.certificate, password_of(&confirmed)), (Some(SHOWN), Some(secret("new_password"))));
    assert_eq!(world.store.tables().routers, [confirmed]);
}

#[tokio::test]
async fn the_shown_certificate_is_held_against_nothing_here() {
    for confirmed in [SHOWN, ANOTHER] {
        let router = a_router().over_tls().confirmed(confirmed).build();
        let world = World::over(shops_with(router.clone()));
        let inspect =
            || world.app.routers.inspect_certificate.execute(Mandate::of_super_admin(the_company()), the_router());
        let shown = Some(Ok(SHOWN));
        assert_eq!(inspect().await.unwrap(), InspectedCertificate { router: router.clone(), shown });
        world.routers.fail_from(1, unreachable());
        let shown = Some(Err(unreachable()));
        assert_eq!(inspect().await.unwrap(), InspectedCertificate { router, shown });
    }
}

#[tokio::test]
async fn a_test_signs_in_afresh_and_looks_at_the_hotspot_of_an_inactive_router_too() {
    for router in [a_router().build(), a_router().inactive().build()] {
        let world = World::over(shops_with(router.clone()));
        world.routers.router().add_profile("1hora", None);
        let test = || world.app.routers.test_connection.execute(Mandate::of_super_admin(the_company()), the_router());
        let reached = Ok(Reached { identity: "MikroTik".to_owned(), profiles: 2 });
        assert_eq!(test().await.unwrap(), ConnectionTest { router, reached });
        let access: Vec<RouterAccess> = world.routers.router().accesses.clone();
        assert_eq!(access, [a_router().build().access(secret("secure_password")), access[0].clone()]);
    }
}

#[tokio::test]
async fn a_test_goes_by_a_fresh_login_and_not_by_what_is_remembered_of_the_router() {
    let mut probe = MockRouterProbe::new();
    probe.expect_try_access().times(1).returning(|_| Err(unreachable()));
    // Its hotspot expects no call.
    let world = World::with(two_shops(), |ports| {
        (ports.router_probe, ports.hotspot) = (Arc::new(probe), Arc::new(MockHotspot::new()));
    });
    let test =
        world.app.routers.test_connection.execute(Mandate::of_super_admin(the_company()), the_router()).await.unwrap();
    assert_eq!(test.reached, Err(unreachable()));
}

#[tokio::test]
async fn a_test_tells_why_the_router_is_not_reached() {
    for (call, asked) in [(1, 1), (2, 2)] {
        let world = World::over(two_shops());
        world.routers.fail_from(call, unreachable());
        let test = world
            .app
            .routers
            .test_connection
            .execute(Mandate::of_super_admin(the_company()), the_router())
            .await
            .unwrap();
        assert_eq!(test, ConnectionTest { router: a_router().build(), reached: Err(unreachable()) });
        assert_eq!(world.routers.router().accesses.len(), asked, "who is not let in is not asked for more");
    }
}

#[tokio::test]
async fn the_profiles_of_a_router_are_its_own_words() {
    let world = World::over(two_shops());
    world.routers.router().add_profile("1hora", Some("2"));
    let list = || world.app.routers.list_profiles.execute(Mandate::of_super_admin(the_company()), the_router());
    assert_eq!(list().await.unwrap(), world.routers.router().profiles);
    world.routers.fail_from(1, unreachable());
    assert_is!(list().await, Err(ListProfilesError::Hotspot(HotspotError::Unreachable(_))));
}

#[tokio::test]
async fn the_hotspot_of_an_inactive_router_is_left_alone() {
    let world = World::over(shops_with(a_router().inactive().build()));
    let refused = world.app.routers.list_profiles.execute(Mandate::of_super_admin(the_company()), the_router()).await;
    assert_is!(refused, Err(ListProfilesError::Inactive(RouterInactive)));
    assert_eq!(world.routers.router().accesses, []);
}

/// Whether the router of the examples is due for a check.
fn is_due(world: &World) -> bool {
    let tables = world.store.tables();
    let due: Vec<_> = tables.healths.iter().filter(|row| row.next_check == HealthRow::at_once()).collect();
    assert!(due.iter().all(|row| row.router == the_router()), "another router is due: {due:?}");
    !due.is_empty()
}

/// The world of this router beside another company's, whose looks are all put off.
async fn looked_at(router: Router) -> World {
    let world = World::over(shops_with(router).with_company(another_company()).with_router(another_companys_router()));
    let later = start().plus(time::Duration::MINUTE);
    transact(&world.store, move |storage| storage.router_healths().claim_due(start(), 10, &|_| later)).await.unwrap();
    assert!(!is_due(&world));
    world
}

#[tokio::test]
async fn a_router_that_is_reached_in_another_way_is_looked_at_at_once() {
    let (of_everything, _) = an_edit_of_everything();
    let only = |edit| RouterChanges { edit, ..RouterChanges::default() };
    let moved = RouterEdit { host: of_everything.edit.host.clone(), ..RouterEdit::default() };
    let moved = RouterChanges { password: Some(secret("secure_password")), ..only(moved) };
    for (changes, due) in [
        (RouterChanges::default(), false),
        (renamed("Router Nuevo"), false),
        (only(RouterEdit { location: Change::Clear, ..RouterEdit::default() }), false),
        (to_port(8_728), false),
        (to_port(9_000), true),
        (moved, true),
        (only(RouterEdit { tls: Some(true), ..RouterEdit::default() }), true),
        (only(RouterEdit { username: of_everything.edit.username.clone(), ..RouterEdit::default() }), true),
        (only(RouterEdit { old_login: Some(true), ..RouterEdit::default() }), true),
        (RouterChanges { password: Some(secret("another")), ..RouterChanges::default() }, true),
    ] {
        let world = looked_at(a_router().build()).await;
        edit(&world, changes.clone()).await.unwrap();
        assert_eq!(is_due(&world), due, "{changes:?}");
    }
}

#[tokio::test]
async fn a_router_whose_certificate_is_confirmed_is_looked_at_at_once() {
    let world = looked_at(a_router().over_tls().build()).await;
    confirm(&world, SHOWN).await.unwrap();
    assert!(is_due(&world));
}
