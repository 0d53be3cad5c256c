use std::sync::Arc;

use portero_domain::ports::{Gateways, Ports};

use crate::{
    CountingIds, FakeGateway, FakeNotifier, FakePasswords, FakeRouters, FakeSignatures, FakeTokens, FakeVault,
    FixedClock, InMemory,
};

/// Every port, faked. A test keeps a clone of the fakes that it asks later.
pub fn fake_ports(store: &InMemory, clock: &FixedClock, ids: &CountingIds, routers: &FakeRouters) -> Ports {
    Ports {
        storage: Arc::new(store.clone()),
        gate: Arc::new(store.clone()),
        clock: Arc::new(clock.clone()),
        ids: Arc::new(ids.clone()),
        api_key_tokens: Arc::new(FakeTokens),
        session_tokens: Arc::new(FakeTokens),
        passwords: Arc::new(FakePasswords),
        vault: Arc::new(FakeVault::default()),
        gateways: Gateways { conekta: Arc::new(FakeGateway::new()), mercado_pago: Arc::new(FakeGateway::new()) },
        webhook_signatures: Arc::new(FakeSignatures),
        notifier: Arc::new(FakeNotifier::new()),
        hotspot: Arc::new(routers.clone()),
        router_probe: Arc::new(routers.clone()),
    }
}
