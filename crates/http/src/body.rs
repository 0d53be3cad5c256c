//! The JSON body of a request.

use std::{future::Future, pin::Pin};

use actix_web::{
    FromRequest, HttpMessage, HttpRequest,
    dev::Payload,
    http::StatusCode,
    mime,
    web::{self, Bytes},
};
use serde::de::DeserializeOwned;

use crate::{
    error::{ApiError, ApiResult},
    fields::FieldError,
};

/// The largest body that is read, in bytes. The largest honest one, a product with all its texts, has about 30,000.
const MAX_BYTES: usize = 64 * 1024;

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
            Ok(Self(collect(payload).await.and_then(|bytes| parse(&bytes))))
        })
    }
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
    // A list would be taken for an object's fields in order.
    let is_object = bytes.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'{');
    match serde_json::from_slice(bytes) {
        Ok(body) if is_object => Ok(body),
        _ if serde_json::from_slice::<serde::de::IgnoredAny>(bytes).is_ok() && !is_object => {
            Err(fault("dict_type", "El cuerpo debe ser un objeto JSON"))
        }
        _ => Err(fault("json_invalid", "JSON inválido")),
    }
}
