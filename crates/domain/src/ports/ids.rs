use crate::{
    ids::{CompanyId, KeyId, LogoTag, ProcessId, PurchaseReference, RouterId, SessionId, WebhookToken},
    purchase::{GuestCredentials, GuestKind},
};

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
    /// A purchase's reference: `compra_` and 26 letters and digits.
    fn purchase(&self) -> PurchaseReference;
    /// The name and the password of a hotspot user: `PT-` and 6 letters or digits that are not mixed up in reading, and 6
    /// digits. A PIN is `PT-` and 8 digits. A name may be taken on its router, and is then drawn again.
    fn guest(&self, kind: GuestKind) -> GuestCredentials;
    /// A process's.
    fn process(&self) -> ProcessId;
    /// A tag of a logo's file. Of two uploads in a row, one in 16 million has the tag of the other.
    fn logo_tag(&self) -> LogoTag;
}
