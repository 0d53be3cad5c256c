//! All encrypted secrets, in the order of their places.
//!
//! The routers' passwords come first, by company and id. Then come the companies' secrets of each kind, by company. The guests'
//! secrets are last, by company and purchase.

use diesel::{
    ExpressionMethods, NullableExpressionMethods, QueryDsl, QueryResult, RunQueryDsl,
    expression::AsExpression,
    infix_operator,
    pg::{Pg, PgConnection},
    sql_types::{Record, Text},
};
use portero_domain::{
    ids::{CompanyId, PurchaseReference, RouterId},
    ports::{SealedSecret, SealedSecrets, SecretPlace, Stored},
    secret::Sealed,
};

use super::{
    error::{OrBroken, storage},
    schema::{companies, purchases, routers},
    unit_of_work::PgStorage,
};

// A comparison of whole rows lets PostgreSQL begin at this place of the index.
infix_operator!(After, " > ", backend: Pg);

/// The place of a router: its company, then its id.
type Place = Record<(Text, Text)>;

/// Defines the statements about the companies' secrets. Each kind of place is named with its column, in the order of places.
macro_rules! company_secrets {
    ($($kind:ident in $column:ident),+ $(,)?) => {
        /// Adds the companies' secrets after a place, until `limit` are found.
        fn find_after(
            connection: &mut PgConnection,
            place: Option<&SecretPlace>,
            limit: u16,
            found: &mut Vec<SealedSecret>,
        ) -> Stored<()> {
            // Where to begin in a kind: at the start, after a company, or not at all.
            let mut begin = matches!(place, None | Some(SecretPlace::RouterPassword(..))).then_some("");
            $(
                if let Some(SecretPlace::$kind(id)) = place {
                    begin = Some(id.as_str());
                }
                if let Some(after) = begin.as_mut() {
                    let query = companies::table
                        .filter(companies::id.gt(&**after))
                        .filter(companies::$column.is_not_null())
                        .order(companies::id)
                        .limit(left(limit, found))
                        .select((companies::id, companies::$column.assume_not_null()));
                    collect(found, query.load(connection), SecretPlace::$kind)?;
                    *after = "";
                }
            )+
            Ok(())
        }

        /// Puts `after` into this place, if `before` is there. Returns the number of changed rows.
        fn replace(
            connection: &mut PgConnection,
            place: &SecretPlace,
            before: &str,
            after: &str,
        ) -> QueryResult<usize> {
            match place {
                SecretPlace::RouterPassword(company, id) => {
                    let router = routers::table.find((company.as_str(), id.as_str()));
                    diesel::update(router.filter(routers::password_sealed.eq(before)))
                        .set(routers::password_sealed.eq(after))
                        .execute(connection)
                }
                SecretPlace::GuestSecret(company, purchase) => {
                    let of_purchase = purchases::table
                        .filter(purchases::company_id.eq(company.as_str()))
                        .filter(purchases::reference.eq(purchase.as_str()));
                    // A process that is just storing the purchase must not put the old secret back.
                    diesel::update(of_purchase.filter(purchases::guest_secret_sealed.eq(before)))
                        .set((purchases::guest_secret_sealed.eq(after), purchases::version.eq(purchases::version + 1)))
                        .execute(connection)
                }
                $(
                    SecretPlace::$kind(id) => {
                        let company = companies::table.find(id.as_str());
                        diesel::update(company.filter(companies::$column.eq(before)))
                            .set(companies::$column.eq(after))
                            .execute(connection)
                    }
                )+
            }
        }
    };
}

company_secrets! {
    ConektaPrivateKey in conekta_private_key_sealed,
    TelegramBotToken in telegram_bot_token_sealed,
    MercadoPagoAccessToken in mercado_pago_access_token_sealed,
    MercadoPagoWebhookSecret in mercado_pago_webhook_secret_sealed,
}

impl SealedSecrets for PgStorage<'_> {
    fn after(&mut self, place: Option<&SecretPlace>, limit: u16) -> Stored<Vec<SealedSecret>> {
        let mut found = match place {
            None => self.passwords_after(("", ""), limit)?,
            Some(SecretPlace::RouterPassword(company, id)) => {
                self.passwords_after((company.as_str(), id.as_str()), limit)?
            }
            Some(_) => Vec::new(),
        };
        find_after(self.connection, place, limit, &mut found)?;
        let guests_after = match place {
            Some(SecretPlace::GuestSecret(company, purchase)) => (company.as_str(), purchase.as_str()),
            _ => ("", ""),
        };
        found.extend(self.guest_secrets_after(guests_after, left(limit, &found))?);
        Ok(found)
    }

    fn replace(&mut self, old: &SealedSecret, new: &Sealed) -> Stored<bool> {
        let replaced = replace(self.connection, &old.place, old.sealed.as_str(), new.as_str());
        replaced.map(|rows| rows == 1).map_err(storage)
    }
}

impl PgStorage<'_> {
    fn passwords_after(&mut self, after: (&str, &str), limit: u16) -> Stored<Vec<SealedSecret>> {
        let place = (routers::company_id, routers::id);
        let beyond =
            After::new(AsExpression::<Place>::as_expression(place), AsExpression::<Place>::as_expression(after));
        let rows: Vec<(String, String, String)> = routers::table
            .filter(beyond)
            .order(place)
            .limit(limit.into())
            .select((routers::company_id, routers::id, routers::password_sealed))
            .load(self.connection)
            .map_err(storage)?;
        let secrets = rows.into_iter().map(|(company, id, sealed)| {
            let company = CompanyId::parse(&company).or_broken("company id")?;
            let id = RouterId::parse(&id).or_broken("router id")?;
            Ok(SealedSecret { place: SecretPlace::RouterPassword(company, id), sealed: Sealed::new(sealed) })
        });
        secrets.collect()
    }
}

impl PgStorage<'_> {
    fn guest_secrets_after(&mut self, after: (&str, &str), limit: i64) -> Stored<Vec<SealedSecret>> {
        let place = (purchases::company_id, purchases::reference);
        let beyond =
            After::new(AsExpression::<Place>::as_expression(place), AsExpression::<Place>::as_expression(after));
        let rows: Vec<(String, String, String)> = purchases::table
            .filter(beyond)
            .order(place)
            .limit(limit)
            .select((purchases::company_id, purchases::reference, purchases::guest_secret_sealed))
            .load(self.connection)
            .map_err(storage)?;
        let secrets = rows.into_iter().map(|(company, purchase, sealed)| {
            let company = CompanyId::parse(&company).or_broken("company id")?;
            let purchase = PurchaseReference::parse(&purchase).or_broken("reference")?;
            Ok(SealedSecret { place: SecretPlace::GuestSecret(company, purchase), sealed: Sealed::new(sealed) })
        });
        secrets.collect()
    }
}

/// How many are still wanted.
fn left(limit: u16, found: &[SealedSecret]) -> i64 {
    i64::from(limit).saturating_sub_unsigned(found.len() as u64)
}

fn collect(
    found: &mut Vec<SealedSecret>,
    rows: QueryResult<Vec<(String, String)>>,
    place: fn(CompanyId) -> SecretPlace,
) -> Stored<()> {
    for (id, sealed) in rows.map_err(storage)? {
        let place = place(CompanyId::parse(&id).or_broken("company id")?);
        found.push(SealedSecret { place, sealed: Sealed::new(sealed) });
    }
    Ok(())
}
