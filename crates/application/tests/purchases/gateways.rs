//! What gateways answer, and the accounts that are charged.

use std::sync::Arc;

use portero_application::{Settings, purchases::BuyError};
use portero_domain::{
    gateway::Gateway,
    money::Currency,
    purchase::{
        Cardholder, ChargeAnswer, ChargeId, DeclineReason, End, GuestKind, PaymentStatus, Receipt, RequestProblem,
        Stage, Terms, Unpaid,
    },
};
use portero_testkit::{
    InMemory,
    builders::{a_company, a_product, a_router, money},
};
use time::Duration;

use super::{a_world, an_order, assert_fair, buy, guests, settle, the_purchase};
use crate::support::{World, assert_is, secret, the_selling_router};

fn charge() -> ChargeId {
    ChargeId::parse("charge-1").unwrap()
}

/// Every kind of answer to a request to charge, and where the purchase then ends.
fn answers() -> Vec<(ChargeAnswer, PaymentStatus)> {
    let declined = DeclineReason::ALL.iter().map(|&reason| ChargeAnswer::Declined(None, reason));
    let rejected = RequestProblem::ALL.iter().map(|&problem| ChargeAnswer::Rejected(problem));
    let failed = declined.chain(rejected).map(|answer| (answer, PaymentStatus::Failed));
    let (url, creq) = ("https://bank.example".to_owned(), "creq".to_owned());
    let rest = [
        (ChargeAnswer::Pending(charge()), PaymentStatus::Paid),
        (ChargeAnswer::Unknown(None), PaymentStatus::Paid),
        (ChargeAnswer::Unknown(Some(Duration::minutes(3))), PaymentStatus::Paid),
        (ChargeAnswer::NotSent, PaymentStatus::Paid),
        (ChargeAnswer::Absent, PaymentStatus::Failed),
        (ChargeAnswer::Authorized(charge()), PaymentStatus::Failed),
        (ChargeAnswer::NeedsCardholder(charge(), Cardholder::Redirect { url: url.clone() }), PaymentStatus::Failed),
        (ChargeAnswer::NeedsCardholder(charge(), Cardholder::Post { url, creq }), PaymentStatus::Failed),
        (ChargeAnswer::Refunded(charge()), PaymentStatus::Refunded),
        (ChargeAnswer::ChargedBack(charge()), PaymentStatus::ChargedBack),
    ];
    failed.chain(rest).collect()
}

#[tokio::test]
async fn every_answer_of_a_gateway_ends_fairly() {
    for (answer, status) in answers() {
        for kind in [GuestKind::UserAndPassword, GuestKind::Pin] {
            let world = a_world();
            world.conekta.answer_charge(answer.clone());
            buy(&world, kind).await.unwrap();
            settle(&world).await;
            assert_eq!(the_purchase(&world).status(), status, "{answer:?}");
            assert_fair(&world, &format!("{answer:?}"));
        }
    }
}

#[tokio::test]
async fn a_charge_of_something_else_waits_for_a_person() {
    let terms = Terms { amount: money("25.00"), currency: Currency::Mxn, live: true };
    for other in [Some(Terms { amount: money("0.25"), ..terms }), Some(Terms { live: false, ..terms }), None] {
        let world = a_world();
        world.conekta.answer_charge(ChargeAnswer::Paid(Receipt { charge: charge(), terms: other }));
        buy(&world, GuestKind::Pin).await.unwrap();
        settle(&world).await;
        assert_eq!(the_purchase(&world).status(), PaymentStatus::Manual);
        assert!(guests(&world).iter().all(|user| user.disabled));
    }
}

