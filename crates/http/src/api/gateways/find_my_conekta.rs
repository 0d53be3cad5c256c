use actix_web::web::{Data, Json};
use portero_application::Application;

use super::{SHOWN, conekta::Body};
use crate::api::{
    auth::CompanyAdmin,
    companies::company_not_found,
    error::{ApiResult, ErrorBody},
};

/// Shows the settings of the company's Conekta account
#[utoipa::path(
    get,
    path = "/api/v1/admin/mi-empresa/conekta",
    operation_id = "find_my_conekta",
    tag = "My company",
    responses(
        (status = 200, description = "The settings", body = Body),
        (status = 404, description = "The company does not exist any more", body = ErrorBody),
    ),
    security(("session" = [])),
)]
pub(crate) async fn handle(CompanyAdmin { company }: CompanyAdmin, app: Data<Application>) -> ApiResult<Json<Body>> {
    let company = app.companies.find.execute(company).await?.ok_or_else(company_not_found)?;
    Ok(Json(Body::new(SHOWN, &company, app.public_base_url.as_ref())))
}
