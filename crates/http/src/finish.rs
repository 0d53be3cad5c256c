//! The last hand on every response: its request id, the agreed shape of errors, and the log's line about a fault.

use actix_web::HttpMessage;
use actix_web::{
    Error, HttpResponse,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::header::{self, HeaderName, HeaderValue},
    middleware::Next,
};
use tracing_actix_web::RequestId;

use crate::error::ApiError;

/// The header that names a request, in every response.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Finishes a response. An error that the framework made itself is given the agreed shape.
pub async fn finish<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let id = request.extensions().get::<RequestId>().map(ToString::to_string).unwrap_or_default();
    let request_kept = request.request().clone();
    let mut response = match next.call(request).await {
        Ok(response) => shape(response, &id),
        Err(error) => ServiceResponse::new(request_kept, refuse(&error, &id)),
    };
    if let Ok(value) = HeaderValue::try_from(id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    Ok(response)
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
    let (request, old) = response.into_parts();
    let mut response = ServiceResponse::new(request, shaped);
    // What was said besides the body, such as the methods that are allowed or who may read across origins.
    for (name, value) in old.headers() {
        if name != header::CONTENT_TYPE && name != header::CONTENT_LENGTH && !response.headers().contains_key(name) {
            response.headers_mut().append(name.clone(), value.clone());
        }
    }
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
    let response = error.response(Some(id));
    match error.causes() {
        Some(cause) if response.status().is_server_error() => {
            tracing::error!(status = response.status().as_u16(), cause, "request failed");
        }
        _ => {}
    }
    response
}
