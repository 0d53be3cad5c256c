//! Access to routers: editing and testing it, confirming certificates, reading hotspots.

use std::{
    pin::pin,
    sync::Arc,
    task::{Context, Poll, Waker},
    time::Duration,
};

use portero_domain::{
    hotspot::{ItemId, Profile},
    network::{CertificateFingerprint, Host},
    ports::{
        CertificateProblem, HotspotError, LogInProblem, MockHotspot, MockRouterProbe, MockVault, Rejection, Stored,
        TlsProblem, UnitOfWork, Vault, VaultError, transact,
    },
    router::Router,
    secret::Secret,
};
use portero_testkit::{
    FakeRouters, FakeVault,
    builders::{RouterBuilder, a_company, a_router, start},
};
use serde_json::{Value, json};

use crate::support::{Call, TestApp, assert_error, assert_example, assert_faulty, assert_other_role, example};

const ROUTER: &str = "/admin/empresas/EMP_3A9F1C0B2D/routers/RTR_A1B2C3D4";
const ROUTER_TLS: &str = "/admin/empresas/EMP_3A9F1C0B2D/routers/RTR_A1B2C3D4/tls";
const MY_ROUTER: &str = "/api/v1/admin/mi-empresa/routers/RTR_A1B2C3D4";
const MY_ROUTER_TLS: &str = "/api/v1/admin/mi-empresa/routers/RTR_A1B2C3D4/tls";
const TEST: &str = "/api/v1/admin/routers/RTR_A1B2C3D4/test-connection";
const PROFILES: &str = "/api/v1/admin/routers/RTR_A1B2C3D4/mikrotik-profiles";

/// The certificate that the router of the fakes shows.
const SHOWN: CertificateFingerprint = CertificateFingerprint::new([0xC5; 32]);
const ANOTHER: CertificateFingerprint = CertificateFingerprint::new([0xAB; 32]);

fn away() -> HotspotError {
    HotspotError::Unreachable("connection refused by 10.0.0.1: SSH-2.0-banner".to_owned())
}

fn unconfirmed() -> HotspotError {
    HotspotError::Certificate(CertificateProblem::Unconfirmed { found: SHOWN })
}

/// The service with this router and both of its logged-in admins: the super admin and the company's own.
async fn with(router: RouterBuilder) -> (TestApp, String, String) {
    let app = TestApp::new().await;
    app.with_company().given(|store| store.with_router(router.build()));
    let (super_admin, company_admin) = (app.super_admin(), app.company_admin());
    (app, super_admin, company_admin)
}

fn stored(app: &TestApp) -> Router {
    app.store.tables().routers.remove(0)
}

fn password_of(router: &Router) -> Secret {
    let place = router.password_place();
    FakeVault::default().decrypt(&router.credentials.password, &place).unwrap()
}

/// An endpoint's call by its admin, at each of both paths.
fn at_both<'a>(app: &'a TestApp, method: &str, paths: [&str; 2], tokens: [&str; 2]) -> [Call<'a>; 2] {
    [0, 1].map(|at| app.call(method, paths[at]).bearer(tokens[at]))
}

#[actix_web::test]
async fn a_router_is_edited_as_the_example_shows_once_it_let_portero_in() {
    let (app, admin, _) = with(a_router().confirmed(ANOTHER)).await;
    let response = app.put(ROUTER).bearer(&admin).json(&example("edit_router request")).await;
    assert_example(&response, "edit_router 200");
    let router = stored(&app);
    assert_eq!(password_of(&router), Secret::new("another_password".into()));
    assert_eq!(router.credentials.username.as_str(), "portero");
    assert!(router.credentials.old_login && !router.endpoint.tls);
    assert_eq!(router.certificate, Some(ANOTHER));
    assert_eq!(app.routers.router().accesses, [router.access(password_of(&router))]);
    assert_eq!(app.get(ROUTER).bearer(&admin).await.body, response.body["router"]);
}

