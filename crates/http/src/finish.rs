//! The last hand on every response: its request id, the agreed shape of errors, and the log's line about a fault.

use std::{
    future::{Future, poll_fn},
    panic::{AssertUnwindSafe, catch_unwind},
    pin::pin,
    task::Poll,
};

use actix_web::{
    Error, HttpMessage, HttpResponse, ResponseError,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::header::{self, HeaderName, HeaderValue},
    middleware::Next,
};
use tracing_actix_web::RequestId;

use crate::error::ApiError;

/// The header that names a request, in every response.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Finishes a response. An error that the framework made itself is given the agreed shape, and so is a panic: without an
/// answer the connection would break off, and other requests on it with it.
pub async fn finish<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let id = request.extensions().get::<RequestId>().map(ToString::to_string).unwrap_or_default();
    // The router demands the only handle of the request, so without a response there is none left to answer with: the
    // framework then makes the response of the error alone.
    let response = match survive(async move { next.call(request).await }).await {
        Ok(Ok(response)) => response,
        Ok(Err(error)) => {
            let status = error.as_response_error().status_code();
            return Err(unanswered(ApiError::of_status(status).caused_by(error.to_string()), &id));
        }
        Err(Panicked) => return Err(unanswered(ApiError::internal("the request's handler panicked"), &id)),
    };
    let mut response = shape(response, &id);
    if is_json(response.response()) {
        // An answer may hold a key or a token, and is true at its moment only.
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    // What tenants wrote is never to be taken for a page.
    response.headers_mut().insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if let Ok(value) = HeaderValue::try_from(id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    Ok(response)
}

fn unanswered(error: ApiError, id: &str) -> Error {
    log(&error);
    error.named(id).into()
}

/// The work panicked; the panic hook has said how.
struct Panicked;

/// Does the work, and survives its panic. It is dropped then, so nobody sees what it left half done.
async fn survive<T>(work: impl Future<Output = T>) -> Result<T, Panicked> {
    let mut work = pin!(work);
    poll_fn(|context| match catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(context))) {
        Ok(poll) => poll.map(Ok),
        Err(_) => Poll::Ready(Err(Panicked)),
    })
    .await
}

fn shape<B: MessageBody + 'static>(response: ServiceResponse<B>, id: &str) -> ServiceResponse<BoxBody> {
    let status = response.status();
    if !status.is_client_error() && !status.is_server_error() {
        return response.map_into_boxed_body();
    }
    let shaped = match response.response().error() {
        Some(error) => refuse(error, id),
        None if is_json(response.response()) => return response.map_into_boxed_body(),
        None => answer(&ApiError::of_status(status), id),
    };
    // What was said besides the body stays, such as who may read it across origins.
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

fn is_json<B>(response: &HttpResponse<B>) -> bool {
    let kind = response.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    kind.is_some_and(|kind| kind.starts_with("application/json"))
}

fn refuse(error: &Error, id: &str) -> HttpResponse {
    match error.as_error::<ApiError>() {
        Some(error) => answer(error, id),
        None => answer(&ApiError::of_status(error.as_response_error().status_code()), id),
    }
}

fn answer(error: &ApiError, id: &str) -> HttpResponse {
    log(error);
    error.response(Some(id))
}

fn log(error: &ApiError) {
    let status = error.status_code();
    match error.causes() {
        Some(cause) if status.is_server_error() => {
            tracing::error!(status = status.as_u16(), cause, "request failed");
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use actix_web::{
        App,
        http::StatusCode,
        middleware::from_fn,
        test::{self, TestRequest},
        web,
    };
    use tracing_actix_web::TracingLogger;

    use super::*;

    async fn panics() -> &'static str {
        panic!("a secret")
    }

    #[actix_web::test]
    async fn a_panic_is_a_500_with_a_request_id_and_the_service_goes_on() {
        let app = App::new()
            .route("/panics", web::get().to(panics))
            .route("/works", web::get().to(|| async { "yes" }))
            .wrap(from_fn(finish))
            .wrap(TracingLogger::default());
        let service = test::init_service(app).await;
        let call = |path| test::try_call_service(&service, TestRequest::get().uri(path).to_request());

        let error = call("/panics").await.unwrap_err();
        let response = error.as_response_error().error_response();
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        let id = response.headers().get(REQUEST_ID).unwrap().to_str().unwrap().to_owned();
        let body = actix_web::body::to_bytes(response.into_body()).await.unwrap_or_default();
        let expected =
            format!(r#"{{"detail":"Error interno del servidor.","code":"internal_error","request_id":"{id}"}}"#);
        assert_eq!(body, expected);

        assert_eq!(call("/works").await.unwrap().status(), StatusCode::OK);
    }
}
