//! The SQL that admits and counts.
//!
//! The statements are nodes of Diesel's query tree. Diesel prepares such a node once a connection; it would plan
//! `sql_query` text again for each request.
//!
//! Each statement is a transaction. After waiting for a rival, PostgreSQL checks the newest version of a row against the
//! conditions, so a revocation that is committed rejects every later use.
//!
//! The connection's `synchronous_commit` decides whether a count waits for the disk (see `connection_string`).

use diesel::{
    PgConnection, QueryResult, Queryable, RunQueryDsl,
    deserialize::{self, FromSql, FromSqlRow},
    pg::{Pg, PgValue},
    query_builder::{AstPass, Query, QueryFragment, QueryId},
    sql_types::{Array, BigInt, Binary, Bool, Nullable, Text, Timestamptz},
};
use portero_domain::{
    Timestamp,
    company::GatewayMode,
    ids::{CompanyId, RouterId},
    ports::{Admission, AdmittedCompany, AdmittedRouter, PresentedKey, Stored},
    router::Location,
    text::{ForeignId, Name},
};
use time::OffsetDateTime;

use crate::postgres::{
    companies::mode_named,
    error::{OrBroken, storage},
};

/// A key and the number of requests that present it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Uses<'a> {
    pub(super) key: &'a PresentedKey,
    pub(super) count: i64,
}

/// Admits and counts all uses of each key, or does neither. Returns the places of the keys that were counted. An error in
/// a place means that the key was counted and that a stored value breaks a rule of the domain.
///
/// One key with one use takes a plainer statement. It has the same effect and costs a quarter less.
pub(super) fn count(
    connection: &mut PgConnection,
    uses: &[Uses<'_>],
    now: Timestamp,
) -> Stored<Vec<(usize, Stored<Admission>)>> {
    let rows: QueryResult<Vec<(i64, Row)>> = match uses {
        [Uses { key, count: 1 }] => CountOne { key, now: now.get() }.load(connection),
        uses => CountAll::new(uses, now).load(connection),
    };
    let counted = rows.map_err(storage)?.into_iter().map(|(place, row)| {
        // WITH ORDINALITY counts from one.
        let place = usize::try_from(place - 1).or_broken("place in a batch")?;
        let uses = uses.get(place).or_broken("place in a batch")?;
        Ok((place, row.admission(uses.key)))
    });
    counted.collect()
}

/// What both statements return of a key: its place, then the columns of [`Row`].
type Returned = (BigInt, (Text, Text, Nullable<Text>, Bool, Text, Text, Nullable<Text>, Text, Nullable<Text>, Bool));

const COLUMNS: &str = "routers.id, routers.name, routers.location, routers.active, companies.id, companies.name, \
     companies.conekta_public_key, companies.conekta_mode, companies.mercado_pago_public_key, \
     companies.conekta_private_key_sealed IS NOT NULL";

/// One key, one use.
struct CountOne<'a> {
    key: &'a PresentedKey,
    now: OffsetDateTime,
}

impl QueryFragment<Pg> for CountOne<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("UPDATE api_keys SET use_count = use_count + 1, last_used_at = greatest(last_used_at, ");
        out.push_bind_param::<Timestamptz, _>(&self.now)?;
        out.push_sql(") FROM routers, companies WHERE api_keys.company_id = ");
        out.push_bind_param::<Text, _>(self.key.company.as_str())?;
        out.push_sql(" AND api_keys.id = ");
        out.push_bind_param::<Text, _>(self.key.id.as_str())?;
        out.push_sql(" AND api_keys.router_id = ");
        out.push_bind_param::<Text, _>(self.key.router.as_str())?;
        out.push_sql(" AND api_keys.token_sha256 = ");
        out.push_bind_param::<Binary, _>(self.key.fingerprint.bytes().as_slice())?;
        out.push_sql(" AND api_keys.revoked_at IS NULL AND api_keys.expires_at > ");
        out.push_bind_param::<Timestamptz, _>(&self.now)?;
        out.push_sql(
            " AND routers.company_id = api_keys.company_id AND routers.id = api_keys.router_id \
             AND companies.id = api_keys.company_id AND companies.active RETURNING 1::bigint, ",
        );
        out.push_sql(COLUMNS);
        Ok(())
    }
}

/// Many keys, each with its uses.
///
/// The inner query finds the rows, checks them and locks them. It locks in the order of companies and ids, so batches of
/// several processes cannot deadlock. The update then writes rows that are locked already.
///
/// The rows are found by company and fingerprint. `IS NOT DISTINCT FROM` compares the ids in a way that no index serves, so
/// the planner has no other choice of index. The columns for the answer are joined last: what is sorted and locked stays
/// narrow.
struct CountAll<'a> {
    companies: Vec<&'a str>,
    ids: Vec<&'a str>,
    routers: Vec<&'a str>,
    fingerprints: Vec<&'a [u8]>,
    counts: Vec<i64>,
    now: OffsetDateTime,
}

