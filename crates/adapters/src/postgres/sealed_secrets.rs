//! All encrypted secrets, in the order of their places: the routers' passwords by company and id, then the companies' secrets
//! of each kind by company.

use diesel::{
    ExpressionMethods, NullableExpressionMethods, QueryDsl, QueryResult, RunQueryDsl,
    expression::AsExpression,
    infix_operator,
    pg::Pg,
    sql_types::{Record, Text},
};
use portero_domain::{
    ids::{CompanyId, RouterId},
    ports::{SealedSecret, SealedSecrets, SecretPlace, Stored},
    secret::Sealed,
};

use super::{
    error::{OrBroken, storage},
    schema::{companies, routers},
    unit_of_work::PgStorage,
};

// A comparison of whole rows lets PostgreSQL begin at this place of the index.
infix_operator!(After, " > ", backend: Pg);

/// The place of a router: its company, then its id.
type Place = Record<(Text, Text)>;

impl SealedSecrets for PgStorage<'_> {
    fn after(&mut self, place: Option<&SecretPlace>, limit: u16) -> Stored<Vec<SealedSecret>> {
        // Where to begin in each kind: after the place in its own kind, at the start in the kinds that follow it.
        let (router, conekta, telegram) = match place {
            None => (Some(("", "")), Some(""), Some("")),
            Some(SecretPlace::RouterPassword(company, id)) => {
                (Some((company.as_str(), id.as_str())), Some(""), Some(""))
            }
            Some(SecretPlace::ConektaPrivateKey(id)) => (None, Some(id.as_str()), Some("")),
            Some(SecretPlace::TelegramBotToken(id)) => (None, None, Some(id.as_str())),
        };
        let mut found = Vec::new();
        if let Some(after) = router {
            found.extend(self.passwords_after(after, limit)?);
        }
        if let Some(after) = conekta {
            let query = companies::table
                .filter(companies::id.gt(after))
                .filter(companies::conekta_private_key_sealed.is_not_null())
                .order(companies::id)
                .limit(left(limit, &found))
                .select((companies::id, companies::conekta_private_key_sealed.assume_not_null()));
            collect(&mut found, query.load(self.connection), |id| {
                CompanyId::parse(id).map(SecretPlace::ConektaPrivateKey)
            })?;
        }
        if let Some(after) = telegram {
            let query = companies::table
                .filter(companies::id.gt(after))
                .filter(companies::telegram_bot_token_sealed.is_not_null())
                .order(companies::id)
                .limit(left(limit, &found))
                .select((companies::id, companies::telegram_bot_token_sealed.assume_not_null()));
            collect(&mut found, query.load(self.connection), |id| {
                CompanyId::parse(id).map(SecretPlace::TelegramBotToken)
            })?;
        }
        Ok(found)
    }

    fn replace(&mut self, old: &SealedSecret, new: &Sealed) -> Stored<bool> {
        let connection = &mut *self.connection;
        let (before, after) = (old.sealed.as_str(), new.as_str());
        let replaced = match &old.place {
            SecretPlace::RouterPassword(company, id) => {
                let router = routers::table.find((company.as_str(), id.as_str()));
                diesel::update(router.filter(routers::password_sealed.eq(before)))
                    .set(routers::password_sealed.eq(after))
                    .execute(connection)
            }
            SecretPlace::ConektaPrivateKey(id) => {
                let there = companies::conekta_private_key_sealed.eq(before);
                diesel::update(companies::table.find(id.as_str()).filter(there))
                    .set(companies::conekta_private_key_sealed.eq(after))
                    .execute(connection)
            }
            SecretPlace::TelegramBotToken(id) => {
                let there = companies::telegram_bot_token_sealed.eq(before);
                diesel::update(companies::table.find(id.as_str()).filter(there))
                    .set(companies::telegram_bot_token_sealed.eq(after))
                    .execute(connection)
            }
        };
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

/// How many are still wanted.
fn left(limit: u16, found: &[SealedSecret]) -> i64 {
    i64::from(limit).saturating_sub_unsigned(found.len() as u64)
}

fn collect(
    found: &mut Vec<SealedSecret>,
    rows: QueryResult<Vec<(String, String)>>,
    place: impl Fn(&str) -> Option<SecretPlace>,
) -> Stored<()> {
    for (id, sealed) in rows.map_err(storage)? {
        found.push(SealedSecret { place: place(&id).or_broken("id")?, sealed: Sealed::new(sealed) });
    }
    Ok(())
}
