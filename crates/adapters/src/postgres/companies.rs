//! The companies.

use diesel::{
    AsChangeset, ExpressionMethods, Insertable, OptionalExtension, QueryDsl, Queryable, RunQueryDsl, Selectable,
    SelectableHelper, pg::Pg,
};
use portero_domain::{
    Timestamp,
    company::{Company, Conekta, GatewayMode, MercadoPago, MercadoPagoAccess, Telegram},
    ids::{CompanyId, WebhookToken},
    page::{Listing, Page, RowId, RowLabel},
    ports::{Companies, CompanyStats, StorageError, Stored, SystemStats, Taken},
    rsa_public_key::RsaPublicKey,
    secret::Sealed,
    text::{Email, ForeignId, Link, Name, Phone},
};
use time::OffsetDateTime;

use super::{
    error::{OrBroken, storage},
    listing::{Labelled, counted, listing, oldest_first, parsed_one},
    schema::{api_keys, companies, routers, users},
    unit_of_work::PgStorage,
};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = companies, check_for_backend(Pg), treat_none_as_null = true)]
struct Row {
    id: String,
    name: String,
    contact_email: String,
    contact_phone: Option<String>,
    logo_url: Option<String>,
    conekta_mode: String,
    conekta_public_key: Option<String>,
    conekta_private_key_sealed: Option<String>,
    mercado_pago_mode: String,
    mercado_pago_public_key: Option<String>,
    telegram_bot_token_sealed: Option<String>,
    telegram_chat_id: Option<String>,
    telegram_enabled: bool,
    active: bool,
    created_at: OffsetDateTime,
    mercado_pago_access_token_sealed: Option<String>,
    mercado_pago_webhook_secret_sealed: Option<String>,
    mercado_pago_user_id: Option<String>,
    conekta_webhook_public_key: Option<String>,
    three_ds: bool,
    webhook_token: String,
}

impl From<&Company> for Row {
    fn from(company: &Company) -> Self {
        let foreign = |id: &Option<ForeignId>| id.as_ref().map(|id| id.as_str().to_owned());
        let sealed = |secret: Option<&Sealed>| secret.map(|secret| secret.as_str().to_owned());
        let access = company.mercado_pago.access.as_ref();
        Self {
            id: company.id.as_str().to_owned(),
            name: company.name.as_str().to_owned(),
            contact_email: company.contact_email.as_str().to_owned(),
            contact_phone: company.contact_phone.as_ref().map(|phone| phone.as_str().to_owned()),
            logo_url: company.logo.as_ref().map(|logo| logo.as_str().to_owned()),
            conekta_mode: mode_name(company.conekta.mode).to_owned(),
            conekta_public_key: foreign(&company.conekta.public_key),
            conekta_private_key_sealed: sealed(company.conekta.private_key.as_ref()),
            mercado_pago_mode: mode_name(company.mercado_pago.mode).to_owned(),
            mercado_pago_public_key: foreign(&company.mercado_pago.public_key),
            telegram_bot_token_sealed: sealed(company.telegram.bot_token.as_ref()),
            telegram_chat_id: foreign(&company.telegram.chat_id),
            telegram_enabled: company.telegram.enabled,
            active: company.active,
            created_at: company.created_at.get(),
            mercado_pago_access_token_sealed: sealed(access.map(|access| &access.token)),
            mercado_pago_webhook_secret_sealed: sealed(company.mercado_pago.webhook_secret.as_ref()),
            mercado_pago_user_id: access.and_then(|access| foreign(&access.user)),
            conekta_webhook_public_key: company.conekta.webhook_key.as_ref().map(|key| key.as_str().to_owned()),
            three_ds: company.three_ds,
            webhook_token: company.webhook_token.as_str().to_owned(),
        }
    }
}

impl TryFrom<Row> for Company {
    type Error = StorageError;

