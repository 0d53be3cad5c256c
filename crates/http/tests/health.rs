//! How routers are: one of them with its changes, and the whole fleet.

use std::time::Duration as Span;

use portero_domain::{
    health::{Claim, RouterHealth},
    ids::RouterId,
    network::CertificateFingerprint,
    ports::{CertificateProblem, HotspotError, HotspotResult, LogInProblem, Rejection, Stored, Vitals, transact},
    router::Router,
};
use portero_testkit::builders::{a_company, a_router, router_id, start};
use serde_json::{Value, json};
use time::Duration;

use crate::support::{TestApp, assert_example, assert_fields};

const HEALTH: &str = "/admin/empresas/EMP_3A9F1C0B2D/routers/RTR_A1B2C3D4/salud";
const FLEET: &str = "/admin/routers/salud";

fn the_router() -> RouterId {
    a_router().build().id
}

/// What it answers so many minutes after ten. Its clock is a minute and a half behind.
fn vitals(minute: i64) -> Vitals {
    Vitals {
        identity: "MikroTik".to_owned(),
        version: "7.18.2 (stable)".to_owned(),
        clock: Some(start().plus(Duration::minutes(60 + minute) - Duration::seconds(90))),
        latency: Span::from_micros(12_999),
    }
}

fn silence() -> HotspotResult<Vitals> {
    Err(HotspotError::Unreachable("secreto.example refuses".to_owned()))
}

/// Stores the result of a health check of this router, this many minutes after ten.
async fn look(app: &TestApp, router: &RouterId, minute: i64, look: HotspotResult<Vitals>) {
    let (id, now) = (router.clone(), start().plus(Duration::minutes(60 + minute)));
    let registered = app.store.tables().routers.into_iter().find(|router| router.id == id);
    let company = registered.expect("a router").company;
    let recorded: Stored<bool> = transact(&app.store, move |storage| {
        let healths = storage.router_healths();
        healths.make_due(&company, &id)?;
        let claims = healths.claim_due(now, 9, &|_| now.plus(Duration::MINUTE))?.claims;
        let claim: Claim =
            claims.into_iter().flatten().find(|claim| claim.router.id == id).expect("a router that is due");
        let before = healths.find(&company, &id)?;
        let found = RouterHealth::after(before.as_ref(), &id, look, now);
        let change = found.change_from(before.as_ref());
        healths.record(&claim, &found, change.as_ref())
    })
    .await;
    assert!(recorded.unwrap());
}

#[actix_web::test]
async fn a_routers_health_is_told_as_documented() {
    let app = TestApp::new().await;
    let admin = app.with_router().super_admin();
    assert_example(&app.get(HEALTH).bearer(&admin).await, "router_health 200 unknown");
    look(&app, &the_router(), 0, Ok(vitals(0))).await;
    look(&app, &the_router(), 1, silence()).await;
    look(&app, &the_router(), 2, silence()).await;
    assert_example(&app.unchanged(app.get(HEALTH).bearer(&admin)).await, "router_health 200");
}

#[actix_web::test]
async fn every_condition_has_its_word_and_a_sentence_that_is_not_the_routers() {
    let app = TestApp::new().await;
    let admin = app.with_router().super_admin();
    let (confirmed, found) = (CertificateFingerprint::new([1; 32]), CertificateFingerprint::new([2; 32]));
    let rejected = HotspotError::Rejected { kind: Rejection::PermissionDenied, text: "its own words".to_owned() };
    for (look_at, word, sentence) in [
        (Ok(vitals(0)), "en_linea", Value::Null),
        (silence(), "sin_conexion", json!("El router no responde")),
        (
            Err(LogInProblem::WrongCredentials.into()),
            "acceso_rechazado",
            json!("El router no acepta el usuario, su contraseña o sus permisos"),
        ),
        (Err(rejected), "acceso_rechazado", json!("El router no acepta el usuario, su contraseña o sus permisos")),
        (
            Err(CertificateProblem::Unconfirmed { found }.into()),
            "certificado_sin_confirmar",
            json!("El certificado TLS del router no está confirmado"),
        ),
        (
            Err(CertificateProblem::Changed { confirmed, found }.into()),
            "certificado_cambiado",
            json!("El router no presenta el certificado TLS confirmado"),
        ),
        (
            Err(HotspotError::AddressRefused),
            "direccion_rechazada",
            json!("No se permite conectar a la dirección del router"),
        ),
    ] {
        look(&app, &the_router(), 0, look_at).await;
        let response = app.get(HEALTH).bearer(&admin).await;
        assert_eq!((&response.body["estado"], &response.body["error"]), (&json!(word), &sentence));
        let change = &response.body["cambios"][0];
        assert_eq!((&change["estado"], &change["error"]), (&json!(word), &sentence));
        assert!(!response.text.contains("secreto") && !response.text.contains("its own words"), "{response:?}");
        let listed = app.get(&format!("{FLEET}?estado={word}")).bearer(&admin).await;
        assert_eq!((&listed.body[0]["estado"], &listed.body[0]["error"]), (&json!(word), &sentence));
        assert_eq!((listed.header("x-total-count"), listed.body[0].get("cambios")), (Some("1"), None));
    }
}

