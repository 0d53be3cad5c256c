use actix_web::web::{Data, Json, Path};
use portero_application::{Application, api_keys::RevokeApiKeyError};
use portero_domain::ids::{CompanyId, KeyId, RouterId};
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::{
    auth::SuperAdmin,
    error::{ApiError, ApiResult, ErrorBody},
    wire::Moment,
};

/// A revoked key.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RevokedApiKey)]
pub(crate) struct Body {
    message: &'static str,
    key_id: String,
    router_id: String,
    revoked_at: Moment,
}

/// Revokes a key without issuing a new one
#[utoipa::path(
    post,
    path = "/admin/empresas/{empresa_id}/routers/{router_id}/api-keys/{key_id}/revoke",
    operation_id = "revoke_api_key",
    tag = "API Keys",
    params(
        ("empresa_id" = String, Path, description = "The company", example = "EMP_3A9F1C0B2D"),
        ("router_id" = String, Path, description = "The router", example = "RTR_A1B2C3D4"),
        ("key_id" = String, Path, description = "The key", example = "key_a1b2c3d4e5f6g7h8"),
    ),
    responses(
        (status = 200, description = "The key is revoked", body = Body),
        (status = 400, description = "The key was revoked before", body = ErrorBody),
        (status = 404, description = "The company has no router with this id, or the router has no key with this id",
            body = ErrorBody),
    ),
    security(("session" = [])),
)]
pub(crate) async fn handle(
    _: SuperAdmin,
    path: Path<(String, String, String)>,
    app: Data<Application>,
) -> ApiResult<Json<Body>> {
    let (company, router, key) = parse(&path).ok_or(RevokeApiKeyError::NotFound)?;
    let (key_id, router_id) = (key.to_string(), router.to_string());
    let revoked_at = app.api_keys.revoke.execute(company, router, key).await?.into();
    Ok(Json(Body { message: "API Key revocada exitosamente", key_id, router_id, revoked_at }))
}

fn parse((company, router, key): &(String, String, String)) -> Option<(CompanyId, RouterId, KeyId)> {
    Some((CompanyId::parse(company)?, RouterId::parse(router)?, KeyId::parse(key)?))
}

impl From<RevokeApiKeyError> for ApiError {
    fn from(error: RevokeApiKeyError) -> Self {
        match error {
            RevokeApiKeyError::NotFound => Self::not_found("api_key_not_found", "API Key no encontrada"),
            RevokeApiKeyError::AlreadyRevoked(_) => {
                Self::bad_request("api_key_already_revoked", "La API Key ya está revocada")
            }
            RevokeApiKeyError::Storage(error) => error.into(),
        }
    }
}
