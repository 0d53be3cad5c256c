use std::sync::Arc;

use portero_domain::{
    notification::DaysLeft,
    ports::{Clock, Stored, UnitOfWork, transact},
};

/// How many notices one transaction stores.
const AT_ONCE: u16 = 500;

/// Stores notices of the API keys that expire in 30 days, 7 days and 1 day, once each (`R1808`).
pub struct ScanExpiringKeys {
    pub(crate) storage: Arc<dyn UnitOfWork>,
    pub(crate) clock: Arc<dyn Clock>,
}

impl ScanExpiringKeys {
    /// Stores the notices that are missing, up to a number. Returns how many it stored: after more than none, more may be
    /// missing.
    pub async fn execute(&self) -> Stored<usize> {
        let (now, mut stored) = (self.clock.now(), 0);
        for days in DaysLeft::ALL {
            stored += transact(&*self.storage, move |storage| {
                storage.notices().insert_expiring(days, now, AT_ONCE) //
            })
            .await?;
        }
        Ok(stored)
    }
}
