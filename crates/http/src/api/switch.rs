//! Setting a thing active or inactive. A retry does no harm here. A retry of a toggle would undo it.

use portero_application::Activation;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::api::{
    error::ApiResult,
    fields::{self, Faults, Given},
};

/// The wanted state of a thing.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = Switch)]
pub(crate) struct SwitchRequest {
    /// True for active, false for inactive.
    #[schema(value_type = bool)]
    activo: Given<bool>,
}

impl SwitchRequest {
    /// The activation in this request.
    pub(crate) fn parse(self) -> ApiResult<Activation> {
        let mut faults = Faults::in_body();
        let active = self.activo.required(&mut faults, "activo", fields::as_is);
        faults.finish(|| active.map(Activation::To))
    }
}
