//! The JSON body of a request.

use std::{future::Future, pin::Pin, time::Duration};

use actix_web::{
    FromRequest, HttpRequest,
    dev::Payload,
    http::{
        StatusCode,
        header::{self, HeaderMap, HeaderValue},
    },
    rt::time::timeout,
    web::{self, Bytes},
};
use serde::de::DeserializeOwned;

use crate::{
    api::error::{ApiError, ApiResult, FieldError},
    web::BodyTimeout,
};

/// The largest accepted body, in bytes. A product with all its texts has about 30,000.
const MAX_BYTES: usize = 64 * 1024;

/// The body of a request, read but not checked yet.
///
/// Extractors run side by side. If this one failed, a stranger would get an error about the body instead of the `401`.
/// So it never fails: the handler checks the body, after the credential.
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
    type Future = Extraction<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let bytes = read(request, payload);
        Box::pin(async move { Ok(Self(bytes.await.and_then(|bytes| parse(&bytes)))) })
    }
}

/// The bytes of a JSON body, for a signature that covers them. Like [`JsonBody`], it never fails.
#[derive(Debug)]
pub struct SignedBody(ApiResult<Bytes>);

impl SignedBody {
    /// The bytes, if they arrived and are declared as JSON. [`parse`] reads them.
    pub fn read(self) -> ApiResult<Bytes> {
        self.0
    }
}

impl FromRequest for SignedBody {
    type Error = ApiError;
    type Future = Extraction<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let bytes = read(request, payload);
        Box::pin(async move { Ok(Self(bytes.await)) })
    }
}

type Extraction<T> = Pin<Box<dyn Future<Output = Result<T, ApiError>>>>;

/// The bytes of the body, within the limits of time and size.
fn read(request: &HttpRequest, payload: &mut Payload) -> impl Future<Output = ApiResult<Bytes>> + use<> {
    let described = check_type(request.headers()).and_then(|()| check_encoding(request.headers()));
    let BodyTimeout(limit) = request.app_data().copied().unwrap_or_default();
    let payload = web::Payload::from_request(request, payload);
    async move {
        described?;
        let payload = payload.await.map_err(|_| ApiError::of_status(StatusCode::BAD_REQUEST))?;
        within(limit, collect(payload, MAX_BYTES)).await
    }
}

/// Rejects a body that is not declared as JSON. If a request has two `Content-Type` headers, both must say JSON.
fn check_type(headers: &HeaderMap) -> ApiResult<()> {
    let mut types = headers.get_all(header::CONTENT_TYPE).peekable();
    let is_json = types.peek().is_some() && types.all(|value| value.to_str().is_ok_and(is_json));
    if is_json { Ok(()) } else { Err(ApiError::of_status(StatusCode::UNSUPPORTED_MEDIA_TYPE)) }
}

/// Whether a media type is JSON. Parameters do not matter. A type that ends in `+json` is JSON (RFC 6839).
fn is_json(media_type: &str) -> bool {
    let essence = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let Some((kind, subtype)) = essence.split_once('/') else { return false };
    let is_name = |name: &str| {
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&byte))
    };
    is_name(kind)
        && is_name(subtype)
        && (subtype == "json" || subtype.strip_suffix("+json").is_some_and(|name| !name.is_empty()))
}

/// Rejects a compressed body. The response says that only plain bodies are accepted (RFC 9110, 15.5.16).
pub(super) fn check_encoding(headers: &HeaderMap) -> ApiResult<()> {
    let is_plain = |value: &HeaderValue| {
        let coding = value.as_bytes().trim_ascii();
        coding.is_empty() || coding.eq_ignore_ascii_case(b"identity")
    };
    if headers.get_all(header::CONTENT_ENCODING).all(is_plain) {
        return Ok(());
    }
    let sentence = "El cuerpo de la solicitud no debe venir comprimido";
    let refusal = ApiError::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_content_encoding", sentence);
    Err(refusal.with_header(header::ACCEPT_ENCODING, HeaderValue::from_static("identity")))
}

pub(super) async fn within<T>(patience: Duration, work: impl Future<Output = ApiResult<T>>) -> ApiResult<T> {
    timeout(patience, work).await.unwrap_or_else(|_| Err(ApiError::of_status(StatusCode::REQUEST_TIMEOUT)))
}

pub(super) async fn collect(payload: web::Payload, max: usize) -> ApiResult<Bytes> {
    payload
        .to_bytes_limited(max)
        .await
        .map_err(|_| ApiError::of_status(StatusCode::PAYLOAD_TOO_LARGE))?
        .map_err(|_| ApiError::of_status(StatusCode::BAD_REQUEST))
}

/// The JSON object in these bytes.
pub fn parse<T: DeserializeOwned>(bytes: &[u8]) -> ApiResult<T> {
    let fault = |kind, msg: &str| {
        ApiError::invalid(vec![FieldError { loc: vec!["body".to_owned()], msg: msg.to_owned(), kind }])
    };
    let invalid = || fault("json_invalid", "JSON inválido");
    // The whole text is checked first, because the parser does not check the text of unknown fields.
    let text = str::from_utf8(bytes).map_err(|_| invalid())?;
    // Editors on Windows write a byte order mark. RFC 8259 lets a parser pass over it.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    // serde would accept a list as the fields of the object in order.
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
