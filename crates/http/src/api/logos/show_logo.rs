use actix_web::{
    HttpRequest, HttpResponse,
    http::{StatusCode, header},
    web::{Data, Path},
};
use portero_application::Application;
use portero_domain::logo::LogoFile;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{RefOr, Schema},
};

use crate::{
    api::error::{ApiError, ApiResult, ErrorBody},
    web::limits,
};

/// A new logo has another name, so a file never changes.
const FOR_GOOD: &str = "public, max-age=31536000, immutable";

/// The bytes of an image.
pub(crate) struct Image;

impl PartialSchema for Image {
    fn schema() -> RefOr<Schema> {
        super::image().build().into()
    }
}

impl ToSchema for Image {}

/// Shows a company's logo, to anyone
#[utoipa::path(
    get,
    path = "/static/logos/{file}",
    operation_id = "show_logo",
    tag = "Portal",
    params(("file" = String, Path, description = "The last part of a `logo_url`",
        example = "logo_EMP_3A9F1C0B2D_a1b2c3.png")),
    responses(
        (status = 200, description = "The image", content((Image = "image/png"), (Image = "image/jpeg"), (Image = "image/webp"))),
        (status = 404, description = "The file does not exist, or the company has another logo now", body = ErrorBody),
        (status = 429, description = "Too many requests. Retry after `Retry-After` seconds", body = ErrorBody),
        (status = 503, description = "The database does not respond, or is busy. Retry after `Retry-After` seconds",
            body = ErrorBody),
    ),
)]
pub(crate) async fn handle(
    request: HttpRequest,
    path: Path<String>,
    app: Data<Application>,
) -> ApiResult<HttpResponse> {
    limits::file(&request)?;
    let not_found = || ApiError::of_status(StatusCode::NOT_FOUND);
    let file = LogoFile::parse(&path).ok_or_else(not_found)?;
    let logo = app.companies.find_logo.execute(file).await?.ok_or_else(not_found)?;
    Ok(HttpResponse::Ok()
        .content_type(logo.kind().media_type())
        .insert_header((header::CACHE_CONTROL, FOR_GOOD))
        .body(logo.into_content()))
}
