//! How the routers are.

use std::collections::HashMap;

use diesel::{
    AsChangeset, BoolExpressionMethods, ExpressionMethods, Insertable, JoinOnDsl, OptionalExtension, QueryDsl,
    Queryable, RunQueryDsl, Selectable, SelectableHelper,
    connection::SimpleConnection,
    dsl::{And, not},
    pg::Pg,
    sql_query,
    sql_types::{Array, Text, Timestamptz},
};
use portero_domain::{
    Timestamp,
    filter::FleetFilter,
    health::{Claim, Condition, Contact, FleetRouter, FleetState, HealthChange, RouterHealth},
    ids::{CompanyId, RouterId},
    page::{Listing, Page, RowId, RowLabel},
    ports::{Claims, KEPT_CHANGES, RouterHealths, StorageError, Stored},
    router::Router,
    text::Name,
};
use time::{Duration, OffsetDateTime};

use super::{
    error::{OrBroken, storage},
    listing::{Labelled, listing, oldest_first, parsed},
    routers::Row as RouterRow,
    schema::{companies, router_health, router_health_changes, routers},
    unit_of_work::PgStorage,
};

/// When a router is due that goes before all others.
const AT_ONCE: OffsetDateTime = OffsetDateTime::UNIX_EPOCH;

#[derive(Queryable, Selectable, AsChangeset)]
#[diesel(table_name = router_health, primary_key(company_id, router_id), check_for_backend(Pg), treat_none_as_null = true)]
struct Row {
    router_id: String,
    condition: Option<String>,
    since: Option<OffsetDateTime>,
    checked_at: Option<OffsetDateTime>,
    error: Option<String>,
    contact_at: Option<OffsetDateTime>,
    latency_us: Option<i64>,
    version: Option<String>,
    clock_skew_us: Option<i64>,
}

impl TryFrom<&RouterHealth> for Row {
    type Error = StorageError;

    fn try_from(health: &RouterHealth) -> Stored<Self> {
        let contact = health.contact.as_ref();
        let latency = contact.map(|contact| i64::try_from(contact.latency.as_micros()).or_broken("latency"));
        let skew = contact.and_then(|contact| contact.clock_skew);
        let skew = skew.map(|skew| i64::try_from(skew.whole_microseconds()).or_broken("clock skew"));
        Ok(Self {
            router_id: health.router.as_str().to_owned(),
            condition: Some(condition_name(health.condition).to_owned()),
            since: Some(health.since.get()),
            checked_at: Some(health.checked_at.get()),
            error: health.error.clone(),
            contact_at: contact.map(|contact| contact.at.get()),
            latency_us: latency.transpose()?,
            version: contact.map(|contact| contact.version.clone()),
            clock_skew_us: skew.transpose()?,
        })
    }
}

impl Row {
    /// What the last look found, if there was one.
    fn health(self) -> Stored<Option<RouterHealth>> {
        let Some(condition) = self.condition else { return Ok(None) };
        let contact = match (self.contact_at, self.latency_us, self.version) {
            (None, None, None) => None,
            (Some(at), Some(latency), Some(version)) => Some(Contact {
                at: Timestamp::new(at),
                latency: std::time::Duration::from_micros(u64::try_from(latency).or_broken("latency")?),
                version,
                clock_skew: self.clock_skew_us.map(Duration::microseconds),
            }),
            _ => return None.or_broken("answer of a router"),
        };
        Ok(Some(RouterHealth {
            router: RouterId::parse(&self.router_id).or_broken("router id")?,
            condition: condition_named(&condition)?,
            since: Timestamp::new(self.since.or_broken("moment of a condition")?),
            checked_at: Timestamp::new(self.checked_at.or_broken("moment of a look")?),
            error: self.error,
            contact,
        }))
    }
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = router_health_changes, check_for_backend(Pg))]
struct ChangeRow {
    at: OffsetDateTime,
    condition: String,
    error: Option<String>,
}

impl From<&HealthChange> for ChangeRow {
    fn from(change: &HealthChange) -> Self {
        let HealthChange { at, condition, error } = change;
        Self { at: at.get(), condition: condition_name(*condition).to_owned(), error: error.clone() }
    }
}

impl TryFrom<ChangeRow> for HealthChange {
    type Error = StorageError;

