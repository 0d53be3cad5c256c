//! Judging the calls that wait at the same moment.

use diesel::PgConnection;
use portero_domain::{
    Timestamp,
    ports::{Admission, PresentedKey, Refusal, Stored},
};

use super::{
    refusal::reasons,
    statement::{Uses, count, count_all},
};

/// What became of a call.
pub(super) type Verdict = Result<Admission, Refusal>;

/// Admits and counts each call or refuses it, in the order of the calls. On an error nothing is known of any.
///
/// A single call deserves the plain statement: it is a seventh cheaper.
pub(super) fn judge(connection: &mut PgConnection, calls: &[(&PresentedKey, Timestamp)]) -> Stored<Vec<Verdict>> {
    let Some(now) = calls.iter().map(|(_, now)| *now).max() else { return Ok(Vec::new()) };
    let (uses, groups) = group(calls.iter().map(|(key, _)| *key));
    let verdicts = match uses.as_slice() {
        [Uses { key, count: 1 }] => vec![judge_one(connection, key, now)?],
        uses => judge_all(connection, uses, now)?,
    };
    Ok(groups.into_iter().map(|group| verdicts[group].clone()).collect())
}

/// Admits and counts one call, or refuses it.
pub(super) fn judge_one(connection: &mut PgConnection, key: &PresentedKey, now: Timestamp) -> Stored<Verdict> {
    if let Some(admission) = count(connection, key, now)? {
        return Ok(Ok(admission));
    }
    match reasons(connection, &[key], now)?.as_slice() {
        [Some(refusal)] => Ok(Err(*refusal)),
        // Between the two someone changed the record for the better: switched the company on, say.
        _ => Ok(count(connection, key, now)?.ok_or(Refusal::Unknown)),
    }
}

fn judge_all(connection: &mut PgConnection, uses: &[Uses<'_>], now: Timestamp) -> Stored<Vec<Verdict>> {
    let mut verdicts = vec![Err(Refusal::Unknown); uses.len()];
    for (place, admission) in count_all(connection, uses, now)? {
        verdicts[place] = Ok(admission);
    }
    let left: Vec<_> = (0..uses.len()).filter(|&place| verdicts[place].is_err()).collect();
    if left.is_empty() {
        return Ok(verdicts);
    }
    let keys: Vec<_> = left.iter().map(|&place| uses[place].key).collect();
    for (place, reason) in left.into_iter().zip(reasons(connection, &keys, now)?) {
        verdicts[place] = match reason {
            Some(refusal) => Err(refusal),
            None => judge_late(connection, uses[place], now)?,
        };
    }
    Ok(verdicts)
}

/// Between two statements someone changed the key's record for the better, as above. None of its uses is counted yet.
fn judge_late(connection: &mut PgConnection, uses: Uses<'_>, now: Timestamp) -> Stored<Verdict> {
    let admitted = count_all(connection, &[uses], now)?.pop();
    Ok(admitted.map(|(_, admission)| admission).ok_or(Refusal::Unknown))
}

/// The distinct keys with their uses, in the order of their ids; and for each call which of them is its own.
fn group<'a>(calls: impl Iterator<Item = &'a PresentedKey>) -> (Vec<Uses<'a>>, Vec<usize>) {
    let keys: Vec<_> = calls.collect();
    let mut order: Vec<_> = (0..keys.len()).collect();
    order.sort_unstable_by_key(|&call| identity(keys[call]));
    let mut uses: Vec<Uses<'_>> = Vec::new();
    let mut groups = vec![0; keys.len()];
    for call in order {
        let key = keys[call];
        match uses.last_mut() {
            Some(last) if identity(last.key) == identity(key) => last.count += 1,
            _ => uses.push(Uses { key, count: 1 }),
        }
        groups[call] = uses.len() - 1;
    }
    (uses, groups)
}

fn identity(key: &PresentedKey) -> (&str, &str, &[u8; 32]) {
    (key.id.as_str(), key.router.as_str(), key.fingerprint.bytes())
}

#[cfg(test)]
mod tests {
    use portero_domain::ids::{CompanyId, KeyId, RouterId};
    use portero_domain::secret::Fingerprint;

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
    fn calls_are_grouped_by_key_in_the_order_of_ids() {
        let calls = [key("key_b", 1), key("key_a", 1), key("key_b", 1), key("key_c", 1), key("key_b", 1)];
        let (uses, groups) = group(calls.iter());
        let counted: Vec<_> = uses.iter().map(|uses| (uses.key.id.as_str(), uses.count)).collect();
        assert_eq!(counted, [("key_a", 1), ("key_b", 3), ("key_c", 1)]);
        assert_eq!(groups, [1, 0, 1, 2, 1]);
    }

    #[test]
    fn one_id_with_two_fingerprints_is_two_keys() {
        let calls = [key("key_a", 2), key("key_a", 1), key("key_a", 2)];
        let (uses, groups) = group(calls.iter());
        assert_eq!(uses.iter().map(|uses| uses.count).collect::<Vec<_>>(), [1, 2]);
        assert_eq!(groups, [1, 0, 1]);
    }
}
