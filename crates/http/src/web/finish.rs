//! The last step of every response: the request id, the security headers and a response for panics.

use std::{fmt, panic::AssertUnwindSafe};

use actix_web::{
    Error, HttpMessage, HttpResponse,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    error::InternalError,
    http::{
        StatusCode,
        header::{self, HeaderMap, HeaderName, HeaderValue},
    },
    middleware::Next,
};
use futures_util::FutureExt;
use tracing_actix_web::RequestId;

use super::{caller, security_headers};

/// The header that names a request, in every response.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Why a request has no proper response.
#[derive(Clone, Copy, Debug)]
pub enum Fault<'a> {
    /// The surface or the framework returned this error.
    Error(&'a Error),
    /// The framework chose this status and wrote no body for a caller.
    Status(StatusCode),
    /// The handler panicked. The panic hook has logged the message.
    Panic,
}

/// Writes a surface's response to a fault, for the request of this id. It logs the cause of a fault of the server.
pub type Refuse = fn(Fault<'_>, &str) -> HttpResponse;

/// Finishes a response. Errors of the framework and panics become responses of the surface. Without a response to a
/// panic, the connection would close, with all other requests on it.
///
/// A response that already has a request id was finished by a surface further inside. It stays as it is.
pub async fn finish<B: MessageBody + 'static>(
    refuse: Refuse,
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let https = caller::is_https(request.request());
    let id = request.extensions().get::<RequestId>().map(ToString::to_string).unwrap_or_default();
    // The framework's router demands the only handle of the request. So none is left to build a `ServiceResponse` with
    // when no response was returned. The framework then makes the response of the error alone.
    let unanswered = |fault| {
        let mut response = refuse(fault, &id);
        add_headers(response.headers_mut(), &id, https);
        InternalError::from_response(Finished, response).into()
    };
    let outcome = AssertUnwindSafe(async move { next.call(request).await }).catch_unwind().await;
    let response = match outcome {
        Ok(Ok(response)) if response.headers().contains_key(REQUEST_ID) => return Ok(response.map_into_boxed_body()),
        Ok(Ok(response)) => response,
        Ok(Err(error)) if error.as_error::<InternalError<Finished>>().is_some() => return Err(error),
        Ok(Err(error)) => return Err(unanswered(Fault::Error(&error))),
        Err(_) => return Err(unanswered(Fault::Panic)),
    };
    let mut response = shape(response, |fault| refuse(fault, &id));
    add_headers(response.headers_mut(), &id, https);
    Ok(response)
}

/// The error of a request whose response is finished already.
#[derive(Debug)]
struct Finished;

impl fmt::Display for Finished {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the request has a response")
    }
}

fn add_headers(headers: &mut HeaderMap, id: &str, https: bool) {
    // A response may hold a key or a token, and its data changes.
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    security_headers::add(headers, https);
    if let Ok(value) = HeaderValue::try_from(id) {
        headers.insert(REQUEST_ID, value);
    }
}

fn shape<B: MessageBody + 'static>(
    response: ServiceResponse<B>,
    refuse: impl Fn(Fault<'_>) -> HttpResponse,
) -> ServiceResponse<BoxBody> {
    let status = response.status();
    if !status.is_client_error() && !status.is_server_error() {
        return response.map_into_boxed_body();
    }
    let shaped = match response.response().error() {
        Some(error) => refuse(Fault::Error(error)),
        None if has_body_for_callers(response.headers()) => return response.map_into_boxed_body(),
        None => refuse(Fault::Status(status)),
    };
    // The other headers stay, such as those of CORS.
    let (request, old) = response.into_parts();
    let mut headers = old.headers().clone();
    headers.remove(header::CONTENT_LENGTH);
    for (name, value) in shaped.headers() {
        headers.insert(name.clone(), value.clone());
    }
    let mut response = ServiceResponse::new(request, shaped);
    *response.headers_mut() = headers;
    response
}

/// Whether a handler wrote this error response itself. The framework writes plain text or nothing.
fn has_body_for_callers(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    kind.is_some_and(|kind| !kind.starts_with("text/plain"))
}

#[cfg(test)]
mod tests {
    use actix_web::{
        App,
        body::to_bytes,
        http::header::ContentType,
        middleware::from_fn,
        test::{self, TestRequest},
        web,
    };

    use super::*;

    fn api(_: Fault<'_>, _: &str) -> HttpResponse {
        HttpResponse::InternalServerError().content_type(ContentType::json()).body("{}")
    }

    fn pages(fault: Fault<'_>, _: &str) -> HttpResponse {
        let status = if let Fault::Status(status) = fault { status } else { StatusCode::INTERNAL_SERVER_ERROR };
        HttpResponse::build(status).content_type(ContentType::html()).body("<p>")
    }

    async fn panics() -> &'static str {
        panic!("a panic of a handler")
    }

    #[actix_web::test]
    async fn each_surface_writes_its_own_errors_and_panics_too() {
        let inner = web::scope("/pages")
            .route("/panics", web::get().to(panics))
            .wrap(from_fn(|request, next| finish(pages, request, next)));
        let app = App::new()
            .service(inner)
            .route("/panics", web::get().to(panics))
            .wrap(from_fn(|request, next| finish(api, request, next)));
        let service = test::init_service(app).await;
        for (path, status, body) in
            [("/pages/panics", 500, "<p>"), ("/pages/none", 404, "<p>"), ("/panics", 500, "{}"), ("/none", 500, "{}")]
        {
            let response = match test::try_call_service(&service, TestRequest::get().uri(path).to_request()).await {
                Ok(response) => response.into_parts().1,
                Err(error) => error.as_response_error().error_response(),
            };
            assert_eq!(
                (response.status().as_u16(), response.headers().contains_key(REQUEST_ID)),
                (status, true),
                "{path}"
            );
            assert_eq!(to_bytes(response.into_body()).await.unwrap_or_default(), body, "{path}");
        }
    }
}
