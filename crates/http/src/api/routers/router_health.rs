use actix_web::web::{Data, Json, Path};
use portero_application::Application;

use super::{health::RouterHealthBody, parse_path, router_not_found};
use crate::api::{
    auth::SuperAdmin,
    error::{ApiResult, ErrorBody},
};

/// Shows the state of a router
#[utoipa::path(
    get,
    path = "/admin/empresas/{empresa_id}/routers/{router_id}/salud",
    operation_id = "router_health",
    tag = "Routers",
    params(
        ("empresa_id" = String, Path, description = "The company", example = "EMP_3A9F1C0B2D"),
        ("router_id" = String, Path, description = "The router", example = "RTR_A1B2C3D4"),
    ),
    responses(
        (status = 200, description = "The state of the router and its last changes", body = RouterHealthBody),
        (status = 404, description = "The company has no router with this id", body = ErrorBody),
    ),
    security(("session" = [])),
)]
pub(crate) async fn handle(
    _: SuperAdmin,
    path: Path<(String, String)>,
    app: Data<Application>,
) -> ApiResult<Json<RouterHealthBody>> {
    let (company, router) = parse_path(&path)?;
    let health = app.health.of_router.execute(company, router).await?.ok_or_else(router_not_found)?;
    Ok(Json(health.into()))
}