    fn try_from(ChangeRow { at, condition, error }: ChangeRow) -> Stored<Self> {
        Ok(Self { at: Timestamp::new(at), condition: condition_named(&condition)?, error })
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = routers, check_for_backend(Pg))]
struct FleetRow {
    id: String,
    company_id: String,
    name: String,
    #[diesel(select_expression = routers::active.and(companies::active))]
    #[diesel(select_expression_type = And<routers::active, companies::active>)]
    watched: bool,
    #[diesel(embed)]
    health: Row,
}

impl Labelled for FleetRow {
    fn label(&self) -> RowLabel {
        RowLabel { id: RowId::Text(self.id.clone()), name: Some(self.name.clone()), active: None }
    }
}

impl TryFrom<FleetRow> for FleetRouter {
    type Error = StorageError;

    fn try_from(row: FleetRow) -> Stored<Self> {
        Ok(Self {
            router: RouterId::parse(&row.id).or_broken("router id")?,
            company: CompanyId::parse(&row.company_id).or_broken("company id")?,
            name: Name::parse(&row.name).or_broken("router name")?,
            watched: row.watched,
            health: row.health.health()?,
        })
    }
}

const CONDITIONS: [Condition; 6] = [
    Condition::Online,
    Condition::Unreachable,
    Condition::AccessRefused,
    Condition::CertificateUnconfirmed,
    Condition::CertificateChanged,
    Condition::AddressRefused,
];

const fn condition_name(condition: Condition) -> &'static str {
    match condition {
        Condition::Online => "online",
        Condition::Unreachable => "unreachable",
        Condition::AccessRefused => "access_refused",
        Condition::CertificateUnconfirmed => "certificate_unconfirmed",
        Condition::CertificateChanged => "certificate_changed",
        Condition::AddressRefused => "address_refused",
    }
}

fn condition_named(name: &str) -> Stored<Condition> {
    CONDITIONS.into_iter().find(|&condition| condition_name(condition) == name).or_broken("condition")
}

impl PgStorage<'_> {
    /// Adds the record of a router just registered. It is due at once.
    pub(super) fn begin_health(&mut self, router: &Router) -> Stored<()> {
        diesel::insert_into(router_health::table)
            .values((
                router_health::company_id.eq(router.company.as_str()),
                router_health::router_id.eq(router.id.as_str()),
                router_health::next_check_at.eq(AT_ONCE),
            ))
            .execute(self.connection)
            .map(drop)
            .map_err(storage)
    }

    /// A claim or a result that a crash of the database loses is made again within a check interval. So neither waits for the
    /// disk.
    pub(super) fn do_not_wait_for_the_disk(&mut self) -> Stored<()> {
        self.connection.batch_execute("SET LOCAL synchronous_commit = off").map_err(storage)
    }

    /// Adds a change and deletes the changes beyond [`KEPT_CHANGES`].
    fn add_change(&mut self, router: &Router, change: &HealthChange) -> Stored<()> {
        let (company, id) = (router.company.as_str(), router.id.as_str());
        let of_router = || {
            router_health_changes::table
                .filter(router_health_changes::company_id.eq(company))
                .filter(router_health_changes::router_id.eq(id))
        };
        diesel::insert_into(router_health_changes::table)
            .values((
                router_health_changes::company_id.eq(company),
                router_health_changes::router_id.eq(id),
                ChangeRow::from(change),
            ))
            .execute(self.connection)
            .map_err(storage)?;
        let newest_beyond = of_router()
            .order(router_health_changes::id.desc())
            .offset(KEPT_CHANGES.into())
            .select(router_health_changes::id)
            .first::<i64>(self.connection)
            .optional()
            .map_err(storage)?;
        if let Some(id) = newest_beyond {
            diesel::delete(of_router().filter(router_health_changes::id.le(id)))
                .execute(self.connection)
                .map_err(storage)?;
        }
        Ok(())
    }
}

