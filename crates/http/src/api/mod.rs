//! The JSON API: its names and its Spanish sentences, as the contract has them.
//!
//! A request passes its credential's extractor ([`auth`]) first. Then its handler parses what was sent ([`fields`]), calls
//! one use case, and translates the result. Each endpoint is a file.

pub mod auth;
pub mod body;
pub mod cursor;
pub mod error;
pub mod fields;
pub mod listed;
pub mod openapi;
pub mod query;
pub mod wire;

mod companies;
mod form;
mod formats;
mod gateways;
mod hotspot;
mod hotspot_error;
mod logos;
mod my_company;
mod payments;
mod portal;
mod products;
mod refuse;
mod routers;
mod routes;
mod routing;
mod service;
mod sessions;
mod switch;
mod users;
mod webhooks;
mod words;

use actix_web::{
    http::{StatusCode, header::HeaderName},
    web::{self, PathConfig, ServiceConfig},
};

use self::error::{ApiError, ApiResult};
pub(crate) use self::refuse::refuse;

/// The API's own response headers, which pages of other origins may read too.
pub(crate) const EXPOSED_HEADERS: [HeaderName; 2] = [listed::TOTAL_COUNT, listed::NEXT_CURSOR];

/// Adds all endpoints, and the response to paths that do not exist.
pub(crate) fn configure(config: &mut ServiceConfig) {
    config.app_data(PathConfig::default().error_handler(|_, _| ApiError::of_status(StatusCode::NOT_FOUND).into()));
    for at in routes::routes() {
        config.service(at.resource());
    }
    config.default_service(web::to(not_found));
}

async fn not_found() -> ApiResult<String> {
    Err(ApiError::of_status(StatusCode::NOT_FOUND))
}
