//! The JSON body of a request.

use std::{future::Future, pin::Pin, time::Duration};

use actix_web::{
    FromRequest, HttpMessage, HttpRequest,
    dev::Payload,
    http::StatusCode,
    mime,
    rt::time::timeout,
    web::{self, Bytes},
};
use serde::de::DeserializeOwned;

use crate::api::error::{ApiError, ApiResult, FieldError};

/// The largest body that is read, in bytes. The largest honest one, a product with all its texts, has about 30,000.
const MAX_BYTES: usize = 64 * 1024;

/// How long a body may take to come, so that a caller who stops halfway does not hold a connection for good.
const PATIENCE: Duration = Duration::from_secs(10);

/// A request's body, read and not yet judged.
///
/// Extractors run side by side, so one that failed here would answer a stranger about the body before the credential is
/// known to be bad. This one never fails: the handler judges, and it runs only for who may call it.
#[derive(Debug)]
pub struct JsonBody<T>(ApiResult<T>);

impl<T> JsonBody<T> {
    /// The body, if it is JSON of the right shape.
    pub fn read(self) -> ApiResult<T> {
        self.0
    }
}

impl<T: DeserializeOwned + 'static> FromRequest for JsonBody<T> {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let is_json = matches!(request.mime_type(), Ok(Some(mime))
            if mime.subtype() == mime::JSON || mime.suffix() == Some(mime::JSON));
        let payload = web::Payload::from_request(request, payload);
        Box::pin(async move {
            if !is_json {
                return Ok(Self(Err(ApiError::of_status(StatusCode::UNSUPPORTED_MEDIA_TYPE))));
            }
            let Ok(payload) = payload.await else {
                return Ok(Self(Err(ApiError::of_status(StatusCode::BAD_REQUEST))));
            };
            Ok(Self(within(PATIENCE, collect(payload)).await.and_then(|bytes| parse(&bytes))))
        })
    }
}

async fn within<T>(patience: Duration, work: impl Future<Output = ApiResult<T>>) -> ApiResult<T> {
    timeout(patience, work).await.unwrap_or_else(|_| Err(ApiError::of_status(StatusCode::REQUEST_TIMEOUT)))
}

async fn collect(payload: web::Payload) -> ApiResult<Bytes> {
    payload
        .to_bytes_limited(MAX_BYTES)
        .await
        .map_err(|_| ApiError::of_status(StatusCode::PAYLOAD_TOO_LARGE))?
        .map_err(|_| ApiError::of_status(StatusCode::BAD_REQUEST))
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> ApiResult<T> {
    let fault = |kind, msg: &str| {
        ApiError::invalid(vec![FieldError { loc: vec!["body".to_owned()], msg: msg.to_owned(), kind }])
    };
    let invalid = || fault("json_invalid", "JSON inválido");
    // Said of the whole at once: a field that nobody knows is skipped without a look at its letters.
    let text = str::from_utf8(bytes).map_err(|_| invalid())?;
    // A list would be taken for an object's fields in order.
    let is_object = text.trim_start().starts_with('{');
    match serde_json::from_str(text) {
        Ok(body) if is_object => Ok(body),
        _ if !is_object && serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok() => {
            Err(fault("dict_type", "El cuerpo debe ser un objeto JSON"))
        }
        _ => Err(invalid()),
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use actix_web::ResponseError;

    use super::*;

    #[actix_web::test]
    async fn a_body_that_never_comes_is_not_waited_for() {
        let refused = within(Duration::ZERO, pending::<ApiResult<Bytes>>()).await.unwrap_err();
        assert_eq!(refused.status_code(), StatusCode::REQUEST_TIMEOUT);
        assert_eq!(refused.to_string(), "408 request_timeout");
    }
}
