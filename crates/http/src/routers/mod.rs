//! A super admin's routers and their keys (routers page).

pub(crate) mod regenerate_api_key;
pub(crate) mod register_router;

use portero_domain::ids::{CompanyId, RouterId};

use crate::error::{ApiError, ApiResult};

/// A router that the company does not have, in the documents' words.
fn router_not_found() -> ApiError {
    ApiError::not_found("router_not_found", "Router no encontrado o no pertenece a la empresa")
}

/// The company and the router of a path. What is no id is "not found", as an unknown one is (decisions).
fn parse_path((company, router): &(String, String)) -> ApiResult<(CompanyId, RouterId)> {
    CompanyId::parse(company).zip(RouterId::parse(router)).ok_or_else(router_not_found)
}
