//! What must not be in the log.

use std::{
    io::{Result, Write},
    panic,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use async_trait::async_trait;
use portero_domain::{
    Timestamp,
    ports::{Clock, HotspotError, StorageError},
    purchase::{ChargeAnswer, DeclineReason},
};
use portero_http::web::log_panics;
use portero_testkit::builders::{a_company, a_key, a_product, a_router};
use time::Duration;
use tracing_subscriber::fmt::MakeWriter;

use crate::{
    operations::{Credential, World, operations},
    support::{TestApp, example},
};

/// A log that the test can read.
#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Kept {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

/// Has the log written for requests that carry secrets where none belong. Returns the secrets.
async fn log_of_misplaced_secrets() -> Vec<String> {
    let failing = async || {
        let world = World::new().await;
        world.app.store.fail_next(StorageError::Failed("told to fail".into()));
        world
    };
    for operation in operations() {
        let world = failing().await;
        let path = format!("{}?access_token=in_the_query&password=in_the_query%20too&in_a_name", operation.path);
        let credential =
            if operation.credential == Credential::CompanyAdmins { &world.company_admin } else { &world.super_admin };
        let call = world.app.call(&operation.method, &path).bearer(credential);
        let call = call.header("referer", "http://[::1]/?clave=in_the_referer").header("user-agent", "in_the_agent");
        call.header("cookie", "session=in_a_cookie").header("x-request-id", "in_the_id").await;
    }
    for path in ["/in_the_path", "/admin/empresas/in_the_path/routers", "/admin/usuarios/in_the_path/activo/"] {
        for method in ["GET", "PUT", "IN_THE_METHOD"] {
            let world = failing().await;
            world.app.call(method, path).bearer(&world.super_admin).await;
        }
    }
    let places = ["query", "name", "referer", "agent", "cookie", "id", "path"];
    let secrets = places.iter().flat_map(|place| ["in_the_", "in_a_"].map(|before| format!("{before}{place}")));
    secrets.chain(["in_the_query%20too".to_owned(), "IN_THE_METHOD".to_owned()]).collect()
}

/// Has the log written for purchases: good, declined, and on a router that fails. Returns the secrets.
async fn log_of_purchases() -> Vec<String> {
    for name in ["pay_conekta", "pay_mercado_pago"] {
        for kind in ["usuario_contrasena", "pin"] {
            for trouble in 0..3 {
                let app = TestApp::new().await;
                app.given(|store| store.with_company(a_company().with_secrets().build()))
                    .given(|store| store.with_router(a_router().build()).with_product(a_product().build()));
                let key = app.with_key(a_key().build());
                app.routers.router().add_profile("1hora", None);
                match trouble {
                    0 => {}
                    1 => app.conekta.answer_charge(ChargeAnswer::Declined(None, DeclineReason::Declined)),
                    _ => app.routers.fail_from(1, HotspotError::Unknown("no answer".to_owned())),
                }
                let path = operations().into_iter().find(|operation| operation.id == name).unwrap().path;
                let mut order = example(&format!("{name} request"));
                order["tipo_usuario"] = kind.into();
                app.post(&path).key(&key).header("idempotency-key", "a-key-of-a-portal").json(&order).await;
            }
        }
    }
    let tokens =
        ["pay_conekta", "pay_mercado_pago"].map(|name| example(&format!("{name} request"))["token_tarjeta"].clone());
    let tokens = tokens.into_iter().map(|token| token.as_str().unwrap().to_owned());
    let secrets = ["PT-00000001", "a-key-of-a-portal", "key_private_conekta", "APP_USR-token", "juan@example.com"];
    tokens.chain(secrets.map(str::to_owned)).collect()
}

/// A clock that panics: the first time with a fixed text, then with what a caller may have sent.
#[derive(Default)]
struct BrokenClock(AtomicBool);

#[async_trait]
impl Clock for BrokenClock {
    fn now(&self) -> Timestamp {
        assert!(self.0.swap(true, Ordering::Relaxed), "a fixed text");
        panic!("a text of {}", "in_a_panic".to_owned());
    }

    async fn sleep(&self, _: Duration) {}
}

/// Has the log written for requests whose handler panics. Returns the secrets.
async fn log_of_panics() -> Vec<String> {
    let app = TestApp::with(|ports, _| ports.clock = Arc::new(BrokenClock::default())).await;
    let hook = panic::take_hook();
    log_panics();
    for _ in 0..2 {
        assert_eq!(app.get("/").await.status, 500);
    }
    panic::set_hook(hook);
    vec!["in_a_panic".to_owned()]
}

#[actix_web::test]
async fn no_line_of_the_log_holds_a_token_or_a_password_or_a_made_up_address() {
    let log = Kept::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(log.clone())
        .without_time()
        .finish();
    // For every thread, as other tests decide too whether anybody listens to a line of the code.
    tracing::subscriber::set_global_default(subscriber).unwrap();
    tracing::callsite::rebuild_interest_cache();
    let mut secrets = vec!["password123".to_owned(), "secure_password".to_owned()];
    for operation in operations() {
        let world = World::new().await;
        let answer = world.as_documented(&operation).await;
        secrets.extend(
            ["api_key", "new_api_key", "access_token"]
                .map(|field| answer.body.get(field).and_then(|token| token.as_str()).unwrap_or(&world.key).to_owned()),
        );
        world.app.store.fail_next(StorageError::Failed("told to fail".into()));
        world.as_documented(&operation).await;
        world.as_documented(&operation).key("jwt_presented").bearer("presented_as_well").await;
        secrets.extend([world.super_admin, world.company_admin, world.key]);
        if operation.has_body {
            let request = example(&format!("{} request", operation.id));
            let secret = |(name, _): &(&String, _)| name.contains("password") || name.contains("private");
            let fields = request.as_object().into_iter().flatten().filter(secret);
            secrets.extend(fields.filter_map(|(_, value)| value.as_str().map(str::to_owned)));
        }
    }
    secrets.extend(["jwt_presented".to_owned(), "presented_as_well".to_owned()]);
    secrets.push(a_company().build().webhook_token.to_string());
    secrets.extend(log_of_misplaced_secrets().await);
    secrets.extend(log_of_purchases().await);
    secrets.extend(log_of_panics().await);
    let world = World::new().await;
    world.app.store.fail_next(StorageError::Failed("told to fail".into()));
    let made_up = "192.0.2.66";
    let call = world.app.get("/admin/empresas").bearer(&world.super_admin).from("198.51.100.7");
    assert_eq!(call.header("x-forwarded-for", made_up).await.status, 500);
    secrets.push(made_up.to_owned());

    let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(text.contains("told to fail") && text.contains("API key regenerated"), "the log was not kept: {text}");
    assert!(text.contains("198.51.100.7"), "{text}");
    assert!(text.contains("a fixed text") && text.contains("tests/logs.rs"), "the panics are missing");
    let target = "/admin/empresas/EMP_3A9F1C0B2D/routers/RTR_A1B2C3D4/regenerate-api-key";
    assert!(text.contains(target), "the path's ids are missing");
    for secret in secrets {
        assert!(!text.contains(&secret), "{secret} is in the log");
    }
}
