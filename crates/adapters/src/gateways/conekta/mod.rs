//! Conekta, API 2.3.0.
//!
//! Conekta has no idempotency keys. A card token is good for one order, which is the only guard against a second charge,
//! so a request to charge is never sent twice. A lost order is found by the purchase's id in its metadata.

mod words;

use async_trait::async_trait;
use portero_domain::{
    ids::PurchaseReference,
    ports::{CardGateway, ChargeOrder, ChargePage, ChargeQuery, Charges, GatewayAccount, GatewayError, RefundOrder},
    purchase::{ChargeAnswer, ChargeId, RefundAnswer, RefundProblem, RequestProblem},
};
use reqwest::{Method, RequestBuilder, StatusCode, header};
use serde_json::{Value, json};

use self::words::{List, Order, Problem};
use crate::http_client::{HttpClient, Reply, is_uncertain, json as with_json, read};

/// The name of the purchase's id in an order's metadata.
const PURCHASE: &str = "compra_id";

/// The greatest page of a list.
const PAGE: &str = "250";

/// How many pages are searched for one order. More orders than that in the window leave the answer unknown.
const PAGES: usize = 20;

/// How far around the moment of the charge an order is searched for, in seconds: clocks differ, and a request may wait.
const WINDOW: i64 = 15 * 60;

/// The texts of an item and of a description have at most this many characters.
const LONGEST_TEXT: usize = 249;

/// Charges cards at Conekta.
#[derive(Clone, Debug)]
pub struct Conekta {
    client: HttpClient,
}

impl Conekta {
    /// Conekta behind this client.
    pub const fn new(client: HttpClient) -> Self {
        Self { client }
    }

    fn request(
        &self,
        account: &GatewayAccount,
        method: Method,
        path: &[&str],
        query: &[(&str, &str)],
    ) -> RequestBuilder {
        let request = self.client.request(method, path, query);
        request
            .bearer_auth(account.secret.expose())
            .header(header::ACCEPT, "application/vnd.conekta-v2.3.0+json")
            .header(header::ACCEPT_LANGUAGE, "es")
    }

    async fn order(&self, account: &GatewayAccount, charge: &ChargeId) -> Result<Order, ChargeAnswer> {
        let request = self.request(account, Method::GET, &["orders", charge.as_str()], &[]);
        self.client.send(request).await.charge()
    }

    async fn page(&self, account: &GatewayAccount, page: &ChargePage) -> Result<List<Order>, ChargeAnswer> {
        let (from, until) = (page.from.unix_seconds().to_string(), page.until.unix_seconds().to_string());
        let mut query = vec![("limit", PAGE), ("created_at.gte", from.as_str()), ("created_at.lte", until.as_str())];
        if let Some(after) = &page.after {
            query.push(("next", after));
        }
        let request = self.request(account, Method::GET, &["orders"], &query);
        match self.client.send(request).await {
            Reply::Answered { status: StatusCode::OK, body, .. } => read(&body).ok_or(ChargeAnswer::Unknown(None)),
            Reply::Answered { status: StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN, .. } => {
                Err(ChargeAnswer::Rejected(RequestProblem::Credentials))
            }
            Reply::Answered { wait, .. } => Err(ChargeAnswer::Unknown(wait)),
            Reply::NotSent | Reply::Lost => Err(ChargeAnswer::Unknown(None)),
        }
    }

    /// The orders around the moment of the charge, until one names the purchase.
    async fn search(&self, account: &GatewayAccount, query: &ChargeQuery) -> ChargeAnswer {
        let around = |seconds| query.sent_at.plus(time::Duration::seconds(seconds));
        let mut page = ChargePage { from: around(-WINDOW), until: around(WINDOW), after: None };
        for _ in 0..PAGES {
            let list = match self.page(account, &page).await {
                Ok(list) => list,
                Err(ChargeAnswer::Unknown(wait)) => return ChargeAnswer::Unknown(wait),
                Err(_) => return ChargeAnswer::Unknown(None),
            };
            if let Some(order) = list.data.iter().find(|order| order.names(query.purchase.as_str())) {
                return order.answer();
            }
            match next(&list) {
                Some(after) => page.after = Some(after),
                None => return ChargeAnswer::Absent,
            }
        }
        ChargeAnswer::Unknown(None)
    }
}

#[async_trait]
impl CardGateway for Conekta {
    async fn charge(&self, account: &GatewayAccount, order: &ChargeOrder) -> ChargeAnswer {
        let request = with_json(self.request(account, Method::POST, &["orders"], &[]), &order_of(order));
        match self.client.send(request).await {
            Reply::Answered { status, body, .. } if status.is_success() => {
                read::<Order>(&body).map_or(ChargeAnswer::Unknown(None), |order| order.answer())
            }
            Reply::Answered { status: StatusCode::PAYMENT_REQUIRED, body, .. } => {
                read::<Problem>(&body).map_or(ChargeAnswer::Unknown(None), |problem| problem.declined())
            }
            Reply::Answered { status: StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN, .. } => {
                ChargeAnswer::Rejected(RequestProblem::Credentials)
            }
            Reply::Answered { status, wait, .. } if is_uncertain(status) => ChargeAnswer::Unknown(wait),
            Reply::Answered { status, body, .. } if status.is_client_error() => {
                let problem = read::<Problem>(&body).map_or(RequestProblem::InvalidData, |problem| problem.rejected());
                ChargeAnswer::Rejected(problem)
            }
            Reply::Answered { .. } | Reply::Lost => ChargeAnswer::Unknown(None),
            Reply::NotSent => ChargeAnswer::NotSent,
        }
    }

