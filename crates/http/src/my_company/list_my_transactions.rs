use actix_web::web::{Data, Json};
use portero_application::Application;
use portero_domain::page::Page;
use serde::Serialize;
use utoipa::ToSchema;

use super::TransactionBody;
use crate::{
    auth::CompanyAdmin,
    error::{ApiResult, ErrorBody},
    query::Query,
};

/// How many transactions are listed unless something else is asked for.
const LIMIT: u16 = 50;

/// A part of a company's transactions.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Transactions)]
pub(crate) struct Body {
    empresa_id: String,
    /// How many there are in all.
    total: u64,
    limit: u16,
    offset: u32,
    transacciones: Vec<TransactionBody>,
}

/// Lists the transactions of the caller's company, newest first
#[utoipa::path(
    get,
    path = "/api/v1/admin/mi-empresa/transacciones",
    operation_id = "list_my_transactions",
    tag = "My company",
    params(
        ("limit" = Option<u16>, Query, description = "How many at most; 50 when left out",
            minimum = 1, maximum = 500),
        ("offset" = Option<u32>, Query, description = "How many to leave out at the start"),
    ),
    responses(
        (status = 200, description = "The transactions", body = Body),
        (status = 422, description = "Faulty `limit` or `offset`", body = ErrorBody),
    ),
    security(("session" = [])),
)]
pub(crate) async fn handle(
    CompanyAdmin { company }: CompanyAdmin,
    query: Query,
    app: Data<Application>,
) -> ApiResult<Json<Body>> {
    let Page { limit, offset } = query.page()?;
    let limit = limit.unwrap_or(LIMIT);
    let empresa_id = company.to_string();
    let listing = app.list_transactions.execute(company, Page { limit: Some(limit), offset }).await?;
    let transacciones = listing.items.into_iter().map(TransactionBody::from).collect();
    Ok(Json(Body { empresa_id, total: listing.total, limit, offset, transacciones }))
}
