use std::sync::Arc;

use portero_domain::ports::{Gateways, Ports};

use crate::{
    CountingIds, FakeGateway, FakeNotifier, FakePasswords, FakeRouters, FakeSignatures, FakeTokens, FakeVault,
    FixedClock, InMemory,
};

/// Every port, faked. A test keeps a clone of the fakes that it asks later, and puts its own gateways in place:
/// `ports.gateways = fake_gateways(&conekta, &mercado_pago)`.
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
        gateways: fake_gateways(&FakeGateway::new(), &FakeGateway::new()),
        webhook_signatures: Arc::new(FakeSignatures),
        notifier: Arc::new(FakeNotifier::new()),
        hotspot: Arc::new(routers.clone()),
        router_probe: Arc::new(routers.clone()),
    }
}

/// These fakes as the payment gateways.
pub fn fake_gateways(conekta: &FakeGateway, mercado_pago: &FakeGateway) -> Gateways {
    Gateways { conekta: Arc::new(conekta.clone()), mercado_pago: Arc::new(mercado_pago.clone()) }
}
