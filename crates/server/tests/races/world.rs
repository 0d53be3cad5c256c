//! Services on one database, in this process.

use std::{future::Future, net::SocketAddr, sync::Arc};

use portero_adapters::{
    AesVault, Argon2Passwords, HttpClient, HttpLimits, JwtApiKeyTokens, JwtSessionTokens, NanoIds, PgExecutor, PgGate,
    PgUnitOfWork, RouterOs, SystemClock,
    gateways::{Conekta, MercadoPago, RingSignatures},
    notifier::Telegram,
    postgres::testing::TestDatabase,
};
use portero_application::{
    Application, Settings,
    api_keys::{RegenerateApiKeyError, RevokeApiKeyError},
    companies::NewCompany,
    portal::AdmitPortalError,
    products::{CreateProductError, DeactivateProductError, EditProductError},
    routers::{DeleteRouterError, NewRouter, RegisterRouterError, RegisteredRouter},
    sessions::{AuthorizeWriteError, ChangePasswordError, LogInError},
    users::{CreateUserError, SetUserActiveError},
};
use portero_domain::{
    company::GatewayMode,
    ids::{CompanyId, RouterId},
    money::{Currency, Money},
    network::{Endpoint, Host, Port},
    ports::{Gateways, Hotspot, PasswordError, Ports, StorageError},
    product::{HotspotProfile, Offer, ProductDetails},
    router::{ApiUsername, RouterDetails},
    secret::Secret,
    text::{Email, ForeignId, Name},
};

/// Connections of each service: few, so that rivals queue for them too.
const POOL: u32 = 4;

/// Services on one database, and a company in it. Each has its own gate, as processes do.
pub(crate) struct World {
    pub(crate) database: TestDatabase,
    services: [Arc<Application>; 3],
    pub(crate) company: CompanyId,
}

impl World {
    pub(crate) async fn new() -> Self {
        let database = TestDatabase::new();
        let url = database.url();
        let services = [(); 3].map(|()| service(url));
        let company = services[0].companies.create.execute(new_company()).await.unwrap().id;
        Self { database, services, company }
    }

    /// One service after the other, in turns.
    pub(crate) fn service(&self, turn: usize) -> Arc<Application> {
        Arc::clone(&self.services[turn % self.services.len()])
    }

    /// A fresh router of the company, with its key.
    pub(crate) async fn router(&self) -> RegisteredRouter {
        self.try_router(0).await.unwrap()
    }

    /// A fresh router of the company, if the company may have one.
    pub(crate) async fn try_router(&self, turn: usize) -> Result<RegisteredRouter, RegisterRouterError> {
        self.router_at(turn, Endpoint::new(Host::parse("192.168.88.1").unwrap(), Port::API, None), "secure_password")
            .await
    }

    /// A fresh router of the company that is a simulator at this address, with its key.
    pub(crate) async fn live_router(&self, address: SocketAddr) -> RegisteredRouter {
        let host = Host::parse(&address.ip().to_string()).unwrap();
        let port = Port::new(address.port().into()).unwrap();
        self.router_at(0, Endpoint::new(host, port, None), "secret").await.unwrap()
    }

    async fn router_at(
        &self,
        turn: usize,
        endpoint: Endpoint,
        password: &str,
    ) -> Result<RegisteredRouter, RegisterRouterError> {
        let details = RouterDetails::new(Name::parse("Router Principal").unwrap(), endpoint);
        let username = ApiUsername::parse("admin").unwrap();
        let new = NewRouter { details, username, password: Secret::parse(password).unwrap(), old_login: false };
        let service = self.service(turn);
        persist(|| service.routers.register.execute(self.company.clone(), new.clone())).await
    }
}

