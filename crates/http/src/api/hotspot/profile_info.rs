use actix_web::{
    HttpRequest,
    web::{Data, Json},
};
use portero_application::{
    Application,
    hotspot::{GuestError, GuestProfile},
};
use portero_domain::hotspot::{HotspotPassword, HotspotUsername};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Told, attempt, kind, span, told};
use crate::api::{
    auth::SellingPortal,
    body::JsonBody,
    error::{ApiResult, ErrorBody},
    fields::{Faults, Given},
};

/// A guest who asks what stands behind their user.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = GuestCredentials)]
pub(crate) struct Request {
    #[schema(value_type = String, min_length = 1, max_length = 100)]
    username: Given<String>,
    /// Its password; empty or left out for a PIN.
    #[schema(value_type = Option<String>, max_length = 100, required = false)]
    password: Given<String>,
}

impl Request {
    fn parse(self) -> ApiResult<(HotspotUsername, HotspotPassword)> {
        let mut faults = Faults::in_body();
        let username = self.username.required(&mut faults, "username", HotspotUsername::parse);
        let password = self.password.optional(&mut faults, "password", HotspotPassword::parse);
        faults.finish(|| Some((username?, password?.unwrap_or_else(HotspotPassword::none))))
    }
}

/// What stands behind a user, or why it is not shown. Where `success` is false there is nothing but `estado`, `mensaje`
/// and `error_detalle`.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
#[schema(as = GuestProfile)]
pub(crate) enum Body {
    Shown(Box<Shown>),
    Refused(Refused),
}

/// What stands behind a user.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ShownGuestProfile)]
pub(crate) struct Shown {
    /// Always true.
    success: bool,
    /// Always `ok`.
    #[schema(value_type = String, example = "ok")]
    estado: &'static str,
    username: String,
    /// `usuario_contrasena` or `pin`.
    #[schema(value_type = String, example = "usuario_contrasena")]
    tipo_usuario: &'static str,
    profile: String,
    #[schema(required)]
    mac_cookie_timeout: Option<String>,
    /// Whether the user is bound to a device.
    mac_authentication: bool,
    disabled: bool,
    comment: String,
    /// How long the user may be online in all, as routers write it; null is without limit.
    #[schema(required)]
    limit_uptime: Option<String>,
    datos_completos: Details,
}

/// Everything else that the router knows of the user, but for its password.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = GuestDetails)]
pub(crate) struct Details {
    id: String,
    #[schema(required)]
    server: Option<String>,
    #[schema(required)]
    mac_address: Option<String>,
    /// How long it was online up to its last session.
    uptime: String,
    bytes_in: u64,
    bytes_out: u64,
    #[schema(required)]
    limit_bytes_in: Option<u64>,
    #[schema(required)]
    limit_bytes_out: Option<u64>,
    #[schema(required)]
    limit_bytes_total: Option<u64>,
    #[schema(required)]
    shared_users: Option<String>,
    #[schema(required)]
    rate_limit: Option<String>,
    #[schema(required)]
    session_timeout: Option<String>,
    #[schema(required)]
    idle_timeout: Option<String>,
    #[schema(required)]
    keepalive_timeout: Option<String>,
}

/// Why nothing is shown.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RefusedGuestProfile)]
pub(crate) struct Refused {
    /// Always false.
    success: bool,
    /// `credenciales_invalidas`, `error`, or `router_inactivo` when the router does not answer.
    #[schema(value_type = String, example = "credenciales_invalidas")]
    estado: &'static str,
    #[schema(value_type = String)]
    mensaje: &'static str,
    /// Where the router failed, how.
    #[schema(required)]
    error_detalle: Option<String>,
}

impl Refused {
    fn new(error: GuestError) -> ApiResult<Self> {
        // As with a guest who returns, it is not told whether it was the name or the password.
        let told = if error.may_be_a_guess() {
            let sentence = "Credenciales incorrectas o no autorizado";
            Told { state: "credenciales_invalidas", sentence, detail: None }
        } else {
            told(error)?
        };
        let error_detalle = told.detail.map(Into::into);
        Ok(Self { success: false, estado: told.state, mensaje: told.sentence, error_detalle })
    }
}

impl Shown {
    fn new(GuestProfile { user, profile }: GuestProfile, tipo_usuario: &'static str) -> Self {
        let profile = profile.unwrap_or_default();
        Self {
            success: true,
            estado: "ok",
            username: user.name.to_string(),
            tipo_usuario,
            profile: user.profile.to_string(),
            mac_cookie_timeout: profile.mac_cookie_timeout,
            mac_authentication: user.mac.is_some(),
            disabled: user.disabled,
            comment: user.comment.to_string(),
            limit_uptime: user.allowance.time.map(span),
            datos_completos: Details {
                id: user.id.to_string(),
                server: user.server.map(|server| server.to_string()),
                mac_address: user.mac.map(|mac| mac.to_string()),
                uptime: span(user.used.time),
                bytes_in: user.used.bytes_in,
                bytes_out: user.used.bytes_out,
                limit_bytes_in: user.allowance.bytes_in,
                limit_bytes_out: user.allowance.bytes_out,
                limit_bytes_total: user.allowance.bytes_total,
                shared_users: profile.shared_users,
                rate_limit: profile.rate_limit,
                session_timeout: profile.session_timeout,
                idle_timeout: profile.idle_timeout,
                keepalive_timeout: profile.keepalive_timeout,
            },
        }
    }
}

/// Shows a guest what stands behind their user, for the right password
#[utoipa::path(
    post,
    path = "/api/v1/hotspot/user/profile-info",
    operation_id = "profile_info",
    tag = "Portal",
    request_body = Request,
    responses(
        (status = 200, description = "What stands behind the user, or why it is not shown", body = Body),
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
    let (username, password) = body.read()?.parse()?;
    let kind = kind(&password);
    let (router, name) = (selling.router().id.clone(), username.clone());
    let work = async move { app.hotspot.profile.execute(selling, username, password).await };
    Ok(Json(match attempt(&request, router, name, work).await? {
        Ok(profile) => Body::Shown(Box::new(Shown::new(profile, kind))),
        Err(error) => Body::Refused(Refused::new(error)?),
    }))
}
