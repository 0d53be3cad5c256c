//! What the rules need from outside. The documentation of each trait is the contract of its implementations.

mod all;
mod clock;
mod gate;
mod gateways;
mod hotspot;
mod ids;
mod notices;
mod notifier;
mod passwords;
mod storage;
mod tokens;
mod vault;
mod webhooks;

pub use all::Ports;
pub use clock::Clock;
pub use gate::{Admission, AdmittedCompany, AdmittedRouter, Gate, GateError, Refusal, SellingRouter};
pub use gateways::{
    Buyer, Card, CardGateway, ChargeOrder, ChargePage, ChargeQuery, Charges, GatewayAccount, GatewayError, Gateways,
    ListedCharge, RefundOrder,
};
pub use hotspot::{
    CertificateProblem, CreateHotspotUserError, Hotspot, HotspotError, HotspotResult, LogInProblem, Rejection,
    RouterProbe, TlsProblem, Vitals,
};
pub use ids::Ids;
pub use notices::{NoticeClaims, Notices};
pub use notifier::{Notifier, NotifierError, NotifierRejection};
pub use passwords::{KnownHash, PasswordCaller, PasswordError, Passwords, Verdict};
pub use storage::{
    ApiKeys, Claims, Companies, CompanyStats, EXPIRED_SESSIONS_PER_LOG_IN, Hold, KEPT_CHANGES, KnownPurchase, Logos,
    NewPurchase, Processes, Products, PurchaseMoment, Purchases, Reconciliations, Rollback, RouterHealths, Routers,
    SealedSecret, SealedSecrets, Sessions, Storage, StorageError, Stored, SystemStats, Taken, Then, UnitOfWork, Users,
    WebhookEvents, Work, transact,
};
pub use tokens::{
    ApiKeyToken, ApiKeyTokens, PresentedKey, SessionToken, SessionTokens, SignedKey, SigningError, TokenRefusal,
};
pub use vault::{SecretPlace, Vault, VaultError};
pub use webhooks::{MercadoPagoRequest, WebhookSignatures};

#[cfg(feature = "mock")]
pub use self::{
    gate::MockGate,
    gateways::MockCardGateway,
    hotspot::{MockHotspot, MockRouterProbe},
    passwords::MockPasswords,
    tokens::{MockApiKeyTokens, MockSessionTokens},
    vault::MockVault,
};
