//! What the log may not hold.

use std::{
    io::{Result, Write},
    sync::{Arc, Mutex},
};

use portero_domain::ports::StorageError;
use tracing_subscriber::fmt::MakeWriter;

use crate::{
    operations::{World, operations},
    support::example,
};

/// A log that is kept.
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

#[actix_web::test]
async fn no_line_of_the_log_holds_a_token_or_a_password_or_a_made_up_address() {
    let log = Kept::default();
    let subscriber = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(log.clone()).finish();
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
    let world = World::new().await;
    world.app.store.fail_next(StorageError::Failed("told to fail".into()));
    let made_up = "192.0.2.66";
    let call = world.app.get("/admin/empresas").bearer(&world.super_admin).from("198.51.100.7");
    assert_eq!(call.header("x-forwarded-for", made_up).await.status, 500);
    secrets.push(made_up.to_owned());

    let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(text.contains("told to fail") && text.contains("API key regenerated"), "the log was not kept: {text}");
    assert!(text.contains("198.51.100.7"), "{text}");
    for secret in secrets {
        assert!(!text.contains(&secret), "{secret} is in the log");
    }
}
