//! The sums of a company's sales. A change of a purchase changes them in the same transaction, so they cost the same at any
//! number of purchases.

use diesel::{
    QueryableByName, RunQueryDsl, sql_query,
    sql_types::{BigInt, SmallInt, Text},
};
use portero_domain::{
    ids::CompanyId,
    money::{Currency, Money},
    ports::Stored,
    purchase::{Income, Purchase, PurchaseSummary},
};

use crate::postgres::{
    error::{OrBroken, storage},
    unit_of_work::PgStorage,
};

/// In how many rows the sums of a day are.
const SLOTS: i64 = 8;

const ADD: &str = "
    INSERT INTO purchase_sums AS sums
        (company_id, day, currency, slot, paid, paid_minor, returned, returned_minor, decided)
    VALUES ($1, (statement_timestamp() AT TIME ZONE 'UTC')::date, $2, $3, $4, $5, $6, $7, $8)
    ON CONFLICT (company_id, day, currency, slot) DO UPDATE SET
        paid = sums.paid + excluded.paid, paid_minor = sums.paid_minor + excluded.paid_minor,
        returned = sums.returned + excluded.returned, returned_minor = sums.returned_minor + excluded.returned_minor,
        decided = sums.decided + excluded.decided";

/// The sum of bigints is a numeric. The cast refuses one that no bigint can hold.
const SUMS: &str = "
    SELECT currency, sum(paid)::bigint AS paid, sum(decided)::bigint AS decided, sum(returned)::bigint AS returned,
           sum(paid_minor - returned_minor)::bigint AS income
    FROM purchase_sums WHERE company_id = $1 GROUP BY currency ORDER BY currency";

/// Whether an undecided purchase is paid is open. Each of them is in the queue.
const PENDING: &str = "
    SELECT count(*) AS pending FROM purchase_queue
    JOIN purchases ON purchases.company_id = purchase_queue.company_id
                  AND purchases.opened_at = purchase_queue.opened_at AND purchases.id = purchase_queue.purchase_id
    WHERE purchase_queue.company_id = $1 AND purchases.company_id = $1
      AND purchases.stage IN ('opened', 'reserved', 'charging', 'confirming', 'cancelling')";

#[derive(QueryableByName)]
struct SumRow {
    #[diesel(sql_type = Text)]
    currency: String,
    #[diesel(sql_type = BigInt)]
    paid: i64,
    #[diesel(sql_type = BigInt)]
    decided: i64,
    #[diesel(sql_type = BigInt)]
    returned: i64,
    #[diesel(sql_type = BigInt)]
    income: i64,
}

#[derive(QueryableByName)]
struct PendingRow {
    #[diesel(sql_type = BigInt)]
    pending: i64,
}

impl PgStorage<'_> {
    pub(super) fn add_share(&mut self, before: &Purchase, after: &Purchase) -> Stored<()> {
        let share = after.share().since(before.share());
        if share.is_nothing() {
            return Ok(());
        }
        let slot = i16::try_from(after.id.get().rem_euclid(SLOTS)).or_broken("id of a purchase")?;
        sql_query(ADD)
            .bind::<Text, _>(after.order.company.as_str())
            .bind::<Text, _>(after.order.terms.currency.code())
            .bind::<SmallInt, _>(slot)
            .bind::<BigInt, _>(share.paid)
            .bind::<BigInt, _>(share.paid_minor)
            .bind::<BigInt, _>(share.returned)
            .bind::<BigInt, _>(share.returned_minor)
            .bind::<BigInt, _>(share.decided)
            .execute(self.connection)
            .map_err(storage)?;
        Ok(())
    }

    pub(super) fn sums(&mut self, company: &CompanyId) -> Stored<PurchaseSummary> {
        let rows: Vec<SumRow> =
            sql_query(SUMS).bind::<Text, _>(company.as_str()).load(self.connection).map_err(storage)?;
        let pending: PendingRow =
            sql_query(PENDING).bind::<Text, _>(company.as_str()).get_result(self.connection).map_err(storage)?;
        let count = |sum: i64| u64::try_from(sum).or_broken("count of purchases");
        let mut summary = PurchaseSummary { pending: count(pending.pending)?, ..PurchaseSummary::default() };
        summary.total = summary.pending;
        for row in rows {
            summary.total += count(row.decided)?;
            summary.paid += count(row.paid - row.returned)?;
            if row.paid > 0 {
                let currency = Currency::parse(&row.currency).or_broken("currency")?;
                let amount = Money::from_minor(row.income).or_broken("income")?;
                summary.income.push(Income { currency, amount });
            }
        }
        Ok(summary)
    }
}
