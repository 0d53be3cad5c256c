use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use portero_domain::{
    Timestamp,
    ids::PurchaseReference,
    money::Money,
    ports::{
        CardGateway, ChargeOrder, ChargePage, ChargeQuery, Charges, GatewayAccount, GatewayError, ListedCharge,
        RefundOrder,
    },
    purchase::{ChargeAnswer, ChargeId, DeclineReason, Receipt, RefundAnswer, RefundProblem, Terms},
};

/// A payment gateway in memory. Its clones are the same gateway.
///
/// It charges every card and keeps what it charged. A test hands it the answers that it gives instead.
#[derive(Clone, Debug, Default)]
pub struct FakeGateway(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    charges: Vec<FakeCharge>,
    next_charges: VecDeque<ChargeAnswer>,
    next_finds: VecDeque<ChargeAnswer>,
    next_refunds: VecDeque<RefundAnswer>,
    refuses_credentials: bool,
    is_silent: bool,
    orders: Vec<(GatewayAccount, ChargeOrder)>,
    listed: Vec<ListedCharge>,
}

/// A charge at the gateway.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FakeCharge {
    /// The purchase.
    pub purchase: PurchaseReference,
    /// What was charged.
    pub terms: Terms,
    /// What went back.
    pub refunded: Money,
}

impl FakeGateway {
    /// A gateway that charges every card.
    pub fn new() -> Self {
        Self::default()
    }

    /// The charges so far.
    pub fn charges(&self) -> Vec<FakeCharge> {
        self.state().charges.clone()
    }

    /// Adds a charge that this test did not make, as of another process. Questions about it get its answer.
    pub fn list(&self, charge: ListedCharge) {
        self.state().listed.push(charge);
    }

    /// The requests to charge so far, whatever became of them.
    pub fn orders(&self) -> Vec<ChargeOrder> {
        self.state().orders.iter().map(|(_, order)| order.clone()).collect()
    }

    /// The accounts of these requests.
    pub fn accounts(&self) -> Vec<GatewayAccount> {
        self.state().orders.iter().map(|(account, _)| account.clone()).collect()
    }

    /// Carries out requests to charge from now on, and answers nothing. It refunds nothing.
    pub fn fall_silent(&self) {
        self.state().is_silent = true;
    }

    /// Answers again.
    pub fn recover(&self) {
        self.state().is_silent = false;
    }

    /// Answers the next request to charge so. [`ChargeAnswer::Paid`], [`ChargeAnswer::Pending`] and
    /// [`ChargeAnswer::Unknown`] charge the card, the others do not.
    pub fn answer_charge(&self, answer: ChargeAnswer) {
        self.state().next_charges.push_back(answer);
    }

    /// Answers the next question about a charge so.
    pub fn answer_find(&self, answer: ChargeAnswer) {
        self.state().next_finds.push_back(answer);
    }

    /// Answers the next refund so, and refunds nothing.
    pub fn answer_refund(&self, answer: RefundAnswer) {
        self.state().next_refunds.push_back(answer);
    }

    /// Refuses the credentials of every account from now on.
    pub fn refuse_credentials(&self) {
        self.state().refuses_credentials = true;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn answer(&self, purchase: &PurchaseReference) -> ChargeAnswer {
        let Some(place) = self.charges.iter().position(|charge| charge.purchase == *purchase) else {
            return ChargeAnswer::Absent;
        };
        let (charge, id) = (&self.charges[place], charge_id(place));
        if charge.refunded == charge.terms.amount {
            return ChargeAnswer::Refunded(id);
        }
        ChargeAnswer::Paid(Receipt { charge: id, terms: Some(charge.terms) })
    }
}

/// The identity of the charge at this place of the list.
fn charge_id(place: usize) -> ChargeId {
    ChargeId::parse(&format!("charge-{}", place + 1)).expect("a charge id")
}

#[async_trait]
impl CardGateway for FakeGateway {
    async fn charge(&self, account: &GatewayAccount, order: &ChargeOrder) -> ChargeAnswer {
        let mut state = self.state();
        state.orders.push((account.clone(), order.clone()));
        let next = state.next_charges.pop_front().or_else(|| state.is_silent.then_some(ChargeAnswer::Unknown(None)));
        if matches!(next, None | Some(ChargeAnswer::Paid(_) | ChargeAnswer::Pending(_) | ChargeAnswer::Unknown(_))) {
            let charge = FakeCharge { purchase: order.purchase.clone(), terms: order.terms, refunded: Money::ZERO };
            state.charges.push(charge);
        }
        next.unwrap_or_else(|| state.answer(&order.purchase))
    }

