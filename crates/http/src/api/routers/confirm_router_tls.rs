use actix_web::{
    HttpRequest,
    web::{Data, Json, Path},
};
use portero_application::{Application, Mandate};

use super::{
    certificate::{ConfirmedBody, Request},
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

/// Confirms a router's certificate
#[utoipa::path(
    put,
    path = "/admin/empresas/{empresa_id}/routers/{router_id}/tls",
    operation_id = "confirm_router_tls",
    tag = "Routers",
    params(
        ("empresa_id" = String, Path, description = "The company", example = "EMP_3A9F1C0B2D"),
        ("router_id" = String, Path, description = "The router", example = "RTR_A1B2C3D4"),
    ),
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
    _: SuperAdmin,
    path: Path<(String, String)>,
    body: JsonBody<Request>,
    app: Data<Application>,
) -> ApiResult<Json<ConfirmedBody>> {
    let (certificate, password) = body.read()?.parse()?;
    let (company, router) = parse_path(&path)?;
    let mandate = Mandate::of_super_admin(company);
    limits::dial(&request, &mandate)?;
    let router = app.routers.confirm_certificate.execute(mandate, router, certificate, password).await?;
    Ok(Json(ConfirmedBody::new(&router.id, certificate)))
}
