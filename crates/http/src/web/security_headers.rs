//! Headers that restrict what a browser does with a response.

use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};

/// The policy of a response that is no page: it loads nothing, runs nothing and is never framed.
const NO_PAGE: HeaderValue = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");

/// One year of HTTPS only. It does not include subdomains, because they may belong to other services.
const HTTPS_ONLY: HeaderValue = HeaderValue::from_static("max-age=31536000");

const FIXED: [(HeaderName, HeaderValue); 3] = [
    // A browser must not take a tenant's text for a page or a script.
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    // For browsers that do not know `frame-ancestors`.
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    // Addresses hold ids, which other sites must not learn.
    (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
];

/// Adds the headers. A page's handler sets its own `Content-Security-Policy`, which stays.
pub(super) fn add(headers: &mut HeaderMap, https: bool) {
    for (name, value) in FIXED {
        headers.insert(name, value);
    }
    if !headers.contains_key(header::CONTENT_SECURITY_POLICY) {
        headers.insert(header::CONTENT_SECURITY_POLICY, NO_PAGE);
    }
    if https {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HTTPS_ONLY);
    }
}
