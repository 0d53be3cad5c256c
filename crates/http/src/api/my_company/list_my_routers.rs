use actix_web::web::Data;
use portero_application::Application;

use crate::api::{
    auth::CompanyAdmin,
    companies::company_not_found,
    error::{ApiResult, ErrorBody},
    listed::{Listed, Row},
    query::{PageParams, Query},
    routers::{
        RouterBody,
        filter::{self, RouterFilterParams},
    },
};

/// Lists the routers of the caller's company, oldest first
#[utoipa::path(
    get,
    path = "/api/v1/admin/mi-empresa/routers",
    operation_id = "list_my_routers",
    tag = "My company",
    params(RouterFilterParams, PageParams),
    responses(
        (status = 200, description = "The routers", body = Vec<RouterBody>,
            headers(("X-Total-Count" = u64, description = "The length of the whole list. Missing with `despues_de`"))),
        (status = 404, description = "The company does not exist any more", body = ErrorBody),
        (status = 422, description = "`activo`, `q`, `limit`, `offset` or `despues_de` is invalid", body = ErrorBody),
    ),
    security(("session" = [])),
)]
pub(crate) async fn handle(
    CompanyAdmin { company }: CompanyAdmin,
    query: Query,
    app: Data<Application>,
) -> ApiResult<Listed<Vec<Row<RouterBody>>>> {
    let (filter, page) = filter::read(&query)?;
    let routers = app.routers.list.execute(company, filter, page).await?.ok_or_else(company_not_found)?;
    Ok(Listed::of(routers))
}
