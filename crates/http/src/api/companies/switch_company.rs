use actix_web::web::{Data, Json, Path};
use portero_application::Application;
use portero_domain::ids::CompanyId;

use super::{SwitchedBody, company_not_found};
use crate::api::{
    auth::SuperAdmin,
    body::JsonBody,
    error::{ApiResult, ErrorBody},
    switch::SwitchRequest,
};

/// Activates or deactivates a company
#[utoipa::path(
    put,
    path = "/admin/empresas/{empresa_id}/activo",
    operation_id = "switch_company",
    tag = "Companies",
    params(("empresa_id" = String, Path, description = "The company", example = "EMP_3A9F1C0B2D")),
    request_body = SwitchRequest,
    responses(
        (status = 200, description = "The new state of the company. The keys of an inactive company are rejected",
            body = SwitchedBody),
        (status = 404, description = "The company does not exist", body = ErrorBody),
    ),
    security(("session" = [])),
)]
pub(crate) async fn handle(
    _: SuperAdmin,
    path: Path<String>,
    body: JsonBody<SwitchRequest>,
    app: Data<Application>,
) -> ApiResult<Json<SwitchedBody>> {
    let switch = body.read()?.parse()?;
    let company = CompanyId::parse(&path).ok_or_else(company_not_found)?;
    let active = app.companies.set_active.execute(company.clone(), switch).await?.ok_or_else(company_not_found)?;
    Ok(Json(SwitchedBody::new(&company, active)))
}
