use actix_web::{HttpRequest, web::Data};
use portero_application::{Application, users::CreateUserError};
use portero_domain::{
    ids::CompanyId,
    text::{Email, Name},
    user::{NewPassword, Role, RoleKind, User, UserProfile},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{RoleName, UserBody, parse_role};
use crate::{
    api::{
        auth::SuperAdmin,
        body::JsonBody,
        companies::{company_inactive, company_not_found},
        error::{ApiError, ApiResult, ErrorBody},
        fields::{Faults, Given, as_is, id},
        wire::Created,
    },
    web::limits,
};

/// A new user.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = NewUser)]
pub(crate) struct Request {
    /// The e-mail that the user logs in with. Each user has another one.
    #[schema(value_type = String, format = Email, max_length = 254)]
    email: Given<String>,
    /// The password of the user.
    #[schema(value_type = String, min_length = 8, max_length = 128)]
    password: Given<String>,
    /// The name of the user.
    #[schema(value_type = String, min_length = 1, max_length = 100)]
    nombre: Given<String>,
    #[schema(value_type = RoleName)]
    rol: Given<String>,
    /// The company of a `cliente_admin`. It must be active. A `super_admin` has none.
    #[schema(value_type = Option<String>, required = false)]
    empresa_id: Given<String>,
}

impl Request {
    fn parse(self) -> ApiResult<(UserProfile, NewPassword)> {
        let mut faults = Faults::in_body();
        let email = self.email.required(&mut faults, "email", Email::parse);
        let password = self.password.required(&mut faults, "password", NewPassword::parse);
        let name = self.nombre.required(&mut faults, "nombre", Name::parse);
        let role = self.rol.required(&mut faults, "rol", as_is::<String>);
        let company = self.empresa_id.optional_text(&mut faults, "empresa_id", id(CompanyId::parse));
        let (email, password, name, role, company) =
            faults.finish(|| Some((email?, password?, name?, role?, company?)))?;

        let role = match (parse_role(&role)?, company) {
            (RoleKind::SuperAdmin, None) => Role::SuperAdmin,
            (RoleKind::CompanyAdmin, Some(company)) => Role::CompanyAdmin(company),
            (RoleKind::CompanyAdmin, None) => {
                return Err(ApiError::bad_request("company_required", "cliente_admin requiere empresa_id"));
            }
            (RoleKind::SuperAdmin, Some(_)) => {
                return Err(ApiError::bad_request("company_not_allowed", "super_admin no debe tener empresa_id"));
            }
        };
        Ok((UserProfile { email, name, role }, password))
    }
}

/// The new user.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CreatedUser)]
pub(crate) struct Body {
    #[schema(value_type = String)]
    message: &'static str,
    usuario: UserBody,
}

impl From<User> for Body {
    fn from(user: User) -> Self {
        Self { message: "Usuario creado exitosamente", usuario: user.into() }
    }
}

/// Adds a user
#[utoipa::path(
    post,
    path = "/admin/usuarios",
    operation_id = "create_user",
    tag = "Users",
    request_body = Request,
    responses(
        (status = 201, description = "The user", body = Body,
            headers(("Location" = String, description = "The path of the user"))),
        (status = 400, description = "The role does not exist or does not fit the company, the company is inactive, \
            or the e-mail is taken", body = ErrorBody),
        (status = 404, description = "The company does not exist", body = ErrorBody),
        (status = 429, description = "Too many new users. Retry after `Retry-After` seconds", body = ErrorBody),
    ),
    security(("session" = [])),
)]
pub(crate) async fn handle(
    SuperAdmin(caller): SuperAdmin,
    request: HttpRequest,
    body: JsonBody<Request>,
    app: Data<Application>,
) -> ApiResult<Created<Body>> {
    let (profile, password) = body.read()?.parse()?;
    limits::of(&request).map(|limits| limits.create_user(caller.user.id)).transpose()?;
    let user = app.users.create.execute(profile, password).await?;
    Ok(Created { location: format!("/admin/usuarios/{}", user.id.get()), body: user.into() })
}

impl From<CreateUserError> for ApiError {
    fn from(error: CreateUserError) -> Self {
        match error {
            CreateUserError::CompanyNotFound => company_not_found(),
            CreateUserError::CompanyInactive(_) => company_inactive(),
            CreateUserError::EmailTaken => Self::bad_request("email_taken", "El email ya está registrado"),
            CreateUserError::Password(error) => error.into(),
            CreateUserError::Storage(error) => error.into(),
        }
    }
}
