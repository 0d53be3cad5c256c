use actix_web::{
    HttpRequest,
    web::{Data, Json},
};
use portero_application::{
    Application,
    sessions::{LogInError, LoggedIn},
};
use portero_domain::{secret::Secret, text::Email};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    api::{
        body::JsonBody,
        error::{ApiError, ApiResult, ErrorBody},
        fields::{Fault, Faults, Given},
        users::PersonBody,
        wire::Moment,
    },
    web::limits,
};

/// The credentials of a user who logs in.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = Credentials)]
pub(crate) struct Request {
    /// The e-mail of the user, in upper or lower case.
    #[schema(value_type = String)]
    email: Given<String>,
    /// The password of the user.
    #[schema(value_type = String, min_length = 1, max_length = 256)]
    password: Given<String>,
}

impl Request {
    /// The e-mail and the password. A text that is no e-mail gets the same response as an unknown e-mail.
    fn parse(self) -> ApiResult<(Option<Email>, Secret)> {
        let mut faults = Faults::in_body();
        let email = self.email.required(&mut faults, "email", |text: &str| Ok::<_, Fault>(Email::parse(text).ok()));
        let password = self.password.required(&mut faults, "password", Secret::parse);
        faults.finish(|| Some((email?, password?)))
    }
}

/// A new session.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Session)]
pub(crate) struct Body {
    /// The token to send as `Authorization: Bearer` with every request.
    access_token: String,
    /// Always `bearer`.
    #[schema(value_type = String, example = "bearer")]
    token_type: &'static str,
    /// The time when the session expires.
    expires_at: Moment,
    user: PersonBody,
    /// Whether an administrator set the password. The person is to change it; nothing is refused until then.
    debe_cambiar_contrasena: bool,
}

impl From<LoggedIn> for Body {
    fn from(LoggedIn { user, session, token }: LoggedIn) -> Self {
        Self {
            access_token: token.expose().to_owned(),
            token_type: "bearer",
            expires_at: session.expires_at.into(),
            debe_cambiar_contrasena: user.must_change_password,
            user: user.into(),
        }
    }
}

/// Logs a user in
#[utoipa::path(
    post,
    path = "/api/v1/auth/login",
    operation_id = "log_in",
    tag = "Sessions",
    request_body = Request,
    responses(
        (status = 200, description = "The session and its token", body = Body),
        (status = 401, description = "The e-mail or the password is wrong, or the user is inactive", body = ErrorBody),
        (status = 429, description = "Too many attempts. Retry after `Retry-After` seconds", body = ErrorBody),
        (status = 503, description = "The database does not respond, or is busy. Retry after `Retry-After` seconds",
            body = ErrorBody),
    ),
)]
pub(crate) async fn handle(
    request: HttpRequest,
    body: JsonBody<Request>,
    app: Data<Application>,
) -> ApiResult<Json<Body>> {
    let (email, password) = body.read()?.parse()?;
    let attempt = limits::of(&request).map(|limits| limits.log_in(&request, email.as_ref())).transpose()?;
    let session = app.sessions.log_in.execute(email, password).await?;
    if let Some(attempt) = attempt {
        attempt.succeeded();
    }
    Ok(Json(session.into()))
}

impl From<LogInError> for ApiError {
    fn from(error: LogInError) -> Self {
        match error {
            LogInError::WrongCredentials => Self::unauthorized("wrong_credentials", "Credenciales incorrectas"),
            LogInError::UserInactive => {
                Self::unauthorized("user_inactive", "Usuario inactivo. Contacta al administrador.")
            }
            LogInError::Password(error) => error.into(),
            LogInError::Signing(error) => Self::internal(error),
            LogInError::Storage(error) => error.into(),
        }
    }
}
