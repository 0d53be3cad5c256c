use std::{pin::pin, sync::Arc};

use futures_util::{
    FutureExt, StreamExt,
    future::{Either, select},
    stream::FuturesUnordered,
};
use portero_domain::{
    company::Company,
    gateway::Gateway,
    ids::{CompanyId, PurchaseReference},
    notification::{NewNotice, Occasion},
    ports::{Clock, GatewayError, ListedCharge, Stored, transact},
    purchase::{Pair, PaymentStatus, Reconciliation, Span},
};
use time::Duration;

use super::{
    gateway_list::{Comparison, ComparisonError, GatewayLists},
    reported_charges::ReportedCharges,
};
use crate::webhooks::Noted;

/// Compares the purchases of every company with the lists of its gateways, once a day.
///
/// The list of each day is compared on the two days that follow. A purchase that the gateway contradicts is asked about, as
/// after a webhook. A company gets a notice of charges without a purchase.
pub struct ReconcileDaily {
    pub(super) lists: Arc<GatewayLists>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) reports: Arc<ReportedCharges>,
}

/// How a comparison ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ended {
    /// Nothing is left to do until the next day.
    Complete,
    /// A gateway did not answer, or there was too much to do. The rest follows when the claim ends.
    Incomplete,
}

impl ReconcileDaily {
    /// How many companies are compared at the same time.
    const AT_ONCE: usize = 8;
    /// How long a claim lasts: longer than the comparison of a company may take, which is twice the patience, once for each
    /// gateway and once for the questions.
    const LEASE: Duration = Duration::HOUR;
    /// How long the lists of one gateway, or the questions to it, may take.
    const PATIENCE: Duration = Duration::minutes(10);
    /// How long the store is left alone after it had nothing due.
    const PAUSE: Duration = Duration::MINUTE;

    /// Compares companies until none is due, and returns how many were compared. A slow gateway delays only its own company.
    ///
    /// After `stop`, comparisons under way are dropped. They begin again when their claims end. An error of one company is
    /// returned when all others are done.
    pub async fn execute(&self, stop: impl Future<Output = ()>) -> Stored<usize> {
        let (mut running, mut compared, mut failure) = (FuturesUnordered::new(), 0, None);
        let (mut stop, mut idle) = (pin!(stop.fuse()), false);
        loop {
            let room = Self::AT_ONCE.saturating_sub(running.len());
            if !idle && room > 0 && failure.is_none() {
                match self.claim(room).await {
                    Ok(claimed) => {
                        idle = claimed.is_empty();
                        running.extend(claimed.into_iter().map(|company| self.company(company)));
                    }
                    Err(error) => failure = Some(error),
                }
                continue;
            }
            if running.is_empty() {
                return failure.map_or(Ok(compared), Err);
            }
            match select(running.next(), select(&mut stop, pin!(self.clock.sleep(Self::PAUSE)))).await {
                Either::Left((Some(Err(error)), _)) => failure = failure.or(Some(error)),
                Either::Left((ended, _)) => compared += usize::from(ended.is_some()),
                Either::Right((Either::Left(_), _)) => return failure.map_or(Ok(compared), Err),
                Either::Right((Either::Right(_), _)) => idle = false,
            }
        }
    }

    async fn claim(&self, room: usize) -> Stored<Vec<CompanyId>> {
        let limit = u16::try_from(room).unwrap_or(u16::MAX);
        transact(&*self.lists.storage, move |storage| storage.reconciliations().claim_due(limit, Self::LEASE)).await
    }

    async fn company(&self, id: CompanyId) -> Stored<()> {
        let Some(company) = self.lists.company(id).await? else { return Ok(()) };
        let span = Span::last_two_days(self.clock.now());
        let mut ended = Ended::Complete;
        for gateway in Gateway::ALL {
            if self.gateway(&company, gateway, span).await? == Ended::Incomplete {
                ended = Ended::Incomplete;
            }
        }
        if ended == Ended::Complete {
            transact(&*self.lists.storage, move |storage| storage.reconciliations().settle(&company.id)).await?;
        }
        Ok(())
    }

