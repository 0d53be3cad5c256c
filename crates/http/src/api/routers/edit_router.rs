use actix_web::{
    HttpRequest,
    web::{Data, Json, Path},
};
use portero_application::{Application, Mandate};

use super::{
    changes::{Body, Request},
    parse_path,
};
use crate::{
    api::{
        auth::SuperAdmin,
        body::JsonBody,
        error::{ApiResult, ErrorBody},
    },
    web::limits,
};

/// Edits a router
#[utoipa::path(
    put,
    path = "/admin/empresas/{empresa_id}/routers/{router_id}",
    operation_id = "edit_router",
    tag = "Routers",
    params(
        ("empresa_id" = String, Path, description = "The company", example = "EMP_3A9F1C0B2D"),
        ("router_id" = String, Path, description = "The router", example = "RTR_A1B2C3D4"),
    ),
    request_body = Request,
    responses(
        (status = 200, description = "The router after the change", body = Body),
        (status = 400, description = "Portero could not log in to the router with the new data. Nothing changed",
            body = ErrorBody),
        (status = 404, description = "The company has no router with this id", body = ErrorBody),
        (status = 409, description = "Another request changed the router during the test", body = ErrorBody),
    ),
    security(("session" = [])),
)]
pub(crate) async fn handle(
    request: HttpRequest,
    _: SuperAdmin,
    path: Path<(String, String)>,
    body: JsonBody<Request>,
    app: Data<Application>,
) -> ApiResult<Json<Body>> {
    let changes = body.read()?.parse()?;
    let (company, router) = parse_path(&path)?;
    let mandate = Mandate::of_super_admin(company);
    if changes.try_first {
        limits::dial(&request, &mandate)?;
    }
    Ok(Json(app.routers.edit.execute(mandate, router, changes).await?.into()))
}
