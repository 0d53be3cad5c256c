use actix_web::web::{Data, Json, Path};
use portero_application::{Application, routers::DeleteRouterError};
use serde::Serialize;
use utoipa::ToSchema;

use super::{parse_path, router_not_found};
use crate::api::{
    auth::SuperAdmin,
    error::{ApiError, ApiResult, ErrorBody},
};

/// A deleted router.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DeletedRouter)]
pub(crate) struct Body {
    message: &'static str,
    router_id: String,
    empresa_id: String,
}

/// Deletes a router and its keys. Its transactions stay
#[utoipa::path(
    delete,
    path = "/admin/empresas/{empresa_id}/routers/{router_id}",
    operation_id = "delete_router",
    tag = "Routers",
    params(
        ("empresa_id" = String, Path, description = "The company", example = "EMP_3A9F1C0B2D"),
        ("router_id" = String, Path, description = "The router. It must have no products on sale",
            example = "RTR_A1B2C3D4"),
    ),
    responses(
        (status = 200, description = "The router is deleted", body = Body),
        (status = 400, description = "The router has products on sale", body = ErrorBody),
        (status = 404, description = "The company has no router with this id", body = ErrorBody),
    ),
    security(("session" = [])),
)]
pub(crate) async fn handle(
    _: SuperAdmin,
    path: Path<(String, String)>,
    app: Data<Application>,
) -> ApiResult<Json<Body>> {
    let (company, router) = parse_path(&path)?;
    let (empresa_id, router_id) = (company.to_string(), router.to_string());
    app.routers.delete.execute(company, router).await?;
    Ok(Json(Body { message: "Router eliminado exitosamente", router_id, empresa_id }))
}

impl From<DeleteRouterError> for ApiError {
    fn from(error: DeleteRouterError) -> Self {
        match error {
            DeleteRouterError::NotFound => router_not_found(),
            DeleteRouterError::HasProducts(count) => Self::bad_request(
                "router_has_products",
                format!("No se puede eliminar el router porque tiene {count} producto(s) asociado(s)"),
            ),
            DeleteRouterError::Storage(error) => error.into(),
        }
    }
}