    async fn gateway(&self, company: &Company, gateway: Gateway, span: Span) -> Stored<Ended> {
        match self.lists.compare(company, gateway, span, Self::PATIENCE).await {
            Ok(Some(comparison)) => self.mend(&company.id, gateway, comparison).await,
            Ok(None) => Ok(Ended::Complete),
            Err(ComparisonError::Storage(error)) => Err(error),
            Err(error) => self.failed(&company.id, gateway, &error).await,
        }
    }

    /// Reports why there is no comparison.
    async fn failed(&self, company: &CompanyId, gateway: Gateway, error: &ComparisonError) -> Stored<Ended> {
        let name = gateway.name();
        tracing::warn!(%company, gateway = name, "purchases were not compared with the gateway: {error}");
        match error {
            ComparisonError::Gateway { source: GatewayError::Unavailable, .. } => Ok(Ended::Incomplete),
            ComparisonError::Gateway { source: GatewayError::Credentials, .. } => {
                let occasion = Occasion::CredentialsRefused(gateway);
                let notice = NewNotice::daily(company.clone(), occasion, self.clock.now());
                transact(&*self.lists.storage, move |storage| storage.notices().insert(&notice)).await?;
                Ok(Ended::Complete)
            }
            // Another try finds the same.
            _ => Ok(Ended::Complete),
        }
    }

    /// Asks about the charges that took money at the gateway and that Portero sees in another way.
    async fn mend(&self, company: &CompanyId, gateway: Gateway, comparison: Comparison) -> Stored<Ended> {
        let Comparison { result, is_shared } = comparison;
        let Reconciliation { only_gateway, different, under_way, .. } = result;
        let end = self.clock.now().plus(Self::PATIENCE);
        // What names no purchase was not charged by Portero.
        let alone: Vec<_> = only_gateway.into_iter().filter(|listed| listed.purchase.is_some()).collect();
        let pairs = different.into_iter().chain(under_way).map(|Pair { listed, .. }| listed);
        let contradicting = pairs.filter(|listed| {
            let status = listed.answer.status();
            matches!(status, PaymentStatus::Paid | PaymentStatus::Refunded | PaymentStatus::ChargedBack)
        });
        let mut ended = Ended::Complete;
        for listed in alone.iter().cloned().chain(contradicting) {
            if self.clock.now() >= end {
                return Ok(Ended::Incomplete);
            }
            let noted = self.reports.ask(company, gateway, &listed.charge).await?;
            if noted == Noted::TryLater {
                ended = Ended::Incomplete;
            }
        }
        self.tell(company, gateway, is_shared, alone).await?;
        Ok(ended)
    }

    /// Tells of the paid charges that still no purchase stands for.
    async fn tell(
        &self,
        company: &CompanyId,
        gateway: Gateway,
        is_shared: bool,
        mut charges: Vec<ListedCharge>,
    ) -> Stored<()> {
        charges.retain(|listed| listed.answer.status() == PaymentStatus::Paid);
        if charges.is_empty() {
            return Ok(());
        }
        let company = company.clone();
        transact(&*self.lists.storage, move |storage| {
            let references: Vec<PurchaseReference> =
                charges.iter().filter_map(|listed| listed.purchase.clone()).collect();
            let known = storage.purchases().known_references(&references)?;
            for listed in charges {
                let Some(purchase) = &listed.purchase else { continue };
                let own = storage.purchases().find_by_reference(&company, purchase)?;
                // A purchase that stands for this charge, or one of another company that has the same account.
                let is_ours = own.as_ref().is_some_and(|own| own.charge.as_ref() == Some(&listed.charge));
                let is_others = own.is_none() && known.contains(purchase);
                if is_ours || is_others {
                    continue;
                }
                let (name, charge) = (gateway.name(), listed.charge.as_str());
                tracing::warn!(%company, gateway = name, charge, %purchase, "no purchase stands for a charge of the gateway");
                // The company of a charge is unknown if it was made by the operator's account.
                if own.is_some() || !is_shared {
                    let occasion = Occasion::UnknownCharges(gateway);
                    storage.notices().insert(&NewNotice::daily(company.clone(), occasion, listed.created_at))?;
                }
            }
            Ok(())
        })
        .await
    }
}
