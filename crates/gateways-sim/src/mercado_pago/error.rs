//! Errors in Mercado Pago's shape.

use serde_json::json;

use crate::wire::Reply;

/// An error before it is written: status, code of the cause, message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Refusal(u16, Option<u32>, &'static str);

pub(crate) const PARAMETERS: Refusal = Refusal(400, Some(1), "Params Error");
pub(crate) const NO_TOKEN: Refusal = Refusal(401, None, "Must provide your access_token to proceed");
pub(crate) const TOKEN_NOT_FOUND: Refusal = Refusal(400, Some(2006), "Card Token not found");
pub(crate) const TOKEN_USED: Refusal = Refusal(400, Some(3003), "Invalid card_token_id");
pub(crate) const TOKEN_INVALID: Refusal = Refusal(400, Some(2062), "Invalid card token");
pub(crate) const AMOUNT: Refusal = Refusal(400, Some(2072), "Invalid value for transaction_amount");
pub(crate) const NO_KEY: Refusal = Refusal(400, Some(4292), "Header X-Idempotency-Key can't be null");
pub(crate) const STATE: Refusal =
    Refusal(400, Some(2063), "The action requested is not valid for the current payment state");
pub(crate) const REFUND_TOO_OLD: Refusal = Refusal(400, Some(2024), "Payment too old to be refunded");
pub(crate) const REFUNDED: Refusal = Refusal(400, Some(4296), "Payment is already refunded");
pub(crate) const NOT_FOUND: Refusal = Refusal(404, Some(2000), "Payment not found");
pub(crate) const OTHER_BODY: Refusal = Refusal(409, None, "X-Idempotency-Key was used with another request");
pub(crate) const LOCKED: Refusal = Refusal(423, None, "X-Idempotency-Key is locked by a request in progress");

impl Refusal {
    /// An error of a fault.
    pub(crate) fn of_status(status: u16) -> Self {
        Self(status, None, if status == 429 { "Rate limit exceeded" } else { "internal error" })
    }

    pub(crate) fn reply(self) -> Reply {
        let Self(status, code, message) = self;
        let cause: Vec<_> =
            code.into_iter().map(|code| json!({ "code": code, "description": message, "data": null })).collect();
        Reply::json(status, &json!({ "message": message, "error": word(status), "status": status, "cause": cause }))
    }
}

fn word(status: u16) -> &'static str {
    match status {
        400 => "bad_request",
        401 => "unauthorized",
        403 => "forbidden",
        404 => "not_found",
        409 => "conflict",
        423 => "locked",
        424 => "failed_dependency",
        429 => "too_many_requests",
        _ => "internal_server_error",
    }
}
