//! The comparison of purchases with the lists of the payment gateways.

use std::{
    future::{pending, poll_fn},
    sync::Arc,
    task::Poll,
};

use async_trait::async_trait;
use portero_application::{
    Activation, Mandate, Settings,
    purchases::{ComparisonError, ReconcileError},
};
use portero_domain::{
    company::{Company, GatewayMode},
    gateway::Gateway,
    ids::{CompanyId, PurchaseReference},
    notification::{NewNotice, Occasion},
    ports::{
        CardGateway, ChargeOrder, ChargePage, ChargeQuery, Charges, GatewayAccount, GatewayError, ListedCharge,
        RefundOrder,
    },
    purchase::{ChargeAnswer, ChargeId, PaymentStatus, Purchase, Receipt, Reconciliation, RefundAnswer, Span, Terms},
};
use portero_testkit::{
    InMemory,
    builders::{a_company, a_purchase, a_router, start},
};
use time::Duration;

use crate::support::{World, another_company, assert_is, secret, the_company};

/// The company of the examples, with an account at both gateways in test mode.
fn a_seller() -> Company {
    let mut company = a_company().with_secrets().build();
    company.conekta.mode = GatewayMode::Test;
    company.mercado_pago.mode = GatewayMode::Test;
    company
}

/// The store of [`a_seller`] with these purchases.
fn sold(purchases: impl IntoIterator<Item = Purchase>) -> InMemory {
    let store = InMemory::new().with_company(a_seller()).with_router(a_router().build());
    purchases.into_iter().fold(store, InMemory::with_purchase)
}

fn purchase(number: u32, status: PaymentStatus) -> Purchase {
    a_purchase().number(number).status(status).build()
}

fn charge(number: u32) -> ChargeId {
    ChargeId::parse(&format!("ord_{number}")).unwrap()
}

fn paid(charge: ChargeId, terms: Terms) -> ChargeAnswer {
    ChargeAnswer::Paid(Receipt { charge, terms: Some(terms) })
}

/// The charge of this purchase in the gateway's list, paid a minute after the purchase was opened.
fn listed(purchase: &Purchase) -> ListedCharge {
    let number = purchase.id.get().try_into().unwrap();
    ListedCharge {
        charge: charge(number),
        purchase: Some(purchase.order.reference.clone()),
        created_at: purchase.progress.opened_at().plus(Duration::MINUTE),
        answer: paid(charge(number), purchase.order.terms),
        terms: Some(purchase.order.terms),
        refunded: purchase.refunded,
    }
}

/// The day of the examples.
fn the_day() -> Span {
    Span::new(start().plus(-Duration::HOUR), start().plus(Duration::HOUR)).unwrap()
}

async fn reconcile(world: &World) -> Result<Vec<(Gateway, Reconciliation)>, ReconcileError> {
    world.app.purchases.reconcile.execute(Mandate::of_super_admin(the_company()), the_day()).await
}

#[tokio::test]
async fn the_lists_of_every_gateway_are_compared_page_by_page() {
    let bought: Vec<_> = (1..=8).map(|number| purchase(number, PaymentStatus::Paid)).collect();
    let world = World::over(sold(bought.clone()));
    for purchase in &bought[..7] {
        world.conekta.list(listed(purchase));
    }
    world.mercado_pago.list(ListedCharge { purchase: None, ..listed(&purchase(9, PaymentStatus::Paid)) });
    let [(conekta, ours), (mercado_pago, theirs)] = reconcile(&world).await.unwrap().try_into().unwrap();
    assert_eq!((conekta, mercado_pago), (Gateway::Conekta, Gateway::MercadoPago));
    assert_eq!((ours.matched, ours.matched_amounts[0].amount.minor()), (7, 7 * 2_500));
    assert_eq!(ours.only_here.iter().map(|own| &own.purchase).collect::<Vec<_>>(), [&bought[7].order.reference]);
    assert_eq!((ours.only_gateway, ours.different), (vec![], vec![]));
    assert_eq!(theirs.only_gateway.iter().map(|listed| &listed.charge).collect::<Vec<_>>(), [&charge(9)]);
    assert_eq!((theirs.matched, theirs.only_here.len()), (0, 0));
}

