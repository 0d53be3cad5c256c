//! Setting something on or off, whatever it is: a toggle that is tried again flips back, this does not (decisions, "Set
//! instead of toggle").

use portero_application::Switch;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::api::{
    error::ApiResult,
    fields::{self, Faults, Given},
};

/// What something is to be.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = Switch)]
pub(crate) struct SwitchRequest {
    /// On or off.
    #[schema(value_type = bool)]
    activo: Given<bool>,
}

impl SwitchRequest {
    /// The switch in this request.
    pub(crate) fn parse(self) -> ApiResult<Switch> {
        let mut faults = Faults::in_body();
        let active = self.activo.required(&mut faults, "activo", fields::as_is);
        faults.finish(|| active.map(Switch::To))
    }
}