fn service(database_url: &str) -> Arc<Application> {
    let executor = PgExecutor::new(database_url, POOL);
    let routers = Arc::new(RouterOs::new(true).unwrap());
    let ports = Ports {
        storage: Arc::new(PgUnitOfWork::new(executor)),
        gate: Arc::new(PgGate::new(database_url).unwrap()),
        clock: Arc::new(SystemClock),
        ids: Arc::new(NanoIds::new().unwrap()),
        api_key_tokens: Arc::new(JwtApiKeyTokens::new(b"the API key secret of these tests").unwrap()),
        session_tokens: Arc::new(JwtSessionTokens::new(b"the session secret of these tests").unwrap()),
        passwords: Arc::new(Argon2Passwords::new().unwrap()),
        vault: Arc::new(AesVault::new([7; 32], []).unwrap()),
        gateways: gateways(NO_GATEWAY),
        webhook_signatures: Arc::new(RingSignatures),
        notifier: Arc::new(Telegram::new(HttpClient::new(NO_GATEWAY, HttpLimits::default()).unwrap())),
        hotspot: Arc::clone(&routers) as Arc<dyn Hotspot>,
        router_probe: routers,
    };
    Arc::new(Application::new(&ports, &Settings::default()))
}

/// An address where nothing listens.
const NO_GATEWAY: &str = "http://127.0.0.1:1";

fn gateways(url: &str) -> Gateways {
    let client = HttpClient::new(url, HttpLimits::default()).unwrap();
    Gateways { conekta: Arc::new(Conekta::new(client.clone())), mercado_pago: Arc::new(MercadoPago::new(client)) }
}

fn new_company() -> NewCompany {
    NewCompany {
        name: Name::parse("Hotel Central").unwrap(),
        contact_email: Email::parse("contacto@hotelcentral.mx").unwrap(),
        contact_phone: None,
        conekta_mode: GatewayMode::Test,
        conekta_public_key: None,
        conekta_private_key: None,
    }
}

/// A product of this profile on this router.
pub(crate) fn an_offer(router: &RouterId, profile: &str) -> Offer {
    Offer {
        router: router.clone(),
        profile: HotspotProfile { id: ForeignId::parse("*1").unwrap(), name: ForeignId::parse(profile).unwrap() },
        title: Name::parse("1 Hora").unwrap(),
        description: None,
        image: None,
        price: Money::parse("25.00").unwrap(),
        currency: Currency::Mxn,
        details: ProductDetails::default(),
        active: true,
        position: 0,
        featured: false,
    }
}

/// An error that may only say "not now".
pub(crate) trait MaySayBusy {
    /// Whether that is all it says. Nothing was done then.
    fn is_busy(&self) -> bool;
}

macro_rules! may_say_busy {
    ($($error:ident: $($busy:pat_param)|+),* $(,)?) => {$(
        impl MaySayBusy for $error {
            fn is_busy(&self) -> bool {
                use $error as E;
                matches!(self, $($busy)|+)
            }
        }
    )*};
}

may_say_busy! {
    StorageError: E::Busy,
    AdmitPortalError: E::Storage(StorageError::Busy),
    RegenerateApiKeyError: E::Storage(StorageError::Busy),
    RevokeApiKeyError: E::Storage(StorageError::Busy),
    RegisterRouterError: E::Storage(StorageError::Busy),
    DeleteRouterError: E::Storage(StorageError::Busy),
    CreateProductError: E::Storage(StorageError::Busy),
    DeactivateProductError: E::Storage(StorageError::Busy),
    AuthorizeWriteError: E::Storage(StorageError::Busy),
    EditProductError: E::Storage(StorageError::Busy),
    CreateUserError: E::Storage(StorageError::Busy) | E::Password(PasswordError::Busy),
    LogInError: E::Storage(StorageError::Busy) | E::Password(PasswordError::Busy),
    SetUserActiveError: E::Storage(StorageError::Busy),
    ChangePasswordError: E::Storage(StorageError::Busy) | E::Password(PasswordError::Busy),
}

/// Asks again while the answer is "not now", as a caller does who heard 503.
pub(crate) async fn persist<T, E, F>(mut ask: impl FnMut() -> F) -> Result<T, E>
where
    E: MaySayBusy,
    F: Future<Output = Result<T, E>>,
{
    for _ in 0..50 {
        match ask().await {
            Err(error) if error.is_busy() => {}
            answer => return answer,
        }
    }
    ask().await
}
