use std::sync::Arc;

use portero_domain::{
    ids::CompanyId,
    page::{Listing, Page},
    ports::{Stored, UnitOfWork, transact},
    transaction::Transaction,
};

/// Lists a company's transactions, newest first.
pub struct ListTransactions {
    pub(crate) storage: Arc<dyn UnitOfWork>,
}

impl ListTransactions {
    /// This part of the company's transactions.
    pub async fn execute(&self, company: CompanyId, page: Page<Transaction>) -> Stored<Listing<Transaction>> {
        transact(&*self.storage, move |storage| storage.transactions().list(&company, page)).await
    }
}
