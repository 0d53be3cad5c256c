use actix_web::web::{Data, Json, Path};
use portero_application::Application;
use portero_domain::ids::ProductId;

use super::{ProductBody, product_not_found};
use crate::api::{
    auth::CompanyAdmin,
    error::{ApiResult, ErrorBody},
};

/// Shows a product, on sale or not
#[utoipa::path(
    get,
    path = "/api/v1/admin/products/{producto_id}",
    operation_id = "find_product",
    tag = "Products",
    params(("producto_id" = i64, Path, description = "The product", example = 1)),
    responses(
        (status = 200, description = "The product", body = ProductBody),
        (status = 404, description = "The company has no product with this id", body = ErrorBody),
    ),
    security(("session" = [])),
)]
pub(crate) async fn handle(
    CompanyAdmin { company }: CompanyAdmin,
    path: Path<String>,
    app: Data<Application>,
) -> ApiResult<Json<ProductBody>> {
    let product = ProductId::parse(&path).ok_or_else(product_not_found)?;
    let product = app.products.find.execute(company, product).await?.ok_or_else(product_not_found)?;
    Ok(Json(product.into()))
}
