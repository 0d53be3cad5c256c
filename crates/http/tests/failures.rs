//! What is answered when the world fails: the store, the signer, the vault, the source of identities.

use std::sync::Arc;

use portero_domain::ports::{MockApiKeyTokens, MockVault, SigningError, StorageError, VaultError};
use portero_testkit::builders::{a_key, router_id};
use serde_json::json;

use crate::{
    operations::{World, operations, uncounted},
    support::{Response, TestApp, assert_error, example},
};

const ROUTERS: &str = "/admin/empresas/EMP_3A9F1C0B2D/routers";
const CAUSE: &str = "relation routers of host db.internal";

/// One fixed sentence, the request's id, and nothing of the cause.
fn assert_our_fault(response: &Response, what: &str) {
    let id = response.header("x-request-id").unwrap();
    let expected = json!({ "detail": "Error interno del servidor.", "code": "internal_error", "request_id": id });
    assert_eq!((response.status, &response.body), (500, &expected), "{what}");
}

#[actix_web::test]
async fn a_store_that_fails_at_any_point_is_our_fault_and_leaves_nothing_half_done() {
    for operation in operations() {
        for point in 1.. {
            let world = World::new().await;
            let before = world.app.store.tables();
            world.app.store.fail_at(point);
            let response = world.as_documented(&operation).await;
            if world.app.store.disarm() {
                break;
            }
            assert_our_fault(&response, &operation.id);
            assert_eq!(uncounted(world.app.store.tables()), uncounted(before), "{} at {point}", operation.id);
        }
    }
}

#[actix_web::test]
async fn a_store_that_is_away_or_busy_is_worth_another_try() {
    let world = World::new().await;
    for operation in operations() {
        for (error, code, text) in [
            (StorageError::Busy, "busy", "Servicio ocupado. Intente nuevamente."),
            (StorageError::Unavailable(CAUSE.into()), "unavailable", "Servicio no disponible. Intente nuevamente."),
        ] {
            world.app.store.fail_next(error);
            let response = world.app.unchanged(world.as_documented(&operation)).await;
            if world.app.store.disarm() {
                continue;
            }
            assert_error(&response, 503, code, text);
            assert!(operation.document["responses"]["503"].is_object(), "{} does not say so", operation.id);
            assert_eq!(response.header("retry-after"), Some("1"), "{}", operation.id);
        }
    }
}

#[actix_web::test]
async fn the_cause_of_a_failure_stays_inside() {
    let world = World::new().await;
    for operation in operations() {
        world.app.store.fail_next(StorageError::Failed(CAUSE.into()));
        let response = world.as_documented(&operation).await;
        assert!(!format!("{response:?}").contains("db.internal"), "{response:?}");
    }
}

#[actix_web::test]
async fn a_key_that_cannot_be_signed_leaves_no_trace() {
    let app = TestApp::with(|ports, _| {
        let mut tokens = MockApiKeyTokens::new();
        tokens.expect_sign().returning(|_| Err(SigningError("no entropy".into())));
        ports.api_key_tokens = Arc::new(tokens);
    })
    .await;
    let admin = app.with_router().super_admin();
    app.with_key(a_key().build());
    let register = app.post(ROUTERS).bearer(&admin).json(&example("register_router request"));
    assert_our_fault(&app.unchanged(register).await, "register");
    let regenerate = app.post(&format!("{ROUTERS}/RTR_A1B2C3D4/regenerate-api-key")).bearer(&admin);
    assert_our_fault(&app.unchanged(regenerate).await, "regenerate");
}

#[actix_web::test]
async fn a_password_that_cannot_be_sealed_leaves_no_trace() {
    let app = TestApp::with(|ports, _| {
        let mut vault = MockVault::new();
        vault.expect_encrypt().returning(|_, _| Err(VaultError::Sealing));
        ports.vault = Arc::new(vault);
    })
    .await;
    let admin = app.with_company().super_admin();
    let register = app.post(ROUTERS).bearer(&admin).json(&example("register_router request"));
    assert_our_fault(&app.unchanged(register).await, "register");
}

#[actix_web::test]
async fn identities_that_are_all_taken_leave_no_trace() {
    let app = TestApp::new().await;
    let admin = app.with_router().super_admin();
    app.ids.then_routers(vec![router_id("RTR_A1B2C3D4"); 8]);
    let register = app.post(ROUTERS).bearer(&admin).json(&example("register_router request"));
    assert_our_fault(&app.unchanged(register).await, "register");
}
