use actix_web::{Either, HttpRequest, HttpResponse, web::Data};
use portero_application::Application;
use portero_domain::page::{Limit, Page, Start};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    PurchaseBody,
    transaction_filter::{self, TransactionFilterParams},
    transactions_csv,
};
use crate::api::{
    auth::CompanyAdmin,
    error::{ApiResult, ErrorBody},
    listed::{Listed, Row, rows},
    query::Query,
};

/// The default number of transactions on a page.
const LIMIT: Limit = Limit::new(50).unwrap();

/// A page of a company's transactions.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Transactions)]
pub(crate) struct Body {
    empresa_id: String,
    /// The number of all transactions. Null with `despues_de`.
    #[schema(required)]
    total: Option<u64>,
    limit: u16,
    /// The number of skipped transactions. Null with `despues_de`.
    #[schema(required)]
    offset: Option<u32>,
    /// A damaged row is a `DamagedRow` instead.
    #[schema(value_type = Vec<PurchaseBody>)]
    transacciones: Vec<Row<PurchaseBody>>,
}

/// Lists the transactions of the caller's company, newest first
///
/// With `Accept: text/csv` the response is a CSV file of all transactions that match the filter, or of `limit` transactions. Its
/// columns are the fields of a transaction. An apostrophe stands before a text that a spreadsheet would take for a formula. A
/// damaged row has its `id` alone.
#[utoipa::path(
    get,
    path = "/api/v1/admin/mi-empresa/transacciones",
    operation_id = "list_my_transactions",
    tag = "My company",
    params(
        ("limit" = Option<u16>, Query, description = "The largest number of items. Default: 50",
            minimum = 1, maximum = 500),
        ("offset" = Option<u32>, Query, description = "The number of items to skip. A large offset is slow"),
        ("despues_de" = Option<String>, Query, description = "The `X-Next-Cursor` of the previous page, or `inicio` for \
            the first page. Not together with `offset`. The response then has no total", example = "inicio"),
        TransactionFilterParams,
    ),
    responses(
        (status = 200, description = "The transactions", content((Body = "application/json"), (String = "text/csv"))),
        (status = 422, description = "A field of the query is invalid", body = ErrorBody),
    ),
    security(("session" = [])),
)]
pub(crate) async fn handle(
    CompanyAdmin { company }: CompanyAdmin,
    request: HttpRequest,
    query: Query,
    app: Data<Application>,
) -> ApiResult<Either<Listed<Body>, HttpResponse>> {
    let (filter, Page { limit, start }) = transaction_filter::read(&query)?;
    if transactions_csv::is_wanted(&request) {
        let file = transactions_csv::response(&app, company, filter, Page { limit, start }).await?;
        return Ok(Either::Right(file));
    }
    let limit = limit.unwrap_or(LIMIT);
    let offset = match start {
        Start::Offset(offset) => Some(offset),
        Start::Beginning | Start::After(_) => None,
    };
    let empresa_id = company.to_string();
    let listing = app.purchases.list.execute(company, filter, Page { limit: Some(limit), start }).await?;
    let (total, next, transacciones) = (listing.total, listing.next, rows(listing));
    let body = Body { empresa_id, total, limit: limit.get(), offset, transacciones };
    Ok(Either::Left(Listed::with_next(body, next)))
}
