//! The users, for super admins.

pub(crate) mod create_user;
pub(crate) mod find_user;
pub(crate) mod list_users;
pub(crate) mod switch_user;
pub(crate) mod toggle_user;

use portero_application::users::SetUserActiveError;
use portero_domain::{
    ids::UserId,
    user::{RoleKind, User},
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::{
    error::{ApiError, ApiResult},
    wire::Moment,
    words::{Words, words},
};

/// A user and their role.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Person)]
pub(crate) struct PersonBody {
    id: i64,
    email: String,
    nombre: String,
    rol: RoleName,
    /// The company of a `cliente_admin`, otherwise null.
    #[schema(required)]
    empresa_id: Option<String>,
    activo: bool,
}

impl From<User> for PersonBody {
    fn from(user: User) -> Self {
        Self {
            id: user.id.get(),
            email: user.profile.email.as_str().to_owned(),
            nombre: user.profile.name.as_str().to_owned(),
            rol: RoleName(user.profile.role.kind()),
            empresa_id: user.profile.role.company().map(ToString::to_string),
            activo: user.active,
        }
    }
}

/// A user with the time of creation.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = User)]
pub(crate) struct UserBody {
    #[serde(flatten)]
    person: PersonBody,
    creado_en: Moment,
}

impl From<User> for UserBody {
    fn from(user: User) -> Self {
        Self { creado_en: user.created_at.into(), person: user.into() }
    }
}

/// A user after they were activated or deactivated.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SwitchedUser)]
pub(crate) struct SwitchedBody {
    #[schema(value_type = String)]
    message: &'static str,
    usuario_id: i64,
    activo: bool,
}

impl SwitchedBody {
    fn new(user: UserId, activo: bool) -> Self {
        let message = if activo { "Usuario activado" } else { "Usuario desactivado" };
        Self { message, usuario_id: user.get(), activo }
    }
}

words! {
    /// What a user may do: everything, or what concerns one company.
    pub(crate) RoleName of RoleKind {
        [RoleKind::SuperAdmin] => "super_admin",
        [RoleKind::CompanyAdmin] => "cliente_admin",
    }
}

/// The role that a word means.
fn parse_role(word: &str) -> ApiResult<RoleKind> {
    RoleName::parse(word)
        .ok_or_else(|| ApiError::bad_request("invalid_role", "Rol inválido. Debe ser 'super_admin' o 'cliente_admin'"))
}

/// The error for a user who does not exist.
fn user_not_found() -> ApiError {
    ApiError::not_found("user_not_found", "Usuario no encontrado")
}

impl From<SetUserActiveError> for ApiError {
    fn from(error: SetUserActiveError) -> Self {
        match error {
            SetUserActiveError::NotFound => user_not_found(),
            SetUserActiveError::CallerInactive => Self::unauthorized("user_inactive", "Usuario no activo"),
            SetUserActiveError::OwnAccount(_) => {
                Self::bad_request("own_account", "No puedes desactivar tu propio usuario")
            }
            SetUserActiveError::Storage(error) => error.into(),
        }
    }
}
