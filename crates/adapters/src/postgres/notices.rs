//! The notices to companies. All waits count by the database's clock, which all processes share.

use diesel::{
    ExpressionMethods, QueryableByName, RunQueryDsl, sql_query,
    sql_types::{Array, BigInt, Double, Integer, SmallInt, Text, Timestamptz},
};
use portero_domain::{
    Timestamp,
    ids::CompanyId,
    notification::{DaysLeft, NewNotice, Notice, NoticeId, NoticeOutcome, Occasion},
    ports::{NoticeClaims, Notices, StorageError, Stored},
};
use time::Duration;

use super::{
    error::{OrBroken, storage},
    schema::notices,
    unit_of_work::PgStorage,
};

/// The notices that are due, up to a number of each company, without those of the busy companies. The condition on `due_at` is
/// there twice: PostgreSQL checks it again if another process has just claimed the row.
const DUE: &str = "SELECT notices.company_id, notices.id FROM notices JOIN ( \
       SELECT company_id, id, row_number() OVER (PARTITION BY company_id ORDER BY due_at, id) AS turn \
       FROM notices WHERE due_at <= now() AND company_id <> ALL ($1) \
     ) AS due ON due.company_id = notices.company_id AND due.id = notices.id \
     WHERE due.turn <= $2 AND notices.due_at <= now() \
     ORDER BY notices.due_at, notices.id LIMIT $3 FOR NO KEY UPDATE OF notices SKIP LOCKED";

const CLAIM: &str = "UPDATE notices SET tries = notices.tries + 1, due_at = now() + make_interval(secs => $3) \
     FROM unnest($1, $2) AS claimed (company_id, id) \
     WHERE notices.company_id = claimed.company_id AND notices.id = claimed.id \
     RETURNING notices.company_id, notices.id, notices.kind, notices.subject, notices.occurrence, notices.tries";

const END: &str = "UPDATE notices SET due_at = NULL, ended_at = now(), outcome = $3 \
     WHERE company_id = $1 AND id = $2 AND ended_at IS NULL";

const PUT_OFF: &str = "UPDATE notices SET due_at = now() + make_interval(secs => $4) \
     WHERE company_id = $1 AND id = $2 AND tries = $3 AND ended_at IS NULL";

/// The rows are locked in order, so two processes that put off one company cannot deadlock.
const PUT_OFF_COMPANY: &str = "UPDATE notices SET due_at = now() + make_interval(secs => $2) FROM ( \
       SELECT id FROM notices WHERE company_id = $1 AND due_at < now() + make_interval(secs => $2) \
       ORDER BY id FOR NO KEY UPDATE \
     ) AS held WHERE notices.company_id = $1 AND notices.id = held.id";

const PRUNE: &str = "DELETE FROM notices USING ( \
       SELECT company_id, id FROM notices WHERE ended_at < now() - make_interval(secs => $1) \
       ORDER BY ended_at LIMIT $2 FOR UPDATE SKIP LOCKED \
     ) AS old WHERE notices.company_id = old.company_id AND notices.id = old.id";

/// Reads one range of `api_keys_expiring`, and looks in `notices_once` for each key. The scalar query keeps it so: PostgreSQL
/// would make a join of `NOT EXISTS`, which compares each key with each notice.
const EXPIRING: &str = "INSERT INTO notices (company_id, kind, subject, occurrence) \
     SELECT api_keys.company_id, $1, api_keys.router_id || ' ' || api_keys.id, 0 FROM api_keys \
     WHERE api_keys.revoked_at IS NULL AND api_keys.expires_at > $2 AND api_keys.expires_at <= $3 \
     AND api_keys.issued_at < api_keys.expires_at - make_interval(days => $4) AND ( \
       SELECT notices.id FROM notices WHERE notices.company_id = api_keys.company_id AND notices.kind = $1 \
       AND notices.subject = api_keys.router_id || ' ' || api_keys.id AND notices.occurrence = 0 \
     ) IS NULL ORDER BY api_keys.expires_at LIMIT $5 ON CONFLICT DO NOTHING";

#[derive(QueryableByName)]
struct Place {
    #[diesel(sql_type = Text)]
    company_id: String,
    #[diesel(sql_type = BigInt)]
    id: i64,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(embed)]
    place: Place,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Text)]
    subject: String,
    #[diesel(sql_type = BigInt)]
    occurrence: i64,
    #[diesel(sql_type = SmallInt)]
    tries: i16,
}

impl TryFrom<Row> for Notice {
    type Error = StorageError;

