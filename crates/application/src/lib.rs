//! What Portero can do, one use case a file.
//!
//! A use case reads like its description. It takes the time and new ids once, at its top. It does its work in one
//! transaction. It returns the result, or the one reason why nothing was done.

#![expect(missing_debug_implementations, reason = "a use case is its ports, which have nothing to show")]

mod activation;
pub mod api_keys;
pub mod companies;
pub mod health;
pub mod hotspot;
mod mandate;
pub mod notifications;
pub mod portal;
pub mod products;
pub mod purchases;
pub mod routers;
pub mod sessions;
mod side_by_side;
pub mod system;
pub mod users;
pub mod webhooks;

use std::sync::Arc;

use portero_domain::{
    Timestamp,
    base_url::BaseUrl,
    ports::{Clock, Ports},
    purchase::Patience,
    secret::Secret,
    text::ForeignId,
};
use time::Duration;

pub use self::{activation::Activation, mandate::Mandate};
use self::{
    api_keys::ApiKeys,
    companies::Companies,
    health::{Health, HealthChecks},
    hotspot::Hotspots,
    notifications::Notifications,
    portal::Portal,
    products::Products,
    purchases::Purchases,
    routers::Routers,
    sessions::Sessions,
    system::System,
    users::Users,
    webhooks::Webhooks,
};

/// What an operator may set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// How long an API key is valid. Default: a year (`R300`).
    pub api_key_life: Duration,
    /// How long a session lives at most; a day unless set.
    pub session_life: Duration,
    /// The schedule of the health checks.
    pub health_checks: HealthChecks,
    /// How long each wait of a purchase lasts.
    pub patience: Patience,
    /// How long a request to a payment gateway may take.
    pub gateway_timeout: Duration,
    /// The address at which gateways reach this service.
    pub public_base_url: Option<BaseUrl>,
    /// The private key with Conekta of a company without one of its own.
    pub default_conekta_key: Option<Secret>,
    /// The public key with Conekta of a company without any key of its own.
    pub default_conekta_public_key: Option<ForeignId>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            api_key_life: Duration::days(365),
            session_life: Duration::hours(24),
            health_checks: HealthChecks::default(),
            patience: Patience::default(),
            gateway_timeout: Duration::seconds(20),
            public_base_url: None,
            default_conekta_key: None,
            default_conekta_public_key: None,
        }
    }
}

/// Everything that Portero can do, by area.
#[expect(missing_docs, reason = "each field is the area that its type documents")]
pub struct Application {
    pub sessions: Sessions,
    pub companies: Companies,
    pub routers: Routers,
    pub health: Health,
    pub api_keys: ApiKeys,
    pub users: Users,
    pub products: Products,
    pub portal: Portal,
    pub hotspot: Hotspots,
    pub purchases: Purchases,
    pub notifications: Notifications,
    pub webhooks: Webhooks,
    pub system: System,
    /// The address at which gateways reach this service, where the operator has set one.
    pub public_base_url: Option<BaseUrl>,
    clock: Arc<dyn Clock>,
}

impl Application {
    /// The use cases over these ports.
    pub fn new(ports: &Ports, settings: &Settings) -> Self {
        let purchases = Purchases::new(ports, settings, ports.ids.process());
        Self {
            sessions: Sessions::new(ports, settings),
            companies: Companies::new(ports),
            routers: Routers::new(ports, settings),
            health: Health::new(ports, settings),
            api_keys: ApiKeys::new(ports, settings),
            users: Users::new(ports),
            products: Products::new(ports),
            portal: Portal::new(ports, settings),
            hotspot: Hotspots::new(ports),
            notifications: Notifications::new(ports, Arc::clone(&purchases.notices)),
            webhooks: Webhooks::new(ports, Arc::clone(&purchases.reports)),
            purchases,
            system: System::new(ports),
            public_base_url: settings.public_base_url.clone(),
            clock: Arc::clone(&ports.clock),
        }
    }

    /// The time now, by the clock that the use cases read.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }
}
