use actix_web::web::{Data, Json};
use portero_application::Application;

use super::StatusBody;
use crate::api::error::{ApiResult, ErrorBody};

/// Tells whether the service can do its work, by asking the database
#[utoipa::path(
    get,
    path = "/ready",
    operation_id = "readiness",
    tag = "Service",
    responses(
        (status = 200, description = "The database answers", body = StatusBody),
        (status = 503, description = "The database is away or busy", body = ErrorBody),
    ),
)]
pub(crate) async fn handle(app: Data<Application>) -> ApiResult<Json<StatusBody>> {
    app.system.readiness.execute().await?;
    Ok(Json(StatusBody { status: "ready" }))
}
