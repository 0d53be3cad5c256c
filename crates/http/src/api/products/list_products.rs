use actix_web::web::Data;
use portero_application::Application;
use portero_domain::{filter::ProductFilter, ids::RouterId};

use super::ProductBody;
use crate::api::{
    auth::CompanyAdmin,
    error::{ApiResult, ErrorBody},
    fields::Faults,
    listed::{Listed, Row},
    query::{PageParams, Query},
};

/// Lists the company's products, on sale or not, oldest first
#[utoipa::path(
    get,
    path = "/api/v1/admin/products",
    operation_id = "list_products",
    tag = "Products",
    params(("router_id" = Option<String>, Query, description = "Only products of this router"), PageParams),
    responses(
        (status = 200, description = "The products", body = Vec<ProductBody>,
            headers(("X-Total-Count" = u64, description = "The length of the whole list. Missing with `despues_de`"))),
        (status = 422, description = "`router_id`, `limit`, `offset` or `despues_de` is invalid", body = ErrorBody),
    ),
    security(("session" = [])),
)]
pub(crate) async fn handle(
    CompanyAdmin { company }: CompanyAdmin,
    query: Query,
    app: Data<Application>,
) -> ApiResult<Listed<Vec<Row<ProductBody>>>> {
    let mut faults = Faults::in_query();
    let router = query.id(&mut faults, "router_id", RouterId::parse);
    let page = query.read_page(&mut faults);
    let (router, page) = faults.finish(|| Some((router?, page?)))?;
    Ok(Listed::of(app.products.list.execute(company, ProductFilter { router }, page).await?))
}
