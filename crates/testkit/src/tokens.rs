use portero_domain::{
    Timestamp,
    api_key::ApiKey,
    ids::{CompanyId, KeyId, RouterId, SessionId},
    ports::{
        ApiKeyToken, ApiKeyTokens, PresentedKey, SessionToken, SessionTokens, SignedKey, SigningError, TokenRefusal,
    },
    secret::Fingerprint,
    session::Session,
    user::UserProfile,
};

/// Signs by a plain checksum: an API key is `jwt_<key>.<router>.<company>.<end>.<checksum>`, a session
/// `session.<session>.<end>.<checksum>`, ends being seconds since 1970. What was altered is refused.
#[derive(Clone, Copy, Debug, Default)]
pub struct FakeTokens;

impl ApiKeyTokens for FakeTokens {
    fn sign(&self, key: &ApiKey) -> Result<SignedKey, SigningError> {
        let parts = key.parts();
        let end = parts.expires_at.unix_seconds();
        let jwt = signed(&format!("{}.{}.{}.{end}", parts.id, parts.router, parts.company));
        Ok(SignedKey { token: ApiKeyToken::new(&jwt), fingerprint: fingerprint(&jwt) })
    }

    fn verify(&self, presented: &str, now: Timestamp) -> Result<PresentedKey, TokenRefusal> {
        let jwt = presented.strip_prefix(ApiKeyToken::PREFIX).ok_or(TokenRefusal::Malformed)?;
        let parts: Vec<_> = body(jwt)?.split('.').collect();
        let [id, router, company, end] = parts[..] else { return Err(TokenRefusal::Invalid) };
        let (Some(id), Some(router), Some(company)) =
            (KeyId::parse(id), RouterId::parse(router), CompanyId::parse(company))
        else {
            return Err(TokenRefusal::Invalid);
        };
        in_time(end, now)?;
        Ok(PresentedKey { id, router, company, fingerprint: fingerprint(jwt) })
    }
}

impl SessionTokens for FakeTokens {
    fn sign(&self, session: &Session, _: &UserProfile) -> Result<SessionToken, SigningError> {
        let end = session.expires_at.unix_seconds();
        Ok(SessionToken::new(signed(&format!("session.{}.{end}", session.id))))
    }

    fn verify(&self, presented: &str, now: Timestamp) -> Result<SessionId, TokenRefusal> {
        let parts: Vec<_> = body(presented)?.split('.').collect();
        let ["session", id, end] = parts[..] else { return Err(TokenRefusal::Invalid) };
        let id = SessionId::parse(id).ok_or(TokenRefusal::Invalid)?;
        in_time(end, now)?;
        Ok(id)
    }
}

fn signed(body: &str) -> String {
    let checksum = checksum(0, body);
    format!("{body}.{checksum:016x}")
}

fn body(token: &str) -> Result<&str, TokenRefusal> {
    let body = token.rsplit_once('.').map(|(body, _)| body);
    body.filter(|body| signed(body) == token).ok_or(TokenRefusal::Invalid)
}

fn in_time(end: &str, now: Timestamp) -> Result<(), TokenRefusal> {
    let end: i64 = end.parse().map_err(|_| TokenRefusal::Invalid)?;
    if now.unix_seconds() < end { Ok(()) } else { Err(TokenRefusal::Expired) }
}

/// FNV-1a, begun at `seed` beyond its usual start.
fn checksum(seed: u64, text: &str) -> u64 {
    let begin = 0xcbf2_9ce4_8422_2325_u64.wrapping_add(seed);
    text.bytes().fold(begin, |sum, byte| (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// A fingerprint that follows from the text alone.
pub(crate) fn fingerprint(text: &str) -> Fingerprint {
    let mut digest = [0; 32];
    for (seed, part) in (1..).zip(digest.chunks_mut(8)) {
        part.copy_from_slice(&checksum(seed, text).to_be_bytes());
    }
    Fingerprint::new(digest)
}

#[cfg(test)]
mod tests {
    use time::Duration;

    use super::*;
    use crate::builders::{a_key, a_session, a_user, start};

    const TOKENS: FakeTokens = FakeTokens;

    #[test]
    fn a_key_is_recognised_until_it_ends() {
        let key = a_key().build();
        let signed = ApiKeyTokens::sign(&TOKENS, &key).unwrap();
        let token = signed.token.expose();
        assert!(token.starts_with("jwt_key_a1b2c3d4e5f6g7h8.RTR_A1B2C3D4.EMP_3A9F1C0B2D.1768467600."));
        let presented = ApiKeyTokens::verify(&TOKENS, token, start()).unwrap();
        assert_eq!((&presented.id, presented.fingerprint), (key.id(), signed.fingerprint));
        let end = key.parts().expires_at;
        assert!(ApiKeyTokens::verify(&TOKENS, token, end.plus(-Duration::MICROSECOND)).is_ok());
        assert_eq!(ApiKeyTokens::verify(&TOKENS, token, end), Err(TokenRefusal::Expired));
    }

    #[test]
    fn what_was_altered_or_is_of_the_other_kind_is_refused() {
        let key = ApiKeyTokens::sign(&TOKENS, &a_key().build()).unwrap().token.expose().to_owned();
        let session =
            SessionTokens::sign(&TOKENS, &a_session().build(), &a_user().build().profile).unwrap().expose().to_owned();
        assert_eq!(SessionTokens::verify(&TOKENS, &session, start()), Ok(a_session().build().id));

        let as_key = |text: &str| ApiKeyTokens::verify(&TOKENS, text, start());
        assert_eq!(as_key(&key.replace("EMP_3", "EMP_4")), Err(TokenRefusal::Invalid));
        assert_eq!(as_key(&format!("{key}0")), Err(TokenRefusal::Invalid));
        assert_eq!(as_key(&format!("jwt_{session}")), Err(TokenRefusal::Invalid));
        assert_eq!(as_key(&session), Err(TokenRefusal::Malformed));
        for text in ["", ".", &key, &key["jwt_".len()..]] {
            assert_eq!(SessionTokens::verify(&TOKENS, text, start()), Err(TokenRefusal::Invalid), "{text}");
        }
    }
}
