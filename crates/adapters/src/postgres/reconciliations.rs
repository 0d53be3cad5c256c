//! When companies are to be compared with their payment gateways.

use diesel::{
    QueryableByName, RunQueryDsl, sql_query,
    sql_types::{Array, BigInt, Double, Text},
};
use portero_domain::{
    ids::CompanyId,
    ports::{Reconciliations, Stored},
};
use time::Duration;

use super::{
    error::{OrBroken, storage},
    unit_of_work::PgStorage,
};

/// The company's own time on the next day (UTC), between one hour after midnight and one hour before the next midnight.
macro_rules! next_day {
    ($company:literal) => {
        concat!(
            "date_trunc('day', now(), 'UTC') + make_interval(days => 1, secs => 3600 + abs(hashtextextended(",
            $company,
            ", 0) % 79200))"
        )
    };
}

/// Companies of older versions have no row.
const ADD: &str = concat!(
    "INSERT INTO reconciliations (company_id, due_at) SELECT id, ",
    next_day!("id"),
    " FROM companies WHERE NOT EXISTS (SELECT FROM reconciliations WHERE company_id = companies.id) \
     ORDER BY id ON CONFLICT DO NOTHING"
);

const DUE: &str = "SELECT company_id FROM reconciliations WHERE due_at <= now() \
     ORDER BY due_at, company_id LIMIT $1 FOR NO KEY UPDATE SKIP LOCKED";

const CLAIM: &str = "UPDATE reconciliations SET due_at = now() + make_interval(secs => $2) WHERE company_id = ANY ($1)";

const SETTLE: &str = concat!(
    "UPDATE reconciliations SET compared_at = now(), due_at = ",
    next_day!("company_id"),
    " WHERE company_id = $1"
);

#[derive(QueryableByName)]
struct Due {
    #[diesel(sql_type = Text)]
    company_id: String,
}

impl Reconciliations for PgStorage<'_> {
    fn claim_due(&mut self, limit: u16, lease: Duration) -> Stored<Vec<CompanyId>> {
        sql_query(ADD).execute(self.connection).map_err(storage)?;
        let due: Vec<Due> =
            sql_query(DUE).bind::<BigInt, _>(i64::from(limit)).load(self.connection).map_err(storage)?;
        // Most rounds find nothing due.
        if due.is_empty() {
            return Ok(Vec::new());
        }
        let companies: Vec<&str> = due.iter().map(|row| row.company_id.as_str()).collect();
        sql_query(CLAIM)
            .bind::<Array<Text>, _>(companies)
            .bind::<Double, _>(lease.as_seconds_f64())
            .execute(self.connection)
            .map_err(storage)?;
        due.iter().map(|row| CompanyId::parse(&row.company_id).or_broken("company id")).collect()
    }

    fn settle(&mut self, company: &CompanyId) -> Stored<()> {
        let settled = sql_query(SETTLE).bind::<Text, _>(company.as_str()).execute(self.connection);
        settled.map(drop).map_err(storage)
    }
}
