use actix_web::web::{Data, Json};
use portero_application::Application;

use super::ProductBody;
use crate::api::{auth::Portal, error::ApiResult};

/// Lists what the portal's router sells, in the order of its catalogue
#[utoipa::path(
    get,
    path = "/api/v1/catalogo_perfiles_venta",
    operation_id = "catalogue",
    tag = "Portal",
    responses((status = 200, description = "The router's products on sale", body = Vec<ProductBody>)),
    security(("router_api_key" = [])),
)]
pub(crate) async fn handle(Portal(admission): Portal, app: Data<Application>) -> ApiResult<Json<Vec<ProductBody>>> {
    let products = app.portal.catalogue.all(admission.router).await?;
    Ok(Json(products.into_iter().map(ProductBody::from).collect()))
}