#[actix_web::test]
async fn ones_own_router_is_edited_as_the_example_shows_and_nobody_asks_it() {
    let (app, _, admin) = with(a_router()).await;
    let response = app.put(MY_ROUTER).bearer(&admin).json(&example("edit_my_router request")).await;
    assert_example(&response, "edit_my_router 200");
    assert_eq!(password_of(&stored(&app)), Secret::new("secure_password".into()));
    assert_eq!(app.routers.router().accesses, []);
}

#[actix_web::test]
async fn a_kept_password_goes_nowhere_new() {
    let (app, super_admin, company_admin) = with(a_router().over_tls().confirmed(ANOTHER)).await;
    let here = [super_admin.as_str(), company_admin.as_str()];
    for body in [json!({ "host": "10.8.0.2" }), json!({ "puerto": 18729, "probar": true }), json!({ "tls": false })] {
        for hidden in [json!(null), json!("********")] {
            for call in at_both(&app, "PUT", [ROUTER, MY_ROUTER], here) {
                let mut body = body.clone();
                body["password"] = hidden.clone();
                assert_example(&app.unchanged(call.json(&body)).await, "edit_router 400 elsewhere");
            }
        }
    }
    for call in at_both(&app, "PUT", [ROUTER_TLS, MY_ROUTER_TLS], here) {
        let another = example("confirm_router_tls request");
        assert_example(&app.unchanged(call.json(&another)).await, "edit_router 400 elsewhere");
    }
    assert_eq!(app.routers.router().accesses, []);

    let body = json!({ "huella_tls": SHOWN.to_string(), "password": "another_password" });
    assert_example(&app.put(MY_ROUTER_TLS).bearer(&company_admin).json(&body).await, "confirm_my_router_tls 200");
    assert_eq!(password_of(&stored(&app)), Secret::new("another_password".into()));
}

#[actix_web::test]
async fn what_an_edit_leaves_out_stays() {
    let tls = || a_router().over_tls().confirmed(SHOWN).inactive();
    let nulls = json!({
        "nombre": null, "host": null, "puerto": null, "usuario": null, "password": null, "tls": null,
        "login_antiguo": null, "probar": null,
    });
    let hidden = json!({ "password": "********" });
    for body in [json!({}), nulls, hidden, json!({ "puerto": 8729 }), json!({ "probar": false, "activo": true })] {
        let (app, super_admin, company_admin) = with(tls()).await;
        for call in at_both(&app, "PUT", [ROUTER, MY_ROUTER], [&super_admin, &company_admin]) {
            assert_eq!(app.unchanged(call.json(&body)).await.status, 200, "{body}");
        }
    }
}

#[actix_web::test]
async fn a_routers_place_is_emptied_by_null_and_by_an_empty_text() {
    for nowhere in [json!(null), json!(""), json!("  ")] {
        let (app, admin, _) = with(a_router()).await;
        let response = app.put(ROUTER).bearer(&admin).json(&json!({ "ubicacion": nowhere })).await;
        assert_eq!((response.status, &response.body["router"]["ubicacion"]), (200, &Value::Null));
        assert_eq!(stored(&app), a_router().without_location().build());
    }
}

#[actix_web::test]
async fn a_password_goes_by_its_older_name_too_and_comes_back_by_none() {
    for name in ["password", "password_encrypted"] {
        let (app, super_admin, company_admin) = with(a_router()).await;
        for call in at_both(&app, "PUT", [ROUTER, MY_ROUTER], [&super_admin, &company_admin]) {
            let response = call.json(&json!({ name: " n=w \"p\"ss", "probar": true })).await;
            assert_eq!(response.status, 200, "{response:?}");
            assert_eq!(password_of(&stored(&app)), Secret::new(" n=w \"p\"ss".into()));
            for secret in ["n=w", "password", "sealed", "secure"] {
                assert!(!response.text.contains(secret), "{response:?}");
            }
        }
    }
    let (app, admin, _) = with(a_router()).await;
    let both = json!({ "password": "one", "password_encrypted": "another" });
    assert_eq!(app.unchanged(app.put(ROUTER).bearer(&admin).json(&both)).await.status, 422);
}

