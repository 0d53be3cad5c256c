//! What gateways report: early, late, twice, out of order, forged.

use std::time::Duration;

use minreq::Method;
use portero_gateways_sim::{Armed, Fault, Webhooks, When};
use portero_routeros_sim as routeros;
use serde_json::{Value, json};

use super::{
    invariant::End,
    lane::{DEVICE, GATEWAYS, Gateway, Lane, SET},
    shop::{Company, Money, PRICE, RECOVERY, Shop},
};
use crate::support::{eventually, program::Server, sql::number};

const SOON: Duration = Duration::from_secs(15);

/// A shop whose gateways report to its server.
fn begun() -> (Shop, Server, Company) {
    let shop = Shop::new();
    let server = shop.reachable().with("PURCHASE_ABSENT_MINUTES", "0.05").with("GATEWAY_TIMEOUT_SECONDS", "3").serve();
    let company = Company::founded(&server);
    shop.report_conekta_to(&server);
    (shop, server, company)
}

impl Shop {
    fn webhooks(&self, gateway: Gateway) -> &Webhooks {
        match gateway {
            Gateway::Conekta => self.conekta.webhooks(),
            Gateway::MercadoPago => self.mercado_pago.webhooks(),
        }
    }

    /// Waits until all webhooks so far are delivered and processed.
    #[track_caller]
    fn heard(&self) {
        eventually(RECOVERY, "the webhooks are delivered", || {
            GATEWAYS.into_iter().all(|gateway| self.webhooks(gateway).waiting() == 0)
        });
        let open = "SELECT count(*) FROM webhook_events WHERE next_try_at IS NOT NULL";
        eventually(RECOVERY, "the webhooks are processed", || number(&self.database, open) == 0);
    }

    /// Does this to the buyer's charge in the panel of the gateway.
    #[track_caller]
    fn in_panel(&self, lane: &Lane, act: &str, body: &Value) {
        let (base, kind) = match lane.gateway {
            Gateway::Conekta => (self.conekta.url(), "orders"),
            Gateway::MercadoPago => (self.mercado_pago.url(), "payments"),
        };
        let url = format!("{base}/_sim/{kind}/{}/{act}", self.charge(lane));
        let request = minreq::Request::new(Method::Post, url).with_header("Content-Type", "application/json");
        assert_eq!(request.with_body(body.to_string()).send().unwrap().status_code, 200, "{}: {act}", lane.name);
    }
}

/// Sells, and logs the guest in.
fn online(shop: &Shop, server: &Server, company: &Company, gateway: Gateway, name: &str) -> Lane {
    let mut lane = Lane::of(shop, company, gateway, name, "paid");
    (lane.body["conexion_automatica"], lane.body["mac_cliente"]) = (json!(true), json!(DEVICE));
    lane.body["ip_cliente"] = json!("10.5.50.1");
    lane.order(&server.client()).expect(200);
    eventually(SOON, "the guest is online", || sessions(&lane) == 1);
    lane
}

fn sessions(lane: &Lane) -> usize {
    let mut router = lane.router.router();
    router.settle();
    router.active_sessions().len()
}

#[test]
fn webhooks_before_the_answer_and_in_any_number_and_order_sell_once() {
    let (shop, server, company) = begun();
    let client = server.client();
    let mut lanes = Vec::new();
    for gateway in GATEWAYS {
        shop.webhooks(gateway).copy(3);
        let early = Lane::of(&shop, &company, gateway, "before the answer", "paid");
        let slow = Fault::Delay(When::After, Duration::from_secs(2));
        shop.arm(gateway, Armed::once(slow).at("POST", gateway.charges()));
        let answer = early.begin(&client);
        // The gateway has not answered yet, so only its webhook can have said so.
        shop.reaches(&early, "delivered");
        assert!(!answer.is_finished(), "{}", early.name);
        assert_eq!(answer.join().unwrap().unwrap().expect(200).body["estado_acceso"], "activo");
        lanes.push(early);
        let held = Lane::of(&shop, &company, gateway, "held back and reversed", "paid");
        shop.webhooks(gateway).hold();
        held.order(&client).expect(200);
        eventually(SOON, "webhooks wait", || shop.webhooks(gateway).waiting() >= 3);
        shop.webhooks(gateway).release(true);
        lanes.push(held);
        // An answer that is lost, so that the webhook is the first to be heard.
        let lost = Lane::of(&shop, &company, gateway, "answer lost", "paid");
        shop.arm(gateway, Armed::once(Fault::Drop(When::After)).at("POST", gateway.charges()));
        let _unheard = lost.begin(&client);
        shop.reaches(&lost, "delivered");
        lanes.push(lost);
        let declined = Lane::of(&shop, &company, gateway, "declined", "declined");
        declined.order(&client).expect(402);
        lanes.push(declined);
    }
    shop.heard();
    let ends = |lane: &Lane| if lane.name.ends_with("declined") { &[End::Nothing] as &[End] } else { &[End::Sold] };
    let checked: Vec<(&Lane, &[End])> = lanes.iter().map(|lane| (lane, ends(lane))).collect();
    shop.check(&checked, &client);
    let told = "SELECT count(*) FROM purchase_events WHERE stage = 'delivered'";
    assert_eq!(number(&shop.database, told), 6, "each is delivered once");
}

