//! The statements that admit and count, as nodes of Diesel's own query tree: text (`sql_query`) would be planned anew for each
//! call, because Diesel keeps a prepared statement only for what has a static identity.
//!
//! Each is a transaction by itself. PostgreSQL holds a row's newest version against the conditions after waiting for a rival,
//! so that no use follows a committed revocation.
//!
//! Each commits without waiting for the disk, by a setting that ends with it: a crash of the database host may take the last
//! moment's counts (decisions, "Beyond the documents"), and thousands of calls a second need no disk of that speed. A
//! revocation waits for the disk, and for all that came before it.

use diesel::{
    OptionalExtension, PgConnection, QueryResult, Queryable, RunQueryDsl,
    pg::Pg,
    query_builder::{AstPass, Query, QueryFragment, QueryId},
    sql_types::{Array, BigInt, Binary, Bool, Nullable, Text, Timestamptz},
};
use portero_domain::{
    Timestamp,
    ids::{CompanyId, RouterId},
    ports::{Admission, AdmittedCompany, AdmittedRouter, PresentedKey, Stored},
    router::Location,
    text::Name,
};
use time::OffsetDateTime;

use crate::postgres::{
    companies::{foreign_id, mode_named},
    error::{OrBroken, storage},
};

/// A key and how many calls present it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Uses<'a> {
    pub(super) key: &'a PresentedKey,
    pub(super) count: i64,
}

/// Admits and counts one call, or does neither.
pub(super) fn count(connection: &mut PgConnection, key: &PresentedKey, now: Timestamp) -> Stored<Option<Admission>> {
    let row: QueryResult<Row> = Count { key, now: now.get() }.get_result(connection);
    row.optional().map_err(storage)?.map(|row| row.admission(key)).transpose()
}

/// Admits and counts all uses of each key, or does neither. Their rows are locked in the order of their ids, so that no two
/// processes wait for each other. Answers the places of those that were counted; where a record breaks a rule of the domain,
/// there is an error in that place.
pub(super) fn count_all(
    connection: &mut PgConnection,
    uses: &[Uses<'_>],
    now: Timestamp,
) -> Stored<Vec<(usize, Stored<Admission>)>> {
    let statement = CountAll {
        ids: uses.iter().map(|uses| uses.key.id.as_str()).collect(),
        routers: uses.iter().map(|uses| uses.key.router.as_str()).collect(),
        fingerprints: uses.iter().map(|uses| uses.key.fingerprint.bytes().as_slice()).collect(),
        counts: uses.iter().map(|uses| uses.count).collect(),
        now: now.get(),
    };
    let rows: Vec<(i64, Row)> = statement.get_results(connection).map_err(storage)?;
    let counted = rows.into_iter().map(|(place, row)| {
        // WITH ORDINALITY counts from one.
        let place = usize::try_from(place - 1).or_broken("place in a batch")?;
        let uses = uses.get(place).or_broken("place in a batch")?;
        Ok((place, row.admission(uses.key)))
    });
    counted.collect()
}

/// What a statement returns of a key.
type Returned = (Text, Text, Nullable<Text>, Bool, Text, Text, Nullable<Text>, Text, Nullable<Text>);

/// One key, one use.
struct Count<'a> {
    key: &'a PresentedKey,
    now: OffsetDateTime,
}

impl QueryFragment<Pg> for Count<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("UPDATE api_keys SET use_count = use_count + 1, last_used_at = greatest(last_used_at, ");
        out.push_bind_param::<Timestamptz, _>(&self.now)?;
        out.push_sql(
            ") FROM routers JOIN companies ON companies.id = routers.company_id \
             WHERE (SELECT set_config('synchronous_commit', 'off', true)) IS NOT NULL \
             AND routers.id = api_keys.router_id AND companies.active \
             AND api_keys.revoked_at IS NULL AND api_keys.expires_at > ",
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
    type SqlType = Returned;
}

/// Many keys, each with its uses.
///
/// The inner query locks the rows it finds, in the order of their ids, and judges each by its newest version; the update then
/// writes what is locked already. Everything that is returned is read by the inner query, so that no table is joined twice.
struct CountAll<'a> {
    ids: Vec<&'a str>,
    routers: Vec<&'a str>,
    fingerprints: Vec<&'a [u8]>,
    counts: Vec<i64>,
    now: OffsetDateTime,
}

impl QueryFragment<Pg> for CountAll<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(
            "WITH admitted AS MATERIALIZED (\
             SELECT api_keys.id AS key_id, calls.uses, calls.place, routers.id AS router_id, routers.name AS router_name, \
             routers.location, routers.active, companies.id AS company_id, companies.name AS company_name, \
             companies.conekta_public_key, companies.conekta_mode, companies.mercado_pago_public_key FROM unnest(",
        );
        out.push_bind_param::<Array<Text>, _>(&self.ids)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Text>, _>(&self.routers)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Binary>, _>(&self.fingerprints)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<BigInt>, _>(&self.counts)?;
        out.push_sql(
            ") WITH ORDINALITY AS calls (id, router_id, token_sha256, uses, place) \
             JOIN api_keys ON api_keys.id = calls.id AND api_keys.router_id = calls.router_id \
             AND api_keys.token_sha256 = calls.token_sha256 \
             JOIN routers ON routers.id = api_keys.router_id \
             JOIN companies ON companies.id = routers.company_id AND companies.active \
             WHERE (SELECT set_config('synchronous_commit', 'off', true)) IS NOT NULL \
             AND api_keys.revoked_at IS NULL AND api_keys.expires_at > ",
        );
        out.push_bind_param::<Timestamptz, _>(&self.now)?;
        out.push_sql(
            " ORDER BY api_keys.id FOR NO KEY UPDATE OF api_keys) \
             UPDATE api_keys SET use_count = use_count + admitted.uses, last_used_at = greatest(last_used_at, ",
        );
        out.push_bind_param::<Timestamptz, _>(&self.now)?;
        out.push_sql(
            ") FROM admitted WHERE api_keys.id = admitted.key_id \
             RETURNING place, admitted.router_id, router_name, location, active, admitted.company_id, company_name, \
             conekta_public_key, conekta_mode, mercado_pago_public_key",
        );
        Ok(())
    }
}

impl Query for CountAll<'_> {
    type SqlType = (BigInt, Returned);
}

/// Both are the same text whatever they are asked, so they are prepared once a connection.
macro_rules! prepared_once {
    ($($statement:ident),*) => {$(
        impl QueryId for $statement<'_> {
            type QueryId = $statement<'static>;

            const HAS_STATIC_QUERY_ID: bool = true;
        }

        impl RunQueryDsl<PgConnection> for $statement<'_> {}
    )*};
}

prepared_once!(Count, CountAll);

/// What a statement returns of a key, in its order.
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
