use actix_web::web::{Data, Json};
use portero_application::Application;

use super::ProductBody;
use crate::api::{auth::Portal, error::ApiResult};

/// Lists the products on sale of the portal's router, in catalogue order
#[utoipa::path(
    get,
    path = "/api/v1/catalogo_perfiles_venta",
    operation_id = "catalogue",
    tag = "Portal",
    responses((status = 200, description = "The router's products on sale", body = Vec<ProductBody>)),
    security(("router_api_key" = [])),
)]
pub(crate) async fn handle(Portal(admission): Portal, app: Data<Application>) -> ApiResult<Json<Vec<ProductBody>>> {
    let products = app.portal.catalogue.all(admission.company, admission.router).await?;
    Ok(Json(products.into_iter().map(ProductBody::from).collect()))
}
