//! The statements that admit and count, as nodes of Diesel's own query tree: text (`sql_query`) would be planned anew for each
//! call, because Diesel keeps a prepared statement only for what has a static identity.
//!
//! Each is a transaction by itself. PostgreSQL holds a row's newest version against the conditions after waiting for a rival,
//! so that no use follows a committed revocation.
//!
//! Each commits without waiting for the disk: a crash of the database host may take the last moment's counts (decisions,
//! "Beyond the documents"), and thousands of calls a second need no disk of that speed. A revocation waits for the disk, and
//! for all that came before it. For many calls at once that is a setting of the gate's own connection, as it costs a batch a
//! twentieth; a single call may share its connection with what does wait, so there the setting ends with the statement.

use diesel::{
    OptionalExtension, PgConnection, QueryResult, Queryable, RunQueryDsl,
    connection::DefaultLoadingMode,
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
    let rows = statement.load_iter::<(i64, Row), DefaultLoadingMode>(connection).map_err(storage)?;
    let counted = rows.map(|row| {
        let (place, row) = row.map_err(storage)?;
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
/// writes what is locked already. Rows are found by their fingerprints: id and router are compared in a way that no index serves.
/// What is returned is joined last, so that what is sorted, locked and put aside is narrow.
struct CountAll<'a> {
    ids: Vec<&'a str>,
    routers: Vec<&'a str>,
    fingerprints: Vec<&'a [u8]>,
    counts: Vec<i64>,
    now: OffsetDateTime,
}

impl QueryFragment<Pg> for CountAll<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("WITH good AS MATERIALIZED (SELECT api_keys.id, calls.uses, calls.place FROM unnest(");
        out.push_bind_param::<Array<Text>, _>(&self.ids)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Text>, _>(&self.routers)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Binary>, _>(&self.fingerprints)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<BigInt>, _>(&self.counts)?;
        out.push_sql(
            ") WITH ORDINALITY AS calls (id, router_id, token_sha256, uses, place) \
             JOIN api_keys ON api_keys.token_sha256 = calls.token_sha256 \
             AND api_keys.id IS NOT DISTINCT FROM calls.id AND api_keys.router_id IS NOT DISTINCT FROM calls.router_id \
             WHERE api_keys.revoked_at IS NULL AND api_keys.expires_at > ",
        );
        out.push_bind_param::<Timestamptz, _>(&self.now)?;
        out.push_sql(
            " ORDER BY api_keys.id FOR NO KEY UPDATE OF api_keys) \
             UPDATE api_keys SET use_count = use_count + good.uses, last_used_at = greatest(last_used_at, ",
        );
        out.push_bind_param::<Timestamptz, _>(&self.now)?;
        out.push_sql(
            ") FROM good, routers, companies WHERE api_keys.id = good.id \
             AND routers.id = api_keys.router_id AND companies.id = routers.company_id AND companies.active \
             RETURNING good.place, routers.id, routers.name, routers.location, routers.active, companies.id, \
             companies.name, companies.conekta_public_key, companies.conekta_mode, companies.mercado_pago_public_key",
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
    router: Parsed<RouterId>,
    router_name: Parsed<Name>,
    location: Option<Parsed<Location>>,
    router_active: bool,
    company: Parsed<CompanyId>,
    company_name: Parsed<Name>,
    conekta_public_key: Option<Parsed<ForeignId>>,
    conekta_mode: Parsed<GatewayMode>,
    mercado_pago_public_key: Option<Parsed<ForeignId>>,
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
                conekta_mode: self.conekta_mode.or_broken("gateway mode")?,
                mercado_pago_public_key: self
                    .mercado_pago_public_key
                    .map(|key| key.or_broken("foreign id"))
                    .transpose()?,
            },
        })
    }
}

/// A text's value, parsed where it lies and not copied before; nothing when it breaks the rules of the domain, which is a matter
/// of this row alone.
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
