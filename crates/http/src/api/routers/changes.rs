//! The changes that both a super admin and a company's own admin may make to a router.

use portero_application::routers::{EditRouterError, RouterChanges};
use portero_domain::{
    network::{Host, Port},
    router::{ApiUsername, Location, Router, RouterEdit},
    secret::Secret,
    text::Name,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{RouterBody, password_required, router_changed, unless_shown};
use crate::api::{
    error::{ApiError, ApiResult},
    fields::{Fault, Faults, Given, Nullable, as_is},
};

/// Changes to a router. What is left out stays as it is, and so does what is null, but for `ubicacion`.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = RouterEdit)]
pub(crate) struct Request {
    /// What it is called.
    #[schema(value_type = Option<String>, min_length = 1, max_length = 100, required = false)]
    nombre: Given<String>,
    /// Its address: a host name, IPv4 or IPv6 literal.
    #[schema(value_type = Option<String>, min_length = 1, max_length = 253, required = false)]
    host: Given<String>,
    /// The port of its API. 8728 switches TLS off and 8729 on, unless `tls` says otherwise.
    #[schema(value_type = Option<i64>, minimum = 1, maximum = 65535, required = false)]
    puerto: Given<i64>,
    /// The RouterOS user.
    #[schema(value_type = Option<String>, min_length = 1, max_length = 64, required = false)]
    usuario: Given<String>,
    /// That user's password, sealed at rest and never returned; `********` leaves it as it is. `password_encrypted` is
    /// an older name of it.
    #[schema(value_type = Option<String>, min_length = 1, max_length = 256, required = false)]
    #[serde(alias = "password_encrypted")]
    password: Given<String>,
    /// Where it stands; null or `""` for nowhere in particular.
    #[schema(value_type = Option<String>, max_length = 200, required = false)]
    #[serde(default)]
    ubicacion: Nullable,
    /// Whether its API speaks TLS.
    #[schema(value_type = Option<bool>, required = false)]
    tls: Given<bool>,
    /// Whether to sign in as RouterOS before 6.43 wants it.
    #[schema(value_type = Option<bool>, required = false)]
    login_antiguo: Given<bool>,
    /// Whether to sign in to the router as changed first, and to change nothing unless that succeeds.
    #[schema(value_type = Option<bool>, default = false, required = false)]
    probar: Given<bool>,
}

impl Request {
    /// The changes in this request.
    pub(crate) fn parse(self) -> ApiResult<RouterChanges> {
        let mut faults = Faults::in_body();
        let name = self.nombre.optional(&mut faults, "nombre", Name::parse);
        let host = self.host.optional(&mut faults, "host", Host::parse);
        let port = self.puerto.optional(&mut faults, "puerto", |&port| Port::new(port).ok_or(Fault::range(1, 65_535)));
        let username = self.usuario.optional(&mut faults, "usuario", ApiUsername::parse);
        let password = self.password.optional(&mut faults, "password", Secret::parse);
        let location = self.ubicacion.change(&mut faults, "ubicacion", Location::parse);
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
            };
            let password = unless_shown(password?);
            Some(RouterChanges { edit, password, try_first: try_first?.unwrap_or_default() })
        })
    }
}

/// A router, edited.
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