#[tokio::test]
async fn a_gateway_without_an_account_is_left_out() {
    let world = World::over(InMemory::new().with_company(a_company().build()));
    assert_eq!(reconcile(&world).await.unwrap(), []);
}

/// Other companies charge by it too.
#[tokio::test]
async fn strange_charges_of_the_operators_account_are_not_shown() {
    let settings = Settings { default_conekta_key: Some(secret("key_operator")), ..Settings::default() };
    let own = purchase(1, PaymentStatus::Paid);
    let store = InMemory::new().with_company(a_company().build()).with_purchase(own.clone());
    let world = World::set(store, &settings, |_| ());
    world.conekta.list(listed(&own));
    world.conekta.list(listed(&purchase(2, PaymentStatus::Paid)));
    let [(_, result)] = reconcile(&world).await.unwrap().try_into().unwrap();
    assert_eq!((result.matched, result.only_gateway.len()), (1, 0));
}

#[tokio::test]
async fn a_gateway_that_gives_no_list_is_an_error() {
    let world = World::over(sold([]));
    world.mercado_pago.fall_silent();
    let failed = |answer: Result<_, ReconcileError>| match answer {
        Err(ReconcileError::Comparison(ComparisonError::Gateway { gateway, source })) => (gateway, source),
        other => panic!("{other:?}"),
    };
    assert_eq!(failed(reconcile(&world).await), (Gateway::MercadoPago, GatewayError::Unavailable));
    world.conekta.refuse_credentials();
    assert_eq!(failed(reconcile(&world).await), (Gateway::Conekta, GatewayError::Credentials));
}

#[tokio::test]
async fn an_admin_of_an_inactive_company_gets_no_comparison() {
    let world = World::over(sold([]));
    let mandate = world.app.sessions.authorize_write.execute(the_company()).await.unwrap();
    world.app.companies.set_active.execute(the_company(), Activation::To(false)).await.unwrap();
    let refused = world.app.purchases.reconcile.execute(mandate, the_day()).await;
    assert_is!(refused, Err(ReconcileError::CompanyInactive(_)));
}

/// A gateway whose list never ends.
struct Endless;

#[async_trait]
impl CardGateway for Endless {
    async fn charge(&self, _: &GatewayAccount, _: &ChargeOrder) -> ChargeAnswer {
        ChargeAnswer::Unknown(None)
    }

    async fn find(&self, _: &GatewayAccount, _: &ChargeQuery) -> ChargeAnswer {
        ChargeAnswer::Unknown(None)
    }

    async fn cancel(&self, _: &GatewayAccount, _: &ChargeQuery) -> ChargeAnswer {
        ChargeAnswer::Unknown(None)
    }

    async fn refund(&self, _: &GatewayAccount, _: &RefundOrder) -> RefundAnswer {
        RefundAnswer::Unknown(None)
    }

    async fn purchase_of(&self, _: &GatewayAccount, _: &ChargeId) -> Result<Option<PurchaseReference>, GatewayError> {
        Ok(None)
    }

    async fn charges(&self, _: &GatewayAccount, page: &ChargePage) -> Result<Charges, GatewayError> {
        let page: u32 = page.after.as_ref().map_or(0, |after| after.parse().unwrap());
        let charges = vec![listed(&purchase(1, PaymentStatus::Paid)); 250];
        Ok(Charges { charges, next: Some((page + 1).to_string()) })
    }

    async fn owner(&self, _: &GatewayAccount) -> Result<Option<String>, GatewayError> {
        Ok(None)
    }
}

#[tokio::test]
async fn a_list_that_is_too_long_is_an_error() {
    let world = World::with(sold([]), |ports| ports.gateways.conekta = Arc::new(Endless));
    assert_is!(reconcile(&world).await, Err(ReconcileError::Comparison(ComparisonError::TooMany)));
}

/// Portero on the day after the examples, when each company is due. The gateways have the charges of the day before.
async fn the_next_day(store: InMemory) -> World {
    let world = World::over(store);
    make_due(&world).await;
    world
}