#[actix_web::test]
async fn an_edit_has_every_faulty_field_named() {
    let (app, super_admin, company_admin) = with(a_router()).await;
    let faults = [
        ("nombre", json!("  "), "string_too_short"),
        ("nombre", json!("x".repeat(101)), "string_too_long"),
        ("nombre", json!(7), "string_type"),
        ("host", json!("192.168.88.256"), "value_error"),
        ("host", json!("host:8728"), "value_error"),
        ("host", json!(""), "string_too_short"),
        ("puerto", json!(0), "out_of_range"),
        ("puerto", json!(65_536), "out_of_range"),
        ("puerto", json!("8728"), "int_type"),
        ("usuario", json!("x".repeat(65)), "string_too_long"),
        ("usuario", json!("a\u{0}"), "value_error"),
        ("password", json!(""), "string_too_short"),
        ("password", json!("x".repeat(257)), "string_too_long"),
        ("ubicacion", json!("x".repeat(201)), "string_too_long"),
        ("ubicacion", json!(7), "string_type"),
        ("tls", json!("true"), "bool_type"),
        ("login_antiguo", json!(1), "bool_type"),
        ("probar", json!("no"), "bool_type"),
    ];
    for (path, token) in [(ROUTER, &super_admin), (MY_ROUTER, &company_admin)] {
        let call = || app.put(path).bearer(token);
        assert_faulty(call, &example("edit_router request"), &faults).await;
    }
    assert_eq!(app.routers.router().accesses, [], "faulty changes are not tried");
}

#[actix_web::test]
async fn changes_that_the_router_refuses_are_not_made() {
    let refusals = [
        (HotspotError::LogIn(LogInProblem::WrongCredentials), "edit_router 400"),
        (unconfirmed(), "edit_router 400 unconfirmed"),
    ];
    for (refusal, expected) in refusals {
        let (app, super_admin, company_admin) = with(a_router()).await;
        app.routers.fail_from(1, refusal);
        for call in at_both(&app, "PUT", [ROUTER, MY_ROUTER], [&super_admin, &company_admin]) {
            assert_example(&app.unchanged(call.json(&example("edit_router request"))).await, expected);
        }
    }
}

#[actix_web::test]
async fn every_trouble_with_a_router_has_its_code_and_its_spanish() {
    let huella = "c5".repeat(32);
    let rejected = |kind| HotspotError::Rejected { kind, text: "failure: no".to_owned() };
    let (app, admin, company_admin) = with(a_router()).await;
    for (error, code, reason) in [
        (away(), "router_unreachable", "no responde en esa dirección y puerto".to_owned()),
        (HotspotError::Unknown("no answer".into()), "router_no_answer", "no respondió a tiempo".to_owned()),
        (HotspotError::AddressRefused, "router_address_refused", "no se permite conectar a esa dirección".to_owned()),
        (
            unconfirmed(),
            "router_certificate_unconfirmed",
            format!("su certificado TLS no está confirmado (huella presentada: {huella})"),
        ),
        (
            HotspotError::Certificate(CertificateProblem::Changed { confirmed: ANOTHER, found: SHOWN }),
            "router_certificate_changed",
            format!(
                "su certificado TLS no es el confirmado (huella confirmada: {}; huella presentada: {huella})",
                "ab".repeat(32)
            ),
        ),
        (
            HotspotError::Tls(TlsProblem::NoCommonCipher),
            "router_tls_no_common_cipher",
            "no hay ningún cifrado TLS en común (quizá api-ssl no tiene certificado, o es RouterOS 6)".to_owned(),
        ),
        (
            HotspotError::Tls(TlsProblem::UnsupportedVersion),
            "router_tls_version_unsupported",
            "no acepta TLS 1.2 ni TLS 1.3".to_owned(),
        ),
        (
            HotspotError::Tls(TlsProblem::UnsupportedKey),
            "router_tls_key_unsupported",
            "la clave de su certificado TLS no es compatible (se acepta RSA de 2048 bits o más, y EC P-256 o P-384)"
                .to_owned(),
        ),
        (
            HotspotError::LogIn(LogInProblem::WrongCredentials),
            "router_access_refused",
            "usuario o contraseña incorrectos".to_owned(),
        ),
        (
            HotspotError::LogIn(LogInProblem::NoApiPolicy),
            "router_access_refused",
            "el usuario no tiene permiso de usar la API (política api)".to_owned(),
        ),
        (
            HotspotError::LogIn(LogInProblem::OldLoginOnly),
            "router_access_refused",
            "solo acepta el inicio de sesión antiguo, anterior a RouterOS 6.43".to_owned(),
        ),
        (
            HotspotError::LogIn(LogInProblem::NoOldLogin),
            "router_access_refused",
            "no acepta el inicio de sesión antiguo, anterior a RouterOS 6.43".to_owned(),
        ),
        (
            rejected(Rejection::PermissionDenied),
            "router_rejected",
            "el usuario no tiene los permisos necesarios (políticas read y write)".to_owned(),
        ),
        (rejected(Rejection::Other), "router_rejected", "rechazó la operación (failure: no)".to_owned()),
    ] {
        let sentence = format!("No se pudo conectar al router: {reason}");
        app.routers.fail_from(1, error);
        let trial = app.put(ROUTER).bearer(&admin).json(&example("edit_router request"));
        for call in [trial, app.get(PROFILES).bearer(&company_admin)] {
            assert_error(&app.unchanged(call).await, 400, code, &sentence);
        }
        let test = app.get(TEST).bearer(&company_admin).await;
        assert_eq!((test.status, &test.body["error"]), (200, &json!(sentence)));
    }
}

