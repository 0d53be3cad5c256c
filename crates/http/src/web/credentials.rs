//! Reading credentials from a request's headers. Judging them is the work of the use cases.

use actix_web::{
    HttpRequest,
    http::header::{self, HeaderName, HeaderValue},
};

/// The header of a router's API key.
pub const API_KEY: HeaderName = HeaderName::from_static("x-api-key");

/// A request has no usable credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoCredential {
    /// The request has none.
    Missing,
    /// The header has no readable text, or the request has it twice. Portero and a proxy could each choose another of
    /// the two, so neither is used.
    Malformed,
}

/// The router's API key: in `X-API-Key`, or else in `Authorization: Bearer`, where older portals send it. A present
/// `X-API-Key` decides, even when it is empty or unreadable.
pub fn api_key(request: &HttpRequest) -> Result<&str, NoCredential> {
    match only(request, &API_KEY)? {
        Some(value) => value.to_str().map(str::trim).map_err(|_| NoCredential::Malformed),
        None => bearer(request),
    }
}

/// The token of `Authorization: Bearer`. The scheme may be in any case (RFC 9110).
pub fn bearer(request: &HttpRequest) -> Result<&str, NoCredential> {
    let value = only(request, &header::AUTHORIZATION)?;
    let token = || {
        let (scheme, token) = value?.to_str().ok()?.split_once(' ')?;
        let token = token.trim();
        (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
    };
    token().ok_or(NoCredential::Missing)
}

/// The header's one value, if there is any.
fn only<'a>(request: &'a HttpRequest, name: &HeaderName) -> Result<Option<&'a HeaderValue>, NoCredential> {
    let mut values = request.headers().get_all(name);
    let value = values.next();
    if values.next().is_some() { Err(NoCredential::Malformed) } else { Ok(value) }
}
