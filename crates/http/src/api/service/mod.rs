//! The service itself: its version and its state. These endpoints need no credential.

pub(crate) mod docs;
pub(crate) mod health;
pub(crate) mod readiness;
pub(crate) mod service_info;

use serde::Serialize;
use utoipa::ToSchema;

/// The state of the service.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ServiceStatus)]
pub(crate) struct StatusBody {
    #[schema(value_type = String)]
    status: &'static str,
}
