use actix_cors::Cors;
use actix_web::http::header::{self, HeaderName};

use super::{Options, finish, limits};

/// The answers to browsers' cross-origin checks. Pages may read the shared response headers and those of `exposed`.
pub(crate) fn cors(options: &Options, exposed: impl IntoIterator<Item = HeaderName>) -> Cors {
    let cors = Cors::default()
        .allow_any_method()
        .allow_any_header()
        .expose_headers([header::LINK, header::LOCATION, header::RETRY_AFTER, finish::REQUEST_ID])
        .expose_headers([limits::LIMIT, limits::REMAINING, limits::RESET])
        .expose_headers(exposed)
        .max_age(3_600);
    match options.cors_origins.as_slice() {
        [any] if any == "*" => cors.allow_any_origin(),
        origins => origins.iter().fold(cors.supports_credentials(), |cors, origin| cors.allowed_origin(origin)),
    }
}
