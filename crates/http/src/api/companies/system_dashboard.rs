use actix_web::web::{Data, Json};
use portero_application::Application;
use portero_domain::{Timestamp, ports::SystemStats};
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::{auth::SuperAdmin, error::ApiResult, wire::Moment};

/// The numbers of the whole system.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SystemDashboard)]
pub(crate) struct Body {
    estadisticas: Counts,
    /// The time of the count.
    timestamp: Moment,
}

/// The companies and users of the whole system.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SystemCounts)]
pub(crate) struct Counts {
    total_empresas: u64,
    empresas_activas: u64,
    total_usuarios: u64,
}

impl From<(SystemStats, Timestamp)> for Body {
    fn from((stats, now): (SystemStats, Timestamp)) -> Self {
        Self {
            estadisticas: Counts {
                total_empresas: stats.companies,
                empresas_activas: stats.active_companies,
                total_usuarios: stats.users,
            },
            timestamp: now.into(),
        }
    }
}

/// Counts the companies and users of the whole system
#[utoipa::path(
    get,
    path = "/admin/dashboard",
    operation_id = "system_dashboard",
    tag = "Companies",
    responses((status = 200, description = "The numbers of companies and users", body = Body)),
    security(("session" = [])),
)]
pub(crate) async fn handle(_: SuperAdmin, app: Data<Application>) -> ApiResult<Json<Body>> {
    Ok(Json(app.system.overview.execute().await?.into()))
}
