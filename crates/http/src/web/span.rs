use std::fmt;

use actix_web::{
    Error, HttpMessage,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    http::Method,
};
use portero_domain::ids::{CompanyId, KeyId, ProductId, RouterId};
use tracing::{Span, field::Empty};
use tracing_actix_web::{RequestId, RootSpanBuilder};

use super::caller;

/// What the log says of a request, beside each line that is written during it.
///
/// A caller may put a secret anywhere: into the query, a header, the path, even the method. So no text of the caller is
/// written unless it is one of ours: a known method, a known path, an id.
#[derive(Debug)]
pub struct RequestSpan;

impl RootSpanBuilder for RequestSpan {
    fn on_request_start(request: &ServiceRequest) -> Span {
        let id = request.extensions().get::<RequestId>().copied();
        tracing::info_span!(
            "request",
            http.method = method(request.method()),
            http.target = %Target { pattern: request.match_pattern().as_deref(), path: request.path() },
            http.client_ip = %caller::address(request.request()),
            http.status_code = Empty,
            request_id = id.map(tracing::field::display),
        )
    }

    fn on_request_end<B: MessageBody>(span: Span, outcome: &Result<ServiceResponse<B>, Error>) {
        let status = match outcome {
            Ok(response) => response.status(),
            Err(error) => error.as_response_error().status_code(),
        };
        span.record("http.status_code", status.as_u16());
    }
}

/// The method, if it is one of HTTP's own.
fn method(method: &Method) -> &str {
    match *method {
        Method::GET | Method::HEAD | Method::POST | Method::PUT | Method::DELETE | Method::OPTIONS | Method::PATCH => {
            method.as_str()
        }
        _ => "OTHER",
    }
}

/// The placeholder for a text that may be a secret.
const HIDDEN: &str = "…";

/// A request's path without the texts that may be secrets. It has no query.
struct Target<'a> {
    /// The path of the endpoint, if there is one: `/admin/empresas/{empresa_id}`.
    pattern: Option<&'a str>,
    path: &'a str,
}

impl fmt::Display for Target<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(pattern) = self.pattern else { return f.write_str(HIDDEN) };
        let mut given = self.path.split('/').skip(1);
        for part in pattern.split('/').skip(1) {
            let shown = match given.next() {
                _ if !part.starts_with('{') => part,
                Some(id) if is_id(id) => id,
                _ => HIDDEN,
            };
            write!(f, "/{shown}")?;
        }
        Ok(())
    }
}

fn is_id(text: &str) -> bool {
    CompanyId::parse(text).is_some()
        || RouterId::parse(text).is_some()
        || KeyId::parse(text).is_some()
        // Any counted id, such as the id of a user.
        || ProductId::parse(text).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_shown_with_its_ids_and_without_other_texts() {
        for (pattern, path, shown) in [
            (Some("/health"), "/health", "/health"),
            (Some("/"), "/", "/"),
            (
                Some("/empresas/{empresa_id}/routers/{router_id}/tls"),
                "/empresas/EMP_3A9F1C0B2D/routers/RTR_A1B2C3D4/tls",
                "/empresas/EMP_3A9F1C0B2D/routers/RTR_A1B2C3D4/tls",
            ),
            (Some("/empresas/{empresa_id}/stats"), "/empresas/clave/stats", "/empresas/…/stats"),
            (Some("/usuarios/{usuario_id}"), "/usuarios/12", "/usuarios/12"),
            (Some("/usuarios/{usuario_id}"), "/usuarios/%31", "/usuarios/…"),
            (Some("/docs/{file:.*}"), "/docs/clave/clave", "/docs/…"),
            (None, "/clave", "…"),
        ] {
            assert_eq!(Target { pattern, path }.to_string(), shown);
        }
    }
}
