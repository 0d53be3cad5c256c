//! The comparison of a gateway's list of charges with our own purchases.

use std::collections::{HashMap, HashSet};

use thiserror::Error;
use time::Duration;

use super::{ChargeAnswer, ChargeId, Income, PaymentStatus, Purchase, Stage, Terms};
use crate::{
    Timestamp,
    ids::{PurchaseId, PurchaseReference},
    money::Money,
    ports::ListedCharge,
};

/// A span of time whose charges are compared. It has a length of [`Span::LONGEST`] at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    from: Timestamp,
    until: Timestamp,
}

/// Why two moments are no span.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum SpanError {
    /// It ends before it begins, or at the same moment.
    #[error("the span is empty")]
    Empty,
    /// It is longer than [`Span::LONGEST`].
    #[error("the span is too long")]
    TooLong,
}

impl Span {
    /// The longest span.
    pub const LONGEST: Duration = Duration::days(31);

    /// How far around the span both lists are read. A purchase is opened before its charge, and clocks differ.
    pub const EDGE: Duration = Duration::minutes(15);

    /// The span from the first moment on, before the second one.
    pub fn new(from: Timestamp, until: Timestamp) -> Result<Self, SpanError> {
        match until.since(from) {
            length if !length.is_positive() => Err(SpanError::Empty),
            length if length > Self::LONGEST => Err(SpanError::TooLong),
            _ => Ok(Self { from, until }),
        }
    }

    /// The two whole days (UTC) before the day of this moment.
    pub fn last_two_days(now: Timestamp) -> Self {
        let today = Timestamp::new(now.get().replace_time(time::Time::MIDNIGHT));
        Self { from: today.plus(Duration::days(-2)), until: today }
    }

    /// Whether the moment is in the span.
    pub fn contains(self, moment: Timestamp) -> bool {
        self.from <= moment && moment < self.until
    }

    /// The first and the last moment of the lists to compare: see [`Span::EDGE`].
    pub fn widened(self) -> (Timestamp, Timestamp) {
        (self.from.plus(-Self::EDGE), self.until.plus(Self::EDGE))
    }
}

/// A purchase of ours, as far as it is compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnCharge {
    /// The row's identity.
    pub id: PurchaseId,
    /// The purchase.
    pub purchase: PurchaseReference,
    /// Its charge, since the gateway has named it.
    pub charge: Option<ChargeId>,
    /// When the purchase was opened.
    pub opened_at: Timestamp,
    /// Where the payment stands.
    pub status: PaymentStatus,
    /// Whether the payment, or a refund of it, is still under way.
    pub is_under_way: bool,
    /// What was to be charged.
    pub terms: Terms,
    /// What went back.
    pub refunded: Money,
}

impl From<&Purchase> for OwnCharge {
    fn from(purchase: &Purchase) -> Self {
        let status = purchase.status();
        let refunding = purchase.refund_due || matches!(purchase.progress.stage(), Stage::Refunding { .. });
        Self {
            id: purchase.id,
            purchase: purchase.order.reference.clone(),
            charge: purchase.charge.clone(),
            opened_at: purchase.progress.opened_at(),
            status,
            is_under_way: refunding || !is_decided(status),
            terms: purchase.order.terms,
            refunded: purchase.refunded,
        }
    }
}

/// A charge that both sides have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    /// The gateway's charge.
    pub listed: ListedCharge,
    /// Our purchase.
    pub own: OwnCharge,
}

/// How a gateway's list and our purchases compare, in a span of time.
///
/// Only charges that took money on either side are in it. The gateway's time decides in which span a pair is, so two spans
/// that follow one another have each pair once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reconciliation {
    /// How many charges both sides have, with the same state and terms.
    pub matched: u64,
    /// The sums of what they charged, for each currency.
    pub matched_amounts: Vec<Income>,
    /// The charges that no purchase of ours stands for.
    pub only_gateway: Vec<ListedCharge>,
    /// Our purchases that the gateway has no charge for.
    pub only_here: Vec<OwnCharge>,
    /// The charges whose state or terms differ.
    pub different: Vec<Pair>,
    /// The charges that took money at the gateway, while the purchase is not decided yet or a refund is under way.
    pub under_way: Vec<Pair>,
}

