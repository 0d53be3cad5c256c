use std::sync::Arc;

use portero_domain::{Timestamp, ports::Clock};

/// Tells the time that Portero goes by.
pub struct TellTime {
    pub(crate) clock: Arc<dyn Clock>,
}

impl TellTime {
    /// The time now.
    pub fn execute(&self) -> Timestamp {
        self.clock.now()
    }
}