#[actix_web::test]
async fn a_busy_router_is_worth_another_try_when_it_says_so() {
    for (wait, seconds) in [
        (Duration::ZERO, "1"),
        (Duration::from_secs(1), "1"),
        (Duration::from_millis(1_001), "2"),
        (Duration::from_mins(1), "60"),
    ] {
        let (app, super_admin, company_admin) = with(a_router().over_tls()).await;
        app.routers.fail_from(1, HotspotError::Busy { retry_after: wait });
        let trial = app.put(ROUTER).bearer(&super_admin).json(&example("edit_router request"));
        let confirmation = app.put(ROUTER_TLS).bearer(&super_admin).json(&example("confirm_router_tls request"));
        for call in [trial, confirmation, app.get(PROFILES).bearer(&company_admin)] {
            let response = app.unchanged(call).await;
            assert_example(&response, "list_my_router_profiles 503");
            assert_eq!(response.header("retry-after"), Some(seconds));
        }
    }
}

/// A router whose address another request changes during the request.
fn moved_while_asked(storage: Arc<dyn UnitOfWork>) -> MockRouterProbe {
    let move_it = move || {
        let moving = transact(&*storage, |storage| -> Stored<()> {
            let Router { company, id, .. } = a_router().build();
            let mut router = storage.routers().lock(&company, &id)?.unwrap();
            router.endpoint.host = Host::parse("10.9.9.9").unwrap();
            storage.routers().update(&router)
        });
        // The in-memory store does not wait for locks.
        assert!(matches!(pin!(moving).poll(&mut Context::from_waker(Waker::noop())), Poll::Ready(Ok(()))));
    };
    let (move_it, mut probe) = (Arc::new(move_it), MockRouterProbe::new());
    let also = Arc::clone(&move_it);
    probe.expect_try_access().returning(move |_| {
        move_it();
        Ok(FakeRouters::default().router().vitals.clone())
    });
    probe.expect_certificate().returning(move |_| {
        also();
        Ok(SHOWN)
    });
    probe
}

#[actix_web::test]
async fn what_was_found_out_about_a_router_that_moved_meanwhile_changes_nothing() {
    for (method, path, body) in [
        ("PUT", ROUTER, json!({ "usuario": "portero", "probar": true })),
        ("PUT", ROUTER_TLS, example("confirm_router_tls request")),
    ] {
        let app = TestApp::with(|ports, _| {
            ports.router_probe = Arc::new(moved_while_asked(Arc::clone(&ports.storage)));
        })
        .await;
        let admin = app.with_company().given(|store| store.with_router(a_router().over_tls().build())).super_admin();
        assert_example(&app.call(method, path).bearer(&admin).json(&body).await, "edit_router 409");
        let mut moved = a_router().over_tls().build();
        moved.endpoint.host = Host::parse("10.9.9.9").unwrap();
        assert_eq!(stored(&app), moved);
    }
}

