//! Portero on the wire: actix-web, the documents' JSON names and their Spanish, and nowhere else.
//!
//! A request passes [`finish`], its credential is judged in [`auth`], its handler parses what was sent ([`fields`]),
//! calls one use case, and translates the answer. An endpoint is a file.

pub mod auth;
pub mod body;
pub mod error;
pub mod fields;
pub mod finish;
pub mod openapi;
pub mod query;
pub mod wire;

mod routers;

use actix_cors::Cors;
use actix_web::{
    App, Error, FromRequest, Handler, HttpRequest, Resource, Responder, Route,
    body::MessageBody,
    dev::{ServiceFactory, ServiceRequest, ServiceResponse},
    guard,
    http::{
        Method, StatusCode,
        header::{self, HeaderValue},
    },
    middleware::from_fn,
    web::{self, Data, PathConfig, ServiceConfig},
};
use portero_application::Application;
use tracing_actix_web::TracingLogger;
use utoipa_swagger_ui::SwaggerUi;

use crate::error::{ApiError, ApiResult};

/// What an operator may set about the wire.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// The origins whose pages may call, such as `https://panel.example`; `*` alone is any.
    pub cors_origins: Vec<String>,
}

/// The service, ready to be served or tested.
pub fn app(
    application: Data<Application>,
    options: &Options,
) -> App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<impl MessageBody + use<>>,
        Error = Error,
        InitError = (),
    > + use<>,
> {
    App::new()
        .app_data(application)
        .app_data(PathConfig::default().error_handler(|_, _| ApiError::of_status(StatusCode::NOT_FOUND).into()))
        .configure(routes)
        .default_service(web::to(not_found))
        .wrap(cors(options))
        .wrap(from_fn(finish::finish))
        .wrap(TracingLogger::default())
}

/// Every path, on one screen.
fn routes(config: &mut ServiceConfig) {
    config
        .service(at("/admin/empresas/{empresa_id}/routers", [post(routers::register_router::handle)]))
        .service(at(
            "/admin/empresas/{empresa_id}/routers/{router_id}/regenerate-api-key",
            [post(routers::regenerate_api_key::handle)],
        ))
        .service(SwaggerUi::new("/docs/{_:.*}").url("/openapi.json", openapi::document()));
}

/// A path and what may be done there; anything else is a `405` that says what may.
fn at<const N: usize>(path: &str, endpoints: [(&[Method], Route); N]) -> Resource {
    let methods: Vec<_> = endpoints.iter().flat_map(|(methods, _)| methods.iter().map(Method::as_str)).collect();
    let allowed = methods.join(", ");
    let resource = endpoints.into_iter().fold(web::resource(path), |resource, (_, route)| resource.route(route));
    resource.default_service(web::to(move || {
        let error = ApiError::of_status(StatusCode::METHOD_NOT_ALLOWED);
        let error = match HeaderValue::try_from(&allowed) {
            Ok(allowed) => error.with_header(header::ALLOW, allowed),
            Err(_) => error,
        };
        async { ApiResult::<String>::Err(error) }
    }))
}

/// `GET`, and `HEAD` with it (RFC 9110, 9.1).
fn get<F, Args>(handler: F) -> (&'static [Method], Route)
where
    F: Handler<Args>,
    Args: FromRequest + 'static,
    F::Output: Responder + 'static,
{
    let route = web::route().guard(guard::Any(guard::Get()).or(guard::Head()));
    (&[Method::GET, Method::HEAD], route.to(handler))
}

fn post<F, Args>(handler: F) -> (&'static [Method], Route)
where
    F: Handler<Args>,
    Args: FromRequest + 'static,
    F::Output: Responder + 'static,
{
    (&[Method::POST], web::post().to(handler))
}

fn put<F, Args>(handler: F) -> (&'static [Method], Route)
where
    F: Handler<Args>,
    Args: FromRequest + 'static,
    F::Output: Responder + 'static,
{
    (&[Method::PUT], web::put().to(handler))
}

fn delete<F, Args>(handler: F) -> (&'static [Method], Route)
where
    F: Handler<Args>,
    Args: FromRequest + 'static,
    F::Output: Responder + 'static,
{
    (&[Method::DELETE], web::delete().to(handler))
}

async fn not_found(_: HttpRequest) -> ApiResult<String> {
    Err(ApiError::of_status(StatusCode::NOT_FOUND))
}

fn cors(options: &Options) -> Cors {
    let cors = Cors::default()
        .allow_any_method()
        .allow_any_header()
        .expose_headers([wire::TOTAL_COUNT, header::LOCATION, header::RETRY_AFTER, finish::REQUEST_ID])
        .max_age(3_600);
    match options.cors_origins.as_slice() {
        [any] if any == "*" => cors.allow_any_origin(),
        origins => origins.iter().fold(cors.supports_credentials(), |cors, origin| cors.allowed_origin(origin)),
    }
}
