//! A router's certificate, for a super admin and a company's own admin alike (decisions, "TLS to a router").

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

/// The certificates of a router: the confirmed one and the one that it shows. Each is the SHA-256 of the certificate's
/// DER, 64 hexadecimal digits.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RouterCertificate)]
pub(crate) struct Body {
    router_id: String,
    /// Whether the router is reached over TLS. Without it there is nothing to confirm.
    tls: bool,
    /// The confirmed one.
    #[schema(required)]
    huella_tls: Option<String>,
    /// The one that the router shows at the moment.
    #[schema(required)]
    huella_presentada: Option<String>,
    /// Whether both are the same; null when one of them is missing.
    #[schema(required)]
    coincide: Option<bool>,
    /// Why the router showed none.
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

/// A certificate to be confirmed as the router's own.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = CertificateConfirmation)]
pub(crate) struct Request {
    /// Its fingerprint, which the router must show at the moment: 64 hexadecimal digits, with or without colons.
    #[schema(value_type = String, max_length = 95)]
    huella_tls: Given<String>,
    /// The router's password, needed where another certificate was confirmed before. It is kept from then on.
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

/// A router's certificate, confirmed.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ConfirmedCertificate)]
pub(crate) struct ConfirmedBody {
    #[schema(value_type = String)]
    message: &'static str,
    router_id: String,
    /// The certificate that is confirmed now.
    huella_tls: String,
}

impl ConfirmedBody {
    /// This certificate is confirmed as this router's.
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
