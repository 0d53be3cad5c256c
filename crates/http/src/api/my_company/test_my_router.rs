use actix_web::{
    HttpRequest,
    web::{Data, Json, Path},
};
use portero_application::{
    Application,
    routers::{AccessError, ConnectionTest},
};
use portero_domain::{
    Timestamp,
    ids::RouterId,
    ports::{CertificateProblem, HotspotError},
    router::Router,
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    api::{auth::ActiveCompanyAdmin, error::ApiResult, hotspot_error, wire::Moment},
    web::limits,
};

/// The result of a connection test.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ConnectionTest)]
pub(crate) struct Body {
    /// Whether Portero could log in and read the hotspot.
    success: bool,
    #[schema(value_type = String, example = "Conexión exitosa")]
    message: &'static str,
    #[schema(required)]
    router: Option<TestedRouter>,
    /// The number of the hotspot's user profiles.
    #[schema(required)]
    perfiles_encontrados: Option<usize>,
    /// The name that the router has for itself.
    #[schema(required)]
    router_name: Option<String>,
    /// The reason why the test failed.
    #[schema(required)]
    error: Option<String>,
    timestamp: Moment,
    /// The presented certificate, if it is not the confirmed one.
    #[serde(skip_serializing_if = "Option::is_none")]
    huella_tls: Option<String>,
    /// The confirmed certificate, if the router presents another one.
    #[serde(skip_serializing_if = "Option::is_none")]
    huella_confirmada: Option<String>,
}

/// The tested router.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TestedRouter)]
pub(crate) struct TestedRouter {
    id: String,
    nombre: String,
    host: String,
    puerto: u16,
    #[schema(required)]
    ubicacion: Option<String>,
    activo: bool,
}

impl From<Router> for TestedRouter {
    fn from(router: Router) -> Self {
        Self {
            id: router.id.to_string(),
            nombre: router.name.as_str().to_owned(),
            host: router.endpoint.host.as_str().to_owned(),
            puerto: router.endpoint.port.get(),
            ubicacion: router.location.map(|location| location.as_str().to_owned()),
            activo: router.active,
        }
    }
}

impl Body {
    fn of(test: Option<ConnectionTest>, now: Timestamp) -> Self {
        let body = Self {
            success: false,
            message: "Router no encontrado",
            router: None,
            perfiles_encontrados: None,
            router_name: None,
            error: None,
            timestamp: now.into(),
            huella_tls: None,
            huella_confirmada: None,
        };
        let Some(ConnectionTest { router, reached }) = test else { return body };
        let body = Self { router: Some(router.into()), ..body };
        match reached {
            Ok(reached) => Self {
                success: true,
                message: "Conexión exitosa",
                perfiles_encontrados: Some(reached.profiles),
                router_name: Some(reached.identity),
                ..body
            },
            Err(error) => {
                let (shown, confirmed) = match &error {
                    HotspotError::Certificate(CertificateProblem::Unconfirmed { found }) => (Some(found), None),
                    HotspotError::Certificate(CertificateProblem::Changed { confirmed, found }) => {
                        (Some(found), Some(confirmed))
                    }
                    _ => (None, None),
                };
                Self {
                    message: "Error de conexión",
                    error: Some(hotspot_error::sentence(&error)),
                    huella_tls: shown.map(ToString::to_string),
                    huella_confirmada: confirmed.map(ToString::to_string),
                    ..body
                }
            }
        }
    }
}

/// Tests the connection to a router of the caller's company, whether the router is active or not
#[utoipa::path(
    get,
    path = "/api/v1/admin/routers/{router_id}/test-connection",
    operation_id = "test_my_router",
    tag = "My company",
    params(("router_id" = String, Path, description = "The router", example = "RTR_A1B2C3D4")),
    responses((status = 200, description = "The result, whether the connection worked or not", body = Body)),
    security(("session" = [])),
)]
pub(crate) async fn handle(
    request: HttpRequest,
    ActiveCompanyAdmin(mandate): ActiveCompanyAdmin,
    path: Path<String>,
    app: Data<Application>,
) -> ApiResult<Json<Body>> {
    limits::dial(&request, &mandate)?;
    let test = match RouterId::parse(&path) {
        Some(router) => match app.routers.test_connection.execute(mandate, router).await {
            Ok(test) => Some(test),
            Err(AccessError::NotFound) => None,
            Err(error) => return Err(error.into()),
        },
        None => None,
    };
    Ok(Json(Body::of(test, app.now())))
}
