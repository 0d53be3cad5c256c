//! The events that the payment gateways reported.

use diesel::{
    ExpressionMethods, Insertable, IntoSql, NullableExpressionMethods, QueryDsl, Queryable, QueryableByName,
    RunQueryDsl, Selectable, SelectableHelper,
    data_types::PgInterval,
    dsl::now,
    pg::Pg,
    sql_query,
    sql_types::{Array, BigInt, Interval, Text, Timestamptz},
};
use portero_domain::{
    Timestamp,
    gateway::Gateway,
    ids::{CompanyId, PurchaseReference},
    ports::{StorageError, Stored, Taken, WebhookEvents},
    purchase::ChargeId,
    webhook::{EventClaim, EventId, WebhookEvent},
};
use time::{Duration, OffsetDateTime};

use super::{
    error::{OrBroken, storage},
    schema::webhook_events,
    unit_of_work::PgStorage,
};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = webhook_events, check_for_backend(Pg))]
struct Row {
    company_id: String,
    gateway: String,
    event_id: String,
    charge_id: String,
    purchase: Option<String>,
}

impl From<&WebhookEvent> for Row {
    fn from(event: &WebhookEvent) -> Self {
        Self {
            company_id: event.company.as_str().to_owned(),
            gateway: event.gateway.name().to_owned(),
            event_id: event.id.as_str().to_owned(),
            charge_id: event.charge.as_str().to_owned(),
            purchase: event.purchase.as_ref().map(|purchase| purchase.as_str().to_owned()),
        }
    }
}

impl TryFrom<Row> for WebhookEvent {
    type Error = StorageError;

    fn try_from(row: Row) -> Stored<Self> {
        let purchase = row.purchase.map(|text| PurchaseReference::parse(&text).or_broken("purchase reference"));
        Ok(Self {
            company: CompanyId::parse(&row.company_id).or_broken("company id")?,
            gateway: Gateway::named(&row.gateway).or_broken("gateway")?,
            id: EventId::parse(&row.event_id).or_broken("event id")?,
            charge: ChargeId::parse(&row.charge_id).or_broken("charge id")?,
            purchase: purchase.transpose()?,
        })
    }
}

#[derive(QueryableByName)]
struct Due {
    #[diesel(sql_type = Text)]
    company_id: String,
}

/// The companies that wait, found by one probe of the index for each of them. A `DISTINCT` would read every event that
/// waits.
const COMPANIES_DUE: &str = "WITH RECURSIVE waiting (company_id) AS ( \
       (SELECT company_id FROM webhook_events WHERE next_try_at IS NOT NULL ORDER BY company_id LIMIT 1) \
       UNION ALL \
       SELECT (SELECT company_id FROM webhook_events \
               WHERE next_try_at IS NOT NULL AND company_id > waiting.company_id ORDER BY company_id LIMIT 1) \
       FROM waiting WHERE waiting.company_id IS NOT NULL) \
     SELECT waiting.company_id FROM waiting CROSS JOIN LATERAL ( \
       SELECT next_try_at FROM webhook_events \
       WHERE company_id = waiting.company_id AND next_try_at <= now() ORDER BY next_try_at LIMIT 1) AS longest \
     WHERE waiting.company_id <> ALL ($1) ORDER BY longest.next_try_at LIMIT $2";

/// The row of a claimed event, unless it is settled or was claimed again.
macro_rules! claimed {
    ($claim:ident) => {{
        let EventClaim { event, tries, .. } = $claim;
        webhook_events::table
            .filter(webhook_events::company_id.eq(event.company.as_str()))
            .filter(webhook_events::gateway.eq(event.gateway.name()))
            .filter(webhook_events::event_id.eq(event.id.as_str()))
            .filter(webhook_events::charge_id.eq(event.charge.as_str()))
            .filter(webhook_events::tries.eq(i32::try_from(*tries).or_broken("number of tries")?))
            .filter(webhook_events::next_try_at.is_not_null())
    }};
}

