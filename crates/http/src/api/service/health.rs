use actix_web::web::Json;

use super::StatusBody;

/// Says that the process runs. It does not ask the database
#[utoipa::path(
    get,
    path = "/health",
    operation_id = "health",
    tag = "Service",
    responses((status = 200, description = "The process is alive", body = StatusBody)),
)]
pub(crate) async fn handle() -> Json<StatusBody> {
    Json(StatusBody { status: "healthy" })
}
