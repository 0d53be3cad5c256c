use actix_web::{
    HttpRequest,
    http::StatusCode,
    web::{Data, Json, Path},
};
use portero_application::{
    Application,
    routers::{AccessError, ListProfilesError},
};
use portero_domain::hotspot::Profile;
use serde::Serialize;
use utoipa::ToSchema;

use super::{my_router, my_router_not_found};
use crate::{
    api::{
        auth::ActiveCompanyAdmin,
        error::{ApiError, ApiResult, ErrorBody},
    },
    web::limits,
};

/// A user profile of a router's hotspot, in the format of RouterOS.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = HotspotProfile)]
pub(crate) struct Body {
    /// The id of the profile on the router.
    #[schema(example = "*1")]
    id: String,
    name: String,
    #[schema(required)]
    session_timeout: Option<String>,
    #[schema(required)]
    idle_timeout: Option<String>,
    #[schema(required)]
    keepalive_timeout: Option<String>,
    #[schema(required)]
    status_autorefresh: Option<String>,
    #[schema(required)]
    shared_users: Option<String>,
    #[schema(required)]
    rate_limit: Option<String>,
    #[schema(required)]
    address_list: Option<String>,
    #[schema(required)]
    mac_cookie_timeout: Option<String>,
}

impl From<Profile> for Body {
    fn from(profile: Profile) -> Self {
        Self {
            id: profile.id.to_string(),
            name: profile.name.to_string(),
            session_timeout: profile.session_timeout,
            idle_timeout: profile.idle_timeout,
            keepalive_timeout: profile.keepalive_timeout,
            status_autorefresh: profile.status_autorefresh,
            shared_users: profile.shared_users,
            rate_limit: profile.rate_limit,
            address_list: profile.address_list,
            mac_cookie_timeout: profile.mac_cookie_timeout,
        }
    }
}

/// Lists the user profiles of a router of the caller's company
#[utoipa::path(
    get,
    path = "/api/v1/admin/routers/{router_id}/mikrotik-profiles",
    operation_id = "list_my_router_profiles",
    tag = "My company",
    params(("router_id" = String, Path, description = "The router, which must be active", example = "RTR_A1B2C3D4")),
    responses(
        (status = 200, description = "The profiles, in the order of the router", body = Vec<Body>),
        (status = 400, description = "The router is inactive, or does not respond", body = ErrorBody),
        (status = 404, description = "The company has no router with this id", body = ErrorBody),
    ),
    security(("session" = [])),
)]
pub(crate) async fn handle(
    request: HttpRequest,
    ActiveCompanyAdmin(mandate): ActiveCompanyAdmin,
    path: Path<String>,
    app: Data<Application>,
) -> ApiResult<Json<Vec<Body>>> {
    limits::dial(&request, &mandate)?;
    let profiles = app.routers.list_profiles.execute(mandate, my_router(&path)?).await?;
    Ok(Json(profiles.into_iter().map(Body::from).collect()))
}

impl From<ListProfilesError> for ApiError {
    fn from(error: ListProfilesError) -> Self {
        match error {
            ListProfilesError::Access(AccessError::NotFound) => my_router_not_found(),
            ListProfilesError::Access(AccessError::Vault(error)) => {
                let sentence = "Error al conectar con el router MikroTik: error interno del servidor.";
                Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal_error", sentence).caused_by(error)
            }
            ListProfilesError::Access(error) => error.into(),
            // The contract has a 400 with its own sentence for this endpoint. Other endpoints return 403.
            ListProfilesError::Inactive(_) => {
                Self::bad_request("router_inactive", "El router está inactivo. Actívalo primero desde el panel.")
            }
            ListProfilesError::Hotspot(error) => error.into(),
        }
    }
}
