//! The devices.

mod access;
mod confirm_certificate;
mod delete_router;
mod edit_router;
mod find_router;
mod inspect_certificate;
mod list_profiles;
mod list_routers;
mod register_router;
mod switch_router;
mod test_connection;

pub(crate) use self::access::Accesses;
pub use self::{
    access::AccessError,
    confirm_certificate::{ConfirmCertificate, ConfirmCertificateError},
    delete_router::{DeleteRouter, DeleteRouterError},
    edit_router::{EditRouter, EditRouterError, RouterChanges},
    find_router::FindRouter,
    inspect_certificate::{InspectCertificate, InspectedCertificate},
    list_profiles::{ListProfiles, ListProfilesError},
    list_routers::ListRouters,
    register_router::{NewRouter, RegisterRouter, RegisterRouterError, RegisteredRouter},
    switch_router::SwitchRouter,
    test_connection::{ConnectionTest, Reached, TestConnection},
};
