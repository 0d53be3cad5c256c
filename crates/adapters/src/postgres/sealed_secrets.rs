//! All sealed secrets, in the order of their places: the routers' passwords, then the two kinds of the companies, each
//! by id.

use diesel::{ExpressionMethods, NullableExpressionMethods, QueryDsl, QueryResult, RunQueryDsl};
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

impl SealedSecrets for PgStorage<'_> {
    fn after(&mut self, place: Option<&SecretPlace>, limit: u16) -> Stored<Vec<SealedSecret>> {
        // Where to begin in each kind: past the place in its own kind, at the start in the kinds that follow it.
        let (router, conekta, telegram) = match place {
            None => (Some(""), Some(""), Some("")),
            Some(SecretPlace::RouterPassword(id)) => (Some(id.as_str()), Some(""), Some("")),
            Some(SecretPlace::ConektaPrivateKey(id)) => (None, Some(id.as_str()), Some("")),
            Some(SecretPlace::TelegramBotToken(id)) => (None, None, Some(id.as_str())),
        };
        let mut found = Vec::new();
        if let Some(after) = router {
            let query = routers::table
                .filter(routers::id.gt(after))
                .order(routers::id)
                .limit(limit.into())
                .select((routers::id, routers::password_sealed));
            collect(&mut found, query.load(self.connection), |id| {
                RouterId::parse(id).map(SecretPlace::RouterPassword)
            })?;
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
            SecretPlace::RouterPassword(id) => {
                diesel::update(routers::table.find(id.as_str()).filter(routers::password_sealed.eq(before)))
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
