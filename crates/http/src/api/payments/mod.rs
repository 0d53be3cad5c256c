//! Selling access: a portal buys for its guest by card.

mod answer;
pub(crate) mod find_purchase;
mod order;
pub(crate) mod pay_conekta;
pub(crate) mod pay_mercado_pago;
pub(crate) mod payment_status;
mod sell;

pub(crate) use self::{answer::PurchaseState, order::Request};

use actix_web::{HttpRequest, http::header::HeaderName};
use portero_application::purchases::PurchaseKey;

use crate::api::error::{ApiError, ApiResult};

/// The header with the portal's own key of a purchase.
pub(crate) const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// The portal's key of a purchase, if the request has one.
fn purchase_key(request: &HttpRequest) -> ApiResult<Option<PurchaseKey>> {
    let mut headers = request.headers().get_all(&IDEMPOTENCY_KEY);
    let Some(header) = headers.next() else { return Ok(None) };
    let key = header.to_str().ok().and_then(PurchaseKey::parse).filter(|_| headers.next().is_none());
    key.map(Some).ok_or_else(|| {
        let sentence = "Idempotency-Key debe tener entre 16 y 128 caracteres ASCII visibles";
        ApiError::bad_request("idempotency_key_invalid", sentence)
    })
}
