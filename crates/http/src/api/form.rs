//! The file in a form (`multipart/form-data`, RFC 7578).

use std::{
    future::{Future, Ready, ready},
    pin::Pin,
    time::Duration,
};

use actix_multipart::{Field, Multipart};
use actix_web::{
    FromRequest, HttpRequest,
    dev::Payload,
    error::PayloadError,
    http::{StatusCode, header::HeaderMap},
    web::{self, Bytes},
};
use futures_util::{TryStreamExt, stream};

use super::{
    body::{check_encoding, collect, within},
    error::{ApiError, ApiResult},
    fields::{Fault, Faults},
};
use crate::web::BodyTimeout;

/// The bytes of a form beside its file: the lines between the parts, and other small fields.
const FRAME: usize = 16 * 1024;

/// A form that is not read yet. The handler reads the form after the credential, so a stranger's file fills no memory.
pub(crate) struct Form {
    headers: HeaderMap,
    payload: web::Payload,
    timeout: Duration,
}

impl FromRequest for Form {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let headers = request.headers().clone();
        let BodyTimeout(timeout) = request.app_data().copied().unwrap_or_default();
        let payload = web::Payload::from_request(request, payload);
        Box::pin(async move {
            let payload = payload.await.map_err(|_| ApiError::of_status(StatusCode::BAD_REQUEST))?;
            Ok(Self { headers, payload, timeout })
        })
    }
}

impl Form {
    /// The file in the field of this name, if it has at most so many bytes. `too_large` is the response to a larger one.
    pub(crate) async fn file(self, name: &str, max: usize, too_large: fn() -> ApiError) -> ApiResult<Vec<u8>> {
        check_type(&self.headers)?;
        check_encoding(&self.headers)?;
        let body = within(self.timeout, collect(self.payload, max + FRAME))
            .await
            .map_err(|error| if error.is(StatusCode::PAYLOAD_TOO_LARGE) { too_large() } else { error })?;
        let whole: Ready<Result<Bytes, PayloadError>> = ready(Ok(body));
        let mut form = Multipart::new(&self.headers, stream::once(whole));
        while let Some(mut field) = form.try_next().await.map_err(|error| malformed(&error))? {
            if field.name() == Some(name) {
                return content(&mut field, max, too_large).await;
            }
        }
        let mut faults = Faults::in_body();
        faults.add(name, Fault::missing());
        faults.finish(|| None)
    }
}

async fn content(field: &mut Field, max: usize, too_large: fn() -> ApiError) -> ApiResult<Vec<u8>> {
    let bytes = field.bytes(max).await.map_err(|_| too_large())?;
    bytes.map(|bytes| bytes.to_vec()).map_err(|_| ApiError::of_status(StatusCode::BAD_REQUEST))
}

fn malformed(_: &actix_multipart::MultipartError) -> ApiError {
    ApiError::of_status(StatusCode::BAD_REQUEST)
}

/// Rejects a body that is not declared as a form.
fn check_type(headers: &HeaderMap) -> ApiResult<()> {
    let mut types = headers.get_all(actix_web::http::header::CONTENT_TYPE).filter_map(|value| value.to_str().ok());
    let is_form = types.next().is_some_and(|kind| {
        kind.split(';').next().is_some_and(|essence| essence.trim().eq_ignore_ascii_case("multipart/form-data"))
    });
    if is_form && types.next().is_none() {
        return Ok(());
    }
    let sentence = "El cuerpo de la solicitud debe ser multipart/form-data";
    Err(ApiError::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", sentence))
}
