use actix_web::{
    HttpRequest,
    web::{Data, Json, Path},
};
use portero_application::{
    Application,
    routers::{AccessError, ConfirmCertificateError},
};

use super::{my_router, my_router_not_found};
use crate::{
    api::{
        auth::ActiveCompanyAdmin,
        body::JsonBody,
        error::{ApiResult, ErrorBody},
        routers::certificate::{ConfirmedBody, Request},
    },
    web::limits,
};

/// Confirms the certificate of a router of the caller's company
#[utoipa::path(
    put,
    path = "/api/v1/admin/mi-empresa/routers/{router_id}/tls",
    operation_id = "confirm_my_router_tls",
    tag = "My company",
    params(("router_id" = String, Path, description = "The router", example = "RTR_A1B2C3D4")),
    request_body = Request,
    responses(
        (status = 200, description = "The confirmed certificate", body = ConfirmedBody),
        (status = 400, description = "The router does not use TLS or does not respond, or its password is required",
            body = ErrorBody),
        (status = 404, description = "The company has no router with this id", body = ErrorBody),
        (status = 409, description = "The router presents another certificate, or its address changed meanwhile",
            body = ErrorBody),
    ),
    security(("session" = [])),
)]
pub(crate) async fn handle(
    request: HttpRequest,
    ActiveCompanyAdmin(mandate): ActiveCompanyAdmin,
    path: Path<String>,
    body: JsonBody<Request>,
    app: Data<Application>,
) -> ApiResult<Json<ConfirmedBody>> {
    let (certificate, password) = body.read()?.parse()?;
    limits::dial(&request, &mandate)?;
    let confirmed = app.routers.confirm_certificate.execute(mandate, my_router(&path)?, certificate, password).await;
    let router = confirmed.map_err(|error| match error {
        ConfirmCertificateError::Access(AccessError::NotFound) => my_router_not_found(),
        error => error.into(),
    })?;
    Ok(Json(ConfirmedBody::new(&router.id, certificate)))
}
