use actix_web::web::{Data, Json};
use portero_application::{Application, companies::SetLogoError};
use portero_domain::logo::Logo;
use serde::Serialize;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, Schema},
};

use crate::api::{
    auth::ActiveCompanyAdmin,
    companies::company_not_found,
    error::{ApiError, ApiResult, ErrorBody},
    form::Form,
};

/// The name of the field with the file.
const FIELD: &str = "file";

/// The form with the logo.
pub(crate) struct LogoForm;

impl PartialSchema for LogoForm {
    fn schema() -> RefOr<Schema> {
        let file = super::image()
            .description(Some("PNG, JPEG or WebP. At most 1 MiB, and at most 4,096 pixels wide and high."));
        ObjectBuilder::new().property(FIELD, file).required(FIELD).build().into()
    }
}

impl ToSchema for LogoForm {}

/// The new logo.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = NewLogo)]
pub(crate) struct Body {
    #[schema(value_type = String)]
    message: &'static str,
    /// The path of the logo. Anyone may read the logo there.
    logo_url: String,
}

/// Stores the company's logo, in place of the one before
#[utoipa::path(
    post,
    path = "/api/v1/admin/mi-empresa/logo",
    operation_id = "set_my_logo",
    tag = "My company",
    request_body(content = LogoForm, content_type = "multipart/form-data"),
    responses(
        (status = 200, description = "The logo is stored", body = Body),
        (status = 400, description = "The file is no PNG, JPEG or WebP of an accepted size, or the form is malformed",
            body = ErrorBody),
        (status = 404, description = "The company does not exist any more", body = ErrorBody),
        (status = 408, description = "The body did not arrive in time", body = ErrorBody),
        (status = 415, description = "The body is not `multipart/form-data`, or it is compressed", body = ErrorBody),
        (status = 422, description = "The form has no field `file`", body = ErrorBody),
    ),
    security(("session" = [])),
)]
pub(crate) async fn handle(
    ActiveCompanyAdmin(mandate): ActiveCompanyAdmin,
    form: Form,
    app: Data<Application>,
) -> ApiResult<Json<Body>> {
    let content = form.file(FIELD, Logo::MAX_BYTES, not_a_logo).await?;
    let logo = Logo::parse(content).map_err(|_| not_a_logo())?;
    let file = app.companies.set_logo.execute(mandate, logo).await?;
    Ok(Json(Body { message: "Logo actualizado correctamente", logo_url: file.link().as_str().to_owned() }))
}

fn not_a_logo() -> ApiError {
    ApiError::bad_request("image_not_allowed", "Formato de imagen no permitido")
}

impl From<SetLogoError> for ApiError {
    fn from(error: SetLogoError) -> Self {
        match error {
            SetLogoError::NotFound => company_not_found(),
            SetLogoError::CompanyInactive(inactive) => inactive.into(),
            SetLogoError::Storage(error) => error.into(),
        }
    }
}