impl RouterHealths for PgStorage<'_> {
    fn find(&mut self, company: &CompanyId, router: &RouterId) -> Stored<Option<RouterHealth>> {
        let query = router_health::table.find((company.as_str(), router.as_str())).select(Row::as_select());
        let row = query.first(self.connection).optional().map_err(storage)?;
        row.map_or(Ok(None), Row::health)
    }

    fn changes(&mut self, company: &CompanyId, router: &RouterId) -> Stored<Vec<HealthChange>> {
        let query = router_health_changes::table
            .filter(router_health_changes::company_id.eq(company.as_str()))
            .filter(router_health_changes::router_id.eq(router.as_str()))
            .order(router_health_changes::id.desc())
            .select(ChangeRow::as_select());
        parsed(query.load(self.connection))
    }

    fn fleet(&mut self, filter: &FleetFilter, page: Page<FleetRouter>) -> Stored<Listing<FleetRouter>> {
        let watched = || routers::active.and(companies::active);
        let wanted = || {
            let same_router =
                router_health::company_id.eq(routers::company_id).and(router_health::router_id.eq(routers::id));
            let all = routers::table
                .inner_join(companies::table)
                .inner_join(router_health::table.on(same_router))
                .into_boxed::<Pg>();
            match filter.state {
                None => all,
                Some(FleetState::Unwatched) => all.filter(not(watched())),
                Some(FleetState::Unknown) => all.filter(watched()).filter(router_health::condition.is_null()),
                Some(FleetState::Found(condition)) => {
                    all.filter(watched()).filter(router_health::condition.eq(condition_name(condition)))
                }
            }
        };
        let key = (routers::created_at, routers::seq);
        let rows = oldest_first(wanted(), key, &page).select((FleetRow::as_select(), key)).load(self.connection);
        listing(&page, rows, || wanted().count().get_result(self.connection))
    }

    fn make_due(&mut self, company: &CompanyId, router: &RouterId) -> Stored<()> {
        diesel::update(router_health::table.find((company.as_str(), router.as_str())))
            .set(router_health::next_check_at.eq(AT_ONCE))
            .execute(self.connection)
            .map(drop)
            .map_err(storage)
    }

    fn claim_due(&mut self, now: Timestamp, limit: u16, next: &dyn Fn(&RouterId) -> Timestamp) -> Stored<Claims> {
        let due: Vec<(String, String)> = router_health::table
            .filter(router_health::next_check_at.le(now.get()))
            .order(router_health::next_check_at)
            .limit(limit.into())
            .select((router_health::company_id, router_health::router_id))
            .for_no_key_update()
            .skip_locked()
            .load(self.connection)
            .map_err(storage)?;
        // Most rounds find nothing due.
        if due.is_empty() {
            return Ok(Claims { claims: Vec::new(), more: false });
        }
        self.do_not_wait_for_the_disk()?;
        let next_checks = due.iter().map(|(_, id)| Ok(next(&RouterId::parse(id).or_broken("router id")?)));
        let next_checks: Vec<Timestamp> = next_checks.collect::<Stored<_>>()?;
        let (companies, ids): (Vec<&str>, Vec<&str>) = due.iter().map(|(c, id)| (c.as_str(), id.as_str())).unzip();
        sql_query(
            "UPDATE router_health SET next_check_at = claimed.next_check \
             FROM unnest($1, $2, $3) AS claimed (company_id, id, next_check) \
             WHERE router_health.company_id = claimed.company_id AND router_health.router_id = claimed.id",
        )
        .bind::<Array<Text>, _>(&companies)
        .bind::<Array<Text>, _>(&ids)
        .bind::<Array<Timestamptz>, _>(next_checks.iter().map(|at| at.get()).collect::<Vec<_>>())
        .execute(self.connection)
        .map_err(storage)?;
        let rows: Vec<(String, RouterRow)> = routers::table
            .inner_join(companies::table)
            .filter(routers::company_id.eq_any(&companies))
            .filter(routers::id.eq_any(&ids))
            .filter(routers::active.and(companies::active))
            .select((routers::id, RouterRow::as_select()))
            .load(self.connection)
            .map_err(storage)?;
        let mut rows: HashMap<String, RouterRow> = rows.into_iter().collect();
        let claims = ids.iter().zip(next_checks).filter_map(|(&id, next_check)| {
            let router = Router::try_from(rows.remove(id)?);
            Some(router.map(|router| Claim { router, next_check }))
        });
        Ok(Claims { claims: claims.collect(), more: due.len() == usize::from(limit) })
    }

    fn record(&mut self, claim: &Claim, found: &RouterHealth, change: Option<&HealthChange>) -> Stored<bool> {
        self.do_not_wait_for_the_disk()?;
        let router = &claim.router;
        let written = diesel::update(router_health::table.find((router.company.as_str(), router.id.as_str())))
            .filter(router_health::next_check_at.eq(claim.next_check.get()))
            .set(Row::try_from(found)?)
            .execute(self.connection)
            .map_err(storage)?;
        if written == 0 {
            return Ok(false);
        }
        if let Some(change) = change {
            self.add_change(router, change)?;
        }
        Ok(true)
    }
}