async fn make_due(world: &World) {
    run(world).await;
    world.clock.advance(Duration::DAY);
    world.store.pass_time(Duration::DAY);
}

/// Compares what is due. Returns how many companies that were.
async fn run(world: &World) -> usize {
    world.app.purchases.reconcile_daily.execute(pending()).await.unwrap()
}

fn status(world: &World, number: usize) -> PaymentStatus {
    world.store.tables().purchases[number - 1].purchase.status()
}

fn notices(world: &World) -> Vec<NewNotice> {
    world.store.tables().notices.into_iter().map(|row| row.notice).collect()
}

#[tokio::test]
async fn purchases_mend_themselves_by_the_gateways_list() {
    let bought = [
        purchase(1, PaymentStatus::Paid),
        purchase(2, PaymentStatus::Paid),
        purchase(3, PaymentStatus::Confirming),
        purchase(4, PaymentStatus::Failed),
    ];
    let world = the_next_day(sold(bought.clone())).await;
    world.conekta.list(listed(&bought[0]));
    world.conekta.list(ListedCharge { answer: ChargeAnswer::ChargedBack(charge(2)), ..listed(&bought[1]) });
    world.conekta.list(listed(&bought[2]));
    world.conekta.list(listed(&bought[3]));
    world.conekta.answer_refund(RefundAnswer::Done);
    assert_eq!(run(&world).await, 1);
    assert_eq!(status(&world, 1), PaymentStatus::Paid);
    assert_eq!(status(&world, 2), PaymentStatus::ChargedBack);
    assert_eq!(status(&world, 3), PaymentStatus::Paid);
    assert_eq!(status(&world, 4), PaymentStatus::Refunded, "the payment came too late");
    let is_unknown = |notice: &NewNotice| matches!(notice.occasion, Occasion::UnknownCharges(_));
    assert!(!notices(&world).iter().any(is_unknown));
    assert_eq!(run(&world).await, 0, "once a day");
}

#[tokio::test]
async fn a_company_is_told_once_of_charges_that_no_purchase_stands_for() {
    let world = the_next_day(sold([])).await;
    world.conekta.list(listed(&purchase(1, PaymentStatus::Paid)));
    world.conekta.list(listed(&purchase(2, PaymentStatus::Paid)));
    assert_eq!(run(&world).await, 1);
    let expected = NewNotice::daily(the_company(), Occasion::UnknownCharges(Gateway::Conekta), start());
    assert_eq!(notices(&world), std::slice::from_ref(&expected));
    make_due(&world).await;
    assert_eq!(run(&world).await, 1);
    assert_eq!(notices(&world), [expected]);
}

/// The company sells other things by its account, or another company charges by the same account, or the money went back.
#[tokio::test]
async fn charges_that_are_no_concern_of_the_company_are_not_told() {
    let others = a_purchase().number(2).of(&another_company().id).build();
    let store = sold([]).with_company(another_company()).with_purchase(others.clone());
    let world = the_next_day(store).await;
    world.conekta.list(ListedCharge { purchase: None, ..listed(&purchase(1, PaymentStatus::Paid)) });
    world.conekta.list(listed(&others));
    let third = purchase(3, PaymentStatus::Paid);
    world.conekta.list(ListedCharge { answer: ChargeAnswer::Refunded(charge(3)), ..listed(&third) });
    assert_eq!(run(&world).await, 2);
    assert_eq!(notices(&world), []);
}

/// The card was charged twice for it.
#[tokio::test]
async fn a_second_charge_of_a_purchase_is_told() {
    let bought = purchase(1, PaymentStatus::Paid);
    let world = the_next_day(sold([bought.clone()])).await;
    world.conekta.list(listed(&bought));
    let terms = bought.order.terms;
    world.conekta.list(ListedCharge { charge: charge(9), answer: paid(charge(9), terms), ..listed(&bought) });
    assert_eq!(run(&world).await, 1);
    assert_eq!(notices(&world).len(), 1);
    assert_eq!(world.store.tables().purchases[0].purchase.charge, Some(charge(1)));
}

