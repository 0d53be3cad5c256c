//! Portero over a store in memory, and what the tests of all use cases share.

use std::{
    error::Error,
    pin::pin,
    sync::Arc,
    task::{Context, Poll, Waker},
};

use portero_application::{Application, Settings};
use portero_domain::{
    api_key::ApiKey,
    company::Company,
    ids::{CompanyId, RouterId},
    page::{Limit, Page, Start},
    ports::{
        Admission, AdmittedCompany, AdmittedRouter, ApiKeyTokens, MockApiKeyTokens, MockPasswords, MockSessionTokens,
        MockVault, PasswordError, Ports, SellingRouter, SignedKey, SigningError, VaultError,
    },
    router::Router,
    secret::Secret,
};
use portero_testkit::{
    CountingIds, FakeGateway, FakeRouters, FakeTokens, FixedClock, InMemory, KeyRow,
    builders::{a_company, a_key, a_router},
    fake_gateways, fake_ports,
};

/// Demands that an answer is of this form, and shows it if it is not.
macro_rules! assert_is {
    ($answer:expr, $form:pat) => {
        match $answer {
            $form => {}
            other => panic!("{other:?} is not {}", stringify!($form)),
        }
    };
}

pub(crate) use assert_is;

/// Portero, and the world around it.
pub(crate) struct World {
    pub(crate) app: Application,
    pub(crate) store: InMemory,
    pub(crate) clock: FixedClock,
    pub(crate) ids: CountingIds,
    pub(crate) routers: FakeRouters,
    pub(crate) conekta: FakeGateway,
    pub(crate) mercado_pago: FakeGateway,
}

impl World {
    /// Portero over this store.
    pub(crate) fn over(store: InMemory) -> Self {
        Self::with(store, |_| {})
    }

    /// The same, with another implementation of a port.
    pub(crate) fn with(store: InMemory, cast: impl FnOnce(&mut Ports)) -> Self {
        Self::set(store, &Settings::default(), cast)
    }

    /// The same, where an operator has set something too.
    pub(crate) fn set(store: InMemory, settings: &Settings, cast: impl FnOnce(&mut Ports)) -> Self {
        let (clock, ids, routers) = (FixedClock::default(), CountingIds::default(), FakeRouters::default());
        let (conekta, mercado_pago) = (FakeGateway::new(), FakeGateway::new());
        let store = store.with_clock(&clock);
        let mut ports = fake_ports(&store, &clock, &ids, &routers);
        ports.gateways = fake_gateways(&conekta, &mercado_pago);
        cast(&mut ports);
        let app = Application::new(&ports, settings);
        Self { app, store, clock, ids, routers, conekta, mercado_pago }
    }

    /// Lets the use case fail at every call of the store. Each failure must be returned and must leave the tables
    /// unchanged. Then lets it succeed, and returns its result.
    pub(crate) async fn fails_without_trace<T, E: Error>(&self, call: impl AsyncFn() -> Result<T, E>) -> T {
        let before = self.store.tables();
        for step in 1.. {
            self.store.fail_at(step);
            let answer = call().await;
            if self.store.disarm() {
                assert!(step > 3, "a transaction begins, does something and commits");
                return answer.unwrap();
            }
            let told = answer.err().map(|error| error.to_string());
            assert_eq!(told.as_deref(), Some("the store failed"), "at step {step}");
            assert_eq!(self.store.tables(), before, "at step {step}");
        }
        unreachable!("a call has an end")
    }
}

/// Runs a future that never waits, as over the store in memory. So a mock can run a rival in its middle.
pub(crate) fn at_once<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(answer) => answer,
        Poll::Pending => panic!("it waits for somebody"),
    }
}

/// The company of the examples, and its router.
pub(crate) fn a_shop() -> InMemory {
    InMemory::new().with_company(a_company().build()).with_router(a_router().build())
}

/// The identity of the company in [`a_shop`].
pub(crate) fn the_company() -> CompanyId {
    a_company().build().id
}

