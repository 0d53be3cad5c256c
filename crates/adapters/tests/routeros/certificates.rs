//! Nothing secret is said to a router whose certificate is not the confirmed one.

use std::{sync::Arc, time::Duration};

use portero_domain::{
    network::CertificateFingerprint,
    ports::{CertificateProblem, Hotspot, HotspotError, RouterProbe, TlsProblem},
    router::RouterAccess,
};
use portero_routeros_sim::{Armed, Fault, Simulator};
use tokio::{net::TcpListener, task::JoinSet};

use crate::support::{access, access_at, certificate, confirmed, name, router_with_tls, routers, unconfirmed};

fn assert_nothing_was_said(router: &Simulator) {
    assert_eq!((router.meters().commands(), router.meters().bytes_in()), (0, 0));
}

#[tokio::test]
async fn a_confirmed_certificate_is_all_it_takes() {
    let (router, routers) = (router_with_tls().await, routers(|_| {}));
    routers.users(&confirmed(&router), &[name("AB3C9D")]).await.unwrap();
    routers.try_access(&confirmed(&router)).await.unwrap();
    assert_eq!(router.router().logged("via api-ssl"), 3, "in, in and out");
}

#[tokio::test]
async fn one_that_nobody_confirmed_is_shown_and_asked_for_once() {
    let (router, routers) = (router_with_tls().await, routers(|_| {}));
    let problem = CertificateProblem::Unconfirmed { found: certificate(&router) };
    for _ in 0..20 {
        let answer = routers.users(&unconfirmed(&router), &[name("AB3C9D")]).await;
        assert_eq!(answer, Err(HotspotError::Certificate(problem)));
    }
    assert_eq!(router.meters().connections(), 1);
    let tried = routers.try_access(&unconfirmed(&router)).await;
    assert_eq!(tried, Err(HotspotError::Certificate(problem)));
    assert_nothing_was_said(&router);
    // Confirming it is another access, which is tried at once.
    routers.users(&confirmed(&router), &[name("AB3C9D")]).await.unwrap();
}

#[tokio::test]
async fn another_certificate_is_a_hard_failure_until_it_is_confirmed() {
    let (router, routers) = (router_with_tls().await, routers(|_| {}));
    let old = confirmed(&router);
    router.faults().arm(Armed::once(Fault::ChangedCertificate));
    let problem = |found| CertificateProblem::Changed { confirmed: old.certificate.unwrap(), found };
    let answer = routers.users(&old, &[name("AB3C9D")]).await;
    assert_eq!(answer, Err(HotspotError::Certificate(problem(certificate(&router)))));
    assert_ne!(old.certificate, Some(certificate(&router)));
    assert_eq!(routers.users(&old, &[name("AB3C9D")]).await, answer);
    assert_eq!(router.meters().connections(), 1);
    assert_eq!(routers.try_access(&old).await.unwrap_err(), answer.unwrap_err());
    assert_nothing_was_said(&router);
    assert_eq!(routers.certificate(&old.endpoint).await, Ok(certificate(&router)));
    routers.users(&confirmed(&router), &[name("AB3C9D")]).await.unwrap();
}

#[tokio::test]
async fn whoever_is_in_between_hears_nothing() {
    let (router, routers) = (router_with_tls().await, routers(|_| {}));
    router.faults().arm(Armed::once(Fault::WrongCertificate));
    let answer = routers.users(&confirmed(&router), &[name("AB3C9D")]).await;
    let Err(HotspotError::Certificate(CertificateProblem::Changed { confirmed, found })) = answer else {
        panic!("{answer:?}")
    };
    assert_eq!(confirmed, certificate(&router));
    assert_ne!(found, confirmed);
    assert_nothing_was_said(&router);
}

#[tokio::test]
async fn a_router_without_a_certificate_is_told_apart() {
    let (router, routers) = (router_with_tls().await, routers(|_| {}));
    router.faults().arm(Armed::always(Fault::NoCertificate));
    let missing = HotspotError::Tls(TlsProblem::NoCommonCipher);
    let pinned = RouterAccess { certificate: Some(CertificateFingerprint::new([1; 32])), ..unconfirmed(&router) };
    for access in [unconfirmed(&router), pinned] {
        assert_eq!(routers.users(&access, &[name("AB3C9D")]).await, Err(missing.clone()));
        assert_eq!(routers.certificate(&access.endpoint).await, Err(missing.clone()));
    }
    assert_nothing_was_said(&router);
    let without_tls = routers.certificate(&access(&router).endpoint).await;
    assert!(matches!(without_tls, Err(HotspotError::Unreachable(_))), "{without_tls:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn certificates_are_looked_at_one_at_a_time() {
    let (router, routers) = (router_with_tls().await, routers(|_| {}));
    let mut looks = JoinSet::new();
    for _ in 0..30 {
        let (routers, endpoint) = (Arc::clone(&routers), unconfirmed(&router).endpoint);
        looks.spawn(async move { routers.certificate(&endpoint).await });
    }
    for found in looks.join_all().await {
        assert_eq!(found, Ok(certificate(&router)));
    }
    assert_eq!((router.meters().connections(), router.meters().most_sessions()), (30, 1));
    assert_nothing_was_said(&router);
}

#[tokio::test]
async fn whoever_would_wait_too_long_for_their_turn_is_told() {
    let routers = routers(|tuning| tuning.probe_turn = Duration::from_millis(50));
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let access = access_at(silent.local_addr().unwrap());
    let first = tokio::spawn({
        let (routers, access) = (Arc::clone(&routers), access.clone());
        async move { routers.try_access(&access).await }
    });
    let (_held, _) = silent.accept().await.unwrap();
    assert!(matches!(routers.try_access(&access).await, Err(HotspotError::Busy { .. })));
    first.abort();
    first.await.unwrap_err();
    // Its turn ends with it.
    let second = tokio::spawn(async move { routers.try_access(&access).await });
    silent.accept().await.unwrap();
    second.abort();
}
