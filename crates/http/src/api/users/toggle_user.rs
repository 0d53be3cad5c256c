use actix_web::web::{Data, Json, Path};
use portero_application::{Activation, Application};
use portero_domain::ids::UserId;

use super::{SwitchedBody, user_not_found};
use crate::api::{
    auth::SuperAdmin,
    error::{ApiResult, ErrorBody},
};

/// Activates an inactive user, or deactivates an active one
#[utoipa::path(
    put,
    path = "/admin/usuarios/{usuario_id}/toggle-activo",
    operation_id = "toggle_user",
    tag = "Users",
    params(("usuario_id" = i64, Path, description = "The user. It must not be the caller", example = 2)),
    responses(
        (status = 200, description = "The new state of the user. All sessions of the user have ended",
            body = SwitchedBody),
        (status = 400, description = "A user cannot deactivate themselves", body = ErrorBody),
        (status = 404, description = "The user does not exist", body = ErrorBody),
    ),
    security(("session" = [])),
)]
pub(crate) async fn handle(
    SuperAdmin(caller): SuperAdmin,
    path: Path<String>,
    app: Data<Application>,
) -> ApiResult<Json<SwitchedBody>> {
    let user = UserId::parse(&path).ok_or_else(user_not_found)?;
    let active = app.users.set_active.execute(user, Activation::Toggle, caller.user.id).await?;
    Ok(Json(SwitchedBody::new(user, active)))
}
