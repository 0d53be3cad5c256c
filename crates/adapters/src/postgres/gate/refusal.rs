//! Why a key is not admitted.

use std::collections::HashMap;

use diesel::{ExpressionMethods, JoinOnDsl, PgConnection, QueryDsl, RunQueryDsl, SelectableHelper};
use portero_domain::{
    Timestamp,
    api_key::{ApiKey, Standing},
    ports::{PresentedKey, Refusal, Stored},
};

use crate::postgres::{
    api_keys::Row,
    error::storage,
    schema::{api_keys, companies},
};

/// Why a statement found nothing to count for each of these keys, by the domain's own rule. Nothing, where there is no reason
/// any more.
pub(super) fn reasons(
    connection: &mut PgConnection,
    keys: &[&PresentedKey],
    now: Timestamp,
) -> Stored<Vec<Option<Refusal>>> {
    let ids: Vec<_> = keys.iter().map(|key| key.id.as_str()).collect();
    let rows: Vec<(Row, Vec<u8>, bool)> = api_keys::table
        .inner_join(companies::table.on(companies::id.eq(api_keys::company_id)))
        .filter(api_keys::id.eq_any(ids))
        .select((Row::as_select(), api_keys::token_sha256, companies::active))
        .load(connection)
        .map_err(storage)?;
    let mut records = HashMap::new();
    for (row, fingerprint, company_active) in rows {
        let record = ApiKey::try_from(row)?;
        records.insert(record.id().clone(), (record, fingerprint, company_active));
    }
    let reason = |key: &&PresentedKey| {
        let of_record = records.get(&key.id).filter(|(record, fingerprint, _)| {
            record.parts().router == key.router && fingerprint == key.fingerprint.bytes()
        });
        let Some((record, _, company_active)) = of_record else { return Some(Refusal::Unknown) };
        match record.standing(now) {
            Standing::Revoked { .. } => Some(Refusal::Revoked),
            Standing::Expired => Some(Refusal::Expired),
            Standing::Active if !company_active => Some(Refusal::CompanyInactive),
            Standing::Active => None,
        }
    };
    Ok(keys.iter().map(reason).collect())
}
