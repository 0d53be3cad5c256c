use actix_web::web::{Data, Json};
use portero_application::Application;
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::wire::Moment;

/// What the service is.
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
    /// Where the interface is described.
    #[schema(value_type = String)]
    docs: &'static str,
}

/// Tells what this service is
#[utoipa::path(
    get,
    path = "/",
    operation_id = "service_info",
    tag = "Service",
    responses((status = 200, description = "What it is", body = Body)),
)]
pub(crate) async fn handle(app: Data<Application>) -> Json<Body> {
    Json(Body {
        message: "Sistema de pagos y gestión de accesos WiFi para hotspots MikroTik",
        version: env!("CARGO_PKG_VERSION"),
        status: "running",
        timestamp: app.system.tell_time.execute().into(),
        docs: "/docs",
    })
}
