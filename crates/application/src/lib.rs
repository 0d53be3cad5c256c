//! What Portero can do, one use case a file.
//!
//! A use case reads like the sentence that describes it: it takes the time and fresh identities once, at its top, does
//! its work in one transaction, and answers with what happened or with the one reason why nothing did.

#![expect(missing_debug_implementations, reason = "a use case is its ports, which have nothing to show")]

pub mod api_keys;
pub mod companies;
pub mod health;
pub mod hotspot;
pub mod portal;
pub mod products;
pub mod routers;
pub mod sales;
pub mod sessions;
mod switch;
pub mod system;
pub mod users;

use std::sync::Arc;

use portero_domain::ports::{
    ApiKeyTokens, Clock, Gate, Hotspot, Ids, Passwords, RouterProbe, SessionTokens, UnitOfWork, Vault,
};
use time::Duration;

pub use self::switch::Switch;
use self::{
    api_keys::{ApiKeyHistory, ApiKeyStatus, RegenerateApiKey, RevokeApiKey},
    companies::{CompanyOverview, CreateCompany, EditCompany, FindCompany, ListCompanies, SwitchCompany},
    health::{FleetHealth, HealthChecks, LookAtRouters, RouterHealthOf},
    hotspot::{GuestProfileOf, ReconnectGuest, ValidateRouter},
    portal::{AdmitPortal, Catalogue},
    products::{CreateProduct, EditProduct, FindProduct, ListProducts, WithdrawProduct},
    routers::{
        Accesses, ConfirmCertificate, DeleteRouter, EditRouter, FindRouter, InspectCertificate, ListProfiles,
        ListRouters, RegisterRouter, SwitchRouter, TestConnection,
    },
    sales::{ListTransactions, SalesDashboard},
    sessions::{Authenticate, ChangePassword, LogIn, LogOut},
    system::{CheckSecrets, Readiness, ResealSecrets, SystemOverview, TellTime},
    users::{CreateFirstSuperAdmin, CreateUser, FindUser, ListUsers, ResetPassword, SwitchUser},
};

/// Whoever plays the domain's roles.
#[derive(Clone)]
pub struct Ports {
    /// The store.
    pub storage: Arc<dyn UnitOfWork>,
    /// The gate of the captive portals.
    pub gate: Arc<dyn Gate>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// The source of fresh identities.
    pub ids: Arc<dyn Ids>,
    /// The signer of API keys.
    pub api_key_tokens: Arc<dyn ApiKeyTokens>,
    /// The signer of sessions.
    pub session_tokens: Arc<dyn SessionTokens>,
    /// The hasher of people's passwords.
    pub passwords: Arc<dyn Passwords>,
    /// The sealer of secrets.
    pub vault: Arc<dyn Vault>,
    /// The hotspots of the routers.
    pub hotspot: Arc<dyn Hotspot>,
    /// Who sees how routers are.
    pub router_probe: Arc<dyn RouterProbe>,
}

/// What an operator may set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// How long an API key lives; a year unless set (routers page).
    pub api_key_life: Duration,
    /// How long a session lives at most; a day unless set.
    pub session_life: Duration,
    /// How routers are looked at.
    pub health_checks: HealthChecks,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            api_key_life: Duration::days(365),
            session_life: Duration::hours(24),
            health_checks: HealthChecks::default(),
        }
    }
}

/// Everything that Portero can do.
#[expect(missing_docs, reason = "each field is the use case that its type documents")]
pub struct Application {
    pub log_in: LogIn,
    pub log_out: LogOut,
    pub authenticate: Authenticate,
    pub change_password: ChangePassword,

    pub create_company: CreateCompany,
    pub list_companies: ListCompanies,
    pub find_company: FindCompany,
    pub edit_company: EditCompany,
    pub switch_company: SwitchCompany,
    pub company_overview: CompanyOverview,

    pub register_router: RegisterRouter,
    pub list_routers: ListRouters,
    pub find_router: FindRouter,
    pub edit_router: EditRouter,
    pub switch_router: SwitchRouter,
    pub delete_router: DeleteRouter,

    pub test_connection: TestConnection,
    pub list_profiles: ListProfiles,
    pub inspect_certificate: InspectCertificate,
    pub confirm_certificate: ConfirmCertificate,

    pub look_at_routers: LookAtRouters,
    pub router_health_of: RouterHealthOf,
    pub fleet_health: FleetHealth,

    pub regenerate_api_key: RegenerateApiKey,
    pub revoke_api_key: RevokeApiKey,
    pub api_key_history: ApiKeyHistory,
    pub api_key_status: ApiKeyStatus,

    pub create_user: CreateUser,
    pub create_first_super_admin: CreateFirstSuperAdmin,
    pub list_users: ListUsers,
    pub find_user: FindUser,
    pub switch_user: SwitchUser,
    pub reset_password: ResetPassword,

    pub create_product: CreateProduct,
    pub list_products: ListProducts,
    pub find_product: FindProduct,
    pub edit_product: EditProduct,
    pub withdraw_product: WithdrawProduct,

    pub admit_portal: AdmitPortal,
    pub catalogue: Catalogue,
    pub validate_router: ValidateRouter,
    pub reconnect_guest: ReconnectGuest,
    pub guest_profile: GuestProfileOf,

