use crate::Timestamp;

/// Tells the time. A use case asks once, at its start.
pub trait Clock: Send + Sync {
    /// The time now.
    fn now(&self) -> Timestamp;
}
