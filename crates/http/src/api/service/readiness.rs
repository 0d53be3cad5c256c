use actix_web::web::{Data, Json};
use portero_application::Application;

use super::StatusBody;
use crate::api::error::{ApiResult, ErrorBody};

/// Checks whether the database responds
#[utoipa::path(
    get,
    path = "/ready",
    operation_id = "readiness",
    tag = "Service",
    responses(
        (status = 200, description = "The database answers", body = StatusBody),
        (status = 503, description = "The database does not respond, or is busy", body = ErrorBody),
    ),
)]
pub(crate) async fn handle(app: Data<Application>) -> ApiResult<Json<StatusBody>> {
    app.system.readiness.execute().await?;
    Ok(Json(StatusBody { status: "ready" }))
}
