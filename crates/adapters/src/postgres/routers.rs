//! The routers.

use diesel::{
    AsChangeset, BoolExpressionMethods, ExpressionMethods, Insertable, OptionalExtension, PgTextExpressionMethods,
    QueryDsl, Queryable, RunQueryDsl, Selectable, SelectableHelper, dsl::not, pg::Pg,
};
use portero_domain::{
    Timestamp,
    filter::RouterFilter,
    ids::{CompanyId, RouterId},
    network::{CertificateFingerprint, Endpoint, Host, Port},
    page::{Listing, Page, RowId, RowLabel},
    ports::{Routers, StorageError, Stored, Taken},
    router::{ApiUsername, Credentials, Location, Router},
    secret::Sealed,
    text::{Name, Notes},
};
use time::OffsetDateTime;

use super::{
    error::{OrBroken, storage},
    listing::{Labelled, containing, counted, listing, oldest_first, parsed_one},
    schema::{api_keys, products, routers},
    unit_of_work::PgStorage,
};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = routers, primary_key(company_id, id), check_for_backend(Pg), treat_none_as_null = true)]
pub(super) struct Row {
    id: String,
    company_id: String,
    name: String,
    host: String,
    port: i32,
    tls: bool,
    username: String,
    password_sealed: String,
    location: Option<String>,
    active: bool,
    created_at: OffsetDateTime,
    certificate_sha256: Option<Vec<u8>>,
    old_login: bool,
    notes: Option<String>,
}

impl From<&Router> for Row {
    fn from(router: &Router) -> Self {
        Self {
            id: router.id.as_str().to_owned(),
            company_id: router.company.as_str().to_owned(),
            name: router.name.as_str().to_owned(),
            host: router.endpoint.host.as_str().to_owned(),
            port: router.endpoint.port.get().into(),
            tls: router.endpoint.tls,
            username: router.credentials.username.as_str().to_owned(),
            password_sealed: router.credentials.password.as_str().to_owned(),
            location: router.location.as_ref().map(|location| location.as_str().to_owned()),
            active: router.active,
            created_at: router.created_at.get(),
            certificate_sha256: router.certificate.map(|certificate| certificate.bytes().to_vec()),
            old_login: router.credentials.old_login,
            notes: router.notes.as_ref().map(|notes| notes.as_str().to_owned()),
        }
    }
}

impl TryFrom<Row> for Router {
    type Error = StorageError;

    fn try_from(row: Row) -> Stored<Self> {
        Ok(Self {
            id: RouterId::parse(&row.id).or_broken("router id")?,
            company: CompanyId::parse(&row.company_id).or_broken("company id")?,
            name: Name::parse(&row.name).or_broken("router name")?,
            endpoint: Endpoint {
                host: Host::parse(&row.host).or_broken("host")?,
                port: Port::new(row.port.into()).or_broken("port")?,
                tls: row.tls,
            },
            certificate: row.certificate_sha256.map(certificate).transpose()?,
            credentials: Credentials {
                username: ApiUsername::parse(&row.username).or_broken("router username")?,
                password: Sealed::new(row.password_sealed),
                old_login: row.old_login,
            },
            location: row.location.as_deref().map(Location::parse).transpose().or_broken("location")?,
            notes: row.notes.as_deref().map(Notes::parse).transpose().or_broken("notes")?,
            active: row.active,
            created_at: Timestamp::new(row.created_at),
        })
    }
}

impl Labelled for Row {
    fn label(&self) -> RowLabel {
        RowLabel { id: RowId::Text(self.id.clone()), name: Some(self.name.clone()), active: Some(self.active) }
    }
}

fn certificate(digest: Vec<u8>) -> Stored<CertificateFingerprint> {
    digest.try_into().map(CertificateFingerprint::new).ok().or_broken("certificate")
}

fn filtered<'a>(company: &'a CompanyId, filter: &RouterFilter) -> routers::BoxedQuery<'a, Pg> {
    let mut query = routers::table.filter(routers::company_id.eq(company.as_str())).into_boxed();
    if let Some(active) = filter.active {
        query = query.filter(routers::active.eq(active));
    }
    if let Some(text) = &filter.text {
        let pattern = containing(text);
        query = query.filter(routers::name.ilike(pattern.clone()).or(routers::host.ilike(pattern)));
    }
    query
}

impl Routers for PgStorage<'_> {
    fn find(&mut self, company: &CompanyId, id: &RouterId) -> Stored<Option<Router>> {
        let query = routers::table.find((company.as_str(), id.as_str())).select(Row::as_select());
        parsed_one(query.first(self.connection).optional())
    }

    fn lock(&mut self, company: &CompanyId, id: &RouterId) -> Stored<Option<Router>> {
        let query = routers::table.find((company.as_str(), id.as_str())).select(Row::as_select()).for_no_key_update();
        parsed_one(query.first(self.connection).optional())
    }

    fn lock_active(&mut self, company: &CompanyId, id: &RouterId) -> Stored<Option<bool>> {
        let query = routers::table.find((company.as_str(), id.as_str())).select(routers::active).for_no_key_update();
        query.first(self.connection).optional().map_err(storage)
    }

    fn set_active(&mut self, company: &CompanyId, id: &RouterId, active: bool) -> Stored<()> {
        diesel::update(routers::table.find((company.as_str(), id.as_str())))
            .set(routers::active.eq(active))
            .execute(self.connection)
            .map(drop)
            .map_err(storage)
    }

    fn count(&mut self, company: &CompanyId) -> Stored<u64> {
        let of_company = routers::table.filter(routers::company_id.eq(company.as_str()));
        counted(of_company.count().get_result(self.connection))
    }

    fn list(&mut self, company: &CompanyId, filter: &RouterFilter, page: Page<Router>) -> Stored<Listing<Router>> {
        let wanted = || filtered(company, filter);
        let key = (routers::created_at, routers::seq);
        let rows = oldest_first(wanted(), key, &page).select((Row::as_select(), key)).load(self.connection);
        listing(&page, rows, || wanted().count().get_result(self.connection))
    }

    fn insert(&mut self, router: &Router) -> Stored<Result<(), Taken>> {
        let inserted = diesel::insert_into(routers::table)
            .values(Row::from(router))
            .on_conflict(routers::id)
            .do_nothing()
            .execute(self.connection)
            .map_err(storage)?;
        if inserted == 0 {
            return Ok(Err(Taken));
        }
        self.begin_health(router).map(Ok)
    }

    fn update(&mut self, router: &Router) -> Stored<()> {
        diesel::update(routers::table.find((router.company.as_str(), router.id.as_str())))
            .set(Row::from(router))
            .execute(self.connection)
            .map(drop)
            .map_err(storage)
    }

    /// A product on sale makes the third deletion fail, by its foreign key.
    fn remove(&mut self, router: &Router) -> Stored<()> {
        let (company, id) = (router.company.as_str(), router.id.as_str());
        let connection = &mut *self.connection;
        let keys = api_keys::table.filter(api_keys::company_id.eq(company)).filter(api_keys::router_id.eq(id));
        diesel::delete(keys).execute(connection).map_err(storage)?;
        let products = products::table.filter(products::company_id.eq(company)).filter(products::router_id.eq(id));
        diesel::delete(products.filter(not(products::active))).execute(connection).map_err(storage)?;
        diesel::delete(routers::table.find((company, id))).execute(connection).map(drop).map_err(storage)
    }
}
