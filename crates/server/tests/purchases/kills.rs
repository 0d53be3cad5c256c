//! A process that is killed while purchases are at every point.

use std::time::Duration;

use portero_gateways_sim::{Armed, Fault, Status, Turn, When};
use portero_routeros_sim as routeros;

use super::{
    invariant::End,
    lane::{ADD, GATEWAYS, Gateway, Lane, PRINT, REMOVE, SET},
    shop::{Company, Shop},
};
use crate::support::{
    client::Client,
    eventually,
    program::Server,
    sql::{Held, number},
};

const SOON: Duration = Duration::from_secs(15);

/// Longer than the test needs to take the lock of a row.
const MOMENT: Duration = Duration::from_millis(800);

const LONG: Duration = Duration::from_secs(4);

/// Where a purchase is when its process is killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Point {
    BeforeTheUser,
    UserMadeAnswerLost,
    UserMadeNotStored,
    ChargeSentAndNotTaken,
    ChargeTakenLater,
    ChargeTakenAnswerLost,
    PaymentNotStored,
    DeclineNotStored,
    Confirming,
    ConfirmingAndDeclined,
    PaidGuestDisabled,
    GuestEnabledAnswerLost,
    GuestEnabledNotStored,
    Delivered,
    DeclinedUserNotRemoved,
    RefundNotMade,
    RefundMadeAnswerLost,
    RefundedUserNotDisabled,
    BeforeTheRow,
}

/// In this order, so that a lock that one point needs delays no other one.
const POINTS: [Point; 19] = [
    Point::Delivered,
    Point::RefundNotMade,
    Point::RefundMadeAnswerLost,
    Point::RefundedUserNotDisabled,
    Point::Confirming,
    Point::ConfirmingAndDeclined,
    Point::PaidGuestDisabled,
    Point::DeclinedUserNotRemoved,
    Point::GuestEnabledAnswerLost,
    Point::BeforeTheUser,
    Point::UserMadeAnswerLost,
    Point::ChargeSentAndNotTaken,
    Point::ChargeTakenLater,
    Point::ChargeTakenAnswerLost,
    Point::UserMadeNotStored,
    Point::PaymentNotStored,
    Point::DeclineNotStored,
    Point::GuestEnabledNotStored,
    Point::BeforeTheRow,
];

impl Point {
    const fn card(self) -> &'static str {
        match self {
            Self::Confirming | Self::ConfirmingAndDeclined => "confirmed",
            Self::DeclineNotStored | Self::DeclinedUserNotRemoved => "declined",
            _ => "paid",
        }
    }

    /// The ends that are right. A purchase that was killed early is not charged.
    const fn ends(self) -> &'static [End] {
        match self {
            Self::BeforeTheUser
            | Self::UserMadeAnswerLost
            | Self::UserMadeNotStored
            | Self::ChargeSentAndNotTaken
            | Self::DeclineNotStored
            | Self::ConfirmingAndDeclined
            | Self::DeclinedUserNotRemoved => &[End::Nothing],
            Self::RefundNotMade | Self::RefundMadeAnswerLost | Self::RefundedUserNotDisabled => &[End::Refunded],
            // The portal's repetition is the first order that is stored.
            Self::BeforeTheRow
            | Self::ChargeTakenLater
            | Self::ChargeTakenAnswerLost
            | Self::PaymentNotStored
            | Self::Confirming
            | Self::PaidGuestDisabled
            | Self::GuestEnabledAnswerLost
            | Self::GuestEnabledNotStored
            | Self::Delivered => &[End::Sold],
        }
    }

    /// Begins an order, and returns when it has come to this point. It stays there until the process is killed.
    fn hold(self, shop: &Shop, lane: &Lane, company: &Company, client: &Client, held: &Held<'_>) {
        let at_gateway = |fault| shop.arm(lane.gateway, Armed::once(fault).at("POST", lane.gateway.charges()));
        let at_router = |armed: routeros::Armed, path| lane.router.faults().arm(armed.at(path));
        let silent = |path| at_router(routeros::Armed::always(routeros::Fault::HalfOpen), path);
        let slow = |path, by| at_router(routeros::Armed::once(routeros::Fault::Stall(by)), path);
        match self {
            Self::BeforeTheUser => silent(PRINT),
            Self::UserMadeAnswerLost => slow(ADD, LONG),
            Self::UserMadeNotStored => slow(ADD, MOMENT),
            Self::ChargeSentAndNotTaken => at_gateway(Fault::Hang(When::Before)),
            Self::ChargeTakenLater => at_gateway(Fault::Delay(When::Before, LONG)),
            Self::ChargeTakenAnswerLost => at_gateway(Fault::Hang(When::After)),
            Self::PaymentNotStored | Self::DeclineNotStored => at_gateway(Fault::Delay(When::Before, MOMENT)),
            Self::PaidGuestDisabled => silent(SET),
            Self::GuestEnabledAnswerLost => slow(SET, LONG),
            Self::GuestEnabledNotStored => slow(SET, MOMENT),
            Self::DeclinedUserNotRemoved => silent(REMOVE),
            Self::BeforeTheRow => held.add("LOCK TABLE purchase_keys IN SHARE MODE"),
            Self::Confirming
            | Self::ConfirmingAndDeclined
            | Self::Delivered
            | Self::RefundNotMade
            | Self::RefundMadeAnswerLost
            | Self::RefundedUserNotDisabled => {}
        }
        let before = (shop.struck(lane.gateway), lane.router.faults().struck());
        let _unheard = lane.begin(client);
        let gateway_struck = || shop.struck(lane.gateway) > before.0;
        let router_struck = || lane.router.faults().struck() > before.1;
        let wait = |is_so: &dyn Fn() -> bool| eventually(SOON, &format!("{} is reached", lane.name), is_so);
        match self {
            Self::BeforeTheUser
            | Self::UserMadeAnswerLost
            | Self::GuestEnabledAnswerLost
            | Self::DeclinedUserNotRemoved => wait(&router_struck),
            Self::ChargeSentAndNotTaken | Self::ChargeTakenLater => wait(&gateway_struck),
            Self::ChargeTakenAnswerLost => wait(&|| gateway_struck() && shop.money(lane).taken > 0),
            Self::UserMadeNotStored | Self::GuestEnabledNotStored => {
                wait(&router_struck);
                held.add(&lane.lock());
            }
            Self::PaymentNotStored | Self::DeclineNotStored => {
                wait(&gateway_struck);
                held.add(&lane.lock());
                wait(&|| shop.money(lane).charges == 1);
            }
            Self::PaidGuestDisabled => wait(&|| router_struck() && shop.stage(lane).as_deref() == Some("paid")),
            Self::Confirming | Self::ConfirmingAndDeclined => shop.reaches(lane, "confirming"),
            Self::Delivered => shop.reaches(lane, "delivered"),
            Self::RefundNotMade | Self::RefundMadeAnswerLost => {
                shop.reaches(lane, "delivered");
                let when = if self == Self::RefundNotMade { When::Before } else { When::After };
                shop.arm(lane.gateway, Armed::once(Fault::Hang(when)).at("POST", lane.gateway.refunds()));
                shop.refund(lane, &company.seller);
                wait(&gateway_struck);
            }
            Self::RefundedUserNotDisabled => {
                shop.reaches(lane, "delivered");
                silent(SET);
                shop.refund(lane, &company.seller);
                wait(&router_struck);
            }
            Self::BeforeTheRow => {
                let waiting =
                    "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'purchase_keys'::regclass";
                wait(&|| number(&shop.database, waiting) > 0);
            }
        }
    }

    /// What the cardholder does after the process is gone.
    fn go_on(self, shop: &Shop, lane: &Lane) {
        let is_paid = match self {
            Self::Confirming => true,
            Self::ConfirmingAndDeclined => false,
            _ => return,
        };
        let charge = shop.charge(lane);
        let turned = match (lane.gateway, is_paid) {
            (Gateway::Conekta, true) => shop.conekta.turn(&charge, Turn::Paid),
            (Gateway::Conekta, false) => shop.conekta.turn(&charge, Turn::DeclinedByThreeDs),
            (Gateway::MercadoPago, true) => {
                shop.mercado_pago.turn(charge.parse().unwrap(), Status::Approved, "accredited")
            }
            (Gateway::MercadoPago, false) => {
                shop.mercado_pago.turn(charge.parse().unwrap(), Status::Rejected, "cc_rejected_3ds_challenge")
            }
        };
        assert!(turned, "{}", lane.name);
    }
}

