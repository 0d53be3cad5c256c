use async_trait::async_trait;
use time::Duration;

use crate::Timestamp;

/// Tells the time. A use case asks once, at its start.
#[async_trait]
pub trait Clock: Send + Sync {
    /// The time now.
    fn now(&self) -> Timestamp;

    /// Returns when this span is over.
    async fn sleep(&self, span: Duration);
}
