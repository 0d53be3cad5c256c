use actix_web::web::{Data, Path};
use portero_application::{
    Application,
    routers::{NewRouter, RegisterRouterError, RegisteredRouter},
};
use portero_domain::{
    ids::CompanyId,
    network::{Endpoint, Host, Port},
    router::{ApiUsername, Location, RouterDetails},
    secret::Secret,
    text::{Name, Notes},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::parse_port;
use crate::api::{
    auth::SuperAdmin,
    body::JsonBody,
    companies::{company_inactive, company_not_found},
    error::{ApiError, ApiResult, ErrorBody},
    fields::{Faults, Given, as_is},
    wire::{ApiKeyInfo, Created, Moment},
};

/// A new router.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = NewRouter)]
pub(crate) struct Request {
    /// The id of the company. It must be the id in the path.
    #[schema(value_type = String)]
    empresa_id: Given<String>,
    /// The name.
    #[schema(value_type = String, min_length = 1, max_length = 100)]
    nombre: Given<String>,
    /// The host name or IP address of the router.
    #[schema(value_type = String, min_length = 1, max_length = 253)]
    host: Given<String>,
    /// The port of the router's API: 8728 without TLS, 8729 with TLS.
    #[schema(value_type = i64, minimum = 1, maximum = 65535, default = 8728, required = false)]
    puerto: Given<i64>,
    /// The RouterOS user that Portero logs in as.
    #[schema(value_type = String, min_length = 1, max_length = 64)]
    usuario: Given<String>,
    /// The password of that user. It is stored encrypted and never returned.
    #[schema(value_type = String, min_length = 1, max_length = 256)]
    password: Given<String>,
    /// The place of the router.
    #[schema(value_type = Option<String>, max_length = 200, required = false)]
    ubicacion: Given<String>,
    /// Notes about the router, with line breaks.
    #[schema(value_type = Option<String>, max_length = 1000, required = false)]
    notas: Given<String>,
    /// Whether the router's API uses TLS. Default: true for port 8729.
    #[schema(value_type = Option<bool>, required = false)]
    tls: Given<bool>,
    /// Whether to use the login of RouterOS before 6.43.
    #[schema(value_type = Option<bool>, required = false)]
    login_antiguo: Given<bool>,
}

impl Request {
    /// The company and the router in this request.
    fn parse(self) -> ApiResult<(String, NewRouter)> {
        let mut faults = Faults::in_body();
        let company = self.empresa_id.required(&mut faults, "empresa_id", as_is::<String>);
        let name = self.nombre.required(&mut faults, "nombre", Name::parse);
        let host = self.host.required(&mut faults, "host", Host::parse);
        let port = self.puerto.optional(&mut faults, "puerto", |&port| parse_port(port));
        let username = self.usuario.required(&mut faults, "usuario", ApiUsername::parse);
        let password = self.password.required(&mut faults, "password", Secret::parse);
        let location = self.ubicacion.optional_text(&mut faults, "ubicacion", Location::parse);
        let notes = self.notas.optional_text(&mut faults, "notas", Notes::parse);
        let tls = self.tls.optional(&mut faults, "tls", as_is::<bool>);
        let old_login = self.login_antiguo.optional(&mut faults, "login_antiguo", as_is::<bool>);
        faults.finish(|| {
            let endpoint = Endpoint::new(host?, port?.unwrap_or(Port::API), tls?);
            let details = RouterDetails { name: name?, endpoint, location: location?, notes: notes? };
            let (username, password, old_login) = (username?, password?, old_login?.unwrap_or(false));
            Some((company?, NewRouter { details, username, password, old_login }))
        })
    }
}

/// A new router with its first key.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RegisteredRouter)]
pub(crate) struct Body {
    id: String,
    empresa_id: String,
    nombre: String,
    host: String,
    puerto: u16,
    #[schema(required)]
    ubicacion: Option<String>,
    /// The notes of an admin. Left out if there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    notas: Option<String>,
    /// Always true.
    activo: bool,
    /// The whole key. No later response shows it.
    api_key: String,
    api_key_info: ApiKeyInfo,
    creado_en: Moment,
}

impl From<RegisteredRouter> for Body {
    fn from(registered: RegisteredRouter) -> Self {
        let RegisteredRouter { router, key, token } = registered;
        Self {
            id: router.id.to_string(),
            empresa_id: router.company.to_string(),
            nombre: router.name.as_str().to_owned(),
            host: router.endpoint.host.as_str().to_owned(),
            puerto: router.endpoint.port.get(),
            ubicacion: router.location.map(|location| location.as_str().to_owned()),
            notas: router.notes.map(|notes| notes.as_str().to_owned()),
            activo: router.active,
            api_key: token.expose().to_owned(),
            api_key_info: (&key).into(),
            creado_en: router.created_at.into(),
        }
    }
}

/// Registers a router and issues its API key
#[utoipa::path(
    post,
    path = "/admin/empresas/{empresa_id}/routers",
    operation_id = "register_router",
    tag = "Routers",
    params(("empresa_id" = String, Path, description = "The company, which must be active",
        example = "EMP_3A9F1C0B2D")),
    request_body = Request,
    responses(
        (status = 201, description = "The router and its key. No later response shows the key", body = Body,
            headers(("Location" = String, description = "The path of the router"))),
        (status = 400, description = "The company is inactive, or the body names another company", body = ErrorBody),
        (status = 404, description = "The company does not exist", body = ErrorBody),
    ),
    security(("session" = [])),
)]
pub(crate) async fn handle(
    _: SuperAdmin,
    path: Path<String>,
    body: JsonBody<Request>,
    app: Data<Application>,
) -> ApiResult<Created<Body>> {
    let (named, router) = body.read()?.parse()?;
    let company = CompanyId::parse(&path).ok_or(RegisterRouterError::CompanyNotFound)?;
    if named != company.as_str() {
        let sentence = "El empresa_id del cuerpo no coincide con el de la ruta";
        return Err(ApiError::bad_request("empresa_mismatch", sentence));
    }
    let registered = app.routers.register.execute(company, router).await?;
    let location = format!("/admin/empresas/{}/routers/{}", registered.router.company, registered.router.id);
    Ok(Created { location, body: registered.into() })
}

impl From<RegisterRouterError> for ApiError {
    fn from(error: RegisterRouterError) -> Self {
        match error {
            RegisterRouterError::CompanyNotFound => company_not_found(),
            RegisterRouterError::CompanyInactive(_) => company_inactive(),
            RegisterRouterError::Storage(error) => error.into(),
            RegisterRouterError::NoFreeId
            | RegisterRouterError::RouterInactive(_)
            | RegisterRouterError::Vault(_)
            | RegisterRouterError::Signing(_) => Self::internal(error),
        }
    }
}