#[actix_web::test]
async fn a_routers_certificate_is_shown_beside_the_confirmed_one() {
    let changed = || a_router().over_tls().confirmed(ANOTHER);
    for (router, failure, expected) in [
        (a_router().over_tls(), None, "find_router_tls 200"),
        (changed(), None, "find_router_tls 200 changed"),
        (a_router().over_tls().confirmed(SHOWN), Some(away()), "find_router_tls 200 away"),
        (a_router(), Some(away()), "find_router_tls 200 plain"),
        (a_router().over_tls().confirmed(SHOWN), None, "find_my_router_tls 200"),
    ] {
        let (app, super_admin, company_admin) = with(router).await;
        if let Some(failure) = failure {
            app.routers.fail_from(1, failure);
        }
        for call in at_both(&app, "GET", [ROUTER_TLS, MY_ROUTER_TLS], [&super_admin, &company_admin]) {
            assert_example(&app.unchanged(call).await, expected);
        }
    }
}

#[actix_web::test]
async fn a_certificate_is_confirmed() {
    for mine in [false, true] {
        let (app, super_admin, company_admin) = with(a_router().over_tls()).await;
        let (path, token, operation) = if mine {
            (MY_ROUTER_TLS, company_admin, "confirm_my_router_tls")
        } else {
            (ROUTER_TLS, super_admin, "confirm_router_tls")
        };
        let confirm = || app.put(path).bearer(&token).json(&example(&format!("{operation} request")));
        assert_example(&confirm().await, &format!("{operation} 200"));
        assert_eq!(stored(&app), a_router().over_tls().confirmed(SHOWN).build());
        assert_example(&app.unchanged(confirm()).await, &format!("{operation} 200"));
    }
}

#[actix_web::test]
async fn a_certificate_that_nobody_shows_is_not_confirmed() {
    for before in [a_router().over_tls(), a_router().over_tls().confirmed(SHOWN)] {
        let (app, super_admin, company_admin) = with(before).await;
        let calls = || at_both(&app, "PUT", [ROUTER_TLS, MY_ROUTER_TLS], [&super_admin, &company_admin]);
        for call in calls() {
            let another = json!({ "huella_tls": ANOTHER.to_string() });
            assert_example(&app.unchanged(call.json(&another)).await, "confirm_router_tls 409");
        }
        app.routers.fail_from(1, away());
        for call in calls() {
            let response = app.unchanged(call.json(&example("confirm_router_tls request"))).await;
            assert_eq!(response.body, example("list_my_router_profiles 400 away"));
        }
    }
}

#[actix_web::test]
async fn a_router_without_tls_has_nothing_to_confirm() {
    let (app, super_admin, company_admin) = with(a_router()).await;
    for call in at_both(&app, "PUT", [ROUTER_TLS, MY_ROUTER_TLS], [&super_admin, &company_admin]) {
        let response = app.unchanged(call.json(&example("confirm_router_tls request"))).await;
        assert_example(&response, "confirm_router_tls 400");
    }
}

#[actix_web::test]
async fn a_confirmation_names_a_fingerprint() {
    let (app, super_admin, company_admin) = with(a_router().over_tls().confirmed(SHOWN)).await;
    // The helper leaves a field out where its value is null.
    let faults = [
        ("huella_tls", json!(null), "missing"),
        ("huella_tls", json!(""), "value_error"),
        ("huella_tls", json!("c5"), "value_error"),
        ("huella_tls", json!("g5".repeat(32)), "value_error"),
        ("huella_tls", json!(7), "string_type"),
        ("huella_tls", json!(false), "string_type"),
        ("password", json!(7), "string_type"),
        ("password", json!(""), "string_too_short"),
    ];
    for (path, token) in [(ROUTER_TLS, &super_admin), (MY_ROUTER_TLS, &company_admin)] {
        assert_faulty(|| app.put(path).bearer(token), &example("confirm_router_tls request"), &faults).await;
    }
}

