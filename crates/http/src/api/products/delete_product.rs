use actix_web::web::{Data, Json, Path};
use portero_application::{Application, products::DeactivateProductError};
use portero_domain::ids::ProductId;
use serde::Serialize;
use utoipa::ToSchema;

use super::product_not_found;
use crate::api::{
    auth::ActiveCompanyAdmin,
    error::{ApiError, ApiResult, ErrorBody},
};

/// A product after it was taken off sale.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WithdrawnProduct)]
pub(crate) struct Body {
    #[schema(value_type = String)]
    message: &'static str,
    producto_id: i64,
    /// Always false.
    activo: bool,
}

/// Takes a product off sale. The product stays, because its sales refer to it
#[utoipa::path(
    delete,
    path = "/api/v1/admin/products/{producto_id}",
    operation_id = "delete_product",
    tag = "Products",
    params(("producto_id" = i64, Path, description = "The product", example = 1)),
    responses(
        (status = 200, description = "The product is not on sale any more", body = Body),
        (status = 404, description = "The company has no product with this id", body = ErrorBody),
    ),
    security(("session" = [])),
)]
pub(crate) async fn handle(
    ActiveCompanyAdmin(mandate): ActiveCompanyAdmin,
    path: Path<String>,
    app: Data<Application>,
) -> ApiResult<Json<Body>> {
    let product = ProductId::parse(&path).ok_or_else(product_not_found)?;
    app.products.deactivate.execute(mandate, product).await?;
    Ok(Json(Body { message: "Producto desactivado", producto_id: product.get(), activo: false }))
}

impl From<DeactivateProductError> for ApiError {
    fn from(error: DeactivateProductError) -> Self {
        match error {
            DeactivateProductError::NotFound => product_not_found(),
            DeactivateProductError::CompanyInactive(inactive) => inactive.into(),
            DeactivateProductError::Storage(error) => error.into(),
        }
    }
}
