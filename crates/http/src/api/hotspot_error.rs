//! The errors of routers in Spanish, for all endpoints.

use std::borrow::Cow;

use actix_web::http::{
    StatusCode,
    header::{self, HeaderValue},
};
use portero_domain::ports::{CertificateProblem, HotspotError, LogInProblem, Rejection, TlsProblem};

use crate::api::error::ApiError;

/// A stable name for programs.
pub(crate) const fn code(error: &HotspotError) -> &'static str {
    match error {
        HotspotError::AddressRefused => "router_address_refused",
        HotspotError::Certificate(CertificateProblem::Unconfirmed { .. }) => "router_certificate_unconfirmed",
        HotspotError::Certificate(CertificateProblem::Changed { .. }) => "router_certificate_changed",
        HotspotError::Tls(TlsProblem::NoCommonCipher) => "router_tls_no_common_cipher",
        HotspotError::Tls(TlsProblem::UnsupportedVersion) => "router_tls_version_unsupported",
        HotspotError::Tls(TlsProblem::UnsupportedKey) => "router_tls_key_unsupported",
        HotspotError::LogIn(_) => "router_access_refused",
        HotspotError::Unreachable(_) => "router_unreachable",
        HotspotError::Busy { .. } => "router_busy",
        HotspotError::Rejected { .. } => "router_rejected",
        HotspotError::Unknown(_) => "router_no_answer",
    }
}

/// The whole sentence.
pub(crate) fn sentence(error: &HotspotError) -> String {
    format!("No se pudo conectar al router: {}", reason(error))
}

/// The reason alone, as the end of a sentence. It quotes the peer only if the peer rejected a command of the RouterOS
/// API. Otherwise an admin could read other services of the network through Portero.
pub(crate) fn reason(error: &HotspotError) -> Cow<'static, str> {
    Cow::Borrowed(match error {
        HotspotError::AddressRefused => "no se permite conectar a esa dirección",
        HotspotError::Certificate(CertificateProblem::Unconfirmed { found }) => {
            return format!("su certificado TLS no está confirmado (huella presentada: {found})").into();
        }
        HotspotError::Certificate(CertificateProblem::Changed { confirmed, found }) => {
            return format!(
                "su certificado TLS no es el confirmado (huella confirmada: {confirmed}; huella presentada: {found})"
            )
            .into();
        }
        HotspotError::Tls(TlsProblem::NoCommonCipher) => {
            "no hay ningún cifrado TLS en común (quizá api-ssl no tiene certificado, o es RouterOS 6)"
        }
        HotspotError::Tls(TlsProblem::UnsupportedVersion) => "no acepta TLS 1.2 ni TLS 1.3",
        HotspotError::Tls(TlsProblem::UnsupportedKey) => {
            "la clave de su certificado TLS no es compatible (se acepta RSA de 2048 bits o más, y EC P-256 o P-384)"
        }
        HotspotError::LogIn(LogInProblem::WrongCredentials) => "usuario o contraseña incorrectos",
        HotspotError::LogIn(LogInProblem::NoApiPolicy) => "el usuario no tiene permiso de usar la API (política api)",
        HotspotError::LogIn(LogInProblem::OldLoginOnly) => {
            "solo acepta el inicio de sesión antiguo, anterior a RouterOS 6.43"
        }
        HotspotError::LogIn(LogInProblem::NoOldLogin) => {
            "no acepta el inicio de sesión antiguo, anterior a RouterOS 6.43"
        }
        HotspotError::Unreachable(_) => "no responde en esa dirección y puerto",
        HotspotError::Busy { .. } => "está ocupado",
        HotspotError::Rejected { kind: Rejection::PermissionDenied, .. } => {
            "el usuario no tiene los permisos necesarios (políticas read y write)"
        }
        HotspotError::Rejected { text, .. } => return format!("rechazó la operación ({text})").into(),
        HotspotError::Unknown(_) => "no respondió a tiempo",
    })
}

/// `400`, or `503` if the caller may retry.
impl From<HotspotError> for ApiError {
    fn from(error: HotspotError) -> Self {
        let status = match error {
            HotspotError::Busy { .. } => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::BAD_REQUEST,
        };
        let refusal = Self::new(status, code(&error), sentence(&error));
        match error {
            HotspotError::Busy { retry_after } => {
                let seconds = retry_after.as_millis().div_ceil(1_000).clamp(1, 3_600);
                refusal.with_header(header::RETRY_AFTER, HeaderValue::from(seconds as u64))
            }
            _ => refusal,
        }
    }
}
