use actix_web::{
    HttpRequest,
    web::{Data, Json},
};
use portero_application::Application;

use super::credentials::{Body, Request, mentioned};
use crate::api::{
    auth::ActiveCompanyAdmin,
    body::JsonBody,
    companies,
    error::{ApiResult, ErrorBody},
};

/// Stores the settings of the company's Mercado Pago account, and of its notices
#[utoipa::path(
    post,
    path = "/api/v1/payments/configurar-credenciales",
    operation_id = "configure_credentials",
    tag = "My company",
    request_body = Request,
    responses(
        (status = 200, description = "What is stored after the change", body = Body),
        (status = 400, description = "Mercado Pago rejects the access token. Nothing changed", body = ErrorBody),
        (status = 403, description = "The session has another role, or the company is inactive", body = ErrorBody),
        (status = 404, description = "The company does not exist any more", body = ErrorBody),
        (status = 503, description = "Mercado Pago or the database does not respond. Nothing changed", body = ErrorBody),
    ),
    security(("session" = [])),
)]
pub(crate) async fn handle(
    request: HttpRequest,
    ActiveCompanyAdmin(mandate): ActiveCompanyAdmin,
    body: JsonBody<Request>,
    app: Data<Application>,
) -> ApiResult<Json<Body>> {
    let (edit, secrets) = body.read()?.parse()?;
    let fields = mentioned(&edit, &secrets);
    let company = companies::edit(&request, &app, mandate, edit, secrets).await?;
    Ok(Json(Body::new(fields, company)))
}
