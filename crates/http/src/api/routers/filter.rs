//! Which routers a list contains, as the query says it.

use portero_domain::{
    filter::{RouterFilter, SearchText},
    page::Page,
    router::Router,
};
use utoipa::IntoParams;

use crate::api::{error::ApiResult, fields::Faults, query::Query};

/// The query fields of a list of routers, for the OpenAPI document.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "utoipa documents the query by these fields")]
pub(crate) struct RouterFilterParams {
    /// Only active routers, or only inactive ones.
    activo: Option<bool>,
    /// Only routers with this text in their name or host. Upper and lower case are the same.
    #[param(max_length = 100)]
    q: Option<String>,
}

/// The filter and the page in the query.
pub(crate) fn read(query: &Query) -> ApiResult<(RouterFilter, Page<Router>)> {
    let mut faults = Faults::in_query();
    let active = query.flag(&mut faults, "activo");
    let text = faults.check("q", query.get("q").map(SearchText::parse).transpose());
    let page = query.read_page(&mut faults);
    faults.finish(|| Some((RouterFilter { active: active?, text: text? }, page?)))
}
