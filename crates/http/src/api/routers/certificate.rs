//! A router's certificate, for super admins and for the company's own admins.

use portero_application::routers::{ConfirmCertificateError, InspectedCertificate};
use portero_domain::{ids::RouterId, network::CertificateFingerprint, secret::Secret};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{password_required, router_changed, unless_shown};
use crate::api::{
    error::{ApiError, ApiResult},
    fields::{self, Faults, Given},
    hotspot_error,
};

/// The confirmed and the presented certificate of a router. Each fingerprint is the SHA-256 of the certificate's DER,
/// as 64 hexadecimal digits.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RouterCertificate)]
pub(crate) struct Body {
    router_id: String,
    /// Whether Portero connects to the router over TLS. Without TLS there is no certificate to confirm.
    tls: bool,
    /// The fingerprint of the confirmed certificate.
    #[schema(required)]
    huella_tls: Option<String>,
    /// The fingerprint of the certificate that the router presents now.
    #[schema(required)]
    huella_presentada: Option<String>,
    /// Whether both certificates are the same. Null if one of them is missing.
    #[schema(required)]
    coincide: Option<bool>,
    /// The reason why the router presented no certificate.
    #[schema(required)]
    error: Option<String>,
}

impl From<InspectedCertificate> for Body {
    fn from(InspectedCertificate { router, shown }: InspectedCertificate) -> Self {
        let (shown, error) = match shown.transpose() {
            Ok(shown) => (shown, None),
            Err(error) => (None, Some(hotspot_error::sentence(&error))),
        };
        Self {
            router_id: router.id.to_string(),
            tls: router.endpoint.tls,
            huella_tls: router.certificate.map(|confirmed| confirmed.to_string()),
            huella_presentada: shown.map(|shown| shown.to_string()),
            coincide: router.certificate.zip(shown).map(|(confirmed, shown)| confirmed == shown),
            error,
        }
    }
}

/// The certificate to confirm.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = CertificateConfirmation)]
pub(crate) struct Request {
    /// The fingerprint: 64 hexadecimal digits, with or without colons. The router must present this certificate now.
    #[schema(value_type = String, max_length = 95)]
    huella_tls: Given<String>,
    /// The router's password. It is required if another certificate was confirmed before, and then stored.
    #[schema(value_type = Option<String>, min_length = 1, max_length = 256, required = false)]
    password: Given<String>,
}

impl Request {
    /// The certificate, and the password if it is given.
    pub(crate) fn parse(self) -> ApiResult<(CertificateFingerprint, Option<Secret>)> {
        let mut faults = Faults::in_body();
        let parse = fields::id(CertificateFingerprint::parse);
        let certificate = self.huella_tls.required(&mut faults, "huella_tls", parse);
        let password = self.password.optional(&mut faults, "password", Secret::parse);
        faults.finish(|| Some((certificate?, unless_shown(password?))))
    }
}

/// The confirmed certificate of a router.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ConfirmedCertificate)]
pub(crate) struct ConfirmedBody {
    #[schema(value_type = String)]
    message: &'static str,
    router_id: String,
    /// The fingerprint of the confirmed certificate.
    huella_tls: String,
}

impl ConfirmedBody {
    /// The response for this router and its confirmed certificate.
    pub(crate) fn new(router: &RouterId, certificate: CertificateFingerprint) -> Self {
        let message = "Certificado confirmado correctamente";
        Self { message, router_id: router.to_string(), huella_tls: certificate.to_string() }
    }
}

impl From<ConfirmCertificateError> for ApiError {
    fn from(error: ConfirmCertificateError) -> Self {
        match error {
            ConfirmCertificateError::Access(error) => error.into(),
            ConfirmCertificateError::PasswordRequired(_) => password_required(),
            ConfirmCertificateError::NotTls => Self::bad_request("router_not_tls", "El router no usa TLS"),
            ConfirmCertificateError::Mismatch { shown } => {
                let sentence = format!("El router no presenta ese certificado. Huella presentada: {shown}");
                Self::conflict("certificate_mismatch", sentence)
            }
            ConfirmCertificateError::ChangedMeanwhile => router_changed(),
            ConfirmCertificateError::Hotspot(error) => error.into(),
        }
    }
}
