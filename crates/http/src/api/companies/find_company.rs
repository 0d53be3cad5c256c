use actix_web::web::{Data, Json, Path};
use portero_application::Application;
use portero_domain::ids::CompanyId;

use super::{CompanyBody, company_not_found};
use crate::api::{
    auth::SuperAdmin,
    error::{ApiResult, ErrorBody},
};

/// Shows a company
#[utoipa::path(
    get,
    path = "/admin/empresas/{empresa_id}",
    operation_id = "find_company",
    tag = "Companies",
    params(("empresa_id" = String, Path, description = "The company", example = "EMP_3A9F1C0B2D")),
    responses(
        (status = 200, description = "The company", body = CompanyBody),
        (status = 404, description = "The company does not exist", body = ErrorBody),
    ),
    security(("session" = [])),
)]
pub(crate) async fn handle(_: SuperAdmin, path: Path<String>, app: Data<Application>) -> ApiResult<Json<CompanyBody>> {
    let company = CompanyId::parse(&path).ok_or_else(company_not_found)?;
    let company = app.companies.find.execute(company).await?.ok_or_else(company_not_found)?;
    Ok(Json(company.into()))
}
