use actix_web::web::{Data, Json, Path};
use portero_application::{Application, Switch};
use portero_domain::ids::UserId;

use super::{SwitchedBody, user_not_found};
use crate::api::{
    auth::SuperAdmin,
    error::{ApiResult, ErrorBody},
};

/// Switches a person on or off, to the other of what they are
#[utoipa::path(
    put,
    path = "/admin/usuarios/{usuario_id}/toggle-activo",
    operation_id = "toggle_user",
    tag = "Users",
    params(("usuario_id" = i64, Path, description = "The person, not the caller", example = 2)),
    responses(
        (status = 200, description = "What the person is now; their sessions do not outlive a switch", body = SwitchedBody),
        (status = 400, description = "Nobody switches themselves off", body = ErrorBody),
        (status = 404, description = "There is no such person", body = ErrorBody),
    ),
    security(("session" = [])),
)]
pub(crate) async fn handle(
    SuperAdmin(caller): SuperAdmin,
    path: Path<String>,
    app: Data<Application>,
) -> ApiResult<Json<SwitchedBody>> {
    let user = UserId::parse(&path).ok_or_else(user_not_found)?;
    let active = app.users.switch.execute(user, Switch::Toggle, caller.user.id).await?;
    Ok(Json(SwitchedBody::new(user, active)))
}
