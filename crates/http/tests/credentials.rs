//! Credentials: every operation with every credential that is invalid for it.

use portero_domain::{ids::UserId, user::User};
use portero_testkit::builders::{a_session, a_user};
use time::Duration;

use crate::{
    operations::{Credential, World, operations},
    support::{Response, TestApp, assert_error, assert_example, token_of},
};

const CONFIG: &str = "/api/v1/config/public";
const DASHBOARD: &str = "/admin/empresas";

fn assert_unauthorized(response: &Response, code: &str, text: &str) {
    assert_error(response, 401, code, text);
    assert_eq!(response.header("www-authenticate"), Some("Bearer"));
}

#[actix_web::test]
async fn nobody_gets_in_without_a_credential_or_with_one_that_is_none() {
    let world = World::new().await;
    for operation in operations() {
        let without = |call| world.app.unchanged(call);
        match operation.credential {
            Credential::Nobodys => {}
            Credential::Routers => {
                let response = without(world.bare(&operation)).await;
                assert_unauthorized(&response, "api_key_missing", "API Key requerida");
                let response = without(world.bare(&operation).key("garbage")).await;
                assert_unauthorized(&response, "api_key_malformed", "Formato de API Key inválido");
                let response = without(world.bare(&operation).key("jwt_garbage")).await;
                assert_unauthorized(&response, "api_key_invalid", "API Key inválida");
            }
            _ => {
                let response = without(world.bare(&operation)).await;
                assert_unauthorized(&response, "not_authenticated", "No autenticado");
                let response = without(world.bare(&operation).bearer("garbage")).await;
                assert_unauthorized(&response, "token_invalid", "Token inválido");
            }
        }
    }
}

#[actix_web::test]
async fn a_session_is_no_key_and_a_key_is_no_session() {
    let world = World::new().await;
    for operation in operations() {
        let call = world.bare(&operation);
        match operation.credential {
            Credential::Nobodys => {}
            Credential::Routers => {
                let response = world.app.unchanged(call.bearer(&world.super_admin)).await;
                assert_unauthorized(&response, "api_key_malformed", "Formato de API Key inválido");
            }
            _ => {
                let response = world.app.unchanged(call.bearer(&world.key).key(&world.key)).await;
                assert_unauthorized(&response, "token_invalid", "Token inválido");
            }
        }
    }
}

#[actix_web::test]
async fn each_role_keeps_to_its_own_operations() {
    let world = World::new().await;
    for operation in operations() {
        let call = world.bare(&operation);
        let (call, text) = match operation.credential {
            Credential::SuperAdmins => (call.bearer(&world.company_admin), "Se requiere rol SUPER_ADMIN"),
            Credential::CompanyAdmins => (call.bearer(&world.super_admin), "Se requiere rol CLIENTE_ADMIN"),
            _ => continue,
        };
        assert_error(&world.app.unchanged(call).await, 403, "role_required", text);
    }
}

#[actix_web::test]
async fn a_stranger_hears_nothing_of_a_faulty_body_or_query() {
    let world = World::new().await;
    for operation in operations() {
        if operation.credential == Credential::Nobodys {
            continue;
        }
        let path = format!("{}?limit=x&offset=-1&rol=x", operation.path);
        let call = world.app.call(&operation.method, &path).body("application/json", "{\"nombre\":");
        assert_eq!(world.app.unchanged(call).await.status, 401, "{}", operation.id);
        let call = world.app.call(&operation.method, &path).body("text/plain", vec![b'x'; 100_000]);
        assert_eq!(world.app.unchanged(call).await.status, 401, "{}", operation.id);
    }
}

#[actix_web::test]
async fn everybody_is_admitted_to_their_own_operations() {
    for operation in operations().into_iter().filter(|operation| operation.credential != Credential::Nobodys) {
        let world = World::new().await;
        let response = world.as_documented(&operation).await;
        assert!(!matches!(response.status, 401 | 403 | 405 | 500..), "{}: {response:?}", operation.id);
    }
}

#[actix_web::test]
async fn x_api_key_decides_where_both_headers_are_there() {
    let world = World::new().await;
    let config = || world.app.get(CONFIG);
    assert_example(&config().key(&world.key).bearer("garbage").await, "public_config 200");
    assert_example(&config().key(&world.key).bearer(&world.super_admin).await, "public_config 200");
    for (key, code) in [("garbage", "api_key_malformed"), ("jwt_x", "api_key_invalid"), ("", "api_key_malformed")] {
        let response = world.app.unchanged(config().key(key).bearer(&world.key)).await;
        assert_eq!((response.status, response.body["code"].as_str()), (401, Some(code)));
    }
}

