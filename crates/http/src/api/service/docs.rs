//! The OpenAPI document and a page that shows it. The program contains all files of the page.

use std::sync::{Arc, LazyLock};

use actix_web::{
    HttpResponse, Responder,
    http::{StatusCode, header},
    web::{Json, Path, Redirect},
};
use utoipa::openapi::OpenApi;
use utoipa_swagger_ui::{Config, serve};

use crate::api::{
    error::{ApiError, ApiResult},
    openapi,
};

static DOCUMENT: LazyLock<OpenApi> = LazyLock::new(openapi::document);
/// The page does not show the badge of a validator on the internet.
static PAGE: LazyLock<Arc<Config<'static>>> =
    LazyLock::new(|| Arc::new(Config::from("/openapi.json").validator_url("none")));

/// The page loads its own parts and asks its own server. Its styles draw symbols from `data:` addresses.
const OWN_PARTS: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
                         base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The document.
pub(crate) async fn document() -> Json<&'static OpenApi> {
    Json(&DOCUMENT)
}

/// The page is a folder, because it names its files by relative paths.
pub(crate) async fn folder() -> impl Responder {
    Redirect::to("/docs/")
}

/// The page and its files.
pub(crate) async fn page(path: Path<String>) -> ApiResult<HttpResponse> {
    match serve(&path, Arc::clone(&PAGE)) {
        Ok(Some(file)) => Ok(HttpResponse::Ok()
            .content_type(file.content_type)
            .insert_header((header::CONTENT_SECURITY_POLICY, OWN_PARTS))
            .body(file.bytes.into_owned())),
        Ok(None) => Err(ApiError::of_status(StatusCode::NOT_FOUND)),
        Err(error) => Err(ApiError::internal(error.to_string())),
    }
}
