use actix_web::web::{Data, Json};
use portero_application::Application;
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::wire::Moment;

/// The name and the version of the service.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ServiceInfo)]
pub(crate) struct Body {
    #[schema(value_type = String)]
    message: &'static str,
    /// The version of Portero.
    #[schema(value_type = String)]
    version: &'static str,
    /// Always `running`.
    #[schema(value_type = String)]
    status: &'static str,
    /// The time on the server.
    timestamp: Moment,
    /// The path of the API's documentation.
    #[schema(value_type = String)]
    docs: &'static str,
}

/// Names the service and its version
#[utoipa::path(
    get,
    path = "/",
    operation_id = "service_info",
    tag = "Service",
    responses((status = 200, description = "The name, the version and the time of the service", body = Body)),
)]
pub(crate) async fn handle(app: Data<Application>) -> Json<Body> {
    Json(Body {
        message: "Sistema de pagos y gestión de accesos WiFi para hotspots MikroTik",
        version: env!("CARGO_PKG_VERSION"),
        status: "running",
        timestamp: app.now().into(),
        docs: "/docs",
    })
}
