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
pub(crate) mod test_my_router;

use portero_domain::{
    company::Company,
    ids::RouterId,
    purchase::{PaymentStatus, Purchase},
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::{
    companies::CompanyBody,
    error::{ApiError, ApiResult},
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
    /// The reference of the payment gateway.
    transaccion_id: String,
    monto: Amount,
    estado_pago: PaymentState,
    #[schema(required)]
    cliente_nombre: Option<String>,
    creada_en: Moment,
}

impl From<Purchase> for PurchaseBody {
    fn from(purchase: Purchase) -> Self {
        Self {
            id: purchase.id.get(),
            transaccion_id: purchase.reference,
            monto: Amount(purchase.amount),
            estado_pago: PaymentState(purchase.status),
            cliente_nombre: purchase.customer_name.map(|name| name.as_str().to_owned()),
            creada_en: purchase.created_at.into(),
        }
    }
}

words! {
    /// The state of a payment.
    pub(crate) PaymentState of PaymentStatus {
        [PaymentStatus::Paid] => "paid",
        [PaymentStatus::Pending] => "pending",
        [PaymentStatus::Failed] => "failed",
        [PaymentStatus::Refunded] => "refunded",
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
