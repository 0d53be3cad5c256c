use actix_web::{
    HttpRequest,
    web::{Data, Json, Path},
};
use portero_application::{Application, Mandate};
use portero_domain::ids::CompanyId;

use super::{CompanyBody, CompanyChanges, changes, company_not_found};
use crate::api::{
    auth::SuperAdmin,
    body::JsonBody,
    error::{ApiResult, ErrorBody},
};

/// Edits a company
#[utoipa::path(
    put,
    path = "/admin/empresas/{empresa_id}",
    operation_id = "edit_company",
    tag = "Companies",
    params(("empresa_id" = String, Path, description = "The company", example = "EMP_3A9F1C0B2D")),
    request_body = CompanyChanges,
    responses(
        (status = 200, description = "The company after the change", body = CompanyBody),
        (status = 400, description = "Mercado Pago rejects the access token. Nothing changed", body = ErrorBody),
        (status = 404, description = "The company does not exist", body = ErrorBody),
        (status = 503, description = "Mercado Pago or the database does not respond. Nothing changed", body = ErrorBody),
    ),
    security(("session" = [])),
)]
pub(crate) async fn handle(
    request: HttpRequest,
    _: SuperAdmin,
    path: Path<String>,
    body: JsonBody<CompanyChanges>,
    app: Data<Application>,
) -> ApiResult<Json<CompanyBody>> {
    let (edit, secrets) = body.read()?.parse()?;
    let company = CompanyId::parse(&path).ok_or_else(company_not_found)?;
    Ok(Json(changes::edit(&request, &app, Mandate::of_super_admin(company), edit, secrets).await?.into()))
}
