//! Who is calling: every credential is judged here, before a handler runs.

use std::{future::Future, pin::Pin};

use actix_web::{
    FromRequest, HttpRequest,
    dev::Payload,
    http::header::{self, HeaderName},
    web::Data,
};
use portero_application::{
    Application,
    portal::AdmitPortalError,
    sessions::{AuthenticateError, SignedIn},
};
use portero_domain::{
    ids::CompanyId,
    ports::{Admission, Refusal, TokenRefusal},
    user::Role,
};

use crate::{
    error::{ApiError, ApiResult},
    limits,
};

/// The header of a router's API key (routers page).
pub const API_KEY: HeaderName = HeaderName::from_static("x-api-key");

type Extraction<T> = Pin<Box<dyn Future<Output = ApiResult<T>>>>;

/// A person with a good session, of any role.
#[derive(Debug)]
pub struct AnyUser(pub SignedIn);

/// A super admin with a good session.
#[derive(Debug)]
pub struct SuperAdmin(pub SignedIn);

/// A company's admin with a good session.
#[derive(Debug)]
pub struct CompanyAdmin {
    /// The admin's company, the only one they reach.
    pub company: CompanyId,
}

/// A captive portal with its router's key, admitted and counted.
#[derive(Debug)]
pub struct Portal(pub Admission);

impl FromRequest for AnyUser {
    type Error = ApiError;
    type Future = Extraction<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { Ok(Self(signed_in(&request).await?)) })
    }
}

impl FromRequest for SuperAdmin {
    type Error = ApiError;
    type Future = Extraction<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let caller = signed_in(&request).await?;
            match caller.user.profile.role {
                Role::SuperAdmin => Ok(Self(caller)),
                Role::CompanyAdmin(_) => Err(ApiError::forbidden("role_required", "Se requiere rol SUPER_ADMIN")),
            }
        })
    }
}

impl FromRequest for CompanyAdmin {
    type Error = ApiError;
    type Future = Extraction<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            match signed_in(&request).await?.user.profile.role {
                Role::CompanyAdmin(company) => Ok(Self { company }),
                Role::SuperAdmin => Err(ApiError::forbidden("role_required", "Se requiere rol CLIENTE_ADMIN")),
            }
        })
    }
}

impl FromRequest for Portal {
    type Error = ApiError;
    type Future = Extraction<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let (admit, key) = (&application(&request)?.admit_portal, api_key(&request));
            Ok(Self(match limits::of(&request) {
                Some(limits) => limits.admit(&request, admit, key).await?,
                None => admit.execute(key?).await?,
            }))
        })
    }
}

fn application(request: &HttpRequest) -> ApiResult<&Data<Application>> {
    request.app_data().ok_or_else(|| ApiError::internal("the application is not wired"))
}

async fn signed_in(request: &HttpRequest) -> ApiResult<SignedIn> {
    let token = bearer(request).ok_or_else(|| ApiError::unauthorized("not_authenticated", "No autenticado"))?;
    Ok(application(request)?.authenticate.execute(token).await?)
}

/// The key in `X-API-Key`, or else in `Authorization: Bearer`, where older portals send it (decisions, "API key
/// header"). Where `X-API-Key` is there it decides, even when it is empty or no text.
fn api_key(request: &HttpRequest) -> ApiResult<&str> {
    let missing = || ApiError::unauthorized("api_key_missing", "API Key requerida");
    match request.headers().get(API_KEY) {
        Some(value) => value.to_str().map(str::trim).map_err(|_| TokenRefusal::Malformed.into()),
        None => bearer(request).ok_or_else(missing),
    }
}

/// The token of `Authorization: Bearer`; the scheme in any case (RFC 9110).
fn bearer(request: &HttpRequest) -> Option<&str> {
    let value = request.headers().get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}

/// A refused API key, in the words of the wider system's section 2.
impl From<TokenRefusal> for ApiError {
    fn from(refusal: TokenRefusal) -> Self {
        match refusal {
            TokenRefusal::Malformed => Self::unauthorized("api_key_malformed", "Formato de API Key inválido"),
            TokenRefusal::Invalid => Self::unauthorized("api_key_invalid", "API Key inválida"),
            TokenRefusal::Expired => Self::unauthorized("api_key_expired", "API Key expirada"),
        }
    }
}

impl From<AdmitPortalError> for ApiError {
    fn from(error: AdmitPortalError) -> Self {
        match error {
            AdmitPortalError::Token(refusal) => refusal.into(),
            AdmitPortalError::Refused(Refusal::Expired) => TokenRefusal::Expired.into(),
            // A key without a record was ours once: its router was deleted.
            AdmitPortalError::Refused(Refusal::Unknown | Refusal::Revoked) => {
                Self::unauthorized("api_key_revoked", "API Key no válida o revocada")
            }
            AdmitPortalError::Refused(Refusal::CompanyInactive) => {
                Self::unauthorized("company_inactive", "Empresa no activa")
            }
            AdmitPortalError::Storage(error) => error.into(),
        }
    }
}

impl From<AuthenticateError> for ApiError {
    fn from(error: AuthenticateError) -> Self {
        match error {
            AuthenticateError::Token(TokenRefusal::Expired) => Self::unauthorized("token_expired", "Token expirado"),
            AuthenticateError::Token(TokenRefusal::Malformed | TokenRefusal::Invalid)
            | AuthenticateError::SessionEnded => Self::unauthorized("token_invalid", "Token inválido"),
            AuthenticateError::UserInactive => Self::unauthorized("user_inactive", "Usuario no activo"),
            AuthenticateError::Storage(error) => error.into(),
        }
    }
}
