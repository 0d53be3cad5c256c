use actix_web::web::{Data, Json, Path};
use portero_application::{Application, purchases::PaymentStatusError};
use portero_domain::{
    gateway::Gateway,
    purchase::{ChargeId, PaymentStatus, Purchase},
};
use serde::Serialize;
use utoipa::ToSchema;

use super::sell::gateway_not_configured;
use crate::api::{
    auth::Portal,
    error::{ApiError, ApiResult, ErrorBody},
    products::CurrencyCode,
    wire::{Amount, Moment},
};

/// How a payment at Mercado Pago stands.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PaymentStatus)]
pub(crate) struct Body {
    success: bool,
    payment_id: i64,
    /// Mercado Pago's word for the state.
    #[schema(value_type = String)]
    status: &'static str,
    #[schema(value_type = String)]
    status_detail: &'static str,
    amount: Amount,
    currency_id: CurrencyCode,
    #[schema(required)]
    date_approved: Option<Moment>,
    date_last_updated: Moment,
}

/// Shows how a payment stands that was made on the portal's router
#[utoipa::path(
    get,
    path = "/api/v1/payments/estado-pago/{payment_id}",
    operation_id = "payment_status",
    tag = "Payments",
    params(("payment_id" = i64, Path, description = "Mercado Pago's id of the payment", example = 1_320_482_764)),
    responses(
        (status = 200, description = "The state of the payment", body = Body),
        (status = 400, description = "The company has no account with Mercado Pago", body = ErrorBody),
        (status = 404, description = "The router has no such payment", body = ErrorBody),
    ),
    security(("router_api_key" = [])),
)]
pub(crate) async fn handle(
    Portal(admission): Portal,
    payment: Path<String>,
    app: Data<Application>,
) -> ApiResult<Json<Body>> {
    let number: i64 = payment.parse().map_err(|_| not_found())?;
    // One number has one spelling (`R20`).
    let charge = ChargeId::parse(&payment).filter(|_| number.to_string() == *payment).ok_or_else(not_found)?;
    let purchase = app.purchases.payment_status.execute(admission.company.id, admission.router.id, charge).await?;
    Ok(Json(body(number, &purchase)))
}

fn body(payment_id: i64, purchase: &Purchase) -> Body {
    let (status, status_detail) = words(purchase);
    let opened_at = purchase.progress.opened_at();
    Body {
        success: true,
        payment_id,
        status,
        status_detail,
        amount: Amount(purchase.order.terms.amount),
        currency_id: CurrencyCode(purchase.order.terms.currency),
        date_approved: purchase.paid_at.map(Moment::from),
        date_last_updated: purchase.paid_at.unwrap_or(opened_at).into(),
    }
}

/// Mercado Pago's words for what Portero knows.
const fn words(purchase: &Purchase) -> (&'static str, &'static str) {
    match purchase.status() {
        PaymentStatus::Paid => ("approved", "accredited"),
        PaymentStatus::Pending | PaymentStatus::Confirming => ("in_process", "pending_contingency"),
        PaymentStatus::Failed => ("rejected", "cc_rejected_other_reason"),
        PaymentStatus::Refunded => ("refunded", "refunded"),
        PaymentStatus::ChargedBack => ("charged_back", "settled"),
        PaymentStatus::Manual => ("in_mediation", "pending"),
    }
}

fn not_found() -> ApiError {
    ApiError::not_found("payment_not_found", "Pago no encontrado")
}

impl From<PaymentStatusError> for ApiError {
    fn from(error: PaymentStatusError) -> Self {
        match error {
            PaymentStatusError::NotConfigured => gateway_not_configured(Gateway::MercadoPago),
            PaymentStatusError::NotFound => not_found(),
            PaymentStatusError::Vault(error) => Self::internal(error),
            PaymentStatusError::Storage(error) => error.into(),
        }
    }
}
