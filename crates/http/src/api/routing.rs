//! Paths and their methods.

use actix_web::{
    FromRequest, Handler, Resource, Responder, Route, guard,
    http::{
        Method, StatusCode,
        header::{self, HeaderValue},
    },
    web,
};

use crate::api::error::{ApiError, ApiResult};

/// A path with its endpoints.
pub(crate) struct At {
    /// The path, with variables in braces.
    pub(crate) path: &'static str,
    /// The allowed methods.
    pub(crate) methods: Vec<&'static Method>,
    routes: Vec<Route>,
}

/// A path and its endpoints.
pub(crate) fn at<const N: usize>(path: &'static str, endpoints: [(&'static [Method], Route); N]) -> At {
    let (methods, routes): (Vec<_>, _) = endpoints.into_iter().unzip();
    At { path, methods: methods.into_iter().flatten().collect(), routes }
}

impl At {
    /// The resource for the framework. Other methods get a `405` that names the allowed methods.
    pub(crate) fn resource(self) -> Resource {
        let allowed = self.methods.iter().map(|method| method.as_str()).collect::<Vec<_>>().join(", ");
        let resource = self.routes.into_iter().fold(web::resource(self.path), Resource::route);
        resource.default_service(web::to(move || {
            let error = ApiError::of_status(StatusCode::METHOD_NOT_ALLOWED);
            let error = match HeaderValue::try_from(&allowed) {
                Ok(allowed) => error.with_header(header::ALLOW, allowed),
                Err(_) => error,
            };
            async { ApiResult::<String>::Err(error) }
        }))
    }
}

/// `GET`, and `HEAD` with it (RFC 9110, 9.1).
pub(crate) fn get<F, Args>(handler: F) -> (&'static [Method], Route)
where
    F: Handler<Args>,
    Args: FromRequest + 'static,
    F::Output: Responder + 'static,
{
    let route = web::route().guard(guard::Any(guard::Get()).or(guard::Head()));
    (&[Method::GET, Method::HEAD], route.to(handler))
}

/// `POST`.
pub(crate) fn post<F, Args>(handler: F) -> (&'static [Method], Route)
where
    F: Handler<Args>,
    Args: FromRequest + 'static,
    F::Output: Responder + 'static,
{
    (&[Method::POST], web::post().to(handler))
}

/// `PUT`.
pub(crate) fn put<F, Args>(handler: F) -> (&'static [Method], Route)
where
    F: Handler<Args>,
    Args: FromRequest + 'static,
    F::Output: Responder + 'static,
{
    (&[Method::PUT], web::put().to(handler))
}

/// `DELETE`.
pub(crate) fn delete<F, Args>(handler: F) -> (&'static [Method], Route)
where
    F: Handler<Args>,
    Args: FromRequest + 'static,
    F::Output: Responder + 'static,
{
    (&[Method::DELETE], web::delete().to(handler))
}
