use actix_web::{
    HttpRequest,
    web::{Data, Json},
};
use portero_application::Application;
use portero_domain::company::Company;
use serde::Serialize;
use utoipa::ToSchema;

use super::MyCompanyBody;
use crate::api::{
    auth::ActiveCompanyAdmin,
    body::JsonBody,
    companies::{self, CompanyChanges},
    error::{ApiResult, ErrorBody},
};

/// The caller's company after the change.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = EditedMyCompany)]
pub(crate) struct Body {
    #[schema(value_type = String)]
    message: &'static str,
    empresa: MyCompanyBody,
}

impl From<Company> for Body {
    fn from(company: Company) -> Self {
        Self { message: "Información de la empresa actualizada correctamente", empresa: company.into() }
    }
}

/// Edits the caller's company
#[utoipa::path(
    put,
    path = "/api/v1/admin/mi-empresa",
    operation_id = "edit_my_company",
    tag = "My company",
    request_body = CompanyChanges,
    responses(
        (status = 200, description = "The company after the change", body = Body),
        (status = 400, description = "Mercado Pago rejects the access token. Nothing changed", body = ErrorBody),
        (status = 404, description = "The company does not exist any more", body = ErrorBody),
        (status = 503, description = "Mercado Pago or the database does not respond. Nothing changed", body = ErrorBody),
    ),
    security(("session" = [])),
)]
pub(crate) async fn handle(
    request: HttpRequest,
    ActiveCompanyAdmin(mandate): ActiveCompanyAdmin,
    body: JsonBody<CompanyChanges>,
    app: Data<Application>,
) -> ApiResult<Json<Body>> {
    let (edit, secrets) = body.read()?.parse()?;
    Ok(Json(companies::edit(&request, &app, mandate, edit, secrets).await?.into()))
}
