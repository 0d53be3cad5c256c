//! Simulated routers, and how to reach them.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use portero_adapters::{RouterOs, routeros::Tuning};
use portero_domain::{
    hotspot::{Allowance, HotspotPassword, HotspotUser, HotspotUsername, NewHotspotUser, ProfileName, RouterText},
    ids::RouterId,
    network::{CertificateFingerprint, Endpoint, Host, Port},
    ports::Hotspot,
    router::{ApiUsername, RouterAccess},
    secret::Secret,
};
use portero_routeros_sim::{Settings, Simulator};
use tokio::time::Instant;

/// A router whose sentences are kept.
pub(crate) async fn router(adjust: impl FnOnce(&mut Settings)) -> Simulator {
    let mut settings = Settings { records: true, ..Settings::default() };
    adjust(&mut settings);
    Simulator::start(settings).await.unwrap()
}

/// A router with TLS.
pub(crate) async fn router_with_tls() -> Simulator {
    router(|settings| settings.tls_listen = Some(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))).await
}

/// The adapter, with its limits adjusted.
pub(crate) fn routers(adjust: impl FnOnce(&mut Tuning)) -> Arc<RouterOs> {
    let mut tuning = Tuning::default();
    adjust(&mut tuning);
    Arc::new(RouterOs::tuned(true, tuning).unwrap())
}

fn endpoint_at(address: SocketAddr, tls: bool) -> Endpoint {
    let host = Host::parse(&address.ip().to_string()).unwrap();
    Endpoint::new(host, Port::new(address.port().into()).unwrap(), Some(tls))
}

/// The access to a service at this address.
pub(crate) fn access_at(address: SocketAddr) -> RouterAccess {
    RouterAccess {
        router: RouterId::parse("RTR_00000001").unwrap(),
        endpoint: endpoint_at(address, false),
        certificate: None,
        username: ApiUsername::parse("admin").unwrap(),
        password: Secret::new("secret".to_owned()),
        old_login: false,
    }
}

/// The access to a router.
pub(crate) fn access(router: &Simulator) -> RouterAccess {
    access_at(router.address())
}

/// The access to a router over TLS, before its certificate is confirmed.
pub(crate) fn unconfirmed(router: &Simulator) -> RouterAccess {
    RouterAccess { endpoint: endpoint_at(router.tls_address().unwrap(), true), ..access(router) }
}

/// The certificate that the router shows now.
pub(crate) fn certificate(router: &Simulator) -> CertificateFingerprint {
    CertificateFingerprint::parse(&router.fingerprint()).unwrap()
}

/// The access to a router over TLS.
pub(crate) fn confirmed(router: &Simulator) -> RouterAccess {
    RouterAccess { certificate: Some(certificate(router)), ..unconfirmed(router) }
}

pub(crate) fn name(text: &str) -> RouterText {
    text.into()
}

/// The user of this name, as the router has it.
pub(crate) async fn the_user(routers: &RouterOs, access: &RouterAccess, text: &str) -> HotspotUser {
    Hotspot::users(routers, access, &[name(text)]).await.unwrap().remove(0)
}

/// A user of this name to be made, by an attempt of its own.
pub(crate) fn new_user(text: &str) -> NewHotspotUser {
    NewHotspotUser {
        name: HotspotUsername::parse(text).unwrap(),
        password: HotspotPassword::new("0456".into()),
        profile: ProfileName::parse("default").unwrap(),
        mac: None,
        server: None,
        allowance: Allowance::default(),
        comment: format!("m-{text}"),
    }
}

/// Waits until something is so, for ten seconds at most.
pub(crate) async fn eventually(what: &str, is_so: impl Fn() -> bool) {
    let started = Instant::now();
    while !is_so() {
        assert!(started.elapsed() < Duration::from_secs(10), "never happened: {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
