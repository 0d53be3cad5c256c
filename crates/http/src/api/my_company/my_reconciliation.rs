use actix_web::{
    HttpRequest,
    http::StatusCode,
    web::{Data, Json},
};
use portero_application::{
    Application,
    purchases::{ComparisonError, ReconcileError},
};
use portero_domain::{
    gateway::Gateway,
    money::{Currency, Money},
    ports::{GatewayError, ListedCharge},
    purchase::{Income, OwnCharge, Pair, Reconciliation, Span, SpanError},
};
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use super::{GatewayWord, my_dashboard::IncomeBody, transaction_filter::moment};
use crate::{
    api::{
        auth::ActiveCompanyAdmin,
        error::{ApiError, ApiResult, ErrorBody},
        fields::{Fault, Faults},
        payments::PurchaseState,
        products::CurrencyCode,
        query::Query,
        wire::{Amount, Moment},
    },
    web::limits,
};

/// The query fields, for the OpenAPI document.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "utoipa documents the query by these fields")]
pub(crate) struct Params {
    /// The first day (UTC) or moment.
    #[param(example = "2025-01-15")]
    desde: String,
    /// The last day (UTC), or the moment after the last. At most 31 days after `desde`.
    #[param(example = "2025-01-31")]
    hasta: String,
}

/// The gateways' charges compared with the company's transactions. Only charges that took money are in it.
#[derive(Debug, Default, Serialize, ToSchema)]
#[schema(as = Reconciliation)]
pub(crate) struct Body {
    /// The compared gateways: those where the company has an account.
    pasarelas: Vec<GatewayWord>,
    coinciden: Matched,
    /// Charges that no transaction stands for.
    solo_pasarela: Vec<Row>,
    /// Paid transactions that the gateway has no charge for.
    solo_portero: Vec<Row>,
    /// Charges whose state, amount, currency, mode or refunds differ.
    distintos: Vec<Row>,
}

/// The charges that are the same on both sides.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MatchedCharges)]
pub(crate) struct Matched {
    cantidad: u64,
    /// What was charged, in all currencies together.
    monto: Amount,
    /// What was charged, by currency.
    por_moneda: Vec<IncomeBody>,
}

/// A charge that is not the same on both sides.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReconciledCharge)]
pub(crate) struct Row {
    pasarela: GatewayWord,
    /// The gateway's id of the charge.
    #[schema(required)]
    transaccion_id: Option<String>,
    /// Portero's id of the purchase that the charge is of, or names.
    #[schema(required)]
    compra_id: Option<String>,
    /// What the gateway says. Null if it has no such charge.
    #[schema(required)]
    en_pasarela: Option<Side>,
    /// What Portero says. Null if no transaction stands for the charge.
    #[schema(required)]
    en_portero: Option<OwnSide>,
}

/// What Portero says of a charge.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReconciledTransaction)]
pub(crate) struct OwnSide {
    /// The transaction.
    id: i64,
    #[serde(flatten)]
    side: Side,
}

/// What one side says of a charge.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReconciledSide)]
pub(crate) struct Side {
    estado: PurchaseState,
    /// Null if the gateway's own terms cannot be read.
    #[schema(required)]
    monto: Option<Amount>,
    #[schema(required)]
    moneda: Option<CurrencyCode>,
    /// Whether real money was charged.
    #[schema(required)]
    real: Option<bool>,
    reembolsado: Amount,
    creada_en: Moment,
}

impl Default for Matched {
    fn default() -> Self {
        Self { cantidad: 0, monto: Amount(Money::ZERO), por_moneda: Vec::new() }
    }
}

impl From<&ListedCharge> for Side {
    fn from(listed: &ListedCharge) -> Self {
        Self {
            estado: PurchaseState(listed.answer.status()),
            monto: listed.terms.map(|terms| Amount(terms.amount)),
            moneda: listed.terms.map(|terms| CurrencyCode(terms.currency)),
            real: listed.terms.map(|terms| terms.live),
            reembolsado: Amount(listed.refunded),
            creada_en: listed.created_at.into(),
        }
    }
}

impl From<&OwnCharge> for OwnSide {
    fn from(own: &OwnCharge) -> Self {
        let side = Side {
            estado: PurchaseState(own.status),
            monto: Some(Amount(own.terms.amount)),
            moneda: Some(CurrencyCode(own.terms.currency)),
            real: Some(own.terms.live),
            reembolsado: Amount(own.refunded),
            creada_en: own.opened_at.into(),
        };
        Self { id: own.id.get(), side }
    }
}

impl Row {
    fn of(gateway: Gateway, listed: Option<&ListedCharge>, own: Option<&OwnCharge>) -> Self {
        let charge = listed.map(|listed| &listed.charge).or_else(|| own.and_then(|own| own.charge.as_ref()));
        let purchase = own.map(|own| &own.purchase).or_else(|| listed.and_then(|listed| listed.purchase.as_ref()));
        Self {
            pasarela: GatewayWord(gateway),
            transaccion_id: charge.map(|charge| charge.as_str().to_owned()),
            compra_id: purchase.map(ToString::to_string),
            en_pasarela: listed.map(Side::from),
            en_portero: own.map(OwnSide::from),
        }
    }
}