#[actix_web::test]
async fn a_router_that_nobody_looks_at_is_inactive_and_keeps_what_was_found() {
    let app = TestApp::new().await;
    let admin = app.with_router().super_admin();
    look(&app, &the_router(), 0, Ok(vitals(0))).await;
    look(&app, &the_router(), 1, silence()).await;
    for (path, back) in [
        ("/admin/empresas/EMP_3A9F1C0B2D/routers/RTR_A1B2C3D4/activo", true),
        ("/admin/empresas/EMP_3A9F1C0B2D/activo", false),
    ] {
        let switch = async |active| app.put(path).bearer(&admin).json(&json!({ "activo": active })).await;
        assert_eq!(switch(false).await.status, 200);
        let body = app.get(HEALTH).bearer(&admin).await.body;
        let about = ["estado", "desde", "error", "ultima_revision", "ultimo_contacto"].map(|field| &body[field]);
        let known = [json!("2025-01-15T10:01:00"), json!("2025-01-15T10:00:00")];
        assert_eq!(about, [&json!("inactivo"), &Value::Null, &Value::Null, &known[0], &known[1]], "{path}");
        let fleet = app.get(&format!("{FLEET}?estado=inactivo")).bearer(&admin).await;
        assert_eq!(fleet.body[0]["router_id"], "RTR_A1B2C3D4");
        if back {
            switch(true).await;
        }
    }
}

#[actix_web::test]
async fn a_clock_that_is_not_told_is_null_and_one_from_long_ago_is_no_trouble() {
    let app = TestApp::new().await;
    let admin = app.with_router().super_admin();
    let told = |clock| Ok(Vitals { clock, ..vitals(0) });
    let epoch = portero_domain::Timestamp::from_unix_micros(0);
    for (clock, skew) in [(None, Value::Null), (epoch, json!(-1_736_935_200)), (Some(start()), json!(-3_600))] {
        look(&app, &the_router(), 0, told(clock)).await;
        assert_eq!(app.get(HEALTH).bearer(&admin).await.body["desfase_reloj_s"], skew);
    }
}

/// The router of the examples, and one of another company.
async fn a_fleet() -> (TestApp, String, Router) {
    let app = TestApp::new().await;
    let admin = app.with_router().super_admin();
    let company = a_company().id("EMP_0000000002").build();
    let router = a_router().id("RTR_00000002").of(&company.id).named("Router Azotea").build();
    let given = router.clone();
    app.given(|store| store.with_company(company).with_router(given));
    (app, admin, router)
}

#[actix_web::test]
async fn the_fleet_is_told_as_documented() {
    let (app, admin, other) = a_fleet().await;
    for minute in 0..2 {
        look(&app, &the_router(), minute, Ok(vitals(minute))).await;
        look(&app, &other.id, minute, Err(LogInProblem::NoApiPolicy.into())).await;
    }
    let response = app.unchanged(app.get(FLEET).bearer(&admin)).await;
    assert_example(&response, "fleet_health 200");
    assert_eq!(response.header("x-total-count"), Some("2"));
}

#[actix_web::test]
async fn the_fleet_is_walked_in_parts_of_one_state() {
    let (app, admin, other) = a_fleet().await;
    look(&app, &other.id, 0, silence()).await;
    app.given(|store| store.with_router(a_router().id("RTR_00000003").build()));
    let get = async |query: &str| app.get(&format!("{FLEET}{query}")).bearer(&admin).await;
    for (query, routers) in [
        ("?estado=desconocido", &["RTR_A1B2C3D4", "RTR_00000003"][..]),
        ("?estado=sin_conexion", &["RTR_00000002"]),
        ("?estado=certificado_cambiado", &[]),
        ("?estado=", &["RTR_A1B2C3D4", "RTR_00000002", "RTR_00000003"]),
        ("?limit=1&offset=1", &["RTR_00000002"]),
        ("?estado=desconocido&limit=1&despues_de=inicio", &["RTR_A1B2C3D4"]),
    ] {
        let response = get(query).await;
        let found: Vec<_> = response
            .body
            .as_array()
            .unwrap()
            .iter()
            .map(|router| router_id(router["router_id"].as_str().unwrap()))
            .collect();
        assert_eq!(found, routers.iter().copied().map(router_id).collect::<Vec<_>>(), "{query}");
    }
    let first = get("?estado=desconocido&limit=1&despues_de=inicio").await;
    let cursor = first.header("x-next-cursor").unwrap();
    let second = get(&format!("?estado=desconocido&limit=1&despues_de={cursor}")).await;
    assert_eq!(second.body[0]["router_id"], "RTR_00000003");
    assert_eq!((second.body.as_array().unwrap().len(), second.header("x-next-cursor")), (1, None));
    // A cursor of another list is not valid here.
    let routers = app.get("/admin/empresas/EMP_3A9F1C0B2D/routers?limit=1").bearer(&admin).await;
    let foreign = get(&format!("?despues_de={}", routers.header("x-next-cursor").unwrap())).await;
    assert_fields(&foreign, &[("query.despues_de", "value_error")]);
}

#[actix_web::test]
async fn a_state_that_there_is_not_is_a_faulty_field() {
    let app = TestApp::new().await;
    let admin = app.with_router().super_admin();
    assert_example(&app.get(&format!("{FLEET}?estado=caido")).bearer(&admin).await, "fleet_health 422");
    for state in ["En_linea", "online", "en_linea%20", "%FF", "%00"] {
        let response = app.get(&format!("{FLEET}?estado={state}&limit=0")).bearer(&admin).await;
        assert_fields(&response, &[("query.estado", "value_error"), ("query.limit", "out_of_range")]);
    }
}

#[actix_web::test]
async fn only_a_super_admin_is_told() {
    let app = TestApp::new().await;
    app.with_router();
    let (nobody, company_admin) = (app.get(FLEET).await, app.company_admin());
    assert_eq!(nobody.status, 401);
    for path in [FLEET, HEALTH] {
        let response = app.unchanged(app.get(path).bearer(&company_admin)).await;
        assert_eq!((response.status, &response.body["code"]), (403, &json!("role_required")), "{path}");
    }
}
