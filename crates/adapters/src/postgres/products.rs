//! The products.

use diesel::{
    AsChangeset, Connection, ExpressionMethods, Insertable, OptionalExtension, QueryDsl, Queryable, RunQueryDsl,
    Selectable, SelectableHelper,
    pg::Pg,
    result::{DatabaseErrorKind, Error},
};
use portero_domain::{
    Timestamp,
    filter::ProductFilter,
    ids::{CompanyId, ProductId, RouterId},
    money::{Currency, Money},
    page::{Listing, Page, RowId, RowLabel},
    ports::{Products, StorageError, Stored, Taken},
    product::{HotspotProfile, Offer, Product, ProductDetails},
    text::{Description, ForeignId, Link, Name},
};
use time::OffsetDateTime;

use super::{
    error::{OrBroken, storage},
    listing::{Labelled, counted, listing, oldest_first, parsed_one, whole},
    schema::products,
    unit_of_work::PgStorage,
};

#[derive(Queryable, Selectable)]
#[diesel(table_name = products, check_for_backend(Pg))]
struct Row {
    id: i64,
    company_id: String,
    created_at: OffsetDateTime,
    #[diesel(embed)]
    offer: OfferRow,
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = products, check_for_backend(Pg), treat_none_as_null = true)]
struct OfferRow {
    router_id: String,
    profile_id: String,
    profile_name: String,
    title: String,
    description: Option<String>,
    image_url: Option<String>,
    price_minor: i64,
    currency: String,
    details: String,
    active: bool,
    position: i32,
    featured: bool,
}

impl From<&Offer> for OfferRow {
    fn from(offer: &Offer) -> Self {
        Self {
            router_id: offer.router.as_str().to_owned(),
            profile_id: offer.profile.id.as_str().to_owned(),
            profile_name: offer.profile.name.as_str().to_owned(),
            title: offer.title.as_str().to_owned(),
            description: offer.description.as_ref().map(|text| text.as_str().to_owned()),
            image_url: offer.image.as_ref().map(|link| link.as_str().to_owned()),
            price_minor: offer.price.minor(),
            currency: offer.currency.code().to_owned(),
            details: offer.details.as_json().to_owned(),
            active: offer.active,
            position: offer.position,
            featured: offer.featured,
        }
    }
}

impl TryFrom<OfferRow> for Offer {
    type Error = StorageError;

    fn try_from(row: OfferRow) -> Stored<Self> {
        Ok(Self {
            router: RouterId::parse(&row.router_id).or_broken("router id")?,
            profile: HotspotProfile {
                id: ForeignId::parse(&row.profile_id).or_broken("profile id")?,
                name: ForeignId::parse(&row.profile_name).or_broken("profile name")?,
            },
            title: Name::parse(&row.title).or_broken("product title")?,
            description: row.description.as_deref().map(Description::parse).transpose().or_broken("description")?,
            image: row.image_url.as_deref().map(Link::parse).transpose().or_broken("image")?,
            price: Money::from_minor(row.price_minor).or_broken("price")?,
            currency: Currency::parse(&row.currency).or_broken("currency")?,
            details: details(row.details)?,
            active: row.active,
            position: row.position,
            featured: row.featured,
        })
    }
}

impl TryFrom<Row> for Product {
    type Error = StorageError;

    fn try_from(row: Row) -> Stored<Self> {
        Ok(Self {
            id: ProductId::new(row.id),
            company: CompanyId::parse(&row.company_id).or_broken("company id")?,
            offer: row.offer.try_into()?,
            created_at: Timestamp::new(row.created_at),
        })
    }
}

impl Labelled for Row {
    fn label(&self) -> RowLabel {
        RowLabel { id: RowId::Number(self.id), name: Some(self.offer.title.clone()), active: Some(self.offer.active) }
    }
}

/// The list as it was written, if it is JSON still.
fn details(json: String) -> Stored<ProductDetails> {
    serde_json::from_str::<&serde_json::value::RawValue>(&json).or_broken("list of details")?;
    Ok(ProductDetails::new(json))
}

fn filtered<'a>(company: &'a CompanyId, filter: &'a ProductFilter) -> products::BoxedQuery<'a, Pg> {
    let query = products::table.filter(products::company_id.eq(company.as_str())).into_boxed();
    match &filter.router {
        Some(router) => query.filter(products::router_id.eq(router.as_str())),
        None => query,
    }
}

impl Products for PgStorage<'_> {
    fn find(&mut self, company: &CompanyId, id: ProductId) -> Stored<Option<Product>> {
        let query = products::table.find((company.as_str(), id.get())).select(Row::as_select());
        parsed_one(query.first(self.connection).optional())
    }

    fn list(&mut self, company: &CompanyId, filter: &ProductFilter, page: Page<Product>) -> Stored<Listing<Product>> {
        let wanted = || filtered(company, filter);
        let key = (products::created_at, products::id);
        let rows = oldest_first(wanted(), key, &page).select((Row::as_select(), key)).load(self.connection);
        listing(&page, rows, || wanted().count().get_result(self.connection))
    }

    fn catalogue(&mut self, company: &CompanyId, router: &RouterId) -> Stored<Vec<Product>> {
        let query = products::table
            .filter(products::company_id.eq(company.as_str()))
            .filter(products::router_id.eq(router.as_str()))
            .filter(products::active)
            .order((products::position, products::featured.desc(), products::created_at, products::id))
            .select(Row::as_select());
        whole(query.load(self.connection))
    }

    fn count_on_sale(&mut self, company: &CompanyId, router: &RouterId) -> Stored<u64> {
        let query = products::table
            .filter(products::company_id.eq(company.as_str()))
            .filter(products::router_id.eq(router.as_str()))
            .filter(products::active)
            .count();
        counted(query.get_result(self.connection))
    }

    fn insert(&mut self, company: &CompanyId, offer: &Offer, now: Timestamp) -> Stored<Result<ProductId, Taken>> {
        let id = diesel::insert_into(products::table)
            .values((
                OfferRow::from(offer),
                products::company_id.eq(company.as_str()),
                products::created_at.eq(now.get()),
            ))
            .on_conflict((products::company_id, products::router_id, products::profile_name))
            .do_nothing()
            .returning(products::id)
            .get_result(self.connection)
            .optional()
            .map_err(storage)?;
        Ok(id.map(ProductId::new).ok_or(Taken))
    }

    fn deactivate(&mut self, company: &CompanyId, id: ProductId) -> Stored<bool> {
        let withdrawn = diesel::update(products::table.find((company.as_str(), id.get())))
            .set(products::active.eq(false))
            .execute(self.connection)
            .map_err(storage)?;
        Ok(withdrawn == 1)
    }

    /// Behind a savepoint, so that the transaction goes on after a clash. A check beforehand could not see a rival who has
    /// not committed.
    fn update(&mut self, product: &Product) -> Stored<Result<(), Taken>> {
        let updated = self.connection.transaction(|connection| {
            diesel::update(products::table.find((product.company.as_str(), product.id.get())))
                .set(OfferRow::from(&product.offer))
                .execute(connection)
        });
        match updated {
            Ok(_) => Ok(Ok(())),
            Err(Error::DatabaseError(DatabaseErrorKind::UniqueViolation, _)) => Ok(Err(Taken)),
            Err(error) => Err(storage(error)),
        }
    }
}