    fn try_from(row: Row) -> Stored<Self> {
        Ok(Self {
            id: CompanyId::parse(&row.id).or_broken("company id")?,
            name: Name::parse(&row.name).or_broken("company name")?,
            contact_email: Email::parse(&row.contact_email).or_broken("company e-mail")?,
            contact_phone: row.contact_phone.as_deref().map(Phone::parse).transpose().or_broken("telephone")?,
            logo: row.logo_url.as_deref().map(Link::parse).transpose().or_broken("logo")?,
            conekta: Conekta {
                mode: mode_named(&row.conekta_mode)?,
                public_key: foreign_id(row.conekta_public_key.as_deref())?,
                private_key: row.conekta_private_key_sealed.map(Sealed::new),
                webhook_key: row
                    .conekta_webhook_public_key
                    .as_deref()
                    .map(RsaPublicKey::parse)
                    .transpose()
                    .or_broken("webhook key")?,
            },
            mercado_pago: MercadoPago {
                mode: mode_named(&row.mercado_pago_mode)?,
                public_key: foreign_id(row.mercado_pago_public_key.as_deref())?,
                access: access(row.mercado_pago_access_token_sealed, row.mercado_pago_user_id.as_deref())?,
                webhook_secret: row.mercado_pago_webhook_secret_sealed.map(Sealed::new),
            },
            three_ds: row.three_ds,
            webhook_token: WebhookToken::parse(&row.webhook_token).or_broken("webhook token")?,
            telegram: Telegram {
                bot_token: row.telegram_bot_token_sealed.map(Sealed::new),
                chat_id: foreign_id(row.telegram_chat_id.as_deref())?,
                enabled: row.telegram_enabled,
            },
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

const fn mode_name(mode: GatewayMode) -> &'static str {
    match mode {
        GatewayMode::Test => "test",
        GatewayMode::Live => "live",
    }
}

pub(super) fn mode_named(name: &str) -> Stored<GatewayMode> {
    [GatewayMode::Test, GatewayMode::Live].into_iter().find(|&mode| mode_name(mode) == name).or_broken("gateway mode")
}

pub(super) fn foreign_id(text: Option<&str>) -> Stored<Option<ForeignId>> {
    text.map(ForeignId::parse).transpose().or_broken("foreign id")
}

/// A constraint of the table keeps a user from being there without a token.
fn access(token: Option<String>, user: Option<&str>) -> Stored<Option<MercadoPagoAccess>> {
    let user = foreign_id(user)?;
    Ok(token.map(|token| MercadoPagoAccess { token: Sealed::new(token), user }))
}

impl Companies for PgStorage<'_> {
    fn find(&mut self, id: &CompanyId) -> Stored<Option<Company>> {
        let query = companies::table.find(id.as_str()).select(Row::as_select());
        parsed_one(query.first(self.connection).optional())
    }

    fn is_active(&mut self, id: &CompanyId) -> Stored<Option<bool>> {
        let query = companies::table.find(id.as_str()).select(companies::active);
        query.first(self.connection).optional().map_err(storage)
    }

    fn lock(&mut self, id: &CompanyId) -> Stored<Option<Company>> {
        let query = companies::table.find(id.as_str()).select(Row::as_select()).for_no_key_update();
        parsed_one(query.first(self.connection).optional())
    }

    fn lock_active(&mut self, id: &CompanyId) -> Stored<Option<bool>> {
        let query = companies::table.find(id.as_str()).select(companies::active).for_no_key_update();
        query.first(self.connection).optional().map_err(storage)
    }

    fn set_active(&mut self, id: &CompanyId, active: bool) -> Stored<()> {
        diesel::update(companies::table.find(id.as_str()))
            .set(companies::active.eq(active))
            .execute(self.connection)
            .map(drop)
            .map_err(storage)
    }

    fn find_by_webhook_token(&mut self, token: &WebhookToken) -> Stored<Option<Company>> {
        let query = companies::table.filter(companies::webhook_token.eq(token.as_str())).select(Row::as_select());
        parsed_one(query.first(self.connection).optional())
    }

    fn find_by_mercado_pago_user(&mut self, user: &ForeignId) -> Stored<Vec<Company>> {
        let rows: Vec<Row> = companies::table
            .filter(companies::mercado_pago_user_id.eq(user.as_str()))
            .order((companies::created_at, companies::seq))
            .select(Row::as_select())
            .load(self.connection)
            .map_err(storage)?;
        rows.into_iter().map(Company::try_from).collect()
    }

    fn list(&mut self, page: Page<Company>) -> Stored<Listing<Company>> {
        let key = (companies::created_at, companies::seq);
        let rows = oldest_first(companies::table.into_boxed(), key, &page)
            .select((Row::as_select(), key))
            .load(self.connection);
        listing(&page, rows, || companies::table.count().get_result(self.connection))
    }

    fn insert(&mut self, company: &Company) -> Stored<Result<(), Taken>> {
        let inserted = diesel::insert_into(companies::table)
            .values(Row::from(company))
            .on_conflict_do_nothing()
            .execute(self.connection)
            .map_err(storage)?;
        Ok(if inserted == 1 { Ok(()) } else { Err(Taken) })
    }

    fn update(&mut self, company: &Company) -> Stored<()> {
        diesel::update(companies::table.find(company.id.as_str()))
            .set(Row::from(company))
            .execute(self.connection)
            .map(drop)
            .map_err(storage)
    }

    fn stats(&mut self, id: &CompanyId, now: Timestamp) -> Stored<CompanyStats> {
        let connection = &mut *self.connection;
        let of_company = routers::table.filter(routers::company_id.eq(id.as_str()));
        let admins = users::table.filter(users::company_id.eq(id.as_str()));
        let active_keys = api_keys::table
            .filter(api_keys::company_id.eq(id.as_str()))
            .filter(api_keys::revoked_at.is_null())
            .filter(api_keys::expires_at.gt(now.get()));
        Ok(CompanyStats {
            routers: counted(of_company.count().get_result(connection))?,
            active_routers: counted(of_company.filter(routers::active).count().get_result(connection))?,
            admins: counted(admins.count().get_result(connection))?,
            active_keys: counted(active_keys.count().get_result(connection))?,
        })
    }

    fn system_stats(&mut self) -> Stored<SystemStats> {
        let connection = &mut *self.connection;
        let active = companies::table.filter(companies::active);
        Ok(SystemStats {
            companies: counted(companies::table.count().get_result(connection))?,
            active_companies: counted(active.count().get_result(connection))?,
            users: counted(users::table.count().get_result(connection))?,
        })
    }
}
