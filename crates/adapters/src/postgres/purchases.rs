//! The record of sales.

use diesel::{
    ExpressionMethods, QueryDsl, Queryable, QueryableByName, RunQueryDsl, Selectable, SelectableHelper,
    pg::Pg,
    sql_query,
    sql_types::{BigInt, Text},
};
use portero_domain::{
    Timestamp,
    ids::{CompanyId, ProductId, PurchaseId, RouterId},
    money::{Currency, Money},
    page::{Listing, Page, RowId, RowLabel},
    ports::{Purchases, StorageError, Stored},
    purchase::{PaymentStatus, Purchase, PurchaseSummary},
    text::{Email, Name},
};
use time::OffsetDateTime;

use super::{
    error::{OrBroken, storage},
    listing::{Labelled, counted, listing, newest_first},
    schema::transactions,
    unit_of_work::PgStorage,
};

#[derive(Queryable, Selectable)]
#[diesel(table_name = transactions, check_for_backend(Pg))]
struct Row {
    id: i64,
    reference: String,
    company_id: String,
    router_id: String,
    product_id: Option<i64>,
    amount_minor: i64,
    currency: String,
    status: String,
    customer_name: Option<String>,
    customer_email: Option<String>,
    created_at: OffsetDateTime,
    paid_at: Option<OffsetDateTime>,
}

impl TryFrom<Row> for Purchase {
    type Error = StorageError;

    fn try_from(row: Row) -> Stored<Self> {
        Ok(Self {
            id: PurchaseId::new(row.id),
            reference: row.reference,
            company: CompanyId::parse(&row.company_id).or_broken("company id")?,
            router: RouterId::parse(&row.router_id).or_broken("router id")?,
            product: row.product_id.map(ProductId::new),
            amount: Money::from_minor(row.amount_minor).or_broken("amount")?,
            currency: Currency::parse(&row.currency).or_broken("currency")?,
            status: status_named(&row.status).or_broken("payment status")?,
            customer_name: row.customer_name.as_deref().map(Name::parse).transpose().or_broken("customer's name")?,
            customer_email: row
                .customer_email
                .as_deref()
                .map(Email::parse)
                .transpose()
                .or_broken("customer's e-mail")?,
            created_at: Timestamp::new(row.created_at),
            paid_at: row.paid_at.map(Timestamp::new),
        })
    }
}

impl Labelled for Row {
    fn label(&self) -> RowLabel {
        RowLabel { id: RowId::Number(self.id), name: Some(self.reference.clone()), active: None }
    }
}

fn status_named(name: &str) -> Option<PaymentStatus> {
    match name {
        "pending" => Some(PaymentStatus::Pending),
        "paid" => Some(PaymentStatus::Paid),
        "failed" => Some(PaymentStatus::Failed),
        "refunded" => Some(PaymentStatus::Refunded),
        _ => None,
    }
}

/// The sum of bigints is a numeric; one that no bigint can hold is refused by the cast.
const SUMMARY: &str = "
    SELECT count(*) AS total,
           count(*) FILTER (WHERE status = 'paid') AS paid,
           count(*) FILTER (WHERE status = 'pending') AS pending,
           coalesce(sum(amount_minor) FILTER (WHERE status = 'paid'), 0)::bigint AS income
    FROM transactions
    WHERE company_id = $1";

#[derive(QueryableByName)]
struct SummaryRow {
    #[diesel(sql_type = BigInt)]
    total: i64,
    #[diesel(sql_type = BigInt)]
    paid: i64,
    #[diesel(sql_type = BigInt)]
    pending: i64,
    #[diesel(sql_type = BigInt)]
    income: i64,
}

impl Purchases for PgStorage<'_> {
    fn list(&mut self, company: &CompanyId, page: Page<Purchase>) -> Stored<Listing<Purchase>> {
        let of_company = transactions::table.filter(transactions::company_id.eq(company.as_str()));
        let key = (transactions::created_at, transactions::id);
        let rows =
            newest_first(of_company.into_boxed(), key, &page).select((Row::as_select(), key)).load(self.connection);
        listing(&page, rows, || of_company.count().get_result(self.connection))
    }

    fn summary(&mut self, company: &CompanyId) -> Stored<PurchaseSummary> {
        let row: SummaryRow =
            sql_query(SUMMARY).bind::<Text, _>(company.as_str()).get_result(self.connection).map_err(storage)?;
        Ok(PurchaseSummary {
            total: counted(Ok(row.total))?,
            paid: counted(Ok(row.paid))?,
            pending: counted(Ok(row.pending))?,
            income: Money::from_minor(row.income).or_broken("income")?,
        })
    }
}
