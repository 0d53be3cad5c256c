//! Mercado Pago, `/v1/payments`.
//!
//! Each request that moves money carries an idempotency key that follows from the purchase. A lost payment is found by
//! the purchase's id, which is its `external_reference`.

mod words;

use async_trait::async_trait;
use portero_domain::{
    ids::PurchaseReference,
    ports::{CardGateway, ChargeOrder, ChargePage, ChargeQuery, Charges, GatewayAccount, GatewayError, RefundOrder},
    purchase::{ChargeAnswer, ChargeId, RefundAnswer, RefundProblem, RequestProblem},
};
use reqwest::{Method, RequestBuilder, StatusCode};
use ring::digest::{SHA256, digest};
use serde::Serialize;
use time::format_description::well_known::Rfc3339;

use self::words::{Owner, Payment, Problem, Refund, Search};
use super::number::Decimal;
use crate::http_client::{HttpClient, Reply, is_uncertain, json, read};

/// What stands on the cardholder's statement. At most 22 characters.
const STATEMENT: &str = "HOTSPOT WIFI";

/// The greatest page of a search.
const PAGE: &str = "100";

/// Charges cards at Mercado Pago.
#[derive(Clone, Debug)]
pub struct MercadoPago {
    client: HttpClient,
}

impl MercadoPago {
    /// Mercado Pago behind this client.
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
        self.client.request(method, path, query).bearer_auth(account.secret.expose())
    }

    async fn payment(&self, account: &GatewayAccount, charge: &ChargeId) -> Result<Payment, ChargeAnswer> {
        let request = self.request(account, Method::GET, &["v1", "payments", charge.as_str()], &[]);
        self.client.send(request).await.charge()
    }

    /// What became of a refund. A repeated key gets the first answer again, so a refund that was not decided is read.
    async fn decision(
        &self,
        account: &GatewayAccount,
        charge: &ChargeId,
        refund: &Refund,
    ) -> Option<Result<(), RefundProblem>> {
        if let Some(decision) = refund.decision() {
            return Some(decision);
        }
        let id = refund.id?.to_string();
        let request = self.request(account, Method::GET, &["v1", "payments", charge.as_str(), "refunds", &id], &[]);
        match self.client.send(request).await {
            Reply::Answered { status: StatusCode::OK, body, .. } => read::<Refund>(&body)?.decision(),
            _ => None,
        }
    }

    async fn search(&self, account: &GatewayAccount, query: &ChargeQuery) -> ChargeAnswer {
        let filter = [("external_reference", query.purchase.as_str()), ("sort", "date_created"), ("criteria", "desc")];
        let request = self.request(account, Method::GET, &["v1", "payments", "search"], &filter);
        let found: Search = match self.client.send(request).await {
            Reply::Answered { status: StatusCode::OK, body, .. } => match read(&body) {
                Some(found) => found,
                None => return ChargeAnswer::Unknown(None),
            },
            Reply::Answered { wait, .. } => return ChargeAnswer::Unknown(wait),
            Reply::NotSent | Reply::Lost => return ChargeAnswer::Unknown(None),
        };
        let ours = found.results.iter().filter(|payment| payment.names(&query.purchase));
        let mut answers: Vec<_> = ours.map(Payment::answer).collect();
        // There is one payment a purchase. Should there be more, one that took money counts.
        let paid = answers.iter().position(|answer| matches!(answer, ChargeAnswer::Paid(_))).unwrap_or(0);
        if answers.is_empty() { ChargeAnswer::Absent } else { answers.swap_remove(paid) }
    }
}