#[test]
fn money_that_leaves_in_the_panel_ends_the_access_and_a_forged_report_changes_nothing() {
    let (shop, server, company) = begun();
    for gateway in GATEWAYS {
        let refunded = online(&shop, &server, &company, gateway, "refunded in the panel");
        let charged_back = online(&shop, &server, &company, gateway, "charged back");
        let part = online(&shop, &server, &company, gateway, "partly refunded in the panel");
        shop.heard();
        let before = shop.dump_of("webhook_events");

        shop.webhooks(gateway).forge(true);
        shop.in_panel(&refunded, "refund", &json!({}));
        shop.in_panel(&charged_back, "chargeback", &json!({}));
        let rejected = |webhooks: &Webhooks| webhooks.deliveries().iter().filter(|it| it.status == Some(401)).count();
        eventually(SOON, "the forged ones are rejected", || rejected(shop.webhooks(gateway)) >= 2);
        assert_eq!(shop.dump_of("webhook_events"), before, "a forged one is not stored");
        for lane in [&refunded, &charged_back] {
            assert_eq!((shop.stage(lane).as_deref(), sessions(lane)), (Some("delivered"), 1), "{}", lane.name);
        }

        // From here on they are signed. The gateway tries each again, and the last refund is new.
        shop.webhooks(gateway).forge(false);
        shop.webhooks(gateway).copy(2);
        let events: Vec<String> = shop.webhooks(gateway).deliveries().into_iter().map(|it| it.event).collect();
        for event in events.iter().rev() {
            assert!(shop.webhooks(gateway).send_again(event));
        }
        shop.in_panel(&part, "refund", &json!({ "amount": 100 }));
        for (lane, stage) in [(&refunded, "closed refunded"), (&charged_back, "closed charged_back")] {
            shop.reaches(lane, stage);
            assert_eq!((shop.enabled(lane), sessions(lane)), (0, 0), "{}", lane.name);
            assert!(lane.router.router().cookies().is_empty(), "{}: a cookie logs the guest in again", lane.name);
            assert_eq!(lane.order(&server.client()).status, 409, "{}", lane.name);
        }
        shop.heard();
        assert_eq!((shop.stage(&part).as_deref(), sessions(&part)), (Some("delivered"), 1), "{}", part.name);
        assert_eq!(shop.money(&refunded), Money { charges: 1, taken: PRICE, refunded: PRICE });
    }
    shop.settled();
}

#[test]
fn a_refund_that_is_reported_before_its_answer_is_made_once_and_ends() {
    let (shop, server, company) = begun();
    let lanes = GATEWAYS.map(|gateway| online(&shop, &server, &company, gateway, "refunded"));
    for lane in &lanes {
        let slow = Fault::Delay(When::After, Duration::from_secs(2));
        shop.arm(lane.gateway, Armed::once(slow).at("POST", lane.gateway.refunds()));
        shop.refund(lane, &company.seller);
        // The gateway has not answered yet, so only its webhook can have said so.
        eventually(SOON, "the report is heard", || shop.stage(lane).is_some_and(|stage| stage.ends_with(" refunded")));
    }
    let checked = lanes.each_ref().map(|lane| (lane, &[End::Refunded] as &[End]));
    shop.check(&checked, &server.client());
    let made = "SELECT count(*) FROM purchase_refunds WHERE done_at IS NOT NULL AND problem IS NULL";
    assert_eq!(number(&shop.database, made), 2);
    assert_eq!(number(&shop.database, "SELECT count(*) FROM purchase_refunds"), 2);
}

/// The job that asks about a report and the one that makes the refund find the same, at the same moment.
#[test]
fn a_refund_that_is_reported_at_the_moment_of_its_answer_ends() {
    reported_refund(1_500, 2_500);
}

/// The answer to the refund comes while the job that asked about the report disables the guest.
#[test]
fn a_refund_that_is_reported_before_its_answer_ends() {
    reported_refund(2_500, 500);
}

