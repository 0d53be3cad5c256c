use actix_web::web::{Data, Path};
use portero_application::Application;
use portero_domain::ids::CompanyId;

use super::{
    RouterBody,
    filter::{self, RouterFilterParams},
};
use crate::api::{
    auth::SuperAdmin,
    companies::company_not_found,
    error::{ApiResult, ErrorBody},
    listed::{Listed, Row},
    query::{PageParams, Query},
};

/// Lists a company's routers, oldest first
#[utoipa::path(
    get,
    path = "/admin/empresas/{empresa_id}/routers",
    operation_id = "list_routers",
    tag = "Routers",
    params(
        ("empresa_id" = String, Path, description = "The company", example = "EMP_3A9F1C0B2D"),
        RouterFilterParams,
        PageParams,
    ),
    responses(
        (status = 200, description = "The routers", body = Vec<RouterBody>,
            headers(("X-Total-Count" = u64, description = "The length of the whole list. Missing with `despues_de`"))),
        (status = 404, description = "The company does not exist", body = ErrorBody),
        (status = 422, description = "`activo`, `q`, `limit`, `offset` or `despues_de` is invalid", body = ErrorBody),
    ),
    security(("session" = [])),
)]
pub(crate) async fn handle(
    _: SuperAdmin,
    path: Path<String>,
    query: Query,
    app: Data<Application>,
) -> ApiResult<Listed<Vec<Row<RouterBody>>>> {
    let company = CompanyId::parse(&path).ok_or_else(company_not_found)?;
    let (filter, page) = filter::read(&query)?;
    let routers = app.routers.list.execute(company, filter, page).await?;
    routers.map(Listed::of).ok_or_else(company_not_found)
}