#[actix_web::test]
async fn a_router_is_tested_and_what_is_found_is_as_the_examples_show() {
    let over_tls = || a_router().over_tls();
    let changed = HotspotError::Certificate(CertificateProblem::Changed { confirmed: ANOTHER, found: SHOWN });
    for (router, failure, expected) in [
        (a_router(), away(), "test_my_router 200 away"),
        (over_tls(), unconfirmed(), "test_my_router 200 unconfirmed"),
        (over_tls().confirmed(ANOTHER), changed, "test_my_router 200 changed"),
    ] {
        let (app, _, admin) = with(router).await;
        app.routers.fail_from(1, failure);
        assert_example(&app.unchanged(app.get(TEST).bearer(&admin)).await, expected);
    }

    let (app, _, admin) = with(a_router()).await;
    app.routers.router().add_profile("1hora", None);
    app.clock.set(start().plus(time::Duration::microseconds(123_456)));
    assert_example(&app.unchanged(app.get(TEST).bearer(&admin)).await, "test_my_router 200");
}

#[actix_web::test]
async fn a_router_over_tls_is_let_in_by_what_its_test_shows_once_that_is_confirmed() {
    let (app, _, admin) = with(a_router().over_tls()).await;
    let test = || app.get(TEST).bearer(&admin);
    let shown = test().await.body["huella_tls"].clone();
    assert_eq!(app.put(MY_ROUTER_TLS).bearer(&admin).json(&json!({ "huella_tls": shown })).await.status, 200);
    assert_eq!(test().await.body["success"], json!(true));

    app.routers.router().certificate = ANOTHER;
    let changed = app.unchanged(test()).await.body;
    assert_eq!((&changed["success"], &changed["huella_confirmada"]), (&json!(false), &shown));
    assert_eq!(changed["huella_tls"], json!(ANOTHER.to_string()));
}

#[actix_web::test]
async fn an_inactive_router_is_tested_before_it_is_switched_on() {
    let (app, _, admin) = with(a_router().inactive()).await;
    let response = app.unchanged(app.get(TEST).bearer(&admin)).await;
    assert_eq!((response.status, &response.body["success"]), (200, &json!(true)), "{response:?}");
    assert_eq!(response.body["router"]["activo"], json!(false));
}

/// The profiles of the example, as a router has them.
fn profiles() -> Vec<Profile> {
    let text = |text: &str| Some(text.to_owned());
    let default = Profile {
        id: ItemId::new("*0".to_owned()),
        name: "default".into(),
        idle_timeout: text("none"),
        keepalive_timeout: text("2m"),
        status_autorefresh: text("1m"),
        shared_users: text("1"),
        mac_cookie_timeout: text("3d"),
        add_mac_cookie: Some(true),
        ..Profile::default()
    };
    let hour = Profile {
        id: ItemId::new("*1".to_owned()),
        name: "1hora".into(),
        session_timeout: text("1h"),
        idle_timeout: text("5m"),
        shared_users: text("2"),
        rate_limit: text("2M/5M"),
        address_list: text("clientes"),
        ..default.clone()
    };
    vec![default, hour]
}

#[actix_web::test]
async fn the_profiles_of_a_router_are_listed_in_its_own_words() {
    let (app, _, admin) = with(a_router()).await;
    app.routers.router().profiles = profiles();
    assert_example(&app.unchanged(app.get(PROFILES).bearer(&admin)).await, "list_my_router_profiles 200");
    app.routers.fail_from(1, away());
    assert_example(&app.unchanged(app.get(PROFILES).bearer(&admin)).await, "list_my_router_profiles 400 away");
}

#[actix_web::test]
async fn the_hotspot_of_an_inactive_router_is_left_alone() {
    let (app, _, admin) = with(a_router().inactive()).await;
    assert_example(&app.unchanged(app.get(PROFILES).bearer(&admin)).await, "list_my_router_profiles 400");
    assert_eq!(app.routers.router().accesses, []);
}

