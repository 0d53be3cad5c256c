//! Stores a change of a purchase: the row, its timeline and its place in the queue, in one statement.

use diesel::{
    QueryableByName, RunQueryDsl, sql_query,
    sql_types::{BigInt, Bool, Integer, Nullable, SmallInt, Text, Timestamptz},
};
use portero_domain::{
    ports::{Stored, Then},
    purchase::{Cause, ChargeId, Purchase, StageParts},
};

use super::{
    micros,
    row::{guest_name, write_cardholder},
};
use crate::postgres::{error::storage, unit_of_work::PgStorage};

/// `$17` tells whether the stage has changed. `$18` is the holder, if the purchase goes on at once. `$19` is the span until it
/// is due, if it goes on at all. `$20` tells whether a holder stays. A row of the queue that its holder keeps long enough is not written again.
const SAVE: &str = "
    WITH saved AS (
        UPDATE purchases SET guest_name = $5, guest_secret_sealed = $6, stage = $7, cause = $8, charge_id = $9,
               stage_at = $10, absences = $11, cardholder = $12, paid_at = $13, refunded_minor = $14, refund_due = $15,
               tries = $16, version = $4 + 1
        WHERE purchases.company_id = $1 AND opened_at = $2 AND id = $3 AND version = $4
        RETURNING company_id, id, opened_at
    ), told AS (
        INSERT INTO purchase_events (company_id, purchase_id, at, stage, cause)
        SELECT company_id, id, statement_timestamp(), $7, $8 FROM saved WHERE $17
    ), queued AS (
        INSERT INTO purchase_queue (company_id, purchase_id, opened_at, due_at, holder)
        SELECT company_id, id, opened_at, statement_timestamp() + $19 * interval '1 microsecond', $18
        FROM saved WHERE $19 IS NOT NULL
        ON CONFLICT (company_id, purchase_id) DO UPDATE SET due_at = excluded.due_at, holder = excluded.holder
        WHERE purchase_queue.company_id = $1
          AND ($20 IS FALSE OR purchase_queue.holder IS NULL)
          AND (purchase_queue.holder IS DISTINCT FROM excluded.holder OR excluded.holder IS NULL
               OR purchase_queue.due_at < statement_timestamp() + $19 * interval '0.5 microsecond')
    ), finished AS (
        DELETE FROM purchase_queue USING saved
        WHERE purchase_queue.company_id = $1 AND purchase_queue.purchase_id = saved.id AND $19 IS NULL
    )
    SELECT count(*) AS saved FROM saved";

#[derive(QueryableByName)]
struct Saved {
    #[diesel(sql_type = BigInt)]
    saved: i64,
}

impl PgStorage<'_> {
    /// Stores `after`, unless the row has changed since `before`. Returns whether it did.
    pub(super) fn update(&mut self, before: &Purchase, after: &Purchase, then: Then) -> Stored<bool> {
        let was = StageParts::from(before.progress.stage());
        let is = StageParts::from(after.progress.stage());
        let (holder, due) = match then {
            Then::Hold(hold) => (Some(hold.process.get()), Some(micros(hold.lease)?)),
            Then::After(span) => (None, Some(micros(span)?)),
            Then::Soon => (None, Some(0)),
            Then::Done => (None, None),
        };
        let saved: Saved = sql_query(SAVE)
            .bind::<Text, _>(after.order.company.as_str())
            .bind::<Timestamptz, _>(after.progress.opened_at().get())
            .bind::<BigInt, _>(after.id.get())
            .bind::<BigInt, _>(before.version)
            .bind::<Text, _>(guest_name(&after.guest))
            .bind::<Text, _>(after.guest.secret().as_str())
            .bind::<Text, _>(is.kind.name())
            .bind::<Nullable<Text>, _>(is.cause.map(Cause::name))
            .bind::<Nullable<Text>, _>(after.charge.as_ref().map(ChargeId::as_str))
            .bind::<Nullable<Timestamptz>, _>(is.at.map(portero_domain::Timestamp::get))
            .bind::<SmallInt, _>(i16::from(is.absences))
            .bind::<Nullable<Text>, _>(after.cardholder.as_ref().map(write_cardholder).transpose()?)
            .bind::<Nullable<Timestamptz>, _>(after.paid_at.map(portero_domain::Timestamp::get))
            .bind::<BigInt, _>(after.refunded.minor())
            .bind::<Bool, _>(after.refund_due)
            .bind::<Integer, _>(i32::from(after.tries))
            .bind::<Bool, _>((was.kind, was.cause) != (is.kind, is.cause))
            .bind::<Nullable<BigInt>, _>(holder)
            .bind::<Nullable<BigInt>, _>(due)
            .bind::<Bool, _>(matches!(then, Then::Soon))
            .get_result(self.connection)
            .map_err(storage)?;
        Ok(saved.saved == 1)
    }
}
