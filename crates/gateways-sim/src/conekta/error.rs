//! Errors in Conekta's shape.

use serde_json::{Value, json};

use super::{MEDIA_TYPE, cards::Decline};
use crate::wire::Reply;

/// An error before it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal(Box<Parts>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Parts {
    status: u16,
    code: String,
    spanish: String,
    english: String,
    param: Option<String>,
    /// The order that the failed charge leaves behind.
    data: Option<Value>,
}

impl Refusal {
    fn new(status: u16, code: &str, spanish: &str, english: &str) -> Self {
        Self(Box::new(Parts {
            status,
            code: code.to_owned(),
            spanish: spanish.to_owned(),
            english: english.to_owned(),
            param: None,
            data: None,
        }))
    }

    pub(crate) fn malformed() -> Self {
        Self::new(400, "malformed_request", "La petición no es JSON válido.", "The request is no valid JSON.")
    }

    pub(crate) fn no_key() -> Self {
        let spanish = "Por favor incluye tu llave de acceso en la petición.";
        Self::new(401, "authentication.missing_key", spanish, "Please include your access key in your request.")
    }

    pub(crate) fn version(status: u16) -> Self {
        let spanish = "La versión del encabezado Accept no es soportada.";
        Self::new(status, "version.unsupported", spanish, "The version of the Accept header is not supported.")
    }

    pub(crate) fn not_found(kind: &str, id: &str) -> Self {
        let english = format!("The object {kind} \"{id}\" could not be found.");
        Self::new(404, "resource_not_found.entity", "El recurso no ha sido encontrado.", &english)
    }

    /// A parameter that is missing or wrong.
    pub(crate) fn parameter(param: &str) -> Self {
        let mut refusal = Self::new(
            422,
            &format!("parameter_validation.{param}"),
            &format!("El parámetro {param} es inválido o falta."),
            &format!("The parameter {param} is invalid or missing."),
        );
        refusal.0.param = Some(param.to_owned());
        refusal
    }

    pub(crate) fn card_number() -> Self {
        let mut refusal = Self::new(
            422,
            "parameter_validation.card.number",
            "Alguno de los datos de la tarjeta es inválido. Revisa la información y vuelve a intentarlo.",
            "Some of the card information is invalid. Please review the information and try again.",
        );
        refusal.0.param = Some("card[card[number]]".to_owned());
        refusal
    }

    pub(crate) fn no_such_token() -> Self {
        let code = "parameter_validation.payment_method.token_id.nonexistent_token";
        let mut refusal = Self::new(422, code, "El token no existe.", "The token does not exist.");
        refusal.0.param = Some("payment_method.token_id".to_owned());
        refusal
    }

    pub(crate) fn token_used() -> Self {
        let spanish = "La tarjeta no pudo ser procesada.";
        Self::new(402, "processing.tokenization.used", spanish, "The token has already been used.")
    }

    pub(crate) fn declined(decline: Decline, order: Value) -> Self {
        let code = format!("processing.{}", decline.code());
        let mut refusal = Self::new(402, &code, decline.spanish(), decline.english());
        refusal.0.data = Some(order);
        refusal
    }

    pub(crate) fn not_refundable() -> Self {
        let spanish = "La orden no puede ser reembolsada.";
        Self::new(402, "processing.charge.refund.not_refundable", spanish, "The order cannot be refunded.")
    }

    pub(crate) fn has_a_charge() -> Self {
        Self::new(
            428,
            "precondition_required.combo.order.cannot_be_updated_because_has_charge",
            "La orden no puede ser modificada porque ya tiene un cargo pendiente de pago.",
            "The order cannot be modified because it has already a charge which is pending payment.",
        )
    }

    /// An error of a fault.
    pub(crate) fn of_status(status: u16) -> Self {
        let english = "There was a runtime error and Conekta engineers have been notified.";
        let spanish = "Ocurrió un error y los ingenieros de Conekta han sido notificados.";
        Self::new(status, "api.system.general_failure", spanish, english)
    }

    pub(crate) fn reply(self, spanish: bool, log_id: &str) -> Reply {
        let Parts { status, code, spanish: message, english, param, data } = *self.0;
        let mut detail = json!({
            "debug_message": english,
            "message": if spanish { &message } else { &english },
            "code": format!("conekta.errors.{}", code),
        });
        if let Some(param) = param {
            detail["param"] = Value::String(param);
        }
        let mut body = json!({ "details": [detail], "object": "error", "type": kind(status), "log_id": log_id });
        if let Some(data) = data {
            body["data"] = data;
        }
        Reply::json_of(status, MEDIA_TYPE, &body)
    }
}

fn kind(status: u16) -> &'static str {
    match status {
        400 => "malformed_request_error",
        401 => "authentication_error",
        402 => "processing_error",
        404 => "resource_not_found_error",
        406 | 409 => "conflict_error",
        422 => "parameter_validation_error",
        428 => "precondition_required_error",
        _ => "api_error",
    }
}
