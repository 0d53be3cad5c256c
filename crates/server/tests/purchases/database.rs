//! The database going away in the middle of purchases.

use std::{thread, time::Duration};

use portero_gateways_sim as gateways;
use portero_routeros_sim as routeros;

use super::{
    invariant::End,
    lane::{ADD, GATEWAYS, Lane, SET},
    shop::{Company, Shop},
};
use crate::support::{
    eventually,
    proxy::{Network, Proxy},
};

const SOON: Duration = Duration::from_secs(15);

/// Long enough for the database to be away before the other side answers.
const MOMENT: Duration = Duration::from_millis(1_500);

/// How long the database is away.
const AWAY: Duration = Duration::from_secs(4);

/// Where a purchase is when the database goes away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Point {
    Reserving,
    Charging,
    Declining,
    Enabling,
}

const POINTS: [Point; 4] = [Point::Enabling, Point::Charging, Point::Declining, Point::Reserving];

fn goes_away(failure: Network) {
    let shop = Shop::new();
    let proxy = Proxy::to(&shop.database);
    let server = shop.program().with("DATABASE_URL", proxy.url()).with("PURCHASE_ANSWER_SECONDS", "12").serve();
    let company = Company::founded(&server);
    let client = server.client();
    let mut lanes = Vec::new();
    for (point, gateway) in POINTS.into_iter().flat_map(|point| GATEWAYS.map(|gateway| (point, gateway))) {
        let card = if point == Point::Declining { "declined" } else { "paid" };
        let lane = Lane::of(&shop, &company, gateway, &format!("{failure:?} {point:?}"), card);
        let slow_router =
            |path| lane.router.faults().arm(routeros::Armed::once(routeros::Fault::Stall(MOMENT)).at(path));
        let slow = gateways::Fault::Delay(gateways::When::Before, MOMENT);
        match point {
            Point::Reserving => slow_router(ADD),
            Point::Enabling => slow_router(SET),
            Point::Charging | Point::Declining => {
                shop.arm(gateway, gateways::Armed::once(slow).at("POST", gateway.charges()));
            }
        }
        let before = shop.struck(gateway);
        let _unheard = lane.begin(&client);
        eventually(SOON, &format!("{} is reached", lane.name), || {
            lane.router.faults().struck() == 1 || shop.struck(gateway) > before
        });
        lanes.push((point, lane));
    }
    proxy.set(failure);
    // The other sides have answered by then, and nothing can be stored.
    thread::sleep(AWAY);
    let unstored = lanes.iter().filter(|(_, lane)| shop.stage(lane).as_deref() != Some("delivered")).count();
    proxy.set(Network::Works);
    assert!(unstored >= 6, "the database was away before most purchases ended: {unstored}");
    let ends = |point| match point {
        Point::Reserving => &[End::Sold, End::Nothing] as &[End],
        Point::Charging | Point::Enabling => &[End::Sold],
        Point::Declining => &[End::Nothing],
    };
    let checked: Vec<(&Lane, &[End])> = lanes.iter().map(|(point, lane)| (lane, ends(*point))).collect();
    shop.check(&checked, &client);
}

#[test]
fn a_purchase_goes_on_when_the_database_is_back() {
    thread::scope(|scope| {
        for failure in [Network::Refuses, Network::Cuts, Network::Freezes] {
            scope.spawn(move || goes_away(failure));
        }
    });
}
