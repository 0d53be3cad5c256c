//! Hosts that name this machine are refused before anything is sent.

use std::time::Duration;

use portero_adapters::RouterOs;
use portero_domain::{
    network::{Endpoint, Host},
    ports::{Hotspot, HotspotError, RouterProbe},
    router::RouterAccess,
};
use tokio::time::Instant;

use crate::support::{access, name, router, routers};

fn at(host: &str, access: &RouterAccess) -> RouterAccess {
    let endpoint = Endpoint { host: Host::parse(host).unwrap(), ..access.endpoint.clone() };
    RouterAccess { endpoint, ..access.clone() }
}

#[tokio::test]
async fn a_name_or_an_address_of_this_machine_is_refused() {
    let router = router(|_| {}).await;
    let routers = RouterOs::new(false).unwrap();
    for host in ["127.0.0.1", "localhost", "::1", "::ffff:127.0.0.1", "0x7f000001", "0.0.0.0"] {
        let mut access = at(host, &access(&router));
        assert_eq!(routers.users(&access, &[name("AB3C9D")]).await, Err(HotspotError::AddressRefused), "{host}");
        assert_eq!(routers.try_access(&access).await, Err(HotspotError::AddressRefused), "{host}");
        access.endpoint.tls = true;
        assert_eq!(routers.certificate(&access.endpoint).await, Err(HotspotError::AddressRefused), "{host}");
    }
    assert_eq!(router.meters().connections() + router.meters().refused(), 0);
}

#[tokio::test]
async fn a_name_is_resolved_and_the_address_that_works_is_used() {
    let (router, routers) = (router(|_| {}).await, routers(|_| {}));
    // `::1` may come first, where no server listens.
    routers.users(&at("localhost", &access(&router)), &[name("AB3C9D")]).await.unwrap();
    let unspecified = at("0.0.0.0", &access(&router));
    assert_eq!(routers.users(&unspecified, &[name("AB3C9D")]).await, Err(HotspotError::AddressRefused));
}

#[tokio::test]
async fn a_name_that_nobody_has_is_told_in_time() {
    let (router, routers) = (router(|_| {}).await, routers(|_| {}));
    let asked = Instant::now();
    let answer = routers.users(&at("no-such-router.invalid", &access(&router)), &[name("AB3C9D")]).await;
    assert!(matches!(answer, Err(HotspotError::Unreachable(_))), "{answer:?}");
    assert!(asked.elapsed() < Duration::from_secs(5));
}
