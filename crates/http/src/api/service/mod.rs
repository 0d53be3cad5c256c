//! The service itself: what it is and whether it works. Nobody needs a credential for that.

pub(crate) mod docs;
pub(crate) mod health;
pub(crate) mod readiness;
pub(crate) mod service_info;

use serde::Serialize;
use utoipa::ToSchema;

/// How the service is, in a word.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ServiceStatus)]
pub(crate) struct StatusBody {
    #[schema(value_type = String)]
    status: &'static str,
}
