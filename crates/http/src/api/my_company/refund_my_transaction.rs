use actix_web::{
    HttpResponse,
    web::{Data, Path},
};
use portero_application::{Application, purchases::RefundError};
use portero_domain::{
    money::Money,
    purchase::{NotRefundable, Purchase, Refund, RefundLimit},
    text::ForeignId,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    PurchaseBody,
    my_transaction::{RefundBody, transaction, transaction_not_found},
};
use crate::api::{
    auth::{ActiveCompanyAdmin, AnyUser},
    body::JsonBody,
    error::{ApiError, ApiResult, ErrorBody},
    fields::{Decimal, Faults, Given},
};

/// A refund to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = NewRefund)]
pub(crate) struct Request {
    /// What goes back. Default: all that is left.
    #[schema(value_type = Option<f64>, required = false)]
    monto: Given<Decimal>,
    /// The reason, for the company's own records.
    #[schema(value_type = String, min_length = 1, max_length = 200)]
    motivo: Given<String>,
}

impl Request {
    fn parse(self) -> ApiResult<(Option<Money>, ForeignId)> {
        let mut faults = Faults::in_body();
        let amount = self.monto.optional(&mut faults, "monto", Money::parse_price);
        let reason = self.motivo.required(&mut faults, "motivo", ForeignId::parse);
        faults.finish(|| Some((amount?, reason?)))
    }
}

/// A refund that was begun.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = BegunRefund)]
pub(crate) struct Body {
    #[schema(value_type = String)]
    message: &'static str,
    transaccion: PurchaseBody,
    reembolso: RefundBody,
}

impl From<(Purchase, Refund)> for Body {
    fn from((purchase, refund): (Purchase, Refund)) -> Self {
        Self { message: "Reembolso en proceso", transaccion: purchase.into(), reembolso: refund.into() }
    }
}

/// Refunds a transaction of the caller's company, or a part of it
///
/// Portero makes the refund in the background. A refund of the whole price disables the guest and ends the guest's sessions.
#[utoipa::path(
    post,
    path = "/api/v1/admin/mi-empresa/transacciones/{transaccion_id}/reembolso",
    operation_id = "refund_my_transaction",
    tag = "My company",
    params(("transaccion_id" = i64, Path, description = "The `id` of the transaction", minimum = 1, example = 1)),
    request_body = Request,
    responses(
        (status = 202, description = "The refund is under way", body = Body),
        (status = 404, description = "The company has no such transaction", body = ErrorBody),
        (status = 409, description = "It is refunded already, or cannot be refunded", body = ErrorBody),
    ),
    security(("session" = [])),
)]
pub(crate) async fn handle(
    ActiveCompanyAdmin(mandate): ActiveCompanyAdmin,
    AnyUser(admin): AnyUser,
    id: Path<String>,
    body: JsonBody<Request>,
    app: Data<Application>,
) -> ApiResult<HttpResponse> {
    let (id, (amount, reason)) = (transaction(&id)?, body.read()?.parse()?);
    let begun = app.purchases.refund.execute(mandate, admin.user.id, id, amount, reason).await?;
    Ok(HttpResponse::Accepted().json(Body::from(begun)))
}

impl From<RefundError> for ApiError {
    fn from(error: RefundError) -> Self {
        let already = || Self::conflict("already_refunded", "La transacción ya fue reembolsada");
        match error {
            RefundError::NotFound => transaction_not_found(),
            RefundError::NotRefundable(NotRefundable::AlreadyRefunded)
            | RefundError::Limit(RefundLimit::AlreadyRefunded) => already(),
            RefundError::NotRefundable(NotRefundable::NotPaid) => {
                Self::conflict("refund_not_possible", "La transacción no se puede reembolsar")
            }
            RefundError::Limit(RefundLimit::OutOfRange { left }) => {
                Self::conflict("refund_not_possible", format!("Solo se puede reembolsar hasta ${left}"))
            }
            RefundError::Changed => Self::conflict("transaction_changed", "La transacción cambió. Intente nuevamente."),
            RefundError::CompanyInactive(inactive) => inactive.into(),
            RefundError::Storage(error) => error.into(),
        }
    }
}