/// A refund whose answer, and whose report, take this many milliseconds.
#[track_caller]
fn reported_refund(answer: u64, report: u64) {
    let (shop, server, company) = begun();
    let lane = Lane::of(&shop, &company, Gateway::MercadoPago, "refunded", "paid");
    lane.order(&server.client()).expect(200);
    shop.heard();
    let slow = |millis| Fault::Delay(When::After, Duration::from_millis(millis));
    shop.arm(lane.gateway, Armed::once(slow(answer)).at("POST", lane.gateway.refunds()));
    shop.arm(lane.gateway, Armed::once(slow(report)).at("GET", "/v1/payments/{id}"));
    let slow_router = routeros::Fault::Stall(Duration::from_millis(3_500));
    lane.router.faults().arm(routeros::Armed::once(slow_router).at(SET));
    shop.refund(&lane, &company.seller);
    shop.check(&[(&lane, &[End::Refunded])], &server.client());
    let is_done = "SELECT count(*) FROM purchase_refunds WHERE done_at IS NOT NULL";
    assert_eq!(number(&shop.database, is_done), 1);
    assert_eq!(number(&shop.database, "SELECT count(*) FROM purchases WHERE refund_due"), 0);
}

/// A company without a webhook key accepts every report at its own address. Its words are a hint at most.
#[test]
fn a_report_that_names_the_charge_of_another_purchase_moves_no_money() {
    let (shop, server, company) = begun();
    let sold = Lane::of(&shop, &company, Gateway::Conekta, "sold", "paid");
    sold.order(&server.client()).expect(200);
    let declined = Lane::of(&shop, &company, Gateway::Conekta, "declined", "declined");
    declined.order(&server.client()).expect(402);
    let confirming = Lane::of(&shop, &company, Gateway::Conekta, "confirming", "confirmed");
    confirming.order(&server.client()).expect(202);
    shop.heard();
    shop.database.statement("UPDATE companies SET conekta_webhook_public_key = NULL");
    let genuine = shop.conekta.webhooks().deliveries().into_iter().find(|it| it.kind == "order.paid").unwrap();
    for (number, lane) in [&declined, &confirming].into_iter().enumerate() {
        let named = genuine.body.replace(&shop.references(&sold)[0], &shop.references(lane)[0]);
        let body = named.replace(&genuine.event, &format!("forged{number}"));
        let request = minreq::Request::new(Method::Post, &genuine.url).with_header("Content-Type", "application/json");
        assert_eq!(request.with_body(body).send().unwrap().status_code, 200);
    }
    let forged = "SELECT count(*) FROM webhook_events WHERE event_id LIKE 'forged%'";
    assert_eq!(number(&shop.database, forged), 2);
    shop.heard();
    assert!(shop.stage(&declined).unwrap().starts_with("closed unpaid"), "{:?}", shop.stage(&declined));
    assert_eq!((shop.stage(&confirming).as_deref(), shop.enabled(&confirming)), (Some("confirming"), 0));
    assert_eq!(shop.money(&sold), Money { charges: 1, taken: PRICE, refunded: 0 });
}

#[test]
fn a_charge_that_comes_after_the_purchase_has_ended_is_refunded() {
    let (shop, server, company) = begun();
    let lanes = GATEWAYS.map(|gateway| {
        let lane = Lane::of(&shop, &company, gateway, "late", "paid");
        let after_the_end = Fault::Delay(When::Before, Duration::from_secs(12));
        shop.arm(gateway, Armed::once(after_the_end).at("POST", gateway.charges()));
        let _unheard = lane.begin(&server.client());
        lane
    });
    for lane in &lanes {
        shop.reaches(lane, "closed unpaid");
        assert_eq!((shop.money(lane).charges, lane.users()), (0, 0), "{}", lane.name);
        assert_eq!(lane.ask(&server.client()).status, 402, "{}", lane.name);
    }
    for lane in &lanes {
        shop.reaches(lane, "closed refunded");
    }
    let checked = lanes.each_ref().map(|lane| (lane, &[End::Refunded] as &[End]));
    shop.check(&checked, &server.client());
}

#[test]
fn a_report_survives_the_process_that_was_asking_about_it() {
    let (shop, server, company) = begun();
    let lanes = GATEWAYS.map(|gateway| online(&shop, &server, &company, gateway, "asked about"));
    shop.heard();
    for lane in &lanes {
        let before = shop.struck(lane.gateway);
        shop.arm(lane.gateway, Armed::once(Fault::Hang(When::Before)));
        shop.in_panel(lane, "refund", &json!({}));
        eventually(SOON, "the gateway is asked", || shop.struck(lane.gateway) > before);
    }
    server.kill();
    // The lease of the report is over at once.
    shop.database.statement("UPDATE webhook_events SET next_try_at = now() WHERE next_try_at IS NOT NULL");
    let server = shop.program().serve();
    for lane in &lanes {
        shop.reaches(lane, "closed refunded");
        eventually(SOON, "the session is over", || sessions(lane) == 0);
    }
    let checked = lanes.each_ref().map(|lane| (lane, &[End::Refunded] as &[End]));
    shop.check(&checked, &server.client());
}
