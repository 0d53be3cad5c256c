use actix_web::web::{Data, Json};
use portero_application::Application;

use super::conekta::{Body, Request};
use crate::api::{
    auth::ActiveCompanyAdmin,
    body::JsonBody,
    error::{ApiResult, ErrorBody},
};

/// Stores the settings of the company's Conekta account, under the path of older panels
#[utoipa::path(
    put,
    path = "/api/v1/admin/mi-empresa/conekta-config",
    operation_id = "edit_my_conekta",
    tag = "My company",
    request_body = Request,
    responses(
        (status = 200, description = "The settings after the change", body = Body),
        (status = 404, description = "The company does not exist any more", body = ErrorBody),
    ),
    security(("session" = [])),
)]
pub(crate) async fn handle(
    ActiveCompanyAdmin(mandate): ActiveCompanyAdmin,
    body: JsonBody<Request>,
    app: Data<Application>,
) -> ApiResult<Json<Body>> {
    let (edit, secrets) = body.read()?.parse()?;
    let company = app.companies.edit.execute(mandate, edit, secrets).await?;
    let message = "Configuración de Conekta actualizada";
    Ok(Json(Body::new(message, &company, app.public_base_url.as_ref())))
}
