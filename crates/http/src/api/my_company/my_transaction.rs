use actix_web::web::{Data, Json, Path};
use portero_application::{Application, purchases::PurchaseDetails};
use portero_domain::{
    ids::PurchaseId,
    ports::PurchaseMoment,
    purchase::{Cause, Refund, RefundState, StageKind},
};
use serde::Serialize;
use utoipa::ToSchema;

use super::PurchaseBody;
use crate::api::{
    auth::CompanyAdmin,
    error::{ApiError, ApiResult, ErrorBody},
    wire::{Amount, Moment},
    words::words,
};

/// A transaction with what happened to it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TransactionDetails)]
pub(crate) struct Body {
    transaccion: PurchaseBody,
    /// Its stages, oldest first.
    linea_de_tiempo: Vec<StageBody>,
    reembolsos: Vec<RefundBody>,
}

/// A stage that began.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TransactionStage)]
pub(crate) struct StageBody {
    en: Moment,
    estado: StageWord,
    /// A stable name of the cause, such as `unpaid.declined.insufficient_funds`.
    #[schema(required)]
    causa: Option<String>,
}

/// A refund.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Refund)]
pub(crate) struct RefundBody {
    /// Its number within the transaction, from 1.
    numero: u16,
    monto: Amount,
    /// The reason that the admin gave. Null if Portero began the refund.
    #[schema(required)]
    motivo: Option<String>,
    solicitado_en: Moment,
    estado: RefundWord,
    #[schema(required)]
    reembolsado_en: Option<Moment>,
    /// A stable name of the gateway's reason, if it refused.
    #[schema(required, value_type = Option<String>)]
    causa: Option<&'static str>,
}

/// A refund's state without what belongs to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RefundStateKind {
    Due,
    Done,
    Refused,
}

words! {
    /// The state of a refund.
    pub(crate) RefundWord of RefundStateKind {
        [RefundStateKind::Due] => "pendiente",
        [RefundStateKind::Done] => "reembolsado",
        [RefundStateKind::Refused] => "rechazado",
    }
}

words! {
    /// A stage of a purchase.
    pub(crate) StageWord of StageKind {
        [StageKind::Opened] => "abierta",
        [StageKind::Reserved] => "usuario_reservado",
        [StageKind::Charging] => "cobrando",
        [StageKind::Confirming] => "esperando_confirmacion",
        [StageKind::Cancelling] => "cancelando",
        [StageKind::Paid] => "pagada",
        [StageKind::Delivered] => "entregada",
        [StageKind::Refunding] => "reembolsando",
        [StageKind::Withdrawing] => "retirando_acceso",
        [StageKind::Closed] => "cerrada",
        [StageKind::Manual] => "en_revision",
    }
}

impl From<PurchaseMoment> for StageBody {
    fn from(PurchaseMoment { at, stage, cause }: PurchaseMoment) -> Self {
        Self { en: at.into(), estado: StageWord(stage), causa: cause.map(Cause::name) }
    }
}

impl From<Refund> for RefundBody {
    fn from(refund: Refund) -> Self {
        let (estado, reembolsado_en, causa) = match refund.state {
            RefundState::Due => (RefundStateKind::Due, None, None),
            RefundState::Done(at) => (RefundStateKind::Done, Some(at.into()), None),
            RefundState::Refused(problem) => (RefundStateKind::Refused, None, Some(problem.name())),
        };
        Self {
            numero: refund.number,
            monto: Amount(refund.amount),
            motivo: refund.reason.map(|reason| reason.as_str().to_owned()),
            solicitado_en: refund.requested_at.into(),
            estado: RefundWord(estado),
            reembolsado_en,
            causa,
        }
    }
}

impl From<PurchaseDetails> for Body {
    fn from(PurchaseDetails { purchase, timeline, refunds }: PurchaseDetails) -> Self {
        Self {
            transaccion: purchase.into(),
            linea_de_tiempo: timeline.into_iter().map(StageBody::from).collect(),
            reembolsos: refunds.into_iter().map(RefundBody::from).collect(),
        }
    }
}

/// Shows a transaction of the caller's company with what happened to it
#[utoipa::path(
    get,
    path = "/api/v1/admin/mi-empresa/transacciones/{transaccion_id}",
    operation_id = "my_transaction",
    tag = "My company",
    params(("transaccion_id" = i64, Path, description = "The `id` of the transaction", minimum = 1, example = 1)),
    responses(
        (status = 200, description = "The transaction, its stages and its refunds", body = Body),
        (status = 404, description = "The company has no such transaction", body = ErrorBody),
    ),
    security(("session" = [])),
)]
pub(crate) async fn handle(
    CompanyAdmin { company }: CompanyAdmin,
    id: Path<String>,
    app: Data<Application>,
) -> ApiResult<Json<Body>> {
    let details = app.purchases.details.execute(company, transaction(&id)?).await?;
    Ok(Json(details.ok_or_else(transaction_not_found)?.into()))
}

/// The transaction id in a path. A text that is no id is not found, like an unknown id.
pub(super) fn transaction(path: &str) -> ApiResult<PurchaseId> {
    PurchaseId::parse(path).ok_or_else(transaction_not_found)
}

pub(super) fn transaction_not_found() -> ApiError {
    ApiError::not_found("transaction_not_found", "Transacción no encontrada")
}
