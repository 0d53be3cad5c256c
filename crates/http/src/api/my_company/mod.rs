//! A company, for its own admins.

pub(crate) mod confirm_my_router_tls;
pub(crate) mod edit_my_company;
pub(crate) mod edit_my_router;
pub(crate) mod find_my_company;
pub(crate) mod find_my_router_tls;
pub(crate) mod list_my_router_profiles;
pub(crate) mod list_my_routers;
pub(crate) mod list_my_transactions;
pub(crate) mod my_dashboard;
pub(crate) mod my_reconciliation;
pub(crate) mod my_transaction;
pub(crate) mod refund_my_transaction;
pub(crate) mod test_my_router;
pub(crate) mod test_my_telegram;
mod transaction_filter;
mod transactions_csv;

use portero_domain::{
    company::Company,
    gateway::Gateway,
    ids::RouterId,
    purchase::{PaymentStatus, Purchase, SoldGuest},
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::{
    companies::CompanyBody,
    error::{ApiError, ApiResult},
    payments::PurchaseState,
    products::CurrencyCode,
    wire::{Amount, HIDDEN, Moment},
    words::words,
};

/// The caller's company, without its secrets.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MyCompany)]
pub(crate) struct MyCompanyBody {
    #[serde(flatten)]
    company: CompanyBody,
    /// `********` if a token is stored, otherwise null.
    #[schema(value_type = Option<String>, required)]
    telegram_bot_token: Option<&'static str>,
    #[schema(required)]
    telegram_chat_id: Option<String>,
    notificaciones_telegram: bool,
}

impl From<Company> for MyCompanyBody {
    fn from(company: Company) -> Self {
        let telegram = company.telegram.clone();
        Self {
            company: company.into(),
            telegram_bot_token: telegram.bot_token.map(|_| HIDDEN),
            telegram_chat_id: telegram.chat_id.map(|id| id.as_str().to_owned()),
            notificaciones_telegram: telegram.enabled,
        }
    }
}

/// A sale, successful or not.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Transaction)]
pub(crate) struct PurchaseBody {
    id: i64,
    /// The gateway's id of the payment, or Portero's id of the purchase while the gateway has not named one.
    transaccion_id: String,
    /// Portero's id of the purchase.
    compra_id: String,
    monto: Amount,
    moneda: CurrencyCode,
    /// What went back to the buyer.
    reembolsado: Amount,
    /// The state of the payment in the words of older portals and panels.
    estado_pago: PaymentState,
    estado: PurchaseState,
    router_id: String,
    producto: String,
    pasarela: GatewayWord,
    /// The hotspot user. Of a PIN, only the last two digits are shown.
    usuario_hotspot: String,
    #[schema(required)]
    cliente_nombre: Option<String>,
    cliente_email: String,
    creada_en: Moment,
    #[schema(required)]
    pagada_en: Option<Moment>,
}

impl From<Purchase> for PurchaseBody {
    fn from(purchase: Purchase) -> Self {
        let status = purchase.status();
        let reference = purchase.order.reference.to_string();
        let usuario_hotspot = match &purchase.guest {
            SoldGuest::UserAndPassword { name, .. } => name.as_str().to_owned(),
            SoldGuest::Pin { last_digits, .. } => format!("PT-******{last_digits}"),
        };
        Self {
            id: purchase.id.get(),
            transaccion_id: purchase.charge.map_or_else(|| reference.clone(), |charge| charge.as_str().to_owned()),
            compra_id: reference,
            monto: Amount(purchase.order.terms.amount),
            moneda: CurrencyCode(purchase.order.terms.currency),
            reembolsado: Amount(purchase.refunded),
            estado_pago: status.into(),
            estado: PurchaseState(status),
            router_id: purchase.order.router.to_string(),
            producto: purchase.order.title.as_str().to_owned(),
            pasarela: GatewayWord(purchase.order.gateway),
            usuario_hotspot,
            cliente_nombre: Some(purchase.order.customer.name.as_str().to_owned()),
            cliente_email: purchase.order.customer.email.as_str().to_owned(),
            creada_en: purchase.progress.opened_at().into(),
            pagada_en: purchase.paid_at.map(Moment::from),
        }
    }
}

/// The state of a payment, in the words of older portals and panels.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(rename_all = "snake_case")]
pub(crate) enum PaymentState {
    Pending,
    Paid,
    Failed,
    Refunded,
    ChargedBack,
    InReview,
}

impl From<PaymentStatus> for PaymentState {
    fn from(status: PaymentStatus) -> Self {
        match status {
            PaymentStatus::Pending | PaymentStatus::Confirming => Self::Pending,
            PaymentStatus::Paid => Self::Paid,
            PaymentStatus::Failed => Self::Failed,
            PaymentStatus::Refunded => Self::Refunded,
            PaymentStatus::ChargedBack => Self::ChargedBack,
            PaymentStatus::Manual => Self::InReview,
        }
    }
}

words! {
    /// A payment gateway.
    pub(crate) GatewayWord of Gateway {
        [Gateway::Conekta] => "conekta",
        [Gateway::MercadoPago] => "mercado_pago",
    }
}

/// The error for a router that the caller's company does not have.
fn my_router_not_found() -> ApiError {
    ApiError::not_found("router_not_found", "Router no encontrado o no pertenece a tu empresa")
}

/// The router id in a path. A text that is no id is not found, like an unknown id.
fn my_router(path: &str) -> ApiResult<RouterId> {
    RouterId::parse(path).ok_or_else(my_router_not_found)
}