#[async_trait]
impl CardGateway for MercadoPago {
    async fn charge(&self, account: &GatewayAccount, order: &ChargeOrder) -> ChargeAnswer {
        let mut request = self
            .request(account, Method::POST, &["v1", "payments"], &[])
            .header("X-Idempotency-Key", idempotency_key(order.purchase.as_str()));
        if let Some(device) = &order.card.device {
            request = request.header("X-meli-session-id", device);
        }
        match self.client.send(json(request, &NewPayment::of(order))).await {
            Reply::Answered { status, body, .. } if status.is_success() => {
                read::<Payment>(&body).map_or(ChargeAnswer::Unknown(None), |payment| payment.answer())
            }
            Reply::Answered { status: StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN, .. } => {
                ChargeAnswer::Rejected(RequestProblem::Credentials)
            }
            Reply::Answered { status, wait, .. } if is_uncertain(status) => ChargeAnswer::Unknown(wait),
            Reply::Answered { status, body, .. } if status.is_client_error() => {
                let problem = read::<Problem>(&body).map_or(Some(RequestProblem::InvalidData), |it| it.rejected());
                problem.map_or(ChargeAnswer::Unknown(None), ChargeAnswer::Rejected)
            }
            Reply::Answered { .. } | Reply::Lost => ChargeAnswer::Unknown(None),
            Reply::NotSent => ChargeAnswer::NotSent,
        }
    }

    async fn find(&self, account: &GatewayAccount, query: &ChargeQuery) -> ChargeAnswer {
        match &query.charge {
            Some(charge) => self.payment(account, charge).await.map_or_else(|answer| answer, |it| it.answer()),
            None => self.search(account, query).await,
        }
    }

    async fn cancel(&self, account: &GatewayAccount, query: &ChargeQuery) -> ChargeAnswer {
        let Some(charge) = &query.charge else { return self.search(account, query).await };
        let request = self
            .request(account, Method::PUT, &["v1", "payments", charge.as_str()], &[])
            .header("X-Idempotency-Key", idempotency_key(&format!("{}-cancel", query.purchase)));
        match self.client.send(json(request, &serde_json::json!({ "status": "cancelled" }))).await {
            Reply::Answered { status, body, .. } if status.is_success() => {
                read::<Payment>(&body).map_or(ChargeAnswer::Unknown(None), |payment| payment.answer())
            }
            _ => self.find(account, query).await,
        }
    }

    async fn refund(&self, account: &GatewayAccount, order: &RefundOrder) -> RefundAnswer {
        let request = self
            .request(account, Method::POST, &["v1", "payments", order.charge.as_str(), "refunds"], &[])
            .header("X-Idempotency-Key", idempotency_key(&format!("{}-refund-{}", order.purchase, order.number)));
        let request = json(request, &NewRefund { amount: Decimal(order.amount) });
        let problem = match self.client.send(request).await {
            Reply::Answered { status, body, .. } if status.is_success() => {
                let Some(refund) = read::<Refund>(&body) else { return RefundAnswer::Unknown(None) };
                match self.decision(account, &order.charge, &refund).await {
                    Some(Ok(())) => return RefundAnswer::Done,
                    Some(Err(problem)) => problem,
                    None => return RefundAnswer::Unknown(None),
                }
            }
            Reply::Answered { status: StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN, .. } => {
                RefundProblem::Credentials
            }
            Reply::Answered { status, wait, .. } if is_uncertain(status) => return RefundAnswer::Unknown(wait),
            Reply::Answered { status, body, .. } if status.is_client_error() => {
                read::<Problem>(&body).map_or(RefundProblem::Other, |problem| problem.refund_problem())
            }
            Reply::Answered { .. } | Reply::NotSent | Reply::Lost => return RefundAnswer::Unknown(None),
        };
        // An earlier try, or the gateway's panel, may have refunded it.
        let due = order.refunded_before.minor() + order.amount.minor();
        match self.payment(account, &order.charge).await {
            Ok(payment) if payment.refunded().minor() >= due => RefundAnswer::Done,
            Ok(_) | Err(ChargeAnswer::Absent) => RefundAnswer::Refused(problem),
            Err(ChargeAnswer::Unknown(wait)) => RefundAnswer::Unknown(wait),
            Err(_) => RefundAnswer::Unknown(None),
        }
    }

    async fn purchase_of(
        &self,
        account: &GatewayAccount,
        charge: &ChargeId,
    ) -> Result<Option<PurchaseReference>, GatewayError> {
        match self.payment(account, charge).await {
            Ok(payment) => Ok(payment.purchase()),
            Err(ChargeAnswer::Absent) => Ok(None),
            Err(_) => Err(GatewayError::Unavailable),
        }
    }