    pub list_transactions: ListTransactions,
    pub sales_dashboard: SalesDashboard,

    pub system_overview: SystemOverview,
    pub readiness: Readiness,
    pub tell_time: TellTime,
    pub check_secrets: CheckSecrets,
    pub reseal_secrets: ResealSecrets,
}

impl Application {
    /// The use cases over these ports.
    pub fn new(ports: &Ports, settings: Settings) -> Self {
        let Settings { api_key_life, session_life, health_checks } = settings;
        let storage = || Arc::clone(&ports.storage);
        let clock = || Arc::clone(&ports.clock);
        let ids = || Arc::clone(&ports.ids);
        let passwords = || Arc::clone(&ports.passwords);
        let vault = || Arc::clone(&ports.vault);
        let api_key_tokens = || Arc::clone(&ports.api_key_tokens);
        let session_tokens = || Arc::clone(&ports.session_tokens);
        let hotspot = || Arc::clone(&ports.hotspot);
        let probe = || Arc::clone(&ports.router_probe);
        let accesses = || Accesses { storage: storage(), vault: vault() };

        Self {
            log_in: LogIn {
                storage: storage(),
                clock: clock(),
                ids: ids(),
                passwords: passwords(),
                tokens: session_tokens(),
                life: session_life,
            },
            log_out: LogOut { storage: storage() },
            authenticate: Authenticate { storage: storage(), clock: clock(), tokens: session_tokens() },
            change_password: ChangePassword { storage: storage(), passwords: passwords() },

            create_company: CreateCompany { storage: storage(), clock: clock(), ids: ids(), vault: vault() },
            list_companies: ListCompanies { storage: storage() },
            find_company: FindCompany { storage: storage() },
            edit_company: EditCompany { storage: storage(), vault: vault() },
            switch_company: SwitchCompany { storage: storage() },
            company_overview: CompanyOverview { storage: storage(), clock: clock() },

            register_router: RegisterRouter {
                storage: storage(),
                clock: clock(),
                ids: ids(),
                tokens: api_key_tokens(),
                vault: vault(),
                life: api_key_life,
            },
            list_routers: ListRouters { storage: storage() },
            find_router: FindRouter { storage: storage() },
            edit_router: EditRouter { accesses: accesses(), probe: probe() },
            switch_router: SwitchRouter { storage: storage() },
            delete_router: DeleteRouter { storage: storage() },

            look_at_routers: LookAtRouters {
                accesses: accesses(),
                clock: clock(),
                probe: probe(),
                checks: health_checks,
            },
            router_health_of: RouterHealthOf { storage: storage() },
            fleet_health: FleetHealth { storage: storage() },
            test_connection: TestConnection { accesses: accesses(), probe: probe(), hotspot: hotspot() },
            list_profiles: ListProfiles { accesses: accesses(), hotspot: hotspot() },
            inspect_certificate: InspectCertificate { storage: storage(), probe: probe() },
            confirm_certificate: ConfirmCertificate { accesses: accesses(), probe: probe() },

            regenerate_api_key: RegenerateApiKey {
                storage: storage(),
                clock: clock(),
                ids: ids(),
                tokens: api_key_tokens(),
                life: api_key_life,
            },
            revoke_api_key: RevokeApiKey { storage: storage(), clock: clock() },
            api_key_history: ApiKeyHistory { storage: storage() },
            api_key_status: ApiKeyStatus { storage: storage(), clock: clock() },

            create_user: CreateUser { storage: storage(), clock: clock(), passwords: passwords() },
            create_first_super_admin: CreateFirstSuperAdmin {
                storage: storage(),
                clock: clock(),
                passwords: passwords(),
            },
            list_users: ListUsers { storage: storage() },
            find_user: FindUser { storage: storage() },
            switch_user: SwitchUser { storage: storage() },
            reset_password: ResetPassword { storage: storage(), passwords: passwords() },

            create_product: CreateProduct { storage: storage(), clock: clock() },
            list_products: ListProducts { storage: storage() },
            find_product: FindProduct { storage: storage() },
            edit_product: EditProduct { storage: storage() },
            withdraw_product: WithdrawProduct { storage: storage() },

            admit_portal: AdmitPortal { gate: Arc::clone(&ports.gate), clock: clock(), tokens: api_key_tokens() },
            catalogue: Catalogue { storage: storage() },
            validate_router: ValidateRouter { accesses: accesses(), probe: Arc::clone(&ports.router_probe) },
            reconnect_guest: ReconnectGuest { accesses: accesses(), hotspot: hotspot(), ids: ids() },
            guest_profile: GuestProfileOf { accesses: accesses(), hotspot: hotspot() },

            list_transactions: ListTransactions { storage: storage() },
            sales_dashboard: SalesDashboard { storage: storage() },

            system_overview: SystemOverview { storage: storage(), clock: clock() },
            readiness: Readiness::new(storage(), clock()),
            tell_time: TellTime { clock: clock() },
            check_secrets: CheckSecrets { storage: storage(), vault: vault() },
            reseal_secrets: ResealSecrets { storage: storage(), vault: vault() },
        }
    }
}