/// The identity of the router in [`a_shop`].
pub(crate) fn the_router() -> RouterId {
    a_router().build().id
}

/// What the gate answers to the key of the examples.
pub(crate) fn the_admission() -> Admission {
    let (company, router) = (a_company().build(), a_router().build());
    Admission {
        key: a_key().build().id().clone(),
        router: AdmittedRouter { id: router.id, name: router.name, location: router.location, active: router.active },
        company: AdmittedCompany {
            id: company.id,
            name: company.name,
            conekta_public_key: company.conekta.public_key,
            has_conekta_private_key: false,
            conekta_mode: company.conekta.mode,
            mercado_pago_public_key: company.mercado_pago.public_key,
        },
    }
}

/// The proof that the router of [`the_admission`] is active.
pub(crate) fn the_selling_router() -> SellingRouter {
    the_admission().selling().unwrap()
}

/// A company that has nothing to do with the one of the examples.
pub(crate) fn another_company() -> Company {
    a_company().id("EMP_FFFFFFFFFF").named("Café Norte").build()
}

/// A router of [`another_company`].
pub(crate) fn another_companys_router() -> Router {
    a_router().id("RTR_FFFFFFFF").of(&another_company().id).named("Router Ajeno").build()
}

/// Whose router is asked for in vain: of a company that has another one, and of one that does not exist.
pub(crate) fn wrong_owners() -> [(CompanyId, RouterId); 3] {
    let nobody = CompanyId::parse("EMP_0000000000").unwrap();
    [(another_company().id, the_router()), (the_company(), another_companys_router().id), (nobody, the_router())]
}

/// [`a_shop`] beside [`another_company`] with its own router.
pub(crate) fn two_shops() -> InMemory {
    a_shop().with_company(another_company()).with_router(another_companys_router())
}

/// What the bearer of this key has and the store keeps.
pub(crate) fn signed(key: &ApiKey) -> SignedKey {
    ApiKeyTokens::sign(&FakeTokens, key).unwrap()
}

/// This key as the store keeps it.
pub(crate) fn row(key: ApiKey) -> KeyRow {
    let fingerprint = signed(&key).fingerprint;
    KeyRow { key, fingerprint }
}

/// The store with this key, which opens the gate as long as it is good.
pub(crate) fn with_key(store: InMemory, key: ApiKey) -> InMemory {
    let KeyRow { key, fingerprint } = row(key);
    store.with_key(key, fingerprint)
}

/// A secret in plain form.
pub(crate) fn secret(plain: &str) -> Secret {
    Secret::new(plain.to_owned())
}

/// Signs no API key.
pub(crate) fn a_key_signer_that_fails() -> Arc<MockApiKeyTokens> {
    let mut tokens = MockApiKeyTokens::new();
    tokens.expect_sign().returning(|_| Err(SigningError("no key to sign with".into())));
    Arc::new(tokens)
}

/// Signs no session.
pub(crate) fn a_session_signer_that_fails() -> Arc<MockSessionTokens> {
    let mut tokens = MockSessionTokens::new();
    tokens.expect_sign().returning(|_, _| Err(SigningError("no key to sign with".into())));
    Arc::new(tokens)
}

/// Seals nothing.
pub(crate) fn a_vault_that_fails() -> Arc<MockVault> {
    let mut vault = MockVault::new();
    vault.expect_encrypt().returning(|_, _| Err(VaultError::Sealing));
    Arc::new(vault)
}

/// Neither hashes nor compares.
pub(crate) fn a_busy_hasher() -> Arc<MockPasswords> {
    let mut passwords = MockPasswords::new();
    passwords.expect_hash().returning(|_, _| Err(PasswordError::Busy));
    passwords.expect_verify().returning(|_, _, _| Err(PasswordError::Busy));
    Arc::new(passwords)
}

/// A page of a list that begins behind so many rows.
pub(crate) fn page<T>(limit: u16, offset: u32) -> Page<T> {
    Page { limit: Some(Limit::new(limit).unwrap()), start: Start::Offset(offset) }
}
