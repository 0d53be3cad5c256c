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

/// A company and its numbers.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CompanyStats)]
pub(crate) struct Body {
    empresa: CompanySummary,
    estadisticas: Counts,
}

/// The numbers of a company's routers, admins and keys.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CompanyCounts)]
pub(crate) struct Counts {
    total_routers: u64,
    routers_activos: u64,
    routers_inactivos: u64,
    /// The number of the company's admins, active or inactive.
    total_usuarios_admin: u64,
    /// The number of keys that are neither revoked nor expired.
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

/// Counts the routers, keys and users of a company
#[utoipa::path(
    get,
    path = "/admin/empresas/{empresa_id}/stats",
    operation_id = "company_stats",
    tag = "Companies",
    params(("empresa_id" = String, Path, description = "The company", example = "EMP_3A9F1C0B2D")),
    responses(
        (status = 200, description = "The company and its numbers of routers, keys and users", body = Body),
        (status = 404, description = "The company does not exist", body = ErrorBody),
    ),
    security(("session" = [])),
)]
pub(crate) async fn handle(_: SuperAdmin, path: Path<String>, app: Data<Application>) -> ApiResult<Json<Body>> {
    let company = CompanyId::parse(&path).ok_or_else(company_not_found)?;
    Ok(Json(app.companies.overview.execute(company).await?.ok_or_else(company_not_found)?.into()))
}
