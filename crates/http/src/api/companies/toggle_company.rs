use actix_web::web::{Data, Json, Path};
use portero_application::{Activation, Application};
use portero_domain::ids::CompanyId;

use super::{SwitchedBody, company_not_found};
use crate::api::{
    auth::SuperAdmin,
    error::{ApiResult, ErrorBody},
};

/// Activates an inactive company, or deactivates an active one
#[utoipa::path(
    put,
    path = "/admin/empresas/{empresa_id}/toggle-activo",
    operation_id = "toggle_company",
    tag = "Companies",
    params(("empresa_id" = String, Path, description = "The company", example = "EMP_3A9F1C0B2D")),
    responses(
        (status = 200, description = "The new state of the company. The keys of an inactive company are rejected",
            body = SwitchedBody),
        (status = 404, description = "The company does not exist", body = ErrorBody),
    ),
    security(("session" = [])),
)]
pub(crate) async fn handle(_: SuperAdmin, path: Path<String>, app: Data<Application>) -> ApiResult<Json<SwitchedBody>> {
    let company = CompanyId::parse(&path).ok_or_else(company_not_found)?;
    let active =
        app.companies.set_active.execute(company.clone(), Activation::Toggle).await?.ok_or_else(company_not_found)?;
    Ok(Json(SwitchedBody::new(&company, active)))
}
