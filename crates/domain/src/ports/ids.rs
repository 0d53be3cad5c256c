use crate::ids::{CompanyId, KeyId, RouterId, SessionId};

/// Draws new ids from an unpredictable source.
pub trait Ids: Send + Sync {
    /// A company's; 40 bits, so it may be taken and is then drawn again.
    fn company(&self) -> CompanyId;
    /// A router's; 32 bits, so it may be taken and is then drawn again.
    fn router(&self) -> RouterId;
    /// An API key's: `key_` and 16 letters and digits.
    fn key(&self) -> KeyId;
    /// A session's.
    fn session(&self) -> SessionId;
}
