//! Judging the calls that wait at the same moment.

use std::mem;

use diesel::PgConnection;
use portero_domain::{
    Timestamp,
    ports::{Admission, PresentedKey, Refusal, StorageError, Stored},
};

use super::{
    refusal::reasons,
    statement::{Uses, count, count_all},
};

/// What became of a call. On an error it is not known.
pub(super) type Verdict = Stored<Result<Admission, Refusal>>;

/// Admits and counts each call or refuses it, in the order of the calls. On an error nothing is known of any.
///
/// A single call deserves the plain statement, which is the cheaper one. The latest of the calls' moments is that of all:
/// they are judged together, after the last of them came.
pub(super) fn judge(connection: &mut PgConnection, calls: &[(&PresentedKey, Timestamp)]) -> Stored<Vec<Verdict>> {
    let Some(now) = calls.iter().map(|(_, now)| *now).max() else { return Ok(Vec::new()) };
    let (uses, groups) = group(calls);
    let mut verdicts = match uses.as_slice() {
        [Uses { key, count: 1 }] => vec![judge_one(connection, key, now)],
        uses => judge_all(connection, uses, now)?,
    };
    let mut left: Vec<_> = uses.iter().map(|uses| uses.count).collect();
    let verdicts = groups.into_iter().map(|group| {
        left[group] -= 1;
        let verdict = &mut verdicts[group];
        // Most keys come once, and the last call with a key needs no copy.
        if left[group] == 0 { mem::replace(verdict, Ok(Err(Refusal::Unknown))) } else { copy(verdict) }
    });
    Ok(verdicts.collect())
}

fn copy(verdict: &Verdict) -> Verdict {
    match verdict {
        Ok(verdict) => Ok(verdict.clone()),
        Err(error) => Err(alike(error)),
    }
}

/// Admits and counts one call, or refuses it.
pub(super) fn judge_one(connection: &mut PgConnection, key: &PresentedKey, now: Timestamp) -> Verdict {
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
    let mut verdicts: Vec<Option<Verdict>> = uses.iter().map(|_| None).collect();
    for (place, admission) in count_all(connection, uses, now)? {
        verdicts[place] = Some(admission.map(Ok));
    }
    let left: Vec<_> =
        uses.iter().zip(&verdicts).filter(|(_, verdict)| verdict.is_none()).map(|(uses, _)| *uses).collect();
    // What fails from here on is theirs alone: the others are counted, and are to hear so.
    let mut refused = judge_uncounted(connection, &left, now)
        .unwrap_or_else(|error| left.iter().map(|_| Err(alike(&error))).collect())
        .into_iter();
    let unknown = || Ok(Err(Refusal::Unknown));
    Ok(verdicts.into_iter().map(|verdict| verdict.or_else(|| refused.next()).unwrap_or_else(unknown)).collect())
}

/// Refuses what was not counted, each for its reason. Where there is none any more, someone changed the record for the better
/// between the two statements, as above.
fn judge_uncounted(connection: &mut PgConnection, uses: &[Uses<'_>], now: Timestamp) -> Stored<Vec<Verdict>> {
    if uses.is_empty() {
        return Ok(Vec::new());
    }
    let keys: Vec<_> = uses.iter().map(|uses| uses.key).collect();
    let reasons = reasons(connection, &keys, now)?;
    let late: Vec<_> = (0..uses.len()).filter(|&place| reasons[place].is_none()).collect();
    let mut verdicts: Vec<Verdict> =
        reasons.into_iter().map(|reason| Ok(Err(reason.unwrap_or(Refusal::Unknown)))).collect();
    if !late.is_empty() {
        let late_uses: Vec<_> = late.iter().map(|&place| uses[place]).collect();
        for (place, admission) in count_all(connection, &late_uses, now)? {
            verdicts[late[place]] = admission.map(Ok);
        }
    }
    Ok(verdicts)
}

/// The same fault for one more caller.
pub(super) fn alike(error: &StorageError) -> StorageError {
    match error {
        StorageError::Busy => StorageError::Busy,
        StorageError::Unavailable(cause) => StorageError::Unavailable(cause.to_string().into()),
        StorageError::Failed(cause) => StorageError::Failed(cause.to_string().into()),
    }
}

/// The distinct keys with their uses, in the order of their ids; and for each call which of them is its own.
fn group<'a>(calls: &[(&'a PresentedKey, Timestamp)]) -> (Vec<Uses<'a>>, Vec<usize>) {
    let mut order: Vec<_> = (0..calls.len()).collect();
    order.sort_unstable_by_key(|&call| identity(calls[call].0));
    let mut uses: Vec<Uses<'_>> = Vec::with_capacity(calls.len());
    let mut groups = vec![0; calls.len()];
    for call in order {
        let (key, _) = calls[call];
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
    fn calls_are_grouped_by_key_in_the_order_of_ids() {
        let calls = [key("key_b", 1), key("key_a", 1), key("key_b", 1), key("key_c", 1), key("key_b", 1)];
        let (uses, groups) = group(&calls.each_ref().map(|key| (key, start())));
        let counted: Vec<_> = uses.iter().map(|uses| (uses.key.id.as_str(), uses.count)).collect();
        assert_eq!(counted, [("key_a", 1), ("key_b", 3), ("key_c", 1)]);
        assert_eq!(groups, [1, 0, 1, 2, 1]);
    }

    #[test]
    fn one_id_with_two_fingerprints_is_two_keys() {
        let calls = [key("key_a", 2), key("key_a", 1), key("key_a", 2)];
        let (uses, groups) = group(&calls.each_ref().map(|key| (key, start())));
        assert_eq!(uses.iter().map(|uses| uses.count).collect::<Vec<_>>(), [1, 2]);
        assert_eq!(groups, [1, 0, 1]);
    }
}