impl Body {
    fn add(&mut self, gateway: Gateway, result: Reconciliation, sums: &mut Vec<Income>) {
        self.pasarelas.push(GatewayWord(gateway));
        self.coinciden.cantidad += result.matched;
        sums.extend(result.matched_amounts);
        self.solo_pasarela.extend(result.only_gateway.iter().map(|listed| Row::of(gateway, Some(listed), None)));
        self.solo_portero.extend(result.only_here.iter().map(|own| Row::of(gateway, None, Some(own))));
        let different = result.different.iter().map(|Pair { listed, own }| Row::of(gateway, Some(listed), Some(own)));
        self.distintos.extend(different);
    }
}

impl From<Vec<(Gateway, Reconciliation)>> for Body {
    fn from(results: Vec<(Gateway, Reconciliation)>) -> Self {
        let (mut body, mut sums) = (Self::default(), Vec::new());
        for (gateway, result) in results {
            body.add(gateway, result, &mut sums);
        }
        let sum = |sums: &mut dyn Iterator<Item = &Income>| {
            Money::from_minor(sums.map(|income| income.amount.minor()).sum()).unwrap_or(Money::ZERO)
        };
        body.coinciden.monto = Amount(sum(&mut sums.iter()));
        for currency in Currency::ALL {
            let mut of_currency = sums.iter().filter(|income| income.currency == currency).peekable();
            if of_currency.peek().is_some() {
                let amount = sum(&mut of_currency);
                body.coinciden.por_moneda.push(Income { currency, amount }.into());
            }
        }
        body
    }
}

/// Compares the gateways' charges with the transactions of the caller's company
///
/// The gateways are asked for their lists. Transactions that are not decided yet, and refunds under way, are left out.
#[utoipa::path(
    get,
    path = "/api/v1/admin/mi-empresa/conciliacion",
    operation_id = "my_reconciliation",
    tag = "My company",
    params(Params),
    responses(
        (status = 200, description = "The comparison", body = Body),
        (status = 400, description = "There are too many charges in the span", body = ErrorBody),
        (status = 422, description = "A field of the query is invalid", body = ErrorBody),
        (status = 502, description = "A gateway rejects the company's credentials", body = ErrorBody),
        (status = 503, description = "A gateway is not available", body = ErrorBody),
    ),
    security(("session" = [])),
)]
pub(crate) async fn handle(
    request: HttpRequest,
    ActiveCompanyAdmin(mandate): ActiveCompanyAdmin,
    query: Query,
    app: Data<Application>,
) -> ApiResult<Json<Body>> {
    let span = span(&query)?;
    limits::dial(&request, &mandate)?;
    Ok(Json(app.purchases.reconcile.execute(mandate, span).await?.into()))
}

fn span(query: &Query) -> ApiResult<Span> {
    let mut faults = Faults::in_query();
    let mut required = |field: &str, is_end| match moment(query, &mut faults, field, is_end)? {
        Some(moment) => Some(moment),
        None => faults.check(field, Err(Fault::missing())),
    };
    let (from, until) = (required("desde", false), required("hasta", true));
    let span = from.zip(until).and_then(|(from, until)| faults.check("hasta", Span::new(from, until)));
    faults.finish(|| span)
}

impl From<SpanError> for Fault {
    fn from(error: SpanError) -> Self {
        match error {
            SpanError::Empty => Self::value("Debe ser posterior a desde"),
            SpanError::TooLong => Self::value("El periodo debe ser de 31 días como máximo"),
        }
    }
}

impl From<ReconcileError> for ApiError {
    fn from(error: ReconcileError) -> Self {
        match error {
            ReconcileError::NotFound => Self::not_found("company_not_found", "Empresa no encontrada"),
            ReconcileError::CompanyInactive(inactive) => inactive.into(),
            ReconcileError::Comparison(error) => error.into(),
            ReconcileError::Storage(error) => error.into(),
        }
    }
}

impl From<ComparisonError> for ApiError {
    fn from(error: ComparisonError) -> Self {
        match error {
            ComparisonError::Gateway { gateway, source: GatewayError::Credentials } => Self::new(
                StatusCode::BAD_GATEWAY,
                "gateway_rejected_credentials",
                match gateway {
                    Gateway::Conekta => "Conekta rechazó las credenciales de la empresa.",
                    Gateway::MercadoPago => "Mercado Pago rechazó las credenciales de la empresa.",
                },
            ),
            ComparisonError::Gateway { gateway, source: GatewayError::Unavailable } => Self::unavailable(
                "gateway_unavailable",
                match gateway {
                    Gateway::Conekta => "Conekta no está disponible en este momento. Intente nuevamente.",
                    Gateway::MercadoPago => "Mercado Pago no está disponible en este momento. Intente nuevamente.",
                },
            ),
            ComparisonError::TooMany => Self::bad_request(
                "too_many_charges",
                "Hay demasiados cobros en el periodo. Elija un periodo más corto.",
            ),
            ComparisonError::Vault(error) => Self::internal(error),
            ComparisonError::Storage(error) => error.into(),
        }
    }
}
