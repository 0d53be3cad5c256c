use actix_web::web::{Data, Json, Path};
use portero_application::{
    Application,
    api_keys::{ActiveKey, RouterKeyStatus},
};
use portero_domain::api_key::Advice;
use serde::Serialize;
use utoipa::ToSchema;

use super::{parse_path, router_not_found};
use crate::api::{
    auth::SuperAdmin,
    error::{ApiResult, ErrorBody},
    wire::Moment,
};

/// The state of a router's key. If there is no key, its values are null.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ApiKeyStatus)]
pub(crate) struct Body {
    router_id: String,
    /// Whether there is a key that is neither revoked nor expired.
    has_active_key: bool,
    #[schema(required)]
    key_id: Option<String>,
    #[schema(required)]
    issued_at: Option<Moment>,
    #[schema(required)]
    expires_at: Option<Moment>,
    /// The number of whole days until the key expires, rounded down.
    #[schema(required)]
    expires_in_days: Option<i64>,
    #[schema(required)]
    last_used: Option<Moment>,
    /// The number of requests that the key was admitted for.
    use_count: u64,
    status: KeyState,
    /// A warning for the admin, or null.
    #[schema(required)]
    warning: Option<String>,
    /// The recommended action, or null.
    #[schema(required, value_type = Option<String>)]
    recommendation: Option<&'static str>,
    /// A message if there is no key, otherwise null.
    #[schema(required, value_type = Option<String>)]
    message: Option<&'static str>,
}

/// Whether a router has an active key.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[schema(as = ApiKeyState)]
pub(crate) enum KeyState {
    #[serde(rename = "active")]
    Active,
    #[serde(rename = "no_key")]
    Missing,
}

impl From<RouterKeyStatus> for Body {
    fn from(RouterKeyStatus { router, active }: RouterKeyStatus) -> Self {
        let none = Self {
            router_id: router.to_string(),
            has_active_key: false,
            key_id: None,
            issued_at: None,
            expires_at: None,
            expires_in_days: None,
            last_used: None,
            use_count: 0,
            status: KeyState::Missing,
            warning: None,
            recommendation: Some("Generar una nueva API Key"),
            message: Some("No hay API Key activa para este router"),
        };
        let Some(ActiveKey { key, days_left, advice }) = active else { return none };
        let parts = key.parts();
        let (warning, recommendation) = advice.map(advise).unzip();
        Self {
            has_active_key: true,
            key_id: Some(parts.id.to_string()),
            issued_at: Some(parts.issued_at.into()),
            expires_at: Some(parts.expires_at.into()),
            expires_in_days: Some(days_left),
            last_used: parts.usage.last_used.map(Moment),
            use_count: parts.usage.count,
            status: KeyState::Active,
            warning,
            recommendation,
            message: None,
            ..none
        }
    }
}

/// The warning and the recommended action.
fn advise(advice: Advice) -> (String, &'static str) {
    match advice {
        Advice::ExpiresSoon { days } => {
            (format!("La API Key expira en {days} días"), "Considerar regenerar la API Key pronto")
        }
        Advice::NeverUsed => {
            ("Esta API Key nunca ha sido usada".to_owned(), "Verificar que el cliente la esté usando correctamente")
        }
    }
}

/// Shows the state of a router's key
#[utoipa::path(
    get,
    path = "/admin/empresas/{empresa_id}/routers/{router_id}/api-key-status",
    operation_id = "api_key_status",
    tag = "API Keys",
    params(
        ("empresa_id" = String, Path, description = "The company", example = "EMP_3A9F1C0B2D"),
        ("router_id" = String, Path, description = "The router", example = "RTR_A1B2C3D4"),
    ),
    responses(
        (status = 200, description = "The state of the router's key", body = Body),
        (status = 404, description = "The company has no router with this id", body = ErrorBody),
    ),
    security(("session" = [])),
)]
pub(crate) async fn handle(
    _: SuperAdmin,
    path: Path<(String, String)>,
    app: Data<Application>,
) -> ApiResult<Json<Body>> {
    let (company, router) = parse_path(&path)?;
    let status = app.api_keys.status.execute(company, router).await?.ok_or_else(router_not_found)?;
    Ok(Json(status.into()))
}
