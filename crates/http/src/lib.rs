//! Portero on the wire: actix-web, the documents' JSON names and their Spanish, and nowhere else.
//!
//! A request passes [`finish`], its credential is judged in [`auth`], its handler parses what was sent ([`fields`]),
//! calls one use case, and translates the answer. An endpoint is a file.

pub mod auth;
pub mod body;
pub mod caller;
pub mod cursor;
pub mod error;
pub mod fields;
pub mod finish;
pub mod limits;
pub mod listed;
pub mod openapi;
pub mod query;
pub mod wire;

mod companies;
mod hotspot;
mod hotspot_error;
mod my_company;
mod portal;
mod products;
mod routers;
mod routing;
mod service;
mod sessions;
mod span;
mod switch;
mod users;

use actix_cors::Cors;
use actix_web::{
    App, Error, HttpRequest,
    body::MessageBody,
    dev::{ServiceFactory, ServiceRequest, ServiceResponse},
    http::{StatusCode, header},
    middleware::from_fn,
    web::{self, Data, PathConfig},
};
use portero_application::Application;
use tracing_actix_web::TracingLogger;

use crate::{
    caller::TrustedProxies,
    error::{ApiError, ApiResult},
    limits::Limits,
    routing::{At, at, delete, get, post, put},
    span::RequestSpan,
};

/// What an operator may set about the wire.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The origins whose pages may call, such as `https://panel.example`; `*` alone is any.
    pub cors_origins: Vec<String>,
    /// How often anybody may call, the same for all workers of the process; none when limits are switched off.
    pub limits: Option<Data<Limits>>,
    /// Who is believed about whom they call for.
    pub trusted_proxies: Data<TrustedProxies>,
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
        .app_data(Data::clone(&options.trusted_proxies))
        .app_data(PathConfig::default().error_handler(|_, _| ApiError::of_status(StatusCode::NOT_FOUND).into()))
        .configure(|config| {
            if let Some(limits) = &options.limits {
                config.app_data(Data::clone(limits));
            }
            for at in routes() {
                config.service(at.resource());
            }
        })
        .default_service(web::to(not_found))
        .wrap(cors(options))
        .wrap(from_fn(finish::finish))
        .wrap(TracingLogger::<RequestSpan>::new())
}

