//! The purchases that have a next step, and the processes that hold them.

use diesel::{
    QueryableByName, RunQueryDsl, sql_query,
    sql_types::{Array, BigInt, Text},
};
use portero_domain::{
    ids::{CompanyId, ProcessId},
    ports::{Hold, Processes, Stored},
    purchase::Purchase,
};
use time::Duration;

use super::{micros, row::Row};
use crate::postgres::{error::storage, unit_of_work::PgStorage};

const ENQUEUE: &str = "
    INSERT INTO purchase_queue (company_id, purchase_id, opened_at, due_at, holder)
    VALUES ($1, $2, $3, statement_timestamp() + $4 * interval '1 microsecond', $5)";

/// It locks rows of the queue alone, and waits for none. A change of a purchase locks the purchase first.
const CLAIM: &str = "
    WITH due AS (
        SELECT company_id, purchase_id FROM purchase_queue
        WHERE due_at <= statement_timestamp() AND company_id <> ALL ($1)
        ORDER BY due_at LIMIT $2 FOR UPDATE SKIP LOCKED
    ), held AS (
        UPDATE purchase_queue SET due_at = statement_timestamp() + $3 * interval '1 microsecond', holder = $4
        FROM due WHERE purchase_queue.company_id = due.company_id AND purchase_queue.purchase_id = due.purchase_id
        RETURNING purchase_queue.company_id, purchase_queue.opened_at, purchase_queue.purchase_id
    )
    SELECT purchases.* FROM held
    JOIN purchases ON purchases.company_id = held.company_id AND purchases.opened_at = held.opened_at
                  AND purchases.id = held.purchase_id";

const BEAT: &str = "
    INSERT INTO processes (id, alive_until) VALUES ($1, statement_timestamp() + $2 * interval '1 microsecond')
    ON CONFLICT (id) DO UPDATE SET alive_until = excluded.alive_until";

const FORGET: &str = "DELETE FROM processes WHERE alive_until < statement_timestamp() AND id <> $1 RETURNING id";

/// A refund may be under way. It is made by its holder alone until the lease is over.
const RELEASE: &str = "
    UPDATE purchase_queue SET due_at = statement_timestamp(), holder = NULL
    FROM purchases
    WHERE purchase_queue.holder = ANY ($1) AND purchases.company_id = purchase_queue.company_id
      AND purchases.opened_at = purchase_queue.opened_at AND purchases.id = purchase_queue.purchase_id
      AND purchases.stage <> 'refunding' AND NOT purchases.refund_due";

#[derive(QueryableByName)]
struct Gone {
    #[diesel(sql_type = BigInt)]
    id: i64,
}

impl PgStorage<'_> {
    pub(super) fn enqueue(&mut self, purchase: &Purchase, hold: Hold) -> Stored<()> {
        sql_query(ENQUEUE)
            .bind::<Text, _>(purchase.order.company.as_str())
            .bind::<BigInt, _>(purchase.id.get())
            .bind::<diesel::sql_types::Timestamptz, _>(purchase.progress.opened_at().get())
            .bind::<BigInt, _>(micros(hold.lease)?)
            .bind::<BigInt, _>(hold.process.get())
            .execute(self.connection)
            .map_err(storage)?;
        Ok(())
    }

    pub(super) fn claim(&mut self, hold: Hold, limit: u16, busy: &[CompanyId]) -> Stored<Vec<Stored<Purchase>>> {
        let busy: Vec<&str> = busy.iter().map(CompanyId::as_str).collect();
        let rows: Vec<Row> = sql_query(CLAIM)
            .bind::<Array<Text>, _>(busy)
            .bind::<BigInt, _>(i64::from(limit))
            .bind::<BigInt, _>(micros(hold.lease)?)
            .bind::<BigInt, _>(hold.process.get())
            .load(self.connection)
            .map_err(storage)?;
        Ok(rows.into_iter().map(Purchase::try_from).collect())
    }

    fn release(&mut self, processes: &[i64]) -> Stored<u64> {
        let released = sql_query(RELEASE).bind::<Array<BigInt>, _>(processes).execute(self.connection);
        released.map(|rows| rows as u64).map_err(storage)
    }
}

impl Processes for PgStorage<'_> {
    fn beat(&mut self, process: ProcessId, lease: Duration) -> Stored<u64> {
        sql_query(BEAT)
            .bind::<BigInt, _>(process.get())
            .bind::<BigInt, _>(micros(lease)?)
            .execute(self.connection)
            .map_err(storage)?;
        let gone: Vec<Gone> =
            sql_query(FORGET).bind::<BigInt, _>(process.get()).load(self.connection).map_err(storage)?;
        if gone.is_empty() {
            return Ok(0);
        }
        let gone: Vec<i64> = gone.iter().map(|process| process.id).collect();
        self.release(&gone)
    }

    fn leave(&mut self, process: ProcessId) -> Stored<()> {
        sql_query("DELETE FROM processes WHERE id = $1")
            .bind::<BigInt, _>(process.get())
            .execute(self.connection)
            .map_err(storage)?;
        self.release(&[process.get()]).map(drop)
    }
}
