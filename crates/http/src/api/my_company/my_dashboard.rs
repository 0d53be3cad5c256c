use actix_web::web::{Data, Json};
use portero_application::{Application, purchases::Dashboard};
use portero_domain::{money::Money, purchase::Income};
use serde::Serialize;
use utoipa::ToSchema;

use super::PurchaseBody;
use crate::api::{
    auth::CompanyAdmin,
    companies::{CompanySummary, company_not_found},
    error::{ApiResult, ErrorBody},
    products::CurrencyCode,
    wire::Amount,
};

/// The totals of a company's sales.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MyDashboard)]
pub(crate) struct Body {
    empresa: CompanySummary,
    estadisticas: Sums,
    /// The five latest transactions.
    transacciones_recientes: Vec<PurchaseBody>,
}

/// The sums of a company's sales.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SalesSums)]
pub(crate) struct Sums {
    total_transacciones: u64,
    /// What was paid less what went back, in all currencies together.
    ingresos_totales: Amount,
    /// What was paid less what went back, by currency.
    ingresos_por_moneda: Vec<IncomeBody>,
    transacciones_pagadas: u64,
    transacciones_pendientes: u64,
    total_routers: u64,
}

/// An income in one currency.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Income)]
pub(crate) struct IncomeBody {
    moneda: CurrencyCode,
    monto: Amount,
}

impl From<Income> for IncomeBody {
    fn from(Income { currency, amount }: Income) -> Self {
        Self { moneda: CurrencyCode(currency), monto: Amount(amount) }
    }
}

impl From<Dashboard> for Body {
    fn from(dashboard: Dashboard) -> Self {
        let Dashboard { company, sales, routers, recent } = dashboard;
        let income = sales.income.iter().map(|income| income.amount.minor()).sum();
        Self {
            empresa: company.into(),
            estadisticas: Sums {
                total_transacciones: sales.total,
                ingresos_totales: Amount(Money::from_minor(income).unwrap_or(Money::ZERO)),
                ingresos_por_moneda: sales.income.into_iter().map(IncomeBody::from).collect(),
                transacciones_pagadas: sales.paid,
                transacciones_pendientes: sales.pending,
                total_routers: routers,
            },
            transacciones_recientes: recent.into_iter().map(PurchaseBody::from).collect(),
        }
    }
}

/// Shows the totals of the sales of the caller's company
#[utoipa::path(
    get,
    path = "/api/v1/admin/mi-empresa/dashboard",
    operation_id = "my_dashboard",
    tag = "My company",
    responses(
        (status = 200, description = "The totals of the company's sales", body = Body),
        (status = 404, description = "The company does not exist any more", body = ErrorBody),
    ),
    security(("session" = [])),
)]
pub(crate) async fn handle(CompanyAdmin { company }: CompanyAdmin, app: Data<Application>) -> ApiResult<Json<Body>> {
    Ok(Json(app.purchases.dashboard.execute(company).await?.ok_or_else(company_not_found)?.into()))
}
