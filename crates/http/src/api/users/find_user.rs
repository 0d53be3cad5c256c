use actix_web::web::{Data, Json, Path};
use portero_application::Application;
use portero_domain::ids::UserId;

use super::{UserBody, user_not_found};
use crate::api::{
    auth::SuperAdmin,
    error::{ApiResult, ErrorBody},
};

/// Shows a user
#[utoipa::path(
    get,
    path = "/admin/usuarios/{usuario_id}",
    operation_id = "find_user",
    tag = "Users",
    params(("usuario_id" = i64, Path, description = "The user", example = 2)),
    responses(
        (status = 200, description = "The user", body = UserBody),
        (status = 404, description = "The user does not exist", body = ErrorBody),
    ),
    security(("session" = [])),
)]
pub(crate) async fn handle(_: SuperAdmin, path: Path<String>, app: Data<Application>) -> ApiResult<Json<UserBody>> {
    let user = UserId::parse(&path).ok_or_else(user_not_found)?;
    let user = app.users.find.execute(user).await?.ok_or_else(user_not_found)?;
    Ok(Json(user.into()))
}
