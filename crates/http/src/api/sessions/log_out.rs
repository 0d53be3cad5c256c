use actix_web::web::{Data, Json};
use portero_application::Application;

use crate::api::{auth::AnyUser, error::ApiResult, wire::Message};

/// Logs the caller out
#[utoipa::path(
    post,
    path = "/api/v1/auth/logout",
    operation_id = "log_out",
    tag = "Sessions",
    responses((status = 200, description = "The session has ended", body = Message)),
    security(("session" = [])),
)]
pub(crate) async fn handle(AnyUser(caller): AnyUser, app: Data<Application>) -> ApiResult<Json<Message>> {
    app.sessions.log_out.execute(caller.session).await?;
    Ok(Json(Message::new("Sesión cerrada exitosamente")))
}
