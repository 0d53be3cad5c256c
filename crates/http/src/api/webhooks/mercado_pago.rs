use actix_web::{
    HttpRequest,
    web::{Data, Json},
};
use portero_application::Application;
use portero_domain::{ports::MercadoPagoRequest, text::ForeignId};
use serde_json::Value;

use super::{Confirmation, facts, header, store, unverified};
use crate::{
    api::{
        body::{self, SignedBody},
        error::{ApiResult, ErrorBody},
        query::Query,
    },
    web::limits,
};

/// The query field with the payment's id. The signature covers it.
const DATA_ID: &str = "data.id";

/// Whether the webhook is about a payment. The older form of notices (IPN) says so in `topic`.
fn is_about_a_payment(body: &Value, query: &Query) -> bool {
    let kind = facts::text(body, "/type").or_else(|| facts::text(body, "/topic"));
    let kind = kind.or_else(|| query.get("type").or_else(|| query.get("topic")).map(str::to_owned));
    match kind {
        Some(kind) => kind == "payment",
        None => facts::text(body, "/action").is_some_and(|action| action.starts_with("payment.")),
    }
}

/// Receives a webhook of Mercado Pago
///
/// One address for all companies. `user_id` tells the company. `x-signature` must be signed by the secret of its account,
/// if the company has stored the secret. The webhook is stored, and the payment is read from the gateway later. A webhook
/// that is not about a payment is confirmed and not stored.
#[utoipa::path(
    post,
    path = "/api/v1/webhook/mercado-pago",
    operation_id = "mercado_pago_webhook",
    tag = "Webhooks",
    params(
        ("data.id" = Option<String>, Query, description = "The id of the payment, which the signature covers",
            example = "987654321"),
        ("x-signature" = Option<String>, Header, description = "`ts=…,v1=…`: HMAC-SHA256 by the account's secret"),
        ("x-request-id" = Option<String>, Header, description = "The id of the request, which the signature covers"),
    ),
    request_body(content = Value, description = "The webhook as Mercado Pago sends it", content_type = "application/json"),
    responses(
        (status = 200, description = "The webhook was received, now or before", body = Confirmation),
        (status = 401, description = "The signature is wrong, or no company has this account", body = ErrorBody),
        (status = 429, description = "Too many requests. Retry after `Retry-After` seconds", body = ErrorBody),
        (status = 503, description = "The database does not respond, or is busy. Retry after `Retry-After` seconds",
            body = ErrorBody),
    ),
)]
pub(crate) async fn handle(
    request: HttpRequest,
    query: Query,
    body: SignedBody,
    app: Data<Application>,
) -> ApiResult<Json<Confirmation>> {
    limits::of(&request).map(|limits| limits.webhook(&request)).transpose()?;
    let body: Value = body::parse(&body.read()?)?;
    if !is_about_a_payment(&body, &query) {
        return Ok(Confirmation::now(&app));
    }
    let user = facts::text(&body, "/user_id").and_then(|text| ForeignId::parse(&text).ok()).ok_or_else(unverified)?;
    let signed = MercadoPagoRequest {
        signature: header(&request, "x-signature").unwrap_or_default(),
        request_id: header(&request, "x-request-id"),
        data_id: query.get(DATA_ID),
    };
    let sender = app.webhooks.receive.verify_mercado_pago(user, &signed).await?;
    // The body is not signed. So its charge counts only if the query has none.
    let charge = signed.data_id.map(str::to_owned).or_else(|| facts::text(&body, "/data/id"));
    let notice = facts::notice(&body, "/data/id", charge, None)?;
    store(&request, &app, sender, notice).await
}
