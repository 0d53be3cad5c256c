use actix_web::{
    HttpRequest,
    web::{Data, Json},
};
use portero_application::Application;

use super::{
    configure_credentials,
    credentials::{Body, Request},
};
use crate::api::{
    auth::ActiveCompanyAdmin,
    body::JsonBody,
    error::{ApiResult, ErrorBody},
};

/// Stores the settings of the company's Mercado Pago account, and of its notices, beside its other settings
#[utoipa::path(
    post,
    path = "/api/v1/admin/mi-empresa/configurar-credenciales",
    operation_id = "configure_my_credentials",
    tag = "My company",
    request_body = Request,
    responses(
        (status = 200, description = "What is stored after the change", body = Body),
        (status = 400, description = "Mercado Pago rejects the access token. Nothing changed", body = ErrorBody),
        (status = 404, description = "The company does not exist any more", body = ErrorBody),
        (status = 503, description = "Mercado Pago or the database does not respond. Nothing changed", body = ErrorBody),
    ),
    security(("session" = [])),
)]
pub(crate) async fn handle(
    request: HttpRequest,
    admin: ActiveCompanyAdmin,
    body: JsonBody<Request>,
    app: Data<Application>,
) -> ApiResult<Json<Body>> {
    configure_credentials::handle(request, admin, body, app).await
}
