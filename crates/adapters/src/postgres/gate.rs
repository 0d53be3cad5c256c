//! The gate: one statement admits and counts.

use async_trait::async_trait;
use diesel::{
    BoolExpressionMethods, ExpressionMethods, JoinOnDsl, OptionalExtension, PgConnection, QueryDsl, QueryResult,
    Queryable, RunQueryDsl, SelectableHelper,
    pg::Pg,
    query_builder::{AstPass, Query, QueryFragment, QueryId},
    sql_types::{Binary, Bool, Nullable, Text, Timestamptz},
};
use portero_domain::{
    Timestamp,
    api_key::{ApiKey, Standing},
    ids::{CompanyId, RouterId},
    ports::{Admission, AdmittedCompany, AdmittedRouter, Gate, GateError, PresentedKey, Refusal, Stored},
    router::Location,
    text::Name,
};
use time::OffsetDateTime;

use super::{
    api_keys::Row as ApiKeyRow,
    companies::{foreign_id, mode_named},
    error::{OrBroken, storage},
    executor::PgExecutor,
    schema::{api_keys, companies},
};

/// Admits by asking the database each time, and keeps nothing.
#[derive(Clone, Debug)]
pub struct PgGate {
    executor: PgExecutor,
}

impl PgGate {
    /// A gate by this executor.
    pub const fn new(executor: PgExecutor) -> Self {
        Self { executor }
    }
}

#[async_trait]
impl Gate for PgGate {
    async fn admit(&self, key: PresentedKey, now: Timestamp) -> Result<Admission, GateError> {
        let verdict = self.executor.run(move |connection, _| admit(connection, &key, now)).await?;
        Ok(verdict?)
    }
}

fn admit(connection: &mut PgConnection, key: &PresentedKey, now: Timestamp) -> Stored<Result<Admission, Refusal>> {
    if let Some(admission) = count(connection, key, now)? {
        return Ok(Ok(admission));
    }
    if let Some(refusal) = refusal(connection, key, now)? {
        return Ok(Err(refusal));
    }
    // Between the two someone changed the record for the better: switched the company on, say.
    Ok(count(connection, key, now)?.ok_or(Refusal::Unknown))
}

/// Admits and counts, or does neither.
fn count(connection: &mut PgConnection, key: &PresentedKey, now: Timestamp) -> Stored<Option<Admission>> {
    let row: QueryResult<Row> = Count { key, now: now.get() }.get_result(connection);
    row.optional().map_err(storage)?.map(|row| row.admission(key)).transpose()
}

/// Why the statement found nothing to count, by the domain's own rule. Nothing, if there is no reason any more.
fn refusal(connection: &mut PgConnection, key: &PresentedKey, now: Timestamp) -> Stored<Option<Refusal>> {
    let found: Option<(ApiKeyRow, bool)> = api_keys::table
        .inner_join(companies::table.on(companies::id.eq(api_keys::company_id)))
        .filter(
            api_keys::id
                .eq(key.id.as_str())
                .and(api_keys::token_sha256.eq(key.fingerprint.bytes().as_slice()))
                .and(api_keys::router_id.eq(key.router.as_str())),
        )
        .select((ApiKeyRow::as_select(), companies::active))
        .first(connection)
        .optional()
        .map_err(storage)?;
    let Some((row, company_active)) = found else { return Ok(Some(Refusal::Unknown)) };
    Ok(match ApiKey::try_from(row)?.standing(now) {
        Standing::Revoked { .. } => Some(Refusal::Revoked),
        Standing::Expired => Some(Refusal::Expired),
        Standing::Active if !company_active => Some(Refusal::CompanyInactive),
        Standing::Active => None,
    })
}

/// The statement, a transaction by itself. PostgreSQL holds the row's newest version against the conditions after waiting
/// for a rival, so that no use follows a committed revocation.
///
/// It commits without waiting for the disk, by a setting that ends with it: a crash of the database host may take the last
/// moment's counts (decisions, "Beyond the documents"), and thousands of calls a second need no disk of that speed. A
/// revocation waits for the disk, and for all that came before it.
///
/// A node of Diesel's own query tree, because text (`sql_query`) would be planned anew for each call: Diesel keeps a prepared
/// statement only for what has a static identity.
struct Count<'a> {
    key: &'a PresentedKey,
    now: OffsetDateTime,
}

impl QueryId for Count<'_> {
    type QueryId = Count<'static>;

    const HAS_STATIC_QUERY_ID: bool = true;
}

impl QueryFragment<Pg> for Count<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("UPDATE api_keys SET use_count = use_count + 1, last_used_at = greatest(last_used_at, ");
        out.push_bind_param::<Timestamptz, _>(&self.now)?;
        out.push_sql(
            ") FROM routers JOIN companies ON companies.id = routers.company_id \
             WHERE (SELECT set_config('synchronous_commit', 'off', true)) IS NOT NULL \
             AND routers.id = api_keys.router_id AND companies.active AND api_keys.revoked_at IS NULL AND api_keys.expires_at > ",
        );
        out.push_bind_param::<Timestamptz, _>(&self.now)?;
        out.push_sql(" AND api_keys.id = ");
        out.push_bind_param::<Text, _>(self.key.id.as_str())?;
        out.push_sql(" AND api_keys.router_id = ");
        out.push_bind_param::<Text, _>(self.key.router.as_str())?;
        out.push_sql(" AND api_keys.token_sha256 = ");
        out.push_bind_param::<Binary, _>(self.key.fingerprint.bytes().as_slice())?;
        out.push_sql(
            " RETURNING routers.id, routers.name, routers.location, routers.active, companies.id, companies.name, \
             companies.conekta_public_key, companies.conekta_mode, companies.mercado_pago_public_key",
        );
        Ok(())
    }
}

impl Query for Count<'_> {
    type SqlType = (Text, Text, Nullable<Text>, Bool, Text, Text, Nullable<Text>, Text, Nullable<Text>);
}

impl RunQueryDsl<PgConnection> for Count<'_> {}

/// What the statement returns, in its order.
#[derive(Queryable)]
struct Row {
    router: String,
    router_name: String,
    location: Option<String>,
    router_active: bool,
    company: String,
    company_name: String,
    conekta_public_key: Option<String>,
    conekta_mode: String,
    mercado_pago_public_key: Option<String>,
}

impl Row {
    fn admission(self, key: &PresentedKey) -> Stored<Admission> {
        Ok(Admission {
            key: key.id.clone(),
            router: AdmittedRouter {
                id: RouterId::parse(&self.router).or_broken("router id")?,
                name: Name::parse(&self.router_name).or_broken("router name")?,
                location: self.location.as_deref().map(Location::parse).transpose().or_broken("location")?,
                active: self.router_active,
            },
            company: AdmittedCompany {
                id: CompanyId::parse(&self.company).or_broken("company id")?,
                name: Name::parse(&self.company_name).or_broken("company name")?,
                conekta_public_key: foreign_id(self.conekta_public_key.as_deref())?,
                conekta_mode: mode_named(&self.conekta_mode)?,
                mercado_pago_public_key: foreign_id(self.mercado_pago_public_key.as_deref())?,
            },
        })
    }
}

#[cfg(test)]
mod tests;
