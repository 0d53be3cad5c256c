use actix_web::web::{Data, Json};
use portero_application::{Application, hotspot::RouterValidity};
use serde::Serialize;
use utoipa::ToSchema;

use super::{OFFLINE, PortalState};
use crate::api::{auth::Portal, error::ApiResult, hotspot_error};

/// Whether the portal's router can serve guests.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RouterValidity)]
pub(crate) struct Body {
    estado: PortalState,
    #[schema(value_type = String)]
    message: &'static str,
    /// Whether the router responded.
    conexion_ok: bool,
    /// The error of the router, if the router failed.
    #[schema(required)]
    error_detalle: Option<String>,
}

impl From<RouterValidity> for Body {
    fn from(validity: RouterValidity) -> Self {
        let (estado, message, error) = match validity {
            RouterValidity::Online => (PortalState::Active, "Router en línea y responde correctamente", None),
            RouterValidity::Inactive => (PortalState::RouterInactive, "El router está inactivo", None),
            RouterValidity::Offline(error) => (PortalState::RouterInactive, OFFLINE, Some(error)),
        };
        let error_detalle = error.as_ref().map(|error| hotspot_error::reason(error).into_owned());
        Self { estado, message, conexion_ok: estado == PortalState::Active, error_detalle }
    }
}

/// Checks whether the portal's router can serve guests, within 5 seconds
#[utoipa::path(
    post,
    path = "/api/v1/routers/validar-empresa-router",
    operation_id = "validate_router",
    tag = "Portal",
    responses((status = 200, description = "Whether the router can serve guests", body = Body)),
    security(("router_api_key" = [])),
)]
pub(crate) async fn handle(Portal(admission): Portal, app: Data<Application>) -> ApiResult<Json<Body>> {
    Ok(Json(app.hotspot.validate_router.execute(admission).await?.into()))
}
