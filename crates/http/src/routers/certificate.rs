//! A router's certificate, for a super admin and a company's own admin alike (decisions, "TLS to a router").

use portero_application::{
    Application,
    routers::{ConfirmCertificateError, InspectedCertificate},
};
use portero_domain::{
    change::Change,
    ids::{CompanyId, RouterId},
    network::CertificateFingerprint,
    router::Router,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{router_changed, router_not_found};
use crate::{
    error::{ApiError, ApiResult},
    fields::{self, Fault, Faults, Nullable},
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
    /// Its fingerprint, which the router must show at the moment: 64 hexadecimal digits, with or without colons. Null
    /// takes the confirmation back.
    #[schema(value_type = Option<String>, max_length = 95, required)]
    #[serde(default)]
    huella_tls: Nullable,
}

/// What is to become of a confirmation.
pub(crate) enum Wish {
    /// This certificate is the router's own.
    Confirm(CertificateFingerprint),
    /// None is.
    TakeBack,
}

impl Request {
    /// The wish in this request.
    pub(crate) fn parse(self) -> ApiResult<Wish> {
        let mut faults = Faults::in_body();
        let change = self.huella_tls.change(&mut faults, "huella_tls", fields::id(CertificateFingerprint::parse));
        let wish = match change {
            Some(Change::Set(certificate)) => Some(Wish::Confirm(certificate)),
            Some(Change::Clear) => Some(Wish::TakeBack),
            Some(Change::Keep) => faults.check("huella_tls", Err(Fault::missing())),
            None => None,
        };
        faults.finish(|| wish)
    }
}

/// A router's certificate, confirmed or no longer.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ConfirmedCertificate)]
pub(crate) struct ConfirmedBody {
    #[schema(value_type = String)]
    message: &'static str,
    router_id: String,
    /// The certificate that is confirmed now.
    #[schema(required)]
    huella_tls: Option<String>,
}

impl From<Router> for ConfirmedBody {
    fn from(router: Router) -> Self {
        let message = match router.certificate {
            Some(_) => "Certificado confirmado correctamente",
            None => "Confirmación del certificado retirada correctamente",
        };
        Self {
            message,
            router_id: router.id.to_string(),
            huella_tls: router.certificate.map(|confirmed| confirmed.to_string()),
        }
    }
}

/// Carries a wish out.
pub(crate) async fn carry_out(
    wish: Wish,
    app: &Application,
    company: CompanyId,
    router: RouterId,
) -> Result<ConfirmedBody, ConfirmCertificateError> {
    let router = match wish {
        Wish::Confirm(certificate) => app.confirm_certificate.execute(company, router, certificate).await?,
        Wish::TakeBack => {
            let router = app.unconfirm_certificate.execute(company, router).await?;
            router.ok_or(ConfirmCertificateError::NotFound)?
        }
    };
    Ok(router.into())
}

impl From<ConfirmCertificateError> for ApiError {
    fn from(error: ConfirmCertificateError) -> Self {
        match error {
            ConfirmCertificateError::NotFound => router_not_found(),
            ConfirmCertificateError::NotTls => Self::bad_request("router_not_tls", "El router no usa TLS"),
            ConfirmCertificateError::Mismatch { shown } => {
                let sentence = format!("El router no presenta ese certificado. Huella presentada: {shown}");
                Self::conflict("certificate_mismatch", sentence)
            }
            ConfirmCertificateError::ChangedMeanwhile => router_changed(),
            ConfirmCertificateError::Hotspot(error) => error.into(),
            ConfirmCertificateError::Storage(error) => error.into(),
        }
    }
}