    async fn find(&self, _: &GatewayAccount, query: &ChargeQuery) -> ChargeAnswer {
        let mut state = self.state();
        let next = state.next_finds.pop_front().or_else(|| state.is_silent.then_some(ChargeAnswer::Unknown(None)));
        let listed = state.listed.iter().find(|listed| query.charge.as_ref() == Some(&listed.charge));
        next.or_else(|| listed.map(|listed| listed.answer.clone())).unwrap_or_else(|| state.answer(&query.purchase))
    }

    async fn cancel(&self, _: &GatewayAccount, _: &ChargeQuery) -> ChargeAnswer {
        ChargeAnswer::Declined(None, DeclineReason::Cancelled)
    }

    async fn refund(&self, _: &GatewayAccount, order: &RefundOrder) -> RefundAnswer {
        let mut state = self.state();
        let next = state.next_refunds.pop_front().or_else(|| state.is_silent.then_some(RefundAnswer::Unknown(None)));
        if let Some(answer) = next {
            return answer;
        }
        let Some(charge) = state.charges.iter_mut().find(|charge| charge.purchase == order.purchase) else {
            return RefundAnswer::Refused(RefundProblem::WrongState);
        };
        let sum = order.refunded_before.minor() + order.amount.minor();
        charge.refunded = Money::from_minor(sum).expect("a sum of refunds");
        RefundAnswer::Done
    }

    async fn purchase_of(
        &self,
        _: &GatewayAccount,
        charge: &ChargeId,
    ) -> Result<Option<PurchaseReference>, GatewayError> {
        let state = self.state();
        let found = state.charges.iter().enumerate().find(|(place, _)| charge_id(*place) == *charge);
        let own = found.map(|(_, charge)| charge.purchase.clone());
        let listed = || state.listed.iter().find(|listed| listed.charge == *charge)?.purchase.clone();
        Ok(own.or_else(listed))
    }

    async fn charges(&self, _: &GatewayAccount, page: &ChargePage) -> Result<Charges, GatewayError> {
        let state = self.state();
        if state.refuses_credentials {
            return Err(GatewayError::Credentials);
        }
        if state.is_silent {
            return Err(GatewayError::Unavailable);
        }
        let own = state.charges.iter().enumerate().map(|(place, charge)| ListedCharge {
            charge: charge_id(place),
            purchase: Some(charge.purchase.clone()),
            created_at: moment(page),
            answer: state.answer(&charge.purchase),
            terms: Some(charge.terms),
            refunded: charge.refunded,
        });
        let in_span = |listed: &&ListedCharge| page.from <= listed.created_at && listed.created_at <= page.until;
        let mut all = own.chain(state.listed.iter().filter(in_span).cloned());
        let start = page.after.as_ref().map_or(0, |after| after.parse().expect("a place in the list"));
        let charges: Vec<_> = all.by_ref().skip(start).take(PAGE).collect();
        let next = all.next().map(|_| (start + PAGE).to_string());
        Ok(Charges { charges, next })
    }

    async fn owner(&self, _: &GatewayAccount) -> Result<Option<String>, GatewayError> {
        if self.state().refuses_credentials { Err(GatewayError::Credentials) } else { Ok(Some("123456789".to_owned())) }
    }
}

/// How many charges are on one page of the list.
const PAGE: usize = 3;

/// The fake keeps no times: every charge that it made is of the first moment that is asked for.
const fn moment(page: &ChargePage) -> Timestamp {
    page.from
}
