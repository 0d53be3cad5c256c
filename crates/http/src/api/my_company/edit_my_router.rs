use actix_web::{
    HttpRequest,
    web::{Data, Json, Path},
};
use portero_application::{
    Application,
    routers::{AccessError, EditRouterError},
};

use super::{my_router, my_router_not_found};
use crate::{
    api::{
        auth::ActiveCompanyAdmin,
        body::JsonBody,
        error::{ApiResult, ErrorBody},
        routers::changes::{Body, Request},
    },
    web::limits,
};

/// Edits a router of the caller's company
#[utoipa::path(
    put,
    path = "/api/v1/admin/mi-empresa/routers/{router_id}",
    operation_id = "edit_my_router",
    tag = "My company",
    params(("router_id" = String, Path, description = "The router", example = "RTR_A1B2C3D4")),
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
    ActiveCompanyAdmin(mandate): ActiveCompanyAdmin,
    path: Path<String>,
    body: JsonBody<Request>,
    app: Data<Application>,
) -> ApiResult<Json<Body>> {
    let changes = body.read()?.parse()?;
    if changes.try_first {
        limits::dial(&request, &mandate)?;
    }
    let edited = app.routers.edit.execute(mandate, my_router(&path)?, changes).await.map_err(|error| match error {
        EditRouterError::Access(AccessError::NotFound) => my_router_not_found(),
        error => error.into(),
    })?;
    Ok(Json(edited.into()))
}
