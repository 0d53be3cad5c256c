use std::net::IpAddr;

use actix_web::{
    HttpRequest,
    web::{Data, Json},
};
use portero_application::{
    Application,
    hotspot::{GuestError, Reconnection, ReturningGuest},
};
use portero_domain::{
    Timestamp,
    hotspot::{ActiveSession, HotspotPassword, HotspotUsername, Mac},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{PortalState, attempt, decoded, span, told};
use crate::api::{
    auth::SellingPortal,
    body::JsonBody,
    error::{ApiResult, ErrorBody},
    fields::{Fault, Faults, Given},
    wire::Moment,
};

/// A guest who reconnects.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = ReturningGuest)]
pub(crate) struct Request {
    /// The user that the guest bought, or the user of an earlier response.
    #[schema(value_type = String, min_length = 1, max_length = 100)]
    username: Given<String>,
    /// The password of the user. Empty or missing for a PIN.
    #[schema(value_type = Option<String>, max_length = 100, required = false)]
    password: Given<String>,
    /// The MAC address of the guest's device. It may be percent-encoded.
    #[schema(value_type = String, example = "DA:7B:4F:12:34:56")]
    current_mac: Given<String>,
    /// The IP address of the device. If it is missing, the router is asked for it. It may be percent-encoded.
    #[schema(value_type = Option<String>, required = false, example = "10.5.50.23")]
    current_ip: Given<String>,
}

impl Request {
    fn parse(self) -> ApiResult<ReturningGuest> {
        let mut faults = Faults::in_body();
        let username = self.username.required(&mut faults, "username", HotspotUsername::parse);
        let password = self.password.optional(&mut faults, "password", HotspotPassword::parse);
        let device = self.current_mac.required(&mut faults, "current_mac", |raw: &str| {
            decoded(raw)?.trim().parse::<Mac>().map_err(|_| Fault::value("No es una dirección MAC válida"))
        });
        let address = self.current_ip.optional_text(&mut faults, "current_ip", |raw| {
            decoded(raw)?.trim().parse::<IpAddr>().map_err(|_| Fault::value("No es una dirección IP válida"))
        });
        faults.finish(|| {
            let password = password?.unwrap_or_else(HotspotPassword::none);
            Some(ReturningGuest { username: username?, password, device: device?, address: address? })
        })
    }
}

/// The result of a reconnection.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Reconnection)]
pub(crate) struct Body {
    success: bool,
    /// `activo`, `expirado`, `error`, or `router_inactivo` if the router does not respond.
    estado: PortalState,
    auto_conexion: Connection,
    /// The user that the device uses now. The portal should store it.
    #[schema(required)]
    username: Option<String>,
    #[schema(required)]
    datos_sesion: Option<GuestSession>,
    /// The MAC address of the device, if it is another device than before.
    #[schema(required)]
    nueva_mac: Option<String>,
    /// The time that the guest was online before, in the format of RouterOS: `1d2h3m4s`.
    #[schema(required)]
    tiempo_acumulado: Option<String>,
    /// The remaining time. Null if there is no limit or it is unknown.
    #[schema(required)]
    tiempo_restante: Option<String>,
    #[schema(required)]
    primera_sesion: Option<bool>,
    #[schema(value_type = String)]
    mensaje: &'static str,
    /// The error of the router, if the router failed.
    #[schema(required)]
    error_detalle: Option<String>,
    timestamp: Moment,
}

/// Whether the router logged the guest in.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[schema(as = GuestConnection)]
pub(crate) enum Connection {
    #[serde(rename = "conectado")]
    Present,
    #[serde(rename = "no_conectado")]
    Absent,
}

/// The current session of a guest.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct GuestSession {
    session_id: String,
    usuario: String,
    #[schema(required)]
    ip: Option<String>,
    #[schema(required)]
    mac: Option<String>,
    tiempo_sesion: String,
    #[schema(required)]
    tiempo_restante: Option<String>,
}

impl From<ActiveSession> for GuestSession {
    fn from(session: ActiveSession) -> Self {
        Self {
            session_id: session.id.to_string(),
            usuario: session.user.to_string(),
            ip: session.address.map(|address| address.to_string()),
            mac: session.mac.map(|mac| mac.to_string()),
            tiempo_sesion: span(session.uptime),
            tiempo_restante: session.time_left.map(span),
        }
    }
}

impl Body {
    fn back(back: Reconnection, device: Mac, now: Timestamp) -> Self {
        let Reconnection { user, moved, first, used, left, session } = back;
        let (auto_conexion, mensaje) = match session {
            Some(_) => (Connection::Present, "¡Conexión establecida con éxito! Disfrute de Internet sin límites"),
            None => (
                Connection::Absent,
                "Su conexión está en proceso. Si no se conecta automáticamente, use las credenciales",
            ),
        };
        Self {
            success: true,
            estado: PortalState::Active,
            auto_conexion,
            username: Some(user.to_string()),
            datos_sesion: session.map(GuestSession::from),
            nueva_mac: moved.then(|| device.to_string()),
            tiempo_acumulado: Some(span(used)),
            tiempo_restante: left.map(span),
            primera_sesion: Some(first),
            mensaje,
            error_detalle: None,
            timestamp: now.into(),
        }
    }

    fn refused(error: GuestError, now: Timestamp) -> ApiResult<Self> {
        let told = told(error)?;
        Ok(Self {
            success: false,
            estado: told.state,
            auto_conexion: Connection::Absent,
            username: None,
            datos_sesion: None,
            nueva_mac: None,
            tiempo_acumulado: None,
            tiempo_restante: None,
            primera_sesion: None,
            mensaje: told.sentence,
            error_detalle: told.detail.map(Into::into),
            timestamp: now.into(),
        })
    }
}

/// Reconnects a guest who paid before
///
/// The device uses the user that was sold. If that user is bound to another device, the binding moves to this one. If the user
/// has as many sessions as its profile shares, the session that is idle for longest ends. Older portals also send
/// `stored_mac` and `current_ssid`. They are not needed.
#[utoipa::path(
    post,
    path = "/api/v1/hotspot/auto-reconnect",
    operation_id = "auto_reconnect",
    tag = "Portal",
    request_body = Request,
    responses(
        (status = 200, description = "The result, whether the guest reconnected or not", body = Body),
        (status = 403, description = "The router is inactive", body = ErrorBody),
    ),
    security(("router_api_key" = [])),
)]
pub(crate) async fn handle(
    SellingPortal(selling): SellingPortal,
    request: HttpRequest,
    body: JsonBody<Request>,
    app: Data<Application>,
) -> ApiResult<Json<Body>> {
    let guest = body.read()?.parse()?;
    let (now, device) = (app.now(), guest.device);
    let (router, name) = (selling.router().id.clone(), guest.username.clone());
    let work = async move { app.hotspot.reconnect.execute(selling, guest).await };
    Ok(Json(match attempt(&request, router, name, work).await? {
        Ok(back) => Body::back(back, device, now),
        Err(error) => Body::refused(error, now)?,
    }))
}