impl<'a> CountAll<'a> {
    fn new(uses: &[Uses<'a>], now: Timestamp) -> Self {
        Self {
            companies: uses.iter().map(|uses| uses.key.company.as_str()).collect(),
            ids: uses.iter().map(|uses| uses.key.id.as_str()).collect(),
            routers: uses.iter().map(|uses| uses.key.router.as_str()).collect(),
            fingerprints: uses.iter().map(|uses| uses.key.fingerprint.bytes().as_slice()).collect(),
            counts: uses.iter().map(|uses| uses.count).collect(),
            now: now.get(),
        }
    }
}

impl QueryFragment<Pg> for CountAll<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(
            "WITH good AS MATERIALIZED (SELECT api_keys.company_id, api_keys.id, requests.uses, requests.place FROM unnest(",
        );
        out.push_bind_param::<Array<Text>, _>(&self.companies)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Text>, _>(&self.ids)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Text>, _>(&self.routers)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Binary>, _>(&self.fingerprints)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<BigInt>, _>(&self.counts)?;
        out.push_sql(
            ") WITH ORDINALITY AS requests (company_id, id, router_id, token_sha256, uses, place) JOIN api_keys \
             ON api_keys.company_id = requests.company_id AND api_keys.token_sha256 = requests.token_sha256 \
             AND api_keys.id IS NOT DISTINCT FROM requests.id \
             AND api_keys.router_id IS NOT DISTINCT FROM requests.router_id \
             WHERE api_keys.revoked_at IS NULL AND api_keys.expires_at > ",
        );
        out.push_bind_param::<Timestamptz, _>(&self.now)?;
        out.push_sql(
            " ORDER BY api_keys.company_id, api_keys.id FOR NO KEY UPDATE OF api_keys) \
             UPDATE api_keys SET use_count = use_count + good.uses, last_used_at = greatest(last_used_at, ",
        );
        out.push_bind_param::<Timestamptz, _>(&self.now)?;
        out.push_sql(
            ") FROM good, routers, companies WHERE api_keys.company_id = good.company_id AND api_keys.id = good.id \
             AND routers.company_id = api_keys.company_id AND routers.id = api_keys.router_id \
             AND companies.id = api_keys.company_id AND companies.active RETURNING good.place, ",
        );
        out.push_sql(COLUMNS);
        Ok(())
    }
}

/// Both statements have the same text for all values, so Diesel prepares each once a connection.
macro_rules! prepared_once {
    ($($statement:ident),*) => {$(
        impl QueryId for $statement<'_> {
            type QueryId = $statement<'static>;

            const HAS_STATIC_QUERY_ID: bool = true;
        }

        impl Query for $statement<'_> {
            type SqlType = Returned;
        }

        impl RunQueryDsl<PgConnection> for $statement<'_> {}
    )*};
}

prepared_once!(CountOne, CountAll);

/// What a statement returns of a key, in the order of [`COLUMNS`].
#[derive(Queryable)]
struct Row {
    router: Parsed<RouterId>,
    router_name: Parsed<Name>,
    location: Option<Parsed<Location>>,
    router_active: bool,
    company: Parsed<CompanyId>,
    company_name: Parsed<Name>,
    conekta_public_key: Option<Parsed<ForeignId>>,
    conekta_mode: Parsed<GatewayMode>,
    mercado_pago_public_key: Option<Parsed<ForeignId>>,
    has_conekta_private_key: bool,
}

impl Row {
    fn admission(self, key: &PresentedKey) -> Stored<Admission> {
        Ok(Admission {
            key: key.id.clone(),
            router: AdmittedRouter {
                id: self.router.or_broken("router id")?,
                name: self.router_name.or_broken("router name")?,
                location: self.location.map(|location| location.or_broken("location")).transpose()?,
                active: self.router_active,
            },
            company: AdmittedCompany {
                id: self.company.or_broken("company id")?,
                name: self.company_name.or_broken("company name")?,
                conekta_public_key: self.conekta_public_key.map(|key| key.or_broken("foreign id")).transpose()?,
                has_conekta_private_key: self.has_conekta_private_key,
                conekta_mode: self.conekta_mode.or_broken("gateway mode")?,
                mercado_pago_public_key: self
                    .mercado_pago_public_key
                    .map(|key| key.or_broken("foreign id"))
                    .transpose()?,
            },
        })
    }
}

/// A text of a row, parsed without a copy. `None` when it breaks a rule of the domain: then this row fails alone.
#[derive(FromSqlRow)]
struct Parsed<T>(Option<T>);

impl<T> OrBroken<T> for Parsed<T> {
    fn or_broken(self, what: &'static str) -> Stored<T> {
        self.0.or_broken(what)
    }
}

macro_rules! parsed_by {
    ($($type:ty: $parse:expr),* $(,)?) => {$(
        impl FromSql<Text, Pg> for Parsed<$type> {
            fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
                Ok(Self($parse(str::from_utf8(value.as_bytes())?)))
            }
        }
    )*};
}

parsed_by! {
    RouterId: RouterId::parse,
    CompanyId: CompanyId::parse,
    Name: |text| Name::parse(text).ok(),
    Location: |text| Location::parse(text).ok(),
    ForeignId: |text| ForeignId::parse(text).ok(),
    GatewayMode: |text| mode_named(text).ok(),
}
