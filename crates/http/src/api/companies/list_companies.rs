use actix_web::web::Data;
use portero_application::Application;

use super::CompanyBody;
use crate::api::{
    auth::SuperAdmin,
    error::{ApiResult, ErrorBody},
    listed::{Listed, Row},
    query::{PageParams, Query},
};

/// Lists the companies, oldest first
#[utoipa::path(
    get,
    path = "/admin/empresas",
    operation_id = "list_companies",
    tag = "Companies",
    params(PageParams),
    responses(
        (status = 200, description = "The companies", body = Vec<CompanyBody>,
            headers(("X-Total-Count" = u64, description = "The length of the whole list. Missing with `despues_de`"))),
        (status = 422, description = "`limit`, `offset` or `despues_de` is invalid", body = ErrorBody),
    ),
    security(("session" = [])),
)]
pub(crate) async fn handle(
    _: SuperAdmin,
    query: Query,
    app: Data<Application>,
) -> ApiResult<Listed<Vec<Row<CompanyBody>>>> {
    Ok(Listed::of(app.companies.list.execute(query.page()?).await?))
}
