//! What happens to the requests that the gate takes together.

use std::{collections::HashMap, mem};

use diesel::{ExpressionMethods, JoinOnDsl, PgConnection, QueryDsl, RunQueryDsl, SelectableHelper};
use portero_domain::{
    Timestamp,
    api_key::{ApiKey, KeyStatus},
    ports::{Admission, PresentedKey, Refusal, StorageError, Stored},
};

use super::statement::{Uses, count};
use crate::postgres::{
    api_keys::Row,
    error::storage,
    schema::{api_keys, companies},
};

/// The result for one request. An error means that the result is not known.
pub(super) type Verdict = Stored<Result<Admission, Refusal>>;

/// Admits and counts each request, or rejects it. The verdicts are in the order of the requests. On an error nothing is
/// known of any request.
///
/// 1. One statement counts every key that is good.
/// 2. A second statement reads the other keys, and the domain's rule says why each is rejected.
/// 3. A key without a reason became good between the two statements. It is counted now.
///
/// The latest of the requests' times is the time of all: the database judges them together, after the last one arrived.
pub(super) fn admit(connection: &mut PgConnection, requests: &[(&PresentedKey, Timestamp)]) -> Stored<Vec<Verdict>> {
    let Some(now) = requests.iter().map(|(_, now)| *now).max() else { return Ok(Vec::new()) };
    let (uses, groups) = group(requests);
    let mut verdicts: Vec<Option<Verdict>> = uses.iter().map(|_| None).collect();
    for (place, admission) in count(connection, &uses, now)? {
        verdicts[place] = Some(admission.map(Ok));
    }
    let left: Vec<_> = (0..uses.len()).filter(|&place| verdicts[place].is_none()).collect();
    if !left.is_empty() {
        let left_uses: Vec<_> = left.iter().map(|&place| uses[place]).collect();
        // The first statement is committed. An error of the second one belongs to the keys that are left.
        let rejected = reject(connection, &left_uses, now)
            .unwrap_or_else(|error| left.iter().map(|_| Err(same_error(&error))).collect());
        for (place, verdict) in left.into_iter().zip(rejected) {
            verdicts[place] = Some(verdict);
        }
    }
    Ok(for_each_request(&uses, groups, verdicts))
}

/// The verdicts on keys that were not counted.
fn reject(connection: &mut PgConnection, uses: &[Uses<'_>], now: Timestamp) -> Stored<Vec<Verdict>> {
    let reasons = reasons(connection, uses, now)?;
    let late: Vec<_> = (0..uses.len()).filter(|&place| reasons[place].is_none()).collect();
    let mut verdicts: Vec<Verdict> =
        reasons.into_iter().map(|reason| Ok(Err(reason.unwrap_or(Refusal::Unknown)))).collect();
    if !late.is_empty() {
        let late_uses: Vec<_> = late.iter().map(|&place| uses[place]).collect();
        for (place, admission) in count(connection, &late_uses, now)? {
            verdicts[late[place]] = admission.map(Ok);
        }
    }
    Ok(verdicts)
}

/// Why each key is rejected, by the domain's rule. `None` for a key that is good by now.
fn reasons(connection: &mut PgConnection, uses: &[Uses<'_>], now: Timestamp) -> Stored<Vec<Option<Refusal>>> {
    let companies: Vec<_> = uses.iter().map(|uses| uses.key.company.as_str()).collect();
    let ids: Vec<_> = uses.iter().map(|uses| uses.key.id.as_str()).collect();
    let rows: Vec<(Row, Vec<u8>, bool)> = api_keys::table
        .inner_join(companies::table.on(companies::id.eq(api_keys::company_id)))
        .filter(api_keys::company_id.eq_any(companies))
        .filter(api_keys::id.eq_any(ids))
        .select((Row::as_select(), api_keys::token_sha256, companies::active))
        .load(connection)
        .map_err(storage)?;
    let mut records = HashMap::new();
    for (row, fingerprint, company_active) in rows {
        let record = ApiKey::try_from(row)?;
        let parts = record.parts();
        records.insert((parts.company.clone(), parts.id.clone()), (record, fingerprint, company_active));
    }
    let reason = |Uses { key, .. }: &Uses<'_>| {
        let of_key = records.get(&(key.company.clone(), key.id.clone())).filter(|(record, fingerprint, _)| {
            record.parts().router == key.router && fingerprint == key.fingerprint.bytes()
        });
        let Some((record, _, company_active)) = of_key else { return Some(Refusal::Unknown) };
        match record.status(now) {
            KeyStatus::Revoked { .. } => Some(Refusal::Revoked),
            KeyStatus::Expired => Some(Refusal::Expired),
            KeyStatus::Active if !company_active => Some(Refusal::CompanyInactive),
            KeyStatus::Active => None,
        }
    };
    Ok(uses.iter().map(reason).collect())
}

/// The distinct keys with their uses, in the order of their ids; and for each request the place of its key.
fn group<'a>(requests: &[(&'a PresentedKey, Timestamp)]) -> (Vec<Uses<'a>>, Vec<usize>) {
    let mut order: Vec<_> = (0..requests.len()).collect();
    order.sort_unstable_by_key(|&request| identity(requests[request].0));
    let mut uses: Vec<Uses<'_>> = Vec::with_capacity(requests.len());
    let mut groups = vec![0; requests.len()];
    for request in order {
        let (key, _) = requests[request];
        match uses.last_mut() {
            Some(last) if identity(last.key) == identity(key) => last.count += 1,
            _ => uses.push(Uses { key, count: 1 }),
        }
        groups[request] = uses.len() - 1;
    }
    (uses, groups)
}

