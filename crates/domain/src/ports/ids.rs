use crate::ids::{CompanyId, KeyId, RouterId, SessionId, WebhookToken};

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
    /// A token for the address of a company's webhook; 165 bits.
    fn webhook_token(&self) -> WebhookToken;
}
