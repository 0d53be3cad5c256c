//! Webhooks of the payment gateways. The callers have no session and no key: the signature of a webhook is its credential,
//! or the secret address.

pub(crate) mod conekta;
mod facts;
pub(crate) mod mercado_pago;

use actix_web::{
    HttpRequest,
    web::{Data, Json},
};
use portero_application::{
    Application,
    webhooks::{Notice, ReceiveWebhookError, WebhookSender},
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    api::{
        error::{ApiError, ApiResult},
        wire::Moment,
    },
    web::limits,
};

/// The confirmation of a webhook.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReceivedWebhook)]
pub(crate) struct Confirmation {
    /// Always `received`.
    #[schema(value_type = String, example = "received")]
    status: &'static str,
    /// A Spanish sentence for people.
    #[schema(value_type = String)]
    message: &'static str,
    /// The time when the webhook arrived.
    received_at: Moment,
}

impl Confirmation {
    /// The confirmation, whether the webhook names a charge or not.
    fn now(app: &Application) -> Json<Self> {
        Json(Self { status: "received", message: "Notificación recibida", received_at: app.now().into() })
    }
}

/// Stores what a sender says of a charge, unless its account sends too much.
async fn store(
    request: &HttpRequest,
    app: &Data<Application>,
    sender: WebhookSender,
    notice: Notice,
) -> ApiResult<Json<Confirmation>> {
    if let Some(limits) = limits::of(request) {
        for company in sender.companies() {
            limits.webhook_account(company, sender.gateway())?;
        }
    }
    app.webhooks.receive.store(sender, notice).await?;
    Ok(Confirmation::now(app))
}

/// The header's value. Of two values neither counts, because a proxy could choose the other one.
fn header<'a>(request: &'a HttpRequest, name: &str) -> Option<&'a str> {
    let mut values = request.headers().get_all(name);
    let value = values.next()?;
    if values.next().is_some() { None } else { value.to_str().ok() }
}

fn unverified() -> ApiError {
    ApiError::unauthorized("webhook_signature_invalid", "Firma de webhook inválida")
}

fn unknown_address() -> ApiError {
    ApiError::not_found("webhook_not_found", "Webhook no encontrado")
}

impl From<ReceiveWebhookError> for ApiError {
    fn from(error: ReceiveWebhookError) -> Self {
        match error {
            ReceiveWebhookError::UnknownAddress => unknown_address(),
            ReceiveWebhookError::Unverified => unverified(),
            ReceiveWebhookError::Vault(error) => Self::internal(error),
            ReceiveWebhookError::Storage(error) => error.into(),
        }
    }
}
