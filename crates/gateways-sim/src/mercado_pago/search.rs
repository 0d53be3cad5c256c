//! GET /v1/payments/search.

use serde_json::{Value, json};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use super::{
    Office,
    error::{PARAMETERS, Refusal},
    payment::{Paid, Payment},
    render,
};
use crate::wire::{Reply, Request};

fn moment(request: &Request, name: &str) -> Result<Option<OffsetDateTime>, Refusal> {
    let parsed = request.param(name).map(|text| OffsetDateTime::parse(text, &Rfc3339));
    parsed.transpose().map_err(|_| PARAMETERS)
}

fn count(request: &Request, name: &str, usual: usize) -> Result<usize, Refusal> {
    request.param(name).map_or(Ok(usual), str::parse).map_err(|_| PARAMETERS)
}

impl Office {
    pub(super) fn payments_of(&self, reference: &str) -> Vec<Payment> {
        let mut state = self.state();
        let ids = state.references.get(reference).cloned().unwrap_or_default();
        ids.into_iter().filter_map(|id| state.find(id).map(|paid| Payment::from(&*paid))).collect()
    }

    pub(super) fn search(&self, request: &Request, account: &str) -> Result<Reply, Refusal> {
        request.param("sort").ok_or(PARAMETERS)?;
        let ascending = match request.param("criteria") {
            Some("asc") => true,
            Some("desc") => false,
            _ => return Err(PARAMETERS),
        };
        let (limit, offset) = (count(request, "limit", 30)?.min(1000), count(request, "offset", 0)?);
        let (begin, end) = (moment(request, "begin_date")?, moment(request, "end_date")?);
        let by_change = match request.param("range") {
            None | Some("date_created" | "money_release_date") => false,
            Some("date_last_updated") => true,
            Some(_) => return Err(PARAMETERS),
        };
        let status = request.param("status");
        let fits = |paid: &&Paid| {
            let at = if by_change { paid.updated } else { paid.created };
            paid.account == account
                && begin.is_none_or(|begin| at >= begin)
                && end.is_none_or(|end| at <= end)
                && status.is_none_or(|status| status == paid.status.name())
        };
        let state = self.state();
        let mut found: Vec<&Paid> = match request.param("external_reference") {
            Some(reference) => {
                let ids = state.references.get(reference).map(Vec::as_slice).unwrap_or_default();
                let rows = ids.iter().filter_map(|id| state.payments.get(*state.positions.get(id)?));
                rows.filter(fits).collect()
            }
            None => state.payments.iter().filter(fits).collect(),
        };
        if !ascending {
            found.reverse();
        }
        let total = found.len();
        let rows: Vec<Value> =
            found.into_iter().skip(offset).take(limit).map(|paid| render::payment(paid, &self.base)).collect();
        let paging = json!({ "total": total, "limit": limit, "offset": offset });
        Ok(Reply::json(200, &json!({ "results": rows, "paging": paging })))
    }
}
