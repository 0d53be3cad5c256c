use std::sync::Arc;

use portero_domain::{
    company::Company,
    filter::PurchaseFilter,
    gateway::Gateway,
    ids::CompanyId,
    page::{Limit, Page, Start},
    ports::{
        ChargePage, Clock, GatewayAccount, GatewayError, Gateways, ListedCharge, Ports, StorageError, Stored,
        UnitOfWork, VaultError, transact,
    },
    purchase::{OwnCharge, Reconciliation, Span},
};
use thiserror::Error;
use time::Duration;

use super::account::{Accounts, NoAccount};
use crate::Settings;

/// Compares the purchases of a company with the list of a gateway. No transaction is open while the gateway is asked.
pub(super) struct GatewayLists {
    pub(super) storage: Arc<dyn UnitOfWork>,
    clock: Arc<dyn Clock>,
    gateways: Gateways,
    accounts: Accounts,
}

/// Why there is no comparison with a gateway.
#[derive(Debug, Error)]
pub enum ComparisonError {
    /// The gateway does not give its list.
    #[error("{}: {source}", gateway.name())]
    Gateway {
        /// Which gateway.
        gateway: Gateway,
        /// Why.
        source: GatewayError,
    },
    /// One of the lists is too long for one comparison.
    #[error("there are too many charges in the span")]
    TooMany,
    /// The account's key cannot be decrypted.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The store gave no answer.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// How the purchases of a company compare with the list of a gateway.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Comparison {
    pub(super) result: Reconciliation,
    /// The account is the operator's, and other companies charge by it.
    pub(super) is_shared: bool,
}

impl GatewayLists {
    /// The most charges, and the most purchases, of one comparison.
    const MOST: usize = 20_000;

    /// The most rows of one page of purchases.
    const PAGE: Limit = Limit::new(500).unwrap();

    pub(super) fn new(ports: &Ports, settings: &Settings) -> Self {
        Self {
            storage: Arc::clone(&ports.storage),
            clock: Arc::clone(&ports.clock),
            gateways: ports.gateways.clone(),
            accounts: Accounts::new(ports, settings),
        }
    }

    /// Compares the purchases with this gateway in this span, unless the company has no account there. The gateway's list must
    /// be complete within the `patience`.
    pub(super) async fn compare(
        &self,
        company: &Company,
        gateway: Gateway,
        span: Span,
        patience: Duration,
    ) -> Result<Option<Comparison>, ComparisonError> {
        let account = match self.accounts.of(company, gateway) {
            Ok(account) => account,
            Err(NoAccount::NotConfigured) => return Ok(None),
            Err(NoAccount::Vault(error)) => return Err(error.into()),
        };
        let listed = self.listed(&account, gateway, span, patience).await?;
        let own = self.own(&company.id, gateway, span).await?;
        let result = Reconciliation::compare(span, listed, own);
        Ok(Some(Comparison { result, is_shared: company.gateway(gateway).is_none() }))
    }

    /// The gateway's charges.
    async fn listed(
        &self,
        account: &GatewayAccount,
        gateway: Gateway,
        span: Span,
        patience: Duration,
    ) -> Result<Vec<ListedCharge>, ComparisonError> {
        let failed = |source| ComparisonError::Gateway { gateway, source };
        let (from, until) = span.widened();
        let (mut page, mut listed) = (ChargePage { from, until, after: None }, Vec::new());
        let end = self.clock.now().plus(patience);
        loop {
            let charges = self.gateways.of(gateway).charges(account, &page).await.map_err(failed)?;
            let is_stuck = charges.next.is_some() && charges.next == page.after;
            listed.extend(charges.charges);
            if listed.len() > Self::MOST {
                return Err(ComparisonError::TooMany);
            }
            page.after = charges.next;
            if page.after.is_none() {
                return Ok(listed);
            }
            if is_stuck || self.clock.now() >= end {
                return Err(failed(GatewayError::Unavailable));
            }
        }
    }

    /// Our purchases at this gateway. A transaction a page.
    async fn own(&self, company: &CompanyId, gateway: Gateway, span: Span) -> Result<Vec<OwnCharge>, ComparisonError> {
        let (from, until) = span.widened();
        let filter = PurchaseFilter { from: Some(from), until: Some(until), ..PurchaseFilter::default() };
        let (mut start, mut own) = (Start::Beginning, Vec::new());
        loop {
            let (company, filter, page) = (company.clone(), filter.clone(), Page { limit: Some(Self::PAGE), start });
            let listing =
                transact(&*self.storage, move |storage| storage.purchases().list(&company, &filter, page)).await?;
            let of_gateway = listing.items.iter().filter(|purchase| purchase.order.gateway == gateway);
            own.extend(of_gateway.map(OwnCharge::from));
            if own.len() > Self::MOST {
                return Err(ComparisonError::TooMany);
            }
            let Some(next) = listing.next else { return Ok(own) };
            start = Start::After(next);
        }
    }

    /// The company, if it exists.
    pub(super) async fn company(&self, company: CompanyId) -> Stored<Option<Company>> {
        transact(&*self.storage, move |storage| storage.companies().find(&company)).await
    }
}
