//! Routers that fail before and after the charge.

use std::{mem, time::Duration};

use portero_gateways_sim as gateways;
use portero_routeros_sim::{Armed, Fault, Simulator, User};

use super::{
    invariant::End,
    lane::{ADD, GATEWAYS, Gateway, Lane, PRINT, REMOVE, SET, settings},
    shop::{Company, Shop},
};
use crate::support::{
    eventually,
    program::{Program, Server},
    router_owner::RouterOwner,
};

const SOON: Duration = Duration::from_secs(15);

/// How long a gateway needs for a charge, while the router is changed.
const MOMENT: Duration = Duration::from_millis(800);

/// Faults that lose an answer, or the command itself.
const LOST: [Fault; 8] = [
    Fault::CutBeforeCommit,
    Fault::CutDuringCommit,
    Fault::CutAfterCommit,
    Fault::CutInsideDone,
    Fault::Reset,
    Fault::Garbage,
    Fault::Fatal,
    Fault::OtherTag,
];

fn begun(program: impl FnOnce(Program) -> Program) -> (Shop, Server, Company) {
    let shop = Shop::new();
    let server = program(shop.program()).serve();
    let company = Company::founded(&server);
    (shop, server, company)
}

#[test]
fn a_router_that_is_silent_before_the_charge_leads_to_no_charge() {
    let (shop, server, company) = begun(|program| program.with("PURCHASE_ANSWER_SECONDS", "3"));
    let client = server.client();
    let lanes: Vec<Lane> = GATEWAYS
        .into_iter()
        .flat_map(|gateway| [PRINT, ADD].map(|path| (gateway, path)))
        .map(|(gateway, path)| {
            let lane = Lane::of(&shop, &company, gateway, path, "paid");
            lane.router.faults().arm(Armed::always(Fault::HalfOpen).at(path));
            lane
        })
        .collect();
    let begun: Vec<_> = lanes.iter().map(|lane| lane.begin(&client)).collect();
    for (lane, answer) in lanes.iter().zip(begun) {
        let answer = answer.join().unwrap().unwrap();
        let is_failed = answer.status == 500 && answer.text("code") == "router_failed";
        assert!(is_failed || answer.status == 202, "{}: {answer:?}", lane.name);
    }
    for lane in &lanes {
        shop.reaches(lane, "withdrawing");
        assert_eq!(shop.money(lane).charges, 0, "{}", lane.name);
        lane.router.faults().disarm();
    }
    let checked: Vec<(&Lane, &[End])> = lanes.iter().map(|lane| (lane, &[End::Nothing] as &[End])).collect();
    shop.check(&checked, &client);
}

#[test]
fn a_command_whose_answer_is_lost_leaves_one_user_or_none() {
    let (shop, server, company) = begun(|program| program);
    let client = server.client();
    let ends: [(&str, &str, &[End]); 3] = [
        // Within the time for an answer the user is made, or nothing is charged.
        (ADD, "paid", &[End::Sold, End::Nothing]),
        (SET, "paid", &[End::Sold]),
        (REMOVE, "declined", &[End::Nothing]),
    ];
    let mut lanes = Vec::new();
    for (number, fault) in LOST.into_iter().enumerate() {
        for (path, card, ends) in ends {
            let gateway = GATEWAYS[number % 2];
            let lane = Lane::of(&shop, &company, gateway, &format!("{fault:?} at {path}"), card);
            lane.router.faults().arm(Armed::once(fault).at(path));
            lanes.push((lane, ends));
        }
    }
    let begun: Vec<_> = lanes.iter().map(|(lane, _)| lane.begin(&client)).collect();
    for (lane, _) in &lanes {
        eventually(SOON, &format!("{} strikes", lane.name), || lane.router.faults().struck() == 1);
    }
    for answer in begun {
        answer.join().unwrap().unwrap();
    }
    let checked: Vec<(&Lane, &[End])> = lanes.iter().map(|(lane, ends)| (lane, *ends)).collect();
    shop.check(&checked, &client);
}

