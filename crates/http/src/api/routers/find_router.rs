use actix_web::web::{Data, Json, Path};
use portero_application::Application;

use super::{RouterBody, parse_path, router_not_found};
use crate::api::{
    auth::SuperAdmin,
    error::{ApiResult, ErrorBody},
};

/// Shows a router
#[utoipa::path(
    get,
    path = "/admin/empresas/{empresa_id}/routers/{router_id}",
    operation_id = "find_router",
    tag = "Routers",
    params(
        ("empresa_id" = String, Path, description = "The company", example = "EMP_3A9F1C0B2D"),
        ("router_id" = String, Path, description = "The router", example = "RTR_A1B2C3D4"),
    ),
    responses(
        (status = 200, description = "The router", body = RouterBody),
        (status = 404, description = "The company has no router with this id", body = ErrorBody),
    ),
    security(("session" = [])),
)]
pub(crate) async fn handle(
    _: SuperAdmin,
    path: Path<(String, String)>,
    app: Data<Application>,
) -> ApiResult<Json<RouterBody>> {
    let (company, router) = parse_path(&path)?;
    let router = app.routers.find.execute(company, router).await?.ok_or_else(router_not_found)?;
    Ok(Json(router.into()))
}
