use actix_web::web::{Data, Json, Path};
use portero_application::{Activation, Application};

use super::{SwitchedBody, parse_path, router_not_found};
use crate::api::{
    auth::SuperAdmin,
    error::{ApiResult, ErrorBody},
};

/// Activates an inactive router, or deactivates an active one
#[utoipa::path(
    put,
    path = "/admin/empresas/{empresa_id}/routers/{router_id}/toggle-activo",
    operation_id = "toggle_router",
    tag = "Routers",
    params(
        ("empresa_id" = String, Path, description = "The company", example = "EMP_3A9F1C0B2D"),
        ("router_id" = String, Path, description = "The router", example = "RTR_A1B2C3D4"),
    ),
    responses(
        (status = 200, description = "The new state of the router", body = SwitchedBody),
        (status = 404, description = "The company has no router with this id", body = ErrorBody),
    ),
    security(("session" = [])),
)]
pub(crate) async fn handle(
    _: SuperAdmin,
    path: Path<(String, String)>,
    app: Data<Application>,
) -> ApiResult<Json<SwitchedBody>> {
    let (company, router) = parse_path(&path)?;
    let active = app
        .routers
        .set_active
        .execute(company, router.clone(), Activation::Toggle)
        .await?
        .ok_or_else(router_not_found)?;
    Ok(Json(SwitchedBody::new(&router, active)))
}
