use actix_web::{
    HttpRequest,
    web::{Data, Json, Path},
};
use portero_application::Application;
use portero_domain::ids::{PurchaseReference, WebhookToken};
use serde_json::Value;

use super::{Confirmation, facts, header, store, unknown_address};
use crate::{
    api::{
        body::{self, SignedBody},
        error::{ApiResult, ErrorBody},
    },
    web::limits,
};

/// Where an order or a charge has the reference of its purchase: Portero sends it in the metadata and with the charge.
const PURCHASE: [&str; 3] =
    ["/data/object/metadata/compra_id", "/data/object/reference_id", "/data/object/charges/data/0/reference_id"];

/// Where the webhook has the order that it is about. Nothing if it is about no order.
fn order_pointer(body: &Value) -> Option<&'static str> {
    let kind = facts::text(body, "/type")?;
    if kind.starts_with("order.") {
        Some("/data/object/id")
    } else {
        kind.starts_with("charge.").then_some("/data/object/order_id")
    }
}

/// Receives a webhook of Conekta
///
/// Each company has its own address. The `DIGEST` must be signed by the key of the account's webhooks, if the company has
/// stored the key. The webhook is stored, and the order is read from the gateway later. A webhook that is not about an
/// order is confirmed and not stored.
#[utoipa::path(
    post,
    path = "/api/v1/webhook/conekta/{webhook_token}",
    operation_id = "conekta_webhook",
    tag = "Webhooks",
    params(
        ("webhook_token" = String, Path, description = "The company's own token",
            example = "4f8b1c7d9e2a4b6c8d0e1f3a5b7c9d1e"),
        ("digest" = Option<String>, Header, description = "The signature of the body: RSA with SHA-256 in base64"),
    ),
    request_body(content = Value, description = "The webhook as Conekta sends it", content_type = "application/json"),
    responses(
        (status = 200, description = "The webhook was received, now or before", body = Confirmation),
        (status = 401, description = "The signature is wrong", body = ErrorBody),
        (status = 404, description = "No company has this address", body = ErrorBody),
        (status = 429, description = "Too many requests. Retry after `Retry-After` seconds", body = ErrorBody),
        (status = 503, description = "The database does not respond, or is busy. Retry after `Retry-After` seconds",
            body = ErrorBody),
    ),
)]
pub(crate) async fn handle(
    request: HttpRequest,
    path: Path<String>,
    body: SignedBody,
    app: Data<Application>,
) -> ApiResult<Json<Confirmation>> {
    limits::of(&request).map(|limits| limits.webhook(&request)).transpose()?;
    let token = WebhookToken::parse(&path).ok_or_else(unknown_address)?;
    let receive = &app.webhooks.receive;
    let account = receive.find_conekta(token).await?;
    let bytes = body.read()?;
    let sender = receive.verify_conekta(account, header(&request, "digest"), &bytes)?;
    let body: Value = body::parse(&bytes)?;
    let Some(order) = order_pointer(&body) else { return Ok(Confirmation::now(&app)) };
    let purchase = PURCHASE.iter().find_map(|at| PurchaseReference::parse(&facts::text(&body, at)?));
    let notice = facts::notice(&body, order, facts::text(&body, order), purchase)?;
    store(&request, &app, sender, notice).await
}
