use portero_application::webhooks::Notice;
use portero_domain::{ids::PurchaseReference, purchase::ChargeId, webhook::EventId};
use serde_json::Value;

use crate::api::{
    error::ApiResult,
    fields::{Fault, Faults},
};

/// The text or number at this JSON pointer (RFC 6901). A gateway writes ids as either.
pub(super) fn text(body: &Value, pointer: &str) -> Option<String> {
    match body.pointer(pointer)? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// What the webhook says of a charge. `charge` is the text at `charge_pointer`, or a text that is signed.
pub(super) fn notice(
    body: &Value,
    charge_pointer: &str,
    charge: Option<String>,
    purchase: Option<PurchaseReference>,
) -> ApiResult<Notice> {
    let mut faults = Faults::in_body();
    let id = required(text(body, "/id"), EventId::parse);
    let id = faults.check("id", id);
    let charge = faults.check(&field(charge_pointer), required(charge, ChargeId::parse));
    faults.finish(|| Some(Notice { id: id?, charge: charge?, purchase }))
}

/// The name of the field at a pointer, such as `data.id`.
fn field(pointer: &str) -> String {
    pointer.trim_start_matches('/').replace('/', ".")
}

fn required<T>(text: Option<String>, parse: impl FnOnce(&str) -> Option<T>) -> Result<T, Fault> {
    let text = text.ok_or_else(Fault::missing)?;
    parse(&text).ok_or_else(|| Fault::value("Formato inválido"))
}
