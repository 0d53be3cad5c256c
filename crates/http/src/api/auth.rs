//! The extractors of credentials. They run before a handler and reject every bad credential.

use std::{future::Future, pin::Pin};

use actix_web::{FromRequest, HttpRequest, dev::Payload, web::Data};
use portero_application::{
    Application, Mandate,
    portal::AdmitPortalError,
    sessions::{AuthenticateError, AuthorizeWriteError, LoggedInUser},
};
use portero_domain::{
    company::CompanyInactive,
    ids::CompanyId,
    ports::{Admission, Refusal, SellingRouter, TokenRefusal},
    user::Role,
};

use crate::{
    api::error::{ApiError, ApiResult},
    web::{
        credentials::{self, NoCredential},
        limits,
    },
};

type Extraction<T> = Pin<Box<dyn Future<Output = ApiResult<T>>>>;

/// A user with a valid session, of any role.
#[derive(Debug)]
pub struct AnyUser(pub LoggedInUser);

/// A super admin with a valid session.
#[derive(Debug)]
pub struct SuperAdmin(pub LoggedInUser);

/// A company's admin with a valid session.
#[derive(Debug)]
pub struct CompanyAdmin {
    /// The admin's company. The admin has access to no other company.
    pub company: CompanyId,
}

/// An admin of an active company, with a valid session. Only this admin may change data or connect to a router. The use
/// cases for that require the mandate in it.
#[derive(Debug)]
pub struct ActiveCompanyAdmin(pub Mandate);

/// A captive portal whose router's key was admitted and counted.
#[derive(Debug)]
pub struct Portal(pub Admission);

/// A captive portal whose router's key was admitted and counted, and whose router is active. The use cases that sell or
/// use the hotspot require the proof in it.
#[derive(Debug)]
pub struct SellingPortal(pub SellingRouter);

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
        Box::pin(async move { Ok(Self { company: company_of(&request).await? }) })
    }
}

impl FromRequest for ActiveCompanyAdmin {
    type Error = ApiError;
    type Future = Extraction<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let company = company_of(&request).await?;
            Ok(Self(application(&request)?.sessions.authorize_write.execute(company).await?))
        })
    }
}

impl FromRequest for Portal {
    type Error = ApiError;
    type Future = Extraction<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { Ok(Self(admit(&request).await?)) })
    }
}

impl FromRequest for SellingPortal {
    type Error = ApiError;
    type Future = Extraction<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let selling = admit(&request).await?.selling();
            Ok(Self(selling.map_err(|_| ApiError::forbidden("router_inactive", "El router está inactivo"))?))
        })
    }
}

fn application(request: &HttpRequest) -> ApiResult<&Data<Application>> {
    request.app_data().ok_or_else(|| ApiError::internal("the application is not wired"))
}

async fn signed_in(request: &HttpRequest) -> ApiResult<LoggedInUser> {
    let token = credentials::bearer(request).map_err(|none| match none {
        NoCredential::Missing => ApiError::unauthorized("not_authenticated", "No autenticado"),
        NoCredential::Malformed => ApiError::unauthorized("token_invalid", "Token inválido"),
    })?;
    Ok(application(request)?.sessions.authenticate.execute(token).await?)
}

/// Admits and counts a portal's request by its key, unless too many came before.
async fn admit(request: &HttpRequest) -> ApiResult<Admission> {
    let admit = &application(request)?.portal.admit;
    let limits = limits::of(request);
    let presented = credentials::api_key(request).map_err(ApiError::from);
    let call = match presented.and_then(|key| Ok(admit.recognise(key)?)) {
        Ok(call) => call,
        Err(refusal) => {
            limits.map(|limits| limits.without_key(request)).transpose()?;
            return Err(refusal);
        }
    };
    let counted = limits.map(|limits| limits.portal(request, &call.key.id)).transpose()?;
    let answer = admit.admit(call).await;
    match (&answer, counted) {
        (Ok(_), Some(counted)) => counted.admitted(),
        (Err(AdmitPortalError::Refused(_)), Some(counted)) => counted.rejected()?,
        _ => {}
    }
    Ok(answer?)
}

impl From<NoCredential> for ApiError {
    /// The response to a portal's request without a key.
    fn from(none: NoCredential) -> Self {
        match none {
            NoCredential::Missing => Self::unauthorized("api_key_missing", "API Key requerida"),
            NoCredential::Malformed => TokenRefusal::Malformed.into(),
        }
    }
}

/// The error for a rejected API key. Existing portals know these codes and sentences.
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
            // A key with a good signature and without a record: its router was deleted.
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

/// The company of its admin who calls.
async fn company_of(request: &HttpRequest) -> ApiResult<CompanyId> {
    match signed_in(request).await?.user.profile.role {
        Role::CompanyAdmin(company) => Ok(company),
        Role::SuperAdmin => Err(ApiError::forbidden("role_required", "Se requiere rol CLIENTE_ADMIN")),
    }
}

/// A change that a company's own admin asks for while the company is inactive.
impl From<CompanyInactive> for ApiError {
    fn from(_: CompanyInactive) -> Self {
        Self::forbidden("company_inactive", "Empresa no activa")
    }
}

impl From<AuthorizeWriteError> for ApiError {
    fn from(error: AuthorizeWriteError) -> Self {
        match error {
            AuthorizeWriteError::CompanyInactive(inactive) => inactive.into(),
            AuthorizeWriteError::Storage(error) => error.into(),
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
