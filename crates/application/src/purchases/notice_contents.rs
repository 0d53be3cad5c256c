use std::sync::Arc;

use async_trait::async_trait;
use portero_domain::{
    ids::{CompanyId, PurchaseReference},
    notification::{GuestAccess, PurchaseEvent, PurchaseNews, PurchaseNotice},
    ports::{StorageError, UnitOfWork, transact},
    purchase::{
        Cause, DeclineReason, GuestKind, ManualCause, PaymentStatus, Purchase, Refund, RefundCause, RefundState,
        StageParts, Unpaid,
    },
    secret::Secret,
};

use super::guest_secrets::GuestSecrets;
use crate::notifications::{NoticeError, PurchaseNotices};

/// Reads what notices say of purchases, at the time of sending.
pub(super) struct NoticeContents {
    pub(super) storage: Arc<dyn UnitOfWork>,
    pub(super) secrets: GuestSecrets,
}

#[async_trait]
impl PurchaseNotices for NoticeContents {
    async fn load(
        &self,
        company: &CompanyId,
        reference: &PurchaseReference,
        event: PurchaseEvent,
        occurrence: i64,
    ) -> Result<Option<PurchaseNotice>, NoticeError> {
        let (company, reference) = (company.clone(), reference.clone());
        let found = transact(&*self.storage, move |storage| {
            let Some(purchase) = storage.purchases().find_by_reference(&company, &reference)? else { return Ok(None) };
            let Some(company) = storage.companies().find(&company)? else { return Ok(None) };
            let refunds = storage.purchases().refunds(&company.id, purchase.id)?;
            Ok::<_, StorageError>(Some((purchase, company, refunds)))
        })
        .await?;
        let Some((purchase, company, refunds)) = found else { return Ok(None) };
        let refund = refunds.iter().find(|refund| i64::from(refund.number) == occurrence);
        let Some(news) = self.news(&purchase, event, refund)? else { return Ok(None) };
        let amount = match (&news, refund) {
            (PurchaseNews::Refunded(_), Some(refund)) => refund.amount,
            _ => purchase.order.terms.amount,
        };
        Ok(Some(PurchaseNotice {
            company: company.name,
            plan: purchase.order.title,
            amount,
            currency: purchase.order.terms.currency,
            customer: Some(purchase.order.customer.name),
            email: Some(purchase.order.customer.email),
            charge: purchase.charge,
            reference: purchase.order.reference,
            news,
        }))
    }
}

impl NoticeContents {
    fn news(
        &self,
        purchase: &Purchase,
        event: PurchaseEvent,
        refund: Option<&Refund>,
    ) -> Result<Option<PurchaseNews>, NoticeError> {
        let cause = StageParts::from(purchase.progress.stage()).cause;
        Ok(Some(match event {
            PurchaseEvent::Paid => PurchaseNews::Paid(self.access(purchase)?),
            PurchaseEvent::Declined => PurchaseNews::Declined(match cause {
                Some(Cause::Unpaid(Unpaid::Declined(reason))) => reason,
                _ => DeclineReason::Declined,
            }),
            PurchaseEvent::Refunded => PurchaseNews::Refunded(match refund {
                Some(Refund { requested_by: None, .. }) => RefundCause::NotDelivered,
                _ => RefundCause::Requested,
            }),
            PurchaseEvent::Manual if purchase.status() == PaymentStatus::ChargedBack => PurchaseNews::ChargedBack,
            PurchaseEvent::Manual => match (cause, refund) {
                (Some(Cause::Manual(cause)), _) => PurchaseNews::Manual(cause),
                (_, Some(Refund { state: RefundState::Refused(problem), .. })) => {
                    PurchaseNews::Manual(ManualCause::RefundRefused(*problem))
                }
                // A person has decided meanwhile.
                _ => return Ok(None),
            },
        }))
    }

    fn access(&self, purchase: &Purchase) -> Result<GuestAccess, NoticeError> {
        let credentials = self.secrets.decrypt(purchase);
        let company = || purchase.order.company.clone();
        let credentials = credentials.map_err(|source| NoticeError::Vault { company: company(), source })?;
        let name = Secret::new(credentials.name.as_str().to_owned());
        Ok(match purchase.guest.kind() {
            GuestKind::UserAndPassword => {
                let password = Secret::new(credentials.password.expose().shown().into_owned());
                GuestAccess::User { name, password }
            }
            GuestKind::Pin => GuestAccess::Pin(name),
        })
    }
}
