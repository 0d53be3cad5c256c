//! The requests of a captive portal about its router's hotspot, with the router's key.

pub(crate) mod auto_reconnect;
pub(crate) mod profile_info;
pub(crate) mod validate_router;

use std::{borrow::Cow, time::Duration};

use actix_web::HttpRequest;
use percent_encoding::percent_decode_str;
use portero_application::hotspot::GuestError;
use portero_domain::{
    hotspot::{HotspotPassword, HotspotUsername},
    ids::RouterId,
    ports::{HotspotError, Rejection},
};
use serde::Serialize;
use tracing::Instrument;
use utoipa::ToSchema;

use crate::{
    api::{
        error::{ApiError, ApiResult},
        fields::Fault,
        hotspot_error,
    },
    web::limits,
};

/// Runs an attempt of a guest to prove who they are, within the limits. The work continues even if the guest
/// disconnects: a half-finished change could give the guest more time than they paid for.
async fn attempt<T: 'static>(
    request: &HttpRequest,
    router: RouterId,
    name: HotspotUsername,
    work: impl Future<Output = Result<T, GuestError>> + 'static,
) -> ApiResult<Result<T, GuestError>> {
    let attempt = limits::of(request).map(|limits| limits.guest(request, &router, &name)).transpose()?;
    let outcome = actix_web::rt::spawn(work.in_current_span()).await.map_err(ApiError::internal)?;
    let wrong = matches!(&outcome, Err(error) if error.may_be_a_guess());
    if let Some(attempt) = attempt.filter(|_| !wrong) {
        attempt.was_not_wrong();
    }
    Ok(outcome)
}

/// The message for a router that does not respond.
const OFFLINE: &str = "El router no está en línea (conexión fallida)";

/// The result of a portal's request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) enum PortalState {
    #[serde(rename = "activo")]
    Active,
    #[serde(rename = "expirado")]
    Expired,
    #[serde(rename = "error")]
    Error,
    #[serde(rename = "router_inactivo")]
    RouterInactive,
    #[serde(rename = "credenciales_invalidas")]
    WrongCredentials,
    #[serde(rename = "ok")]
    Ok,
}

/// The kind of a hotspot user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) enum UserKind {
    #[serde(rename = "usuario_contrasena")]
    WithPassword,
    /// The name is the only secret.
    #[serde(rename = "pin")]
    Pin,
}

impl UserKind {
    const fn of(password: &HotspotPassword) -> Self {
        if password.is_pin() { Self::Pin } else { Self::WithPassword }
    }
}

/// A duration in the format of RouterOS, such as `1d2h3m4s`.
fn span(span: Duration) -> String {
    let mut rest = span.as_secs();
    let mut text = String::new();
    for (unit, letter) in [(604_800, 'w'), (86_400, 'd'), (3_600, 'h'), (60, 'm'), (1, 's')] {
        if rest >= unit {
            text.push_str(&(rest / unit).to_string());
            text.push(letter);
            rest %= unit;
        }
    }
    if text.is_empty() { "0s".to_owned() } else { text }
}

/// A text that a portal copied from its own address. Some portals do not decode it.
pub(crate) fn decoded(raw: &str) -> Result<Cow<'_, str>, Fault> {
    percent_decode_str(raw).decode_utf8().map_err(|_| Fault::value("No es un texto válido"))
}

/// The response to a guest when the guest or the router caused the failure.
struct Told {
    state: PortalState,
    sentence: &'static str,
    detail: Option<Cow<'static, str>>,
}

impl Told {
    const fn error(sentence: &'static str) -> Self {
        Self { state: PortalState::Error, sentence, detail: None }
    }
}

/// The response to the guest, or the error of the whole request.
fn told(error: GuestError) -> Result<Told, ApiError> {
    Ok(match error {
        GuestError::Access(error) => return Err(error.into()),
        // The response does not say whether the name or the password is wrong, because that would help to guess. Users
        // are removed when they expire, so an expired user is the more likely case.
        GuestError::UnknownUser | GuestError::WrongPassword | GuestError::PasswordHidden => {
            Told { state: PortalState::Expired, sentence: "Usuario no encontrado", detail: None }
        }
        GuestError::UsedUp => {
            Told { state: PortalState::Expired, sentence: "El tiempo contratado se ha agotado", detail: None }
        }
        GuestError::Blocked => Told::error("El usuario está deshabilitado"),
        GuestError::Unreadable => {
            Told::error("El límite de este acceso no se puede leer en el router. Contacte al administrador")
        }
        GuestError::ProfileGone => Told::error("El plan contratado ya no existe en el router"),
        GuestError::Contended => Told::error("Ya hay otra conexión en curso. Intente nuevamente"),
        GuestError::Hotspot(error) => {
            let (state, sentence) = match &error {
                HotspotError::Rejected { kind: Rejection::HostUnknown, .. } => {
                    (PortalState::Error, "El dispositivo no está conectado a la red WiFi del hotspot")
                }
                HotspotError::Rejected { kind: Rejection::WrongMac, .. } => {
                    (PortalState::Error, "El acceso está ligado a otro dispositivo")
                }
                HotspotError::Rejected { kind: Rejection::SessionLimit, .. } => {
                    (PortalState::Error, "El acceso ya está en uso en otro dispositivo")
                }
                HotspotError::Rejected { .. } => (PortalState::Error, "El router no pudo realizar la conexión"),
                HotspotError::Busy { .. } => (PortalState::Error, "El router está ocupado. Intente nuevamente"),
                _ => (PortalState::RouterInactive, OFFLINE),
            };
            Told { state, sentence, detail: Some(hotspot_error::reason(&error)) }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_written_as_routers_do() {
        for (seconds, text) in
            [(0, "0s"), (59, "59s"), (3_600, "1h"), (93_784, "1d2h3m4s"), (604_800 * 60 + 1, "60w1s")]
        {
            assert_eq!(span(Duration::from_secs(seconds)), text);
        }
    }
}
