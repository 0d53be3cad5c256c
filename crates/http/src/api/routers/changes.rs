//! The changes that both a super admin and a company's own admin may make to a router.

use portero_application::routers::{EditRouterError, RouterChanges};
use portero_domain::{
    network::Host,
    router::{ApiUsername, Location, Router, RouterEdit},
    secret::Secret,
    text::{Name, Notes},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{RouterBody, parse_port, password_required, router_changed, unless_shown};
use crate::api::{
    error::{ApiError, ApiResult},
    fields::{Faults, Given, Nullable, as_is},
};

/// Changes to a router. A missing or null field keeps its value. Only `ubicacion` and `notas` are emptied by null.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = RouterEdit)]
pub(crate) struct Request {
    /// The name.
    #[schema(value_type = Option<String>, min_length = 1, max_length = 100, required = false)]
    nombre: Given<String>,
    /// The host name or IP address of the router.
    #[schema(value_type = Option<String>, min_length = 1, max_length = 253, required = false)]
    host: Given<String>,
    /// The port of the router's API. 8728 turns TLS off and 8729 turns TLS on, unless `tls` is given.
    #[schema(value_type = Option<i64>, minimum = 1, maximum = 65535, required = false)]
    puerto: Given<i64>,
    /// The RouterOS user that Portero logs in as.
    #[schema(value_type = Option<String>, min_length = 1, max_length = 64, required = false)]
    usuario: Given<String>,
    /// The password of that user. It is stored encrypted and never returned. `********` keeps the stored password.
    /// `password_encrypted` is an older name of this field.
    #[schema(value_type = Option<String>, min_length = 1, max_length = 256, required = false)]
    #[serde(alias = "password_encrypted")]
    password: Given<String>,
    /// The place of the router. Null or `""` removes it.
    #[schema(value_type = Option<String>, max_length = 200, required = false)]
    #[serde(default)]
    ubicacion: Nullable,
    /// Notes about the router, with line breaks. Null or `""` removes them.
    #[schema(value_type = Option<String>, max_length = 1000, required = false)]
    #[serde(default)]
    notas: Nullable,
    /// Whether the router's API uses TLS.
    #[schema(value_type = Option<bool>, required = false)]
    tls: Given<bool>,
    /// Whether to use the login of RouterOS before 6.43.
    #[schema(value_type = Option<bool>, required = false)]
    login_antiguo: Given<bool>,
    /// Whether to log in with the new data first. If the login fails, nothing changes.
    #[schema(value_type = Option<bool>, default = false, required = false)]
    probar: Given<bool>,
}

impl Request {
    /// The changes in this request.
    pub(crate) fn parse(self) -> ApiResult<RouterChanges> {
        let mut faults = Faults::in_body();
        let name = self.nombre.optional(&mut faults, "nombre", Name::parse);
        let host = self.host.optional(&mut faults, "host", Host::parse);
        let port = self.puerto.optional(&mut faults, "puerto", |&port| parse_port(port));
        let username = self.usuario.optional(&mut faults, "usuario", ApiUsername::parse);
        let password = self.password.optional(&mut faults, "password", Secret::parse);
        let location = self.ubicacion.change(&mut faults, "ubicacion", Location::parse);
        let notes = self.notas.change(&mut faults, "notas", Notes::parse);
        let tls = self.tls.optional(&mut faults, "tls", as_is::<bool>);
        let old_login = self.login_antiguo.optional(&mut faults, "login_antiguo", as_is::<bool>);
        let try_first = self.probar.optional(&mut faults, "probar", as_is::<bool>);
        faults.finish(|| {
            let edit = RouterEdit {
                name: name?,
                host: host?,
                port: port?,
                tls: tls?,
                username: username?,
                old_login: old_login?,
                location: location?,
                notes: notes?,
            };
            let password = unless_shown(password?);
            Some(RouterChanges { edit, password, try_first: try_first?.unwrap_or_default() })
        })
    }
}

/// A router after the change.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = EditedRouter)]
pub(crate) struct Body {
    #[schema(value_type = String)]
    message: &'static str,
    router: RouterBody,
}

impl From<Router> for Body {
    fn from(router: Router) -> Self {
        Self { message: "Router actualizado correctamente", router: router.into() }
    }
}

impl From<EditRouterError> for ApiError {
    fn from(error: EditRouterError) -> Self {
        match error {
            EditRouterError::Access(error) => error.into(),
            EditRouterError::PasswordRequired(_) => password_required(),
            EditRouterError::Trial(error) => error.into(),
            EditRouterError::ChangedMeanwhile => router_changed(),
        }
    }
}