    async fn charges(&self, account: &GatewayAccount, page: &ChargePage) -> Result<Charges, GatewayError> {
        let written = |moment: portero_domain::Timestamp| moment.get().format(&Rfc3339).unwrap_or_default();
        let (from, until) = (written(page.from), written(page.until));
        let filter = [
            ("sort", "date_created"),
            ("criteria", "asc"),
            ("range", "date_created"),
            ("begin_date", from.as_str()),
            ("end_date", until.as_str()),
            ("limit", PAGE),
            ("offset", page.after.as_deref().unwrap_or("0")),
        ];
        let request = self.request(account, Method::GET, &["v1", "payments", "search"], &filter);
        let found: Search = match self.client.send(request).await {
            Reply::Answered { status: StatusCode::OK, body, .. } => read(&body).ok_or(GatewayError::Unavailable)?,
            Reply::Answered { status: StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN, .. } => {
                return Err(GatewayError::Credentials);
            }
            _ => return Err(GatewayError::Unavailable),
        };
        let next = found.paging.map(|paging| (paging.offset + paging.limit, paging.total));
        let next = next.filter(|(next, total)| next < total).map(|(next, _)| next.to_string());
        Ok(Charges { charges: found.results.iter().filter_map(Payment::listed).collect(), next })
    }

    async fn owner(&self, account: &GatewayAccount) -> Result<Option<String>, GatewayError> {
        let request = self.request(account, Method::GET, &["users", "me"], &[]);
        match self.client.send(request).await {
            Reply::Answered { status: StatusCode::OK, body, .. } => match read::<Owner>(&body) {
                Some(owner) => Ok(Some(owner.id.to_string())),
                None => Err(GatewayError::Unavailable),
            },
            Reply::Answered { status: StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN, .. } => {
                Err(GatewayError::Credentials)
            }
            _ => Err(GatewayError::Unavailable),
        }
    }
}

#[derive(Serialize)]
struct NewRefund {
    amount: Decimal,
}

/// The body of a request to charge.
#[derive(Serialize)]
struct NewPayment<'a> {
    transaction_amount: Decimal,
    token: &'a str,
    description: &'a str,
    installments: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    payment_method_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    issuer_id: Option<&'a str>,
    payer: Payer<'a>,
    external_reference: &'a str,
    statement_descriptor: &'static str,
    /// A payment without a confirmation is decided at once: approved or rejected.
    binary_mode: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    three_d_secure_mode: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    callback_url: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    notification_url: Option<&'a str>,
    metadata: Metadata<'a>,
}

#[derive(Serialize)]
struct Payer<'a> {
    email: &'a str,
    first_name: &'a str,
}

#[derive(Serialize)]
struct Metadata<'a> {
    compra_id: &'a str,
}

impl<'a> NewPayment<'a> {
    fn of(order: &'a ChargeOrder) -> Self {
        let asks = order.return_url.is_some();
        Self {
            transaction_amount: Decimal(order.terms.amount),
            token: order.card.token.expose(),
            description: order.title.as_str(),
            installments: order.card.installments,
            payment_method_id: order.card.method.as_deref(),
            issuer_id: order.card.issuer.as_deref(),
            payer: Payer { email: order.buyer.email.as_str(), first_name: order.buyer.name.as_str() },
            external_reference: order.purchase.as_str(),
            statement_descriptor: STATEMENT,
            binary_mode: !asks,
            three_d_secure_mode: asks.then_some("optional"),
            callback_url: order.return_url.as_deref(),
            notification_url: order.notification_url.as_deref(),
            metadata: Metadata { compra_id: order.purchase.as_str() },
        }
    }
}

/// A UUID (version 8, RFC 9562) that follows from this text: the same act always has the same key.
fn idempotency_key(text: &str) -> String {
    let hash = digest(&SHA256, text.as_bytes());
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash.as_ref()[..16]);
    bytes[6] = bytes[6] & 0x0f | 0x80;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let number = u128::from_be_bytes(bytes);
    let hex = format!("{number:032x}");
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}

#[cfg(test)]
mod tests;