/// The process that goes on.
enum Survivor {
    /// It begins after the first one is gone.
    Next,
    /// It has been there all the time.
    Other(Server),
}

/// Kills the process while purchases are at every point, and checks what becomes of them.
fn kill_at_every_point(shop: &Shop, server: Server, company: &Company, survivor: Survivor) {
    let lanes: Vec<(Point, Lane)> = POINTS
        .into_iter()
        .flat_map(|point| GATEWAYS.map(|gateway| (point, gateway)))
        .map(|(point, gateway)| (point, Lane::of(shop, company, gateway, &format!("{point:?}"), point.card())))
        .collect();
    let held = Held::nothing(&shop.database);
    for (point, lane) in &lanes {
        point.hold(shop, lane, company, &server.client(), &held);
    }
    server.kill();
    drop(held);
    for (point, lane) in &lanes {
        lane.router.faults().disarm();
        point.go_on(shop, lane);
    }
    let was_alone = matches!(survivor, Survivor::Next);
    let survivor = match survivor {
        Survivor::Next => shop.program().serve(),
        Survivor::Other(server) => server,
    };
    // A purchase whose row was not stored yet is not there to be resumed. Its portal repeats the order.
    for (_, lane) in lanes.iter().filter(|(point, _)| *point == Point::BeforeTheRow) {
        assert_eq!(lane.ask(&survivor.client()).status, 404, "{}", lane.name);
    }
    // The killed process may be slow and not dead. So a refund that it holds is not made by another one for a while.
    shop.settled_except("stage = 'refunding'");
    if was_alone {
        assert_eq!(GATEWAYS.map(|gateway| shop.refund_requests(gateway)), [3; 2], "a refund is made again");
    }
    shop.database.statement("UPDATE purchase_queue SET due_at = now()");
    let checked: Vec<(&Lane, &[End])> = lanes.iter().map(|(point, lane)| (lane, point.ends())).collect();
    shop.check(&checked, &survivor.client());
    let charges = shop.conekta.charges().len() + shop.mercado_pago.payments().len();
    let known: usize = lanes.iter().map(|(_, lane)| shop.money(lane).charges).sum();
    assert_eq!(charges, known, "each charge belongs to a purchase");
}

#[test]
fn a_process_killed_at_any_point_leaves_purchases_that_the_next_one_ends() {
    let shop = Shop::new();
    let server = shop.program().serve();
    let company = Company::founded(&server);
    kill_at_every_point(&shop, server, &company, Survivor::Next);
}

#[test]
fn a_process_killed_at_any_point_leaves_purchases_that_another_one_ends() {
    let shop = Shop::new();
    let server = shop.program().serve();
    let company = Company::founded(&server);
    let other = shop.program().serve();
    kill_at_every_point(&shop, server, &company, Survivor::Other(other));
}
