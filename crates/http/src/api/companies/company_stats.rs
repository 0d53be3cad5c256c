use actix_web::web::{Data, Json, Path};
use portero_application::Application;
use portero_domain::{company::Company, ids::CompanyId, ports::CompanyStats};
use serde::Serialize;
use utoipa::ToSchema;

use super::{CompanySummary, company_not_found};
use crate::api::{
    auth::SuperAdmin,
    error::{ApiResult, ErrorBody},
};

/// A company and what it has.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CompanyStats)]
pub(crate) struct Body {
    empresa: CompanySummary,
    estadisticas: Counts,
}

/// What a company has.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CompanyCounts)]
pub(crate) struct Counts {
    total_routers: u64,
    routers_activos: u64,
    routers_inactivos: u64,
    /// Its admins, switched on or not.
    total_usuarios_admin: u64,
    /// Its keys that are neither revoked nor expired.
    api_keys_activas: u64,
}

impl From<(Company, CompanyStats)> for Body {
    fn from((company, stats): (Company, CompanyStats)) -> Self {
        Self {
            empresa: company.into(),
            estadisticas: Counts {
                total_routers: stats.routers,
                routers_activos: stats.active_routers,
                routers_inactivos: stats.routers.saturating_sub(stats.active_routers),
                total_usuarios_admin: stats.admins,
                api_keys_activas: stats.active_keys,
            },
        }
    }
}

/// Counts what a company has
#[utoipa::path(
    get,
    path = "/admin/empresas/{empresa_id}/stats",
    operation_id = "company_stats",
    tag = "Companies",
    params(("empresa_id" = String, Path, description = "The company", example = "EMP_3A9F1C0B2D")),
    responses(
        (status = 200, description = "The company and what it has", body = Body),
        (status = 404, description = "There is no such company", body = ErrorBody),
    ),
    security(("session" = [])),
)]
pub(crate) async fn handle(_: SuperAdmin, path: Path<String>, app: Data<Application>) -> ApiResult<Json<Body>> {
    let company = CompanyId::parse(&path).ok_or_else(company_not_found)?;
    Ok(Json(app.companies.overview.execute(company).await?.ok_or_else(company_not_found)?.into()))
}
