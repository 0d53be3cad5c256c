//! The states of routers on the wire.

use portero_application::health::KnownHealth;
use portero_domain::health::{Condition, FleetRouter, FleetState, HealthChange};
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::{
    fields::Fault,
    wire::Moment,
    words::{Words, words},
};

words! {
    /// The state of a router: the result of its last health check. `desconocido` means that there was no check yet.
    /// `inactivo` means that the router or its company is inactive, so there are no checks.
    pub(crate) RouterState of FleetState {
        [FleetState::Found(Condition::Online)] => "en_linea",
        [FleetState::Found(Condition::Unreachable)] => "sin_conexion",
        [FleetState::Found(Condition::AccessRefused)] => "acceso_rechazado",
        [FleetState::Found(Condition::CertificateUnconfirmed)] => "certificado_sin_confirmar",
        [FleetState::Found(Condition::CertificateChanged)] => "certificado_cambiado",
        [FleetState::Found(Condition::AddressRefused)] => "direccion_rechazada",
        [FleetState::Unknown] => "desconocido",
        [FleetState::Unwatched] => "inactivo",
    }
}

/// The state that a word means.
pub(super) fn parse_state(text: &str) -> Result<FleetState, Fault> {
    let known = || RouterState::WORDS.join(", ");
    RouterState::parse(text).ok_or_else(|| Fault::value(format!("Debe ser uno de: {}", known())))
}

/// The problem as a sentence. A router's own words are only in the log.
const fn sentence(condition: Condition) -> Option<&'static str> {
    match condition {
        Condition::Online => None,
        Condition::Unreachable => Some("El router no responde"),
        Condition::AccessRefused => Some("El router no acepta el usuario, su contraseña o sus permisos"),
        Condition::CertificateUnconfirmed => Some("El certificado TLS del router no está confirmado"),
        Condition::CertificateChanged => Some("El router no presenta el certificado TLS confirmado"),
        Condition::AddressRefused => Some("No se permite conectar a la dirección del router"),
    }
}

/// The state of a router. Unknown values are null.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RouterHealth)]
pub(crate) struct RouterHealthBody {
    router_id: String,
    empresa_id: String,
    nombre: String,
    estado: RouterState,
    /// The time since when the router is in this state.
    #[schema(required)]
    desde: Option<Moment>,
    /// The time of the last health check.
    #[schema(required)]
    ultima_revision: Option<Moment>,
    /// The time of the last response. The next three values are from that response.
    #[schema(required)]
    ultimo_contacto: Option<Moment>,
    /// The time that the response took, in milliseconds.
    #[schema(required)]
    latencia_ms: Option<u128>,
    /// The version of RouterOS.
    #[schema(required, example = "7.18.2 (stable)")]
    version: Option<String>,
    /// The number of seconds that the router's clock was ahead. Negative if it was behind.
    #[schema(required)]
    desfase_reloj_s: Option<i64>,
    /// The problem, as a Spanish sentence.
    #[schema(required, value_type = Option<String>)]
    error: Option<&'static str>,
    /// The last changes, newest first, at most 20. Only in the response about a single router.
    #[serde(skip_serializing_if = "Option::is_none")]
    cambios: Option<Vec<ChangeBody>>,
}

/// A change of a router's state.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RouterHealthChange)]
pub(crate) struct ChangeBody {
    /// The time of the health check that found the change.
    en: Moment,
    estado: RouterState,
    /// The problem at that time, as a Spanish sentence.
    #[schema(required, value_type = Option<String>)]
    error: Option<&'static str>,
}

impl From<FleetRouter> for RouterHealthBody {
    fn from(router: FleetRouter) -> Self {
        let state = router.state();
        let found = if let FleetState::Found(condition) = state { Some(condition) } else { None };
        let health = router.health;
        let since = health.as_ref().filter(|_| found.is_some()).map(|health| health.since.into());
        let looked_at = health.as_ref().map(|health| health.checked_at.into());
        let contact = health.and_then(|health| health.contact);
        Self {
            router_id: router.router.to_string(),
            empresa_id: router.company.to_string(),
            nombre: router.name.as_str().to_owned(),
            estado: RouterState(state),
            desde: since,
            ultima_revision: looked_at,
            ultimo_contacto: contact.as_ref().map(|contact| contact.at.into()),
            latencia_ms: contact.as_ref().map(|contact| contact.latency.as_millis()),
            desfase_reloj_s: contact.as_ref().and_then(|contact| Some(contact.clock_skew?.whole_seconds())),
            version: contact.map(|contact| contact.version),
            error: found.and_then(sentence),
            cambios: None,
        }
    }
}

impl From<KnownHealth> for RouterHealthBody {
    fn from(KnownHealth { router, changes }: KnownHealth) -> Self {
        Self { cambios: Some(changes.into_iter().map(ChangeBody::from).collect()), ..router.into() }
    }
}

impl From<HealthChange> for ChangeBody {
    fn from(HealthChange { at, condition, .. }: HealthChange) -> Self {
        Self { en: at.into(), estado: RouterState(FleetState::Found(condition)), error: sentence(condition) }
    }
}