#[actix_web::test]
async fn two_credentials_in_one_header_are_refused_whichever_is_good() {
    let world = World::new().await;
    for operation in operations() {
        let (good, header) = match operation.credential {
            Credential::Nobodys => continue,
            Credential::Routers => (&world.key, "x-api-key"),
            Credential::CompanyAdmins => (&world.company_admin, "authorization"),
            _ => (&world.super_admin, "authorization"),
        };
        let written = |token: &str| if header == "x-api-key" { token.to_owned() } else { format!("Bearer {token}") };
        for pair in [[good.as_str(), "garbage"], ["garbage", good], [good, good]] {
            let call = pair.iter().fold(world.bare(&operation), |call, token| call.header(header, written(token)));
            let response = world.app.unchanged(call).await;
            match operation.credential {
                Credential::Routers => {
                    assert_unauthorized(&response, "api_key_malformed", "Formato de API Key inválido");
                }
                _ => assert_unauthorized(&response, "token_invalid", "Token inválido"),
            }
        }
    }
    let call = world.app.get(CONFIG).bearer(&world.key).bearer(&world.key);
    let response = world.app.unchanged(call).await;
    assert_unauthorized(&response, "api_key_malformed", "Formato de API Key inválido");
}

#[actix_web::test]
async fn the_scheme_is_read_in_any_case_and_blanks_around_a_token_do_not_count() {
    let world = World::new().await;
    for scheme in ["bearer", "BEARER", "Bearer", "bEaReR "] {
        let call = world.app.get(DASHBOARD).header("authorization", format!("{scheme} {} ", world.super_admin));
        assert_eq!(call.await.status, 200, "{scheme}");
        let call = world.app.get(CONFIG).header("authorization", format!("{scheme} {} ", world.key));
        assert_eq!(call.await.status, 200, "{scheme}");
    }
    assert_eq!(world.app.get(CONFIG).header("x-api-key", format!(" {} ", world.key)).await.status, 200);
}

#[actix_web::test]
async fn a_header_that_is_no_credential_is_refused_as_none() {
    let world = World::new().await;
    let authorization = |value: &[u8]| world.app.get(DASHBOARD).header("authorization", value);
    let basic = format!("Basic {}", world.super_admin);
    for value in
        [&b""[..], b"Bearer", b"Bearer ", b"Bearer    ", basic.as_bytes(), world.super_admin.as_bytes(), b"\xff"]
    {
        let response = world.app.unchanged(authorization(value)).await;
        assert_unauthorized(&response, "not_authenticated", "No autenticado");
    }
    for key in [&b"\xff"[..], "clave-ñ".as_bytes(), b"JWT_x", b"jwt"] {
        let response = world.app.unchanged(world.app.get(CONFIG).header("x-api-key", key)).await;
        assert_unauthorized(&response, "api_key_malformed", "Formato de API Key inválido");
    }
}

#[actix_web::test]
async fn a_session_ends_with_its_time_its_record_or_its_person() {
    let app = TestApp::new().await;
    let token = app.super_admin();
    app.clock.advance(Duration::days(3_650));
    let response = app.get(DASHBOARD).bearer(&token).await;
    assert_unauthorized(&response, "token_expired", "Token expirado");

    let app = TestApp::new().await;
    let token = app.super_admin();
    let (user, of_user) = (a_user().email("otro@portero.mx").stored(UserId::new(7)), a_session().of(UserId::new(7)));
    app.given(|store| store.with_user(User { active: false, ..user }).with_session(of_user.clone().build()));
    let response = app.get(DASHBOARD).bearer(&token_of(&of_user.build())).await;
    assert_unauthorized(&response, "user_inactive", "Usuario no activo");

    let unknown = a_session().id("ses_zzzzzzzzzzzzzzzzzzzzzzzzzz").build();
    let response = app.get(DASHBOARD).bearer(&token_of(&unknown)).await;
    assert_unauthorized(&response, "token_invalid", "Token inválido");
    assert_eq!(app.get(DASHBOARD).bearer(&token).await.status, 200);
}
