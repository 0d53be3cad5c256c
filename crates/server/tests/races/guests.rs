//! Guests who reconnect on several devices at the same moment, through several services, to a router on a real socket.

use std::{sync::Arc, time::Duration};

use portero_application::{
    hotspot::{GuestError, Reconnection, ReturningGuest},
    routers::RegisteredRouter,
};
use portero_domain::{
    hotspot::{HotspotPassword, HotspotUsername, Mac},
    ports::{HotspotError, Rejection},
};
use portero_routeros_sim::{Settings, Simulator, User};

use super::world::{World, persist};

const DEVICES: u8 = 12;
const PAID: Duration = Duration::from_hours(1);
const USER: &str = "AB3C9D";

fn device(number: u8) -> Mac {
    Mac::new([0xDA, 0, 0, 0, 0, number])
}

/// A router with a user of an hour for its first device.
async fn hotspot() -> Simulator {
    let clients = (1..=DEVICES).map(|number| (device(number).to_string(), [10, 5, 50, number].into())).collect();
    let authorisation_takes = Duration::from_millis(5);
    let settings = Settings { profiles: vec!["1hora".to_owned()], clients, authorisation_takes, ..Settings::default() };
    let hotspot = Simulator::start(settings).await.unwrap();
    let mut user = User::named(USER.as_bytes());
    user.password = b"0456".to_vec();
    user.profile = b"1hora".to_vec();
    user.limit_uptime = PAID;
    user.mac = Some(device(1).to_string());
    hotspot.router().add_user(user).unwrap();
    hotspot
}

/// The users of the purchase, as the router has them.
fn users(hotspot: &Simulator) -> Vec<User> {
    let names = std::iter::once(USER.to_owned()).chain((1..=15).map(|number| format!("{USER}_RANDMAC{number}")));
    let router = hotspot.router();
    names.flat_map(|name| router.users_named(name.as_bytes())).collect()
}

/// The devices that are online.
fn online(hotspot: &Simulator) -> Vec<String> {
    let mut router = hotspot.router();
    router.settle();
    router.active_sessions().into_iter().map(|session| session.mac).collect()
}

async fn reconnect(
    world: &World,
    turn: usize,
    registered: &RegisteredRouter,
    number: u8,
) -> Result<Reconnection, GuestError> {
    let service = world.service(turn);
    let admission = persist(|| service.portal.admit.execute(registered.token.expose())).await.unwrap();
    let guest = ReturningGuest {
        username: HotspotUsername::parse(USER).unwrap(),
        password: HotspotPassword::parse("0456").unwrap(),
        device: device(number),
        address: None,
    };
    service.hotspot.reconnect.execute(admission.selling().unwrap(), guest).await
}

#[tokio::test(flavor = "multi_thread")]
async fn paid_time_is_neither_multiplied_nor_lost_by_devices_that_come_at_once() {
    let hotspot = hotspot().await;
    let world = Arc::new(World::new().await);
    let registered = Arc::new(world.live_router(hotspot.address()).await);
    for round in 0..2 {
        let calls: Vec<_> = (1..=DEVICES)
            .map(|number| {
                let (world, registered) = (Arc::clone(&world), Arc::clone(&registered));
                tokio::spawn(async move { reconnect(&world, usize::from(number) + round, &registered, number).await })
            })
            .collect();
        for call in calls {
            match call.await.unwrap() {
                // A device that was overtaken finds the user bound to another one, or in use by it.
                Ok(_)
                | Err(
                    GuestError::Contended
                    | GuestError::Hotspot(HotspotError::Rejected { kind: Rejection::WrongMac, .. }),
                ) => {}
                Err(other) => panic!("in round {round}: {other}"),
            }
        }
        assert!(online(&hotspot).len() <= 1, "in round {round}: {:?}", online(&hotspot));
        assert_eq!(users(&hotspot).len(), 1, "in round {round}");
    }

    let alone = reconnect(&world, 0, &registered, 7).await.unwrap();
    let users = users(&hotspot);
    assert_eq!((users.len(), users[0].limit_uptime, users[0].mac.clone()), (1, PAID, Some(device(7).to_string())));
    assert_eq!(online(&hotspot), [device(7).to_string()]);
    assert_eq!(alone.session.unwrap().mac, Some(device(7)));
    let (used, left) = (alone.used, alone.left.unwrap());
    assert!(used + left <= PAID && used + left + Duration::from_mins(1) >= PAID, "{used:?} used, {left:?} left");
}
