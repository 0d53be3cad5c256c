//! Which transactions a list contains, as the query says it.

use portero_domain::{
    Timestamp,
    filter::{PurchaseFilter, SearchText},
    ids::RouterId,
    page::Page,
    purchase::Purchase,
};
use time::{Date, Duration, OffsetDateTime, Time, format_description::well_known::Rfc3339, macros::format_description};
use utoipa::IntoParams;

use crate::api::{
    error::ApiResult,
    fields::{Fault, Faults},
    payments::PurchaseState,
    query::Query,
    words::Words,
};

/// The query fields of a list of transactions, for the OpenAPI document.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "utoipa documents the query by these fields")]
pub(crate) struct TransactionFilterParams {
    /// Only transactions in this state.
    #[param(value_type = Option<PurchaseState>)]
    estado: Option<String>,
    /// Only transactions on this router, which may be deleted.
    router_id: Option<String>,
    /// Only transactions from this day (UTC) or moment on.
    #[param(example = "2025-01-15")]
    desde: Option<String>,
    /// Only transactions up to the end of this day (UTC), or before this moment.
    #[param(example = "2025-01-31")]
    hasta: Option<String>,
    /// Only transactions with this text in an id, the hotspot user, or the buyer's name or e-mail. Upper and lower case are the
    /// same.
    #[param(max_length = 100)]
    q: Option<String>,
}

/// The filter and the page in the query.
pub(crate) fn read(query: &Query) -> ApiResult<(PurchaseFilter, Page<Purchase>)> {
    let mut faults = Faults::in_query();
    let filter = read_filter(query, &mut faults);
    let page = query.read_page(&mut faults);
    faults.finish(|| Some((filter?, page?)))
}

fn read_filter(query: &Query, faults: &mut Faults) -> Option<PurchaseFilter> {
    let unknown = || Fault::value("Estado desconocido");
    let status = query.get("estado").map(|word| PurchaseState::parse(word).ok_or_else(unknown));
    let status = faults.check("estado", status.transpose());
    let router = query.id(faults, "router_id", RouterId::parse);
    let (from, until) = (moment(query, faults, "desde", false), moment(query, faults, "hasta", true));
    let text = faults.check("q", query.get("q").map(SearchText::parse).transpose());
    Some(PurchaseFilter { status: status?, router: router?, from: from?, until: until?, text: text? })
}

/// A day or a moment. The end of a span that is a day is the end of that day.
#[expect(clippy::option_option, reason = "faulty, left out and given are three things")]
pub(super) fn moment(query: &Query, faults: &mut Faults, field: &str, is_end: bool) -> Option<Option<Timestamp>> {
    let Some(text) = query.get(field) else { return Some(None) };
    let moment = OffsetDateTime::parse(text, &Rfc3339).ok().or_else(|| {
        let day = Date::parse(text, format_description!("[year]-[month]-[day]")).ok()?;
        let start = OffsetDateTime::new_utc(day, Time::MIDNIGHT);
        if is_end { start.checked_add(Duration::DAY) } else { Some(start) }
    });
    let moment = moment.map(Timestamp::new).ok_or_else(|| Fault::value("Debe ser una fecha o un momento RFC 3339"));
    faults.check(field, moment).map(Some)
}