impl Reconciliation {
    /// Compares the two lists, which are of the [widened](Span::widened) span.
    pub fn compare(span: Span, listed: Vec<ListedCharge>, own: Vec<OwnCharge>) -> Self {
        let mut result = Self::default();
        let by_charge: HashMap<ChargeId, usize> =
            own.iter().enumerate().filter_map(|(place, own)| Some((own.charge.clone()?, place))).collect();
        let by_reference: HashMap<PurchaseReference, usize> =
            own.iter().enumerate().map(|(place, own)| (own.purchase.clone(), place)).collect();
        let (mut seen, mut paired) = (HashSet::new(), HashSet::new());
        for listed in listed {
            // A list that grows while its pages are read may show a charge twice.
            if !seen.insert(listed.charge.clone()) {
                continue;
            }
            // A purchase that knows its charge stands for that charge alone: a second charge of it stays alone.
            let named = listed.purchase.as_ref().and_then(|purchase| by_reference.get(purchase).copied());
            let named = named.filter(|&place| own[place].charge.is_none());
            let Some(place) = by_charge.get(&listed.charge).copied().or(named) else {
                if span.contains(listed.created_at) && took_money(listed.answer.status()) {
                    result.only_gateway.push(listed);
                }
                continue;
            };
            paired.insert(place);
            if span.contains(listed.created_at) {
                result.add_pair(listed, &own[place]);
            }
        }
        let alone = own.into_iter().enumerate().filter(|(place, _)| !paired.contains(place)).map(|(_, own)| own);
        let counts = |own: &OwnCharge| span.contains(own.opened_at) && !own.is_under_way && took_money(own.status);
        result.only_here = alone.filter(counts).collect();
        result
    }

    fn add_pair(&mut self, listed: ListedCharge, own: &OwnCharge) {
        let there = listed.answer.status();
        if !took_money(there) && !took_money(own.status) {
            return;
        }
        if own.is_under_way {
            if took_money(there) {
                self.under_way.push(Pair { listed, own: own.clone() });
            }
        } else if is_same(&listed, own) {
            self.matched += 1;
            self.add_amount(own.terms);
        } else {
            self.different.push(Pair { listed, own: own.clone() });
        }
    }

    fn add_amount(&mut self, terms: Terms) {
        let known = self.matched_amounts.iter_mut().find(|income| income.currency == terms.currency);
        match known {
            Some(income) => {
                let sum = income.amount.minor().saturating_add(terms.amount.minor());
                income.amount = Money::from_minor(sum).unwrap_or(income.amount);
            }
            None => self.matched_amounts.push(Income { currency: terms.currency, amount: terms.amount }),
        }
    }
}

/// Whether both sides say the same. A purchase that waits for a person is paid, as far as the money goes.
fn is_same(listed: &ListedCharge, own: &OwnCharge) -> bool {
    let here = if own.status == PaymentStatus::Manual { PaymentStatus::Paid } else { own.status };
    // What went back of a charge that went back as a whole is not compared: gateways differ in what they sum up.
    let refunds_agree = here != PaymentStatus::Paid || listed.refunded == own.refunded;
    listed.answer.status() == here && listed.terms == Some(own.terms) && refunds_agree
}

/// Whether it is known whether the card was charged.
const fn is_decided(status: PaymentStatus) -> bool {
    !matches!(status, PaymentStatus::Pending | PaymentStatus::Confirming)
}

/// Whether the card was charged, although the money may have gone back since.
const fn took_money(status: PaymentStatus) -> bool {
    is_decided(status) && !matches!(status, PaymentStatus::Failed)
}