fn identity(key: &PresentedKey) -> (&str, &str, &str, &[u8; 32]) {
    (key.company.as_str(), key.id.as_str(), key.router.as_str(), key.fingerprint.bytes())
}

/// Gives each request the verdict on its key. The last request with a key takes the verdict without a copy.
fn for_each_request(uses: &[Uses<'_>], groups: Vec<usize>, mut verdicts: Vec<Option<Verdict>>) -> Vec<Verdict> {
    let mut left: Vec<_> = uses.iter().map(|uses| uses.count).collect();
    let verdicts = groups.into_iter().map(|group| {
        left[group] -= 1;
        let verdict = &mut verdicts[group];
        let own = if left[group] == 0 { mem::take(verdict) } else { verdict.as_ref().map(copy) };
        own.unwrap_or(Ok(Err(Refusal::Unknown)))
    });
    verdicts.collect()
}

fn copy(verdict: &Verdict) -> Verdict {
    match verdict {
        Ok(verdict) => Ok(verdict.clone()),
        Err(error) => Err(same_error(error)),
    }
}

/// The same error for one more request.
pub(super) fn same_error(error: &StorageError) -> StorageError {
    match error {
        StorageError::Busy => StorageError::Busy,
        StorageError::Unavailable(cause) => StorageError::Unavailable(cause.to_string().into()),
        StorageError::Failed(cause) => StorageError::Failed(cause.to_string().into()),
    }
}

#[cfg(test)]
mod tests {
    use portero_domain::ids::{CompanyId, KeyId, RouterId};
    use portero_domain::secret::Fingerprint;
    use portero_testkit::builders::start;

    use super::*;

    fn key(id: &str, fingerprint: u8) -> PresentedKey {
        PresentedKey {
            id: KeyId::parse(id).unwrap(),
            router: RouterId::parse("RTR_A1B2C3D4").unwrap(),
            company: CompanyId::parse("EMP_3A9F1C0B2D").unwrap(),
            fingerprint: Fingerprint::new([fingerprint; 32]),
        }
    }

    #[test]
    fn requests_are_grouped_by_key_in_the_order_of_ids() {
        let requests = [key("key_b", 1), key("key_a", 1), key("key_b", 1), key("key_c", 1), key("key_b", 1)];
        let (uses, groups) = group(&requests.each_ref().map(|key| (key, start())));
        let counted: Vec<_> = uses.iter().map(|uses| (uses.key.id.as_str(), uses.count)).collect();
        assert_eq!(counted, [("key_a", 1), ("key_b", 3), ("key_c", 1)]);
        assert_eq!(groups, [1, 0, 1, 2, 1]);
    }

    #[test]
    fn one_id_with_two_fingerprints_is_two_keys() {
        let requests = [key("key_a", 2), key("key_a", 1), key("key_a", 2)];
        let (uses, groups) = group(&requests.each_ref().map(|key| (key, start())));
        assert_eq!(uses.iter().map(|uses| uses.count).collect::<Vec<_>>(), [1, 2]);
        assert_eq!(groups, [1, 0, 1]);
    }

    #[test]
    fn one_id_in_two_companies_is_two_keys() {
        let other = PresentedKey { company: CompanyId::parse("EMP_0000000001").unwrap(), ..key("key_a", 1) };
        let requests = [key("key_a", 1), other];
        let (uses, groups) = group(&requests.each_ref().map(|key| (key, start())));
        assert_eq!((uses.len(), groups), (2, vec![1, 0]));
    }
}
