use actix_web::web::{Data, Json, Path};
use portero_application::Application;
use portero_domain::{ids::ProductId, ports::Admission};

use super::ProductBody;
use crate::api::{
    auth::Portal,
    error::{ApiError, ApiResult, ErrorBody},
};

/// Shows a product on sale of the portal's router
#[utoipa::path(
    get,
    path = "/api/v1/catalogo_perfiles_venta/{producto_id}",
    operation_id = "catalogue_product",
    tag = "Portal",
    params(("producto_id" = i64, Path, description = "The product", example = 1)),
    responses(
        (status = 200, description = "The product", body = ProductBody),
        (status = 404, description = "The router has no product on sale with this id", body = ErrorBody),
    ),
    security(("router_api_key" = [])),
)]
pub(crate) async fn handle(
    Portal(Admission { company, router, .. }): Portal,
    path: Path<String>,
    app: Data<Application>,
) -> ApiResult<Json<ProductBody>> {
    let product = ProductId::parse(&path).ok_or_else(product_not_found)?;
    let product = app.portal.catalogue.one(company, router, product).await?.ok_or_else(product_not_found)?;
    Ok(Json(product.into()))
}

fn product_not_found() -> ApiError {
    ApiError::not_found("product_not_found", "Producto no encontrado o no disponible")
}
