use actix_web::{
    HttpRequest,
    web::{Data, Json},
};
use portero_application::{Application, sessions::ChangePasswordError};
use portero_domain::{secret::Secret, user::NewPassword};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    api::{
        auth::AnyUser,
        body::JsonBody,
        error::{ApiError, ApiResult, ErrorBody},
        fields::{Faults, Given},
        wire::Message,
    },
    web::limits,
};

/// The old and the new password of the caller.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = PasswordChange)]
pub(crate) struct Request {
    /// The old password.
    #[schema(value_type = String, min_length = 1, max_length = 256)]
    current_password: Given<String>,
    /// The new password.
    #[schema(value_type = String, min_length = 8, max_length = 128)]
    new_password: Given<String>,
}

impl Request {
    fn parse(self) -> ApiResult<(Secret, NewPassword)> {
        let mut faults = Faults::in_body();
        let current = self.current_password.required(&mut faults, "current_password", Secret::parse);
        let new = self.new_password.required(&mut faults, "new_password", NewPassword::parse);
        faults.finish(|| Some((current?, new?)))
    }
}

/// Changes the caller's password and ends all sessions of the caller
#[utoipa::path(
    post,
    path = "/api/v1/auth/change-password",
    operation_id = "change_password",
    tag = "Sessions",
    request_body = Request,
    responses(
        (status = 200, description = "The password is changed. Log in again", body = Message),
        (status = 400, description = "The current password is wrong, or the new password is the same", body = ErrorBody),
        (status = 429, description = "Too many attempts. Retry after `Retry-After` seconds", body = ErrorBody),
    ),
    security(("session" = [])),
)]
pub(crate) async fn handle(
    AnyUser(caller): AnyUser,
    request: HttpRequest,
    body: JsonBody<Request>,
    app: Data<Application>,
) -> ApiResult<Json<Message>> {
    let (current, new) = body.read()?.parse()?;
    limits::of(&request).map(|limits| limits.change_password(caller.user.id)).transpose()?;
    app.sessions.change_password.execute(caller.user.id, current, new).await?;
    Ok(Json(Message::new("Contraseña actualizada exitosamente")))
}

impl From<ChangePasswordError> for ApiError {
    fn from(error: ChangePasswordError) -> Self {
        match error {
            ChangePasswordError::WrongPassword => Self::bad_request("wrong_password", "Contraseña actual incorrecta"),
            ChangePasswordError::SamePassword => {
                Self::bad_request("same_password", "La contraseña nueva debe ser distinta de la actual")
            }
            ChangePasswordError::Password(error) => error.into(),
            ChangePasswordError::Storage(error) => error.into(),
        }
    }
}
