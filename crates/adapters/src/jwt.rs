//! Tokens as JWTs: HS256 and nothing else, the HMAC by ring.
//!
//! Verifying uses no query and not the library's clock. The signature and the type of the token are checked first. Only
//! then its time is compared with `now`.

mod own_form;
mod provider;

use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use portero_domain::{
    Timestamp,
    api_key::ApiKey,
    ids::{CompanyId, KeyId, RouterId, SessionId},
    ports::{
        ApiKeyToken, ApiKeyTokens, PresentedKey, SessionToken, SessionTokens, SignedKey, SigningError, TokenRefusal,
    },
    secret::Fingerprint,
    session::Session,
    user::{Role, UserProfile},
};
use ring::digest;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use thiserror::Error;

use self::own_form::OwnForm;

const ISSUER: &str = "mikrotik-payment-api";
const API_KEY: &str = "router_api_key";
const SESSION: &str = "access_token";

/// The greatest length of a token, in bytes. Ours have some 400; more is refused before any work.
const MAX_LENGTH: usize = 4_096;

/// The least length of a signing secret, in bytes: that of the HMAC's own digest.
const MIN_SECRET: usize = 32;

/// A signing secret is shorter than 32 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a signing secret has 32 bytes or more")]
pub struct SecretTooShort;

/// API keys as JWTs (`R108`).
#[derive(Debug)]
pub struct JwtApiKeyTokens {
    signer: Signer,
    own_form: OwnForm,
}

/// Session tokens as JWTs (`R104`). `jti` is the id of the stored session, which can be ended (`R105`).
#[derive(Debug)]
pub struct JwtSessionTokens(Signer);

/// The claims of an API key, and no others.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ApiKeyClaims<'a> {
    jti: &'a str,
    iss: &'a str,
    sub: &'a str,
    empresa: &'a str,
    iat: i64,
    exp: i64,
    r#type: &'a str,
}

/// The same, among whatever else may be claimed, in any spelling that JSON has.
#[derive(Deserialize)]
struct AnyApiKeyClaims {
    jti: String,
    iss: String,
    sub: String,
    empresa: String,
    iat: i64,
    exp: i64,
    r#type: String,
}

#[derive(Debug, Serialize, Deserialize)]
struct SessionClaims {
    jti: String,
    sub: String,
    email: String,
    nombre: String,
    rol: String,
    empresa_id: Option<String>,
    iat: i64,
    exp: i64,
    r#type: String,
}

impl JwtApiKeyTokens {
    /// Signs and verifies by this secret.
    pub fn new(secret: &[u8]) -> Result<Self, SecretTooShort> {
        Ok(Self { signer: Signer::new(secret)?, own_form: OwnForm::new(secret) })
    }

    /// What jsonwebtoken says of a token in any form.
    fn verify_any(&self, jwt: &str, now: Timestamp) -> Result<PresentedKey, TokenRefusal> {
        let claims: AnyApiKeyClaims = self.signer.claims(jwt)?;
        claims.borrowed().judge(jwt, now)
    }
}

impl AnyApiKeyClaims {
    fn borrowed(&self) -> ApiKeyClaims<'_> {
        ApiKeyClaims {
            jti: &self.jti,
            iss: &self.iss,
            sub: &self.sub,
            empresa: &self.empresa,
            iat: self.iat,
            exp: self.exp,
            r#type: &self.r#type,
        }
    }
}

impl ApiKeyClaims<'_> {
    /// The key that a token of ours with these claims is.
    fn judge(&self, jwt: &str, now: Timestamp) -> Result<PresentedKey, TokenRefusal> {
        if self.iss != ISSUER || self.r#type != API_KEY {
            return Err(TokenRefusal::Invalid);
        }
        let key = PresentedKey {
            id: KeyId::parse(self.jti).ok_or(TokenRefusal::Invalid)?,
            router: RouterId::parse(self.sub).ok_or(TokenRefusal::Invalid)?,
            company: CompanyId::parse(self.empresa).ok_or(TokenRefusal::Invalid)?,
            fingerprint: fingerprint(jwt),
        };
        in_time(self.exp, now).map(|()| key)
    }
}

