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

use super::{PortalState, Told, UserKind, attempt, span, told};
use crate::api::{
    auth::SellingPortal,
    body::JsonBody,
    error::{ApiResult, ErrorBody},
    fields::{Faults, Given},
};

/// A guest who asks for the data of their user.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = GuestCredentials)]
pub(crate) struct Request {
    #[schema(value_type = String, min_length = 1, max_length = 100)]
    username: Given<String>,
    /// The password of the user. Empty or missing for a PIN.
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

/// The data of a user, or the reason why it is not shown. If `success` is false, the response has only `estado`,
/// `mensaje` and `error_detalle`.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
#[schema(as = GuestProfile)]
pub(crate) enum Body {
    Shown(Box<Shown>),
    Refused(Refused),
}

/// The data of a user.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ShownGuestProfile)]
pub(crate) struct Shown {
    /// Always true.
    success: bool,
    /// Always `ok`.
    estado: PortalState,
    username: String,
    tipo_usuario: UserKind,
    profile: String,
    #[schema(required)]
    mac_cookie_timeout: Option<String>,
    /// Whether the user is bound to a device.
    mac_authentication: bool,
    disabled: bool,
    comment: String,
    /// The total time that the user may be online, in the format of RouterOS. Null if there is no limit.
    #[schema(required)]
    limit_uptime: Option<String>,
    datos_completos: Details,
}

/// The other data of the user on the router, without the password.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = GuestDetails)]
pub(crate) struct Details {
    id: String,
    #[schema(required)]
    server: Option<String>,
    #[schema(required)]
    mac_address: Option<String>,
    /// The time that the user was online, without the current session.
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

/// The reason why the data is not shown.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RefusedGuestProfile)]
pub(crate) struct Refused {
    /// Always false.
    success: bool,
    /// `credenciales_invalidas`, `error`, or `router_inactivo` if the router does not respond.
    estado: PortalState,
    #[schema(value_type = String)]
    mensaje: &'static str,
    /// The error of the router, if the router failed.
    #[schema(required)]
    error_detalle: Option<String>,
}

impl Refused {
    fn new(error: GuestError) -> ApiResult<Self> {
        // The response does not say whether the name or the password is wrong, as with a reconnection.
        let told = if error.may_be_a_guess() {
            let sentence = "Credenciales incorrectas o no autorizado";
            Told { state: PortalState::WrongCredentials, sentence, detail: None }
        } else {
            told(error)?
        };
        let error_detalle = told.detail.map(Into::into);
        Ok(Self { success: false, estado: told.state, mensaje: told.sentence, error_detalle })
    }
}

impl Shown {
    fn new(GuestProfile { user, profile }: GuestProfile, tipo_usuario: UserKind) -> Self {
        let profile = profile.unwrap_or_default();
        Self {
            success: true,
            estado: PortalState::Ok,
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

/// Shows a guest the plan and the use of their hotspot user
#[utoipa::path(
    post,
    path = "/api/v1/hotspot/user/profile-info",
    operation_id = "profile_info",
    tag = "Portal",
    request_body = Request,
    responses(
        (status = 200, description = "The plan and the use of the guest's user, or the reason why they are not shown",
            body = Body),
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
    let kind = UserKind::of(&password);
    let (router, name) = (selling.router().id.clone(), username.clone());
    let work = async move { app.hotspot.profile.execute(selling, username, password).await };
    Ok(Json(match attempt(&request, router, name, work).await? {
        Ok(profile) => Body::Shown(Box::new(Shown::new(profile, kind))),
        Err(error) => Body::Refused(Refused::new(error)?),
    }))
}
