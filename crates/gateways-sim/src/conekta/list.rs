//! GET /orders and GET /charges.

use serde_json::{Value, json};

use super::{Office, error::Refusal, order::Order, render::View};
use crate::{assumptions::Point, wire::Request};

/// A page of a list.
struct Page<'a> {
    limit: usize,
    /// The id of the last row of the page before.
    after: Option<&'a str>,
}

impl<'a> Page<'a> {
    fn read(request: &'a Request) -> Result<Self, Refusal> {
        let limit = request.param("limit").map_or(Ok(20), str::parse);
        let limit = limit.ok().filter(|limit| (1..=250).contains(limit)).ok_or_else(|| Refusal::parameter("limit"))?;
        Ok(Self { limit, after: request.param("next") })
    }
}

fn moment(request: &Request, name: &str) -> Result<Option<i64>, Refusal> {
    request.param(name).map(str::parse).transpose().map_err(|_| Refusal::parameter(name))
}

impl Office {
    pub(super) fn orders(&self, request: &Request, account: &str, view: View<'_>) -> Result<Value, Refusal> {
        self.listed(request, account, "orders", |order| view.order(order))
    }

    pub(super) fn charge_list(&self, request: &Request, account: &str, view: View<'_>) -> Result<Value, Refusal> {
        self.listed(request, account, "charges", |order| {
            order.charge.as_ref().map_or(Value::Null, |charge| view.charge(order, charge))
        })
    }

    /// One page of the account's orders, newest first. Rows that are null are left out.
    fn listed(
        &self,
        request: &Request,
        account: &str,
        path: &str,
        show: impl Fn(&Order) -> Value,
    ) -> Result<Value, Refusal> {
        let page = Page::read(request)?;
        let fits = self.filter(request)?;
        let state = self.state();
        let mut rows = state.orders.iter().rev().filter(|order| order.account == account);
        if let Some(after) = page.after {
            rows.by_ref().find(|order| order.id == after);
        }
        let mut fitting = rows.filter(|order| fits(order) && (path == "orders" || order.charge.is_some()));
        let shown: Vec<&Order> = fitting.by_ref().take(page.limit).collect();
        let has_more = fitting.next().is_some();
        let next = shown
            .last()
            .filter(|_| has_more)
            .map(|last| format!("{}/{path}?limit={}&next={}", self.base, page.limit, last.id));
        let data: Vec<Value> = shown.into_iter().map(show).collect();
        Ok(json!({
            "object": "list", "has_more": has_more, "total": data.len(), "data": data, "next_page_url": next,
            "previous_page_url": null,
        }))
    }

    fn filter<'a>(&self, request: &'a Request) -> Result<impl Fn(&Order) -> bool + use<'a>, Refusal> {
        let from = moment(request, "created_at.gte")?;
        let until = moment(request, "created_at.lte")?;
        let at = moment(request, "created_at")?;
        let changed_from = moment(request, "updated_at.gte")?;
        let changed_until = moment(request, "updated_at.lte")?;
        let (status, search) = (request.param("payment_status"), request.param("search"));
        let in_metadata = self.desk.holds(Point::ConektaSearchesMetadata);
        Ok(move |order: &Order| {
            from.is_none_or(|from| order.created_at >= from)
                && until.is_none_or(|until| order.created_at <= until)
                && at.is_none_or(|at| order.created_at == at)
                && changed_from.is_none_or(|from| order.updated_at >= from)
                && changed_until.is_none_or(|until| order.updated_at <= until)
                && status.is_none_or(|status| order.status() == Some(status))
                && search.is_none_or(|text| found(order, text, in_metadata))
        })
    }
}

fn found(order: &Order, text: &str, in_metadata: bool) -> bool {
    let reference = order.charge.as_ref().and_then(|charge| charge.reference.as_deref());
    let customer = |name: &str| order.customer.get(name).and_then(Value::as_str);
    [reference, Some(order.id.as_str()), customer("email"), customer("name"), customer("phone")]
        .into_iter()
        .flatten()
        .any(|value| value.contains(text))
        || in_metadata && order.metadata_has(|value| value.contains(text))
}
