//! The devices.

mod access_loader;
mod confirm_certificate;
mod delete_router;
mod edit_router;
mod find_router;
mod inspect_certificate;
mod list_profiles;
mod list_routers;
mod register_router;
mod set_router_active;
mod test_connection;

use std::sync::Arc;

use portero_domain::ports::Ports;

use crate::Settings;

pub(crate) use self::access_loader::RouterAccessLoader;
pub use self::{
    access_loader::AccessError,
    confirm_certificate::{ConfirmCertificate, ConfirmCertificateError},
    delete_router::{DeleteRouter, DeleteRouterError},
    edit_router::{EditRouter, EditRouterError, RouterChanges},
    find_router::FindRouter,
    inspect_certificate::{InspectCertificate, InspectedCertificate},
    list_profiles::{ListProfiles, ListProfilesError},
    list_routers::ListRouters,
    register_router::{NewRouter, RegisterRouter, RegisterRouterError, RegisteredRouter},
    set_router_active::SetRouterActive,
    test_connection::{ConnectionTest, Reached, TestConnection},
};

/// The routers, and how Portero reaches them.
#[expect(missing_docs, reason = "each field is the use case that its type documents")]
pub struct Routers {
    pub register: RegisterRouter,
    pub list: ListRouters,
    pub find: FindRouter,
    pub edit: EditRouter,
    pub set_active: SetRouterActive,
    pub delete: DeleteRouter,
    pub test_connection: TestConnection,
    pub list_profiles: ListProfiles,
    pub inspect_certificate: InspectCertificate,
    pub confirm_certificate: ConfirmCertificate,
}

impl Routers {
    /// The use cases of this area.
    pub(crate) fn new(ports: &Ports, settings: &Settings) -> Self {
        Self {
            register: RegisterRouter {
                storage: Arc::clone(&ports.storage),
                clock: Arc::clone(&ports.clock),
                ids: Arc::clone(&ports.ids),
                tokens: Arc::clone(&ports.api_key_tokens),
                vault: Arc::clone(&ports.vault),
                life: settings.api_key_life,
            },
            list: ListRouters { storage: Arc::clone(&ports.storage) },
            find: FindRouter { storage: Arc::clone(&ports.storage) },
            edit: EditRouter { access: RouterAccessLoader::new(ports), probe: Arc::clone(&ports.router_probe) },
            set_active: SetRouterActive { storage: Arc::clone(&ports.storage) },
            delete: DeleteRouter { storage: Arc::clone(&ports.storage) },
            test_connection: TestConnection {
                access: RouterAccessLoader::new(ports),
                probe: Arc::clone(&ports.router_probe),
                hotspot: Arc::clone(&ports.hotspot),
            },
            list_profiles: ListProfiles { access: RouterAccessLoader::new(ports), hotspot: Arc::clone(&ports.hotspot) },
            inspect_certificate: InspectCertificate {
                access: RouterAccessLoader::new(ports),
                probe: Arc::clone(&ports.router_probe),
            },
            confirm_certificate: ConfirmCertificate {
                access: RouterAccessLoader::new(ports),
                probe: Arc::clone(&ports.router_probe),
            },
        }
    }
}
