use async_trait::async_trait;
use portero_domain::{
    ids::{CompanyId, PurchaseReference},
    notification::{PurchaseEvent, PurchaseNotice},
};

use super::NoticeError;

/// The part that knows the content of a purchase's notices.
#[async_trait]
pub trait PurchaseNotices: Send + Sync {
    /// The content of the notice of this event. `None` if there is no such purchase any more, or no such event of it. Then
    /// nothing is sent. `occurrence` is that of the stored notice, such as the number of a refund.
    async fn load(
        &self,
        company: &CompanyId,
        reference: &PurchaseReference,
        event: PurchaseEvent,
        occurrence: i64,
    ) -> Result<Option<PurchaseNotice>, NoticeError>;
}