#[test]
fn a_guest_who_paid_and_gets_no_access_in_time_gets_the_money_back() {
    let (shop, server, company) = begun(|program| program.with("PURCHASE_DELIVERY_MINUTES", "0.05"));
    let client = server.client();
    let lanes: Vec<Lane> = GATEWAYS
        .into_iter()
        // The last router enables the guest each time, and its answer is lost each time.
        .flat_map(|gateway| [Fault::HalfOpen, Fault::CutBeforeCommit, Fault::CutAfterCommit].map(|it| (gateway, it)))
        .map(|(gateway, fault)| {
            let lane = Lane::of(&shop, &company, gateway, &format!("{fault:?}"), "paid");
            lane.router.faults().arm(Armed::always(fault).at(SET));
            lane
        })
        .collect();
    for lane in &lanes {
        let _unheard = lane.begin(&client);
    }
    for lane in &lanes {
        shop.reaches(lane, "withdrawing refunded");
        let money = shop.money(lane);
        assert_eq!((money.charges, money.refunded), (1, money.taken), "{}", lane.name);
        lane.router.faults().disarm();
    }
    let checked: Vec<(&Lane, &[End])> = lanes.iter().map(|lane| (lane, &[End::Refunded] as &[End])).collect();
    shop.check(&checked, &client);
    assert_eq!(GATEWAYS.map(|gateway| shop.refund_requests(gateway)), [3; 2]);
}

/// Orders, and returns while the gateway is working on the charge.
fn ordered(shop: &Shop, server: &Server, company: &Company, gateway: Gateway, name: &str) -> Lane {
    let lane = Lane::of(shop, company, gateway, name, "paid");
    let before = shop.struck(gateway);
    let slow = gateways::Fault::Delay(gateways::When::Before, MOMENT);
    shop.arm(gateway, gateways::Armed::once(slow).at("POST", gateway.charges()));
    let _unheard = lane.begin(&server.client());
    eventually(SOON, "the charge is under way", || shop.struck(gateway) > before);
    assert_eq!(lane.users(), 1);
    lane
}

#[test]
fn a_user_removed_by_hand_during_the_charge_is_made_again() {
    let (shop, server, company) = begun(|program| program);
    let lanes = GATEWAYS.map(|gateway| {
        let lane = ordered(&shop, &server, &company, gateway, "removed by hand");
        assert_eq!(RouterOwner::at(lane.router.address()).remove_sold_users(), 1);
        assert_eq!(shop.money(&lane).charges, 0, "the charge is not made yet");
        lane
    });
    let checked = lanes.each_ref().map(|lane| (lane, &[End::Sold] as &[End]));
    shop.check(&checked, &server.client());
}

#[test]
fn a_router_replaced_during_the_charge_gets_the_user_and_enables_no_other_one() {
    let (shop, server, company) = begun(|program| program);
    for (gateway, has_other) in GATEWAYS.into_iter().flat_map(|gateway| [false, true].map(|has| (gateway, has))) {
        let mut lane = ordered(&shop, &server, &company, gateway, "replaced");
        let address = lane.router.address();
        let new = shop.runtime.block_on(Simulator::start(settings())).unwrap();
        shop.runtime.block_on(mem::replace(&mut lane.router, new).stop());
        let new = portero_routeros_sim::Settings { listen: address, ..settings() };
        lane.router = shop.runtime.block_on(Simulator::start(new)).unwrap();
        if has_other {
            // Its id is the one that the sold user had on the old router.
            let mut other = User::named(b"other");
            other.disabled = true;
            lane.router.router().add_user(other).unwrap();
        }
        assert_eq!(shop.money(&lane).charges, 0, "the charge is not made yet");
        shop.settled();
        assert_eq!((shop.enabled(&lane), shop.stage(&lane).as_deref()), (1, Some("delivered")), "{}", lane.name);
        assert_eq!(lane.users(), 1 + usize::from(has_other));
        assert!(lane.router.router().users_named(b"other").iter().all(|user| user.disabled), "another user is enabled");
    }
}
