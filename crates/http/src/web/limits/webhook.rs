use actix_web::HttpRequest;
use portero_domain::{gateway::Gateway, ids::CompanyId};

use super::{Exceeded, Limits, visitor};

impl Limits {
    /// Counts a webhook from this address, before any work for it.
    pub fn webhook(&self, request: &HttpRequest) -> Result<(), Exceeded> {
        self.webhook_addresses.take(&visitor(request))
    }

    /// Counts a webhook of this company's account, before it is stored.
    ///
    /// The webhook is verified, where the company can verify it. So a stranger cannot use up the limit of such a company.
    /// The limit bounds the rows that a stranger can add to any other company.
    pub fn webhook_account(&self, company: &CompanyId, gateway: Gateway) -> Result<(), Exceeded> {
        self.webhook_accounts.take(&(company.clone(), gateway))
    }
}