#[actix_web::test]
async fn a_password_that_cannot_be_opened_is_our_own_fault_and_no_router_is_asked() {
    let app = TestApp::with(|ports, _| {
        let mut vault = MockVault::new();
        vault.expect_decrypt().returning(|_, _| Err(VaultError::UnknownKey));
        (ports.vault, ports.router_probe, ports.hotspot) =
            (Arc::new(vault), Arc::new(MockRouterProbe::new()), Arc::new(MockHotspot::new()));
    })
    .await;
    app.with_router();
    let (super_admin, admin) = (app.super_admin(), app.company_admin());
    let trial = app.put(ROUTER).bearer(&super_admin).json(&json!({ "probar": true }));
    let sentence = "Error al conectar con el router MikroTik: error interno del servidor.";
    for (call, sentence) in [
        (app.get(PROFILES).bearer(&admin), sentence),
        (app.get(TEST).bearer(&admin), "Error interno del servidor."),
        (trial, "Error interno del servidor."),
    ] {
        let response = app.unchanged(call).await;
        assert_eq!((response.status, &response.body["detail"]), (500, &json!(sentence)));
        assert_eq!(response.body["code"], json!("internal_error"));
    }
}

#[actix_web::test]
async fn another_companys_router_is_not_there_and_not_asked() {
    let app = TestApp::with(|ports, _| {
        (ports.router_probe, ports.hotspot) = (Arc::new(MockRouterProbe::new()), Arc::new(MockHotspot::new()));
    })
    .await;
    let (super_admin, company_admin) = (app.with_router().super_admin(), app.company_admin());
    let other = a_company().id("EMP_0000000002").build();
    let theirs = a_router().id("RTR_00000009").of(&other.id).over_tls().build();
    app.given(|store| store.with_company(other).with_router(theirs));
    let (edit, confirm) = (example("edit_router request"), example("confirm_router_tls request"));
    for router in ["RTR_00000009", "RTR_FFFFFFFF", "rtr_a1b2c3d4", "%00", "EMP_3A9F1C0B2D"] {
        let path = format!("/admin/empresas/EMP_3A9F1C0B2D/routers/{router}");
        let tls = format!("{path}/tls");
        for call in [app.put(&path).json(&edit), app.get(&tls), app.put(&tls).json(&confirm)] {
            assert_example(&app.unchanged(call.bearer(&super_admin)).await, "edit_router 404");
        }
        let mine = format!("/api/v1/admin/mi-empresa/routers/{router}");
        let tls = format!("{mine}/tls");
        for call in [
            app.put(&mine).json(&edit),
            app.get(&tls),
            app.put(&tls).json(&confirm),
            app.get(&format!("/api/v1/admin/routers/{router}/mikrotik-profiles")),
        ] {
            assert_example(&app.unchanged(call.bearer(&company_admin)).await, "edit_my_router 404");
        }
        let test = app.get(&format!("/api/v1/admin/routers/{router}/test-connection")).bearer(&company_admin);
        assert_example(&app.unchanged(test).await, "test_my_router 200 unknown");
    }
    let elsewhere = "/admin/empresas/EMP_0000000002/routers/RTR_A1B2C3D4";
    let call = app.put(elsewhere).bearer(&super_admin).json(&edit);
    assert_example(&app.unchanged(call).await, "edit_router 404");
}

#[actix_web::test]
async fn each_admin_keeps_to_their_own_paths() {
    let (app, super_admin, company_admin) = with(a_router()).await;
    let of_super_admins = [("PUT", ROUTER), ("GET", ROUTER_TLS), ("PUT", ROUTER_TLS)];
    assert_other_role(&app, &company_admin, &of_super_admins, "Se requiere rol SUPER_ADMIN").await;
    let of_company_admins =
        [("PUT", MY_ROUTER), ("GET", MY_ROUTER_TLS), ("PUT", MY_ROUTER_TLS), ("GET", TEST), ("GET", PROFILES)];
    assert_other_role(&app, &super_admin, &of_company_admins, "Se requiere rol CLIENTE_ADMIN").await;
    assert_eq!(app.routers.router().accesses, []);
}