#[tokio::test]
async fn a_gateway_that_does_not_answer_is_asked_again_when_the_claim_ends() {
    let bought = purchase(1, PaymentStatus::Failed);
    let world = the_next_day(sold([bought.clone()])).await;
    world.conekta.list(listed(&bought));
    world.conekta.answer_refund(RefundAnswer::Done);
    world.conekta.fall_silent();
    assert_eq!((run(&world).await, run(&world).await), (1, 0));
    world.conekta.recover();
    world.store.pass_time(Duration::HOUR);
    assert_eq!((run(&world).await, status(&world, 1)), (1, PaymentStatus::Refunded));
}

#[tokio::test]
async fn refused_credentials_are_told_once_a_day() {
    let world = the_next_day(sold([])).await;
    world.conekta.refuse_credentials();
    let today = world.clock.advance(Duration::ZERO);
    assert_eq!(run(&world).await, 1);
    world.store.pass_time(Duration::HOUR);
    assert_eq!(run(&world).await, 0);
    let expected = NewNotice::daily(the_company(), Occasion::CredentialsRefused(Gateway::Conekta), today);
    assert_eq!(notices(&world), [expected]);
}

#[tokio::test]
async fn an_error_of_the_store_is_returned_and_the_comparison_follows_when_the_claim_ends() {
    let bought = purchase(1, PaymentStatus::Failed);
    for step in 1.. {
        let world = the_next_day(sold([bought.clone()])).await;
        world.conekta.list(listed(&bought));
        world.conekta.answer_refund(RefundAnswer::Done);
        world.store.fail_at(step);
        let answer = world.app.purchases.reconcile_daily.execute(pending()).await;
        if world.store.disarm() {
            assert!(step > 9 && answer.is_ok(), "{step} {answer:?}");
            break;
        }
        // What goes on with a purchase retries some steps itself.
        assert!(answer.is_err() || step > 9, "at step {step}");
        world.store.pass_time(Duration::HOUR);
        run(&world).await;
        assert_ne!(status(&world, 1), PaymentStatus::Failed, "at step {step}");
        let left = world.store.tables().reconciliations[&the_company()] - world.store.tables().elapsed;
        assert!(left > Duration::hours(22), "at step {step}");
    }
}

/// A gateway that never answers.
struct Stuck;

#[async_trait]
impl CardGateway for Stuck {
    async fn charge(&self, _: &GatewayAccount, _: &ChargeOrder) -> ChargeAnswer {
        pending().await
    }

    async fn find(&self, _: &GatewayAccount, _: &ChargeQuery) -> ChargeAnswer {
        pending().await
    }

    async fn cancel(&self, _: &GatewayAccount, _: &ChargeQuery) -> ChargeAnswer {
        pending().await
    }

    async fn refund(&self, _: &GatewayAccount, _: &RefundOrder) -> RefundAnswer {
        pending().await
    }

    async fn purchase_of(&self, _: &GatewayAccount, _: &ChargeId) -> Result<Option<PurchaseReference>, GatewayError> {
        pending().await
    }

    async fn charges(&self, _: &GatewayAccount, _: &ChargePage) -> Result<Charges, GatewayError> {
        pending().await
    }

    async fn owner(&self, _: &GatewayAccount) -> Result<Option<String>, GatewayError> {
        pending().await
    }
}

#[tokio::test]
async fn a_slow_gateway_delays_only_its_own_company() {
    let other = another_company().id;
    let store = sold([]).with_company(another_company());
    let world = World::with(store, |ports| ports.gateways.conekta = Arc::new(Stuck));
    make_due(&world).await;
    let due = |world: &World, company: &CompanyId| world.store.tables().reconciliations[company];
    let tomorrow = world.store.tables().elapsed + Duration::DAY;
    // It stops as soon as the company without an account is done.
    let stop = poll_fn(|context| {
        context.waker().wake_by_ref();
        if due(&world, &other) == tomorrow { Poll::Ready(()) } else { Poll::Pending }
    });
    assert_eq!(world.app.purchases.reconcile_daily.execute(stop).await.unwrap(), 1);
    assert!(due(&world, &the_company()) < tomorrow, "it is compared when its claim ends");
}
