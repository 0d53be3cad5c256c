//! Gateways that fail in every way while they charge.

use std::{thread, time::Duration};

use portero_gateways_sim::{Armed, Fault, RefundAnswer, When};

use super::{
    invariant::End,
    lane::{GATEWAYS, Gateway, Lane},
    shop::{Company, Money, PRICE, Shop},
};
use crate::support::{client::Client, eventually, program::Server};

const SOON: Duration = Duration::from_secs(15);

/// Longer than the service waits for a gateway in these tests.
const TOO_LONG: Duration = Duration::from_secs(3);

const BEFORE: When = When::Before;
const AFTER: When = When::After;

/// Faults of a charge, and how the purchase ends.
const FAULTS: [(Fault, End); 22] = [
    (Fault::Drop(BEFORE), End::Nothing),
    (Fault::Drop(AFTER), End::Sold),
    (Fault::Hang(BEFORE), End::Nothing),
    (Fault::Hang(AFTER), End::Sold),
    (Fault::Delay(BEFORE, TOO_LONG), End::Sold),
    (Fault::Delay(AFTER, TOO_LONG), End::Sold),
    (Fault::Status(BEFORE, 500, None), End::Nothing),
    (Fault::Status(AFTER, 500, None), End::Sold),
    (Fault::Status(BEFORE, 502, None), End::Nothing),
    (Fault::Status(AFTER, 504, None), End::Sold),
    (Fault::Status(BEFORE, 409, None), End::Nothing),
    (Fault::Status(AFTER, 409, None), End::Sold),
    (Fault::Status(BEFORE, 423, None), End::Nothing),
    (Fault::Status(AFTER, 423, None), End::Sold),
    (Fault::Status(AFTER, 424, None), End::Sold),
    (Fault::Status(BEFORE, 429, Some(2)), End::Nothing),
    (Fault::Status(AFTER, 429, Some(2)), End::Sold),
    (Fault::Garbage, End::Sold),
    (Fault::Truncated, End::Sold),
    (Fault::Endless, End::Sold),
    (Fault::Trickle, End::Sold),
    (Fault::Redirect, End::Sold),
];

fn begun() -> (Shop, Server, Company) {
    let shop = Shop::new();
    let server = shop.program().with("GATEWAY_TIMEOUT_SECONDS", "1.5").serve();
    let company = Company::founded(&server);
    (shop, server, company)
}

/// Orders with each fault, and returns the buyers.
fn ordered(shop: &Shop, company: &Company, client: &Client, gateway: Gateway) -> Vec<(Lane, End)> {
    let order = |(fault, end): (Fault, End)| {
        let lane = Lane::of(shop, company, gateway, &format!("{fault:?}"), "paid");
        let before = shop.struck(gateway);
        shop.arm(gateway, Armed::once(fault).at("POST", gateway.charges()));
        let _unheard = lane.begin(client);
        eventually(SOON, &format!("{} strikes", lane.name), || shop.struck(gateway) > before);
        (lane, end)
    };
    FAULTS.into_iter().map(order).collect()
}

