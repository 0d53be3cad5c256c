//! The keys of the routers.

use diesel::{
    ExpressionMethods, Insertable, OptionalExtension, QueryDsl, Queryable, RunQueryDsl, Selectable, SelectableHelper,
    pg::Pg,
};
use portero_domain::{
    Timestamp,
    api_key::{ApiKey, ApiKeyParts, Usage},
    ids::{CompanyId, KeyId, RouterId},
    page::{Listing, Page, RowId, RowLabel},
    ports::{ApiKeys, StorageError, Stored},
    secret::Fingerprint,
};
use time::OffsetDateTime;

use super::{
    error::{OrBroken, storage},
    listing::{Labelled, listing, newest_first, parsed, parsed_one},
    schema::api_keys,
    unit_of_work::PgStorage,
};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = api_keys, check_for_backend(Pg))]
pub(super) struct Row {
    id: String,
    router_id: String,
    company_id: String,
    issued_at: OffsetDateTime,
    expires_at: OffsetDateTime,
    revoked_at: Option<OffsetDateTime>,
    use_count: i64,
    last_used_at: Option<OffsetDateTime>,
}

impl TryFrom<&ApiKey> for Row {
    type Error = StorageError;

    fn try_from(key: &ApiKey) -> Stored<Self> {
        let parts = key.parts();
        Ok(Self {
            id: parts.id.as_str().to_owned(),
            router_id: parts.router.as_str().to_owned(),
            company_id: parts.company.as_str().to_owned(),
            issued_at: parts.issued_at.get(),
            expires_at: parts.expires_at.get(),
            revoked_at: parts.revoked_at.map(Timestamp::get),
            use_count: i64::try_from(parts.usage.count).or_broken("use count")?,
            last_used_at: parts.usage.last_used.map(Timestamp::get),
        })
    }
}

impl TryFrom<Row> for ApiKey {
    type Error = StorageError;

    fn try_from(row: Row) -> Stored<Self> {
        Ok(Self::restore(ApiKeyParts {
            id: KeyId::parse(&row.id).or_broken("key id")?,
            router: RouterId::parse(&row.router_id).or_broken("router id")?,
            company: CompanyId::parse(&row.company_id).or_broken("company id")?,
            issued_at: Timestamp::new(row.issued_at),
            expires_at: Timestamp::new(row.expires_at),
            revoked_at: row.revoked_at.map(Timestamp::new),
            usage: Usage {
                count: u64::try_from(row.use_count).or_broken("use count")?,
                last_used: row.last_used_at.map(Timestamp::new),
            },
        }))
    }
}

impl Labelled for Row {
    fn label(&self) -> RowLabel {
        RowLabel { id: RowId::Text(self.id.clone()), name: None, active: None }
    }
}

impl ApiKeys for PgStorage<'_> {
    fn find(&mut self, company: &CompanyId, router: &RouterId, id: &KeyId) -> Stored<Option<ApiKey>> {
        let query = api_keys::table
            .find((company.as_str(), id.as_str()))
            .filter(api_keys::router_id.eq(router.as_str()))
            .select(Row::as_select());
        parsed_one(query.first(self.connection).optional())
    }

    fn open(&mut self, company: &CompanyId, router: &RouterId) -> Stored<Vec<ApiKey>> {
        let query = api_keys::table
            .filter(api_keys::company_id.eq(company.as_str()))
            .filter(api_keys::router_id.eq(router.as_str()))
            .filter(api_keys::revoked_at.is_null())
            .select(Row::as_select());
        parsed(query.load(self.connection))
    }

    fn list(&mut self, company: &CompanyId, router: &RouterId, page: Page<ApiKey>) -> Stored<Listing<ApiKey>> {
        let of_router = api_keys::table
            .filter(api_keys::company_id.eq(company.as_str()))
            .filter(api_keys::router_id.eq(router.as_str()));
        let key = (api_keys::issued_at, api_keys::seq);
        let rows =
            newest_first(of_router.into_boxed(), key, &page).select((Row::as_select(), key)).load(self.connection);
        listing(&page, rows, || of_router.count().get_result(self.connection))
    }

    fn insert(&mut self, key: &ApiKey, fingerprint: Fingerprint) -> Stored<()> {
        diesel::insert_into(api_keys::table)
            .values((Row::try_from(key)?, api_keys::token_sha256.eq(fingerprint.bytes().as_slice())))
            .execute(self.connection)
            .map(drop)
            .map_err(storage)
    }

    fn record_revocation(&mut self, key: &ApiKey) -> Stored<()> {
        let parts = key.parts();
        diesel::update(api_keys::table.find((parts.company.as_str(), parts.id.as_str())))
            .set(api_keys::revoked_at.eq(parts.revoked_at.map(Timestamp::get)))
            .execute(self.connection)
            .map(drop)
            .map_err(storage)
    }
}
