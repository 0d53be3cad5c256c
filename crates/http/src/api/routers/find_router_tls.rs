use actix_web::{
    HttpRequest,
    web::{Data, Json, Path},
};
use portero_application::{Application, Mandate};

use super::{certificate::Body, parse_path};
use crate::{
    api::{
        auth::SuperAdmin,
        error::{ApiResult, ErrorBody},
    },
    web::limits,
};

/// Shows the confirmed and the presented certificate of a router
#[utoipa::path(
    get,
    path = "/admin/empresas/{empresa_id}/routers/{router_id}/tls",
    operation_id = "find_router_tls",
    tag = "Routers",
    params(
        ("empresa_id" = String, Path, description = "The company", example = "EMP_3A9F1C0B2D"),
        ("router_id" = String, Path, description = "The router", example = "RTR_A1B2C3D4"),
    ),
    responses(
        (status = 200, description = "The confirmed certificate and the presented one. The router may present none",
            body = Body),
        (status = 404, description = "The company has no router with this id", body = ErrorBody),
    ),
    security(("session" = [])),
)]
pub(crate) async fn handle(
    request: HttpRequest,
    _: SuperAdmin,
    path: Path<(String, String)>,
    app: Data<Application>,
) -> ApiResult<Json<Body>> {
    let (company, router) = parse_path(&path)?;
    let mandate = Mandate::of_super_admin(company);
    limits::dial(&request, &mandate)?;
    Ok(Json(app.routers.inspect_certificate.execute(mandate, router).await?.into()))
}