impl ChargeAnswer {
    /// Where the payment stands by this answer.
    pub const fn status(&self) -> PaymentStatus {
        match self {
            Self::Paid(_) => PaymentStatus::Paid,
            Self::Refunded(_) => PaymentStatus::Refunded,
            Self::ChargedBack(_) => PaymentStatus::ChargedBack,
            Self::Declined(..) | Self::Rejected(_) | Self::Absent | Self::NotSent => PaymentStatus::Failed,
            Self::Pending(_) | Self::NeedsCardholder(..) | Self::Authorized(_) | Self::Unknown(_) => {
                PaymentStatus::Confirming
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;
    use crate::{
        money::Currency,
        purchase::{DeclineReason, Receipt},
    };

    const PRICE: i64 = 2_500;

    fn at(minutes: i64) -> Timestamp {
        Timestamp::new(datetime!(2025-01-15 00:00 UTC)).plus(Duration::minutes(minutes))
    }

    /// A day.
    fn span() -> Span {
        Span::new(at(0), at(1_440)).unwrap()
    }

    fn terms(minor: i64) -> Terms {
        Terms { amount: Money::from_minor(minor).unwrap(), currency: Currency::Mxn, live: false }
    }

    fn charge(number: u32) -> ChargeId {
        ChargeId::parse(&format!("ord_{number}")).unwrap()
    }

    fn reference(number: u32) -> PurchaseReference {
        PurchaseReference::parse(&format!("compra_{number:026}")).unwrap()
    }

    fn answer(status: PaymentStatus, charge: ChargeId) -> ChargeAnswer {
        match status {
            PaymentStatus::Paid => ChargeAnswer::Paid(Receipt { charge, terms: Some(terms(PRICE)) }),
            PaymentStatus::Refunded => ChargeAnswer::Refunded(charge),
            PaymentStatus::ChargedBack => ChargeAnswer::ChargedBack(charge),
            PaymentStatus::Failed => ChargeAnswer::Declined(Some(charge), DeclineReason::Declined),
            _ => ChargeAnswer::Pending(charge),
        }
    }

    /// The charge of this number at the gateway, made at noon.
    fn listed(number: u32, status: PaymentStatus) -> ListedCharge {
        ListedCharge {
            charge: charge(number),
            purchase: Some(reference(number)),
            created_at: at(720),
            answer: answer(status, charge(number)),
            terms: Some(terms(PRICE)),
            refunded: Money::ZERO,
        }
    }

    /// Our purchase of this number, opened at noon.
    fn own(number: u32, status: PaymentStatus) -> OwnCharge {
        OwnCharge {
            id: PurchaseId::new(number.into()),
            purchase: reference(number),
            charge: Some(charge(number)),
            opened_at: at(720),
            status,
            is_under_way: !is_decided(status),
            terms: terms(PRICE),
            refunded: Money::ZERO,
        }
    }

    /// How many charges match, are only at the gateway, only here, different, and under way.
    fn counts(listed: Vec<ListedCharge>, own: Vec<OwnCharge>) -> (u64, usize, usize, usize, usize) {
        let found = Reconciliation::compare(span(), listed, own);
        let Reconciliation { matched, matched_amounts, only_gateway, only_here, different, under_way } = found;
        let sum: i64 = matched_amounts.iter().map(|income| income.amount.minor()).sum();
        assert_eq!(i64::try_from(matched).unwrap() * PRICE, sum);
        (matched, only_gateway.len(), only_here.len(), different.len(), under_way.len())
    }

    #[test]
    fn a_span_is_a_month_at_most() {
        assert_eq!(Span::new(at(1), at(1)), Err(SpanError::Empty));
        assert_eq!(Span::new(at(2), at(1)), Err(SpanError::Empty));
        let month = at(0).plus(Span::LONGEST);
        assert!(Span::new(at(0), month).is_ok());
        assert_eq!(Span::new(at(0), month.plus(Duration::MICROSECOND)), Err(SpanError::TooLong));
    }

    #[test]
    fn the_last_two_days_end_at_midnight() {
        for now in [at(0), at(1_439)] {
            assert_eq!(Span::last_two_days(now), Span { from: at(-2_880), until: at(0) });
        }
    }

    #[test]
    fn every_pair_of_states_has_its_place() {
        use PaymentStatus::{ChargedBack, Confirming, Failed, Manual, Paid, Pending, Refunded};
        let place = |there, here| match counts(vec![listed(1, there)], vec![own(1, here)]) {
            (0, 0, 0, 0, 0) => "nowhere",
            (1, 0, 0, 0, 0) => "matched",
            (0, 0, 0, 1, 0) => "different",
            (0, 0, 0, 0, 1) => "under way",
            other => panic!("{other:?}"),
        };
        for there in [Paid, Refunded, ChargedBack, Failed, Confirming] {
            let money = took_money(there);
            for here in [Pending, Confirming] {
                assert_eq!(place(there, here), if money { "under way" } else { "nowhere" }, "{there:?} {here:?}");
            }
            for here in [Paid, Refunded, ChargedBack] {
                assert_eq!(place(there, here), if there == here { "matched" } else { "different" });
            }
            assert_eq!(place(there, Failed), if money { "different" } else { "nowhere" }, "{there:?}");
            assert_eq!(place(there, Manual), if there == Paid { "matched" } else { "different" }, "{there:?}");
        }
    }

    #[test]
    fn a_charge_without_the_other_side_counts_if_it_took_money() {
        use PaymentStatus::{Confirming, Failed, Manual, Paid, Pending, Refunded};
        for status in [Paid, Refunded] {
            assert_eq!(counts(vec![listed(1, status)], vec![]), (0, 1, 0, 0, 0));
            assert_eq!(counts(vec![], vec![own(1, status)]), (0, 0, 1, 0, 0));
        }
        assert_eq!(counts(vec![], vec![own(1, Manual)]), (0, 0, 1, 0, 0));
        for status in [Pending, Confirming, Failed] {
            assert_eq!(counts(vec![listed(1, status)], vec![own(2, status)]), (0, 0, 0, 0, 0));
        }
    }

    #[test]
    fn other_terms_and_other_refunds_are_differences() {
        let paid = |change: fn(&mut ListedCharge)| {
            let mut listed = listed(1, PaymentStatus::Paid);
            change(&mut listed);
            counts(vec![listed], vec![own(1, PaymentStatus::Paid)])
        };
        assert_eq!(paid(|_| ()), (1, 0, 0, 0, 0));
        let changes: [fn(&mut ListedCharge); 4] = [
            |listed| listed.terms = Some(terms(PRICE + 1)),
            |listed| listed.terms = Some(Terms { live: true, ..terms(PRICE) }),
            |listed| listed.terms = None,
            |listed| listed.refunded = Money::LEAST,
        ];
        for change in changes {
            assert_eq!(paid(change), (0, 0, 0, 1, 0));
        }
        let refunding = OwnCharge { is_under_way: true, ..own(1, PaymentStatus::Paid) };
        let refunded = listed(1, PaymentStatus::Refunded);
        assert_eq!(counts(vec![refunded], vec![refunding]), (0, 0, 0, 0, 1));
    }

    #[test]
    fn currencies_are_summed_apart() {
        let terms = [Currency::Mxn, Currency::Usd, Currency::Mxn].map(|currency| Terms { currency, ..terms(PRICE) });
        let listed = (1..).zip(terms).map(|(number, terms)| {
            let terms = Some(terms);
            ListedCharge { terms, ..listed(number, PaymentStatus::Paid) }
        });
        let own = (1..).zip(terms).map(|(number, terms)| OwnCharge { terms, ..own(number, PaymentStatus::Paid) });
        let found = Reconciliation::compare(span(), listed.collect(), own.collect());
        let sum = |currency, minor| Income { currency, amount: Money::from_minor(minor).unwrap() };
        let sums = [sum(Currency::Mxn, 2 * PRICE), sum(Currency::Usd, PRICE)];
        assert_eq!((found.matched, found.matched_amounts.as_slice()), (3, sums.as_slice()));
    }

    #[test]
    fn a_charge_is_found_by_its_id_or_by_its_purchase() {
        let paid = PaymentStatus::Paid;
        let nameless = ListedCharge { purchase: None, ..listed(1, paid) };
        assert_eq!(counts(vec![nameless], vec![own(1, paid)]), (1, 0, 0, 0, 0));
        let unnamed = OwnCharge { charge: None, ..own(1, PaymentStatus::Failed) };
        assert_eq!(counts(vec![listed(1, paid)], vec![unnamed]), (0, 0, 0, 1, 0));
    }

    #[test]
    fn a_second_charge_of_a_purchase_is_only_at_the_gateway() {
        let paid = PaymentStatus::Paid;
        let second = ListedCharge { purchase: Some(reference(1)), ..listed(2, paid) };
        assert_eq!(counts(vec![listed(1, paid), second.clone()], vec![own(1, paid)]), (1, 1, 0, 0, 0));
        assert_eq!(counts(vec![listed(1, paid), listed(1, paid)], vec![own(1, paid)]), (1, 0, 0, 0, 0));
        let declined = ListedCharge { answer: answer(PaymentStatus::Failed, charge(2)), ..second };
        assert_eq!(counts(vec![declined, listed(1, paid)], vec![own(1, paid)]), (1, 0, 0, 0, 0));
    }

    /// The purchase is opened before its charge, and the two clocks differ.
    #[test]
    fn at_the_edges_of_the_span_nothing_is_missing() {
        let paid = PaymentStatus::Paid;
        let compared = |there, here| {
            let listed = ListedCharge { created_at: at(there), ..listed(1, paid) };
            counts(vec![listed], vec![OwnCharge { opened_at: at(here), ..own(1, paid) }])
        };
        assert_eq!(compared(0, -1), (1, 0, 0, 0, 0));
        assert_eq!(compared(-1, 0), (0, 0, 0, 0, 0));
        assert_eq!(compared(1_440, 1_439), (0, 0, 0, 0, 0));
        assert_eq!(compared(1_439, 1_440), (1, 0, 0, 0, 0));
        assert_eq!(span().widened(), (at(-15), at(1_455)));
        let outside = ListedCharge { created_at: at(1_441), ..listed(1, paid) };
        assert_eq!(counts(vec![outside], vec![OwnCharge { opened_at: at(-1), ..own(2, paid) }]), (0, 0, 0, 0, 0));
    }
}
