use actix_web::{
    HttpRequest,
    web::{Data, Json, Path},
};
use portero_application::{Application, routers::AccessError};

use super::{my_router, my_router_not_found};
use crate::{
    api::{
        auth::ActiveCompanyAdmin,
        error::{ApiResult, ErrorBody},
        routers::certificate::Body,
    },
    web::limits,
};

/// Shows the confirmed and the presented certificate of a router of the caller's company
#[utoipa::path(
    get,
    path = "/api/v1/admin/mi-empresa/routers/{router_id}/tls",
    operation_id = "find_my_router_tls",
    tag = "My company",
    params(("router_id" = String, Path, description = "The router", example = "RTR_A1B2C3D4")),
    responses(
        (status = 200, description = "The confirmed certificate and the presented one. The router may present none",
            body = Body),
        (status = 404, description = "The company has no router with this id", body = ErrorBody),
    ),
    security(("session" = [])),
)]
pub(crate) async fn handle(
    request: HttpRequest,
    ActiveCompanyAdmin(mandate): ActiveCompanyAdmin,
    path: Path<String>,
    app: Data<Application>,
) -> ApiResult<Json<Body>> {
    limits::dial(&request, &mandate)?;
    let inspected =
        app.routers.inspect_certificate.execute(mandate, my_router(&path)?).await.map_err(|error| match error {
            AccessError::NotFound => my_router_not_found(),
            error => error.into(),
        })?;
    Ok(Json(inspected.into()))
}
