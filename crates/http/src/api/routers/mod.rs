//! Routers and their API keys, for super admins.

pub(crate) mod api_key_history;
pub(crate) mod api_key_status;
pub(crate) mod certificate;
pub(crate) mod changes;
pub(crate) mod confirm_router_tls;
pub(crate) mod delete_router;
pub(crate) mod edit_router;
pub(crate) mod filter;
pub(crate) mod find_router;
pub(crate) mod find_router_tls;
pub(crate) mod fleet_health;
mod health;
pub(crate) mod list_routers;
pub(crate) mod regenerate_api_key;
pub(crate) mod register_router;
pub(crate) mod revoke_api_key;
pub(crate) mod router_health;
pub(crate) mod switch_router;
pub(crate) mod toggle_router;

use portero_application::routers::AccessError;
use portero_domain::{
    ids::{CompanyId, RouterId},
    network::Port,
    router::Router,
    secret::Secret,
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::{
    error::{ApiError, ApiResult},
    fields::Fault,
    wire::{HIDDEN, Moment},
};

/// A router, without its credentials and its key.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Router)]
pub(crate) struct RouterBody {
    id: String,
    empresa_id: String,
    nombre: String,
    host: String,
    puerto: u16,
    #[schema(required)]
    ubicacion: Option<String>,
    /// The notes of an admin. Left out if there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    notas: Option<String>,
    activo: bool,
    creado_en: Moment,
}

impl From<Router> for RouterBody {
    fn from(router: Router) -> Self {
        Self {
            id: router.id.to_string(),
            empresa_id: router.company.to_string(),
            nombre: router.name.as_str().to_owned(),
            host: router.endpoint.host.as_str().to_owned(),
            puerto: router.endpoint.port.get(),
            ubicacion: router.location.map(|location| location.as_str().to_owned()),
            notas: router.notes.map(|notes| notes.as_str().to_owned()),
            activo: router.active,
            creado_en: router.created_at.into(),
        }
    }
}

/// A router after it was activated or deactivated.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SwitchedRouter)]
pub(crate) struct SwitchedBody {
    message: &'static str,
    router_id: String,
    activo: bool,
}

impl SwitchedBody {
    fn new(router: &RouterId, activo: bool) -> Self {
        let message = if activo { "Router activado correctamente" } else { "Router desactivado correctamente" };
        Self { message, router_id: router.to_string(), activo }
    }
}

/// The error for a router that the company does not have.
fn router_not_found() -> ApiError {
    ApiError::not_found("router_not_found", "Router no encontrado o no pertenece a la empresa")
}

/// The error for a router that another request changed at the same time.
fn router_changed() -> ApiError {
    ApiError::conflict("router_changed", "El router fue modificado al mismo tiempo. Intente nuevamente.")
}

/// The error for a change that must not use the stored password of the router.
fn password_required() -> ApiError {
    let sentence = "Para este cambio hay que indicar también la contraseña del router";
    ApiError::bad_request("password_required", sentence)
}

/// The password, unless it is the placeholder that a panel received and sent back.
fn unless_shown(password: Option<Secret>) -> Option<Secret> {
    password.filter(|password| password.expose() != HIDDEN)
}

/// A port of a router's API.
fn parse_port(port: i64) -> Result<Port, Fault> {
    Port::new(port).ok_or(Fault::range(1, 65_535))
}

/// The company id and the router id in a path. A text that is no id is not found, like an unknown id.
fn parse_path((company, router): &(String, String)) -> ApiResult<(CompanyId, RouterId)> {
    CompanyId::parse(company).zip(RouterId::parse(router)).ok_or_else(router_not_found)
}

impl From<AccessError> for ApiError {
    fn from(error: AccessError) -> Self {
        match error {
            AccessError::NotFound => router_not_found(),
            AccessError::CompanyInactive(inactive) => inactive.into(),
            AccessError::Vault(error) => Self::internal(error),
            AccessError::Storage(error) => error.into(),
        }
    }
}
