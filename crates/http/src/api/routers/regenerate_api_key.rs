use actix_web::web::{Data, Json, Path};
use portero_application::{
    Application,
    api_keys::{RegenerateApiKeyError, RegeneratedKey},
};
use serde::Serialize;
use utoipa::ToSchema;

use super::{parse_path, router_not_found};
use crate::api::{
    auth::SuperAdmin,
    error::{ApiError, ApiResult, ErrorBody},
    wire::ApiKeyInfo,
};

/// A router's new key.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RegeneratedApiKey)]
pub(crate) struct Body {
    message: &'static str,
    router_id: String,
    /// The whole key. No later response shows it.
    new_api_key: String,
    api_key_info: ApiKeyInfo,
    /// Whether an active key was revoked for the new one.
    previous_key_revoked: bool,
}

impl From<RegeneratedKey> for Body {
    fn from(regenerated: RegeneratedKey) -> Self {
        let RegeneratedKey { key, token, replaced_active_key } = regenerated;
        Self {
            message: "API Key regenerada exitosamente",
            router_id: key.parts().router.to_string(),
            new_api_key: token.expose().to_owned(),
            api_key_info: (&key).into(),
            previous_key_revoked: replaced_active_key,
        }
    }
}

/// Revokes a router's API key and issues a new one
#[utoipa::path(
    post,
    path = "/admin/empresas/{empresa_id}/routers/{router_id}/regenerate-api-key",
    operation_id = "regenerate_api_key",
    tag = "API Keys",
    params(
        ("empresa_id" = String, Path, description = "The company", example = "EMP_3A9F1C0B2D"),
        ("router_id" = String, Path, description = "The router, which must be active", example = "RTR_A1B2C3D4"),
    ),
    responses(
        (status = 200, description = "The new key. No later response shows it", body = Body),
        (status = 400, description = "The router is inactive", body = ErrorBody),
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
    Ok(Json(app.api_keys.regenerate.execute(company, router).await?.into()))
}

impl From<RegenerateApiKeyError> for ApiError {
    fn from(error: RegenerateApiKeyError) -> Self {
        match error {
            RegenerateApiKeyError::RouterNotFound => router_not_found(),
            RegenerateApiKeyError::RouterInactive(_) => {
                Self::bad_request("router_inactive", "No se puede regenerar API key de un router inactivo")
            }
            RegenerateApiKeyError::Signing(error) => Self::internal(error),
            RegenerateApiKeyError::Storage(error) => error.into(),
        }
    }
}
