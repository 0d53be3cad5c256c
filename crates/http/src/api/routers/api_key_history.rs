use actix_web::web::{Data, Path};
use portero_application::Application;
use portero_domain::api_key::ApiKey;
use serde::Serialize;
use utoipa::ToSchema;

use super::{parse_path, router_not_found};
use crate::api::{
    auth::SuperAdmin,
    error::{ApiResult, ErrorBody},
    listed::{Listed, Row},
    query::{PageParams, Query},
    wire::Moment,
};

/// A key of the history.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ApiKey)]
pub(crate) struct Body {
    key_id: String,
    router_id: String,
    empresa_id: String,
    issued_at: Moment,
    expires_at: Moment,
    revoked: bool,
    /// The time when the key was revoked, or null.
    #[schema(required)]
    revoked_at: Option<Moment>,
    /// The time of the last use, or null.
    #[schema(required)]
    last_used: Option<Moment>,
    /// The number of requests that the key was admitted for.
    use_count: u64,
}

impl From<ApiKey> for Body {
    fn from(key: ApiKey) -> Self {
        let parts = key.parts();
        Self {
            key_id: parts.id.to_string(),
            router_id: parts.router.to_string(),
            empresa_id: parts.company.to_string(),
            issued_at: parts.issued_at.into(),
            expires_at: parts.expires_at.into(),
            revoked: parts.revoked_at.is_some(),
            revoked_at: parts.revoked_at.map(Moment),
            last_used: parts.usage.last_used.map(Moment),
            use_count: parts.usage.count,
        }
    }
}

/// Lists all keys that a router ever had, newest first
#[utoipa::path(
    get,
    path = "/admin/empresas/{empresa_id}/routers/{router_id}/api-keys",
    operation_id = "api_key_history",
    tag = "API Keys",
    params(
        ("empresa_id" = String, Path, description = "The company", example = "EMP_3A9F1C0B2D"),
        ("router_id" = String, Path, description = "The router", example = "RTR_A1B2C3D4"),
        PageParams,
    ),
    responses(
        (status = 200, description = "The keys", body = Vec<Body>,
            headers(("X-Total-Count" = u64, description = "The length of the whole list. Missing with `despues_de`"))),
        (status = 404, description = "The company has no router with this id", body = ErrorBody),
        (status = 422, description = "`limit`, `offset` or `despues_de` is invalid", body = ErrorBody),
    ),
    security(("session" = [])),
)]
pub(crate) async fn handle(
    _: SuperAdmin,
    path: Path<(String, String)>,
    query: Query,
    app: Data<Application>,
) -> ApiResult<Listed<Vec<Row<Body>>>> {
    let (company, router) = parse_path(&path)?;
    let keys = app.api_keys.history.execute(company, router, query.page()?).await?;
    keys.map(Listed::of).ok_or_else(router_not_found)
}