    fn try_from(row: Row) -> Stored<Self> {
        Ok(Self {
            id: NoticeId::new(row.place.id),
            company: CompanyId::parse(&row.place.company_id).or_broken("company id")?,
            occasion: Occasion::restore(&row.kind, &row.subject).or_broken("occasion of a notice")?,
            occurrence: row.occurrence,
            tries: u16::try_from(row.tries).or_broken("number of tries")?,
        })
    }
}

const fn outcome_name(outcome: NoticeOutcome) -> &'static str {
    match outcome {
        NoticeOutcome::Sent => "sent",
        NoticeOutcome::Unwanted => "unwanted",
        NoticeOutcome::GivenUp => "given_up",
    }
}

impl Notices for PgStorage<'_> {
    fn insert(&mut self, notice: &NewNotice) -> Stored<()> {
        let NewNotice { company, occasion, occurrence } = notice;
        diesel::insert_into(notices::table)
            .values((
                notices::company_id.eq(company.as_str()),
                notices::kind.eq(occasion.kind()),
                notices::subject.eq(occasion.subject()),
                notices::occurrence.eq(occurrence),
            ))
            .on_conflict((notices::company_id, notices::kind, notices::subject, notices::occurrence))
            .do_nothing()
            .execute(self.connection)
            .map(drop)
            .map_err(storage)
    }

    fn insert_expiring(&mut self, days: DaysLeft, now: Timestamp, limit: u16) -> Stored<usize> {
        let (from, until) = days.range(now);
        sql_query(EXPIRING)
            .bind::<Text, _>(days.kind())
            .bind::<Timestamptz, _>(from.get())
            .bind::<Timestamptz, _>(until.get())
            .bind::<Integer, _>(i32::from(days.get()))
            .bind::<BigInt, _>(i64::from(limit))
            .execute(self.connection)
            .map_err(storage)
    }

    fn claim_due(&mut self, limit: u16, busy: &[CompanyId]) -> Stored<NoticeClaims> {
        let busy: Vec<&str> = busy.iter().map(CompanyId::as_str).collect();
        let due: Vec<Place> = sql_query(DUE)
            .bind::<Array<Text>, _>(busy)
            .bind::<Integer, _>(i32::from(Notice::AT_ONCE))
            .bind::<BigInt, _>(i64::from(limit))
            .load(self.connection)
            .map_err(storage)?;
        // Most rounds find nothing due.
        if due.is_empty() {
            return Ok(NoticeClaims { notices: Vec::new(), more: false });
        }
        // A claim that a crash of the database loses leads to one more message at most.
        self.do_not_wait_for_the_disk()?;
        let (companies, ids): (Vec<&str>, Vec<i64>) = due.iter().map(|at| (at.company_id.as_str(), at.id)).unzip();
        let mut rows: Vec<Row> = sql_query(CLAIM)
            .bind::<Array<Text>, _>(companies)
            .bind::<Array<BigInt>, _>(ids)
            .bind::<Double, _>(Notice::LEASE.as_seconds_f64())
            .load(self.connection)
            .map_err(storage)?;
        rows.sort_by_key(|row| due.iter().position(|at| at.id == row.place.id));
        let more = due.len() == usize::from(limit);
        Ok(NoticeClaims { notices: rows.into_iter().map(Notice::try_from).collect(), more })
    }

    fn end(&mut self, notice: &Notice, outcome: NoticeOutcome) -> Stored<()> {
        sql_query(END)
            .bind::<Text, _>(notice.company.as_str())
            .bind::<BigInt, _>(notice.id.get())
            .bind::<Text, _>(outcome_name(outcome))
            .execute(self.connection)
            .map(drop)
            .map_err(storage)
    }

    fn put_off(&mut self, notice: &Notice, wait: Duration) -> Stored<()> {
        sql_query(PUT_OFF)
            .bind::<Text, _>(notice.company.as_str())
            .bind::<BigInt, _>(notice.id.get())
            .bind::<Integer, _>(i32::from(notice.tries))
            .bind::<Double, _>(wait.as_seconds_f64())
            .execute(self.connection)
            .map(drop)
            .map_err(storage)
    }

    fn put_off_company(&mut self, company: &CompanyId, wait: Duration) -> Stored<()> {
        sql_query(PUT_OFF_COMPANY)
            .bind::<Text, _>(company.as_str())
            .bind::<Double, _>(wait.as_seconds_f64())
            .execute(self.connection)
            .map(drop)
            .map_err(storage)
    }

    fn prune(&mut self, limit: u16) -> Stored<usize> {
        sql_query(PRUNE)
            .bind::<Double, _>(Notice::KEPT.as_seconds_f64())
            .bind::<BigInt, _>(i64::from(limit))
            .execute(self.connection)
            .map_err(storage)
    }
}