    async fn find(&self, account: &GatewayAccount, query: &ChargeQuery) -> ChargeAnswer {
        match &query.charge {
            Some(charge) => self.order(account, charge).await.map_or_else(|answer| answer, |order| order.answer()),
            None => self.search(account, query).await,
        }
    }

    async fn cancel(&self, account: &GatewayAccount, query: &ChargeQuery) -> ChargeAnswer {
        let Some(charge) = &query.charge else { return self.search(account, query).await };
        let request = self.request(account, Method::POST, &["orders", charge.as_str(), "cancel"], &[]);
        match self.client.send(request).await {
            Reply::Answered { status, body, .. } if status.is_success() => {
                read::<Order>(&body).map_or(ChargeAnswer::Unknown(None), |order| order.answer())
            }
            // A pending charge cannot be cancelled there. The order says what holds.
            _ => self.find(account, query).await,
        }
    }

    async fn refund(&self, account: &GatewayAccount, order: &RefundOrder) -> RefundAnswer {
        // Without idempotency keys, only the order's own sum tells whether an earlier try was carried out.
        let due = order.refunded_before.minor() + order.amount.minor();
        let state = |read: Result<Order, ChargeAnswer>| match read {
            Ok(read) if read.refunded().minor() >= due => Ok(RefundAnswer::Done),
            Ok(_) => Err(()),
            Err(ChargeAnswer::Unknown(wait)) => Ok(RefundAnswer::Unknown(wait)),
            Err(_) => Ok(RefundAnswer::Unknown(None)),
        };
        if let Ok(answer) = state(self.order(account, &order.charge).await) {
            return answer;
        }
        let body = json!({ "amount": order.amount.minor(), "reason": "requested_by_client" });
        let path = ["orders", order.charge.as_str(), "refunds"];
        let request = with_json(self.request(account, Method::POST, &path, &[]), &body);
        let problem = match self.client.send(request).await {
            Reply::Answered { status, wait, .. } if is_uncertain(status) => return RefundAnswer::Unknown(wait),
            Reply::Answered { status: StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN, .. } => {
                RefundProblem::Credentials
            }
            Reply::Answered { status, body, .. } if status.is_client_error() => {
                read::<Problem>(&body).map_or(RefundProblem::Other, |problem| problem.refund_problem())
            }
            Reply::Answered { status, .. } if status.is_success() => {
                return state(self.order(account, &order.charge).await).unwrap_or(RefundAnswer::Unknown(None));
            }
            Reply::Answered { .. } | Reply::NotSent | Reply::Lost => return RefundAnswer::Unknown(None),
        };
        state(self.order(account, &order.charge).await).unwrap_or(RefundAnswer::Refused(problem))
    }

    async fn purchase_of(
        &self,
        account: &GatewayAccount,
        charge: &ChargeId,
    ) -> Result<Option<PurchaseReference>, GatewayError> {
        match self.order(account, charge).await {
            Ok(order) => Ok(order.purchase()),
            Err(ChargeAnswer::Absent) => Ok(None),
            Err(_) => Err(GatewayError::Unavailable),
        }
    }

    async fn charges(&self, account: &GatewayAccount, page: &ChargePage) -> Result<Charges, GatewayError> {
        match self.page(account, page).await {
            Ok(list) => {
                let next = next(&list);
                Ok(Charges { charges: list.data.iter().filter_map(Order::listed).collect(), next })
            }
            Err(ChargeAnswer::Rejected(_)) => Err(GatewayError::Credentials),
            Err(_) => Err(GatewayError::Unavailable),
        }
    }

    async fn owner(&self, account: &GatewayAccount) -> Result<Option<String>, GatewayError> {
        let request = self.request(account, Method::GET, &["orders"], &[("limit", "1")]);
        match self.client.send(request).await {
            Reply::Answered { status, .. } if status.is_success() => Ok(None),
            Reply::Answered { status: StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN, .. } => {
                Err(GatewayError::Credentials)
            }
            _ => Err(GatewayError::Unavailable),
        }
    }
}

/// The cursor of the page after this one: the query value `next` of its address.
fn next(list: &List<Order>) -> Option<String> {
    let url = list.next_page_url.as_deref().filter(|_| list.has_more)?;
    let url = reqwest::Url::parse(url).ok()?;
    url.query_pairs().find(|(name, _)| name == "next").map(|(_, value)| value.into_owned())
}

fn order_of(order: &ChargeOrder) -> Value {
    let amount = order.terms.amount.minor();
    let title = item_name(order.title.as_str());
    let buyer = &order.buyer;
    let customer = json!({
        "name": buyer.name.as_str(),
        "email": buyer.email.as_str(),
        "phone": buyer.phone.as_str(),
    });
    let mut body = json!({
        "currency": order.terms.currency.code(),
        "customer_info": customer,
        "line_items": [{ "name": title, "unit_price": amount, "quantity": 1 }],
        "charges": [{
            "amount": amount,
            "reference_id": order.purchase.as_str(),
            "payment_method": { "type": "card", "token_id": order.card.token.expose() },
        }],
        "metadata": { PURCHASE: order.purchase.as_str() },
    });
    if let Some(return_url) = &order.return_url {
        body["three_ds_mode"] = "smart".into();
        body["return_url"] = return_url.as_str().into();
    }
    body
}

/// The product's title in 3 to 249 characters, as an item's name must have.
fn item_name(title: &str) -> String {
    let name: String = title.chars().take(LONGEST_TEXT).collect();
    if name.chars().count() < 3 { format!("WiFi {name}") } else { name }
}

#[cfg(test)]
mod tests;
