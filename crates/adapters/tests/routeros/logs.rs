//! What is logged of routers.

use std::{
    fmt::{self, Write},
    sync::{Mutex, OnceLock},
};

use portero_domain::{
    ids::RouterId,
    ports::{Hotspot, RouterProbe},
    router::{ApiUsername, RouterAccess},
    secret::Secret,
};
use portero_routeros_sim::Account;
use tracing::{
    Event, Level, Metadata, Subscriber,
    field::{Field, Visit},
    span::{Attributes, Id, Record},
};

use crate::support::{access, eventually, name, router, routers};

/// Everything that is logged in this process, each line with its level in front.
static LINES: Mutex<Vec<(Level, String)>> = Mutex::new(Vec::new());

struct Collector;

impl Subscriber for Collector {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut line = Line(String::new());
        event.record(&mut line);
        LINES.lock().unwrap().push((*event.metadata().level(), line.0));
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        write!(self.0, "{}={value:?} ", field.name()).unwrap();
    }
}

fn collect() {
    static SET: OnceLock<()> = OnceLock::new();
    SET.get_or_init(|| tracing::subscriber::set_global_default(Collector).unwrap());
}

/// What was logged of this router at this level or a graver one.
fn logged(router: &str, level: Level) -> Vec<String> {
    let lines = LINES.lock().unwrap();
    let its = lines.iter().filter(|(of, line)| *of <= level && line.contains(router));
    its.map(|(_, line)| line.clone()).collect()
}

#[tokio::test]
async fn a_router_that_is_left_alone_is_told_once_and_no_password_is() {
    collect();
    let (number, password) = ("RTR_0000A106", "a password like no other");
    let router = router(|settings| settings.accounts.push(Account::full("svc", password))).await;
    let routers = routers(|_| {});
    let wrong = RouterAccess {
        router: RouterId::parse(number).unwrap(),
        password: Secret::new(password.to_owned()),
        ..access(&router)
    };
    for _ in 0..10 {
        routers.users(&wrong, &[name("AB3C9D")]).await.unwrap_err();
        routers.try_access(&wrong).await.unwrap_err();
    }
    let warned = logged(number, Level::WARN);
    assert_eq!(warned.len(), 1, "{warned:?}");
    assert!(warned[0].contains("does not accept the user name and password"), "{warned:?}");
    let right = RouterAccess { username: ApiUsername::parse("svc").unwrap(), ..wrong };
    routers.users(&right, &[name("AB3C9D")]).await.unwrap();
    drop(routers);
    eventually("the session ends", || router.meters().sessions() == 0).await;
    assert_eq!(logged(number, Level::WARN).len(), 1);
    assert!(logged(number, Level::DEBUG).iter().any(|line| line.contains("connected to the router")));
    assert!(LINES.lock().unwrap().iter().all(|(_, line)| !line.contains(password)));
}