impl ApiKeyTokens for JwtApiKeyTokens {
    fn sign(&self, key: &ApiKey) -> Result<SignedKey, SigningError> {
        let parts = key.parts();
        let jwt = self.signer.sign(&ApiKeyClaims {
            jti: parts.id.as_str(),
            iss: ISSUER,
            sub: parts.router.as_str(),
            empresa: parts.company.as_str(),
            iat: parts.issued_at.unix_seconds(),
            exp: parts.expires_at.unix_seconds(),
            r#type: API_KEY,
        })?;
        Ok(SignedKey { token: ApiKeyToken::new(&jwt), fingerprint: fingerprint(&jwt) })
    }

    fn verify(&self, presented: &str, now: Timestamp) -> Result<PresentedKey, TokenRefusal> {
        let jwt = presented.strip_prefix(ApiKeyToken::PREFIX).ok_or(TokenRefusal::Malformed)?;
        match self.own_form.claims(jwt, &mut [0; _]) {
            Some(claims) => claims.judge(jwt, now),
            None => self.verify_any(jwt, now),
        }
    }
}

impl JwtSessionTokens {
    /// Signs and verifies by this secret.
    pub fn new(secret: &[u8]) -> Result<Self, SecretTooShort> {
        Signer::new(secret).map(Self)
    }
}

impl SessionTokens for JwtSessionTokens {
    fn sign(&self, session: &Session, person: &UserProfile) -> Result<SessionToken, SigningError> {
        let rol = match person.role {
            Role::SuperAdmin => "super_admin",
            Role::CompanyAdmin(_) => "cliente_admin",
        };
        let jwt = self.0.sign(&SessionClaims {
            jti: session.id.as_str().to_owned(),
            sub: session.user.get().to_string(),
            email: person.email.as_str().to_owned(),
            nombre: person.name.as_str().to_owned(),
            rol: rol.to_owned(),
            empresa_id: person.role.company().map(|company| company.as_str().to_owned()),
            iat: session.issued_at.unix_seconds(),
            exp: session.expires_at.unix_seconds(),
            r#type: SESSION.to_owned(),
        })?;
        Ok(SessionToken::new(jwt))
    }

    fn verify(&self, presented: &str, now: Timestamp) -> Result<SessionId, TokenRefusal> {
        let claims: SessionClaims = self.0.claims(presented)?;
        if claims.r#type != SESSION {
            return Err(TokenRefusal::Invalid);
        }
        let session = SessionId::parse(&claims.jti).ok_or(TokenRefusal::Invalid)?;
        in_time(claims.exp, now).map(|()| session)
    }
}

/// `exp` is a whole second, so the seconds alone tell whether `now` has reached it.
fn in_time(exp: i64, now: Timestamp) -> Result<(), TokenRefusal> {
    if now.unix_seconds() >= exp { Err(TokenRefusal::Expired) } else { Ok(()) }
}

fn fingerprint(jwt: &str) -> Fingerprint {
    let mut bytes = [0; 32];
    bytes.copy_from_slice(digest::digest(&digest::SHA256, jwt.as_bytes()).as_ref());
    Fingerprint::new(bytes)
}

/// What both kinds of token share: a secret, and what is made of a JWT before anything else is.
struct Signer {
    encoding: EncodingKey,
    decoding: DecodingKey,
    validation: Validation,
}

impl Signer {
    fn new(secret: &[u8]) -> Result<Self, SecretTooShort> {
        if secret.len() < MIN_SECRET {
            return Err(SecretTooShort);
        }
        provider::install();
        let mut validation = Validation::new(Algorithm::HS256);
        validation.validate_exp = false;
        validation.required_spec_claims.clear();
        Ok(Self { encoding: EncodingKey::from_secret(secret), decoding: DecodingKey::from_secret(secret), validation })
    }

    fn sign(&self, claims: &impl Serialize) -> Result<String, SigningError> {
        jsonwebtoken::encode(&Header::new(Algorithm::HS256), claims, &self.encoding)
            .map_err(|error| SigningError(Box::new(error)))
    }

    /// The claims of a token that this secret signed. The error does not say why another token is rejected (`R113`).
    fn claims<T: DeserializeOwned>(&self, jwt: &str) -> Result<T, TokenRefusal> {
        if jwt.len() > MAX_LENGTH {
            return Err(TokenRefusal::Invalid);
        }
        jsonwebtoken::decode(jwt, &self.decoding, &self.validation)
            .map(|token| token.claims)
            .map_err(|_| TokenRefusal::Invalid)
    }
}

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Signer(…)")
    }
}

#[cfg(test)]
mod tests;
