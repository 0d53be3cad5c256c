//! The people.

use diesel::{
    ExpressionMethods, Insertable, OptionalExtension, QueryDsl, Queryable, RunQueryDsl, Selectable, SelectableHelper,
    TextExpressionMethods, dsl::exists, pg::Pg, select,
};
use portero_domain::{
    Timestamp,
    filter::UserFilter,
    ids::{CompanyId, SessionId, UserId},
    page::{Listing, Page, RowId, RowLabel},
    ports::{StorageError, Stored, Taken, Users},
    session::Session,
    text::{Email, Name},
    user::{NewUser, PasswordHash, Role, RoleKind, User, UserProfile, UserStatus},
};
use time::OffsetDateTime;

use super::{
    error::{OrBroken, storage},
    listing::{Labelled, listing, oldest_first, parsed_one},
    schema::{sessions, users},
    sessions::Row as SessionRow,
    unit_of_work::PgStorage,
};

#[derive(Queryable, Selectable)]
#[diesel(table_name = users, check_for_backend(Pg))]
struct Row {
    id: i64,
    #[diesel(embed)]
    content: Content,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = users, check_for_backend(Pg))]
struct Content {
    email: String,
    name: String,
    role: String,
    company_id: Option<String>,
    password_hash: String,
    active: bool,
    created_at: OffsetDateTime,
    must_change_password: bool,
}

/// A new user may log in.
impl From<&NewUser> for Content {
    fn from(user: &NewUser) -> Self {
        let (kind, company) = match &user.profile.role {
            Role::SuperAdmin => (RoleKind::SuperAdmin, None),
            Role::CompanyAdmin(company) => (RoleKind::CompanyAdmin, Some(company.as_str().to_owned())),
        };
        Self {
            email: user.profile.email.as_str().to_owned(),
            name: user.profile.name.as_str().to_owned(),
            role: role_name(kind).to_owned(),
            company_id: company,
            password_hash: user.password.as_str().to_owned(),
            active: true,
            created_at: user.created_at.get(),
            must_change_password: user.must_change_password,
        }
    }
}

impl TryFrom<Row> for User {
    type Error = StorageError;

    fn try_from(Row { id, content }: Row) -> Stored<Self> {
        let company = content.company_id.as_deref().map(|id| CompanyId::parse(id).or_broken("company id"));
        let role = match (role_named(&content.role)?, company.transpose()?) {
            (RoleKind::SuperAdmin, None) => Some(Role::SuperAdmin),
            (RoleKind::CompanyAdmin, Some(company)) => Some(Role::CompanyAdmin(company)),
            _ => None,
        };
        Ok(Self {
            id: UserId::new(id),
            profile: UserProfile {
                email: Email::parse(&content.email).or_broken("e-mail")?,
                name: Name::parse(&content.name).or_broken("person's name")?,
                role: role.or_broken("role")?,
            },
            password: PasswordHash::new(content.password_hash),
            must_change_password: content.must_change_password,
            active: content.active,
            created_at: Timestamp::new(content.created_at),
        })
    }
}

fn role_named(name: &str) -> Stored<RoleKind> {
    [RoleKind::SuperAdmin, RoleKind::CompanyAdmin].into_iter().find(|&kind| role_name(kind) == name).or_broken("role")
}

impl Labelled for Row {
    fn label(&self) -> RowLabel {
        RowLabel {
            id: RowId::Number(self.id),
            name: Some(self.content.name.clone()),
            active: Some(self.content.active),
        }
    }
}

const fn role_name(kind: RoleKind) -> &'static str {
    match kind {
        RoleKind::SuperAdmin => "super_admin",
        RoleKind::CompanyAdmin => "company_admin",
    }
}

fn filtered(filter: &UserFilter) -> users::BoxedQuery<'_, Pg> {
    let mut query = users::table.into_boxed();
    if let Some(kind) = filter.role {
        query = query.filter(users::role.eq(role_name(kind)));
    }
    if let Some(company) = &filter.company {
        query = query.filter(users::company_id.eq(company.as_str()));
    }
    query
}

impl Users for PgStorage<'_> {
    fn find(&mut self, id: UserId) -> Stored<Option<User>> {
        let query = users::table.find(id.get()).select(Row::as_select());
        parsed_one(query.first(self.connection).optional())
    }

    fn lock(&mut self, id: UserId) -> Stored<Option<User>> {
        let query = users::table.find(id.get()).select(Row::as_select()).for_no_key_update();
        parsed_one(query.first(self.connection).optional())
    }

    fn find_by_email(&mut self, email: &Email) -> Stored<Option<User>> {
        let query = users::table.filter(users::email.eq(email.as_str())).select(Row::as_select());
        parsed_one(query.first(self.connection).optional())
    }

    fn find_by_session(&mut self, session: &SessionId) -> Stored<Option<(Session, User)>> {
        let query = sessions::table
            .find(session.as_str())
            .inner_join(users::table)
            .select((SessionRow::as_select(), Row::as_select()));
        let found: Option<(SessionRow, Row)> = query.first(self.connection).optional().map_err(storage)?;
        found.map(|(session, user)| Ok((session.try_into()?, user.try_into()?))).transpose()
    }

    fn list(&mut self, filter: &UserFilter, page: Page<User>) -> Stored<Listing<User>> {
        let wanted = || filtered(filter);
        let key = (users::created_at, users::id);
        let rows = oldest_first(wanted(), key, &page).select((Row::as_select(), key)).load(self.connection);
        listing(&page, rows, || wanted().count().get_result(self.connection))
    }

    fn insert(&mut self, user: &NewUser) -> Stored<Result<UserId, Taken>> {
        let id = diesel::insert_into(users::table)
            .values(Content::from(user))
            .on_conflict(users::email)
            .do_nothing()
            .returning(users::id)
            .get_result(self.connection)
            .optional()
            .map_err(storage)?;
        Ok(id.map(UserId::new).ok_or(Taken))
    }

    fn lock_status(&mut self, id: UserId) -> Stored<Option<UserStatus>> {
        let query = users::table.find(id.get()).select((users::role, users::active)).for_no_key_update();
        let found: Option<(String, bool)> = query.first(self.connection).optional().map_err(storage)?;
        found.map(|(role, active)| Ok(UserStatus { role: role_named(&role)?, active })).transpose()
    }

    fn set_active(&mut self, id: UserId, active: bool) -> Stored<()> {
        diesel::update(users::table.find(id.get()))
            .set(users::active.eq(active))
            .execute(self.connection)
            .map(drop)
            .map_err(storage)
    }

    fn set_password(&mut self, id: UserId, password: &PasswordHash, must_change: bool) -> Stored<()> {
        diesel::update(users::table.find(id.get()))
            .set((users::password_hash.eq(password.as_str()), users::must_change_password.eq(must_change)))
            .execute(self.connection)
            .map(drop)
            .map_err(storage)
    }

    fn imported_hash(&mut self) -> Stored<Option<PasswordHash>> {
        // The condition is that of a partial index, which is empty once no user has such a hash.
        let imported = users::table.filter(users::password_hash.like("$2%")).order(users::id);
        let hash = imported.select(users::password_hash).first(self.connection).optional().map_err(storage)?;
        Ok(hash.map(PasswordHash::new))
    }

    fn any_super_admin(&mut self) -> Stored<bool> {
        let super_admins = users::table.filter(users::role.eq(role_name(RoleKind::SuperAdmin)));
        select(exists(super_admins)).get_result(self.connection).map_err(storage)
    }
}
