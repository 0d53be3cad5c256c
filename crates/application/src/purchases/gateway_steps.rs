use portero_domain::{
    base_url::BaseUrl,
    company::Company,
    gateway::Gateway,
    ids::{CompanyId, PurchaseReference},
    money::Money,
    ports::{
        Buyer, Card, ChargeOrder, ChargeQuery, GatewayAccount, GatewayError, Gateways, RefundOrder, Stored, transact,
    },
    purchase::{
        ChargeAnswer, ChargeId, Charging, Outcome, Purchase, Refund, RefundAnswer, RefundProblem, RequestProblem, Stage,
    },
    text::Phone,
};

use super::account::{AccountError, Accounts, NoAccount};

/// Where Mercado Pago reports changes of a payment.
const WEBHOOK: &str = "/api/v1/webhook/mercado-pago?source_news=webhooks";

/// The steps of a purchase at its gateway.
pub(super) struct GatewaySteps {
    pub(super) gateways: Gateways,
    pub(super) accounts: Accounts,
    pub(super) public_base_url: Option<BaseUrl>,
}

/// A card that this process holds in memory, and what else a charge needs.
pub(super) struct CardInHand {
    pub(super) card: Card,
    pub(super) return_url: Option<String>,
}

impl GatewaySteps {
    /// Sends the charge.
    pub(super) async fn charge(&self, purchase: &Purchase, hand: &CardInHand) -> Outcome {
        let answer = match self.account(purchase).await {
            Ok((account, company)) => {
                let order = self.order(purchase, hand, &company);
                self.gateways.of(purchase.order.gateway).charge(&account, &order).await
            }
            // Nothing was sent.
            Err(AccountError::NoAccount(_)) => ChargeAnswer::Rejected(RequestProblem::Credentials),
            Err(AccountError::Storage(_)) => ChargeAnswer::NotSent,
        };
        Outcome::Charged(answer)
    }

    /// Asks about the charge.
    pub(super) async fn find(&self, purchase: &Purchase, charge: Option<ChargeId>) -> Outcome {
        let answer = match self.account(purchase).await {
            Ok((account, _)) => self.gateways.of(purchase.order.gateway).find(&account, &query(purchase, charge)).await,
            Err(_) => ChargeAnswer::Unknown(None),
        };
        Outcome::Found(answer)
    }

    /// Cancels the charge.
    pub(super) async fn cancel(&self, purchase: &Purchase, charge: ChargeId) -> Outcome {
        let answer = match self.account(purchase).await {
            Ok((account, _)) => {
                self.gateways.of(purchase.order.gateway).cancel(&account, &query(purchase, Some(charge))).await
            }
            Err(_) => ChargeAnswer::Unknown(None),
        };
        Outcome::Found(answer)
    }

    /// Makes this refund. The refunds before it were of this sum.
    pub(super) async fn refund(
        &self,
        purchase: &Purchase,
        charge: ChargeId,
        refund: &Refund,
        before: Money,
    ) -> RefundAnswer {
        let account = match self.account(purchase).await {
            Ok((account, _)) => account,
            Err(AccountError::NoAccount(NoAccount::NotConfigured)) => {
                return RefundAnswer::Refused(RefundProblem::Credentials);
            }
            Err(_) => return RefundAnswer::Unknown(None),
        };
        let order = RefundOrder {
            purchase: purchase.order.reference.clone(),
            number: refund.number,
            charge,
            amount: refund.amount,
            refunded_before: before,
        };
        self.gateways.of(purchase.order.gateway).refund(&account, &order).await
    }

    /// The purchase that this charge of a company names. `None` also if the company has no account with the gateway.
    pub(super) async fn purchase_of(
        &self,
        company: CompanyId,
        gateway: Gateway,
        charge: &ChargeId,
    ) -> Stored<Result<Option<PurchaseReference>, GatewayError>> {
        let Some(company) = self.company(company).await? else { return Ok(Ok(None)) };
        match self.accounts.of(&company, gateway) {
            Ok(account) => Ok(self.gateways.of(gateway).purchase_of(&account, charge).await),
            Err(NoAccount::NotConfigured) => Ok(Ok(None)),
            Err(NoAccount::Vault(_)) => Ok(Err(GatewayError::Unavailable)),
        }
    }

    async fn account(&self, purchase: &Purchase) -> Result<(GatewayAccount, Company), AccountError> {
        let company = self.company(purchase.order.company.clone()).await?.ok_or(NoAccount::NotConfigured)?;
        Ok((self.accounts.of(&company, purchase.order.gateway)?, company))
    }

    async fn company(&self, company: CompanyId) -> Stored<Option<Company>> {
        transact(&*self.accounts.storage, move |storage| storage.companies().find(&company)).await
    }

    fn order(&self, purchase: &Purchase, hand: &CardInHand, company: &Company) -> ChargeOrder {
        let order = &purchase.order;
        let customer = &order.customer;
        ChargeOrder {
            purchase: order.reference.clone(),
            terms: order.terms,
            title: order.title.clone(),
            buyer: Buyer {
                name: customer.name.clone(),
                email: customer.email.clone(),
                phone: customer.phone.clone().or_else(|| company.contact_phone.clone()).unwrap_or_else(Phone::unknown),
            },
            card: hand.card.clone(),
            return_url: hand.return_url.clone().filter(|_| company.three_ds),
            // The query asks for webhooks alone. Without it an older kind of message follows, which is not signed.
            notification_url: self.public_base_url.as_ref().map(|url| url.at(WEBHOOK)),
        }
    }
}

fn query(purchase: &Purchase, charge: Option<ChargeId>) -> ChargeQuery {
    let sent_at = match purchase.progress.stage() {
        Stage::Charging(Charging { since, .. }) => *since,
        _ => purchase.progress.opened_at(),
    };
    ChargeQuery { purchase: purchase.order.reference.clone(), charge, sent_at }
}
