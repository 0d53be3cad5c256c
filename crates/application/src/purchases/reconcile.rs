use std::sync::Arc;

use portero_domain::{
    company::CompanyInactive,
    gateway::Gateway,
    ports::{StorageError, transact},
    purchase::{Reconciliation, Span},
};
use thiserror::Error;
use time::Duration;

use super::gateway_list::{ComparisonError, GatewayLists};
use crate::Mandate;

/// Compares the purchases of a company with the lists of its payment gateways.
pub struct Reconcile {
    pub(super) lists: Arc<GatewayLists>,
}

/// Why there is no comparison.
#[derive(Debug, Error)]
pub enum ReconcileError {
    /// There is no such company.
    #[error("there is no such company")]
    NotFound,
    /// The company is inactive, and its own admin asks.
    #[error(transparent)]
    CompanyInactive(#[from] CompanyInactive),
    /// A gateway or the store gives no list.
    #[error(transparent)]
    Comparison(#[from] ComparisonError),
    /// The store gave no answer.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl Reconcile {
    /// How long the lists of one gateway may take while a person waits.
    const PATIENCE: Duration = Duration::seconds(60);

    /// The comparison with each gateway where the company has an account.
    ///
    /// Other companies may charge by the operator's account. There, charges that no purchase of the company stands for are left
    /// out.
    pub async fn execute(
        &self,
        mandate: Mandate,
        span: Span,
    ) -> Result<Vec<(Gateway, Reconciliation)>, ReconcileError> {
        let company = transact(&*self.lists.storage, move |storage| {
            let company = mandate.enter(storage)??;
            storage.companies().find(&company)?.ok_or(ReconcileError::NotFound)
        })
        .await?;
        let mut results = Vec::new();
        for gateway in Gateway::ALL {
            let compared = self.lists.compare(&company, gateway, span, Self::PATIENCE).await?;
            if let Some(mut comparison) = compared {
                if comparison.is_shared {
                    comparison.result.only_gateway.clear();
                }
                results.push((gateway, comparison.result));
            }
        }
        Ok(results)
    }
}