impl WebhookEvents for PgStorage<'_> {
    fn insert(&mut self, event: &WebhookEvent) -> Stored<Result<(), Taken>> {
        let added = diesel::insert_into(webhook_events::table)
            .values(Row::from(event))
            .on_conflict_do_nothing()
            .execute(self.connection)
            .map_err(storage)?;
        Ok(if added == 1 { Ok(()) } else { Err(Taken) })
    }

    fn companies_due(&mut self, except: &[CompanyId], limit: u16) -> Stored<Vec<CompanyId>> {
        let except: Vec<&str> = except.iter().map(CompanyId::as_str).collect();
        let rows: Vec<Due> = sql_query(COMPANIES_DUE)
            .bind::<Array<Text>, _>(except)
            .bind::<BigInt, _>(i64::from(limit))
            .load(self.connection)
            .map_err(storage)?;
        rows.iter().map(|row| CompanyId::parse(&row.company_id).or_broken("company id")).collect()
    }

    fn claim_due(&mut self, company: &CompanyId, limit: u16, lease: Duration) -> Stored<Vec<EventClaim>> {
        let due: Vec<i64> = webhook_events::table
            .filter(webhook_events::company_id.eq(company.as_str()))
            .filter(webhook_events::next_try_at.le(now.into_sql::<Timestamptz>().nullable()))
            .order((webhook_events::next_try_at, webhook_events::id))
            .limit(limit.into())
            .select(webhook_events::id)
            .for_no_key_update()
            .skip_locked()
            .load(self.connection)
            .map_err(storage)?;
        let until = now.into_sql::<Timestamptz>() + interval(lease).into_sql::<Interval>();
        let mut rows: Vec<(i64, Row, OffsetDateTime, OffsetDateTime, i32)> = diesel::update(webhook_events::table)
            .filter(webhook_events::company_id.eq(company.as_str()))
            .filter(webhook_events::id.eq_any(&due))
            .set((
                webhook_events::next_try_at.eq(until.nullable()),
                webhook_events::tries.eq(webhook_events::tries + 1),
            ))
            .returning((
                webhook_events::id,
                Row::as_returning(),
                webhook_events::received_at,
                now.into_sql::<Timestamptz>(),
                webhook_events::tries,
            ))
            .get_results(self.connection)
            .map_err(storage)?;
        rows.sort_by_key(|(id, ..)| due.iter().position(|due| due == id));
        let claims = rows.into_iter().map(|(_, row, received_at, claimed_at, tries)| {
            Ok(EventClaim {
                event: row.try_into()?,
                received_at: Timestamp::new(received_at),
                claimed_at: Timestamp::new(claimed_at),
                tries: tries.try_into().or_broken("number of tries")?,
            })
        });
        claims.collect()
    }

    fn settle(&mut self, claim: &EventClaim) -> Stored<bool> {
        let settled = webhook_events::next_try_at.eq(None::<OffsetDateTime>);
        let changed = diesel::update(claimed!(claim)).set(settled).execute(self.connection);
        Ok(changed.map_err(storage)? == 1)
    }

    fn put_off(&mut self, claim: &EventClaim, wait: Duration) -> Stored<bool> {
        let later = now.into_sql::<Timestamptz>() + interval(wait).into_sql::<Interval>();
        let later = webhook_events::next_try_at.eq(later.nullable());
        let changed = diesel::update(claimed!(claim)).set(later).execute(self.connection);
        Ok(changed.map_err(storage)? == 1)
    }

    fn give_up(&mut self, claim: &EventClaim) -> Stored<bool> {
        let deleted = diesel::delete(claimed!(claim)).execute(self.connection);
        Ok(deleted.map_err(storage)? == 1)
    }

    fn prune(&mut self, limit: u16) -> Stored<usize> {
        let oldest = now.into_sql::<Timestamptz>() - interval(EventClaim::KEPT).into_sql::<Interval>();
        let old: Vec<(String, i64)> = webhook_events::table
            .filter(webhook_events::received_at.lt(oldest))
            .order(webhook_events::received_at)
            .limit(limit.into())
            .select((webhook_events::company_id, webhook_events::id))
            .for_update()
            .skip_locked()
            .load(self.connection)
            .map_err(storage)?;
        // Most rounds find nothing old.
        if old.is_empty() {
            return Ok(0);
        }
        let (companies, ids): (Vec<String>, Vec<i64>) = old.into_iter().unzip();
        diesel::delete(webhook_events::table)
            .filter(webhook_events::company_id.eq_any(companies))
            .filter(webhook_events::id.eq_any(ids))
            .execute(self.connection)
            .map_err(storage)
    }
}

fn interval(span: Duration) -> PgInterval {
    PgInterval::from_microseconds(i64::try_from(span.whole_microseconds()).unwrap_or(i64::MAX))
}