#[test]
fn a_charge_that_fails_in_any_way_is_found_or_is_not_there() {
    let (shop, server, company) = begun();
    let client = server.client();
    let lanes: Vec<(Lane, End)> = thread::scope(|scope| {
        let (shop, company, client) = (&shop, &company, &client);
        let begun = GATEWAYS.map(|gateway| scope.spawn(move || ordered(shop, company, client, gateway)));
        begun.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    // The question about the charge fails too.
    for (gateway, path) in [(Gateway::Conekta, "/orders"), (Gateway::MercadoPago, "/v1/payments/search")] {
        for fault in [Fault::Garbage, Fault::Drop(AFTER), Fault::Status(BEFORE, 500, None), Fault::Truncated] {
            shop.arm(gateway, Armed::times(fault, 3).at("GET", path));
        }
    }
    let checked: Vec<(&Lane, &[End])> = lanes.iter().map(|(lane, end)| (lane, std::slice::from_ref(end))).collect();
    shop.check(&checked, &client);
}

#[test]
fn a_refund_that_fails_in_any_way_is_made_once() {
    const FAULTS: [Fault; 9] = [
        Fault::Drop(BEFORE),
        Fault::Drop(AFTER),
        Fault::Hang(AFTER),
        Fault::Delay(BEFORE, TOO_LONG),
        Fault::Status(BEFORE, 500, None),
        Fault::Status(AFTER, 503, None),
        Fault::Status(AFTER, 429, Some(2)),
        Fault::Garbage,
        Fault::Truncated,
    ];
    let (shop, server, company) = begun();
    let mut lanes = Vec::new();
    for (gateway, fault) in GATEWAYS.into_iter().flat_map(|gateway| FAULTS.map(|fault| (gateway, fault))) {
        let lane = Lane::of(&shop, &company, gateway, &format!("refund with {fault:?}"), "paid");
        lane.order(&server.client()).expect(200);
        let before = shop.struck(gateway);
        shop.arm(gateway, Armed::once(fault).at("POST", gateway.refunds()));
        shop.refund(&lane, &company.seller);
        eventually(SOON, &format!("{} strikes", lane.name), || shop.struck(gateway) > before);
        lanes.push(lane);
    }
    let checked: Vec<(&Lane, &[End])> = lanes.iter().map(|lane| (lane, &[End::Refunded] as &[End])).collect();
    shop.check(&checked, &server.client());
}

#[test]
fn a_refund_that_mercado_pago_has_not_decided_is_done_when_it_is() {
    let (shop, server, company) = begun();
    let lane = Lane::of(&shop, &company, Gateway::MercadoPago, "refund in process", "paid");
    lane.order(&server.client()).expect(200);
    shop.mercado_pago.answer_refunds(RefundAnswer::InProcess);
    shop.refund(&lane, &company.seller);
    eventually(SOON, "the refund is asked for", || shop.refund_requests(lane.gateway) > 0);
    let url = format!("{}/_sim/payments/{}/settle-refunds", shop.mercado_pago.url(), shop.charge(&lane));
    let settled = minreq::post(url).with_header("Content-Type", "application/json").with_body(r#"{"as": "approved"}"#);
    assert_eq!(settled.send().unwrap().status_code, 200);
    shop.check(&[(&lane, &[End::Refunded])], &server.client());
}

#[test]
fn a_refund_that_the_gateway_refuses_leaves_the_guest_and_needs_a_person() {
    let (shop, server, company) = begun();
    let lane = Lane::of(&shop, &company, Gateway::MercadoPago, "refund refused", "paid");
    lane.order(&server.client()).expect(200);
    shop.mercado_pago.answer_refunds(RefundAnswer::Rejected);
    shop.refund(&lane, &company.seller);
    shop.reaches(&lane, "manual manual.refund_refused");
    shop.settled();
    let money = Money { charges: 1, taken: PRICE, refunded: 0 };
    assert_eq!((shop.money(&lane), shop.enabled(&lane)), (money, 1));
}

#[test]
fn a_charge_of_other_terms_gives_no_access_and_needs_a_person() {
    let (shop, server, company) = begun();
    for gateway in GATEWAYS {
        for fault in [Fault::WrongAmount, Fault::WrongCurrency, Fault::WrongMode] {
            let lane = Lane::of(&shop, &company, gateway, &format!("{fault:?}"), "paid");
            shop.arm(gateway, Armed::once(fault).at("POST", gateway.charges()));
            let answers = [lane.order(&server.client()), lane.order(&server.client()), lane.ask(&server.client())];
            for answer in answers {
                assert_eq!((answer.status, answer.text("code")), (502, "payment_mismatch"), "{}", lane.name);
                assert!(!answer.body.to_string().contains("usuario_hotspot"), "{}: {answer:?}", lane.name);
            }
            assert_eq!(shop.stage(&lane).unwrap(), "manual manual.mismatch", "{}", lane.name);
            let money = Money { charges: 1, taken: PRICE, refunded: 0 };
            assert_eq!((shop.money(&lane), shop.enabled(&lane)), (money, 0), "{}", lane.name);
        }
    }
    shop.settled();
}

#[test]
fn a_gateway_that_is_away_charges_nothing_or_once_it_is_back() {
    let (shop, server, company) = begun();
    let client = server.client();
    let lanes =
        GATEWAYS.map(|gateway| ["in time", "too late"].map(|when| Lane::of(&shop, &company, gateway, when, "paid")));
    shop.runtime.block_on(shop.conekta.close());
    shop.runtime.block_on(shop.mercado_pago.close());
    for [_, too_late] in &lanes {
        let _unheard = too_late.begin(&client);
        shop.reaches(too_late, "");
    }
    shop.settled();
    for [in_time, _] in &lanes {
        let _unheard = in_time.begin(&client);
        shop.reaches(in_time, "charging");
    }
    shop.runtime.block_on(shop.conekta.open()).unwrap();
    shop.runtime.block_on(shop.mercado_pago.open()).unwrap();
    let ends: [&[End]; 2] = [&[End::Sold], &[End::Nothing]];
    let checked: Vec<(&Lane, &[End])> = lanes.iter().flat_map(|lanes| lanes.iter().zip(ends)).collect();
    shop.check(&checked, &client);
    for [_, too_late] in &lanes {
        assert_eq!(too_late.ask(&client).status, 503, "{}", too_late.name);
    }
}
