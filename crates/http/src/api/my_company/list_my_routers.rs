use actix_web::web::Data;
use portero_application::Application;

use crate::api::{
    auth::CompanyAdmin,
    companies::company_not_found,
    error::{ApiResult, ErrorBody},
    listed::{Listed, Row},
    query::{PageParams, Query},
    routers::RouterBody,
};

/// Lists the routers of the caller's company, oldest first
#[utoipa::path(
    get,
    path = "/api/v1/admin/mi-empresa/routers",
    operation_id = "list_my_routers",
    tag = "My company",
    params(PageParams),
    responses(
        (status = 200, description = "The routers", body = Vec<RouterBody>,
            headers(("X-Total-Count" = u64, description = "How many there are in all; not with `despues_de`"))),
        (status = 404, description = "There is no such company any more", body = ErrorBody),
        (status = 422, description = "Faulty `limit`, `offset` or `despues_de`", body = ErrorBody),
    ),
    security(("session" = [])),
)]
pub(crate) async fn handle(
    CompanyAdmin { company }: CompanyAdmin,
    query: Query,
    app: Data<Application>,
) -> ApiResult<Listed<Vec<Row<RouterBody>>>> {
    let routers = app.routers.list.execute(company, query.page()?).await?.ok_or_else(company_not_found)?;
    Ok(Listed::of(routers))
}
