use actix_web::web::{Data, Json};
use portero_application::Application;

use super::MyCompanyBody;
use crate::api::{
    auth::CompanyAdmin,
    companies::company_not_found,
    error::{ApiResult, ErrorBody},
};

/// Shows the caller's company
#[utoipa::path(
    get,
    path = "/api/v1/admin/mi-empresa",
    operation_id = "find_my_company",
    tag = "My company",
    responses(
        (status = 200, description = "The company", body = MyCompanyBody),
        (status = 404, description = "The company does not exist any more", body = ErrorBody),
    ),
    security(("session" = [])),
)]
pub(crate) async fn handle(
    CompanyAdmin { company }: CompanyAdmin,
    app: Data<Application>,
) -> ApiResult<Json<MyCompanyBody>> {
    let company = app.companies.find.execute(company).await?.ok_or_else(company_not_found)?;
    Ok(Json(company.into()))
}