/// The charge comes to light after the purchase has ended unpaid.
#[tokio::test]
async fn money_that_arrives_too_late_goes_back() {
    let world = a_world();
    world.conekta.answer_charge(ChargeAnswer::Unknown(None));
    for _ in 0..60 {
        world.conekta.answer_find(ChargeAnswer::Absent);
    }
    buy(&world, GuestKind::UserAndPassword).await.unwrap();
    settle(&world).await;
    assert_eq!(*the_purchase(&world).progress.stage(), Stage::Closed(End::Unpaid(Unpaid::Absent)));
    while the_purchase(&world).status() == PaymentStatus::Failed {
        let purchase = the_purchase(&world);
        assert!(guests(&world).is_empty());
        report(&world, &purchase.order.reference).await;
    }
    settle(&world).await;
    assert_eq!(the_purchase(&world).status(), PaymentStatus::Refunded);
    assert_fair(&world, "late money");
}

/// Lets the gateway report the charge of this purchase by a webhook.
pub(super) async fn report(world: &World, reference: &portero_domain::ids::PurchaseReference) {
    use portero_application::webhooks::Notice;
    use portero_domain::webhook::EventId;
    let receive = &world.app.webhooks.receive;
    let token = a_company().build().webhook_token;
    let key = a_company().with_secrets().build().conekta.webhook_key.unwrap();
    let digest = portero_testkit::FakeSignatures::of_conekta(&key, b"{}");
    let sender = receive.find_conekta(token).await.unwrap();
    let sender = receive.verify_conekta(sender, Some(&digest), b"{}").unwrap();
    let id = EventId::parse(&format!("{}", world.store.tables().webhook_events.len())).unwrap();
    let notice = Notice { id, charge: charge(), purchase: Some(reference.clone()) };
    receive.store(sender, notice).await.unwrap();
    world.app.webhooks.process.execute(std::future::pending(), async || {}).await.unwrap();
}

fn a_shop_without_an_account() -> InMemory {
    InMemory::new().with_company(a_company().build()).with_router(a_router().build()).with_product(a_product().build())
}

#[tokio::test]
async fn a_company_without_a_conekta_key_charges_by_the_operators_account() {
    let settings = Settings { default_conekta_key: Some(secret("key_of_the_operator")), ..Settings::default() };
    for (store, key) in
        [(a_shop_without_an_account(), "key_of_the_operator"), (super::a_selling_shop(), "key_private_conekta")]
    {
        let world = World::set(store, &settings, |_| {});
        world.routers.router().add_profile("1hora", None);
        buy(&world, GuestKind::Pin).await.unwrap();
        assert_eq!(world.conekta.accounts()[0].secret.expose(), key);
        assert_fair(&world, key);
        let mercado_pago = portero_application::purchases::AccessOrder {
            gateway: Gateway::MercadoPago,
            key: None,
            ..an_order(GuestKind::Pin)
        };
        let bought = world.app.purchases.buy.execute(the_selling_router(), mercado_pago).await;
        assert_eq!(bought.is_ok(), key == "key_private_conekta", "only Conekta has an account of the operator");
        let accounts = world.mercado_pago.accounts();
        assert!(accounts.iter().all(|account| account.secret.expose() == "APP_USR-token"), "{accounts:?}");
    }
}

#[tokio::test]
async fn a_company_without_an_account_opens_no_purchase() {
    let world = World::over(a_shop_without_an_account());
    assert_is!(buy(&world, GuestKind::Pin).await, Err(BuyError::GatewayNotConfigured(Gateway::Conekta)));
    assert!(world.store.tables().purchases.is_empty());
}

/// A vault that cannot decrypt the company's key any more, after the purchase was opened.
#[tokio::test]
async fn a_key_that_cannot_be_decrypted_is_told_and_opens_no_purchase() {
    let mut vault = portero_domain::ports::MockVault::new();
    vault
        .expect_digest()
        .returning(|text| portero_domain::ports::Vault::digest(&portero_testkit::FakeVault::default(), text));
    vault.expect_decrypt().returning(|_, _| Err(portero_domain::ports::VaultError::UnknownKey));
    let world = World::with(super::a_selling_shop(), |ports| ports.vault = Arc::new(vault));
    assert_is!(buy(&world, GuestKind::Pin).await, Err(BuyError::Vault(_)));
    assert!(world.store.tables().purchases.is_empty());
}