/// Every path, on one screen. They are tried in this order, so the busiest come first.
fn routes() -> Vec<At> {
    vec![
        at("/health", [get(service::health::handle)]),
        at("/api/v1/config/public", [get(portal::public_config::handle)]),
        at("/api/v1/catalogo_perfiles_venta", [get(portal::catalogue::handle)]),
        at("/api/v1/catalogo_perfiles_venta/{producto_id}", [get(portal::catalogue_product::handle)]),
        at("/api/v1/hotspot/auto-reconnect", [post(hotspot::auto_reconnect::handle)]),
        at("/api/v1/hotspot/user/profile-info", [post(hotspot::profile_info::handle)]),
        at("/api/v1/routers/validar-empresa-router", [post(hotspot::validate_router::handle)]),
        // A super admin's routers and their keys.
        at(
            "/admin/empresas/{empresa_id}/routers",
            [get(routers::list_routers::handle), post(routers::register_router::handle)],
        ),
        at(
            "/admin/empresas/{empresa_id}/routers/{router_id}",
            [
                get(routers::find_router::handle),
                put(routers::edit_router::handle),
                delete(routers::delete_router::handle),
            ],
        ),
        at("/admin/empresas/{empresa_id}/routers/{router_id}/toggle-activo", [put(routers::toggle_router::handle)]),
        at("/admin/empresas/{empresa_id}/routers/{router_id}/activo", [put(routers::switch_router::handle)]),
        at("/admin/empresas/{empresa_id}/routers/{router_id}/salud", [get(routers::router_health::handle)]),
        at("/admin/routers/salud", [get(routers::fleet_health::handle)]),
        at(
            "/admin/empresas/{empresa_id}/routers/{router_id}/tls",
            [get(routers::find_router_tls::handle), put(routers::confirm_router_tls::handle)],
        ),
        at(
            "/admin/empresas/{empresa_id}/routers/{router_id}/regenerate-api-key",
            [post(routers::regenerate_api_key::handle)],
        ),
        at("/admin/empresas/{empresa_id}/routers/{router_id}/api-keys", [get(routers::api_key_history::handle)]),
        at(
            "/admin/empresas/{empresa_id}/routers/{router_id}/api-keys/{key_id}/revoke",
            [post(routers::revoke_api_key::handle)],
        ),
        at("/admin/empresas/{empresa_id}/routers/{router_id}/api-key-status", [get(routers::api_key_status::handle)]),
        // Signing in and out.
        at("/api/v1/auth/login", [post(sessions::log_in::handle)]),
        at("/api/v1/auth/logout", [post(sessions::log_out::handle)]),
        at("/api/v1/auth/change-password", [post(sessions::change_password::handle)]),
        // A super admin's companies and people.
        at("/admin/dashboard", [get(companies::system_dashboard::handle)]),
        at("/admin/empresas", [get(companies::list_companies::handle), post(companies::create_company::handle)]),
        at(
            "/admin/empresas/{empresa_id}",
            [get(companies::find_company::handle), put(companies::edit_company::handle)],
        ),
        at("/admin/empresas/{empresa_id}/toggle-activo", [put(companies::toggle_company::handle)]),
        at("/admin/empresas/{empresa_id}/activo", [put(companies::switch_company::handle)]),
        at("/admin/empresas/{empresa_id}/stats", [get(companies::company_stats::handle)]),
        at("/admin/usuarios", [get(users::list_users::handle), post(users::create_user::handle)]),
        at("/admin/usuarios/{usuario_id}", [get(users::find_user::handle)]),
        at("/admin/usuarios/{usuario_id}/toggle-activo", [put(users::toggle_user::handle)]),
        at("/admin/usuarios/{usuario_id}/activo", [put(users::switch_user::handle)]),
        // A company admin's company and what it sells.
        at(
            "/api/v1/admin/mi-empresa",
            [get(my_company::find_my_company::handle), put(my_company::edit_my_company::handle)],
        ),
        at("/api/v1/admin/mi-empresa/routers", [get(my_company::list_my_routers::handle)]),
        at("/api/v1/admin/mi-empresa/routers/{router_id}", [put(my_company::edit_my_router::handle)]),
        at(
            "/api/v1/admin/mi-empresa/routers/{router_id}/tls",
            [get(my_company::find_my_router_tls::handle), put(my_company::confirm_my_router_tls::handle)],
        ),
        at("/api/v1/admin/routers/{router_id}/test-connection", [get(my_company::test_my_router::handle)]),
        at("/api/v1/admin/routers/{router_id}/mikrotik-profiles", [get(my_company::list_my_router_profiles::handle)]),
        at("/api/v1/admin/mi-empresa/dashboard", [get(my_company::my_dashboard::handle)]),
        at("/api/v1/admin/mi-empresa/transacciones", [get(my_company::list_my_transactions::handle)]),
        at("/api/v1/admin/products", [get(products::list_products::handle), post(products::create_product::handle)]),
        at(
            "/api/v1/admin/products/{producto_id}",
            [
                get(products::find_product::handle),
                put(products::edit_product::handle),
                delete(products::delete_product::handle),
            ],
        ),
        // The service itself.
        at("/", [get(service::service_info::handle)]),
        at("/ready", [get(service::readiness::handle)]),
        at("/openapi.json", [get(service::docs::document)]),
        at("/docs", [get(service::docs::folder)]),
        at("/docs/{file:.*}", [get(service::docs::page)]),
    ]
}

async fn not_found(_: HttpRequest) -> ApiResult<String> {
    Err(ApiError::of_status(StatusCode::NOT_FOUND))
}

fn cors(options: &Options) -> Cors {
    let cors = Cors::default()
        .allow_any_method()
        .allow_any_header()
        .expose_headers([
            listed::TOTAL_COUNT,
            listed::NEXT_CURSOR,
            header::LINK,
            header::LOCATION,
            header::RETRY_AFTER,
            finish::REQUEST_ID,
        ])
        .expose_headers([limits::LIMIT, limits::REMAINING, limits::RESET])
        .max_age(3_600);
    match options.cors_origins.as_slice() {
        [any] if any == "*" => cors.allow_any_origin(),
        origins => origins.iter().fold(cors.supports_credentials(), |cors, origin| cors.allowed_origin(origin)),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_document_has_every_path_and_method_and_no_others() {
        let document = serde_json::to_value(openapi::document()).unwrap();
        let documented: BTreeSet<_> = (document["paths"].as_object().unwrap().iter())
            .flat_map(|(path, item)| {
                item.as_object().unwrap().keys().map(|method| (method.to_uppercase(), path.clone()))
            })
            .collect();
        // The description of the interface does not describe itself, and HEAD goes without saying.
        let of_itself = |path: &str| path.starts_with("/docs") || path == "/openapi.json";
        let routed: BTreeSet<_> = (routes().iter().filter(|at| !of_itself(at.path)))
            .flat_map(|at| at.methods.iter().map(|method| (method.to_string(), at.path.to_owned())))
            .filter(|(method, _)| method != "HEAD")
            .collect();
        assert_eq!(documented, routed);
    }
}
